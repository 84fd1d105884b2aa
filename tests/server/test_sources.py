"""Settings from flags, the environment and a file: each in all three ways, in that order."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from cyclopts import CycloptsError

from perpbox import cli
from perpbox.console import serving
from perpbox.server.settings import DEFAULTS, Settings, SyntheticSettings, Unusable
from perpbox.server.sources import FILE, variable

Taken = Callable[..., Settings]

OTHERS: dict[str, Any] = {
    "limits": "off",
    "timing": "strict",
    "feed": ("recorded:a", "b c"),
    "catalogue": ("info one.json", "brackets.json"),
    "start": "2026-11-22T08:00:00Z",
    "begin": "2026-11-22T08:00:00Z",
    "key_seed": 7,
    "host": "localhost",
    "data": "some where.sqlite",
    "token": "open sesame",
    "tls_cert": "my cert.pem",
    "tls_key": "my key.pem",
    "clock": "x60",
    "api_date": "2025-12-08",
    "rest_url": "https://there",
    "symbols": ("BTCUSDT", "ETHUSDT"),
    "lines": "12h",
    "history": "forever",
    "tape": "1d",
    "candles": "100d",
}
"""Another value than the default, where none can be made of it."""


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Taken:
    """What a process would be told, in an empty folder and an environment that says nothing."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("PERPBOX_"):
            monkeypatch.delenv(name)
    told: list[Settings] = []
    monkeypatch.setattr(serving, "run", lambda settings, *_: told.append(settings))

    def take(*flags: str, file: str = "", **variables: str) -> Settings:
        (tmp_path / FILE).unlink(missing_ok=True)
        if file:
            (tmp_path / FILE).write_text(file)
        with monkeypatch.context() as context:
            for name, value in variables.items():
                context.setenv(name, value)
            cli.app(["serve", *flags], exit_on_error=False, print_error=False)
        return told[-1]

    return take


def other(field: Field[Any]) -> Any:
    if field.name in OTHERS:
        return OTHERS[field.name]
    assert field.default is not MISSING
    return not field.default if isinstance(field.default, bool) else field.default + 1


def leaves() -> list[tuple[str, str, Any]]:
    """Every setting: its table, its name, and another value than its default."""
    found = []
    for field in fields(Settings):
        default = getattr(DEFAULTS, field.name)
        if is_dataclass(default):
            found += [(field.name, each.name, other(each)) for each in fields(default)]
        else:
            found.append(("", field.name, other(field)))
    return found


def expected(table: str, name: str, value: Any) -> Settings:
    if not table:
        return replace(DEFAULTS, **{name: value})
    return replace(DEFAULTS, **{table: replace(getattr(DEFAULTS, table), **{name: value})})


def toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return str(list(value))
    return repr(value)


LEAVES = leaves()


@pytest.mark.parametrize(("table", "name", "value"), LEAVES, ids=[f"{t}.{n}" for t, n, _ in LEAVES])
def test_every_setting_is_taken_in_all_three_ways(
    taken: Taken, table: str, name: str, value: Any
) -> None:
    wanted = expected(table, name, value)
    dashed = name.replace("_", "-")
    option = f"--{table}.{dashed}" if table else f"--{dashed}"
    if isinstance(value, bool):
        flags = [option if value else f"--{table}.no-{dashed}"]
    else:
        flags = [option, *(value if isinstance(value, tuple) else (str(value),))]
    assert taken(*flags) == wanted
    words = " ".join(f"'{w}'" for w in value) if isinstance(value, tuple) else str(value)
    assert taken(**{variable(option): words}) == wanted
    heading = f"[{table}]\n" if table else ""
    assert taken(file=f"{heading}{name} = {toml(value)}") == wanted
    assert taken(file=f"{heading}{dashed} = {toml(value)}") == wanted


