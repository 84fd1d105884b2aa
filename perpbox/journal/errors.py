"""What can go wrong with a journal, each with a sentence for the person who runs the venue."""

from __future__ import annotations


class JournalError(Exception):
    """The journal cannot be used. The message is a sentence that names the file."""


class JournalUnreachable(JournalError):
    """No file can be opened or made there: a missing folder, a folder itself, no permission."""


class JournalInUse(JournalError):
    """Another process, or another part of this one, holds the journal."""


class NotAJournal(JournalError):
    """The file is something else; it was not touched."""


class JournalTooNew(JournalError):
    """The file has a format that only a later version reads; it was not touched."""


class JournalDamaged(JournalError):
    """Part of the file is missing or not what was written."""


class JournalFailed(JournalError):
    """Writing failed. What was not durable by then may be lost; nothing more is accepted."""
