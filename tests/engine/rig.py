"""A venue without journal or clock: it runs commands, and holds each turn to what must be true."""

from __future__ import annotations

from typing import Final

from perpbox.engine.commands import Command, OpenVenue
from perpbox.engine.handle import handle
from perpbox.engine.line import Line, decode, encode
from perpbox.engine.rejects import Rejected
from perpbox.engine.snapshot import dump
from perpbox.engine.state import State, apply
from perpbox.engine.turn import Turn
from perpbox.instrument import Catalogue
from perpbox.money import Millis
from tests.engine.invariants import check_round_trip, check_state
from tests.worlds import CATALOGUE

START: Final[Millis] = 1_700_000_000_000


class Rig:
    """State, and beside it a second one that sees only the events, as a journal would give them."""

    def __init__(self, catalogue: Catalogue = CATALOGUE, *, checked: bool = True) -> None:
        self.checked = checked
        """Whether each turn is followed by every check; a long run may check less often."""
        self.now = START
        self.sequence = 0
        self.state = State(catalogue)
        self.replayed = State(catalogue)
        self.submit(OpenVenue())

    def submit(self, command: Command) -> Turn:
        """Run one command. A refusal passes through, once it has been shown to leave no trace."""
        before = dump(self.state) if self.checked else b""
        self.now += 1
        try:
            turn = handle(self.state, command, self.now)
        except Rejected:
            if self.checked:
                assert dump(self.state) == before, "a refusal left a trace"
            raise
        self.sequence += 1
        line = decode(encode(Line(self.sequence, self.now, command, turn.events)))
        assert line.command == command
        for event in line.events:
            apply(self.replayed, event, line.time)
        if self.checked:
            self.check()
        return turn

    def check(self) -> None:
        """Every claim about the state, the replay of its events, and the snapshot of both."""
        check_state(self.state)
        written = dump(self.state)
        assert dump(self.replayed) == written, "replay differs from memory"
        check_round_trip(self.state, written)
