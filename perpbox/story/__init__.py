"""What happened, told in sentences: of a journal, or of turns as they happen."""

from __future__ import annotations

from perpbox.story.sentences import sentence
from perpbox.story.telling import ToldTurn, Wanted, json_of, text_of, told, turns_of

__all__ = ["ToldTurn", "Wanted", "json_of", "sentence", "text_of", "told", "turns_of"]
