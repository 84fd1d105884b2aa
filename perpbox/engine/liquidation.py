"""Liquidation: orders expire, then positions are reduced on the book or taken over."""

from __future__ import annotations

from perpbox.account import (
    Account,
    AutoClose,
    ExpiryReason,
    House,
    Order,
)
from perpbox.engine.closing import enter_closing_order
from perpbox.engine.deleveraging import deleverage
from perpbox.engine.events import (
    ConditionalExpired,
    LiquidationAction,
    LiquidationEnded,
    LiquidationStarted,
    LiquidationStepped,
    MoneyReason,
    OrderExpired,
    PositionChanged,
)
from perpbox.engine.fills import take_over
from perpbox.engine.matching import match
from perpbox.engine.orders import finish
from perpbox.engine.turn import Turn
from perpbox.margin.account import asset_figures
from perpbox.margin.multi_assets import credit
from perpbox.margin.pool import MULTI_ASSETS, Holding, Pool, bankruptcy_price, on_tick, pools_of
from perpbox.money import SCALE, SQUARE, Amount, Price, Quantity, cut, round_up


def liquidate(turn: Turn, account: Account, pool: Pool) -> None:
    """Until the pool is safe or empty."""
    figures = (pool.margin_balance, pool.maint_margin)
    turn.emit(LiquidationStarted(account.account_id, pool.name, *figures))
    _expire_orders(turn, account, pool)
    left: Pool | None = pool
    while left is not None and left.is_at_limit:
        _step(turn, account, left, _largest(turn, left))
        left = _pool(turn, account, pool.name)
    turn.emit(LiquidationEnded(account.account_id, pool.name, left is None))


def _pool(turn: Turn, account: Account, name: str) -> Pool | None:
    """The pool as it now is, None if it holds nothing."""
    state = turn.state
    pools = pools_of(account, state.marks, state.rates, list(state.catalogue.assets))
    return next((pool for pool in pools if pool.name == name), None)


def _expire_orders(turn: Turn, account: Account, pool: Pool) -> None:
    """All orders of the symbols whose positions would be the pool's, then the conditional ones."""

    def is_of_pool(name: str) -> bool:
        exposure = account.exposure(turn.state.catalogue.symbols[name])
        if pool.name == MULTI_ASSETS:
            return True
        if exposure.isolated:
            return pool.name.partition(":")[0] == name
        return pool.name == exposure.symbol.margin_asset

    exposures = [e for name, e in account.active.items() if is_of_pool(name)]
    reason = ExpiryReason.LIQUIDATION
    for order_id in sorted(order_id for e in exposures for order_id in e.orders):
        turn.emit(OrderExpired(account.account_id, order_id, reason))
    for waiting in list(account.conditional_orders.values()):
        if is_of_pool(waiting.terms.symbol):
            turn.emit(ConditionalExpired(account.account_id, waiting.algo_id, reason))


def _largest(turn: Turn, pool: Pool) -> Holding:
    """The position with the largest maintenance margin, the first of equals."""
    if pool.name != MULTI_ASSETS:
        return max(pool.holdings, key=lambda holding: holding.maint_margin)
    rates = turn.state.rates

    def in_usd(holding: Holding) -> int:
        return holding.maint_margin * rates[holding.exposure.symbol.margin_asset].ask_rate

    return max(pool.holdings, key=in_usd)


def _step(turn: Turn, account: Account, pool: Pool, holding: Holding) -> None:
    """Reduce the position on the book if that offers the bankruptcy price, else hand it over."""
    symbol = holding.exposure.symbol
    bankruptcy = _bankruptcy_price(turn, account, pool, holding)
    side = -1 if holding.position.quantity > 0 else 1
    limit = on_tick(bankruptcy, symbol.tick_size, side)
    best = turn.state.markets[symbol.name].best_price(-side)
    if not best or (best - limit) * side > 0:
        _hand_over(turn, account, pool, holding, bankruptcy)
        return
    quantity = order_quantity(holding)
    action = LiquidationAction.REDUCE
    _tell(turn, account, pool, holding, action, quantity, limit, bankruptcy)
    _reduce(turn, account, pool, holding, quantity, limit)


def _bankruptcy_price(turn: Turn, account: Account, pool: Pool, holding: Holding) -> Price:
    rows = asset_figures(account, turn.state.marks)
    return bankruptcy_price(pool, holding, rows, turn.state.rates)


