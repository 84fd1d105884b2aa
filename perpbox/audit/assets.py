"""The figures of an asset's row, of a balance, and of single-asset totals, which are USDT's row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, TypeAlias

from msgspec import Struct

from perpbox.audit.dollars import Dollars
from perpbox.audit.figures import Row
from perpbox.audit.sums import Sums
from perpbox.audit.verdict import (
    ROUNDINGS,
    Finding,
    Recomputed,
    at_least,
    attempt,
    between,
    certain,
    doubted,
    is_figure,
    judge,
    presumably,
    unknown,
)
from perpbox.margin.asset import AssetFigures, Totals
from perpbox.margin.multi_assets import Rates, share_out
from perpbox.money import SCALE, Amount

NO_POSITIONS: Final = "the positions are not in the answer"
OTHER_MOMENT: Final = "the positions are of another answer, and maybe of another moment"
LEFT_OUT: Final = "positions are left out of the answer"
NO_MODE: Final = "the asset mode is not in the file"
SPLIT: Final = "how much of the margin is isolated is not in the file"
NO_INDEX: Final = "the asset index of that moment is not in the file"
SHARED: Final = "account's availableBalance / askRate"
CROSS_ONLY: Final = "{}: multi-assets mode is cross only"
ONE_TO_ONE: Final = Rates(SCALE, SCALE, SCALE, SCALE)


class Case(Struct, frozen=True):
    """An asset's row with what is known around it."""

    row: Row
    multi_assets: bool | None
    sums: Sums | None
    """Of the asset's positions; None if the answer lists none."""
    elsewhere: Sums | None
    """Of the asset's positions in all the answers, which may be of other moments."""
    dollars: Dollars | None = None
    """The account around it in USD, for multi-assets mode."""

    @property
    def is_idle(self) -> bool:
        """Whether the row itself says that it has no position: one would need margin."""
        row = self.row
        return row.has("positionInitialMargin") and row.figure("positionInitialMargin") == 0

    @property
    def is_all_cross(self) -> bool:
        """Whether no isolated position holds a wallet of its own."""
        if self.multi_assets:
            return True
        return self.row.figure("crossWalletBalance") == self.row.figure("walletBalance")

    def figures(
        self, cross_initial: Amount, cross_maint: Amount, isolated_orders: Amount
    ) -> AssetFigures:
        """The row with its margin split into cross and isolated as told."""
        row = self.row
        cross = row.figure("crossWalletBalance")
        wallet = row.figure_or("walletBalance", cross)
        figures = AssetFigures(row.text("asset"), wallet)
        figures.isolated_wallet = wallet - cross
        figures.cross_unrealized_profit = row.figure("crossUnPnl")
        figures.cross_initial_margin = cross_initial
        figures.cross_maint_margin = cross_maint
        figures.isolated_open_order_margin = isolated_orders
        return figures


Recompute: TypeAlias = Callable[[Case], Recomputed]


def asset_findings(case: Case) -> Iterator[Finding]:
    """One finding for each derived field that the row has."""
    for name, (formula, recompute) in FIELDS.items():
        if case.row.has(name):
            yield judge(case.row, name, formula, attempt(partial(recompute, case)))


def recomputed_of(case: Case, name: str) -> tuple[str, Recomputed]:
    """The usual formula of one field, and what it gives."""
    formula, recompute = FIELDS[name]
    return formula, attempt(partial(recompute, case))


# Sums over the positions


def _sum(name: str, case: Case) -> Recomputed:
    """A sum over the positions; of what is never negative, rows left out can only add."""
    sums = case.sums
    if sums is None or (not sums.rows and case.is_idle):
        return certain(0, "0: no position") if case.is_idle else unknown(NO_POSITIONS)
    total = sums.total(name)
    if name == "openOrderInitialMargin":
        return at_least(total, "open orders of other symbols are left out of the answer")
    if sums.is_complete:
        return certain(total)
    if name == "unrealizedProfit":
        return presumably(total, LEFT_OUT, slack=ROUNDINGS)
    return at_least(total, LEFT_OUT)


