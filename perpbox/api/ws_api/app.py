"""The door of the WebSocket API: a handshake makes a session."""

from __future__ import annotations

from typing import Final

from perpbox.api.errors import ApiError, Error
from perpbox.api.guard import Guard, Visit
from perpbox.api.params import Params, read
from perpbox.api.ws_api.methods import HANDSHAKE_WEIGHT, by_name
from perpbox.api.ws_api.session import ApiSession
from perpbox.message import Request, Response, Session, Wire

PATH: Final = "/ws-fapi/v1"


class WebSocketApi:
    """Sessions that share a guard, and so limits and keys, with REST."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._routes = by_name(guard.desk.api_date)

    @staticmethod
    def owns(path: str) -> bool:
        """Whether a handshake for this path is to be answered here."""
        return path == PATH

    def connect(self, request: Request, wire: Wire) -> Session | Response:
        """A session, or the response that refuses it: 404, 400, or 429 and 418."""
        guard = self._guard
        visit = Visit(guard.venue.now(), request.client_ip, None, None)
        try:
            if not self.owns(request.path):
                raise ApiError(Error.UNKNOWN_PATH, request.path)
            guard.charge(visit, HANDSHAKE_WEIGHT)
            query = Params(read(request.query, b""))
            shows_limits = query.optional_flag("returnRateLimits", default=True)
        except ApiError as error:
            return error.response()
        return ApiSession(guard, self._routes, wire, request.client_ip, shows_limits=shows_limits)
