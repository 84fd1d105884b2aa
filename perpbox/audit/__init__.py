"""Real answers of an account, every derived field recomputed by `margin` and held against it."""

from __future__ import annotations

from perpbox.audit.core import audit
from perpbox.audit.documents import Document, documents_of, read
from perpbox.audit.figures import Unreadable
from perpbox.audit.known import Options
from perpbox.audit.report import main
from perpbox.audit.verdict import Finding, Verdict

__all__ = [
    "Document",
    "Finding",
    "Options",
    "Unreadable",
    "Verdict",
    "audit",
    "documents_of",
    "main",
    "read",
]
