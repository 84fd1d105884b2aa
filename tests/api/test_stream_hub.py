"""The hub under listeners who come and go: nobody hears what is not for them, nothing is left."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from perpbox.api.streams.hub import TICK, wrap
from tests.api.exchange import MINUTE, SECOND, Exchange, HeldJournal
from tests.api.listening import Connection, unframed
from tests.api.test_stream_names import DOCUMENTED, NONSENSE
from tests.api.trader import ORDER, Trader, limit_order, open_trader

NAMES: Final = (*DOCUMENTED, "ethusdc@depth", "adausdt@bookTicker", *NONSENSE[:6])
WHO: Final = st.integers(0, 3)
STEPS: Final = st.lists(
    st.one_of(
        st.tuples(st.just("join"), WHO, st.lists(st.sampled_from(NAMES), max_size=9)),
        st.tuples(st.just("leave"), WHO, st.lists(st.sampled_from(NAMES), max_size=9)),
        st.tuples(st.just("close"), WHO, st.none()),
        st.tuples(st.just("trade"), WHO, st.none()),
        st.tuples(st.just("move"), st.integers(49_000, 51_000), st.none()),
        st.tuples(st.just("pass"), st.integers(1, 3 * MINUTE), st.none()),
        st.tuples(st.just("tick"), st.integers(1, 60), st.none()),
        st.tuples(st.just("rest"), st.integers(0, 1), st.none()),
        st.tuples(st.just("push"), st.just(0), st.none()),
        st.tuples(st.just("hold"), st.just(0), st.none()),
        st.tuples(st.just("write"), st.integers(1, 9), st.none()),
    ),
    max_size=40,
)


class Hall:
    """Four connections to one venue, each open or not, and all that they were sent."""

    def __init__(self) -> None:
        self.journal = HeldJournal()
        self.exchange = Exchange(self.journal)
        self.trader: Trader = open_trader(self.exchange, USDT="1000000")
        self.open: dict[int, Connection] = {}
        self.known: dict[int, set[str]] = {}
        self.read: dict[int, int] = {}

    def join(self, who: int, names: list[str]) -> None:
        if who not in self.open:
            self.open[who] = Connection(self.exchange, "/stream")
            self.known[who] = set()
            self.read[who] = 0
        self.open[who].session.join(names)
        self.known[who] |= set(names)

    def leave(self, who: int, names: list[str]) -> None:
        if who in self.open:
            self.listen()
            self.open[who].session.leave(names)
            self.known[who] -= set(names)

    def close(self, who: int) -> None:
        if who in self.open:
            self.open.pop(who).leave()

    def trade(self, who: int) -> None:
        side = ("BUY", "SELL")[who % 2]
        force = ("IOC", "GTC")[who // 2]
        order = limit_order(side, "0.1", "50000", timeInForce=force)
        self.exchange.api.answer(self.trader.request("POST", ORDER, **order))

    def listen(self) -> None:
        """Each hears of what it listens to alone, and of nothing that is not durable."""
        for who, connection in self.open.items():
            frames = connection.frames[self.read[who] :]
            self.read[who] = len(connection.frames)
            for frame in frames:
                message = msgspec.json.decode(unframed(frame))
                assert message["stream"] in self.known[who]
                assert message["data"]

    def act(self, what: str, one: int, more: Any) -> None:
        exchange = self.exchange
        if what in {"join", "leave"}:
            getattr(self, what)(one, more)
        elif what in {"close", "trade"}:
            getattr(self, what)(one)
        elif what == "move":
            exchange.move(BTCUSDT=str(one))
        elif what == "pass":
            exchange.pass_time(one)
        elif what == "tick":
            exchange.tick(one * TICK)
        elif what == "rest":
            exchange.at_rest = bool(one)
        elif what == "push":
            exchange.push()
        elif what == "hold":
            self.journal.hold()
        else:
            self.journal.write(one)


@given(STEPS)
def test_listeners_come_and_go(steps: list[tuple[str, int, Any]]) -> None:
    hall = Hall()
    hub = hall.exchange.streams.hub
    for step in steps:
        hall.act(*step)
        hall.listen()
        heard: set[str] = set().union(*(hall.known[who] for who in hall.open))
        assert set(hub.channels) == heard
    hall.journal.holds = False
    hall.exchange.push()
    hall.exchange.tick(SECOND)
    hall.listen()
    for who in list(hall.open):
        hall.close(who)
    assert hub.channels == {}
    assert not hub.is_paced


@given(st.text(), st.binary())
def test_a_wrapped_message_is_json_whatever_the_name(name: str, data: bytes) -> None:
    payload = msgspec.json.encode(data.hex())
    assert msgspec.json.decode(wrap(name, payload)) == {"stream": name, "data": data.hex()}
