"""One rule: what goes wrong, where it may strike, and how often."""

from __future__ import annotations

from enum import Enum
from fnmatch import fnmatchcase
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from perpbox.engine.rejects import Reject
from perpbox.money import SCALE, Millis, NotANumber, TooPrecise, parse

LONGEST: Final[Millis] = 10 * 60 * 1000
"""What an answer or an event is held back at most."""
LARGEST_SKEW: Final[Millis] = 366 * 24 * 60 * 60 * 1000
MOST_COPIES: Final = 10
FARTHEST_BEHIND: Final = 100


class NotARule(ValueError):
    """A sentence that says what is wrong with a rule."""


class Form(Enum):
    """How a call fails: HTTP status, code and message (general-info page, error-code page)."""

    WAF = ("403", 403, 0, "")
    TIMEOUT = (
        "408",
        408,
        -1007,
        (
            "Timeout waiting for response from backend server. Send status unknown; execution"
            " status unknown."
        ),
    )
    BANNED = ("418", 418, -1003, "Way too many requests; IP banned until {}.")
    TOO_MANY = ("429", 429, -1003, "Too many requests.")
    INTERNAL = ("500", 500, -1000, "Request occur unknown error.")
    BAD_GATEWAY = ("502", 502, 0, "")
    UNKNOWN = (
        "503-unknown",
        503,
        -1000,
        "Unknown error, please check your request or try again later.",
    )
    UNAVAILABLE = ("503-unavailable", 503, -1000, "Service Unavailable.")
    FAILED = (
        "503-failed",
        503,
        -1001,
        "Internal error; unable to process your request. Please try again.",
    )
    THROTTLED = (
        "503-throttled",
        503,
        -1008,
        (
            "Request throttled by system-level protection. Reduce-only/close-position orders are"
            " exempt. Please try again."
        ),
    )
    GATEWAY_TIMEOUT = ("504", 504, 0, "")

    def __init__(self, label: str, status: int, code: int, message: str) -> None:
        self.label = label
        self.status = status
        self.code = code
        """0: the body is no JSON, but what a gateway writes."""
        self.message = message


FORMS: Final = {form.label: form for form in Form}

REFUSABLE: Final = (
    Reject.MARGIN_NOT_SUFFICIENT,
    Reject.REDUCE_ONLY_REJECTED,
    Reject.POSITION_LIMIT_EXCEEDED,
    Reject.NO_DEPTH,
)
"""With what a triggered order may be refused."""


