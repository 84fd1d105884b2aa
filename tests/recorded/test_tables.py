"""The tables say what the recordings say, digit for digit; skips where there are no recordings."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.recorded.names import (
    ASSET,
    EVENT_BALANCE,
    EVENT_POSITION,
    INDEX,
    INDEX_EVENT,
    ORDER,
    POSITION,
    TOTALS,
    TRADE,
)
from tests.recorded.tables import MISSING, RECORDINGS, Line, is_zero, objects_in, recorded, table

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not RECORDINGS.is_dir(), reason=MISSING),
]

Row = Mapping[str, Any]


def rows_of(file: str, is_row: Callable[[Row], bool]) -> list[Row]:
    return [found for found in objects_in(recorded(file)) if is_row(found)]


def assert_same(line: Line, row: Row, names: Mapping[str, str]) -> None:
    """Every cell is what the recording has, and where it has a field there is a cell."""
    for column, field in names.items():
        assert line[column] == str(row.get(field, "-")), f"{line}: {column}"


def holds_anything(row: Row) -> bool:
    return "positionAmt" in row and not (
        is_zero(row["positionAmt"]) and is_zero(row.get("initialMargin", "0"))
    )


@pytest.mark.parametrize("line", table("positions"), ids=str)
def test_positions(line: Line) -> None:
    row = rows_of(line["file"], holds_anything)[int(line["row"]) - 1]
    assert (line["symbol"], line["amt"]) == (row["symbol"], row["positionAmt"])
    assert line["side"] == row["positionSide"]
    names = {
        column: field
        for column, field in POSITION.items()
        if column not in {"liquidation", "profit"}
    }
    assert_same(line, row, names)
    assert line["profit"] == row.get("unRealizedProfit", row.get("unrealizedProfit"))
    if line["type"] == "isolated" and "liquidationPrice" in row:
        assert line["liquidation"] == row["liquidationPrice"]
    if "leverage" in row:
        assert line["leverage"] == str(row["leverage"])


@pytest.mark.parametrize("line", table("assets"), ids=str)
def test_assets(line: Line) -> None:
    if line["asset"] == "totals":
        assert_same(line, rows_of(line["file"], lambda row: "totalWalletBalance" in row)[0], TOTALS)
        return
    (row,) = rows_of(line["file"], lambda row: row.get("asset") == line["asset"])
    names = {**ASSET, "wallet": "balance" if "balance" in row else "walletBalance"}
    assert_same(line, row, names)


@pytest.mark.parametrize("line", table("rates"), ids=str)
def test_rates(line: Line) -> None:
    rows = rows_of(line["file"], lambda row: line["index"] in {row.get("index"), row.get("i")})
    assert_same(line, rows[0], INDEX if "index" in rows[0] else INDEX_EVENT)


@pytest.mark.parametrize("line", table("events"), ids=str)
def test_events(line: Line) -> None:
    event = rows_of(line["file"], is_update)
    update = event[int(line["event"]) - 1]["a"]
    assert line["reason"] == update["m"]
    assert_same(line, update["B"][0], EVENT_BALANCE)
    position = update["P"][0] if update["P"] else {}
    assert_same(line, position, EVENT_POSITION)


@pytest.mark.parametrize("line", table("orders"), ids=str)
def test_orders(line: Line) -> None:
    row = rows_of(line["file"], is_order)[int(line["row"]) - 1]
    assert line["what"] == row.get("x", "-")
    assert_same(line, row, ORDER if "x" in row else TRADE)


@pytest.mark.parametrize("line", table("break_even"), ids=str)
def test_break_even_prices(line: Line) -> None:
    row = rows_of(line["file"], has_break_even_price)[int(line["row"]) - 1]
    assert (line["symbol"], line["side"]) == (row["symbol"], row["positionSide"])
    assert (line["amt"], line["entry"]) == (row["positionAmt"], row["entryPrice"])
    assert line["break_even"] == row["breakEvenPrice"]


def test_trades() -> None:
    path = RECORDINGS / "userTrades_btc_testnet_202506.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(table("trades")) == 197
    for line, row in zip(table("trades"), rows, strict=True):
        assert (line["side"], line["qty"]) == (row["side"], row["qty"])
        assert (line["commission"], line["profit"]) == (row["commission"], row["realizedPnl"])
        assert line.figure("price") == Line(price=row["price"]).figure("price")
        assert (row["symbol"], row["maker"]) == ("BTCUSDT", "False")


def is_index(row: Row) -> bool:
    return "bidBuffer" in row or row.get("e") == "assetIndexUpdate"


def is_update(row: Row) -> bool:
    return row.get("e") == "ACCOUNT_UPDATE"


def is_order(row: Row) -> bool:
    return "realizedPnl" in row or ("x" in row and "rp" in row)


def has_break_even_price(row: Row) -> bool:
    return "breakEvenPrice" in row and not is_zero(row["positionAmt"])


@pytest.mark.parametrize(
    ("name", "is_row"),
    [
        ("positions", holds_anything),
        ("rates", is_index),
        ("events", is_update),
        ("orders", is_order),
        ("break_even", has_break_even_price),
    ],
)
def test_no_recorded_row_that_holds_anything_is_left_out(
    name: str, is_row: Callable[[Row], bool]
) -> None:
    files = sorted(path.stem for path in RECORDINGS.glob("*.json"))
    assert sum(len(rows_of(file, is_row)) for file in files) == len(table(name))
