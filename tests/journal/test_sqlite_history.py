"""History out of a file: the same as out of memory, quickly found, and not lost by a restart."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from perpbox.account import BUY, SELL, OrderStatus
from perpbox.journal import open_journal
from perpbox.journal.history import History
from perpbox.journal.records import Window
from perpbox.journal.sqlite import SqliteJournal
from perpbox.journal.sqlite_history import (
    AGGREGATE_FROM,
    BACKWARD,
    FIRST_TRADE,
    FORWARD,
    INCOME,
    LAST_TRADE,
    MARGIN_CHANGES,
    ORDER_BY_CLIENT_ORDER_ID,
    ORDER_BY_ID,
    ORDERS,
    ORDERS_OF_SYMBOL,
    PAGE,
    RECENT_TRADES,
    TIME_FROM,
    TRADE_BEFORE,
    TRADES,
    TRADES_FROM,
)
from perpbox.money import Millis
from tests.engine.conditionals import placed
from tests.journal.story import BTC, ETH, SECOND, Story, catalogue_json


def test_both_kinds_of_journal_tell_the_same(path: Path) -> None:
    dice = Random(5)
    with open_journal(":memory:", catalogue_json()) as memory:
        story = Story(memory)
        story.live(1_500, seed=5)
        with open_journal(path, catalogue_json()) as kept:
            for line in memory.lines():
                kept.append(line)
                if dice.random() < 0.01:
                    kept.flush()
            kept.flush()
            for _ in range(300):
                ask = question(dice, story)
                assert ask(kept.history) == ask(memory.history)


class Question:
    """One thing to ask of any history."""

    def __init__(self, name: str, *values: object, **named: object) -> None:
        self.name, self.values, self.named = name, values, named

    def __call__(self, history: History) -> object:
        return getattr(history, self.name)(*self.values, **self.named)


def question(dice: Random, story: Story) -> Question:
    account_id = dice.randint(1, story.state.next_account_id)
    symbol = dice.choice((BTC, ETH))

    def time() -> Millis | None:
        return dice.choice((None, story.now - SECOND * dice.randint(0, story.sequence)))

    def number(last: int) -> int | None:
        return dice.choice((None, dice.randint(1, last)))

    window = Window(
        time(),
        time(),
        dice.choice((1, 5, 500)),
        dice.randint(1, 3),
        dice.choice((None, True, False)),
    )
    orders, trades = story.state.next_order_id, story.state.next_trade_id
    moves = story.state.next_transaction_id
    kinds = (
        Question("order", account_id, symbol, order_id=dice.randint(1, orders)),
        Question("order", account_id, symbol, client_order_id=f"mine-{dice.randint(1, 20)}"),
        Question("orders", account_id, symbol, window, from_id=number(orders)),
        Question("orders", account_id, None, window, from_id=number(orders)),
        Question(
            "trades", account_id, symbol, window, from_id=number(trades), order_id=number(orders)
        ),
        Question("trades", account_id, symbol, window),
        Question("income", account_id, window, symbol=dice.choice((None, symbol))),
        Question("income", account_id, window, income_type=dice.choice(("COMMISSION", "TRANSFER"))),
        Question("margin_changes", account_id, symbol, window, added=dice.choice((None, True))),
        Question("amendments", account_id, symbol, dice.randint(1, orders), window),
        Question("conversion", account_id, conversion_id=dice.randint(1, moves)),
        Question("conversion", account_id, quote_id=f"quote-{dice.randint(1, moves)}"),
        Question("recent_trades", symbol, dice.choice((1, 1000))),
    )
    return dice.choice(kinds)


def test_an_order_from_before_a_restart_is_filled_after_it(path: Path) -> None:
    with open_journal(path, catalogue_json()) as journal:
        story = Story(journal)
        alice, bob = story.open("alice", "bob")
        price = story.at_mark()
        maker = story.order(alice, BUY, price, client_order_id="patient")
    with open_journal(path, b"") as journal:
        story = Story(journal, story.state, story.sequence)
        story.order(bob, SELL, price)
        journal.flush()
        order = journal.history.order(alice, BTC, order_id=maker)
        (trade,) = journal.history.trades(alice, BTC)
    assert order is not None
    assert (order.status, order.client_order_id) == (OrderStatus.FILLED, "patient")
    assert (trade.side, trade.order_id) == (BUY, maker)


def test_an_order_that_waited_before_a_restart_is_as_old_as_it_was(path: Path) -> None:
    """As an order of its own type: its trigger changes the order, and makes no new one."""
    with open_journal(path, catalogue_json()) as journal:
        story = Story(journal)
        (alice,) = story.open("alice")
        story.move("50000")
        terms = ["buy", "0.01", "BTCUSDT", "at", "60000", "limit", "50000", "mark", "legacy"]
        order_id = story.submit(placed(alice, "stop", terms)).conditional_orders[0].algo_id
        journal.flush()
        waiting = journal.history.order(alice, BTC, order_id=order_id)
    with open_journal(path, b"") as journal:
        story = Story(journal, story.state, story.sequence)
        story.move("60000")
        journal.flush()
        order = journal.history.order(alice, BTC, order_id=order_id)
    assert waiting is not None
    assert order is not None
    assert (order.created, order.updated) == (waiting.created, story.now)


@pytest.mark.parametrize(
    "statement",
    [ORDERS_OF_SYMBOL, ORDERS, TRADES, INCOME, MARGIN_CHANGES],
    ids=lambda s: s.split()[3],
)
@pytest.mark.parametrize("direction", [FORWARD, BACKWARD])
def test_no_question_reads_the_past_of_all_accounts(
    path: Path, statement: str, direction: str
) -> None:
    plan = plan_of(path, statement.replace(PAGE, direction))
    assert not any("SCAN" in step for step in plan), plan
    assert any("COVERING INDEX" in step and "account_id=?" in step for step in plan), plan


@pytest.mark.parametrize(
    "statement",
    [
        ORDER_BY_ID,
        ORDER_BY_CLIENT_ORDER_ID,
        RECENT_TRADES,
        TRADES_FROM,
        TRADE_BEFORE,
        TIME_FROM,
        AGGREGATE_FROM,
        FIRST_TRADE,
        LAST_TRADE,
    ],
)
def test_no_question_goes_through_a_whole_table(path: Path, statement: str) -> None:
    plan = plan_of(path, statement)
    assert not any("SCAN" in step for step in plan), plan


def plan_of(path: Path, statement: str) -> list[str]:
    with open_journal(path, catalogue_json()) as journal:
        assert isinstance(journal, SqliteJournal)
        names = ["account_id", "symbol", "order_id", "client_order_id", "from_id", "first", "last"]
        names.append("unfilled_since")
        asked = dict.fromkeys([*names, "income_type", "added", "limit", "skip"], 1)
        parameters = (1,) * statement.count("?") or asked
        rows = journal._reader.rows("EXPLAIN QUERY PLAN " + statement, parameters)
        return [row[-1] for row in rows]
