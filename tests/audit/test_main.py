"""`perpbox audit` as the terminal's door opens it: files and options in, table and code out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, Literal

import pytest

from perpbox.audit import main
from tests.audit.answers import BRACKETS, LONG, USDT, account

AGREES, IS_OFF, CANNOT_READ = 0, 1, 2

ROW: Final = {**LONG, "notional": "25000.00000000", "unRealizedProfit": "500.00000000"}


class Shelf:
    """A folder to write answers to, and the audit over what is in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys

    def file(self, answer: Any, name: str = "answer.json") -> Path:
        path = self.folder / name
        path.write_text(answer if isinstance(answer, str) else json.dumps(answer))
        return path

    def audit(
        self,
        *paths: Path,
        brackets: Path | None = None,
        rounding: Literal["2021", "2025"] | None = None,
        **leverage: int,
    ) -> tuple[int, str, str]:
        """The exit code, and what went to standard output and standard error."""
        code = main(paths, brackets, leverage, rounding)
        out, err = self.capsys.readouterr()
        return code, out, err

    def ends(self, answer: Any, **options: Any) -> int:
        return self.audit(self.file(answer), **options)[0]


@pytest.fixture
def shelf(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shelf:
    return Shelf(tmp_path, capsys)


def test_an_answer_that_agrees_ends_well_and_shows_the_table(shelf: Shelf) -> None:
    code, out, err = shelf.audit(shelf.file([ROW]))
    assert (code, err) == (AGREES, "")
    heading, row = (
        next(line for line in out.splitlines() if word in line)
        for word in ("verdict", "positions[BTCUSDT BOTH].notional")
    )
    columns = ["field", "recorded", "recomputed", "formula", "verdict"]
    assert [cell.strip() for cell in heading.strip("┃").split("┃")] == columns
    cells = [cell.strip() for cell in row.strip("│").split("│")]
    assert cells[1:] == [
        "25000.00000000",
        "25000.00000000",
        "positionAmt × markPrice, cut",
        "exact",
    ]
    assert out.splitlines()[0].strip() == "answer.json"
    assert out.splitlines()[-1] == "2 exact, 0 off, 0 not determined"


def test_a_figure_that_is_off_ends_in_one(shelf: Shelf) -> None:
    code, out, _ = shelf.audit(shelf.file([{**ROW, "notional": "25000.00000002"}]))
    assert code == IS_OFF
    assert "off by 2 ulp" in out


def test_what_is_not_determined_is_no_failure_and_says_why(shelf: Shelf) -> None:
    code, out, _ = shelf.audit(shelf.file([{**ROW, "breakEvenPrice": "49024.5"}]))
    assert code == AGREES
    assert "not determined: the fills and their commission are not in the file" in out


@pytest.mark.parametrize(
    "wrap",
    [
        lambda answer: answer,
        lambda answer: {"_provenance": {"endpoint": "/fapi/v3/positionRisk"}, "data": answer},
        lambda answer: {"id": "7", "status": 200, "result": answer, "rateLimits": []},
        lambda answer: {"_provenance": {}, "data": {"id": "7", "status": 200, "result": answer}},
        lambda answer: [answer, {"result": answer, "id": None}],
        lambda answer: [{"_provenance": {}, "data": answer}, account()],
        lambda answer: answer[0],
        lambda answer: {"stream": "key", "data": answer},
    ],
    ids=[
        "bare",
        "recorded form",
        "WebSocket envelope",
        "both",
        "array of answers",
        "array of several kinds",
        "one row",
        "stream",
    ],
)
def test_an_answer_is_found_in_every_wrapping(shelf: Shelf, wrap: Any) -> None:
    assert shelf.ends(wrap([ROW])) == AGREES
    assert shelf.ends(wrap([{**ROW, "notional": "1"}])) == IS_OFF


def test_files_of_one_account_are_read_together(shelf: Shelf) -> None:
    """(10000 - 0.5 x 49000) / (0.5 x 0.004 - 0.5): the wallet is in the other file."""
    risk = shelf.file([{**ROW, "liquidationPrice": "29116.46586345"}], "risk.json")
    told = shelf.file(account(), "account.json")
    table = shelf.file(BRACKETS, "brackets.json")
    assert "wallet of USDT is not in the file" in shelf.audit(risk)[1]
    code, out, _ = shelf.audit(risk, told, brackets=table)
    assert code == AGREES
    assert "wallet of USDT is not in the file" not in out
    titles = [line.strip() for line in out.splitlines() if line.strip().endswith(".json")]
    assert titles == ["risk.json", "account.json"]


def test_options_say_what_the_file_cannot(shelf: Shelf) -> None:
    row = {name: value for name, value in ROW.items() if name != "leverage"}
    row |= {"positionInitialMargin": "2500.00000000", "maintMargin": "125.00000000"}
    assert shelf.ends([row]) == AGREES
    assert shelf.ends([row], BTCUSDT=10) == AGREES
    assert shelf.ends([row], BTCUSDT=20) == IS_OFF
    assert shelf.ends([row], brackets=shelf.file(BRACKETS, "brackets.json")) == IS_OFF
    recorded = shelf.file({"_provenance": {}, "data": BRACKETS}, "recorded.json")
    assert shelf.ends([{**row, "maintMargin": "100"}], brackets=recorded) == AGREES


def test_rounding_may_be_told(shelf: Shelf) -> None:
    row = {**LONG, "positionAmt": "0.001", "markPrice": "50000.00000001", "leverage": "7"}
    row["positionInitialMargin"] = "7.14285750"
    assert shelf.ends([row]) == IS_OFF
    assert shelf.ends([row], rounding="2021") == AGREES
    assert shelf.ends([row], rounding="2025") == IS_OFF


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("nothing of the kind", "this is not JSON"),
        ("", "this is not JSON"),
        ("[" * 100_000, "this is not JSON"),
        ('{"code": -2014, "msg": "API-key format invalid."}', "API-key format invalid."),
        ('{"id": 1, "status": 400, "error": {"code": -1, "msg": "No."}}', "a refusal"),
        ('{"weather": "fine"}', "no answer that can be audited has the fields weather"),
        ("[[]]", ""),
        ("7", "7 is not an answer"),
        ('[{"symbol": "BTCUSDT", "positionAmt": "many"}]', "positionAmt: 'many' is not a number"),
        ('{"positions": "none"}', "positions is not a list of objects"),
        ('{"assets": ["USDT"], "positions": []}', "assets is not a list of objects"),
        ('{"e": "ACCOUNT_UPDATE", "a": []}', "event 1 has no account update"),
        ('[{"symbol": "A", "brackets": 1}]', "Expected"),
        ("\x00\xff", "this is not JSON"),
    ],
)
def test_what_cannot_be_read_ends_in_two_with_a_sentence(
    shelf: Shelf, content: str, complaint: str
) -> None:
    code, out, err = shelf.audit(shelf.file(content))
    if complaint:
        assert (code, out) == (CANNOT_READ, "")
        assert err.startswith(("perpbox: answer.json: ", f"perpbox: {shelf.folder}"))
        assert complaint in err
        assert err.count("\n") == 1
    else:
        assert (code, err) == (AGREES, "")


