"""The commands, as programs of their own."""

from __future__ import annotations

import json
import resource
import signal
import socket
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import pytest

from perpbox import __version__, cli, demo
from tests.server.programs import Program, ended, started

ACCOUNTS = "/box/v1/accounts"


def test_serve_says_one_line_and_answers() -> None:
    with started("serve", "--port", "0") as program:
        program.ready()
        assert program.ask("GET", "/healthz") == (200, {"status": "ok"})
        assert program.ask("GET", "/fapi/v1/ping") == (200, {})
        program.process.send_signal(signal.SIGTERM)
        output, errors = program.end()
        assert output == ""
        assert program.exit_code == 0
        events = [json.loads(line)["event"] for line in errors.splitlines()]
        assert events == ["started", "stopping", "stopped"]


def test_control_c_ends_it_well() -> None:
    with started("serve", "--port", "0") as program:
        program.ready()
        program.process.send_signal(signal.SIGINT)
        assert program.end()[0] == ""
        assert program.exit_code == 0


def test_everything_acknowledged_is_there_again(tmp_path: Path) -> None:
    arguments = ("serve", "--port", "0", "--data", str(tmp_path / "venue.db"))
    with started(*arguments) as program:
        program.ready()
        made = program.ask("POST", ACCOUNTS, {"name": "alice", "balances": {"USDT": "5"}})[1]
        program.process.send_signal(signal.SIGTERM)
        program.end()
        assert program.exit_code == 0
    with started(*arguments) as program:
        program.ready()
        shown = program.ask("GET", f"{ACCOUNTS}/{made['accountId']}")[1]
        assert shown["balances"] == {"USDT": "5"}
        assert [key["apiKey"] for key in shown["keys"]] == [made["apiKey"]]


@pytest.mark.parametrize("given", ["option", "environment"])
def test_a_token_is_asked_for(given: str) -> None:
    arguments = ["serve", "--port", "0"]
    env = {}
    if given == "option":
        arguments += ["--token", "open sesame"]
    else:
        env["PERPBOX_TOKEN"] = "open sesame"
    with started(*arguments, env=env) as program:
        program.ready()
        assert program.ask("GET", ACCOUNTS)[0] == HTTPStatus.UNAUTHORIZED
        told = program.ask("GET", ACCOUNTS, Authorization="Bearer open sesame")
        assert told == (200, {"accounts": []})
        program.process.send_signal(signal.SIGTERM)
        assert "sesame" not in "".join(program.end())


