"""Worlds of invented traders: nothing is lost, and a second model agrees on every account."""

from __future__ import annotations

import os
from typing import Final

import pytest

from perpbox.account import House
from perpbox.engine.line import Line
from perpbox.engine.snapshot import dump, load
from perpbox.engine.state import State, money_sums
from perpbox.journal.recovery import replay
from perpbox.journal.verification import verify_journal
from tests.engine.invariants import check_state, nobody_is_at_a_limit
from tests.simulation.opinion import Opinion
from tests.simulation.world import World

SHORT: Final = 5_000
LONG: Final = 100_000
CHECK_EVERY: Final = 250
"""Commands between two looks at every order, level and sum; money and positions are counted after
each."""
RESTART_EVERY: Final = 39
WORLDS: Final = os.environ.get("PERPBOX_WORLDS", "")
"""Seeds of long worlds, "7" or "1-20", as `make simulate` names them; else there is a short one."""


def run(seed: int, commands: int) -> Opinion:
    """Let a world live for so many commands; the seed stands in every failure."""
    world = World(seed)
    opinion = Opinion(world.catalogue)
    lines: list[Line] = []
    world.venue.listeners.append(lines.append)
    try:
        world.open()
        for number in range(commands):
            world.step()
            for line in lines:
                opinion.follow(line)
            lines.clear()
            sums_are_zero(world.state)
            longs_are_shorts(world.state)
            debts_are_explained(world.state)
            if number % CHECK_EVERY == 0:
                check_state(world.state)
                nobody_is_at_a_limit(world.state)
                assert dump(opinion.replica) == dump(world.state), "replay differs from memory"
        check_state(world.state)
        nobody_is_at_a_limit(world.state)
        assert dump(opinion.replica) == dump(world.state), "replay differs from memory"
        report = verify_journal(world.journal)
        assert report.holds, report
    except BaseException:
        print(f"seed {seed}, turn {world.venue.sequence}: make simulate SEED={seed}")
        raise
    return opinion


def sums_are_zero(state: State) -> None:
    assert not any(money_sums(state).values()), money_sums(state)


def longs_are_shorts(state: State) -> None:
    """What clients hold, the house holds the other way round."""
    for market in state.markets.values():
        held = sum(
            position.quantity
            for exposure in market.holders.values()
            for position in exposure.positions.values()
        )
        assert held + market.house_quantity == 0, market.symbol.name


def debts_are_explained(state: State) -> None:
    """Who owes something has positions or other assets that carry it, or the fund is empty."""
    for account in state.accounts.values():
        for asset, balance in account.balances.items():
            if balance.wallet >= 0:
                continue
            carried = account.multi_assets and any(b.wallet > 0 for b in account.balances.values())
            held = any(p.quantity for e in account.active.values() for p in e.positions.values())
            fund = state.house.get((House.INSURANCE, asset), 0)
            assert carried or held or fund == 0, (account.account_id, asset)


def seeds(worlds: str) -> list[int]:
    """The seeds that "7" or "1-20" names; 1 without a name."""
    first, _, last = (worlds or "1").partition("-")
    return list(range(int(first), int(last or first) + 1))


@pytest.mark.simulate
@pytest.mark.parametrize("seed", seeds(WORLDS))
def test_a_world_loses_nothing_and_both_models_agree(seed: int) -> None:
    steps = run(seed, LONG if WORLDS else SHORT).steps
    assert steps.keys() >= {"MarginCall", "OrdersExpired", "Reduce", "TakeOver", "Exchanged"}


@pytest.mark.simulate
def test_a_world_that_is_started_again_and_again_decides_the_same() -> None:
    """From a snapshot or from the events, in turn; the verification is started once."""
    world = World(8)
    replica, lines = State(world.catalogue), list[Line]()
    world.venue.listeners.append(lines.append)
    world.open()
    for number in range(1, 3_000):
        world.step()
        for line in lines:
            replay(replica, line)
        lines.clear()
        if number % RESTART_EVERY == 0:
            loaded = load(dump(world.state), world.catalogue)
            started, replica = (loaded, replica) if number % 2 else (replica, loaded)
            assert dump(started) == dump(world.state)
            world.state = world.venue.state = started
    report = verify_journal(world.journal)
    assert report.holds, report


def test_worlds_are_named_by_their_seeds() -> None:
    assert seeds("") == [1]
    assert seeds("7") == [7]
    assert seeds("1-20") == list(range(1, 21))
