"""Amendments and conversions: what is kept of them, whatever keeps the journal."""

from __future__ import annotations

from perpbox.account import BUY
from perpbox.engine.commands import AmendOrder, Convert, ResetAccount
from perpbox.journal.history import History
from perpbox.journal.records import Window
from perpbox.money import parse
from tests.journal.story import BTC, ETH, Story


def history_of(story: Story) -> History:
    story.journal.flush()
    return story.journal.history


def test_every_amendment_is_kept_with_what_was_before(story: Story) -> None:
    alice, bob = story.open("alice", "bob")
    order_id = story.order(alice, BUY, "60000", "0.020", client_order_id="mine")
    changes = (("0.040", "61000"), ("0.040", "61001"), ("0.030", "61001"))
    for quantity, price in changes:
        story.submit(AmendOrder(alice, BTC, BUY, parse(quantity), parse(price), order_id))
    history = history_of(story)
    rows = history.amendments(alice, BTC, order_id)
    assert [(row.price, row.quantity) for row in rows] == [
        (parse(price), parse(quantity)) for quantity, price in changes
    ]
    befores = [(row.price_before, row.quantity_before) for row in rows]
    assert befores == [
        (parse("60000"), parse("0.020")),
        *[(r.price, r.quantity) for r in rows[:-1]],
    ]
    assert [row.count for row in rows] == [1, 2, 3]
    assert [row.amendment_id for row in rows] == [story.sequence - n for n in (2, 1, 0)]
    assert {(row.client_order_id, row.account_id) for row in rows} == {("mine", alice)}
    assert rows[-1].time == story.now
    assert history.amendments(alice, BTC, order_id, Window(limit=1, newest=True)) == rows[-1:]
    assert history.amendments(alice, BTC, order_id, Window(start=rows[1].time)) == rows[1:]
    assert history.amendments(alice, ETH, order_id) == []
    assert history.amendments(bob, BTC, order_id) == []
    story.submit(ResetAccount(alice))
    assert history_of(story).amendments(alice, BTC, order_id) == []


def test_a_conversion_is_found_by_its_id_and_by_its_quote(story: Story) -> None:
    alice, bob = story.open("alice", "bob")
    for number in (1, 2):
        story.submit(Convert(alice, f"quote-{number}", "USDT", parse("650"), "BNB", parse("1")))
    history = history_of(story)
    found = history.conversion(alice, quote_id="quote-1")
    assert found is not None
    assert (found.from_asset, found.from_amount) == ("USDT", parse("650"))
    assert (found.to_asset, found.to_amount) == ("BNB", parse("1"))
    assert history.conversion(alice, conversion_id=found.conversion_id) == found
    assert history.conversion(alice, conversion_id=found.conversion_id + 1) is None
    assert history.conversion(bob, conversion_id=found.conversion_id) is None
    assert history.conversion(bob, quote_id="quote-1") is None
    assert history.conversion(alice) is None
    moved = [(row.income_type.value, row.amount) for row in history.income(alice)[-2:]]
    assert moved == [("COIN_SWAP_WITHDRAW", -parse("650")), ("COIN_SWAP_DEPOSIT", parse("1"))]
    story.submit(ResetAccount(alice))
    assert history_of(story).conversion(alice, quote_id="quote-1") is None
