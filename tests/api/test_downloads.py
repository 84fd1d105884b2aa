"""The past as a file: asked for, linked to, fetched from the venue itself, and gone in a day."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from perpbox.api import asynchronous
from perpbox.api.downloads import GOOD_FOR, MOST_BYTES, MOST_FILES, PATH, Downloads
from perpbox.api.limits import Limits
from perpbox.message import Pending, Request, Response
from tests.api.exchange import DAY, MINUTE, NOON, Exchange
from tests.api.fields import INCOME, ORDER_ASKED, USER_TRADE, names
from tests.api.trader import Trader, open_trader

KINDS: Final = ("order", "trade", "income")
FIELDS: Final = {"order": ORDER_ASKED, "trade": USER_TRADE, "income": INCOME}
SPAN: Final = {"startTime": NOON - DAY, "endTime": NOON + DAY}
HOST: Final = "127.0.0.1:8765"


def ask_for(trader: Trader, kind: str, **span: int) -> str:
    told = trader.get(f"/fapi/v1/{kind}/asyn", **(span or SPAN))
    assert list(told) == names("avgCostTimestampOfLast30d downloadId")
    assert told["avgCostTimestampOfLast30d"] == 0
    assert isinstance(told["downloadId"], str)
    return str(told["downloadId"])


def link(trader: Trader, kind: str, download_id: str) -> Any:
    request = trader.request("GET", f"/fapi/v1/{kind}/asyn/id", downloadId=download_id)
    answer = trader.exchange.answer(
        Request("GET", request.path, request.query, {**request.headers, "host": HOST})
    )
    assert answer.status == 200, answer.body
    return answer.json


def fetch(exchange: Exchange, url: str) -> Response:
    parts = urlsplit(url)
    answer = exchange.api.answer(Request("GET", parts.path, parts.query.encode()))
    return answer.finish() if isinstance(answer, Pending) else answer


def rows_of(response: Response) -> list[dict[str, str]]:
    assert (response.status, response.content_type) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(response.body)) as archive:
        [name] = archive.namelist()
        assert name.endswith(".csv")
        return list(csv.DictReader(io.StringIO(archive.read(name).decode())))


@pytest.fixture
def busy(alice: Trader) -> Trader:
    """Somebody with trades in two symbols, between each other in time, and an order."""
    alice.exchange.transfer(alice.account_id, "USDC", "5000")
    alice.market("BUY", "0.1")
    alice.market("SELL", "0.1", symbol="ETHUSDC")
    alice.market("SELL", "0.05")
    alice.limit("BUY", "0.1", "48000")
    return alice


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_made_linked_to_and_fetched(busy: Trader, kind: str) -> None:
    download_id = ask_for(busy, kind)
    told = link(busy, kind, download_id)
    assert list(told.items())[:2] == [("downloadId", download_id), ("status", "completed")]
    assert list(told) == names("downloadId status url notified expirationTimestamp isExpired")
    assert (told["notified"], told["isExpired"]) == (True, None)
    assert told["expirationTimestamp"] == NOON + GOOD_FOR
    assert told["url"].startswith(f"http://{HOST}{PATH}?file=")
    response = fetch(busy.exchange, told["url"])
    disposition = dict(response.headers)["Content-Disposition"]
    assert disposition == f'attachment; filename="{kind}_{download_id}.zip"'
    rows = rows_of(response)
    assert len(rows) >= 3
    assert list(rows[0]) == FIELDS[kind] == asynchronous.KINDS[kind][1].split()


def test_the_rows_are_those_of_the_endpoints(busy: Trader) -> None:
    told = {
        kind: rows_of(fetch(busy.exchange, link(busy, kind, ask_for(busy, kind))["url"]))
        for kind in KINDS
    }
    asked = {
        "order": busy.get("/fapi/v1/allOrders"),
        "trade": sorted(
            busy.get("/fapi/v1/userTrades", symbol="BTCUSDT")
            + busy.get("/fapi/v1/userTrades", symbol="ETHUSDC"),
            key=lambda row: row["id"],
        ),
        "income": busy.get("/fapi/v1/income"),
    }
    for kind in KINDS:
        assert told[kind] == [
            {n: str(v).lower() if isinstance(v, bool) else str(v) for n, v in row.items()}
            for row in asked[kind]
        ]


def test_only_the_span_is_in_it_and_nobody_elses_rows(busy: Trader, bob: Trader) -> None:
    after = {"startTime": NOON + 1, "endTime": NOON + 2}
    for trader, span in ((busy, after), (bob, SPAN)):
        [url] = [link(trader, "trade", ask_for(trader, "trade", **span))["url"]]
        response = fetch(trader.exchange, url)
        assert rows_of(response) == []
        with zipfile.ZipFile(io.BytesIO(response.body)) as archive:
            assert archive.read(archive.namelist()[0]).decode().split(",")[0] == "symbol"


def test_a_link_is_good_for_a_day(busy: Trader) -> None:
    download_id = ask_for(busy, "order")
    url = link(busy, "order", download_id)["url"]
    busy.exchange.pass_time(GOOD_FOR)
    assert fetch(busy.exchange, url).status == 200
    busy.exchange.pass_time(1)
    assert fetch(busy.exchange, url).status == 404
    told = link(busy, "order", download_id)
    assert (told["url"], told["isExpired"]) == ("", "true")


def test_a_client_that_names_no_host_gets_a_path(alice: Trader) -> None:
    told = alice.get("/fapi/v1/order/asyn/id", downloadId=ask_for(alice, "order"))
    assert told["url"].startswith(f"{PATH}?file=")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, -1102),
        ({"startTime": NOON}, -1102),
        ({"endTime": NOON}, -1102),
        ({"startTime": "then", "endTime": NOON}, -1102),
        ({"startTime": -1, "endTime": NOON}, -1130),
        ({"startTime": NOON + 1, "endTime": NOON}, -1023),
        ({"startTime": NOON - 365 * DAY - 1, "endTime": NOON}, -4165),
    ],
)
def test_what_no_file_is_made_of(
    alice: Trader, kind: str, params: dict[str, object], code: int
) -> None:
    assert alice.refused("GET", f"/fapi/v1/{kind}/asyn", **params) == code
    alice.get(f"/fapi/v1/{kind}/asyn", startTime=NOON - 365 * DAY, endTime=NOON)


def test_an_id_is_of_one_account_and_one_kind(alice: Trader, bob: Trader) -> None:
    download_id = ask_for(alice, "order")
    assert bob.refused("GET", "/fapi/v1/order/asyn/id", downloadId=download_id) == -1130
    assert alice.refused("GET", "/fapi/v1/trade/asyn/id", downloadId=download_id) == -1130
    assert alice.refused("GET", "/fapi/v1/order/asyn/id", downloadId="1") == -1130
    assert alice.refused("GET", "/fapi/v1/order/asyn/id") == -1102


def test_what_is_no_link(exchange: Exchange) -> None:
    assert exchange.ask("GET", PATH).refusal == (400, -1102)
    assert exchange.ask("GET", PATH, "file=none").refusal == (404, -1000)


@pytest.mark.parametrize(("kind", "files"), [("order", 10), ("trade", 5), ("income", 5)])
def test_an_account_may_ask_for_few_files_a_month(kind: str, files: int) -> None:
    trader = open_trader(Exchange(limits=Limits()))
    trader.exchange.pass_time(30 * DAY - NOON % (30 * DAY))
    for _ in range(files):
        ask_for(trader, kind)
        trader.exchange.pass_time(MINUTE)
    answer = trader.ask("GET", f"/fapi/v1/{kind}/asyn", **SPAN)
    assert answer.refusal == (429, -1015)
    assert answer.json["msg"].endswith(f"current limit is {files} orders per MONTH.")
    trader.exchange.pass_time(30 * DAY)
    ask_for(trader, kind)


def test_only_so_many_files_are_kept() -> None:
    many, large = Downloads(), Downloads()
    first = many.keep(1, "order", b"", NOON)
    for _ in range(MOST_FILES - 1):
        many.keep(1, "order", b"", NOON)
    assert many.find(1, "order", first.download_id) == first
    many.keep(1, "order", b"", NOON)
    assert many.find(1, "order", first.download_id) is None
    assert many.of_link(first.token, NOON) is None
    first = large.keep(1, "order", bytes(range(256)), NOON)
    assert large.find(1, "order", first.download_id) == first
    assert MOST_BYTES > 20_000 * 1000
