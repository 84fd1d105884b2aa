"""SIGTERM while orders pour in: what was begun is told, the rest refused, nothing lost."""

from __future__ import annotations

import signal
from pathlib import Path
from random import Random

import msgspec
import pytest

from perpbox.journal import open_journal, recover, verify
from tests.crash.test_kill import CONNECTIONS, Venue, require_balanced
from tests.crash.test_told import LISTEN_KEY, Ear
from tests.crash.trader import Notebook, Trader
from tests.server.programs import Program

SERVICE_SHUTTING_DOWN = "-1016"


def trade_until_stopped(venue: Venue, server: Program) -> set[str]:
    """Names of the orders that the account's stream has told of by then."""
    client = venue.client(server)
    ear = Ear(server, client.ask("POST", LISTEN_KEY)["listenKey"])
    ear.start()
    client.close()
    traders = [
        Trader(f"t{n}", venue.client(server), venue.notebook, Random(venue.dice.random()))
        for n in range(CONNECTIONS)
    ]
    heard = venue.notebook.expect(venue.dice.randrange(20, 100))
    for trader in traders:
        trader.start()
    heard()
    server.process.send_signal(signal.SIGTERM)
    for thread in (*traders, ear):
        thread.join()
    return {event["o"]["c"] for event in ear.told if event["e"] == "ORDER_TRADE_UPDATE"}


def require_told(path: Path, notebook: Notebook, heard: set[str]) -> None:
    """Every order in the journal was answered, and heard of; a refused one left no trace."""
    told = {name for name, sent in notebook.orders.items() if sent.told is not None}
    with open_journal(path, b"") as journal:
        state = recover(journal).state
        placed = {
            event[4]
            for _, line in journal.encoded_lines()
            for event in events_of(line)
            if event[0] == "OrderAccepted"
        }
    assert placed == told == heard
    require_balanced(state)


def events_of(line: bytes) -> list[list[str]]:
    events: list[list[str]] = msgspec.json.decode(line)[3]
    return events


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_what_is_in_flight_is_answered_and_the_journal_closed(seed: int, tmp_path: Path) -> None:
    venue = Venue(tmp_path / "venue.sqlite", Random(seed))
    with venue.serve() as server:
        server.ready()
        venue.open_account(server)
        heard = trade_until_stopped(venue, server)
        output, errors = server.end()
        assert (output, server.exit_code) == ("", 0)
        assert '"error"' not in errors
        assert "Traceback" not in errors
    for refusal in venue.notebook.errors:
        assert SERVICE_SHUTTING_DOWN in str(refusal)
    assert [left.name for left in tmp_path.iterdir()] == ["venue.sqlite"]
    assert verify(venue.path).holds
    require_told(venue.path, venue.notebook, heard)
    with venue.serve() as server:
        server.ready()
        venue.notebook.errors.clear()
        venue.check(server)
