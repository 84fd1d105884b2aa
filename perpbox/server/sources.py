"""Where settings come from: what flags leave out is taken from the environment, then a file."""

from __future__ import annotations

import os
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec
from cyclopts import App, ArgumentCollection
from cyclopts.config import Dict, Env

from perpbox.server.settings import Settings, Unusable

PREFIX: Final = "PERPBOX_"
FILE: Final = "perpbox.toml"
"""Read without being named, where it lies in the working directory."""
CONFIG: Final = "config"
"""The one option that no file may have: where the file is."""
NO_SETTINGS: Final = {
    "PERPBOX_URL",
    "PERPBOX_LIVE_KEY",
    "PERPBOX_LIVE_SECRET",
    "PERPBOX_WORLDS",
}
"""Variables with the prefix that are of other verbs, and of `make simulate`."""

LISTS: Final = {"feed", "catalogue", "symbols"}
"""Settings of several words."""

Table: TypeAlias = dict[str, Any]


def variable(option: str) -> str:
    """The environment's name of "--synthetic.trades-per-second" or "api_date"."""
    return PREFIX + option.removeprefix("--").upper().replace("-", "_").replace(".", "_")


def from_environment(app: App, commands: tuple[str, ...], arguments: ArgumentCollection) -> None:
    """Take what is not given yet from PERPBOX_ variables."""
    known = {variable(argument.name) for argument in arguments} | NO_SETTINGS
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            raise Unusable(f"The variable {name} is no setting. See perpbox serve --help.")
    Env(PREFIX, command=False)(app, commands, arguments)


def from_file(app: App, _commands: tuple[str, ...], arguments: ArgumentCollection) -> None:
    """Take what is not given yet from the file that --config names, or from ./perpbox.toml."""
    (named,) = (argument for argument in arguments if argument.name == f"--{CONFIG}")
    if named.tokens:
        path = Path(named.tokens[-1].value)
    elif not (path := Path(FILE)).exists():
        return
    table = read_file(path)
    # Of no command, so that a setting may be named as a verb is: `clock` is one.
    Dict(table, source=str(path), use_commands_as_keys=True)(app, (), arguments)


def read_file(path: Path) -> Table:
    """A file's settings, each of its type. Raises `Unusable`."""
    try:
        table = _plain(tomllib.loads(path.read_text(encoding="utf-8")))
        msgspec.convert(table, Settings)
    except OSError as error:
        raise Unusable(f"--config: {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Unusable(f"{path} is no TOML: {error}.") from error
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        raise Unusable(f"{path}: {where.rstrip('`')}: {what}.") from error
    if CONFIG in table:
        raise Unusable(f"{path}: a file of settings names no other one.")
    return table


def _plain(table: Table) -> Table:
    """Names as they are in the code, times as text, and one word as a list where many may be."""
    return {(name := key.replace("-", "_")): _value(name, value) for key, value in table.items()}


def _value(name: str, value: object) -> object:
    if isinstance(value, dict):
        return _plain(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return [value] if name in LISTS and isinstance(value, str) else value
