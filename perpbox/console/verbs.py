"""Verbs that are one call of a running venue: how it stands, its accounts, prices, time."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, TypeAlias

from cyclopts import App, Parameter

from perpbox.console.operator import ASK, Asking, pair
from perpbox.console.output import facts, grid
from perpbox.feed.clock import iso
from perpbox.server.settings import Unusable

Ask: TypeAlias = Annotated[Asking, Parameter(name="*")]

ASKING: Final = "Ask a running venue"
ACCOUNTS: Final = "/box/v1/accounts"

account = App(
    name="account",
    help="Open an account of a running venue, look at it, fund it, end it.",
    group=ASKING,
)


def status(*, ask: Ask = ASK) -> int:
    """Say how a running venue stands: its version, time, feed, accounts and journal.

    Example: perpbox status --url http://127.0.0.1:8900
    """
    told = ask.operator().ask("GET", "/box/v1/status")
    rows = [
        ("version", told["version"]),
        ("time", told["clock"]["iso"]),
        ("clock", _pace(told["clock"])),
        ("feed", told["feed"]["kind"] + ("" if told["feed"]["running"] else ", not moving")),
        ("symbols", len(told["symbols"])),
        ("accounts", told["accounts"]),
        ("turns", f"{told['sequence']}, durable {told['durableSequence']}"),
        ("journal", told["journal"]),
        ("up for", f"{told['uptimeSeconds']:.0f} s"),
        ("failures", told["failures"]),
    ]
    return ask.tell(told, facts(rows))


def accounts(*, ask: Ask = ASK) -> int:
    """List the accounts of a running venue.

    Example: perpbox accounts --json
    """
    told = ask.operator().ask("GET", ACCOUNTS)
    rows = [(each["accountId"], each["name"], iso(each["created"])) for each in told["accounts"]]
    return ask.tell(told, grid(("account", "name", "opened"), rows, left=3))


@account.command(name="open")
def open_account(*balances: str, name: str = "", ask: Ask = ASK) -> int:
    """Open an account; the answer has its key and its secret.

    Example: perpbox account open --name alice USDT=10000 BNB=0.5

    Parameters
    ----------
    balances
        What it holds at first, by asset.
    name
        A label for people.
    """
    body = {"name": name, "balances": dict(map(pair, balances))}
    return _tell(ask, ask.operator().ask("POST", ACCOUNTS, body))


@account.command
def show(account_id: int, /, *, ask: Ask = ASK) -> int:
    """Show an account: name, modes, wallets, how many orders and positions, keys.

    Example: perpbox account show 1

    Parameters
    ----------
    account_id
        Its number.
    """
    return _tell(ask, ask.operator().ask("GET", f"{ACCOUNTS}/{account_id}"))


@account.command
def transfer(account_id: int, amount: str, /, *, ask: Ask = ASK) -> int:
    """Pay money into an account; out of it where the amount is below zero.

    Example: perpbox account transfer 1 USDT=-500

    Parameters
    ----------
    account_id
        Its number.
    amount
        Asset and amount.
    """
    asset, value = pair(amount)
    body = {"asset": asset, "amount": value}
    return _tell(ask, ask.operator().ask("POST", f"{ACCOUNTS}/{account_id}/transfer", body))


@account.command
def reset(account_id: int, /, *, ask: Ask = ASK) -> int:
    """Let an account be as on the day it was opened; its keys stay.

    Example: perpbox account reset 1

    Parameters
    ----------
    account_id
        Its number.
    """
    return _tell(ask, ask.operator().ask("POST", f"{ACCOUNTS}/{account_id}/reset"))


@account.command
def close(account_id: int, /, *, ask: Ask = ASK) -> int:
    """End an account, with its orders, positions, keys and history.

    Example: perpbox account close 1

    Parameters
    ----------
    account_id
        Its number.
    """
    return _tell(ask, ask.operator().ask("DELETE", f"{ACCOUNTS}/{account_id}"))


def price(*prices: str, ask: Ask = ASK) -> int:
    """Move mark, index and last price of symbols, or the index of an asset.

    Example: perpbox price BTCUSDT=50000 ETHUSDT=3000

    Parameters
    ----------
    prices
        Symbol and price.
    """
    if not prices:
        raise Unusable("price needs at least one price, such as BTCUSDT=50000.")
    told = ask.operator().ask("POST", "/box/v1/prices", dict(map(pair, prices)))
    rows = [
        (name, "", moved, "")
        if isinstance(moved, str)
        else (name, moved["mark"], moved["index"], moved["last"])
        for name, moved in told.items()
    ]
    return ask.tell(told, grid(("symbol", "mark", "index", "last"), rows))


def clock(
    *,
    advance: str | None = None,
    to: str | None = None,
    mode: Literal["manual", "real", "fast"] | None = None,
    speed: float | None = None,
    ask: Ask = ASK,
) -> int:
    """Show the time of a running venue, move it, or change its pace.

    Example: perpbox clock --advance 8h

    Parameters
    ----------
    advance
        Go on by 8h, 15m, 90s or 250ms; what falls due on the way happens in order.
    to
        Go on to a time: 2026-11-22T08:00:00Z.
    mode
        manual: stand until it is moved; real: run; fast: go as fast as the feed.
    speed
        Run so many times as fast as the machine's clock.
    """
    given = {"advance": advance, "to": to, "mode": mode, "speed": speed}
    wanted = {name: value for name, value in given.items() if value is not None}
    operator = ask.operator()
    if wanted:
        told = operator.ask("POST", "/box/v1/clock", wanted)
    else:
        told = operator.ask("GET", "/box/v1/status")["clock"]
    return ask.tell(told, facts([("time", told["iso"]), ("clock", _pace(told))]))


def _tell(ask: Asking, told: dict[str, Any]) -> int:
    """An object as it is, a line for each name."""
    return ask.tell(told, facts((name, _words(value)) for name, value in told.items()))


def _words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(each)}" for name, each in value.items())
    if isinstance(value, list):
        apart = "\n" if any(isinstance(each, dict) for each in value) else " "
        return apart.join(map(_words, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _pace(told: dict[str, Any]) -> str:
    return f"x{told['speed']:g}" if "speed" in told else str(told["mode"])
