"""The figures of a position row, recomputed from its amount, prices, leverage and orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, TypeAlias

from msgspec.structs import replace

from perpbox.account import PositionSide
from perpbox.audit.figures import Missing, Row
from perpbox.audit.held import Held, at_marks, held_in
from perpbox.audit.known import Known
from perpbox.audit.liquidation import ASK_BRACKETS, ISOLATED, liquidation_price_of
from perpbox.audit.marks import MARK
from perpbox.audit.verdict import (
    Finding,
    Recomputed,
    at_least,
    attempt,
    between,
    certain,
    doubted,
    is_figure,
    judge,
    unknown,
)
from perpbox.instrument.symbol import bracket_of
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
from perpbox.money import SCALE, Amount, Price, Ratio

ASK_LEVERAGE: Final = "the leverage is not in the file: --leverage {}=N"
ORDERS: Final = "the open orders of the symbol are not in the file"
FULL_MARGIN: Final[Ratio] = SCALE
"""The margin rate of leverage 1, and so the highest."""


Recompute: TypeAlias = Callable[[Held], Recomputed]


def position_findings(rows: Sequence[Row], known: Known) -> Iterator[Finding]:
    """One finding for each derived field of each row of one answer."""
    for row in rows:
        held = held_in(row, known, rows)
        for name, (formula, recompute) in FIELDS.items():
            if row.has(name):
                yield judge(row, name, formula, attempt(partial(recompute, held)))


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


def position_margin_of(held: Held) -> Recomputed:
    """The position's share of the initial margin, by its leverage and the rounding of its time."""
    if held.quantity == 0:
        return certain(0)
    rate = held.rate
    if rate is None:
        return unknown(ASK_LEVERAGE.format(held.symbol))
    ways = {
        rounding: at_marks(held, partial(_position_margin_at, held, rate, rounding))
        for rounding in held.known.roundings_of(held.row)
    }
    rounding, way = ways.popitem()
    if any(each != way for each in ways.values()):
        return unknown("the row has no time to tell the rounding by: --rounding 2021 or 2025")
    return replace(way, formula=POSITION_MARGINS[rounding])


def _position_margin_at(held: Held, rate: Ratio, rounding: Rounding, mark: Price) -> Amount:
    return position_initial_margin(held.quantity, mark, rate, rounding)


def _order_margin(held: Held) -> Recomputed:
    if not (held.row.has("bidNotional") and held.row.has("askNotional")):
        return unknown(ORDERS)
    rate = held.rate
    at_rate = at_marks(held, partial(_order_margin_at, held, rate or FULL_MARGIN))
    if rate is None and (at_rate.low, at_rate.high) != (0, 0):
        return unknown(ASK_LEVERAGE.format(held.symbol))
    return replace(at_rate, formula=ORDER_MARGINS[held.side])


def _order_margin_at(held: Held, rate: Ratio, mark: Price) -> Amount:
    buys = held.row.figure("bidNotional") * SCALE
    sells = held.row.figure("askNotional") * SCALE
    if held.side is PositionSide.BOTH:
        return open_order_initial_margin(held.quantity * mark, buys, sells, rate)
    return opening_orders_margin(buys if held.side is PositionSide.LONG else sells, rate)


def _initial_margin(held: Held) -> Recomputed:
    position = _part(held, "positionInitialMargin", position_margin_of)
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
    return recomputed if is_of_that_date else doubted(recomputed, ASK_BRACKETS)


def _isolated_margin(held: Held) -> Recomputed:
    if held.quantity == 0 or not held.is_isolated:
        return certain(0, "0: cross, or no position")
    profit = held.row.figure(held.profit_name)
    return certain(isolated_margin(held.row.figure("isolatedWallet"), profit))


def _break_even_price(held: Held) -> Recomputed:
    if held.quantity == 0:
        return certain(0, "0: no position")
    return unknown("the fills and their commission are not in the file")


ONE_WAY_ORDERS: Final = "(max(|notional + bids|, |notional − asks|) − |notional|) / leverage, up"
ORDER_MARGINS: Final = {
    PositionSide.BOTH: ONE_WAY_ORDERS,
    PositionSide.LONG: "bids / leverage, up",
    PositionSide.SHORT: "asks / leverage, up",
}
POSITION_MARGINS: Final = {
    Rounding.R2021: "|notional| × (1 / leverage), cut",
    Rounding.R2025: "|positionAmt × mark| × (1 / leverage), up",
}

FIELDS: Final[dict[str, tuple[str, Recompute]]] = {
    "notional": ("positionAmt × markPrice, cut", _notional),
    "unrealizedProfit": ("positionAmt × (mark − entryPrice), cut", _profit),
    "unRealizedProfit": ("positionAmt × (markPrice − entryPrice), cut", _profit),
    "initialMargin": ("positionInitialMargin + openOrderInitialMargin", _initial_margin),
    "positionInitialMargin": ("|notional| / leverage", position_margin_of),
    "openOrderInitialMargin": (ONE_WAY_ORDERS, _order_margin),
    "maintMargin": ("|notional| × maintMarginRatio − cum, cut", _maint_margin),
    "isolatedMargin": ("isolatedWallet + unrealizedProfit", _isolated_margin),
    "breakEvenPrice": ("(paid − received) / positionAmt", _break_even_price),
    "liquidationPrice": (ISOLATED, liquidation_price_of),
}
