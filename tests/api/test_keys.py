"""Keys: who asks, with which permissions, and from where."""

from __future__ import annotations

import pytest

from perpbox.engine.commands import CloseAccount
from perpbox.message import Request
from tests.api.exchange import NOON, Exchange, Told
from tests.api.trader import ORDER, Trader, limit_order

ACCOUNT = "/fapi/v3/account"
REJECTED = "Invalid API-key, IP, or permissions for action."


def with_key(
    trader: Trader,
    permissions: tuple[str, ...] = ("read", "trade"),
    addresses: tuple[str, ...] = (),
) -> Trader:
    """The same account through another key."""
    key = trader.exchange.keys.create(
        trader.account_id, NOON, permissions=permissions, ip_allow_list=addresses
    )
    return Trader(trader.exchange, key)


def asked_with(trader: Trader, headers: dict[str, str]) -> Told:
    request = trader.request("GET", ACCOUNT)
    request.headers = headers
    return trader.exchange.answer(request)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-mbx-apikey": ""},
        {"x-mbx-apikey": "short"},
        {"x-mbx-apikey": "with-a-dash-in-the-middle"},
        {"x-mbx-apikey": "A" * 129},
        {"x-mbx-apikey": "A" * 64 + "\n"},
        {"x-mbx-apikey": "\xff" * 64},
    ],
)
def test_what_cannot_be_a_key_is_told_apart(alice: Trader, headers: dict[str, str]) -> None:
    answer = asked_with(alice, headers)
    assert answer.refusal == (401, -2014)
    assert answer.json["msg"] == "API-key format invalid."


def test_a_key_that_nobody_has_is_rejected(alice: Trader) -> None:
    answer = asked_with(alice, {"x-mbx-apikey": "A" * 64})
    assert answer.refusal == (401, -2015)
    assert answer.json["msg"] == REJECTED


def test_a_key_is_case_sensitive(alice: Trader) -> None:
    answer = asked_with(alice, {"x-mbx-apikey": alice.key.api_key.swapcase()})
    assert answer.refusal == (401, -2015)


def test_a_key_that_may_only_read_does_not_trade(alice: Trader) -> None:
    reader = with_key(alice, permissions=("read",))
    assert reader.get(ACCOUNT)["positions"] == []
    answer = reader.ask("POST", ORDER, **limit_order("BUY", "0.01", "49000"))
    assert answer.refusal == (401, -2015)
    assert reader.ask("POST", "/fapi/v1/leverage").refusal == (401, -2015)
    assert alice.exchange.state.orders == {}


def test_a_key_that_may_only_trade_does_not_read(alice: Trader) -> None:
    key = with_key(alice, permissions=("trade",))
    assert key.limit("BUY", "0.01", "49000")["status"] == "NEW"
    assert key.ask("GET", ACCOUNT).refusal == (401, -2015)


def test_a_key_may_be_bound_to_addresses(alice: Trader) -> None:
    key = with_key(alice, addresses=("10.0.0.1", "::1"))
    request = key.request("GET", ACCOUNT)
    assert alice.exchange.answer(request).refusal == (401, -2015)
    for address in ("10.0.0.1", "::1"):
        request.client_ip = address
        assert alice.exchange.answer(request).status == 200


def test_a_deleted_key_is_good_for_nothing(alice: Trader) -> None:
    other = with_key(alice)
    assert other.get(ACCOUNT)
    alice.exchange.keys.delete(other.key.api_key)
    assert other.ask("GET", ACCOUNT).refusal == (401, -2015)
    assert alice.get(ACCOUNT)


def test_the_key_of_a_closed_account_is_good_for_nothing(alice: Trader) -> None:
    alice.exchange.submit(CloseAccount(alice.account_id))
    assert alice.ask("GET", ACCOUNT).refusal == (401, -2015)


def test_every_key_sees_its_own_account_alone(alice: Trader, bob: Trader) -> None:
    bob.limit("BUY", "0.01", "49000")
    assert alice.get("/fapi/v1/openOrders") == []
    assert alice.get(ACCOUNT)["totalWalletBalance"] == "10000.00000000"
    assert alice.refused("DELETE", ORDER, symbol="BTCUSDT", orderId=1) == -2011
    assert alice.refused("GET", ORDER, symbol="BTCUSDT", orderId=1) == -2013


def test_public_endpoints_ask_for_no_key_and_look_at_none(exchange: Exchange) -> None:
    headers = {"x-mbx-apikey": "nonsense"}
    assert exchange.answer(Request("GET", "/fapi/v1/ping", b"", headers)).json == {}


def test_only_so_many_verifiers_are_kept(
    alice: Trader, bob: Trader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They hold secrets, those of deleted keys too, until they are dropped together."""
    monkeypatch.setattr("perpbox.api.auth.MAX_VERIFIERS", 1)
    for trader in (alice, bob, alice):
        assert trader.get("/fapi/v1/positionSide/dual") == {"dualSidePosition": False}
        assert len(alice.exchange.api.guard._authenticator._verifiers) == 1
