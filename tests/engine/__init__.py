"""The engine, told as scenarios that a trader can read, in a little language of tables."""
