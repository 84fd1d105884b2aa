"""The state of the venue, and `apply`: the only function that changes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from perpbox.account import (
    BUY,
    SELL,
    Account,
    AccountId,
    Balance,
    ExpiryReason,
    Exposure,
    Order,
    OrderId,
    OrderStatus,
    Position,
    PositionSide,
)
from perpbox.engine import events as happened
from perpbox.engine.market import Market
from perpbox.instrument import Catalogue
from perpbox.instrument.symbol import initial_margin_rate
from perpbox.margin.multi_assets import Rates, rates_of
from perpbox.money import Amount, Millis, Price

IDS_PER_SHARD: Final = 10**12
"""Every id that must be unique across shards starts at its shard's number times this."""


class State:
    """All that a venue knows. Commands change it only through events."""

    __slots__ = (
        "accounts",
        "asset_indexes",
        "catalogue",
        "house",
        "markets",
        "marks",
        "next_account_id",
        "next_order_id",
        "next_priority",
        "next_trade_id",
        "next_transaction_id",
        "now",
        "orders",
        "prices_version",
        "rates",
        "shard",
    )

    def __init__(self, catalogue: Catalogue, shard: int = 0) -> None:
        first = shard * IDS_PER_SHARD + 1
        self.catalogue = catalogue
        self.shard = shard
        self.accounts: dict[AccountId, Account] = {}
        self.orders: dict[OrderId, Order] = {}
        """Every order that is not at its end, in the order in which they were accepted."""
        self.markets: dict[str, Market] = {}
        self.marks: dict[str, Price] = {}
        self.asset_indexes: dict[str, Price] = {}
        self.rates: dict[str, Rates] = {}
        self.house: dict[tuple[AccountId, str], Amount] = {}
        self.next_account_id = first
        self.next_order_id = first
        self.next_trade_id = first
        self.next_transaction_id = first
        self.next_priority = 1
        self.now: Millis = 0
        """Time of the last turn."""
        self.prices_version = 0
        """Rises with every move of a mark or index price."""


def apply(state: State, event: happened.Event, now: Millis) -> None:
    """Let the event have happened. It knows no rule and refuses nothing."""
    state.now = now
    _APPLY[type(event)](state, event, now)


# Accounts and money.


def _account_opened(state: State, event: happened.AccountOpened, now: Millis) -> None:
    account = Account(event.account_id, event.name, now)
    account.opening_balances = dict(event.opening_balances)
    state.accounts[event.account_id] = account
    state.next_account_id = event.account_id + 1


def _account_reset(state: State, event: happened.AccountReset, now: Millis) -> None:
    account = state.accounts[event.account_id]
    account.hedge_mode = False
    account.multi_assets = False
    account.exposures.clear()
    account.active.clear()
    account.sums = None
    account.balances = {a: b for a, b in account.balances.items() if b.wallet}
    account.version += 1


def _account_closed(state: State, event: happened.AccountClosed, now: Millis) -> None:
    del state.accounts[event.account_id]


def _money_moved(state: State, event: happened.MoneyMoved, now: Millis) -> None:
    _move(state, event.payer, event.asset, -event.amount, now)
    _move(state, event.payee, event.asset, event.amount, now)
    state.next_transaction_id = event.transaction_id + 1


def _move(state: State, owner: AccountId, asset: str, amount: Amount, now: Millis) -> None:
    if owner < 0:
        key = (owner, asset)
        state.house[key] = state.house.get(key, 0) + amount
        return
    account = state.accounts[owner]
    balance = account.balances.get(asset)
    if balance is None:
        balance = account.balances[asset] = Balance()
    balance.wallet += amount
    balance.updated = now
    account.version += 1


# Orders.


def _order_accepted(state: State, event: happened.OrderAccepted, now: Millis) -> None:
    state.orders[event.order_id] = Order(
        order_id=event.order_id,
        account_id=event.account_id,
        symbol=event.symbol,
        client_order_id=event.client_order_id,
        side=event.side,
        position_side=event.position_side,
        order_type=event.order_type,
        time_in_force=event.time_in_force,
        price=event.price,
        quantity=event.quantity,
        reduce_only=event.reduce_only,
        self_trade_prevention=event.self_trade_prevention,
        created=now,
        updated=now,
        priority=0,
    )
    state.next_order_id = event.order_id + 1


def _order_rested(state: State, event: happened.OrderRested, now: Millis) -> None:
    order = state.orders[event.order_id]
    order.priority = state.next_priority
    state.next_priority += 1
    stand(state, order)


def stand(state: State, order: Order) -> None:
    """Put an order into the book and into its account's sums; a snapshot's orders too."""
    account = state.accounts[order.account_id]
    exposure = exposure_of(state, account, order.symbol)
    position = _position_of(exposure, order.position_side)
    exposure.orders[order.order_id] = order
    account.client_order_ids[order.symbol, order.client_order_id] = order.order_id
    position.order_count += 1
    _count(position, order, order.remaining)
    market = state.markets[order.symbol]
    market.book.side(order.side).add(order)
    market.update_id += 1
    account.version += 1
    if order.symbol not in account.active:
        _activate(account, exposure)


