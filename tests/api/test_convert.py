"""Converting assets: pairs, quotes at the asset index, and what becomes of a quote."""

from __future__ import annotations

from typing import Any, Final

import pytest

from perpbox.api.limits import Limits
from perpbox.api.quotes import MOST_KEPT, VALID_FOR, Quote, Quotes
from perpbox.api.shapes import convert as shapes
from perpbox.engine.state import State
from tests.api.exchange import CATALOGUE, DAY, HOUR, MINUTE, NOON, Exchange
from tests.api.fields import names
from tests.api.listening import follow
from tests.api.trader import Trader, open_trader

PAIRS: Final = "/fapi/v1/convert/exchangeInfo"
QUOTE: Final = "/fapi/v1/convert/getQuote"
ACCEPT: Final = "/fapi/v1/convert/acceptQuote"
STATUS: Final = "/fapi/v1/convert/orderStatus"
ASKED: Final = {"fromAsset": "USDT", "toAsset": "BNB", "fromAmount": "650"}


@pytest.fixture
def exchange() -> Exchange:
    """BNB is worth 650 USD, BTC 50 000, a stablecoin one."""
    exchange = Exchange()
    exchange.index(BNB="650", BTC="50000", USDT="1", USDC="1")
    return exchange


def wallet(trader: Trader, asset: str) -> str:
    rows = trader.get("/fapi/v3/balance")
    [balance] = [row["balance"] for row in rows if row["asset"] == asset]
    return str(balance)


# Pairs.


def test_every_asset_can_be_converted_into_every_other_one(exchange: Exchange) -> None:
    rows = exchange.get(PAIRS)
    assets = set(CATALOGUE.assets)
    assert len(rows) == len(assets) * (len(assets) - 1)
    assert all(
        list(row)
        == names(
            "fromAsset toAsset fromAssetMinAmount fromAssetMaxAmount toAssetMinAmount"
            " toAssetMaxAmount"
        )
        for row in rows
    )
    [row] = exchange.get(PAIRS, "fromAsset=BTC&toAsset=USDT")
    assert list(row.values()) == ["BTC", "USDT", "0.0004", "50", "20", "2500000"]


def test_pairs_of_one_asset(exchange: Exchange) -> None:
    others = set(CATALOGUE.assets) - {"BTC"}
    assert {row["toAsset"] for row in exchange.get(PAIRS, "fromAsset=BTC")} == others
    assert {row["fromAsset"] for row in exchange.get(PAIRS, "toAsset=BTC")} == others
    assert exchange.get(PAIRS, "fromAsset=BTC&toAsset=BTC") == []
    assert exchange.ask("GET", PAIRS, "fromAsset=NONE").refusal == (400, -1108)
    assert exchange.ask("GET", PAIRS, "toAsset=").refusal == (400, -1105)


# Quotes.


def test_a_quote_of_what_is_given(alice: Trader) -> None:
    told = alice.post(QUOTE, **ASKED, validTime="10s")
    assert list(told) == names("quoteId ratio inverseRatio validTimestamp toAmount fromAmount")
    assert isinstance(told["quoteId"], str)
    assert (told["fromAmount"], told["toAmount"]) == ("650", "1")
    assert (told["ratio"], told["inverseRatio"]) == ("0.00153846", "650")
    assert told["validTimestamp"] == NOON + VALID_FOR


def test_a_quote_of_what_is_wanted_rounds_what_it_costs_up(alice: Trader) -> None:
    alice.exchange.index(USDT="0.7")
    told = alice.post(QUOTE, fromAsset="USDT", toAsset="BNB", toAmount="1")
    assert (told["fromAmount"], told["toAmount"]) == ("928.57142858", "1")
    told = alice.post(QUOTE, fromAsset="USDT", toAsset="BNB", fromAmount="928.57142857")
    assert told["toAmount"] == "0.99999999"


