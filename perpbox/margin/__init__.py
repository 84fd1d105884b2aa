"""What an account is worth and owes: pure functions of holdings and prices, rounding by name."""
