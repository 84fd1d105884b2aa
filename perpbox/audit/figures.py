"""One JSON object of an answer, its fields read as figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct

from perpbox.instrument import CatalogueError
from perpbox.instrument.answers import roughly

Json: TypeAlias = Mapping[str, object]


class Unreadable(ValueError):
    """A file cannot be audited; the sentence says which, and why."""


class Missing(LookupError):
    """A formula needs a field that the answer does not have; the text is the field's name."""


class Row(Struct, frozen=True):
    """An object of an answer: a position, an asset, or the totals."""

    source: str
    """The file it comes from."""
    label: str
    """Which row it is: "positions[BTCUSDT BOTH]"; empty for the totals."""
    fields: Json
    printed: Mapping[str, str] = {}
    """What a field is called in the file, where that is another name."""

    def place(self, name: str) -> str:
        """How a reader finds the field: "positions[BTCUSDT BOTH].notional"."""
        shown = self.printed.get(name, name)
        return f"{self.label}.{shown}" if self.label else shown

    def has(self, name: str) -> bool:
        value = self.fields.get(name)
        return value is not None and value != ""

    def text(self, name: str) -> str:
        """The field as it stands in the file; empty if it does not."""
        value = self.fields.get(name)
        return "" if value is None else str(value)

    def figure(self, name: str) -> int:
        """The field at 1e-8, cut: only prices have more digits, and theirs are cut by the rules."""
        value = self.fields.get(name)
        if value is None or value == "":
            raise Missing(self.printed.get(name, name))
        where = f"{self.source}: {self.place(name)}"
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise Unreadable(f"{where}: {value!r} is not a number")
        try:
            return roughly(where, value)
        except CatalogueError as error:
            raise Unreadable(str(error)) from error

    def figure_or(self, name: str, default: int) -> int:
        return self.figure(name) if self.has(name) else default

    def flag(self, name: str) -> bool | None:
        """True or false, of JSON or as text; None if the field is neither."""
        return {"true": True, "false": False}.get(self.text(name).lower())
