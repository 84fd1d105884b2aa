"""Opening the markets, moving prices, and the operator's quotes."""

from __future__ import annotations

from perpbox.engine.commands import MoveClock, MovePrices, OpenVenue, SetLiquidity
from perpbox.engine.events import AssetIndexMoved, ClockMoved, LiquiditySet, PriceMoved
from perpbox.engine.matching import fill_crossed
from perpbox.engine.rejects import Reject
from perpbox.engine.turn import Turn
from perpbox.instrument import Symbol
from perpbox.money import Price, Quantity, is_multiple


def open_venue(turn: Turn, command: OpenVenue) -> None:
    """Every symbol of the catalogue opens at its start price, every asset at its index price."""
    turn.require(not turn.state.markets, Reject.ALREADY_OPEN)
    for symbol in turn.state.catalogue.symbols.values():
        turn.emit(PriceMoved(symbol.name, symbol.start_price, symbol.start_price))
    for asset in turn.state.catalogue.assets.values():
        turn.emit(AssetIndexMoved(asset.name, asset.start_index_price))


def move_prices(turn: Turn, command: MovePrices) -> None:
    """Set prices, then fill the orders that a moved ladder crosses."""
    for name, prices in command.prices.items():
        market = turn.market(name)
        for price in (prices.mark, prices.index):
            turn.require(price is None or price > 0, Reject.INVALID_PRICE, name)
        turn.require(
            prices.mark is None or _within_bounds(market.symbol, prices.mark),
            Reject.INVALID_PRICE,
            name,
        )
    for asset, index_price in command.asset_indexes.items():
        turn.require(asset in turn.state.catalogue.assets, Reject.UNKNOWN_ASSET, asset)
        turn.require(index_price > 0, Reject.INVALID_PRICE, asset)
    for asset, index_price in command.asset_indexes.items():
        turn.emit(AssetIndexMoved(asset, index_price))
    crossed = []
    for name, prices in command.prices.items():
        market = turn.market(name)
        mark = market.mark if prices.mark is None else prices.mark
        index = market.index if prices.index is None else prices.index
        # New quotes of the house, and not a call that leaves them as they are, fill orders.
        if mark != market.mark or market.quotes is not None:
            crossed.append(market)
        turn.emit(PriceMoved(name, mark, index))
    for market in crossed:
        fill_crossed(turn, market)


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
    allowed = rules.min_price <= price and _within_bounds(rules, price) and on_grid
    turn.require(allowed, Reject.INVALID_PRICE, symbol)
    whole = is_multiple(quantity, rules.step_size)
    turn.require(quantity > 0 and whole, Reject.INVALID_QUOTE_QUANTITY, symbol)


def _within_bounds(symbol: Symbol, price: Price) -> bool:
    """No higher than PRICE_FILTER's maxPrice; zero is no bound."""
    return symbol.max_price == 0 or price <= symbol.max_price
