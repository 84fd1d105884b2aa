"""Broken dumps: the file, the line and the reason, before anything has moved."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

from perpbox.feed.recorded import BrokenDump, open_recorded
from tests.feed.recorded.dumps import (
    AGG_TRADES,
    BOOK_TICKER,
    FUNDING,
    KLINES,
    MINUTE,
    START,
    TRADES,
    agg_trade,
    kline,
    write,
)
from tests.worlds import CATALOGUE

GOOD = agg_trade(7, 0, "buys", "1", "50000")
BAR = kline(0, "50000 50010 49990 50000")
QUOTE = f"1,50000,1,50001,2,{START},{START}"
SETTLED = f"{START},8,0.0001"


def broken(path: Path) -> BrokenDump:
    with pytest.raises(BrokenDump) as caught:
        open_recorded([path], CATALOGUE)
    assert caught.value.path == path
    return caught.value


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (agg_trade(8, 1, "buys", "1", "NaN"), "'NaN' is no number"),
        (agg_trade(8, 1, "buys", "", "50000"), "'' is no number"),
        (agg_trade(8, 1, "buys", "1e3", "50000"), "'1e3' is no number"),
        (agg_trade(8, 1, "buys", "1", "0.123456789"), "more than eight decimals"),
        (agg_trade(8, 1, "buys", "1", "0"), "0 is no price of BTCUSDT"),
        (agg_trade(8, 1, "buys", "1", "1000001"), "1000001 is no price of BTCUSDT"),
        (agg_trade(8, 1, "buys", "0", "50000"), "0 is no quantity"),
        (agg_trade(8, 1, "buys", "-1", "50000"), "-1 is no quantity"),
        (agg_trade(8, -1, "buys", "1", "50000"), "time goes back"),
        (agg_trade(7, 1, "buys", "1", "50000"), "7 is there twice"),
        (agg_trade(6, 1, "buys", "1", "50000"), "6 comes after 7"),
        (GOOD.rpartition(",")[0], "it has 6 columns and not 7"),
        (f"8,50000,1,8,8,{START + 1},tru", "'tru' is neither true nor false"),
        (f"8,50000,1,8,8,{START}000,true", "no time in milliseconds"),
        (f"8,50000,1,8,8,{START // 1000},true", "no time in milliseconds"),
        (f"8,50000,1,8,8,{START}.0,true", "no whole number"),
        (f"x,50000,1,8,8,{START},true", "'x' is no whole number"),
    ],
)
def test_a_bad_trade(tmp_path: Path, row: str, reason: str) -> None:
    path = write(tmp_path / "BTCUSDT-aggTrades-2024-01.csv", AGG_TRADES, GOOD, row)
    error = broken(path)
    assert error.line == 3
    assert reason in error.reason
    assert str(error).startswith(f"{path}, line 3: ")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (kline(MINUTE, "50000 50010 50005 50008"), "contradict each other"),
        (kline(MINUTE, "50000 50010 49990 NaN"), "'NaN' is no number"),
        (kline(0, "50000 50010 49990 50000"), "or is there twice"),
        (kline(MINUTE, "50000 50010 49990 50000", bought="11"), "less than what takers bought"),
        (BAR.replace(f"{START},", f"{START + MINUTE},", 1), "not after its open_time"),
    ],
)
def test_a_bad_bar(tmp_path: Path, row: str, reason: str) -> None:
    error = broken(write(tmp_path / "BTCUSDT-1m-2024-01.csv", KLINES, BAR, row))
    assert error.line == 3
    assert reason in error.reason


def test_a_bad_quote(tmp_path: Path) -> None:
    row = QUOTE.replace("1,", "2,", 1).replace("50001", "50000")
    error = broken(write(tmp_path / "BTCUSDT-bookTicker-2024-01.csv", BOOK_TICKER, QUOTE, row))
    assert (error.line, error.reason) == (3, "the bid 50000 is not below the ask 50000")


def test_a_quote_where_the_symbol_has_none(tmp_path: Path) -> None:
    row = QUOTE.replace("50000,", "1,")
    error = broken(write(tmp_path / "BTCUSDT-bookTicker-2024-01.csv", BOOK_TICKER, row))
    assert "no quotes of BTCUSDT" in error.reason


def test_a_bad_funding_rate(tmp_path: Path) -> None:
    row = f"{START + 1},7,0.0001"
    error = broken(write(tmp_path / "BTCUSDT-fundingRate-2024-01.csv", FUNDING, SETTLED, row))
    assert (error.line, error.reason) == (3, "10000 each 7 hours is no funding")


def test_a_column_that_is_missing(tmp_path: Path) -> None:
    header = TRADES.replace("qty,", "amount,", 1)
    error = broken(write(tmp_path / "BTCUSDT-trades-2024-01.csv", header, "1,2,3,4,5,true"))
    assert "there is no column qty" in error.reason


def test_a_header_of_another_kind(tmp_path: Path) -> None:
    error = broken(write(tmp_path / "BTCUSDT-trades-2024-01.csv", KLINES, BAR))
    assert "there is no column id" in error.reason


@pytest.mark.parametrize("lines", [(), (AGG_TRADES,)])
def test_a_file_without_a_row(tmp_path: Path, lines: tuple[str, ...]) -> None:
    broken(write(tmp_path / "BTCUSDT-aggTrades-2024-01.csv", *lines))


def test_a_zip_file_that_was_cut_short(tmp_path: Path) -> None:
    path = write(tmp_path / "BTCUSDT-aggTrades-2024-01.zip", AGG_TRADES, GOOD)
    path.write_bytes(path.read_bytes()[:-30])
    error = broken(path)
    assert error.line == 0
    assert "no whole zip file" in error.reason


def test_a_zip_file_with_bytes_that_have_changed(tmp_path: Path) -> None:
    rows = [agg_trade(n, n, "buys", "1", f"5{n:04}") for n in range(1000)]
    path = write(tmp_path / "BTCUSDT-aggTrades-2024-01.zip", *rows)
    data = bytearray(path.read_bytes())
    data[3000] ^= 0xFF
    path.write_bytes(data)
    error = broken(path)
    assert error.line > 0


def test_a_zip_file_of_two(tmp_path: Path) -> None:
    path = write(tmp_path / "BTCUSDT-aggTrades-2024-01.zip", GOOD)
    with ZipFile(path, "a") as packed:
        packed.writestr("other.csv", GOOD)
    assert "it holds 2 files" in broken(path).reason


def test_what_is_no_text(tmp_path: Path) -> None:
    path = write(tmp_path / "BTCUSDT-aggTrades-2024-01.csv", AGG_TRADES, GOOD)
    path.write_bytes(path.read_bytes() + b"8,\xff\xfe\n")
    assert broken(path).reason in {"it is no text", "it has 2 columns and not 7"}


def test_two_files_of_the_same_days(tmp_path: Path) -> None:
    month = write(
        tmp_path / "BTCUSDT-1m-2024-01.csv", BAR, kline(MINUTE, "50000 50010 49990 50000")
    )
    day = write(tmp_path / "BTCUSDT-1m-2024-01-01.csv", kline(MINUTE, "50000 50010 49990 50000"))
    with pytest.raises(BrokenDump, match=r"before .* is over; leave one of them out"):
        open_recorded([month, day], CATALOGUE)


def test_nothing_is_played_when_the_last_file_is_broken(tmp_path: Path) -> None:
    good = write(tmp_path / "BTCUSDT-aggTrades-2024-01.csv", GOOD)
    bad = write(tmp_path / "DOGEUSDT-aggTrades-2024-01.csv", GOOD.replace("50000", "0"))
    with pytest.raises(BrokenDump) as caught:
        open_recorded([good, bad], CATALOGUE)
    assert caught.value.path == bad
