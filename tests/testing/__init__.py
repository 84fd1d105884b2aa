"""The venue inside a test: by itself, as a fixture, and with real clients."""
