"""Listen keys: one an account, good for an hour, asked for with the API key alone."""

from __future__ import annotations

import re
from typing import Any

import pytest

from perpbox.account import AccountId
from perpbox.api.streams.listen_keys import ListenKeys
from perpbox.journal.keys import Key
from perpbox.journal.listen_keys import MemoryListenKeys
from tests.api.exchange import HOUR, MINUTE, Exchange, Told
from tests.api.trader import Trader

PATH = "/fapi/v1/listenKey"


def unsigned(trader: Trader, method: str, query: str = "") -> Told:
    return trader.exchange.ask(method, PATH, query, headers=trader.headers)


def listen_key(answer: Told) -> Any:
    assert answer.status == 200, answer.body
    assert list(answer.json) == ["listenKey"]
    return answer.json["listenKey"]


def test_a_key_is_letters_and_digits_and_the_accounts_own(alice: Trader, bob: Trader) -> None:
    first = listen_key(unsigned(alice, "POST"))
    assert re.fullmatch(r"[A-Za-z0-9]{64}", first)
    assert listen_key(unsigned(bob, "POST")) != first


def test_asking_again_gives_the_same_key_for_another_hour(alice: Trader) -> None:
    first = listen_key(unsigned(alice, "POST"))
    alice.exchange.pass_time(59 * MINUTE)
    assert listen_key(unsigned(alice, "POST")) == first
    alice.exchange.pass_time(59 * MINUTE)
    assert listen_key(unsigned(alice, "POST")) == first


def test_keeping_it_alive_gives_another_hour_and_tells_the_key(alice: Trader) -> None:
    first = listen_key(unsigned(alice, "POST"))
    for _ in range(3):
        alice.exchange.pass_time(59 * MINUTE)
        assert listen_key(unsigned(alice, "PUT")) == first
    assert listen_key(unsigned(alice, "PUT", f"listenKey={first}")) == first


def test_after_an_hour_it_is_gone(alice: Trader) -> None:
    first = listen_key(unsigned(alice, "POST"))
    alice.exchange.pass_time(HOUR)
    assert unsigned(alice, "PUT").refusal == (400, -1125)
    assert listen_key(unsigned(alice, "POST")) != first


def test_a_closed_key_is_gone(alice: Trader) -> None:
    first = listen_key(unsigned(alice, "POST"))
    closed = unsigned(alice, "DELETE")
    assert (closed.status, closed.json) == (200, {})
    for method in ("PUT", "DELETE"):
        assert unsigned(alice, method).refusal == (400, -1125)
    assert listen_key(unsigned(alice, "POST")) != first


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_key_that_is_named_must_be_the_accounts(alice: Trader, bob: Trader, method: str) -> None:
    listen_key(unsigned(alice, "POST"))
    other = listen_key(unsigned(bob, "POST"))
    assert unsigned(alice, method, f"listenKey={other}").refusal == (400, -1125)
    assert unsigned(alice, method, "listenKey=").refusal == (400, -1105)
    assert unsigned(bob, "PUT").status == 200


def test_a_signed_request_is_as_good(alice: Trader) -> None:
    assert listen_key(alice.ask("POST", PATH)) == listen_key(unsigned(alice, "PUT"))


def test_without_a_key_that_may_read_there_is_none(exchange: Exchange, alice: Trader) -> None:
    assert exchange.ask("POST", PATH).refusal == (401, -2014)
    trade_only = exchange.keys.create(alice.account_id, exchange.now, permissions=("trade",))
    assert unsigned(Trader(exchange, trade_only), "POST").refusal == (401, -2015)


def test_a_key_of_a_closed_account_opens_nothing(exchange: Exchange, alice: Trader) -> None:
    orphan: Key = exchange.keys.create(alice.account_id + 1, exchange.now)
    assert unsigned(Trader(exchange, orphan), "POST").refusal == (401, -2015)


def test_with_a_seed_the_keys_are_known_beforehand() -> None:
    one, other, third = (ListenKeys(seed=seed).start(7, now=0).text for seed in ("a", "a", "b"))
    assert one == other
    assert one != third


def test_a_key_outlives_a_restart_and_its_hour_goes_on(alice: Trader) -> None:
    first = listen_key(unsigned(alice, "POST"))
    again = Trader(alice.exchange.restarted(), alice.key)
    again.exchange.pass_time(59 * MINUTE)
    assert listen_key(unsigned(again, "PUT")) == first
    again.exchange.pass_time(HOUR)
    third = Trader(again.exchange.restarted(), alice.key)
    assert unsigned(third, "PUT").refusal == (400, -1125)


def test_two_accounts_never_share_a_key_and_a_deleted_one_is_gone() -> None:
    table = MemoryListenKeys()
    keys = ListenKeys(table)
    texts = {keys.start(account_id, now=0).text for account_id in (1, 2, 3)}
    assert len(texts) == 3
    keys.stop(2)
    assert {key.account_id for key in table.stored()} == {1, 3}


class SlowTable(MemoryListenKeys):
    """Deleting waits for a disk."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = 0

    def delete(self, account_id: AccountId) -> None:
        super().delete(account_id)
        self.waits += 1


def test_a_clock_that_jumps_waits_for_no_key_that_ends() -> None:
    table = SlowTable()
    keys = ListenKeys(table)
    for account_id in range(1, 100):
        keys.start(account_id, now=0)
    keys.expire(HOUR)
    assert table.stored() == []
    assert table.waits == 0
    keys.start(1, now=HOUR)
    keys.stop(1)
    assert table.waits == 1


def test_of_old_keeping_it_alive_told_nothing() -> None:
    exchange = Exchange(api_date="2024-04-24")
    account_id = exchange.open()
    trader = Trader(exchange, exchange.keys.create(account_id, exchange.now))
    listen_key(unsigned(trader, "POST"))
    assert unsigned(trader, "PUT").json == {}
