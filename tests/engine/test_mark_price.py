"""The mark price: set by an operator, or by the formula out of index, book and funding."""

from __future__ import annotations

from perpbox.engine.events import BasisSampled, PriceMoved
from perpbox.money import parse
from tests.engine.rig import START
from tests.engine.table import play


def test_a_price_by_itself_moves_no_last_price() -> None:
    play("""
        market BTCUSDT mark 48000
        check BTCUSDT mark 48000 index 48000 last 50000
        market BTCUSDT mark 48000 last 48000
        check BTCUSDT last 48000
        market BTCUSDT last 0               -> rejected INVALID_PRICE
        market BTCUSDT last 1000000.1       -> rejected INVALID_PRICE
    """)


def test_the_last_price_comes_after_what_the_move_fills() -> None:
    """The bid at 49 000 fills at its own price on the way to 48 000."""
    play("""
        alice deposits 10000 USDT
        alice buy 0.1 BTCUSDT limit 49000 as b1
        market BTCUSDT mark 48000 last 48000    -> alice b1 filled 0.1 @ 49000
        check BTCUSDT last 48000
    """)


def test_the_formula_begins_with_a_sample_and_a_price() -> None:
    """Price 1 is the index, no rate has been settled; price 2 is 50 010, the middle of the book;
    the last price is 50 030.
    """
    table = play("""
        market BTCUSDT mark 50000 index 50000 last 50030
        quotes BTCUSDT bids 1@50005 asks 1@50015
        mark-source BTCUSDT formula
        check BTCUSDT mark 50010 index 50000 last 50030
    """)
    market = table.rig.state.markets["BTCUSDT"]
    assert market.basis == [parse("10")]
    assert market.next_sample == START + 5000


def test_it_follows_the_index_at_once_and_the_book_every_five_seconds() -> None:
    play("""
        market BTCUSDT mark 50000 last 49000
        quotes BTCUSDT bids 1@49995 asks 1@50005
        mark-source BTCUSDT formula
        market BTCUSDT index 51000
        check BTCUSDT mark 51000
        quotes BTCUSDT bids 1@50795 asks 1@50805
        check BTCUSDT mark 51000
        clock +5s
        check BTCUSDT mark 50900
    """)


def test_the_average_is_of_thirty_samples() -> None:
    """Of the basis: the first is 100 below, then it is 10 below; the thirty-first forgets it."""
    table = play("""
        market BTCUSDT mark 50000 last 40000
        quotes BTCUSDT bids 1@49895 asks 1@49905
        mark-source BTCUSDT formula
        quotes BTCUSDT bids 1@49985 asks 1@49995
    """)
    market = table.rig.state.markets["BTCUSDT"]
    table.play("clock +145s")
    assert len(market.basis) == 30
    assert market.mark == parse("50000") - (parse("100") + 29 * parse("10")) // 30
    table.play("clock +5s")
    assert (len(market.basis), market.mark) == (30, parse("49990"))


def test_a_settled_rate_runs_out_until_the_next_funding() -> None:
    """0.03 % of 50 000 is 15 at the beginning of an interval and 7.5 in its middle."""
    play("""
        funding BTCUSDT rate 0.0003 cap 0.5
        clock +6400s
        market BTCUSDT mark 50000 index 50000 last 60000
        quotes BTCUSDT bids 1@49900 asks 1@49910
        mark-source BTCUSDT formula
        check BTCUSDT mark 50014.99999687
        clock +4h
        check BTCUSDT mark 50007.5
    """)


def test_a_book_without_a_side_gives_no_sample() -> None:
    table = play("""
        market BTCUSDT mark 50000 last 50030
        quotes BTCUSDT asks 1@50015
        mark-source BTCUSDT formula
        check BTCUSDT mark 50000
    """)
    assert table.rig.state.markets["BTCUSDT"].basis == []


def test_the_operators_quotes_stay_and_a_ladder_follows() -> None:
    table = play("""
        alice deposits 100000 USDT
        quotes BTCUSDT bids 1@49990 asks 1@50020
        mark-source BTCUSDT formula
        check BTCUSDT bid 49990 ask 50020
        mark-source DOGEUSDT formula
        alice sell 100000 DOGEUSDT limit 0.101 as s1
        market DOGEUSDT index 0.102 last 0.102  -> alice s1 filled 100000 @ 0.101
        check DOGEUSDT mark 0.102 bid 0.10199 last 0.102
    """)
    assert table.rig.state.markets["BTCUSDT"].quotes is not None


def test_a_mark_price_by_the_formula_cannot_be_set() -> None:
    play("""
        mark-source BTCUSDT formula
        market BTCUSDT mark 50000           -> rejected MARK_BY_FORMULA BTCUSDT
        mark-source BTCUSDT set
        market BTCUSDT mark 49000
        check BTCUSDT mark 49000
        clock +1h
        check BTCUSDT mark 49000
    """)


def test_turning_it_on_twice_is_once() -> None:
    table = play("mark-source BTCUSDT formula")
    assert not table._act(["mark-source", "BTCUSDT", "formula"]).events
    assert not table._act(["mark-source", "ETHUSDC", "set"]).events


def test_a_formula_keeps_within_the_symbols_bounds() -> None:
    play("""
        market BTCUSDT mark 1000000 index 1000000 last 1000000
        quotes BTCUSDT bids 1@999999 asks 1@1000000
        mark-source BTCUSDT formula
        market BTCUSDT index 2000000
        check BTCUSDT mark 1000000
    """)


def test_each_sample_is_an_event_with_the_time_of_the_next() -> None:
    table = play("""
        market BTCUSDT mark 50000 last 50000
        mark-source BTCUSDT formula
    """)
    turn = table._act(["clock", "+11s"])
    samples = [e.next_sample for e in turn.events if isinstance(e, BasisSampled)]
    assert samples == [START + 10_000, START + 15_000]
    assert not [e for e in turn.events if isinstance(e, PriceMoved)]
