"""The flows of the clients that the project's own environment has, as tests of the suite."""

from __future__ import annotations

import importlib

import pytest

from harness import venue_server


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what the SDK asks of its libraries
@pytest.mark.parametrize("flow", ["ccxt_flow", "official_sdk_flow"])
def test_unmodified_client_trades(flow: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client runs its whole flow against a real server, and every check holds."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    run = importlib.import_module(f"{flow}.flow").run
    with venue_server() as venue:
        accounts = [venue.open_account(USDT="10000") for _ in range(2)]
        keys = [(each.api_key, each.secret) for each in accounts]
        assert run(venue.base_url, *keys) > 200


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_ccxt_trades_at_every_pace_and_after_a_jump(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with venue_server() as venue:
        assert importlib.import_module("ccxt_flow.paces").run(venue) > 20
