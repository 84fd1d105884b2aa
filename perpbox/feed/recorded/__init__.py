"""The recorded market: public dump files are replayed, and what they lack is derived."""

from perpbox.feed.recorded.dumps import Progress
from perpbox.feed.recorded.errors import BrokenDump, RecordingError
from perpbox.feed.recorded.feed import RecordedFeed
from perpbox.feed.recorded.opening import open_recorded
from perpbox.feed.recorded.terms import RecordedTerms

__all__ = [
    "BrokenDump",
    "Progress",
    "RecordedFeed",
    "RecordedTerms",
    "RecordingError",
    "open_recorded",
]
