"""How a market is relayed: from where, which symbols, and with how much patience."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

PARTNERS: Final = {
    "fstream.binance.com": "https://fapi.binance.com",
    "fstream.binancefuture.com": "https://demo-fapi.binance.com",
}
"""Where the venues that stream from a host of its own answer by REST (page on general info)."""

SCHEMES: Final = {"ws": "http", "wss": "https"}
COMBINED: Final = "/stream"
BOOKS: Final = "/public"
PRICES: Final = "/market"
FEW: Final = 10
"""Up to so many symbols are listened to one by one where there is a stream of all as well."""
MOST_STREAMS: Final = 1024
"""Of one connection (page on market streams)."""
MANY_DOUBLINGS: Final = 30


class BadRelay(ValueError):
    """The market cannot be relayed so; the message says why, in one sentence."""


class RelayTerms(Struct, frozen=True, kw_only=True):
    """Times in seconds."""

    url: str
    """wss://host, or the whole address of a combined stream where there is only one."""
    rest_url: str = ""
    """Empty: as follows from `url`."""
    symbols: tuple[str, ...] = ()
    """None: all of the catalogue that are traded there."""
    queued: bool = True
    """Whether a client's order stands behind what the house quotes at its price by then."""
    pace: float = 0.1
    """Between two moments of the market; what arrives within is one."""
    first_pause: float = 0.5
    """Before a lost connection is opened again; doubled after each time that it fails."""
    longest_pause: float = 30.0
    patience: float = 10.0
    """For a connection to be there, and for an answer by REST."""
    stale: float = 20.0
    """A connection on which nothing has arrived for so long is given up."""
    silent: int = 30
    """A symbol of which nothing has arrived for so long is named in the log."""


class Route(Struct, frozen=True):
    """One connection, and the streams that it carries."""

    address: str
    streams: tuple[str, ...]


def routes(terms: RelayTerms, names: Sequence[str]) -> list[Route]:
    """The connections that these symbols take; raises `BadRelay` for an address that is none.

    Since 2026-04 the live service has books and prices behind two paths.
    """
    address = _parts(terms.url, SCHEMES).geturl().rstrip("/")
    books, prices = _streams([name.lower() for name in names])
    if address.endswith(COMBINED):
        return _split(address, books + prices)
    return [
        *_split(f"{address}{BOOKS}{COMBINED}", books),
        *_split(f"{address}{PRICES}{COMBINED}", prices),
    ]


def _streams(symbols: Sequence[str]) -> tuple[list[str], list[str]]:
    """Of the books, and of trades and prices."""
    books = [f"{symbol}@bookTicker" for symbol in symbols]
    prices = [f"{symbol}@aggTrade" for symbol in symbols]
    if len(symbols) > FEW:
        prices.append("!markPrice@arr@1s")
    else:
        prices += [f"{symbol}@markPrice@1s" for symbol in symbols]
    return books, [*prices, "!assetIndex@arr"]


def _split(address: str, streams: Sequence[str]) -> list[Route]:
    return [
        Route(address, tuple(streams[start : start + MOST_STREAMS]))
        for start in range(0, len(streams), MOST_STREAMS)
    ]


def rest_base(terms: RelayTerms) -> str:
    """The address before /fapi; raises `BadRelay` for one that is none."""
    if terms.rest_url:
        return _parts(terms.rest_url, SCHEMES.values()).geturl().rstrip("/")
    parts = _parts(terms.url, SCHEMES)
    partner = PARTNERS.get(parts.hostname or "")
    return partner or f"{SCHEMES[parts.scheme]}://{parts.netloc}"


def host_of(address: str) -> str:
    return urlsplit(address).hostname or ""


def _parts(address: str, schemes: Collection[str]) -> SplitResult:
    """Whoever may read a market publicly needs no name, no password and no parameter."""
    try:
        parts = urlsplit(address)
        possible = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        possible = False
        parts = urlsplit("")
    if not possible or not address.isprintable() or " " in address:
        known = " or ".join(f"{scheme}://" for scheme in schemes)
        raise BadRelay(
            f"{address!r} is no address to relay from: it begins with {known} and a host."
        )
    if parts.username is not None or parts.query or parts.fragment:
        raise BadRelay("A relayed address takes no user, no password and no parameters.")
    return parts


def pauses(terms: RelayTerms, dice: Callable[[], float]) -> Iterator[float]:
    """Before each further attempt: twice as long as before, at most the longest.

    The dice, from 0 to 1, take up to half of it away, so that not everybody who has lost the
    same venue comes back at the same moment.
    """
    failed = 0
    while True:
        whole = terms.first_pause * 2 ** min(failed, MANY_DOUBLINGS)
        yield min(whole, terms.longest_pause) * (1 - dice() / 2)
        failed += 1
