"""What freqtrade has written into its own database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from waiting import Row


class Ledger:
    """Its trades, each with its orders, oldest first."""

    def __init__(self, database: Path) -> None:
        with closing(sqlite3.connect(database)) as connection:
            connection.row_factory = sqlite3.Row
            self.trades = [dict(row) for row in connection.execute("SELECT * FROM trades")]
            self.orders = [dict(row) for row in connection.execute("SELECT * FROM orders")]

    def of(self, trade: Row) -> list[Row]:
        return [order for order in self.orders if order["ft_trade_id"] == trade["id"]]


def symbol_of(pair: str) -> str:
    """The exchange's name of "BTC/USDT:USDT"."""
    return pair.partition(":")[0].replace("/", "")
