"""`GET /box/v1/top`: the accounts at a glance, a page at a time."""

from __future__ import annotations

import pytest

from perpbox.account import BUY, OrderType, PositionSide
from perpbox.control.top import MOST
from perpbox.engine.commands import PlaceOrder
from perpbox.money import SCALE, parse
from tests.control.desk import NOON, Office, Told

PATH = "/box/v1/top"


def ask(office: Office, query: str = "") -> Told:
    return office.ask("GET", PATH, query=query.encode())


def buy(office: Office, account: int, kind: OrderType, price: str = "0") -> None:
    office.venue.submit(
        PlaceOrder(account, "BTCUSDT", BUY, PositionSide.BOTH, kind, SCALE // 10, parse(price))
    )


def test_an_empty_venue() -> None:
    told = ask(Office())
    assert told.json == {
        "clock": {"mode": "manual", "time": NOON, "iso": told.json["clock"]["iso"]},
        "feed": {"kind": "quiet", "running": False},
        "sequence": 1,
        "accounts": 0,
        "next": None,
        "rows": [],
    }


def test_a_row_has_the_totals_of_the_account_and_what_it_has_open() -> None:
    office = Office()
    account = office.account(USDT="10000")
    office.post("/box/v1/prices", {"BTCUSDT": "100000"})
    buy(office, account, OrderType.MARKET)
    buy(office, account, OrderType.LIMIT, "90000")
    office.post("/box/v1/prices", {"BTCUSDT": "95000"})
    before = office.venue.sequence
    (row,) = ask(office).json["rows"]
    assert office.venue.sequence == before

    def explained(field: str) -> str:
        path = f"/box/v1/accounts/{account}/explain"
        return str(office.ask("GET", path, query=f"field={field}".encode()).json["value"])

    fields = [name for name in row if name.startswith("total") or name == "availableBalance"]
    assert len(fields) == 5
    assert {name: row[name] for name in fields} == {name: explained(name) for name in fields}
    assert float(row["totalUnrealizedProfit"]) < -499
    assert (row["positions"], row["openOrders"], row["conditionalOrders"]) == (1, 1, 0)
    needed, there = parse(row["totalMaintMargin"]), parse(row["totalMarginBalance"])
    ratio = parse(row["marginRatio"])
    assert (ratio - 1) * there < needed * SCALE <= ratio * there


def test_who_has_nothing_left_has_no_ratio() -> None:
    office = Office()
    account = office.account(USDT="1000")
    office.post("/box/v1/prices", {"BTCUSDT": "100000"})
    buy(office, account, OrderType.MARKET)
    # It would be liquidated in this turn; so the state is looked at where it cannot be met.
    state = office.state
    state.marks["BTCUSDT"] = parse("80000")
    (row,) = ask(office).json["rows"]
    assert row["totalMarginBalance"].startswith("-")
    assert row["marginRatio"] is None


def test_pages() -> None:
    office = Office()
    accounts = [office.account(USDT=str(number + 1)) for number in range(5)]
    office.delete(f"/box/v1/accounts/{accounts[1]}")
    seen, query = [], "limit=2"
    while query:
        told = ask(office, query).json
        assert told["accounts"] == 4
        seen.append([row["accountId"] for row in told["rows"]])
        query = "" if told["next"] is None else f"limit=2&first={told['next']}"
    assert seen == [[accounts[0], accounts[2]], accounts[3:]]
    assert ask(office, "first=999999999999999999").json["rows"] == []


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        f"limit={MOST + 1}",
        "limit=",
        "limit=-1",
        "limit=1&limit=1",
        "first=x",
        "first=%C2%B2",
        "first=1000000000000000000",
        "last=1",
    ],
)
def test_what_is_no_page(query: str) -> None:
    told = ask(Office(), query)
    assert (told.status, told.error) == (400, "INVALID_REQUEST")
