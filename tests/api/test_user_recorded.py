"""Events recorded from the live service: the same doings here tell the same text.

What is compared is written down here; where the recordings are beside the project, it is theirs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from perpbox.engine.commands import SetFees
from perpbox.money import parse
from tests.api.exchange import Exchange
from tests.api.listening import follow
from tests.api.trader import ORDER, Trader, open_trader
from tests.api.user_messages import ALGO_UPDATE, BALANCE, ORDER_UPDATE, POSITION, of_kind

RECORDED: Final = Path(__file__).parents[3] / "shared" / "recorded"
XRP: Final = {"symbol": "XRPUSDT"}
OWN: Final = ("c", "i", "T", "t")
"""What is another venue's own: numbers and times."""
ADDED: Final = ("V", "pm", "gtd", "er")
"""What orders tell since 2021, when those of XRPUSDT were recorded."""

TAIL: Final = (
    '"m": %s, "R": false, "wt": "CONTRACT_PRICE", "ot": "LIMIT", "ps": "BOTH", "cp": false,'
    ' "rp": "%s", "pP": false, "si": 0, "ss": 0}'
)
NEW: Final = (
    '{"s": "XRPUSDT", "S": "BUY", "o": "LIMIT", "f": "GTC", "q": "5", "p": "1.0741", "ap": "0",'
    ' "sp": "0", "x": "NEW", "X": "NEW", "l": "0", "z": "0", "L": "0", "b": "5.37050", "a": "0", '
) + TAIL % ("false", "0")
CANCELED: Final = (
    '{"s": "XRPUSDT", "S": "BUY", "o": "LIMIT", "f": "GTC", "q": "5", "p": "1.0667", "ap": "0",'
    ' "sp": "0", "x": "CANCELED", "X": "CANCELED", "l": "0", "z": "0", "L": "0", "b": "0",'
    ' "a": "0", '
) + TAIL % ("false", "0")
MAKER: Final = (
    '{"s": "XRPUSDT", "S": "SELL", "o": "LIMIT", "f": "GTC", "q": "5", "p": "1.1583",'
    ' "ap": "1.15830", "sp": "0", "x": "TRADE", "X": "FILLED", "l": "5", "z": "5", "L": "1.1583",'
    ' "n": "0.00115829", "N": "USDT", "b": "0", "a": "0", '
) + TAIL % ("true", "0")
TAKER: Final = (
    '{"s": "XRPUSDT", "S": "BUY", "o": "LIMIT", "f": "GTC", "q": "10", "p": "1.1559",'
    ' "ap": "1.15590", "sp": "0", "x": "TRADE", "X": "FILLED", "l": "10", "z": "10",'
    ' "L": "1.1559", "n": "0.00462360", "N": "USDT", "b": "0", "a": "0", '
) + TAIL % ("false", "0.00950000")
ORDERS: Final = {"new": NEW, "canceled": CANCELED, "filled_maker": MAKER, "filled_taker": TAKER}

WITHDRAWN: Final = (
    '{"B": [{"a": "USDT", "wb": "0", "cw": "0", "bc": "-21.14364261"}], "P": [], "m": "WITHDRAW"}'
)
SOLD: Final = (
    '{"B": [{"a": "USDT", "wb": "21.12168460", "cw": "21.12168460", "bc": "0"}],'
    ' "P": [{"s": "XRPUSDT", "pa": "-5", "ep": "1.15540", "cr": "0", "up": "0.00100000",'
    ' "mt": "cross", "iw": "0", "ps": "BOTH", "ma": "USDT"}], "m": "ORDER"}'
)
LEVERAGE: Final = '{"ac": {"s": "BTCUSDT", "l": 25}}'
ASSET_MODE: Final = '{"ai": {"j": true}}'


def recorded(name: str) -> Any:
    path = RECORDED / f"{name}.json"
    if not path.exists():
        pytest.skip(f"the recorded event is not here: {path}")
    return json.loads(path.read_bytes())["data"]


def text_of(row: dict[str, Any], *left_out: str) -> str:
    """The row as JSON text, in its own order, without what is left out."""
    return json.dumps({name: value for name, value in row.items() if name not in left_out})


def told(row: dict[str, Any]) -> str:
    return text_of(row, *OWN, *ADDED)


@pytest.fixture
def trader(exchange: Exchange) -> Trader:
    """At rates of 0.02 % and 0.04 %; XRPUSDT stands at 1.12, and nobody quotes it."""
    trader = open_trader(exchange, USDT="21.12399540")
    rates = (parse("0.0002"), parse("0.0004"))
    exchange.submit(SetFees(trader.account_id, None, {"XRPUSDT": rates}))
    exchange.move(XRPUSDT="1.12")
    exchange.quote("XRPUSDT", [], [])
    return trader


def order_of(trader: Trader, side: str, quantity: str, price: str) -> Any:
    return trader.limit(side, quantity, price, **XRP)


# Orders of 2021-10


def test_a_placed_and_a_canceled_order(trader: Trader) -> None:
    stream = follow(trader)
    order_of(trader, "BUY", "5", "1.0741")
    assert told(stream.message()["o"]) == NEW
    trader.delete(ORDER, **XRP, orderId=1)
    number = order_of(trader, "BUY", "5", "1.0667")["orderId"]
    stream.messages()
    trader.delete(ORDER, **XRP, orderId=number)
    message = stream.message()
    assert list(message) == ["e", "T", "E", "o"]
    assert told(message["o"]) == CANCELED


