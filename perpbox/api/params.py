"""The parameters of a request: read from query and body as sent, and asked for by type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import Final, TypeVar
from urllib.parse import unquote_to_bytes

from perpbox.api.errors import ApiError, Error
from perpbox.message import Request
from perpbox.money import Millis, NotANumber, TooPrecise, decimals_of, parse

CLIENT_ORDER_ID: Final = re.compile(r"^[\.A-Z\:/a-z0-9_-]{1,36}$")
MAX_PARAMETERS: Final = 200
MAX_LONG: Final = 2**63 - 1
MAX_DIGITS: Final = 19
"""Of the largest whole number."""

Member = TypeVar("Member", bound=Enum)


def signed_parts(request: Request) -> tuple[bytes, bytes]:
    """The raw query, and the raw body where it carries parameters.

    A GET has its parameters in the query alone; a JSON body of a POST is no parameter text.
    """
    if not request.body or request.method == "GET":
        return request.query, b""
    kind = request.headers.get("content-type", "")
    if kind.lower().startswith("application/json"):
        return request.query, b""
    return request.query, request.body


def split_signature(query: bytes, body: bytes) -> tuple[bytes, bytes | None]:
    """(query followed by body, both without the signature; the signature's raw text)."""
    query, signature = _take_signature(query)
    if signature is None and body:
        body, signature = _take_signature(body)
    return query + body, signature


def _take_signature(part: bytes) -> tuple[bytes, bytes | None]:
    if part.startswith(b"signature="):
        signature, _, rest = part[10:].partition(b"&")
        return rest, signature
    before, found, after = part.partition(b"&signature=")
    if not found:
        return part, None
    signature, more, rest = after.partition(b"&")
    return (before + b"&" + rest if more else before), signature


def read(query: bytes, body: bytes) -> dict[str, str]:
    """All parameters by name; what stands in the query wins over the body.

    Raises -1100 for bytes that are not UTF-8, -1101 for a name that one part holds twice.
    """
    values = _read_part(query) if query else {}
    if body:
        values = {**_read_part(body), **values}
    return values


def _read_part(part: bytes) -> dict[str, str]:
    pairs = part.split(b"&")
    if len(pairs) > MAX_PARAMETERS:
        raise ApiError(Error.TOO_MANY_PARAMETERS)
    try:
        if b"%" in part or b"+" in part:
            texts = [(_unquote(name), _unquote(value)) for name, value in map(_split, pairs)]
        else:
            # Most parts hold nothing that is encoded, and are decoded as a whole.
            texts = [pair.partition("=")[::2] for pair in part.decode().split("&")]
    except UnicodeDecodeError:
        raise ApiError(Error.ILLEGAL_CHARACTERS) from None
    values = dict(texts)
    if len(values) != len(texts) or "" in values:
        _refuse_duplicates(texts)
        values.pop("", None)
    return values


def _split(pair: bytes) -> tuple[bytes, bytes]:
    name, _, value = pair.partition(b"=")
    return name, value


def _refuse_duplicates(pairs: list[tuple[str, str]]) -> None:
    """-1101 for a name that stands twice; empty pieces between two "&" do not count."""
    names = [name for name, value in pairs if name or value]
    if len(set(names)) != len(names):
        raise ApiError(Error.DUPLICATE_PARAMETER)


def _unquote(raw: bytes) -> str:
    return unquote_to_bytes(raw.replace(b"+", b" ")).decode()


class Params:
    """Values by name, each read in the type that its documentation gives it."""

    __slots__ = ("values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def has(self, name: str) -> bool:
        """Whether it was sent at all, empty or not."""
        return name in self.values

    def optional(self, name: str) -> str | None:
        """The text, None if not sent; an empty one is -1105."""
        value = self.values.get(name)
        if value == "":
            raise ApiError(Error.PARAMETER_EMPTY, name)
        return value

    def text(self, name: str) -> str:
        """A mandatory text, or -1102."""
        value = self.values.get(name)
        if not value:
            raise ApiError(Error.MANDATORY_MISSING, name)
        return value

    def number(self, name: str) -> int | None:
        """A mandatory number at 1e-8, None beyond the eighth decimal; -1102 if it is none."""
        try:
            return parse(self.text(name))
        except TooPrecise:
            return None
        except NotANumber:
            raise ApiError(Error.MANDATORY_MISSING, name) from None

    def require_filled(self, *names: str) -> None:
        """-1105 for the first of these optional parameters that was sent empty."""
        for name in names:
            self.optional(name)

    def long(self, name: str) -> int:
        """A mandatory whole number, or -1102."""
        number = _whole(self.text(name))
        if number is None:
            raise ApiError(Error.MANDATORY_MISSING, name)
        return number

    def optional_long(self, name: str) -> int | None:
        """A whole number, None if not sent; -1130 if it is none."""
        value = self.optional(name)
        if value is None:
            return None
        number = _whole(value)
        if number is None:
            raise ApiError(Error.INVALID_PARAMETER, name)
        return number

    def limit(self, default: int, maximum: int) -> int:
        """`limit`: at least 1; above the maximum it is the maximum."""
        number = self.optional_long("limit")
        if number is None:
            return default
        if number < 1:
            raise ApiError(Error.INVALID_PARAMETER, "limit")
        return min(number, maximum)

    def flag(self, name: str) -> bool:
        """A mandatory "true" or "false" in any case, or -1102."""
        value = _truth(self.text(name))
        if value is None:
            raise ApiError(Error.MANDATORY_MISSING, name)
        return value

    def optional_flag(self, name: str, default: bool = False) -> bool:
        """True or false by its name in any case; -1130 if it is neither."""
        value = self.optional(name)
        if value is None:
            return default
        truth = _truth(value)
        if truth is None:
            raise ApiError(Error.INVALID_PARAMETER, name)
        return truth

    def member(self, name: str, kind: type[Member], error: ApiError) -> Member:
        """A mandatory member of an enum: -1102 if it was not sent, else `error`."""
        return member_of(self.text(name), kind, error)

    def client_order_id(self, name: str = "newClientOrderId") -> str:
        """A client's id by its published rule; empty if not sent; else -4015."""
        value = self.optional(name)
        if value is None:
            return ""
        if not CLIENT_ORDER_ID.fullmatch(value):
            raise ApiError(Error.BAD_CLIENT_ORDER_ID)
        return value

    def time_range(self) -> tuple[Millis | None, Millis | None]:
        """`startTime` and `endTime`; -1023 if the first is the later."""
        start, end = self._time("startTime"), self._time("endTime")
        if start is not None and end is not None and start > end:
            raise ApiError(Error.START_AFTER_END)
        return start, end

    def _time(self, name: str) -> Millis | None:
        value = self.optional_long(name)
        if value is not None and value < 0:
            raise ApiError(Error.INVALID_PARAMETER, name)
        return value


def member_of(value: str, kind: type[Member], error: ApiError) -> Member:
    """The enum's member of this value, or `error`."""
    try:
        return kind(value)
    except ValueError:
        raise error from None


def _whole(value: str) -> int | None:
    """A whole number of at most 64 bits, None if it is none."""
    if len(value) < MAX_DIGITS and value.isdigit() and value.isascii():
        return int(value)
    digits = value.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > MAX_DIGITS:
        return None
    number = int(value)
    return number if abs(number) <= MAX_LONG else None


def _truth(value: str) -> bool | None:
    return {"true": True, "false": False}.get(value.lower())


def precise(value: int | None, decimals: int) -> int:
    """The number that was read, or -1111 if it needs more decimals than its symbol has."""
    if value is None or decimals_of(value) > decimals:
        raise ApiError(Error.BAD_PRECISION)
    return value
