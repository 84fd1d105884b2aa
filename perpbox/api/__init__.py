"""How the world asks: Binance's dialect over plain requests and answers."""
