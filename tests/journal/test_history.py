"""What an account may ask about its past, and what it is then told, whatever keeps the journal."""

from __future__ import annotations

import pytest
from msgspec.structs import asdict

from perpbox.account import (
    BUY,
    SELL,
    ExpiryReason,
    Order,
    OrderStatus,
    OrderType,
    PositionSide,
    TimeInForce,
)
from perpbox.engine.commands import (
    AdjustIsolatedMargin,
    AmendOrder,
    CloseAccount,
    ResetAccount,
    SetMarginType,
    Tick,
    Transfer,
)
from perpbox.engine.events import Traded
from perpbox.engine.line import Line
from perpbox.engine.rejects import Rejected
from perpbox.journal import Journal
from perpbox.journal.history import History
from perpbox.journal.records import OrderRecord, Window
from perpbox.money import SQUARE, parse
from tests.journal.story import BTC, ETH, Story, catalogue_json


def history_of(story: Story) -> History:
    """The past, once everything is durable: the venue answers no sooner."""
    story.journal.flush()
    return story.journal.history


def order_of(story: Story, account_id: int, order_id: int) -> OrderRecord:
    order = history_of(story).order(account_id, BTC, order_id=order_id)
    assert order is not None
    return order


def facts(order: Order) -> dict[str, object]:
    """All of an order but its rank in the book, which is nobody's history."""
    return {**asdict(order), "priority": 0}


# Orders


def test_a_resting_order_is_new(story: Story) -> None:
    (alice,) = story.open("alice")
    order_id = story.order(alice, BUY, "60000", "0.020", client_order_id="first")
    order = order_of(story, alice, order_id)
    assert (order.status, order.side, order.client_order_id) == (OrderStatus.NEW, BUY, "first")
    assert (order.price, order.quantity) == (parse("60000"), parse("0.020"))
    assert (order.executed, order.created, order.updated) == (0, story.now, story.now)


def test_a_taker_is_filled_and_its_maker_partly(story: Story) -> None:
    alice, bob = story.open("alice", "bob")
    price = story.at_mark()
    maker = story.order(alice, BUY, price, "0.030")
    placed = story.now
    taker = story.order(bob, SELL, price, "0.010")
    filled = order_of(story, bob, taker)
    assert (filled.status, filled.executed) == (OrderStatus.FILLED, parse("0.010"))
    partly = order_of(story, alice, maker)
    assert (partly.status, partly.executed) == (OrderStatus.PARTIALLY_FILLED, parse("0.010"))
    assert partly.quote_executed == parse("0.010") * parse(price)
    assert (partly.created, partly.updated) == (placed, story.now)


def test_a_canceled_order_says_when(story: Story) -> None:
    (alice,) = story.open("alice")
    order_id = story.order(alice, BUY, "60000")
    story.cancel(alice, order_id)
    order = order_of(story, alice, order_id)
    assert (order.status, order.updated) == (OrderStatus.CANCELED, story.now)


def test_an_unfilled_ioc_order_is_expired(story: Story) -> None:
    (alice,) = story.open("alice")
    order_id = story.order(alice, BUY, "60000", time_in_force=TimeInForce.IOC)
    order = order_of(story, alice, order_id)
    assert order.status is OrderStatus.EXPIRED
    assert order.expiry_reason is ExpiryReason.IMMEDIATE_OR_CANCEL


def test_an_order_that_would_meet_its_own_account_is_expired_in_match(story: Story) -> None:
    (alice,) = story.open("alice")
    price = story.at_mark()
    maker = story.order(alice, BUY, price)
    story.order(alice, SELL, price)
    order = order_of(story, alice, maker)
    assert order.status is OrderStatus.EXPIRED_IN_MATCH
    assert order.expiry_reason is ExpiryReason.SELF_TRADE


def test_an_amended_order_has_its_new_terms(story: Story) -> None:
    (alice,) = story.open("alice")
    order_id = story.order(alice, BUY, "60000")
    story.submit(AmendOrder(alice, BTC, BUY, parse("0.040"), parse("61000"), order_id))
    order = order_of(story, alice, order_id)
    assert (order.price, order.quantity) == (parse("61000"), parse("0.040"))
    assert (order.amendments, order.status) == (1, OrderStatus.NEW)