def _position_initial_margin(case: Case) -> Recomputed:
    sums = case.sums
    if sums is None:
        return unknown(NO_POSITIONS)
    if not sums.has_parts:
        whole = sums.total("initialMargin") - case.row.figure("openOrderInitialMargin")
        formula = "Σ initialMargin − openOrderInitialMargin"
        return certain(whole, formula) if sums.is_complete else at_least(whole, LEFT_OUT, formula)
    return at_least(sums.total("positionInitialMargin"), LEFT_OUT)


def _open_order_initial_margin(case: Case) -> Recomputed:
    sums = case.sums
    if sums is not None and not sums.has_parts:
        whole = sums.total("initialMargin") - case.row.figure("positionInitialMargin")
        return at_least(whole, LEFT_OUT, "Σ initialMargin − positionInitialMargin")
    return _sum("openOrderInitialMargin", case) if sums is not None else unknown(NO_POSITIONS)


# Within the row


def _initial_margin(case: Case) -> Recomputed:
    row = case.row
    figures = AssetFigures(row.text("asset"))
    figures.position_initial_margin = row.figure("positionInitialMargin")
    figures.open_order_initial_margin = row.figure("openOrderInitialMargin")
    return certain(figures.initial_margin)


def _margin_balance(case: Case) -> Recomputed:
    row = case.row
    figures = AssetFigures(row.text("asset"), row.figure("walletBalance"))
    if row.has("unrealizedProfit") or not case.is_idle:
        figures.unrealized_profit = row.figure("unrealizedProfit")
    return certain(figures.margin_balance)


def _cross_wallet_balance(case: Case) -> Recomputed:
    row = case.row
    figures = AssetFigures(row.text("asset"), row.figure("walletBalance"))
    if case.multi_assets:
        return certain(figures.cross_wallet_balance, CROSS_ONLY.format("walletBalance"))
    if case.is_idle:
        return certain(figures.cross_wallet_balance)
    if case.sums is not None and case.sums.is_complete:
        figures.isolated_wallet = case.sums.figures.isolated_wallet
        return certain(figures.cross_wallet_balance)
    figures.isolated_wallet = case.elsewhere.figures.isolated_wallet if case.elsewhere else 0
    return presumably(figures.cross_wallet_balance, "isolated wallets may be left out")


def _cross_profit(case: Case) -> Recomputed:
    row = case.row
    if case.is_idle:
        return certain(0, "0: no position")
    if case.sums is not None and case.sums.is_complete:
        return certain(case.sums.figures.cross_unrealized_profit)
    if row.has("unrealizedProfit") and case.is_all_cross:
        return certain(row.figure("unrealizedProfit"), "unrealizedProfit: nothing is isolated")
    if case.elsewhere is not None:
        return presumably(case.elsewhere.figures.cross_unrealized_profit, OTHER_MOMENT)
    return unknown(SPLIT if row.has("unrealizedProfit") else NO_POSITIONS)


def _available_balance(case: Case) -> Recomputed:
    row = case.row
    if case.multi_assets:
        shared = case.dollars.share_of(row) if case.dollars else None
        return shared or unknown(NO_INDEX, SHARED)
    if not row.has("initialMargin"):
        return _available_without_margins(case)
    whole = row.figure("initialMargin")
    if case.is_all_cross:
        single = certain(case.figures(whole, 0, 0).available_balance)
    elif case.sums is not None and case.sums.splits_margin:
        sums = case.sums.figures
        figures = case.figures(sums.cross_initial_margin, 0, sums.isolated_open_order_margin)
        single = certain(figures.available_balance)
    else:
        single = _available_of_either(case, whole)
    return single if case.multi_assets is False else doubted(single, NO_MODE)


def _available_of_either(case: Case, whole: Amount) -> Recomputed:
    """All positions cross, or all isolated, or anything between."""
    row = case.row
    orders = row.figure_or("openOrderInitialMargin", 0)
    isolated = case.figures(orders, 0, 0).available_balance
    if row.figure("crossUnPnl") == 0 != row.figure_or("unrealizedProfit", 0):
        # No cross position shows a profit or a loss.
        return presumably(isolated, SPLIT)
    return between(case.figures(whole, 0, 0).available_balance, isolated, SPLIT)


