"""What may be asked of the engine: one command, one turn. Imperative; values only."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from perpbox.account import (
    AccountId,
    ConditionalTerms,
    OrderId,
    OrderType,
    PositionSide,
    PriceMatch,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from perpbox.engine.ladder import BestQuotes, LadderTerms
from perpbox.engine.market import FundingTerms
from perpbox.instrument import Symbol
from perpbox.money import Amount, Millis, Price, Product, Quantity, Ratio


class OpenVenue(Struct, frozen=True, array_like=True, tag=True):
    """The first command of every venue: its markets open at the catalogue's prices."""


class OpenAccount(Struct, frozen=True, array_like=True, tag=True):
    name: str
    balances: dict[str, Amount]


class AdoptedPosition(Struct, frozen=True, array_like=True):
    """A position as it stands elsewhere."""

    position_side: PositionSide
    quantity: Quantity
    """Signed."""
    entry_cost: Product
    outlay: int
    """As of `Position`: commission inside, in units of 1e-24."""
    isolated_wallet: Amount = 0


class AdoptedOrder(Struct, frozen=True, array_like=True):
    """What is left of a LIMIT order that rests elsewhere."""

    side: Side
    position_side: PositionSide
    price: Price
    quantity: Quantity
    time_in_force: TimeInForce = TimeInForce.GTC
    reduce_only: bool = False
    client_order_id: str = ""
    """Empty: the engine makes one from the order id."""
    self_trade_prevention: SelfTradePrevention = SelfTradePrevention.EXPIRE_MAKER
    price_match: PriceMatch = PriceMatch.NONE
    good_till: Millis = 0


class AdoptedExposure(Struct, frozen=True, array_like=True):
    """What an account has in a symbol elsewhere."""

    symbol: str
    leverage: int
    isolated: bool = False
    positions: list[AdoptedPosition] = []
    orders: list[AdoptedOrder] = []


class AdoptAccount(Struct, frozen=True, array_like=True, tag=True):
    """A new account that is as another one stands elsewhere."""

    name: str
    wallets: dict[str, Amount]
    """Isolated margin inside; what is owed is below zero."""
    exposures: list[AdoptedExposure]
    hedge_mode: bool = False
    multi_assets: bool = False
    fee_burn: bool = False


class ResetAccount(Struct, frozen=True, array_like=True, tag=True):
    """Back to the day it was opened: no orders, no positions, the opening balances."""

    account_id: AccountId


