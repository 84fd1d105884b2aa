"""Who holds what: accounts with their balances, positions and open orders, and the house's own."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import Any, Final, TypeAlias

from msgspec import Struct

from perpbox.instrument import Symbol
from perpbox.instrument.symbol import initial_margin_rate
from perpbox.money import Amount, Millis, Price, Product, Quantity

AccountId: TypeAlias = int
OrderId: TypeAlias = int
Side: TypeAlias = int
"""+1 to buy, -1 to sell, so that both run on one path."""

BUY: Final[Side] = 1
SELL: Final[Side] = -1


class House(IntEnum):
    """The house's own accounts; a client's id is above zero."""

    WORLD = -1
    """Where transfers come from and go to."""
    FEES = -2
    CLEARING = -3
    """Pays and receives realized profit; the other end of every position."""
    INSURANCE = -4
    FUNDING = -5


class PositionSide(Enum):
    """BOTH in one-way mode; LONG and SHORT, each a position of its own, in hedge mode."""

    BOTH = "BOTH"
    LONG = "LONG"
    SHORT = "SHORT"


class OrderType(Enum):
    LIMIT = "LIMIT"
    MARKET = "MARKET"


class TimeInForce(Enum):
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    GTX = "GTX"


class SelfTradePrevention(Enum):
    """Which of two orders of one account expires instead of trading; the taker's mode decides."""

    EXPIRE_TAKER = "EXPIRE_TAKER"
    EXPIRE_MAKER = "EXPIRE_MAKER"
    EXPIRE_BOTH = "EXPIRE_BOTH"


class OrderStatus(Enum):
    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    EXPIRED_IN_MATCH = "EXPIRED_IN_MATCH"


class ExpiryReason(IntEnum):
    """`er` of ORDER_TRADE_UPDATE, as the user-data page numbers it."""

    NONE = 0
    SELF_TRADE = 1
    IMMEDIATE_OR_CANCEL = 2
    REDUCE_ONLY = 4
    MARKET_REMAINDER = 9
    TOO_OLD = 100
    """A GTC order lives one year; the page has no number for it, 0 is what is printed."""


class Order(Struct):
    """An order as it stands; only `engine.state.apply` changes it."""

    order_id: OrderId
    account_id: AccountId
    symbol: str
    client_order_id: str
    side: Side
    position_side: PositionSide
    order_type: OrderType
    time_in_force: TimeInForce
    price: Price
    """Limit price; 0 for a MARKET order."""
    quantity: Quantity
    reduce_only: bool
    self_trade_prevention: SelfTradePrevention
    created: Millis
    updated: Millis
    priority: int
    """Rank in its price level: the lower goes first; an amended order gets a new one."""
    status: OrderStatus = OrderStatus.NEW
    executed: Quantity = 0
    quote_executed: Product = 0
    amendments: int = 0
    expiry_reason: ExpiryReason = ExpiryReason.NONE

    @property
    def remaining(self) -> Quantity:
        return self.quantity - self.executed

    @property
    def ended_unfilled(self) -> bool:
        """Canceled or expired without a fill: what the venue forgets first."""
        ended = self.status in (OrderStatus.CANCELED, OrderStatus.EXPIRED)
        return ended and self.executed == 0

    @property
    def closes(self) -> bool:
        """Whether it can only reduce: reduce-only, or against its leg in hedge mode."""
        if self.reduce_only:
            return True
        if self.position_side is PositionSide.BOTH:
            return False
        return (self.side == BUY) is (self.position_side is PositionSide.SHORT)


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
        # Sums over the open orders that are not reduce-only, kept by `engine.state.apply`.
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

    __slots__ = ("initial_margin_rate", "isolated", "leverage", "orders", "positions", "symbol")

    def __init__(self, symbol: Symbol, leverage: int) -> None:
        self.symbol = symbol
        self.leverage = leverage
        self.initial_margin_rate = initial_margin_rate(leverage)
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


class Account:
    """A client's account. `version` rises with every event that touches it."""

    __slots__ = (
        "account_id",
        "active",
        "balances",
        "client_order_ids",
        "counts",
        "created",
        "exposures",
        "hedge_mode",
        "inactive",
        "multi_assets",
        "name",
        "opening_balances",
        "sums",
        "version",
    )

    def __init__(self, account_id: AccountId, name: str, created: Millis) -> None:
        self.account_id = account_id
        self.name = name
        self.created = created
        self.opening_balances: dict[str, Amount] = {}
        self.hedge_mode = False
        self.multi_assets = False
        self.balances: dict[str, Balance] = {}
        self.exposures: dict[str, Exposure] = {}
        self.active: dict[str, Exposure] = {}
        """The exposures with a position or an open order, in the catalogue's order."""
        self.inactive: list[Exposure] = []
        """Exposures that are not active any more and may still be inside the sums."""
        self.sums: dict[str, Any] | None = None
        """Sums per asset, kept by `margin.account.asset_figures`; None: to be made anew."""
        self.counts = 0
        """Rises whenever a figure is counted into the sums, which is when they change."""
        self.client_order_ids: dict[tuple[str, str], OrderId] = {}
        """(symbol, client order id) of the open orders."""
        self.version = 0

    def wallet(self, asset: str) -> Amount:
        balance = self.balances.get(asset)
        return balance.wallet if balance else 0

    def exposure(self, symbol: Symbol) -> Exposure:
        """Its exposure, or a fresh one that belongs to nobody: reading opens nothing."""
        return self.exposures.get(symbol.name) or Exposure(symbol, symbol.default_leverage)
