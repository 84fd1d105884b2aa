"""Request weight per address and order counts per account, in windows of the venue's clock."""

from __future__ import annotations

from typing import Final, TypeVar

from msgspec import Struct

from perpbox.api.errors import ApiError, Error
from perpbox.money import Millis

WEIGHT_PER_MINUTE: Final = 2400
ORDERS_PER_TEN_SECONDS: Final = 300
ORDERS_PER_MINUTE: Final = 1200
MINUTE: Final[Millis] = 60_000
TEN_SECONDS: Final[Millis] = 10_000

FUNDING_REQUESTS: Final = 500
FUNDING_WINDOW: Final[Millis] = 5 * MINUTE
"""What an address may ask of fundingRate and fundingInfo together."""

STATISTICS_REQUESTS: Final = 1000
STATISTICS_WINDOW: Final[Millis] = 5 * MINUTE
"""What an address may ask of each endpoint of statistics."""

CONNECTIONS: Final = 300
CONNECTION_WINDOW: Final[Millis] = 5 * MINUTE
"""[dec] Attempts of an address to connect to the streams: as published for the spot market."""

REFUSALS_BEFORE_BAN: Final = 20
"""[dec] How many requests an address may send on after its first 429 in a minute."""
FIRST_BAN: Final[Millis] = 2 * MINUTE
LONGEST_BAN: Final[Millis] = 3 * 24 * 60 * MINUTE
Key = TypeVar("Key")
Entry = TypeVar("Entry")

MAX_TRACKED: Final = 100_000
"""Windows kept in memory; the oldest are forgotten beyond it."""


class Address:
    """What one address has used of this minute, and how it has behaved."""

    __slots__ = ("banned_until", "bans", "refusals", "used", "window")

    def __init__(self) -> None:
        self.window = 0
        self.used = 0
        self.refusals = 0
        self.bans = 0
        self.banned_until: Millis = 0


class OrderCount:
    """What one account has used of these ten seconds and of this minute."""

    __slots__ = ("minute", "minute_used", "ten_seconds", "ten_seconds_used")

    def __init__(self) -> None:
        self.ten_seconds = 0
        self.ten_seconds_used = 0
        self.minute = 0
        self.minute_used = 0


class Quota(Struct, frozen=True):
    """So many requests of an account in a span of time."""

    requests: int
    span: Millis
    name: str


class Limits:
    """Charges and refuses. Windows are whole minutes and tens of seconds of the venue's clock."""

    def __init__(self) -> None:
        self._addresses: dict[str, Address] = {}
        self._orders: dict[int, OrderCount] = {}
        self._funding: dict[str, tuple[int, int]] = {}
        """Window and requests by address."""
        self._statistics: dict[str, tuple[int, int]] = {}
        """Likewise, by address and endpoint."""
        self._connections: dict[str, tuple[int, int]] = {}
        """Likewise."""
        self._quotas: dict[tuple[int, str, Millis], tuple[int, int]] = {}
        """Window and requests by account, path and span."""

    def charge_weight(self, address: str, weight: int, now: Millis) -> int:
        """Charge a request: the weight used in this minute; or 429, and in time 418."""
        entry = self._addresses.get(address)
        if entry is None:
            entry = _keep(self._addresses, address, Address())
        if now < entry.banned_until:
            raise ApiError(Error.IP_BANNED, entry.banned_until)
        window = now // MINUTE
        if window != entry.window:
            if entry.refusals == 0:
                entry.bans = 0
            entry.window, entry.used, entry.refusals = window, 0, 0
        entry.used += weight
        if entry.used > WEIGHT_PER_MINUTE:
            entry.refusals += 1
            if entry.refusals > REFUSALS_BEFORE_BAN:
                entry.banned_until = now + min(FIRST_BAN << entry.bans, LONGEST_BAN)
                entry.bans = min(entry.bans + 1, 12)
                raise ApiError(Error.IP_BANNED, entry.banned_until)
            raise ApiError(Error.TOO_MANY_REQUESTS, WEIGHT_PER_MINUTE)
        return entry.used

    def charge_funding(self, address: str, now: Millis) -> None:
        """Charge a request to a funding endpoint, or 429 with -1003."""
        if _count(self._funding, address, now // FUNDING_WINDOW) > FUNDING_REQUESTS:
            raise ApiError(Error.TOO_MANY_REQUESTS, FUNDING_REQUESTS * MINUTE // FUNDING_WINDOW)

    def charge_statistics(self, address: str, path: str, now: Millis) -> None:
        """Charge a request to an endpoint of statistics, or 429 with -1003."""
        window = now // STATISTICS_WINDOW
        if _count(self._statistics, f"{address} {path}", window) > STATISTICS_REQUESTS:
            most = STATISTICS_REQUESTS * MINUTE // STATISTICS_WINDOW
            raise ApiError(Error.TOO_MANY_REQUESTS, most)

    def charge_connection(self, address: str, now: Millis) -> None:
        """Charge a connection to the streams, or 429 with -1003."""
        if _count(self._connections, address, now // CONNECTION_WINDOW) > CONNECTIONS:
            raise ApiError(Error.TOO_MANY_REQUESTS, CONNECTIONS * MINUTE // CONNECTION_WINDOW)

    def charge_quotas(
        self, account_id: int, path: str, quotas: tuple[Quota, ...], now: Millis
    ) -> None:
        """Charge a request of which an account has few; or 429 with -1015, charging nothing."""
        counts = []
        for quota in quotas:
            key, window = (account_id, path, quota.span), now // quota.span
            last, used = self._quotas.get(key, (window, 0))
            used = used if last == window else 0
            if used >= quota.requests:
                raise ApiError(Error.TOO_MANY_ORDERS, quota.requests, quota.name)
            counts.append((key, (window, used + 1)))
        for key, count in counts:
            _keep(self._quotas, key, count)

    def used_weight(self, address: str) -> int:
        """What the address has used of its last minute."""
        entry = self._addresses.get(address)
        return entry.used if entry else 0

    def charge_orders(
        self, account_id: int, ten_seconds: int, minute: int, now: Millis
    ) -> tuple[int, int]:
        """Charge orders: the counts of both windows; or 429 with -1015, charging nothing."""
        entry = self._orders.get(account_id)
        if entry is None:
            entry = _keep(self._orders, account_id, OrderCount())
        if now // TEN_SECONDS != entry.ten_seconds:
            entry.ten_seconds, entry.ten_seconds_used = now // TEN_SECONDS, 0
        if now // MINUTE != entry.minute:
            entry.minute, entry.minute_used = now // MINUTE, 0
        if entry.ten_seconds_used + ten_seconds > ORDERS_PER_TEN_SECONDS:
            raise ApiError(Error.TOO_MANY_ORDERS, ORDERS_PER_TEN_SECONDS, "10 SECOND")
        if entry.minute_used + minute > ORDERS_PER_MINUTE:
            raise ApiError(Error.TOO_MANY_ORDERS, ORDERS_PER_MINUTE, "MINUTE")
        entry.ten_seconds_used += ten_seconds
        entry.minute_used += minute
        return entry.ten_seconds_used, entry.minute_used


def _count(counts: dict[str, tuple[int, int]], address: str, window: int) -> int:
    """Count one more in this window; how many that makes."""
    last, used = counts.get(address, (window, 0))
    used = used + 1 if last == window else 1
    _keep(counts, address, (window, used))
    return used


def _keep(entries: dict[Key, Entry], key: Key, entry: Entry) -> Entry:
    entries[key] = entry
    if len(entries) > MAX_TRACKED:
        del entries[next(iter(entries))]
    return entry
