"""Books as streams: whoever keeps one by the published procedure has the venue's own."""

from __future__ import annotations

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpbox.api.streams.depth import differing
from perpbox.api.streams.hub import TICK
from perpbox.engine.commands import FollowMarket, MarketMove, SetLadders
from perpbox.engine.ladder import LadderTerms
from perpbox.money import parse
from tests.api.exchange import SECOND, Exchange
from tests.api.listening import Connection
from tests.api.local_book import LocalBook, OutOfStep, Sides, best, snapshot, standing
from tests.api.trader import ORDER, Trader, limit_order, open_trader

SPEEDS: Final = ("", "@500ms", "@250ms", "@100ms", "@0ms")
DIFFS: Final = (*(f"btcusdt@depth{speed}" for speed in SPEEDS), "btcusdt@rpiDepth@500ms")
PARTS: Final = tuple(f"btcusdt@depth{levels}{speed}" for levels in (5, 10, 20) for speed in SPEEDS)
TICKERS: Final = ("btcusdt@bookTicker", "!bookTicker")
SYMBOL: Final = "BTCUSDT"

PRICES: Final = [f"{price:.1f}" for price in (49_900, 49_990, 49_999.9, 50_000, 50_000.1, 50_060)]
QUANTITIES: Final = ("0.002", "0.5", "1.2", "3")


