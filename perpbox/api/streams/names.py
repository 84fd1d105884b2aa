"""Names of market streams: what each asks for, and how often it is pushed."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from msgspec import Struct

from perpbox.money import Millis

SECOND: Final[Millis] = 1000
AT_ONCE: Final[Millis] = 0

INTERVALS: Final = (
    *("1m", "3m", "5m", "15m", "30m"),
    *("1h", "2h", "4h", "6h", "8h", "12h"),
    *("1d", "3d", "1w", "1M"),
)
CONTINUOUS_INTERVALS: Final = ("1s", *INTERVALS)


class Kind(Enum):
    AGGREGATE_TRADE = "aggTrade"
    TRADE = "trade"
    MARK_PRICE = "markPrice"
    KLINE = "kline"
    CONTINUOUS_KLINE = "continuousKline"
    MINI_TICKER = "miniTicker"
    TICKER = "ticker"
    BOOK_TICKER = "bookTicker"
    PARTIAL_DEPTH = "partial depth"
    DIFF_DEPTH = "depth"
    FORCE_ORDER = "forceOrder"
    COMPOSITE_INDEX = "compositeIndex"
    CONTRACT_INFO = "contractInfo"
    ASSET_INDEX = "assetIndex"
    TRADING_SESSION = "tradingSession"


class StreamName(Struct, frozen=True):
    """What a name asks for."""

    kind: Kind
    symbol: str
    """Or the asset index; empty: all of them."""
    speed: Millis
    """Between two pushes; 0: whenever something happens."""
    detail: str = ""
    """Interval of a kline, levels of a partial book."""


DEPTH_SPEEDS: Final = {"": 250, "@500ms": 500, "@250ms": 250, "@100ms": 100, "@0ms": AT_ONCE}
"""The last is not documented, and used."""
LEVELS: Final = ("5", "10", "20")
CONTRACT: Final = "perpetual"
"""The only contract type that is traded here."""

EVERYTHING: Final = {
    "!markPrice@arr": StreamName(Kind.MARK_PRICE, "", 3 * SECOND),
    "!markPrice@arr@1s": StreamName(Kind.MARK_PRICE, "", SECOND),
    "!miniTicker@arr": StreamName(Kind.MINI_TICKER, "", SECOND),
    "!ticker@arr": StreamName(Kind.TICKER, "", SECOND),
    "!bookTicker": StreamName(Kind.BOOK_TICKER, "", 5 * SECOND),
    "!forceOrder@arr": StreamName(Kind.FORCE_ORDER, "", SECOND),
    "!contractInfo": StreamName(Kind.CONTRACT_INFO, "", AT_ONCE),
    "!assetIndex@arr": StreamName(Kind.ASSET_INDEX, "", SECOND),
    "tradingSession": StreamName(Kind.TRADING_SESSION, "", SECOND),
}
PLAIN: Final = {
    "aggTrade": (Kind.AGGREGATE_TRADE, 100),
    "trade": (Kind.TRADE, AT_ONCE),
    "markPrice": (Kind.MARK_PRICE, 3 * SECOND),
    "markPrice@1s": (Kind.MARK_PRICE, SECOND),
    "miniTicker": (Kind.MINI_TICKER, 2 * SECOND),
    "ticker": (Kind.TICKER, 2 * SECOND),
    "bookTicker": (Kind.BOOK_TICKER, AT_ONCE),
    "forceOrder": (Kind.FORCE_ORDER, SECOND),
    "compositeIndex": (Kind.COMPOSITE_INDEX, SECOND),
    "assetIndex": (Kind.ASSET_INDEX, SECOND),
    "rpiDepth@500ms": (Kind.DIFF_DEPTH, 500),
}
"""What stands behind the symbol. `trade` is not documented, and used. No RPI orders are taken, so
their book is the same.
"""
KLINE_SPEED: Final[Millis] = 250

POSSIBLE: Final = re.compile(r"[!-~\u0080-\U0010ffff]{1,256}")
"""Anything else is no name at all."""


def parse_name(name: str) -> StreamName | None:
    """What the name asks for; None if nothing that there is. Symbols are lower-case."""
    if name in EVERYTHING:
        return EVERYTHING[name]
    symbol, found, rest = name.partition("@")
    if not found or not symbol or symbol != symbol.lower():
        return None
    if rest in PLAIN:
        kind, speed = PLAIN[rest]
        return StreamName(kind, symbol.upper(), speed)
    return _kline(symbol, rest) or _depth(symbol.upper(), rest)


def _kline(symbol: str, rest: str) -> StreamName | None:
    what, _, interval = rest.partition("_")
    if what == "kline" and interval in INTERVALS:
        return StreamName(Kind.KLINE, symbol.upper(), KLINE_SPEED, interval)
    pair, _, contract = symbol.rpartition("_")
    if what == "continuousKline" and interval in CONTINUOUS_INTERVALS and contract == CONTRACT:
        return StreamName(Kind.CONTINUOUS_KLINE, pair.upper(), KLINE_SPEED, interval)
    return None


def _depth(symbol: str, rest: str) -> StreamName | None:
    what, found, speed_text = rest.partition("@")
    speed = DEPTH_SPEEDS.get(found + speed_text)
    levels = what.removeprefix("depth")
    if speed is None or not what.startswith("depth"):
        return None
    if not levels:
        return StreamName(Kind.DIFF_DEPTH, symbol, speed)
    return StreamName(Kind.PARTIAL_DEPTH, symbol, speed, levels) if levels in LEVELS else None
