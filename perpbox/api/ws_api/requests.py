"""A request of the WebSocket API, read out of its text; and the texts that it may be signed over.

Values keep the text that was sent, so that the digits of a number are judged as they came.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import Raw, Struct

from perpbox.api.errors import ApiError, Error
from perpbox.api.guard import Signed
from perpbox.api.params import MAX_PARAMETERS, Params

ABSENT: Final = Raw(b"")
NULL: Final = b"null"
INT: Final = re.compile(rb"-?\d+")
FLAGS: Final = {b"true": "true", b"false": "false"}


class Envelope(Struct):
    """What every request is made of, each part still as it was sent."""

    id: Raw = ABSENT
    method: Raw = ABSENT
    params: Raw = ABSENT


ENVELOPE: Final = msgspec.json.Decoder(Envelope)
OBJECT: Final = msgspec.json.Decoder(dict[str, Raw])
TEXT: Final = msgspec.json.Decoder(str)


def read_envelope(message: str) -> Envelope:
    """[dec] -1013 for what is no JSON object: of the published errors the nearest."""
    try:
        return ENVELOPE.decode(message)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        raise ApiError(Error.INVALID_MESSAGE) from None


def read_id(envelope: Envelope) -> bytes:
    """The id as it was sent: a whole number, a text or null; -1102 without, -1130 if another."""
    raw = bytes(envelope.id)
    if not raw:
        raise ApiError(Error.MANDATORY_MISSING, "id")
    if raw != NULL and not INT.fullmatch(raw):
        _text(raw, "id")
    return raw


def read_method(envelope: Envelope) -> str:
    raw = bytes(envelope.method)
    method = _text(raw, "method") if raw else ""
    if not method:
        raise ApiError(Error.MANDATORY_MISSING, "method")
    return method


def read_params(envelope: Envelope) -> SentParams:
    """-1130 if they are no object, or if one of them is none of text, number, flag and null."""
    raw = bytes(envelope.params)
    if not raw or raw == NULL:
        return SentParams({}, [])
    try:
        sent = OBJECT.decode(raw)
    except msgspec.DecodeError:
        raise ApiError(Error.INVALID_PARAMETER, "params") from None
    if len(sent) > MAX_PARAMETERS:
        raise ApiError(Error.TOO_MANY_PARAMETERS)
    values: dict[str, str] = {}
    flags: list[str] = []
    for name, part in sent.items():
        value = bytes(part)
        if value in FLAGS:
            values[name] = FLAGS[value]
            flags.append(name)
        elif value != NULL:
            values[name] = _text(value, name) if value[0] in b'"[{' else value.decode()
    return SentParams(values, flags)


def _text(raw: bytes, name: str) -> str:
    try:
        return TEXT.decode(raw)
    except msgspec.DecodeError:
        raise ApiError(Error.INVALID_PARAMETER, name) from None


class SentParams(Params):
    """Parameters by name, as text; null is as good as not sent."""

    __slots__ = ("_flags",)

    def __init__(self, values: dict[str, str], flags: list[str]) -> None:
        super().__init__(values)
        self._flags = flags
        """The names of those that were sent as true or false."""

    def signed(self) -> Signed:
        """All but the signature, sorted by name, and the signature.

        Clients write a flag into what they sign as JSON has it or as Python has it.
        """
        signature = self.values.get("signature")
        texts = [_joined(self.values)]
        if self._flags:
            spelled = {name: self.values[name].capitalize() for name in self._flags}
            texts.append(_joined({**self.values, **spelled}))
        return tuple(texts), None if signature is None else signature.encode()


def _joined(values: Mapping[str, str]) -> bytes:
    pairs = [f"{name}={values[name]}" for name in sorted(values) if name != "signature"]
    return "&".join(pairs).encode()