def test_a_fill_as_maker(trader: Trader, bob: Trader) -> None:
    """The recorded commission is a unit lower: binary arithmetic; here it is cut, exactly."""
    order_of(trader, "SELL", "5", "1.1583")
    stream = follow(trader)
    order_of(bob, "BUY", "5", "1.1583")
    [filled] = of_kind(stream.messages(), "ORDER_TRADE_UPDATE")
    assert told(filled) == MAKER.replace("0.00115829", "0.00115830")


def test_a_fill_as_taker(trader: Trader, bob: Trader) -> None:
    """It closes a short of 5 at 1.1578 and opens a long."""
    order_of(bob, "BUY", "5", "1.1578")
    order_of(trader, "SELL", "5", "1.1578")
    order_of(bob, "SELL", "10", "1.1559")
    stream = follow(trader)
    order_of(trader, "BUY", "10", "1.1559")
    assert told(of_kind(stream.messages(), "ORDER_TRADE_UPDATE")[-1]) == TAKER


@pytest.mark.recorded
@pytest.mark.parametrize("name", ORDERS)
def test_the_orders_compared_are_the_recorded_ones(name: str) -> None:
    assert text_of(recorded(f"roq_evt_otu_{name}")["o"], *OWN) == ORDERS[name]


# Accounts


def test_a_withdrawal_of_all(exchange: Exchange) -> None:
    trader = open_trader(exchange, USDT="21.14364261")
    stream = follow(trader)
    exchange.transfer(trader.account_id, "USDT", "-21.14364261")
    message = stream.message()
    assert list(message) == ["e", "T", "E", "a"]
    assert json.dumps(message["a"]) == WITHDRAWN


def test_a_sale(exchange: Exchange, trader: Trader, bob: Trader) -> None:
    """21.12399540 less a commission of 0.0023108, at a mark price of 1.1552.

    Entry prices have eight decimals since 2023, and the break-even price is told beside them.
    """
    exchange.move(XRPUSDT="1.1552")
    exchange.quote("XRPUSDT", [], [])
    order_of(bob, "BUY", "5", "1.1554")
    stream = follow(trader)
    order_of(trader, "SELL", "5", "1.1554")
    [change] = of_kind(stream.messages(), "ACCOUNT_UPDATE")
    [position] = change["P"]
    assert (position["ep"], position.pop("bep")) == ("1.15540000", "1.1549378399999999")
    assert json.dumps(change) == SOLD.replace("1.15540", "1.15540000")


def test_leverage_and_asset_mode(alice: Trader) -> None:
    stream = follow(alice)
    alice.post("/fapi/v1/leverage", symbol="BTCUSDT", leverage=25)
    alice.post("/fapi/v1/multiAssetsMargin", multiAssetsMargin="true")
    messages = stream.messages()
    assert [text_of(message, "e", "E", "T") for message in messages] == [LEVERAGE, ASSET_MODE]


@pytest.mark.recorded
def test_the_accounts_compared_are_the_recorded_ones() -> None:
    assert json.dumps(recorded("roq_evt_account_update_withdraw")["a"]) == WITHDRAWN
    assert json.dumps(recorded("roq_evt_account_update_order")["a"]) == SOLD
    for number, text in ((1, LEVERAGE), (2, ASSET_MODE)):
        event = recorded(f"roq_evt_account_config_update_{number}")
        assert list(event)[:3] == ["e", "E", "T"]
        assert text_of(event, "e", "E", "T") == text


# Fields


@pytest.mark.recorded
def test_every_recorded_update_of_production_has_the_fields_in_this_order() -> None:
    events = [*recorded("events_account_update_xem_2023"), recorded("roq_evt_account_update_order")]
    for event in events:
        assert list(event) == ["e", "T", "E", "a"]
        assert list(event["a"]) == ["B", "P", "m"]
        assert all(list(row) == BALANCE for row in event["a"]["B"])
        assert all([*row, "bep"] == POSITION for row in event["a"]["P"])


@pytest.mark.recorded
def test_every_recorded_order_has_the_fields_in_this_order() -> None:
    for name in ORDERS:
        fields = [field for field in recorded(f"roq_evt_otu_{name}")["o"] if field not in "nN"]
        assert [*fields, *ADDED] == ORDER_UPDATE


@pytest.mark.recorded
def test_the_recorded_funding_of_isolated_positions_has_no_other_fields() -> None:
    """Recorded on the test network; the names were put back by hand, so order says nothing."""
    for event in recorded("events_isolated_funding_20230425"):
        assert set(event["a"]) == {"m", "B", "P"}
        assert {field for row in event["a"]["P"] for field in row} == set(POSITION) - {"ma", "bep"}
        assert {field for row in event["a"]["B"] for field in row} == set(BALANCE)


def test_a_documented_conditional_order_has_these_fields_in_this_order() -> None:
    page = RECORDED.parent / "spec" / "pages" / "user-data-streams.md"
    if not page.exists():
        pytest.skip(f"the page is not here: {page}")
    example = page.read_text().partition('"e":"ALGO_UPDATE"')[2].partition('"o":{')[2]
    documented = [
        line.split('"')[1] for line in example.partition("}")[0].splitlines() if '"' in line
    ]
    assert documented == ALGO_UPDATE
