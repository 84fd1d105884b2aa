"""A real server for the length of a `with`: started, awaited, and ended, loudly if it will not.

Needs only the standard library, so that any environment can use it.
"""

from __future__ import annotations

import json
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from tempfile import TemporaryDirectory
from typing import IO, Any

PROJECT = Path(__file__).resolve().parents[2]
READY = re.compile(r"perpbox ready (https?://127\.0\.0\.1:\d+)\s*")
READY_SECONDS = 30.0
END_SECONDS = 15.0


class ServerTrouble(RuntimeError):
    """The server did not start, or did not end, as it should."""


@dataclass(frozen=True)
class Account:
    """An account opened through the control interface, with its first key."""

    account_id: Any
    api_key: str
    secret: str


@dataclass(frozen=True)
class Venue:
    """A running server, and the word that opens its control interface."""

    base_url: str
    token: str

    def control(self, path: str, body: object) -> Any:
        """POST to /box/v1; the answer's JSON."""
        request = urllib.request.Request(
            f"{self.base_url}/box/v1/{path}",
            data=json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
            },
            method="POST",
        )
        # A proxy named in the environment has no business between us and this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as response:
            return json.load(response)

    def open_account(self, **balances: str) -> Account:
        """A new account that holds `balances`, such as USDT="10000"."""
        name = f"client-{secrets.token_hex(4)}"
        answer = self.control("accounts", {"name": name, "balances": balances})
        return Account(answer["accountId"], answer["apiKey"], answer["secretKey"])


def perpbox_command() -> list[str]:
    """The server of this interpreter's environment, else of the project's own."""
    beside = Path(sys.executable).parent / "perpbox"
    return [str(beside if beside.exists() else PROJECT / ".venv" / "bin" / "perpbox")]


@contextmanager
def venue_server(
    command: Sequence[str] | None = None, arguments: Sequence[str] = ()
) -> Iterator[Venue]:
    """A server on a free port with an empty journal in memory, told some more `arguments`."""
    token = secrets.token_hex(24)
    serve = ["serve", "--host", "127.0.0.1", "--port", "0", "--data", ":memory:"]
    with TemporaryDirectory(prefix="perpbox-clients-") as folder:
        log = Path(folder) / "log"
        with log.open("wb") as errors:
            process = subprocess.Popen(
                [*(command or perpbox_command()), *serve, "--token", token, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        try:
            venue = Venue(_address(process, log), token)
        except BaseException:
            process.kill()
            process.wait()
            raise
        try:
            yield venue
        finally:
            _end(process, log)


def _address(process: subprocess.Popen[str], log: Path) -> str:
    """Wait for the line that says where the server listens, and keep reading after it."""
    assert process.stdout is not None
    lines: Queue[str] = Queue()
    threading.Thread(target=_drain, args=(process.stdout, lines), daemon=True).start()
    said: list[str] = []
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            line = lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except Empty:
            raise ServerTrouble(f"not ready in {READY_SECONDS:g} s\n{_told(log, said)}") from None
        if not line:
            code = process.wait(END_SECONDS)
            raise ServerTrouble(f"ended with {code} before it was ready\n{_told(log, said)}")
        if ready := READY.fullmatch(line):
            return ready[1]
        said.append(line)


def _drain(stream: IO[str], lines: Queue[str]) -> None:
    """Pass on every line, so that the server never waits for a reader; "" is the end."""
    with stream:
        for line in stream:
            lines.put(line)
    lines.put("")


def _end(process: subprocess.Popen[str], log: Path) -> None:
    """SIGTERM, and nothing short of an orderly exit will do."""
    early = process.poll()
    if early is not None:
        raise ServerTrouble(f"the server had ended by itself with {early}\n{_told(log)}")
    process.send_signal(signal.SIGTERM)
    try:
        code = process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise ServerTrouble(
            f"killed: still there {END_SECONDS:g} s after SIGTERM\n{_told(log)}"
        ) from None
    if code != 0:
        raise ServerTrouble(f"SIGTERM ended it with {code}, not 0\n{_told(log)}")


def _told(log: Path, said: Sequence[str] = ()) -> str:
    """The last that the server wrote."""
    errors = log.read_text(errors="replace")[-4000:]
    return f"stdout: {''.join(said)[-2000:]}\nstderr: {errors}"
