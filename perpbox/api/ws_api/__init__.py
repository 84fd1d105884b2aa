"""The WebSocket API: REST's handlers, asked in JSON over a connection that stays."""
