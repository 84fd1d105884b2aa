"""What a process is told at its start, and whether that can be."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, fields
from typing import Annotated, Final, Literal, TypeAlias

from cyclopts import Parameter
from msgspec.structs import replace

from perpbox.api.calendar import NEWEST, Day, is_day
from perpbox.control.app import is_loopback
from perpbox.feed.clock import (
    FAST,
    REAL,
    NotADuration,
    NotAPace,
    NotATime,
    parse_duration,
    parse_pace,
    parse_time,
)
from perpbox.journal.retention import Retention
from perpbox.money import Millis

MEMORY: Final = ":memory:"
DEFAULT_PORT: Final = 8900
MAX_PORT: Final = 65535
CATALOGUE_FILES: Final = (0, 2, 3)
RECORDED: Final = "recorded:"
RELAYED: Final = "relay:"
FOREVER: Final = "forever"

LimitsMode: TypeAlias = Literal["binance", "off"]
TimingMode: TypeAlias = Literal["lenient", "strict"]
FeedKind: TypeAlias = Literal["quiet", "synthetic", "recorded", "relay"]


def split_words(_type: object, text: str, delimiter: str | None = None) -> list[str]:
    """The words of a variable that holds several, as a shell reads them. Raises `Unusable`."""
    del delimiter
    try:
        return shlex.split(text)
    except ValueError as error:
        raise Unusable(f"{text!r} in a PERPBOX_ variable is not words: {error}.") from error


Words: TypeAlias = Annotated[
    tuple[str, ...],
    Parameter(consume_multiple=True, negative=(), env_var_split=split_words),
]
Secret: TypeAlias = Annotated[str, Parameter(show_default=False)]


class Unusable(Exception):
    """The process cannot start as it is told to; the message says why, in one sentence."""


class AddressTaken(Unusable):
    """Another program listens there."""


# What stands below each setting is its help on the command line and its row in docs/settings.md.


@dataclass(frozen=True, kw_only=True)
class SyntheticSettings:
    """How lively the synthetic market is."""

    volatility: float = 1.0
    """Times the usual one; 0: prices stand still."""
    correlation: float = 0.65
    """How much of a price's variance is the whole market's, from 0 to 1."""
    jumps: bool = True
    """Whether prices leap at times."""
    premium: float = 1.0
    """How far the mark price wanders from the index price, times the usual; moves funding."""
    spread: float = 1.0
    """Times the usual one of each symbol."""
    depth: float = 1.0
    """What the house quotes, times the usual."""
    trades_per_second: float = 10.0
    """Of all symbols together, on the average."""
    queued: bool = False
    """Whether a client's order waits behind what the house quotes at its price."""
    step: int = 1000
    """Milliseconds between two moments of the market."""


@dataclass(frozen=True, kw_only=True)
class RecordedSettings:
    """How dumps are replayed."""

    begin: str | None = None
    """When the first record happens, or less than a day later; by default when it did happen."""
    step: int = 100
    """Records of so many milliseconds happen at once; a whole part of a minute."""
    bar_trades: int = 12
    """Trades inside a bar where there are klines alone."""


@dataclass(frozen=True, kw_only=True)
class RelaySettings:
    """How another venue's market is relayed."""

    rest_url: str = ""
    """Where it answers by REST, if that does not follow from its address."""
    symbols: Words = ()
    """By default all of the catalogue that are traded there."""
    queued: bool = True
    """Whether a client's order waits behind what the house quotes at its price."""
    step: int = 100
    """What arrives within so many milliseconds is one moment of the market."""


