"""Every recorded position row, from its amount, prices, leverage and rates, to the last digit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import pytest

from perpbox.account import PositionSide
from perpbox.audit import Options, Verdict, audit, documents_of
from perpbox.engine.fees import commission_of
from perpbox.instrument import initial_margin_rate
from perpbox.margin.isolated import isolated_margin, opening_margin
from perpbox.margin.liquidation_price import Leg, liquidation_price
from perpbox.margin.position import (
    Rounding,
    maint_margin,
    notional,
    open_order_initial_margin,
    opening_orders_margin,
    position_initial_margin,
    unrealized_profit,
)
from perpbox.money import SCALE, Price, cut, parse
from tests.recorded.names import POSITION
from tests.recorded.tables import Line, bracket_of, table

LINES: Final = [line for line in table("positions") if line.has("entry")]
"""Without the four of which only the profit is known; they are summed with the assets."""

FIGURES: Final = tuple(POSITION)[5:]


def rounding_of(line: Line) -> Rounding:
    return Rounding.R2025 if line["date"] >= "20250801" else Rounding.R2021


def marks_of(line: Line) -> Iterator[Price]:
    """The mark price, or all of eight decimals around that which the row's figures come from."""
    if line.has("mark"):
        yield line.figure("mark")
        return
    amt = line.figure("amt")
    if line.has("notional"):
        around = line.figure("notional") * SCALE // amt
    else:
        around = line.figure("entry") + line.figure("profit") * SCALE // amt
    width = SCALE // abs(amt) + 1
    yield from range(around - width, around + width + 1)


def figures_at(line: Line, mark: Price) -> dict[str, int]:
    """All that the formulas give for the row at this mark price."""
    amt, entry = line.figure("amt"), line.figure("entry")
    worth = notional(amt, mark)
    profit = unrealized_profit(amt, mark, entry)
    found = {"notional": worth, "profit": profit, "position": 0, "maint": 0}
    rate = initial_margin_rate(line.leverage)
    if amt:
        found["position"] = position_initial_margin(amt, mark, rate, rounding_of(line))
    if amt and line.has("rates"):
        found["maint"] = maint_margin(amt, mark, bracket_of(line, worth))
    if line.has("bids"):
        found["orders"] = order_margin(line, mark, rate)
        found["initial"] = found["position"] + found["orders"]
    if line["type"] == "cross":
        found["isolated"] = 0
    if line["type"] == "isolated":
        wallet = line.figure("wallet")
        found["isolated"] = isolated_margin(wallet, profit)
        found["liquidation"] = liquidation_price(wallet, [Leg(amt, entry, line.brackets)], mark)
    return {name: figure for name, figure in found.items() if line.has(name)}


def order_margin(line: Line, mark: Price, rate: int) -> int:
    buys, sells = line.figure("bids") * SCALE, line.figure("asks") * SCALE
    if line.side is PositionSide.BOTH:
        return open_order_initial_margin(line.figure("amt") * mark, buys, sells, rate)
    return opening_orders_margin(buys if line.side is PositionSide.LONG else sells, rate)


def missed(line: Line, mark: Price) -> dict[str, int]:
    """The figures that are not the recorded ones, and by how many units."""
    apart = {
        name: abs(line.figure(name) - figure) for name, figure in figures_at(line, mark).items()
    }
    # The isolated margin, and the sum of both margins, inherit what their parts miss.
    for whole, part in (("initial", "position"), ("isolated", "profit")):
        if apart.get(whole) and apart[whole] == apart.get(part):
            apart[whole] = 0
    return {name: ulps for name, ulps in apart.items() if ulps}


@pytest.mark.parametrize("line", LINES, ids=str)
def test_one_mark_price_gives_every_figure_of_the_row(line: Line) -> None:
    tried = [missed(line, mark) for mark in marks_of(line)]
    nearest = min(tried, key=lambda apart: (len(apart), sum(apart.values())))
    assert nearest == line.off


def test_no_figure_of_the_table_goes_unchecked() -> None:
    in_table = [name for line in LINES for name in FIGURES if line.has(name)]
    held = [name for line in LINES for name in figures_at(line, next(marks_of(line)))]
    assert len(held) == len(in_table) == 217
    assert sum(len(line.off) for line in LINES) == 6


def as_answer(line: Line) -> dict[str, object]:
    row: dict[str, object] = {
        "symbol": line["symbol"],
        "positionSide": line["side"],
        "positionAmt": line["amt"],
    }
    row |= {field: line[column] for column, field in POSITION.items() if line.has(column)}
    if line.has("type"):
        row["isolated"] = line["type"] == "isolated"
    if not line["leverage"].startswith("~"):
        row["leverage"] = line["leverage"]
    if line.has("date"):
        day = datetime.strptime(line["date"], "%Y%m%d").replace(tzinfo=UTC)
        row["updateTime"] = int(day.timestamp() * 1000)
    return row


@pytest.mark.parametrize("line", LINES, ids=str)
def test_the_audit_finds_the_same(line: Line) -> None:
    options = Options(
        brackets={line["symbol"]: line.brackets} if line.has("rates") else {},
        leverage={line["symbol"]: line.leverage},
    )
    findings = audit(documents_of("table", [as_answer(line)]), options)
    by_column = {field: column for column, field in POSITION.items()}
    off = {
        by_column[each.field.rpartition(".")[2]]: each.ulps
        for each in findings
        if each.verdict is Verdict.OFF
    }
    assert off == line.off
    if line.has("mark"):
        assert {each.verdict for each in findings} <= {Verdict.EXACT, Verdict.OFF}


def test_in_2021_the_entry_price_was_cut_to_the_price_precision() -> None:
    """With VET's six decimals both figures that are off by today's rule are exact."""
    line = next(line for line in LINES if line["symbol"] == "VETUSDT")
    entry = cut(line.figure("entry"), 100) * 100
    amt, mark = line.figure("amt"), line.figure("mark")
    legs = [Leg(amt, entry, line.brackets)]
    assert entry == parse("0.132748")
    assert unrealized_profit(amt, mark, entry) == line.figure("profit")
    assert liquidation_price(line.figure("wallet"), legs, mark) == line.figure("liquidation")


def test_an_isolated_position_opens_with_its_margin_less_the_commission() -> None:
    """BARDUSDT, a fresh position at 5x whose break-even price shows a commission of 0.05 %."""
    line = next(line for line in LINES if line["symbol"] == "BARDUSDT")
    amt, entry = line.figure("amt"), line.figure("entry")
    margin = opening_margin(amt, entry, initial_margin_rate(line.leverage))
    assert margin - commission_of(entry, amt, parse("0.0005")) == line.figure("wallet")
