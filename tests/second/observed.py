"""What the model is told (facts and observations) and what it predicts (steps).

Every number is an int in units of 1e-8; only `entry_cost` counts in units of 1e-16, because it
is the uncut product of a price and a quantity.  Leverage is a plain int.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# --- facts of the catalogue ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BracketFacts:
    """A leverage bracket: it holds a notional n if floor <= n < cap."""

    floor: int
    cap: int
    maint_margin_rate: int
    cum: int


@dataclass(frozen=True, slots=True)
class SymbolFacts:
    """A perpetual contract."""

    name: str
    margin_asset: str
    tick_size: int
    step_size: int
    liquidation_fee: int
    brackets: tuple[BracketFacts, ...]
    maker_commission_rate: int = 20_000
    taker_commission_rate: int = 50_000


@dataclass(frozen=True, slots=True)
class AssetFacts:
    """A margin asset; the threshold is the (negative) amount below which a debt is bought back."""

    name: str
    bid_buffer: int = 0
    ask_buffer: int = 0
    auto_exchange_bid_buffer: int = 0
    auto_exchange_ask_buffer: int = 0
    auto_exchange_threshold: int = 0


# --- observations --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AccountOpened:
    """A new account, with nothing in it and every setting at its default."""

    account_id: int


@dataclass(frozen=True, slots=True)
class Deposited:
    """A transfer into the wallet; negative: out of it."""

    account_id: int
    asset: str
    amount: int


@dataclass(frozen=True, slots=True)
class AccountEnded:
    """The account is closed; the model forgets it."""

    account_id: int


@dataclass(frozen=True, slots=True)
class AccountReset:
    """The account starts afresh with these wallets."""

    account_id: int
    wallets: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HedgeModeSet:
    """Position mode: on = LONG and SHORT legs, off = one BOTH position."""

    account_id: int
    on: bool


@dataclass(frozen=True, slots=True)
class MultiAssetsSet:
    """Asset mode: on = all assets stand together."""

    account_id: int
    on: bool


@dataclass(frozen=True, slots=True)
class MarginTypeSet:
    """Margin type of one symbol."""

    account_id: int
    symbol: str
    isolated: bool


@dataclass(frozen=True, slots=True)
class LeverageSet:
    """Leverage of one symbol, a plain int."""

    account_id: int
    symbol: str
    leverage: int


@dataclass(frozen=True, slots=True)
class IsolatedMarginAdjusted:
    """Margin put into (or, negative, taken out of) an isolated wallet by hand."""

    account_id: int
    symbol: str
    leg: str
    amount: int


@dataclass(frozen=True, slots=True)
class FeeBurnSet:
    """Whether commissions are paid in BNB."""

    account_id: int
    on: bool


@dataclass(frozen=True, slots=True)
class FeeRatesSet:
    """The absolute rates that the account pays in the symbol from now on."""

    account_id: int
    symbol: str
    maker: int
    taker: int


@dataclass(frozen=True, slots=True)
class OpenOrders:
    """How many open orders, conditional ones included, the account now has."""

    account_id: int
    count: int


@dataclass(frozen=True, slots=True)
class MarkMoved:
    """A symbol's mark price."""

    symbol: str
    mark: int


@dataclass(frozen=True, slots=True)
class AssetIndexMoved:
    """An asset's index price in USD."""

    asset: str
    index_price: int


@dataclass(frozen=True, slots=True)
class FundOpened:
    """The operator's first payment into the insurance fund; counts like any other."""

    asset: str
    amount: int


@dataclass(frozen=True, slots=True)
class FundMoved:
    """The operator pays into (negative: out of) the insurance fund."""

    asset: str
    amount: int


@dataclass(frozen=True, slots=True)
class Filled:
    """One side of a trade on the book of an ordinary order; side +1 buys, -1 sells."""

    account_id: int
    symbol: str
    leg: str
    side: int
    price: int
    quantity: int
    is_maker: bool
    trade_id: int


@dataclass(frozen=True, slots=True)
class FundingSettled:
    """A funding time: every position of the symbol pays at this rate and mark price."""

    symbol: str
    rate: int
    mark: int


Observation = (
    AccountOpened
    | Deposited
    | AccountEnded
    | AccountReset
    | HedgeModeSet
    | MultiAssetsSet
    | MarginTypeSet
    | LeverageSet
    | IsolatedMarginAdjusted
    | FeeBurnSet
    | FeeRatesSet
    | OpenOrders
    | MarkMoved
    | AssetIndexMoved
    | FundOpened
    | FundMoved
    | Filled
    | FundingSettled
)

# --- predictions ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PositionFacts:
    """A position: quantity signed, entry_cost = |quantity| x entry price in 1e-16, never < 0."""

    quantity: int
    entry_cost: int
    isolated_wallet: int


@dataclass(frozen=True, slots=True)
class PoolFacts:
    """The two figures that decide on a pool, and whether it holds a position."""

    name: str
    margin_balance: int
    maintenance_margin: int
    has_position: bool


@dataclass(frozen=True, slots=True)
class MarginCall:
    """The pool is called: "" multi-assets, "USDT" a cross pool, "BTCUSDT:BOTH" an isolated one."""

    account_id: int
    pool: str


@dataclass(frozen=True, slots=True)
class MarginCallEnded:
    """The pool may be called again: its ratio has fallen, or it has no position any more."""

    account_id: int
    pool: str


@dataclass(frozen=True, slots=True)
class OrdersExpired:
    """A liquidation begins: the open orders of the pool's symbols expire."""

    account_id: int
    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reduce:
    """A liquidation order LIMIT IOC; what it traded is told by `Model.reduced`."""

    account_id: int
    symbol: str
    leg: str
    side: int
    quantity: int
    limit_price: int


@dataclass(frozen=True, slots=True)
class TakeOver:
    """The fund takes a position (quantity signed as the position) over."""

    account_id: int
    symbol: str
    leg: str
    quantity: int
    price: int
    fund_change: int


@dataclass(frozen=True, slots=True)
class Deleverage:
    """A position (quantity signed) is closed against others' (account, leg, unsigned quantity)."""

    account_id: int
    symbol: str
    leg: str
    quantity: int
    price: int
    against: tuple[tuple[int, str, int], ...]
    left_to_house: int


@dataclass(frozen=True, slots=True)
class DebtPaid:
    """The fund pays an account's debt in an asset."""

    account_id: int
    asset: str
    amount: int


@dataclass(frozen=True, slots=True)
class Exchanged:
    """Auto-exchange: the net change of each wallet that changes, in the catalogue's order."""

    account_id: int
    changes: tuple[tuple[str, int], ...]


Step = (
    MarginCall
    | MarginCallEnded
    | OrdersExpired
    | Reduce
    | TakeOver
    | Deleverage
    | DebtPaid
    | Exchanged
)
