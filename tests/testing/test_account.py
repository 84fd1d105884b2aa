"""Clients that an account makes trade with it."""

from __future__ import annotations

import asyncio
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from perpbox.testing import venue
from perpbox.testing.account import INSTALL, ClientMissing


def test_ccxt_trades() -> None:
    pytest.importorskip("ccxt")
    with venue() as box:
        exchange = box.account(USDT=10_000).ccxt()
        box.price("BTCUSDT", "50000")
        exchange.create_order("BTC/USDT:USDT", "market", "buy", 0.01)
        assert exchange.fetch_balance()["USDT"]["total"] < 10_000


def test_ccxt_trades_in_a_coroutine() -> None:
    pytest.importorskip("ccxt")

    async def scenario() -> Any:
        async with venue() as box:
            exchange = box.account(USDT=10_000).ccxt_async()
            try:
                return await exchange.fetch_balance()
            finally:
                await exchange.close()

    assert asyncio.run(scenario())["USDT"]["total"] == 10_000


def test_the_official_sdk_asks() -> None:
    pytest.importorskip("binance_common")
    with venue() as box:
        sdk = box.account(USDT=10_000).sdk()
        told = sdk.rest_api.account_information_v3().data()
        assert told.total_wallet_balance == "10000.00000000"


class Client:
    """As much of python-binance as is led here."""

    FUTURES_URL = "https://fapi.binance.{}/fapi"

    def __init__(self, api_key: str, secret: str, *, ping: bool) -> None:
        self.told = (api_key, secret, ping)
        self.session = SimpleNamespace(trust_env=True)
        self.closed = False

    def close_connection(self) -> None:
        self.closed = True


def test_python_binance_is_led_here_and_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "binance", SimpleNamespace(Client=Client))
    with venue() as box, venue() as other:
        account = box.account(USDT=1)
        client = account.python_binance()
        other.account(USDT=1).python_binance()
        assert client.told == (account.api_key, account.secret, False)
        assert f"{box.base_url}/fapi" == client.FUTURES_URL
        assert not client.session.trust_env
        box.reset()
        assert client.closed


@pytest.mark.parametrize("client", ["ccxt", "ccxt_async", "python_binance", "sdk"])
def test_a_library_that_is_not_there_is_named(client: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in INSTALL:
        monkeypatch.setitem(sys.modules, name, None)
    with venue() as box:
        account = box.account(USDT=1)
        with pytest.raises(ClientMissing, match=r"pip install"):
            getattr(account, client)()
