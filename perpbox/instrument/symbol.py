"""A symbol with its filters and leverage brackets, and a margin asset with its buffers."""

from __future__ import annotations

from enum import Enum
from typing import Final

from msgspec import Struct

from perpbox.money import SCALE, Amount, Millis, Price, Quantity, Ratio, cut, round_up

DELIVERY_OF_PERPETUAL: Final[Millis] = 4_133_404_800_000
"""What is told as the delivery date of a contract that has none."""


class SymbolStatus(Enum):
    """`contractStatus`, as the common-definition page names it."""

    PENDING_TRADING = "PENDING_TRADING"
    """Not traded yet, or halted: its prices move on, and nothing trades."""
    TRADING = "TRADING"
    PRE_SETTLE = "PRE_SETTLE"
    """It will be settled: positions may be closed, and none opened."""
    CLOSE = "CLOSE"
    """Settled, and traded no more."""


class Bracket(Struct, frozen=True):
    """One row of a symbol's leverage table; it holds a notional with floor <= notional < cap."""

    number: int
    initial_leverage: int
    floor: Amount
    cap: Amount
    maint_margin_rate: Ratio
    cum: Amount
    """Maintenance amount: what `notional * maint_margin_rate` is too high by in this bracket."""


def bracket_of(brackets: tuple[Bracket, ...], notional: Amount) -> Bracket:
    """The bracket that holds an absolute notional; beyond the last cap, the last one."""
    for bracket in brackets:
        if notional < bracket.cap:
            return bracket
    return brackets[-1]


class Symbol(Struct, frozen=True):
    """A perpetual contract. The filters are those of `GET /fapi/v1/exchangeInfo`."""

    name: str
    ordinal: int
    """Place in the catalogue; answers list symbols in this order."""
    base_asset: str
    quote_asset: str
    margin_asset: str
    price_precision: int
    quantity_precision: int
    tick_size: Price
    min_price: Price
    max_price: Price
    step_size: Quantity
    min_quantity: Quantity
    max_quantity: Quantity
    market_step_size: Quantity
    market_min_quantity: Quantity
    market_max_quantity: Quantity
    max_num_orders: int
    max_num_algo_orders: int
    min_notional: Amount
    multiplier_up: Ratio
    multiplier_down: Ratio
    trigger_protect: Ratio
    liquidation_fee: Ratio
    market_take_bound: Ratio
    maker_commission_rate: Ratio
    taker_commission_rate: Ratio
    default_leverage: int
    start_price: Price
    """Mark and index price of a new venue."""
    onboard_time: int
    underlying_type: str
    underlying_sub_types: tuple[str, ...]
    brackets: tuple[Bracket, ...]
    # What follows was not yet in the catalogues of the first journals.
    funding_interval_hours: int = 8
    interest_rate: Ratio = 10_000
    """Of eight hours, whatever the interval."""
    funding_rate_cap: Ratio = 300_000
    """Highest funding rate of one interval, and as a negative the lowest."""
    status: SymbolStatus = SymbolStatus.TRADING
    delivery_time: Millis = DELIVERY_OF_PERPETUAL
    """When it is settled."""

    @property
    def is_closed(self) -> bool:
        return self.status is SymbolStatus.CLOSE

    @property
    def is_ending(self) -> bool:
        return self.status is SymbolStatus.PRE_SETTLE

    @property
    def trades(self) -> bool:
        """Whether orders meet each other."""
        return self.status in (SymbolStatus.TRADING, SymbolStatus.PRE_SETTLE)

    def bracket_of(self, notional: Amount) -> Bracket:
        """The bracket that holds an absolute notional; beyond the last cap, the last one."""
        return bracket_of(self.brackets, notional)

    def steepest_maint_margin_rate(self) -> Ratio:
        """The highest of all brackets."""
        return max(b.maint_margin_rate for b in self.brackets)

    def max_leverage(self) -> int:
        return self.brackets[0].initial_leverage

    def max_notional(self, leverage: int) -> Amount:
        """The cap of the highest bracket that still allows this leverage."""
        return max(b.cap for b in self.brackets if b.initial_leverage >= leverage)


class MarginAsset(Struct, frozen=True):
    """An asset that a wallet can hold, with its asset index (`GET /fapi/v1/assetIndex`)."""

    name: str
    start_index_price: Price
    bid_buffer: Ratio
    ask_buffer: Ratio
    auto_exchange_bid_buffer: Ratio
    auto_exchange_ask_buffer: Ratio
    auto_exchange_threshold: Amount | None
    margin_available: bool
    index_symbol: str
    """Name of its index, "BTCUSD"."""
    insurance_fund: Amount = 0
    """What the insurance fund of a new venue holds of it."""


class FeeTier(Struct, frozen=True):
    """Commission rates of one tier, of the symbols whose rates are the usual ones."""

    maker: Ratio
    taker: Ratio


def tier_rates(symbol: Symbol, tiers: tuple[FeeTier, ...], tier: int) -> tuple[Ratio, Ratio]:
    """Maker and taker rate of a symbol in a tier: its own, lowered as the usual ones are, cut."""
    rates = (symbol.maker_commission_rate, symbol.taker_commission_rate)
    if tier == 0:
        return rates
    first, wanted = tiers[0], tiers[tier]
    return cut(rates[0] * wanted.maker, first.maker), cut(rates[1] * wanted.taker, first.taker)


def initial_margin_rate(leverage: int) -> Ratio:
    """1 / leverage, rounded up at the eighth decimal (account.md, R(L))."""
    return round_up(SCALE, leverage)
