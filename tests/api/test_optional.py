"""Every optional parameter of every endpoint: what cannot be read is refused, nothing too."""

from __future__ import annotations

import re
from typing import Final

import pytest

from perpbox.api.routes import ROUTES
from tests.api.exchange import Exchange
from tests.api.test_mandatory import PAGES, whole
from tests.api.trader import open_trader

NEW_ORDER: Final = (
    "positionSide timeInForce quantity reduceOnly price newClientOrderId stopPrice closePosition"
    " activationPrice callbackRate workingType priceProtect newOrderRespType priceMatch"
    " selfTradePreventionMode goodTillDate"
)
NEW_ALGO_ORDER: Final = (
    "positionSide timeInForce quantity price triggerPrice workingType priceMatch closePosition"
    " priceProtect reduceOnly activatePrice callbackRate clientAlgoId selfTradePreventionMode"
    " goodTillDate"
)
OPTIONAL: Final = {
    "GET /fapi/v1/ticker/24hr": "symbol",
    "GET /fapi/v1/symbolAdlRisk": "symbol",
    "GET /futures/data/basis": "startTime endTime",
    "GET /fapi/v1/indexInfo": "symbol",
    "GET /fapi/v1/aggTrades": "fromId startTime endTime limit",
    "GET /fapi/v1/continuousKlines": "startTime endTime limit",
    "GET /fapi/v1/fundingRate": "symbol startTime endTime limit",
    "GET /fapi/v1/indexPriceKlines": "startTime endTime limit",
    "GET /fapi/v1/insuranceBalance": "symbol",
    "GET /fapi/v1/klines": "startTime endTime limit",
    "GET /futures/data/globalLongShortAccountRatio": "limit startTime endTime",
    "GET /fapi/v1/markPriceKlines": "startTime endTime limit",
    "GET /fapi/v1/premiumIndex": "symbol",
    "GET /fapi/v1/assetIndex": "symbol",
    "GET /fapi/v1/historicalTrades": "limit fromId",
    "GET /futures/data/openInterestHist": "limit startTime endTime",
    "GET /fapi/v1/rpiDepth": "limit",
    "GET /fapi/v1/depth": "limit",
    "GET /fapi/v1/premiumIndexKlines": "startTime endTime limit",
    "GET /fapi/v1/trades": "limit",
    "GET /fapi/v1/ticker/bookTicker": "symbol",
    "GET /fapi/v2/ticker/price": "symbol",
    "GET /fapi/v1/ticker/price": "symbol",
    "GET /futures/data/takerlongshortRatio": "limit startTime endTime",
    "GET /futures/data/topLongShortAccountRatio": "limit startTime endTime",
    "GET /futures/data/topLongShortPositionRatio": "limit startTime endTime",
    "GET /fapi/v1/userTrades": "orderId startTime endTime fromId limit",
    "GET /fapi/v1/allOrders": "orderId startTime endTime limit",
    "DELETE /fapi/v1/algoOrder": "algoId clientAlgoId",
    "DELETE /fapi/v1/order": "orderId origClientOrderId",
    "GET /fapi/v1/openAlgoOrders": "algoType symbol algoId",
    "GET /fapi/v1/openOrders": "symbol",
    "GET /fapi/v1/orderAmendment": "orderId origClientOrderId startTime endTime limit",
    "GET /fapi/v1/positionMargin/history": "type startTime endTime limit",
    "POST /fapi/v1/positionMargin": "positionSide",
    "PUT /fapi/v1/order": "orderId origClientOrderId priceMatch",
    "GET /fapi/v1/adlQuantile": "symbol",
    "GET /fapi/v2/positionRisk": "symbol",
    "GET /fapi/v3/positionRisk": "symbol",
    "GET /fapi/v1/algoOrder": "algoId clientAlgoId",
    "GET /fapi/v1/allAlgoOrders": "algoId startTime endTime page limit",
    "GET /fapi/v1/openOrder": "orderId origClientOrderId",
    "GET /fapi/v1/order": "orderId origClientOrderId",
    "GET /fapi/v1/forceOrders": "symbol autoCloseType startTime endTime limit",
    "GET /fapi/v1/apiTradingStatus": "symbol",
    "GET /fapi/v1/income": "symbol incomeType startTime endTime page limit",
    "GET /fapi/v1/leverageBracket": "symbol",
    "GET /fapi/v1/symbolConfig": "symbol",
    "POST /fapi/v1/order": NEW_ORDER,
    "POST /fapi/v1/order/test": NEW_ORDER,
    "POST /fapi/v1/algoOrder": NEW_ALGO_ORDER,
}
ELSEWHERE: Final = {"POST /fapi/v1/order"}
"""Not on the pages of the groups, and the same as the test order's."""

