"""A writer that is killed at any moment: what it was told is durable is there, once, in order."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from perpbox.engine.snapshot import dump
from perpbox.engine.state import money_sums
from perpbox.journal import open_journal, recover, verify
from perpbox.journal.recovery import replay
from tests.journal.story import Story, catalogue, catalogue_json
from tests.journal.test_sqlite import ROOT

ROUNDS = 5


def write_until_killed(path: Path, seed: int, commits: int, seconds: float) -> list[int]:
    """Kill a writer a moment after so many commits; where it began, and what it was told."""
    command = [sys.executable, "-m", "tests.journal.programs", "write", str(path), str(seed)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        word, begun = writer.stdout.readline().split()
        assert word == "from"
        told = [writer.stdout.readline() for _ in range(commits)]
        time.sleep(seconds)
        writer.kill()
        # The last line may be torn: what came through to its end was told.
        told += [line for line in writer.stdout.readlines() if line.endswith("\n")]
    return [int(begun), *map(int, told)]


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_and_nothing_is_there_twice(path: Path) -> None:
    dice = Random(7)
    durable = 0
    for seed in range(ROUNDS):
        told = write_until_killed(path, seed, dice.randint(1, 60), dice.uniform(0, 0.05))
        assert told == sorted(set(told))
        assert told[0] >= durable
        durable = told[-1]
        with open_journal(path, b"") as journal:
            lines = list(journal.lines())
            recovered = recover(journal)
            assert [line.sequence for line in lines] == list(range(1, recovered.sequence + 1))
            assert recovered.sequence >= durable
            assert not any(money_sums(recovered.state).values())
            told_by_history = {
                order.order_id
                for account_id in recovered.state.accounts
                for order in journal.history.orders(account_id)
            }
        assert set(recovered.state.orders) <= told_by_history
    assert durable > 0
    report = verify(path)
    assert report.holds
    assert report.turns >= durable


def test_a_file_that_was_being_made_is_made_again(path: Path) -> None:
    """As a kill leaves it between making the draft and giving it its name."""
    with open_journal(path, catalogue_json()) as journal:
        Story(journal).live(5)
    path.rename(path.with_name(path.name + ".new"))
    with open_journal(path, catalogue_json()) as journal:
        assert journal.last_sequence == 0


def test_replaying_the_lines_of_a_killed_writer_is_its_state(path: Path) -> None:
    write_until_killed(path, seed=3, commits=20, seconds=0)
    with open_journal(path, b"") as journal:
        recovered = recover(journal)
        retold = open_journal(":memory:", catalogue_json())
        story = Story(retold)
        # The same dice make the same turns, so the state needs no witness but them.
        story.live(recovered.sequence, seed=3)
        assert dump(recovered.state) == dump(story.state)
        assert list(retold.lines()) == list(journal.lines())
        state = type(recovered.state)(catalogue())
        for line in journal.lines():
            replay(state, line)
    assert dump(state) == dump(story.state)
