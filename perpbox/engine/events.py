"""What has happened: facts in the past tense, all that `apply` needs to change the state."""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias

from msgspec import Struct

from perpbox.account import (
    AccountId,
    AutoClose,
    ConditionalTerms,
    ExpiryReason,
    OrderId,
    OrderType,
    PositionSide,
    PriceMatch,
    SelfTradePrevention,
    Side,
    TimeInForce,
    Trigger,
)
from perpbox.engine.ladder import BestQuotes, LadderTerms
from perpbox.engine.market import FundingTerms
from perpbox.engine.symbol_events import SymbolSet
from perpbox.margin.holding import Holding
from perpbox.money import Amount, Millis, Price, Product, Quantity, Ratio


class MoneyReason(Enum):
    """Why money moved; where it reaches a client it is the income type of that name."""

    TRANSFER = "TRANSFER"
    REALIZED_PNL = "REALIZED_PNL"
    COMMISSION = "COMMISSION"
    FUNDING_FEE = "FUNDING_FEE"
    DELIVERED_SETTELMENT = "DELIVERED_SETTELMENT"
    INSURANCE_CLEAR = "INSURANCE_CLEAR"
    """A liquidation fee, or a debt that the insurance fund pays."""
    AUTO_EXCHANGE = "AUTO_EXCHANGE"
    COIN_SWAP_DEPOSIT = "COIN_SWAP_DEPOSIT"
    """What a conversion brings."""
    COIN_SWAP_WITHDRAW = "COIN_SWAP_WITHDRAW"
    """What a conversion takes."""
    RESET = "RESET"
    """Back to the opening balances; no income row."""


class LiquidationAction(Enum):
    REDUCE = "REDUCE"
    """An order meets the book."""
    TAKE_OVER = "TAKE_OVER"
    """The insurance fund takes the position."""
    DELEVERAGE = "DELEVERAGE"
    """Other clients do."""


