"""The form of catalogue.json: short rows under named columns, every figure a text."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from perpbox.instrument.checks import HOURS_OF_INTEREST, CatalogueError
from perpbox.instrument.symbol import Bracket, FeeTier, MarginAsset, Symbol
from perpbox.money import SCALE, NotANumber, Price, Ratio, TooPrecise, cut, parse


class Defaults(Struct, frozen=True, forbid_unknown_fields=True):
    """What holds for every symbol, and what stands in where a file leaves a figure out."""

    leverage: int
    max_num_orders: int
    max_num_algo_orders: int
    min_notional: str
    multiplier_up: str
    multiplier_down: str
    trigger_protect: str
    liquidation_fee: str
    market_take_bound: str
    underlying_type: str
    commissions: dict[str, tuple[str, str]]
    """Maker and taker rate by margin asset; "*" is every other one."""
    fee_tiers: list[tuple[str, str]]
    """Maker and taker rate of tier 0 and the lower ones."""
    funding_rate_cap_of_margin: str
    """The funding rate's cap as a part of the first bracket's maintenance margin rate."""
    funding_rate_cap_of_short_intervals: str
    """The cap where the interval is shorter than eight hours."""

    def commission_rates(self, margin_asset: str) -> tuple[Ratio, Ratio]:
        maker, taker = self.commissions.get(margin_asset, self.commissions["*"])
        return figure(maker), figure(taker)

    def funding_rate_cap(self, interval_hours: int, maint_margin_rate: Ratio) -> Ratio:
        if interval_hours != HOURS_OF_INTEREST:
            return figure(self.funding_rate_cap_of_short_intervals)
        return cut(figure(self.funding_rate_cap_of_margin) * maint_margin_rate, SCALE)

    def leverage_within(self, highest: int) -> int:
        return min(self.leverage, highest)


class AssetRow(Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """A margin asset. `index` is a price, or the symbol whose price it follows."""

    name: str
    index: str
    bid_buffer: str
    ask_buffer: str
    auto_exchange_bid_buffer: str
    auto_exchange_ask_buffer: str
    auto_exchange_threshold: str | None
    margin_available: bool
    insurance_fund: str
    source: str


class SymbolRow(Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """A symbol. `brackets` names its leverage table, which several symbols may share."""

    name: str
    base_asset: str
    quote_asset: str
    price_precision: int
    quantity_precision: int
    tick_size: str
    min_price: str
    max_price: str
    step_size: str
    min_quantity: str
    max_quantity: str
    market_step_size: str
    market_min_quantity: str
    market_max_quantity: str
    min_notional: str
    multiplier_up: str
    multiplier_down: str
    trigger_protect: str
    liquidation_fee: str
    market_take_bound: str
    start_price: str
    onboard_time: int
    underlying_type: str
    underlying_sub_types: tuple[str, ...]
    brackets: str
    funding_interval_hours: int
    interest_rate: str
    source: str


class BracketRow(Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """A row of a leverage table; its number is its place."""

    initial_leverage: int
    floor: str
    cap: str
    maint_margin_rate: str
    cum: str


class CatalogueFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of catalogue.json. The columns are there for the reader of the file."""

    about: list[str]
    sources: dict[str, str]
    defaults: Defaults
    asset_columns: tuple[str, ...]
    assets: list[AssetRow]
    symbol_columns: tuple[str, ...]
    symbols: list[SymbolRow]
    bracket_source: str
    bracket_columns: tuple[str, ...]
    brackets: dict[str, list[BracketRow]]


def read_rows(data: bytes) -> CatalogueFile:
    """Read catalogue.json as it is written; what its figures say is not looked at yet."""
    try:
        rows = msgspec.json.decode(data, type=CatalogueFile)
    except msgspec.DecodeError as error:
        raise CatalogueError(f"catalogue.json: {error}") from error
    for columns, row in (
        (rows.asset_columns, AssetRow),
        (rows.symbol_columns, SymbolRow),
        (rows.bracket_columns, BracketRow),
    ):
        if columns != row.__struct_fields__:
            raise CatalogueError(f"catalogue.json: the columns of {row.__name__} are named wrongly")
    return rows


