"""One perpbox relays another: its book, prices and trades show, and fill orders, on the second."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from websockets.sync.client import connect

from perpbox import demo
from perpbox.account import BUY, SELL
from perpbox.engine.commands import FollowMarket, MarketMove, SetFunding, SetLadders, SetLiquidity
from perpbox.engine.ladder import LadderTerms
from perpbox.feed.relay import RelayTerms
from perpbox.journal import verify
from perpbox.money import parse
from perpbox.server.background import Background, running
from perpbox.server.relay import Relay
from perpbox.server.settings import RelaySettings, Settings
from perpbox.venue import Venue
from tests.server.shell import PATIENCE, Kept

TOKEN: Final = "token"


class Follower:
    """A second perpbox that relays a first one, and its log."""

    def __init__(self, background: Background, url: str, **settings: Any) -> None:
        self.background = background
        self.log = Kept()
        self._terms = RelayTerms(
            url=url.replace("http://", "ws://"), first_pause=0.001, longest_pause=0.01, **settings
        )
        self._relay = self._run(self._begin)

    def _run(self, act: Callable[[], Any]) -> Any:
        loop = self.background._process.loop
        future: Future[Any] = asyncio.run_coroutine_threadsafe(act(), loop)
        return future.result(PATIENCE)

    async def _begin(self) -> Relay:
        process = self.background._process
        relay = Relay(self._terms, self.background.venue, self.log, process.fail)
        await relay.start()
        return relay

    def stop(self) -> None:
        self._run(self._relay.stop)

    def figures(self) -> dict[str, int]:
        return self.background.call(lambda _: self._relay._feed.figures())


@pytest.fixture
def first() -> Iterator[Background]:
    with running(Settings(port=0, token=TOKEN), Kept()) as background:
        yield background
        assert background.failures == 0


@pytest.fixture
def second() -> Iterator[Background]:
    with running(Settings(port=0, token=TOKEN), Kept()) as background:
        yield background
        assert background.failures == 0


@pytest.fixture
def follower(first: Background, second: Background) -> Iterator[Follower]:
    follower = Follower(second, first.base_url)
    listened_to(first)
    yield follower
    follower.stop()
    assert follower.figures() == {"malformed": 0, "dropped": 0, "missed": 0}


def ask(server: Background, path: str) -> Any:
    with urlopen(f"{server.base_url}{path}") as answer:
        return json.load(answer)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def listened_to(first: Background) -> None:
    """Until both connections of a relay have asked for their streams."""
    last = {"zecusdc@bookTicker", "!assetIndex@arr"}
    until(lambda: first.call(lambda _: last <= set(first._process.stage.hub.channels)))


def move(venue: Venue, price: str, *prints: tuple[int, str, str], spread: str = "0") -> None:
    """The market moves at the first: its middle, its spread, and trades of others."""
    middle = parse(price)
    rows = [(side, parse(at), parse(quantity)) for side, quantity, at in prints]
    moved = MarketMove("BTCUSDT", middle + parse("0.7"), middle - parse("0.3"), middle, rows)
    venue.submit(SetLadders({"BTCUSDT": LadderTerms(spread=parse(spread))}))
    venue.submit(FollowMarket([moved], {"BTC": middle}))


BOOK: Final = "/fapi/v1/ticker/bookTicker?symbol=BTCUSDT"
PRICES: Final = "/fapi/v1/premiumIndex?symbol=BTCUSDT"
LAST: Final = "/fapi/v2/ticker/price?symbol=BTCUSDT"


def best(server: Background) -> tuple[str, str]:
    told = ask(server, BOOK)
    return told["bidPrice"], told["askPrice"]


def prices(server: Background) -> list[Any]:
    told = ask(server, PRICES)
    names = ("markPrice", "indexPrice", "lastFundingRate", "nextFundingTime")
    return [told[name] for name in names]


def trader_of(server: Background) -> demo.Trader:
    trader = demo.Trader(server.base_url, TOKEN)
    trader.open_account("alice", {"USDT": "1000000"})
    return trader


def order(trader: demo.Trader, side: str, quantity: str, price: str) -> int:
    answer: Any = trader.signed(
        "POST",
        "/fapi/v1/order",
        symbol="BTCUSDT",
        side=side,
        type="LIMIT",
        timeInForce="GTC",
        quantity=quantity,
        price=price,
    )
    return int(answer["orderId"])


def executed(trader: demo.Trader, order_id: int) -> str:
    answer: Any = trader.signed("GET", "/fapi/v1/order", symbol="BTCUSDT", orderId=str(order_id))
    return str(answer["executedQty"])


def test_first_prices_are_the_first_venue_s(first: Background, second: Background) -> None:
    first.call(lambda venue: move(venue, "71000", (BUY, "1", "71003.3")))
    follower = Follower(second, first.base_url)
    assert ask(second, LAST)["price"] == "71003.30"
    assert prices(second)[:2] == prices(first)[:2]
    follower.stop()


@pytest.mark.parametrize("spread", ["0", "0.000001", "0.0001", "0.0123"])
def test_the_best_quotes_of_the_first_are_those_of_the_second(
    first: Background, second: Background, follower: Follower, spread: str
) -> None:
    for price in ("71000", "71000.05", "69999.9"):
        first.call(lambda venue: move(venue, price, spread=spread))  # noqa: B023
        until(lambda: best(second) == best(first))


def test_quotes_of_any_width_are_relayed(
    first: Background, second: Background, follower: Follower
) -> None:
    one = parse("1")
    for bid, ask_price in (("70000", "70000.1"), ("70000", "70005.5"), ("69000.3", "70010.2")):
        quotes = SetLiquidity("BTCUSDT", [(parse(bid), one)], [(parse(ask_price), one)])
        first.call(lambda venue: venue.submit(quotes))  # noqa: B023
        until(lambda: best(second) == best(first))


def test_mark_index_and_funding_of_the_first_show_in_the_second(
    first: Background, second: Background, follower: Follower
) -> None:
    def set_rate(venue: Venue) -> None:
        terms = venue.state.markets["BTCUSDT"].funding
        fixed = type(terms)(4, terms.interest_rate, terms.floor, terms.cap, parse("0.00123"))
        venue.submit(SetFunding({"BTCUSDT": fixed}))

    first.call(lambda venue: move(venue, "71000"))
    until(lambda: prices(second)[:2] == prices(first)[:2])
    assert prices(first)[0] == "71000.70000000"
    first.call(set_rate)
    second.call(_forget_the_pace)
    until(lambda: prices(second)[2:] == prices(first)[2:])
    indexes = "/fapi/v1/assetIndex?symbol=BTCUSD"
    until(lambda: ask(second, indexes)["index"] == ask(first, indexes)["index"])


def _forget_the_pace(venue: Venue) -> None:
    """As if the last rate had been taken long ago."""
    feed: Any = venue._feed
    for mirror in feed.mirrors.values():
        mirror.funding_taken = 0


def test_trades_of_the_first_are_told_by_the_second(
    first: Background, second: Background, follower: Follower
) -> None:
    address = second.base_url.replace("http://", "ws://")
    with connect(f"{address}/market/ws/btcusdt@aggTrade", proxy=None) as stream:
        first.call(lambda venue: move(venue, "71000", (BUY, "0.5", "71003.3")))
        first.call(lambda venue: move(venue, "71000", (SELL, "0.2", "70998.1")))
        told = [json.loads(stream.recv(timeout=PATIENCE)) for _ in range(2)]
    rows = [(row["p"], row["q"], row["m"]) for row in told]
    assert rows == [("71003.30", "0.500", False), ("70998.10", "0.200", True)]
    until(lambda: ask(second, LAST)["price"] == "70998.10")


def test_a_trade_at_the_first_fills_an_order_at_the_second(
    first: Background, second: Background, follower: Follower
) -> None:
    first.call(lambda venue: move(venue, "71000"))
    until(lambda: best(second) == best(first) and prices(second) == prices(first))
    bob = trader_of(second)
    bid = order(bob, "BUY", "0.300", "70500")
    offer = order(bob, "SELL", "0.300", "71500")
    first.call(lambda venue: move(venue, "71000", (SELL, "0.1", "70499.9")))
    until(lambda: executed(bob, bid) == "0.1")
    first.call(lambda venue: move(venue, "71000", (BUY, "5", "71600")))
    until(lambda: executed(bob, offer) == "0.3")
    assert executed(bob, bid) == "0.1"


def test_an_order_that_the_quotes_reach_is_filled(
    first: Background, second: Background, follower: Follower
) -> None:
    first.call(lambda venue: move(venue, "71000"))
    until(lambda: best(second) == best(first) and prices(second) == prices(first))
    bob = trader_of(second)
    bid = order(bob, "BUY", "0.300", "70500")
    first.call(lambda venue: move(venue, "70400"))
    until(lambda: executed(bob, bid) == "0.3")


def test_a_client_of_the_first_trades_with_nobody_at_the_second(
    first: Background, second: Background, follower: Follower
) -> None:
    """Its trade shows on both tapes; its money stays where it is."""
    alice = trader_of(first)
    alice.signed(
        "POST", "/fapi/v1/order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.5"
    )
    until(lambda: ask(second, LAST) == {**ask(first, LAST), "time": ask(second, LAST)["time"]})
    assert second.call(lambda venue: venue.state.markets["BTCUSDT"].house_quantity) == 0


def test_a_first_that_is_gone_and_comes_back_is_followed_on(second: Background) -> None:
    with running(Settings(port=0, token=TOKEN), Kept()) as first:
        follower = Follower(second, first.base_url)
        first.call(lambda venue: move(venue, "71000"))
        until(lambda: best(second) == best(first))
        kept = best(first)
        port = urlsplit(first.base_url).port
    until(lambda: any(entry["event"] == "relay cut" for entry in follower.log.entries))
    assert best(second) == kept
    with running(Settings(port=port or 0, token=TOKEN), Kept()) as first:
        first.call(lambda venue: move(venue, "72000", (BUY, "1", "72000.1")))
        until(lambda: best(second) == best(first))
        listened_to(first)
        first.call(lambda venue: move(venue, "72000", (BUY, "1", "72003.3")))
        until(lambda: ask(second, LAST)["price"] == "72003.30")
        follower.stop()
    assert follower.figures()["malformed"] == 0


def test_every_symbol_is_listened_to(
    first: Background, second: Background, follower: Follower
) -> None:
    def streams() -> list[object]:
        events = [entry for entry in follower.log.entries if entry["event"] == "relay connected"]
        return sorted(entry["streams"] for entry in events)  # type: ignore[type-var]

    symbols = len(second.call(lambda venue: venue.state.markets))
    until(lambda: streams() == [symbols, symbols + 2])


def test_a_venue_is_told_to_relay_as_to_anything_else(first: Background, tmp_path: Path) -> None:
    address = first.base_url.replace("http://", "ws://")
    relay = RelaySettings(symbols=("BTCUSDT", "ETHUSDT"))
    first.call(lambda venue: move(venue, "71000", (BUY, "1", "71003.3")))
    log, path = Kept(), tmp_path / "venue.sqlite"
    settings = Settings(port=0, data=str(path), feed=(f"relay:{address}",), relay=relay)
    with running(settings, log) as second:
        assert ask(second, LAST)["price"] == "71003.30"
        until(
            lambda: first.call(lambda _: "btcusdt@bookTicker" in first._process.stage.hub.channels)
        )
        first.call(lambda venue: move(venue, "72000"))
        until(lambda: best(second) == best(first))
        assert ask(second, "/box/v1/status")["feed"] == {"kind": "relay", "running": True}
        with pytest.raises(HTTPError, match="409"):
            set_clock(second, mode="fast")
        with pytest.raises(HTTPError, match="409"):
            set_clock(second, speed=60)
        assert set_clock(second, mode="real")["mode"] == "real"
    until(lambda: not first.call(lambda _: first._process.stage.hub.channels))
    events = [entry["event"] for entry in log.entries]
    assert events[0] == "relaying"
    assert "started" in events
    assert events[-2:] == ["stopping", "stopped"]
    report = verify(path)
    assert report.holds
    assert report.turns > 3


def set_clock(server: Background, **wanted: object) -> Any:
    body = json.dumps(wanted).encode()
    with urlopen(Request(f"{server.base_url}/box/v1/clock", data=body, method="POST")) as answer:
        return json.load(answer)
