"""What has happened to what is traded."""

from __future__ import annotations

from msgspec import Struct

from perpbox.instrument import Symbol


class SymbolSet(Struct, frozen=True, array_like=True, tag=True):
    """The symbol as it now is, whole; a new one opens with the price that comes next."""

    symbol: Symbol
