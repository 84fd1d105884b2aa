"""What another venue's public streams tell, read whole and without doubles."""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec
from msgspec import Struct, field

from perpbox.money import Millis


class Malformed(ValueError):
    """No message of a stream that is listened to."""


class BookTicker(Struct, frozen=True, gc=False, tag_field="e", tag="bookTicker"):
    """The best quotes; zeros where a side is empty."""

    symbol: str = field(name="s")
    bid: str = field(name="b")
    ask: str = field(name="a")


class AggregateTrade(Struct, frozen=True, gc=False, tag_field="e", tag="aggTrade"):
    symbol: str = field(name="s")
    aggregate_id: int = field(name="a")
    price: str = field(name="p")
    quantity: str = field(name="q")
    buyer_is_maker: bool = field(name="m")


class MarkPrice(Struct, frozen=True, gc=False, tag_field="e", tag="markPriceUpdate"):
    symbol: str = field(name="s")
    mark: str = field(name="p")
    index: str = field(name="i")
    rate: str = field(name="r")
    """Of the next settlement, as it stands; empty where nothing is settled."""
    next_funding: Millis = field(name="T")
    time: Millis = field(name="E")
    """By the other venue's clock."""


class AssetIndex(Struct, frozen=True, gc=False, tag_field="e", tag="assetIndexUpdate"):
    symbol: str = field(name="s")
    """Of the index: BTCUSD."""
    price: str = field(name="i")


class Complaint(Struct, frozen=True):
    code: int = 0
    msg: str = ""


class _Envelope(Struct, frozen=True):
    """What a combined stream wraps its messages in, or the answer to a SUBSCRIBE."""

    data: (
        BookTicker | AggregateTrade | MarkPrice | AssetIndex | list[MarkPrice | AssetIndex] | None
    ) = None
    error: Complaint | None = None
    code: int = 0
    msg: str = ""
    id: int | str | None = None


Told: TypeAlias = BookTicker | AggregateTrade | MarkPrice | AssetIndex | Complaint

_DECODER: Final = msgspec.json.Decoder(_Envelope)


def read(message: bytes) -> list[Told]:
    """What a message tells, nothing if it only says that all is well. Raises `Malformed`."""
    try:
        envelope = _DECODER.decode(message)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Malformed(str(error)) from error
    data = envelope.data
    if isinstance(data, list):
        return [*data]
    if data is not None:
        return [data]
    if envelope.error is not None:
        return [envelope.error]
    if envelope.code:
        return [Complaint(envelope.code, envelope.msg)]
    if envelope.id is None:
        raise Malformed("neither a stream's message nor an answer")
    return []
