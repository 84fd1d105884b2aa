"""What a client asks of its connection to the streams, read with the published errors."""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec
from msgspec import UNSET, Struct, UnsetType

RequestId: TypeAlias = int | str | None

METHODS: Final = (
    "SUBSCRIBE",
    "UNSUBSCRIBE",
    "LIST_SUBSCRIPTIONS",
    "SET_PROPERTY",
    "GET_PROPERTY",
)
EXPECTED: Final = ", ".join(f"`{method}`" for method in METHODS)
COMBINED: Final = "combined"
UNKNOWN_PROPERTY: Final = 0
NOT_A_BOOLEAN: Final = 1
INVALID_REQUEST: Final = 2
INVALID_JSON: Final = 3
LARGEST_ID: Final = 2**64 - 1


class Malformed(Exception):
    """A request that cannot be done; the page on live subscribing has its code and message."""

    def __init__(self, code: int, message: str, request_id: RequestId = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.request_id = request_id


def told_error(error: Malformed) -> dict[str, object]:
    """[dec] In a field of its own, as clients report it, with the id as far as it was read."""
    return {"error": {"code": error.code, "msg": error.message}, "id": error.request_id}


class Asked:
    """A request whose method and id are good."""

    __slots__ = ("id", "method", "params")

    def __init__(self, method: str, params: list[object], request_id: RequestId) -> None:
        self.method = method
        self.params = params
        self.id = request_id

    def names(self) -> list[str]:
        """The streams' names, each once."""
        names = [name for name in self.params if isinstance(name, str)]
        if len(names) != len(self.params):
            raise self._invalid("invalid type: expected a string")
        return list(dict.fromkeys(names))

    def require_at_most(self, count: int) -> None:
        if len(self.params) > count:
            raise self._invalid("too many parameters")

    def require_combined(self, more: int = 0) -> None:
        """The first parameter names the only property that there is."""
        name = self.params[0] if self.params else None
        if not isinstance(name, str):
            raise self._invalid("property name must be a string")
        self.require_at_most(1 + more)
        if name != COMBINED:
            raise Malformed(UNKNOWN_PROPERTY, "Unknown property", self.id)

    def combined_property(self) -> bool:
        """What the property is to be."""
        self.require_combined(more=1)
        value = self.params[1] if len(self.params) > 1 else None
        if not isinstance(value, bool):
            raise Malformed(NOT_A_BOOLEAN, "Invalid value type: expected Boolean", self.id)
        return value

    def _invalid(self, why: str) -> Malformed:
        return Malformed(INVALID_REQUEST, f"Invalid request: {why}", self.id)


class Raw(Struct):
    method: object = UNSET
    params: object = UNSET
    id: object = UNSET


def read(message: str) -> Asked:
    """The request in a text, or `Malformed`."""
    try:
        raw = msgspec.json.decode(message, type=Raw)
    except msgspec.ValidationError:
        raise Malformed(INVALID_REQUEST, "Invalid request: expected an object") from None
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        line, column = _place(message, str(error))
        text = f"Invalid JSON: expected value at line {line} column {column}"
        raise Malformed(INVALID_JSON, text) from None
    request_id = _id_of(raw.id)
    method = _method_of(message, raw.method, request_id)
    if isinstance(raw.params, UnsetType) or raw.params is None:
        params: list[object] = []
    elif isinstance(raw.params, list):
        params = raw.params
    else:
        raise Malformed(
            INVALID_REQUEST, "Invalid request: invalid type: expected a sequence", request_id
        )
    return Asked(method, params, request_id)


def _id_of(value: object) -> RequestId:
    """[dec] A text is as good as an unsigned integer: clients send both and are answered."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_ID:
        return value
    raise Malformed(INVALID_REQUEST, "Invalid request: request ID must be an unsigned integer")


def _method_of(message: str, value: object, request_id: RequestId) -> str:
    if isinstance(value, UnsetType):
        place = f"at line 1 column {len(message)}"
        raise Malformed(
            INVALID_REQUEST, f"Invalid request: missing field `method` {place}", request_id
        )
    if not isinstance(value, str):
        raise Malformed(
            INVALID_REQUEST, "Invalid request: invalid type: expected a string", request_id
        )
    if value not in METHODS:
        place = f"at line 1 column {message.find(value) + len(value) + 1}"
        raise Malformed(
            INVALID_REQUEST,
            f"Invalid request: unknown variant `{value}`, expected one of {EXPECTED} {place}",
            request_id,
        )
    return value


def _place(message: str, error: str) -> tuple[int, int]:
    """Line and column of the byte that the decoder names, or the end of the text."""
    _, _, byte = error.rpartition("(byte ")
    digits = byte.rstrip(")")
    encoded = message.encode("utf-8", "surrogatepass")
    before = encoded[: int(digits)] if digits.isdigit() else encoded
    return before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
