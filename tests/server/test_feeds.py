"""Feeds of a whole server: which one runs, what its end does, and that requests are answered."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from perpbox import demo
from perpbox.engine.commands import Command, FollowMarket, MarketMove, SetSymbol, SettleSymbol
from perpbox.feed.synthetic import SyntheticTerms
from perpbox.instrument import SymbolStatus
from perpbox.money import SCALE, Millis, parse
from perpbox.server.background import Background, running
from perpbox.server.compose import compose
from perpbox.server.feeds import require_feed, synthetic_terms
from perpbox.server.settings import Settings, SyntheticSettings, Unusable
from perpbox.venue import Venue
from tests.server.shell import Kept

NOON = 1_795_348_800_000
SECOND = 1000


class Prices:
    """A feed that sets the price of BTCUSDT to each of these, a second apart."""

    def __init__(self, begin: Millis, *prices: str) -> None:
        self.prices = list(prices)
        self.next_time: Millis | None = begin

    def take(self, until: Millis) -> list[Command]:
        assert self.next_time is not None
        assert self.next_time <= until
        price = parse(self.prices.pop(0))
        self.next_time = self.next_time + SECOND if self.prices else None
        return [FollowMarket([MarketMove("BTCUSDT", price, price)], {})]


def status(server: Background) -> Any:
    return demo.Trader(server.base_url, server.token).control("GET", "/box/v1/status", {})


def follow(server: Background, *prices: str) -> None:
    server.call(lambda venue: venue.follow(Prices(NOON + SECOND, *prices)))


def test_a_quiet_market_follows_nothing() -> None:
    with running(Settings(port=0), Kept()) as server:
        assert status(server)["feed"] == {"kind": "quiet", "running": False}


def test_a_synthetic_market_moves_and_is_told_of() -> None:
    log = Kept()
    settings = Settings(port=0, feed=("synthetic",), clock="manual", start=NOON)
    with running(settings, log) as server:
        assert status(server)["feed"] == {"kind": "synthetic", "running": True}
        before = server.call(lambda venue: dict(venue.state.marks))
        server.call(lambda venue: venue.move_clock(NOON + 60 * SECOND))
        after = server.call(lambda venue: dict(venue.state.marks))
        assert before.keys() == after.keys()
        assert len([name for name in before if before[name] != after[name]]) > 10
    (started,) = [entry for entry in log.entries if entry["event"] == "started"]
    assert started["feed"] == "synthetic"
    assert started["time"] == "2026-11-22T12:00:00.000Z"


def marks(seed: int, data: str = ":memory:") -> dict[str, int]:
    settings = Settings(data=data, feed=("synthetic",), seed=seed, clock="manual", start=NOON)
    parts = compose(settings)
    parts.venue.move_clock(NOON + 60 * SECOND)
    parts.close()
    return dict(parts.venue.state.marks)


def test_a_seed_makes_the_same_market_again_and_another_does_not() -> None:
    assert marks(1) == marks(1) != marks(2)


def test_the_terms_of_the_settings_are_those_of_the_market() -> None:
    assert synthetic_terms(SyntheticSettings()) == SyntheticTerms()
    terms = synthetic_terms(SyntheticSettings(volatility=0.1, depth=2, jumps=False, step=500))
    assert terms == SyntheticTerms(volatility=SCALE // 10, depth=2 * SCALE, jumps=False, step=500)


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        (SyntheticSettings(volatility=-1), "between 0 and 20"),
        (SyntheticSettings(step=1), "step"),
        (SyntheticSettings(spread=1e-9), "8 decimals"),
        (SyntheticSettings(spread=float("inf")), "8 decimals"),
    ],
)
def test_terms_that_cannot_be_are_told(terms: SyntheticSettings, says: str) -> None:
    with pytest.raises(Unusable, match=says):
        require_feed(Settings(synthetic=terms))


def test_a_feed_that_is_over_is_logged_and_a_clock_that_went_by_it_stands() -> None:
    log = Kept()
    with running(Settings(port=0, clock="manual", start=NOON), log) as server:
        follow(server, *(str(50_000 + step) for step in range(1000)))
        trader = demo.Trader(server.base_url, server.token)
        told = trader.control("POST", "/box/v1/clock", {"mode": "fast"})
        assert told["mode"] in {"fast", "manual"}
        while server.call(lambda venue: venue.feed is not None):
            assert status(server)["failures"] == 0
        shown = status(server)
        assert (shown["clock"]["mode"], shown["clock"]["time"]) == ("manual", NOON + 1000 * SECOND)
        assert server.call(lambda venue: venue.state.marks["BTCUSDT"]) == parse("50999")
    (over,) = [entry for entry in log.entries if entry["event"] == "feed is over"]
    assert over["time"] == "2026-11-22T12:16:40.000Z"


def test_a_feed_that_is_refused_is_logged_and_the_venue_serves_on() -> None:
    log = Kept()
    with running(Settings(port=0, clock="manual", start=NOON), log) as server:
        follow(server, "50001", "-1", "50002")
        server.call(partial(Venue.move_clock, to=NOON + 10 * SECOND))
        assert status(server)["feed"]["running"] is False
        assert server.call(lambda venue: venue.state.marks["BTCUSDT"]) == parse("50001")
    (refused,) = [entry for entry in log.entries if entry["event"] == "feed refused"]
    assert (refused["level"], refused["reason"]) == ("error", "INVALID_PRICE BTCUSDT")


def test_requests_are_answered_while_the_clock_goes_as_fast_as_it_can() -> None:
    settings = Settings(port=0, feed=("synthetic",), clock="fast", start=NOON)
    with running(settings, Kept()) as server:
        trader = demo.Trader(server.base_url, server.token)
        trader.open_account("alice", {"USDT": "10000"})
        order = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"}
        assert trader.signed("POST", "/fapi/v1/order", **order)["symbol"] == "BTCUSDT"
        before = status(server)["clock"]["time"]
        while status(server)["clock"]["time"] < before + 60 * SECOND:
            pass
        assert trader.control("POST", "/box/v1/clock", {"mode": "manual"})["mode"] == "manual"
        assert server.failures == 0


def test_a_feed_goes_on_whatever_becomes_of_a_symbol() -> None:
    """Halted, traded again, settled, and a new one listed that the feed has never heard of."""
    parts = compose(Settings(feed=("synthetic",), clock="manual", start="2026-01-01T00:00:00Z"))
    venue, markets = parts.venue, parts.venue.state.markets

    def becomes(name: str, status: SymbolStatus) -> None:
        venue.submit(SetSymbol(replace(markets[name].symbol, status=status)))
        venue.move_clock(venue.now() + 600_000)

    first, second, *_ = markets
    for status in (SymbolStatus.PENDING_TRADING, SymbolStatus.TRADING, SymbolStatus.PRE_SETTLE):
        becomes(first, status)
    venue.submit(SettleSymbol(first))
    last = max(market.symbol.ordinal for market in markets.values())
    venue.submit(SetSymbol(replace(markets[second].symbol, name="NEWUSDT", ordinal=last + 1)))
    before = markets[second].mark
    venue.move_clock(venue.now() + 600_000)
    assert venue.failure is None
    assert venue.feed is not None
    assert markets[second].mark != before
    assert markets[first].symbol.is_closed
    parts.close()
