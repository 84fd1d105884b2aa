"""The traders' door: REST, the streams and the WebSocket API over one venue."""

from __future__ import annotations

from collections.abc import Callable

from perpbox.api.app import Api
from perpbox.api.auth import Keys
from perpbox.api.befall import Befallen
from perpbox.api.desk import Desk
from perpbox.api.errors import ApiError, Error
from perpbox.api.limits import Limits
from perpbox.api.streams.door import open_streams
from perpbox.api.ws_api.app import WebSocketApi
from perpbox.message import Answer, Request, Response, Session, Wire
from perpbox.money import Millis


class ApiDoor:
    """Answers requests and takes WebSocket handshakes; see `Api` and `Hub` for what it is given."""

    def __init__(
        self,
        desk: Desk,
        keys: Keys,
        *,
        limited: bool,
        machine_clock: Callable[[], Millis | None] | None,
        soon: Callable[[Callable[[], None]], object],
        at_rest: Callable[[], bool],
    ) -> None:
        self._desk = desk
        limits = Limits() if limited else None
        api = Api(desk, keys, limits=limits, machine_clock=machine_clock)
        self._rest = Befallen(desk, keys, api.answer)
        self._ws_api = WebSocketApi(api.guard)
        self.streams = open_streams(desk, limits, soon=soon, at_rest=at_rest)

    def retire(self) -> None:
        """Another venue has taken the place of this one: nobody is told anything any more."""
        self._desk.on_snapshot = None
        self.streams.hub.retire()

    def answer(self, request: Request) -> Answer:
        return self._rest.answer(request)

    def connect(self, request: Request, wire: Wire) -> Session | Response:
        if self.streams.owns(request.path):
            return self.streams.connect(request, wire)
        if self._ws_api.owns(request.path):
            return self._ws_api.connect(request, wire)
        return ApiError(Error.UNKNOWN_PATH, request.path).response()