WRONG: Final = {
    "symbol": {-1121},
    "positionSide": {-4060},
    "timeInForce": {-1115},
    "quantity": {-1102},
    "price": {-1102, -1106},
    "triggerPrice": {-1102},
    "workingType": {-4031},
    "priceMatch": {-5037, -1102},
    "newOrderRespType": {-1136},
    "selfTradePreventionMode": {-5039},
    "newClientOrderId": {-4015},
    "clientAlgoId": {-4015, -2011, -2013},
    "origClientOrderId": {-2011, -2013},
    # These do not go with the type of order that is sent here.
    "stopPrice": {-1106},
    "activationPrice": {-1106},
    "activatePrice": {-1106},
    "callbackRate": {-1106},
    "goodTillDate": {-1106},
}
"""What "?" is refused with, -1130 where nothing is said."""
FREE: Final = {"incomeType"}
"""[dec] What is no type of income has none."""
CASES: Final = [(endpoint, name) for endpoint, names in OPTIONAL.items() for name in names.split()]


def code(exchange: Exchange, endpoint: str, name: str, value: str) -> int:
    method, path = endpoint.split()
    params = whole(endpoint)
    if name.startswith(("orig", "clientAlgo")):
        params = {each: sent for each, sent in params.items() if each not in {"orderId", "algoId"}}
    answer = open_trader(exchange).ask(method, path, **{**params, name: value})
    return 0 if answer.status == 200 else answer.code


@pytest.mark.parametrize(("endpoint", "name"), CASES)
def test_what_cannot_be_read_is_refused(endpoint: str, name: str, exchange: Exchange) -> None:
    refused = code(exchange, endpoint, name, "?")
    assert refused in WRONG.get(name, {0} if name in FREE else {-1130})


@pytest.mark.parametrize(("endpoint", "name"), CASES)
def test_what_is_empty_is_refused(endpoint: str, name: str, exchange: Exchange) -> None:
    """As empty, unless it is mandatory for the type, or does not go with it."""
    assert code(exchange, endpoint, name, "") in {-1105, -1102, -1106, -1130}


def documented() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name in ("market-data-rest-api.md", "trade-rest-api.md", "account-rest-api.md"):
        for page in re.split(r"\n# ", (PAGES / name).read_text(encoding="utf-8")):
            request = re.search(r"(GET|POST|PUT|DELETE) `?(/[\w/]+)`?", page)
            asked = page.partition("## Response")[0]
            rows = set(re.findall(r"\n(\w+) ?\| ?[A-Z<>a-z]+ ?\| ?NO", asked)) - {"recvWindow"}
            if request and rows:
                found.setdefault(f"{request[1]} {request[2]}", rows)
    return found


def test_the_optional_parameters_are_those_of_the_pages() -> None:
    if not PAGES.exists():
        pytest.skip(f"the pages are not here: {PAGES}")
    served = {f"{route.method} {route.path}" for route in ROUTES}
    pages = {
        endpoint: names
        for endpoint, names in documented().items()
        if endpoint in served and "batchOrders" not in endpoint
    }
    mine = {endpoint: set(names.split()) for endpoint, names in OPTIONAL.items()}
    assert {endpoint: names for endpoint, names in mine.items() if endpoint in pages} == pages
    assert set(mine) - set(pages) == ELSEWHERE
