"""A venue in a `with`: accounts, prices, time, and back to the start."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from perpbox import testing
from perpbox.demo import Trader
from perpbox.engine.snapshot import dump
from perpbox.testing import Box, NotReady, VenueRefused, venue
from perpbox.testing.settings import START, settings_of
from tests.server.test_streams import buy

NEW_YEAR: Final = 1_767_225_600_000
HOUR: Final = 3_600_000


def trader(box: Box, account: testing.Account) -> Trader:
    trading = Trader(box.base_url, "")
    trading.access = type(trading.access)(box.base_url, account.api_key, account.secret)
    return trading


def wallet(box: Box, account: testing.Account) -> str:
    told: Any = trader(box, account).signed("GET", "/fapi/v3/account")
    return str(told["totalWalletBalance"])


def test_an_account_trades_at_the_price_that_is_set() -> None:
    with venue() as box:
        account = box.account(USDT=10_000)
        assert wallet(box, account) == "10000.00000000"
        assert box.price("BTCUSDT", "50000")["mark"] == "50000"
        buy(trader(box, account))
        assert "is long 0.01 BTCUSDT from 500" in box.story(account.id, "BTCUSDT")
        assert repr(account) == "Account(1)"


def test_prices_move_apart_and_numbers_are_exact() -> None:
    with venue() as box:
        moved = box.price("BTCUSDT", mark=Decimal("50000.1"), last=50_010)
        assert box.price("BTCUSDT") == moved
        assert (moved["mark"], moved["last"]) == ("50000.1", "50010")
        poor = box.account("poor", USDT=1e-7)
        assert wallet(box, poor) == "0.00000010"


def test_time_is_moved_and_is_the_same_in_every_run() -> None:
    with venue() as box:
        assert box.clock.now == NEW_YEAR
        assert box.advance("8h") == box.clock.now == NEW_YEAR + 8 * HOUR
        assert box.clock.to("2026-01-02T00:00:00Z") == NEW_YEAR + 24 * HOUR
        assert box.clock.advance(1) == NEW_YEAR + 24 * HOUR + 1
        assert "funding of BTCUSDT is settled" in box.story(symbol="BTCUSDT")
        box.clock.run(1000)
        time.sleep(0.05)
        assert box.clock.stop() > NEW_YEAR + 24 * HOUR + 10


def test_a_reset_is_the_start_again() -> None:
    with venue(feed="synthetic", seed=7, start="2026-02-01") as box:
        was = box.background.call(lambda v: dump(v.state))
        ways = []
        for _ in range(2):
            account = box.account(USDT=100)
            box.advance("1m")
            ways.append(box.story(symbol="BTCUSDT"))
            box.reset()
            assert box.background.call(lambda v: dump(v.state)) == was
            assert box.story() == ""
            with pytest.raises(Exception, match=r"-2015"):
                wallet(box, account)
        assert ways[0] == ways[1] != ""


def test_a_snapshot_of_ones_own_and_a_fork() -> None:
    with venue() as box:
        account = box.account(USDT=100)
        box.snapshot("rich")
        buy(trader(box, account))
        spent = wallet(box, account)
        other = box.fork("rich")
        box.restore("rich")
        assert wallet(box, account) == "100.00000000" != spent
        buy(trader(box, account))
        with urllib.request.urlopen(f"{other}/box/v1/status") as answer:
            assert json.load(answer)["accounts"] == 1
        assert box.story(account.id).count("PlaceOrder") == 1


def test_what_the_venue_refuses_is_raised() -> None:
    with venue() as box:
        with pytest.raises(VenueRefused, match=r"UNKNOWN_SYMBOL: There is no symbol") as refused:
            box.price("DOGEBTC", "1")
        assert (refused.value.code, refused.value.status) == ("UNKNOWN_SYMBOL", 400)
        assert box.control("GET", "status")["failures"] == 0


def test_settings_are_those_of_the_process() -> None:
    assert settings_of().start == START
    assert settings_of(start="2026-03-01").start == "2026-03-01T00:00:00Z"
    assert settings_of(feed=["recorded:a", "b"]).start is None
    assert settings_of(feed="relay:ws://127.0.0.1:1").clock == "real"
    assert settings_of(clock="x60").clock == "x60"
    with pytest.raises(TypeError, match=r"no setting 'sead'"):
        venue(sead=7)


def test_a_venue_with_a_token_and_a_file(tmp_path: Path) -> None:
    data = str(tmp_path / "journal")
    for accounts in (0, 1):
        with venue(token="secret", data=data) as box:
            assert box.control("GET", "status")["accounts"] == accounts
            box.account(USDT=1)
            box.reset()
            assert box.control("GET", "status")["accounts"] == accounts
            box.account(USDT=1)
        assert '"stopped"' in box.log


def test_outside_of_its_with_it_is_not_there() -> None:
    box = venue()
    with pytest.raises(NotReady):
        box.account(USDT=1)
    with box:
        box.account(USDT=1)
    with pytest.raises(NotReady):
        box.reset()
    box.stop()


def test_it_serves_coroutines_too() -> None:
    async def scenario() -> str:
        async with venue() as box:
            account = box.account(USDT=5)
            return await asyncio.to_thread(wallet, box, account)

    assert asyncio.run(scenario()) == "5.00000000"


def test_many_resets_are_quick() -> None:
    with venue() as box:
        box.account(USDT=1)
        box.reset()
        begun = time.process_time()
        for _ in range(20):
            box.account(USDT=1)
            box.reset()
        assert (time.process_time() - begun) / 20 < 0.05
