"""A catalogue out of a user's own answers of the live service.

What cannot be read, or contradicts itself, is refused with `CatalogueError`. What can be read but
not be traded here (no perpetual, no brackets, no price, filters switched off) is left out, and
`Catalogue.skipped` names it.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from perpbox.instrument.answers import (
    EXCHANGE_INFO,
    LEVERAGE_BRACKET,
    PREMIUM_INDEX,
    AssetAnswer,
    BracketsAnswer,
    ExchangeInfoAnswer,
    Figure,
    FilterAnswer,
    SymbolAnswer,
    exact,
    read_exchange_info,
    read_leverage_brackets,
    read_premium_index,
    roughly,
)
from perpbox.instrument.bracket_table import brackets_of
from perpbox.instrument.catalogue import Catalogue, builtin_rows, check, from_rows
from perpbox.instrument.checks import (
    CatalogueError,
    filter_problems,
    start_price_problems,
)
from perpbox.instrument.rows import CatalogueFile, Defaults, asset_from
from perpbox.instrument.rows import figure as row_figure
from perpbox.instrument.symbol import Bracket, MarginAsset, Symbol
from perpbox.money import SCALE, Price, decimals_of, round_half_up

FILTER_TYPES: Final = (
    "PRICE_FILTER",
    "LOT_SIZE",
    "MARKET_LOT_SIZE",
    "MIN_NOTIONAL",
    "PERCENT_PRICE",
    "MAX_NUM_ORDERS",
    "MAX_NUM_ALGO_ORDERS",
)


class _Known(Struct, frozen=True):
    """What stands in where the user's files are silent."""

    rows: CatalogueFile
    catalogue: Catalogue
    marks: dict[str, Price]
    """Mark prices of the user's own premiumIndex."""

    @property
    def defaults(self) -> Defaults:
        return self.rows.defaults

    def price(self, name: str) -> Price | None:
        """The user's mark price of a symbol, else the builtin start price, else none."""
        if name in self.marks:
            return self.marks[name]
        symbol = self.catalogue.symbols.get(name)
        return None if symbol is None else symbol.start_price


def from_exchange_info(
    exchange_info_text: str | bytes,
    leverage_bracket_text: str | bytes,
    premium_index_text: str | bytes | None = None,
    *,
    source: str = "",
) -> Catalogue:
    """Load `GET /fapi/v1/exchangeInfo` with `/fapi/v1/leverageBracket`, as the service sent them.

    Start prices are the mark prices of `/fapi/v1/premiumIndex`, else those of the builtin
    catalogue. Commissions, default leverage, and the index and buffers of margin assets are in
    none of these files: they are the builtin ones.
    """
    info = read_exchange_info(exchange_info_text)
    tables = {table.symbol: table for table in read_leverage_brackets(leverage_bracket_text)}
    rows = builtin_rows()
    known = _Known(rows, from_rows(rows), _mark_prices(premium_index_text))
    symbols, skipped = _symbols(info, tables, known)
    if not symbols:
        raise CatalogueError(f"{EXCHANGE_INFO}: no symbol is left. {'; '.join(skipped[:3])}")
    assets, skipped_assets = _assets(info, symbols, known)
    catalogue = Catalogue(
        symbols=symbols,
        assets=assets,
        source=source or f"a user's exchangeInfo (serverTime {info.server_time})",
        skipped=(*skipped, *skipped_assets),
        fee_tiers=known.catalogue.fee_tiers,
    )
    check(catalogue)
    return catalogue


def _mark_prices(text: str | bytes | None) -> dict[str, Price]:
    """Mark prices by symbol; the service says 0 of a symbol that is not traded yet."""
    if text is None:
        return {}
    prices = {
        answer.symbol: roughly(f"{PREMIUM_INDEX}, {answer.symbol}, markPrice", answer.mark_price)
        for answer in read_premium_index(text)
        if answer.mark_price is not None
    }
    return {name: price for name, price in prices.items() if price > 0}


# --- symbols


