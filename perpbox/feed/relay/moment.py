"""A moment of the market: what has been told since the last one, as commands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from perpbox.engine.commands import (
    Command,
    FollowMarket,
    MarketMove,
    MarketPrices,
    MovePrices,
    SetFunding,
    SetLadders,
)
from perpbox.engine.ladder import LadderTerms
from perpbox.engine.market import FundingTerms, Market
from perpbox.engine.state import State
from perpbox.feed.relay.funding import terms_told
from perpbox.feed.relay.mirror import Mirror
from perpbox.feed.relay.quotes import quotes_with, spread_of
from perpbox.money import Millis, Price


class Moment:
    """What the venue is to do; every figure has been found possible before."""

    def __init__(self, state: State, now: Millis, *, queued: bool) -> None:
        self._state = state
        self._now = now
        self._queued = queued

    def commands(
        self, mirrors: Collection[Mirror], asset_indexes: Mapping[str, Price]
    ) -> list[Command]:
        """[dec] A spread widens before the move and narrows after it, so that no order is filled
        by quotes that neither stood before nor stand now.
        """
        ladders = _Ladders({}, {})
        moves: list[MarketMove] = []
        for mirror in mirrors:
            self._note_ladder(mirror, ladders)
            move = self._move(mirror)
            if move is not None:
                moves.append(move)
        known = self._state.asset_indexes
        indexes = {name: price for name, price in asset_indexes.items() if known[name] != price}
        follow = FollowMarket(moves, indexes) if moves or indexes else None
        widened = SetLadders(ladders.wider) if ladders.wider else None
        narrowed = SetLadders(ladders.narrower) if ladders.narrower else None
        all_of_it = (widened, follow, narrowed, self._last_prices(mirrors), self._funding(mirrors))
        return [command for command in all_of_it if command is not None]

    def _market(self, mirror: Mirror) -> Market:
        return self._state.markets[mirror.symbol.name]

    def _note_ladder(self, mirror: Mirror, ladders: _Ladders) -> None:
        quotes = mirror.quotes
        if quotes is None:
            return
        symbol, present = mirror.symbol, self._market(mirror).ladder
        spread = spread_of(symbol, quotes, present.spread)
        terms = replace(present, spread=spread, queued=self._queued)
        if terms == present:
            return
        is_wider = quotes.width > quotes_with(symbol, quotes.middle, present.spread).width
        (ladders.wider if is_wider else ladders.narrower)[symbol.name] = terms

    def _move(self, mirror: Mirror) -> MarketMove | None:
        """Prices that are not told yet stay where they are; the prints are taken."""
        market = self._market(mirror)
        mark, index = mirror.mark or market.mark, mirror.index or market.index
        middle = mirror.quotes.middle if mirror.quotes else 0
        prints = list(mirror.prints)
        mirror.prints.clear()
        if not prints and (mark, index, middle) == (market.mark, market.index, market.middle):
            return None
        return MarketMove(mirror.symbol.name, mark, index, middle, prints)

    def _last_prices(self, mirrors: Collection[Mirror]) -> Command | None:
        prices = {}
        for mirror in mirrors:
            if mirror.last and mirror.last != self._market(mirror).last_price:
                prices[mirror.symbol.name] = MarketPrices(None, None, mirror.last)
            mirror.last = 0
        return MovePrices(prices, {}) if prices else None

    def _funding(self, mirrors: Collection[Mirror]) -> Command | None:
        taken: dict[str, FundingTerms] = {}
        for mirror in mirrors:
            told = mirror.funding
            if told is None:
                continue
            terms = terms_told(self._market(mirror), told, self._now, mirror.funding_taken)
            if terms is not None:
                taken[mirror.symbol.name] = terms
                mirror.funding_taken = self._now
        return SetFunding(taken) if taken else None


class _Ladders(NamedTuple):
    wider: dict[str, LadderTerms]
    narrower: dict[str, LadderTerms]
