"""The state as bytes and back: only primitive facts; sums and indexes are made anew."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from perpbox.account import (
    Account,
    AccountId,
    Balance,
    ConditionalOrder,
    Exposure,
    Order,
    Position,
    PositionSide,
)
from perpbox.engine.apply.conditionals import wait
from perpbox.engine.apply.orders import stand
from perpbox.engine.apply.symbols import list_symbol
from perpbox.engine.ladder import BestQuotes, LadderTerms
from perpbox.engine.market import Aggregate, FundingTerms, Market, Premium
from perpbox.engine.state import State, agenda_of
from perpbox.instrument import Catalogue, Symbol
from perpbox.instrument.symbol import initial_margin_rate
from perpbox.margin.holding import NOTHING_HELD, Holding
from perpbox.margin.multi_assets import rates_of
from perpbox.money import Amount, Millis, Price, Product, Quantity, Ratio


class PositionFacts(Struct, array_like=True):
    position_side: PositionSide
    quantity: Quantity
    entry_cost: Product
    outlay: int
    isolated_wallet: Amount
    realized_profit: Amount
    updated: Millis


class ExposureFacts(Struct, array_like=True):
    symbol: str
    leverage: int
    isolated: bool
    positions: list[PositionFacts]


class AccountFacts(Struct, array_like=True):
    account_id: AccountId
    name: str
    created: Millis
    opening_balances: dict[str, Amount]
    hedge_mode: bool
    multi_assets: bool
    version: int
    balances: dict[str, Balance]
    exposures: list[ExposureFacts]
    fee_burn: bool
    fee_tier: int
    commission_rates: dict[str, tuple[Ratio, Ratio]]
    called: list[str]


class MarketFacts(Struct, array_like=True):
    symbol: str
    mark: Price
    index: Price
    last_price: Price
    house_quantity: Quantity
    bids: list[tuple[Price, Quantity]] | None
    asks: list[tuple[Price, Quantity]] | None
    update_id: int
    moved: Millis
    traded: Millis
    by_formula: bool
    basis: list[Price]
    next_sample: Millis
    funding: FundingTerms
    last_funding_rate: Ratio
    next_funding: Millis
    premium: Premium
    aggregate: Aggregate
    changed: Millis
    # From here on with what it is without: a later version reads what an earlier one dumped.
    middle: Price = 0
    ladder: LadderTerms = LadderTerms()
    best: BestQuotes | None = None
    holding: Holding = NOTHING_HELD
    holding_since: int = 0


class Facts(Struct, array_like=True):
    """Everything that is not derived, in an order that is the same on every machine."""

    shard: int
    now: Millis
    prices_version: int
    counters: list[int]
    house: list[tuple[AccountId, str, Amount]]
    accounts: list[AccountFacts]
    markets: list[MarketFacts]
    asset_indexes: dict[str, Price]
    orders: list[Order]
    countdowns: list[tuple[AccountId, str, Millis]]
    conditional_orders: list[ConditionalOrder]
    set_symbols: list[Symbol] = []


COUNTERS: Final = (
    "next_account_id",
    "next_order_id",
    "next_priority",
    "next_trade_id",
    "next_transaction_id",
)


def dump(state: State) -> bytes:
    """The state as JSON, the same bytes for the same state; its integers may pass 64 bits."""
    facts = Facts(
        shard=state.shard,
        now=state.now,
        prices_version=state.prices_version,
        counters=[getattr(state, name) for name in COUNTERS],
        house=sorted((a, asset, amount) for (a, asset), amount in state.house.items()),
        accounts=[_account_facts(a) for a in state.accounts.values()],
        markets=[_market_facts(m) for m in state.markets.values()],
        asset_indexes=state.asset_indexes,
        orders=list(state.orders.values()),
        countdowns=sorted((a, symbol, due) for (a, symbol), due in state.countdowns.items()),
        conditional_orders=list(state.conditional_orders.values()),
        set_symbols=list(state.set_symbols.values()),
    )
    return msgspec.json.encode(facts)


def load(data: bytes, catalogue: Catalogue) -> State:
    """The state that `dump` wrote; `msgspec.DecodeError` if these bytes are none."""
    facts = msgspec.json.decode(data, type=Facts)
    state = State(catalogue, facts.shard)
    for symbol in facts.set_symbols:
        list_symbol(state, symbol)
    catalogue = state.catalogue
    state.now = facts.now
    state.house = {(owner, asset): amount for owner, asset, amount in facts.house}
    for market in facts.markets:
        state.markets[market.symbol] = _market(market, catalogue)
        state.marks[market.symbol] = market.mark
    for asset, index_price in facts.asset_indexes.items():
        state.asset_indexes[asset] = index_price
        state.rates[asset] = rates_of(catalogue.assets[asset], index_price)
    for account in facts.accounts:
        loaded = state.accounts[account.account_id] = _account(account, catalogue)
        _note(state, loaded)
    state.orders = {order.order_id: order for order in facts.orders}
    for order in sorted(facts.orders, key=lambda o: o.priority):
        stand(state, order, facts.now)
    for waiting in facts.conditional_orders:
        wait(state, waiting)
    for market in facts.markets:
        state.markets[market.symbol].update_id = market.update_id
        state.markets[market.symbol].changed = market.changed
    state.unsampled = set(state.markets)
    for account in facts.accounts:
        state.accounts[account.account_id].version = account.version
    for name, value in zip(COUNTERS, facts.counters, strict=True):
        setattr(state, name, value)
    state.prices_version = facts.prices_version
    state.countdowns = {(a, symbol): due for a, symbol, due in facts.countdowns}
    state.agenda = agenda_of(state)
    return state


def _note(state: State, account: Account) -> None:
    """What the state knows of an account besides."""
    if account.multi_assets:
        state.pooled.add(account.account_id)
    for name, exposure in account.active.items():
        state.markets[name].holders[account.account_id] = exposure


def _account_facts(account: Account) -> AccountFacts:
    return AccountFacts(
        account.account_id,
        account.name,
        account.created,
        account.opening_balances,
        account.hedge_mode,
        account.multi_assets,
        account.version,
        account.balances,
        [_exposure_facts(e) for e in account.exposures.values()],
        account.fee_burn,
        account.fee_tier,
        account.commission_rates,
        sorted(account.called),
    )


def _exposure_facts(exposure: Exposure) -> ExposureFacts:
    positions = [
        PositionFacts(
            p.position_side,
            p.quantity,
            p.entry_cost,
            p.outlay,
            p.isolated_wallet,
            p.realized_profit,
            p.updated,
        )
        for p in exposure.positions.values()
    ]
    return ExposureFacts(exposure.symbol.name, exposure.leverage, exposure.isolated, positions)


def _account(facts: AccountFacts, catalogue: Catalogue) -> Account:
    account = Account(facts.account_id, facts.name, facts.created)
    account.opening_balances = facts.opening_balances
    account.hedge_mode = facts.hedge_mode
    account.multi_assets = facts.multi_assets
    account.fee_burn = facts.fee_burn
    account.fee_tier = facts.fee_tier
    account.commission_rates = facts.commission_rates
    account.called = set(facts.called)
    account.balances = facts.balances
    for row in facts.exposures:
        symbol = catalogue.symbols[row.symbol]
        exposure = account.exposures[row.symbol] = Exposure(symbol, row.leverage)
        exposure.initial_margin_rate = initial_margin_rate(row.leverage)
        exposure.isolated = row.isolated
        for held in row.positions:
            exposure.positions[held.position_side] = _position(held)
    held_in = [e for e in account.exposures.values() if e.is_active]
    held_in.sort(key=lambda e: e.symbol.ordinal)
    account.active = {e.symbol.name: e for e in held_in}
    return account


def _position(facts: PositionFacts) -> Position:
    position = Position(facts.position_side)
    position.quantity = facts.quantity
    position.entry_cost = facts.entry_cost
    position.outlay = facts.outlay
    position.isolated_wallet = facts.isolated_wallet
    position.realized_profit = facts.realized_profit
    position.updated = facts.updated
    return position


def _market_facts(market: Market) -> MarketFacts:
    quotes = market.quotes
    return MarketFacts(
        market.symbol.name,
        market.mark,
        market.index,
        market.last_price,
        market.house_quantity,
        quotes[1] if quotes is not None else None,
        quotes[-1] if quotes is not None else None,
        market.update_id,
        market.moved,
        market.traded,
        market.by_formula,
        market.basis,
        market.next_sample,
        market.funding,
        market.last_funding_rate,
        market.next_funding,
        market.premium,
        market.aggregate,
        market.changed,
        market.middle,
        market.ladder,
        market.best,
        market.holding,
        market.holding_since,
    )


def _market(facts: MarketFacts, catalogue: Catalogue) -> Market:
    market = Market(catalogue.symbols[facts.symbol], facts.mark, facts.index, facts.moved)
    market.last_price = facts.last_price
    market.house_quantity = facts.house_quantity
    market.moved = facts.moved
    market.traded = facts.traded
    market.by_formula = facts.by_formula
    market.basis = facts.basis
    market.next_sample = facts.next_sample
    market.funding = facts.funding
    market.last_funding_rate = facts.last_funding_rate
    market.next_funding = facts.next_funding
    market.premium = facts.premium
    market.aggregate = facts.aggregate
    market.middle = facts.middle
    market.ladder = facts.ladder
    market.best = facts.best
    market.holding, market.holding_since = facts.holding, facts.holding_since
    if facts.bids is not None and facts.asks is not None:
        market.quotes = {1: facts.bids, -1: facts.asks}
    return market
