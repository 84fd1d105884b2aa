"""A server with a journal in a file, and somebody who trades on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from perpbox import demo
from perpbox.server.background import Background, running
from perpbox.server.settings import Settings
from tests.server.shell import Kept

TOKEN = "token"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Background]:
    settings = Settings(port=0, token=TOKEN, data=str(tmp_path / "journal"))
    with running(settings, Kept()) as background:
        yield background
        assert background.failures == 0


@pytest.fixture
def trader(server: Background) -> demo.Trader:
    trader = demo.Trader(server.base_url, TOKEN)
    trader.open_account("alice", {"USDT": "10000"})
    return trader
