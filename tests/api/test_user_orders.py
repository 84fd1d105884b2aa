"""ORDER_TRADE_UPDATE and TRADE_LITE: what happens to orders, as their account is told."""

from __future__ import annotations

from typing import Any

from tests.api.exchange import Exchange
from tests.api.listening import Connection, follow
from tests.api.trader import Trader


def updates(connection: Connection) -> list[Any]:
    return [m["o"] for m in connection.messages() if m["e"] == "ORDER_TRADE_UPDATE"]


def outlined(rows: list[Any], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def test_a_resting_order_is_told_like_the_recorded_one(exchange: Exchange, alice: Trader) -> None:
    """Recorded: XRPUSDT BUY 5 at 1.0741, bids notional 5.37050, no commission at all."""
    stream = follow(alice)
    order = alice.limit("BUY", "0.003", "49000", newClientOrderId="first")
    (told,) = stream.messages()
    assert list(told) == ["e", "T", "E", "o"]
    assert told["T"] == told["E"] == exchange.now
    assert told["o"] == {
        "s": "BTCUSDT",
        "c": "first",
        "S": "BUY",
        "o": "LIMIT",
        "f": "GTC",
        "q": "0.003",
        "p": "49000",
        "ap": "0",
        "sp": "0",
        "x": "NEW",
        "X": "NEW",
        "i": order["orderId"],
        "l": "0",
        "z": "0",
        "L": "0",
        "T": exchange.now,
        "t": 0,
        "b": "147.00000",
        "a": "0",
        "m": False,
        "R": False,
        "wt": "CONTRACT_PRICE",
        "ot": "LIMIT",
        "ps": "BOTH",
        "cp": False,
        "rp": "0",
        "pP": False,
        "si": 0,
        "ss": 0,
        "V": "EXPIRE_MAKER",
        "pm": "NONE",
        "gtd": 0,
        "er": "0",
    }
