"""Run by the Python of a bot: makes what is named, blocked, and writes down where it could call.

`python -c "…" TARGET FILE`; only the standard library is needed there, and no perpbox.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import inspect
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from perpbox.clients import guard
from perpbox.clients.reach import addresses_of


class NotThere(Exception):
    """What was named is not there."""


def main(target: str, file: str) -> None:
    """Write the addresses, what tried to leave while it was made, and what went wrong, as JSON."""
    watching = guard.install()
    told: dict[str, Any] = {"addresses": [], "error": ""}
    try:
        told["addresses"] = addresses_of(made(target))
    except Exception as error:  # noqa: BLE001  it is the bot's own code that runs, and all is told
        told["error"] = f"{type(error).__name__}: {error}"
    told["attempts"] = list(dict.fromkeys(watching.attempts))
    Path(file).write_text(json.dumps(told), encoding="utf-8")


def made(target: str) -> object:
    """`bot.py:exchange` or `package.module:build`: an object, or what a function makes of nothing.

    Without a name it is the whole module.
    """
    place, _, name = target.partition(":")
    value: Any = _module(place)
    for each in filter(None, name.split(".")):
        if not hasattr(value, each):
            raise NotThere(f"{place} has no {name}")
        value = getattr(value, each)
    return asyncio.run(_called(value)) if inspect.isroutine(value) else value


async def _called(make: Callable[[], Any]) -> object:
    """Within a loop, since asynchronous clients want one around them when they are made."""
    value = make()
    return await value if inspect.isawaitable(value) else value


def _module(place: str) -> ModuleType:
    sys.path.insert(0, "")
    if not place.endswith(".py"):
        return importlib.import_module(place)
    path = Path(place).resolve()
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None or not path.exists():
        raise NotThere(f"{place} is no file of Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def starting(package: Path) -> str:
    """The code that starts this elsewhere, where perpbox's own libraries are not to be found."""
    return (
        "import importlib.util as u, sys\n"
        f"s = u.spec_from_file_location('perpbox', {str(package / '__init__.py')!r},"
        f" submodule_search_locations=[{str(package)!r}])\n"
        "sys.modules['perpbox'] = m = u.module_from_spec(s); s.loader.exec_module(m)\n"
        "from perpbox.clients.probe import main; main(*sys.argv[1:])"
    )
