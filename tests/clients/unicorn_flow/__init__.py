"""UNICORN's REST and WebSocket managers on a local venue: their locked environment and flow."""
