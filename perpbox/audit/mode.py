"""Single-asset or multi-assets mode, told by an answer's own figures where no field says it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from perpbox.audit.documents import Document, Kind, asset_rows, position_rows, totals_row
from perpbox.audit.figures import Row
from perpbox.margin.account import TOTALS_ASSET


def told_mode(document: Document) -> bool | None:
    """Whether a field says multi-assets mode; None if there is none."""
    for fields in document.objects:
        told = Row(document.source, "", fields).flag("multiAssetsMargin")
        if told is not None:
            return told
    return None


def shown_mode(document: Document) -> bool | None:
    """Whether the figures can only be of multi-assets mode, or only not; None if of either."""
    if document.kind not in {Kind.ACCOUNT, Kind.ASSETS, Kind.BALANCE}:
        return None
    rows = asset_rows(document)
    if any(_shares_more_than_it_holds(row) for row in rows):
        return True
    totals = [totals_row(document)] if document.kind is Kind.ACCOUNT else []
    signs: Sequence[Callable[[], bool]] = (
        lambda: any(_holds_isolated_margin(row) for row in [*rows, *totals]),
        lambda: _has_isolated_position(document),
        lambda: _keeps_assets_apart(rows),
        lambda: any(_repeats_the_row(total, rows) for total in totals),
    )
    if any(sign() for sign in signs):
        return False
    return _by_version(document, rows)


def _by_version(document: Document, rows: Sequence[Row]) -> bool | None:
    """The third version of the account names `marginAvailable` in multi-assets mode only."""
    if document.kind is not Kind.ACCOUNT or not rows or "canTrade" in document.objects[0]:
        return None
    return any(row.has("marginAvailable") for row in rows)


def _shares_more_than_it_holds(row: Row) -> bool:
    """An asset with more available than in it borrows from the others."""
    if not row.has("availableBalance"):
        return False
    if row.has("crossWalletBalance") and row.has("crossUnPnl"):
        held = row.figure("crossWalletBalance") + row.figure("crossUnPnl")
    elif row.has("marginBalance"):
        held = row.figure("marginBalance")
    else:
        return False
    return row.figure("availableBalance") > max(0, held)


def _holds_isolated_margin(row: Row) -> bool:
    """Multi-assets mode is cross only."""
    if not (row.has("walletBalance") and row.has("crossWalletBalance")):
        return False
    return row.figure("walletBalance") != row.figure("crossWalletBalance")


def _has_isolated_position(document: Document) -> bool:
    rows = position_rows(document) if document.kind is Kind.ACCOUNT else None
    return any(row.figure_or("isolatedWallet", 0) != 0 for row in rows or ())


def _keeps_assets_apart(rows: Iterable[Row]) -> bool:
    """One asset has something available and another, empty one, nothing."""
    available = [row.figure("availableBalance") for row in rows if row.has("availableBalance")]
    return any(available) and not all(available)


def _repeats_the_row(totals: Row, rows: Iterable[Row]) -> bool:
    """The wallet in USD is to the last digit the wallet in USDT: no rate came between."""
    return any(
        row.text("asset") == TOTALS_ASSET
        and totals.has("walletBalance")
        and row.figure_or("walletBalance", 0) == totals.figure("walletBalance") != 0
        for row in rows
    )
