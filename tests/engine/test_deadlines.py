"""Orders that are good till a date, countdowns, and prices out of the book."""

from __future__ import annotations

from perpbox.engine.agenda import SPARE, Agenda, Due, Entry
from perpbox.engine.due import next_time
from perpbox.engine.snapshot import dump, load
from perpbox.engine.state import State, agenda_of, next_due
from tests.engine.rig import START
from tests.engine.table import play

MINUTE = 60_000


def deadlines(state: State) -> list[Entry]:
    """What falls due, but for funding, which always does."""
    agenda, found = agenda_of(state), []
    while agenda:
        if agenda.first.due is not Due.FUNDING:
            found.append(agenda.first)
        agenda.drop_first()
    return found


def test_a_good_till_date_order_expires_at_its_date() -> None:
    table = play("""
        alice deposits 10000 USDT
        alice buy 0.1 BTCUSDT limit 49000 till +700s as o1
        alice buy 0.1 BTCUSDT limit 49000 as o2
        check alice order o1 time_in_force GTD
    """)
    assert next_time(table.rig.state) == START + 700_000
    table.rig.now = START + 699_998
    table.play("clock +1ms                          -> nothing")
    table.play("""
        clock +1ms                                  -> alice o1 expired GOOD_TILL_DATE
        check alice orders o2
    """)
    assert not deadlines(table.rig.state)


def test_what_has_ended_before_its_date_is_forgotten() -> None:
    table = play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        quotes BTCUSDT bids 1@48000 asks 1@51000
        alice buy 0.1 BTCUSDT limit 49000 till +700s as o1
        alice buy 0.1 BTCUSDT limit 49000 till +800s as o2
        bob sell 0.1 BTCUSDT limit 49000
        alice cancel o2 of BTCUSDT
        clock +1h                                   -> nothing
    """)
    assert not deadlines(table.rig.state)


def test_several_dates_in_their_order() -> None:
    table = play("""
        alice deposits 10000 USDT
        alice buy 0.1 BTCUSDT limit 49000 till +900s as last
        alice buy 0.1 BTCUSDT limit 49000 till +700s as first
        alice buy 0.1 BTCUSDT limit 49000 till +800s as second
        clock +1h                                   -> alice first expired GOOD_TILL_DATE
                                                    -> alice second expired GOOD_TILL_DATE
                                                    -> alice last expired GOOD_TILL_DATE
    """)
    assert not table.rig.state.orders


def test_an_amended_order_keeps_its_date() -> None:
    play("""
        alice deposits 10000 USDT
        alice buy 0.1 BTCUSDT limit 49000 till +700s as o1
        alice amend o1 of BTCUSDT to buy 0.1 @ 49001
        clock +1h                                   -> alice o1 expired GOOD_TILL_DATE
    """)


def test_dates_are_known_after_a_restart() -> None:
    table = play("""
        alice deposits 10000 USDT
        alice buy 0.1 BTCUSDT limit 49000 till +700s as o1
        alice countdown BTCUSDT 60s
        alice countdown DOGEUSDT 30s
    """)
    state = load(dump(table.rig.state), table.rig.state.catalogue)
    assert next_due(state) == next_due(table.rig.state) == table.rig.now + 30_000


def test_a_countdown_cancels_the_orders_of_its_symbol() -> None:
    table = play("""
        alice deposits 10000 USDT 10000 USDC
        bob deposits 10000 USDT
        alice buy 0.1 BTCUSDT limit 49000 as b1
        alice buy 0.1 BTCUSDT limit 48000 as b2
        alice buy 0.1 ETHUSDC limit 2400 as e1
        bob buy 0.1 BTCUSDT limit 49000 as bobs
        alice countdown BTCUSDT 60s
    """)
    assert next_time(table.rig.state) == table.rig.now + MINUTE
    table.play("""
        clock +59s                                  -> nothing
        clock +1s                                   -> alice b1 canceled
                                                    -> alice b2 canceled
        check alice orders e1
        check bob orders bobs
    """)
    assert not table.rig.state.countdowns


def test_a_heartbeat_begins_the_countdown_anew_and_zero_ends_it() -> None:
    play("""
        alice deposits 10000 USDT
        alice buy 0.1 BTCUSDT limit 49000 as b1
        alice countdown BTCUSDT 60s
        clock +50s                                  -> nothing
        alice countdown BTCUSDT 60s
        clock +50s                                  -> nothing
        alice countdown BTCUSDT 0s
        clock +1h                                   -> nothing
        alice countdown BTCUSDT 0s
        check alice orders b1
    """)


def test_a_countdown_ends_with_nothing_to_cancel() -> None:
    table = play("""
        alice deposits 10000 USDT
        alice countdown BTCUSDT 60s
        clock +60s                                  -> nothing
    """)
    assert not deadlines(table.rig.state)


def test_countdowns_that_cannot_be_are_refused() -> None:
    play("""
        alice deposits 10000 USDT
        alice countdown NOPE 60s                    -> rejected UNKNOWN_SYMBOL
    """)


def test_a_reset_and_a_closing_end_the_countdowns() -> None:
    table = play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        alice countdown BTCUSDT 60s
        bob countdown BTCUSDT 60s
        alice resets
        bob closes
    """)
    assert not deadlines(table.rig.state)