def _symbols(
    info: ExchangeInfoAnswer, tables: dict[str, BracketsAnswer], known: _Known
) -> tuple[dict[str, Symbol], list[str]]:
    """The symbols that can be traded, and of the others a sentence each."""
    symbols: dict[str, Symbol] = {}
    skipped: list[str] = []
    for answer in info.symbols:
        if answer.symbol in symbols:
            raise CatalogueError(f"{EXCHANGE_INFO}: {answer.symbol} is there twice")
        symbol = _symbol(answer, tables.get(answer.symbol), len(symbols), known)
        if isinstance(symbol, Symbol):
            symbols[symbol.name] = symbol
        else:
            skipped.append(f"{answer.symbol}: {symbol}")
    return symbols, skipped


def _symbol(
    answer: SymbolAnswer, table: BracketsAnswer | None, ordinal: int, known: _Known
) -> Symbol | str:
    """The symbol, or why it is left out."""
    if answer.contract_type != "PERPETUAL":
        return f"its contract type is '{answer.contract_type}', not PERPETUAL"
    if table is None or not table.brackets:
        return f"not in {LEVERAGE_BRACKET}"
    if not answer.base_asset or not answer.quote_asset:
        return "no baseAsset or no quoteAsset"
    symbol = _filtered(
        answer, brackets_of(f"{LEVERAGE_BRACKET}, {table.symbol}", table), ordinal, known.defaults
    )
    symbol = _funded(symbol, known)
    for problem in filter_problems(symbol):
        return problem
    return _priced(symbol, known.price(symbol.name))


def _funded(symbol: Symbol, known: _Known) -> Symbol:
    """The symbol with the builtin catalogue's funding terms, or the usual ones."""
    same = known.catalogue.symbols.get(symbol.name, symbol)
    hours = same.funding_interval_hours
    return replace(
        symbol,
        funding_interval_hours=hours,
        interest_rate=same.interest_rate,
        funding_rate_cap=known.defaults.funding_rate_cap(
            hours, symbol.brackets[0].maint_margin_rate
        ),
    )


def _priced(symbol: Symbol, price: Price | None) -> Symbol | str:
    """The symbol with its start price on the tick grid, or why there is none."""
    if price is None:
        return f"no start price, neither in {PREMIUM_INDEX} nor in the builtin catalogue"
    on_grid = round_half_up(price, symbol.tick_size) * symbol.tick_size
    symbol = replace(symbol, start_price=on_grid)
    for problem in start_price_problems(symbol):
        return problem
    return symbol


def _filtered(
    answer: SymbolAnswer, brackets: tuple[Bracket, ...], ordinal: int, defaults: Defaults
) -> Symbol:
    """The symbol apart from its start price; the defaults stand in for what is null or missing."""
    number = partial(_number, answer.symbol)
    price, lot, market, notional, percent, orders, algo_orders = (
        _filter(answer, filter_type) for filter_type in FILTER_TYPES
    )
    tick_size = number(price, "tickSize", price.tick_size, 0)
    step_size = number(lot, "stepSize", lot.step_size, 0)
    min_quantity = number(lot, "minQty", lot.min_qty, 0)
    max_quantity = number(lot, "maxQty", lot.max_qty, 0)
    margin_asset = answer.margin_asset or answer.quote_asset or ""
    maker, taker = defaults.commission_rates(margin_asset)
    return Symbol(
        name=answer.symbol,
        ordinal=ordinal,
        base_asset=answer.base_asset or "",
        quote_asset=answer.quote_asset or "",
        margin_asset=margin_asset,
        price_precision=_or(answer.price_precision, decimals_of(tick_size)),
        quantity_precision=_or(answer.quantity_precision, decimals_of(step_size)),
        tick_size=tick_size,
        min_price=number(price, "minPrice", price.min_price, 0),
        max_price=number(price, "maxPrice", price.max_price, 0),
        step_size=step_size,
        min_quantity=min_quantity,
        max_quantity=max_quantity,
        market_step_size=number(market, "stepSize", market.step_size, step_size),
        market_min_quantity=number(market, "minQty", market.min_qty, min_quantity),
        market_max_quantity=number(market, "maxQty", market.max_qty, max_quantity),
        max_num_orders=_or(orders.limit, defaults.max_num_orders),
        max_num_algo_orders=_or(algo_orders.limit, defaults.max_num_algo_orders),
        min_notional=number(notional, "notional", notional.notional, defaults.min_notional),
        multiplier_up=number(
            percent, "multiplierUp", percent.multiplier_up, defaults.multiplier_up
        ),
        multiplier_down=number(
            percent, "multiplierDown", percent.multiplier_down, defaults.multiplier_down
        ),
        trigger_protect=number(
            None, "triggerProtect", answer.trigger_protect, defaults.trigger_protect
        ),
        liquidation_fee=number(
            None, "liquidationFee", answer.liquidation_fee, defaults.liquidation_fee
        ),
        market_take_bound=number(
            None, "marketTakeBound", answer.market_take_bound, defaults.market_take_bound
        ),
        maker_commission_rate=maker,
        taker_commission_rate=taker,
        default_leverage=defaults.leverage_within(brackets[0].initial_leverage),
        start_price=0,
        onboard_time=_or(answer.onboard_date, 0),
        underlying_type=answer.underlying_type or defaults.underlying_type,
        underlying_sub_types=answer.underlying_sub_type or (),
        brackets=brackets,
    )


