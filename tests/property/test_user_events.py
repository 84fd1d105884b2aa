"""User data streams of invented traders: enough to know the account by, and the same in a replay.

A bot that starts from the account endpoints and applies every event knows after every turn what
those endpoints answer. And the journal alone gives every message again, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from random import Random
from typing import Final

import msgspec
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from perpbox.account import AccountId
from perpbox.api.streams.teller import Told
from perpbox.api.streams.user import UserEvents
from perpbox.engine import commands as ask
from perpbox.engine.snapshot import load
from perpbox.engine.state import State
from perpbox.journal.recovery import replay
from tests.api.mirror import Mirror
from tests.property.listeners import CATALOGUE, Crowd, again, live
from tests.property.shortest import shortest, told

TURNS: Final = 60
SEEDS: Final = st.integers(0, 2**32 - 1)

pytestmark = pytest.mark.simulate
lightly = settings(
    # Fewer than usual: everybody asks for everything after every turn.
    max_examples=settings().max_examples // 4,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


class Bots:
    """A mirror for every account; they look at what has changed alone."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.mirrors: dict[AccountId, Mirror] = {}
        self._seen: dict[AccountId, int] = {}

    def look(self) -> None:
        for account_id, listener in self.crowd.listeners.items():
            payloads = listener.read()
            account = self.crowd.state.accounts.get(account_id)
            if account is None:
                continue
            mirror = self.mirrors.get(account_id)
            if mirror is None:
                mirror = self.mirrors[account_id] = Mirror(listener.trader)
            for payload in payloads:
                mirror.apply(msgspec.json.decode(payload))
            if payloads or self._seen.get(account_id) != account.version:
                self._seen[account_id] = account.version
                assert mirror.differences(listener.trader) == {}
                self._check_realized(account_id, mirror)

    def _check_realized(self, account_id: AccountId, mirror: Mirror) -> None:
        """No endpoint tells what a position has realized."""
        account = self.crowd.state.accounts[account_id]
        for exposure in account.active.values():
            for position in exposure.positions.values():
                if position.quantity:
                    leg = exposure.symbol.name, position.position_side.value
                    assert mirror.realized[leg] * 10**8 == position.realized_profit


def with_few(run: Callable[[Crowd], None], seed: int, crowd: Crowd) -> None:
    """Let a crowd live; if that fails, say so with as few commands as fail too."""
    try:
        run(crowd)
    except Exception as failed:

        def fails(commands: Sequence[ask.Command]) -> bool:
            fresh = Crowd()
            try:
                again(commands, fresh, Bots(fresh).look)
            except Exception:  # noqa: BLE001 - whatever goes wrong is what is looked for
                return True
            return False

        few = shortest(crowd.asked, fails)
        raise AssertionError(f"seed {seed}: fails with\n{told(few)}") from failed


@lightly
@given(SEEDS)
def test_the_stream_tells_all_that_the_account_endpoints_answer(seed: int) -> None:
    def run(crowd: Crowd) -> None:
        live(crowd, Random(seed), TURNS, Bots(crowd).look)

    with_few(run, seed, Crowd())


def retold(crowd: Crowd, state: State, start: int, listened: Container[AccountId]) -> list[Told]:
    """What the journal's lines after `start` tell whom, once each listens."""
    events = UserEvents(state, listened)
    messages: list[Told] = []
    for line in crowd.exchange.journal.lines(start):
        replay(state, line, events)
        for each in events.take():
            listener = crowd.listeners.get(each.account_id)
            if listener is not None and line.sequence > listener.since:
                messages.append(each)
    return messages


def of_account(messages: Sequence[Told], account_id: AccountId) -> list[bytes]:
    return [each.payload for each in messages if each.account_id == account_id]


@lightly
@given(SEEDS)
@example(2227).via("a bankrupt's order was forgotten once a deleveraged one came in")
def test_the_journal_alone_tells_the_same_again(seed: int) -> None:
    crowd, dice = Crowd(), Random(seed)
    live(crowd, dice, TURNS, lambda: None)
    middle, snapshot = crowd.exchange.venue.sequence, crowd.exchange.snapshot()
    crowd.restart()
    before = {account_id: len(each.payloads) for account_id, each in crowd.listeners.items()}
    live(crowd, dice, TURNS, lambda: None)
    whole = retold(crowd, State(CATALOGUE), 0, crowd.listeners)
    rest = retold(crowd, load(snapshot, CATALOGUE), middle, crowd.listeners)
    for account_id, listener in crowd.listeners.items():
        listener.read()
        assert of_account(whole, account_id) == listener.payloads
        assert of_account(rest, account_id) == listener.payloads[before.get(account_id, 0) :]
        # Nor does it matter who else listens.
        alone = retold(crowd, State(CATALOGUE), 0, {account_id})
        assert [each.payload for each in alone] == listener.payloads
