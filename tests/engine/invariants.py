"""What holds after every turn, whatever was asked: each function asserts one such claim."""

from __future__ import annotations

from collections.abc import Iterator

from perpbox.account import (
    HEDGE,
    ONE_WAY,
    Account,
    ConditionalOrder,
    Exposure,
    Order,
    Position,
    PositionFigures,
    PositionSide,
    TimeInForce,
)
from perpbox.engine.conditional import MOST_WAITING
from perpbox.engine.market import Market
from perpbox.engine.snapshot import dump, load
from perpbox.engine.state import State, money_sums
from perpbox.margin.account import AccountFigures, account_figures
from perpbox.margin.asset import AssetFigures
from perpbox.margin.pool import pools_of
from perpbox.margin.position import figures_of
from perpbox.margin.room import is_to_be_called
from perpbox.money import SCALE

Legs = dict[tuple[int, str, PositionSide], list[Order]]


def check_state(state: State) -> None:
    """All that can be said of one state alone, without a look at figures kept between reads."""
    money_sums_to_zero(state)
    longs_are_shorts(state)
    books_are_uncrossed(state)
    orders_are_where_they_belong(state)
    order_sums_are_those_of_the_orders(state)
    positions_make_sense(state)
    what_closes_has_something_to_close(state)
    holders_are_who_hold(state)
    what_waits_is_where_it_belongs(state)
    what_waits_has_to_wait(state)


def exposures(state: State) -> Iterator[tuple[Account, Exposure]]:
    for account in state.accounts.values():
        for exposure in account.exposures.values():
            yield account, exposure


def positions(state: State) -> Iterator[tuple[Account, Exposure, Position]]:
    for account, exposure in exposures(state):
        for position in exposure.positions.values():
            yield account, exposure, position


def money_sums_to_zero(state: State) -> None:
    assert not any(money_sums(state).values()), money_sums(state)


def longs_are_shorts(state: State) -> None:
    """Per symbol, clients and house together hold nothing."""
    held = {name: market.house_quantity for name, market in state.markets.items()}
    for _, exposure, position in positions(state):
        held[exposure.symbol.name] += position.quantity
    assert not any(held.values()), held


def books_are_uncrossed(state: State) -> None:
    """The best bid is below the best ask, the house's shown quotes counted in."""
    for market in state.markets.values():
        bid, ask = market.best_price(1), market.best_price(-1)
        assert not bid or not ask or bid < ask, (market.symbol.name, bid, ask)


def orders_are_where_they_belong(state: State) -> None:
    """Book, exposure, index of client ids and the list of orders name the same ones."""
    standing = [
        order
        for market in state.markets.values()
        for side in (market.book.bids, market.book.asks)
        for order in side.orders()
    ]
    assert {id(o) for o in standing} == {id(o) for o in state.orders.values()}
    assert len(standing) == len(state.orders)
    for account in state.accounts.values():
        mine = [o for o in state.orders.values() if o.account_id == account.account_id]
        exposed = [o for e in account.exposures.values() for o in e.orders.values()]
        assert sorted(o.order_id for o in mine) == sorted(o.order_id for o in exposed)
        assert sorted(account.client_order_ids.values()) == sorted(o.order_id for o in mine)
        for order in mine:
            assert 0 <= order.executed < order.quantity
        active = [e for e in account.exposures.values() if e.is_active]
        active.sort(key=lambda e: e.symbol.ordinal)
        assert list(account.active.values()) == active
    for market in state.markets.values():
        levels_are_in_order(market)


def levels_are_in_order(market: Market) -> None:
    """Best price first, and the older before the younger at one price."""
    for side in (market.book.bids, market.book.asks):
        ranks = [(-o.price * side.sign, o.priority) for o in side.orders()]
        assert ranks == sorted(ranks)
        assert len(set(ranks)) == len(ranks)