def figure(text: str) -> int:
    """A figure of catalogue.json as a fixed-point number."""
    try:
        return parse(text)
    except (NotANumber, TooPrecise) as error:
        raise CatalogueError(f"catalogue.json: '{text}' is not a number of 8 decimals") from error


def brackets_from(rows: list[BracketRow]) -> tuple[Bracket, ...]:
    return tuple(
        Bracket(
            number=number,
            initial_leverage=row.initial_leverage,
            floor=figure(row.floor),
            cap=figure(row.cap),
            maint_margin_rate=figure(row.maint_margin_rate),
            cum=figure(row.cum),
        )
        for number, row in enumerate(rows, start=1)
    )


def symbol_from(
    row: SymbolRow, ordinal: int, brackets: tuple[Bracket, ...], defaults: Defaults
) -> Symbol:
    """The symbol of one row; its margin asset is its quote asset."""
    maker, taker = defaults.commission_rates(row.quote_asset)
    highest = brackets[0].initial_leverage if brackets else defaults.leverage
    return Symbol(
        name=row.name,
        ordinal=ordinal,
        base_asset=row.base_asset,
        quote_asset=row.quote_asset,
        margin_asset=row.quote_asset,
        price_precision=row.price_precision,
        quantity_precision=row.quantity_precision,
        tick_size=figure(row.tick_size),
        min_price=figure(row.min_price),
        max_price=figure(row.max_price),
        step_size=figure(row.step_size),
        min_quantity=figure(row.min_quantity),
        max_quantity=figure(row.max_quantity),
        market_step_size=figure(row.market_step_size),
        market_min_quantity=figure(row.market_min_quantity),
        market_max_quantity=figure(row.market_max_quantity),
        max_num_orders=defaults.max_num_orders,
        max_num_algo_orders=defaults.max_num_algo_orders,
        min_notional=figure(row.min_notional),
        multiplier_up=figure(row.multiplier_up),
        multiplier_down=figure(row.multiplier_down),
        trigger_protect=figure(row.trigger_protect),
        liquidation_fee=figure(row.liquidation_fee),
        market_take_bound=figure(row.market_take_bound),
        maker_commission_rate=maker,
        taker_commission_rate=taker,
        default_leverage=defaults.leverage_within(highest),
        start_price=figure(row.start_price),
        onboard_time=row.onboard_time,
        underlying_type=row.underlying_type,
        underlying_sub_types=row.underlying_sub_types,
        brackets=brackets,
        funding_interval_hours=row.funding_interval_hours,
        interest_rate=figure(row.interest_rate),
        funding_rate_cap=defaults.funding_rate_cap(
            row.funding_interval_hours, brackets[0].maint_margin_rate if brackets else SCALE
        ),
    )


def fee_tiers_from(defaults: Defaults) -> tuple[FeeTier, ...]:
    return tuple(FeeTier(figure(maker), figure(taker)) for maker, taker in defaults.fee_tiers)


def asset_from(row: AssetRow, symbols: dict[str, Symbol]) -> MarginAsset:
    """The margin asset of one row, its index taken from `symbols` where it follows one of them."""
    threshold = row.auto_exchange_threshold
    return MarginAsset(
        name=row.name,
        start_index_price=_index_price(row.index, symbols),
        bid_buffer=figure(row.bid_buffer),
        ask_buffer=figure(row.ask_buffer),
        auto_exchange_bid_buffer=figure(row.auto_exchange_bid_buffer),
        auto_exchange_ask_buffer=figure(row.auto_exchange_ask_buffer),
        auto_exchange_threshold=None if threshold is None else figure(threshold),
        margin_available=row.margin_available,
        index_symbol=f"{row.name}USD",
        insurance_fund=figure(row.insurance_fund),
    )


def _index_price(index: str, symbols: dict[str, Symbol]) -> Price:
    followed = symbols.get(index)
    return figure(index) if followed is None else followed.start_price
