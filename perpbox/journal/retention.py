"""How long a journal keeps what: its lines, accounts' history, the market's trades and candles.

Each is given up bit by bit, the oldest first. Lines are kept at least from the oldest snapshot
on: a venue could not start without them.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import Final

from msgspec import Struct
from msgspec.structs import astuple

from perpbox.money import Millis
from perpbox.tape import place_of

DAY: Final[Millis] = 24 * 60 * 60 * 1000
ROWS_AT_ONCE: Final = 5_000
"""Of a table in one commit, so that no line waits long."""

PAUSE: Final = 60.0
"""Seconds until the next look, once nothing was left to give up."""


class Retention(Struct, frozen=True):
    """None: for ever. Ages by the venue's clock."""

    lines: Millis | None = None
    """What happened, as the journal wrote it."""
    history: Millis | None = None
    """Orders at their end, fills, income and the like."""
    tape: Millis | None = None
    """The market's single trades; the last of a symbol is kept however old it is."""
    candles: Millis | None = 400 * DAY
    """Candles, which are made of them and of prices, and statistics; they outlive trades."""

    @property
    def is_endless(self) -> bool:
        return not any(age is not None for age in astuple(self))


LINES: Final = """
DELETE FROM turns WHERE sequence IN (
    SELECT sequence FROM turns
    WHERE sequence <= (SELECT min(sequence) FROM snapshots)
    ORDER BY sequence LIMIT :rows
) AND time < :before
"""
TIMED: Final = ("trades", "income", "margin_changes", "steps", "amendments", "conversions")
ROWS: Final = """
DELETE FROM {table} WHERE number IN (
    SELECT number FROM {table} ORDER BY number LIMIT :rows
) AND time < :before
"""
# An order that is open has no end yet, and is kept however old it is: it is passed over, or enough
# of them would keep all that came later. One that has ended late only waits for its age.
ORDERS: Final = """
DELETE FROM orders WHERE order_id IN (
    SELECT order_id FROM orders
    WHERE json_extract(data, '$[15]') NOT IN ('NEW', 'PARTIALLY_FILLED')
    ORDER BY order_id LIMIT :rows
) AND json_extract(data, '$[13]') < :before
"""
CONDITIONAL_ORDERS: Final = """
DELETE FROM conditional_orders WHERE algo_id IN (
    SELECT algo_id FROM conditional_orders WHERE json_extract(data, '$[6]') <> 'NEW'
    ORDER BY algo_id LIMIT :rows
) AND json_extract(data, '$[5]') < :before
"""
SYMBOLS: Final = "SELECT DISTINCT symbol FROM market_trades"
TAPE: Final = """
DELETE FROM market_trades WHERE symbol = :symbol AND trade_id IN (
    SELECT trade_id FROM market_trades WHERE symbol = :symbol ORDER BY trade_id LIMIT :rows
) AND trade_id < (SELECT max(trade_id) FROM market_trades WHERE symbol = :symbol)
  AND json_extract(data, '$[5]') < :before
"""

# Every series that has ended candles has one that stands, and those are few. The last one before
# is kept: the price stood where it ended.
SERIES: Final = "SELECT place FROM standing_candles"
CANDLES: Final = """
DELETE FROM candles
WHERE symbol = :symbol AND kind = :kind AND interval = :interval AND open_time IN (
    SELECT open_time FROM candles
    WHERE symbol = :symbol AND kind = :kind AND interval = :interval
        AND open_time < (
            SELECT max(open_time) FROM candles
            WHERE symbol = :symbol AND kind = :kind AND interval = :interval
                AND open_time <= :before
        )
    ORDER BY open_time LIMIT :rows
)
"""

# The last one before stands until the next.
HOLDINGS: Final = """
DELETE FROM holdings WHERE symbol = :symbol AND time IN (
    SELECT time FROM holdings WHERE symbol = :symbol AND time < (
        SELECT max(time) FROM holdings WHERE symbol = :symbol AND time <= :before
    ) ORDER BY time LIMIT :rows
)
"""


def given_up(connection: sqlite3.Connection, retention: Retention, now: Millis) -> bool:
    """Delete the oldest of what is too old, so many rows a table; whether there may be more."""
    deleted = 0
    if retention.lines is not None:
        deleted = max(deleted, _delete(connection, LINES, now - retention.lines))
    if retention.history is not None:
        statements = [ROWS.format(table=table) for table in TIMED]
        for statement in (*statements, ORDERS, CONDITIONAL_ORDERS):
            deleted = max(deleted, _delete(connection, statement, now - retention.history))
    if retention.tape is not None:
        for (symbol,) in connection.execute(SYMBOLS).fetchall():
            before = now - retention.tape
            deleted = max(deleted, _delete(connection, TAPE, before, symbol=symbol))
    if retention.candles is not None:
        before = now - retention.candles
        places = [place_of(name) for (name,) in connection.execute(SERIES)]
        for symbol, kind, interval in places:
            series = {"symbol": symbol, "kind": kind.value, "interval": interval.value}
            deleted = max(deleted, _delete(connection, CANDLES, before, **series))
        for symbol in {place.symbol for place in places}:
            deleted = max(deleted, _delete(connection, HOLDINGS, before, symbol=symbol))
    return deleted > ROWS_AT_ONCE // 2  # a few of the oldest orders may have ended late


def _delete(connection: sqlite3.Connection, statement: str, before: Millis, **named: str) -> int:
    values = {"rows": ROWS_AT_ONCE, "before": before, **named}
    return connection.execute(statement, values).rowcount


class Sweeper:
    """Gives up what is too old in commits of their own, now and then, on the writer's thread."""

    def __init__(self, ask: Callable[[Callable[[sqlite3.Connection], None]], None]) -> None:
        self._ask = ask
        """Takes something to write sometime soon."""
        self._sweeping = False
        self._not_before = 0.0

    def __call__(self, retention: Retention, now: Millis) -> None:
        if self._sweeping or time.monotonic() < self._not_before:
            return
        self._sweeping = True

        def work(connection: sqlite3.Connection) -> None:
            goes_on = given_up(connection, retention, now)
            self._not_before = 0.0 if goes_on else time.monotonic() + PAUSE
            self._sweeping = False

        self._ask(work)
