"""Who hears what of a user data stream, through which address, and when."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import msgspec
import pytest

from perpbox.api.streams.session import StreamSession
from perpbox.api.streams.user import UserEvents
from perpbox.engine.snapshot import dump
from perpbox.message import Pending, Request
from tests.api.exchange import HOUR, MINUTE, NOON, Exchange, HeldJournal
from tests.api.listening import LISTEN_KEY, Connection, follow, listen_key_of
from tests.api.mirror import Mirror
from tests.api.trader import ORDER, Trader, limit_order
from tests.api.user_messages import kinds

NEW: Final = "ORDER_TRADE_UPDATE NEW"
FILL: Final = ["TRADE_LITE", "ACCOUNT_UPDATE ORDER", "ORDER_TRADE_UPDATE TRADE"]


# Who


def test_accounts_do_not_hear_one_another(alice: Trader, bob: Trader) -> None:
    hers, his = follow(alice), follow(bob)
    alice.limit("BUY", "0.1", "49000")
    assert kinds(hers.messages()) == [NEW]
    assert his.messages() == []
    bob.market("BUY", "0.1")
    assert kinds(his.messages()) == [NEW, *FILL]
    assert hers.messages() == []


def test_every_connection_of_a_key_hears_everything_once(alice: Trader) -> None:
    first, second = follow(alice), follow(alice, "/private/ws?listenKey={}")
    alice.market("BUY", "0.1")
    told = first.payloads()
    assert told == second.payloads()
    assert len(told) == 4
    first.leave()
    alice.market("SELL", "0.1")
    assert len(second.payloads()) == 4
    assert first.payloads() == []


def test_a_key_named_twice_is_heard_once(alice: Trader) -> None:
    key = listen_key_of(alice)
    stream = Connection(alice.exchange, f"/ws/{key}?listenKey={key}")
    stream.ask("SUBSCRIBE", [key])
    alice.limit("BUY", "0.1", "49000")
    assert kinds(stream.messages()) == [NEW]


def test_one_who_comes_again_hears_what_happens_from_then_on(alice: Trader) -> None:
    stream = follow(alice)
    stream.leave()
    alice.limit("BUY", "0.1", "49000")
    stream = follow(alice)
    assert stream.messages() == []
    alice.limit("BUY", "0.2", "49000")
    assert stream.message()["o"]["q"] == "0.2"


def test_the_last_of_two_accounts_is_heard_when_the_other_has_left(
    alice: Trader, bob: Trader
) -> None:
    hers, his = follow(alice), follow(bob)
    hers.leave()
    bob.limit("BUY", "0.1", "49000")
    assert kinds(his.messages()) == [NEW]
    his.leave()
    assert alice.exchange.venue.witness is None


# In which form


@pytest.mark.parametrize("form", ["/ws/{}", "/private/ws?listenKey={}", "/public/ws/{}"])
def test_a_raw_stream_has_the_message_itself(alice: Trader, form: str) -> None:
    stream = follow(alice, form)
    alice.limit("BUY", "0.1", "49000")
    assert stream.message()["e"] == "ORDER_TRADE_UPDATE"


@pytest.mark.parametrize(
    "form", ["/stream?streams={}", "/private/stream?listenKey={}", "/private/stream?streams="]
)
def test_a_combined_stream_names_the_key(alice: Trader, form: str) -> None:
    stream, key = follow(alice, form), listen_key_of(alice)
    if "{}" not in form:
        assert stream.ask("SUBSCRIBE", [key], request_id="7") == {"result": None, "id": "7"}
    alice.limit("BUY", "0.1", "49000")
    message = stream.message()
    assert list(message) == ["stream", "data"]
    assert (message["stream"], message["data"]["e"]) == (key, "ORDER_TRADE_UPDATE")


def test_a_subscription_that_ends_is_silent(alice: Trader) -> None:
    stream, key = Connection(alice.exchange, "/ws"), listen_key_of(alice)
    stream.ask("SUBSCRIBE", [key])
    alice.limit("BUY", "0.1", "49000")
    assert kinds(stream.messages()) == [NEW]
    stream.ask("UNSUBSCRIBE", [key])
    alice.limit("BUY", "0.1", "49000")
    assert stream.messages() == []


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("ORDER_TRADE_UPDATE", [NEW, "ORDER_TRADE_UPDATE TRADE"]),
        ("TRADE_LITE/ACCOUNT_UPDATE", ["TRADE_LITE", "ACCOUNT_UPDATE ORDER"]),
        ("NO_SUCH_EVENT/ACCOUNT_CONFIG_UPDATE", []),
        ("", [NEW, *FILL]),
    ],
)
def test_events_are_filtered_by_name(alice: Trader, wanted: str, told: list[str]) -> None:
    stream = follow(alice, "/private/ws?listenKey={}&events=" + wanted)
    whole = follow(alice)
    alice.market("BUY", "0.1")
    assert kinds(stream.messages()) == told
    assert kinds(whole.messages()) == [NEW, *FILL]


# Keys that end


def test_a_key_that_expires_says_so_once_and_is_silent(exchange: Exchange, alice: Trader) -> None:
    """Its time is text, as documented; by the venue's clock, whoever notices it first."""
    key = listen_key_of(alice)
    stream = Connection(exchange, f"/ws/{key}")
    exchange.pass_time(59 * MINUTE)
    assert stream.messages() == []
    exchange.pass_time(MINUTE)
    message = stream.message()
    assert list(message) == ["e", "E", "listenKey"]
    assert message == {"e": "listenKeyExpired", "E": str(NOON + HOUR), "listenKey": key}
    assert exchange.venue.witness is None
    alice.limit("BUY", "0.1", "49000")
    assert stream.messages() == []
    fresh = follow(alice)
    alice.limit("BUY", "0.1", "49000")
    assert (kinds(fresh.messages()), stream.messages()) == ([NEW], [])


