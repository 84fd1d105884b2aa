"""The liquidation of one pool: what comes next in it, and how each of its steps is booked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.second.arithmetic import ONE, SQUARE, away, cut
from tests.second.booking import close_part, profit_of, shrink
from tests.second.deleveraging import deleverage
from tests.second.observed import Deleverage, Reduce, SymbolFacts, TakeOver
from tests.second.pools import (
    MULTI_ASSETS,
    Holding,
    Pool,
    bankruptcy_price,
    largest,
    pool_named,
    pool_of,
)
from tests.second.venue import Account, Key, Venue

Best = Callable[[str, int], int]


@dataclass(slots=True)
class Liquidation:
    """A liquidation that is going on."""

    account_id: int
    pool: str
    left_over: Key | None = None
    """The position whose order was not filled whole: it is taken over at once."""


def on_grid(price: int, symbol: SymbolFacts, is_long: bool) -> int:
    """The price on the tick grid in the account's favour: up for a long, down for a short."""
    tick = symbol.tick_size
    return -(-price // tick) * tick if is_long else price // tick * tick


def order_quantity(venue: Venue, holding: Holding) -> int:
    """The whole in bracket 1, else as much as brings the notional just below the floor."""
    size = abs(holding.position.quantity)
    number = venue.bracket_number(holding.place, size * holding.mark // ONE)
    if number == 0:
        return size
    floor = holding.symbol.brackets[number].floor
    step = holding.symbol.step_size
    kept = (floor * ONE - 1) // holding.mark // step * step
    return size - kept


def take_over(
    venue: Venue, account: Account, pool: Pool, holding: Holding
) -> TakeOver | Deleverage:
    """The whole position goes to the fund if it can bear it, else to the other clients."""
    quantity = holding.position.quantity
    symbol = holding.symbol
    price = bankruptcy_price(venue, account, pool, holding)
    loss = quantity * (price - holding.mark)
    change = -away(loss, ONE) if loss > 0 else cut(-loss, ONE)
    if change < 0 and venue.fund.get(symbol.margin_asset, 0) + change < 0:
        return deleverage(venue, account, holding, price)
    return TakeOver(account.account_id, symbol.name, holding.leg, quantity, price, change)


def proceed(venue: Venue, going: Liquidation, best: Best) -> Reduce | TakeOver | Deleverage | None:
    """The next step of the liquidation, None when its pool is safe or empty."""
    account = venue.accounts[going.account_id]
    pool = pool_named(venue, account, going.pool)
    for holding in pool.holdings:
        if (holding.place, holding.leg) == going.left_over:
            return take_over(venue, account, pool, holding)
    if not pool.at_limit:
        return None
    holding = largest(venue, pool)
    is_long = holding.position.quantity > 0
    price = bankruptcy_price(venue, account, pool, holding)
    limit = on_grid(price, holding.symbol, is_long)
    offered = best(holding.symbol.name, 1 if is_long else -1)
    if offered > 0 and (offered >= limit if is_long else offered <= limit):
        return Reduce(
            account.account_id,
            holding.symbol.name,
            holding.leg,
            -1 if is_long else 1,
            order_quantity(venue, holding),
            limit,
        )
    return take_over(venue, account, pool, holding)


def close_bankrupt(
    venue: Venue, account: Account, symbol: SymbolFacts, leg: str, fills: Sequence[tuple[int, int]]
) -> None:
    """Close the bankrupt's position by these fills of (price, quantity), releasing no margin.

    Of an isolated position the result goes into the isolated wallet, which is kept even when the
    position is at zero, because the fee is yet to come out of it: the caller drops the position.
    """
    position = venue.position(account, symbol.name, leg)
    isolated = account.is_isolated(symbol.name)
    for price, quantity in fills:
        profit = profit_of(position, price, quantity)
        account.add(symbol.margin_asset, profit)
        if isolated:
            position.isolated_wallet += profit
        shrink(position, quantity)


def liquidation_fee(
    venue: Venue, account: Account, step: Reduce, fills: Sequence[tuple[int, int]]
) -> int:
    """t8(sum of price x quantity x liquidationFee), within the pool's margin balance after it."""
    symbol = venue.symbol(step.symbol)
    name = pool_of(account, symbol, step.leg)
    turnover = sum(price * quantity for price, quantity in fills)
    fee = cut(turnover * symbol.liquidation_fee, SQUARE)
    balance = pool_named(venue, account, name).margin_balance
    if name == MULTI_ASSETS:
        rate = venue.rates[symbol.margin_asset].ask
        balance = cut(balance * ONE, rate) if rate > 0 else balance
    return max(0, min(fee, balance))


def book_reduction(
    venue: Venue, going: Liquidation, step: Reduce, fills: Sequence[tuple[int, int]]
) -> None:
    """What the liquidation order traded: result, fee, and whether the rest is taken over."""
    account = venue.accounts[step.account_id]
    symbol = venue.symbol(step.symbol)
    traded = sum(quantity for _, quantity in fills)
    if traded > step.quantity:
        raise ValueError("more traded than ordered")
    close_bankrupt(venue, account, symbol, step.leg, fills)
    position = venue.position(account, step.symbol, step.leg)
    if fills:
        fee = liquidation_fee(venue, account, step, fills)
        account.add(symbol.margin_asset, -fee)
        venue.fund[symbol.margin_asset] = venue.fund.get(symbol.margin_asset, 0) + fee
        if account.is_isolated(symbol.name):
            position.isolated_wallet -= fee
    going.left_over = (venue.place[step.symbol], step.leg) if traded < step.quantity else None
    if position.quantity == 0:
        venue.drop(account, step.symbol, step.leg)


def book_take_over(venue: Venue, step: TakeOver) -> None:
    """The fund takes the position; the house holds it from now on."""
    account = venue.accounts[step.account_id]
    symbol = venue.symbol(step.symbol)
    close_bankrupt(venue, account, symbol, step.leg, [(step.price, abs(step.quantity))])
    venue.drop(account, step.symbol, step.leg)
    venue.fund[symbol.margin_asset] = venue.fund.get(symbol.margin_asset, 0) + step.fund_change


def book_deleveraging(venue: Venue, step: Deleverage) -> None:
    """Each of the others closes at the price, without a fee; the house takes what is left."""
    account = venue.accounts[step.account_id]
    symbol = venue.symbol(step.symbol)
    parts = [(step.price, quantity) for _, _, quantity in step.against]
    if step.left_to_house:
        parts.append((step.price, step.left_to_house))
    close_bankrupt(venue, account, symbol, step.leg, parts)
    venue.drop(account, step.symbol, step.leg)
    for account_id, leg, quantity in step.against:
        close_part(venue, venue.accounts[account_id], symbol, leg, step.price, quantity)
