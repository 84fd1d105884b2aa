"""What the history answers with: orders, fills, income and margin changes, as they were told."""

from __future__ import annotations

from enum import Enum
from typing import Final

from msgspec import Struct

from perpbox.account import (
    AccountId,
    AutoClose,
    ConditionalStatus,
    ConditionalTerms,
    Order,
    OrderId,
    PositionSide,
    Side,
)
from perpbox.engine.events import MoneyReason
from perpbox.margin.holding import Holding
from perpbox.money import Amount, Millis, Price, Quantity, Ratio

# The rows are written as JSON arrays, and none can be part of a reference cycle.


class OrderRecord(Order, array_like=True, gc=False):
    """An order as of its last event; `priority` is left at 0."""


class TradeRecord(Struct, array_like=True, gc=False, frozen=True):
    """One fill of one order: one account's view of a trade."""

    account_id: AccountId
    symbol: str
    trade_id: int
    order_id: OrderId
    side: Side
    position_side: PositionSide
    price: Price
    quantity: Quantity
    is_maker: bool
    commission: Amount
    commission_asset: str
    realized_profit: Amount
    time: Millis


class IncomeRecord(Struct, array_like=True, gc=False, frozen=True):
    """Money that came into a wallet, or left it where the amount is below zero."""

    account_id: AccountId
    symbol: str
    """Empty where no trade is behind it."""
    income_type: MoneyReason
    amount: Amount
    asset: str
    time: Millis
    transaction_id: int
    trade_id: int
    """Zero where no trade is behind it."""


class MarginRecord(Struct, array_like=True, gc=False, frozen=True):
    """Margin put into an isolated position, or taken out where the amount is below zero."""

    account_id: AccountId
    symbol: str
    position_side: PositionSide
    amount: Amount
    asset: str
    time: Millis


class AmendmentRecord(Struct, array_like=True, gc=False, frozen=True):
    """One amendment of an order that stood: price and quantity before it and after."""

    account_id: AccountId
    symbol: str
    order_id: OrderId
    amendment_id: int
    """The number of its turn."""
    client_order_id: str
    price_before: Price
    price: Price
    quantity_before: Quantity
    quantity: Quantity
    count: int
    """How many times the order has been amended by then."""
    time: Millis
    modify_id: int | None = None
    """The client's own number of it."""


class ConversionRecord(Struct, array_like=True, gc=False, frozen=True):
    """One asset of a wallet exchanged for another, at a quote."""

    account_id: AccountId
    conversion_id: int
    quote_id: str
    from_asset: str
    from_amount: Amount
    to_asset: str
    to_amount: Amount
    time: Millis


class MarketTrade(Struct, array_like=True, gc=False, frozen=True):
    """A trade as the whole market saw it."""

    symbol: str
    trade_id: int
    price: Price
    quantity: Quantity
    taker_side: Side
    time: Millis
    aggregate_id: int = 0
    """0 in what was written before aggregates were numbered."""


class FundingRecord(Struct, array_like=True, gc=False, frozen=True):
    """What was settled in a symbol, and at which mark price."""

    symbol: str
    time: Millis
    """When it was due."""
    rate: Ratio
    mark: Price


class HoldingRecord(Struct, array_like=True, gc=False, frozen=True):
    """Who held how much of a symbol, from a sample on until the next one of it."""

    symbol: str
    time: Millis
    """Of the sample."""
    holding: Holding


class ConditionalRecord(Struct, array_like=True, gc=False):
    """A conditional order as of its last event. What became of its order is not noted here."""

    algo_id: OrderId
    account_id: AccountId
    client_algo_id: str
    terms: ConditionalTerms
    created: Millis
    updated: Millis
    status: ConditionalStatus = ConditionalStatus.NEW
    triggered: Millis = 0
    order_id: OrderId = 0
    """The order that it has placed; 0 if there is none."""
    reject: str = ""
    """Name of the refusal that its order met."""
    reject_details: list[str] = []

    @property
    def symbol(self) -> str:
        return self.terms.symbol

    @property
    def ended_unfilled(self) -> bool:
        """Canceled or expired: what the venue forgets first."""
        return self.status in (ConditionalStatus.CANCELED, ConditionalStatus.EXPIRED)


class Step(Enum):
    """What the venue does to an account by itself."""

    CONDITIONAL_TRIGGERED = "CONDITIONAL_TRIGGERED"
    CONDITIONAL_REJECTED = "CONDITIONAL_REJECTED"
    CONDITIONAL_EXPIRED = "CONDITIONAL_EXPIRED"
    MARGIN_CALL = "MARGIN_CALL"
    MARGIN_CALL_ENDED = "MARGIN_CALL_ENDED"
    LIQUIDATION_STARTED = "LIQUIDATION_STARTED"
    REDUCE = "REDUCE"
    TAKE_OVER = "TAKE_OVER"
    DELEVERAGE = "DELEVERAGE"
    LIQUIDATION_ENDED = "LIQUIDATION_ENDED"
    LIQUIDATION_ORDER = "LIQUIDATION_ORDER"
    ADL_ORDER = "ADL_ORDER"
    INSURANCE_CLEAR = "INSURANCE_CLEAR"
    AUTO_EXCHANGE = "AUTO_EXCHANGE"


ORDER_STEPS: Final = {
    AutoClose.LIQUIDATION: Step.LIQUIDATION_ORDER,
    AutoClose.ADL: Step.ADL_ORDER,
}


class StepRecord(Struct, array_like=True, gc=False, frozen=True):
    """One such step, and why."""

    account_id: AccountId
    step: Step
    symbol: str
    """Empty where it is about no single one."""
    order_id: OrderId
    """0 where no order is part of it."""
    time: Millis
    details: dict[str, str]
    """What led to it and what it did; amounts and prices as text."""


LAST_MOMENT: Final[Millis] = 2**62
"""Later than any time; it still fits a signed 64-bit integer."""
MOST_ROWS: Final = 2**62
"""More than any history has; likewise."""


class Window(Struct, frozen=True):
    """Which rows of a history are wanted: a span of time, both ends included, and a page of it.

    With `newest` the first page holds the last rows of the span, the second those before them,
    and so on; without it the first page holds the first rows. Rows within a page always ascend.
    Left open, `newest` follows what the API's pages say: forward from where the client says to
    start, be it a time or an id, else what happened last.
    """

    start: Millis | None = None
    end: Millis | None = None
    limit: int = 500
    page: int = 1
    newest: bool | None = None

    @property
    def first(self) -> Millis:
        return 0 if self.start is None else self.start

    @property
    def last(self) -> Millis:
        return LAST_MOMENT if self.end is None else self.end

    @property
    def skip(self) -> int:
        return min((self.page - 1) * self.limit, MOST_ROWS)

    def from_newest(self, from_id: int | None = None) -> bool:
        """Whether to count from the newest row back, when asked for rows from an id on."""
        if self.newest is None:
            return self.start is None and from_id is None
        return self.newest


RECENT: Final = Window()
"""The last 500 rows."""