def _filter(answer: SymbolAnswer, filter_type: str) -> FilterAnswer:
    """The filter of that type, or one that says nothing."""
    for entry in answer.filters or ():
        if entry.filter_type == filter_type:
            return entry
    return FilterAnswer(filter_type)


def _or(value: int | None, default: int) -> int:
    return default if value is None else value


def _number(
    name: str, within: FilterAnswer | None, field: str, figure: Figure | None, default: int | str
) -> int:
    """One figure of the symbol `name`; an error says in which filter and field it stands."""
    if figure is None:
        return row_figure(default) if isinstance(default, str) else default
    place = field if within is None else f"{within.filter_type} {field}"
    return exact(f"{EXCHANGE_INFO}, {name}, {place}", figure)


# --- margin assets


def _assets(
    info: ExchangeInfoAnswer, symbols: dict[str, Symbol], known: _Known
) -> tuple[dict[str, MarginAsset], list[str]]:
    """Every asset of the file that the builtin catalogue knows, and all that symbols settle in.

    In the builtin order; the unknown ones that are needed come last, at one USD and no buffer.
    """
    answers = {answer.asset: answer for answer in info.assets or ()}
    needed = dict.fromkeys(symbol.margin_asset for symbol in symbols.values())
    named = answers | needed
    followed = known.catalogue.symbols | symbols
    assets = {row.name: asset_from(row, followed) for row in known.rows.assets if row.name in named}
    unknown = [name for name in named if name not in assets]
    assets |= {name: _unknown_asset(name) for name in unknown if name in needed}
    skipped = [
        f"{name}: its index is not known, {'taken as 1 USD' if name in needed else 'left out'}"
        for name in unknown
    ]
    answered = {name: _as_answered(asset, answers.get(name)) for name, asset in assets.items()}
    return answered, skipped


def _unknown_asset(name: str) -> MarginAsset:
    return MarginAsset(
        name=name,
        start_index_price=SCALE,
        bid_buffer=0,
        ask_buffer=0,
        auto_exchange_bid_buffer=0,
        auto_exchange_ask_buffer=0,
        auto_exchange_threshold=None,
        margin_available=True,
        index_symbol=f"{name}USD",
    )


def _as_answered(asset: MarginAsset, answer: AssetAnswer | None) -> MarginAsset:
    """The asset with what exchangeInfo itself says of it."""
    if answer is None:
        return asset
    where = f"{EXCHANGE_INFO}, assets, {asset.name}, autoAssetExchange"
    threshold = answer.auto_asset_exchange
    return replace(
        asset,
        margin_available=answer.margin_available is not False,
        auto_exchange_threshold=None if threshold is None else exact(where, threshold),
    )
