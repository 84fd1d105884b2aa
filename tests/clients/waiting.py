"""The part of the story in which things wait: stops, a countdown, the next funding, fees in BNB.

It needs no hand on the market. The last price is that of the latest trade, so a trader who has
bought at the ask sets off a stop just below it by selling at the bid.
"""

from __future__ import annotations

import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from exact import floor_to, raise_to

if TYPE_CHECKING:
    from scenario import Story

Row: TypeAlias = dict[str, Any]

HOUR = 3_600_000
COUNTDOWN = 300
"""Milliseconds; short, and longer than a request takes."""
PATIENCE = 10.0
USES_ALGO_ENDPOINTS = -4120
"""What a client is told that places a stop as an order, the way it was until 2025-12-09."""


class Waiter(Protocol):
    """What a client library has for all this; the rows are again the JSON that it handed over."""

    has_stops: bool
    """False for a library that is older than the algo endpoints: its stops are refused."""

    def place_stop(self, symbol: str, side: str, quantity: Decimal, trigger: Decimal) -> Row: ...
    def stop(self, symbol: str, algo_id: int) -> Row: ...
    def open_stops(self, symbol: str) -> list[Row]: ...
    def all_stops(self, symbol: str) -> list[Row]: ...
    def cancel_stop(self, symbol: str, algo_id: int) -> Row: ...
    def count_down(self, symbol: str, milliseconds: int) -> Row: ...
    def funding_rates(self, symbol: str) -> list[Row]: ...
    def fee_burn(self) -> bool: ...
    def set_fee_burn(self, on: bool) -> Row: ...


def number(text: str) -> Decimal:
    """A figure as the venue printed it."""
    return Decimal(text)


