"""Recorded ACCOUNT_UPDATE events, each held against the one before."""

from __future__ import annotations

from itertools import groupby
from typing import Final

import pytest

from perpbox.audit import Finding, Options, Verdict, audit, documents_of
from tests.recorded.names import EVENT_BALANCE, EVENT_POSITION
from tests.recorded.tables import Line, table

STREAMS: Final = {
    file: list(lines) for file, lines in groupby(table("events"), key=lambda line: line["file"])
}
CONFIRMED: Final = {
    "events_account_update_xem_2023": {"wb": 1, "cw": 5, "iw": 4, "up": 2},
    "events_isolated_funding_20230425": {"wb": 7, "cw": 7, "iw": 1},
    "roq_evt_account_update_order": {"cw": 1, "iw": 1},
    "roq_evt_account_update_papi": {"cw": 1},
    "roq_evt_account_update_withdraw": {"cw": 1},
}
"""How many of each field follow from the event or the one before, and agree."""


def as_event(line: Line) -> dict[str, object]:
    position = {field: line[column] for column, field in EVENT_POSITION.items() if line.has(column)}
    balance = {field: line[column] for column, field in EVENT_BALANCE.items()}
    update = {"m": line["reason"], "B": [balance], "P": [position] if position else []}
    return {"e": "ACCOUNT_UPDATE", "E": 0, "T": 0, "a": update}


def findings_of(file: str) -> list[Finding]:
    return audit(documents_of(file, [as_event(line) for line in STREAMS[file]]), Options())


@pytest.mark.parametrize("file", STREAMS)
def test_the_events_of_a_stream_agree(file: str) -> None:
    findings = findings_of(file)
    counts: dict[str, int] = {}
    for each in findings:
        if each.verdict is Verdict.EXACT:
            name = each.field.rpartition(".")[2]
            counts[name] = counts.get(name, 0) + 1
    assert counts == CONFIRMED[file]
    assert not [each for each in findings if each.verdict is Verdict.OFF]


def test_funding_of_an_isolated_position_goes_to_its_own_wallet() -> None:
    """BTCUSDT, 82.49447196 before and 0.04090238 received."""
    found = {each.field: each for each in findings_of("events_isolated_funding_20230425")}
    assert found["event 2 P[BTCUSDT BOTH].iw"].recomputed == "82.53537434"
    assert found["event 3 B[USDT].cw"].recomputed == "2414.39037419"
