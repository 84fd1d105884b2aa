"""Nothing is told before the journal has it: answers wait, and history is read only then."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from perpbox.api.routes import ROUTES, Security
from perpbox.instrument import to_json
from perpbox.journal import open_journal
from perpbox.message import Pending, Request, Response
from tests.api.exchange import CATALOGUE, Exchange, HeldJournal
from tests.api.trader import ORDER, Trader, limit_order, open_trader

BTC: Final = {"symbol": "BTCUSDT"}


@pytest.fixture
def held() -> HeldJournal:
    return HeldJournal()


@pytest.fixture
def exchange(held: HeldJournal) -> Exchange:
    return Exchange(held)


class Mail:
    """What a shell does with answers: tells them, or waits until it may."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.told: list[Any] = []

    def ask(self, request: Request) -> None:
        answer = self.exchange.api.answer(request)
        if isinstance(answer, Response):
            self._tell(answer)
        else:
            waiting: Pending = answer
            self.exchange.venue.when_durable(waiting.sequence, lambda: self._tell(waiting.finish()))

    def _tell(self, response: Response) -> None:
        self.told.append(msgspec.json.decode(response.body))


@pytest.fixture
def mail(exchange: Exchange) -> Mail:
    return Mail(exchange)


def write(exchange: Exchange, held: HeldJournal, lines: int = 1) -> None:
    exchange.venue.note_durable(held.write(lines))


def test_an_order_is_told_once_it_is_durable(alice: Trader, held: HeldJournal, mail: Mail) -> None:
    held.hold()
    mail.ask(alice.request("POST", ORDER, **limit_order("BUY", "0.1", "49000")))
    assert mail.told == []
    write(alice.exchange, held)
    [order] = mail.told
    assert order["status"] == "NEW"


def test_what_a_read_shows_is_told_once_that_is_durable(
    alice: Trader, bob: Trader, held: HeldJournal, mail: Mail
) -> None:
    held.hold()
    alice.exchange.api.answer(alice.request("POST", ORDER, **limit_order("BUY", "0.1", "49000")))
    alice.exchange.api.answer(bob.request("POST", ORDER, **limit_order("BUY", "0.1", "48000")))
    mail.ask(alice.request("GET", "/fapi/v3/account"))
    mail.ask(Request("GET", "/fapi/v1/depth", b"symbol=BTCUSDT"))
    write(alice.exchange, held)
    assert mail.told == []
    write(alice.exchange, held)
    account, depth = mail.told
    assert account["totalOpenOrderInitialMargin"] == "245.00000000"
    assert ["49000.00", "0.100"] in depth["bids"]


def test_a_read_shows_the_moment_at_which_it_was_asked(
    alice: Trader, held: HeldJournal, mail: Mail
) -> None:
    held.hold()
    mail.ask(alice.request("POST", ORDER, **limit_order("BUY", "0.1", "49000")))
    mail.ask(alice.request("GET", "/fapi/v1/openOrders"))
    mail.ask(alice.request("DELETE", "/fapi/v1/allOpenOrders", **BTC))
    mail.ask(alice.request("GET", "/fapi/v1/openOrders"))
    write(alice.exchange, held)
    assert [len(rows) for rows in mail.told[1:]] == [1]
    write(alice.exchange, held)
    assert mail.told[3] == []


def test_with_nothing_in_flight_a_read_is_told_at_once(
    alice: Trader, held: HeldJournal, mail: Mail
) -> None:
    held.hold()
    mail.ask(alice.request("GET", "/fapi/v3/account"))
    mail.ask(alice.request("GET", "/fapi/v1/allOrders", **BTC))
    assert len(mail.told) == 2


def test_history_is_read_only_once_it_is_written(
    alice: Trader, held: HeldJournal, mail: Mail
) -> None:
    """Its rows are in the journal's tables, which may lag behind the turns."""
    held.hold()
    mail.ask(alice.request("POST", ORDER, **limit_order("BUY", "0.1", "49000")))
    mail.ask(alice.request("GET", "/fapi/v1/allOrders", **BTC))
    mail.ask(alice.request("GET", ORDER, **BTC, orderId=1))
    assert mail.told == []
    write(alice.exchange, held)
    assert [row["orderId"] for row in mail.told[1]] == [1]
    assert mail.told[2]["orderId"] == 1


def test_a_tape_shows_no_trade_that_came_after_the_question(
    alice: Trader, held: HeldJournal, mail: Mail
) -> None:
    order = {**BTC, "side": "BUY", "type": "MARKET", "quantity": "0.01"}
    held.hold()
    mail.ask(alice.request("POST", ORDER, **order))
    mail.ask(Request("GET", "/fapi/v1/trades", b"symbol=BTCUSDT"))
    mail.ask(alice.request("POST", ORDER, **order))
    write(alice.exchange, held)
    assert [row["id"] for row in mail.told[1]] == [1]


def test_a_refusal_that_depends_on_what_is_not_durable_waits_too(
    alice: Trader, held: HeldJournal, mail: Mail
) -> None:
    order = limit_order("BUY", "0.1", "49000", newClientOrderId="mine")
    held.hold()
    mail.ask(alice.request("POST", ORDER, **order))
    mail.ask(alice.request("POST", ORDER, **order))
    assert mail.told == []
    write(alice.exchange, held)
    assert [answer.get("code") for answer in mail.told] == [None, -4116]


def test_what_never_reached_the_venue_is_refused_at_once(
    alice: Trader, held: HeldJournal, mail: Mail
) -> None:
    held.hold()
    mail.ask(alice.request("POST", ORDER, **limit_order("BUY", "0.1", "49000")))
    mail.ask(alice.request("GET", "/fapi/v3/account", timestamp=1))
    mail.ask(Request("GET", "/nowhere"))
    assert [answer["code"] for answer in mail.told] == [-1021, -1000]


def test_a_batch_waits_for_its_last_order(alice: Trader, held: HeldJournal, mail: Mail) -> None:
    text = msgspec.json.encode([limit_order("BUY", "0.01", "49000")] * 3).decode()
    held.hold()
    mail.ask(alice.request("POST", "/fapi/v1/batchOrders", batchOrders=text))
    write(alice.exchange, held, 2)
    assert mail.told == []
    write(alice.exchange, held)
    assert [row["orderId"] for row in mail.told[0]] == [1, 2, 3]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_endpoint_waits_while_something_is_in_flight(alice: Trader, route: Any) -> None:
    held = alice.exchange.journal
    assert isinstance(held, HeldJournal)
    held.hold()
    alice.exchange.api.answer(alice.request("POST", ORDER, **limit_order("BUY", "0.1", "49000")))
    answer = alice.exchange.api.answer(alice.request(route.method, route.path, **BTC))
    assert isinstance(answer, Pending)
    assert answer.sequence == alice.exchange.venue.sequence
    assert answer.finish().status in (200, 400)
    assert route.security in Security


def test_orders_and_their_history_over_a_journal_in_a_file(tmp_path: Path) -> None:
    with open_journal(tmp_path / "journal", to_json(CATALOGUE)) as journal:
        trader = open_trader(Exchange(journal))
        for _ in range(3):
            trader.market("BUY", "0.01")
        assert [row["id"] for row in trader.get("/fapi/v1/userTrades", **BTC)] == [1, 2, 3]
        assert journal.durable_sequence == trader.exchange.venue.sequence
