"""A session of the WebSocket API: logged on and out, a day long, and no answer before its time."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from perpbox.api.ws_api.app import PATH, WebSocketApi
from perpbox.api.ws_api.session import ApiSession
from perpbox.journal.keys import KeyKind
from perpbox.message import Request, Response
from tests.api.exchange import DAY, HOUR, NOON, SECOND, Exchange, HeldJournal
from tests.api.test_signing import ED25519_KEY, ed25519_signer, pem, with_public_key
from tests.api.trader import ORDER, Trader, limit_order, open_trader
from tests.api.ws_client import Client, RecordingWire, refusal, result

BTC: Final = {"symbol": "BTCUSDT"}
STATUS: Final = "v2/account.status"
REVOKED: Final = (
    b'{"id":null,"status":401,"error":'
    b'{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}}'
)


@pytest.fixture
def modern(alice: Trader) -> Trader:
    """Alice with an Ed25519 key."""
    return with_public_key(alice, KeyKind.ED25519)


@pytest.fixture
def client(modern: Trader) -> Client:
    return Client(modern)


def unsigned(client: Client, method: str, /, **params: object) -> Any:
    """A request without key and signature."""
    return client.raw(method, {"timestamp": client.exchange.now, **params})


# Logging on and out


def test_a_session_begins_without_a_key(client: Client) -> None:
    client.exchange.pass_time(SECOND)
    assert result(client.raw("session.status")) == {
        "apiKey": None,
        "authorizedSince": None,
        "connectedSince": NOON,
        "returnRateLimits": True,
        "serverTime": NOON + SECOND,
    }
    assert refusal(unsigned(client, STATUS)) == (400, -1103)


def test_logging_on_and_out(client: Client, modern: Trader) -> None:
    client.exchange.pass_time(SECOND)
    told = client.ok("session.logon")
    assert told == {
        "apiKey": modern.key.api_key,
        "authorizedSince": NOON + SECOND,
        "connectedSince": NOON,
        "returnRateLimits": True,
        "serverTime": NOON + SECOND,
    }
    client.exchange.pass_time(SECOND)
    later = result(client.raw("session.status"))
    assert later == {**told, "serverTime": NOON + 2 * SECOND}
    out = result(client.raw("session.logout"))
    assert out == {**later, "apiKey": None, "authorizedSince": None}
    assert result(client.raw("session.logout")) == out
    assert refusal(unsigned(client, STATUS)) == (400, -1103)


def test_a_session_stands_for_key_and_signature(client: Client, modern: Trader) -> None:
    client.ok("session.logon")
    assert result(unsigned(client, "order.place", **limit_order("BUY", "0.1", "49000")))
    assert result(unsigned(client, STATUS)) == modern.get("/fapi/v3/account")
    assert result(client.raw("userDataStream.start"))["listenKey"]
    assert refusal(client.raw(STATUS, {})) == (400, -1102)
    assert refusal(unsigned(client, STATUS, timestamp=1)) == (400, -1021)


def test_a_key_that_is_sent_goes_before_the_sessions(client: Client, bob: Trader) -> None:
    client.ok("session.logon")
    own = Client(bob)
    signed = own.signed()
    assert result(client.raw(STATUS, signed)) == bob.get("/fapi/v3/account")
    assert refusal(client.raw(STATUS, {**signed, "signature": None})) == (400, -1102)
    assert refusal(client.raw(STATUS, {**signed, "signature": "0"})) == (400, -1022)
    assert result(client.raw("session.status"))["apiKey"] == client.trader.key.api_key


def test_a_signature_without_a_key_is_looked_at_all_the_same(client: Client) -> None:
    client.ok("session.logon")
    assert result(client.ask(STATUS, apiKey=None))
    assert refusal(unsigned(client, STATUS, signature="AAAA")) == (400, -1022)


@pytest.mark.parametrize("kind", [KeyKind.HMAC, KeyKind.RSA])
def test_another_kind_of_key_cannot_log_on(alice: Trader, kind: KeyKind) -> None:
    trader = alice if kind is KeyKind.HMAC else with_public_key(alice, kind)
    client = Client(trader)
    told = client.ask("session.logon")
    assert refusal(told) == (400, -4056)
    assert result(client.raw("session.status"))["apiKey"] is None


def test_a_log_on_is_checked_and_a_bad_one_changes_nothing(client: Client) -> None:
    wrong: list[tuple[dict[str, object], tuple[int, int]]] = [
        ({"apiKey": None}, (400, -1103)),
        ({"apiKey": "A" * 64}, (401, -2015)),
        ({"timestamp": 1}, (400, -1021)),
        ({"timestamp": None}, (400, -1102)),
    ]
    client.ok("session.logon")
    for params, refused in wrong:
        assert client.refused("session.logon", **params) == refused
    signed = client.signed()
    assert refusal(client.raw("session.logon", {**signed, "signature": "AAAA"})) == (400, -1022)
    assert refusal(client.raw("session.logon", {**signed, "signature": None})) == (400, -1102)
    assert refusal(unsigned(client, "session.logon")) == (400, -1103)
    assert result(client.raw("session.status"))["apiKey"] == client.trader.key.api_key


def test_logging_on_again_changes_the_key(client: Client, bob: Trader) -> None:
    client.ok("session.logon")
    client.trader = with_public_key(bob, KeyKind.ED25519)
    assert client.ok("session.logon")["apiKey"] == client.trader.key.api_key
    assert result(unsigned(client, STATUS)) == bob.get("/fapi/v3/account")


# Keys that are good no more


def test_a_session_whose_key_is_deleted_is_revoked(client: Client) -> None:
    client.ok("session.logon")
    client.exchange.keys.delete(client.trader.key.api_key)
    unsigned(client, STATUS)
    assert client.wire.payloads[-1] == REVOKED
    assert refusal(unsigned(client, STATUS)) == (400, -1103)
    assert result(client.raw("session.status"))["apiKey"] is None


def test_asking_for_the_status_tells_so_too(client: Client) -> None:
    client.ok("session.logon")
    client.exchange.keys.delete(client.trader.key.api_key)
    client.raw("session.status")
    assert client.wire.payloads[-1] == REVOKED


def test_what_needs_no_key_of_the_session_goes_on(client: Client, bob: Trader) -> None:
    client.ok("session.logon")
    client.exchange.keys.delete(client.trader.key.api_key)
    assert result(client.raw("depth", BTC))
    assert result(client.raw(STATUS, Client(bob).signed()))
    unknown = client.raw(STATUS, Client(bob).signed(apiKey="A" * 64))
    assert (unknown["id"], *refusal(unknown)) == (1, 401, -2015)


def test_a_key_of_the_session_that_lacks_a_permission(client: Client) -> None:
    exchange = client.exchange
    reader = exchange.keys.create(
        client.trader.account_id,
        NOON,
        kind=KeyKind.ED25519,
        public_key=pem(ED25519_KEY.public_key()),
        permissions=("read",),
    )
    client.trader = Trader(exchange, reader, ed25519_signer(ED25519_KEY))
    client.ok("session.logon")
    told = unsigned(client, "order.place", **limit_order("BUY", "0.1", "49000"))
    assert (told["id"], *refusal(told)) == (1, 401, -2015)
    assert result(unsigned(client, STATUS))


def test_a_key_for_another_address_cannot_log_on(client: Client) -> None:
    exchange = client.exchange
    key = exchange.keys.create(
        client.trader.account_id,
        NOON,
        kind=KeyKind.ED25519,
        public_key=pem(ED25519_KEY.public_key()),
        ip_allow_list=("10.0.0.1",),
    )
    trader = Trader(exchange, key, ed25519_signer(ED25519_KEY))
    assert Client(trader).refused("session.logon") == (401, -2015)
    assert Client(trader, address="10.0.0.1").ok("session.logon")


# Its life


def test_a_connection_is_good_for_a_day(client: Client) -> None:
    client.exchange.pass_time(DAY - 1)
    client.session.check()
    assert client.wire.ends == []
    client.exchange.pass_time(1)
    client.session.check()
    [(code, reason)] = client.wire.ends
    assert code == 1001
    assert "24 hours" in reason
    client.session.check()
    client.session.receive('{"id":1,"method":"session.status"}')
    assert len(client.wire.ends) == 1


def test_pings_are_limited_and_requests_by_their_weight(client: Client) -> None:
    assert isinstance(client.session, ApiSession)
    assert (client.session.messages_per_second, client.session.pings_per_second) == (0, 5)


@pytest.mark.parametrize("query", [b"", b"returnRateLimits=true", b"timeUnit=MILLISECOND"])
def test_limits_are_told_unless_the_connection_says_otherwise(alice: Trader, query: bytes) -> None:
    assert "rateLimits" in Client(alice, query).raw("session.status")


def test_a_request_goes_before_the_connection(alice: Trader) -> None:
    client = Client(alice, b"returnRateLimits=false")
    told = client.raw("session.status")
    assert list(told) == ["id", "status", "result"]
    assert told["result"]["returnRateLimits"] is False
    assert list(client.raw("depth", {**BTC, "returnRateLimits": True})) == [
        "id",
        "status",
        "result",
        "rateLimits",
    ]
    assert list(client.raw("nothing")) == ["id", "status", "error"]
    loud = Client(alice)
    assert "rateLimits" not in loud.raw("depth", {**BTC, "returnRateLimits": False})
    assert "rateLimits" not in loud.ask(STATUS, returnRateLimits="false")
    assert "rateLimits" in loud.raw("depth", BTC)


@pytest.mark.parametrize("query", [b"returnRateLimits=no", b"a=%ff", b"a=1&a=2"])
def test_a_handshake_that_cannot_be_read_is_refused(exchange: Exchange, query: bytes) -> None:
    told = WebSocketApi(exchange.api.guard).connect(Request("GET", PATH, query), RecordingWire())
    assert isinstance(told, Response)
    assert told.status == 400


# Nothing before the journal has it


@pytest.fixture
def held() -> HeldJournal:
    return HeldJournal()


@pytest.fixture
def slow(held: HeldJournal) -> Client:
    """A connection to a venue whose journal is written when a test says so."""
    trader = open_trader(Exchange(held))
    trader.exchange.venue.note_durable(held.last_sequence)
    held.hold()
    return Client(trader)


def write(client: Client, held: HeldJournal, lines: int = 1) -> None:
    client.exchange.venue.note_durable(held.write(lines))


def send(client: Client, request_id: int, method: str, /, **params: object) -> None:
    asked = {"id": request_id, "method": method, "params": client.signed(**params)}
    client.session.receive(json.dumps(asked))


def test_an_order_is_told_once_it_is_durable(slow: Client, held: HeldJournal) -> None:
    send(slow, 1, "order.place", **limit_order("BUY", "0.1", "49000"))
    assert slow.told == []
    write(slow, held)
    assert [answer["result"]["orderId"] for answer in slow.told] == [1]


def test_requests_in_flight_are_answered_each_at_its_time(slow: Client, held: HeldJournal) -> None:
    for number in (1, 2):
        send(slow, number, "order.place", **limit_order("BUY", "0.1", "49000"))
    send(slow, 3, "session.status")
    send(slow, 4, STATUS)
    send(slow, 5, "order.status", **BTC, orderId=2)
    send(slow, 6, STATUS, timestamp=1)
    assert [answer["id"] for answer in slow.told] == [3, 6]
    write(slow, held)
    assert [answer["id"] for answer in slow.told] == [3, 6, 1]
    write(slow, held)
    assert [answer["id"] for answer in slow.told] == [3, 6, 1, 2, 4, 5]
    assert slow.told[-2]["result"]["totalOpenOrderInitialMargin"] == "490.00000000"


def test_a_session_that_is_gone_is_told_nothing(slow: Client, held: HeldJournal) -> None:
    send(slow, 1, "order.place", **limit_order("BUY", "0.1", "49000"))
    slow.session.closed()
    write(slow, held)
    slow.session.receive('{"id":1,"method":"session.status"}')
    assert slow.told == []
    assert slow.wire.ends == []
    held.write()
    assert slow.trader.get(ORDER, **BTC, orderId=1)["status"] == "NEW"


def test_an_answer_that_cannot_be_made_ends_the_connection(
    slow: Client, held: HeldJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(slow, 1, "order.place", **limit_order("BUY", "0.1", "49000"))
    send(slow, 2, "order.status", **BTC, orderId=1)

    def broken(*_: object, **__: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(slow.exchange.journal.history, "order", broken)
    with pytest.raises(OSError, match="the disk is gone"):
        write(slow, held)
    assert [answer["id"] for answer in slow.told] == [1]
    assert slow.wire.ends == [(1011, "Internal error.")]
    slow.exchange.pass_time(25 * HOUR)
    slow.session.check()
    assert len(slow.wire.ends) == 1
