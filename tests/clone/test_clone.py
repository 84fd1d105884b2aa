"""A clone answers as the account did, from much or from little, and says what it made up."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec.structs import replace

from perpbox.account import BUY, SELL
from perpbox.audit import Unreadable
from perpbox.clone import catalogue, clone, from_files, orders, prices
from perpbox.clone.account import account_in
from perpbox.clone.answers import from_answers
from perpbox.clone.asking import parameters
from perpbox.clone.comparison import differing
from perpbox.clone.standing import adopt
from perpbox.clone.venue import Clone
from perpbox.instrument import builtin
from perpbox.journal import open_journal, recover, verify
from perpbox.money import SCALE, parse
from perpbox.server.settings import Unusable
from tests.api.exchange import Exchange
from tests.api.test_account_model import Session
from tests.api.trader import Trader
from tests.audit.own import ACCOUNTS
from tests.clone.told import SIGNED, as_answers, told_of
from tests.recorded.tables import MISSING, RECORDINGS

MEMORY: Final = ":memory:"
LEAST: Final = {
    "/fapi/v3/account": ("/fapi/v3/account",),
    "/fapi/v3/account and positionRisk": ("/fapi/v3/account", "/fapi/v3/positionRisk"),
    "/fapi/v2/account": ("/fapi/v2/account",),
}


def made_of(trader: Trader, signed: tuple[str, ...] = SIGNED) -> Clone:
    return clone(as_answers(told_of(trader, signed)), MEMORY)


def off(made: Clone) -> list[tuple[str, str, str, str]]:
    return [(e.field, e.theirs, e.ours, e.reason) for e in differing(made.compared)]


@pytest.mark.parametrize("name", ACCOUNTS)
def test_every_figure_is_the_same(name: str) -> None:
    made = made_of(ACCOUNTS[name]())
    assert off(made) == []
    assert len(made.compared) > 1000


@pytest.mark.parametrize("seed", range(24))
def test_accounts_of_every_life_are_the_same(seed: int) -> None:
    """Whatever somebody did, what is left of it is cloned to the last digit."""
    dice = random.Random(seed)
    hedge, multi = dice.random() < 0.4, dice.random() < 0.4
    session = Session(seed, hedge=hedge, multi=multi, isolated=not multi and dice.random() < 0.5)
    for _ in range(60):
        session.step()
    made = made_of(session.trader)
    assert off(made) == []
    assert not [note for note in made.notes if "left out" in note or "refused" in note]


@pytest.mark.parametrize("name", ["one-way", "hedged"])
@pytest.mark.parametrize("told", LEAST)
def test_one_answer_is_enough_for_its_own_figures(name: str, told: str) -> None:
    """Leverage, entry price and mark price follow from margins, profit and notional."""
    answers = told_of(ACCOUNTS[name](), LEAST[told])
    few = {path: answers[path] for path in (*LEAST[told], "/fapi/v1/exchangeInfo")}
    bare = clone(as_answers(few | {"/fapi/v1/openOrders": []}), MEMORY)
    of_positions = [each for each in differing(bare.compared) if "positions[" in each.field]
    ordered = {"openOrderInitialMargin", "initialMargin", "bidNotional", "askNotional"}
    assert {each.field.rpartition(".")[2] for each in of_positions} <= ordered


def test_conditional_orders_wait_again() -> None:
    trader = ACCOUNTS["one-way"]()
    trader.conditional("SELL", "STOP_MARKET", "40000")
    trader.conditional("BUY", "TAKE_PROFIT", "45000", price="45010", timeInForce="GTC")
    trader.conditional("SELL", "TRAILING_STOP_MARKET", None, callbackRate="1")
    trader.conditional("SELL", "STOP_MARKET", "39000", quantity=None, closePosition="true")
    rows = as_answers(told_of(trader)).rows("openAlgoOrders")
    assert len(rows) == 4
    made = made_of(trader)
    assert not [note for note in made.notes if "refused" in note]
    sent = [parameters(row) for row in rows]
    assert {each["type"] for each in sent} == {
        "STOP_MARKET",
        "TAKE_PROFIT",
        "TRAILING_STOP_MARKET",
    }


def test_a_conditional_order_that_would_trigger_is_told() -> None:
    trader = ACCOUNTS["one-way"]()
    trader.conditional("SELL", "STOP_MARKET", "40000")
    told = told_of(trader)
    told["/fapi/v1/openAlgoOrders"][0]["triggerPrice"] = "90000"
    made = clone(as_answers(told), MEMORY)
    assert [note for note in made.notes if "is refused: Order would immediately" in note]


def test_the_house_keeps_away_from_orders_inside_its_ladder(tmp_path: Path) -> None:
    told = told_of(ACCOUNTS["one-way"]())
    inside = told["/fapi/v1/openOrders"][0]
    assert inside["side"] == "BUY"
    inside["price"] = "50500"
    place = tmp_path / "clone.perpbox"
    made = clone(as_answers(told), str(place))
    assert [note for note in made.notes if "keeps away" in note]
    with open_journal(place, b"") as journal:
        market = recover(journal).state.markets["BTCUSDT"]
    assert market.best_price(BUY) == parse("50500")
    assert market.best_price(SELL) > parse("50500")


def test_orders_that_nobody_named_have_a_stand_in() -> None:
    told = told_of(ACCOUNTS["one-way"]())
    del told["/fapi/v1/openOrders"]
    as_read = json.loads(json.dumps(told), parse_float=str)
    made = clone(from_answers(as_read.items()), MEMORY)
    assert off(made) == []
    assert [note for note in made.notes if "stands for all" in note]


def test_brackets_that_nobody_told_follow_from_a_maintenance_margin() -> None:
    row = {"symbol": "ADAUSDT", "positionAmt": "30", "entryPrice": "0.385", "leverage": "20"}
    row |= {"markPrice": "0.41047590", "maintMargin": "0.08004280"}
    made = clone(as_answers({"risk": [row]}), MEMORY)
    assert off(made) == []
    assert [note for note in made.notes if "one bracket for all notionals" in note]
    row["maintMargin"] = "0.08004281"
    made = clone(as_answers({"risk": [row]}), MEMORY)
    assert [(field, why) for field, _, _, why in off(made)] == [
        ("positions[ADAUSDT BOTH].maintMargin", "the brackets of that day were not given")
    ]


def test_a_wallet_that_nobody_told_carries_its_positions() -> None:
    told = told_of(ACCOUNTS["one-way"](), ("/fapi/v3/positionRisk",))
    made = clone(as_answers(told), MEMORY)
    assert [note for note in made.notes if "the USDT wallet" in note]
    fields = {each.field.rpartition(".")[2] for each in differing(made.compared)}
    assert fields <= {"liquidationPrice", "openOrderInitialMargin", "initialMargin"} | {
        "bidNotional",
        "askNotional",
    }


def test_a_symbol_and_an_asset_that_are_unknown_are_made_up() -> None:
    row = {"symbol": "FOOBAR", "positionAmt": "1.23", "entryPrice": "2", "marginAsset": "BAR"}
    row |= {"markPrice": "2.5", "unRealizedProfit": "0.615", "leverage": "5"}
    made = clone(as_answers({"risk": [row]}), MEMORY)
    assert off(made) == []
    notes = " ".join(made.notes)
    assert "FOOBAR is not in the catalogue" in notes
    assert "BAR is no margin asset" in notes


def test_the_journal_is_one_that_holds(tmp_path: Path) -> None:
    place = tmp_path / "clone.perpbox"
    answers = as_answers(told_of(ACCOUNTS["hedged"]()))
    made = clone(answers, str(place))
    assert made.secret_key
    assert verify(place).holds
    with pytest.raises(Unusable, match=r"a journal already"):
        clone(answers, str(place))


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ([{"symbol": "BTCUSDT", "positionAmt": "1", "positionSide": "UP"}], r"no side is called"),
        ([{"symbol": "BTCUSDT", "positionAmt": "x"}], r"not a number"),
        ([{"code": -1, "msg": "no"}], r"a refusal"),
        (["x"], r"not an answer"),
    ],
)
def test_what_is_no_answer_is_refused(answer: Any, complaint: str) -> None:
    with pytest.raises(Unreadable, match=complaint):
        clone(as_answers({"file": answer}), MEMORY)


def test_both_legs_in_one_way_rows_cannot_be() -> None:
    rows = [
        {"symbol": "BTCUSDT", "positionAmt": amount, "positionSide": side, "markPrice": "50000"}
        for amount, side in (("1", "BOTH"), ("-1", "SHORT"))
    ]
    with pytest.raises(Unreadable, match=r"such an account cannot be: POSITION_SIDE_MISMATCH"):
        clone(as_answers({"risk": rows}), MEMORY)


def test_the_parts_by_themselves() -> None:
    """What each step gives to the next."""
    answers = as_answers(told_of(ACCOUNTS["multi-assets"]()))
    notes: list[str] = []
    made = catalogue.catalogue_for(answers, notes)
    assert made.symbols["BTCUSDT"].brackets == builtin().symbols["BTCUSDT"].brackets
    marks = prices.marks_in(answers)
    assert marks["BTCUSDT"] == parse("50123.45678901")
    assert prices.index_prices(answers, made)["BTC"] == parse("50111.22334455")
    command = account_in(answers, made, marks, notes)
    assert command.multi_assets
    assert command.wallets["BTC"] == SCALE // 4
    assert orders.side_of(answers.known.positions[0]).value == "BOTH"
    assert notes == []
    exchange = Exchange()
    with pytest.raises(Unreadable, match=r"such an account cannot be: UNKNOWN_ASSET"):
        adopt(exchange.venue, replace(command, wallets={"NONE": 1}), notes)


@pytest.mark.recorded
@pytest.mark.skipif(not RECORDINGS.is_dir(), reason=MISSING)
def test_how_much_of_the_recorded_answers_is_the_same() -> None:
    """Each by itself, without the brackets, orders and indexes of its day."""
    same = told = 0
    for path in sorted(RECORDINGS.glob("*.json")):
        if path.stem.endswith("_fail"):
            continue
        made = clone(from_files([path]), MEMORY)
        assert all(each.reason for each in differing(made.compared))
        told += len(made.compared)
        same += len(made.compared) - len(differing(made.compared))
    assert (same, told) == (576, 756)
