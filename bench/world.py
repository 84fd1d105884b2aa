"""Venues to measure: an account with nothing on it, and one with 20 positions and 40 orders."""

from __future__ import annotations

from typing import Final

from perpbox.account import BUY, SELL, AccountId, OrderType, PositionSide, Side
from perpbox.engine.commands import (
    AmendOrder,
    CancelOrder,
    MarketPrices,
    MovePrices,
    OpenAccount,
    PlaceOrder,
)
from perpbox.engine.market import Market
from perpbox.engine.state import State
from perpbox.money import SCALE, Amount, Millis, Price, Quantity, parse
from perpbox.venue import Venue

START: Final[Millis] = 1_795_348_800_000
"""Where every venue's clock stands, so that requests can be signed beforehand."""

FUNDS: Final[dict[str, Amount]] = {"USDT": parse("1000000"), "USDC": parse("1000000")}
SYMBOLS_OF: Final = {"USDT": 14, "USDC": 6}
"""Of each margin asset so many symbols, the first of the catalogue."""

WORTH: Final[Amount] = parse("1000")
"""Of every position and order, in quote units."""
FAR: Final = parse("0.03")
"""How far from the mark price an order rests."""
NEAR: Final = parse("0.001")
"""How far a mark price moves: no ladder then crosses a resting order."""


def traded(state: State) -> list[Market]:
    """The twenty markets that everything here happens in."""
    chosen = []
    for asset, count in SYMBOLS_OF.items():
        markets = [m for m in state.markets.values() if m.symbol.margin_asset == asset]
        chosen += markets[:count]
    return chosen


def open_flat(venue: Venue, name: str = "flat") -> AccountId:
    return venue.submit(OpenAccount(name, FUNDS)).account_id


def open_busy(venue: Venue, name: str = "busy") -> AccountId:
    """An account long and short by turns, with an order far on either side of every position."""
    account_id = open_flat(venue, name)
    for number, market in enumerate(traded(venue.state)):
        venue.submit(market_order(account_id, market, SELL if number % 2 else BUY))
        for side in (BUY, SELL):
            venue.submit(limit_order(account_id, market, side, f"far-{number}-{side}"))
    return account_id


def quantity_worth(market: Market, price: Price) -> Quantity:
    symbol = market.symbol
    steps = WORTH * SCALE // price // symbol.step_size + 1
    return max(steps * symbol.step_size, symbol.min_quantity)


def far_price(market: Market, side: Side, ticks: int = 0) -> Price:
    """A price at which an order rests: below the mark to buy, above it to sell."""
    tick = market.symbol.tick_size
    return (market.mark * (SCALE - side * FAR) // SCALE // tick + ticks) * tick


def market_order(account_id: AccountId, market: Market, side: Side) -> PlaceOrder:
    return PlaceOrder(
        account_id,
        market.symbol.name,
        side,
        PositionSide.BOTH,
        OrderType.MARKET,
        quantity_worth(market, market.mark),
    )


def limit_order(
    account_id: AccountId, market: Market, side: Side, client_order_id: str
) -> PlaceOrder:
    price = far_price(market, side)
    return PlaceOrder(
        account_id,
        market.symbol.name,
        side,
        PositionSide.BOTH,
        OrderType.LIMIT,
        quantity_worth(market, price),
        price,
        client_order_id=client_order_id,
    )


def cancel(account_id: AccountId, market: Market, client_order_id: str) -> CancelOrder:
    return CancelOrder(account_id, market.symbol.name, client_order_id=client_order_id)


def amend(
    account_id: AccountId, market: Market, side: Side, client_order_id: str, ticks: int
) -> AmendOrder:
    """To a price so many ticks away from where `limit_order` puts it."""
    price = far_price(market, side, ticks)
    return AmendOrder(
        account_id,
        market.symbol.name,
        side,
        quantity_worth(market, far_price(market, side)),
        price,
        client_order_id=client_order_id,
    )


class Moves:
    """Mark moves: one of the twenty symbols after another, up and, the next time, down again."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._commands: list[MovePrices] = []
        self._next = 0
        markets = traded(venue.state)
        for factor in (SCALE + NEAR, SCALE):
            for market in markets:
                mark = market.mark * factor // SCALE
                moved = {market.symbol.name: MarketPrices(mark, mark)}
                self._commands.append(MovePrices(moved, {}))

    def move(self) -> None:
        self._venue.submit(self._commands[self._next])
        self._next = (self._next + 1) % len(self._commands)
