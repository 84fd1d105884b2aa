"""The market outside: its prices, the ladder around them, and trades of others as they print."""

from __future__ import annotations

from perpbox.account import ExpiryReason, Side
from perpbox.engine.commands import FollowMarket, MarketMove, SetLadders
from perpbox.engine.events import (
    AssetIndexMoved,
    LadderSet,
    OrderExpired,
    PriceMoved,
    Traded,
)
from perpbox.engine.fills import trade
from perpbox.engine.market import Market
from perpbox.engine.matching import closable, fill_crossed
from perpbox.engine.prices import formula_mark, within_bounds
from perpbox.engine.rejects import Reject
from perpbox.engine.turn import Turn
from perpbox.money import Price, Quantity


def set_ladders(turn: Turn, command: SetLadders) -> None:
    """New terms; the orders that the new ladders cross are filled."""
    for name, terms in command.ladders.items():
        turn.market(name)
        turn.require(terms.is_possible, Reject.INVALID_LADDER, name)
    for name, terms in command.ladders.items():
        market = turn.market(name)
        if terms != market.ladder:
            turn.emit(LadderSet(name, terms))
            if market.quotes is None:
                fill_crossed(turn, market)


def follow_market(turn: Turn, command: FollowMarket) -> None:
    """Symbol after symbol: its prices, the orders that its ladder crosses, then its trades."""
    for move in command.moves:
        _require_possible(turn, move)
    for asset, index_price in command.asset_indexes.items():
        turn.require(asset in turn.state.catalogue.assets, Reject.UNKNOWN_ASSET, asset)
        turn.require(index_price > 0, Reject.INVALID_PRICE, asset)
    for asset, index_price in command.asset_indexes.items():
        if index_price != turn.state.asset_indexes[asset]:
            turn.emit(AssetIndexMoved(asset, index_price))
    for move in command.moves:
        market = turn.market(move.symbol)
        if market.symbol.is_closed:
            continue
        _move(turn, market, move)
        for side, price, quantity in move.prints if market.symbol.trades else ():
            print_trade(turn, market, side, price, quantity)


def _require_possible(turn: Turn, move: MarketMove) -> None:
    symbol, best = turn.market(move.symbol).symbol, move.best
    lowest = min(move.mark, move.index)
    highest = max(move.mark, move.middle, best.ask if best is not None else 0)
    fits = True
    for side, price, quantity in move.prints:
        # Written out: this is asked of every trade that is printed.
        if price < lowest:
            lowest = price
        elif price > highest:
            highest = price
        if quantity <= 0 or side * side != 1:
            fits = False
    possible = lowest > 0 and move.middle >= 0 and within_bounds(symbol, highest)
    possible = possible and (best is None or best.fit(symbol))
    turn.require(possible, Reject.INVALID_PRICE, move.symbol)
    turn.require(fits, Reject.INVALID_QUOTE_QUANTITY, move.symbol)


def _move(turn: Turn, market: Market, move: MarketMove) -> None:
    mark = formula_mark(market, move.index, turn.now) if market.by_formula else move.mark
    prices = (mark, move.index, move.middle, move.best)
    as_they_are = (market.mark, market.index, market.middle, market.best)
    if prices == as_they_are and market.quotes is None:
        return
    name = market.symbol.name
    turn.emit(PriceMoved(name, mark, move.index, middle=move.middle, best=move.best))
    fill_crossed(turn, market)


def print_trade(turn: Turn, market: Market, side: Side, price: Price, quantity: Quantity) -> None:
    """A trade of others, as the tape shows it: what clients' orders stand in its way it meets.

    Orders at a better price are filled first, each at its own. [dec] One at the very price is
    filled by what is left once those before it have had theirs: where the ladder is queued that
    is what stood there when it came, else nothing.
    """
    makers = market.book.side(-side)
    left = quantity
    while left:
        maker = makers.best()
        if maker is None or (maker.price - price) * side > 0:
            break
        if maker.price == price and maker.ahead:
            before = min(maker.ahead, left)
            _print(turn, market, side, price, before)
            left -= before
            continue
        filled = min(closable(turn, maker), left)
        if not filled:
            turn.emit(OrderExpired(maker.account_id, maker.order_id, ExpiryReason.REDUCE_ONLY))
            continue
        trade(turn, market, maker, None, maker.price, filled)
        left -= filled
    if left:
        _print(turn, market, side, price, left)


def _print(turn: Turn, market: Market, side: Side, price: Price, quantity: Quantity) -> None:
    """A trade in which no client has a part."""
    trade_id = turn.state.next_trade_id
    aggregate_id = market.aggregate.number_with(price, side, turn.now)
    turn.emit(
        Traded(
            market.symbol.name,
            trade_id,
            price,
            quantity,
            side,
            house_side=0,
            aggregate_id=aggregate_id,
            of_others=True,
        )
    )
