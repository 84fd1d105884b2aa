"""Every kind of event has a sentence, and a journal is told as far as it is wanted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, get_args

import pytest

from perpbox.engine.events import Event
from perpbox.engine.line import decode
from perpbox.journal import open_journal
from perpbox.story import Wanted, json_of, sentence, text_of, told, turns_of
from perpbox.story.sentences import SENTENCES
from tests.journal.story import BTC, ETH, START, Story, catalogue_json

RELEASED: Final = sorted((Path(__file__).parents[1] / "journal" / "released").glob("*.sqlite"))


def test_every_kind_of_event_has_a_sentence() -> None:
    assert set(SENTENCES) == set(get_args(Event))


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_every_event_of_every_released_journal_is_told(path: Path) -> None:
    turns = list(turns_of(path, Wanted()))
    assert len(turns) > 100
    for turn in turns:
        assert turn.sentences
        for each in turn.sentences:
            assert each.isprintable()
            assert "<" not in each
            assert not each.endswith(".")
        assert json.loads(json_of(turn))["sequence"] == turn.sequence


@pytest.fixture
def lived(tmp_path: Path) -> Path:
    path = tmp_path / "venue.perpbox"
    with open_journal(path, catalogue_json()) as journal:
        story = Story(journal)
        alice, bob = story.open("alice", "bob")
        story.order(alice, 1, "90000", client_order_id="mine")
        story.order(bob, 1, symbol=ETH)
        story.move("101000")
    return path


def test_a_turn_reads_as_sentences(lived: Path) -> None:
    turns = list(turns_of(lived, Wanted(account_id=1, symbol=BTC)))
    assert [turn.command for turn in turns] == ["PlaceOrder"]
    assert text_of(turns[0]) == (
        "4  2026-01-01T00:00:04.000Z  PlaceOrder\n"
        "    order 1 (mine) of account 1 is accepted: LIMIT GTC to buy 0.01 BTCUSDT at 90000.\n"
        "    order 1 of account 1 stands in the book."
    )


def test_another_accounts_part_is_left_out(lived: Path) -> None:
    bobs = list(turns_of(lived, Wanted(account_id=2)))
    assert [turn.command for turn in bobs] == ["OpenAccount", "PlaceOrder"]
    assert not any("account 1" in each for turn in bobs for each in turn.sentences)
    assert any("is long 0.01 ETHUSDT from" in each for each in bobs[1].sentences)


def test_a_symbol_is_told_alone(lived: Path) -> None:
    turns = list(turns_of(lived, Wanted(symbol=BTC)))
    assert [turn.command for turn in turns] == ["OpenVenue", "PlaceOrder", "MovePrices"]
    assert not any(ETH in each for turn in turns for each in turn.sentences)


def test_a_span_of_time_is_told_alone(lived: Path) -> None:
    wanted = Wanted(start=START + 2_000, end=START + 4_000)
    assert [turn.sequence for turn in turns_of(lived, wanted)] == [2, 3, 4]


def test_what_happens_later_is_told_too(tmp_path: Path) -> None:
    path = tmp_path / "venue.perpbox"
    with open_journal(path, catalogue_json()) as journal:
        story = Story(journal)
        story.open("alice")
        journal.flush()
        turns = turns_of(path, Wanted(), follows=True)
        assert [next(turns).sequence for _ in range(2)] == [1, 2]
        story.open("bob")
        journal.flush()
        assert next(turns).sentences[0].startswith("account 2 (bob) is opened with 100000 USDT")
        turns.close()  # type: ignore[attr-defined]


def test_a_line_can_be_told_by_itself(lived: Path) -> None:
    with open_journal(lived, b"") as journal:
        _, data = next(journal.encoded_lines(3))
    line = decode(data)
    turn = told(line, Wanted())
    assert turn is not None
    assert turn.sentences == [sentence(event) for event in line.events]
