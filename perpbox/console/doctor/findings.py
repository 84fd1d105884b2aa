"""What the doctor finds, an address or a fact of the venue or of the shell, and how bad it is."""

from __future__ import annotations

import ipaddress
from enum import Enum
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

PORTS: Final = {"http": 80, "ws": 80, "https": 443, "wss": 443}
NEVER_RESOLVED: Final = (".invalid", ".test", ".example")
"""What RFC 6761 keeps free of names."""


class Verdict(Enum):
    WELL = "well"
    VENUE = "venue"
    NOWHERE = "unresolvable"
    MACHINE = "this machine, not the venue"
    NOTE = "note"
    WRONG = "wrong"
    LEAVES = "would leave the machine"


BAD: Final = frozenset({Verdict.WRONG, Verdict.LEAVES})


class Finding(Struct, frozen=True):
    subject: str
    """The venue, the environment, or a configuration by its name."""
    where: str
    what: str
    verdict: Verdict


def judged(subject: str, where: str, address: str, base_url: str) -> Finding:
    """Where an address leads, seen from a machine whose venue is at `base_url`."""
    return Finding(subject, where, shown(address), verdict_of(address, base_url))


def verdict_of(address: str, base_url: str) -> Verdict:
    there, here = place_of(address), place_of(base_url)
    if there == here or (there[1] == here[1] and is_loopback(there[0]) and is_loopback(here[0])):
        return Verdict.VENUE
    if there[0].endswith(NEVER_RESOLVED):
        return Verdict.NOWHERE
    return Verdict.MACHINE if is_loopback(there[0]) else Verdict.LEAVES


def place_of(address: str) -> tuple[str, int | None]:
    """Host and port; of an address without a scheme, as proxies are named, too."""
    parts = urlsplit(address if "://" in address else f"//{address}")
    try:
        port = parts.port
    except ValueError:
        port = None
    return (parts.hostname or "").lower().rstrip("."), port or PORTS.get(parts.scheme)


def is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def shown(address: str) -> str:
    """Without a user and a password."""
    scheme, found, rest = address.rpartition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{found}{host.rpartition('@')[2]}{slash}{path.partition('?')[0]}"
