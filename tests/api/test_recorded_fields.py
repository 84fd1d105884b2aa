"""Names, order and types of the fields of every recorded answer, and that answers here have them.

The tables are of this project; where the recordings are beside it, they are what the tables say.
What comes over a stream is compared elsewhere: ELSEWHERE says where.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.api import fields
from tests.api.fields import names
from tests.api.rich_day import rest_answers, ws_answers
from tests.api.trader import Trader
from tests.api.ws_client import Client

RECORDED: Final = Path(__file__).parents[3] / "shared" / "recorded"

RATE_LIMIT: Final = [*fields.LIMIT, "count"]
ROWS: Final[dict[str, list[str]]] = {
    "account": fields.ACCOUNT_V2,
    "account v3": fields.ACCOUNT_V3,
    "asset": fields.ASSET_V2,
    "asset v3": fields.ASSET_V3,
    "position": fields.POSITION_V2,
    "balance": fields.BALANCE,
    "risk v2": fields.RISK_V2,
    "risk v3": fields.RISK_V3,
    "order told": fields.ORDER_TOLD,
    "order asked": fields.ORDER_ASKED,
    "trade": fields.USER_TRADE,
    "index": fields.ASSET_INDEX,
    "info": fields.EXCHANGE_INFO,
    "symbol": fields.SYMBOL,
    "margin asset": names("asset marginAvailable autoAssetExchange"),
    "limit": fields.LIMIT,
    "counted limit": RATE_LIMIT,
    "result": names("id status result rateLimits"),
    "refusal": names("id status error rateLimits"),
    "error": names("code msg"),
}
"""The fields of each kind of row, in their order."""

INTEGERS: Final = frozenset(
    names(
        "orderId updateTime time goodTillDate feeTier tradeGroupId adl adlQuantile serverTime"
        " deliveryDate onboardDate pricePrecision quantityPrecision baseAssetPrecision"
        " quotePrecision settlePlan maxMoveOrderLimit intervalNum limit count status code"
    )
)
FLAGS: Final = frozenset(
    names(
        "reduceOnly closePosition priceProtect marginAvailable canTrade canDeposit canWithdraw"
        " feeBurn multiAssetsMargin isolated buyer maker"
    )
)
LISTS: Final = frozenset(
    names(
        "assets positions symbols rateLimits exchangeFilters filters orderTypes timeInForce"
        " underlyingSubType"
    )
)
KINDS_ELSEWHERE: Final = {
    ("trade", "id"): int,
    ("symbol", "status"): str,
    ("order told", "status"): str,
    ("order asked", "status"): str,
    ("order told", "timeInForce"): str,
    ("order asked", "timeInForce"): str,
    ("result", "result"): None,
    ("refusal", "error"): dict,
}
"""A text is what is none of these; a result is of any type."""

BEFORE_2024: Final = "breakEvenPrice"
BEFORE_2024_RISK: Final = "breakEvenPrice isolated adlQuantile"
BEFORE_FEE_BURN: Final = "feeBurn tradeGroupId"
BEFORE_MODES: Final = "feeBurn tradeGroupId multiAssetsMargin"
BEFORE_STP: Final = "priceMatch selfTradePreventionMode goodTillDate"

SORTED: Final = "order"
RETYPED: Final = "types"
SORTED_AND_RETYPED: Final = "order types"
ABRIDGED: Final = "some order types"
"""What whoever passed it on has not kept: of an abridged one the names alone say something."""

Place = tuple[str, str, str, str]
RECORDINGS: Final[dict[str, list[Place]]] = {
    "acct_v2_multi_xem_20230722": [
        ("", "account", BEFORE_FEE_BURN, ""),
        ("assets", "asset", "", ""),
        ("positions", "position", BEFORE_2024, ""),
    ],
    "acct_v2_single_btc_lev2_20221121": [
        ("", "account", BEFORE_MODES, ""),
        ("assets", "asset", "", SORTED),
        ("positions", "position", f"{BEFORE_2024} notional isolatedWallet", SORTED),
    ],
    "acct_v2_single_isolated_btc_20220604": [("", "account", BEFORE_MODES, "")],
    "acct_v2_single_totals_15000": [("", "account", BEFORE_FEE_BURN, "")],
    "acct_v2_single_totals_20220819": [("", "account", BEFORE_MODES, "")],
    "acct_v2_single_totals_openorders_148": [("", "account", "feeBurn", RETYPED)],
    "account_multi_hedge_dash_stable_totals": [
        ("", "account", "", ABRIDGED),
        ("positions", "position", "", ABRIDGED),
    ],
    "acct_v3_eea_bnfcr_negative_wallet": [
        ("", "account v3", "", ABRIDGED),
        ("assets", "asset v3", "", ABRIDGED),
    ],
    "roq_acct_v2_single": [
        ("", "account", BEFORE_MODES, ""),
        ("assets", "asset", "", ""),
        ("positions", "position", BEFORE_2024, ""),
    ],
    "roq_ws_account_status_single_20251125": [
        ("", "result", "", ""),
        ("result", "account", "", ""),
        ("result.assets", "asset", "", ""),
        ("result.positions", "position", "", ""),
        ("rateLimits", "counted limit", "", ""),
    ],
    "asset_v2_multi_usdt_20220923": [("", "asset", "", RETYPED)],
    "position_v2_isolated_btc10x_20250625": [("", "position", "", "")],
    "position_v2_isolated_btc75x_20220527": [("", "position", BEFORE_2024, "")],
    "position_v2_isolated_btc_20220604": [("", "position", BEFORE_2024, "")],
    "position_v2_isolated_hedge_btc_20230703": [("", "position", BEFORE_2024, "")],
    "positions_v2_btc_20221111": [("", "position", BEFORE_2024, "")],
    "positions_v2_btc_20240118": [("", "position", "", "")],
    "positions_v2_hedge_btc_20230127": [("", "position", BEFORE_2024, RETYPED)],
    "positions_v2_isolated_eth_btc_20220624": [("", "position", BEFORE_2024, "")],
    "balance_v2_20230506": [("", "balance", "", "")],
    "balance_v2_20231112": [("", "balance", "", "")],
    "balance_v2_20240601": [("", "balance", "", "")],
    "balance_v2_20240606": [("", "balance", "", "")],
    "balance_v2_bnfcr_multi_20241009": [("", "balance", "", "")],
    "balance_v2_single_20220627": [("", "balance", "", "")],
    "balance_v2_single_20220819": [("", "balance", "", "")],
    "balance_v2_xchange_20220424": [("", "balance", "", "")],
    "balance_ws_multi_20250125": [
        ("", "result", "", ""),
        ("result", "balance", "", ""),
        ("rateLimits", "counted limit", "", ""),
    ],
    "roq_ws_account_balance_20251125": [
        ("", "result", "", ""),
        ("result", "balance", "", ""),
        ("rateLimits", "counted limit", "", ""),
    ],
    "positionRisk_v2_ada_bnfcr_20241009": [("", "risk v2", "", "")],
    "positionRisk_v2_btc_20240118": [("", "risk v2", "", "")],
    "positionRisk_v2_btc_docs_20220614": [("", "risk v2", "isolated adlQuantile", "")],
    "positionRisk_v2_btc_lev2_20221121": [("", "risk v2", BEFORE_2024_RISK, "")],
    "positionRisk_v2_isolated_btc_20240720": [("", "risk v2", "", "")],
    "positionRisk_v2_isolated_doge_20240922": [("", "risk v2", "", "")],
    "positionRisk_v2_isolated_hedge_btc_20210430": [("", "risk v2", "", ABRIDGED)],
    "positionRisk_v2_isolated_hedge_btc_20220627": [("", "risk v2", BEFORE_2024_RISK, "")],
    "positionRisk_v2_isolated_vet_20210821": [("", "risk v2", BEFORE_2024_RISK, "")],
    "positionRisk_v2_xem_20230721": [("", "risk v2", BEFORE_2024_RISK, "")],
    "positionRisk_v2_xrp_20240221": [("", "risk v2", "", SORTED_AND_RETYPED)],
    "positionRisk_v3_1000sats_hedge_20240817": [("", "risk v3", "", SORTED_AND_RETYPED)],
    "positionRisk_v3_ada_docs_20240711": [("", "risk v3", "", "")],
    "positionRisk_v3_bnfcr_openorders_11x": [("", "risk v3", "", "")],
    "positionRisk_v3_btcusdc_20250504": [("", "risk v3", "", "")],
    "positionRisk_v3_eth_testnet_20260909": [("", "risk v3", "", "")],
    "positionRisk_v3_gobinance_openorder_8x": [("", "risk v3", "", "")],
    "positionRisk_v3_isolated_bard_series_20260319": [("", "risk v3", "", "")],
    "openOrder_btcusdc_20250504": [("", "order asked", "", "")],
    "roq_openOrders": [("", "order asked", BEFORE_STP, "")],
    "roq_ws_order_place": [
        ("", "result", "", ""),
        ("result", "order told", "", ""),
        ("rateLimits", "counted limit", "", ""),
    ],
    "roq_ws_order_modify": [("", "result", "", ""), ("result", "order told", "", "")],
    "roq_ws_order_cancel": [("", "result", "", ""), ("result", "order told", "", "")],
    "roq_ws_order_place_fail": [("", "refusal", "", ""), ("error", "error", "", "")],
    "roq_ws_order_modify_fail": [("", "refusal", "", ""), ("error", "error", "", "")],
    "roq_ws_order_cancel_fail": [("", "refusal", "", ""), ("error", "error", "", "")],
    "userTrades_eth_20220922": [("", "trade", "", RETYPED)],
    "roq_userTrades": [("", "trade", "", ABRIDGED)],
    "assetIndex_docs_ada_20211101": [("", "index", "", "")],
    "assetIndex_gobinance_20240628": [("", "index", "", "")],
    "roq_assetIndex": [("", "index", "", "")],
    "roq_exchangeInfo_usdm_trunc": [
        ("", "info", "", ""),
        ("assets", "margin asset", "", ""),
        ("rateLimits", "limit", "", ""),
        ("symbols", "symbol", "maxMoveOrderLimit", ""),
    ],
}
"""By recording: where in it, which rows, without what at its date, and what was not kept of it."""
MORE_OF_OLD: Final = {"userTrades_eth_20220922": ["marginAsset"]}
"""What was told once and is no more."""

ELSEWHERE: Final = {
    "assetIndex_ws_20230614": "tests/api/stream_fields.py",
    "event_otu_filled_limit_20230425": "tests/recorded/orders.txt",
    "events_account_update_xem_2023": "tests/api/test_user_recorded.py",
    "events_isolated_funding_20230425": "tests/api/test_user_recorded.py",
    "roq_evt_account_config_update_1": "tests/api/test_user_recorded.py",
    "roq_evt_account_config_update_2": "tests/api/test_user_recorded.py",
    "roq_evt_account_update_order": "tests/api/test_user_recorded.py",
    "roq_evt_account_update_papi": "portfolio margin, which is not served",
    "roq_evt_account_update_withdraw": "tests/api/test_user_recorded.py",
    "roq_evt_otu_canceled": "tests/api/test_user_recorded.py",
    "roq_evt_otu_filled_maker": "tests/api/test_user_recorded.py",
    "roq_evt_otu_filled_taker": "tests/api/test_user_recorded.py",
    "roq_evt_otu_new": "tests/api/test_user_recorded.py",
    "roq_papi_position": "portfolio margin, which is not served",
}

HERE: Final[dict[str, list[tuple[str, str]]]] = {
    "GET /fapi/v2/account": [("", "account"), ("assets", "asset"), ("positions", "position")],
    "GET /fapi/v3/account": [("", "account v3"), ("assets", "asset v3")],
    "GET /fapi/v2/balance": [("", "balance")],
    "GET /fapi/v3/balance": [("", "balance")],
    "GET /fapi/v2/positionRisk": [("", "risk v2")],
    "GET /fapi/v3/positionRisk": [("", "risk v3")],
    "GET /fapi/v1/openOrders": [("", "order asked")],
    "GET /fapi/v1/openOrder": [("", "order asked")],
    "GET /fapi/v1/order": [("", "order asked")],
    "GET /fapi/v1/allOrders": [("", "order asked")],
    "POST /fapi/v1/order": [("", "order told")],
    "PUT /fapi/v1/order": [("", "order told")],
    "DELETE /fapi/v1/order": [("", "order told")],
    "GET /fapi/v1/userTrades": [("", "trade")],
    "GET /fapi/v1/assetIndex": [("", "index")],
    "GET /fapi/v1/exchangeInfo": [
        ("", "info"),
        ("assets", "margin asset"),
        ("rateLimits", "limit"),
        ("symbols", "symbol"),
    ],
    "account.status": [
        ("", "result"),
        ("result", "account"),
        ("result.assets", "asset"),
        ("result.positions", "position"),
        ("rateLimits", "counted limit"),
    ],
    "v2/account.status": [("", "result"), ("result", "account v3")],
    "account.balance": [("", "result"), ("result", "balance")],
    "v2/account.balance": [("", "result"), ("result", "balance")],
    "account.position": [("", "result"), ("result", "risk v2")],
    "v2/account.position": [("", "result"), ("result", "risk v3")],
    "order.place": [("", "result"), ("result", "order told"), ("rateLimits", "counted limit")],
    "order.modify": [("", "result"), ("result", "order told")],
    "order.cancel": [("", "result"), ("result", "order told")],
    "order.status": [("", "result"), ("result", "order asked")],
}
"""The same rows in the answers of the venue."""
AT_TIMES: Final = {"order told": "modifyId", "asset v3": "marginAvailable"}
"""Recorded by nobody: told since 2026-07 where it was sent; told in multi-assets mode."""


def rows_at(answer: Any, place: str) -> Iterator[dict[str, Any]]:
    """The rows that are at a place of an answer, whether it has one there or a list."""
    if isinstance(answer, list):
        for each in answer:
            yield from rows_at(each, place)
    elif place:
        first, _, rest = place.partition(".")
        yield from rows_at(answer[first], rest)
    else:
        yield answer


def kind_of(rows: str, name: str) -> type | None:
    if (rows, name) in KINDS_ELSEWHERE:
        return KINDS_ELSEWHERE[rows, name]
    for kind, those in ((int, INTEGERS), (bool, FLAGS), (list, LISTS)):
        if name in those:
            return kind
    return str


def mistyped(rows: str, row: dict[str, Any]) -> list[str]:
    return [n for n, v in row.items() if kind_of(rows, n) not in (type(v), None)]


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_has_the_fields_of_the_table(name: str) -> None:
    path = RECORDED / f"{name}.json"
    if not path.exists():
        pytest.skip(f"the recorded answer is not here: {path}")
    answer = json.loads(path.read_bytes())["data"]
    for place, rows, less, lost in RECORDINGS[name]:
        wanted = [field for field in ROWS[rows] if field not in less.split()]
        found = list(rows_at(answer, place))
        assert found
        for row in found:
            told = [field for field in row if field not in MORE_OF_OLD.get(name, ())]
            assert set(less.split()) <= set(ROWS[rows])
            assert set(told) <= set(wanted)
            if "some" not in lost:
                assert sorted(told) == sorted(wanted)
            if "order" not in lost:
                assert told == wanted
            if "types" not in lost:
                assert mistyped(rows, row) == []


@pytest.mark.recorded
def test_every_recording_is_compared() -> None:
    if not RECORDED.is_dir():
        pytest.skip(f"the recorded answers are not here: {RECORDED}")
    found = {path.stem for path in RECORDED.glob("*.json")}
    assert found == RECORDINGS.keys() | ELSEWHERE.keys()
    assert not RECORDINGS.keys() & ELSEWHERE.keys()


@pytest.mark.recorded
def test_trades_of_the_test_network_have_maker_before_buyer() -> None:
    """A table of 2025-06, which is no JSON; in production `buyer` came first in 2022."""
    path = RECORDED / "userTrades_btc_testnet_202506.csv"
    if not path.exists():
        pytest.skip(f"the recorded trades are not here: {path}")
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    assert header == [*fields.USER_TRADE[:-2], "maker", "buyer"]


@pytest.mark.parametrize("name", HERE)
def test_an_answer_has_the_fields_of_the_table(name: str) -> None:
    answers = {**rest_answers(), **ws_answers()}[name]
    for place, rows in HERE[name]:
        more = AT_TIMES.get(rows)
        found = [row for answer in answers for row in rows_at(answer, place)]
        assert found
        for row in found:
            assert [field for field in row if field != more] == ROWS[rows]
            assert mistyped(rows, {n: v for n, v in row.items() if n != more}) == []


def test_a_refusal_has_the_fields_of_the_table(alice: Trader) -> None:
    client = Client(alice)
    for method in ("order.place", "order.modify", "order.cancel"):
        told = client.raw(method, client.signed(symbol="BTCUSDT", orderId=7), "one")
        for rows, row in (("refusal", told), ("error", told["error"])):
            assert list(row) == ROWS[rows]
            assert mistyped(rows, row) == []


def test_every_kind_of_row_is_both_recorded_and_told() -> None:
    recorded = {rows for places in RECORDINGS.values() for _, rows, _, _ in places}
    told = {rows for places in HERE.values() for _, rows in places} | {"refusal", "error"}
    assert recorded == ROWS.keys()
    assert told == ROWS.keys()
