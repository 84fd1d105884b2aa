"""Where a client is sent: to the venue for what is served there, to nobody for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

HERE: Final = "http://127.0.0.1:8900"
"""Where `perpbox serve` listens unless it is told otherwise."""
NOBODY: Final = "perpbox.invalid"
"""Under `.invalid` no name ever resolves (RFC 6761), so a call that is sent there fails at once."""


class NotAnAddress(ValueError):
    """A base URL that is none, or is none that this client can be sent to."""


@dataclass(frozen=True)
class Place:
    """A venue's address, and what becomes of addresses that it does not serve."""

    base_url: str

    def http(self, path: str = "") -> str:
        return self.base_url + path

    def socket(self, path: str = "") -> str:
        """The same with ws:// for http://, and wss:// for https://."""
        return self.base_url.replace("http", "ws", 1) + path


def place(base_url: str) -> Place:
    """The venue at this address. Raises `NotAnAddress`."""
    try:
        parts = urlsplit(base_url)
    except ValueError as error:
        raise NotAnAddress(f"{base_url!r} is no address: {error}") from None
    is_bare = not (parts.path.strip("/") or parts.query or parts.fragment)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not is_bare:
        raise NotAnAddress(f"a venue's address is one such as {HERE}, not {base_url!r}")
    return Place(base_url.rstrip("/"))


def nowhere(name: str, instead_of: str) -> str:
    """An address that says in its name what is not served, of the kind that it stands for."""
    scheme = "wss" if instead_of.strip().startswith("ws") else "https"
    label = "".join(each if each.isalnum() else "-" for each in name.lower()).strip("-")
    return f"{scheme}://{label or 'unnamed'}.{NOBODY}"


def is_address(text: object) -> bool:
    """Whether it is the text of an address and nothing more."""
    if not isinstance(text, str) or any(each.isspace() for each in text.strip()):
        return False
    scheme, found, rest = text.strip().partition("://")
    return bool(found) and scheme in {"http", "https", "ws", "wss"} and bool(rest.strip("/"))
