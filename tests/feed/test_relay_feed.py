"""What another venue streams becomes this one's market: book, trades, prices, and no more."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpbox.account import BUY, SELL
from perpbox.engine.commands import FollowMarket, SetLadders
from perpbox.engine.events import OrderFilled
from perpbox.feed.relay.feed import MOST_COMPLAINTS, NEVER
from perpbox.feed.relay.messages import Malformed, read
from perpbox.feed.relay.mirror import MOST_PRINTS, Mirror
from perpbox.feed.relay.moment import Moment
from perpbox.money import parse, text_short
from tests.feed.relayed import NOON, Follower, book, mark, trade, wrapped
from tests.worlds import CATALOGUE


@pytest.fixture
def follower() -> Follower:
    return Follower()


@pytest.mark.parametrize(
    ("bid", "ask"),
    [
        ("60000", "60000.1"),
        ("60000", "60000.2"),
        ("60000", "60000.3"),
        ("59990.4", "60012.7"),
        ("100", "100.1"),
        ("40000", "80000"),
        ("999999.9", "1000000"),
    ],
)
def test_the_best_quotes_are_those_of_the_other_venue(
    follower: Follower, bid: str, ask: str
) -> None:
    follower.follow(book(bid, ask))
    assert follower.best() == (bid, ask)


def test_a_ladder_stands_behind_the_best_quotes(follower: Follower) -> None:
    follower.follow(book("60000", "60000.1"))
    assert len(follower.market().depth(BUY, 100)) == 20


def test_quotes_that_lie_between_two_ticks_go_outward(follower: Follower) -> None:
    follower.follow(book("60000.17", "60000.19"))
    assert follower.best() == ("60000.1", "60000.2")


def test_only_the_latest_quotes_of_a_moment_count(follower: Follower) -> None:
    follower.follow(*(book(str(60000 + step), str(60001 + step)) for step in range(50)))
    assert follower.best() == ("60049", "60050")
    assert follower.commands().count("FollowMarket") == 1


def test_an_empty_side_leaves_the_last_quotes(follower: Follower) -> None:
    follower.follow(book("60000", "60000.1"))
    follower.follow(book("0.0", "60000.5"))
    assert follower.best() == ("60000", "60000.1")
    assert follower.feed.malformed == 0


def test_mark_and_index_are_those_of_the_other_venue(follower: Follower) -> None:
    follower.follow([mark("60001.12345678", "60002.5"), mark("7", "8", symbol="UNKNOWNUSDT")])
    market = follower.market()
    assert (market.mark, market.index) == (parse("60001.12345678"), parse("60002.5"))


def test_asset_indexes_are_those_of_the_other_venue(follower: Follower) -> None:
    row = {"e": "assetIndexUpdate", "E": 1, "s": "BTCUSD", "i": "61000", "b": "0.1", "a": "0.1"}
    follower.follow([row, {**row, "s": "NOCOINUSD"}, {**row, "s": "BNBUSD", "i": "0"}])
    assert follower.venue.state.asset_indexes["BTC"] == parse("61000")
    assert follower.venue.state.asset_indexes["BNB"] == parse("600")


def test_a_trade_is_printed_and_moves_the_last_price(follower: Follower) -> None:
    follower.follow(trade("buy", "0.5", "50003.3"), trade("sell", "0.2", "49998"))
    assert follower.market().last_price == parse("49998")


def test_an_order_in_the_way_of_a_trade_is_filled(follower: Follower) -> None:
    alice = follower.account()
    follower.follow(book("50000", "50000.1"))
    follower.order(alice, BUY, "0.3", "49990")
    follower.follow(trade("sell", "0.1", "49989.9"))
    assert follower.held(alice) == "0.1"
    follower.follow(trade("sell", "5", "49980"))
    assert follower.held(alice) == "0.3"


def test_a_taker_buys_where_the_maker_sells(follower: Follower) -> None:
    alice = follower.account()
    follower.follow(book("50000", "50000.1"))
    follower.order(alice, SELL, "0.3", "50010")
    follower.follow(trade("sell", "1", "50011"))
    assert follower.held(alice) == "0"
    follower.follow(trade("buy", "1", "50011"))
    assert follower.held(alice) == "-0.3"


def test_in_a_queue_an_order_waits_for_what_stood_before_it() -> None:
    follower = Follower(queued=True)
    alice = follower.account()
    follower.follow(book("50000", "50000.1"))
    follower.order(alice, BUY, "0.3", "50000")
    follower.follow(trade("sell", "0.9", "50000"))
    assert follower.held(alice) == "0"
    follower.follow(trade("sell", "0.2", "50000"))
    assert follower.held(alice) == "0.1"


def test_trades_of_one_price_and_side_are_printed_as_one(follower: Follower) -> None:
    rows = [trade("buy", "0.5", "50003.3"), trade("buy", "0.25", "50003.3")]
    follower.follow(*rows, trade("sell", "1", "50003.3"))
    moves = [
        line.command.moves for line in follower.lines if isinstance(line.command, FollowMarket)
    ]
    price = parse("50003.3")
    assert moves[0][0].prints == [(BUY, price, parse("0.75")), (SELL, price, parse("1"))]


def test_what_lies_off_the_grids_reaches_less_far(follower: Follower) -> None:
    follower.hear(trade("buy", "0.0019", "50000.19"), trade("sell", "1", "50000.11"))
    assert list(follower.feed.mirrors["BTCUSDT"].prints) == [
        (BUY, parse("50000.1"), parse("0.001")),
        (SELL, parse("50000.2"), parse("1")),
    ]
    follower.hear(trade("buy", "0.0009", "50000"))
    assert follower.feed.malformed == 1


def test_trades_that_the_venue_has_no_time_for_are_dropped_and_counted(follower: Follower) -> None:
    prices = [str(50000 + step) for step in range(MOST_PRINTS + 3)]
    follower.follow(*(trade("buy", "1", price) for price in prices))
    assert follower.feed.figures() == {"malformed": 0, "dropped": 3, "missed": 0}
    assert follower.market().last_price == parse(prices[-1])


def test_trades_that_were_missed_are_counted(follower: Follower) -> None:
    numbers = (7, 8, 12, 12, 3, 4)  # begun anew at the fifth
    follower.follow(*(trade("buy", "1", "50000", number=number) for number in numbers))
    assert follower.feed.figures()["missed"] == 3


def test_what_says_nothing_new_makes_no_turn(follower: Follower) -> None:
    told = (book("60000", "60000.1"), mark("60000", "60000"))
    follower.follow(*told)
    before = follower.venue.sequence
    follower.follow(*told)
    assert follower.venue.sequence == before


def test_the_feed_is_never_over(follower: Follower) -> None:
    assert follower.venue.next_due() != NEVER
    follower.follow(mark("60000", "60000"))
    assert follower.feed.next_time == NEVER
    assert not follower.ends


def test_a_wait_is_over_when_the_venue_is_asked_first(follower: Follower) -> None:
    follower.hear(mark("60000", "60000"))
    assert follower.feed.next_time == NEVER
    follower.feed.ripen(NOON)
    follower.hear(mark("60001", "60001"))
    follower.account()
    assert follower.commands()[0] == "FollowMarket"
    assert follower.market().mark == parse("60001")


# A spread that changes.


def test_a_narrow_spread_is_quoted_only_where_it_belongs(follower: Follower) -> None:
    """Around the old middle it would reach the order, which no quotes ever did."""
    alice = follower.account()
    follower.follow(book("50000", "50100"))
    follower.order(alice, SELL, "0.1", "50040")
    follower.follow(book("50010", "50090"))
    follower.follow(book("50020", "50020.1"))
    assert follower.held(alice) == "0"
    follower.order(alice, BUY, "0.1", "50010")
    follower.follow(book("49900", "50100"))
    follower.follow(book("50011", "50011.1"))
    assert follower.held(alice) == "0"


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 300)), min_size=1, max_size=8))
def test_no_order_is_filled_that_the_quotes_have_not_reached(steps: list[tuple[int, int]]) -> None:
    follower = Follower()
    alice = follower.account()
    tick = parse("0.1")
    base = parse("50000")
    follower.follow(book("50010", "50020"))
    follower.order(alice, SELL, "0.01", "50015")
    for low, width in steps:
        bid, ask = base + low * tick, base + (low + width) * tick
        follower.follow(book(text_short(bid), text_short(ask)))
        filled = any(isinstance(e, OrderFilled) for line in follower.lines for e in line.events)
        assert filled == (bid >= parse("50015"))
        if filled:
            return
        assert text_short(follower.market().house_best(BUY)) == text_short(bid)
        assert text_short(follower.market().house_best(SELL)) == text_short(ask)


def test_a_spread_that_will_do_is_left_alone(follower: Follower) -> None:
    follower.follow(book("50000", "50000.1"))
    for step in range(20):
        follower.follow(book(f"5{step:03}0", f"5{step:03}0.1"), mark(f"5{step:03}0", "50000"))
    assert sum(isinstance(line.command, SetLadders) for line in follower.lines) == 1


# Nonsense.


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"data": {}}',
        b'{"data": {"e": "kline", "s": "BTCUSDT"}}',
        b'{"data": {"e": "bookTicker", "s": "BTCUSDT", "b": 1, "a": 2}}',
        b"[" * 100_000,
        b'{"x": ' + b"[" * 100_000,
        wrapped(book("1e5", "2e5")),
        wrapped(book("60000.1", "60000")),
        wrapped(book("0.01", "60000")),
        wrapped(book("60000", "9999999")),
        wrapped(book("-1", "60000")),
        wrapped(mark("NaN", "50000")),
        wrapped(mark("50000", "0")),
        wrapped(mark("0", "50000")),
        wrapped(mark("50000", "9" * 20)),
        wrapped(mark("50000", "50000", rate="1.5")),
        wrapped(trade("buy", "0", "50000")),
        wrapped(trade("buy", "-1", "50000")),
        wrapped(trade("buy", "9" * 20, "50000")),
        wrapped(trade("buy", "1", "0.00000001")),
        wrapped(trade("buy", "1", "50000.000000001")),
    ],
    ids=lambda message: message[:40].decode(errors="replace"),
)
def test_what_is_nonsense_is_counted_and_passed_over(follower: Follower, message: bytes) -> None:
    follower.follow(mark("60000", "60000"))
    follower.feed.hear(message)
    assert follower.feed.malformed == 1
    assert follower.feed.example
    follower.follow(mark("60001", "60001"))
    assert follower.market().mark == parse("60001")
    assert not follower.ends


@given(
    st.binary()
    | st.recursive(
        st.none() | st.integers() | st.text() | st.sampled_from(["bookTicker", "BTCUSDT", "1"]),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("easpqbmirTEst"), inner),
    ).map(wrapped)
)
def test_whatever_arrives_the_venue_goes_on(message: bytes) -> None:
    FOLLOWER.feed.hear(message)
    FOLLOWER.follow()
    assert not FOLLOWER.ends


FOLLOWER = Follower()


def test_an_answer_that_all_is_well_is_no_news(follower: Follower) -> None:
    follower.feed.hear(b'{"result": null, "id": 1}')
    assert follower.feed.malformed == 0
    assert not follower.feed.is_fresh


def test_what_the_other_venue_refuses_is_kept_for_the_log(follower: Follower) -> None:
    follower.feed.hear(json.dumps({"error": {"code": 2, "msg": "no"}, "id": 1}).encode())
    follower.feed.hear(json.dumps({"code": 3, "msg": "never", "id": 2}).encode())
    assert follower.feed.complaints == ["2 no", "3 never"]
    for _ in range(100):
        follower.feed.hear(b'{"code": 3, "msg": "never", "id": 2}')
    assert len(follower.feed.complaints) == MOST_COMPLAINTS


def test_a_reader_alone_says_what_it_cannot_read() -> None:
    with pytest.raises(Malformed):
        read(b'{"stream": "a"}')


# Silence.


def test_a_symbol_that_falls_silent_is_named_once_and_keeps_its_price(follower: Follower) -> None:
    follower.follow(mark("60000", "60000"))
    told = [follower.feed.beat(3) for _ in range(5)]
    assert [len(fallen) for fallen, _ in told] == [0, 0, 4, 0, 0]
    assert follower.market().mark == parse("60000")
    follower.follow(mark("60000", "60000"))
    assert follower.feed.beat(3) == ([], ["BTCUSDT"])


def test_a_moment_of_nothing_is_nothing(follower: Follower) -> None:
    mirror = Mirror(CATALOGUE.symbols["BTCUSDT"])
    assert Moment(follower.venue.state, NOON, queued=False).commands([mirror], {}) == []