def _available_without_margins(case: Case) -> Recomputed:
    """A balance does not say what margin is in use; another answer may."""
    if case.elsewhere is not None and case.elsewhere.is_split and case.multi_assets is False:
        sums = case.elsewhere.figures
        figures = case.figures(sums.cross_initial_margin, 0, sums.isolated_open_order_margin)
        return presumably(figures.available_balance, OTHER_MOMENT)
    most = case.figures(0, 0, 0).available_balance
    single = between(0, most, "the margin in use is not in the answer")
    return doubted(single, NO_MODE) if case.multi_assets is None else single


def _max_withdraw_amount(case: Case) -> Recomputed:
    available = case.row.figure("availableBalance")
    if case.multi_assets:
        return certain(_shared_max(case, available), "min(walletBalance, availableBalance)")
    single = _single_max(case, available)
    if case.multi_assets is False:
        return single
    if is_figure(single) and single.low == _shared_max(case, available):
        return single
    return doubted(single, NO_MODE)


def _shared_max(case: Case, available: Amount) -> Amount:
    """What multi-assets mode lets go: at a rate of one the shared balance is the row's own."""
    figures = AssetFigures(case.row.text("asset"), case.row.figure("walletBalance"))
    zeros = (0,) * 9
    share_out([figures], Totals(*zeros, available, available), {figures.asset: ONE_TO_ONE})
    return figures.max_withdraw_amount


def _single_max(case: Case, available: Amount) -> Recomputed:
    """Whatever the split, isolated orders and cross positions hold back at least nothing, and
    at most what is missing from the balance, for maintenance margin is below initial margin.
    """
    row = case.row
    if case.sums is not None and case.sums.splits_margin:
        sums = case.sums.figures
        held_back = [(sums.cross_maint_margin, sums.isolated_open_order_margin)]
    elif row.has("maintMargin") and case.is_all_cross:
        orders = row.figure("openOrderInitialMargin")
        held_back = [(row.figure("maintMargin"), each) for each in (0, orders)]
    else:
        held = row.figure("crossWalletBalance") + row.figure("crossUnPnl")
        held_back = [(0, 0), (max(0, held - available), 0)]
    found = [_withdrawable(case, available, maint, orders) for maint, orders in held_back]
    if available == 0:
        return certain(0)
    if found[0] == found[-1]:
        return certain(found[0])
    return between(found[0], found[-1], "the maintenance margin held back is not in the answer")


def _withdrawable(case: Case, available: Amount, maint: Amount, orders: Amount) -> Amount:
    """The row's own available balance put to the formula, so that one error shows once."""
    figures = case.figures(0, maint, orders)
    figures.shared_available_balance = available
    return figures.max_withdraw_amount


FIELDS: Final[dict[str, tuple[str, Recompute]]] = {
    "unrealizedProfit": ("Σ unrealizedProfit", partial(_sum, "unrealizedProfit")),
    "marginBalance": ("walletBalance + unrealizedProfit", _margin_balance),
    "maintMargin": ("Σ maintMargin", partial(_sum, "maintMargin")),
    "initialMargin": ("positionInitialMargin + openOrderInitialMargin", _initial_margin),
    "positionInitialMargin": ("Σ positionInitialMargin", _position_initial_margin),
    "openOrderInitialMargin": ("Σ openOrderInitialMargin", _open_order_initial_margin),
    "crossWalletBalance": ("walletBalance − Σ isolatedWallet", _cross_wallet_balance),
    "crossUnPnl": ("Σ unrealizedProfit, cross", _cross_profit),
    "availableBalance": ("crossWalletBalance + crossUnPnl − initialMargin", _available_balance),
    "maxWithdrawAmount": (
        "min(crossWalletBalance − maintMargin, availableBalance)",
        _max_withdraw_amount,
    ),
}
