"""The kinds of official dump files, their columns, and how a file's kind and symbol are known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import Enum
from pathlib import Path
from typing import Final

from perpbox.feed.recorded.errors import BrokenDump, RecordingError
from perpbox.money import Millis


class Kind(Enum):
    """Named as in the names of files and folders."""

    TRADES = "trades"
    AGG_TRADES = "aggTrades"
    BOOK_TICKER = "bookTicker"
    KLINES = "klines"
    MARK_KLINES = "markPriceKlines"
    INDEX_KLINES = "indexPriceKlines"
    FUNDING = "fundingRate"


UNUSED_KINDS: Final = {"premiumIndexKlines", "metrics", "bookDepth", "liquidationSnapshot"}
"""Published too, and nothing that moves this market."""

KLINE_COLUMNS: Final = (
    "open_time",
    "open",
    "high",
    "low",
    "close",
    "volume",
    "close_time",
    "quote_volume",
    "count",
    "taker_buy_volume",
    "taker_buy_quote_volume",
    "ignore",
)
COLUMNS: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.TRADES: ("id", "price", "qty", "quote_qty", "time", "is_buyer_maker"),
    Kind.AGG_TRADES: (
        "agg_trade_id",
        "price",
        "quantity",
        "first_trade_id",
        "last_trade_id",
        "transact_time",
        "is_buyer_maker",
    ),
    Kind.BOOK_TICKER: (
        "update_id",
        "best_bid_price",
        "best_bid_qty",
        "best_ask_price",
        "best_ask_qty",
        "transaction_time",
        "event_time",
    ),
    Kind.KLINES: KLINE_COLUMNS,
    Kind.MARK_KLINES: KLINE_COLUMNS,
    Kind.INDEX_KLINES: KLINE_COLUMNS,
    Kind.FUNDING: ("calc_time", "funding_interval_hours", "last_funding_rate"),
}
"""Of every kind, in the order of files without a header."""

BARS: Final = {Kind.KLINES, Kind.MARK_KLINES, Kind.INDEX_KLINES}
WORDS: Final = {kind.value: kind for kind in Kind}
INTERVAL: Final = re.compile(r"([1-9][0-9]?)([smhdwM])", re.ASCII)
SYMBOL: Final = re.compile(r"[A-Z0-9]{2,}(?:_[0-9]{6})?", re.ASCII)
SPANS: Final[dict[str, Millis]] = {
    "s": 1_000,
    "m": 60_000,
    "h": 3_600_000,
    "d": 86_400_000,
    "w": 604_800_000,
    "M": 2_592_000_000,
}
"""A month as thirty days: to tell the finer interval, no more."""
SUFFIXES: Final = {".csv", ".zip"}


def interval_span(text: str) -> Millis:
    """About how long "15m" lasts; 0 if it is no interval."""
    found = INTERVAL.fullmatch(text)
    return int(found[1]) * SPANS[found[2]] if found else 0


def parts_of(path: Path) -> list[str]:
    """BTCUSDT-aggTrades-2024-01.zip has the parts BTCUSDT, aggTrades, 2024 and 01."""
    return path.name.partition(".")[0].split("-")


def symbol_of(path: Path) -> str:
    """What the name begins with. Raises `BrokenDump`."""
    name = parts_of(path)[0]
    if not SYMBOL.fullmatch(name):
        raise BrokenDump(
            path, 0, "its name does not begin with a symbol, as in BTCUSDT-aggTrades-2024-01.zip"
        )
    return name


def kind_of(path: Path, header: Sequence[str] | None) -> Kind:
    """By its name, else by the folders that it lies in, else by its header; or `BrokenDump`.

    All klines have the same names and headers, so that the folder must tell those of the mark
    and of the index price; klines in no such folder are those of trades.
    """
    folders = list(reversed(path.absolute().parent.parts))
    named = _known(path, parts_of(path)[1:])
    if named is not None:
        return named
    if any(interval_span(part) for part in parts_of(path)[1:]):
        return next((WORDS[f] for f in folders if f in WORDS and WORDS[f] in BARS), Kind.KLINES)
    told = next((WORDS[folder] for folder in folders if folder in WORDS), None)
    told = told or (_kind_of_header(header) if header is not None else None)
    if told is None:
        words = ", ".join(WORDS)
        raise BrokenDump(
            path,
            0,
            f"neither its name nor a header tells what it holds; put one of {words} or an"
            " interval such as 1m into the name",
        )
    return told


def _known(path: Path, parts: Iterable[str]) -> Kind | None:
    found = {WORDS[part] for part in parts if part in WORDS}
    if len(found) > 1:
        both = " and ".join(sorted(kind.value for kind in found))
        raise BrokenDump(path, 0, f"its name says {both}; leave one of them")
    return found.pop() if found else None


def _kind_of_header(header: Sequence[str]) -> Kind | None:
    for kind, columns in COLUMNS.items():
        if set(NEEDED[kind]) <= set(header) <= {*columns}:
            return kind
    return None


NEEDED: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.TRADES: ("id", "price", "qty", "time", "is_buyer_maker"),
    Kind.AGG_TRADES: ("agg_trade_id", "price", "quantity", "transact_time", "is_buyer_maker"),
    Kind.BOOK_TICKER: COLUMNS[Kind.BOOK_TICKER][:6],
    Kind.KLINES: KLINE_COLUMNS[:7],
    Kind.MARK_KLINES: (*KLINE_COLUMNS[:5], "close_time"),
    Kind.INDEX_KLINES: (*KLINE_COLUMNS[:5], "close_time"),
    Kind.FUNDING: COLUMNS[Kind.FUNDING],
}
"""What of them is read; a file with a header may lack the others."""


def is_unused(path: Path) -> bool:
    """Whether it is a dump of something that is not replayed."""
    return not UNUSED_KINDS.isdisjoint({*parts_of(path), *path.absolute().parent.parts})


def expand(paths: Iterable[Path]) -> list[Path]:
    """The files, and those in folders, each once. Raises `RecordingError`."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            files = [p for p in sorted(path.rglob("*")) if p.suffix in SUFFIXES and p.is_file()]
            if not files:
                raise RecordingError(f"{path}: there is no .csv and no .zip in it.")
            found.update(dict.fromkeys(files))
        elif not path.is_file():
            raise RecordingError(f"{path}: there is no such file.")
        elif path.suffix not in SUFFIXES:
            raise RecordingError(f"{path}: a recording is a .csv or a .zip file.")
        else:
            found[path] = None
    if not found:
        raise RecordingError("A recorded market needs at least one file.")
    return list(found)
