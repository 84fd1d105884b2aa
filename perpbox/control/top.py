"""The accounts at a glance, a page at a time: what each is worth, needs, and has open."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Final
from urllib.parse import parse_qsl

from msgspec import Struct

from perpbox.account import Account, AccountId
from perpbox.control.desk import MAX_DIGITS, Call, Desk
from perpbox.control.errors import Refused
from perpbox.control.process import ClockShown, FeedShown, clock_shown, feed_shown
from perpbox.engine.state import State
from perpbox.margin.account import account_figures
from perpbox.money import SCALE, Amount, round_up, text, text_short

USUAL: Final = 100
MOST: Final = 1000
"""Accounts of one answer: figures of as many are some milliseconds of the venue's only thread."""


class TopRow(Struct, rename="camel"):
    """Totals as in the account's own answer."""

    account_id: AccountId
    name: str
    total_wallet_balance: str
    total_margin_balance: str
    total_unrealized_profit: str
    total_maint_margin: str
    available_balance: str
    margin_ratio: str | None
    """Maintenance margin over margin balance, rounded up; null where nothing is left to need it."""
    positions: int
    open_orders: int
    conditional_orders: int


class Top(Struct):
    clock: ClockShown
    feed: FeedShown
    sequence: int
    """Number of the last turn."""
    accounts: int
    """Of the whole venue."""
    next: AccountId | None
    """Where the next page begins."""
    rows: list[TopRow]
    """By account id."""


def top(desk: Desk, call: Call) -> Top:
    first, limit = _asked(call.query)
    state = desk.venue.state
    there = (each for each in state.accounts.values() if each.account_id >= first)
    page = list(islice(there, limit + 1))
    return Top(
        clock=clock_shown(desk),
        feed=feed_shown(desk),
        sequence=desk.venue.sequence,
        accounts=len(state.accounts),
        next=page[limit].account_id if len(page) > limit else None,
        rows=[_row(state, each) for each in page[:limit]],
    )


def _row(state: State, account: Account) -> TopRow:
    assets = state.catalogue.assets.values()
    totals = account_figures(account, assets, state.marks, state.rates).totals
    exposures = account.active.values()
    return TopRow(
        account_id=account.account_id,
        name=account.name,
        total_wallet_balance=text(totals.wallet_balance),
        total_margin_balance=text(totals.margin_balance),
        total_unrealized_profit=text(totals.unrealized_profit),
        total_maint_margin=text(totals.maint_margin),
        available_balance=text(totals.available_balance),
        margin_ratio=_ratio(totals.maint_margin, totals.margin_balance),
        positions=sum(1 for e in exposures for p in e.positions.values() if p.quantity),
        open_orders=sum(len(exposure.orders) for exposure in exposures),
        conditional_orders=len(account.conditional_orders),
    )


def _ratio(maint_margin: Amount, margin_balance: Amount) -> str | None:
    if maint_margin == 0:
        return "0"
    if margin_balance <= 0:
        return None
    return text_short(round_up(maint_margin * SCALE, margin_balance))


def _asked(query: bytes) -> tuple[AccountId, int]:
    """The lowest account, and how many."""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    asked = dict(pairs)
    if set(asked) - {"first", "limit"} or len(asked) != len(pairs):
        message = "The query is first=ACCOUNT and limit=NUMBER, each once, if wanted."
        raise Refused(400, "INVALID_REQUEST", message)
    limit = _number(asked, "limit", USUAL)
    if not 1 <= limit <= MOST:
        raise Refused(400, "INVALID_REQUEST", f"limit is a whole number from 1 to {MOST}.")
    return _number(asked, "first", 1), limit


def _number(asked: Mapping[str, str], name: str, usual: int) -> int:
    text = asked.get(name)
    if text is None:
        return usual
    if not (text.isascii() and text.isdigit()) or len(text) > MAX_DIGITS:
        raise Refused(400, "INVALID_REQUEST", f"{name} is a whole number.")
    return int(text)
