"""The synthetic market as a feed: one command a step, with all symbols that have moved in it."""

from __future__ import annotations

from typing import Final

from perpbox.engine.commands import Command, FollowMarket, SetLadders
from perpbox.engine.state import State
from perpbox.feed.synthetic.dice import Dice
from perpbox.feed.synthetic.liquidity import leader_of
from perpbox.feed.synthetic.pace import Pace
from perpbox.feed.synthetic.quoted import Quoted
from perpbox.feed.synthetic.terms import SyntheticTerms, require_possible
from perpbox.feed.synthetic.walk import Walk
from perpbox.feed.synthetic.weather import SECOND, Weather
from perpbox.money import Millis

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
        self._quoted = self._all_quoted(terms)
        self._pace = Pace(terms, state.now)
        self._regime_told: int | None = None
        self.next_time: Millis | None = self._pace.next_time

    def _all_quoted(self, terms: SyntheticTerms) -> list[Quoted]:
        symbols = [market.symbol for market in self._state.markets.values()]
        leader = leader_of(symbols)
        walks: dict[str, Walk] = {}
        all_quoted = []
        for symbol in symbols:
            leads = symbol.base_asset not in walks
            if leads:
                walks[symbol.base_asset] = Walk(symbol, leader, terms, self._weather, self._dice)
            walk = walks[symbol.base_asset]
            quoted = Quoted(symbol, walk, leads=leads, terms=terms)
            quoted.look(self._state.markets[symbol.name])
            all_quoted.append(quoted)
        share_trades(all_quoted, terms)
        return all_quoted

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
            for quoted in self._quoted
            if quoted.ladder != markets[quoted.symbol.name].ladder
        }
        return [SetLadders(changed)] if changed else []

    def _move(self, bulk: int) -> list[Command]:
        markets, assets = self._state.markets, self._state.asset_indexes
        moves, asset_indexes = [], {}
        draws = self._dice.bits(8 * len(self._quoted)).to_bytes(len(self._quoted), "little")
        for quoted, draw in zip(self._quoted, draws, strict=True):
            if draw >= quoted.tier.chance:
                continue
            symbol = quoted.symbol
            move = quoted.move(markets[symbol.name], bulk)
            if move is None:
                continue
            moves.append(move)
            asset = symbol.base_asset
            if quoted.leads and asset in assets and assets[asset] != move.index:
                asset_indexes[asset] = move.index
        return [FollowMarket(moves, asset_indexes)] if moves else []


def share_trades(all_quoted: list[Quoted], terms: SyntheticTerms) -> None:
    """Give each symbol its share of the trades; who moves seldom has more of them at once."""
    whole = sum(quoted.tier.trades for quoted in all_quoted)
    of_step = terms.trades_per_second * terms.step // SECOND
    for quoted in all_quoted:
        tier = quoted.tier
        quoted.trade_so_often(of_step * tier.trades * CHANCES // (whole * tier.chance))
