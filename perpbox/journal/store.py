"""Writing a journal's file: turns with the history they make, all of a commit or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias
from zlib import crc32

import msgspec

from perpbox.account import OrderId
from perpbox.engine.line import Line, encode
from perpbox.journal.keys import NumberedKey
from perpbox.journal.projection import Changes, Projection
from perpbox.journal.records import OrderRecord

Work: TypeAlias = Callable[[sqlite3.Connection], None]
"""Something else to write in a commit."""

LINES_PER_CHECKPOINT: Final = 1_000
SNAPSHOTS_KEPT: Final = 2
"""The newest, and the one before in case the newest is damaged."""

_ROW: Final = msgspec.json.Encoder()
_ORDER: Final = msgspec.json.Decoder(OrderRecord)


class Store:
    """The one writer's connection and what it knows between two commits. One thread uses it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._projection = Projection(self._find_order)
        self._since_checkpoint = 0

    def commit(self, lines: Sequence[Line], works: Sequence[Work]) -> None:
        """Write the lines, their history and whatever else; durable when this returns."""
        if not lines and not works:
            return
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        if lines:
            self._write_lines(lines)
        for work in works:
            work(connection)
        connection.execute("COMMIT")
        self._since_checkpoint += len(lines)

    def checkpoint_when_due(self) -> None:
        """Move the write-ahead log into the file from time to time, lest it grow for ever."""
        if self._since_checkpoint >= LINES_PER_CHECKPOINT:
            self._since_checkpoint = 0
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def close(self) -> None:
        """What was not committed is not written; SQLite moves the log into the file."""
        self._connection.close()

    def _write_lines(self, lines: Sequence[Line]) -> None:
        turns = []
        for line in lines:
            data = encode(line)
            turns.append((line.sequence, line.time, data, crc32(data)))
            self._projection.add(line)
        self._connection.executemany(
            "INSERT INTO turns (sequence, time, line, checksum) VALUES (?, ?, ?, ?)", turns
        )
        changes = self._projection.take()
        if changes.wiped:
            _wipe(self._connection, changes)
        _write_changes(self._connection, changes)

    def _find_order(self, order_id: OrderId) -> OrderRecord:
        row = self._connection.execute(
            "SELECT data FROM orders WHERE order_id = ?", (order_id,)
        ).fetchone()
        if row is None:
            raise LookupError(f"no open order {order_id} was journaled")
        return _ORDER.decode(row[0])


def _wipe(connection: sqlite3.Connection, changes: Changes) -> None:
    """Accounts that are reset or closed lose their past; closed ones their keys too."""
    wiped = [(account_id,) for account_id in changes.wiped]
    connection.executemany("DELETE FROM orders WHERE account_id = ?", wiped)
    connection.executemany("DELETE FROM trades WHERE account_id = ?", wiped)
    connection.executemany("DELETE FROM income WHERE account_id = ?", wiped)
    connection.executemany("DELETE FROM margin_changes WHERE account_id = ?", wiped)
    closed = [(account_id,) for account_id in changes.closed]
    connection.executemany("DELETE FROM keys WHERE account_id = ?", closed)


def _write_changes(connection: sqlite3.Connection, changes: Changes) -> None:
    row = _ROW.encode
    connection.executemany(
        "INSERT INTO orders (order_id, account_id, symbol, client_order_id, created, data)"
        " VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (order_id) DO UPDATE SET data = excluded.data",
        [
            (o.order_id, o.account_id, o.symbol, o.client_order_id, o.created, row(o))
            for o in changes.orders.values()
        ],
    )
    connection.executemany(
        "INSERT INTO trades (account_id, symbol, trade_id, order_id, time, data)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [(t.account_id, t.symbol, t.trade_id, t.order_id, t.time, row(t)) for t in changes.trades],
    )
    connection.executemany(
        "INSERT INTO income (account_id, symbol, income_type, time, data) VALUES (?, ?, ?, ?, ?)",
        [(i.account_id, i.symbol, i.income_type.value, i.time, row(i)) for i in changes.income],
    )
    connection.executemany(
        "INSERT INTO margin_changes (account_id, symbol, added, time, data) VALUES (?, ?, ?, ?, ?)",
        [(m.account_id, m.symbol, m.amount > 0, m.time, row(m)) for m in changes.margin],
    )
    connection.executemany(
        "INSERT INTO market_trades (symbol, trade_id, data) VALUES (?, ?, ?)",
        [(t.symbol, t.trade_id, row(t)) for t in changes.market_trades],
    )


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
    parameters: Any = (numbered.number, key.api_key, key.account_id, _ROW.encode(key))

    def work(connection: sqlite3.Connection) -> None:
        connection.execute(
            "INSERT INTO keys (number, api_key, account_id, data) VALUES (?, ?, ?, ?)", parameters
        )

    return work


def keys_deleted(api_keys: Sequence[str]) -> Work:
    def work(connection: sqlite3.Connection) -> None:
        connection.executemany("DELETE FROM keys WHERE api_key = ?", [(k,) for k in api_keys])

    return work
