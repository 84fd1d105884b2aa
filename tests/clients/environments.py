"""The locked environment that a flow runs in: a Python of its own, or packages of npm."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

HERE = Path(__file__).resolve().parent
LEFT_OUT = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_TARGET", "PIP_PREFIX", "PIP_USER")
NODE_FLAGS = ("--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")


class Environment(Protocol):
    """What one kind of client needs; a flow's environment lies in the flow's own folder."""

    @property
    def registry(self) -> str:
        """Where its clients are published."""

    @property
    def lock(self) -> str: ...
    @property
    def folder(self) -> str: ...

    def lacking(self) -> str:
        """What this machine has to have first, or nothing."""

    def identity(self) -> str:
        """What the environment has to be made again for when it changes, beside the lock."""

    def making(self, flow: str) -> list[list[str]]:
        """The commands that make it."""

    def command(self, flow: str) -> list[str]:
        """How the flow is started, from this folder."""


@dataclass(frozen=True)
class PythonEnvironment:
    """A virtual environment, of this Python or of the first that is new enough."""

    least: tuple[int, int] = (3, 11)
    below: tuple[int, int] = (3, 20)
    registry: str = "PyPI"
    lock: str = "requirements.txt"
    folder: str = ".venv"

    def base(self) -> str | None:
        """A Python to make it with."""
        if self.least <= sys.version_info < self.below:
            return sys.executable
        minors = range(self.least[1], self.below[1])
        found = (python_called(f"{self.least[0]}.{minor}") for minor in minors)
        return next((each for each in found if each), None)

    def lacking(self) -> str:
        return "" if self.base() else "Python {}.{} or newer".format(*self.least)

    def identity(self) -> str:
        base = self.base()
        return sys.version if base == sys.executable else str(base)

    def python(self, flow: str) -> str:
        return str(HERE / flow / self.folder / "bin" / "python")

    def making(self, flow: str) -> list[list[str]]:
        install = [self.python(flow), "-m", "pip", "install", "--quiet", "--no-input"]
        install += ["--disable-pip-version-check"]
        install += shlex.split(os.environ.get("INSTALL_FLAGS", ""))
        return [
            [str(self.base()), "-m", "venv", "--clear", str(HERE / flow / self.folder)],
            [*install, "--require-hashes", "-r", str(HERE / flow / self.lock)],
        ]

    def command(self, flow: str) -> list[str]:
        return [self.python(flow), "-m", f"{flow}.flow"]


@cache
def python_called(version: str) -> str | None:
    """Where a Python of this version is, by its name, or as pyenv or uv know it.

    pyenv puts a name on the path for each version that it has, and only the chosen ones run.
    """
    asked = (
        [f"python{version}", "-c", "import sys; print(sys.executable)"],
        ["pyenv", "prefix", version],
        ["uv", "--no-config", "python", "find", "--no-python-downloads", version],
    )
    for command in asked:
        if shutil.which(command[0]) is None:
            continue
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            place = Path(done.stdout.strip())
            return str(place / "bin" / "python" if place.is_dir() else place)
    return None


@dataclass(frozen=True)
class NodeEnvironment:
    """What `npm ci` makes of a lock."""

    least: int = 20
    registry: str = "npm"
    lock: str = "package-lock.json"
    folder: str = "node_modules"

    def lacking(self) -> str:
        wanted = f"Node {self.least} or newer, with npm"
        if not (shutil.which("node") and shutil.which("npm")):
            return wanted
        version = re.match(r"v(\d+)", self.identity())
        return "" if version and int(version[1]) >= self.least else wanted

    def identity(self) -> str:
        done = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
        return done.stdout.strip()

    def making(self, flow: str) -> list[list[str]]:
        return [["npm", "ci", *NODE_FLAGS, "--prefix", str(HERE / flow)]]

    def command(self, flow: str) -> list[str]:
        return ["node", str(HERE / flow / "flow.mjs")]


def surroundings() -> dict[str, str]:
    """This process's environment without what would bend another Python or lead off the machine."""
    kept = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    return {**kept, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


def prepare(flow: str, environment: Environment) -> str:
    """Make the flow's environment unless it stands already; what went wrong, or nothing."""
    lock = HERE / flow / environment.lock
    stamp = HERE / flow / environment.folder / ".installed"
    wanted = f"{environment.identity()} {hashlib.sha256(lock.read_bytes()).hexdigest()}"
    if stamp.exists() and stamp.read_text() == wanted:
        return ""
    print(f"setting up {flow} (once)", flush=True)
    for command in environment.making(flow):
        done = subprocess.run(
            command, env=surroundings(), capture_output=True, text=True, check=False
        )
        if done.returncode:
            return f"{shlex.join(command)} ended with {done.returncode}\n{said(done)}"
    stamp.write_text(wanted)
    return ""


def said(done: subprocess.CompletedProcess[str]) -> str:
    """What a process wrote, as text to show."""
    return f"{done.stdout}{done.stderr}".strip()
