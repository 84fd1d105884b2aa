"""Every recorded asset index: its rates from its price and buffers."""

from __future__ import annotations

from typing import Final

import pytest
from msgspec.structs import astuple

from perpbox.audit import Options, Verdict, audit, documents_of
from perpbox.instrument import MarginAsset
from perpbox.margin.multi_assets import rates_of
from tests.recorded.names import INDEX
from tests.recorded.tables import Line, table

LINES: Final = table("rates")
RATES: Final = ("bid", "ask", "auto_bid", "auto_ask")


def rates_at(line: Line, index: int) -> dict[str, int]:
    asset = MarginAsset(
        name=line["index_symbol"],
        start_index_price=index,
        bid_buffer=line.figure("bid_buffer"),
        ask_buffer=line.figure("ask_buffer"),
        auto_exchange_bid_buffer=line.figure("auto_bid_buffer"),
        auto_exchange_ask_buffer=line.figure("auto_ask_buffer"),
        auto_exchange_threshold=None,
        margin_available=True,
        index_symbol=line["index_symbol"],
    )
    return dict(zip(RATES, astuple(rates_of(asset, index)), strict=True))


@pytest.mark.parametrize("line", LINES, ids=str)
def test_the_rates_follow_from_index_and_buffers(line: Line) -> None:
    made = rates_at(line, line.figure("index"))
    apart = {name: line.figure(name) - rate for name, rate in made.items()}
    assert {name: ulps for name, ulps in apart.items() if ulps} == line.off


@pytest.mark.parametrize("line", [line for line in LINES if line.off], ids=str)
def test_a_rate_that_is_off_is_explained_by_the_hidden_digits_of_the_index(line: Line) -> None:
    """Cut at eight decimals, the index may have been anything up to the next unit."""
    low, high = (rates_at(line, line.figure("index") + more) for more in (0, 1))
    assert all(low[name] <= line.figure(name) <= high[name] for name in RATES)


@pytest.mark.parametrize("line", LINES, ids=str)
def test_the_audit_finds_the_same(line: Line) -> None:
    row = {field: line[column] for column, field in INDEX.items()}
    findings = audit(documents_of("table", [row]), Options())
    off = {each.field.rpartition(".")[2]: each.ulps for each in findings if each.ulps}
    assert off == {INDEX[name]: ulps for name, ulps in line.off.items()}
    assert all(each.verdict is not Verdict.NOT_DETERMINED for each in findings)
