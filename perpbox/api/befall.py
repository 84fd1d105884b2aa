"""What faults do to calls on their way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Final

from perpbox.api.auth import Keys
from perpbox.api.desk import Desk
from perpbox.api.errors import ApiError
from perpbox.api.params import read, signed_parts
from perpbox.faults import FORMS, Disconnect, Failure, Faults, Form, Latency
from perpbox.faults.rules import OfCall
from perpbox.message import CUT, Answer, Later, Pending, Request, Response
from perpbox.money import Millis

BAN: Final[Millis] = 120_000
"""How long a ban lasts that a fault tells of: the shortest there is (general-info page)."""
GATEWAY: Final = b"<html><body><h1>%d</h1></body></html>"


def befall(
    struck: Iterable[OfCall], happen: Callable[[], Answer], faults: Faults, now: Millis
) -> Answer:
    """Let a call happen, or not, as the faults want it; the last that ends it decides."""
    before = after = 0
    end: Failure | Disconnect | None = None
    for fault in struck:
        if not isinstance(fault, Latency):
            end = fault
        elif fault.at == "request":
            before += fault.milliseconds
        else:
            after += fault.milliseconds

    def go() -> Answer:
        answer = happen() if end is None else _ended(end, happen, now)
        return _later(after, faults, lambda: answer)

    return _later(before, faults, go)


def _later(span: Millis, faults: Faults, make: Callable[[], Answer]) -> Answer:
    return Later(lambda then: faults.later(span / 1000, then), make) if span else make()


def _ended(end: Failure | Disconnect, happen: Callable[[], Answer], now: Millis) -> Answer:
    told = CUT if isinstance(end, Disconnect) else response_of(FORMS[end.answer], now)
    if not end.executed:
        return told
    answer = happen()
    if not isinstance(answer, Pending):
        return told
    pending = answer

    def finish() -> Response:
        pending.finish()
        return told

    return Pending(pending.sequence, finish)


def response_of(form: Form, now: Millis) -> Response:
    if not form.code:
        return Response(form.status, GATEWAY % form.status, content_type="text/html")
    message = form.message.format(now + BAN)
    body = json.dumps({"code": form.code, "msg": message}, separators=(",", ":")).encode()
    return Response(form.status, body)


class Befallen:
    """Stands before REST and lets faults strike its calls."""

    def __init__(self, desk: Desk, keys: Keys, plain: Callable[[Request], Answer]) -> None:
        self._venue = desk.venue
        self._faults = desk.faults
        self._keys = keys
        self._plain = plain

    def answer(self, request: Request) -> Answer:
        faults = self._faults
        if not faults.rules:
            return self._plain(request)
        try:
            symbol = read(*signed_parts(request)).get("symbol", "")
        except ApiError:
            symbol = ""  # it will be told what is wrong with its parameters
        account = account_of(self._keys, request.headers.get("x-mbx-apikey"))
        struck = faults.of_call(f"{request.method} {request.path}", account, symbol)
        if not struck:
            return self._plain(request)
        return befall(struck, lambda: self._plain(request), faults, self._venue.now())


def account_of(keys: Keys, api_key: str | None) -> int | None:
    key = keys.get(api_key) if api_key else None
    return None if key is None else key.account_id
