"""Binance's official Python SDK on a local venue: its locked environment and its flow."""
