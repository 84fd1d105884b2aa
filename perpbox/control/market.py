"""The operator's market: prices, and quotes in place of the house's ladder."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from perpbox.account import BUY, SELL
from perpbox.control.desk import Call, Desk
from perpbox.control.errors import Refused
from perpbox.control.requests import (
    NewLiquidity,
    NewPrice,
    NewPrices,
    QuoteText,
    amount,
    price,
)
from perpbox.engine.commands import MarketPrices, MovePrices, SetLiquidity
from perpbox.engine.market import Market
from perpbox.engine.state import State
from perpbox.money import Price, Quantity, text_short


class PricesShown(Struct):
    mark: str
    index: str


class LiquidityShown(Struct):
    symbol: str
    bids: list[QuoteText]
    asks: list[QuoteText]


def move_prices(desk: Desk, call: Call) -> dict[str, Any]:
    """Set mark and index prices of symbols, and index prices of assets; answers them all."""
    wanted = call.read(NewPrices)
    if not wanted:
        raise Refused(400, "INVALID_REQUEST", "No price is given.")
    state = desk.venue.state
    prices: dict[str, MarketPrices] = {}
    indexes: dict[str, Price] = {}
    for name, figure in wanted.items():
        if name in state.markets:
            prices[name] = _market_prices(name, figure)
        else:
            indexes[_asset_of(state, name)] = _index_price(name, figure)
    desk.venue.submit(MovePrices(prices, indexes))
    return {name: _shown(state, name) for name in wanted}


def _market_prices(name: str, figure: str | NewPrice) -> MarketPrices:
    if isinstance(figure, str):
        both = price(figure, f"The price of {name}")
        return MarketPrices(both, both)
    if figure.mark is None and figure.index is None:
        raise Refused(400, "INVALID_REQUEST", f"No price is given for {name}.")
    return MarketPrices(
        None if figure.mark is None else price(figure.mark, f"The mark price of {name}"),
        None if figure.index is None else price(figure.index, f"The index price of {name}"),
    )


def _index_price(name: str, figure: str | NewPrice) -> Price:
    if isinstance(figure, str):
        return price(figure, f"The price of {name}")
    if figure.mark is not None or figure.index is None:
        raise Refused(400, "INVALID_REQUEST", f"{name} has an index price and nothing else.")
    return price(figure.index, f"The index price of {name}")


def _asset_of(state: State, index_symbol: str) -> str:
    """The asset whose index goes by this name: BNB for BNBUSD."""
    for asset in state.catalogue.assets.values():
        if asset.index_symbol == index_symbol:
            return asset.name
    raise Refused(400, "UNKNOWN_SYMBOL", f"There is no symbol {index_symbol}.")


def _shown(state: State, name: str) -> PricesShown | str:
    market = state.markets.get(name)
    if market is None:
        return text_short(state.asset_indexes[_asset_of(state, name)])
    return PricesShown(text_short(market.mark), text_short(market.index))


def set_liquidity(desk: Desk, call: Call) -> LiquidityShown:
    """Replace the house's ladder by these quotes; answers what of them is left."""
    wanted = call.read(NewLiquidity)
    desk.venue.submit(
        SetLiquidity(
            wanted.symbol,
            [_quote(quote, "bid") for quote in wanted.bids],
            [_quote(quote, "ask") for quote in wanted.asks],
        )
    )
    market = desk.venue.state.markets[wanted.symbol]
    return LiquidityShown(wanted.symbol, _quotes(market, BUY), _quotes(market, SELL))


def _quote(quote: QuoteText, what: str) -> tuple[Price, Quantity]:
    return price(quote[0], f"The price of a {what}"), amount(quote[1], f"The quantity of a {what}")


def _quotes(market: Market, side: int) -> list[QuoteText]:
    return [(text_short(p), text_short(q)) for p, q in market.house_levels(side)]