class CloseAccount(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId


class Transfer(Struct, frozen=True, array_like=True, tag=True):
    """Money from the world into the wallet; out of it where the amount is below zero."""

    account_id: AccountId
    asset: str
    amount: Amount


class Convert(Struct, frozen=True, array_like=True, tag=True):
    """Accept a quote of the venue's: so much of one asset for so much of another."""

    account_id: AccountId
    quote_id: str
    from_asset: str
    from_amount: Amount
    to_asset: str
    to_amount: Amount


class PlaceOrder(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    symbol: str
    side: Side
    position_side: PositionSide
    order_type: OrderType
    quantity: Quantity
    price: Price = 0
    time_in_force: TimeInForce = TimeInForce.GTC
    reduce_only: bool = False
    client_order_id: str = ""
    """Empty: the engine makes one from the order id."""
    self_trade_prevention: SelfTradePrevention = SelfTradePrevention.EXPIRE_MAKER
    price_match: PriceMatch = PriceMatch.NONE
    """Where the price of a LIMIT order comes from, if it has none."""
    good_till: Millis = 0
    most: Quantity | None = None
    """What it may trade at once, where a fault lets a book be thinner than it is."""


class AmendOrder(Struct, frozen=True, array_like=True, tag=True):
    """New price and quantity of an open LIMIT order; it goes to the end of its level."""

    account_id: AccountId
    symbol: str
    side: Side
    quantity: Quantity
    price: Price
    order_id: OrderId = 0
    """Zero: `client_order_id` says which order."""
    client_order_id: str = ""
    price_match: PriceMatch = PriceMatch.NONE
    modify_id: int | None = None
    """The client's own number of this amendment."""


class CancelOrder(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    symbol: str
    order_id: OrderId = 0
    """Zero: `client_order_id` says which order."""
    client_order_id: str = ""


class CancelAllOrders(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    symbol: str


class PlaceConditional(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    terms: ConditionalTerms
    client_algo_id: str = ""
    """Empty: the engine makes one from the id."""


class CancelConditional(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    algo_id: OrderId = 0
    """Zero: `client_algo_id` says which."""
    client_algo_id: str = ""


class CancelAllConditionals(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    symbol: str


class SetCountdown(Struct, frozen=True, array_like=True, tag=True):
    """Cancel the symbol's open orders so much later, unless told something else by then."""

    account_id: AccountId
    symbol: str
    span: Millis
    """Not above zero: do not."""


class SetLeverage(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    symbol: str
    leverage: int


class SetMarginType(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    symbol: str
    isolated: bool


class SetPositionMode(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    hedge_mode: bool


class SetAssetMode(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    multi_assets: bool


class SetFeeBurn(Struct, frozen=True, array_like=True, tag=True):
    account_id: AccountId
    fee_burn: bool


class SetFees(Struct, frozen=True, array_like=True, tag=True):
    """What an account pays: its tier, and its own rates in some symbols."""

    account_id: AccountId
    fee_tier: int | None
    """None: as it is."""
    rates: dict[str, tuple[Ratio, Ratio] | None]
    """Maker and taker by symbol; None: the tier's again. Symbols left out stay as they are."""


class AdjustIsolatedMargin(Struct, frozen=True, array_like=True, tag=True):
    """Put margin into an isolated position; take it out where the amount is below zero."""

    account_id: AccountId
    symbol: str
    position_side: PositionSide
    amount: Amount


class MarketPrices(Struct, frozen=True, array_like=True):
    """None: that price stays where it is."""

    mark: Price | None
    index: Price | None
    last: Price | None = None
    """The last price, which only trades move otherwise."""


class MovePrices(Struct, frozen=True, array_like=True, tag=True):
    """New mark and index prices; the house ladder of each symbol moves with its mark price."""

    prices: dict[str, MarketPrices]
    asset_indexes: dict[str, Price]


class MarketMove(Struct, frozen=True, array_like=True):
    """What happens in a symbol's market outside: where its prices are, and what others trade."""

    symbol: str
    mark: Price
    index: Price
    middle: Price = 0
    """Around which the house quotes; 0: around the mark price."""
    prints: list[tuple[Side, Price, Quantity]] = []
    """Taker's side, price and quantity, in order."""
    best: BestQuotes | None = None
    """The best quotes, where they are known: the ladder begins at them."""


class FollowMarket(Struct, frozen=True, array_like=True, tag=True):
    """A moment of the market outside, all symbols that it has moved in."""

    moves: list[MarketMove]
    asset_indexes: dict[str, Price]


class SetLadders(Struct, frozen=True, array_like=True, tag=True):
    """How the house quotes in some symbols from now on."""

    ladders: dict[str, LadderTerms]


class SetLiquidity(Struct, frozen=True, array_like=True, tag=True):
    """Quotes that replace the house ladder of a symbol; they neither refill nor move."""

    symbol: str
    bids: list[tuple[Price, Quantity]]
    asks: list[tuple[Price, Quantity]]


class SetMarkSources(Struct, frozen=True, array_like=True, tag=True):
    """Let symbols' mark prices follow the formula, or stay where they are set."""

    by_formula: dict[str, bool]


class SetFunding(Struct, frozen=True, array_like=True, tag=True):
    """How funding is made from now on in some symbols, whole."""

    terms: dict[str, FundingTerms]


class SetSymbol(Struct, frozen=True, array_like=True, tag=True):
    """List a symbol, or change one: filters, brackets, status, and when it is settled."""

    symbol: Symbol


class SettleSymbol(Struct, frozen=True, array_like=True, tag=True):
    """Close every position of it at its index price, and then the symbol."""

    symbol: str


class MoveInsurance(Struct, frozen=True, array_like=True, tag=True):
    """Money from the world into the insurance fund; out of it where the amount is below zero."""

    asset: str
    amount: Amount


class MoveClock(Struct, frozen=True, array_like=True, tag=True):
    """The operator has set the clock: its turn is at the new time."""


class Tick(Struct, frozen=True, array_like=True, tag=True):
    """The clock has reached a time at which something falls due."""


Command: TypeAlias = (
    OpenVenue
    | OpenAccount
    | AdoptAccount
    | ResetAccount
    | CloseAccount
    | Transfer
    | Convert
    | PlaceOrder
    | AmendOrder
    | CancelOrder
    | CancelAllOrders
    | PlaceConditional
    | CancelConditional
    | CancelAllConditionals
    | SetCountdown
    | SetLeverage
    | SetMarginType
    | SetPositionMode
    | SetAssetMode
    | SetFeeBurn
    | SetFees
    | AdjustIsolatedMargin
    | MovePrices
    | SetLiquidity
    | FollowMarket
    | SetLadders
    | SetMarkSources
    | SetFunding
    | MoveInsurance
    | MoveClock
    | Tick
    | SetSymbol
    | SettleSymbol
)
