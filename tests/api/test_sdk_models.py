"""The official SDK's response models read every answer, strictly, and nothing of it is lost.

Where model and answer differ it is listed here, with what decided in favour of the answer: a file
of the facts beside the project that shows the field, or the decision to tell it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from perpbox.api.routes import ROUTES
from perpbox.api.ws_api.methods import METHODS
from tests.api import sdk_models
from tests.api.fields import names
from tests.api.rich_day import Answers, rest_answers, ws_answers
from tests.api.sdk_models import Reading

PROJECT: Final = Path(__file__).parents[2]
SHARED: Final = PROJECT.parent / "shared"
ENDPOINTS: Final = [f"{route.method} {route.path}" for route in ROUTES]
NOT_SERVED: Final = {"GET /futures/data/delivery-price"}

V1: Final = "ended in 2023, and no model is left"
ELSEWHERE: Final = "of another product, which has an SDK of its own"
NO_MODEL: Final = {
    "GET /fapi/v1/ping": "the SDK reads no body",
    "DELETE /fapi/v1/listenKey": "the SDK reads no body",
    "GET /fapi/v1/account": V1,
    "GET /fapi/v1/balance": V1,
    "GET /fapi/v1/positionRisk": V1,
    "GET /download/futures": "a file, whose address is the venue's own",
    "GET /api/v3/ping": ELSEWHERE,
    "GET /api/v3/time": ELSEWHERE,
    "GET /api/v3/exchangeInfo": ELSEWHERE,
    "GET /dapi/v1/ping": ELSEWHERE,
    "GET /dapi/v1/time": ELSEWHERE,
    "GET /dapi/v1/exchangeInfo": ELSEWHERE,
    "GET /sapi/v1/margin/allPairs": ELSEWHERE,
    "GET /sapi/v1/margin/isolated/allPairs": ELSEWHERE,
    "GET /sapi/v1/capital/config/getall": ELSEWHERE,
    "GET /sapi/v1/account/apiRestrictions": ELSEWHERE,
}
NO_ANSWER: Final = {"GET /fapi/v1/pmAccountInfo": "no account is one of portfolio margin: -2015"}
NO_ROWS: Final = {"GET /fapi/v1/indexInfo": "no symbol is a composite index"}
ROWS_AS_THEY_ARE: Final = {
    f"GET /fapi/v1/{name}"
    for name in names("klines continuousKlines indexPriceKlines markPriceKlines premiumIndexKlines")
}
"""Lists of lists, which the SDK hands on without a look at its model, a class without fields."""

PLACED: Final = "recorded/roq_ws_order_place.json"
AMENDED: Final = "recorded/roq_ws_order_modify.json"
CANCELED: Final = "recorded/roq_ws_order_cancel.json"
ACCOUNT: Final = "recorded/roq_ws_account_status_single_20251125.json"
RISK: Final = "recorded/positionRisk_v2_isolated_btc_20240720.json"
INFO: Final = "recorded/roq_exchangeInfo_usdm_trunc.json"
SYMBOLS: Final = "data/exchangeInfo_testnet_20251224.json"
TRADE_PAGE: Final = "spec/pages/trade-rest-api.md"
BOOK_PAGE: Final = "spec/pages/market-data.md"
REQUIREMENT: Final = "spec/account-information-v3.txt"
DECIDED: Final = "docs/decisions.md"

UNKNOWN: Final = {
    "POST /fapi/v1/order": {"avgPrice": PLACED, "cumQuote": PLACED},
    "PUT /fapi/v1/order": {"avgPrice": AMENDED, "cumQuote": AMENDED},
    "DELETE /fapi/v1/order": {"avgPrice": CANCELED, "cumQuote": CANCELED},
    "POST /fapi/v1/batchOrders": {"avgPrice": PLACED, "cumQuote": PLACED},
    "PUT /fapi/v1/batchOrders": {"avgPrice": AMENDED, "cumQuote": AMENDED},
    "DELETE /fapi/v1/batchOrders": {"avgPrice": CANCELED, "cumQuote": CANCELED},
    "GET /fapi/v1/algoOrder": {
        **dict.fromkeys(names("tpTriggerPrice tpPrice slTriggerPrice slPrice"), TRADE_PAGE),
        **dict.fromkeys(names("activatePrice callbackRate"), DECIDED),
    },
    "GET /fapi/v1/openAlgoOrders": dict.fromkeys(names("activatePrice callbackRate"), DECIDED),
    "GET /fapi/v1/allAlgoOrders": dict.fromkeys(
        names("activatePrice callbackRate rejectReason"), DECIDED
    ),
    "GET /fapi/v1/exchangeInfo": {"futuresType": INFO, "symbols.maxMoveOrderLimit": SYMBOLS},
    "GET /fapi/v3/account": {"assets.marginAvailable": REQUIREMENT},
    "GET /fapi/v2/account": {
        f"positions.{name}": ACCOUNT for name in names("breakEvenPrice notional isolatedWallet")
    },
    "GET /fapi/v2/positionRisk": {"isolated": RISK, "adlQuantile": RISK},
    "depth": {"result.bids": BOOK_PAGE, "result.asks": BOOK_PAGE},
    "order.place": {"result.avgPrice": PLACED, "result.cumQuote": PLACED},
    "order.modify": {"result.avgPrice": AMENDED, "result.cumQuote": AMENDED},
    "order.cancel": {"result.avgPrice": CANCELED, "result.cumQuote": CANCELED},
    "order.status": {"rateLimits": PLACED},
    "algoOrder.place": {"result.activatePrice": DECIDED, "result.callbackRate": DECIDED},
    "account.status": {
        "result.feeBurn": ACCOUNT,
        "result.positions.notional": ACCOUNT,
        "result.positions.isolatedWallet": ACCOUNT,
    },
    "account.position": {"result.isolated": RISK, "result.adlQuantile": RISK},
}
"""By endpoint or method, what is told and the model does not know, and what shows it."""

OLD_TRAILING: Final = dict.fromkeys(
    names("activatePrice priceRate"), "of a trailing order, which is an algo order since 2025-12"
)
COIN: Final = "of a coin-margined contract"
NO_PAIR: Final = "not in what was recorded in 2025-12"
SDK_ALONE: Final = "in no page but the SDK's, as docs/decisions.md says"
NEVER: Final = {
    "POST /fapi/v1/order/test": OLD_TRAILING,
    "DELETE /fapi/v1/order": OLD_TRAILING,
    "DELETE /fapi/v1/batchOrders": OLD_TRAILING,
    "GET /fapi/v1/order": OLD_TRAILING,
    "GET /fapi/v1/openOrder": OLD_TRAILING,
    "GET /fapi/v1/openOrders": OLD_TRAILING,
    "GET /fapi/v1/allOrders": {**OLD_TRAILING, "pair": COIN, "cumBase": COIN},
    "PUT /fapi/v1/order": {"pair": NO_PAIR},
    "PUT /fapi/v1/batchOrders": {"pair": NO_PAIR},
    "GET /fapi/v1/userTrades": {
        "pair": COIN,
        "baseQty": COIN,
        "marginAsset": "gone in what was recorded in 2025-06",
    },
    "GET /fapi/v1/forceOrders": {"pair": COIN, "cumBase": COIN},
    "GET /fapi/v1/algoOrder": {"actualType": SDK_ALONE, "actualQty": SDK_ALONE},
    "GET /fapi/v1/aggTrades": {"nq": SDK_ALONE},
    "GET /fapi/v1/tradingSchedule": {
        f"marketSchedules.{market}": SDK_ALONE
        for market in names("CN_EQUITY FX HK_EQUITY KR_EQUITY")
    },
    "GET /fapi/v1/leverageBracket": {"notionalCoef": "of an account with brackets of its own"},
    "GET /fapi/v1/apiTradingStatus": {
        f"indicators.{name}": "of an account that has broken a rule"
        for name in names("ACCOUNT BTCUSDT ETHUSDT")
    },
    "depth": {"bids": "the model has them beside the result", "asks": "likewise"},
    "order.status": {f"result.{name}": why for name, why in OLD_TRAILING.items()},
    "order.cancel": {f"result.{name}": why for name, why in OLD_TRAILING.items()},
}
"""By endpoint or method, what the model knows and no answer of that day tells, and why."""

OF_ITSELF: Final = frozenset({""})
OF_RESULT: Final = frozenset({"result"})
OTHER_ORDER: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(
        (
            "POST /fapi/v1/order",
            "DELETE /fapi/v1/order",
            "POST /fapi/v1/order/test",
            "POST /fapi/v1/batchOrders",
            "DELETE /fapi/v1/batchOrders",
            "GET /fapi/v1/order",
            "GET /fapi/v1/openOrder",
            "GET /fapi/v1/openOrders",
            "GET /fapi/v1/allOrders",
            "GET /fapi/v1/userTrades",
            "GET /fapi/v2/positionRisk",
            "POST /fapi/v1/leverage",
            "GET /fapi/v1/income",
            "GET /fapi/v1/fundingRate",
            "GET /futures/data/globalLongShortAccountRatio",
            "GET /futures/data/topLongShortAccountRatio",
            "GET /futures/data/topLongShortPositionRatio",
        ),
        OF_ITSELF,
    ),
    **dict.fromkeys(("order.cancel", "order.status", "account.position"), OF_RESULT),
    "GET /fapi/v2/account": frozenset({"", "assets", "positions"}),
    "account.status": frozenset({"result", "result.assets", "result.positions"}),
    "GET /fapi/v1/exchangeInfo": frozenset({"", "rateLimits", "symbols", "symbols.filters"}),
}
"""Where models have another order, by name or of an older page: `tests/api/fields.py` and
`test_recorded_fields.py` have that of live answers. Filters have none that lasts."""


def parsed() -> list[tuple[str, Any]]:
    return [
        (name, model)
        for name, model in {**sdk_models.REST, **sdk_models.WS}.items()
        if model and name not in NOT_SERVED | NO_ANSWER.keys() | ROWS_AS_THEY_ARE
    ]


@pytest.fixture(scope="module")
def answers() -> Answers:
    return {**rest_answers(), **ws_answers()}


def as_modelled(endpoint: str, answer: Any) -> Any:
    """The answer, but for the one field that has a wrong type in the SDK.

    `cum` is 0.0 on the page and 4077.5 in recorded brackets, where the model wants an integer.
    """
    if endpoint != "GET /fapi/v1/leverageBracket":
        return answer
    assert all(isinstance(b["cum"], float) for row in rows_of(answer) for b in row["brackets"])
    told = [
        {**row, "brackets": [{**b, "cum": int(b["cum"])} for b in row["brackets"]]}
        for row in rows_of(answer)
    ]
    return told if isinstance(answer, list) else told[0]


def rows_of(answer: Any) -> list[Any]:
    return answer if isinstance(answer, list) else [answer]


# What is read


@pytest.mark.parametrize(("name", "model"), parsed())
def test_nothing_of_an_answer_is_lost(answers: Answers, name: str, model: Any) -> None:
    reading = Reading()
    for answer in answers[name]:
        reading.read(model, as_modelled(name, answer))
    assert bool(reading.told) == (name not in NO_ROWS)
    assert reading.unknown == set(UNKNOWN.get(name, {}))
    assert reading.never == set(NEVER.get(name, {}))
    assert reading.out_of_order == OTHER_ORDER.get(name, set())


@pytest.mark.parametrize("endpoint", sorted(ROWS_AS_THEY_ARE))
def test_rows_of_rows_are_handed_on(answers: Answers, endpoint: str) -> None:
    assert not sdk_models.REST[endpoint].model_fields
    assert any(rows for rows in answers[endpoint])
    assert all(isinstance(row, list) for rows in answers[endpoint] for row in rows)


def test_a_wrong_type_a_loss_and_a_new_field_are_seen() -> None:
    """Whatever the tables above pass over, the reading does not."""
    model = sdk_models.REST["GET /fapi/v1/userTrades"]
    with pytest.raises(ValueError, match=r"valid string"):
        Reading().read(model, [{"price": 1.0}])
    with pytest.raises(ValueError, match=r"valid integer"):
        Reading().read(model, [{"id": "1"}])
    reading = Reading()
    reading.read(model, [{"id": 1, "price": "1.0", "new": True}])
    assert reading.unknown == {"new"}
    assert "buyer" in reading.never
    assert not {"id", "price", "new"} & reading.never
    assert not reading.out_of_order
    reading.read(model, [{"price": "1.0", "id": 1}])
    assert reading.out_of_order == {""}


# That everything is


def test_every_endpoint_is_read_or_has_a_reason_not_to_be() -> None:
    read = {name for name, _ in parsed() if " " in name}
    apart = [read, set(NO_MODEL), set(NO_ANSWER), ROWS_AS_THEY_ARE]
    assert sum(map(len, apart)) == len(ENDPOINTS)
    assert set().union(*apart) == set(ENDPOINTS)
    assert {name for name in NO_MODEL if sdk_models.REST.get(name)} == set()
    assert sdk_models.REST.keys() - set(ENDPOINTS) == NOT_SERVED
    assert not NO_ANSWER.keys() & rest_answers().keys()


def test_every_method_of_the_websocket_api_is_read() -> None:
    assert {method.name for method in METHODS} == sdk_models.WS.keys()
    assert all(sdk_models.WS.values())


def test_every_difference_is_of_something_that_is_read() -> None:
    assert (UNKNOWN.keys() | NEVER.keys() | NO_ROWS.keys() | OTHER_ORDER.keys()) <= {
        name for name, _ in parsed()
    }


@pytest.mark.parametrize(
    ("field", "source"),
    sorted({(f.rpartition(".")[2], s) for fields in UNKNOWN.values() for f, s in fields.items()}),
)
def test_a_source_shows_the_field(field: str, source: str) -> None:
    place = (PROJECT if source == DECIDED else SHARED) / source
    if not place.exists():
        pytest.skip(f"the source is not here: {place}")
    assert field in place.read_text(encoding="utf-8")
