"""The one writer's connection: commits, and moving the write-ahead log into the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias
from zlib import crc32

import msgspec

from perpbox.account import AccountId, OrderId
from perpbox.engine.line import Line
from perpbox.journal import commit
from perpbox.journal.errors import JournalDamaged
from perpbox.journal.keys import NumberedKey
from perpbox.journal.listen_keys import ListenKey
from perpbox.journal.projection import Projection
from perpbox.journal.records import ConditionalRecord, OrderRecord
from perpbox.tape import Candle

Work: TypeAlias = Callable[[sqlite3.Connection], None]
"""Something besides lines to write in a commit."""

LINES_PER_CHECKPOINT: Final = 5_000
SNAPSHOTS_KEPT: Final = 2
"""The newest, and the one before in case the newest is damaged."""


class Store:
    """Writes the file and knows the orders that are open in it. One thread uses it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        commit.prepare(connection)
        self._connection = connection
        self._projection = Projection(
            self._find_order, self._find_conditional, standing_candles(connection)
        )
        self._since_checkpoint = 0

    def commit(self, lines: Sequence[Line], works: Sequence[Work]) -> None:
        """Write the lines, their history and the rest, all or nothing; then it is durable."""
        if not works:
            self._write(lines)
            return
        self._connection.execute("BEGIN IMMEDIATE")
        self._write(lines)
        for work in works:
            work(self._connection)
        self._connection.execute("COMMIT")

    def checkpoint_when_due(self) -> None:
        """Move the write-ahead log into the file from time to time, lest it grow for ever."""
        if self._since_checkpoint >= LINES_PER_CHECKPOINT:
            self._since_checkpoint = 0
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def close(self) -> None:
        """What was not committed is not written; SQLite moves the log into the file."""
        self._connection.close()

    def _write(self, lines: Sequence[Line]) -> None:
        if not lines:
            return
        for line in lines:
            self._projection.add(line)
        commit.write(self._connection, lines, self._projection.take())
        self._since_checkpoint += len(lines)

    def _find_order(self, order_id: OrderId) -> OrderRecord:
        row = self._connection.execute(
            "SELECT data FROM orders WHERE order_id = ?", (order_id,)
        ).fetchone()
        if row is None:
            raise LookupError(f"no open order {order_id} was journaled")
        return msgspec.json.decode(row[0], type=OrderRecord)

    def _find_conditional(self, algo_id: OrderId) -> ConditionalRecord | None:
        row = self._connection.execute(
            "SELECT data FROM conditional_orders WHERE algo_id = ?", (algo_id,)
        ).fetchone()
        return None if row is None else msgspec.json.decode(row[0], type=ConditionalRecord)


def standing_candles(connection: sqlite3.Connection) -> list[tuple[str, Candle]]:
    """Those that stood when the last line was written, by the names of their places."""
    rows = connection.execute("SELECT place, data FROM standing_candles").fetchall()
    try:
        return [(place, msgspec.json.decode(data, type=Candle)) for place, data in rows]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JournalDamaged(f"A candle is not what was written: {error}.") from error


def snapshot_of(sequence: int, state: bytes, version: str) -> Work:
    """Keep a dumped state, and of the older ones as many as are of use."""

    def work(connection: sqlite3.Connection) -> None:
        connection.execute(
            "INSERT OR REPLACE INTO snapshots (sequence, version, state, checksum)"
            " VALUES (?, ?, ?, ?)",
            (sequence, version, state, crc32(state)),
        )
        connection.execute(
            "DELETE FROM snapshots WHERE sequence NOT IN"
            " (SELECT sequence FROM snapshots ORDER BY sequence DESC LIMIT ?)",
            (SNAPSHOTS_KEPT,),
        )

    return work


def key_inserted(numbered: NumberedKey) -> Work:
    key = numbered.key
    row = (numbered.number, key.api_key, key.account_id, msgspec.json.encode(key))

    def work(connection: sqlite3.Connection) -> None:
        connection.execute(
            "INSERT INTO keys (number, api_key, account_id, data) VALUES (?, ?, ?, ?)", row
        )

    return work


def keys_deleted(api_keys: Sequence[str]) -> Work:
    rows = [(api_key,) for api_key in api_keys]

    def work(connection: sqlite3.Connection) -> None:
        connection.executemany("DELETE FROM keys WHERE api_key = ?", rows)

    return work


def listen_key_put(key: ListenKey) -> Work:
    row = (key.account_id, key.text, key.expires)

    def work(connection: sqlite3.Connection) -> None:
        connection.execute(
            "INSERT OR REPLACE INTO listen_keys (account_id, listen_key, expires) VALUES (?, ?, ?)",
            row,
        )

    return work


def listen_key_deleted(account_id: AccountId) -> Work:
    def work(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM listen_keys WHERE account_id = ?", (account_id,))

    return work
