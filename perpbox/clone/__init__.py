"""A venue whose account is as a real one is, made of that one's own answers."""

from __future__ import annotations

from perpbox.audit.figures import Unreadable
from perpbox.clone.answers import Answers, from_files
from perpbox.clone.comparison import Compared
from perpbox.clone.live import from_live
from perpbox.clone.venue import Clone, clone

__all__ = ["Answers", "Clone", "Compared", "Unreadable", "clone", "from_files", "from_live"]