def test_without_any_turn_it_expires_too(exchange: Exchange, alice: Trader) -> None:
    stream = follow(alice)
    exchange.clock.set(NOON + HOUR)
    exchange.streams.hub.check()
    assert stream.message()["e"] == "listenKeyExpired"


def test_one_who_wants_no_such_event_is_not_told(exchange: Exchange, alice: Trader) -> None:
    quiet = follow(alice, "/private/ws?listenKey={}&events=ORDER_TRADE_UPDATE")
    asked = follow(alice, "/private/ws?listenKey={}&events=listenKeyExpired")
    exchange.pass_time(HOUR)
    assert quiet.messages() == []
    assert kinds(asked.messages()) == ["listenKeyExpired"]


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_key_that_is_kept_goes_on(exchange: Exchange, alice: Trader, method: str) -> None:
    stream = follow(alice)
    for _ in range(3):
        exchange.pass_time(50 * MINUTE)
        exchange.ask(method, LISTEN_KEY, headers=alice.headers)
    alice.limit("BUY", "0.1", "49000")
    assert kinds(stream.messages()) == [NEW]


def test_a_deleted_key_is_silent_from_then_on(exchange: Exchange, alice: Trader) -> None:
    stream = follow(alice)
    exchange.ask("DELETE", LISTEN_KEY, headers=alice.headers)
    assert exchange.venue.witness is None
    alice.limit("BUY", "0.1", "49000")
    exchange.pass_time(2 * HOUR)
    assert stream.messages() == []
    assert stream.ended is None


def test_an_unknown_key_is_silent(exchange: Exchange, alice: Trader) -> None:
    stream = Connection(exchange, "/ws/" + "x" * 64)
    alice.limit("BUY", "0.1", "49000")
    assert stream.messages() == []


# Nothing before it is durable


class Eager:
    """A wire that asks for the account with every frame that comes, as far as it may be told."""

    def __init__(self, trader: Trader) -> None:
        self.exchange = trader.exchange
        self.trader = trader
        self.durable: list[int] = []
        session = self.exchange.streams.connect(
            Request("GET", f"/ws/{listen_key_of(trader)}"), self
        )
        assert isinstance(session, StreamSession)

    def send(self, frame: bytes) -> None:
        assert frame
        self.durable.append(self.exchange.venue.durable_sequence)

    def close(self, code: int, reason: str) -> None:
        raise AssertionError((code, reason))

    def abort(self) -> None:
        raise AssertionError("no fault is laid")


@pytest.fixture
def held() -> HeldJournal:
    return HeldJournal()


@pytest.fixture
def slow(held: HeldJournal) -> Exchange:
    return Exchange(held)


