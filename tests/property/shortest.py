"""A long list of commands that ends in a failure, made as short as it can be and still fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from perpbox.engine.commands import Command

Fails = Callable[[Sequence[Command]], bool]


def shortest(commands: Sequence[Command], fails: Fails) -> list[Command]:
    """Leave out ever smaller runs of commands, as long as what is left still fails."""
    left = list(commands)
    size = len(left) // 2
    while size:
        at = 0
        while at < len(left):
            fewer = left[:at] + left[at + size :]
            if fails(fewer):
                left = fewer
            else:
                at += size
        size //= 2
    return left


def told(commands: Sequence[Command]) -> str:
    """One command a line, as Python would make it."""
    return "\n".join(f"    {command!r}," for command in commands)