def test_flags_come_before_the_environment_before_the_file(taken: Taken) -> None:
    file = "port = 1\nseed = 1\ndata = '1'\n[synthetic]\nspread = 1.5\ndepth = 1.5\nstep = 200"
    settings = taken(
        "--port",
        "3",
        "--synthetic.step",
        "300",
        file=file,
        PERPBOX_PORT="2",
        PERPBOX_SEED="2",
        PERPBOX_SYNTHETIC_DEPTH="2.5",
    )
    assert (settings.port, settings.seed, settings.data) == (3, 2, "1")
    assert settings.synthetic == SyntheticSettings(spread=1.5, depth=2.5, step=300)


def test_nothing_said_is_the_default(taken: Taken) -> None:
    assert taken() == DEFAULTS


def test_a_file_may_lie_elsewhere(taken: Taken, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("port = 5")
    (tmp_path / "yours.toml").write_text("port = 6")
    assert taken("--config", "mine.toml", file="port = 4").port == 5
    assert taken(PERPBOX_CONFIG="mine.toml").port == 5
    assert taken("--config", "yours.toml", PERPBOX_CONFIG="mine.toml").port == 6


def test_a_file_may_say_one_word_where_several_may_be_and_times_as_they_are(taken: Taken) -> None:
    settings = taken(file='feed = "synthetic"\nstart = 2026-11-22T08:00:00Z')
    assert settings.feed == ("synthetic",)
    assert settings.start == "2026-11-22T08:00:00+00:00"
    assert taken(file="start = 1795334400000").start in {1_795_334_400_000, "1795334400000"}


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("port = ", f"{FILE} is no TOML"),
        ("port = 8900.5", "port: Expected `int`, got `float`"),
        ("port = [8900]", "port: Expected `int`, got `array`"),
        ('port = "8900"', "port: Expected `int`, got `str`"),
        ("port = true", "port: Expected `int`, got `bool`"),
        ("synthetic = 3", "synthetic: Expected `object`, got `int`"),
        ("[synthetic]\nstep = 1.5", "synthetic.step: Expected `int`"),
        ("feed = [1]", "feed[0]: Expected `str`"),
        ('limits = "none"', "limits: Invalid enum value 'none'"),
        ('config = "other.toml"', "names no other one"),
    ],
)
def test_a_file_that_is_wrong_is_told_in_a_line(taken: Taken, file: str, says: str) -> None:
    with pytest.raises(Unusable) as told:
        taken(file=file)
    assert says in str(told.value)
    assert str(told.value).startswith(FILE)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("file", ["prot = 1", "[synthetic]\nvolatile = 1", "[synth]\nstep = 1"])
def test_a_setting_that_is_none_is_told(taken: Taken, file: str) -> None:
    with pytest.raises(CycloptsError, match=f"Unknown option: .* from {FILE}"):
        taken(file=file)


def test_a_variable_that_is_no_setting_is_told(taken: Taken) -> None:
    with pytest.raises(Unusable, match="PERPBOX_PROT is no setting"):
        taken(PERPBOX_PROT="1")
    with pytest.raises(CycloptsError, match='PERPBOX_PORT from env: unable to convert "many"'):
        taken(PERPBOX_PORT="many")
    assert taken(PERPBOX_WORLDS="1-20") == DEFAULTS


@pytest.mark.parametrize("name", ["PERPBOX_URL", "PERPBOX_LIVE_KEY", "PERPBOX_LIVE_SECRET"])
def test_a_variable_of_another_verb_is_no_hindrance(taken: Taken, name: str) -> None:
    """Who asks a venue from a shell may start one from there too."""
    assert taken(**{name: "http://127.0.0.1:8900"}) == Settings()


def test_a_variable_whose_quotes_are_left_open_is_told(taken: Taken) -> None:
    with pytest.raises(Unusable, match=r"'recorded:my \"dumps' .* is not words: No clos"):
        taken(PERPBOX_FEED='recorded:my "dumps')


def test_a_file_that_is_not_there_is_told(taken: Taken) -> None:
    with pytest.raises(Unusable, match=r"--config: mine\.toml cannot be read"):
        taken("--config", "mine.toml")
