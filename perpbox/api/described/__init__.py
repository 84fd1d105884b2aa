"""What clients may send and are answered, as a table of words and as an OpenAPI document."""