@dataclass(frozen=True, kw_only=True)
class KeepSettings:
    """How long the journal keeps what, by the venue's clock: 7d, 12h, or forever."""

    lines: str = "7d"
    """What happened, line by line; from the oldest snapshot on in any case. In memory nothing is
    gone back to, so that an hour is enough."""
    history: str = "90d"
    """Orders at their end, fills, income: what an account may ask about."""
    tape: str = "30d"
    """The market's trades, one by one."""
    candles: str = "400d"
    """Candles and statistics of the market, which outlive its trades."""

    def retention(self) -> Retention:
        """The same in milliseconds. Raises `Unusable`."""
        ages = {field.name: self._age(field.name) for field in fields(self)}
        return Retention(**ages)

    def _age(self, name: str) -> Millis | None:
        told: str = getattr(self, name)
        if told == FOREVER:
            return None
        try:
            return parse_duration(told)
        except NotADuration as error:
            raise Unusable(f"--keep.{name}: {error}, or {FOREVER}.") from error


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that a process is told."""

    host: str = "127.0.0.1"
    """Address to listen on. One that others can reach needs a token."""
    port: int = DEFAULT_PORT
    """0 picks a free one."""
    data: str = MEMORY
    """File of the journal, made if there is none; :memory: keeps nothing."""
    token: Secret = ""
    """Asked of every call of /box/v1. Without one only this machine's own programs may call."""
    tls_cert: str = ""
    """File of a certificate, and of those that vouch for it, as PEM: then only TLS is spoken, by
    https:// and wss://."""
    tls_key: str = ""
    """File of the certificate's key, as PEM and without a passphrase."""
    limits: LimitsMode = "binance"
    """Request weights and order counts: as the exchange charges them, or none."""
    timing: TimingMode = "lenient"
    """lenient: while the venue's clock is not the machine's, a timestamp may be right by either."""
    feed: Words = ("quiet",)
    """What moves prices. quiet: nothing but you; synthetic: an invented market; recorded:PATH and
    further paths: public dump files, or folders of them; relay:URL: what another venue streams."""
    seed: int = 0
    """Of the synthetic market, and of what a recorded one has to invent."""
    clock: str = "real"
    """real: runs; x60: runs sixty times as fast; manual: stands until POST /box/v1/clock moves it;
    fast: goes as fast as the feed does."""
    start: str | Millis | None = None
    """Where the clock of a new venue stands at first: 2026-11-22T08:00:00Z, or milliseconds. By
    default at the machine's time, and of a recorded market at its first moment."""
    api_date: Day = NEWEST
    """The API answers as the exchange did on that day, for the changes that perpbox knows:
    conditional orders moved to /fapi/v1/algoOrder on 2025-12-09."""
    catalogue: Words = ()
    """Of a new venue: files with an exchangeInfo and a leverageBracket answer, and perhaps one with
    a premiumIndex answer for the first prices."""
    key_seed: int | None = None
    """API keys and secrets become the same ones each time; for tests alone."""
    synthetic: SyntheticSettings = SyntheticSettings()
    recorded: RecordedSettings = RecordedSettings()
    relay: RelaySettings = RelaySettings()
    keep: KeepSettings = KeepSettings()

    def retention(self) -> Retention:
        """How long the journal keeps what. Raises `Unusable`."""
        retention = self.keep.retention()
        if self.data != MEMORY:
            return retention
        lines = MEMORY_LINES if retention.lines is None else min(retention.lines, MEMORY_LINES)
        return replace(retention, lines=lines)

    @property
    def feed_kind(self) -> FeedKind:
        """Raises `Unusable` where the feed is none."""
        first = self.feed[0] if self.feed else ""
        if self.feed in {("quiet",), ("synthetic",)}:
            return "quiet" if first == "quiet" else "synthetic"
        if first.removeprefix(RECORDED) and first.startswith(RECORDED):
            return "recorded"
        if len(self.feed) == 1 and first.startswith(RELAYED):
            return "relay"
        raise Unusable(
            "--feed takes quiet, synthetic, relay:URL, or recorded:PATH and further paths, "
            f"not {' '.join(self.feed)!r}."
        )


MEMORY_LINES: Final[Millis] = 60 * 60 * 1000
"""Lines that no later start can read are not worth memory for longer."""

DEFAULTS: Final = Settings()


def require_usable(settings: Settings) -> None:
    if not 0 <= settings.port <= MAX_PORT:
        raise Unusable(f"Port {settings.port} is none: it is a number from 0 to {MAX_PORT}.")
    if not settings.host:
        raise Unusable("--host is empty: name an address to listen on, such as 127.0.0.1.")
    if not settings.token and not is_loopback(settings.host):
        raise Unusable(
            f"{settings.host} can be reached from outside, so --token (or PERPBOX_TOKEN) is "
            "needed: whoever reaches the control interface commands the venue."
        )
    if bool(settings.tls_cert) != bool(settings.tls_key):
        raise Unusable("TLS takes two files: --tls-cert and --tls-key.")
    if not is_day(settings.api_date):
        raise Unusable(f"--api-date takes a day such as {NEWEST}, not {settings.api_date!r}.")
    if len(settings.catalogue) not in CATALOGUE_FILES:
        raise Unusable("--catalogue takes two files, exchangeInfo and leverageBracket, or three.")
    if not settings.token.isprintable() or settings.token != settings.token.strip():
        raise Unusable("The token has characters that no HTTP header can carry.")
    settings.keep.retention()
    _require_time(settings)


def _require_time(settings: Settings) -> None:
    """That the clock, its start and the feed are some, and fit."""
    try:
        pace = parse_pace(settings.clock)
    except NotAPace as error:
        raise Unusable(f"--clock: {error}.") from error
    moment("--start", settings.start)
    moment("--recorded.begin", settings.recorded.begin)
    if settings.feed_kind == "quiet" and pace is FAST:
        raise Unusable(
            "--clock fast goes from one moment of a feed to the next, and a quiet market has "
            "none: name another --feed."
        )
    if settings.feed_kind == "relay" and pace is not REAL:
        raise Unusable("--clock: a relayed market happens now, so its clock is the real one.")


def moment(option: str, time: str | Millis | None) -> Millis | None:
    """The moment that is said, if one is. Raises `Unusable` where it is none."""
    try:
        return time if time is None else parse_time(str(time))
    except NotATime as error:
        raise Unusable(f"{option}: {error}.") from error
