"""The synthetic market as a feed: one command a step, with all symbols that have moved in it."""

from __future__ import annotations

from typing import Final

from perpbox.engine.commands import Command, FollowMarket, MarketMove, SetLadders
from perpbox.engine.state import State
from perpbox.feed.synthetic.dice import Dice
from perpbox.feed.synthetic.liquidity import leader_of
from perpbox.feed.synthetic.pace import Pace
from perpbox.feed.synthetic.quoted import Quoted
from perpbox.feed.synthetic.terms import SyntheticTerms, require_possible
from perpbox.feed.synthetic.walk import Walk
from perpbox.feed.synthetic.weather import SECOND, Weather
from perpbox.money import Millis, Price

CHANCES: Final = 256


def open_synthetic(state: State, terms: SyntheticTerms, seed: int) -> SyntheticFeed:
    """The market from the state's prices and time on. Raises `ImpossibleTerms`.

    [dec] It keeps nothing of its own: opened again it goes on from the prices that it finds, in
    a normal regime, with chance seeded from the seed and the venue's time.
    """
    require_possible(terms)
    return SyntheticFeed(state, terms, seed)


class SyntheticFeed:
    """The same seed, state and times of taking give the same commands, on every machine."""

    def __init__(self, state: State, terms: SyntheticTerms, seed: int) -> None:
        self._state = state
        self._dice = Dice(seed, state.now)
        self._weather = Weather(self._dice, state.now, jumps=terms.jumps)
        self._bases = self._all_quoted(terms)
        share_trades(self._bases, terms)
        self._pace = Pace(terms, state.now)
        self._regime_told: int | None = None
        self.next_time: Millis | None = self._pace.next_time

    def _all_quoted(self, terms: SyntheticTerms) -> list[list[Quoted]]:
        """The symbols by their base asset; the first of each leads."""
        markets = self._state.markets
        leader = leader_of(market.symbol for market in markets.values())
        bases: dict[str, list[Quoted]] = {}
        for market in markets.values():
            symbol = market.symbol
            base = bases.setdefault(symbol.base_asset, [])
            walk = base[0].walk if base else Walk(symbol, leader, terms, self._weather, self._dice)
            quoted = Quoted(symbol, walk, leads=not base, terms=terms)
            quoted.look(market)
            base.append(quoted)
        return list(bases.values())

    def take(self, until: Millis) -> list[Command]:
        now, bulk = self._pace.take(until)
        self.next_time = self._pace.next_time
        self._weather.move_on(now)
        return [*self._change_ladders(), *self._move(bulk)]

    def _change_ladders(self) -> list[Command]:
        """[dec] What the house quotes changes with the regime alone."""
        if self._regime_told == self._weather.regime:
            return []
        self._regime_told = self._weather.regime
        markets = self._state.markets
        changed = {
            quoted.symbol.name: quoted.ladder
            for base in self._bases
            for quoted in base
            if quoted.ladder != markets[quoted.symbol.name].ladder
        }
        return [SetLadders(changed)] if changed else []

    def _move(self, bulk: int) -> list[Command]:
        """All symbols of a base asset move together, so that they are never far apart."""
        moves: list[MarketMove] = []
        asset_indexes: dict[str, Price] = {}
        draws = self._dice.bits(8 * len(self._bases)).to_bytes(len(self._bases), "little")
        for base, draw in zip(self._bases, draws, strict=True):
            if draw < base[0].tier.chance:
                self._move_base(base, bulk, moves, asset_indexes)
        return [FollowMarket(moves, asset_indexes)] if moves else []

    def _move_base(
        self,
        base: list[Quoted],
        bulk: int,
        moves: list[MarketMove],
        asset_indexes: dict[str, Price],
    ) -> None:
        """Add what happens in it, and where the index of the asset itself is then."""
        assets = self._state.asset_indexes
        for quoted in base:
            symbol = quoted.symbol
            move = quoted.move(self._state.markets[symbol.name], bulk)
            if move is None:
                continue
            moves.append(move)
            asset = symbol.base_asset
            if quoted.leads and asset in assets and assets[asset] != move.index:
                asset_indexes[asset] = move.index


def share_trades(bases: list[list[Quoted]], terms: SyntheticTerms) -> None:
    """Give each symbol its share of the trades; who moves seldom has more of them at once.

    A symbol that does not lead has half of what its tier would have.
    """
    whole = sum(quoted.trades for base in bases for quoted in base)
    of_step = terms.trades_per_second * terms.step // SECOND
    for base in bases:
        chance = base[0].tier.chance
        for quoted in base:
            quoted.trade_so_often(of_step * quoted.trades * CHANCES // (whole * chance))