class Kind(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", tag_field="kind"):
    """What goes wrong."""


class Latency(Kind, frozen=True, tag="latency"):
    """The call, or its answer, is on the way for longer, by the machine's clock."""

    milliseconds: int
    jitter: int = 0
    """So much more at most; each time another part of it."""
    at: Literal["request", "answer"] = "request"


class Failure(Kind, frozen=True, tag="error"):
    """The call is answered with an error, whether or not it has happened."""

    answer: str = Form.TIMEOUT.label
    executed: bool = False


class Disconnect(Kind, frozen=True, tag="disconnect"):
    """The connection ends without an answer, whether or not the call has happened."""

    executed: bool = False


class Skew(Kind, frozen=True, tag="skew"):
    """The venue's clock, as calls are judged by it and as it is told, is so much ahead."""

    milliseconds: int


class PartialFill(Kind, frozen=True, tag="partialFill"):
    """Of what an order could trade at once only a part is there."""

    fraction: str = "0.5"
    """Of its quantity, rounded down to the step."""


class RefusedTrigger(Kind, frozen=True, tag="refusedTrigger"):
    """A conditional order is refused when it is triggered."""

    reject: str = Reject.MARGIN_NOT_SUFFICIENT.name


class Duplicate(Kind, frozen=True, tag="duplicate"):
    """A user event comes more than once."""

    copies: int = 1
    """Beyond the first."""


class Drop(Kind, frozen=True, tag="drop"):
    """A user event never comes."""


class Delay(Kind, frozen=True, tag="delay"):
    """A user event comes later, by the machine's clock, and so may those behind it come first."""

    milliseconds: int


class Reorder(Kind, frozen=True, tag="reorder"):
    """A user event comes behind so many later ones of its account."""

    behind: int = 1


class Hangup(Kind, frozen=True, tag="hangup"):
    """In place of a user event its listeners' connections end."""


OfCall: TypeAlias = Latency | Failure | Disconnect
OfClock: TypeAlias = Skew
OfCommand: TypeAlias = PartialFill | RefusedTrigger
OfEvent: TypeAlias = Duplicate | Drop | Delay | Reorder | Hangup
Fault: TypeAlias = OfCall | OfClock | OfCommand | OfEvent

OF_CALL: Final = (Latency, Failure, Disconnect)
OF_EVENT: Final = (Duplicate, Drop, Delay, Reorder, Hangup)


class Rule(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", omit_defaults=True):
    """A fault, the calls or events that it may strike, and which of these it does."""

    fault: Fault
    endpoint: str = "*"
    """`POST /fapi/v1/order`, or a method of the WebSocket API; * and ? stand for anything."""
    event: str = "*"
    """Of user events: ORDER_TRADE_UPDATE, or with * and ?."""
    account: int | None = None
    symbol: str | None = None
    probability: str = "1"
    every: int | None = None
    """Each third, say, of those that it may strike."""
    nth: int | None = None
    """That one alone."""
    times: int | None = None
    """At most so often."""
    seed: int = 0

    @property
    def chance(self) -> int:
        """Of SCALE."""
        return _fraction(self.probability, "probability")

    def may_strike(self, endpoint: str, event: str, account: int | None, symbol: str) -> bool:
        """`endpoint` or `event` is empty for what has none."""
        return (
            (self.account is None or self.account == account)
            and (self.symbol is None or self.symbol == symbol)
            and (not endpoint or fnmatchcase(endpoint, self.endpoint))
            and (not event or fnmatchcase(event, self.event))
        )

    def require_sound(self) -> None:
        """Raises `NotARule`."""
        _ = self.chance
        for name in ("every", "nth", "times"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise NotARule(f"{name} is a number from 1 on.")
        self._require_fitting()
        _require_sound(self.fault)

    def _require_fitting(self) -> None:
        """No condition that could not be looked at."""
        if self.event != "*" and not isinstance(self.fault, OF_EVENT):
            raise NotARule("event is of faults that strike user events.")
        if self.endpoint != "*" and not isinstance(self.fault, (*OF_CALL, Skew)):
            raise NotARule("endpoint is of faults that strike calls.")
        if self.symbol is not None and isinstance(self.fault, (*OF_EVENT, Skew)):
            raise NotARule("symbol is of faults that strike calls and orders.")


def _require_sound(fault: Fault) -> None:
    match fault:
        case Latency(milliseconds=first, jitter=second):
            _require_span(first)
            _require_span(second)
        case Delay(milliseconds=first):
            _require_span(first)
        case Skew(milliseconds=first) if abs(first) > LARGEST_SKEW:
            raise NotARule(f"milliseconds of a skew are at most {LARGEST_SKEW} either way.")
        case Failure(answer=answer) if answer not in FORMS:
            raise NotARule(f"answer is one of {', '.join(FORMS)}.")
        case PartialFill(fraction=fraction):
            _fraction(fraction, "fraction")
        case RefusedTrigger(reject=reject) if reject not in {each.name for each in REFUSABLE}:
            raise NotARule(f"reject is one of {', '.join(each.name for each in REFUSABLE)}.")
        case Duplicate(copies=copies) if not 1 <= copies <= MOST_COPIES:
            raise NotARule(f"copies are 1 to {MOST_COPIES}.")
        case Reorder(behind=behind) if not 1 <= behind <= FARTHEST_BEHIND:
            raise NotARule(f"behind is 1 to {FARTHEST_BEHIND}.")


def _require_span(span: Millis) -> None:
    if not 0 <= span <= LONGEST:
        raise NotARule(f"milliseconds are 0 to {LONGEST}.")


def _fraction(text: str, name: str) -> int:
    """Of SCALE."""
    try:
        value = parse(text)
    except (NotANumber, TooPrecise):
        value = -1
    if not 0 <= value <= SCALE:
        raise NotARule(f'{name} is a decimal number in quotes from "0" to "1".')
    return value


def part_of(quantity: int, fraction: str, step: int) -> int:
    """So much of a quantity, in whole steps."""
    part = quantity * _fraction(fraction, "fraction") // SCALE
    return part - part % step
