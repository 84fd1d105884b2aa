"""What an operator sends, typed: unknown fields and wrong types are refused by name."""

from __future__ import annotations

from typing import Literal, TypeAlias, TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType

from perpbox.control.errors import Refused
from perpbox.money import Amount, NotANumber, TooPrecise, parse

Body = TypeVar("Body")

Permission: TypeAlias = Literal["read", "trade"]
TimeText: TypeAlias = str | int
"""ISO 8601, or milliseconds."""
QuoteText: TypeAlias = tuple[str, str]
"""Price and quantity."""


class NewAccount(Struct, forbid_unknown_fields=True, rename="camel"):
    name: str = ""
    """A label for people; several accounts may have the same."""
    balances: dict[str, str] = {}
    public_key: str | None = None


class NewKey(Struct, forbid_unknown_fields=True, rename="camel"):
    permissions: tuple[Permission, ...] = ("read", "trade")
    ip_allow_list: tuple[str, ...] = ()
    """Empty: any address."""
    public_key: str | None = None


class NewTransfer(Struct, forbid_unknown_fields=True):
    asset: str
    amount: str
    """Out of the account where it is below zero."""


class RateText(Struct, forbid_unknown_fields=True):
    maker: str
    taker: str


class NewFees(Struct, forbid_unknown_fields=True):
    tier: int | None = None
    rates: dict[str, RateText | None] = {}
    """By symbol; null gives the tier's rates back."""


class NewPrice(Struct, forbid_unknown_fields=True):
    """Left out: that price stays where it is."""

    mark: str | None = None
    index: str | None = None
    last: str | None = None


NewPrices: TypeAlias = dict[str, str | NewPrice]


class NewLiquidity(Struct, forbid_unknown_fields=True):
    symbol: str
    bids: list[QuoteText] = []
    asks: list[QuoteText] = []


NewMarkSources: TypeAlias = dict[str, Literal["set", "formula"]]


class NewFunding(Struct, forbid_unknown_fields=True, rename="camel"):
    """Left out: as it is."""

    interval_hours: int | None = None
    interest_rate: str | None = None
    floor: str | None = None
    cap: str | None = None
    rate: str | UnsetType | None = UNSET
    """What is settled whatever the premium; null: the formula's rate again."""


class NewClock(Struct, forbid_unknown_fields=True):
    mode: Literal["manual", "real", "fast"] | None = None
    speed: float | None = None
    """Accelerated: so many times as fast as the machine's clock."""
    advance: TimeText | None = None
    """A duration such as "8h", or milliseconds."""
    to: TimeText | None = None


class NewSnapshot(Struct, forbid_unknown_fields=True):
    name: str


class NewFork(Struct, forbid_unknown_fields=True):
    port: int = 0
    """0: any free one."""


class Nothing(Struct, forbid_unknown_fields=True):
    """The body of a call that needs none."""


def read(body: bytes, kind: type[Body]) -> Body:
    """Decode a body; no body at all is an empty object."""
    try:
        return msgspec.json.decode(body or b"{}", type=kind)
    except msgspec.ValidationError as error:
        raise Refused(400, "INVALID_REQUEST", f"{error}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused(400, "INVALID_JSON", "The body is not JSON.") from None


def amount(text: str, what: str, code: str = "INVALID_AMOUNT") -> Amount:
    try:
        return parse(text)
    except NotANumber:
        message = f"{what} is not a decimal number of at most 20 digits before the point."
    except TooPrecise:
        message = f"{what} has more than eight decimals."
    raise Refused(400, code, message)


def price(text: str, what: str) -> Amount:
    value = amount(text, what, "INVALID_PRICE")
    if value <= 0:
        raise Refused(400, "INVALID_PRICE", f"{what} is not above zero.")
    return value
