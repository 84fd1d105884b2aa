"""The tables of a journal file, and the marks by which one is known."""

from __future__ import annotations

from typing import Final

APPLICATION_ID: Final = 0x70626F78
"""Stands in the header of every journal: "pbox"."""
FORMAT: Final = 5
"""Of the tables below; stands in the header too. Rises when they change."""

CANDLES_SINCE: Final = 5
"""A journal of an older format has none; they are made when it is opened."""

# Rows are JSON arrays (`records`) beside the columns that are searched: amounts pass the 64 bits
# of an SQLite integer. Each index holds all that a search goes by, so that a search through a
# long past reads the rows it answers with and no others.
TABLES: Final = """
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL,
    checksum INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE turns (
    sequence INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    line BLOB NOT NULL,
    checksum INTEGER NOT NULL
);

CREATE TABLE snapshots (
    sequence INTEGER PRIMARY KEY,
    version TEXT NOT NULL,
    state BLOB NOT NULL,
    checksum INTEGER NOT NULL
);

CREATE TABLE orders (
    order_id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL,
    symbol TEXT NOT NULL,
    client_order_id TEXT NOT NULL,
    created INTEGER NOT NULL,
    ended_unfilled INTEGER NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX orders_by_symbol ON orders (account_id, symbol, order_id, created, ended_unfilled);
CREATE INDEX orders_by_client_order_id ON orders (account_id, client_order_id);

CREATE TABLE trades (
    number INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL,
    symbol TEXT NOT NULL,
    trade_id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    time INTEGER NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX trades_by_symbol ON trades (account_id, symbol, trade_id, order_id, time);

CREATE TABLE income (
    number INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL,
    symbol TEXT NOT NULL,
    income_type TEXT NOT NULL,
    time INTEGER NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX income_by_account ON income (account_id, number, time, symbol, income_type);

CREATE TABLE margin_changes (
    number INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL,
    symbol TEXT NOT NULL,
    added INTEGER NOT NULL,
    time INTEGER NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX margin_changes_by_symbol ON margin_changes (account_id, symbol, number, time, added);

CREATE TABLE market_trades (
    symbol TEXT NOT NULL,
    trade_id INTEGER NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (symbol, trade_id)
) WITHOUT ROWID;

CREATE TABLE keys (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    api_key TEXT NOT NULL UNIQUE,
    account_id INTEGER NOT NULL,
    data TEXT NOT NULL
);
"""

# What came after the first format, a format each; an older file gets it when it is opened.
ADDED: Final[dict[int, str]] = {
    2: """
CREATE TABLE funding_rates (
    symbol TEXT NOT NULL,
    time INTEGER NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (symbol, time)
) WITHOUT ROWID;
CREATE INDEX funding_rates_by_time ON funding_rates (time, symbol);

CREATE TABLE conditional_orders (
    algo_id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL,
    symbol TEXT NOT NULL,
    client_algo_id TEXT NOT NULL,
    created INTEGER NOT NULL,
    ended_unfilled INTEGER NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX conditional_orders_by_symbol
    ON conditional_orders (account_id, symbol, algo_id, created, ended_unfilled);
CREATE INDEX conditional_orders_by_client_algo_id
    ON conditional_orders (account_id, client_algo_id);

CREATE TABLE steps (
    number INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL,
    symbol TEXT NOT NULL,
    step TEXT NOT NULL,
    time INTEGER NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX steps_by_account ON steps (account_id, number, time, symbol, step);
""",
    3: """
CREATE TABLE listen_keys (
    account_id INTEGER PRIMARY KEY,
    listen_key TEXT NOT NULL,
    expires INTEGER NOT NULL
);
""",
    4: """
CREATE TABLE amendments (
    number INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL,
    symbol TEXT NOT NULL,
    order_id INTEGER NOT NULL,
    time INTEGER NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX amendments_by_order ON amendments (account_id, symbol, order_id, number, time);

CREATE TABLE conversions (
    number INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL,
    conversion_id INTEGER NOT NULL,
    quote_id TEXT NOT NULL,
    time INTEGER NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX conversions_by_id ON conversions (account_id, conversion_id);
CREATE INDEX conversions_by_quote ON conversions (account_id, quote_id);
""",
    # Those that stand are few and lie close together, since every commit with a trade or a move
    # of a price writes them; those that have ended are written once.
    5: """
CREATE TABLE candles (
    symbol TEXT NOT NULL,
    kind TEXT NOT NULL,
    interval TEXT NOT NULL,
    open_time INTEGER NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (symbol, kind, interval, open_time)
) WITHOUT ROWID;

CREATE TABLE standing_candles (
    place TEXT PRIMARY KEY,
    data TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE holdings (
    symbol TEXT NOT NULL,
    time INTEGER NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (symbol, time)
) WITHOUT ROWID;
""",
}
