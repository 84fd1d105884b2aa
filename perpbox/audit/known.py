"""What the files and the options together say of one account, for rows that do not say it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from msgspec import Struct

from perpbox.audit.brackets import Table, Tables, tables_of
from perpbox.audit.documents import (
    Document,
    Kind,
    asset_rows,
    index_rows,
    position_rows,
    totals_row,
)
from perpbox.audit.figures import Json, Row
from perpbox.audit.mode import shown_mode, told_mode
from perpbox.instrument import Symbol, builtin
from perpbox.margin.multi_assets import Rates
from perpbox.margin.position import Rounding
from perpbox.money import MAX_WHOLE_DIGITS, Amount, Millis

NEWER_ROUNDING_SINCE: Final[Millis] = 1_754_006_400_000
"""2025-08-01: the first recorded position that is rounded the newer way is of that month."""

QUOTES: Final = ("USDT", "USDC", "BUSD", "FDUSD")
"""Margin assets, for a symbol that is not in the catalogue: BTCUSDC's is USDC."""

STATIC: Final = ("entryPrice", "leverage", "isolated", "marginType", "marginAsset")
"""What does not move with the price, so that two answers share it until the position changes."""

Twin: TypeAlias = tuple[str, str, int, str]


class Options(Struct, frozen=True):
    """What a file cannot say."""

    brackets: Tables = {}
    leverage: Mapping[str, int] = {}
    rounding: Rounding | None = None
    """Of position margin; None to go by each row's update time."""


class Known(Struct, frozen=True):
    """One account's settings, as far as anything tells them."""

    options: Options
    tables: Tables
    """Of the options, or of leverageBracket answers."""
    catalogue: Mapping[str, Symbol]
    leverage: Mapping[str, int]
    static: Mapping[Twin, Json]
    rates: Mapping[str, Rates]
    """Of assetIndex answers, by asset."""
    cross_wallets: Mapping[str, Amount]
    told_mode: bool | None
    """Multi-assets mode by a field of some answer."""
    shown_mode: bool | None
    """The same by the figures of some answer."""
    positions: tuple[Row, ...]
    """Of all answers; of several moments of one leg what was told last."""

    @property
    def multi_assets(self) -> bool | None:
        """Of the account as a whole; None if nothing tells."""
        return _first((self.told_mode, self.shown_mode))

    def completed(self, row: Row) -> Row:
        """The position with what another answer says of the same position, unchanged since."""
        twin = _twin_of(row)
        if twin is None or twin not in self.static:
            return row
        return Row(row.source, row.label, {**self.static[twin], **row.fields}, row.printed)

    def leverage_of(self, row: Row) -> int | None:
        symbol = row.text("symbol")
        told = (_whole(row, "leverage"), self.options.leverage.get(symbol))
        return told[0] or told[1] or self.leverage.get(symbol)

    def roundings_of(self, row: Row) -> tuple[Rounding, ...]:
        """The rounding of position margin when the row was made; both if nothing says when."""
        if self.options.rounding is not None:
            return (self.options.rounding,)
        updated = _whole(row, "updateTime")
        if updated is None:
            return (Rounding.R2021, Rounding.R2025)
        return (Rounding.R2025 if updated >= NEWER_ROUNDING_SINCE else Rounding.R2021,)

    def table_of(self, symbol: str) -> tuple[Table, bool] | None:
        """The symbol's leverage table, and whether it is certainly that of the answer's date."""
        if symbol in self.tables:
            return self.tables[symbol], True
        if symbol in self.catalogue:
            return self.catalogue[symbol].brackets, False
        return None

    def margin_asset_of(self, row: Row) -> str:
        """The asset that a position's margin is in; empty if nothing tells."""
        symbol = row.text("symbol")
        if row.has("marginAsset"):
            return row.text("marginAsset")
        if symbol in self.catalogue:
            return self.catalogue[symbol].margin_asset
        # A dated contract carries its date behind: BTCUSDT_240329.
        pair = symbol.partition("_")[0]
        return next((quote for quote in QUOTES if pair.endswith(quote)), "")

    def is_multi_assets(self, document: Document) -> bool | None:
        """By a field of the document or of another, else by figures; None if nothing tells."""
        return _first((told_mode(document), self.told_mode, shown_mode(document), self.shown_mode))


