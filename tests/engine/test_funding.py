"""Funding: what the premium is, what a settlement costs whom, and that nothing is left over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from perpbox.account import House
from perpbox.book import BookSide
from perpbox.engine.commands import SetFunding, Tick
from perpbox.engine.events import FundingMissed, FundingSettled, MoneyMoved, PremiumMoved
from perpbox.engine.funding import rate_at
from perpbox.engine.market import FundingTerms
from perpbox.engine.rejects import Rejected
from perpbox.money import parse
from tests.engine.rig import START, Rig
from tests.engine.table import play

# The rig starts at 22:13:20 UTC: 1 hour 46 minutes and 40 seconds before the first settlement.
FIRST = 1_700_006_400_000
HOUR = 3_600_000


def test_the_first_settlement_is_at_midnight() -> None:
    rig = Rig()
    assert rig.state.markets["BTCUSDT"].next_funding == FIRST == START + 6400 * 1000


def test_longs_pay_shorts_at_a_positive_rate() -> None:
    """0.1 x 50 000 x 0.0003."""
    play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        quotes BTCUSDT
        funding BTCUSDT rate 0.0003
        bob sell 0.1 BTCUSDT limit 50000
        alice buy 0.1 BTCUSDT market
        check alice USDT wallet 9997.5
        check bob USDT wallet 9999
        clock +6400s
        check alice USDT wallet 9996
        check bob USDT wallet 10000.5
        check house USDT funding 0 clearing 0
        check BTCUSDT rate 0.0003
    """)


def test_shorts_pay_longs_at_a_negative_rate() -> None:
    play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        quotes BTCUSDT
        funding BTCUSDT rate -0.0003
        bob sell 0.1 BTCUSDT limit 50000
        alice buy 0.1 BTCUSDT market
        clock +6400s
        check alice USDT wallet 9999
        check bob USDT wallet 9997.5
    """)


def test_the_mark_price_of_the_moment_counts() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT asks 1@50000
        funding BTCUSDT rate 0.0001
        alice buy 0.1 BTCUSDT market
        clock +6000s
        market BTCUSDT mark 60000
        clock +400s
        check alice USDT wallet 9996.9
    """)


