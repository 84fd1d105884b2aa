"""freqtrade, live on a local venue: its locked environment, its configuration and its flow."""
