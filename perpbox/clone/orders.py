"""Open orders as they stand, and one in place of those that nobody named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Final, TypeVar

from perpbox.account import (
    BUY,
    SELL,
    PositionSide,
    PriceMatch,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from perpbox.audit.figures import Row, Unreadable
from perpbox.engine.commands import AdoptedOrder
from perpbox.instrument import Symbol
from perpbox.money import SCALE, Amount, Price, Quantity, cut, is_multiple

SIDES: Final = {"BUY": BUY, "SELL": SELL}
USUAL: Final = SelfTradePrevention.EXPIRE_MAKER
TRIED: Final = 20_000
"""Quantities that are tried until the worth of orders comes out at a price on the grid."""

W = TypeVar("W", bound=Enum)


def side_of(row: Row) -> PositionSide:
    name = row.text("positionSide") or "BOTH"
    if name not in PositionSide.__members__:
        raise Unreadable(f"{row.source}: {row.place('positionSide')}: no side is called {name}")
    return PositionSide(name)


def orders_in(
    rows: Sequence[Row], held: Mapping[PositionSide, Quantity], notes: list[str]
) -> Iterator[AdoptedOrder]:
    """What is left of each LIMIT order; one that has nothing to close is left out."""
    closable = {leg: abs(quantity) for leg, quantity in held.items()}
    for row in rows:
        name = f"order {row.text('orderId')} of {row.text('symbol')}"
        left = row.figure("origQty") - row.figure_or("executedQty", 0)
        side, leg = SIDES.get(row.text("side"), 0), side_of(row)
        if row.text("type") != "LIMIT" or not side or left <= 0:
            notes.append(f"{name} is no LIMIT order that stands: it is left out")
            continue
        against = {PositionSide.LONG: SELL, PositionSide.SHORT: BUY}.get(leg) == side
        closes = row.flag("reduceOnly") is True or against
        beyond = against and left > closable.get(leg, 0)
        if (closes and held.get(leg, 0) * side >= 0) or beyond:
            notes.append(f"{name} has nothing to close: it is left out")
            continue
        if against:
            closable[leg] -= left
        if row.figure_or("executedQty", 0):
            notes.append(f"the part of {name} that was filled before: only the rest stands")
        yield AdoptedOrder(
            side,
            leg,
            row.figure("price"),
            left,
            _word(row, "timeInForce", TimeInForce, TimeInForce.GTC),
            row.flag("reduceOnly") is True,
            row.text("clientOrderId"),
            _word(
                row,
                "selfTradePreventionMode",
                SelfTradePrevention,
                SelfTradePrevention.EXPIRE_MAKER,
            ),
            _word(row, "priceMatch", PriceMatch, PriceMatch.NONE),
            cut(row.figure_or("goodTillDate", 0), SCALE),
        )


def _word(row: Row, name: str, kind: type[W], otherwise: W) -> W:
    """A word of a kind, or the usual one where it is not told."""
    text = row.text(name)
    return next((word for word in kind if word.value == text), otherwise)


# Orders that nobody named


def stand_ins(
    rows: Sequence[Row],
    symbol: Symbol,
    mark: Price,
    held: Mapping[PositionSide, Quantity],
    notes: list[str],
) -> Iterator[AdoptedOrder]:
    """[dec] One order a side that is worth what all of them are, and so needs the same margin."""
    for row in rows:
        leg = side_of(row)
        for name, side in (("bidNotional", BUY), ("askNotional", SELL)):
            worth = row.figure_or(name, 0)
            if not worth:
                continue
            against = {PositionSide.LONG: SELL, PositionSide.SHORT: BUY}.get(leg) == side
            most = abs(held.get(leg, 0)) if against else None
            found = _of_worth(worth, symbol, mark, side, most)
            place = f"{symbol.name} {leg.value}"
            if found is None:
                notes.append(f"the {name} of {place}: no order stands for it")
                continue
            notes.append(f"the open orders behind the {name} of {place}: one stands for all")
            yield AdoptedOrder(side, leg, *found)


def _of_worth(
    worth: Amount, symbol: Symbol, mark: Price, side: Side, most: Quantity | None
) -> tuple[Price, Quantity] | None:
    """Price and quantity whose product it is, at a price that does not trade at once."""
    product, tick, step = worth * SCALE, symbol.tick_size, symbol.step_size
    near = mark - side * 2 * tick
    first = max(1, -(-product // (near * step)) if side == BUY else 1)
    last = first + TRIED if side == BUY else product // (near * step)
    steps = range(first, last + 1) if side == BUY else range(last, max(0, last - TRIED), -1)
    for count in steps:
        quantity = count * step
        price, rest = divmod(product, quantity)
        fits = not rest and is_multiple(price - symbol.min_price, tick) and price >= tick
        if fits and (most is None or quantity <= most):
            return price, quantity
    return None
