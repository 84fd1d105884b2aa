"""What a process is told at its start, and whether that can be."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from msgspec import Struct

from perpbox.api.calendar import NEWEST, Day, is_day
from perpbox.control.app import is_loopback
from perpbox.feed.clock import NotAPace, NotATime, parse_pace, parse_time
from perpbox.money import Millis

MEMORY: Final = ":memory:"
DEFAULT_PORT: Final = 8900
MAX_PORT: Final = 65535
CATALOGUE_FILES: Final = (0, 2, 3)

LimitsMode: TypeAlias = Literal["binance", "off"]
TimingMode: TypeAlias = Literal["lenient", "strict"]


class Unusable(Exception):
    """The process cannot start as it is told to; the message says why, in one sentence."""


class AddressTaken(Unusable):
    """Another program listens there."""


class Settings(Struct, frozen=True, kw_only=True):
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    """0: the system picks a free one."""
    data: str = MEMORY
    """The journal's file."""
    token: str = ""
    """Asked of every operator's call; empty: none is, and only loopback is listened on."""
    limits: LimitsMode = "binance"
    timing: TimingMode = "lenient"
    clock: str = "real"
    start: Millis | str | None = None
    """Where the clock stands at the start; None: at the machine's time."""
    api_date: Day = NEWEST
    """The API answers as the live service did on this day."""
    catalogue: tuple[str, ...] = ()
    """Files with an exchangeInfo, a leverageBracket and perhaps a premiumIndex answer, for a new
    journal; none: the built-in one."""
    seed: int | None = None
    """Keys and secrets become the same ones each time; for tests."""


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
    if not is_day(settings.api_date):
        raise Unusable(f"--api-date takes a day such as {NEWEST}, not {settings.api_date!r}.")
    if len(settings.catalogue) not in CATALOGUE_FILES:
        raise Unusable("--catalogue takes two files, exchangeInfo and leverageBracket, or three.")
    try:
        parse_pace(settings.clock)
    except NotAPace as error:
        raise Unusable(f"--clock: {error}.") from error
    moment(settings.start)
    if not settings.token.isprintable() or settings.token != settings.token.strip():
        raise Unusable("The token has characters that no HTTP header can carry.")


def moment(start: Millis | str | None) -> Millis | None:
    """When a clock starts, if that is said. Raises `Unusable` where it names no moment."""
    try:
        return start if start is None else parse_time(str(start))
    except NotATime as error:
        raise Unusable(f"--start: {error}.") from error