def test_clock_and_start_are_taken() -> None:
    start = "2026-11-22T08:00:00Z"
    with started("serve", "--port", "0", "--clock", "manual", "--start", start) as program:
        program.ready()
        assert program.ask("GET", "/fapi/v1/time") == (200, {"serverTime": 1_795_334_400_000})


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("fly",), 'Unknown command "fly"'),
        (("serve", "--prot", "1"), "Unknown option"),
        (("serve", "--port", "many"), "--port"),
        (("serve", "--port", "70000"), "Port 70000"),
        (("serve", "--limits", "none"), "--limits"),
        (("serve", "--clock", "fast"), "a quiet market has none"),
        (("serve", "--clock", "x0"), "--clock"),
        (("serve", "--clock", "60"), "x60"),
        (("serve", "--feed", "lively"), "--feed"),
        (("serve", "--feed", "recorded:"), "--feed"),
        (("serve", "--feed", "quiet", "synthetic"), "--feed"),
        (("serve", "--feed", "relay:"), "no address to relay from"),
        (("serve", "--feed", "relay:https://there"), "no address to relay from"),
        (("serve", "--feed", "relay:wss://me:secret@there"), "no user, no password"),
        (("serve", "--feed", "relay:wss://there", "quiet"), "--feed"),
        (("serve", "--feed", "relay:wss://there", "--clock", "x60"), "the real one"),
        (("serve", "--feed", "relay:wss://there", "--relay.step", "-1"), "--relay.step"),
        (("serve", "--port", "0", "--feed", "relay:ws://127.0.0.1:9"), "cannot be asked"),
        (("serve", "--synthetic.volatility", "300"), "between 0 and 20"),
        (("serve", "--synthetic.volatility", "0.123456789"), "8 decimals"),
        (("serve", "--synthetic.volatility", "nan"), "8 decimals"),
        (("serve", "--recorded.begin", "noon"), "--recorded.begin"),
        (("serve", "--config", "/nowhere/perpbox.toml"), "cannot be read"),
        (("serve", "--start", "noon"), "--start"),
        (("serve", "--api-date", "lately"), "--api-date"),
        (("serve", "--host", "", "--token", "t"), "--host is empty"),
        (("serve", "--host", "0.0.0.0"), "--token"),  # noqa: S104  the very thing to refuse
        (("serve", "--data", "/nowhere/at/all/venue.db"), "/nowhere/at/all"),
        (("serve", "--data", "/"), "/"),
        (("serve", "--catalogue", "one"), "two files"),
        (("serve", "--catalogue", "one", "two"), "one cannot be read"),
        (("audit",), "at least one file"),
        (("audit", "one", "--leverage", "BTCUSDT"), "SYMBOL=NUMBER"),
        (("audit", "one", "--rounding", "1999"), "--rounding"),
        (("verify",), "requires an argument"),
        (("verify", "/nowhere/venue.db"), "/nowhere"),
        (("verify", __file__), "test_cli.py"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(arguments: tuple[str, ...], says: str) -> None:
    exit_code, output, errors = ended(*arguments)
    assert (exit_code, output) == (2, "")
    assert errors.startswith("perpbox: ")
    assert errors.count("\n") == 1
    assert says in errors


def test_a_taken_port_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        exit_code, output, errors = ended("serve", "--port", str(port))
    assert (exit_code, output) == (2, "")
    said = f"127.0.0.1 port {port} is taken by another program; --port 0 picks a free one."
    assert errors == f"perpbox: {said}\n"


def test_a_journal_in_use_is_one_sentence(tmp_path: Path) -> None:
    arguments = ("serve", "--port", "0", "--data", str(tmp_path / "venue.db"))
    with started(*arguments) as first:
        first.ready()
        exit_code, output, errors = ended(*arguments)
        assert (exit_code, output) == (2, "")
        assert f"in use by process {first.process.pid}" in errors
        assert first.ask("GET", "/healthz")[0] == HTTPStatus.OK


def test_a_full_disk_ends_the_process_and_loses_nothing(tmp_path: Path) -> None:
    data = str(tmp_path / "venue.db")
    with started("serve", "--port", "0", "--data", data) as program:
        program.ready()
        program.process.send_signal(signal.SIGTERM)
        program.end()
    limit = Path(data).stat().st_size + 300_000
    with started("serve", "--port", "0", "--data", data, before=_limited(limit)) as program:
        program.ready()
        acknowledged = _open_accounts_until_it_fails(program)
        errors = program.end()[1]
        assert program.exit_code == 1
        assert "journal failed" in errors
        assert "Traceback" not in errors
    assert acknowledged
    with started("serve", "--port", "0", "--data", data) as program:
        program.ready()
        listed = program.ask("GET", ACCOUNTS)[1]["accounts"]
        assert {row["accountId"] for row in listed} >= set(acknowledged)


def _limited(size: int) -> Callable[[], None]:
    """Files of the program cannot grow beyond this: what a full disk looks like."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def _open_accounts_until_it_fails(program: Program) -> list[int]:
    acknowledged: list[int] = []
    for number in range(10_000):
        body = {"name": f"account {number} " + "x" * 80, "balances": {"USDT": "1"}}
        try:
            status, told = program.ask("POST", ACCOUNTS, body)
        except (OSError, EOFError, ValueError):
            return acknowledged
        if status != HTTPStatus.OK:
            return acknowledged
        acknowledged.append(told["accountId"])
    raise AssertionError("the disk was never full")


def test_verify_tells_what_it_has_found(tmp_path: Path) -> None:
    data = str(tmp_path / "venue.db")
    with started("serve", "--port", "0", "--data", data) as program:
        program.ready()
        for _ in range(3):
            program.ask("POST", ACCOUNTS, {"balances": {"USDT": "5"}})
        exit_code, running, errors = ended("verify", data)
        assert (exit_code, errors) == (0, "")
        program.process.send_signal(signal.SIGTERM)
        program.end()
    exit_code, output, errors = ended("verify", data)
    assert (exit_code, errors) == (0, "")
    assert output == running
    rows = [line.split("│") for line in output.splitlines() if "│" in line]
    table = {row[1].strip(): row[2].strip() for row in rows}
    assert table["turns"] == "4"
    assert table["verdict"] == "the same would happen"
    assert len(table["journal digest"]) == len(table["state digest"]) == 64
    told = json.loads(ended("verify", data, "--json")[1])
    assert (told["holds"], told["turns"], told["difference"]) == (True, 4, None)
    assert told["stateDigest"] == table["state digest"]


def test_audit_recomputes_an_answer(tmp_path: Path) -> None:
    with started("serve", "--port", "0") as program:
        program.ready()
        trader = demo.Trader(program.base_url, "")
        trader.open_account("alice", {"USDT": "10000"})
        account = trader.signed("GET", "/fapi/v3/account")
    path = tmp_path / "account.json"
    path.write_text(json.dumps(account))
    exit_code, output, errors = ended("audit", str(path), "--leverage", "BTCUSDT=20")
    assert (exit_code, errors) == (0, "")
    assert "totalWalletBalance" in output
    account["totalMarginBalance"] = "9999.99999999"
    path.write_text(json.dumps(account))
    assert ended("audit", str(path))[0] == 1
    exit_code, output, errors = ended("audit", str(path), "--json")
    assert (exit_code, errors) == (1, "")
    off = [each for each in json.loads(output) if each["verdict"] == "off"]
    assert "totalMarginBalance" in [each["field"] for each in off]
    path.write_text("nothing of the kind")
    assert ended("audit", str(path))[:2] == (2, "")


def test_version_and_help_are_told() -> None:
    assert ended("version") == (0, f"{__version__}\n", "")
    assert ended("--version") == (0, f"{__version__}\n", "")
    for arguments in ((), ("--help",), ("serve", "--help")):
        exit_code, output, errors = ended(*arguments)
        assert (exit_code, errors) == (0, "")
        assert "Usage: perpbox" in output


def test_main_exits_with_the_commands_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_info:
        cli.main(["version"])
    assert exit_info.value.code == 0
    assert capsys.readouterr().out == f"{__version__}\n"
