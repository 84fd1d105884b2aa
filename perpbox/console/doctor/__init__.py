"""`perpbox doctor`: would a bot's calls stay on this machine, and would the venue answer them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from rich.markup import escape
from rich.table import Table

from perpbox.clients.place import NotAnAddress, place
from perpbox.console.doctor.configurations import findings_of, own_python
from perpbox.console.doctor.findings import BAD, Finding, Verdict
from perpbox.console.doctor.venue import environment_findings, token_of, venue_findings
from perpbox.server.settings import Unusable

__all__ = ["BAD", "Finding", "Verdict", "examined", "is_bad", "table_of"]

COUNTED: Final = (Verdict.VENUE, Verdict.NOWHERE)
STYLES: Final = {
    Verdict.WRONG: "bold red",
    Verdict.LEAVES: "bold red",
    Verdict.MACHINE: "yellow",
    Verdict.NOTE: "yellow",
}


def examined(
    configurations: Sequence[str],
    url: str,
    *,
    token: str | None,
    api_key: str,
    secret: str,
    python: str | None,
) -> list[Finding]:
    """The venue, the environment, then each configuration. Raises `Unusable`."""
    try:
        base_url = place(url).base_url
    except NotAnAddress as error:
        raise Unusable(f"--url: {error}.") from None
    found = venue_findings(base_url, token_of(token), api_key, secret)
    found += environment_findings(base_url)
    for each in configurations:
        found += findings_of(each, base_url, python or own_python())
    return found


def is_bad(findings: Sequence[Finding]) -> bool:
    return any(each.verdict in BAD for each in findings)


def table_of(findings: Sequence[Finding], *, every: bool) -> Table:
    """A row each; unless every one is wanted, addresses that lead well are counted alone."""
    table = Table()
    for heading in ("", "where", "what", "verdict"):
        table.add_column(heading, overflow="fold")
    for each in findings if every else _told_shortly(findings):
        cells = (each.subject, each.where, each.what, each.verdict.value)
        table.add_row(*map(escape, cells), style=STYLES.get(each.verdict, ""))
    return table


def _told_shortly(findings: Sequence[Finding]) -> Iterator[Finding]:
    for subject, group in groupby(findings, key=lambda each: each.subject):
        mine = list(group)
        for verdict in COUNTED:
            count = sum(each.verdict is verdict for each in mine)
            if count:
                yield Finding(subject, "", _addresses(count), verdict)
        yield from (each for each in mine if each.verdict not in COUNTED)


def _addresses(count: int) -> str:
    return "1 address" if count == 1 else f"{count} addresses"
