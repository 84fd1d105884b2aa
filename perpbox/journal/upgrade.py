"""Candles for a journal that was written before there were any: out of its trades and lines."""

from __future__ import annotations

import sqlite3
from typing import Final

import msgspec

from perpbox.engine.line import decode
from perpbox.journal.projection import note_moves
from perpbox.journal.records import MarketTrade
from perpbox.tape import Candle, Keeper

TRADES: Final = "SELECT symbol, data FROM market_trades ORDER BY symbol, trade_id"
MOVES: Final = """
SELECT line FROM turns WHERE instr(line, '"PriceMoved"') OR instr(line, '"PremiumMoved"')
ORDER BY sequence
"""
ENDED: Final = """
INSERT INTO candles (symbol, kind, interval, open_time, data) VALUES (?, ?, ?, ?, ?)
"""
STANDING: Final = "INSERT OR REPLACE INTO standing_candles (place, data) VALUES (?, ?)"
AT_ONCE: Final = 1_000


def derive_candles(connection: sqlite3.Connection) -> None:
    """Make all candles anew. Of prices there are as many as there are lines left."""
    keeper = Keeper()
    for number, (symbol, data) in enumerate(connection.execute(TRADES)):
        keeper.trade(symbol, msgspec.json.decode(data, type=MarketTrade))
        if not number % AT_ONCE:
            _write(connection, keeper)
    for (line,) in connection.execute(MOVES):
        note_moves(keeper, decode(line))
    _write(connection, keeper)


def _write(connection: sqlite3.Connection, keeper: Keeper) -> None:
    ended, standing = keeper.take()
    connection.executemany(
        ENDED,
        [
            (place.symbol, place.kind.value, place.interval.value, candle.open_time, _text(candle))
            for place, candle in ended
        ],
    )
    connection.executemany(STANDING, [(name, _text(candle)) for name, candle in standing.items()])


def _text(candle: Candle) -> str:
    return msgspec.json.encode(candle).decode()
