"""The live service's own answers, as far as a catalogue needs them: read whole, without doubles.

`GET /fapi/v1/exchangeInfo`, `/fapi/v1/leverageBracket` and `/fapi/v1/premiumIndex`. Numbers with a
point stay the text that they are in the file, so that 0.1 is one tenth.
"""

from __future__ import annotations

import json
from typing import Final, TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from perpbox.instrument.checks import CatalogueError
from perpbox.money import DECIMALS, SCALE, NotANumber, TooPrecise, parse

Figure: TypeAlias = str | int
"""A number as it stands in a file: the service sends some as text and some not."""

EXCHANGE_INFO: Final = "exchangeInfo"
LEVERAGE_BRACKET: Final = "leverageBracket"
PREMIUM_INDEX: Final = "premiumIndex"

MAX_EXPONENT_DIGITS: Final = 2
"""1E99 is far beyond every figure of the service, and 1E999999999 would fill the memory."""


class FilterAnswer(Struct, frozen=True, rename="camel"):
    """One entry of a symbol's `filters`; which of the fields are there depends on the type."""

    filter_type: str
    tick_size: Figure | None = None
    min_price: Figure | None = None
    max_price: Figure | None = None
    step_size: Figure | None = None
    min_qty: Figure | None = None
    max_qty: Figure | None = None
    notional: Figure | None = None
    multiplier_up: Figure | None = None
    multiplier_down: Figure | None = None
    limit: int | None = None


class SymbolAnswer(Struct, frozen=True, rename="camel"):
    """One entry of `symbols` of exchangeInfo."""

    symbol: str
    status: str | None = None
    contract_type: str | None = None
    base_asset: str | None = None
    quote_asset: str | None = None
    margin_asset: str | None = None
    price_precision: int | None = None
    quantity_precision: int | None = None
    onboard_date: int | None = None
    underlying_type: str | None = None
    underlying_sub_type: tuple[str, ...] | None = None
    trigger_protect: Figure | None = None
    liquidation_fee: Figure | None = None
    market_take_bound: Figure | None = None
    filters: tuple[FilterAnswer, ...] | None = None


class AssetAnswer(Struct, frozen=True, rename="camel"):
    """One entry of `assets` of exchangeInfo."""

    asset: str
    margin_available: bool | None = None
    auto_asset_exchange: Figure | None = None


class ExchangeInfoAnswer(Struct, frozen=True, rename="camel"):
    symbols: tuple[SymbolAnswer, ...]
    assets: tuple[AssetAnswer, ...] | None = None
    server_time: int | None = None


class BracketAnswer(Struct, frozen=True, rename="camel"):
    """One entry of `brackets` of leverageBracket."""

    bracket: int
    initial_leverage: int
    notional_cap: Figure
    notional_floor: Figure
    maint_margin_ratio: Figure
    cum: Figure | None = None


class BracketsAnswer(Struct, frozen=True, rename="camel"):
    """The leverage table of one symbol."""

    symbol: str
    brackets: tuple[BracketAnswer, ...]


class PremiumIndexAnswer(Struct, frozen=True, rename="camel"):
    """The mark price of one symbol."""

    symbol: str
    mark_price: Figure | None = None


T = TypeVar("T")


def read_exchange_info(text: str | bytes) -> ExchangeInfoAnswer:
    return _shaped(EXCHANGE_INFO, _document(EXCHANGE_INFO, text), ExchangeInfoAnswer)


def read_leverage_brackets(text: str | bytes) -> tuple[BracketsAnswer, ...]:
    return _shaped(LEVERAGE_BRACKET, _listed(LEVERAGE_BRACKET, text), tuple[BracketsAnswer, ...])


def read_premium_index(text: str | bytes) -> tuple[PremiumIndexAnswer, ...]:
    return _shaped(PREMIUM_INDEX, _listed(PREMIUM_INDEX, text), tuple[PremiumIndexAnswer, ...])


def _document(file: str, text: str | bytes) -> object:
    """The file as JSON. A refusal that was saved in place of the answer is told apart."""
    try:
        document: object = json.loads(text, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise CatalogueError(f"{file}: this is not JSON: {error}") from error
    if isinstance(document, dict) and "code" in document and "msg" in document:
        raise CatalogueError(f"{file}: the file holds a refusal: {document['msg']}")
    return document


def _listed(file: str, text: str | bytes) -> object:
    """As `_document`; asked for one symbol, the service answers with its entry alone."""
    document = _document(file, text)
    return [document] if isinstance(document, dict) else document


def _shaped(file: str, document: object, shape: type[T]) -> T:
    try:
        return msgspec.convert(document, type=shape)
    except msgspec.ValidationError as error:
        raise CatalogueError(f"{file}: {error}") from error


def exact(where: str, figure: Figure) -> int:
    """A figure as a fixed-point number; `where` is the file and field, for the error."""
    if isinstance(figure, int):
        return figure * SCALE
    try:
        return parse(_without_exponent(figure))
    except (NotANumber, TooPrecise) as error:
        raise CatalogueError(f"{where}: {figure!r} is not a number of 8 decimals") from error


def roughly(where: str, figure: Figure) -> int:
    """As `exact`, but what lies beyond the eighth decimal is dropped.

    For a figure that its sender may have computed in doubles, as 16300.000000000002.
    """
    if isinstance(figure, int):
        return exact(where, figure)
    whole, point, fraction = _without_exponent(figure).partition(".")
    return exact(where, whole + point + fraction[:DECIMALS])


def _without_exponent(figure: str) -> str:
    """Write 1.5E7 as 15000000.0; text without an exponent, or with a mad one, stays as it is."""
    mantissa, mark, exponent = figure.lower().partition("e")
    digits = exponent.removeprefix("-").removeprefix("+")
    whole, _, fraction = mantissa.partition(".")
    if not mark or not digits.isdecimal() or len(digits) > MAX_EXPONENT_DIGITS or not whole:
        return figure
    shift = int(exponent)
    if shift >= 0:
        fraction = fraction.ljust(shift, "0")
        return f"{whole}{fraction[:shift]}.{fraction[shift:]}0"
    sign = "-" if whole.startswith("-") else ""
    whole = whole.removeprefix("-").rjust(1 - shift, "0")
    return f"{sign}{whole[:shift]}.{whole[shift:]}{fraction}"
