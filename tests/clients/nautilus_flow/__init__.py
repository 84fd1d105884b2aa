"""NautilusTrader on a local venue: its locked environment and its flow."""
