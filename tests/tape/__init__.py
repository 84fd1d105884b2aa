"""What the market saw."""
