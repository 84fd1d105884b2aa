"""Domain to Binance's field names: the only place where amounts become text."""
