"""Programs of the project, started as a user would, with an end to every wait."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

NO_MORE: Final[Mapping[str, str]] = {}
PATIENCE = 60.0
"""No test waits longer for a program, in seconds."""


class Program:
    """A running `perpbox`, killed when it takes too long."""

    def __init__(
        self,
        arguments: Sequence[str],
        env: Mapping[str, str] = NO_MORE,
        before: Callable[[], None] | None = None,
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "perpbox.cli", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"PATH": "/usr/bin:/bin", **env},
            preexec_fn=before,  # noqa: PLW1509  it only sets a limit
        )
        self._watchdog = threading.Timer(PATIENCE, self.process.kill)
        self._watchdog.start()
        self.base_url = ""

    def line(self) -> str:
        """The next line of its output; empty at the end."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def lines_until(self, beginning: str) -> list[str]:
        """All lines up to the one that begins so, without it."""
        lines: list[str] = []
        while not (line := self.line()).startswith(beginning):
            assert line, "".join(lines) + self.end()[1]
            lines.append(line.rstrip("\n"))
        return lines

    def ready(self) -> None:
        """Wait for the line that says that it answers."""
        line = self.line()
        assert line.startswith("perpbox ready http://"), line + self.end()[1]
        self.base_url = line.split()[2]

    def end(self) -> tuple[str, str]:
        """What is left of its output and of its errors, once it has ended."""
        rest = self.process.communicate(timeout=PATIENCE)
        self._watchdog.cancel()
        return rest

    @property
    def exit_code(self) -> int | None:
        return self.process.poll()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        address = self.base_url.removeprefix("http://")
        connection = http.client.HTTPConnection(address, timeout=PATIENCE)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()


@contextmanager
def started(
    *arguments: str,
    env: Mapping[str, str] = NO_MORE,
    before: Callable[[], None] | None = None,
) -> Iterator[Program]:
    program = Program(arguments, env, before)
    try:
        yield program
    finally:
        program.process.kill()
        program.end()


def ended(*arguments: str) -> tuple[int, str, str]:
    """Exit code, output and errors of a command that ends by itself."""
    with started(*arguments) as program:
        output, errors = program.end()
        assert program.exit_code is not None
        return program.exit_code, output, errors