class Watcher:
    """Listens to everything that shows BTCUSDT's book, and holds each message against it."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.market = exchange.state.markets[SYMBOL]
        self.states: dict[int, Sides] = {}
        self.events: dict[str, list[Any]] = {name: [] for name in DIFFS}
        self.books: dict[str, list[LocalBook]] = {name: [] for name in DIFFS}
        self.last: dict[str, Any] = {}
        self.remember()
        names = "/".join((*DIFFS, *PARTS, *TICKERS))
        self.connection = Connection(exchange, f"/stream?streams={names}")
        self.listen()

    def remember(self) -> None:
        number, sides = standing(self.market)
        self.states[number] = sides

    def take_snapshot(self) -> None:
        """A client begins, or begins again, on each of the streams."""
        told = snapshot(self.exchange, SYMBOL)
        assert (dict(told["bids"]), dict(told["asks"])) == standing(self.market)[1]
        for name in DIFFS:
            self.books[name].append(LocalBook(told, self.events[name]))

    def listen(self) -> None:
        """What has been pushed; each message shows the book of the number that it bears."""
        for message in self.connection.messages():
            name, data = message["stream"], message["data"]
            if data["s"] != SYMBOL:
                continue
            if name in DIFFS:
                self.events[name].append(data)
                self.follow(name, data)
            elif name in TICKERS:
                self.check_best(data)
            else:
                self.check_part(name, data)
            self.last[name] = data

    def follow(self, name: str, event: Any) -> None:
        for book in self.books[name]:
            book.take(event)
            if event["u"] >= book.last_update_id:
                assert book.sides == self.states[event["u"]], name

    def check_part(self, name: str, data: Any) -> None:
        count = int(name.partition("@depth")[2].partition("@")[0])
        assert [data["b"], data["a"]] == best(self.states[data["u"]], count), name
        if name in self.last:
            assert data["pu"] == self.last[name]["u"], name

    def check_best(self, data: Any) -> None:
        bids, asks = best(self.states[data["u"]], 1)
        assert [data["b"], data["B"]] == (bids[0] if bids else ["0.00", "0.000"])
        assert [data["a"], data["A"]] == (asks[0] if asks else ["0.00", "0.000"])

    def all_pushed(self) -> None:
        """Whatever there was has been pushed: all that was told last stands."""
        sides = standing(self.market)[1]
        for name, books in self.books.items():
            for book in books:
                assert book.sides == sides, name
        for count in (5, 10, 20):
            told = snapshot(self.exchange, SYMBOL, count)
            for name in PARTS:
                if f"@depth{count}" in name:
                    part = self.last[name]
                    assert (part["b"], part["a"]) == (told["bids"], told["asks"]), name
        told = self.exchange.get("/fapi/v1/ticker/bookTicker", f"symbol={SYMBOL}")
        for name in TICKERS:
            data = self.last[name]
            assert (data["b"], data["B"]) == (told["bidPrice"], told["bidQty"])
            assert (data["a"], data["A"]) == (told["askPrice"], told["askQty"])


class Market:
    """Two traders and an operator, who do what dice say."""

    def __init__(self) -> None:
        self.exchange = Exchange()
        self.traders = [
            open_trader(self.exchange, name, USDT="10000000") for name in ("alice", "bob")
        ]
        self.watcher = Watcher(self.exchange)

    def act(self, deed: str, who: int, price: str, quantity: str) -> None:
        trader = self.traders[who % 2]
        side = ("BUY", "SELL")[who // 2]
        if deed == "place":
            trader.ask("POST", ORDER, **limit_order(side, quantity, price))
        elif deed == "take":
            trader.ask("POST", ORDER, **limit_order(side, quantity, price, timeInForce="IOC"))
        elif deed == "move":
            self.exchange.move(BTCUSDT=price)
        elif deed == "quote":
            self._quote(side, float(price), quantity)
        elif deed == "ladder":
            terms = LadderTerms(levels=1 + 10 * who, queued=who > 1, notional=10_000)
            self.exchange.submit(SetLadders({SYMBOL: terms}))
        elif deed == "follow":
            taker, printed = 1 if side == "BUY" else -1, parse(price)
            prints = [(taker, printed, parse(quantity))]
            move = MarketMove(SYMBOL, parse("50000"), parse("50000"), printed, prints)
            self.exchange.submit(FollowMarket([move], {}))
        else:
            for order in trader.get("/fapi/v1/openOrders", symbol=SYMBOL)[:1]:
                changed = {"symbol": SYMBOL, "orderId": order["orderId"]}
                if deed == "cancel":
                    trader.ask("DELETE", ORDER, **changed)
                else:
                    changed |= {"side": order["side"], "quantity": quantity, "price": price}
                    trader.ask("PUT", ORDER, **changed)
        self.watcher.remember()

    def _quote(self, side: str, price: float, quantity: str) -> None:
        """On both sides or, where it says SELL, on one."""
        above = [(f"{price + step:.1f}", quantity) for step in (0.1, 0.5, 70)]
        below = [(f"{price - step:.1f}", quantity) for step in (0.1, 0.5, 70)]
        self.exchange.quote(SYMBOL, below if side == "BUY" else [], above)


DEEDS: Final = st.tuples(
    st.sampled_from(("place", "take", "amend", "cancel", "move", "quote", "ladder", "follow")),
    st.integers(0, 3),
    st.sampled_from(PRICES),
    st.sampled_from(QUANTITIES),
)
SNAPSHOT: Final = "snapshot"
PUSH: Final = "push"
STEPS: Final = st.lists(
    st.one_of(DEEDS, DEEDS, DEEDS, st.just(SNAPSHOT), st.just(PUSH)), min_size=4, max_size=30
)


@given(STEPS)
def test_a_local_book_is_the_venues_at_rest(steps: list[Any]) -> None:
    """Whatever comes between two pushes, and wherever snapshots are taken."""
    market = Market()
    watcher = market.watcher
    for step in steps:
        if step == SNAPSHOT:
            watcher.take_snapshot()
        elif step == PUSH:
            watcher.listen()
            watcher.all_pushed()
        else:
            market.act(*step)
    watcher.listen()
    watcher.all_pushed()


@given(st.lists(st.one_of(DEEDS, DEEDS, st.just(SNAPSHOT), st.integers(1, 6)), max_size=30))
def test_a_local_book_is_the_venues_while_time_passes(steps: list[Any]) -> None:
    """Each stream at its own speed: an integer lets so many beats of the clock pass."""
    market = Market()
    watcher = market.watcher
    market.exchange.at_rest = False
    for step in steps:
        if step == SNAPSHOT:
            watcher.take_snapshot()
        elif isinstance(step, int):
            market.exchange.tick(step * TICK)
            watcher.listen()
        else:
            market.act(*step)
    market.exchange.tick(5 * SECOND)
    watcher.listen()
    watcher.all_pushed()


def test_a_level_that_a_snapshot_has_shown_is_told_as_gone(exchange: Exchange) -> None:
    """Between two messages it came and went, and in between a client has read the book."""
    trader = open_trader(exchange)
    watcher = Watcher(exchange)
    exchange.at_rest = False
    order = trader.limit("BUY", "0.5", "49000")
    watcher.take_snapshot()
    trader.delete(ORDER, symbol=SYMBOL, orderId=order["orderId"])
    watcher.remember()
    exchange.tick(SECOND)
    watcher.listen()
    assert watcher.last["btcusdt@depth"]["b"] == [["49000.00", "0.000"]]
    watcher.all_pushed()


def test_what_came_and_went_unseen_is_not_told(exchange: Exchange, alice: Trader) -> None:
    stream = Connection(exchange, "/ws/btcusdt@depth")
    exchange.at_rest = False
    order = alice.limit("BUY", "0.1", "49000")
    alice.delete(ORDER, symbol=SYMBOL, orderId=order["orderId"])
    exchange.tick(SECOND)
    assert stream.messages() == []
    alice.limit("BUY", "0.1", "49001")
    exchange.tick(SECOND)
    assert stream.message()["b"] == [["49001.00", "0.100"]]


def test_levels_beyond_the_deepest_snapshot_come_and_go(exchange: Exchange) -> None:
    """A thousand a side are shown; what falls out of them is told as gone, and may come back."""
    watcher = Watcher(exchange)
    watcher.take_snapshot()
    bids = [(f"{49_000 - step}", "1") for step in range(1_010)]
    for shown in (bids, [("49100", "1"), *bids], bids[20:]):
        exchange.quote(SYMBOL, shown, [("50000.1", "1")])
        watcher.remember()
        watcher.listen()
        watcher.all_pushed()


@given(*[st.dictionaries(st.integers(1, 9), st.integers(1, 3))] * 2)
def test_books_differ_where_one_has_another_quantity(
    one: dict[int, int], other: dict[int, int]
) -> None:
    expected = {price for price in range(1, 10) if one.get(price, 0) != other.get(price, 0)}
    assert differing(one, other) == differing(other, one) == expected


def test_a_client_that_misses_a_message_notices(exchange: Exchange, alice: Trader) -> None:
    """So the test above would notice too."""
    stream = Connection(exchange, "/ws/btcusdt@depth")
    told = snapshot(exchange, SYMBOL)
    for price in ("49000", "49001", "49002"):
        alice.limit("BUY", "0.1", price)
        exchange.push()
    first, _, third = stream.messages()
    with pytest.raises(OutOfStep):
        LocalBook(told, [first, third])
    with pytest.raises(OutOfStep):
        LocalBook(told, [third])


def test_the_time_of_a_book_is_that_of_its_change(exchange: Exchange, alice: Trader) -> None:
    """Not of the last price or trade, and nobody else's."""
    names = "btcusdt@depth/btcusdt@depth5/btcusdt@bookTicker"
    stream = Connection(exchange, f"/stream?streams={names}")
    stream.messages()
    exchange.at_rest = False
    exchange.clock.set(exchange.now + 40)
    rested = exchange.now
    alice.limit("BUY", "0.1", "49999.9")
    exchange.tick(30 * TICK)
    exchange.move(ETHUSDC="2501")
    exchange.tick(30 * TICK)
    told = {message["stream"]: message["data"] for message in stream.messages()}
    assert set(told) == set(names.split("/"))
    assert {data["T"] for data in told.values()} == {rested}
    assert all(rested <= data["E"] <= exchange.now for data in told.values())
    assert snapshot(exchange, SYMBOL)["T"] == rested
