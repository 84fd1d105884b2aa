"""Whatever is asked in whatever order, the venue stays whole.

After every turn: money sums to zero, longs are shorts, the book is uncrossed, the sums kept beside
orders and positions are those of the orders and positions, the events alone lead to the same state,
a snapshot gives it back, and a refusal leaves no trace. Figures are read now and then only, so that
what is kept from one read to the next is tried across several turns, and then compared with figures
computed from nothing and with the naive model.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from perpbox.engine import commands as ask
from perpbox.engine.due import next_time
from perpbox.engine.rejects import Rejected
from tests.engine.rig import Rig
from tests.property.naive_world import Scene, both_models_agree
from tests.property.shortest import shortest, told
from tests.property.traders import CROWD, first_settings, next_command

TURNS = 100
SEEDS = st.integers(0, 2**32 - 1)


class Session:
    """A rig, all that was asked of it, and reads in between that depend on nothing but the turn."""

    def __init__(self) -> None:
        self.rig = Rig(read_each_turn=False)
        self.asked: list[ask.Command] = []

    def submit(self, command: ask.Command) -> None:
        self.asked.append(command)
        if isinstance(command, ask.Tick):
            self.rig.now = max(self.rig.now, next_time(self.rig.state) or 0)
        try:
            self.rig.submit(command)
        except Rejected:
            return
        if self.rig.sequence % 7 == 0:
            self.read()

    def read(self) -> None:
        """Both models say the same of every account, and what was kept is what is made anew."""
        state = self.rig.state
        for account in state.accounts.values():
            both_models_agree(Scene(state.catalogue, account, state.marks, state.asset_indexes))
        self.rig.read()


def run(dice: Random, session: Session) -> None:
    state = session.rig.state
    while len(state.accounts) < CROWD:
        command = next_command(dice, state)
        assert command is not None
        session.submit(command)
    for command in first_settings(dice, state):
        session.submit(command)
    for _ in range(TURNS):
        diced = next_command(dice, state)
        if diced is not None:
            session.submit(diced)
    session.submit(ask.Tick())
    session.read()


def fails(commands: Sequence[ask.Command]) -> bool:
    session = Session()
    try:
        for command in commands:
            session.submit(command)
        session.read()
    except Exception:  # noqa: BLE001 - whatever goes wrong is what is looked for
        return True
    return False


@pytest.mark.simulate
@settings(phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(SEEDS)
def test_the_venue_stays_whole(seed: int) -> None:
    session = Session()
    try:
        run(Random(seed), session)
    except Exception as failed:
        few = shortest(session.asked, fails)
        raise AssertionError(f"seed {seed}: fails with\n{told(few)}") from failed
