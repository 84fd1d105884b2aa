"""Limits, their defaults and maxima, and spans of time: of every endpoint that has them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from perpbox.api.params import Params
from perpbox.api.routes import ROUTES
from tests.api.exchange import DAY, HOUR, NOON
from tests.api.trader import Trader

PAGES: Final = Path(__file__).parents[3] / "shared" / "spec" / "pages"
BTC: Final = {"symbol": "BTCUSDT"}
PAIR: Final = {"pair": "BTCUSDT"}
CANDLES: Final = {**BTC, "interval": "1m"}
STATISTICS: Final = {**BTC, "period": "5m"}
PERPETUAL: Final = {"contractType": "PERPETUAL"}


class Asked(NamedTuple):
    """An endpoint that tells a list: what it must be asked, and how many rows it tells."""

    path: str
    params: dict[str, str]
    default: int
    most: int
    timed: bool = True
    """Whether it has startTime and endTime."""


LISTS: Final = (
    Asked("/fapi/v1/klines", CANDLES, 500, 1500),
    Asked("/fapi/v1/continuousKlines", {**PAIR, **PERPETUAL, "interval": "1m"}, 500, 1500),
    Asked("/fapi/v1/indexPriceKlines", {**PAIR, "interval": "1m"}, 500, 1500),
    Asked("/fapi/v1/markPriceKlines", CANDLES, 500, 1500),
    Asked("/fapi/v1/premiumIndexKlines", CANDLES, 500, 1500),
    Asked("/fapi/v1/trades", BTC, 500, 1000, timed=False),
    Asked("/fapi/v1/historicalTrades", BTC, 100, 500, timed=False),
    Asked("/fapi/v1/aggTrades", BTC, 500, 1000),
    Asked("/fapi/v1/fundingRate", {"startTime": "1"}, 100, 1000, timed=False),
    Asked("/futures/data/openInterestHist", STATISTICS, 30, 500),
    Asked("/futures/data/topLongShortAccountRatio", STATISTICS, 30, 500),
    Asked("/futures/data/topLongShortPositionRatio", STATISTICS, 30, 500),
    Asked("/futures/data/globalLongShortAccountRatio", STATISTICS, 30, 500),
    Asked("/futures/data/takerlongshortRatio", STATISTICS, 30, 500),
    Asked("/futures/data/basis", {**PAIR, **PERPETUAL, "period": "5m"}, 30, 500),
    Asked("/fapi/v1/userTrades", BTC, 500, 1000),
    Asked("/fapi/v1/allOrders", BTC, 500, 1000),
    Asked("/fapi/v1/allAlgoOrders", BTC, 500, 1000),
    Asked("/fapi/v1/orderAmendment", {**BTC, "origClientOrderId": "mine"}, 50, 100),
    Asked("/fapi/v1/positionMargin/history", BTC, 500, 1000),
    Asked("/fapi/v1/forceOrders", {}, 50, 100),
    Asked("/fapi/v1/income", {}, 100, 1000),
)
OF_LEVELS: Final = {"/fapi/v1/depth", "/fapi/v1/rpiDepth"}
"""Their limit is one of a few numbers."""
NO_MOST: Final = {"/fapi/v1/positionMargin/history"}
"""Its page has a default and no maximum."""


@pytest.fixture
def trader(alice: Trader) -> Trader:
    alice.limit("BUY", "0.1", "48000", newClientOrderId="mine")
    return alice


def code(trader: Trader, path: str, params: dict[str, str], **more: object) -> int:
    """Of a refusal; 0 if there was none."""
    answer = trader.ask("GET", path, **{**params, **more})
    return 0 if answer.status == 200 else answer.code


def title(asked: Asked) -> str:
    return asked.path


@pytest.mark.parametrize("asked", LISTS, ids=title)
def test_so_many_rows_are_told(
    trader: Trader, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    read = Params.limit

    def noting(params: Params, default: int, most: int) -> int:
        told.append(read(params, default, most))
        return told[-1]

    monkeypatch.setattr(Params, "limit", noting)
    for sent in (None, "1", str(asked.most), str(asked.most + 1)):
        assert code(trader, asked.path, asked.params, limit=sent) == 0
    assert told == [asked.default, 1, asked.most, asked.most]


@pytest.mark.parametrize("asked", LISTS, ids=title)
def test_a_limit_is_a_number_above_zero(trader: Trader, asked: Asked) -> None:
    sent = {"0": -1130, "-1": -1130, "many": -1130, "1.5": -1130, "": -1105, "9" * 20: -1130}
    assert {each: code(trader, asked.path, asked.params, limit=each) for each in sent} == sent


@pytest.mark.parametrize("asked", [each for each in LISTS if each.timed], ids=title)
@pytest.mark.parametrize(
    ("start", "end", "refusal"),
    [
        (NOON - HOUR, NOON, 0),
        (NOON - HOUR, None, 0),
        (None, NOON, 0),
        (NOON, NOON, 0),
        (NOON, NOON - 1, -1023),
        ("noon", None, -1130),
        (None, "noon", -1130),
        (-1, None, -1130),
        ("", None, -1105),
        (None, "", -1105),
    ],
)
def test_a_span_of_time_is_well_formed(
    trader: Trader, asked: Asked, start: object, end: object, refusal: int
) -> None:
    assert code(trader, asked.path, asked.params, startTime=start, endTime=end) == refusal


@pytest.mark.parametrize(
    ("path", "longest", "refusal"),
    [
        ("/fapi/v1/aggTrades", HOUR, -1127),
        ("/fapi/v1/userTrades", 7 * DAY, -4165),
        ("/fapi/v1/allOrders", 7 * DAY, -4165),
        ("/fapi/v1/allAlgoOrders", 7 * DAY, -4165),
        ("/fapi/v1/forceOrders", 7 * DAY, -4165),
        ("/fapi/v1/positionMargin/history", 30 * DAY, -4165),
        ("/fapi/v1/order/asyn", 365 * DAY, -4165),
        ("/fapi/v1/trade/asyn", 365 * DAY, -4165),
        ("/fapi/v1/income/asyn", 365 * DAY, -4165),
    ],
)
def test_a_span_is_not_too_long(trader: Trader, path: str, longest: int, refusal: int) -> None:
    span = {"startTime": NOON - longest, "endTime": NOON}
    assert code(trader, path, BTC, **span) == 0
    assert code(trader, path, BTC, **{**span, "startTime": NOON - longest - 1}) == refusal


@pytest.mark.parametrize("path", [each.path for each in LISTS if "/data/" in each.path])
def test_statistics_begin_at_most_thirty_days_ago(trader: Trader, path: str) -> None:
    [asked] = [each for each in LISTS if each.path == path]
    assert code(trader, path, asked.params, startTime=NOON - 30 * DAY) == 0
    assert code(trader, path, asked.params, startTime=NOON - 30 * DAY - 1) == -1130


@pytest.mark.parametrize("name", ["order", "trade", "income"])
def test_a_file_is_of_a_span_that_is_sent_whole(trader: Trader, name: str) -> None:
    path = f"/fapi/v1/{name}/asyn"
    assert code(trader, path, {}) == -1102
    assert code(trader, path, {"startTime": str(NOON)}) == -1102
    assert code(trader, path, {"startTime": "noon", "endTime": str(NOON)}) == -1102
    assert code(trader, path, {"startTime": str(NOON), "endTime": str(NOON - 1)}) == -1023


def test_levels_of_a_book(trader: Trader) -> None:
    good = {"5", "10", "20", "50", "100", "500", "1000"}
    for limit in (*good, "0", "7", "-5", "1001"):
        assert code(trader, "/fapi/v1/depth", BTC, limit=limit) == (0 if limit in good else -4021)
        refusal = 0 if limit == "1000" else -4021
        assert code(trader, "/fapi/v1/rpiDepth", BTC, limit=limit) == refusal
    assert code(trader, "/fapi/v1/depth", BTC, limit="many") == -1130


def test_pages_begin_at_one(trader: Trader) -> None:
    pages: dict[str, dict[str, str]] = {"/fapi/v1/income": {}, "/fapi/v1/allAlgoOrders": BTC}
    for path, params in pages.items():
        told = {page: code(trader, path, params, page=page) for page in ("1", "2", "0", "", "x")}
        assert told == {"1": 0, "2": 0, "0": -1130, "": -1105, "x": -1130}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/fapi/v1/historicalTrades", "fromId"),
        ("/fapi/v1/aggTrades", "fromId"),
        ("/fapi/v1/userTrades", "fromId"),
        ("/fapi/v1/userTrades", "orderId"),
        ("/fapi/v1/allOrders", "orderId"),
        ("/fapi/v1/allAlgoOrders", "algoId"),
        ("/fapi/v1/openAlgoOrders", "algoId"),
    ],
)
def test_a_page_begins_at_a_number(trader: Trader, path: str, name: str) -> None:
    sent = {"1": 0, "x": -1130, "1.5": -1130, "": -1105, "9" * 20: -1130}
    assert {each: code(trader, path, BTC, **{name: each}) for each in sent} == sent


def documented() -> dict[str, tuple[int, int]]:
    """By path: default and maximum of `limit`, of the pages that are here; 0 where none is said."""
    found: dict[str, tuple[int, int]] = {}
    for name in ("market-data-rest-api.md", "trade-rest-api.md", "account-rest-api.md"):
        for page in re.split(r"\n# ", (PAGES / name).read_text(encoding="utf-8")):
            request = re.search(r"GET `?(/[\w/]+)`?", page)
            limit = re.search(r"\nlimit\|[^|]+\|[^|]+\|(.*)", page)
            if request and limit and request[1] not in found:
                numbers = [int(number) for number in re.findall(r"\d+", limit[1])]
                found[request[1]] = (numbers[0], numbers[1] if len(numbers) > 1 else 0)
    return found


def test_the_limits_are_those_of_the_pages() -> None:
    if not PAGES.exists():
        pytest.skip(f"the pages are not here: {PAGES}")
    served = {route.path for route in ROUTES}
    pages = {path: limit for path, limit in documented().items() if path in served - OF_LEVELS}
    mine = {each.path: (each.default, 0 if each.path in NO_MOST else each.most) for each in LISTS}
    assert len(pages) > 15
    assert mine == pages
