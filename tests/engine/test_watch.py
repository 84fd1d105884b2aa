"""The watch over mark prices: which accounts a move finds, and that it never misses one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from perpbox.engine import commands as ask
from perpbox.engine.events import MarginCalled, MarginCallEnded
from perpbox.engine.handle import handle
from perpbox.engine.limits import look_at
from perpbox.engine.snapshot import dump, load
from perpbox.engine.state import State
from perpbox.engine.turn import Turn
from perpbox.engine.watch import ENOUGH, SPARE, Heap, Watch
from perpbox.margin.room import ANY_PRICE
from perpbox.money import Price, parse
from tests.engine.rig import Rig
from tests.engine.table import Table, play
from tests.worlds import CATALOGUE, symbol

# The watch by itself.


def test_an_edge_is_passed_when_the_price_has_reached_it() -> None:
    watch = Watch()
    watch.set(1, "BTCUSDT", 90, 110)
    assert watch.passed("BTCUSDT", 91) == watch.passed("BTCUSDT", 109) == []
    assert watch.passed("BTCUSDT", 110) == [1]
    watch.set(1, "BTCUSDT", 90, 110)
    assert watch.passed("BTCUSDT", 90) == [1]


def test_a_move_passes_the_edges_of_one_symbol_and_the_nearest_first() -> None:
    watch = Watch()
    for account_id, low in ((1, 70), (2, 90), (3, 80)):
        watch.set(account_id, "BTCUSDT", low, 0)
    watch.set(4, "ETHUSDC", 95, 0)
    assert watch.passed("BTCUSDT", 80) == [2, 3]
    assert watch.passed("BTCUSDT", 80) == []
    assert watch.passed("BTCUSDT", 1) == [1]
    assert watch.passed("DOGEUSDT", 1) == []


def test_zero_is_no_edge() -> None:
    watch = Watch()
    watch.set(1, "BTCUSDT", 0, 0)
    assert watch.passed("BTCUSDT", 1) == watch.passed("BTCUSDT", 10**30) == []


def test_new_edges_replace_those_before() -> None:
    watch = Watch()
    watch.set(1, "BTCUSDT", 90, 110)
    watch.set(1, "BTCUSDT", 80, 0)
    assert watch.passed("BTCUSDT", 115) == watch.passed("BTCUSDT", 85) == []
    assert watch.passed("BTCUSDT", 80) == [1]


def test_an_account_that_holds_nothing_or_is_gone_is_not_found() -> None:
    watch = Watch()
    for name in ("BTCUSDT", "ETHUSDC"):
        watch.set(1, name, 90, 0)
        watch.set(2, name, 90, 0)
    watch.forget(1, "BTCUSDT")
    watch.forget(1, "DOGEUSDT")
    assert watch.passed("BTCUSDT", 80) == [2]
    watch.drop(2)
    assert watch.passed("ETHUSDC", 80) == [1]


def test_any_price_finds_the_account_at_every_move() -> None:
    watch = Watch()
    watch.set(1, "BTCUSDT", ANY_PRICE, 1)
    found = watch.passed("BTCUSDT", 50_000)
    assert set(found) == {1}


def test_a_heap_keeps_no_more_than_a_few_entries_for_each_that_counts() -> None:
    heap, stamps = Heap(), dict[int, int]()
    for stamp in range(10_000):
        account_id = stamp % 20
        stamps[account_id] = stamp
        heap.add(stamp, stamp, account_id, stamps)
    assert len(heap._entries) <= SPARE + (ENOUGH + 1) * len(stamps)
    assert list(heap.take(10_000, stamps)) == [stamp % 20 for stamp in range(9_980, 10_000)]


EDGES = st.tuples(st.integers(1, 6), st.integers(0, 49), st.one_of(st.just(0), st.integers(51, 99)))


@given(st.lists(st.one_of(EDGES, st.integers(1, 99), st.integers(-6, -1)), max_size=300))
def test_a_watch_finds_what_a_plain_list_finds(
    steps: list[tuple[int, int, Price] | int],
) -> None:
    """Edges are set, prices move, and a number below zero forgets the account."""
    watch, plain = Watch(), dict[int, tuple[int, int]]()
    for step in steps:
        if isinstance(step, tuple):
            account_id, low, high = step
            watch.set(account_id, "BTCUSDT", low, high)
            plain[account_id] = (low, high)
        elif step < 0:
            watch.forget(-step, "BTCUSDT")
            plain.pop(-step, None)
        else:
            passed = {a for a, (low, high) in plain.items() if step <= low or 0 < high <= step}
            assert set(watch.passed("BTCUSDT", step)) == passed
            # Who was found is looked at, and gets new edges or none.
            for account_id in passed:
                watch.forget(account_id, "BTCUSDT")
                del plain[account_id]


# The watch within a venue.


def moved(state: State, name: str, mark: Price, now: int) -> Turn:
    return handle(state, ask.MovePrices({name: ask.MarketPrices(mark, mark)}, {}), now)


CROWD = """
    ann deposits 600 USDT
    bob deposits 600 USDT
    cid deposits 900 USDT 900 USDC
    dan deposits 400 USDT 1 BNB
    eve deposits 900 USDT
    bob mode hedge
    dan assets multi
    eve margin BTCUSDT isolated
    ann buy 0.1 BTCUSDT market
    ann sell 2000 DOGEUSDT market
    bob buy 0.1 BTCUSDT market long
    bob sell 0.12 BTCUSDT market short
    cid sell 0.1 BTCUSDT market
    cid buy 1 ETHUSDC market
    dan buy 0.1 BTCUSDT market
    dan buy 3000 DOGEUSDT market
    eve buy 0.05 BTCUSDT market
    eve sell 5000 DOGEUSDT market
