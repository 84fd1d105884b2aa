"""What-if on a copy of the venue: the account after it, refusals, liquidations, no trace."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpbox.api.errors import ApiError
from perpbox.control.app import Control
from perpbox.control.desk import Desk, Facts
from perpbox.control.what_if import MOST_MOVES, MOST_POINTS, MOST_STEPS
from perpbox.feed.clock import MANUAL, VenueClock
from perpbox.message import Request, Response
from perpbox.server import what_if
from perpbox.server.trial import Trial
from tests.api.exchange import HOUR, Exchange
from tests.api.trader import ORDER, Trader, limit_order, open_trader
from tests.control.desk import Shelf

BUY: Final = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.1"}
NAMES: Final = ("totalMarginBalance", "totalMaintMargin", "totalUnrealizedProfit")


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
def alice(exchange: Exchange) -> Trader:
    return open_trader(exchange, USDT="10000")


def control_of(exchange: Exchange) -> Control:
    facts = Facts(version="1", journal="memory", token="", uptime=lambda: 0.0, failures=lambda: 0)
    clock = VenueClock(MANUAL, exchange.now, lambda: exchange.now)
    desk = Desk(
        exchange.venue,
        clock,
        exchange.keys,
        exchange.journal.history,
        facts,
        Shelf(),
        exchange.faults,
        lambda account_id, asked: what_if.answer(desk, exchange.desk, account_id, asked),
    )
    return Control(desk)


def ask(trader: Trader, steps: Sequence[object], **more: object) -> Any:
    """The answer, which has changed nothing."""
    exchange = trader.exchange
    before = exchange.snapshot(), exchange.venue.sequence
    body = msgspec.json.encode({"steps": steps, **more})
    path = f"/box/v1/accounts/{trader.account_id}/what-if"
    answer = control_of(exchange).answer(Request("POST", path, b"", {}, body))
    assert isinstance(answer, Response)
    assert (exchange.snapshot(), exchange.venue.sequence) == before
    return msgspec.json.decode(answer.body)


def test_nothing_tried_is_the_account_as_it_stands(alice: Trader) -> None:
    alice.market("BUY", "0.1")
    told = ask(alice, [])
    assert told["before"] == told["account"] == alice.get("/fapi/v3/account")
    assert told["positionRisk"] == alice.get("/fapi/v3/positionRisk")
    assert told["trace"] == []


@pytest.mark.parametrize(
    ("step", "method", "path", "sent"),
    [
        ({"order": BUY}, "POST", ORDER, BUY),
        (
            {"order": limit_order("SELL", "0.1", "60000")},
            "POST",
            ORDER,
            limit_order("SELL", "0.1", "60000"),
        ),
        (
            {"leverage": {"symbol": "BTCUSDT", "leverage": 50}},
            "POST",
            "/fapi/v1/leverage",
            {"symbol": "BTCUSDT", "leverage": 50},
        ),
        (
            {"marginType": {"symbol": "ETHUSDC", "marginType": "ISOLATED"}},
            "POST",
            "/fapi/v1/marginType",
            {"symbol": "ETHUSDC", "marginType": "ISOLATED"},
        ),
        (
            {"multiAssets": {"multiAssetsMargin": True}},
            "POST",
            "/fapi/v1/multiAssetsMargin",
            {"multiAssetsMargin": "true"},
        ),
        (
            {"cancelAll": {"symbol": "BTCUSDT"}},
            "DELETE",
            "/fapi/v1/allOpenOrders",
            {"symbol": "BTCUSDT"},
        ),
    ],
)
def test_a_step_is_what_the_call_would_do(
    alice: Trader, step: object, method: str, path: str, sent: dict[str, object]
) -> None:
    alice.market("BUY", "0.1")
    alice.limit("BUY", "0.1", "45000")
    told = ask(alice, [step])
    really = alice.ask(method, path, **sent)
    shown = told["steps"][0]
    assert (shown.get("answer") or shown["refused"]) == really.json
    assert told["account"] == alice.get("/fapi/v3/account")
    assert told["positionRisk"] == alice.get("/fapi/v3/positionRisk")


def test_a_method_that_the_day_does_not_have(alice: Trader) -> None:
    """Before November 2025 there was no endpoint for conditional orders."""
    exchange = Exchange(api_date="2025-01-01")
    trader = open_trader(exchange, USDT="100")
    with pytest.raises(ApiError, match="UNKNOWN_PATH"):
        Trial(exchange.desk, trader.account_id).call("POST /fapi/v1/algoOrder", {})


def test_a_price_and_time_and_money(exchange: Exchange, alice: Trader) -> None:
    """-20 % of 50 000 is 40 000, eight hours are a funding."""
    alice.market("BUY", "0.1")
    steps = [
        {"prices": {"BTCUSDT": "-20%"}},
        {"advance": "8h"},
        {"transfer": {"asset": "USDT", "amount": "-100"}},
    ]
    told = ask(alice, steps)
    exchange.move(BTCUSDT="40000")
    exchange.last(BTCUSDT="40000")
    exchange.pass_time(8 * HOUR)
    exchange.transfer(alice.account_id, "USDT", "-100")
    assert told["account"] == alice.get("/fapi/v3/account")
    assert told["time"] == exchange.now


def test_what_is_refused_and_why(alice: Trader) -> None:
    told = ask(
        alice,
        [
            {"order": {**BUY, "quantity": "100"}},
            {"order": {"symbol": "BTCUSDT"}},
            {"transfer": {"asset": "USDT", "amount": "-1000000"}},
            {"prices": {"NOTHING": "1"}},
            {"prices": {"BTCUSDT": "-100%"}},
            {"prices": {"BTCUSDT": "x%"}},
            {"prices": {"BNBUSD": {"mark": "1"}}},
            {"advance": "-8h"},
            {"order": BUY},
        ],
    )
    codes = [step.get("refused", {}).get("code") for step in told["steps"]]
    assert codes[:2] == [-2019, -1102]
    assert codes[3:6] == ["UNKNOWN_SYMBOL", "INVALID_PRICE", "INVALID_PRICE"]
    assert all(codes[:-1])
    assert told["steps"][-1]["answer"]["orderId"]
    assert [row["symbol"] for row in told["positionRisk"]] == ["BTCUSDT"]


def test_who_would_be_liquidated_and_where(exchange: Exchange) -> None:
    trader = open_trader(exchange, USDT="1000")
    trader.post("/fapi/v1/leverage", symbol="BTCUSDT", leverage=100)
    trader.market("BUY", "0.1")
    (risk,) = trader.get("/fapi/v3/positionRisk")
    held = ask(trader, [{"prices": {"BTCUSDT": "-25%"}}])
    assert held["trace"]
    assert held["positionRisk"] == []
    walked = ask(trader, [{"prices": {"BTCUSDT": "-30%"}, "moves": 300}])
    begun = next(step for step in walked["trace"] if step["step"] == "LIQUIDATION_STARTED")
    assert begun["symbol"] in {"", "BTCUSDT"}
    mark = Decimal(walked["steps"][0]["answer"]["BTCUSDT"]["mark"])
    assert mark == 35_000
    just_above = ask(trader, [{"prices": {"BTCUSDT": {"mark": risk["liquidationPrice"]}}}])
    assert Decimal(just_above["before"]["totalMaintMargin"]) > 0


def test_a_sweep_is_the_account_at_each_price(exchange: Exchange, alice: Trader) -> None:
    alice.market("BUY", "0.1")
    sweep = {"symbol": "BTCUSDT", "first": "-2%", "last": "+2%", "points": 5}
    rows = ask(alice, [], sweep=sweep)["sweep"]
    assert [row["mark"] for row in rows] == [
        f"{mark}.00000000" for mark in (49000, 49500, 50000, 50500, 51000)
    ]
    for row in rows:
        exchange.move(BTCUSDT=row["mark"])
        account = alice.get("/fapi/v3/account")
        assert [row["marginBalance"], row["maintMargin"], row["unrealizedProfit"]] == [
            account[name] for name in NAMES
        ]
        assert row["availableBalance"] == account["availableBalance"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"steps": [{}]}, "INVALID_REQUEST"),
        ({"steps": [{"order": BUY, "advance": "8h"}]}, "INVALID_REQUEST"),
        ({"steps": [{"prices": {}, "moves": 0}]}, "INVALID_REQUEST"),
        ({"steps": [{"prices": {}, "moves": MOST_MOVES + 1}]}, "INVALID_REQUEST"),
        ({"steps": [{"advance": 1}] * (MOST_STEPS + 1)}, "INVALID_REQUEST"),
        ({"steps": [{"jump": 1}]}, "INVALID_REQUEST"),
        ({"steps": [], "sweep": {"symbol": "NOTHING"}}, "UNKNOWN_SYMBOL"),
        ({"steps": [], "sweep": {"symbol": "BTCUSDT", "points": 1}}, "INVALID_REQUEST"),
        (
            {"steps": [], "sweep": {"symbol": "BTCUSDT", "points": MOST_POINTS + 1}},
            "INVALID_REQUEST",
        ),
        ({"steps": [], "sweep": {"symbol": "BTCUSDT", "first": "x"}}, "INVALID_PRICE"),
    ],
)
def test_a_question_that_cannot_be_answered(alice: Trader, body: Any, code: str) -> None:
    steps = body.pop("steps")
    assert ask(alice, steps, **body)["error"]["code"] == code


def test_an_account_that_is_not_there(alice: Trader) -> None:
    alice.account_id = 99
    assert ask(alice, [])["error"]["code"] == "UNKNOWN_ACCOUNT"


STEPS: Final = st.lists(
    st.one_of(
        st.builds(
            lambda side, quantity: {"order": {**BUY, "side": side, "quantity": f"0.{quantity:03}"}},
            st.sampled_from(["BUY", "SELL"]),
            st.integers(1, 300),
        ),
        st.builds(lambda share: {"prices": {"BTCUSDT": f"{share:+}%"}}, st.integers(-30, 30)),
        st.builds(
            lambda value: {"leverage": {"symbol": "BTCUSDT", "leverage": value}},
            st.integers(1, 125),
        ),
        st.just({"multiAssets": {"multiAssetsMargin": True}}),
        st.just({"advance": "8h"}),
    ),
    max_size=6,
)


@settings(max_examples=25, deadline=None)
@given(STEPS, STEPS)
def test_what_is_tried_comes_true(first: list[Any], second: list[Any]) -> None:
    """A venue that has lived through the steps is tried no further: both stand where one does."""
    exchange = Exchange()
    trader = open_trader(exchange, USDT="10000")
    at_once = ask(trader, first + second)
    again = ask(trader, first + second)
    assert at_once == again
    for step in first:
        if "order" in step:
            trader.ask("POST", ORDER, **step["order"])
        elif "leverage" in step:
            trader.ask("POST", "/fapi/v1/leverage", **step["leverage"])
        elif "multiAssets" in step:
            trader.ask("POST", "/fapi/v1/multiAssetsMargin", multiAssetsMargin="true")
        elif "advance" in step:
            exchange.pass_time(8 * HOUR)
        else:
            share = Decimal(step["prices"]["BTCUSDT"][:-1])
            market = exchange.state.markets["BTCUSDT"]
            marks = {
                name: what_if.moved(f"{share}%", value, name)
                for name, value in (
                    ("mark", market.mark),
                    ("index", market.index),
                    ("last", market.last_price),
                )
            }
            exchange.set_prices("BTCUSDT", **marks)
    later = ask(trader, second)
    assert later["account"] == at_once["account"]
    assert later["positionRisk"] == at_once["positionRisk"]
