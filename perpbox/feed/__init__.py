"""What comes from outside: time, and later markets."""
