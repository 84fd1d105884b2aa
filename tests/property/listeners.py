"""Invented traders on a whole venue, each of whom listens to the stream of the account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from msgspec.structs import replace

from perpbox.account import AccountId
from perpbox.engine import commands as ask
from perpbox.engine.market import FundingTerms
from perpbox.engine.rejects import Rejected
from perpbox.engine.state import State
from perpbox.instrument import builtin
from perpbox.money import SCALE, Millis, parse
from tests.api.exchange import MINUTE, Exchange
from tests.api.listening import Connection, follow, listen_key_of
from tests.api.trader import Trader
from tests.property.traders import CROWD, a_market, first_settings, next_command, somebody

NAMES: Final = ("BTCUSDT", "ETHUSDC", "ADAUSDT", "DOGEUSDC")
BUILTIN: Final = builtin()
CATALOGUE: Final = replace(BUILTIN, symbols={name: BUILTIN.symbols[name] for name in NAMES})
"""Few symbols, so that traders meet."""
KEPT_WITHIN: Final[Millis] = 50 * MINUTE
"""Listen keys are kept so often, whatever passes meanwhile."""
FUNDING: Final = FundingTerms(8, parse("0.0001"), parse("-0.02"), parse("0.02"))
MORE: Final = 0.2
"""How often something is asked for that `traders` has not."""


def more(dice: Random, state: State) -> ask.Command:
    """What the operator does, and what belongs to commission and countdowns."""
    name = a_market(dice, state).symbol.name
    account_id = somebody(dice, state)
    kind = dice.random()
    if kind < 0.2:
        return ask.SetFeeBurn(account_id, dice.random() < 0.8)
    if kind < 0.3:
        return ask.SetCountdown(account_id, name, dice.choice((0, 1000)))
    if kind < 0.5:
        rate = parse(dice.choice(("0.003", "-0.003", "0.02", "0.00000001")))
        return ask.SetFunding({name: replace(FUNDING, fixed_rate=rate)})
    if kind < 0.6:
        asset = dice.choice(("USDT", "USDC"))
        fund = state.house.get((-4, asset), 0)
        return ask.MoveInsurance(asset, -fund if fund else 10**6 * SCALE)
    if kind < 0.65:
        return ask.ResetAccount(account_id)
    return ask.Tick() if kind < 0.8 else shock(dice, state)


def shock(dice: Random, state: State) -> ask.Command:
    """A mark price jumps, the book is thin, and whoever is on the wrong side is liquidated."""
    market = a_market(dice, state)
    mark = market.mark * dice.choice((70, 85, 93, 97, 103, 107, 115, 130)) // 100
    if dice.random() < 0.3:
        tick = market.symbol.tick_size
        level = (max(tick, mark // tick * tick), 10 * market.symbol.step_size)
        return ask.SetLiquidity(market.symbol.name, [level], [])
    return ask.MovePrices({market.symbol.name: ask.MarketPrices(mark, mark)}, {})


def next_wish(dice: Random, state: State) -> ask.Command | None:
    if len(state.accounts) >= CROWD and dice.random() < MORE:
        return more(dice, state)
    return next_command(dice, state)


class Listener:
    """A trader with a connection, and all that came through it."""

    def __init__(self, trader: Trader, sequence: int) -> None:
        self.trader = trader
        self.since = sequence
        """Number of the last turn before it listened."""
        self.connection: Connection = follow(trader)
        self.payloads: list[bytes] = []

    def read(self) -> list[bytes]:
        """What has come since the last call."""
        payloads = self.connection.payloads()
        self.payloads += payloads
        return payloads


class Crowd:
    """A venue, everything that was asked of it, and a listener for every account."""

    def __init__(self) -> None:
        self.exchange = Exchange(catalogue=CATALOGUE)
        self.asked: list[ask.Command] = []
        self.listeners: dict[AccountId, Listener] = {}

    @property
    def state(self) -> State:
        return self.exchange.state

    def submit(self, command: ask.Command) -> None:
        self.asked.append(command)
        try:
            if isinstance(command, ask.Tick):
                self._pass_time_to_what_is_due()
            else:
                self.exchange.submit(command)
        except Rejected:
            return
        for account_id in self.state.accounts.keys() - self.listeners.keys():
            key = self.exchange.keys.create(account_id, self.exchange.now)
            trader = Trader(self.exchange, key)
            self.listeners[account_id] = Listener(trader, self.exchange.venue.sequence)

    def _pass_time_to_what_is_due(self) -> None:
        due = self.exchange.venue.next_due() or self.exchange.now
        while (left := due - self.exchange.now) > 0:
            self.keep_listening()
            self.exchange.pass_time(min(left, KEPT_WITHIN))

    def keep_listening(self) -> None:
        for account_id in self.listeners.keys() & self.state.accounts.keys():
            listen_key_of(self.listeners[account_id].trader)

    def restart(self) -> None:
        """The venue starts again out of a snapshot, and everybody connects anew."""
        for listener in self.listeners.values():
            listener.read()
        self.exchange = self.exchange.restarted()
        for account_id in self.listeners.keys() & self.state.accounts.keys():
            listener = self.listeners[account_id]
            listener.trader = Trader(self.exchange, listener.trader.key)
            listener.connection = follow(listener.trader)


def live(crowd: Crowd, dice: Random, turns: int, look: Callable[[], None]) -> None:
    """Let so many things be asked for, and look after each."""
    while len(crowd.state.accounts) < CROWD:
        _submit(crowd, next_wish(dice, crowd.state), look)
    for command in first_settings(dice, crowd.state):
        _submit(crowd, command, look)
    for _ in range(turns):
        _submit(crowd, next_wish(dice, crowd.state), look)
    _submit(crowd, ask.Tick(), look)


def _submit(crowd: Crowd, command: ask.Command | None, look: Callable[[], None]) -> None:
    if command is not None:
        crowd.submit(command)
        look()


def again(commands: Sequence[ask.Command], crowd: Crowd, look: Callable[[], None]) -> None:
    """Ask for the same."""
    for command in commands:
        crowd.submit(command)
        look()
