"""The totals of an account: USDT's row in single-asset mode, a sum in USD in multi-assets mode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, TypeAlias

from msgspec import Struct

from perpbox.audit.assets import CROSS_ONLY, NO_INDEX, NO_MODE, Case, recomputed_of
from perpbox.audit.dollars import Dollars
from perpbox.audit.figures import Row
from perpbox.audit.verdict import (
    Finding,
    Recomputed,
    attempt,
    certain,
    doubted,
    is_figure,
    judge,
    presumably,
    unknown,
)
from perpbox.margin.account import TOTALS_ASSET
from perpbox.margin.multi_assets import totals_of

DERIVED: Final = (
    "walletBalance",
    "unrealizedProfit",
    "marginBalance",
    "maintMargin",
    "initialMargin",
    "positionInitialMargin",
    "openOrderInitialMargin",
    "crossWalletBalance",
    "crossUnPnl",
    "availableBalance",
    "maxWithdrawAmount",
)
"""Under the names of an asset's row."""


class Head(Struct, frozen=True):
    """The totals of an answer, and what they are made of."""

    case: Case
    """The totals as if they were USDT's row, which they are in single-asset mode."""
    usdt: Row | None
    """USDT's row itself, if the answer has it."""
    dollars: Dollars

    @property
    def row(self) -> Row:
        return self.case.row


Recompute: TypeAlias = Callable[[Head], Recomputed]


def totals_findings(head: Head) -> Iterator[Finding]:
    """One finding for each total that the answer has."""
    for name in DERIVED:
        if head.row.has(name):
            formula, recomputed = _recomputed(head, name)
            yield judge(head.row, name, formula, recomputed)


def _recomputed(head: Head, name: str) -> tuple[str, Recomputed]:
    if head.case.multi_assets:
        return _in_usd(head, name)
    if head.usdt is not None and head.usdt.has(name):
        told = head.usdt.figure(name)
        place = head.usdt.place(name)
        if head.case.multi_assets is False:
            return place, certain(told)
        return place, presumably(told, NO_MODE)
    if name == "walletBalance":
        return "", unknown(f"the row of {TOTALS_ASSET} is not in the answer")
    formula, single = recomputed_of(head.case, name)
    if head.case.multi_assets is False:
        return formula, single
    return formula, _of_either_mode(single, _in_usd(head, name)[1])


def _of_either_mode(single: Recomputed, multi: Recomputed) -> Recomputed:
    """What both modes agree on is certain, whichever it is."""
    if single.low is None or single.low != single.high:
        return single
    if multi.low == multi.high == single.low and is_figure(multi):
        return certain(single.low)
    return doubted(single, NO_MODE)


# Multi-assets mode


def _in_usd(head: Head, name: str) -> tuple[str, Recomputed]:
    formula, recompute = IN_USD[name]
    return formula, attempt(partial(recompute, head))


def _summed(name: str, head: Head) -> Recomputed:
    return head.dollars.sum_of(name) or unknown(NO_INDEX)


def _cross_wallet_balance(head: Head) -> Recomputed:
    return certain(head.row.figure("walletBalance"))


def _profit(head: Head) -> Recomputed:
    row = head.row
    made = totals_of(row.figure("walletBalance"), 0, row.figure("marginBalance"), 0, 0, 0)
    return certain(made.unrealized_profit)


def _open_order_initial_margin(head: Head) -> Recomputed:
    row = head.row
    position = row.figure("positionInitialMargin")
    made = totals_of(0, 0, 0, row.figure("initialMargin"), position, 0)
    return certain(made.open_order_initial_margin)


def _available_balance(head: Head) -> Recomputed:
    row = head.row
    made = totals_of(0, 0, row.figure("marginBalance"), row.figure("initialMargin"), 0, 0)
    return certain(made.available_balance)


def _max_withdraw_amount(head: Head) -> Recomputed:
    """With the answer's own available balance, so that one error shows once."""
    made = totals_of(0, 0, head.row.figure("availableBalance"), 0, 0, 0)
    return certain(made.max_withdraw_amount)


IN_USD: Final[dict[str, tuple[str, Recompute]]] = {
    "walletBalance": ("Σ walletBalance × bidRate", partial(_summed, "walletBalance")),
    "marginBalance": ("Σ marginBalance × bidRate", partial(_summed, "marginBalance")),
    "initialMargin": ("Σ initialMargin × askRate", partial(_summed, "initialMargin")),
    "positionInitialMargin": (
        "Σ positionInitialMargin × askRate",
        partial(_summed, "positionInitialMargin"),
    ),
    "maintMargin": ("Σ maintMargin × askRate", partial(_summed, "maintMargin")),
    "unrealizedProfit": ("totalMarginBalance − totalWalletBalance", _profit),
    "crossUnPnl": ("totalMarginBalance − totalWalletBalance", _profit),
    "openOrderInitialMargin": (
        "totalInitialMargin − totalPositionInitialMargin",
        _open_order_initial_margin,
    ),
    "crossWalletBalance": (CROSS_ONLY.format("totalWalletBalance"), _cross_wallet_balance),
    "availableBalance": ("totalMarginBalance − totalInitialMargin", _available_balance),
    "maxWithdrawAmount": ("availableBalance", _max_withdraw_amount),
}
