"""API keys and listen keys in a journal's file: tables beside the turns."""

from __future__ import annotations

import msgspec

from perpbox.account import AccountId
from perpbox.journal.appender import Appender
from perpbox.journal.errors import JournalDamaged
from perpbox.journal.keys import Key, NumberedKey
from perpbox.journal.listen_keys import ListenKey
from perpbox.journal.reader import Reader
from perpbox.journal.store import (
    key_inserted,
    keys_deleted,
    listen_key_deleted,
    listen_key_put,
)


class SqliteKeys:
    """Keys in a table beside the turns."""

    def __init__(self, reader: Reader, appender: Appender) -> None:
        self._reader = reader
        self._appender = appender

    def last_number(self) -> int:
        rows = self._reader.rows("SELECT seq FROM sqlite_sequence WHERE name = 'keys'")
        return int(rows[0][0]) if rows else 0

    def stored(self) -> list[NumberedKey]:
        rows = self._reader.rows("SELECT number, data FROM keys ORDER BY number")
        try:
            return [NumberedKey(n, msgspec.json.decode(data, type=Key)) for n, data in rows]
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise JournalDamaged(f"A key is not what was written: {error}.") from error

    def insert(self, numbered: NumberedKey) -> None:
        self._appender.wait(key_inserted(numbered))

    def delete(self, api_keys: list[str]) -> None:
        self._appender.wait(keys_deleted(api_keys))


class SqliteListenKeys:
    """Listen keys in a table beside the turns."""

    def __init__(self, reader: Reader, appender: Appender) -> None:
        self._reader = reader
        self._appender = appender

    def stored(self) -> list[ListenKey]:
        rows = self._reader.rows("SELECT listen_key, account_id, expires FROM listen_keys")
        return [ListenKey(*row) for row in rows]

    def put(self, key: ListenKey) -> None:
        self._appender.wait(listen_key_put(key))

    def delete(self, account_id: AccountId) -> None:
        self._appender.wait(listen_key_deleted(account_id))

    def lapse(self, account_id: AccountId) -> None:
        self._appender.ask(listen_key_deleted(account_id))
