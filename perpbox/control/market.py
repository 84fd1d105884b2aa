"""The operator's market: prices, and quotes in place of the house's ladder."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct

from perpbox.account import BUY, SELL
from perpbox.control.desk import Call, Desk
from perpbox.control.errors import Refused
from perpbox.control.requests import (
    NewFunding,
    NewLiquidity,
    NewMarkSources,
    NewPrice,
    NewPrices,
    QuoteText,
    amount,
    price,
)
from perpbox.engine.commands import (
    MarketPrices,
    MovePrices,
    SetFunding,
    SetLiquidity,
    SetMarkSources,
)
from perpbox.engine.market import FundingTerms, Market
from perpbox.engine.state import State
from perpbox.money import Millis, Price, Quantity, Ratio, text_short


class PricesShown(Struct):
    mark: str
    index: str
    last: str


class FundingShown(Struct, rename="camel"):
    interval_hours: int
    interest_rate: str
    floor: str
    cap: str
    rate: str | None
    """The rate that is fixed; null: the formula's."""
    next_funding_time: Millis


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
            by_formula = state.markets[name].by_formula
            prices[name] = _market_prices(name, figure, by_formula=by_formula)
        else:
            indexes[asset_of(state, name)] = _index_price(name, figure)
    desk.venue.submit(MovePrices(prices, indexes))
    return {name: _shown(state, name) for name in wanted}


def _market_prices(name: str, figure: str | NewPrice, *, by_formula: bool) -> MarketPrices:
    """A price by itself is all three; a mark price by the formula follows from the others."""
    if isinstance(figure, str):
        both = price(figure, f"The price of {name}")
        return MarketPrices(None if by_formula else both, both, both)
    if figure.mark is None and figure.index is None and figure.last is None:
        raise Refused(400, "INVALID_REQUEST", f"No price is given for {name}.")
    return MarketPrices(
        None if figure.mark is None else price(figure.mark, f"The mark price of {name}"),
        None if figure.index is None else price(figure.index, f"The index price of {name}"),
        None if figure.last is None else price(figure.last, f"The last price of {name}"),
    )


def _index_price(name: str, figure: str | NewPrice) -> Price:
    if isinstance(figure, str):
        return price(figure, f"The price of {name}")
    if figure.mark is not None or figure.last is not None or figure.index is None:
        raise Refused(400, "INVALID_REQUEST", f"{name} has an index price and nothing else.")
    return price(figure.index, f"The index price of {name}")


def asset_of(state: State, index_symbol: str) -> str:
    """The asset whose index goes by this name: BNB for BNBUSD."""
    for asset in state.catalogue.assets.values():
        if asset.index_symbol == index_symbol:
            return asset.name
    raise Refused(400, "UNKNOWN_SYMBOL", f"There is no symbol {index_symbol}.")


def _shown(state: State, name: str) -> PricesShown | str:
    market = state.markets.get(name)
    if market is None:
        return text_short(state.asset_indexes[asset_of(state, name)])
    figures = (market.mark, market.index, market.last_price)
    return PricesShown(*map(text_short, figures))


def set_mark_sources(desk: Desk, call: Call) -> dict[str, str]:
    """Let mark prices follow the formula, or stay as they are set; answers where each is from."""
    wanted = call.read(NewMarkSources)
    if not wanted:
        raise Refused(400, "INVALID_REQUEST", "No symbol is given.")
    desk.venue.submit(SetMarkSources({name: s == "formula" for name, s in wanted.items()}))
    markets = desk.venue.state.markets
    return {name: "formula" if markets[name].by_formula else "set" for name in wanted}


def set_funding(desk: Desk, call: Call) -> dict[str, FundingShown]:
    """Set how funding is made in some symbols; answers the terms as they now are."""
    wanted = call.read(dict[str, NewFunding])
    if not wanted:
        raise Refused(400, "INVALID_REQUEST", "No symbol is given.")
    markets = desk.venue.state.markets
    terms = {name: _terms(name, _market(desk, name).funding, new) for name, new in wanted.items()}
    desk.venue.submit(SetFunding(terms))
    return {name: _funding_shown(markets[name]) for name in wanted}


def _market(desk: Desk, name: str) -> Market:
    market = desk.venue.state.markets.get(name)
    if market is None:
        raise Refused(400, "UNKNOWN_SYMBOL", f"There is no symbol {name}.")
    return market


def _terms(name: str, terms: FundingTerms, new: NewFunding) -> FundingTerms:
    """The terms with what is new; every figure is read before anything is changed."""

    def rate(text: str | None, now: Ratio) -> Ratio:
        return now if text is None else amount(text, f"A rate of {name}", "INVALID_FUNDING")

    fixed = terms.fixed_rate
    if new.rate is not UNSET:
        fixed = None if new.rate is None else rate(new.rate, 0)
    return FundingTerms(
        terms.interval_hours if new.interval_hours is None else new.interval_hours,
        rate(new.interest_rate, terms.interest_rate),
        rate(new.floor, terms.floor),
        rate(new.cap, terms.cap),
        fixed,
    )


def _funding_shown(market: Market) -> FundingShown:
    terms = market.funding
    fixed = terms.fixed_rate
    return FundingShown(
        terms.interval_hours,
        text_short(terms.interest_rate),
        text_short(terms.floor),
        text_short(terms.cap),
        None if fixed is None else text_short(fixed),
        market.next_funding,
    )


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