def test_a_client_order_id_names_its_latest_order(story: Story) -> None:
    alice, bob = story.open("alice", "bob")
    story.cancel(alice, story.order(alice, BUY, "60000", client_order_id="grid-1"))
    latest = story.order(alice, BUY, "60001", client_order_id="grid-1")
    story.order(bob, BUY, "60002", client_order_id="grid-1")
    found = history_of(story).order(alice, BTC, client_order_id="grid-1")
    assert found is not None
    assert found.order_id == latest


@pytest.mark.parametrize("name", ['"quoted"', "back\\slash", "日本", "é", "a'b; --", "\x7f\x01"])
def test_a_client_order_id_may_be_any_text(story: Story, name: str) -> None:
    (alice,) = story.open("alice")
    order_id = story.order(alice, BUY, "60000", client_order_id=name)
    found = history_of(story).order(alice, BTC, client_order_id=name)
    assert found is not None
    assert (found.order_id, found.client_order_id) == (order_id, name)


def test_an_order_is_nobody_elses_and_of_no_other_symbol(story: Story) -> None:
    alice, bob = story.open("alice", "bob")
    order_id = story.order(alice, BUY, "60000", client_order_id="mine")
    history = history_of(story)
    assert history.order(bob, BTC, order_id=order_id) is None
    assert history.order(alice, ETH, order_id=order_id) is None
    assert history.order(alice, ETH, client_order_id="mine") is None
    assert history.order(alice, BTC, client_order_id="other") is None


def test_what_was_answered_does_not_change_afterwards(story: Story) -> None:
    (alice,) = story.open("alice")
    order_id = story.order(alice, BUY, "60000")
    before = order_of(story, alice, order_id)
    (listed,) = history_of(story).orders(alice, BTC)
    story.cancel(alice, order_id)
    assert order_of(story, alice, order_id).status is OrderStatus.CANCELED
    assert before.status is listed.status is OrderStatus.NEW


def ids(orders: list[OrderRecord]) -> list[int]:
    return [order.order_id for order in orders]


def test_orders_are_the_most_recent_ones_unless_a_beginning_is_named(story: Story) -> None:
    (alice,) = story.open("alice")
    placed = [story.order(alice, BUY, str(60000 + n)) for n in range(6)]
    history = history_of(story)
    assert ids(history.orders(alice, BTC)) == placed
    assert ids(history.orders(alice, BTC, Window(limit=2))) == placed[-2:]
    assert ids(history.orders(alice, BTC, Window(limit=2), from_id=placed[1])) == placed[1:3]
    start = order_of(story, alice, placed[2]).created
    assert ids(history.orders(alice, BTC, Window(start=start, limit=2))) == placed[2:4]
    newest = Window(start=start, limit=2, newest=True)
    assert ids(history.orders(alice, BTC, newest)) == placed[-2:]
    assert ids(history.orders(alice, BTC, Window(end=start))) == placed[:3]
    assert ids(history.orders(alice, BTC, Window(start, start))) == [placed[2]]


def test_orders_of_all_symbols_come_in_the_order_in_which_they_were_placed(story: Story) -> None:
    (alice,) = story.open("alice")
    placed = [
        story.order(alice, BUY, "60000"),
        story.order(alice, BUY, "2500", "0.100", symbol=ETH),
        story.order(alice, BUY, "60001"),
    ]
    history = history_of(story)
    assert ids(history.orders(alice)) == placed
    assert ids(history.orders(alice, ETH)) == [placed[1]]


# Trades


