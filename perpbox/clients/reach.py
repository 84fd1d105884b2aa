"""The addresses that a client could call: those that can be reached from an object, one by one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import MappingProxyType, ModuleType, SimpleNamespace
from typing import Any, Final, NamedTuple

from perpbox.clients.place import is_address

FOR_PEOPLE: Final = frozenset({"logo", "www", "doc", "fees", "referral", "api_management"})
"""What ccxt files its own and the exchange's pages under; it calls none of them."""
ITS_OWN: Final = frozenset(
    {
        *("base_path", "stream_url", "base_url", "basePath", "baseUrl", "wsURL", "wsUrl"),
        *("base_url_http", "base_url_ws", "base_url_ws_stream"),
    }
)
"""Arguments that make a client take its own address where they are not set."""
NOT_SET: Final = ""
DEEPEST: Final = 12
MOST: Final = 200_000
"""Values that are looked at; a client that has loaded its markets holds many."""
PLAIN: Final = (SimpleNamespace, BaseException)


class Reached(NamedTuple):
    """An address and where it was found, or `NOT_SET` where the client would take its own."""

    where: str
    address: str


def addresses_of(value: object, name: str = "") -> list[Reached]:
    """All of them, each place once, in the order in which they are found."""
    found: list[Reached] = []
    seen: set[int] = set()
    waiting: list[tuple[str, object, int]] = [(name, value, 0)]
    while waiting and len(seen) < MOST:
        where, each, depth = waiting.pop()
        if isinstance(each, str):
            if is_address(each) or (each and _names_a_proxy(where)):
                found.append(Reached(where, each.strip()))
            continue
        if id(each) in seen or depth > DEEPEST:
            continue
        seen.add(id(each))
        parts = list(_parts(each, is_root=depth == 0))
        found += [
            Reached(_joined(where, key), NOT_SET) for key, part in parts if _is_own(key, part)
        ]
        waiting += [
            (_joined(where, key), part, depth + 1)
            for key, part in reversed(parts)
            if key not in FOR_PEOPLE
        ]
    return found


def _parts(value: object, *, is_root: bool) -> Iterator[tuple[str, Any]]:
    """What a value is made of, by name."""
    if isinstance(value, dict | MappingProxyType):
        yield from ((str(key), part) for key, part in list(value.items()))
    elif isinstance(value, list | tuple | set | frozenset):
        named = getattr(value, "_fields", None) or map(str, range(len(value)))
        yield from zip(named, value, strict=True)
    elif isinstance(value, ModuleType):
        if is_root:
            yield from (pair for pair in list(vars(value).items()) if not pair[0].startswith("__"))
    elif isinstance(value, type):
        yield from _of_class(value)
    elif _is_looked_into(value):
        own = dict(_of_instance(value))
        yield from own.items()
        yield from (pair for pair in _of_class(type(value)) if pair[0] not in own)


def _of_instance(value: object) -> Iterator[tuple[str, Any]]:
    yield from list(getattr(value, "__dict__", {}).items())
    slots = [name for kind in type(value).__mro__ for name in _slots(kind)]
    for name in (*slots, *getattr(value, "__struct_fields__", ())):
        if hasattr(value, name):
            yield name, getattr(value, name)


def _slots(kind: type) -> tuple[str, ...]:
    slots = vars(kind).get("__slots__", ())
    return (slots,) if isinstance(slots, str) else tuple(slots)


def _of_class(kind: type) -> Iterator[tuple[str, Any]]:
    """Its addresses, and lists of records of them, as its instances see them."""
    known: set[str] = set()
    for owner in kind.__mro__:
        for name, part in list(vars(owner).items()):
            if name in known or name.startswith("__"):
                continue
            known.add(name)
            if isinstance(part, str | list | dict):
                yield name, part


def _is_looked_into(value: object) -> bool:
    """Values of the standard library are machinery: loops, locks, loggers."""
    if isinstance(value, PLAIN):
        return True
    home = type(value).__module__.partition(".")[0]
    return home not in sys.stdlib_module_names or home == "__main__"


def _is_own(key: str, part: object) -> bool:
    return part is None and key in ITS_OWN


def _names_a_proxy(where: str) -> bool:
    last = where.rpartition(".")[2].lower()
    return "proxy" in last and not last.endswith(("_user", "_pass", "_port", "auth"))


def _joined(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key
