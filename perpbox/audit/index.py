"""The rates of an asset index, recomputed from its price and buffers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from msgspec.structs import astuple

from perpbox.audit.documents import Document, index_rows
from perpbox.audit.figures import Row
from perpbox.audit.verdict import Finding, Recomputed, attempt, certain, judge
from perpbox.instrument import MarginAsset
from perpbox.margin.multi_assets import rates_of

REST: Final = (
    "index",
    ("bidBuffer", "askBuffer", "autoExchangeBidBuffer", "autoExchangeAskBuffer"),
    ("bidRate", "askRate", "autoExchangeBidRate", "autoExchangeAskRate"),
)
STREAM: Final = ("i", ("b", "a", "q", "g"), ("B", "A", "Q", "G"))
"""Names of the index, the buffers and the rates, in the order of `Rates`."""

SIGNS: Final = ("−", "+", "−", "+")


def index_findings(document: Document) -> Iterator[Finding]:
    """One finding for each rate."""
    for row in index_rows(document):
        index, buffers, names = REST if row.has("index") else STREAM
        for place, (buffer, name, sign) in enumerate(zip(buffers, names, SIGNS, strict=True)):
            if row.has(name):
                formula = f"{index} × (1 {sign} {buffer}), cut"
                recomputed = attempt(partial(_rate, row, place, index, buffers))
                yield judge(row, name, formula, recomputed)


def _rate(row: Row, place: int, index: str, buffers: tuple[str, ...]) -> Recomputed:
    asset = MarginAsset(
        name=row.text("symbol"),
        start_index_price=0,
        bid_buffer=row.figure(buffers[0]),
        ask_buffer=row.figure(buffers[1]),
        auto_exchange_bid_buffer=row.figure(buffers[2]),
        auto_exchange_ask_buffer=row.figure(buffers[3]),
        auto_exchange_threshold=None,
        margin_available=True,
        index_symbol=row.text("symbol"),
    )
    rates = astuple(rates_of(asset, row.figure(index)))
    return certain(rates[place])
