"""The files of an account's past that it has asked for: made at once, kept for a day."""

from __future__ import annotations

import csv
import io
import secrets
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from perpbox.account import AccountId
from perpbox.money import Millis

GOOD_FOR: Final[Millis] = 24 * 3600 * 1000
MOST_ROWS: Final = 20_000
"""Of one file, the newest."""
MOST_FILES: Final = 200
MOST_BYTES: Final = 64 * 2**20
"""Kept in memory, of all accounts; the oldest go first."""
PATH: Final = "/download/futures"
NUMBERS: Final = 10**6

Row = Mapping[str, object]


class Download(Struct, frozen=True):
    """A file, and the secret part of its link."""

    download_id: str
    account_id: AccountId
    kind: str
    token: str
    name: str
    body: bytes
    expires: Millis


class Downloads:
    """Files by id and by link, oldest first. A start forgets them."""

    def __init__(self) -> None:
        self._by_id: dict[str, Download] = {}
        self._by_token: dict[str, Download] = {}
        self._size = 0
        self._made = 0

    def keep(self, account_id: AccountId, kind: str, content: bytes, now: Millis) -> Download:
        """Keep the table in a file of its own."""
        self._made = (self._made + 1) % NUMBERS
        download_id = f"{now}{self._made:06d}"
        name = f"{kind}_{download_id}"
        body = zipped(f"{name}.csv", content, now)
        made = Download(
            download_id,
            account_id,
            kind,
            secrets.token_hex(16),
            f"{name}.zip",
            body,
            now + GOOD_FOR,
        )
        self._by_id[download_id] = self._by_token[made.token] = made
        self._size += len(body)
        while len(self._by_id) > MOST_FILES or (self._size > MOST_BYTES and len(self._by_id) > 1):
            self._forget(next(iter(self._by_id.values())))
        return made

    def find(self, account_id: AccountId, kind: str, download_id: str) -> Download | None:
        """The account's file of this kind, its link good or not."""
        found = self._by_id.get(download_id)
        if found is None or (found.account_id, found.kind) != (account_id, kind):
            return None
        return found

    def of_link(self, token: str, now: Millis) -> Download | None:
        """The file behind a link that is still good."""
        found = self._by_token.get(token)
        return found if found is not None and now <= found.expires else None

    def _forget(self, download: Download) -> None:
        del self._by_id[download.download_id], self._by_token[download.token]
        self._size -= len(download.body)


def table(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    """Rows as CSV: a head with the names of their fields, values as the API prints them."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([[_plain(row[column]) for column in columns] for row in rows])
    return text.getvalue().encode()


def _plain(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def zipped(name: str, content: bytes, now: Millis) -> bytes:
    """One file in a zip archive, dated by the venue's clock."""
    made = datetime.fromtimestamp(now // 1000, UTC)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        entry = zipfile.ZipInfo(name, (made.year, made.month, made.day, made.hour, made.minute, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, content)
    return file.getvalue()
