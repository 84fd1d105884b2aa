"""Prices, then the account with its orders: what stands in a cloned venue."""

from __future__ import annotations

from collections.abc import Mapping

from perpbox.account import BUY, SELL
from perpbox.audit.figures import Unreadable
from perpbox.clone.answers import LAST_PRICES, PREMIUMS, Answers
from perpbox.clone.prices import index_prices
from perpbox.engine.commands import (
    AdoptAccount,
    FollowMarket,
    MarketMove,
    MarketPrices,
    MovePrices,
    SetLiquidity,
)
from perpbox.engine.ladder import BestQuotes, ladder
from perpbox.engine.market import Market
from perpbox.engine.rejects import Rejected
from perpbox.money import Price
from perpbox.venue import Venue


def move_prices(venue: Venue, answers: Answers, marks: Mapping[str, Price]) -> None:
    """[dec] Index and last price are the mark price where nothing else is told."""
    state = venue.state
    indexes = answers.prices(PREMIUMS, "indexPrice")
    lasts = answers.prices(LAST_PRICES, "price")
    prices = {
        name: MarketPrices(mark, indexes.get(name, mark), lasts.get(name, mark))
        for name, mark in marks.items()
        if name in state.markets
    }
    try:
        venue.submit(MovePrices(prices, index_prices(answers, state.catalogue)))
    except Rejected as rejected:
        raise Unreadable(f"the prices cannot be: {_words(rejected)}") from rejected


def adopt(venue: Venue, command: AdoptAccount, notes: list[str]) -> int:
    """The orders find no quotes of the house when they come; it then keeps away from them."""
    names = [exposure.symbol for exposure in command.exposures if exposure.orders]
    for name in names:
        venue.submit(SetLiquidity(name, [], []))
    try:
        turn = venue.submit(command)
    except Rejected as rejected:
        raise Unreadable(f"such an account cannot be: {_words(rejected)}") from rejected
    for name in names:
        _quote_again(venue, name, notes)
    return turn.account_id


def _quote_again(venue: Venue, name: str, notes: list[str]) -> None:
    market = venue.state.markets[name]
    best = _apart(market)
    if best is not None:
        notes.append(f"the book of {name}: the house keeps away from the orders that stand")
    try:
        venue.submit(FollowMarket([MarketMove(name, market.mark, market.index, best=best)], {}))
    except Rejected:
        notes.append(f"the book of {name}: no quotes of the house fit beside the orders")


def _apart(market: Market) -> BestQuotes | None:
    """Where the ladder has to begin so that it meets no order; None where it meets none."""
    symbol = market.symbol
    bids, asks = (list(ladder(symbol, market.mark, s, market.ladder))[:1] for s in (BUY, SELL))
    if not bids or not asks:
        return None
    own_bid = market.book.side(BUY).best_price()
    own_ask = market.book.side(SELL).best_price()
    bid, ask = bids[0][0], asks[0][0]
    lower = min(bid, own_ask - symbol.tick_size) if own_ask else bid
    higher = max(ask, own_bid + symbol.tick_size)
    if (lower, higher) == (bid, ask):
        return None
    return BestQuotes(lower, bids[0][1], higher, asks[0][1])


def _words(rejected: Rejected) -> str:
    return " ".join((rejected.reject.name, *rejected.details))
