"""A commit as one statement: lines, and the rows of history that they make, into all tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, Final
from zlib import crc32

import msgspec

from perpbox.engine.line import Line, encode
from perpbox.journal.changes import Changes

# A statement lets go of the interpreter once and gets hold of it once, however much it writes. A
# statement a row would have to get hold of it a row at a time, and while the venue is busy that
# takes a thread switch (5 ms) each: measured, a hundredth of the throughput.
#
# So each table's rows come as one JSON document, taken apart by SQLite. A row of history is kept
# as the record it is, and its searchable columns are picked out of the record by position; a
# line must stay what it was to the byte, so lines come as one run of bytes with their places.
BATCH: Final = """
CREATE TEMP VIEW batch AS SELECT
    NULL AS lines, NULL AS turns, NULL AS wiped, NULL AS closed, NULL AS orders, NULL AS trades,
    NULL AS income, NULL AS margin_changes, NULL AS market_trades, NULL AS funding_rates,
    NULL AS conditional_orders, NULL AS steps, NULL AS amendments, NULL AS conversions,
    NULL AS candles, NULL AS standing_candles, NULL AS holdings;

CREATE TEMP TRIGGER batch_arrives INSTEAD OF INSERT ON batch BEGIN
    INSERT INTO turns (sequence, time, line, checksum)
    SELECT
        json_extract(value, '$[0]'),
        json_extract(value, '$[1]'),
        substr(NEW.lines, json_extract(value, '$[2]'), json_extract(value, '$[3]')),
        json_extract(value, '$[4]')
    FROM json_each(NEW.turns);

    DELETE FROM orders WHERE account_id IN (SELECT value FROM json_each(NEW.wiped));
    DELETE FROM trades WHERE account_id IN (SELECT value FROM json_each(NEW.wiped));
    DELETE FROM income WHERE account_id IN (SELECT value FROM json_each(NEW.wiped));
    DELETE FROM margin_changes WHERE account_id IN (SELECT value FROM json_each(NEW.wiped));
    DELETE FROM conditional_orders WHERE account_id IN (SELECT value FROM json_each(NEW.wiped));
    DELETE FROM steps WHERE account_id IN (SELECT value FROM json_each(NEW.wiped));
    DELETE FROM amendments WHERE account_id IN (SELECT value FROM json_each(NEW.wiped));
    DELETE FROM conversions WHERE account_id IN (SELECT value FROM json_each(NEW.wiped));
    DELETE FROM keys WHERE account_id IN (SELECT value FROM json_each(NEW.closed));

    INSERT INTO orders
        (order_id, account_id, symbol, client_order_id, created, ended_unfilled, data)
    SELECT
        json_extract(value, '$[0]'),
        json_extract(value, '$[1]'),
        json_extract(value, '$[2]'),
        json_extract(value, '$[3]'),
        json_extract(value, '$[12]'),
        json_extract(value, '$[15]') IN ('CANCELED', 'EXPIRED')
            AND json_extract(value, '$[16]') = 0,
        value
    FROM json_each(NEW.orders) WHERE true
    ON CONFLICT (order_id) DO UPDATE
        SET ended_unfilled = excluded.ended_unfilled, data = excluded.data;

    INSERT INTO trades (account_id, symbol, trade_id, order_id, time, data)
    SELECT
        json_extract(value, '$[0]'),
        json_extract(value, '$[1]'),
        json_extract(value, '$[2]'),
        json_extract(value, '$[3]'),
        json_extract(value, '$[12]'),
        value
    FROM json_each(NEW.trades);

    INSERT INTO income (account_id, symbol, income_type, time, data)
    SELECT
        json_extract(value, '$[0]'),
        json_extract(value, '$[1]'),
        json_extract(value, '$[2]'),
        json_extract(value, '$[5]'),
        value
    FROM json_each(NEW.income);

    INSERT INTO margin_changes (account_id, symbol, added, time, data)
    SELECT
        json_extract(value, '$[0]'),
        json_extract(value, '$[1]'),
        json_extract(value, '$[3]') > 0,
        json_extract(value, '$[5]'),
        value
    FROM json_each(NEW.margin_changes);

    INSERT INTO market_trades (symbol, trade_id, data)
    SELECT
        json_extract(value, '$[0]'),
        json_extract(value, '$[1]'),
        value
    FROM json_each(NEW.market_trades);

    INSERT INTO funding_rates (symbol, time, data)
    SELECT
        json_extract(value, '$[0]'),
        json_extract(value, '$[1]'),
        value
    FROM json_each(NEW.funding_rates);

    INSERT INTO conditional_orders
        (algo_id, account_id, symbol, client_algo_id, created, ended_unfilled, data)
    SELECT
        json_extract(value, '$[0]'),
        json_extract(value, '$[1]'),
        json_extract(value, '$[3][0]'),
        json_extract(value, '$[2]'),
        json_extract(value, '$[4]'),
        json_extract(value, '$[6]') IN ('CANCELED', 'EXPIRED'),
        value
    FROM json_each(NEW.conditional_orders) WHERE true
    ON CONFLICT (algo_id) DO UPDATE
        SET ended_unfilled = excluded.ended_unfilled, data = excluded.data;

    INSERT INTO steps (account_id, symbol, step, time, data)
    SELECT
        json_extract(value, '$[0]'),
        json_extract(value, '$[2]'),
        json_extract(value, '$[1]'),
        json_extract(value, '$[4]'),
        value
    FROM json_each(NEW.steps);

    INSERT INTO amendments (account_id, symbol, order_id, time, data)
    SELECT
        json_extract(value, '$[0]'),
        json_extract(value, '$[1]'),
        json_extract(value, '$[2]'),
        json_extract(value, '$[10]'),
        value
    FROM json_each(NEW.amendments);

    INSERT INTO conversions (account_id, conversion_id, quote_id, time, data)
    SELECT
        json_extract(value, '$[0]'),
        json_extract(value, '$[1]'),
        json_extract(value, '$[2]'),
        json_extract(value, '$[7]'),
        value
    FROM json_each(NEW.conversions);

    INSERT INTO candles (symbol, kind, interval, open_time, data)
    SELECT
        json_extract(value, '$[0][0]'),
        json_extract(value, '$[0][1]'),
        json_extract(value, '$[0][2]'),
        json_extract(value, '$[1][0]'),
        json_extract(value, '$[1]')
    FROM json_each(NEW.candles);

    INSERT OR REPLACE INTO standing_candles (place, data)
    SELECT key, value FROM json_each(NEW.standing_candles);

    INSERT INTO holdings (symbol, time, data)
    SELECT
        json_extract(value, '$[0]'),
        json_extract(value, '$[1]'),
        value
    FROM json_each(NEW.holdings);
