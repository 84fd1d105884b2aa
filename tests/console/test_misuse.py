"""Every verb that there is, told what it cannot do: one line, and exit code 2."""

from __future__ import annotations

import re
import shlex
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from cyclopts import App

from perpbox.cli import app
from tests.console.stage import Said, Terminal

NOBODY: Final = "http://127.0.0.1:9"
PAGE: Final = Path(__file__).parents[2] / "docs" / "cli.md"


def verbs_of(here: App, *above: str) -> Iterator[tuple[tuple[str, ...], App]]:
    for name in here:
        if not name.startswith("-"):
            inner = here[name]
            further = list(verbs_of(inner, *above, name))
            yield from further or [((*above, name), inner)]


VERBS: Final = dict(verbs_of(app))
NAMES: Final = [" ".join(verb) for verb in VERBS]
ASKING: Final = {
    "account close": ("1",),
    "account open": ("USDT=1",),
    "account reset": ("1",),
    "account show": ("1",),
    "account transfer": ("1", "USDT=-1"),
    "accounts": (),
    "clock": ("--advance", "8h"),
    "explain": ("availableBalance",),
    "price": ("BTCUSDT=1",),
    "status": (),
    "top": (),
    "what-if": ("--price", "BTCUSDT=-1%"),
}
"""Verbs that ask a venue, with words that they take."""
MISSING: Final = {
    "account close": (),
    "account reset": (),
    "account show": (),
    "account transfer": ("1",),
    "audit": (),
    "clone": (),
    "completion": (),
    "explain": (),
    "log": (),
    "price": (),
    "settings-for": (),
    "verify": (),
    "what-if": (),
}
"""Too few words."""
WRONG: Final = {
    "account close": ("one",),
    "account open": ("USDT",),
    "account reset": ("1.5",),
    "account show": ("",),
    "account transfer": ("1", "1000"),
    "accounts": ("all",),
    "audit": ("/nowhere/account.json",),
    "clock": ("--speed", "quick"),
    "clone": ("/nowhere/account.json",),
    "completion": ("tcsh",),
    "demo": ("8900",),
    "doctor": ("/nowhere/config.json",),
    "explain": ("availableBalance", "--depth", "deep"),
    "log": ("/nowhere/my.sqlite", "--account", "alice"),
    "price": ("BTCUSDT",),
    "serve": ("--port", "many"),
    "settings-for": ("metatrader",),
    "status": ("now",),
    "top": ("--sort", "name"),
    "verify": ("/nowhere/my.sqlite",),
    "version": ("3",),
    "what-if": ("--price", "BTCUSDT"),
}
"""Words of another kind."""


def test_every_verb_is_misused_here() -> None:
    assert set(WRONG) == set(NAMES)
    assert ASKING.keys() | MISSING.keys() <= set(NAMES)
    for name, verb in zip(NAMES, VERBS, strict=True):
        takes = {
            each
            for argument in VERBS[verb].assemble_argument_collection()
            for each in argument.names
        }
        assert ("--token" in takes) == (name in ASKING or name in {"serve", "doctor"})


@pytest.fixture
def type_in(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    for name in ("PERPBOX_URL", "PERPBOX_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return Terminal(capsys)


def require_one_line(said: Said) -> None:
    assert (said.code, said.output) == (2, "")
    assert re.fullmatch(r"perpbox: [^\n]+\n", said.errors), said.errors


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_option(name: str, type_in: Terminal) -> None:
    words = ASKING.get(name, MISSING.get(name, ()))
    said = type_in(*name.split(), *words, "--sideways", "1")
    require_one_line(said)


@pytest.mark.parametrize("name", MISSING)
def test_a_missing_word(name: str, type_in: Terminal) -> None:
    require_one_line(type_in(*name.split(), *MISSING[name]))


@pytest.mark.parametrize("name", NAMES)
def test_a_word_of_another_kind(name: str, type_in: Terminal) -> None:
    require_one_line(type_in(*name.split(), *WRONG[name]))


@pytest.mark.parametrize("name", ASKING)
@pytest.mark.parametrize(
    "url",
    [
        NOBODY,
        "127.0.0.1:8900",
        "http://",
        "http://[::1",
        "http://127.0.0.1:0",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:many",
        "https://perpbox.invalid",
        "http://a b",
        f"http://{'a' * 70}.invalid",
    ],
)
def test_a_venue_that_is_not_there(name: str, url: str, type_in: Terminal) -> None:
    require_one_line(type_in(*name.split(), *ASKING[name], "--url", url))


@pytest.mark.parametrize("url", ["http://[::1", "127.0.0.1:8900", "http://127.0.0.1:8900/fapi"])
def test_settings_for_no_address(url: str, type_in: Terminal) -> None:
    require_one_line(type_in("settings-for", "ccxt", "--url", url))


def test_somebody_else_who_answers(type_in: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        url = f"http://127.0.0.1:{other.getsockname()[1]}"
        asked = subprocess.Popen(
            [Path(__file__).parents[2] / ".venv/bin/perpbox", "status", "--url", url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        caller, _ = other.accept()
        with caller:
            caller.sendall(b"SSH-2.0-OpenSSH_9.9\r\n")
        output, errors = asked.communicate(timeout=20)
    require_one_line(Said(asked.returncode, output, errors))


@pytest.mark.parametrize("words", [("fly",), ("account", "fly"), ("--fly",), ("account", "--fly")])
def test_no_verb(words: tuple[str, ...], type_in: Terminal) -> None:
    require_one_line(type_in(*words))


@pytest.mark.parametrize("path", ["", ".", "/", __file__])
def test_files_that_are_none(path: str, type_in: Terminal) -> None:
    for verb in ("verify", "log", "audit"):
        require_one_line(type_in(verb, path))


@pytest.mark.parametrize("name", NAMES)
def test_every_help_has_an_example_that_the_verb_takes(name: str, type_in: Terminal) -> None:
    said = type_in(*name.split(), "--help")
    assert (said.code, said.errors) == (0, "")
    (example,) = re.findall(r"Example: (perpbox .*?)(?:\n\n|\n *╭)", said.output, re.DOTALL)
    words = [each for each in shlex.split(example) if each != ">"][1:]
    assert " ".join(words).startswith(name)
    if name == "completion":
        words.pop()  # where the script goes
    command, bound, _ = app.parse_args(words, exit_on_error=False, print_error=False)
    assert command is VERBS[tuple(name.split())].default_command
    assert bound is not None


def test_the_page_has_every_verb_and_no_other() -> None:
    rows = re.findall(r"^\| `perpbox ([^`]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    listed = [name for row in rows for name in NAMES if f"{row} ".startswith(f"{name} ")]
    assert len(rows) == len(NAMES)
    assert sorted(listed) == sorted(NAMES)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_every_verb(shell: str, type_in: Terminal) -> None:
    said = type_in("completion", shell)
    assert said.code == 0
    for word in {word for verb in VERBS for word in verb} | {"--advance", "--sort"}:
        assert word.removeprefix("--") in said.output


def test_bash_completes_a_verb() -> None:
    perpbox = Path(__file__).parents[2] / ".venv/bin/perpbox"
    script = f"""
        eval "$({perpbox} completion bash)"
        COMP_WORDS=(perpbox acc) COMP_CWORD=1 COMP_LINE="perpbox acc" COMP_POINT=11
        $(complete -p perpbox | sed 's/.*-F \\([^ ]*\\).*/\\1/')
        echo "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert sorted(done.stdout.split()) == ["account", "accounts"]
