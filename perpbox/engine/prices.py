"""Opening the markets, moving prices, and the operator's quotes."""

from __future__ import annotations

from perpbox.account import BUY, SELL, House
from perpbox.engine.agenda import Entry
from perpbox.engine.commands import (
    MarketPrices,
    MoveClock,
    MovePrices,
    OpenVenue,
    SetLiquidity,
    SetMarkSources,
)
from perpbox.engine.events import (
    AssetIndexMoved,
    BasisSampled,
    ClockMoved,
    LastPriceMoved,
    LiquiditySet,
    MarkSourceSet,
    MoneyReason,
    PriceMoved,
)
from perpbox.engine.market import Market
from perpbox.engine.matching import fill_crossed
from perpbox.engine.rejects import Reject
from perpbox.engine.turn import Turn
from perpbox.instrument import Symbol
from perpbox.margin.funding import HOUR, SAMPLE_SPAN
from perpbox.margin.mark_price import basis, median, price_1, price_2
from perpbox.money import Millis, Price, Quantity, is_multiple


def open_venue(turn: Turn, command: OpenVenue) -> None:
    """Every symbol of the catalogue opens at its start price, every asset at its index price."""
    turn.require(not turn.state.markets, Reject.ALREADY_OPEN)
    for symbol in turn.state.catalogue.symbols.values():
        turn.emit(PriceMoved(symbol.name, symbol.start_price, symbol.start_price))
    for asset in turn.state.catalogue.assets.values():
        turn.emit(AssetIndexMoved(asset.name, asset.start_index_price))
    for asset in turn.state.catalogue.assets.values():
        fund, reason = asset.insurance_fund, MoneyReason.TRANSFER
        turn.move(House.WORLD, House.INSURANCE, asset.name, fund, reason)


def move_prices(turn: Turn, command: MovePrices) -> None:
    """Set prices, then fill the orders that a moved ladder crosses; the last price comes last."""
    for name, prices in command.prices.items():
        _require_prices(turn, name, prices)
    for asset, index_price in command.asset_indexes.items():
        turn.require(asset in turn.state.catalogue.assets, Reject.UNKNOWN_ASSET, asset)
        turn.require(index_price > 0, Reject.INVALID_PRICE, asset)
    for asset, index_price in command.asset_indexes.items():
        turn.emit(AssetIndexMoved(asset, index_price))
    crossed = []
    for name, prices in command.prices.items():
        market = turn.market(name)
        index = market.index if prices.index is None else prices.index
        mark = market.mark if prices.mark is None else prices.mark
        if market.by_formula:
            set_last_price(turn, market, prices.last)
            mark = formula_mark(market, index, turn.now)
        # New quotes of the house, and not a call that leaves them as they are, fill orders.
        if mark != market.mark or market.quotes is not None:
            crossed.append(market)
        # A mark price that is set takes the ladder along; what follows otherwise leaves it.
        is_set = prices.mark is not None
        middle, best = (0, None) if is_set else (market.middle, market.best)
        turn.emit(PriceMoved(name, mark, index, middle=middle, best=best))
    for market in crossed:
        fill_crossed(turn, market)
    for name, prices in command.prices.items():
        set_last_price(turn, turn.market(name), prices.last)


def _require_prices(turn: Turn, name: str, prices: MarketPrices) -> None:
    market = turn.market(name)
    turn.require(prices.mark is None or not market.by_formula, Reject.MARK_BY_FORMULA, name)
    for price in (prices.mark, prices.index, prices.last):
        turn.require(price is None or price > 0, Reject.INVALID_PRICE, name)
    for price in (prices.mark, prices.last):
        fits = price is None or within_bounds(market.symbol, price)
        turn.require(fits, Reject.INVALID_PRICE, name)


def set_last_price(turn: Turn, market: Market, price: Price | None) -> None:
    if price is not None and price != market.last_price:
        turn.emit(LastPriceMoved(market.symbol.name, price))


# The mark price by its formula.


def set_mark_sources(turn: Turn, command: SetMarkSources) -> None:
    """The formula begins with a sample, and its mark price is there at once."""
    markets = [turn.market(name) for name in command.by_formula]
    for market in markets:
        name = market.symbol.name
        by_formula = command.by_formula[name]
        if by_formula != market.by_formula:
            turn.emit(MarkSourceSet(name, by_formula))
            if by_formula:
                sample(turn, market, turn.now)


def follow_formula(turn: Turn, entry: Entry) -> None:
    """It is time for the next sample and the mark price that follows from it."""
    sample(turn, turn.state.markets[entry.symbol], entry.time)


def sample(turn: Turn, market: Market, now: Millis) -> None:
    bid, ask = market.best_price(BUY), market.best_price(SELL)
    found = basis(bid, ask, market.index) if bid and ask else None
    after = (now // SAMPLE_SPAN + 1) * SAMPLE_SPAN
    name = market.symbol.name
    turn.emit(BasisSampled(name, found, after))
    mark = formula_mark(market, market.index, now)
    if mark == market.mark:
        return
    middle, best = market.middle, market.best
    turn.emit(PriceMoved(name, mark, market.index, keeps_quotes=True, middle=middle, best=best))
    if market.quotes is None:
        fill_crossed(turn, market)


def formula_mark(market: Market, index: Price, now: Millis) -> Price:
    """The mark price that the formula gives now, within the symbol's bounds."""
    interval = market.funding.interval_hours * HOUR
    left = market.next_funding - now
    mark = median(
        price_1(index, market.last_funding_rate, left, interval),
        price_2(index, market.basis),
        market.last_price,
    )
    highest = market.symbol.max_price or mark
    return max(1, min(mark, highest))


def move_clock(turn: Turn, command: MoveClock) -> None:
    """Write down that the clock stands here, so that no start falls behind it."""
    turn.emit(ClockMoved())


def set_liquidity(turn: Turn, command: SetLiquidity) -> None:
    """Replace the house ladder by quotes, then fill the orders that they cross."""
    market = turn.market(command.symbol)
    bids = sorted(command.bids, reverse=True)
    asks = sorted(command.asks)
    for price, quantity in (*bids, *asks):
        _require_quote(turn, command.symbol, price, quantity)
    uncrossed = not bids or not asks or bids[0][0] < asks[0][0]
    turn.require(uncrossed, Reject.CROSSED_QUOTES, command.symbol)
    turn.emit(LiquiditySet(market.symbol.name, bids, asks))
    fill_crossed(turn, market)


def _require_quote(turn: Turn, symbol: str, price: Price, quantity: Quantity) -> None:
    rules = turn.market(symbol).symbol
    on_grid = is_multiple(price - rules.min_price, rules.tick_size)
    allowed = rules.min_price <= price and within_bounds(rules, price) and on_grid
    turn.require(allowed, Reject.INVALID_PRICE, symbol)
    whole = is_multiple(quantity, rules.step_size)
    turn.require(quantity > 0 and whole, Reject.INVALID_QUOTE_QUANTITY, symbol)


def within_bounds(symbol: Symbol, price: Price) -> bool:
    """No higher than PRICE_FILTER's maxPrice; zero is no bound."""
    return symbol.max_price == 0 or price <= symbol.max_price
