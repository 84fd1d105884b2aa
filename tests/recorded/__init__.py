"""What the live service was recorded to answer, as tables, and the arithmetic held against it."""
