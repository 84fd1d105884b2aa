"""What has happened in a market: trades, prices, quotes; and to the clock."""

from __future__ import annotations

from perpbox.account import BUY, SELL
from perpbox.engine import events as happened
from perpbox.engine.agenda import Due, Entry
from perpbox.engine.apply.conditionals import note_prices
from perpbox.engine.market import AGGREGATE_SPAN, Aggregate, Market
from perpbox.engine.state import State
from perpbox.margin.mark_price import SAMPLES
from perpbox.margin.multi_assets import rates_of
from perpbox.money import Millis


def touch(state: State, market: Market, now: Millis) -> None:
    """Something has happened in a market that is told of it."""
    market.changed = now
    state.touched.add(market.symbol.name)


def book_changed(state: State, market: Market, now: Millis) -> None:
    """Its book may be another one now."""
    market.update_id += 1
    state.unsampled.add(market.symbol.name)
    touch(state, market, now)


def traded(state: State, event: happened.Traded, now: Millis) -> None:
    market = state.markets[event.symbol]
    if event.price != market.last_price:
        market.last_price = event.price
        note_prices(state, market)
    market.traded = now
    touch(state, market, now)
    if event.aggregate_id > market.aggregate.aggregate_id:
        span = now // AGGREGATE_SPAN
        market.aggregate = Aggregate(event.aggregate_id, event.price, event.taker_side, span)
    state.next_trade_id = event.trade_id + 1
    if event.of_others and market.ladder.queued:
        _move_up(market, event)
    if event.house_side:
        market.house_quantity += event.house_side * event.quantity
        if market.quotes is not None:
            _take_quote(market, event)
            book_changed(state, market, now)


def _move_up(market: Market, event: happened.Traded) -> None:
    """What others traded at their price was ahead of the clients' orders there."""
    side = market.book.side(-event.taker_side)
    waiting = side.levels.get(event.price * side.sign)
    if waiting:
        for order in waiting.values():
            order.ahead = max(0, order.ahead - event.quantity)


def _take_quote(market: Market, event: happened.Traded) -> None:
    """An operator's quote shrinks by what it has traded; it does not refill.

    A client's order that a new quote crossed trades at its own price: the best quote shrinks.
    """
    assert market.quotes is not None
    levels = market.quotes[event.house_side]
    left = event.quantity
    while left and levels:
        price, quantity = levels[0]
        taken = min(left, quantity)
        left -= taken
        if taken == quantity:
            del levels[0]
        else:
            levels[0] = (price, quantity - taken)


def price_moved(state: State, event: happened.PriceMoved, now: Millis) -> None:
    market = state.markets.get(event.symbol)
    if market is None:
        symbol = state.catalogue.symbols[event.symbol]
        market = state.markets[event.symbol] = Market(symbol, event.mark, event.index, now)
        state.agenda.add(Entry(market.next_funding, Due.FUNDING, 0, event.symbol))
    market.mark = event.mark
    market.index = event.index
    market.middle = event.middle
    market.best = event.best
    market.moved = now
    if not event.keeps_quotes:
        market.quotes = None
    book_changed(state, market, now)
    state.marks[event.symbol] = event.mark
    state.prices_version += 1
    state.stirred.marks.add(event.symbol)
    note_prices(state, market)


def asset_index_moved(state: State, event: happened.AssetIndexMoved, now: Millis) -> None:
    state.asset_indexes[event.asset] = event.index_price
    state.rates[event.asset] = rates_of(state.catalogue.assets[event.asset], event.index_price)
    state.prices_version += 1
    for account_id in state.pooled:
        if state.accounts[account_id].has_to_do_with(event.asset):
            state.stirred.stir(account_id)


def liquidity_set(state: State, event: happened.LiquiditySet, now: Millis) -> None:
    market = state.markets[event.symbol]
    market.quotes = {BUY: list(event.bids), SELL: list(event.asks)}
    book_changed(state, market, now)


def ladder_set(state: State, event: happened.LadderSet, now: Millis) -> None:
    market = state.markets[event.symbol]
    market.ladder = event.terms
    book_changed(state, market, now)


def clock_moved(state: State, event: happened.ClockMoved, now: Millis) -> None:
    """Nothing but the time, which every event brings along."""


def last_price_moved(state: State, event: happened.LastPriceMoved, now: Millis) -> None:
    market = state.markets[event.symbol]
    market.last_price = event.price
    market.moved = now
    touch(state, market, now)
    note_prices(state, market)


# The mark price by its formula, and funding.


def mark_source_set(state: State, event: happened.MarkSourceSet, now: Millis) -> None:
    market = state.markets[event.symbol]
    market.by_formula = event.by_formula
    market.basis = []
    market.next_sample = 0


def basis_sampled(state: State, event: happened.BasisSampled, now: Millis) -> None:
    market = state.markets[event.symbol]
    if event.basis is not None:
        market.basis = [*market.basis, event.basis][-SAMPLES:]
    market.next_sample = event.next_sample
    state.agenda.add(Entry(event.next_sample, Due.MARK, 0, event.symbol))


def premium_moved(state: State, event: happened.PremiumMoved, now: Millis) -> None:
    market = state.markets[event.symbol]
    market.premium = market.premium.moved(event.premium, event.since)


def holding_sampled(state: State, event: happened.HoldingSampled, now: Millis) -> None:
    market = state.markets[event.symbol]
    market.holding, market.holding_since = event.holding, event.since


def funding_terms_set(state: State, event: happened.FundingTermsSet, now: Millis) -> None:
    market = state.markets[event.symbol]
    same_interval = event.terms.interval_hours == market.funding.interval_hours
    market.funding = event.terms
    state.touched.add(event.symbol)
    if not same_interval:
        _begin_interval(state, market, now)


def funding_settled(state: State, event: happened.FundingSettled, now: Millis) -> None:
    market = state.markets[event.symbol]
    market.last_funding_rate = event.rate
    _begin_interval(state, market, event.funding_time)


def funding_missed(state: State, event: happened.FundingMissed, now: Millis) -> None:
    _begin_interval(state, state.markets[event.symbol], now)


def _begin_interval(state: State, market: Market, at: Millis) -> None:
    market.begin_interval(at, market.premium.value)
    state.touched.add(market.symbol.name)
    state.agenda.add(Entry(market.next_funding, Due.FUNDING, 0, market.symbol.name))
