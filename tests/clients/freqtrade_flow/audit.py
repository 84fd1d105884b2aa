"""freqtrade's own books against the venue's, order by order and trade by trade."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from cells import passed
from exact import UNIT, Checks
from freqtrade_flow.ledger import Ledger, symbol_of
from freqtrade_flow.settings import FUNDS, LEVERAGE, PAIRS
from waiting import HOUR, Row, number

MINUTE = 60_000
SYMBOLS = tuple(map(symbol_of, PAIRS))
STATUSES = {"FILLED": "closed", "CANCELED": "canceled", "EXPIRED": "expired"}
ENOUGH_TRADES = 20


class Audit:
    """What freqtrade holds in floats is compared as such: the venue's text, read as a float."""

    def __init__(self, ledger: Ledger, venue: Any, checks: Checks) -> None:
        self.ledger, self.venue, self.checks = ledger, venue, checks
        self.orders = self.by_id("orderId", venue.fapiPrivateGetAllOrders)
        self.stops = self.by_id("algoId", venue.fapiPrivateGetAllAlgoOrders)
        self.fills: dict[str, list[Row]] = defaultdict(list)
        for symbol in SYMBOLS:
            for fill in venue.fapiPrivateGetUserTrades({"symbol": symbol, "limit": 1000}):
                self.fills[str(fill["orderId"])].append(dict(fill))
        self.misjudged = Decimal(0)
        """What freqtrade believes to have paid in fees and fundings beyond what it did pay."""
        self.income: list[Row] = list(venue.fapiPrivateGetIncome({"limit": 1000}))

    def by_id(self, key: str, ask: Any) -> dict[str, Row]:
        """All rows of all symbols."""
        rows = [row for name in SYMBOLS for row in ask({"symbol": name, "limit": 1000})]
        return {str(row[key]): dict(row) for row in rows}

    def all_agrees(self) -> None:
        """Each step by itself; the first thing found false ends the flow."""
        for step, *shown in (
            (self.hour,),
            (self.nothing_left,),
            (self.settings, "settings"),
            (self.placed, "orders"),
            (self.stopped, "conditional orders"),
            (self.traded, "history"),
            (self.candles, "market data"),
            (self.wallet, "account"),
        ):
            self.checks.step = step.__name__
            step()
            passed(*shown)

    def hour(self) -> None:
        """It has traded for an hour, in every way."""
        trades = self.ledger.trades
        self.checks.that(len(trades) >= ENOUGH_TRADES, f"only {len(trades)} trades")
        times = [int(row["time"]) for row in self.orders.values()]
        self.checks.that(max(times) - min(times) >= HOUR, f"from {min(times)} to {max(times)}")
        self.checks.equal({trade["is_short"] for trade in trades}, {0, 1}, "short or not")
        self.checks.equal({trade["pair"] for trade in trades}, set(PAIRS), "pairs")
        self.checks.equal({trade["is_open"] for trade in trades}, {0}, "open or not")
        ends = {row["algoStatus"] for row in self.stops.values()}
        self.checks.that({"CANCELED", "FINISHED"} <= ends, f"ends of stops: {ends}")
        self.checks.that(bool(self.income_of("FUNDING_FEE")), "funding was paid")

    def nothing_left(self) -> None:
        for what, ask in (
            ("openOrders", self.venue.fapiPrivateGetOpenOrders),
            ("openAlgoOrders", self.venue.fapiPrivateGetOpenAlgoOrders),
            ("positionRisk", self.venue.fapiPrivateV3GetPositionRisk),
        ):
            self.checks.equal(ask(), [], what)

    def settings(self) -> None:
        """What it has set before it traded."""
        rows = {row["symbol"]: row for row in self.venue.fapiPrivateGetSymbolConfig()}
        for symbol in SYMBOLS:
            row = rows[symbol]
            told = (row["marginType"], int(row["leverage"]))
            self.checks.equal(told, ("ISOLATED", LEVERAGE), f"symbolConfig of {symbol}")

    def placed(self) -> None:
        """Every order of the one is one of the other."""
        known = {row["order_id"] for row in self.ledger.orders}
        of_stops = {row["actualOrderId"] for row in self.stops.values()} - {""}
        wanted = self.orders.keys() - of_stops | self.stops.keys()
        self.checks.equal(known - wanted, set(), "orders that freqtrade alone knows")
        for order_id in wanted - known:  # it forgets an entry that it has canceled in time
            row = self.orders.get(order_id, {"status": "a stop"})
            told = (row["status"], row.get("executedQty"))
            self.checks.equal(told, ("CANCELED", "0"), f"order {order_id} that it has forgotten")
        for order in self.ledger.orders:
            if order["ft_order_side"] != "stoploss":
                row = self.orders[order["order_id"]]
                self.checks.equal(order["status"], STATUSES[row["status"]], f"status of {row}")
                self.agrees(order, row)

    def agrees(self, order: Row, row: Row) -> None:
        what = f"of order {row['orderId']}"
        self.checks.equal(order["filled"], float(row["executedQty"]), f"filled {what}")
        if order["filled"]:
            self.checks.equal(order["average"], float(row["avgPrice"]), f"average {what}")
            self.checks.equal(order["cost"], float(row["cumQuote"]), f"cost {what}")

    def stopped(self) -> None:
        """Stops wait at the exchange; those that went off have an order there."""
        for order in self.ledger.orders:
            if order["ft_order_side"] == "stoploss":
                stop = self.stops[order["order_id"]]
                trigger = float(stop["triggerPrice"])
                self.checks.equal(order["stop_price"], trigger, f"trigger of {stop}")
                if stop["algoStatus"] == "FINISHED":
                    self.agrees(order, self.orders[stop["actualOrderId"]])
                elif stop["algoStatus"] == "CANCELED":
                    self.checks.equal(order["status"], "canceled", f"status of {stop}")
                else:
                    self.checks.equal(stop["algoStatus"], "REJECTED", f"end of {stop}")

    def traded(self) -> None:
        """Amounts, prices, fees and fundings of every trade."""
        for trade in self.ledger.trades:
            opened, closed = self.rows_of(trade, "entry"), self.rows_of(trade, "exit")
            what = f"of trade {trade['id']}"
            for field, fills in (("fee_open", opened), ("fee_close", closed)):
                self.checks.equal(trade[field], float(mean_rate(fills)), f"{field} {what}")
                self.checks.equal(trade["amount"], float(total(fills, "qty")), f"amount {what}")
            fees = total(closed, "commission")
            self.checks.equal(trade["fee_close_cost"], float(fees), f"fee_close_cost {what}")
            since, until = int(opened[0]["time"]), int(closed[-1]["time"])
            paid = self.income_of("FUNDING_FEE", symbol_of(trade["pair"]), since, until)
            # It looks a minute after the hour and when it closes a trade itself: a stop that goes
            # off in between leaves it without.
            missed = trade["exit_reason"] == "stoploss_on_exchange" and not trade["funding_fees"]
            heard = Decimal(0) if missed else paid
            self.checks.equal(trade["funding_fees"], float(heard), f"funding_fees {what}")
            made = total(closed, "realizedPnl") + heard - fees - total(opened, "commission")
            skew = fees_misjudged(opened) + fees_misjudged(closed)
            self.near(
                trade["close_profit_abs"], made - skew, len(opened + closed), f"profit {what}"
            )
            self.misjudged += skew + paid - heard

    def rows_of(self, trade: Row, end: str) -> list[Row]:
        """The venue's fills that opened a trade, or closed it."""
        side = "sell" if bool(trade["is_short"]) == (end == "entry") else "buy"
        found: list[Row] = []
        for order in self.ledger.of(trade):
            stop = (
                self.stops.get(order["order_id"]) if order["ft_order_side"] == "stoploss" else None
            )
            placed = stop["actualOrderId"] if stop is not None else order["order_id"]
            if order["side"] == side:
                found += self.fills[placed]
        return sorted(found, key=lambda fill: int(fill["time"]))

    def candles(self) -> None:
        """Every trade was begun by a candle that had ended, and that klines still tell the same."""
        for symbol in SYMBOLS:
            asked = {"symbol": symbol, "interval": "1m", "limit": 1000}
            rows = self.venue.fapiPublicGetKlines(asked)
            ends = {int(row[0]): (float(row[1]), float(row[4])) for row in rows}
            for trade in self.ledger.trades:
                if symbol_of(trade["pair"]) == symbol:
                    time, first, last = trade["enter_tag"].split()
                    candle = ends[int(time)]
                    self.checks.equal((float(first), float(last)), candle, f"candle {time}")
                    falls = candle[1] < candle[0]
                    self.checks.equal(falls, bool(trade["is_short"]), f"signal of {trade}")
                    begun = int(self.rows_of(trade, "entry")[0]["time"])
                    self.checks.that(begun >= int(time) + MINUTE, f"{begun} is after {time}")

    def wallet(self) -> None:
        """All that the trades made is what the account has more, or less."""
        account = self.venue.fapiPrivateV3GetAccount()
        wallet = number(account["totalWalletBalance"])
        self.checks.equal(total(self.income, "income"), wallet, "the sum of all income")
        self.checks.equal(number(account["availableBalance"]), wallet, "availableBalance")
        made = sum(trade["close_profit_abs"] for trade in self.ledger.trades)
        fills = sum(map(len, self.fills.values()))
        self.near(made, wallet - FUNDS - self.misjudged, fills, "what all trades made")

    def near(self, got: float, wanted: Decimal, fills: int, what: str) -> None:
        """freqtrade multiplies by rates what the venue rounds, fill by fill, to eight decimals."""
        apart = abs(Decimal(got) - wanted)
        self.checks.that(apart <= 2 * UNIT * fills, f"{what}: got {got!r}, wanted {wanted}")

    def income_of(
        self, kind: str, symbol: str = "", since: int = 0, until: int | None = None
    ) -> Decimal:
        rows = [row for row in self.income if row["incomeType"] == kind]
        if until is not None:
            rows = [row for row in rows if since <= int(row["time"]) <= until]
        return total([row for row in rows if symbol in ("", row["symbol"])], "income")


def total(rows: list[Row], field: str) -> Decimal:
    return sum((number(row[field]) for row in rows), Decimal(0))


def rate_of(fill: Row) -> Decimal:
    """Of its fee; the venue cuts the fee to eight decimals, and freqtrade rounds the rate."""
    return round(number(fill["commission"]) / number(fill["quoteQty"]), 8)


def mean_rate(fills: list[Row]) -> Decimal:
    """As freqtrade takes it, whatever each fill was worth."""
    return sum(map(rate_of, fills), Decimal(0)) / len(fills)


def fees_misjudged(fills: list[Row]) -> Decimal:
    """Nothing, unless an order made some of its trades and took the others."""
    if len(set(map(rate_of, fills))) == 1:
        return Decimal(0)
    return mean_rate(fills) * total(fills, "quoteQty") - total(fills, "commission")
