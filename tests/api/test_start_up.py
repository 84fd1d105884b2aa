"""What clients ask other parts of Binance when they start: answered, so that no call leaves."""

from __future__ import annotations

from typing import Final

import pytest

from perpbox.api import start_up
from perpbox.api.limits import Limits
from perpbox.api.routes import ROUTES
from tests.api.exchange import CATALOGUE, NOON, Exchange
from tests.api.fields import names
from tests.api.trader import Trader

PERMISSIONS: Final = "/sapi/v1/account/apiRestrictions"


@pytest.mark.parametrize("part", ["/api/v3", "/dapi/v1"])
def test_the_other_markets_are_there_without_symbols(exchange: Exchange, part: str) -> None:
    assert exchange.get(f"{part}/ping") == {}
    assert exchange.get(f"{part}/time") == {"serverTime": NOON}
    info = exchange.get(f"{part}/exchangeInfo")
    assert (info["timezone"], info["serverTime"], info["symbols"]) == ("UTC", NOON, [])
    assert info["rateLimits"] == exchange.get("/fapi/v1/exchangeInfo")["rateLimits"]


def test_spot_tells_its_weight_without_an_interval_too() -> None:
    """UNICORN's managers read it there, and break when it is missing."""
    exchange = Exchange(limits=Limits())
    for path in ("/api/v3/ping", "/api/v3/time"):
        headers = exchange.ask("GET", path).headers
        assert headers["X-MBX-USED-WEIGHT"] == headers["X-MBX-USED-WEIGHT-1M"] != "0"
    assert "X-MBX-USED-WEIGHT" not in exchange.ask("GET", "/fapi/v1/ping").headers


def test_spot_has_no_margin_pairs(alice: Trader) -> None:
    assert alice.get("/sapi/v1/margin/allPairs") == []
    assert alice.get("/sapi/v1/margin/isolated/allPairs") == []
    assert alice.exchange.ask("GET", "/sapi/v1/margin/allPairs").refusal == (401, -2014)


def test_the_coins_are_the_margin_assets(alice: Trader) -> None:
    rows = alice.get("/sapi/v1/capital/config/getall")
    assert [row["coin"] for row in rows] == list(CATALOGUE.assets)
    for row in rows:
        assert list(row) == names(
            "coin depositAllEnable free freeze ipoable ipoing isLegalMoney locked name"
            " networkList storage trading withdrawAllEnable withdrawing"
        )
        assert (row["free"], row["locked"], row["networkList"]) == ("0", "0", [])


def test_a_key_is_told_what_it_may_do(alice: Trader) -> None:
    told = alice.get(PERMISSIONS)
    assert (told["createTime"], told["ipRestrict"]) == (NOON, False)
    assert (told["enableReading"], told["enableFutures"]) == (True, True)
    others = {name for name in told if name not in ("createTime", "enableReading", "enableFutures")}
    assert not any(told[name] for name in others)
    keys = alice.exchange.keys
    reader = keys.create(
        alice.account_id, NOON, permissions=("read",), ip_allow_list=("127.0.0.1",)
    )
    told = Trader(alice.exchange, reader).get(PERMISSIONS)
    assert (told["ipRestrict"], told["enableFutures"]) == (True, False)


def test_each_of_them_is_an_endpoint() -> None:
    served = {route.path for route in ROUTES if route.handler.__module__ == start_up.__name__}
    assert len(served) == 6