def order_sums_are_those_of_the_orders(state: State) -> None:
    """Each leg's sums are those of its open orders that are not reduce-only."""
    legs: Legs = {}
    for order in state.orders.values():
        leg = (order.account_id, order.symbol, order.position_side)
        legs.setdefault(leg, []).append(order)
    for account, exposure, position in positions(state):
        name = exposure.symbol.name
        orders = legs.pop((account.account_id, name, position.position_side), [])
        counted = [o for o in orders if not o.reduce_only]
        buys = [o for o in counted if o.side > 0]
        sells = [o for o in counted if o.side < 0]
        assert position.order_count == len(orders)
        assert position.buy_quantity == sum(o.remaining for o in buys)
        assert position.sell_quantity == sum(o.remaining for o in sells)
        assert position.buy_notional == sum(o.remaining * o.price for o in buys)
        assert position.sell_notional == sum(o.remaining * o.price for o in sells)
    assert not legs, "an order without a leg"


def positions_make_sense(state: State) -> None:
    for account, exposure, position in positions(state):
        flat = position.quantity == 0
        assert flat is (position.entry_cost == 0)
        assert not flat or position.outlay == position.isolated_wallet == 0
        assert exposure.isolated or position.isolated_wallet == 0
        assert position.position_side in (HEDGE if account.hedge_mode else ONE_WAY)
        if position.position_side is PositionSide.LONG:
            assert position.quantity >= 0
        elif position.position_side is PositionSide.SHORT:
            assert position.quantity <= 0
        assert not (exposure.isolated and account.multi_assets)


def holders_are_who_hold(state: State) -> None:
    held: dict[str, dict[int, Exposure]] = {name: {} for name in state.markets}
    for account, exposure, position in positions(state):
        if position.quantity:
            held[exposure.symbol.name][account.account_id] = exposure
    for name, market in state.markets.items():
        assert market.holders == held[name]


def nobody_is_at_a_limit(state: State) -> None:
    """A pool that is at its limit has been dealt with, and one near it is called.

    Looked at on a copy, whose figures nothing has kept from before. An isolated wallet may be
    below zero by funding, while profit carries the position.
    """
    state = load(dump(state), state.catalogue)
    assets = list(state.catalogue.assets)
    for account in state.accounts.values():
        for pool in pools_of(account, state.marks, state.rates, assets):
            assert not pool.is_at_limit, (account.account_id, pool.name)
            if is_to_be_called(pool):
                assert pool.name in account.called, (account.account_id, pool.name)


def what_closes_has_something_to_close(state: State) -> None:
    """No order that can only reduce outlives the position; a hedge leg is not over-closed."""
    for order in state.orders.values():
        if not order.closes:
            continue
        exposure = state.accounts[order.account_id].exposures[order.symbol]
        position = exposure.position(order.position_side)
        assert position.quantity * order.side < 0, order
        if order.position_side is not PositionSide.BOTH:
            closing = position.buy_quantity if order.side > 0 else position.sell_quantity
            assert closing <= abs(position.quantity), order


def what_waits_is_where_it_belongs(state: State) -> None:
    """Account, index of client ids and the list of what waits name the same ones."""
    for account in state.accounts.values():
        mine = {o.algo_id: o for o in waiting_of(state, account)}
        assert account.conditional_orders == mine
        assert account.client_algo_ids == {o.client_algo_id: o.algo_id for o in mine.values()}
        assert len(mine) <= MOST_WAITING
        symbols = [o.terms.symbol for o in mine.values()]
        assert all(account.conditionals_in(s) == symbols.count(s) for s in state.markets)
    assert list(state.conditional_orders) == sorted(state.conditional_orders)
    for order in state.conditional_orders.values():
        assert order.account_id in state.accounts, order
        assert order.algo_id not in state.orders, order


def waiting_of(state: State, account: Account) -> list[ConditionalOrder]:
    return [o for o in state.conditional_orders.values() if o.account_id == account.account_id]


