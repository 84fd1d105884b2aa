"""The session again with an ear on the account's stream: all it tells is what REST answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from cells import passed
from exact import Checks, cut8, floor_to, raise_to
from listening import Feed
from scenario import ASSET, LEVERAGE, SYMBOL, Story, Trader, asset_row
from waiting import Row, number

USER = "user data"
"""The name under which a client puts its account's events into the feed."""

SAME_IN_ORDER = {
    "symbol": "s",
    "clientOrderId": "c",
    "side": "S",
    "type": "o",
    "timeInForce": "f",
    "status": "X",
    "reduceOnly": "R",
    "origType": "ot",
    "positionSide": "ps",
    "closePosition": "cp",
    "workingType": "wt",
    "priceProtect": "pP",
    "priceMatch": "pm",
    "selfTradePreventionMode": "V",
    "goodTillDate": "gtd",
    "updateTime": "T",
}
EQUAL_IN_ORDER = {
    "origQty": "q",
    "price": "p",
    "executedQty": "z",
    "avgPrice": "ap",
    "stopPrice": "sp",
}
SAME_IN_TRADE = {
    "id": "t",
    "orderId": "i",
    "symbol": "s",
    "side": "S",
    "maker": "m",
    "commissionAsset": "N",
    "positionSide": "ps",
    "time": "T",
}
EQUAL_IN_TRADE = {"price": "L", "qty": "l", "commission": "n", "realizedPnl": "rp"}
SAME_IN_STOP = {
    "clientAlgoId": "caid",
    "orderType": "o",
    "side": "S",
    "algoStatus": "X",
    "actualOrderId": "ai",
    "workingType": "wt",
    "reduceOnly": "R",
}
EQUAL_IN_STOP = {"quantity": "q", "triggerPrice": "tp", "price": "p"}


