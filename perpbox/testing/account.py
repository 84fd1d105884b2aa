"""An account of a venue in a test."""

from __future__ import annotations

from msgspec import Struct

from perpbox.account import AccountId


class Account(Struct, frozen=True):
    """Its id, and a key that may do everything."""

    id: AccountId
    api_key: str
    secret: str
    base_url: str

    def __repr__(self) -> str:
        """Without the secret, which a report would show."""
        return f"Account({self.id})"