def test_a_fill_is_told_from_either_side(story: Story) -> None:
    alice, bob = story.open("alice", "bob")
    price = story.at_mark()
    maker = story.order(alice, BUY, price)
    taker = story.order(bob, SELL, price)
    (bought,) = history_of(story).trades(alice, BTC)
    (sold,) = history_of(story).trades(bob, BTC)
    assert (bought.order_id, bought.side, bought.is_maker) == (maker, BUY, True)
    assert (sold.order_id, sold.side, sold.is_maker) == (taker, SELL, False)
    assert bought.trade_id == sold.trade_id
    assert (bought.price, bought.quantity) == (parse(price), parse("0.010"))
    symbol = story.state.catalogue.symbols[BTC]
    commission = parse(price) * parse("0.010") * symbol.taker_commission_rate // SQUARE
    assert (sold.commission, sold.commission_asset) == (commission, "USDT")
    assert (sold.position_side, sold.time) == (PositionSide.BOTH, story.now)


def test_trades_of_one_order_and_trades_from_an_id_on(story: Story) -> None:
    (alice,) = story.open("alice", usdt="10000000")
    orders = [story.order(alice, side, quantity="1.000") for side in (BUY, SELL, BUY)]
    history = history_of(story)
    trades = history.trades(alice, BTC)
    assert {trade.order_id for trade in trades} == set(orders)
    assert [t.trade_id for t in trades] == sorted(t.trade_id for t in trades)
    of_second = [t for t in trades if t.order_id == orders[1]]
    assert history.trades(alice, BTC, order_id=orders[1]) == of_second
    assert history.trades(alice, BTC, from_id=trades[1].trade_id) == trades[1:]
    assert history.trades(alice, BTC, Window(limit=1)) == trades[-1:]
    assert history.trades(alice, BTC, Window(start=trades[0].time, limit=1)) == trades[:1]
    assert history.trades(alice, ETH) == []


def test_the_market_remembers_its_last_trades(story: Story) -> None:
    alice, bob = story.open("alice", "bob")
    story.order(alice, BUY)
    story.order(bob, SELL)
    first, second = history_of(story).recent_trades(BTC)
    assert (first.taker_side, second.taker_side) == (BUY, SELL)
    assert first.trade_id < second.trade_id
    assert second.time == story.now
    assert history_of(story).recent_trades(BTC, limit=1) == [second]
    assert history_of(story).recent_trades(ETH) == []


def test_the_markets_trades_are_read_from_a_time_an_id_or_an_aggregate_on(story: Story) -> None:
    (alice,) = story.open("alice")
    for side in (BUY, SELL, BUY):
        story.order(alice, side, quantity="1.000")
        story.order(alice, side, symbol=ETH)
    history = history_of(story)
    trades = history.recent_trades(BTC)
    assert list(history.trades_since(BTC)) == trades
    assert trades[0].aggregate_id == 1
    assert len({(t.time, t.taker_side, t.price) for t in trades}) == trades[-1].aggregate_id
    for row in (*trades, *history.recent_trades(ETH)):
        at_least = [t for t in trades if t.time >= row.time]
        assert list(history.trades_since(BTC, row.time)) == at_least
        at_least = [t for t in trades if t.trade_id >= row.trade_id]
        assert list(history.trades_since(BTC, from_id=row.trade_id)) == at_least
        at_least = [t for t in trades if t.aggregate_id >= row.aggregate_id]
        assert list(history.trades_since(BTC, from_aggregate=row.aggregate_id)) == at_least
        before = [t for t in trades if t.time < row.time]
        assert history.trade_before(BTC, row.time) == (before[-1] if before else None)
    assert history.trade_before(BTC, story.now + 1) == trades[-1]
    for beyond in (story.now + 1, 2**70):
        assert list(history.trades_since(BTC, beyond)) == []
        assert list(history.trades_since(BTC, from_id=beyond)) == []
        assert list(history.trades_since(BTC, from_aggregate=beyond)) == []
    assert list(history.trades_since("ADAUSDT", 5)) == []
    assert history.trade_before("ADAUSDT", 5) is None


def test_a_long_list_of_trades_is_read_page_by_page(story: Story) -> None:
    for number in range(1, 2_002):
        line = Line(
            story.sequence + number,
            story.now,
            Tick(),
            [Traded(BTC, number, parse("50000"), 1, BUY, SELL, number)],
        )
        story.journal.append(line)
    ids = [trade.trade_id for trade in history_of(story).trades_since(BTC, from_id=2)]
    assert ids == list(range(2, 2_002))


