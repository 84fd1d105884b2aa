"""The audit itself: answers and options in, findings out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from perpbox.audit.assets import Case, asset_findings
from perpbox.audit.documents import Document, Kind, asset_rows, position_rows, totals_row
from perpbox.audit.dollars import Dollars
from perpbox.audit.events import event_findings
from perpbox.audit.figures import Row
from perpbox.audit.index import index_findings
from perpbox.audit.known import Known, Options, known_from
from perpbox.audit.positions import position_findings
from perpbox.audit.sums import sums_of
from perpbox.audit.totals import Head, totals_findings
from perpbox.audit.verdict import Finding
from perpbox.margin.account import TOTALS_ASSET


def audit(documents: Sequence[Document], options: Options) -> list[Finding]:
    """Recompute every derived field of answers that are one account's. Raises `Unreadable`."""
    known = known_from(documents, options)
    return list(chain.from_iterable(_findings(document, known) for document in documents))


def _findings(document: Document, known: Known) -> Iterator[Finding]:
    if document.kind is Kind.ACCOUNT:
        yield from _account(document, known)
    elif document.kind is Kind.POSITIONS:
        yield from position_findings(position_rows(document) or [], known)
    elif document.kind in {Kind.ASSETS, Kind.BALANCE}:
        for row in asset_rows(document):
            yield from asset_findings(_case(row, row.text("asset"), document, known))
    elif document.kind is Kind.INDEX:
        yield from index_findings(document)
    elif document.kind is Kind.EVENTS:
        yield from event_findings(document)


def _account(document: Document, known: Known) -> Iterator[Finding]:
    assets = asset_rows(document)
    totals = totals_row(document)
    dollars = Dollars(totals, tuple(assets), known.rates)
    usdt = next((row for row in assets if row.text("asset") == TOTALS_ASSET), None)
    yield from totals_findings(Head(_case(totals, TOTALS_ASSET, document, known), usdt, dollars))
    for row in assets:
        yield from asset_findings(_case(row, row.text("asset"), document, known, dollars))
    yield from position_findings(position_rows(document) or [], known)


def _case(
    row: Row, asset: str, document: Document, known: Known, dollars: Dollars | None = None
) -> Case:
    positions = position_rows(document) if document.kind is Kind.ACCOUNT else None
    return Case(
        row=row,
        multi_assets=known.is_multi_assets(document),
        sums=None if positions is None else sums_of(row, asset, positions, known),
        elsewhere=sums_of(row, asset, known.positions, known) if known.positions else None,
        dollars=dollars,
    )
