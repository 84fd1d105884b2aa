"""The text of an answer of the WebSocket API, with the limits that go with it."""

from __future__ import annotations

from typing import Final

import msgspec

from perpbox.api.errors import ApiError, Error
from perpbox.api.limits import ORDERS_PER_MINUTE, ORDERS_PER_TEN_SECONDS, WEIGHT_PER_MINUTE
from perpbox.message import Response, framed

OK: Final = 200
NULL_ID: Final = b"null"
WEIGHT: Final = b'"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1'
TEN_SECONDS: Final = b'"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10'
MINUTE: Final = b'"rateLimitType":"ORDERS","interval":"MINUTE","intervalNum":1'
ROW: Final = b'{%b,"limit":%d,"count":%d}'
REVOKED: Final = framed(
    b'{"id":null,"status":401,"error":%b}'
    % msgspec.json.encode(ApiError(Error.KEY_REJECTED).body())
)
"""Told to a session whose key is good no more, as the general-info page has it."""


def frame(request_id: bytes, response: Response, rows: bytes | None) -> bytes:
    """The frame that answers a request; `rows` are those of `rateLimits`, if it is to be shown."""
    kind = b"result" if response.status == OK else b"error"
    tail = b"" if rows is None else b',"rateLimits":[%b]' % rows
    head = b'{"id":%b,"status":%d' % (request_id, response.status)
    return framed(b'%b,"%b":%b%b}' % (head, kind, response.body, tail))


def weight_row(used: int) -> bytes:
    return ROW % (WEIGHT, WEIGHT_PER_MINUTE, used)


def order_rows(ten_seconds: int, minute: int) -> bytes:
    """The three rows of a request that counts as an order, and has no weight: as recorded."""
    rows = (
        ROW % (WEIGHT, -1, -1),
        ROW % (TEN_SECONDS, ORDERS_PER_TEN_SECONDS, ten_seconds),
        ROW % (MINUTE, ORDERS_PER_MINUTE, minute),
    )
    return b",".join(rows)
