"""Symbols over `/box/v1`: listed, changed, halted and settled."""

from __future__ import annotations

from typing import Any

import pytest

from perpbox.engine.commands import Tick
from tests.control.desk import NOON, Office

SYMBOLS = "/box/v1/symbols"
NEW = {"symbol": "NEWUSDT", "baseAsset": "NEW", "like": "ETHUSDT", "price": "1200.5"}


def change(office: Office, body: Any, symbol: str = "BTCUSDT") -> Any:
    return office.ask("PATCH", f"{SYMBOLS}/{symbol}", body)


def test_a_new_symbol_stands_at_its_price_and_takes_after_another() -> None:
    office = Office()
    told = office.post(SYMBOLS, {**NEW, "figures": {"notional": "7"}})
    like = office.get(f"{SYMBOLS}/ETHUSDT").json
    figures = {**like["figures"], "notional": "7"}
    assert told.json == {**like, "symbol": "NEWUSDT", "figures": figures}
    assert office.get(SYMBOLS).json[-1] == told.json
    assert office.post("/box/v1/prices", {"NEWUSDT": {"last": "1300"}}).json == {
        "NEWUSDT": {"mark": "1200.5", "index": "1200.5", "last": "1300"}
    }


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "INVALID_REQUEST"),
        ({**NEW, "symbol": "BTCUSDT"}, "SYMBOL_EXISTS"),
        ({**NEW, "symbol": "a b"}, "INVALID_SYMBOL"),
        ({**NEW, "like": "NONE"}, "UNKNOWN_SYMBOL"),
        ({**NEW, "price": "0"}, "INVALID_PRICE"),
        ({**NEW, "figures": {"tick": "1"}}, "INVALID_SYMBOL"),
        ({**NEW, "figures": {"tickSize": "-1"}}, "INVALID_SYMBOL"),
        ({**NEW, "settleAt": "2030-01-01T00:00:00Z"}, "INVALID_SYMBOL"),
        ({**NEW, "status": "CLOSE"}, "INVALID_REQUEST"),
    ],
)
def test_what_cannot_be_listed_changes_nothing(body: Any, error: str) -> None:
    office = Office()
    assert office.changes_nothing(lambda: office.post(SYMBOLS, body)).error == error


def test_brackets_filters_and_status_change() -> None:
    office = Office()
    brackets = [
        {"leverage": 10, "cap": "50000", "maintMarginRate": "0.02"},
        {"leverage": 5, "cap": "1000000", "maintMarginRate": "0.1"},
    ]
    told = change(office, {"brackets": brackets, "status": "PENDING_TRADING", "maxNumOrders": 3})
    assert told.json["brackets"] == brackets
    assert (told.json["status"], told.json["maxNumOrders"]) == ("PENDING_TRADING", 3)
    symbol = office.state.catalogue.symbols["BTCUSDT"]
    assert [row.cum for row in symbol.brackets] == [0, 4_000 * 10**8]
    assert change(office, {"status": "TRADING"}).json["status"] == "TRADING"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"settleAt": NOON - 1}, "INVALID_SYMBOL"),
        ({"settleAt": "soon"}, "INVALID_TIME"),
        ({"brackets": [{"leverage": 0, "cap": "1", "maintMarginRate": "0.1"}]}, "INVALID_SYMBOL"),
        ({"brackets": []}, "INVALID_SYMBOL"),
        ({"figures": {"tickSize": "0.123456789"}}, "INVALID_SYMBOL"),
        ({"maxNumOrders": -1}, "INVALID_SYMBOL"),
        ({"name": "X"}, "INVALID_REQUEST"),
    ],
)
def test_what_cannot_be_changed_changes_nothing(body: Any, error: str) -> None:
    office = Office()
    assert office.changes_nothing(lambda: change(office, body)).error == error


def test_a_settlement_is_put_off_called_off_and_done() -> None:
    office = Office()
    told = change(office, {"settleAt": NOON + 60_000})
    assert (told.json["status"], told.json["settleAt"]) == ("PRE_SETTLE", NOON + 60_000)
    told = change(office, {"settleAt": None})
    assert (told.json["status"], told.json["settleAt"]) == ("TRADING", None)
    change(office, {"settleAt": NOON + 60_000})
    office.post("/box/v1/clock", {"advance": "1m"})
    office.venue.submit(Tick())
    told = office.get(f"{SYMBOLS}/BTCUSDT")
    assert (told.json["status"], told.json["settleAt"]) == ("CLOSE", NOON + 60_000)


def test_a_symbol_is_settled_now_and_once() -> None:
    office = Office()
    assert office.delete(f"{SYMBOLS}/BTCUSDT").json["status"] == "CLOSE"
    again = office.changes_nothing(lambda: office.delete(f"{SYMBOLS}/BTCUSDT"))
    assert (again.status, again.error) == (409, "SYMBOL_CLOSED")
    assert office.delete(f"{SYMBOLS}/NONE").error == "UNKNOWN_SYMBOL"
    assert change(office, {"status": "TRADING"}).json["status"] == "TRADING"
