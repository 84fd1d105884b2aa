"""The audit in the terminal: files in, a table out, and how it ended as an exit code."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final, Literal

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from perpbox.audit.brackets import Table as Brackets
from perpbox.audit.brackets import tables_of
from perpbox.audit.core import audit
from perpbox.audit.documents import Document, Kind, documents_of, load, read
from perpbox.audit.figures import Unreadable
from perpbox.audit.known import Options
from perpbox.audit.verdict import Finding, Verdict
from perpbox.margin.position import Rounding

AGREES: Final = 0
IS_OFF: Final = 1
CANNOT_READ: Final = 2

MANY: Final = 200
"""Of more findings than this in a file, those that are zero and exact are only counted."""
WIDE: Final = 160
"""In so many columns a field and its figures stand in one line each."""
PIPE: Final = 400
"""Columns for a table that goes to a file or through a pipe: no cell of it is folded."""

STYLES: Final = {Verdict.EXACT: "green", Verdict.OFF: "bold red", Verdict.NOT_DETERMINED: "dim"}


def main(
    paths: Sequence[Path],
    brackets: Path | None = None,
    leverage: Mapping[str, int] | None = None,
    rounding: Literal["2021", "2025"] | None = None,
    *,
    as_json: bool = False,
) -> int:
    """Audit the files as one account's and print what was found; the result is the exit code."""
    try:
        options = _options(brackets, leverage or {}, rounding)
        documents = [document for path in paths for document in read(path)]
        findings = audit(documents, options)
    except Unreadable as error:
        sys.stderr.write(f"perpbox: {' '.join(str(error).split())}\n")
        return CANNOT_READ
    if as_json:
        sys.stdout.write(f"{msgspec.json.format(msgspec.json.encode(findings)).decode()}\n")
    else:
        _show(documents, findings)
    return IS_OFF if any(each.verdict is Verdict.OFF for each in findings) else AGREES


def _options(
    brackets: Path | None, leverage: Mapping[str, int], rounding: Literal["2021", "2025"] | None
) -> Options:
    for symbol, value in leverage.items():
        if value < 1:
            raise Unreadable(f"the leverage of {symbol} is {value}, and the least is 1")
    return Options(
        brackets={} if brackets is None else _tables(brackets),
        leverage=leverage,
        rounding=None if rounding is None else Rounding(rounding),
    )


def _tables(path: Path) -> dict[str, Brackets]:
    documents = documents_of(path.name, load(path))
    if any(document.kind is not Kind.BRACKETS for document in documents):
        raise Unreadable(f"{path.name}: this is not a leverageBracket answer")
    return tables_of(path.name, [each for document in documents for each in document.objects])


def _show(documents: Iterable[Document], findings: Sequence[Finding]) -> None:
    console = Console()
    if not console.is_terminal:
        console.width = PIPE
    for source, found in groupby(findings, key=lambda finding: finding.source):
        _show_file(console, source, list(found))
    silent = {document.source for document in documents} - {each.source for each in findings}
    for source in sorted(silent):
        console.print(f"{escape(source)}: nothing in it is derived", highlight=False)
    counts = Counter(finding.verdict for finding in findings)
    console.print(", ".join(f"{counts[verdict]} {verdict.value}" for verdict in Verdict))


def _show_file(console: Console, source: str, findings: Sequence[Finding]) -> None:
    """One file's table. The live service lists every symbol, and most of them hold nothing."""
    shown = findings
    if len(findings) > MANY:
        shown = [each for each in findings if not _is_plain_zero(each)]
    console.print(_table(source, shown, no_wrap=console.width >= WIDE))
    if len(shown) < len(findings):
        hidden = len(findings) - len(shown)
        console.print(f"and {hidden} fields that are zero, and exactly so", highlight=False)


def _is_plain_zero(finding: Finding) -> bool:
    return finding.verdict is Verdict.EXACT and not finding.recorded.strip("0.")


def _table(source: str, findings: Iterable[Finding], *, no_wrap: bool) -> Table:
    table = Table(title=escape(source), title_justify="left")
    table.add_column("field", overflow="fold", no_wrap=no_wrap)
    table.add_column("recorded", justify="right", overflow="fold", no_wrap=no_wrap)
    table.add_column("recomputed", justify="right", overflow="fold", no_wrap=no_wrap)
    table.add_column("formula", overflow="fold")
    table.add_column("verdict", overflow="fold")
    for each in findings:
        cells = (each.field, each.recorded, each.recomputed, each.formula, verdict_text(each))
        table.add_row(*map(escape, cells), style=STYLES[each.verdict])
    return table


def verdict_text(finding: Finding) -> str:
    """As it stands in the table: "exact", "off by 2 ulp", "not determined: ..."."""
    if finding.verdict is Verdict.OFF:
        return f"off by {finding.ulps} ulp"
    if finding.verdict is Verdict.NOT_DETERMINED:
        return f"not determined: {finding.reason}"
    return "exact"
