"""Taking in an account as it stands elsewhere: wallets, settings, positions and open orders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from perpbox.account import (
    BUY,
    HEDGE,
    ONE_WAY,
    SELL,
    AccountId,
    House,
    OrderType,
    PositionSide,
    Side,
)
from perpbox.engine.commands import (
    AdoptAccount,
    AdoptedExposure,
    AdoptedOrder,
    AdoptedPosition,
)
from perpbox.engine.events import (
    AccountOpened,
    AssetModeChanged,
    FeeBurnChanged,
    LeverageChanged,
    MarginTypeChanged,
    MoneyReason,
    OffBookTraded,
    OrderAccepted,
    OrderRested,
    PositionChanged,
    PositionModeChanged,
)
from perpbox.engine.market import Market
from perpbox.engine.orders import made_up_id
from perpbox.engine.rejects import Reject
from perpbox.engine.turn import Turn
from perpbox.money import is_multiple


def adopt_account(turn: Turn, command: AdoptAccount) -> None:
    """[dec] The house takes the other side of every position; no margin is asked for.

    What an account holds elsewhere it holds here, even where it could not have come to it under
    these rules at these prices. What follows from it, a margin call or a liquidation, follows.
    """
    _require_possible(turn, command)
    account_id = turn.state.next_account_id
    turn.emit(AccountOpened(account_id, command.name, command.wallets))
    turn.account_id = account_id
    if command.hedge_mode:
        turn.emit(PositionModeChanged(account_id, hedge_mode=True))
    if command.multi_assets:
        turn.emit(AssetModeChanged(account_id, multi_assets=True))
    if command.fee_burn:
        turn.emit(FeeBurnChanged(account_id, fee_burn=True))
    for asset, amount in command.wallets.items():
        turn.move(House.WORLD, account_id, asset, amount, MoneyReason.TRANSFER)
    for exposure in command.exposures:
        _adopt(turn, account_id, exposure)


# Checks


def _require_possible(turn: Turn, command: AdoptAccount) -> None:
    for asset in command.wallets:
        turn.require(asset in turn.state.catalogue.assets, Reject.UNKNOWN_ASSET, asset)
    names = [exposure.symbol for exposure in command.exposures]
    for exposure in command.exposures:
        name, market = exposure.symbol, turn.open_market(exposure.symbol)
        turn.require(names.count(name) == 1, Reject.INVALID_SYMBOL, f"{name}: it is there twice")
        highest = market.symbol.max_leverage()
        fits = 1 <= exposure.leverage <= highest
        turn.require(fits, Reject.INVALID_LEVERAGE, str(exposure.leverage))
        pooled = exposure.isolated and command.multi_assets
        turn.require(not pooled, Reject.ISOLATED_UNDER_MULTI_ASSETS)
        legs = HEDGE if command.hedge_mode else ONE_WAY
        _require_positions(turn, market, exposure, legs)
        _require_orders(turn, market, exposure, legs)


def _require_positions(
    turn: Turn, market: Market, exposure: AdoptedExposure, legs: tuple[PositionSide, ...]
) -> None:
    sides = [position.position_side for position in exposure.positions]
    for position in exposure.positions:
        side, quantity = position.position_side, position.quantity
        fits = side in legs and sides.count(side) == 1 and quantity * _direction(side) >= 0
        turn.require(fits, Reject.POSITION_SIDE_MISMATCH)
        turn.require(quantity != 0, Reject.QUANTITY_NOT_POSITIVE)
        turn.require(is_multiple(quantity, market.symbol.step_size), Reject.QUANTITY_OFF_STEP)
        turn.require(position.entry_cost >= abs(quantity), Reject.PRICE_NOT_POSITIVE)
        own_wallet = exposure.isolated or not position.isolated_wallet
        turn.require(own_wallet, Reject.NOT_ISOLATED)


def _direction(side: PositionSide) -> int:
    """+1 of a leg that is never short, -1 of one that is never long; 0: it may be either."""
    return {PositionSide.BOTH: 0, PositionSide.LONG: 1, PositionSide.SHORT: -1}[side]


def _require_orders(
    turn: Turn, market: Market, exposure: AdoptedExposure, legs: tuple[PositionSide, ...]
) -> None:
    """They rest where they are: on the grid, across from nobody, and closing what is there."""
    symbol = market.symbol
    held = {position.position_side: position.quantity for position in exposure.positions}
    for order in exposure.orders:
        turn.require(order.position_side in legs, Reject.POSITION_SIDE_MISMATCH)
        turn.require(order.price > 0, Reject.PRICE_NOT_POSITIVE)
        on_tick = is_multiple(order.price - symbol.min_price, symbol.tick_size)
        turn.require(on_tick, Reject.PRICE_OFF_TICK)
        turn.require(order.quantity > 0, Reject.QUANTITY_NOT_POSITIVE)
        turn.require(is_multiple(order.quantity, symbol.step_size), Reject.QUANTITY_OFF_STEP)
        closes = order.reduce_only or order.side * _direction(order.position_side) < 0
        closable = held.get(order.position_side, 0) * order.side < 0
        turn.require(closable or not closes, Reject.REDUCE_ONLY_REJECTED)
    for side in (s for s in legs if _direction(s)):
        closing = sum(
            order.quantity
            for order in exposure.orders
            if order.position_side is side and order.side * _direction(side) < 0
        )
        turn.require(closing <= abs(held.get(side, 0)), Reject.REDUCE_ONLY_REJECTED)
    ids = [order.client_order_id for order in exposure.orders if order.client_order_id]
    turn.require(len(ids) == len(set(ids)), Reject.DUPLICATE_CLIENT_ORDER_ID)
    bids = [*_prices(exposure.orders, BUY), *_quoted(market, BUY)]
    asks = [*_prices(exposure.orders, SELL), *_quoted(market, SELL)]
    uncrossed = not bids or not asks or max(bids) < min(asks)
    turn.require(uncrossed or not exposure.orders, Reject.GTX_WOULD_TAKE)


def _prices(orders: Iterable[AdoptedOrder], side: Side) -> Iterator[int]:
    return (order.price for order in orders if order.side == side)


def _quoted(market: Market, side: Side) -> Iterator[int]:
    best = market.best_price(side)
    if best:
        yield best


# Facts


def _adopt(turn: Turn, account_id: AccountId, exposure: AdoptedExposure) -> None:
    name = exposure.symbol
    if exposure.isolated:
        turn.emit(MarginTypeChanged(account_id, name, isolated=True))
    turn.emit(LeverageChanged(account_id, name, exposure.leverage))
    for position in exposure.positions:
        _take_in(turn, account_id, name, position)
    for order in exposure.orders:
        _let_stand(turn, account_id, name, order)


def _take_in(turn: Turn, account_id: AccountId, name: str, position: AdoptedPosition) -> None:
    side = BUY if position.quantity > 0 else SELL
    quantity = abs(position.quantity)
    price = position.entry_cost // quantity
    trade_id = turn.state.next_trade_id
    turn.emit(OffBookTraded(name, trade_id, price, quantity, -side))
    turn.emit(
        PositionChanged(
            account_id,
            name,
            position.position_side,
            position.quantity,
            position.entry_cost,
            position.outlay,
            position.isolated_wallet,
            realized_profit=0,
        )
    )


def _let_stand(turn: Turn, account_id: AccountId, name: str, order: AdoptedOrder) -> None:
    order_id = turn.state.next_order_id
    account = turn.state.accounts[account_id]
    turn.emit(
        OrderAccepted(
            account_id,
            order_id,
            name,
            order.client_order_id or made_up_id(account, name, order_id),
            order.side,
            order.position_side,
            OrderType.LIMIT,
            order.time_in_force,
            order.price,
            order.quantity,
            order.reduce_only,
            order.self_trade_prevention,
            order.price_match,
            order.good_till,
        )
    )
    turn.emit(OrderRested(account_id, order_id))
