"""Messages of user data streams, sorted and abridged as tests look at them."""

from __future__ import annotations

from typing import Any, Final

from tests.api.fields import names
from tests.api.listening import Connection

ORDER_UPDATE: Final = names(
    "s c S o f q p ap sp x X i l z L T t b a m R wt ot ps cp rp pP si ss V pm gtd er"
)
"""Recorded up to `ss`, as documented from there on; a fill's `n` and `N` stand behind `L`."""
TRADE_LITE: Final = names("e E T s q p m c S L l t i")
ALGO_UPDATE: Final = names("caid aid at o s S ps f q X ai ap aq act tp p V wt pm cp pP R tt gtd rm")
POSITION: Final = names("s pa ep cr up mt iw ps ma bep")
BALANCE: Final = names("a wb cw bc")


def kinds(messages: list[Any]) -> list[str]:
    """What each message is, with the execution or the reason: "ORDER_TRADE_UPDATE NEW"."""
    told = []
    for message in messages:
        detail = ""
        if message["e"] == "ORDER_TRADE_UPDATE":
            detail = f" {message['o']['x']}"
        elif message["e"] == "ALGO_UPDATE":
            detail = f" {message['o']['X']}"
        elif message["e"] == "ACCOUNT_UPDATE":
            detail = f" {message['a']['m']}"
        told.append(message["e"] + detail)
    return told


def of_kind(messages: list[Any], event: str) -> list[Any]:
    """The inner rows of the messages of one kind."""
    inner = {"ORDER_TRADE_UPDATE": "o", "ALGO_UPDATE": "o", "ACCOUNT_UPDATE": "a"}
    rows = [message for message in messages if message["e"] == event]
    return [row[inner[event]] for row in rows] if event in inner else rows


def updates(connection: Connection) -> list[Any]:
    """What has come of orders since the last call."""
    return of_kind(connection.messages(), "ORDER_TRADE_UPDATE")


def changes(connection: Connection) -> list[Any]:
    """Likewise, of the account."""
    return of_kind(connection.messages(), "ACCOUNT_UPDATE")


def outlined(rows: list[Any], fields: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in fields.split()) for row in rows]


def balances(change: Any) -> dict[str, tuple[str, str, str]]:
    """Wallet balance, cross wallet balance and balance change by asset."""
    assert all(list(row) == BALANCE for row in change["B"])
    return {row["a"]: (row["wb"], row["cw"], row["bc"]) for row in change["B"]}


def legs(change: Any) -> dict[tuple[str, str], tuple[str, ...]]:
    """Quantity, entry price, realized, margin type and isolated wallet by leg."""
    assert all(list(row) == POSITION for row in change["P"])
    return {
        (row["s"], row["ps"]): (row["pa"], row["ep"], row["cr"], row["mt"], row["iw"])
        for row in change["P"]
    }
