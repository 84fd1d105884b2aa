"""A dump is known by its name, its folders or its header, or one sentence says that it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from perpbox.feed.recorded.dumps import identify
from perpbox.feed.recorded.errors import BrokenDump, RecordingError
from perpbox.feed.recorded.kinds import Kind, expand, interval_span, is_unused
from perpbox.feed.recorded.opening import open_recorded
from perpbox.feed.recorded.text import Lines, opened, size_of
from tests.feed.recorded.dumps import AGG_TRADES, FUNDING, HOUR, KLINES, MINUTE, TRADES, write
from tests.feed.recorded.dumps import agg_trade as row
from tests.worlds import CATALOGUE


@pytest.mark.parametrize(
    ("name", "header", "kind"),
    [
        ("BTCUSDT-aggTrades-2024-01.zip", "", Kind.AGG_TRADES),
        ("BTCUSDT-trades-2024-01-05.csv", "", Kind.TRADES),
        ("BTCUSDT-bookTicker-2024-01-05.csv", "", Kind.BOOK_TICKER),
        ("BTCUSDT-fundingRate-2024-01.csv", "", Kind.FUNDING),
        ("BTCUSDT-1m-2024-01.csv", "", Kind.KLINES),
        ("monthly/klines/BTCUSDT/12h/BTCUSDT-12h-2024-01.zip", "", Kind.KLINES),
        ("monthly/markPriceKlines/BTCUSDT/1m/BTCUSDT-1m-2024-01.zip", "", Kind.MARK_KLINES),
        ("indexPriceKlines/BTCUSDT-1h-2024-01.csv", KLINES, Kind.INDEX_KLINES),
        ("BTCUSDT-markPriceKlines-1m-2024-01.csv", "", Kind.MARK_KLINES),
        ("fundingRate/BTCUSDT.csv", "", Kind.FUNDING),
        ("BTCUSDT.csv", FUNDING, Kind.FUNDING),
        ("BTCUSDT.csv", TRADES, Kind.TRADES),
        ("BTCUSDT.csv", AGG_TRADES, Kind.AGG_TRADES),
        ("BTCUSDT.csv", KLINES, Kind.KLINES),
    ],
)
def test_what_a_file_holds(tmp_path: Path, name: str, header: str, kind: Kind) -> None:
    path = write(tmp_path / name, header or "1,2,3")
    dump = identify(path, CATALOGUE)
    assert (dump.kind, dump.symbol.name) == (kind, "BTCUSDT")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("BTCUSDT.csv", "neither its name nor a header tells what it holds"),
        ("BTCUSDT-trades-aggTrades-2024-01.csv", "its name says aggTrades and trades"),
        ("trades-2024-01.csv", "its name does not begin with a symbol"),
        ("NOCOINUSDT-trades-2024-01.csv", "this venue has no symbol NOCOINUSDT"),
    ],
)
def test_what_cannot_be_known_is_said_in_a_sentence(tmp_path: Path, name: str, reason: str) -> None:
    path = write(tmp_path / name, "1,2,3")
    with pytest.raises(BrokenDump, match=reason) as caught:
        identify(path, CATALOGUE)
    assert str(caught.value).startswith(f"{path}: ")


def test_klines_of_the_mark_price_are_not_taken_for_those_of_trades(tmp_path: Path) -> None:
    lines = KLINES, "1704067200000,1,2,1,2,0,1704067259999,0,60,0,0,0"
    path = write(tmp_path / "DOGEUSDT-1m-2024-01.csv", *lines)
    with pytest.raises(BrokenDump, match="put the file into a folder markPriceKlines"):
        open_recorded([path], CATALOGUE)


def test_a_folder_is_all_of_its_dumps(tmp_path: Path) -> None:
    first = write(tmp_path / "b" / "BTCUSDT-trades-2024-01.csv", "1")
    second = write(tmp_path / "a" / "BTCUSDT-trades-2024-02.zip", "1")
    write(tmp_path / "a" / "BTCUSDT-trades-2024-02.zip.CHECKSUM", "1")
    assert expand([tmp_path, first]) == [second, first]


@pytest.mark.parametrize("name", ["empty", "nowhere.csv", "notes.txt"])
def test_what_is_no_dump_is_said_in_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path / "notes.txt", "1")
    with pytest.raises(RecordingError, match=name):
        expand([tmp_path / name])


def test_no_file_at_all_is_no_recording() -> None:
    with pytest.raises(RecordingError, match="at least one file"):
        open_recorded([], CATALOGUE)


def test_what_moves_no_market_is_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path / "premiumIndexKlines" / "BTCUSDT-1m-2024-01.csv", KLINES)
    assert is_unused(path)
    with pytest.raises(RecordingError, match="None of the files"):
        open_recorded([path], CATALOGUE)


def test_intervals_are_told_from_other_parts() -> None:
    assert interval_span("15m") == 15 * MINUTE
    assert interval_span("4h") == 4 * HOUR
    assert interval_span("2024") == interval_span("01") == 0


@pytest.mark.parametrize("name", ["BTCUSDT-aggTrades-1.csv", "BTCUSDT-aggTrades-1.zip"])
@pytest.mark.parametrize("header", [AGG_TRADES, ""])
def test_lines_are_the_same_zipped_or_not_and_with_a_header_or_without(
    tmp_path: Path, name: str, header: str
) -> None:
    lines = [row(1, 0, "buys", "1", "50000"), row(2, 5, "sells", "1", "50000")]
    path = write(tmp_path / name, *filter(None, [header]), *lines)
    with opened(path) as found:
        assert isinstance(found, Lines)
        assert found.header == (header.split(",") if header else None)
        assert list(found.rows()) == [line.split(",") for line in lines]
    assert size_of(path) == len("\n".join([*filter(None, [header]), *lines, ""]))
