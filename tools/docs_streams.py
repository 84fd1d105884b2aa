"""Makes docs/streams.md out of the names, events and bounds that the streams run on."""

from __future__ import annotations

from typing import Final

from perpbox.api.limits import CONNECTION_WINDOW, CONNECTIONS, MINUTE
from perpbox.api.streams.hub import TICK
from perpbox.api.streams.listen_keys import LIFE
from perpbox.api.streams.names import (
    CONTINUOUS_INTERVALS,
    DEPTH_SPEEDS,
    EVERYTHING,
    INTERVALS,
    KLINE_SPEED,
    LEVELS,
    PLAIN,
    SECOND,
    Kind,
)
from perpbox.api.streams.requests import METHODS
from perpbox.api.streams.session import MOST_STREAMS, StreamSession
from perpbox.api.ws_api.app import PATH
from perpbox.money import Millis
from perpbox.server.wire import Bounds
from tools.docs_table import table
from tools.docs_words import EVENTS, STREAMS

BOUNDS: Final = Bounds()
KIBIBYTE: Final = 1024
SPOKEN: Final = {"assetIndex": "<asset index>"}
"""What stands before the "@" where it is no symbol."""


def streams_page() -> str:
    return f"""\
# Streams

Made by `make docs` from `perpbox/api/streams`; change that, not this. Fields are those of Binance's
pages; where those leave a choice, [decisions.md](decisions.md) has it, under "Market streams" and
"User data streams". The WebSocket API at `{PATH}` is in [endpoints.md](endpoints.md).

## Addresses

{table(("address", "what is listened to"), ADDRESSES)}

All of them are on the port of REST, and each with `/public`, `/market` or `/private` before it or
without: every one serves every stream. The first two bring messages as they are, `/stream` wraps
them as `{{"stream": "...", "data": {{...}}}}`. A name that asks for nothing may be
listened to and is silent, as on the live service.

On an open connection {", ".join(METHODS)}
are taken, as `{{"method": "SUBSCRIBE", "params": ["btcusdt@aggTrade"], "id": 1}}`.

## Market streams

{table(("stream", "pushed", "what it shows"), names())}

Intervals are {", ".join(INTERVALS)}; of `continuousKline` also {extra_intervals()}. Symbols are in
small letters. A stream that shows how something stands tells it at once to whoever begins to
listen, and then when it has changed, at most so often.

Speeds are of the venue's time while its clock runs, looked at every {TICK} ms of the machine's.
While it stands (`--clock manual`), nothing waits: every turn is told when it has happened, so that
a test moves the venue and reads.

## User data streams

`POST /fapi/v1/listenKey` gives a key for {LIFE // MINUTE} minutes of the venue's time, `PUT` makes
it good for as many again; it outlives a restart. `events=` leaves out what is not named.

{table(("event", "told when"), [(f"`{name}`", words) for name, words in EVENTS.items()])}

Events come in the order of what happened, every one after the journal has made it durable. An
order's answer and its event come over two connections, and either may be there first.

## Limits

{table(("what", "at most"), limits())}

The count of connections goes by `--limits`; the others hold always. A client that does not read
is cut off, and the moment is {BOUNDS.unread_seconds:.0f} s. Nothing is told twice: who has lost
the connection asks by REST how things stand, and listens again.
"""


ADDRESSES: Final = (
    ("`/ws/<stream>`, `/ws/<stream>/<stream>`", "these streams"),
    ("`/ws`", "nothing yet: SUBSCRIBE"),
    ("`/stream?streams=<stream>/<stream>`", "these streams, wrapped"),
    ("`/ws/<listen key>`, `/ws?listenKey=<listen key>`", "an account"),
    ("`/ws?listenKey=<listen key>&events=<event>/<event>`", "these events of an account"),
)


def names() -> list[tuple[str, str, str]]:
    """A row for every stream: of one symbol, then of all."""
    rows = [
        (f"{SPOKEN.get(rest, '<symbol>')}@{rest}", speed, kind)
        for rest, (kind, speed) in PLAIN.items()
    ]
    rows.append(("<symbol>@kline_<interval>", KLINE_SPEED, Kind.KLINE))
    rows.append(("<pair>_perpetual@continuousKline_<interval>", KLINE_SPEED, Kind.CONTINUOUS_KLINE))
    for kind, levels in ((Kind.DIFF_DEPTH, ""), (Kind.PARTIAL_DEPTH, f"<{'/'.join(LEVELS)}>")):
        rows += [
            (f"<symbol>@depth{levels}{tail}", speed, kind) for tail, speed in DEPTH_SPEEDS.items()
        ]
    rows += [(name, asked.speed, asked.kind) for name, asked in EVERYTHING.items()]
    return [(f"`{name}`", pace(speed), STREAMS[kind]) for name, speed, kind in rows]


def pace(speed: Millis) -> str:
    if not speed:
        return "at once"
    return f"{speed // SECOND} s" if speed % SECOND == 0 else f"{speed} ms"


def extra_intervals() -> str:
    return ", ".join(each for each in CONTINUOUS_INTERVALS if each not in INTERVALS)


def limits() -> list[tuple[str, str]]:
    return [
        ("streams of a connection", str(MOST_STREAMS)),
        ("messages that a client sends, in a second", str(StreamSession.messages_per_second)),
        (
            f"connections of an address, in {CONNECTION_WINDOW // MINUTE} minutes",
            str(CONNECTIONS),
        ),
        ("life of a connection", "24 hours of the venue's time"),
        ("between two pings", f"{BOUNDS.ping_seconds:.0f} s"),
        ("without a pong", f"{BOUNDS.pong_seconds:.0f} s"),
        ("a message that a client sends", f"{BOUNDS.message // KIBIBYTE} KiB"),
        ("what waits for a client that does not read", f"{BOUNDS.unsent_frames // KIBIBYTE} KiB"),
        ("the same, for a moment", f"{BOUNDS.most_unsent_frames // KIBIBYTE} KiB"),
        ("connections of a process, REST among them", str(BOUNDS.connections)),
    ]
