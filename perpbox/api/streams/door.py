"""Where connections to the streams come in: every form of address that clients use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import unquote_to_bytes

from perpbox.account import AccountId
from perpbox.api.calendar import MORE_STREAMS, Day
from perpbox.api.desk import Desk
from perpbox.api.errors import ApiError, Error
from perpbox.api.limits import Limits
from perpbox.api.streams.hub import Hub
from perpbox.api.streams.market import MarketStreams
from perpbox.api.streams.session import MOST_STREAMS, MOST_STREAMS_BEFORE, StreamSession
from perpbox.api.streams.strays import Strays
from perpbox.api.streams.user import UserEvents
from perpbox.message import Request, Response, Session, Wire

ROUTED: Final = ("/public", "/market", "/private")
"""Since 2026-03; the addresses without them are as good, and each serves every stream."""
RAW: Final = "/ws"
COMBINED: Final = "/stream"


class StreamDoor:
    """Opens a session for an address such as /ws/btcusdt@aggTrade, /stream?streams=a/b,
    /private/ws?listenKey=...&events=ORDER_TRADE_UPDATE or /market/ws and SUBSCRIBE later.
    """

    def __init__(self, hub: Hub, limits: Limits | None, api_date: Day) -> None:
        self.hub = hub
        self._most_streams = MOST_STREAMS if api_date >= MORE_STREAMS else MOST_STREAMS_BEFORE
        self._limits = limits

    def owns(self, path: str) -> bool:
        rest = _unrouted(path)
        return rest in {RAW, COMBINED} or rest.startswith((f"{RAW}/", f"{COMBINED}/"))

    def connect(self, request: Request, wire: Wire) -> Session | Response:
        if self._limits is not None:
            try:
                self._limits.charge_connection(request.client_ip, self.hub.venue.now())
            except ApiError as error:
                return error.response()
        rest = _unrouted(request.path)
        combined = rest.startswith(COMBINED)
        head = COMBINED if combined else RAW
        names = [_decoded(name) for name in rest[len(head) :].encode("latin-1").split(b"/")]
        events: list[str] = []
        for pair in request.query.split(b"&"):
            name, _, value = pair.partition(b"=")
            if name in {b"streams", b"listenKey"}:
                names += _decoded(value).split("/")
            elif name == b"events":
                events += filter(None, _decoded(value).split("/"))
        names = list(dict.fromkeys(filter(None, names)))
        if len(names) > self._most_streams:
            return ApiError(Error.TOO_MANY_PARAMETERS).response()
        session = StreamSession(
            self.hub, wire, combined=combined, events=events, most_streams=self._most_streams
        )
        session.join(names)
        return session


def _decoded(raw: bytes) -> str:
    """Percent-encoded or not: a symbol may have letters of any kind."""
    return unquote_to_bytes(raw).decode(errors="replace")


def _unrouted(path: str) -> str:
    for head in ROUTED:
        if path.startswith(f"{head}/"):
            return path[len(head) :]
    return path


def open_streams(
    desk: Desk,
    limits: Limits | None,
    *,
    soon: Callable[[Callable[[], None]], object],
    at_rest: Callable[[], bool],
) -> StreamDoor:
    """The streams of a venue; see `Hub` for what `soon` and `at_rest` are."""
    venue = desk.venue
    listened: set[AccountId] = set()
    hub = Hub(
        venue,
        UserEvents(venue.state, listened, desk.api_date),
        desk.listen_keys,
        MarketStreams(venue.state, desk.tape, desk.api_date, at_rest).source,
        listened,
        Strays(desk.faults),
        soon=soon,
        at_rest=at_rest,
    )
    desk.on_snapshot = hub.look
    return StreamDoor(hub, limits, desk.api_date)
