"""Naive model, first half: the world handed in, numbers, brackets and one position row.

Exact fractions, one rule to a function, straight from the specification. Where the text leaves
a choice, the line says "CHOICE".
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple, TypedDict

ZERO = Fraction(0)
UNIT = Fraction(1, 10**8)


class IndexIn(TypedDict):
    index: str
    bid_buffer: str
    ask_buffer: str


class BracketIn(TypedDict):
    floor: str
    cap: str
    mmr: str
    cum: str


class SymbolIn(TypedDict):
    margin_asset: str
    quantity_precision: int
    mark: str
    leverage: int
    isolated: bool
    brackets: list[BracketIn]


class BalanceIn(TypedDict):
    wallet: str
    update_time: int


class PositionIn(TypedDict):
    symbol: str
    side: str
    quantity: str
    entry_price: str
    isolated_wallet: str
    update_time: int


class OrderIn(TypedDict):
    symbol: str
    position_side: str
    side: str
    price: str
    remaining: str
    reduce_only: bool


class World(TypedDict):
    multi_assets: bool
    hedge: bool
    assets: list[str]
    asset_index: dict[str, IndexIn]
    symbols: dict[str, SymbolIn]
    balances: dict[str, BalanceIn]
    positions: list[PositionIn]
    orders: list[OrderIn]


class Row(NamedTuple):
    """One position row, in numbers; money is already at its 8 decimals."""

    symbol: str
    side: str
    amount: Fraction
    precision: int
    margin_asset: str
    isolated: bool
    entry: Fraction
    mark: Fraction
    rate: Fraction
    notional: Fraction
    profit: Fraction
    position_margin: Fraction
    order_margin: Fraction
    maint: Fraction
    isolated_wallet: Fraction
    isolated_margin: Fraction
    update_time: int


# ---------------------------------------------------------------- numbers and their printing


def number(text: str) -> Fraction:
    """'12.5' or 'num/den'; both halves of the latter may be decimals."""
    numerator, _, denominator = text.partition("/")
    return Fraction(numerator) / Fraction(denominator or "1")


def t8(value: Fraction) -> Fraction:
    """Cut to 8 decimals, toward zero."""
    return math.trunc(value / UNIT) * UNIT


def c8(value: Fraction) -> Fraction:
    """Round up in magnitude to 8 decimals."""
    units = math.ceil(abs(value) / UNIT)
    return (-units if value < 0 else units) * UNIT


def half_up8(value: Fraction) -> Fraction:
    """Round to 8 decimals, a half goes up; used on positive values only."""
    return math.floor(value / UNIT + Fraction(1, 2)) * UNIT


def fixed(value: Fraction, decimals: int) -> str:
    """Print with exactly so many decimals; refuse a value that does not fit into them."""
    scaled = value * 10**decimals
    if scaled.denominator != 1:
        raise ValueError(f"{value} has more than {decimals} decimals")
    sign = "-" if scaled < 0 else ""
    digits = str(abs(scaled.numerator)).rjust(decimals + 1, "0")
    if decimals == 0:
        return sign + digits
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"


def money(value: Fraction) -> str:
    """Totals, asset rows and unrealized profit: always 8 decimals."""
    return fixed(value, 8)


def money_or_0(value: Fraction) -> str:
    """The other columns of a position row: 8 decimals, but a bare "0" for zero."""
    return "0" if value == 0 else fixed(value, 8)


# ---------------------------------------------------------------- rates and brackets


def margin_rate(leverage: int) -> Fraction:
    """R(L) = c8(1/L)."""
    return c8(Fraction(1, leverage))


def bracket_cum(
    previous_cum: Fraction, floor: Fraction, mmr: Fraction, previous_mmr: Fraction
) -> Fraction:
    """Maintenance amount of a bracket, out of the bracket below it."""
    return previous_cum + floor * (mmr - previous_mmr)


def holds(brackets: list[BracketIn], place: int, notional: Fraction) -> bool:
    """floor <= notional < cap; the last bracket has no upper end."""
    last = place == len(brackets) - 1
    above_floor = number(brackets[place]["floor"]) <= notional
    return above_floor and (last or notional < number(brackets[place]["cap"]))


def bracket_at(brackets: list[BracketIn], notional: Fraction) -> BracketIn:
    """The bracket of a notional (unsigned)."""
    for place, bracket in enumerate(brackets):
        if holds(brackets, place, notional):
            return bracket
    raise ValueError(f"no bracket for {notional}")


def bid_rate(index: IndexIn) -> Fraction:
    return t8(number(index["index"]) * (1 - number(index["bid_buffer"])))


def ask_rate(index: IndexIn) -> Fraction:
    return t8(number(index["index"]) * (1 + number(index["ask_buffer"])))


# ---------------------------------------------------------------- one position row


def notional_of(amount: Fraction, mark: Fraction) -> Fraction:
    return t8(amount * mark)


def profit_of(amount: Fraction, mark: Fraction, entry: Fraction) -> Fraction:
    """The entry price is cut first, then the product."""
    return t8(amount * (mark - t8(entry)))


def position_margin_of(amount: Fraction, mark: Fraction, rate: Fraction, rounding: str) -> Fraction:
    """The newer rule rounds the uncut product up; the older one cuts twice."""
    if rounding == "2025":
        return c8(abs(amount * mark) * rate)
    if rounding == "2021":
        return t8(abs(t8(amount * mark)) * rate)
    raise ValueError(f"rounding {rounding!r}")


def order_value(world: World, symbol: str, position_side: str, side: str) -> Fraction:
    """Sum of remaining quantity x limit price; reduce-only orders add nothing."""
    value = ZERO
    for order in world["orders"]:
        where = (order["symbol"], order["position_side"], order["side"])
        if where == (symbol, position_side, side) and not order["reduce_only"]:
            value += number(order["remaining"]) * number(order["price"])
    return value


def order_margin_of(
    side: str, present: Fraction, bids: Fraction, asks: Fraction, rate: Fraction
) -> Fraction:
    """Open-order part; `present` is amount x mark, uncut. Orders that close a leg are free."""
    if side == "LONG":
        return c8(rate * bids)
    if side == "SHORT":
        return c8(rate * asks)
    return c8(rate * (max(abs(present + bids), abs(present - asks)) - abs(present)))


def maint_of(amount: Fraction, mark: Fraction, brackets: list[BracketIn]) -> Fraction:
    if amount == 0:  # nothing held, nothing to maintain, whatever the lowest bracket's cum is
        return ZERO
    bracket = bracket_at(brackets, abs(amount * mark))
    return t8(abs(amount * mark) * number(bracket["mmr"]) - number(bracket["cum"]))


def find_position(world: World, symbol: str, side: str) -> PositionIn:
    """The position of a leg, or an empty one that was never touched."""
    for position in world["positions"]:
        if (position["symbol"], position["side"]) == (symbol, side):
            return position
    return {
        "symbol": symbol,
        "side": side,
        "quantity": "0",
        "entry_price": "0",
        "isolated_wallet": "0",
        "update_time": 0,
    }


def make_row(world: World, symbol: str, side: str, rounding: str) -> Row:
    facts = world["symbols"][symbol]
    position = find_position(world, symbol, side)
    amount = number(position["quantity"])
    mark = number(facts["mark"])
    entry = t8(number(position["entry_price"]))
    rate = margin_rate(facts["leverage"])
    bids = order_value(world, symbol, side, "BUY")
    asks = order_value(world, symbol, side, "SELL")
    profit = profit_of(amount, mark, entry)
    isolated_wallet = number(position["isolated_wallet"]) if facts["isolated"] else ZERO
    return Row(
        symbol=symbol,
        side=side,
        amount=amount,
        precision=facts["quantity_precision"],
        margin_asset=facts["margin_asset"],
        isolated=facts["isolated"],
        entry=entry,
        mark=mark,
        rate=rate,
        notional=notional_of(amount, mark),
        profit=profit,
        position_margin=position_margin_of(amount, mark, rate, rounding),
        order_margin=order_margin_of(side, amount * mark, bids, asks, rate),
        maint=maint_of(amount, mark, facts["brackets"]),
        isolated_wallet=isolated_wallet,
        isolated_margin=isolated_wallet + profit if facts["isolated"] else ZERO,
        update_time=position["update_time"],
    )


def has_row(world: World, symbol: str, side: str) -> bool:
    """A position that is not flat, or any open order of the leg, reduce-only ones included."""
    held = number(find_position(world, symbol, side)["quantity"]) != 0
    ordered = any(
        (order["symbol"], order["position_side"]) == (symbol, side) for order in world["orders"]
    )
    return held or ordered


def refuse_impossible(world: World) -> None:
    """Stop at worlds the specification gives no meaning to, instead of answering nonsense."""
    sides = ("LONG", "SHORT") if world["hedge"] else ("BOTH",)
    seen: set[tuple[str, str]] = set()
    for position in world["positions"]:
        key = (position["symbol"], position["side"])
        amount = number(position["quantity"])
        isolated = world["symbols"][position["symbol"]]["isolated"]
        if position["side"] not in sides or key in seen:
            raise ValueError(f"position side {key}")
        if (position["side"] == "LONG" and amount < 0) or (
            position["side"] == "SHORT" and amount > 0
        ):
            raise ValueError(f"sign of {key}")
        if amount == 0 and isolated and number(position["isolated_wallet"]) != 0:
            raise ValueError(f"a flat position holds no isolated wallet: {key}")
        if isolated and world["multi_assets"]:
            raise ValueError("multi-assets mode is cross only")
        seen.add(key)
    for order in world["orders"]:
        if order["position_side"] not in sides or order["side"] not in ("BUY", "SELL"):
            raise ValueError(f"order side {order}")
        if world["multi_assets"] and world["symbols"][order["symbol"]]["isolated"]:
            raise ValueError("multi-assets mode is cross only")


def all_rows(world: World, rounding: str) -> list[Row]:
    """Symbols in the world's order, LONG before SHORT."""
    refuse_impossible(world)
    rows = []
    for symbol, facts in world["symbols"].items():
        for side in ("LONG", "SHORT") if world["hedge"] else ("BOTH",):
            if has_row(world, symbol, side):
                if facts["margin_asset"] not in world["assets"]:
                    raise ValueError(f"margin asset of {symbol} has no row")
                rows.append(make_row(world, symbol, side, rounding))
    return rows