class HeardStory(Story):
    """Every step has to be heard while it happens, and the whole adds up in the end."""

    def __init__(self, trader: Trader, checks: Checks, feed: Feed) -> None:
        super().__init__(trader, checks)
        self.feed = feed

    # What was heard.

    def events(self, name: str) -> list[Row]:
        return [row for row in self.feed.rows(USER) if row["e"] == name]

    def updates(self) -> list[Row]:
        """Of orders."""
        return [row["o"] for row in self.events("ORDER_TRADE_UPDATE")]

    def trades_heard(self) -> dict[int, Row]:
        """Fills by trade id."""
        return {int(row["t"]): row for row in self.updates() if row["x"] == "TRADE"}

    def balances(self) -> list[Row]:
        """Of the margin asset, one after the other."""
        rows = [row for each in self.events("ACCOUNT_UPDATE") for row in each["a"]["B"]]
        return [row for row in rows if row["a"] == ASSET]

    def legs(self) -> list[Row]:
        """Positions, one after the other."""
        return [row for each in self.events("ACCOUNT_UPDATE") for row in each["a"]["P"]]

    def heard(self, holds: Callable[[], bool], what: str) -> None:
        """It is heard before patience ends."""
        self.checks.that(self.feed.until(holds), f"the stream tells of {what}")

    def order_heard(self, order_id: int, execution: str) -> None:
        """The update is heard, and the order is what REST says it is."""

        def latest() -> Row:
            rows = [row for row in self.updates() if int(row["i"]) == order_id]
            return rows[-1] if rows else {"x": None}

        self.heard(lambda: latest()["x"] == execution, f"{execution} of order {order_id}")
        self.same_order(latest(), self.trader.order(SYMBOL, order_id))

    def same_order(self, told: Row, order: Row) -> None:
        where = f"order {order['orderId']}"
        self.same(told, order, SAME_IN_ORDER, EQUAL_IN_ORDER, where)

    def same(
        self,
        told: Row,
        row: Row,
        texts: Mapping[str, str],
        numbers: Mapping[str, str],
        where: str,
    ) -> None:
        """An event says of something what the REST row says."""
        for ours, theirs in texts.items():
            # As text, since some clients quote the numbers of answers.
            got, wanted = str(told[theirs]), str(row[ours])
            self.checks.equal(got, wanted, f"{theirs}, {ours} of {where}")
        for ours, theirs in numbers.items():
            same = number(told[theirs]) == number(row[ours])
            message = f"{theirs} is {told[theirs]}, {ours} {row[ours]} of {where}"
            self.checks.that(same, message)

    # The steps.

    def settings(self) -> None:
        super().settings()
        self.heard(lambda: len(self.events("ACCOUNT_CONFIG_UPDATE")) > 0, "the leverage")
        told = [row["ac"] for row in self.events("ACCOUNT_CONFIG_UPDATE")]
        self.checks.equal(told, [{"s": SYMBOL, "l": LEVERAGE}], "ACCOUNT_CONFIG_UPDATE")
        self.heard(lambda: len(self.events("ACCOUNT_UPDATE")) > 1, "the margin types")
        changes = [row["a"] for row in self.events("ACCOUNT_UPDATE")]
        self.checks.equal({row["m"] for row in changes}, {"MARGIN_TYPE_CHANGE"}, "reasons")
        self.checks.equal([row["mt"] for row in self.legs()], ["isolated", "cross"], "mt")

    def rest(self) -> None:
        super().rest()
        self.order_heard(self.limit_id, "NEW")

    def amend(self) -> None:
        super().amend()
        self.order_heard(self.limit_id, "AMENDMENT")

    def cancel(self) -> None:
        super().cancel()
        self.order_heard(self.limit_id, "CANCELED")

    def position(self) -> None:
        super().position()
        self.money()
        (risk,) = self.trader.positions(SYMBOL)
        leg = self.legs()[-1]
        self.checks.equal((leg["s"], leg["ps"], leg["mt"]), (SYMBOL, "BOTH", "cross"), "the leg")
        self.checks.equal(number(leg["pa"]), number(risk["positionAmt"]), "pa, positionAmt")
        entry = cut8(number(risk["entryPrice"]))
        self.checks.equal(number(leg["ep"]), entry, "ep, entryPrice")
        even = number(risk["breakEvenPrice"])
        self.checks.equal(number(leg["bep"]), even, "bep, breakEvenPrice")

    def close(self) -> None:
        super().close()
        self.money()

    def money(self) -> None:
        """Every fill and the wallet that it leaves are heard."""
        fills = {int(fill["id"]): fill for fill in self.fills}
        self.heard(lambda: fills.keys() <= self.trades_heard().keys(), f"trades {list(fills)}")
        heard = self.trades_heard()
        for trade_id, fill in fills.items():
            where = f"trade {trade_id}"
            self.same(heard[trade_id], fill, SAME_IN_TRADE, EQUAL_IN_TRADE, where)
        row = asset_row(self.read_account())
        wallet = number(row["walletBalance"])

        def told() -> Decimal | None:
            rows = self.balances()
            return number(rows[-1]["wb"]) if rows else None

        self.heard(lambda: told() == wallet, f"a wallet of {wallet}, now {told()}")
        cross = number(self.balances()[-1]["cw"])
        self.checks.equal(cross, number(row["crossWalletBalance"]), "cw, crossWalletBalance")

    def play(self) -> None:
        super().play()
        self.checks.step = "user data stream"
        self.money()
        self.whole_orders()
        self.whole_wallet()
        if self.trader.has_stops:
            self.whole_stops()
        passed("user stream")

    def stand(self) -> None:
        """A bid that stands from now on: slow streams of the book miss what comes and goes."""
        price = floor_to(self.mark() / 2, self.tick)
        quantity = raise_to(4 * self.least_notional / price, self.step)
        self.trader.place_limit(SYMBOL, "BUY", quantity, price)

    # The whole.

    def whole_orders(self) -> None:
        """The last word on each order is what the history has of it, and there are no others."""
        orders = {int(row["orderId"]): row for row in self.trader.all_orders(SYMBOL)}
        last = {int(row["i"]): row for row in self.updates()}
        self.checks.equal(last.keys(), orders.keys(), "orders that were told of")
        for order_id, order in orders.items():
            self.same_order(last[order_id], order)

    def whole_wallet(self) -> None:
        """Each wallet that was told is the one before, with the profits and fees in between."""
        wallets = [number(self.flat["totalWalletBalance"])]
        fills = sorted(self.fills, key=lambda fill: int(fill["id"]))
        self.checks.equal(set(self.trades_heard()), {int(fill["id"]) for fill in fills}, "trades")
        for fill in fills:
            wallets.append(wallets[-1] + number(fill["realizedPnl"]) - number(fill["commission"]))
        told = [number(row["wb"]) for row in self.balances()]
        for wallet in told:
            self.checks.that(wallet in wallets, f"{wallet} is one of {wallets}")
        self.checks.equal(told[-1], wallets[-1], "the last wallet")
        last = self.legs()[-1]
        self.checks.equal(number(last["pa"]), Decimal(0), "pa in the end")
        self.checks.equal(number(last["cr"]), self.realized(), "cr, the profit before fees")

    def whole_stops(self) -> None:
        """The last word on each stop is what REST has of it."""
        stops = {int(row["algoId"]): row for row in self.trader.all_stops(SYMBOL)}
        self.heard(lambda: self.last_stops().keys() == stops.keys(), f"stops {list(stops)}")
        for algo_id, stop in stops.items():
            told = self.last_stops()[algo_id]
            self.same(told, stop, SAME_IN_STOP, EQUAL_IN_STOP, f"stop {algo_id}")
            if stop["actualOrderId"]:
                self.checks.equal(number(told["ap"]), number(stop["actualPrice"]), "ap")

    def last_stops(self) -> dict[int, Row]:
        return {int(row["o"]["aid"]): row["o"] for row in self.events("ALGO_UPDATE")}


class FullStory(HeardStory):
    """With a client that hands over every event there is."""

    def play(self) -> None:
        super().play()
        known = {
            "ACCOUNT_CONFIG_UPDATE",
            "ACCOUNT_UPDATE",
            "ALGO_UPDATE",
            "ORDER_TRADE_UPDATE",
            "TRADE_LITE",
        }
        if not self.trader.has_stops:
            known.remove("ALGO_UPDATE")
        self.checks.equal({row["e"] for row in self.feed.rows(USER)}, known, "events")
        first = {int(row["i"]): row["x"] for row in reversed(self.updates())}
        self.checks.equal(set(first.values()), {"NEW"}, "the first word on each order")
        self.lite()

    def lite(self) -> None:
        """TRADE_LITE tells each fill again, in short."""
        heard = self.trades_heard()
        told = {int(row["t"]): row for row in self.events("TRADE_LITE")}
        self.checks.equal(told.keys(), heard.keys(), "trades of TRADE_LITE")
        for trade_id, row in told.items():
            for field in ("s", "c", "S", "i", "m", "L", "l", "q"):
                self.checks.equal(row[field], heard[trade_id][field], f"{field} of TRADE_LITE")
