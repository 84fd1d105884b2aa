"""What did happen: lines appended and read, snapshots, history, keys, replay and verification."""

from __future__ import annotations

from perpbox.journal.errors import (
    JournalDamaged,
    JournalError,
    JournalFailed,
    JournalInUse,
    JournalTooNew,
    JournalUnreachable,
    NotAJournal,
)
from perpbox.journal.history import History
from perpbox.journal.journal import Journal
from perpbox.journal.keys import Key, KeyKind, KeyStore
from perpbox.journal.opening import open_journal
from perpbox.journal.recovery import recover
from perpbox.journal.verification import Difference, Report, verify

__all__ = [
    "Difference",
    "History",
    "Journal",
    "JournalDamaged",
    "JournalError",
    "JournalFailed",
    "JournalInUse",
    "JournalTooNew",
    "JournalUnreachable",
    "Key",
    "KeyKind",
    "KeyStore",
    "NotAJournal",
    "Report",
    "open_journal",
    "recover",
    "verify",
]
