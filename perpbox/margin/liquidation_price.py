"""The price at which what a position is held by equals its maintenance margin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from perpbox.account import Account, Exposure, Position
from perpbox.instrument import Bracket
from perpbox.margin.account import account_figures, asset_figures
from perpbox.margin.multi_assets import Rates
from perpbox.margin.position import figures_of
from perpbox.money import SCALE, Amount, Price, Product, Quantity, cut, round_half_up


class Leg(Struct, frozen=True):
    """One side of the contract under test."""

    quantity: Quantity
    """Signed."""
    entry_price: Price
    brackets: tuple[Bracket, ...]


def solve(base: Amount, legs: Sequence[Leg], brackets: Sequence[Bracket]) -> Price:
    """The published formula with each leg in a given bracket, half up; 0 if not positive.

    `base` is the wallet, less every other contract's maintenance margin, plus its profit; of an
    isolated position the isolated wallet alone.
    """
    numerator = base * SCALE
    denominator = 0
    for leg, bracket in zip(legs, brackets, strict=True):
        numerator += bracket.cum * SCALE - leg.quantity * leg.entry_price
        denominator += abs(leg.quantity) * bracket.maint_margin_rate - leg.quantity * SCALE
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    if numerator <= 0 or denominator == 0:
        return 0
    return round_half_up(numerator * SCALE, denominator)


class Found(Struct, frozen=True):
    """A liquidation price, and the bracket of each leg that it was found with."""

    price: Price
    brackets: tuple[Bracket, ...]


def liquidation_price(base: Amount, legs: Sequence[Leg], mark: Price) -> Price:
    """The price alone of `find`."""
    return find(base, legs, mark).price


def find(base: Amount, legs: Sequence[Leg], mark: Price) -> Found:
    """`solve` with the brackets that hold the legs at the very price found.

    Of several such prices (a hedge can have two) the one nearest to the mark price; of none, as
    a leg may end above its last bracket, the one with the brackets of the mark price.
    """
    found = [each for each in _consistent_prices(base, legs) if each.price > 0]
    if found:
        return min(found, key=lambda each: abs(each.price - mark))
    at_mark = tuple(_bracket_at(leg, mark) for leg in legs)
    return Found(solve(base, legs, at_mark), at_mark)


def _consistent_prices(base: Amount, legs: Sequence[Leg]) -> Iterator[Found]:
    # From each of these prices to the next, every leg stays in one bracket.
    starts = {-(-b.cap * SCALE // abs(leg.quantity)) for leg in legs for b in leg.brackets}
    for start in (0, *sorted(starts)):
        brackets = tuple(_bracket_at(leg, start) for leg in legs)
        price = solve(base, legs, brackets)
        if all(_bracket_at(leg, price) is b for leg, b in zip(legs, brackets, strict=True)):
            yield Found(price, brackets)


def _bracket_at(leg: Leg, price: Price) -> Bracket:
    held: Product = abs(leg.quantity) * price
    for bracket in leg.brackets:
        if held < bracket.cap * SCALE:
            return bracket
    return leg.brackets[-1]


def _leg(exposure: Exposure, position: Position) -> Leg:
    return Leg(position.quantity, position.entry_price, exposure.symbol.brackets)


def of_isolated(exposure: Exposure, position: Position, mark: Price) -> Price:
    """Liquidation price of an isolated position."""
    return find_isolated(exposure, position, mark).price


def find_isolated(exposure: Exposure, position: Position, mark: Price) -> Found:
    return find(position.isolated_wallet, [_leg(exposure, position)], mark)


def of_cross(
    account: Account,
    exposure: Exposure,
    marks: Mapping[str, Price],
    rates: Mapping[str, Rates],
) -> Price:
    """Liquidation price of a cross contract; both legs of a hedge share it."""
    return find_cross(account, exposure, marks, rates).price


def find_cross(
    account: Account,
    exposure: Exposure,
    marks: Mapping[str, Price],
    rates: Mapping[str, Rates],
) -> Found:
    mark = marks[exposure.symbol.name]
    held = [p for p in exposure.positions.values() if p.quantity]
    base = pool_left(account, exposure.symbol.margin_asset, marks, rates)
    for position in held:
        figures = figures_of(exposure, position, mark)
        base += figures.maint_margin - figures.unrealized_profit
    return find(base, [_leg(exposure, p) for p in held], mark)


def pool_left(
    account: Account,
    asset: str,
    marks: Mapping[str, Price],
    rates: Mapping[str, Rates],
) -> Amount:
    """What the cross positions of an asset have above their maintenance margin.

    In multi-assets mode nothing is published: [dec] the account's margin balance less its
    maintenance margin, in USD, counts at the ask rate of the contract's margin asset.
    """
    if account.multi_assets:
        totals = account_figures(account, (), marks, rates).totals
        left = totals.margin_balance - totals.maint_margin
        return cut(left * SCALE, rates[asset].ask_rate)
    row = asset_figures(account, marks)[asset]
    return row.cross_wallet_balance + row.cross_unrealized_profit - row.cross_maint_margin
