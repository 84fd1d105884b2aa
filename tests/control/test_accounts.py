"""Accounts and keys over `/box/v1`."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from perpbox.account import OrderType, PositionSide, TimeInForce
from perpbox.engine.commands import PlaceOrder, SetLeverage, SetPositionMode
from perpbox.money import SCALE
from tests.control.desk import NOON, Office

ACCOUNTS = "/box/v1/accounts"


def pem_of(key: Any) -> str:
    text: bytes = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return text.decode()


PEMS = {
    "RSA": pem_of(rsa.generate_private_key(65537, 2048)),
    "ED25519": pem_of(ed25519.Ed25519PrivateKey.generate()),
}
WEAK_PEM = pem_of(rsa.generate_private_key(65537, 1024))  # noqa: S505  to be refused
EC_PEM = pem_of(ec.generate_private_key(ec.SECP256R1()))


def test_an_account_is_opened_with_money_and_a_key() -> None:
    office = Office()
    made = office.post(ACCOUNTS, {"name": "alice", "balances": {"USDT": "10000", "BNB": "0.5"}})
    assert made.status == 200
    assert set(made.json) == {"accountId", "apiKey", "secretKey"}
    assert len(made.json["apiKey"]) == len(made.json["secretKey"]) == 64
    account = office.state.accounts[made.json["accountId"]]
    assert account.wallet("USDT") == 10_000 * SCALE
    assert account.wallet("BNB") == SCALE // 2
    key = office.keys.get(made.json["apiKey"])
    assert key is not None
    assert (key.account_id, key.secret) == (account.account_id, made.json["secretKey"])
    assert key.permissions == ("read", "trade")


def test_an_account_is_shown_without_its_secrets() -> None:
    office = Office()
    made = office.post(ACCOUNTS, {"name": "alice", "balances": {"USDT": "10000.50"}})
    shown = office.get(f"{ACCOUNTS}/{made.json['accountId']}")
    assert shown.json == {
        "accountId": made.json["accountId"],
        "name": "alice",
        "created": NOON,
        "hedgeMode": False,
        "multiAssetsMode": False,
        "balances": {"USDT": "10000.5"},
        "openingBalances": {"USDT": "10000.5"},
        "openOrders": 0,
        "positions": 0,
        "keys": [
            {
                "apiKey": made.json["apiKey"],
                "kind": "HMAC",
                "permissions": ["read", "trade"],
                "ipAllowList": [],
            }
        ],
    }
    assert made.json["secretKey"] not in str(shown.json)


def test_accounts_are_listed_and_may_share_a_name() -> None:
    office = Office()
    assert office.get(ACCOUNTS).json == {"accounts": []}
    first, second = office.account(), office.account()
    assert first != second
    assert office.get(ACCOUNTS).json == {
        "accounts": [
            {"accountId": first, "name": "alice", "created": NOON},
            {"accountId": second, "name": "alice", "created": NOON},
        ]
    }


def test_name_and_balances_may_be_left_out() -> None:
    office = Office()
    bodies: tuple[Any, ...] = (None, {}, {"balances": {}})
    for body in bodies:
        assert office.post(ACCOUNTS, body).status == 200


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"balances": {"DOGE": "1"}}, "UNKNOWN_ASSET"),
        ({"balances": {"USDT": "1", "": "1"}}, "UNKNOWN_ASSET"),
        ({"balances": {"USDT": "-1"}}, "INVALID_AMOUNT"),
        ({"balances": {"USDT": "1", "BNB": "-0.00000001"}}, "INVALID_AMOUNT"),
        ({"balances": {"USDT": "ten"}}, "INVALID_AMOUNT"),
        ({"balances": {"USDT": ""}}, "INVALID_AMOUNT"),
        ({"balances": {"USDT": "NaN"}}, "INVALID_AMOUNT"),
        ({"balances": {"USDT": "1e309"}}, "INVALID_AMOUNT"),
        ({"balances": {"USDT": "1" * 40}}, "INVALID_AMOUNT"),
        ({"balances": {"USDT": "0.000000001"}}, "INVALID_AMOUNT"),
        ({"balances": {"USDT": 10}}, "INVALID_REQUEST"),
        ({"balances": {"USDT": None}}, "INVALID_REQUEST"),
        ({"balances": [["USDT", "1"]]}, "INVALID_REQUEST"),
        ({"name": 5}, "INVALID_REQUEST"),
        ({"name": "a" * 101}, "INVALID_NAME"),
        ({"name": "a\nb"}, "INVALID_NAME"),
        ({"nmae": "alice"}, "INVALID_REQUEST"),
        ({"publicKey": "not a key"}, "INVALID_PUBLIC_KEY"),
        ([], "INVALID_REQUEST"),
        (b"{", "INVALID_JSON"),
        (b'{"name": "\xff"}', "INVALID_JSON"),
        (b"[" * 5000, "INVALID_REQUEST"),
        (b'{"name": "a"} x', "INVALID_JSON"),
    ],
)
def test_an_account_that_cannot_be_is_refused(body: Any, error: str) -> None:
    office = Office()
    told = office.changes_nothing(lambda: office.post(ACCOUNTS, body))
    assert (told.status, told.error) == (400, error)
    assert set(told.json["error"]) == {"code", "message"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/{}"),
        ("DELETE", "/{}"),
        ("POST", "/{}/reset"),
        ("POST", "/{}/keys"),
        ("DELETE", "/{}/keys/abc"),
    ],
)
@pytest.mark.parametrize("name", ["4711", "0", "-1", "-3", "alice", "1.0", "٣", "9" * 40, ""])
def test_a_strangers_account_is_not_found(method: str, path: str, name: str) -> None:
    office = Office()
    office.account()
    told = office.changes_nothing(lambda: office.ask(method, ACCOUNTS + path.format(name)))
    assert (told.status, told.error) == (404, "UNKNOWN_ACCOUNT")
    assert len(office.state.accounts) == 1


def test_money_moves_in_and_out() -> None:
    office = Office()
    account = office.account(USDT="100")
    path = f"{ACCOUNTS}/{account}/transfer"
    assert office.post(path, {"asset": "USDT", "amount": "0.5"}).json == {
        "accountId": account,
        "asset": "USDT",
        "amount": "0.5",
        "balance": "100.5",
    }
    assert office.post(path, {"asset": "USDT", "amount": "-100"}).json["balance"] == "0.5"
    assert office.post(path, {"asset": "BNB", "amount": "3"}).json["balance"] == "3"


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"asset": "USDT", "amount": "-100.00000001"}, 409, "BALANCE_NOT_SUFFICIENT"),
        ({"asset": "USDT", "amount": "0"}, 400, "INVALID_AMOUNT"),
        ({"asset": "USDT", "amount": "much"}, 400, "INVALID_AMOUNT"),
        ({"asset": "XYZ", "amount": "1"}, 400, "UNKNOWN_ASSET"),
        ({"asset": "USDT"}, 400, "INVALID_REQUEST"),
        ({"amount": "1"}, 400, "INVALID_REQUEST"),
        (None, 400, "INVALID_REQUEST"),
    ],
)
def test_money_that_cannot_move_stays(body: Any, status: int, error: str) -> None:
    office = Office()
    account = office.account(USDT="100")
    told = office.changes_nothing(lambda: office.post(f"{ACCOUNTS}/{account}/transfer", body))
    assert (told.status, told.error) == (status, error)
    assert office.state.accounts[account].wallet("USDT") == 100 * SCALE


def test_a_transfer_to_nobody_is_refused() -> None:
    office = Office()
    body = {"asset": "USDT", "amount": "1"}
    told = office.changes_nothing(lambda: office.post(f"{ACCOUNTS}/77/transfer", body))
    assert (told.status, told.error) == (404, "UNKNOWN_ACCOUNT")


def test_a_reset_account_is_as_on_its_first_day() -> None:
    office = Office()
    account = office.account(USDT="10000")
    office.post(f"{ACCOUNTS}/{account}/transfer", {"asset": "USDT", "amount": "5"})
    office.post(f"{ACCOUNTS}/{account}/transfer", {"asset": "BNB", "amount": "5"})
    office.venue.submit(SetPositionMode(account, hedge_mode=True))
    office.venue.submit(SetLeverage(account, "BTCUSDT", 7))
    price = office.state.markets["BTCUSDT"].symbol.tick_size * 100_000
    office.venue.submit(
        PlaceOrder(
            account,
            "BTCUSDT",
            1,
            PositionSide.LONG,
            OrderType.LIMIT,
            SCALE // 10,
            price,
            TimeInForce.GTC,
        )
    )
    before = office.get(f"{ACCOUNTS}/{account}").json
    assert (before["openOrders"], before["hedgeMode"]) == (1, True)
    reset = office.post(f"{ACCOUNTS}/{account}/reset")
    assert reset.status == 200
    assert reset.json == {**before, "hedgeMode": False, "openOrders": 0} | {
        "balances": {"USDT": "10000"},
    }


def test_a_closed_account_is_gone_with_its_keys() -> None:
    office = Office()
    made = office.post(ACCOUNTS, {"balances": {"USDT": "1"}}).json
    path = f"{ACCOUNTS}/{made['accountId']}"
    office.post(f"{path}/keys")
    assert office.delete(path).json == {"accountId": made["accountId"]}
    assert office.get(path).error == "UNKNOWN_ACCOUNT"
    assert office.keys.get(made["apiKey"]) is None
    assert office.keys.of_account(made["accountId"]) == []


# Keys


def test_an_account_may_have_several_keys() -> None:
    office = Office()
    account = office.account()
    path = f"{ACCOUNTS}/{account}/keys"
    wanted = {
        "permissions": ["read"],
        "ipAllowList": ["10.0.0.1", "2001:DB8::1", "::ffff:10.0.0.2"],
    }
    made = office.post(path, wanted)
    assert set(made.json) == {"accountId", "apiKey", "secretKey"}
    everything = office.post(path)
    shown = office.get(f"{ACCOUNTS}/{account}").json["keys"]
    assert len(shown) == 3
    assert shown[1] == {
        "apiKey": made.json["apiKey"],
        "kind": "HMAC",
        "permissions": ["read"],
        "ipAllowList": ["10.0.0.1", "2001:db8::1", "10.0.0.2"],
    }
    assert shown[2]["permissions"] == ["read", "trade"]
    assert shown[2]["apiKey"] == everything.json["apiKey"]


def test_a_removed_key_is_good_for_nothing() -> None:
    office = Office()
    made = office.post(ACCOUNTS).json
    path = f"{ACCOUNTS}/{made['accountId']}/keys/{made['apiKey']}"
    assert office.delete(path).json == {k: made[k] for k in ("accountId", "apiKey")}
    assert office.keys.get(made["apiKey"]) is None
    again = office.delete(path)
    assert (again.status, again.error) == (404, "UNKNOWN_KEY")


def test_a_key_of_another_account_is_not_found() -> None:
    office = Office()
    other = office.account()
    made = office.post(ACCOUNTS).json
    told = office.changes_nothing(
        lambda: office.delete(f"{ACCOUNTS}/{other}/keys/{made['apiKey']}")
    )
    assert (told.status, told.error) == (404, "UNKNOWN_KEY")


@pytest.mark.parametrize("kind", PEMS)
def test_a_public_key_is_registered_and_has_no_secret(kind: str) -> None:
    office = Office()
    pem = PEMS[kind]
    made = office.post(ACCOUNTS, {"publicKey": pem})
    assert set(made.json) == {"accountId", "apiKey"}
    account = made.json["accountId"]
    more = office.post(f"{ACCOUNTS}/{account}/keys", {"publicKey": pem, "permissions": ["read"]})
    assert set(more.json) == {"accountId", "apiKey"}
    shown = office.get(f"{ACCOUNTS}/{account}").json["keys"]
    assert [key["kind"] for key in shown] == [kind, kind]
    key = office.keys.get(made.json["apiKey"])
    assert key is not None
    assert (key.public_key, key.secret) == (pem, "")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"permissions": []}, "INVALID_REQUEST"),
        ({"permissions": ["withdraw"]}, "INVALID_REQUEST"),
        ({"permissions": "read"}, "INVALID_REQUEST"),
        ({"ipAllowList": ["localhost"]}, "INVALID_ADDRESS"),
        ({"ipAllowList": ["10.0.0.0/8"]}, "INVALID_ADDRESS"),
        ({"ipAllowList": [7]}, "INVALID_REQUEST"),
        ({"publicKey": ""}, "INVALID_PUBLIC_KEY"),
        ({"publicKey": WEAK_PEM}, "INVALID_PUBLIC_KEY"),
        ({"publicKey": EC_PEM}, "INVALID_PUBLIC_KEY"),
        ({"publicKey": PEMS["RSA"][:200]}, "INVALID_PUBLIC_KEY"),
    ],
)
def test_a_key_that_cannot_be_is_refused(body: Any, error: str) -> None:
    office = Office()
    account = office.account()
    told = office.changes_nothing(lambda: office.post(f"{ACCOUNTS}/{account}/keys", body))
    assert (told.status, told.error) == (400, error)


def test_an_account_pays_what_the_operator_says() -> None:
    office = Office()
    account_id = office.account(USDT="10000")
    path = f"{ACCOUNTS}/{account_id}/fees"
    rates = {"BTCUSDT": {"maker": "0.0001", "taker": "0.00030"}}
    told = office.post(path, {"tier": 2, "rates": rates})
    shown = {"BTCUSDT": {"maker": "0.0001", "taker": "0.0003"}}
    assert told.json == {"accountId": account_id, "tier": 2, "rates": shown}
    assert office.post(path).json == {"accountId": account_id, "tier": 2, "rates": shown}
    told = office.post(path, {"rates": {"BTCUSDT": None}})
    assert told.json == {"accountId": account_id, "tier": 2, "rates": {}}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"tier": 7}, 400, "INVALID_FEES"),
        ({"tier": -1}, 400, "INVALID_FEES"),
        ({"tier": "1"}, 400, "INVALID_REQUEST"),
        ({"rates": {"NOPE": None}}, 400, "UNKNOWN_SYMBOL"),
        ({"rates": {"BTCUSDT": {"maker": "0.1"}}}, 400, "INVALID_REQUEST"),
        ({"rates": {"BTCUSDT": {"maker": "x", "taker": "0"}}}, 400, "INVALID_FEES"),
        ({"rates": {"BTCUSDT": {"maker": "-0.1", "taker": "0"}}}, 400, "INVALID_FEES"),
        ({"rates": {"BTCUSDT": {"maker": "0", "taker": "1.1"}}}, 400, "INVALID_FEES"),
        ({"fee": 1}, 400, "INVALID_REQUEST"),
    ],
)
def test_fees_that_cannot_be(body: dict[str, Any], status: int, code: str) -> None:
    office = Office()
    path = f"{ACCOUNTS}/{office.account()}/fees"
    told = office.changes_nothing(lambda: office.post(path, body))
    assert (told.status, told.error) == (status, code)


def test_fees_of_a_stranger() -> None:
    office = Office()
    told = office.changes_nothing(lambda: office.post(f"{ACCOUNTS}/99/fees", {"tier": 1}))
    assert (told.status, told.error) == (404, "UNKNOWN_ACCOUNT")
