"""What the node trades, and its cache against the venue's own answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

# Lives in this flow's own environment, not in the one that is type-checked.
from nautilus_trader.model.enums import (  # type: ignore[import-not-found]
    OrderStatus,
)
from nautilus_trader.model.identifiers import Venue  # type: ignore[import-not-found]
from nautilus_trader.model.objects import (  # type: ignore[import-not-found]
    Currency,
)

from cells import passed
from exact import Checks, floor_to, raise_to
from market_streams import PublicRest
from nautilus_flow.node import INSTRUMENT, ISOLATED, Watcher
from scenario import ASSET, LEVERAGE, SYMBOL, asset_row
from signed import SignedRest
from waiting import PATIENCE, Row, number

VENUE = Venue("BINANCE")
USDT = Currency.from_str(ASSET)


class Session:
    """Steps in order, each leaving behind what the next one needs."""

    def __init__(
        self, node: Any, watcher: Watcher, rest: PublicRest, own: SignedRest, checks: Checks
    ) -> None:
        self.node, self.watcher = node, watcher
        self.rest, self.own, self.checks = rest, own, checks
        self.tick = self.step = self.least = Decimal(0)

    async def play(self) -> None:
        for step, *shown in (
            (self.instruments, "start-up"),
            (self.settings, "settings"),
            (self.account, "account"),
            (self.resting, "amendments"),
            (self.batch, "batches"),
            (self.refused, "refusals"),
            (self.traded, "orders", "positions"),
            (self.stops, "conditional orders"),
            (self.money, "user stream"),
            (self.market, "market streams"),
            (self.requested, "market data"),
            (self.past, "history"),
        ):
            self.checks.step = step.__name__
            await step()
            passed(*shown)

    # What the steps share.

    async def until(self, holds: Callable[[], bool], what: str) -> None:
        """It comes true before patience ends."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > deadline:
                self.checks.fail(f"{what} did not come; last told {self.watcher.events[-3:]}")
            await asyncio.sleep(0.02)
        self.checks.that(True, what)

    async def reaches(self, order: Any, status: Any) -> Row:
        """The order has that status in the cache, and REST says the same of it."""
        await self.until(lambda: order.status == status, f"{status} of {order}")
        row = self.own.get("v1/order", symbol=SYMBOL, orderId=order.venue_order_id.value)
        wanted = {
            OrderStatus.ACCEPTED: "NEW",
            OrderStatus.CANCELED: "CANCELED",
            OrderStatus.FILLED: "FILLED",
        }
        self.checks.equal(row["status"], wanted[status], "status")
        self.checks.equal(number(row["origQty"]), order.quantity.as_decimal(), "origQty")
        self.checks.equal(number(row["executedQty"]), order.filled_qty.as_decimal(), "executedQty")
        if order.has_price:
            self.checks.equal(number(row["price"]), order.price.as_decimal(), "price")
        return dict(row)

    def mark(self) -> Decimal:
        return number(self.rest.get("premiumIndex", symbol=SYMBOL)["markPrice"])

    def far(self) -> tuple[Decimal, Decimal]:
        """A bid's price and quantity at half the mark."""
        price = floor_to(self.mark() / 2, self.tick)
        return price, raise_to(4 * self.least / price, self.step)

    def balance(self) -> tuple[Decimal, Decimal, Decimal]:
        """What the node's account has of the margin asset: total, locked, free."""
        account = self.node.portfolio.account(VENUE)
        return (
            account.balance_total(USDT).as_decimal(),
            account.balance_locked(USDT).as_decimal(),
            account.balance_free(USDT).as_decimal(),
        )

    # The steps.

    async def instruments(self) -> None:
        """Increments and fees are those of the venue."""
        info = self.rest.get("exchangeInfo")
        row = next(each for each in info["symbols"] if each["symbol"] == SYMBOL)
        filters = {each["filterType"]: each for each in row["filters"]}
        self.tick = number(filters["PRICE_FILTER"]["tickSize"])
        self.step = number(filters["LOT_SIZE"]["stepSize"])
        self.least = number(filters["MIN_NOTIONAL"]["notional"])
        fees = self.own.get("v1/commissionRate", symbol=SYMBOL)
        mine = self.watcher.instrument
        equal = self.checks.equal
        equal(mine.price_increment.as_decimal(), self.tick, "price_increment")
        equal(mine.size_increment.as_decimal(), self.step, "size_increment")
        equal(mine.min_notional.as_decimal(), self.least, "min_notional")
        equal(mine.taker_fee, number(fees["takerCommissionRate"]), "taker_fee")
        equal(mine.maker_fee, number(fees["makerCommissionRate"]), "maker_fee")
        equal(mine.max_quantity.as_decimal(), number(filters["LOT_SIZE"]["maxQty"]), "maxQty")

    async def settings(self) -> None:
        """What the node has set when it connected."""
        for symbol, field, wanted in (
            (SYMBOL, "leverage", LEVERAGE),
            (SYMBOL, "marginType", "CROSSED"),
            (ISOLATED, "marginType", "ISOLATED"),
        ):
            (row,) = self.own.get("v1/symbolConfig", symbol=symbol)
            self.checks.equal(row[field], wanted, f"{field} of {symbol}")

    async def account(self) -> None:
        row = asset_row(self.own.get("v3/account"))
        total, locked, free = self.balance()
        self.checks.equal(total, number(row["walletBalance"]), "total")
        self.checks.equal(locked, Decimal(0), "locked")
        self.checks.equal(free, number(row["availableBalance"]), "free")
        self.checks.equal(self.node.cache.positions_open(), [], "positions")

    async def resting(self) -> None:
        """A bid that is changed and canceled."""
        price, quantity = self.far()
        order = self.watcher.limit("BUY", quantity, price)
        row = await self.reaches(order, OrderStatus.ACCEPTED)
        self.checks.equal(row["clientOrderId"], order.client_order_id.value, "clientOrderId")
        price, quantity = price - 7 * self.tick, quantity + self.step
        make = self.watcher.instrument
        self.watcher.modify_order(order, make.make_qty(quantity), make.make_price(price))
        await self.until(lambda: order.quantity.as_decimal() == quantity, "the amendment")
        row = await self.reaches(order, OrderStatus.ACCEPTED)
        self.checks.equal((number(row["price"]), number(row["origQty"])), (price, quantity), "row")
        self.watcher.cancel_order(order)
        await self.reaches(order, OrderStatus.CANCELED)

    async def batch(self) -> None:
        """Two bids, canceled in one request."""
        price, quantity = self.far()
        orders = [self.watcher.limit("BUY", quantity, price - n * self.tick) for n in range(2)]
        for order in orders:
            await self.reaches(order, OrderStatus.ACCEPTED)
        self.watcher.cancel_orders(orders)
        for order in orders:
            await self.reaches(order, OrderStatus.CANCELED)
        self.checks.equal(self.own.get("v1/openOrders", symbol=SYMBOL), [], "openOrders")

    async def refused(self) -> None:
        """More than the account can bear."""
        price, _ = self.far()
        wallet, _, _ = self.balance()
        order = self.watcher.limit("BUY", raise_to(2 * wallet * LEVERAGE / price, self.step), price)
        await self.until(lambda: order.status == OrderStatus.REJECTED, "the refusal")
        reason = self.watcher.events[-1].reason
        self.checks.that("-2019" in reason, f"-2019 is in {reason!r}")

    async def traded(self) -> None:
        """Bought at the market: fills, fees and the position are the venue's."""
        wallet, _, _ = self.balance()
        quantity = floor_to(wallet / self.mark() / 4, 2 * self.step)
        order = self.watcher.market("BUY", 2 * quantity)
        row = await self.reaches(order, OrderStatus.FILLED)
        self.fills(order, row)
        (position,) = self.node.cache.positions_open()
        (risk,) = self.own.get("v3/positionRisk", symbol=SYMBOL)
        self.checks.equal(position.signed_decimal_qty(), number(risk["positionAmt"]), "amount")
        entry = float(risk["entryPrice"])
        self.checks.that(abs(position.avg_px_open / entry - 1) < 1e-12, f"opened at {entry}")
        self.quantity = quantity

    def fills(self, order: Any, row: Row) -> None:
        """The order's fills in the cache are its trades, one for one."""
        trades = self.own.get("v1/userTrades", symbol=SYMBOL, orderId=row["orderId"])
        told = {
            each.trade_id.value: (
                each.last_px.as_decimal(),
                each.last_qty.as_decimal(),
                each.commission.as_decimal(),
            )
            for each in order.events
            if type(each).__name__ == "OrderFilled"
        }
        wanted = {
            str(each["id"]): tuple(number(each[name]) for name in ("price", "qty", "commission"))
            for each in trades
        }
        self.checks.equal(told, wanted, "fills")

    async def stops(self) -> None:
        """One is canceled; one is set off by a sale at the bid, and closes the rest."""
        far = floor_to(self.mark() / 2, self.tick)
        dropped = self.watcher.stop_market("SELL", self.quantity, far)
        await self.until(lambda: dropped.status == OrderStatus.ACCEPTED, "the first stop")
        (row,) = self.own.get("v1/openAlgoOrders", symbol=SYMBOL)
        equal = self.checks.equal
        equal(row["clientAlgoId"], dropped.client_order_id.value, "clientAlgoId")
        equal(number(row["triggerPrice"]), far, "triggerPrice")
        self.watcher.cancel_order(dropped)
        await self.until(lambda: dropped.status == OrderStatus.CANCELED, "its end")
        equal(self.own.get("v1/openAlgoOrders", symbol=SYMBOL), [], "openAlgoOrders")
        latest = number(self.rest.get("trades", symbol=SYMBOL, limit=1)[0]["price"])
        kept = self.watcher.stop_market("SELL", self.quantity, latest - self.tick)
        await self.until(lambda: kept.status == OrderStatus.ACCEPTED, "the second stop")
        sold = self.watcher.market("SELL", self.quantity, reduce_only=True)
        self.fills(sold, await self.reaches(sold, OrderStatus.FILLED))
        await self.until(lambda: kept.status == OrderStatus.FILLED, "the stop's trade")
        row = self.own.get("v1/algoOrder", clientAlgoId=kept.client_order_id.value)
        equal(row["algoStatus"], "FINISHED", "algoStatus")
        order = self.own.get("v1/order", symbol=SYMBOL, orderId=row["actualOrderId"])
        self.fills(kept, order)
        equal(self.own.get("v3/positionRisk", symbol=SYMBOL), [], "positionRisk")
        equal(self.node.cache.positions_open(), [], "positions")

    async def money(self) -> None:
        """The wallet of the account's stream is that of v3/account."""
        wallet = number(asset_row(self.own.get("v3/account"))["walletBalance"])
        await self.until(lambda: self.balance()[0] == wallet, f"a wallet of {wallet}")
        (closed,) = self.node.cache.positions_closed()
        rows = self.own.get("v1/income", symbol=SYMBOL)
        made = sum((number(row["income"]) for row in rows), Decimal(0))
        self.checks.that(
            abs(closed.realized_pnl.as_decimal() - made) < Decimal("0.00000002"),
            f"the position made {closed.realized_pnl}, the income is {made}",
        )

    async def market(self) -> None:
        """The last that each stream told is what REST answers."""
        # A bid that stands from now on: slow streams miss what comes and goes.
        price, quantity = self.far()
        order = self.watcher.limit("BUY", quantity, price)
        await self.reaches(order, OrderStatus.ACCEPTED)
        await self.until(self.quotes_agree, "the book ticker")
        await self.until(self.trades_agree, "the trades")
        await self.until(self.marks_agree, "the mark price")
        await self.until(self.books_agree, "the book")
        self.checks.that(self.watcher.deltas > 0, "the book was told by its changes")

    def quotes_agree(self) -> bool:
        row = self.rest.get("ticker/bookTicker", symbol=SYMBOL)
        wanted = [number(row[name]) for name in ("bidPrice", "bidQty", "askPrice", "askQty")]
        if not self.watcher.quotes:
            return False
        last = self.watcher.quotes[-1]
        told = (last.bid_price, last.bid_size, last.ask_price, last.ask_size)
        return [each.as_decimal() for each in told] == wanted

    def trades_agree(self) -> bool:
        rows = self.rest.get("aggTrades", symbol=SYMBOL, limit=1000)
        wanted = [(str(row["a"]), number(row["p"]), number(row["q"])) for row in rows]
        return wanted == [
            (each.trade_id.value, each.price.as_decimal(), each.size.as_decimal())
            for each in self.watcher.trades
        ]

    def marks_agree(self) -> bool:
        marks = self.watcher.marks
        return bool(marks) and marks[-1].value.as_decimal() == self.mark()

    def books_agree(self) -> bool:
        """All levels of the node's own book."""
        row = self.rest.get("depth", symbol=SYMBOL, limit=1000)
        book = self.node.cache.order_book(INSTRUMENT)
        if book is None:
            return False
        sides = ((book.bids(), row["bids"]), (book.asks(), row["asks"]))
        return all(
            {level.price.as_decimal(): Decimal(str(level.size())) for level in told}
            == {number(price): number(quantity) for price, quantity in wanted}
            for told, wanted in sides
        )

    async def requested(self) -> None:
        """The trades so far, by REST."""
        self.watcher.ask_for_the_past()
        rows = self.rest.get("trades", symbol=SYMBOL, limit=1000)
        wanted = {str(row["id"]): (number(row["price"]), number(row["qty"])) for row in rows}

        def trades() -> dict[str, tuple[Decimal, Decimal]]:
            return {
                each.trade_id.value: (each.price.as_decimal(), each.size.as_decimal())
                for each in self.watcher.past
            }

        await self.until(lambda: trades() == wanted, "the trades")

    async def past(self) -> None:
        """The reports that a node would come back with are the venue's history.

        It asks only for symbols with a position or an open order, such as the bid that stands.
        """
        (client,) = self.node.kernel.exec_engine._clients.values()
        status = await client.generate_mass_status(lookback_mins=60)
        orders = self.own.get("v1/allOrders", symbol=SYMBOL)
        reports = {each.venue_order_id.value: each for each in status.order_reports.values()}
        for row in orders:
            report = reports[str(row["orderId"])]
            self.checks.equal(report.quantity.as_decimal(), number(row["origQty"]), "origQty")
            done = number(row["executedQty"])
            self.checks.equal(report.filled_qty.as_decimal(), done, "executedQty")
        trades = self.own.get("v1/userTrades", symbol=SYMBOL)
        fills = [each for rows in status.fill_reports.values() for each in rows]
        told = {each.trade_id.value: each.commission.as_decimal() for each in fills}
        wanted = {str(row["id"]): number(row["commission"]) for row in trades}
        self.checks.equal(told, wanted, "commissions of the fill reports")
