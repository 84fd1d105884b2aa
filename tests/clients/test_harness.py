"""The harness against servers that misbehave: it has to say so, and leave nothing running."""

from __future__ import annotations

import sys

import pytest

import harness
from harness import ServerTrouble, venue_server

READY = "print('perpbox ready http://127.0.0.1:1', flush=True)"


def fake(code: str) -> list[str]:
    """A command that takes any arguments and runs `code` instead of a server."""
    return [sys.executable, "-c", f"import signal, sys, time\n{code}"]


def started_and_ended(command: list[str]) -> str:
    """The whole life of a server; the address it gave."""
    with venue_server(command) as venue:
        return venue.base_url


def test_a_server_that_behaves_gives_its_address() -> None:
    polite = f"signal.signal(15, lambda *_: sys.exit(0))\nprint('hello')\n{READY}\ntime.sleep(60)"
    assert started_and_ended(fake(polite)) == "http://127.0.0.1:1"


def test_a_server_is_told_what_else_there_is_to_say() -> None:
    told = f"assert sys.argv[-2:] == ['--feed', 'synthetic'], sys.argv\n{READY}"
    polite = f"signal.signal(15, lambda *_: sys.exit(0))\n{told}\ntime.sleep(60)"
    with venue_server(fake(polite), ("--feed", "synthetic")) as venue:
        assert venue.token


def test_a_server_that_dies_at_once_is_quoted() -> None:
    with pytest.raises(ServerTrouble, match=r"(?s)ended with 3 before.*no such disk"):
        started_and_ended(fake("sys.stderr.write('no such disk'); sys.exit(3)"))


def test_a_server_that_never_gets_ready_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "READY_SECONDS", 0.3)
    with pytest.raises(ServerTrouble, match="not ready"):
        started_and_ended(fake("time.sleep(60)"))


def test_a_server_deaf_to_sigterm_is_killed_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "END_SECONDS", 0.3)
    deaf = f"signal.signal(15, signal.SIG_IGN)\n{READY}\ntime.sleep(60)"
    with pytest.raises(ServerTrouble, match="killed: still there"):
        started_and_ended(fake(deaf))


def test_a_server_that_ends_disorderly_is_told() -> None:
    with pytest.raises(ServerTrouble, match="not 0"):
        started_and_ended(fake(f"{READY}\ntime.sleep(60)"))


def test_a_server_that_ends_by_itself_is_told() -> None:
    with pytest.raises(ServerTrouble, match=r"by itself with 1|ended it with 1"):
        started_and_ended(fake(f"signal.signal(15, signal.SIG_IGN)\n{READY}\nsys.exit(1)"))
