"""What one trade does to one side: its order, its position, its money."""

from __future__ import annotations

from perpbox.account import AutoClose, ExpiryReason, Exposure, House, Order, Position
from perpbox.engine.events import (
    MoneyReason,
    OffBookTraded,
    OrderExpired,
    OrderFilled,
    PositionChanged,
    Traded,
)
from perpbox.engine.fees import Commission, commission
from perpbox.engine.market import Market
from perpbox.engine.turn import Turn
from perpbox.margin.isolated import opening_margin, released_margin
from perpbox.money import SCALE, Amount, Price, Quantity, cut


def trade(
    turn: Turn,
    market: Market,
    maker: Order | None,
    taker: Order | None,
    price: Price,
    quantity: Quantity,
) -> None:
    """Two sides trade; None is the house. Maker first, then taker."""
    side = taker.side if taker else -maker.side if maker else 0
    house_side = 0 if maker and taker else -side if taker else side
    trade_id = turn.state.next_trade_id
    aggregate_id = market.aggregate.number_with(price, side, turn.now)
    name = market.symbol.name
    turn.emit(Traded(name, trade_id, price, quantity, side, house_side, aggregate_id))
    if maker:
        settle(turn, market, maker, price, quantity, trade_id, is_maker=True)
    if taker:
        settle(turn, market, taker, price, quantity, trade_id, is_maker=False)


def take_over(
    turn: Turn,
    market: Market,
    other: Order | None,
    order: Order,
    price: Price,
    quantity: Quantity,
) -> None:
    """Two sides trade where the market does not see it, without commission; None is the house."""
    house_side = 0 if other else -order.side
    trade_id = turn.state.next_trade_id
    turn.emit(OffBookTraded(market.symbol.name, trade_id, price, quantity, house_side))
    settle(turn, market, order, price, quantity, trade_id, is_maker=False)
    if other:
        settle(turn, market, other, price, quantity, trade_id, is_maker=False)


def realized_profit(position: Position, closed: Quantity, price: Price) -> Amount:
    """Profit on a closed quantity, cut; the entry price is cut before [dec]."""
    direction = 1 if position.quantity > 0 else -1
    return cut(closed * (price - position.entry_price) * direction, SCALE)


def settle(
    turn: Turn,
    market: Market,
    order: Order,
    price: Price,
    quantity: Quantity,
    trade_id: int,
    *,
    is_maker: bool,
) -> None:
    """Fill the order, take commission, realize profit, change the position."""
    symbol = market.symbol
    account_id = order.account_id
    account = turn.state.accounts[account_id]
    exposure = account.exposure(symbol)
    position = exposure.position(order.position_side)
    if order.auto_close is AutoClose.NONE:
        fee = commission(turn.state, account, symbol, price, quantity, is_maker=is_maker)
    else:
        fee = Commission(0, symbol.margin_asset, 0)
    held = abs(position.quantity)
    closed = min(quantity, held) if position.quantity * order.side < 0 else 0
    profit = realized_profit(position, closed, price) if closed else 0
    asset = symbol.margin_asset
    turn.emit(
        OrderFilled(
            account_id,
            order.order_id,
            symbol.name,
            trade_id,
            price,
            quantity,
            is_maker,
            fee.amount,
            fee.asset,
            profit,
        )
    )
    if profit:
        settles = order.auto_close is AutoClose.SETTLEMENT
        reason = MoneyReason.DELIVERED_SETTELMENT if settles else MoneyReason.REALIZED_PNL
        turn.move(House.CLEARING, account_id, asset, profit, reason, symbol.name, trade_id)
    if fee.amount:
        reason = MoneyReason.COMMISSION
        turn.move(account_id, House.FEES, fee.asset, fee.amount, reason, symbol.name, trade_id)
    turn.emit(_position_after(exposure, position, order, price, quantity, closed, fee, profit))
    if closed and exposure.orders:
        knock_out(turn, order)


def _position_after(
    exposure: Exposure,
    position: Position,
    order: Order,
    price: Price,
    quantity: Quantity,
    closed: Quantity,
    fee: Commission,
    profit: Amount,
) -> PositionChanged:
    """The position once `closed` of the quantity has reduced it and the rest has opened.

    [dec] An isolated position takes in the initial margin of what opens less its commission, and
    lets go the share of its wallet that closes; profit and the closing commission are cross, and
    so is a commission in BNB.
    """
    held = abs(position.quantity)
    opened = quantity - closed
    entry_cost = position.entry_cost
    isolated_wallet = position.isolated_wallet
    if closed:
        # Rounded down, which leaves the cut entry price as it was.
        entry_cost = entry_cost * (held - closed) // held
        if order.auto_close is AutoClose.LIQUIDATION and exposure.isolated:
            # Its wallet alone bears the loss, and lets nothing go before the end.
            isolated_wallet = isolated_wallet + profit if held > closed else 0
        else:
            isolated_wallet -= released_margin(isolated_wallet, closed, held)
    outlay_per_unit = (order.side * SCALE + fee.rate) * price
    outlay = position.outlay + outlay_per_unit * quantity
    if opened:
        if closed:
            outlay = outlay_per_unit * opened
        entry_cost += price * opened
        if exposure.isolated:
            paid = fee.rate if fee.asset == exposure.symbol.margin_asset else 0
            margin_rate = exposure.initial_margin_rate
            isolated_wallet += opening_margin(opened, price, margin_rate, paid)
    new_quantity = position.quantity + order.side * quantity
    return PositionChanged(
        order.account_id,
        exposure.symbol.name,
        order.position_side,
        new_quantity,
        entry_cost,
        outlay if new_quantity else 0,
        isolated_wallet,
        position.realized_profit + profit,
    )


def knock_out(turn: Turn, order: Order) -> None:
    """Expire the leg's standing orders that can only close what is no longer there."""
    exposure = turn.state.accounts[order.account_id].exposures[order.symbol]
    position = exposure.position(order.position_side)
    for other in list(exposure.orders.values()):
        same_leg = other.position_side is order.position_side
        if same_leg and other.closes and position.quantity * other.side >= 0:
            turn.emit(OrderExpired(other.account_id, other.order_id, ExpiryReason.REDUCE_ONLY))
