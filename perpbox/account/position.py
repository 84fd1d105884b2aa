"""What an account holds of one asset and of one symbol: balances, positions, exposures."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from perpbox.account.order import Order
from perpbox.account.words import OrderId, PositionSide
from perpbox.instrument import Symbol
from perpbox.instrument.symbol import initial_margin_rate
from perpbox.money import Amount, Millis, Price, Product, Quantity


class Balance(Struct):
    """What an account holds of one asset; isolated margin is inside `wallet`."""

    wallet: Amount = 0
    updated: Millis = 0


class PositionFigures:
    """What a position is worth and needs at one mark price; made by `margin.position`."""

    __slots__ = (
        "isolated",
        "isolated_wallet",
        "maint_margin",
        "mark",
        "notional",
        "open_order_initial_margin",
        "position_initial_margin",
        "text",
        "unrealized_profit",
    )

    mark: Price
    notional: Amount
    unrealized_profit: Amount
    position_initial_margin: Amount
    open_order_initial_margin: Amount
    maint_margin: Amount
    isolated: bool
    isolated_wallet: Amount
    """Zero when cross."""

    def __init__(
        self,
        mark: Price,
        notional: Amount,
        unrealized_profit: Amount,
        position_initial_margin: Amount,
        open_order_initial_margin: Amount,
        maint_margin: Amount,
        isolated: bool,
        isolated_wallet: Amount,
    ) -> None:
        self.mark = mark
        self.notional = notional
        self.unrealized_profit = unrealized_profit
        self.position_initial_margin = position_initial_margin
        self.open_order_initial_margin = open_order_initial_margin
        self.maint_margin = maint_margin
        self.isolated = isolated
        self.isolated_wallet = isolated_wallet
        self.text = ""
        """The row as the API wrote it, kept here because it lives just as long."""

    @property
    def initial_margin(self) -> Amount:
        return self.position_initial_margin + self.open_order_initial_margin


class Position:
    """One leg of one symbol, with the sums of its opening open orders."""

    __slots__ = (
        "buy_notional",
        "buy_quantity",
        "counted",
        "entry_cost",
        "figures",
        "isolated_wallet",
        "order_count",
        "outlay",
        "position_side",
        "quantity",
        "realized_profit",
        "sell_notional",
        "sell_quantity",
        "updated",
    )

    def __init__(self, position_side: PositionSide) -> None:
        self.position_side = position_side
        self.quantity: Quantity = 0
        """Signed: long above zero."""
        self.entry_cost: Product = 0
        """Entry price times |quantity|, exact on every increase."""
        self.outlay: int = 0
        """Paid minus received since it opened, commission inside, in units of 1e-24."""
        self.isolated_wallet: Amount = 0
        self.realized_profit: Amount = 0
        self.updated: Millis = 0
        # Sums over the open orders that are not reduce-only, kept by `engine.apply`.
        self.buy_quantity: Quantity = 0
        self.sell_quantity: Quantity = 0
        self.buy_notional: Product = 0
        self.sell_notional: Product = 0
        self.order_count = 0
        """All open orders of the leg, reduce-only ones too."""
        self.figures: PositionFigures | None = None
        """Of the last mark asked for; forgotten when anything here changes."""
        self.counted: PositionFigures | None = None
        """The figures that are inside the account's kept sums."""

    @property
    def entry_price(self) -> Price:
        """Average entry price, cut at the eighth decimal; 0 without a position."""
        return self.entry_cost // abs(self.quantity) if self.quantity else 0

    @property
    def is_shown(self) -> bool:
        """Whether the account answers with a row for it: a position or an open order."""
        return self.quantity != 0 or self.order_count != 0


ONE_WAY: Final = (PositionSide.BOTH,)
HEDGE: Final = (PositionSide.LONG, PositionSide.SHORT)


class Exposure:
    """One account in one symbol: its leverage, margin type, legs and open orders."""

    __slots__ = (
        "initial_margin_rate",
        "isolated",
        "leverage",
        "orders",
        "positions",
        "steepest_rate",
        "symbol",
    )

    def __init__(self, symbol: Symbol, leverage: int) -> None:
        self.symbol = symbol
        self.leverage = leverage
        self.initial_margin_rate = initial_margin_rate(leverage)
        self.steepest_rate = symbol.steepest_maint_margin_rate()
        self.isolated = False
        self.positions: dict[PositionSide, Position] = {}
        """By leg; LONG before SHORT."""
        self.orders: dict[OrderId, Order] = {}

    def position(self, position_side: PositionSide) -> Position:
        """The leg, or an empty one that belongs to nobody: reading opens nothing."""
        return self.positions.get(position_side) or Position(position_side)

    @property
    def is_active(self) -> bool:
        return bool(self.orders) or any(p.quantity for p in self.positions.values())
