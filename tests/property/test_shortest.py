"""A failure is told with the few commands that it needs."""

from __future__ import annotations

from collections.abc import Sequence

from perpbox.engine.commands import Command, ResetAccount
from tests.property.shortest import shortest, told


def test_only_what_the_failure_needs_is_left() -> None:
    def fails(commands: Sequence[Command]) -> bool:
        return ResetAccount(3) in commands and ResetAccount(17) in commands

    many: list[Command] = [ResetAccount(number) for number in range(40)]
    assert shortest(many, fails) == [ResetAccount(3), ResetAccount(17)]


def test_a_command_is_told_as_python() -> None:
    assert told([ResetAccount(3)]) == "    ResetAccount(account_id=3),"