def slow_trader(exchange: Exchange) -> Trader:
    account_id = exchange.open(USDT="10000")
    return Trader(exchange, exchange.keys.create(account_id, exchange.now))


def place(trader: Trader, quantity: str) -> None:
    """Ask, and do not wait for the answer."""
    order = limit_order("BUY", quantity, "49000")
    trader.exchange.api.answer(trader.request("POST", ORDER, **order))


def test_a_message_waits_for_its_own_turn(slow: Exchange, held: HeldJournal) -> None:
    trader = slow_trader(slow)
    stream = follow(trader)
    held.hold()
    place(trader, "0.1")
    place(trader, "0.2")
    assert stream.messages() == []
    slow.venue.note_durable(held.write())
    assert [message["o"]["q"] for message in stream.messages()] == ["0.1"]
    slow.venue.note_durable(held.write())
    assert [message["o"]["q"] for message in stream.messages()] == ["0.2"]


def test_all_messages_of_a_turn_come_together(slow: Exchange, held: HeldJournal) -> None:
    trader = slow_trader(slow)
    stream = follow(trader)
    held.hold()
    order = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "1.5"}
    slow.api.answer(trader.request("POST", ORDER, **order))
    assert stream.messages() == []
    slow.venue.note_durable(held.write())
    assert kinds(stream.messages()) == [NEW, *FILL, *FILL]


def test_a_key_that_ends_is_not_told_before_the_turns_that_came_first(
    slow: Exchange, held: HeldJournal
) -> None:
    trader = slow_trader(slow)
    stream = follow(trader)
    held.hold()
    place(trader, "0.1")
    slow.clock.set(NOON + HOUR)
    slow.streams.hub.check()
    assert stream.messages() == []
    slow.venue.note_durable(held.write(9))
    assert kinds(stream.messages()) == [NEW, "listenKeyExpired"]


def test_whoever_has_heard_of_a_turn_is_answered_with_it(slow: Exchange, held: HeldJournal) -> None:
    """By the time that a message comes, a read shows at least what it tells, and need not wait."""
    trader = slow_trader(slow)
    eager = Eager(trader)
    mirror, stream = Mirror(trader), follow(trader)
    held.hold()
    for price in ("49000", "48000"):
        order = limit_order("BUY", "0.1", price)
        slow.api.answer(trader.request("POST", ORDER, **order))
        slow.move(BTCUSDT=price)
    while held.durable_sequence < held.last_sequence:
        before = len(eager.durable)
        slow.venue.note_durable(held.write())
        slow.push()
        told = stream.messages()
        assert eager.durable[before:] == [held.durable_sequence] * len(told)
        for message in told:
            mirror.apply(message)
    assert len(eager.durable) == len([NEW, NEW, *FILL])
    assert mirror.differences(trader) == {}


def test_answer_and_message_are_told_in_the_order_of_the_turns(
    slow: Exchange, held: HeldJournal
) -> None:
    """An order's own answer and its message become due with the same line."""
    trader = slow_trader(slow)
    stream = follow(trader)
    held.hold()
    answered: list[Any] = []

    def note(waiting: Pending) -> None:
        answered.append(msgspec.json.decode(waiting.finish().body)["orderId"])

    for quantity in ("0.1", "0.2"):
        order = limit_order("BUY", quantity, "49000")
        waiting = slow.api.answer(trader.request("POST", ORDER, **order))
        assert isinstance(waiting, Pending)
        slow.venue.when_durable(waiting.sequence, partial(note, waiting))
    for number in (1, 2):
        slow.venue.note_durable(held.write())
        assert answered[-1] == stream.message()["o"]["i"] == number


# A witness changes nothing


def test_a_venue_to_which_somebody_listens_goes_the_same_way() -> None:
    def lived(*, listened: bool) -> bytes:
        exchange = Exchange()
        trader = slow_trader(exchange)
        if listened:
            follow(trader)
            assert isinstance(exchange.venue.witness, UserEvents)
        trader.market("BUY", "0.2")
        trader.limit("SELL", "0.1", "50100")
        exchange.move(BTCUSDT="50200")
        exchange.move(BTCUSDT="20000")
        return dump(exchange.state)

    assert lived(listened=True) == lived(listened=False)
