"""How an operator asks: `/box/v1` over JSON, as values; it knows no socket."""
