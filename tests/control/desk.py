"""A venue in memory with an operator's desk in front of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from perpbox.control.app import Control
from perpbox.control.desk import Desk, Facts, Fork
from perpbox.engine.commands import OpenVenue
from perpbox.engine.line import Line
from perpbox.engine.state import State
from perpbox.faults import Faults
from perpbox.feed.clock import MANUAL, VenueClock
from perpbox.instrument import builtin
from perpbox.journal.copies import Note
from perpbox.journal.keys import KeyStore, NumberedKey
from perpbox.journal.memory_history import MemoryHistory
from perpbox.journal.projection import Projection
from perpbox.journal.records import OrderRecord
from perpbox.message import Pending, Request, Response
from perpbox.venue import Venue
from tests.api.conforming import require_described

NOON = 1_795_348_800_000
TOKEN = "let me in"


class Told(msgspec.Struct):
    """An answer as an operator reads it."""

    status: int
    headers: dict[str, str]
    json: Any

    @property
    def error(self) -> str:
        return str(self.json["error"]["code"])


class Lines:
    """A journal that becomes durable when a test says so; at once unless told otherwise."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.held = False
        self._durable = 0
        self._projection = Projection(_none_open, lambda _: None)
        self.history = MemoryHistory(self._projection.take)

    @property
    def durable_sequence(self) -> int:
        return self._durable

    def append(self, line: Line) -> None:
        self.lines.append(line)
        self._projection.add(line)
        if not self.held:
            self._durable = line.sequence


def _none_open(order_id: int) -> OrderRecord:
    raise LookupError(order_id)


class KeysInMemory:
    """A table of keys that is gone with the test."""

    def __init__(self) -> None:
        self.rows: dict[str, NumberedKey] = {}
        self.last = 0

    def last_number(self) -> int:
        return self.last

    def stored(self) -> list[NumberedKey]:
        return list(self.rows.values())

    def insert(self, numbered: NumberedKey) -> None:
        self.last = numbered.number
        self.rows[numbered.key.api_key] = numbered

    def delete(self, api_keys: list[str]) -> None:
        for api_key in api_keys:
            del self.rows[api_key]


class Shelf:
    """Snapshots as names, and forks as numbers."""

    def __init__(self) -> None:
        self.kept: dict[str, Note] = {}
        self.restored: list[str] = []
        self.running: dict[int, Fork] = {}

    def take(self, name: str) -> Note:
        self.kept[name] = Note(name, 1, NOON, "manual", 1.0, is_true=False, accounts=0)
        return self.kept[name]

    def notes(self) -> list[Note]:
        return list(self.kept.values())

    def delete(self, name: str) -> None:
        del self.kept[name]

    def restore(self, name: str) -> Note:
        self.restored.append(name)
        return self.kept[name]

    def fork(self, name: str, port: int) -> Fork:
        number = len(self.running) + 1
        fork = Fork(number, name, f"http://127.0.0.1:{port}", port, ":memory:")
        self.running[number] = fork
        return fork

    def forks(self) -> list[Fork]:
        return list(self.running.values())

    def end_fork(self, number: int) -> Fork:
        return self.running.pop(number)


class Office:
    """The desk under test, and an operator's way of calling it."""

    def __init__(self, token: str = TOKEN) -> None:
        self.journal = Lines()
        self.clock = VenueClock(MANUAL, NOON, lambda: NOON)
        self.state = State(builtin())
        self.venue = Venue(self.state, 0, self.journal, self.clock)
        self.venue.submit(OpenVenue())
        self.keys = KeyStore(KeysInMemory(), seed="office")
        facts = Facts(
            version="1.2.3",
            journal="memory",
            token=token,
            uptime=lambda: 1.5,
            failures=lambda: 0,
        )
        self.faults = Faults(self.venue.now, lambda _seconds, then: then())
        self.control = Control(
            Desk(
                self.venue,
                self.clock,
                self.keys,
                self.journal.history,
                facts,
                Shelf(),
                self.faults,
                lambda account_id, asked: (account_id, asked),
            )
        )

    def get(self, path: str) -> Told:
        return self.ask("GET", path)

    def post(self, path: str, body: Any = None) -> Told:
        return self.ask("POST", path, body)

    def delete(self, path: str) -> Told:
        return self.ask("DELETE", path)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        query: bytes = b"",
    ) -> Told:
        """Call with the token, unless headers are given; bytes go as they are.

        The OpenAPI document knows such an answer.
        """
        data = body if isinstance(body, bytes) else b""
        if body is not None and not isinstance(body, bytes):
            data = msgspec.json.encode(body)
        if headers is None:
            headers = {"authorization": f"Bearer {TOKEN}"}
        request = Request(method, path, query, headers, data)
        answer = self.control.answer(request)
        assert isinstance(answer, Response)
        require_described(request, answer)
        return told(answer)

    def pending(self, method: str, path: str, body: Any = None) -> Pending:
        headers = {"authorization": f"Bearer {TOKEN}"}
        data = b"" if body is None else msgspec.json.encode(body)
        answer = self.control.answer(Request(method, path, b"", headers, data))
        assert isinstance(answer, Pending)
        return answer

    def account(self, **balances: str) -> int:
        """A new account; its id."""
        made = self.post("/box/v1/accounts", {"name": "alice", "balances": balances})
        assert made.status == 200
        return int(made.json["accountId"])

    def changes_nothing(self, call: Callable[[], Told]) -> Told:
        """What the call answers, having shown that no turn and no key came of it."""
        before = self.venue.sequence, len(self.journal.lines), len(self.keys_of_all())
        answer = call()
        assert (self.venue.sequence, len(self.journal.lines), len(self.keys_of_all())) == before
        return answer

    def keys_of_all(self) -> list[str]:
        return [k.api_key for a in self.state.accounts for k in self.keys.of_account(a)]


def told(response: Response) -> Told:
    assert response.content_type == "application/json"
    return Told(response.status, dict(response.headers), msgspec.json.decode(response.body))
