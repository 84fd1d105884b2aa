"""What most tests of the API begin with: a venue, and somebody with money on it."""

from __future__ import annotations

import pytest

from tests.api.exchange import Exchange
from tests.api.trader import Trader, open_trader


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
def alice(exchange: Exchange) -> Trader:
    """An account with 10 000 USDT, and a key that may do everything."""
    return open_trader(exchange, "alice")


@pytest.fixture
def bob(exchange: Exchange) -> Trader:
    return open_trader(exchange, "bob", USDT="100000", USDC="100000")