"""
"""One-way, hedge, two margin assets, multi-assets mode, and one position that is isolated."""

CROWD_AT = dump(play(CROWD).rig.state)
MOVES = st.lists(
    st.tuples(st.sampled_from(("BTCUSDT", "DOGEUSDT", "ETHUSDC", "BNB")), st.integers(-60, 60)),
    min_size=1,
    max_size=12,
)


@given(MOVES)
def test_who_is_watched_fares_as_if_looked_at_after_every_move(
    moves: list[tuple[str, int]],
) -> None:
    """A venue that goes on, against one that is started anew before each move of a price."""
    on, again = load(CROWD_AT, CATALOGUE), load(CROWD_AT, CATALOGUE)
    now = on.now
    for name, thousandths in moves:
        now += 1
        again = load(dump(again), CATALOGUE)
        turns: list[Turn] = []
        for state in (on, again):
            if name == "BNB":
                price = state.asset_indexes[name] * (1000 + thousandths) // 1000
                turns.append(handle(state, ask.MovePrices({}, {name: price}), now))
            else:
                tick = CATALOGUE.symbols[name].tick_size
                mark = state.marks[name] * (1000 + thousandths) // 1000 // tick * tick
                turns.append(moved(state, name, mark, now))
        assert turns[0].events == turns[1].events
        assert dump(on) == dump(again)


def test_a_restarted_account_is_liquidated_at_the_same_price() -> None:
    """A tick at a time, from where nothing has happened to where it is liquidated."""
    table = play("""
        alice deposits 600 USDT
        quotes BTCUSDT asks 9@50000
        alice leverage BTCUSDT 100
        alice buy 0.5 BTCUSDT market
        market BTCUSDT mark 49060
    """)
    went_on = table.rig.state
    again, now = load(dump(went_on), CATALOGUE), went_on.now
    account_id, mark = table.ids["alice"], parse("49060")
    while went_on.accounts[account_id].active:
        mark -= parse("0.1")
        now += 1
        one, other = moved(went_on, "BTCUSDT", mark, now), moved(again, "BTCUSDT", mark, now)
        assert one.events == other.events
    assert parse("49020") < mark < parse("49060")
    assert not again.accounts[account_id].active


def test_a_margin_call_stands_across_a_restart_and_is_not_repeated() -> None:
    table = play("""
        alice deposits 600 USDT
        quotes BTCUSDT asks 9@50000
        alice leverage BTCUSDT 100
        alice buy 0.5 BTCUSDT market
        market BTCUSDT mark 49060                      -> alice USDT called
    """)
    account_id, again = table.ids["alice"], load(dump(table.rig.state), CATALOGUE)
    assert again.accounts[account_id].called == {"USDT"}

    def told(mark: str) -> list[type]:
        turn = moved(again, "BTCUSDT", parse(mark), again.now + 1)
        return [type(e) for e in turn.events if isinstance(e, MarginCalled | MarginCallEnded)]

    assert told("49050") == told("49080") == told("49060") == []
    assert told("49100") == [MarginCallEnded]
    assert told("49060") == [MarginCalled]


def test_an_index_price_brings_an_account_in_multi_assets_mode_to_its_limit() -> None:
    """105 USDT less 200 of loss, and 1 BNB at 95 %: some 47.5 at 150, 38 at 140; 39.2 needed."""
    play("""
        alice deposits 110 USDT 1 BNB
        alice assets multi
        quotes BTCUSDT asks 9@50000
        alice buy 0.2 BTCUSDT market
        market BTCUSDT mark 49000                      -> nothing
        index BNB 160                                  -> nothing
        index BNB 150                                  -> alice called
        index BNB 140                                  -> alice liquidated
                                                       -> alice BTCUSDT reduces 0.2
                                                       -> alice filled 0.2
    """)


def test_what_can_lead_to_nothing_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two accounts in multi-assets mode, dan has some BNB, and fay owes USDC."""
    table = play("""
        dan deposits 10000 USDT 1 BNB
        fay deposits 10000 USDT
        dan assets multi
        fay assets multi
        fay buy 1 ETHUSDC market
        fay sell 1 ETHUSDC market
        dan buy 0.1 BTCUSDT market
        dan stop sell 0.1 BTCUSDT at 40000 as s1
        dan buy 0.1 BTCUSDT limit 45000 as o1
        fay buy 0.1 BTCUSDT limit 45000 as o2
    """)
    dan, fay = table.ids["dan"], table.ids["fay"]
    looked: list[int] = []

    def look(turn: Turn, account_id: int) -> None:
        looked.append(account_id)
        look_at(turn, account_id)

    monkeypatch.setattr("perpbox.engine.consequences.look_at", look)
    for line, found in (
        ("dan cancel o1 of BTCUSDT", []),
        ("dan drops s1", []),
        ("fay cancel o2 of BTCUSDT", [fay]),
        ("index BTC 49000", []),
        ("index BNB 590", [dan]),
        ("index USDC 1.001", [fay]),
        ("index USDT 1.001", [dan, fay]),
    ):
        looked.clear()
        table.play(line)
        assert looked == found, line


STEEP = symbol(
    "STEEPUSDT",
    len(CATALOGUE.symbols),
    price="1",
    tick="0.001",
    prices=("0.1", "1000"),
    step="1",
    most=("1000000", "1000000"),
    table=(("5000", 20, "0.01"), ("1000000", 1, "0.9")),
)


def test_a_gain_that_needs_more_than_it_adds_to_the_balance_is_seen() -> None:
    """4 000 at 5: a balance of 16 598, four fifths of it 13 278.4, and 13 550 are needed."""
    symbols = {**CATALOGUE.symbols, STEEP.name: STEEP}
    table = Table(Rig(replace(CATALOGUE, symbols=symbols)))
    table.play("""
        alice deposits 600 USDT
        quotes STEEPUSDT asks 90000@1
        alice buy 4000 STEEPUSDT market
        market STEEPUSDT mark 4                        -> nothing
        market STEEPUSDT mark 5                        -> alice USDT called maint 13550
    """)
