"""Journals of venues with many funded accounts, and real processes started on them."""

from __future__ import annotations

import secrets
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from http.client import HTTPConnection
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from msgspec import Struct

from bench.machine import memory_of
from bench.signing import Login, Signed, account_read
from bench.worker import Worker, obey
from bench.world import START, open_busy, open_flat
from perpbox.journal.keys import EVERY_PERMISSION, Key, KeyKind, NumberedKey
from perpbox.journal.store import key_inserted
from perpbox.server.compose import compose
from perpbox.server.settings import Settings

READY: Final = "perpbox ready "


class Start(Struct, frozen=True):
    """One start of a process, in seconds from nothing."""

    ready: float
    """Until it says so."""
    answered: float
    """Until it has answered a signed read of an account."""
    memory: int
    """Bytes that lie in memory then."""


class Maker:
    """The master of a process that makes journals, and takes with it what they cost."""

    def make(self, path: str, accounts: int) -> Login:
        """So many accounts with a key each; the first is the busy one, whose login it answers."""
        settings = Settings(data=path, limits="off", clock="manual", start=START, key_seed=1)
        parts = compose(settings)
        first = open_busy(parts.venue, "first")
        key = parts.keys.create(first, START)
        others = [open_flat(parts.venue, f"account {n}") for n in range(2, accounts + 1)]
        parts.close()
        _add_keys(Path(path), others)
        return Login(first, key.api_key, key.secret)

    def stop(self) -> None:
        """Every journal is closed already."""


def _add_keys(path: Path, account_ids: list[int]) -> None:
    """All in one commit; the venue itself makes them durable one by one."""
    with closing(sqlite3.connect(path)) as connection:
        for number, account_id in enumerate(account_ids, 2):
            key = Key(
                api_key=secrets.token_hex(32),
                account_id=account_id,
                kind=KeyKind.HMAC,
                secret=secrets.token_hex(32),
                public_key="",
                permissions=EVERY_PERMISSION,
                ip_allow_list=(),
                created=START,
            )
            key_inserted(NumberedKey(number, key))(connection)
        connection.commit()


def without_snapshots(path: Path) -> Path:
    """A copy that must be replayed from its first line."""
    bare = path.with_name(f"bare-{path.name}")
    bare.write_bytes(path.read_bytes())
    with closing(sqlite3.connect(bare)) as connection:
        connection.execute("DELETE FROM snapshots")
        connection.commit()
    return bare


def start(path: Path, login: Login) -> Start:
    """Start `perpbox serve`, read an account, and kill it, which leaves the journal as it was."""
    command = [sys.executable, "-m", "perpbox.cli", "serve", "--port", "0", "--data", str(path)]
    command += ["--clock", "manual", "--start", str(START), "--limits", "off"]
    begun = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        ready = time.perf_counter() - begun
        try:
            if not line.startswith(READY):
                raise RuntimeError(f"no start on {path.name}: {line!r}")
            _ask(line.removeprefix(READY).strip(), account_read(login))
            return Start(ready, time.perf_counter() - begun, memory_of(process.pid))
        finally:
            process.kill()


def _ask(url: str, request: Signed) -> None:
    with closing(HTTPConnection(url.removeprefix("http://"), timeout=60.0)) as connection:
        headers = {"X-MBX-APIKEY": request.api_key}
        connection.request(request.method, f"{request.path}?{request.query}", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{request.path}: {answer.status} {body!r}")


def maker_process(pipe: Connection) -> None:
    """`main` of the worker."""
    pipe.send("ready")
    maker = Maker()
    while obey(pipe, maker):
        pass


def new_maker() -> Worker:
    return Worker(maker_process)