class AccountOpened(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    name: str
    opening_balances: dict[str, Amount]


class AccountReset(Struct, frozen=True, array_like=True, tag=True):
    """Its settings are the first ones again and its history is gone."""

    account_id: AccountId


class AccountClosed(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId


class MoneyMoved(Struct, frozen=True, array_like=True, tag=True):
    """The only way in which money moves: from one account to another, never out of nothing."""

    payer: AccountId
    payee: AccountId
    asset: str
    amount: Amount
    """Above zero."""
    reason: MoneyReason
    transaction_id: int
    symbol: str = ""
    trade_id: int = 0


class Converted(Struct, frozen=True, array_like=True, tag=True):
    """A quote was accepted; the money moves in events of its own."""

    account_id: AccountId
    conversion_id: int
    """The transaction id of the first of the two."""
    quote_id: str
    from_asset: str
    from_amount: Amount
    to_asset: str
    to_amount: Amount


class OrderAccepted(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    order_id: OrderId
    symbol: str
    client_order_id: str
    side: Side
    position_side: PositionSide
    order_type: OrderType
    time_in_force: TimeInForce
    price: Price
    quantity: Quantity
    reduce_only: bool
    self_trade_prevention: SelfTradePrevention
    price_match: PriceMatch = PriceMatch.NONE
    good_till: Millis = 0
    trigger: Trigger | None = None
    auto_close: AutoClose = AutoClose.NONE


class OrderRested(Struct, frozen=True, array_like=True, tag=True):
    """What an order did not trade at once stands in the book, at the end of its price level."""

    account_id: AccountId
    order_id: OrderId


class OrderFilled(Struct, frozen=True, array_like=True, tag=True):
    """One side's view of a trade."""

    account_id: AccountId
    order_id: OrderId
    symbol: str
    trade_id: int
    price: Price
    quantity: Quantity
    is_maker: bool
    commission: Amount
    commission_asset: str
    realized_profit: Amount


class OrderAmended(Struct, frozen=True, array_like=True, tag=True):
    """It has left its place in the book; `OrderRested` says when it stands again."""

    account_id: AccountId
    order_id: OrderId
    price: Price
    quantity: Quantity
    price_match: PriceMatch = PriceMatch.NONE
    modify_id: int | None = None


class OrderCanceled(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    order_id: OrderId


class OrderExpired(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    order_id: OrderId
    reason: ExpiryReason


class ConditionalPlaced(Struct, frozen=True, array_like=True, tag=True):
    """It waits from now on."""

    account_id: AccountId
    algo_id: OrderId
    client_algo_id: str
    terms: ConditionalTerms
    latest: Price
    """The price that it goes by, as it stands."""


class ConditionalCanceled(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    algo_id: OrderId


class ConditionalExpired(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    algo_id: OrderId
    reason: ExpiryReason


class ConditionalTriggered(Struct, frozen=True, array_like=True, tag=True):
    """Its condition holds, and it waits no more: the order comes next, or why there is none."""

    account_id: AccountId
    algo_id: OrderId
    symbol: str
    price: Price
    """The price at which the condition holds."""


class ConditionalRejected(Struct, frozen=True, array_like=True, tag=True):
    """The order that was triggered could not be placed."""

    account_id: AccountId
    algo_id: OrderId
    reject: str
    """Name of the refusal."""
    details: list[str]


class CountdownSet(Struct, frozen=True, array_like=True, tag=True):
    """The symbol's open orders are canceled at this time; never, if it is 0."""

    account_id: AccountId
    symbol: str
    deadline: Millis


class Traded(Struct, frozen=True, array_like=True, tag=True):
    """A trade as the market sees it. Where the house is a side, its position moves with it."""

    symbol: str
    trade_id: int
    price: Price
    quantity: Quantity
    taker_side: Side
    house_side: Side
    """+1 if the house bought, -1 if it sold, 0 if it had no part."""
    aggregate_id: int = 0
    """Number of the symbol's aggregate trade that it is part of; 0 before they were numbered."""
    of_others: bool = False
    """Printed by the market outside: no client and not the house had a part."""


class OffBookTraded(Struct, frozen=True, array_like=True, tag=True):
    """A position goes over to the house, or to another client, where the market does not see it."""

    symbol: str
    trade_id: int
    price: Price
    quantity: Quantity
    house_side: Side
    """As in `Traded`."""


class MarginCalled(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    pool: str
    margin_balance: Amount
    maint_margin: Amount


class MarginCallEnded(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    pool: str


class LiquidationStarted(Struct, frozen=True, array_like=True, tag=True):
    """The pool is at its limit; its open orders expire next."""

    account_id: AccountId
    pool: str
    margin_balance: Amount
    maint_margin: Amount


class LiquidationStepped(Struct, frozen=True, array_like=True, tag=True):
    """What is done with a position, before it is done, and by which figures."""

    account_id: AccountId
    pool: str
    symbol: str
    position_side: PositionSide
    action: LiquidationAction
    quantity: Quantity
    """Of the order that closes; above zero."""
    price: Price
    bankruptcy_price: Price
    mark: Price
    margin_balance: Amount
    maint_margin: Amount
    fund: Amount
    """What the insurance fund holds of the margin asset."""


class LiquidationEnded(Struct, frozen=True, array_like=True, tag=True):
    """The pool is safe, or holds nothing any more."""

    account_id: AccountId
    pool: str
    is_empty: bool


class PositionChanged(Struct, frozen=True, array_like=True, tag=True):
    """The position as it now is, whole."""

    account_id: AccountId
    symbol: str
    position_side: PositionSide
    quantity: Quantity
    entry_cost: Product
    outlay: int
    isolated_wallet: Amount
    realized_profit: Amount


class PositionHandedOver(Struct, frozen=True, array_like=True, tag=True):
    """The house takes over a position of an account that is reset or closed."""

    account_id: AccountId
    symbol: str
    position_side: PositionSide


class IsolatedMarginAdjusted(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    symbol: str
    position_side: PositionSide
    amount: Amount
    """Above zero: added."""
    asset: str


class LeverageChanged(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    symbol: str
    leverage: int


class MarginTypeChanged(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    symbol: str
    isolated: bool


class PositionModeChanged(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    hedge_mode: bool


class AssetModeChanged(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    multi_assets: bool


class FeeBurnChanged(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    fee_burn: bool


class FeesChanged(Struct, frozen=True, array_like=True, tag=True):
    """What the account pays from now on, whole."""

    account_id: AccountId
    fee_tier: int
    commission_rates: dict[str, tuple[Ratio, Ratio]]


class PriceMoved(Struct, frozen=True, array_like=True, tag=True):
    """Mark and index price of a symbol; a ladder of the house is around the mark price again."""

    symbol: str
    mark: Price
    index: Price
    keeps_quotes: bool = False
    """Whether an operator's quotes stay where they are; else the ladder takes their place."""
    middle: Price = 0
    """Around which the ladder stands; 0: around the mark price."""
    best: BestQuotes | None = None
    """At which the ladder begins, where a feed knows them."""


class LadderSet(Struct, frozen=True, array_like=True, tag=True):
    """How the house quotes in a symbol from now on."""

    symbol: str
    terms: LadderTerms


class LastPriceMoved(Struct, frozen=True, array_like=True, tag=True):
    """The last price is another one without a trade."""

    symbol: str
    price: Price


class MarkSourceSet(Struct, frozen=True, array_like=True, tag=True):
    symbol: str
    by_formula: bool


class BasisSampled(Struct, frozen=True, array_like=True, tag=True):
    """How far the middle of the book lies above the index price; None: a side is empty."""

    symbol: str
    basis: Price | None
    next_sample: Millis


class PremiumMoved(Struct, frozen=True, array_like=True, tag=True):
    """The premium index is another one from a sample on."""

    symbol: str
    premium: Ratio
    since: int
    """Number of the sample."""


class HoldingSampled(Struct, frozen=True, array_like=True, tag=True):
    """Who holds how much is another thing from a sample on."""

    symbol: str
    since: int
    """Number of the sample."""
    holding: Holding


class FundingTermsSet(Struct, frozen=True, array_like=True, tag=True):
    """How funding is made from now on. Where the interval changes, one begins."""

    symbol: str
    terms: FundingTerms


class FundingSettled(Struct, frozen=True, array_like=True, tag=True):
    """Longs paid shorts, or shorts longs; the money moves in events of its own."""

    symbol: str
    rate: Ratio
    mark: Price
    funding_time: Millis
    """When it was due."""


class FundingMissed(Struct, frozen=True, array_like=True, tag=True):
    """A funding time that the venue passed before it knew of funding."""

    symbol: str


class AssetIndexMoved(Struct, frozen=True, array_like=True, tag=True):
    asset: str
    index_price: Price


class LiquiditySet(Struct, frozen=True, array_like=True, tag=True):
    symbol: str
    bids: list[tuple[Price, Quantity]]
    asks: list[tuple[Price, Quantity]]


class ClockMoved(Struct, frozen=True, array_like=True, tag=True):
    """The venue's time is that of this turn, and after a restart no earlier."""


Event: TypeAlias = (
    AccountOpened
    | AccountReset
    | AccountClosed
    | MoneyMoved
    | Converted
    | OrderAccepted
    | OrderRested
    | OrderFilled
    | OrderAmended
    | OrderCanceled
    | OrderExpired
    | ConditionalPlaced
    | ConditionalCanceled
    | ConditionalExpired
    | ConditionalTriggered
    | ConditionalRejected
    | CountdownSet
    | Traded
    | OffBookTraded
    | MarginCalled
    | MarginCallEnded
    | LiquidationStarted
    | LiquidationStepped
    | LiquidationEnded
    | PositionChanged
    | PositionHandedOver
    | IsolatedMarginAdjusted
    | LeverageChanged
    | MarginTypeChanged
    | PositionModeChanged
    | AssetModeChanged
    | FeeBurnChanged
    | FeesChanged
    | PriceMoved
    | LastPriceMoved
    | MarkSourceSet
    | BasisSampled
    | PremiumMoved
    | HoldingSampled
    | FundingTermsSet
    | FundingSettled
    | FundingMissed
    | AssetIndexMoved
    | LiquiditySet
    | LadderSet
    | ClockMoved
    | SymbolSet
)
