"""A venue without journal or clock: it runs commands, and holds each turn to what must be true."""

from __future__ import annotations

from typing import Final

from perpbox.engine.apply import apply
from perpbox.engine.commands import Command, OpenVenue, Tick
from perpbox.engine.handle import handle
from perpbox.engine.line import Line, decode, encode
from perpbox.engine.rejects import Rejected
from perpbox.engine.snapshot import dump, load
from perpbox.engine.state import State
from perpbox.engine.turn import Turn
from perpbox.instrument import Catalogue
from perpbox.margin.funding import SAMPLE_SPAN
from perpbox.money import Millis
from tests.engine.invariants import (
    check_figures,
    check_round_trip,
    check_state,
    nobody_is_at_a_limit,
)
from tests.worlds import CATALOGUE

START: Final[Millis] = 1_700_000_000_000


class Rig:
    """State, and beside it a second one that sees only the events, as a journal would give them."""

    def __init__(self, catalogue: Catalogue = CATALOGUE, *, read_each_turn: bool = True) -> None:
        self.checked = True
        """Whether turns are followed by checks; a long run may check less often."""
        self.read_each_turn = read_each_turn
        """Whether the checks read all figures, which also renews what is kept between reads."""
        self.limits_hold = True
        """Whether every account is carried by what it has here."""
        self.samples = True
        """Whether the premium indexes are sampled before a turn, as a venue does it."""
        self.now = START
        self.sequence = 0
        self.state = State(catalogue)
        self.replayed = State(catalogue)
        self.submit(OpenVenue())

    def submit(self, command: Command) -> Turn:
        """Run one command. A refusal passes through, once it has been shown to leave no trace."""
        before = dump(self.state) if self.checked else b""
        self.now += 1
        sampled = isinstance(command, Tick) or not self.samples
        if not sampled and self.now // SAMPLE_SPAN > self.state.now // SAMPLE_SPAN:
            self.submit(Tick())
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
            if self.limits_hold:
                nobody_is_at_a_limit(self.state)
        return turn

    def check(self) -> None:
        """Every claim about the state, the replay of its events, and the snapshot."""
        check_state(self.state)
        written = dump(self.state)
        assert dump(self.replayed) == written, "replay differs from memory"
        fresh = check_round_trip(self.state, written)
        if self.read_each_turn:
            self.read(fresh)

    def read(self, fresh: State | None = None) -> None:
        """Read all figures: those that were kept are right, and the read leaves no trace."""
        written = dump(self.state)
        check_figures(self.state, fresh or load(written, self.state.catalogue))
        assert dump(self.state) == written, "a read left a trace"