def _leave(state: State, order: Order) -> None:
    """Take an order out of the book and the sums, if it stands there."""
    account = state.accounts[order.account_id]
    exposure = account.exposures.get(order.symbol)
    if exposure is None or exposure.orders.pop(order.order_id, None) is None:
        return
    position = _position_of(exposure, order.position_side)
    del account.client_order_ids[order.symbol, order.client_order_id]
    position.order_count -= 1
    _count(position, order, -order.remaining)
    market = state.markets[order.symbol]
    market.book.side(order.side).remove(order)
    market.update_id += 1
    account.version += 1


def _order_filled(state: State, event: happened.OrderFilled, now: Millis) -> None:
    order = state.orders[event.order_id]
    account = state.accounts[event.account_id]
    exposure = account.exposures.get(order.symbol)
    stands = exposure is not None and event.order_id in exposure.orders
    done = event.quantity == order.remaining
    if stands and exposure is not None:
        if done:
            _leave(state, order)
        else:
            _count(_position_of(exposure, order.position_side), order, -event.quantity)
            state.markets[order.symbol].update_id += 1
    order.executed += event.quantity
    order.quote_executed += event.quantity * event.price
    order.updated = now
    order.status = OrderStatus.FILLED if done else OrderStatus.PARTIALLY_FILLED
    account.version += 1
    if done:
        del state.orders[event.order_id]
        if exposure is not None:
            _deactivate(account, exposure)


def _order_amended(state: State, event: happened.OrderAmended, now: Millis) -> None:
    order = state.orders[event.order_id]
    _leave(state, order)
    order.price = event.price
    order.quantity = event.quantity
    order.amendments += 1
    order.updated = now


def _order_canceled(state: State, event: happened.OrderCanceled, now: Millis) -> None:
    _end(state, event.order_id, OrderStatus.CANCELED, now)


def _order_expired(state: State, event: happened.OrderExpired, now: Millis) -> None:
    status = OrderStatus.EXPIRED
    if event.reason is ExpiryReason.SELF_TRADE:
        status = OrderStatus.EXPIRED_IN_MATCH
    state.orders[event.order_id].expiry_reason = event.reason
    _end(state, event.order_id, status, now)


def _end(state: State, order_id: OrderId, status: OrderStatus, now: Millis) -> None:
    order = state.orders.pop(order_id)
    account = state.accounts[order.account_id]
    _leave(state, order)
    order.status = status
    order.updated = now
    exposure = account.exposures.get(order.symbol)
    if exposure is not None:
        _deactivate(account, exposure)


def _count(position: Position, order: Order, quantity: int) -> None:
    """Count a quantity of an opening order in, or out where it is below zero."""
    position.figures = None
    if order.reduce_only:
        return
    if order.side > 0:
        position.buy_quantity += quantity
        position.buy_notional += quantity * order.price
    else:
        position.sell_quantity += quantity
        position.sell_notional += quantity * order.price


# Trades and positions.


def _traded(state: State, event: happened.Traded, now: Millis) -> None:
    market = state.markets[event.symbol]
    market.last_price = event.price
    market.traded = now
    state.next_trade_id = event.trade_id + 1
    if event.house_side:
        market.house_quantity += event.house_side * event.quantity
        if market.quotes is not None:
            _take_quote(market, event)


def _take_quote(market: Market, event: happened.Traded) -> None:
    """An operator's quote shrinks by what it has traded; it does not refill.

    A client's order that a new quote crossed trades at its own price: the best quote shrinks.
    """
    if market.quotes is None:
        return
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
    market.update_id += 1


def _position_changed(state: State, event: happened.PositionChanged, now: Millis) -> None:
    account = state.accounts[event.account_id]
    exposure = exposure_of(state, account, event.symbol)
    position = _position_of(exposure, event.position_side)
    position.quantity = event.quantity
    position.entry_cost = event.entry_cost
    position.outlay = event.outlay
    position.isolated_wallet = event.isolated_wallet
    position.realized_profit = event.realized_profit
    position.updated = now
    position.figures = None
    account.version += 1
    if event.quantity == 0:
        _deactivate(account, exposure)
    elif event.symbol not in account.active:
        _activate(account, exposure)


def _position_handed_over(state: State, event: happened.PositionHandedOver, now: Millis) -> None:
    account = state.accounts[event.account_id]
    exposure = account.exposures[event.symbol]
    position = exposure.positions.pop(event.position_side)
    account.sums = None
    state.markets[event.symbol].house_quantity += position.quantity
    account.version += 1
    _deactivate(account, exposure)


def _isolated_margin_adjusted(
    state: State, event: happened.IsolatedMarginAdjusted, now: Millis
) -> None:
    account = state.accounts[event.account_id]
    position = account.exposures[event.symbol].positions[event.position_side]
    position.isolated_wallet += event.amount
    position.updated = now
    position.figures = None
    account.version += 1


# Settings.


def _leverage_changed(state: State, event: happened.LeverageChanged, now: Millis) -> None:
    account = state.accounts[event.account_id]
    exposure = exposure_of(state, account, event.symbol)
    exposure.leverage = event.leverage
    exposure.initial_margin_rate = initial_margin_rate(event.leverage)
    for position in exposure.positions.values():
        position.figures = None
    account.version += 1