def order_quantity(holding: Holding) -> Quantity:
    """In the first bracket all, in a higher one as much as leads just below its floor."""
    size, symbol = abs(holding.position.quantity), holding.exposure.symbol
    bracket = symbol.bracket_of(size * holding.mark // SCALE)
    if bracket is symbol.brackets[0]:
        return size
    kept = (bracket.floor * SCALE - 1) // holding.mark // symbol.step_size * symbol.step_size
    return size - kept


def _tell(
    turn: Turn,
    account: Account,
    pool: Pool,
    holding: Holding,
    action: LiquidationAction,
    quantity: Quantity,
    price: Price,
    bankruptcy: Price,
) -> None:
    """Say what is about to be done, and why."""
    symbol = holding.exposure.symbol
    turn.emit(
        LiquidationStepped(
            account.account_id,
            pool.name,
            symbol.name,
            holding.position.position_side,
            action,
            quantity,
            price,
            bankruptcy,
            holding.mark,
            pool.margin_balance,
            pool.maint_margin,
            turn.state.house.get((House.INSURANCE, symbol.margin_asset), 0),
        )
    )


def _enter(
    turn: Turn, account: Account, holding: Holding, quantity: Quantity, price: Price
) -> Order:
    """A liquidation order against the position."""
    side = -1 if holding.position.quantity > 0 else 1
    asked = (holding.exposure.symbol.name, holding.position.position_side, side, quantity, price)
    return enter_closing_order(turn, account.account_id, *asked, AutoClose.LIQUIDATION)


def _reduce(
    turn: Turn, account: Account, pool: Pool, holding: Holding, quantity: Quantity, limit: Price
) -> None:
    """Trade what the book offers, pay the fee, and hand over the rest if it was not enough."""
    exposure, position = holding.exposure, holding.position
    market = turn.state.markets[exposure.symbol.name]
    isolated_wallet = position.isolated_wallet
    wallet = account.wallet(exposure.symbol.margin_asset)
    order = _enter(turn, account, holding, quantity, limit)
    match(turn, market, order)
    finish(turn, order)
    if exposure.isolated:
        profit = account.wallet(exposure.symbol.margin_asset) - wallet
        balance = isolated_wallet + profit + holding.unrealized_profit
    else:
        balance = _balance(turn, account, pool.name, exposure.symbol.margin_asset)
    fee = cut(order.quote_executed * exposure.symbol.liquidation_fee, SQUARE)
    _pay_fee(turn, account, holding, max(0, min(fee, balance)))
    if order.remaining and position.quantity:
        rest = _pool(turn, account, pool.name)
        assert rest is not None, "it holds the rest of this position"
        bankruptcy = _bankruptcy_price(turn, account, rest, holding)
        _hand_over(turn, account, rest, holding, bankruptcy)


def _balance(turn: Turn, account: Account, name: str, asset: str) -> Amount:
    """The margin balance of a cross pool in the asset, whether it holds anything or not."""
    rows = asset_figures(account, turn.state.marks)
    if name != MULTI_ASSETS:
        return rows[asset].cross_wallet_balance + rows[asset].cross_unrealized_profit
    rates = turn.state.rates
    total = sum(credit(row.margin_balance, rates[row.asset]) for row in rows.values())
    ask_rate = rates[asset].ask_rate
    return cut(total * SCALE, ask_rate) if ask_rate else total


def _pay_fee(turn: Turn, account: Account, holding: Holding, fee: Amount) -> None:
    """To the insurance fund, out of the isolated wallet where the position is isolated."""
    if not fee:
        return
    symbol, position = holding.exposure.symbol, holding.position
    asset, reason = symbol.margin_asset, MoneyReason.INSURANCE_CLEAR
    turn.move(account.account_id, House.INSURANCE, asset, fee, reason, symbol.name)
    if holding.exposure.isolated and position.quantity:
        turn.emit(
            PositionChanged(
                account.account_id,
                symbol.name,
                position.position_side,
                position.quantity,
                position.entry_cost,
                position.outlay,
                position.isolated_wallet - fee,
                position.realized_profit,
            )
        )


def _hand_over(
    turn: Turn, account: Account, pool: Pool, holding: Holding, bankruptcy: Price
) -> None:
    """The fund takes the position at its bankruptcy price if it can bear that, else others do."""
    symbol, quantity = holding.exposure.symbol, holding.position.quantity
    loss = quantity * (bankruptcy - holding.mark)
    cost = round_up(loss, SCALE) if loss > 0 else cut(loss, SCALE)
    fund = turn.state.house.get((House.INSURANCE, symbol.margin_asset), 0)
    bears = cost <= 0 or fund >= cost
    action = LiquidationAction.TAKE_OVER if bears else LiquidationAction.DELEVERAGE
    size = abs(quantity)
    _tell(turn, account, pool, holding, action, size, bankruptcy, bankruptcy)
    order = _enter(turn, account, holding, size, bankruptcy)
    if bears:
        take_over(turn, turn.state.markets[symbol.name], None, order, bankruptcy, size)
        reason = MoneyReason.INSURANCE_CLEAR
        asset = symbol.margin_asset
        turn.move(House.INSURANCE, House.CLEARING, asset, cost, reason, symbol.name)
    else:
        deleverage(turn, order, bankruptcy)
