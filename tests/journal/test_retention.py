"""What is too old is given up: lines, history and tape, each by its own age, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from perpbox.account import BUY, SELL, OrderType, PositionSide
from perpbox.engine.commands import (
    CancelOrder,
    Command,
    MarketPrices,
    MovePrices,
    OpenAccount,
    OpenVenue,
    PlaceOrder,
)
from perpbox.engine.handle import handle
from perpbox.engine.line import Line
from perpbox.engine.snapshot import dump
from perpbox.engine.state import State
from perpbox.instrument import to_json
from perpbox.journal import Journal, open_journal, recover, retention, verify
from perpbox.journal.errors import JournalDamaged
from perpbox.journal.retention import DAY, Retention
from perpbox.journal.verification import verify_journal
from perpbox.money import Millis, parse
from tests.worlds import CATALOGUE

BTC = "BTCUSDT"
START: Millis = 1_795_348_800_000


class Days:
    """A venue on which the same happens at noon of every day: an order filled, one left open."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.state = State(CATALOGUE)
        self.sequence = 0
        self.now = START
        self.submit(OpenVenue())
        self.submit(OpenAccount("alice", {"USDT": parse("1000000")}))

    def submit(self, command: Command) -> None:
        turn = handle(self.state, command, self.now)
        self.sequence += 1
        self.journal.append(Line(self.sequence, self.now, command, turn.events))

    def order(self, side: int, order_type: OrderType, price: str = "0") -> None:
        leg, quantity = PositionSide.BOTH, parse("0.01")
        self.submit(PlaceOrder(1, BTC, side, leg, order_type, quantity, parse(price)))

    def live(self, days: int) -> None:
        for day in range(days):
            self.order(BUY, OrderType.MARKET)
            self.order(SELL, OrderType.MARKET)
            self.order(BUY, OrderType.LIMIT, f"4{day}000")
            self.journal.flush()
            self.journal.snapshot(self.sequence, dump(self.state))
            self.now += DAY
        self.journal.flush()

    def sweep(self, retention: Retention) -> None:
        self.journal.give_up(retention, self.now)
        self.journal.flush()


@pytest.fixture(params=["file", "memory"])
def days(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Days]:
    place = ":memory:" if request.param == "memory" else str(tmp_path / "journal")
    with open_journal(place, to_json(CATALOGUE)) as journal:
        yield Days(journal)


def counts(days: Days) -> tuple[int, int, int]:
    """Orders, fills and market trades that can be asked for."""
    history = days.journal.history
    return (
        len(history.orders(1, BTC)),
        len(history.trades(1, BTC)),
        len(history.recent_trades(BTC)),
    )


def test_without_an_age_everything_is_kept(days: Days) -> None:
    days.live(5)
    before = counts(days)
    days.sweep(Retention())
    assert counts(days) == before == (15, 10, 10)
    assert days.journal.first_sequence == 1


def test_history_is_given_up_but_not_what_is_open(days: Days) -> None:
    """Two days are left: four filled orders and their income, and all five that stand."""
    days.live(5)
    days.sweep(Retention(history=2 * DAY))
    assert counts(days) == (4 + 5, 4, 10)
    assert len(days.journal.history.income(1)) == 2 * (2 + 1)


def test_what_stands_for_long_keeps_nothing_else(
    days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "ROWS_AT_ONCE", 3)
    monkeypatch.setattr(retention, "PAUSE", 0.0)
    days.live(9)
    for _ in range(9):
        days.sweep(Retention(history=2 * DAY))
    assert counts(days)[:2] == (4 + 9, 4)


def test_where_much_is_left_the_next_look_comes_at_once(
    days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among the oldest there always are some that have ended late."""
    monkeypatch.setattr(retention, "ROWS_AT_ONCE", 5)
    days.order(BUY, OrderType.LIMIT, "40000")
    days.live(9)
    late = next(iter(days.state.orders))
    days.submit(CancelOrder(1, BTC, late, ""))
    for _ in range(4):
        days.sweep(Retention(history=2 * DAY))
    assert counts(days)[0] == 1 + 4 + 9


def test_the_tape_is_given_up_by_itself(days: Days) -> None:
    days.live(5)
    days.sweep(Retention(tape=2 * DAY))
    assert counts(days) == (15, 10, 4)


def test_an_order_that_stood_through_it_can_still_be_filled(days: Days) -> None:
    days.live(5)
    days.sweep(Retention(history=0))
    days.now += 1
    standing = next(iter(days.state.orders.values()))
    mark = parse("39000")
    days.submit(MovePrices({BTC: MarketPrices(mark, mark)}, {}))
    days.journal.flush()
    found = days.journal.history.order(1, BTC, order_id=standing.order_id)
    assert found is not None
    assert found.executed == standing.executed > 0


def test_lines_are_kept_from_the_oldest_snapshot_on(tmp_path: Path) -> None:
    """Two snapshots are kept, of the last two days, whatever the age."""
    place = tmp_path / "journal"
    with open_journal(place, to_json(CATALOGUE)) as journal:
        days = Days(journal)
        days.live(5)
        days.sweep(Retention(lines=0))
        oldest = min(sequence for sequence, _ in journal.snapshots())
        assert journal.first_sequence == oldest + 1
        final = dump(days.state)
    with open_journal(place, b"") as journal:
        assert dump(recover(journal).state) == final
        assert verify_journal(journal).holds
    report = verify(place)
    assert report.holds
    assert report.turns == days.sequence - oldest


def test_of_lines_only_those_that_are_too_old_go(tmp_path: Path) -> None:
    with open_journal(tmp_path / "journal", to_json(CATALOGUE)) as journal:
        days = Days(journal)
        days.live(5)
        days.sweep(Retention(lines=4 * DAY))
        assert journal.first_sequence == 2 + 3 + 1


def test_what_another_version_dumped_will_do_where_the_lines_are_gone(tmp_path: Path) -> None:
    place = tmp_path / "journal"
    with open_journal(place, to_json(CATALOGUE)) as journal:
        days = Days(journal)
        days.live(5)
        days.sweep(Retention(lines=0))
        final = dump(days.state)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("perpbox.journal.sqlite.__version__", "another")
            assert list(journal.snapshots()) == []
            assert dump(recover(journal).state) == final


def test_without_any_snapshot_a_missing_beginning_is_damage(tmp_path: Path) -> None:
    with open_journal(tmp_path / "journal", to_json(CATALOGUE)) as journal:
        days = Days(journal)
        days.live(2)
        days.sweep(Retention(lines=0))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(journal, "snapshots", lambda **_: iter(()))
            with pytest.raises(JournalDamaged, match="is missing"):
                recover(journal)


def test_in_memory_old_lines_go_and_the_rest_reads_on(days: Days) -> None:
    if days.journal.snapshot_due():
        pytest.skip("a file keeps lines from its oldest snapshot on")
    days.live(5)
    days.sweep(Retention(lines=2 * DAY))
    first = days.journal.first_sequence
    assert first > 1
    lines = list(days.journal.encoded_lines(first - 1))
    assert [sequence for sequence, _ in lines] == list(range(first, days.sequence + 1))
