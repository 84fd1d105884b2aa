"""Several orders at once: two that stand and one that is refused, and the end of them."""

from __future__ import annotations

from collections.abc import Callable

from cells import passed
from exact import floor_to, plain, raise_to
from scenario import SYMBOL, Story
from waiting import Row

WOULD_TRADE = -5022
"""The refusal of a post-only order that would not rest."""


def check_batches(
    story: Story,
    place: Callable[[list[Row]], list[Row]],
    cancel: Callable[[list[int]], list[Row]],
) -> None:
    """`place` takes orders in the venue's names; both give the venue's rows, one an order."""
    checks = story.checks
    checks.step = "batches"
    before = story.read_account()
    price = floor_to(story.mark() / 2, story.tick)
    quantity = raise_to(4 * story.least_notional / price, story.step)
    orders: list[Row] = [
        {
            "symbol": SYMBOL,
            "side": "BUY",
            "type": "LIMIT",
            "timeInForce": force,
            "quantity": plain(quantity),
            "price": plain(each),
        }
        for each, force in (
            (price, "GTC"),
            (price - story.tick, "GTC"),
            (floor_to(story.mark() * 102 / 100, story.tick), "GTX"),
        )
    ]
    told = place(orders)
    placed = [row for row in told if "orderId" in row]  # ccxt sorts what it is told
    checks.equal([row["status"] for row in placed], ["NEW", "NEW"], "those that stand")
    codes = [int(row["code"]) for row in told if row not in placed]
    checks.equal(codes, [WOULD_TRADE], "the one that does not")
    ids = [int(row["orderId"]) for row in placed]
    standing = sorted(int(row["orderId"]) for row in story.trader.open_orders(SYMBOL))
    checks.equal(standing, sorted(ids), "openOrders")
    ended = cancel(ids)
    checks.equal([row["status"] for row in ended], ["CANCELED", "CANCELED"], "the cancels")
    story.canceled.update(ids)
    checks.equal(story.read_account(), before, "the account after the batch")
    passed("batches")
