"""Following the turns: what is kept in mind of them is only what may still change."""

from __future__ import annotations

import pytest

from perpbox.account import BUY
from perpbox.engine.commands import Tick
from perpbox.engine.events import OrderCanceled, OrderFilled
from perpbox.engine.line import Line
from perpbox.journal import open_journal
from perpbox.journal.projection import Projection
from perpbox.journal.records import OrderRecord
from tests.journal.story import START, Story, catalogue_json


def no_order(order_id: int) -> OrderRecord:
    raise LookupError(order_id)


def no_conditional(_: int) -> None:
    return None


def test_only_open_orders_are_kept_in_mind() -> None:
    projection = Projection(no_order, no_conditional)
    with open_journal(":memory:", catalogue_json()) as journal:
        story = Story(journal)
        for seed in range(10):
            before = story.sequence
            story.live(60, seed)
            for line in journal.lines(before):
                projection.add(line)
            assert set(projection._open) == set(story.state.orders)


def test_what_was_taken_is_not_told_again() -> None:
    projection = Projection(no_order, no_conditional)
    with open_journal(":memory:", catalogue_json()) as journal:
        story = Story(journal)
        (alice,) = story.open("alice")
        order_id = story.order(alice, BUY, "60000")
        for line in journal.lines():
            projection.add(line)
    assert set(projection.take().orders) == {order_id}
    assert not projection.take().orders
    projection.add(Line(9, START, Tick(), [OrderCanceled(alice, order_id)]))
    assert set(projection.take().orders) == {order_id}


@pytest.mark.parametrize(
    "event",
    [
        OrderCanceled(1, 99),
        OrderFilled(1, 99, "BTCUSDT", 1, 1, 1, True, 0, "USDT", 0),
    ],
)
def test_an_order_that_nobody_placed_cannot_change(event: OrderCanceled | OrderFilled) -> None:
    with pytest.raises(LookupError, match="99"):
        Projection(no_order, no_conditional).add(Line(1, START, Tick(), [event]))
