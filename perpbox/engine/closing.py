"""Orders that the venue places by itself to close a position."""

from __future__ import annotations

from typing import Final

from perpbox.account import (
    AccountId,
    AutoClose,
    Order,
    OrderType,
    PositionSide,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from perpbox.engine.events import OrderAccepted
from perpbox.engine.turn import Turn
from perpbox.money import Price, Quantity

DELEVERAGES: Final = "adl_autoclose"
_NAMED: Final = {
    AutoClose.LIQUIDATION: "autoclose-{}",
    AutoClose.ADL: DELEVERAGES,
    AutoClose.SETTLEMENT: "settlement_autoclose-{}",
}


def enter_closing_order(
    turn: Turn,
    account_id: AccountId,
    symbol: str,
    leg: PositionSide,
    side: Side,
    quantity: Quantity,
    price: Price,
    auto_close: AutoClose,
) -> Order:
    """LIMIT IOC, without self-trade prevention and unchecked; it is named as the venue names it."""
    order_id = turn.state.next_order_id
    turn.emit(
        OrderAccepted(
            account_id,
            order_id,
            symbol,
            _NAMED[auto_close].format(order_id),
            side,
            leg,
            OrderType.LIMIT,
            TimeInForce.IOC,
            price,
            quantity,
            reduce_only=False,
            self_trade_prevention=SelfTradePrevention.NONE,
            auto_close=auto_close,
        )
    )
    return turn.state.orders[order_id]