def what_waits_has_to_wait(state: State) -> None:
    """No condition holds, unless it is protected now; no GTE_GTC order outlives its position."""
    for order in state.conditional_orders.values():
        terms = order.terms
        market = state.markets[terms.symbol]
        price = market.working_price(terms.working_type)
        apart = abs(market.mark - market.last_price) * SCALE
        held_back = apart > market.symbol.trigger_protect * market.mark
        assert not order.holds(price) or (terms.price_protect and held_back), order
        assert not terms.trails or (order.extreme - price) * terms.side <= 0, order
        if terms.time_in_force is TimeInForce.GTE_GTC:
            exposure = state.accounts[order.account_id].exposures[terms.symbol]
            assert exposure.position(terms.position_side).quantity, order


def check_round_trip(state: State, written: bytes) -> State:
    """What was written is read back: the same bytes again, the same books, the same sums."""
    again = load(written, state.catalogue)
    assert dump(again) == written
    for name, market in state.markets.items():
        for side in (1, -1):
            there = again.markets[name].book.side(side)
            assert list(there.orders()) == list(market.book.side(side).orders())
            assert list(there.depth()) == list(market.book.side(side).depth())
            assert again.markets[name].house_levels(side) == market.house_levels(side)
    for account_id, account in state.accounts.items():
        loaded = again.accounts[account_id]
        assert list(loaded.active) == list(account.active)
        assert loaded.client_order_ids == account.client_order_ids
        for symbol, exposure in account.exposures.items():
            assert list(loaded.exposures[symbol].orders) == list(exposure.orders)
    assert again.marks == state.marks
    assert again.rates == state.rates
    order_sums_are_those_of_the_orders(again)
    return again


# Figures: what is kept between reads is compared with a state that has kept nothing.


def check_figures(state: State, fresh: State) -> None:
    """Figures that were kept are those computed anew by a state just read from a snapshot."""
    for account_id, account in state.accounts.items():
        kept, anew = _account_figures(state, account_id), _account_figures(fresh, account_id)
        for name, row in anew.assets.items():
            assert values_of(kept.assets[name]) == values_of(row), name
        assert kept.totals == anew.totals
        account_identities_hold(account, anew)
        for symbol, exposure in account.exposures.items():
            mark = state.marks[symbol]
            loaded = fresh.accounts[account_id].exposures[symbol]
            for leg, position in exposure.positions.items():
                remembered = figures_of(exposure, position, mark)
                computed = figures_of(loaded, loaded.position(leg), mark)
                assert values_of(remembered) == values_of(computed), (symbol, leg)


def _account_figures(state: State, account_id: int) -> AccountFigures:
    account = state.accounts[account_id]
    return account_figures(account, state.catalogue.assets.values(), state.marks, state.rates)


def values_of(figures: AssetFigures | PositionFigures) -> dict[str, object]:
    """All figures by name; `text` is the API's note, no figure."""
    return {name: getattr(figures, name) for name in figures.__slots__ if name != "text"}


def account_identities_hold(account: Account, figures: AccountFigures) -> None:
    """The equations of an account answer between its own fields."""
    for name, row in figures.assets.items():
        isolated = sum(
            p.isolated_wallet
            for e in account.exposures.values()
            if e.symbol.margin_asset == name
            for p in e.positions.values()
        )
        assert row.wallet_balance == account.wallet(name)
        assert row.margin_balance == row.wallet_balance + row.unrealized_profit
        assert row.cross_wallet_balance == row.wallet_balance - isolated
        assert row.initial_margin == row.position_initial_margin + row.open_order_initial_margin
        assert row.open_order_initial_margin >= 0
        assert 0 <= row.max_withdraw_amount <= row.available_balance
    total = figures.totals
    assert total.margin_balance == total.wallet_balance + total.unrealized_profit
    parts = total.position_initial_margin + total.open_order_initial_margin
    assert total.initial_margin == parts
    assert 0 <= total.max_withdraw_amount <= total.available_balance
