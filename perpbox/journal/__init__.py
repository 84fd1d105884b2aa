"""What did happen: lines appended and read, snapshots, history, keys, replay and verification."""

from __future__ import annotations

from perpbox.journal.copies import Copies, Note, copies_of
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
from perpbox.journal.records import (
    IncomeRecord,
    MarginRecord,
    MarketTrade,
    OrderRecord,
    TradeRecord,
    Window,
)
from perpbox.journal.recovery import Recovered, recover, snapshot_when_due
from perpbox.journal.verification import Difference, Report, verify, verify_journal

__all__ = [
    "Copies",
    "Difference",
    "History",
    "IncomeRecord",
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
    "MarginRecord",
    "MarketTrade",
    "NotAJournal",
    "Note",
    "OrderRecord",
    "Recovered",
    "Report",
    "TradeRecord",
    "Window",
    "copies_of",
    "open_journal",
    "recover",
    "snapshot_when_due",
    "verify",
    "verify_journal",
]