# Funding


def test_settlements_are_found_by_symbol_and_time(story: Story) -> None:
    story.open("alice")
    times = []
    for _ in range(3):
        times.append(story.state.markets[BTC].next_funding)
        story.to(times[-1])
        story.submit(Tick())
    history = history_of(story)
    rows = history.funding_rates(BTC)
    assert [(row.symbol, row.time) for row in rows] == [(BTC, time) for time in times]
    assert {row.mark for row in rows} == {story.state.marks[BTC]}
    assert [row.time for row in history.funding_rates(ETH, Window(start=times[1]))] == times[1:]
    assert [row.time for row in history.funding_rates(BTC, Window(limit=2))] == times[1:]
    both = history.funding_rates(None, Window(end=times[0]))
    assert [(row.symbol, row.time) for row in both] == [(BTC, times[0]), (ETH, times[0])]


# Income and margin


def test_income_is_signed_and_says_what_it_is_for(story: Story) -> None:
    (alice,) = story.open("alice", usdt="1000")
    story.submit(Transfer(alice, "USDT", parse("-100")))
    story.order(alice, BUY)
    rows = history_of(story).income(alice)
    assert [(row.income_type.value, row.amount > 0) for row in rows] == [
        ("TRANSFER", True),
        ("TRANSFER", False),
        ("COMMISSION", False),
    ]
    deposit, withdrawal, commission = rows
    assert (deposit.amount, withdrawal.amount) == (parse("1000"), parse("-100"))
    assert (deposit.symbol, deposit.trade_id, deposit.asset) == ("", 0, "USDT")
    (trade,) = history_of(story).trades(alice, BTC)
    assert (commission.amount, commission.symbol) == (-trade.commission, BTC)
    assert (commission.trade_id, commission.time) == (trade.trade_id, trade.time)
    assert len({row.transaction_id for row in rows}) == len(rows)


def test_income_of_a_type_of_a_symbol_of_a_time_and_page_by_page(story: Story) -> None:
    (alice,) = story.open("alice")
    for _ in range(3):
        story.order(alice, BUY)
        story.order(alice, BUY, quantity="0.100", symbol=ETH)
    history = history_of(story)
    rows = history.income(alice)
    assert len(rows) == 7
    assert history.income(alice, income_type="TRANSFER") == rows[:1]
    assert history.income(alice, symbol=ETH) == [r for r in rows if r.symbol == ETH]
    assert history.income(alice, symbol=ETH, income_type="TRANSFER") == []
    assert history.income(alice, income_type="FUNDING_FEE") == []
    assert history.income(alice, Window(start=rows[3].time)) == rows[3:]
    assert history.income(alice, Window(end=rows[3].time)) == rows[:4]
    pages = [history.income(alice, Window(start=0, limit=3, page=n)) for n in (1, 2, 3, 4)]
    assert pages == [rows[:3], rows[3:6], rows[6:], []]
    pages = [history.income(alice, Window(limit=3, page=n)) for n in (1, 2, 3)]
    assert pages == [rows[4:], rows[1:4], rows[:1]]


def test_isolated_margin_put_in_and_taken_out(story: Story) -> None:
    (alice,) = story.open("alice")
    story.submit(SetMarginType(alice, BTC, isolated=True))
    story.order(alice, BUY)
    for amount in ("50", "-20", "7"):
        story.submit(AdjustIsolatedMargin(alice, BTC, PositionSide.BOTH, parse(amount)))
    history = history_of(story)
    rows = history.margin_changes(alice, BTC)
    assert [row.amount for row in rows] == [parse("50"), parse("-20"), parse("7")]
    assert (rows[0].asset, rows[0].position_side) == ("USDT", PositionSide.BOTH)
    assert history.margin_changes(alice, BTC, added=True) == [rows[0], rows[2]]
    assert history.margin_changes(alice, BTC, added=False) == [rows[1]]
    assert history.margin_changes(alice, BTC, Window(start=rows[1].time)) == rows[1:]
    assert history.margin_changes(alice, BTC, Window(limit=1)) == rows[-1:]
    assert history.margin_changes(alice, ETH) == []


