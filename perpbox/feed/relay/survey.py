"""What another venue trades, beside this one's catalogue: symbols, filters, first prices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from perpbox.feed.relay.messages import MarkPrice
from perpbox.feed.relay.terms import BadRelay, RelayTerms
from perpbox.instrument import Catalogue, CatalogueError, Symbol
from perpbox.instrument.answers import (
    FilterAnswer,
    SymbolAnswer,
    exact,
    read_exchange_info,
)
from perpbox.money import Millis, text_short

EXCHANGE_INFO: Final = "/fapi/v1/exchangeInfo"
PREMIUM_INDEX: Final = "/fapi/v1/premiumIndex"
LAST_PRICES: Final = "/fapi/v2/ticker/price"

TRADING: Final = "TRADING"
COMPARED: Final = (
    ("PRICE_FILTER", "tickSize", "tick_size", "tick_size"),
    ("PRICE_FILTER", "minPrice", "min_price", "min_price"),
    ("PRICE_FILTER", "maxPrice", "max_price", "max_price"),
    ("LOT_SIZE", "stepSize", "step_size", "step_size"),
    ("LOT_SIZE", "minQty", "min_qty", "min_quantity"),
    ("LOT_SIZE", "maxQty", "max_qty", "max_quantity"),
    ("MARKET_LOT_SIZE", "stepSize", "step_size", "market_step_size"),
    ("MARKET_LOT_SIZE", "minQty", "min_qty", "market_min_quantity"),
    ("MARKET_LOT_SIZE", "maxQty", "max_qty", "market_max_quantity"),
    ("MIN_NOTIONAL", "notional", "notional", "min_notional"),
    ("PERCENT_PRICE", "multiplierUp", "multiplier_up", "multiplier_up"),
    ("PERCENT_PRICE", "multiplierDown", "multiplier_down", "multiplier_down"),
)
"""Filter, field, and where it stands in an answer and in a symbol."""

Get = Callable[[str], bytes]
"""Asks for a path by GET; raises OSError where there is no answer."""
T = TypeVar("T")


class _Premium(Struct, frozen=True, rename="camel"):
    symbol: str
    mark_price: str
    index_price: str
    last_funding_rate: str
    next_funding_time: Millis
    time: Millis


class _LastPrice(Struct, frozen=True):
    symbol: str
    price: str


class Survey(Struct, frozen=True):
    names: tuple[str, ...]
    """The symbols that are relayed, in the catalogue's order."""
    absent: tuple[str, ...]
    """Symbols of the catalogue that are not traded there."""
    differences: dict[str, list[str]]
    """By symbol, the filters that are others there."""
    marks: list[MarkPrice]
    last_prices: dict[str, str]


def survey(terms: RelayTerms, catalogue: Catalogue, get: Get) -> Survey:
    """Ask the other venue. Raises `BadRelay` where nothing can be relayed, OSError as `get`."""
    unknown = [name for name in terms.symbols if name not in catalogue.symbols]
    if unknown:
        raise BadRelay(f"{', '.join(unknown)} cannot be relayed: not in this venue's catalogue.")
    wanted = [name for name in catalogue.symbols if not terms.symbols or name in terms.symbols]
    traded = _traded(get(EXCHANGE_INFO))
    names = tuple(name for name in wanted if name in traded)
    absent = tuple(name for name in wanted if name not in traded)
    if terms.symbols and absent:
        raise BadRelay(f"{', '.join(absent)} cannot be relayed: not traded there.")
    if not names:
        raise BadRelay("Nothing can be relayed: no symbol of the catalogue is traded there.")
    found = {name: list(differences(catalogue.symbols[name], traded[name])) for name in names}
    return Survey(
        names,
        absent,
        {name: each for name, each in found.items() if each},
        _marks(get(PREMIUM_INDEX)),
        _last_prices(get(LAST_PRICES)),
    )


def _traded(answer: bytes) -> dict[str, SymbolAnswer]:
    try:
        symbols = read_exchange_info(answer).symbols
    except CatalogueError as error:
        raise BadRelay(f"The other venue's answer cannot be read: {error}") from error
    return {row.symbol: row for row in symbols if row.status == TRADING}


def differences(symbol: Symbol, there: SymbolAnswer) -> Iterator[str]:
    """The filters that are others there, each with both figures."""
    filters = {row.filter_type: row for row in there.filters or ()}
    for kind, field, name, own in COMPARED:
        figure = getattr(filters.get(kind, FilterAnswer(kind)), name)
        if figure is None:
            continue
        here = getattr(symbol, own)
        try:
            same = exact(kind, figure) == here
        except CatalogueError:
            same = False
        if not same:
            yield f"{kind} {field} {text_short(here)} here, {figure} there"


def _marks(answer: bytes) -> list[MarkPrice]:
    return [
        MarkPrice(
            symbol=row.symbol,
            mark=row.mark_price,
            index=row.index_price,
            rate=row.last_funding_rate,
            next_funding=row.next_funding_time,
            time=row.time,
        )
        for row in _rows(PREMIUM_INDEX, answer, _Premium)
    ]


def _last_prices(answer: bytes) -> dict[str, str]:
    return {row.symbol: row.price for row in _rows(LAST_PRICES, answer, _LastPrice)}


def _rows(path: str, answer: bytes, kind: type[T]) -> list[T]:
    try:
        return msgspec.json.decode(answer, type=list[kind])  # type: ignore[valid-type]
    except msgspec.MsgspecError as error:
        raise BadRelay(f"The other venue's answer to {path} cannot be read: {error}") from error
