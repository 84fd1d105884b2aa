"""The mark prices at which an account's rows were made, and the rates of its assets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from perpbox.audit.documents import Kind, index_rows
from perpbox.audit.figures import Row, Unreadable
from perpbox.audit.marks import MARK, marks_of, prices_giving
from perpbox.clone.answers import PREMIUMS, Answers
from perpbox.instrument import Catalogue, MarginAsset
from perpbox.money import SCALE, Price, Quantity

BUFFERS: Final = {
    "bid_buffer": ("bidBuffer", "b"),
    "ask_buffer": ("askBuffer", "a"),
    "auto_exchange_bid_buffer": ("autoExchangeBidBuffer", "q"),
    "auto_exchange_ask_buffer": ("autoExchangeAskBuffer", "g"),
}
"""What they are called by REST, and by the stream."""


def profit_name(row: Row) -> str:
    """positionRisk writes unRealizedProfit, the account unrealizedProfit."""
    return "unRealizedProfit" if row.has("unRealizedProfit") else "unrealizedProfit"


def marks_in(answers: Answers) -> dict[str, Price]:
    """The mark price of every symbol of which one is told, or follows.

    A printed one counts first; else the lowest at which all legs' notionals and profits are as
    they are shown; else that of premiumIndex.
    """
    legs: dict[str, list[Row]] = {}
    for row in answers.known.positions:
        legs.setdefault(row.text("symbol"), []).append(row)
    marks = answers.prices(PREMIUMS, "markPrice")
    for symbol, rows in legs.items():
        mark = _mark_of(rows)
        if mark is not None:
            marks[symbol] = mark
    return marks


def _mark_of(rows: Iterable[Row]) -> Price | None:
    ranges: list[tuple[Price, Price]] = []
    for row in rows:
        if row.has(MARK) and row.figure(MARK) > 0:
            return row.figure(MARK)
        ranges += _ranges(row)
    if not ranges:
        return None
    low, high = (max(low for low, _ in ranges), min(high for _, high in ranges))
    return low if low <= high else ranges[0][0]


def _ranges(row: Row) -> Iterator[tuple[Price, Price]]:
    quantity: Quantity = row.figure_or("positionAmt", 0)
    if not quantity:
        return
    profit = profit_name(row)
    found = marks_of(row, quantity, profit)
    if found is not None and found.low > 0:
        yield found.low, found.high
    if row.has("entryPrice") and row.has(profit):
        gained = prices_giving(quantity, row.figure(profit))
        if gained:
            entry = row.figure("entryPrice")
            yield gained[0] + entry, gained[1] + entry


def index_prices(answers: Answers, catalogue: Catalogue) -> dict[str, Price]:
    """Of each margin asset of which an assetIndex answer tells."""
    found = {name: row.figure("index" if row.has("index") else "i") for name, row in _rows(answers)}
    return {name: price for name, price in found.items() if name in catalogue.assets and price > 0}


def buffered(asset: MarginAsset, answers: Answers) -> MarginAsset:
    """The asset with the buffers that its assetIndex row names."""
    row = dict(_rows(answers)).get(asset.name)
    if row is None:
        return asset
    told = {
        name: row.figure(each) for name, names in BUFFERS.items() for each in names if row.has(each)
    }
    if not all(0 <= buffer < SCALE for buffer in told.values()):
        raise Unreadable(f"{row.source}: {row.label} has a buffer that is none")
    return replace(asset, **told)


def _rows(answers: Answers) -> Iterator[tuple[str, Row]]:
    for document in answers.documents:
        if document.kind is Kind.INDEX:
            for row in index_rows(document):
                yield (row.text("symbol") or row.text("s")).removesuffix("USD"), row
