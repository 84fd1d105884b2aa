"""The figures of a position row, recomputed from its amount, prices, leverage and orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, TypeAlias

from msgspec import Struct

from perpbox.account import PositionSide
from perpbox.audit.brackets import bracket_of
from perpbox.audit.figures import Missing, Row, Unreadable
from perpbox.audit.known import Known
from perpbox.audit.marks import MARK, Marks, marks_of
from perpbox.audit.verdict import (
    Finding,
    Recomputed,
    at_least,
    attempt,
    between,
    certain,
    is_figure,
    judge,
    presumably,
    unknown,
)
from perpbox.instrument import initial_margin_rate
from perpbox.margin.isolated import isolated_margin
from perpbox.margin.position import (
    Rounding,
    maint_margin,
    notional,
    open_order_initial_margin,
    opening_orders_margin,
    position_initial_margin,
    unrealized_profit,
)
from perpbox.money import SCALE, Amount, Price, Quantity, Ratio

ASK_LEVERAGE: Final = "the leverage is not in the file: --leverage {}=N"
ASK_BRACKETS: Final = "the leverage brackets of that date are not known: --brackets FILE"
ORDERS: Final = "the open orders of the symbol are not in the file"
FULL_MARGIN: Final[Ratio] = SCALE
"""The margin rate of leverage 1, and so the highest."""


class Held(Struct, frozen=True):
    """A position row, its primitive fields read."""

    row: Row
    known: Known
    quantity: Quantity
    side: PositionSide
    profit_name: str
    """positionRisk writes unRealizedProfit, the account unrealizedProfit."""
    marks: Marks | None

    @property
    def symbol(self) -> str:
        return self.row.text("symbol")

    @property
    def is_isolated(self) -> bool:
        """By its margin type, else by whether it has a wallet of its own."""
        if self.row.has("isolated"):
            return self.row.flag("isolated") is True
        if self.row.has("marginType"):
            return self.row.text("marginType").lower() == "isolated"
        return self.row.figure("isolatedWallet") != 0

    @property
    def rate(self) -> Ratio | None:
        leverage = self.known.leverage_of(self.row)
        return initial_margin_rate(leverage) if leverage else None


Recompute: TypeAlias = Callable[[Held], Recomputed]


def held_in(row: Row, known: Known) -> Held:
    """Read a row; what it leaves out and another answer has is filled in."""
    row = known.completed(row)
    side = row.text("positionSide") or "BOTH"
    if side not in PositionSide.__members__:
        raise Unreadable(f"{row.source}: {row.place('positionSide')}: no side is called {side}")
    profit_name = "unRealizedProfit" if row.has("unRealizedProfit") else "unrealizedProfit"
    quantity = row.figure("positionAmt")
    marks = marks_of(row, quantity, profit_name)
    return Held(row, known, quantity, PositionSide(side), profit_name, marks)


def position_findings(row: Row, known: Known) -> Iterator[Finding]:
    """One finding for each derived field that the row has."""
    held = held_in(row, known)
    for name, (formula, recompute) in FIELDS.items():
        if row.has(name):
            yield judge(row, name, formula, attempt(partial(recompute, held)))


def at_marks(held: Held, compute: Callable[[Price], Amount]) -> Recomputed:
    """The figure at every mark price that the row allows; each runs one way with the price."""
    if held.quantity == 0:
        return certain(compute(0))
    if held.marks is None:
        raise Missing("a mark price, or a notional to tell it")
    low, high = compute(held.marks.low), compute(held.marks.high)
    if low == high:
        return certain(low)
    return between(low, high, f"{held.marks.source} leaves digits of the mark price open")


def _notional(held: Held) -> Recomputed:
    if held.marks is not None and held.marks.source == "notional":
        raise Missing(MARK)
    return at_marks(held, lambda mark: notional(held.quantity, mark))


def _profit(held: Held) -> Recomputed:
    if held.quantity == 0:
        return certain(0)
    if held.marks is not None and held.marks.source == held.profit_name:
        raise Missing(f"{MARK} or notional")
    entry = held.row.figure("entryPrice")
    return at_marks(held, lambda mark: unrealized_profit(held.quantity, mark, entry))


def _position_margin(held: Held) -> Recomputed:
    if held.quantity == 0:
        return certain(0)
    rate = held.rate
    if rate is None:
        return unknown(ASK_LEVERAGE.format(held.symbol))
    roundings = held.known.roundings_of(held.row)
    ways = [at_marks(held, partial(_position_margin_at, held, rate, way)) for way in roundings]
    if all(way == ways[0] for way in ways):
        return ways[0]
    return unknown("the row has no time to tell the rounding by: --rounding 2021 or 2025")


def _position_margin_at(held: Held, rate: Ratio, rounding: Rounding, mark: Price) -> Amount:
    return position_initial_margin(held.quantity, mark, rate, rounding)


def _order_margin(held: Held) -> Recomputed:
    if not (held.row.has("bidNotional") and held.row.has("askNotional")):
        return unknown(ORDERS)
    rate = held.rate
    at_rate = at_marks(held, partial(_order_margin_at, held, rate or FULL_MARGIN))
    if rate is None and (at_rate.low, at_rate.high) != (0, 0):
        return unknown(ASK_LEVERAGE.format(held.symbol))
    return at_rate


def _order_margin_at(held: Held, rate: Ratio, mark: Price) -> Amount:
    buys = held.row.figure("bidNotional") * SCALE
    sells = held.row.figure("askNotional") * SCALE
    if held.side is PositionSide.BOTH:
        return open_order_initial_margin(held.quantity * mark, buys, sells, rate)
    return opening_orders_margin(buys if held.side is PositionSide.LONG else sells, rate)


def _initial_margin(held: Held) -> Recomputed:
    position = _part(held, "positionInitialMargin", _position_margin)
    orders = _part(held, "openOrderInitialMargin", _order_margin)
    if position.low is None or position.high is None:
        return position
    if orders.low is None or orders.high is None:
        return at_least(position.low, ORDERS)
    low, high = position.low + orders.low, position.high + orders.high
    if is_figure(position) and is_figure(orders):
        return certain(low)
    return between(low, high, position.reason or orders.reason)


def _part(held: Held, name: str, recompute: Recompute) -> Recomputed:
    """A part of the margin as the row has it, else recomputed."""
    return certain(held.row.figure(name)) if held.row.has(name) else recompute(held)


def _maint_margin(held: Held) -> Recomputed:
    if held.quantity == 0:
        return certain(0)
    found = held.known.table_of(held.symbol)
    if found is None:
        return unknown(ASK_BRACKETS)
    table, is_of_that_date = found

    def at(mark: Price) -> Amount:
        bracket = bracket_of(table, abs(notional(held.quantity, mark)))
        return maint_margin(held.quantity, mark, bracket)

    recomputed = at_marks(held, at)
    if is_of_that_date or recomputed.low is None:
        return recomputed
    return presumably(recomputed.low, ASK_BRACKETS)


def _isolated_margin(held: Held) -> Recomputed:
    if held.quantity == 0 or not held.is_isolated:
        return certain(0, "0: cross, or no position")
    profit = held.row.figure(held.profit_name)
    return certain(isolated_margin(held.row.figure("isolatedWallet"), profit))


def _break_even_price(held: Held) -> Recomputed:
    if held.quantity == 0:
        return certain(0, "0: no position")
    return unknown("the fills and their commission are not in the file")


FIELDS: Final[dict[str, tuple[str, Recompute]]] = {
    "notional": ("positionAmt × markPrice, cut", _notional),
    "unrealizedProfit": ("positionAmt × (mark − entryPrice), cut", _profit),
    "unRealizedProfit": ("positionAmt × (markPrice − entryPrice), cut", _profit),
    "initialMargin": ("positionInitialMargin + openOrderInitialMargin", _initial_margin),
    "positionInitialMargin": ("|notional| / leverage", _position_margin),
    "openOrderInitialMargin": (
        "(max(|notional + bids|, |notional − asks|) − |notional|) / leverage, up",
        _order_margin,
    ),
    "maintMargin": ("|notional| × maintMarginRatio − cum, cut", _maint_margin),
    "isolatedMargin": ("isolatedWallet + unrealizedProfit", _isolated_margin),
    "breakEvenPrice": ("(paid − received) / positionAmt", _break_even_price),
}
