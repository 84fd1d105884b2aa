"""Every mandatory parameter of every endpoint: without it, or left empty, -1102 names it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from perpbox.api.routes import ROUTES
from perpbox.api.ws_api.methods import METHODS, Method
from tests.api.exchange import NOON, Exchange
from tests.api.trader import open_trader
from tests.api.ws_client import Client

PAGES: Final = Path(__file__).parents[3] / "shared" / "spec" / "pages"

MANDATORY: Final = {
    "GET /fapi/v1/depth": "symbol",
    "GET /fapi/v1/rpiDepth": "symbol",
    "GET /fapi/v1/trades": "symbol",
    "GET /fapi/v1/historicalTrades": "symbol",
    "GET /fapi/v1/aggTrades": "symbol",
    "GET /fapi/v1/klines": "symbol interval",
    "GET /fapi/v1/continuousKlines": "pair contractType interval",
    "GET /fapi/v1/indexPriceKlines": "pair interval",
    "GET /fapi/v1/markPriceKlines": "symbol interval",
    "GET /fapi/v1/premiumIndexKlines": "symbol interval",
    "GET /fapi/v1/constituents": "symbol",
    "GET /fapi/v1/openInterest": "symbol",
    "GET /futures/data/openInterestHist": "symbol period",
    "GET /futures/data/topLongShortAccountRatio": "symbol period",
    "GET /futures/data/topLongShortPositionRatio": "symbol period",
    "GET /futures/data/globalLongShortAccountRatio": "symbol period",
    "GET /futures/data/takerlongshortRatio": "symbol period",
    "GET /futures/data/basis": "pair contractType period",
    "GET /fapi/v1/commissionRate": "symbol",
    "GET /fapi/v1/order": "symbol",
    "GET /fapi/v1/openOrder": "symbol",
    "GET /fapi/v1/userTrades": "symbol",
    "GET /fapi/v1/orderAmendment": "symbol",
    "GET /fapi/v1/positionMargin/history": "symbol",
    "GET /fapi/v1/allAlgoOrders": "symbol",
    "GET /fapi/v1/order/asyn": "startTime endTime",
    "GET /fapi/v1/trade/asyn": "startTime endTime",
    "GET /fapi/v1/income/asyn": "startTime endTime",
    "GET /fapi/v1/order/asyn/id": "downloadId",
    "GET /fapi/v1/trade/asyn/id": "downloadId",
    "GET /fapi/v1/income/asyn/id": "downloadId",
    "POST /fapi/v1/positionSide/dual": "dualSidePosition",
    "POST /fapi/v1/multiAssetsMargin": "multiAssetsMargin",
    "POST /fapi/v1/feeBurn": "feeBurn",
    "POST /fapi/v1/leverage": "symbol leverage",
    "POST /fapi/v1/marginType": "symbol marginType",
    "POST /fapi/v1/positionMargin": "symbol amount type",
    "POST /fapi/v1/convert/getQuote": "fromAsset toAsset",
    "POST /fapi/v1/convert/acceptQuote": "quoteId",
    "POST /fapi/v1/order": "symbol side type quantity price timeInForce",
    "POST /fapi/v1/order/test": "symbol side type quantity price timeInForce",
    "PUT /fapi/v1/order": "symbol side quantity price",
    "DELETE /fapi/v1/order": "symbol",
    "POST /fapi/v1/batchOrders": "batchOrders",
    "PUT /fapi/v1/batchOrders": "batchOrders",
    "DELETE /fapi/v1/batchOrders": "symbol",
    "DELETE /fapi/v1/allOpenOrders": "symbol",
    "POST /fapi/v1/countdownCancelAll": "symbol countdownTime",
    "POST /fapi/v1/algoOrder": "algoType symbol side type quantity triggerPrice",
    "DELETE /fapi/v1/algoOpenOrders": "symbol",
}
ONE_OF: Final = {
    "GET /fapi/v1/order": "orderId origClientOrderId",
    "GET /fapi/v1/openOrder": "orderId origClientOrderId",
    "GET /fapi/v1/orderAmendment": "orderId origClientOrderId",
    "PUT /fapi/v1/order": "orderId origClientOrderId",
    "DELETE /fapi/v1/order": "orderId origClientOrderId",
    "DELETE /fapi/v1/batchOrders": "orderIdList origClientOrderIdList",
    "GET /fapi/v1/algoOrder": "algoId clientAlgoId",
    "DELETE /fapi/v1/algoOrder": "algoId clientAlgoId",
    "POST /fapi/v1/convert/getQuote": "fromAmount toAmount",
    "GET /fapi/v1/convert/orderStatus": "orderId quoteId",
}
"""Of which one has to be sent."""
OF_THE_TYPE: Final = {"quantity", "price", "timeInForce", "triggerPrice"}
"""Mandatory by the type of an order: those of LIMIT, and of STOP_MARKET."""
SENT: Final = {
    "symbol": "BTCUSDT",
    "pair": "BTCUSDT",
    "contractType": "PERPETUAL",
    "interval": "1m",
    "period": "5m",
    "startTime": str(NOON - 1),
    "endTime": str(NOON),
    "downloadId": "1",
    "dualSidePosition": "true",
    "multiAssetsMargin": "true",
    "feeBurn": "true",
    "leverage": "20",
    "marginType": "ISOLATED",
    "amount": "1",
    "fromAsset": "USDT",
    "toAsset": "BTC",
    "quoteId": "1",
    "side": "BUY",
    "quantity": "0.1",
    "price": "49000",
    "timeInForce": "GTC",
    "batchOrders": "[{}]",
    "countdownTime": "0",
    "algoType": "CONDITIONAL",
    "triggerPrice": "51000",
    "orderId": "1",
    "algoId": "1",
    "orderIdList": "[1]",
    "fromAmount": "100",
}
TYPES: Final = {"POST /fapi/v1/positionMargin": "1", "POST /fapi/v1/algoOrder": "STOP_MARKET"}


def whole(endpoint: str) -> dict[str, str]:
    """A request in which nothing is missing."""
    names = MANDATORY.get(endpoint, "").split() + ONE_OF.get(endpoint, "").split()[:1]
    sent = {"type": TYPES.get(endpoint, "LIMIT"), **SENT}
    return {name: sent[name] for name in names}


def message(endpoint: str, params: dict[str, str], exchange: Exchange) -> str:
    """What -1102 says; empty if it is not told."""
    method, path = endpoint.split()
    trader = open_trader(exchange)
    answer = trader.ask(method, path, **params)
    return answer.json["msg"] if answer.status == 400 and answer.code == -1102 else ""


@pytest.mark.parametrize("endpoint", MANDATORY)
def test_what_is_missing_is_named(endpoint: str, exchange: Exchange) -> None:
    params = whole(endpoint)
    assert not message(endpoint, params, exchange)
    for name in MANDATORY[endpoint].split():
        told = f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
        left = {each: value for each, value in params.items() if each != name}
        assert message(endpoint, left, exchange) == told
        assert message(endpoint, params | {name: ""}, exchange) == told


@pytest.mark.parametrize("endpoint", ONE_OF)
def test_one_of_two_has_to_be_sent(endpoint: str, exchange: Exchange) -> None:
    first, second = ONE_OF[endpoint].split()
    left = {name: value for name, value in whole(endpoint).items() if name != first}
    told = message(endpoint, left, exchange)
    assert re.fullmatch(r"Param '\w+' or '\w+' must be sent, but both were empty/null!", told)
    assert {first, second} == set(re.findall("'(.+?)'", told))


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_the_websocket_api_names_the_same(method: Method, exchange: Exchange) -> None:
    name, endpoint = method.name, method.endpoint
    client = Client(open_trader(exchange))
    params = whole(endpoint)
    for missing in MANDATORY.get(endpoint, "").split():
        left = {each: value for each, value in params.items() if each != missing}
        error = client.ask(name, **left)["error"]
        assert (error["code"], f"'{missing}'" in error["msg"]) == (-1102, True)


def documented() -> dict[str, set[str]]:
    """By endpoint, of the pages that are here: what is mandatory, time and signature left out."""
    found: dict[str, set[str]] = {}
    for name in ("market-data-rest-api.md", "trade-rest-api.md", "account-rest-api.md"):
        for page in re.split(r"\n# ", (PAGES / name).read_text(encoding="utf-8")):
            request = re.search(r"(GET|POST|PUT|DELETE) `?(/[\w/]+)`?", page)
            rows = re.findall(
                r"\n(\w+) ?\| ?[A-Z<>a-z]+ ?\| ?YES", page.partition("## Response")[0]
            )
            if request and f"{request[1]} {request[2]}" not in found:
                found[f"{request[1]} {request[2]}"] = set(rows) - {"timestamp", "recvWindow"}
    return found


def test_the_mandatory_parameters_are_those_of_the_pages() -> None:
    if not PAGES.exists():
        pytest.skip(f"the pages are not here: {PAGES}")
    served = {f"{route.method} {route.path}" for route in ROUTES}
    wrong = {}
    for endpoint, rows in documented().items():
        mine = set(MANDATORY.get(endpoint, "").split())
        # The rows of one order stand on the pages of batches too.
        names = {"batchOrders"} if "batchOrders" in rows else rows
        if endpoint in served and mine - OF_THE_TYPE != names - OF_THE_TYPE:
            wrong[endpoint] = names ^ mine
    assert wrong == {
        # [dec] Its `limit` has a default; and since 2026-08-25 all orders need no symbol.
        "GET /futures/data/basis": {"limit"},
        "GET /fapi/v1/allOrders": {"symbol"},
    }