def _margin_type_changed(state: State, event: happened.MarginTypeChanged, now: Millis) -> None:
    account = state.accounts[event.account_id]
    exposure = exposure_of(state, account, event.symbol)
    exposure.isolated = event.isolated
    for position in exposure.positions.values():
        position.figures = None
    account.version += 1


def _position_mode_changed(state: State, event: happened.PositionModeChanged, now: Millis) -> None:
    account = state.accounts[event.account_id]
    account.hedge_mode = event.hedge_mode
    account.sums = None
    for exposure in account.exposures.values():
        exposure.positions.clear()
    account.version += 1


def _asset_mode_changed(state: State, event: happened.AssetModeChanged, now: Millis) -> None:
    account = state.accounts[event.account_id]
    account.multi_assets = event.multi_assets
    account.sums = None
    account.version += 1


# Prices.


def _price_moved(state: State, event: happened.PriceMoved, now: Millis) -> None:
    market = state.markets.get(event.symbol)
    if market is None:
        symbol = state.catalogue.symbols[event.symbol]
        market = state.markets[event.symbol] = Market(symbol, event.mark, event.index)
    market.mark = event.mark
    market.index = event.index
    market.moved = now
    market.quotes = None
    market.update_id += 1
    state.marks[event.symbol] = event.mark
    state.prices_version += 1


def _asset_index_moved(state: State, event: happened.AssetIndexMoved, now: Millis) -> None:
    state.asset_indexes[event.asset] = event.index_price
    state.rates[event.asset] = rates_of(state.catalogue.assets[event.asset], event.index_price)
    state.prices_version += 1


def _liquidity_set(state: State, event: happened.LiquiditySet, now: Millis) -> None:
    market = state.markets[event.symbol]
    market.quotes = {BUY: list(event.bids), SELL: list(event.asks)}
    market.update_id += 1


def _clock_moved(state: State, event: happened.ClockMoved, now: Millis) -> None:
    """Nothing but the time, which every event brings along."""


# Helpers.


def exposure_of(state: State, account: Account, symbol: str) -> Exposure:
    """The account's exposure, opened if need be; for `apply` alone."""
    exposure = account.exposures.get(symbol)
    if exposure is None:
        traded = state.catalogue.symbols[symbol]
        exposure = account.exposures[symbol] = Exposure(traded, traded.default_leverage)
    return exposure


def _position_of(exposure: Exposure, position_side: PositionSide) -> Position:
    """The leg, opened if need be; LONG stands before SHORT, as answers list them."""
    position = exposure.positions.get(position_side)
    if position is None:
        position = Position(position_side)
        if position_side is PositionSide.LONG:
            exposure.positions = {position_side: position, **exposure.positions}
        else:
            exposure.positions[position_side] = position
    return position


def _activate(account: Account, exposure: Exposure) -> None:
    active = account.active
    last = next(reversed(active.values()), None)
    active[exposure.symbol.name] = exposure
    if last is not None and last.symbol.ordinal > exposure.symbol.ordinal:
        account.active = dict(sorted(active.items(), key=lambda item: item[1].symbol.ordinal))


def _deactivate(account: Account, exposure: Exposure) -> None:
    """Drop the exposure from the active ones if neither position nor order is left."""
    if exposure.is_active or account.active.pop(exposure.symbol.name, None) is None:
        return
    if account.sums is not None:
        account.inactive.append(exposure)


def money_sums(state: State) -> dict[str, Amount]:
    """Per asset, the sum over all accounts and the house: zero, always."""
    sums: dict[str, Amount] = {}
    for (_, asset), amount in state.house.items():
        sums[asset] = sums.get(asset, 0) + amount
    for account in state.accounts.values():
        for asset, balance in account.balances.items():
            sums[asset] = sums.get(asset, 0) + balance.wallet
    return sums


_APPLY: Final[dict[type, Callable[[State, Any, Millis], None]]] = {
    happened.AccountOpened: _account_opened,
    happened.AccountReset: _account_reset,
    happened.AccountClosed: _account_closed,
    happened.MoneyMoved: _money_moved,
    happened.OrderAccepted: _order_accepted,
    happened.OrderRested: _order_rested,
    happened.OrderFilled: _order_filled,
    happened.OrderAmended: _order_amended,
    happened.OrderCanceled: _order_canceled,
    happened.OrderExpired: _order_expired,
    happened.Traded: _traded,
    happened.PositionChanged: _position_changed,
    happened.PositionHandedOver: _position_handed_over,
    happened.IsolatedMarginAdjusted: _isolated_margin_adjusted,
    happened.LeverageChanged: _leverage_changed,
    happened.MarginTypeChanged: _margin_type_changed,
    happened.PositionModeChanged: _position_mode_changed,
    happened.AssetModeChanged: _asset_mode_changed,
    happened.PriceMoved: _price_moved,
    happened.AssetIndexMoved: _asset_index_moved,
    happened.LiquiditySet: _liquidity_set,
    happened.ClockMoved: _clock_moved,
}