def known_from(documents: Sequence[Document], options: Options) -> Known:
    """Gather what the documents tell of one another."""
    tables: dict[str, Table] = {}
    for document in documents:
        if document.kind is Kind.BRACKETS:
            tables |= tables_of(document.source, document.objects)
    return Known(
        options=options,
        tables={**tables, **options.brackets},
        catalogue=builtin().symbols,
        leverage=_leverage(documents),
        static=_static(documents),
        rates=_rates(documents),
        cross_wallets=_cross_wallets(documents),
        told_mode=_first(told_mode(document) for document in documents),
        shown_mode=_first(shown_mode(document) for document in documents),
        positions=_last_positions(documents),
    )


def _first(modes: Iterable[bool | None]) -> bool | None:
    return next((mode for mode in modes if mode is not None), None)


def _all_positions(documents: Iterable[Document]) -> Iterator[Row]:
    for document in documents:
        if document.kind in {Kind.ACCOUNT, Kind.POSITIONS}:
            yield from position_rows(document) or ()


def _last_positions(documents: Iterable[Document]) -> tuple[Row, ...]:
    found: dict[tuple[str, str], Row] = {}
    for row in _all_positions(documents):
        leg = (row.text("symbol"), row.text("positionSide"))
        earlier = found[leg].fields if leg in found else {}
        found[leg] = Row(row.source, row.label, {**earlier, **row.fields}, row.printed)
    return tuple(found.values())


def _leverage(documents: Sequence[Document]) -> dict[str, int]:
    """Leverage by symbol where the answers agree."""
    found: dict[str, set[int]] = {}
    rows = list(_all_positions(documents))
    for document in documents:
        if document.kind is Kind.SETTINGS:
            rows += [Row(document.source, "settings", each) for each in document.objects]
    for row in rows:
        leverage = _whole(row, "leverage")
        if leverage is not None:
            found.setdefault(row.text("symbol"), set()).add(leverage)
    return {symbol: values.pop() for symbol, values in found.items() if len(values) == 1}


def _static(documents: Sequence[Document]) -> dict[Twin, Json]:
    found: dict[Twin, dict[str, object]] = {}
    for row in _all_positions(documents):
        twin = _twin_of(row)
        if twin is not None:
            told = {name: row.fields[name] for name in STATIC if row.has(name)}
            found[twin] = {**found.get(twin, {}), **told}
    return dict(found)


def _twin_of(row: Row) -> Twin | None:
    """What two rows of one unchanged position have in common; None for a row without a time."""
    if _whole(row, "updateTime") is None or not row.has("positionAmt"):
        return None
    side = row.text("positionSide") or "BOTH"
    return row.text("symbol"), side, row.figure("positionAmt"), row.text("updateTime")


def _rates(documents: Iterable[Document]) -> dict[str, Rates]:
    """Rates by asset; of several moments of one index the last."""
    found: dict[str, Rates] = {}
    for document in documents:
        if document.kind is Kind.INDEX:
            for row in index_rows(document):
                name = (row.text("symbol") or row.text("s")).removesuffix("USD")
                rates = _rates_in(row)
                if rates is not None:
                    found[name] = rates
    return found


def _rates_in(row: Row) -> Rates | None:
    for names in (
        ("bidRate", "askRate", "autoExchangeBidRate", "autoExchangeAskRate"),
        ("B", "A", "Q", "G"),
    ):
        if all(row.has(name) for name in names):
            rates = Rates(*(row.figure(name) for name in names))
            return rates if rates.ask_rate > 0 else None
    return None


def _cross_wallets(documents: Iterable[Document]) -> dict[str, Amount]:
    """Cross wallet by asset: of the assets' rows, or USDT's of the totals."""
    found: dict[str, Amount] = {}
    for document in documents:
        if document.kind in {Kind.ACCOUNT, Kind.ASSETS, Kind.BALANCE}:
            for row in asset_rows(document):
                if row.has("crossWalletBalance"):
                    found.setdefault(row.text("asset"), row.figure("crossWalletBalance"))
        mode = _first((told_mode(document), shown_mode(document)))
        if document.kind is Kind.ACCOUNT and mode is False:
            totals = totals_row(document)
            if totals.has("crossWalletBalance"):
                found.setdefault("USDT", totals.figure("crossWalletBalance"))
    return found


def _whole(row: Row, name: str) -> int | None:
    """A field that counts something, leverage or milliseconds; None if it is zero or no number."""
    text = row.text(name)
    if not (text.isascii() and text.isdecimal() and len(text) <= MAX_WHOLE_DIGITS):
        return None
    return int(text) or None