END;
"""

COMMIT: Final = "INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def prepare(connection: sqlite3.Connection) -> None:
    """Make `batch` known to the connection; nothing of it is kept in the file."""
    connection.executescript(BATCH)


def write(connection: sqlite3.Connection, lines: Sequence[Line], changes: Changes) -> None:
    """Write lines and what they change; outside a transaction this is one, and durable."""
    encoded = [encode(line) for line in lines]
    turns = []
    place = 1
    for line, data in zip(lines, encoded, strict=True):
        turns.append((line.sequence, line.time, place, len(data), crc32(data)))
        place += len(data)
    connection.execute(
        COMMIT,
        (
            b"".join(encoded),
            _document(turns),
            _document(list(changes.wiped)),
            _document(list(changes.closed)),
            _document(list(changes.orders.values())),
            _document(changes.trades),
            _document(changes.income),
            _document(changes.margin),
            _document(changes.market_trades),
            _document(changes.funding),
            _document(list(changes.conditionals.values())),
            _document(changes.steps),
            _document(changes.amendments),
            _document(changes.conversions),
            _document(changes.candles),
            _document(changes.standing_candles),
            _document(changes.holdings),
        ),
    )


def _document(rows: Sequence[Any] | Mapping[str, Any]) -> str:
    return msgspec.json.encode(rows).decode()