def test_a_file_that_is_not_there_or_not_text(shelf: Shelf) -> None:
    code, out, err = shelf.audit(shelf.folder / "absent.json")
    assert (code, out) == (CANNOT_READ, "")
    assert "No such file" in err
    binary = shelf.folder / "binary.json"
    binary.write_bytes(b"\xff\xfe\x00\x01")
    assert shelf.audit(binary)[0] == CANNOT_READ
    assert shelf.audit(shelf.folder)[0] == CANNOT_READ


def test_one_bad_file_among_good_ones_ends_in_two(shelf: Shelf) -> None:
    good, bad = shelf.file([ROW], "good.json"), shelf.file("{", "bad.json")
    code, out, err = shelf.audit(good, bad)
    assert (code, out) == (CANNOT_READ, "")
    assert "bad.json" in err


def test_bad_options_end_in_two(shelf: Shelf) -> None:
    path = shelf.file([ROW])
    assert "least is 1" in shelf.audit(path, BTCUSDT=0)[2]
    assert "not a leverageBracket answer" in shelf.audit(path, brackets=path)[2]
    bent = [{**BRACKETS[0], "brackets": BRACKETS[0]["brackets"][1:]}]
    code, _, err = shelf.audit(path, brackets=shelf.file(bent, "bent.json"))
    assert code == CANNOT_READ
    assert "bracket 1: floor and cum must be 0" in err


def test_an_answer_without_derived_fields_is_named(shelf: Shelf) -> None:
    order = {"orderId": 7, "symbol": "BTCUSDT", "status": "NEW"}
    code, out, _ = shelf.audit(shelf.file([order]))
    assert code == AGREES
    assert "answer.json: nothing in it is derived" in out
    assert out.splitlines()[-1] == "0 exact, 0 off, 0 not determined"


def test_of_a_long_answer_the_plain_zeros_are_only_counted(shelf: Shelf) -> None:
    """The live service lists hundreds of symbols that hold nothing."""
    flat = [
        {"symbol": f"S{n}USDT", "positionAmt": "0.0", "notional": "0", "maintMargin": "0"}
        for n in range(150)
    ]
    code, out, _ = shelf.audit(shelf.file([*flat, ROW]))
    assert code == AGREES
    assert "and 300 fields that are zero, and exactly so" in out
    assert "positions[BTCUSDT BOTH].notional" in out
    assert "S77USDT" not in out


def test_markup_in_an_answer_stays_text(shelf: Shelf) -> None:
    code, out, _ = shelf.audit(shelf.file([{**USDT, "asset": "[red]USD[/red]"}]))
    assert code == AGREES
    assert "assets[[red]USD[/red]].marginBalance" in out


def test_half_a_character_is_no_text(shelf: Shelf) -> None:
    """A lone surrogate is JSON, but nothing that a table could show."""
    file = shelf.folder / "answer.json"
    file.write_text('{"totalWalletBalance": "1", "assets": [{"asset": "\\ud800"}]}')
    code, out, err = shelf.audit(file)
    assert (code, out) == (CANNOT_READ, "")
    assert "not JSON" in err