def test_a_quote_that_is_not_covered_has_no_id(alice: Trader) -> None:
    told = alice.post(QUOTE, fromAsset="USDT", toAsset="BNB", fromAmount="10000.00000001")
    assert list(told) == names("ratio inverseRatio validTimestamp toAmount fromAmount")
    assert "quoteId" in alice.post(QUOTE, fromAsset="USDT", toAsset="BNB", fromAmount="10000")


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, -1102),
        ({"fromAsset": "USDT"}, -1102),
        ({"fromAsset": "USDT", "toAsset": "BNB"}, -1102),
        ({**ASKED, "toAmount": "1"}, -1128),
        ({**ASKED, "fromAmount": ""}, -1105),
        ({**ASKED, "fromAmount": "many"}, -1130),
        ({**ASKED, "fromAmount": "-650"}, -1130),
        ({**ASKED, "fromAmount": "0"}, -1130),
        ({**ASKED, "fromAmount": "650.000000001"}, -1111),
        ({**ASKED, "fromAmount": "19.99"}, -1130),
        ({**ASKED, "fromAmount": "2500001"}, -1130),
        ({**ASKED, "fromAmount": None, "toAmount": "0.03"}, -1130),
        ({**ASKED, "validTime": "30s"}, -1130),
        ({**ASKED, "validTime": ""}, -1105),
        ({**ASKED, "fromAsset": "NONE"}, -1108),
        ({**ASKED, "toAsset": "NONE"}, -1108),
        ({**ASKED, "toAsset": "USDT"}, -1130),
    ],
)
def test_what_is_no_question_for_a_quote(
    alice: Trader, params: dict[str, object], code: int
) -> None:
    assert alice.refused("POST", QUOTE, **params) == code


# Accepting.


def test_an_accepted_quote_moves_the_money(alice: Trader) -> None:
    quote = alice.post(QUOTE, **ASKED)
    alice.exchange.index(BNB="700")
    told = alice.post(ACCEPT, quoteId=quote["quoteId"])
    assert list(told) == names("orderId createTime orderStatus")
    assert isinstance(told["orderId"], str)
    assert (told["createTime"], told["orderStatus"]) == (NOON, shapes.DONE)
    assert (wallet(alice, "USDT"), wallet(alice, "BNB")) == ("9350.00000000", "1.00000000")
    assert alice.refused("POST", ACCEPT, quoteId=quote["quoteId"]) == -1130


def test_a_quote_is_good_for_ten_seconds(alice: Trader) -> None:
    first, second = alice.post(QUOTE, **ASKED), alice.post(QUOTE, **ASKED)
    assert first["quoteId"] != second["quoteId"]
    alice.exchange.pass_time(VALID_FOR)
    alice.post(ACCEPT, quoteId=first["quoteId"])
    alice.exchange.pass_time(1)
    assert alice.refused("POST", ACCEPT, quoteId=second["quoteId"]) == -1130


def test_a_quote_is_nobody_elses_and_needs_the_money_still(alice: Trader, bob: Trader) -> None:
    quote = alice.post(QUOTE, **ASKED)
    assert bob.refused("POST", ACCEPT, quoteId=quote["quoteId"]) == -1130
    alice.exchange.transfer(alice.account_id, "USDT", "-9500")
    assert alice.refused("POST", ACCEPT, quoteId=quote["quoteId"]) == -2018
    assert alice.refused("POST", ACCEPT) == -1102
    assert alice.refused("POST", ACCEPT, quoteId="") == -1102


def test_money_in_use_cannot_be_converted(alice: Trader) -> None:
    alice.post("/fapi/v1/leverage", symbol="BTCUSDT", leverage=1)
    alice.limit("BUY", "0.19", "50000")
    assert "quoteId" not in alice.post(QUOTE, **ASKED)


def test_what_moved_is_told_as_income_and_in_the_stream(alice: Trader) -> None:
    stream = follow(alice)
    alice.post(ACCEPT, quoteId=alice.post(QUOTE, **ASKED)["quoteId"])
    reasons = [m["a"]["m"] for m in stream.messages() if m["e"] == "ACCOUNT_UPDATE"]
    assert reasons == ["COIN_SWAP_WITHDRAW", "COIN_SWAP_DEPOSIT"]
    rows = alice.get("/fapi/v1/income")[-2:]
    assert [(row["incomeType"], row["income"], row["asset"]) for row in rows] == [
        ("COIN_SWAP_WITHDRAW", "-650.00000000", "USDT"),
        ("COIN_SWAP_DEPOSIT", "1.00000000", "BNB"),
    ]


