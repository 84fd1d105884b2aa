"""A bot on ccxt: long while the short moving average is above the long one, else flat."""

from __future__ import annotations

import os
import time
import uuid
from collections import deque
from itertools import count
from typing import Any

import ccxt  # type: ignore[import-untyped, unused-ignore]  # annotated, but ships no py.typed

from perpbox import clients

ATTEMPTS = 5


class Average:
    """Looks at the price, and holds what the averages say."""

    def __init__(
        self, exchange: Any, symbol: str, amount: float, *, short: int = 3, long: int = 6
    ) -> None:
        self.exchange = exchange
        self.symbol = symbol
        self.amount = amount
        self.short = short
        self.prices: deque[float] = deque(maxlen=long)

    def run(self, steps: int | None = None, pause: float = 1.0) -> None:
        """So many steps; what breaks off is done again."""
        for number in count():
            if number == steps:
                return
            try:
                self.step()
            except ccxt.OperationFailed as error:
                print(f"trying again after {type(error).__name__}")
            time.sleep(pause)

    def step(self) -> None:
        self.prices.append(float(self.exchange.fetch_mark_price(self.symbol)["markPrice"]))
        if len(self.prices) < (self.prices.maxlen or 0):
            return
        latest = list(self.prices)[-self.short :]
        rises = sum(latest) / len(latest) > sum(self.prices) / len(self.prices)
        missing = (self.amount if rises else 0.0) - self.held()
        if abs(missing) > self.amount / 2:
            self.order("buy" if missing > 0 else "sell", abs(missing))

    def held(self) -> float:
        """Of the venue and not of memory: after a restart it is the same."""
        positions = self.exchange.fetch_positions([self.symbol])
        return float(sum(each["contracts"] for each in positions if each["side"] == "long"))

    def order(self, side: str, amount: float) -> None:
        """At market, and once: before it is sent again it is asked for."""
        client_id = f"average-{uuid.uuid4().hex[:20]}"
        params = {"newClientOrderId": client_id}
        for _ in range(ATTEMPTS):
            try:
                self.exchange.create_order(self.symbol, "market", side, amount, params=params)
            except ccxt.OperationFailed:  # a broken connection too; it may have happened
                if not self.is_there(client_id):
                    continue
            return
        raise ccxt.ExchangeNotAvailable(f"{side} {amount} cannot be sent")

    def is_there(self, client_id: str) -> bool:
        for attempt in range(ATTEMPTS):
            try:
                self.exchange.fetch_order(
                    None, self.symbol, params={"origClientOrderId": client_id}
                )
            except ccxt.OrderNotFound:
                return False
            except ccxt.OperationFailed:
                time.sleep(0.1 * attempt)
                continue
            return True
        # Sent again it might be twice there; better to know nothing and to stop.
        raise ccxt.ExchangeNotAvailable(f"nobody says what has become of {client_id}")

    def funding(self) -> float:
        """What was received; what was paid is below zero."""
        return float(
            sum(each["amount"] for each in self.exchange.fetch_funding_history(self.symbol))
        )


def main() -> None:
    exchange = clients.ccxt(
        ccxt.binanceusdm(),
        os.environ.get("BASE_URL", clients.HERE),
        api_key=os.environ["API_KEY"],
        secret=os.environ["SECRET"],
    )
    Average(exchange, "BTC/USDT:USDT", 0.01).run()


if __name__ == "__main__":
    main()
