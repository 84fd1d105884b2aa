"""A perpetual-futures venue on your own machine that speaks the Binance USDS-M Futures API."""

__version__ = "0.2.0"