# A conversion that is done.


@pytest.fixture
def done(alice: Trader) -> dict[str, Any]:
    quote = alice.post(QUOTE, **ASKED)
    told = alice.post(ACCEPT, quoteId=quote["quoteId"])
    return {"quoteId": quote["quoteId"], "orderId": told["orderId"]}


def test_a_conversion_is_found_by_either_id(alice: Trader, done: dict[str, Any]) -> None:
    alice.exchange.pass_time(DAY)
    told = alice.get(STATUS, orderId=done["orderId"])
    assert list(told.items()) == [
        ("orderId", int(done["orderId"])),
        ("orderStatus", "SUCCESS"),
        ("fromAsset", "USDT"),
        ("fromAmount", "650"),
        ("toAsset", "BNB"),
        ("toAmount", "1"),
        ("ratio", "0.00153846"),
        ("inverseRatio", "650"),
        ("createTime", NOON),
    ]
    assert alice.get(STATUS, quoteId=done["quoteId"]) == told
    assert alice.get(STATUS, orderId=done["orderId"], quoteId="another") == told
    assert alice.refused("GET", STATUS, orderId="77", quoteId=done["quoteId"]) == -2013


def test_a_conversion_that_is_not_there(alice: Trader, bob: Trader, done: dict[str, Any]) -> None:
    assert alice.refused("GET", STATUS) == -1102
    assert alice.refused("GET", STATUS, orderId="") == -1105
    assert alice.refused("GET", STATUS, orderId="one") == -1130
    assert alice.refused("GET", STATUS, orderId="0", quoteId=done["quoteId"]) == -2013
    assert alice.refused("GET", STATUS, quoteId="another") == -2013
    assert bob.refused("GET", STATUS, orderId=done["orderId"]) == -2013


def test_a_quote_from_before_a_start_is_forgotten_and_its_id_is_not_given_again(
    alice: Trader, done: dict[str, Any]
) -> None:
    waits = alice.post(QUOTE, **ASKED)["quoteId"]
    again = Trader(alice.exchange.restarted(), alice.key)
    assert again.refused("POST", ACCEPT, quoteId=waits) == -1130
    assert again.post(QUOTE, **ASKED)["quoteId"] not in done.values()


# Limits.


def test_an_account_may_ask_for_so_many_quotes() -> None:
    trader = open_trader(Exchange(limits=Limits()))
    trader.exchange.pass_time(DAY - NOON % DAY)

    def ask_for(times: int) -> None:
        for number in range(times):
            assert trader.ask("POST", QUOTE).refusal == (400, -1102)
            if number % 40 == 39:
                trader.exchange.pass_time(MINUTE)

    ask_for(360)
    answer = trader.ask("POST", QUOTE)
    assert answer.refusal == (429, -1015)
    assert answer.json["msg"] == "Too many new orders; current limit is 360 orders per HOUR."
    trader.exchange.pass_time(HOUR)
    ask_for(140)
    assert trader.ask("POST", QUOTE).json["msg"].endswith("500 orders per DAY.")
    trader.exchange.pass_time(DAY)
    ask_for(1)


def test_only_so_many_quotes_are_kept(alice: Trader) -> None:
    quotes = alice.exchange.api.guard.desk.quotes
    first = alice.post(QUOTE, **ASKED)["quoteId"]
    kept = quotes.find(alice.account_id, first, NOON)
    assert kept is not None
    few = Quotes()
    state = State(CATALOGUE)
    for _ in range(MOST_KEPT + 1):
        few.keep(Quote(1, few.next_id(state), "A", 1, "B", 1, 1, 1, NOON), NOON)
    assert few.find(1, "1000001", NOON) is None
    assert few.find(1, "1000002", NOON) is not None


def test_there_were_no_conversions_before() -> None:
    exchange = Exchange(api_date="2024-08-25")
    assert exchange.ask("GET", PAIRS).status == 404