def test_the_house_pays_and_receives_for_its_own_position() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT asks 1@50000
        funding BTCUSDT rate 0.0003
        alice buy 0.1 BTCUSDT market
        clock +6400s
        check house USDT funding 0 clearing 1.5
    """)


def test_what_cutting_leaves_is_the_houses() -> None:
    """Three hold a third of what one is short; each pays 1.23456789 x 0.001, cut."""
    table = play("""
        short deposits 1000 USDT
        one deposits 1000 USDT
        two deposits 1000 USDT
        quotes DOGEUSDT
        funding DOGEUSDT rate 0.00033333
        market DOGEUSDT mark 0.12345
        short sell 201 DOGEUSDT limit 0.12345
        one buy 100 DOGEUSDT market
        two buy 101 DOGEUSDT market
        market DOGEUSDT mark 0.12345678
    """)
    before = {n: table.rig.state.accounts[i].wallet("USDT") for n, i in table.ids.items()}
    table.play("clock +6400s")
    after = {n: table.rig.state.accounts[i].wallet("USDT") for n, i in table.ids.items()}
    paid = {name: before[name] - after[name] for name in before}
    assert paid == {"one": 411_518, "two": 415_633, "short": -827_152}
    assert table.rig.state.house[House.CLEARING, "USDT"] == -1
    assert table.rig.state.house[House.FUNDING, "USDT"] == 0


def test_an_isolated_position_pays_out_of_its_own_margin() -> None:
    """Both wallet and isolated wallet fall by 1.5; the cross wallet does not move."""
    play("""
        alice deposits 10000 USDT
        alice margin BTCUSDT isolated
        quotes BTCUSDT asks 1@50000
        funding BTCUSDT rate 0.0003
        alice buy 0.1 BTCUSDT market
        check alice BTCUSDT isolated-wallet 247.5
        check alice USDT wallet 9997.5 cross-wallet 9750
        clock +6400s
        check alice BTCUSDT isolated-wallet 246
        check alice USDT wallet 9996 cross-wallet 9750
    """)


def test_each_leg_of_a_hedge_pays_for_itself() -> None:
    play("""
        alice deposits 10000 USDT
        alice mode hedge
        quotes BTCUSDT bids 1@50000 asks 1@50000.1
        funding BTCUSDT rate 0.0003
        alice buy 0.2 BTCUSDT market long
        alice sell 0.1 BTCUSDT market short
        market BTCUSDT mark 50000
        check alice USDT wallet 9992.49999
        clock +6400s
        check alice USDT wallet 9990.99999
    """)


def test_who_holds_nothing_at_the_moment_pays_nothing() -> None:
    play("""
        alice deposits 10000 USDT
        quotes BTCUSDT bids 1@50000 asks 1@50000.1
        funding BTCUSDT rate 0.0003
        alice buy 0.1 BTCUSDT market
        alice sell 0.1 BTCUSDT market
        alice buy 0.1 BTCUSDT limit 40000 as b1
        check alice USDT wallet 9994.989995
        clock +6400s
        check alice USDT wallet 9994.989995
    """)


def test_every_settlement_comes_at_its_time_and_once() -> None:
    table = play("""
        alice deposits 10000 USDT
        quotes BTCUSDT asks 1@50000
        funding BTCUSDT rate 0.0003
        alice buy 0.1 BTCUSDT market
    """)
    turn = table._act(["clock", "+24h"])
    settled = [e for e in turn.events if isinstance(e, FundingSettled) and e.symbol == "BTCUSDT"]
    assert [e.funding_time for e in settled] == [FIRST + 8 * HOUR * n for n in range(3)]
    table.play("check alice USDT wallet 9993")
    assert not table._act(["clock", "+1h"]).events
    assert table.rig.state.markets["BTCUSDT"].next_funding == FIRST + 24 * HOUR


def test_a_symbol_has_an_interval_of_its_own() -> None:
    table = play("""
        alice deposits 10000 USDT
        quotes BTCUSDT asks 1@50000
        funding BTCUSDT hours 4 rate 0.0003
        alice buy 0.1 BTCUSDT market
    """)
    assert table.rig.state.markets["BTCUSDT"].next_funding == FIRST
    table.play("""
        clock +6400s
        clock +4h
        check alice USDT wallet 9994.5
        clock +4h
        check alice USDT wallet 9993
    """)


def test_terms_that_cannot_be_are_refused() -> None:
    play("""
        funding BTCUSDT hours 5             -> rejected INVALID_FUNDING BTCUSDT
        funding BTCUSDT hours 0             -> rejected INVALID_FUNDING
        funding BTCUSDT hours 48            -> rejected INVALID_FUNDING
        funding BTCUSDT rate 1.00000001     -> rejected INVALID_FUNDING
        funding BTCUSDT floor 0.1 cap 0.05  -> rejected INVALID_FUNDING
    """)


def test_one_bad_term_leaves_the_others_as_they_were() -> None:
    rig = Rig()
    good, bad = FundingTerms(4, 0, -1, 1), FundingTerms(5, 0, -1, 1)
    with pytest.raises(Rejected, match="ETHUSDC"):
        rig.submit(SetFunding({"BTCUSDT": good, "ETHUSDC": bad}))
    assert rig.state.markets["BTCUSDT"].funding.interval_hours == 8


# The rate.


def test_a_quiet_market_settles_the_interest() -> None:
    table = play("clock +6400s")
    for market in table.rig.state.markets.values():
        assert market.last_funding_rate == parse("0.0001")


def test_the_interest_of_a_short_interval_is_a_part_of_it() -> None:
    table = play("""
        funding BTCUSDT hours 1
        clock +2800s
    """)
    assert table.rig.state.markets["BTCUSDT"].last_funding_rate == parse("0.0000125")


def test_a_book_above_the_index_makes_longs_pay() -> None:
    """It stands 1 % above from the first sample on: P is 0.01, less 0.0005."""
    play("""
        funding BTCUSDT cap 0.5
        quotes BTCUSDT bids 100@50500 asks 100@50600
        clock +6400s
        check BTCUSDT rate 0.0095 premium 0.01
    """)


def test_the_cap_and_the_floor_hold() -> None:
    play("""
        quotes BTCUSDT bids 100@55000
        quotes ETHUSDC asks 100@2000
        clock +6400s
        check BTCUSDT rate 0.003
        check ETHUSDC rate -0.003
    """)


def test_later_samples_weigh_more() -> None:
    """The interval began at 16:00; its samples from 22:13:25 on (place 4 481) are taken. The book
    stands on the index up to place 5 120, and 1 % above it from there to the last, 5 760.
    """
    whole = sum(range(4481, 5761))
    above = sum(range(5121, 5761))
    average = parse("0.01") * above // whole
    table = play("""
        funding BTCUSDT cap 0.5
        clock +3200s
        quotes BTCUSDT bids 100@50500 asks 100@50600
        clock +3200s
    """)
    assert table.rig.state.markets["BTCUSDT"].last_funding_rate == average - parse("0.0005")


def test_the_rate_to_come_is_known_at_any_moment() -> None:
    """Whether it has been sampled or not: a read finds what a sample would."""
    table = play("""
        funding BTCUSDT cap 0.5
        clock +3200s
        quotes BTCUSDT bids 100@50500 asks 100@50600
    """)
    state = table.rig.state
    market = state.markets["BTCUSDT"]
    told = [rate_at(state, market, START + seconds * 1000) for seconds in (3200, 4000, 6400)]
    assert told[0] == parse("0.0001")
    assert told[0] < told[1] < told[2]
    table.play("clock +3200s")
    assert market.last_funding_rate == told[2]


def test_a_premium_is_noted_when_it_changes_and_not_else() -> None:
    table = play("alice deposits 10000 USDT")
    assert not table._act(["clock", "+30s"]).events
    table.play("quotes BTCUSDT bids 100@50500 asks 100@50600")
    [noted] = table._act(["clock", "+30s"]).events
    assert isinstance(noted, PremiumMoved)
    assert (noted.symbol, noted.premium) == ("BTCUSDT", parse("0.01"))
    assert noted.since == (START + 30_002) // 5000 + 1
    assert not table._act(["clock", "+30s"]).events


def test_an_impact_price_goes_into_the_book() -> None:
    """200 x 125 is 25 000: 20 000 at 50 000, and the rest at 49 000, of which 0.1 is enough."""
    table = play("""
        quotes BTCUSDT bids 0.4@50000 0.2@49000 asks 1@50001
        clock +5s
    """)
    market = table.rig.state.markets["BTCUSDT"]
    assert market.impact_premium() == 0
    table.play("market BTCUSDT mark 50000 index 49000")
    table.play("quotes BTCUSDT bids 0.4@50000 0.2@49000 asks 1@50001")
    bought = parse("0.4") + parse("5000") * 10**8 // parse("49000")
    impact_bid = (
        parse("0.4") * parse("50000") + (bought - parse("0.4")) * parse("49000")
    ) // bought
    expected = (impact_bid - parse("49000")) * 10**8 // parse("49000")
    assert market.impact_premium() == expected


def test_a_thin_book_counts_as_far_as_it_reaches_and_an_empty_one_not_at_all() -> None:
    table = play("""
        market BTCUSDT mark 50000 index 49000
        quotes BTCUSDT bids 0.001@50000
    """)
    market = table.rig.state.markets["BTCUSDT"]
    assert market.impact_premium() == (parse("50000") - parse("49000")) * 10**8 // parse("49000")
    table.play("quotes BTCUSDT")
    assert market.impact_premium() == 0


def test_a_venue_that_ran_past_a_funding_time_begins_with_the_next() -> None:
    """As one does that an older version has written, which knew of no funding."""
    rig = Rig()
    rig.samples = False
    rig.now = FIRST + 1000
    rig.state.now = rig.replayed.now = rig.now
    turn = rig.submit(Tick())
    assert {type(event) for event in turn.events} == {FundingMissed}
    assert rig.state.markets["BTCUSDT"].next_funding == FIRST + 8 * HOUR


def test_income_of_funding_names_the_symbol_and_no_trade() -> None:
    table = play("""
        alice deposits 10000 USDT
        quotes BTCUSDT asks 1@50000
        funding BTCUSDT rate 0.0003
        alice buy 0.1 BTCUSDT market
    """)
    turn = table._act(["clock", "+6400s"])
    [paid] = [e for e in turn.events if isinstance(e, MoneyMoved) and e.payer == table.ids["alice"]]
    assert (paid.payee, paid.amount, paid.symbol) == (House.FUNDING, parse("1.5"), "BTCUSDT")
    assert (paid.reason.value, paid.trade_id) == ("FUNDING_FEE", 0)


def test_an_impact_price_asks_no_more_of_the_book_than_it_needs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """25 000 are worth enough for BTCUSDT: half of what the first of fifty levels holds."""
    table = play("""
        alice deposits 1000000 USDT
        quotes BTCUSDT
    """)
    table.rig.checked = False
    for level in range(50):
        table.play(f"alice buy 1 BTCUSDT limit {49900 - level} -> resting")
    table.play("alice sell 0.1 BTCUSDT limit 50000 -> resting")
    asked: list[int] = []
    depth = BookSide.depth

    def counted(side: BookSide) -> Iterator[tuple[int, int]]:
        for price, quantity in depth(side):
            asked.append(price)
            yield price, quantity

    monkeypatch.setattr(BookSide, "depth", counted)
    assert table.rig.state.markets["BTCUSDT"].impact_premium() == 0
    assert len(asked) <= 4
