"""An operator's errors: `{"error": {"code": "UNKNOWN_ACCOUNT", "message": "…"}}` and a status."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from perpbox.engine.rejects import Reject, Rejected
from perpbox.message import Response


class Refused(Exception):
    """The call cannot be done; nothing has changed."""

    def __init__(
        self, status: int, code: str, message: str, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers

    @property
    def response(self) -> Response:
        body = msgspec.json.encode({"error": {"code": self.code, "message": self.message}})
        return Response(self.status, body, self.headers)


class Told(Struct, frozen=True):
    """How a refusal of the engine is told: status, and a sentence about its first detail."""

    status: int
    sentence: str


TOLD: Final[dict[Reject, Told]] = {
    Reject.UNKNOWN_ACCOUNT: Told(404, "There is no account {}."),
    Reject.UNKNOWN_SYMBOL: Told(400, "There is no symbol {}."),
    Reject.SYMBOL_CLOSED: Told(409, "{} is closed."),
    Reject.INVALID_SYMBOL: Told(400, "The symbol is not possible: {}."),
    Reject.UNKNOWN_ASSET: Told(400, "{} is no margin asset here."),
    Reject.INVALID_AMOUNT: Told(400, "The amount for {} is not possible."),
    Reject.INVALID_FUNDING: Told(
        400,
        "The funding of {} is not possible: the interval must be a part of a day, a rate from -1 to"
        " 1, and the floor no higher than the cap.",
    ),
    Reject.INVALID_LADDER: Told(
        400,
        "The ladder of {} is not possible: spread and step from 0 to 1, at most 500 levels, and a"
        " worth not below zero.",
    ),
    Reject.MARK_BY_FORMULA: Told(
        409, "The mark price of {} follows the formula; set its index price, or its mark source."
    ),
    Reject.INVALID_FEES: Told(400, "The fees are not possible: {}."),
    Reject.INVALID_QUOTE_QUANTITY: Told(
        400, "A quantity for {} is not possible: not above zero, or off its step size."
    ),
    Reject.INVALID_PRICE: Told(400, "The price for {} is not possible: off its grid or bounds."),
    Reject.CROSSED_QUOTES: Told(400, "The best bid for {} is not below the best ask."),
    Reject.BALANCE_NOT_SUFFICIENT: Told(409, "The account cannot pay out so much."),
}
OTHERWISE: Final = Told(409, "The venue refuses it as it stands.")


def refused_by_engine(rejected: Rejected) -> Refused:
    told = TOLD.get(rejected.reject, OTHERWISE)
    detail = rejected.details[0] if rejected.details else "it"
    return Refused(told.status, rejected.reject.name, told.sentence.format(detail))
