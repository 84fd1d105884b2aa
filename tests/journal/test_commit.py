"""The one statement that writes: each column is the field of the record that it is named for."""

from __future__ import annotations

import re

import pytest
from msgspec import Struct

from perpbox.journal.commit import BATCH
from perpbox.journal.records import (
    AmendmentRecord,
    ConversionRecord,
    IncomeRecord,
    MarginRecord,
    MarketTrade,
    OrderRecord,
    TradeRecord,
)

DERIVED = {"added": ["amount"], "ended_unfilled": ["status", "executed"]}
"""A column that fields are the reason for."""


@pytest.mark.parametrize(
    ("table", "record"),
    [
        ("orders", OrderRecord),
        ("trades", TradeRecord),
        ("income", IncomeRecord),
        ("margin_changes", MarginRecord),
        ("market_trades", MarketTrade),
        ("amendments", AmendmentRecord),
        ("conversions", ConversionRecord),
    ],
)
def test_columns_are_picked_out_of_their_fields(table: str, record: type[Struct]) -> None:
    written = re.search(
        rf"INSERT INTO {table}\s+\(([^)]*)\)\s+SELECT(.*?)FROM json_each\(NEW\.{table}\)",
        BATCH,
        re.DOTALL,
    )
    assert written is not None
    columns = [name.strip() for name in written[1].split(",")]
    positions = [int(position) for position in re.findall(r"\$\[(\d+)\]", written[2])]
    fields = [record.__struct_fields__[position] for position in positions]
    assert [field for name in columns[:-1] for field in DERIVED.get(name, [name])] == fields
    assert columns[-1] == "data"
    assert written[2].strip().endswith("value")
