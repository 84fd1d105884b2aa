"""The recorded market."""