# Accounts that leave


def everything_about(history: History, account_id: int) -> list[object]:
    return [
        *history.orders(account_id),
        *history.trades(account_id, BTC),
        *history.income(account_id),
        *history.margin_changes(account_id, BTC),
    ]


@pytest.mark.parametrize("leave", [ResetAccount, CloseAccount])
def test_an_account_that_is_reset_or_closed_has_no_past(
    story: Story, leave: type[ResetAccount | CloseAccount]
) -> None:
    alice, bob = story.open("alice", "bob")
    price = story.at_mark()
    order_id = story.order(alice, BUY, price, "0.020", client_order_id="gone")
    story.order(bob, SELL, price)
    before = everything_about(history_of(story), bob)
    assert everything_about(history_of(story), alice)
    story.submit(leave(alice))
    history = history_of(story)
    assert everything_about(history, alice) == []
    assert history.order(alice, BTC, order_id=order_id) is None
    assert history.order(alice, BTC, client_order_id="gone") is None
    assert everything_about(history, bob) == before
    assert len(history.recent_trades(BTC)) == 1


def test_what_comes_after_a_reset_is_kept(story: Story) -> None:
    (alice,) = story.open("alice")
    story.order(alice, BUY)
    story.submit(ResetAccount(alice))
    order_id = story.order(alice, BUY)
    history = history_of(story)
    assert ids(history.orders(alice)) == [order_id]
    (trade,) = history.trades(alice, BTC)
    (commission,) = history.income(alice)
    assert trade.order_id == order_id
    assert commission.amount == -trade.commission


def test_a_stranger_has_no_past(story: Story) -> None:
    story.open("alice")
    assert everything_about(history_of(story), 99) == []
    assert history_of(story).order(99, BTC, order_id=1) is None


# The past and the present


def test_the_past_agrees_with_the_state_about_every_open_order(story: Story) -> None:
    for seed in range(20):
        story.live(30, seed)
        history = history_of(story)
        for order in story.state.orders.values():
            told = history.order(order.account_id, order.symbol, order_id=order.order_id)
            assert told is not None
            assert facts(told) == facts(order)
        for account_id in story.state.accounts:
            window = Window(limit=10**6)
            still_open = {
                order.order_id
                for order in history.orders(account_id, window=window)
                if order.status in {OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED}
            }
            assert still_open == {
                order.order_id
                for order in story.state.orders.values()
                if order.account_id == account_id
            }


def test_numbers_beyond_all_bounds_find_nothing(story: Story) -> None:
    (alice,) = story.open("alice")
    order_id = story.order(alice, BUY)
    history = history_of(story)
    far = 10**30
    assert history.order(alice, BTC, order_id=far) is None
    assert history.orders(alice, BTC, from_id=far) == []
    assert history.trades(alice, BTC, order_id=-far) == []
    assert history.income(alice, Window(start=far)) == []
    assert history.income(alice, Window(end=-far)) == []
    assert history.income(alice, Window(page=far)) == []
    assert ids(history.orders(alice, BTC, Window(-far, far), from_id=-far)) == [order_id]


def test_a_refusal_leaves_no_row(story: Story) -> None:
    (alice,) = story.open("alice", usdt="1")
    with pytest.raises(Rejected):
        story.order(alice, BUY)
    assert history_of(story).orders(alice) == []


def test_the_order_type_and_terms_are_those_of_the_order(story: Story) -> None:
    (alice,) = story.open("alice")
    order = order_of(story, alice, story.order(alice, BUY))
    assert (order.order_type, order.price, order.reduce_only) == (OrderType.MARKET, 0, False)


def test_memory_and_file_are_what_was_asked_for(journal: Journal) -> None:
    assert journal.head.catalogue_json == catalogue_json()
    assert journal.head.shard == 0