def test_the_agenda_is_made_anew_when_it_is_crowded_with_what_counts_no_more() -> None:
    table = play("alice deposits 10000 USDT")
    table.rig.checked = False
    for _ in range(SPARE + 1):
        table.play("alice countdown BTCUSDT 60s")
    state = table.rig.state
    assert state.agenda.is_crowded
    assert next_due(state) == table.rig.now + MINUTE
    assert not state.agenda.is_crowded


def test_an_agenda_gives_the_earliest_first() -> None:
    agenda = Agenda([Entry(5, Due.COUNTDOWN, 1, "A"), Entry(3, Due.COUNTDOWN, 1, "B")])
    agenda.add(Entry(3, Due.ORDER_END, 9, "A"))
    assert not agenda.is_due(2)
    assert agenda.is_due(3)
    seen = []
    while agenda:
        seen.append(agenda.first)
        agenda.drop_first()
    assert [(entry.time, entry.due) for entry in seen] == [
        (3, Due.ORDER_END),
        (3, Due.COUNTDOWN),
        (5, Due.COUNTDOWN),
    ]


# Prices out of the book.

BOOK = """
    alice deposits 100000 USDT
    bob deposits 100000 USDT
    quotes BTCUSDT bids 1@49995 1@49994 1@49993 1@49992 asks 1@50001 1@50002 1@50003 1@50004
    bob buy 0.1 BTCUSDT limit 49999
    bob sell 0.1 BTCUSDT limit 50006
"""


def test_the_price_of_the_other_side() -> None:
    play(BOOK).play("""
        alice buy 0.1 BTCUSDT match opponent        -> filled 0.1 @ 50001
        alice sell 0.2 BTCUSDT match opponent-5     -> filled 0.1 @ 49999
                                                    -> filled 0.1 @ 49995
        alice sell 0.1 BTCUSDT match opponent-10    -> rejected NO_DEPTH
    """)


def test_the_price_of_the_own_side() -> None:
    play(BOOK).play("""
        alice buy 0.1 BTCUSDT match queue as b1     -> resting 0.1
        check alice order b1 price 49999 price_match QUEUE
        alice sell 0.1 BTCUSDT match queue-5 as s1  -> resting 0.1
        check alice order s1 price 50006 price_match QUEUE_5
        alice buy 0.1 BTCUSDT match queue-20        -> rejected NO_DEPTH
    """)


def test_a_matched_price_passes_the_same_checks() -> None:
    play("""
        alice deposits 100000 USDT
        quotes BTCUSDT bids 1@40000 asks 1@60000
        alice buy 0.1 BTCUSDT match opponent        -> rejected PRICE_ABOVE_MULTIPLIER
        alice buy 0.001 BTCUSDT match queue         -> rejected NOTIONAL_BELOW_MIN
        quotes BTCUSDT bids 1@49999 asks 1@50001
        alice buy 0.1 BTCUSDT match opponent gtx    -> rejected GTX_WOULD_TAKE
        alice buy 1.1 BTCUSDT match opponent fok    -> rejected FOK_NOT_FILLED
    """)


def test_an_order_is_amended_to_a_price_of_the_book() -> None:
    table = play(BOOK)
    table.play("alice buy 0.1 BTCUSDT limit 49000 as b1")
    table.amend_to_match("alice", "b1", "queue")
    table.play("""
        check alice order b1 price 49999 price_match QUEUE
        alice amend b1 of BTCUSDT to buy 0.1 @ 49998
        check alice order b1 price 49998 price_match NONE
    """)