class Waiting:
    """Steps of the story; they leave its account flat again, and tell it what was traded."""

    def __init__(self, story: Story, symbol: str) -> None:
        self.story, self.symbol = story, symbol
        self.trader, self.checks = story.trader, story.checks

    def stops(self) -> None:
        """Half of a position is closed by hand, and that sets off the stop for the other half."""
        quantity = self.quantity()
        bought = self.trader.place_market(self.symbol, "BUY", 2 * quantity)
        fills = self.note(int(bought["orderId"]))
        latest = number(fills[-1]["price"])
        trigger = latest - self.story.tick
        if not self.trader.has_stops:
            self.story.refused(
                USES_ALGO_ENDPOINTS,
                lambda: self.trader.place_stop(self.symbol, "SELL", quantity, trigger),
            )
            sold = self.trader.place_market(self.symbol, "SELL", 2 * quantity, reduce_only=True)
            self.note(int(sold["orderId"]))
            return
        kept = self.placed(quantity, trigger)
        self.dropped(kept, quantity)
        row = self.trader.stop(self.symbol, kept)
        self.checks.equal((row["algoStatus"], row["actualOrderId"]), ("NEW", ""), "while it waits")
        sold = self.trader.place_market(self.symbol, "SELL", quantity, reduce_only=True)
        self.note(int(sold["orderId"]))
        self.triggered(kept, quantity, trigger)
        self.checks.equal(self.trader.positions(self.symbol), [], "positionRisk")
        self.refused_to_drop(kept)

    def quantity(self) -> Decimal:
        """Worth about a tenth of what the account may hold."""
        worth = number(self.story.flat["availableBalance"]) / 10
        return floor_to(worth / self.story.mark(), self.story.step)

    def note(self, order_id: int) -> list[Row]:
        """Let the story know what the order has traded."""
        fills = self.trader.trades(self.symbol, order_id)
        self.checks.that(bool(fills), f"order {order_id} has traded")
        self.story.fills += fills
        return fills

    def placed(self, quantity: Decimal, trigger: Decimal) -> int:
        """A stop that waits, and nothing but it; the account holds nothing for it."""
        before = self.story.read_account()["totalOpenOrderInitialMargin"]
        told = self.trader.place_stop(self.symbol, "SELL", quantity, trigger)
        (row,) = self.trader.open_stops(self.symbol)
        for each, where in ((told, "the answer"), (row, "openAlgoOrders")):
            self.checks.equal(each["algoStatus"], "NEW", f"algoStatus in {where}")
            self.checks.equal(each["orderType"], "STOP_MARKET", f"orderType in {where}")
            self.checks.equal(int(each["algoId"]), int(told["algoId"]), f"algoId in {where}")
            self.checks.equal(number(each["triggerPrice"]), trigger, f"triggerPrice in {where}")
            self.checks.equal(number(each["quantity"]), quantity, f"quantity in {where}")
        self.checks.equal(self.trader.open_orders(self.symbol), [], "openOrders")
        after = self.story.read_account()["totalOpenOrderInitialMargin"]
        self.checks.equal(after, before, "what the account holds for open orders")
        return int(told["algoId"])

    def dropped(self, kept: int, quantity: Decimal) -> None:
        """Another one, far away, which is canceled."""
        far = floor_to(self.story.mark() / 2, self.story.tick)
        told = self.trader.place_stop(self.symbol, "SELL", quantity, far)
        waiting = {int(row["algoId"]) for row in self.trader.open_stops(self.symbol)}
        self.checks.equal(waiting, {kept, int(told["algoId"])}, "openAlgoOrders")
        answer = self.trader.cancel_stop(self.symbol, int(told["algoId"]))
        self.checks.equal(
            (answer["code"], answer["msg"]), ("200", "success"), "the cancel's answer"
        )
        row = self.trader.stop(self.symbol, int(told["algoId"]))
        self.checks.equal(row["algoStatus"], "CANCELED", "algoStatus")
        (row,) = self.trader.open_stops(self.symbol)
        self.checks.equal(int(row["algoId"]), kept, "what still waits")

    def triggered(self, algo_id: int, quantity: Decimal, trigger: Decimal) -> None:
        """It has become an order, and both of them know it."""
        row = self.trader.stop(self.symbol, algo_id)
        self.checks.equal(row["algoStatus"], "FINISHED", "algoStatus")
        self.checks.equal(self.trader.open_stops(self.symbol), [], "openAlgoOrders")
        order = self.trader.order(self.symbol, int(row["actualOrderId"]))
        self.checks.equal(order["status"], "FILLED", "status of its order")
        self.checks.equal(
            (order["type"], order["origType"]), ("MARKET", "STOP_MARKET"), "type, origType"
        )
        self.checks.equal(number(order["stopPrice"]), trigger, "stopPrice")
        self.checks.equal(order["clientOrderId"], row["clientAlgoId"], "clientOrderId")
        self.checks.equal(number(row["actualPrice"]), number(order["avgPrice"]), "actualPrice")
        fills = self.note(int(row["actualOrderId"]))
        self.story.charged(fills, quantity, buyer=False)
        past = {int(each["algoId"]): each for each in self.trader.all_stops(self.symbol)}
        for field in ("actualOrderId", "actualPrice", "triggerPrice", "updateTime"):
            self.checks.equal(past[algo_id][field], row[field], f"{field} in allAlgoOrders")
        ends = sorted(each["algoStatus"] for each in past.values())
        self.checks.equal(ends, ["CANCELED", "FINISHED"], "allAlgoOrders")

    def refused_to_drop(self, algo_id: int) -> None:
        """What waits no more cannot be canceled."""
        self.story.refused(-2011, lambda: self.trader.cancel_stop(self.symbol, algo_id))

    def countdown(self) -> None:
        """An order stands until the countdown ends; one that is stopped ends nothing."""
        price = floor_to(self.story.mark() / 2, self.story.tick)
        quantity = raise_to(4 * self.story.least_notional / price, self.story.step)
        order = self.trader.place_limit(self.symbol, "BUY", quantity, price)
        self.story.canceled.add(int(order["orderId"]))
        for span in (60_000, 0, COUNTDOWN):
            told = self.trader.count_down(self.symbol, span)
            self.checks.equal(told["symbol"], self.symbol, "symbol of the countdown")
            self.checks.equal(int(told["countdownTime"]), span, "countdownTime")
        until = time.monotonic() + PATIENCE
        while self.trader.open_orders(self.symbol) and time.monotonic() < until:
            time.sleep(0.05)
        row = self.trader.order(self.symbol, int(order["orderId"]))
        self.checks.equal(row["status"], "CANCELED", "status after the countdown")
        lived = int(row["updateTime"]) - int(row["time"])
        self.checks.that(lived >= COUNTDOWN, f"it stood for {lived} ms")

    def funding(self) -> None:
        """A rate to come and the time of it; on a venue this young nothing was settled."""
        row = self.trader.premium_index(self.symbol)
        rate, due = number(row["lastFundingRate"]), int(row["nextFundingTime"])
        self.checks.that(abs(rate) < Decimal("0.01"), f"{rate} is a rate")
        self.checks.equal(due % HOUR, 0, "nextFundingTime past the hour")
        self.checks.that(0 < due - int(row["time"]) <= 8 * HOUR, "it is within eight hours")
        settled = self.trader.funding_rates(self.symbol)
        rows = self.trader.income("FUNDING_FEE")
        self.checks.that(len(rows) <= len(settled), f"{rows} were paid of {settled}")

    def fees(self) -> None:
        """Fees in BNB, on and off again."""
        self.checks.equal(self.trader.fee_burn(), False, "feeBurn of a new account")
        for on in (True, False):
            told = self.trader.set_fee_burn(on)
            self.checks.equal(int(told["code"]), 200, "code of the feeBurn answer")
            self.checks.equal(self.trader.fee_burn(), on, "feeBurn")
