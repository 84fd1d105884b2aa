"""A Python process that cannot leave the machine, and a record of what tried to.

It hears Python's audit events, so whatever asks or connects through the `socket` module is stopped,
in any thread and below any library. Libraries that bring a network of their own in C or Rust tell
nothing; of those only a firewall, or a network namespace, is sure.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

CONNECTING: Final = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
RESOLVING: Final = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
LOCAL_NAMES: Final = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost"})


class Blocked(ConnectionRefusedError):
    """A call that would have left the machine."""


class Guard:
    """Stops and records while it is `active`; an audit hook cannot be taken out again."""

    def __init__(self, log: str = "") -> None:
        self.attempts: list[str] = []
        self.active = True
        self.log = log

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The audit hook: what it raises is raised where the call was made."""
        if not self.active:
            return
        if event in RESOLVING and not is_local(arguments[0]):
            self.record(f"resolve {_text(arguments[0])}")
            raise socket.gaierror(socket.EAI_NONAME, f"blocked: {_text(arguments[0])}")
        if event in CONNECTING and not _goes_nowhere(arguments[1]):
            host, port = arguments[1][:2]
            self.record(f"connect {host} {port}")
            raise Blocked(f"blocked: {host} port {port}")

    def record(self, attempt: str) -> None:
        self.attempts.append(attempt)
        if not self.log:
            return
        # Not `open`: several processes write to it, a line at a time.
        file = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, f"{attempt}\n".encode())
        finally:
            os.close(file)


def install(log: str = "") -> Guard:
    """Block this process from now on; attempts are written to `log`, a line each."""
    guard = Guard(log)
    # It asks name servers by itself, in C; without it aiohttp asks through `socket`.
    sys.modules.setdefault("aiodns", None)  # type: ignore[arg-type]  # means: not to be had
    sys.addaudithook(guard.hear)
    return guard


@contextmanager
def blocked() -> Iterator[list[str]]:
    """Block this process inside the `with`; what it gives are the attempts, as they are made."""
    guard = Guard()
    sys.addaudithook(guard.hear)
    try:
        yield guard.attempts
    finally:
        guard.active = False


def is_local(host: object) -> bool:
    """Whether a name or an address is this machine's own, so that no server is asked for it."""
    if host is None:
        return True
    name = _text(host).rstrip(".").partition("%")[0].lower()
    if name in LOCAL_NAMES or name.endswith(".localhost") or name == socket.gethostname().lower():
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    plain = getattr(address, "ipv4_mapped", None) or address
    return bool(plain.is_loopback or plain.is_unspecified)


def _goes_nowhere(address: object) -> bool:
    """Within the machine, or no address of the Internet: a file's name, a kernel's number."""
    if not isinstance(address, tuple) or not address or isinstance(address[0], int):
        return True
    return is_local(address[0])


def _text(host: object) -> str:
    return host.decode(errors="replace") if isinstance(host, bytes) else str(host)
