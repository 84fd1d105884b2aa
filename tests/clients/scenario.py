"""One trader's session, told once for every client library.

A flow gives a `Trader`: its own client behind the names below, each method one call of that
client, each answer the JSON the client handed over (Binance's field names). The story then trades
and recomputes every figure of the account that follows from what it did.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from importlib.metadata import version
from typing import ClassVar, Protocol, TypeAlias

from cells import passed
from exact import (
    MONEY,
    CheckFailed,
    Checks,
    average,
    ceil8,
    cut8,
    floor_to,
    margin_rate,
    raise_to,
)
from waiting import Row, Waiter, Waiting, number

Keys: TypeAlias = tuple[str, str]
"""An account's key and its secret."""

SYMBOL = "BTCUSDT"
ASSET = "USDT"
LEVERAGE = 12
TAKER_RATE = Decimal("0.0005")
UNKNOWN_SYMBOL = "NOSUCHUSDT"
UNKNOWN_ORDER = 987654321987
ROW_TOTALS = {
    "totalInitialMargin": "initialMargin",
    "totalMaintMargin": "maintMargin",
    "totalWalletBalance": "walletBalance",
    "totalUnrealizedProfit": "unrealizedProfit",
    "totalMarginBalance": "marginBalance",
    "totalPositionInitialMargin": "positionInitialMargin",
    "totalOpenOrderInitialMargin": "openOrderInitialMargin",
    "totalCrossWalletBalance": "crossWalletBalance",
    "totalCrossUnPnl": "crossUnPnl",
    "availableBalance": "availableBalance",
    "maxWithdrawAmount": "maxWithdrawAmount",
}


class Trader(Waiter, Protocol):
    """One client library, configured for the venue under test."""

    errors: ClassVar[Mapping[int, type[Exception]]]
    """For each refusal of the story, what this client raises."""

    def exchange_info(self) -> Row: ...
    def server_time(self) -> int: ...
    def premium_index(self, symbol: str) -> Row: ...
    def account(self) -> Row: ...
    def balance(self) -> list[Row]: ...
    def commission_rate(self, symbol: str) -> Row: ...
    def symbol_config(self, symbol: str) -> Row: ...
    def set_leverage(self, symbol: str, leverage: int) -> Row: ...
    def set_margin_type(self, symbol: str, margin_type: str) -> Row: ...
    def place_limit(self, symbol: str, side: str, quantity: Decimal, price: Decimal) -> Row: ...
    def place_market(
        self, symbol: str, side: str, quantity: Decimal, *, reduce_only: bool = False
    ) -> Row: ...
    def amend(
        self, symbol: str, order_id: int, side: str, quantity: Decimal, price: Decimal
    ) -> Row: ...
    def cancel(self, symbol: str, order_id: int) -> Row: ...
    def order(self, symbol: str, order_id: int) -> Row: ...
    def open_orders(self, symbol: str) -> list[Row]: ...
    def all_orders(self, symbol: str) -> list[Row]: ...
    def positions(self, symbol: str) -> list[Row]: ...
    def trades(self, symbol: str, order_id: int) -> list[Row]: ...
    def income(self, income_type: str | None = None) -> list[Row]: ...

    def stranger(self, api_key: str | None = None, secret: str | None = None) -> Trader:
        """The same client with another key or secret."""

    def code_of(self, error: Exception) -> int:
        """The venue's error code inside this client's exception."""

    def close(self) -> None: ...


def asset_row(account: Row, asset: str = ASSET) -> Row:
    """The account's row of one margin asset."""
    return next(row for row in account["assets"] if row["asset"] == asset)


class Story:
    """The session; its steps run in order, and each leaves behind what the next one needs."""

    left_out: ClassVar[frozenset[str]] = frozenset()
    """The steps that a client has no calls for."""

    def __init__(self, trader: Trader, checks: Checks) -> None:
        self.trader = trader
        self.checks = checks
        self.flat: Row = {}
        self.tick = self.step = self.least_notional = Decimal(0)
        self.quantity_decimals = 0
        self.rate = margin_rate(LEVERAGE)
        self.fills: list[Row] = []
        self.limit_id = 0
        self.canceled: set[int] = set()
        """The orders that have ended without a trade."""

    def play(self) -> None:
        """The whole session, from an account with nothing but USDT back to one."""
        waiting = Waiting(self, SYMBOL)
        conditional = ("conditional orders",) if self.trader.has_stops else ()
        for name, step, *shown in (
            ("market", self.market, "start-up"),
            ("account", self.account, "account"),
            ("settings", self.settings),
            ("resting order", self.rest),
            ("amended order", self.amend, "amendments"),
            ("canceled order", self.cancel),
            ("refusals", self.refusals, "refusals"),
            ("market order", self.open),
            ("position", self.position, "positions"),
            ("close", self.close, "orders"),
            ("stops", waiting.stops, *conditional),
            ("countdown", waiting.countdown),
            ("funding", waiting.funding),
            ("fees", waiting.fees, "settings"),
            ("income", self.income),
            ("orders", self.orders, "history"),
        ):
            if name in self.left_out:
                continue
            self.checks.step = name
            step()
            passed(*shown)

    def market(self) -> None:
        """Markets, filters, the clock, the mark price."""
        info = self.trader.exchange_info()
        row = next((row for row in info["symbols"] if row["symbol"] == SYMBOL), None)
        if row is None:
            self.checks.fail(f"exchangeInfo does not list {SYMBOL}")
        self.checks.equal(row["status"], "TRADING", "status")
        self.checks.equal(row["contractType"], "PERPETUAL", "contractType")
        self.checks.equal(row["marginAsset"], ASSET, "marginAsset")
        filters = {each["filterType"]: each for each in row["filters"]}
        self.tick = number(filters["PRICE_FILTER"]["tickSize"])
        self.step = number(filters["LOT_SIZE"]["stepSize"])
        self.least_notional = number(filters["MIN_NOTIONAL"]["notional"])
        self.quantity_decimals = int(row["quantityPrecision"])
        positive = min(self.tick, self.step, self.least_notional) > 0
        self.checks.that(positive, f"tick, step and least notional are above zero: {filters}")
        earlier, later = self.trader.server_time(), self.trader.server_time()
        self.checks.that(0 < earlier <= later, f"time does not run backwards: {earlier}, {later}")
        away = abs(later - time.time() * 1000)
        self.checks.that(away < 5000, f"the venue's clock is {away:.0f} ms away from this one")
        self.checks.that(self.mark() > 0, "the mark price is above zero")

    def account(self) -> None:
        """An account that has done nothing: v3/account and v3/balance agree."""
        self.flat = self.read_account()
        wallet = number(self.flat["totalWalletBalance"])
        self.checks.that(wallet >= 10_000, f"the account was funded: {wallet}")
        self.checks.equal(self.flat["positions"], [], "positions of a flat account")
        for field in ("availableBalance", "maxWithdrawAmount", "totalMarginBalance"):
            self.checks.equal(number(self.flat[field]), wallet, field)
        for field in ("totalInitialMargin", "totalMaintMargin", "totalUnrealizedProfit"):
            self.checks.equal(self.flat[field], "0.00000000", field)
        balance = next(row for row in self.trader.balance() if row["asset"] == ASSET)
        row = asset_row(self.flat)
        self.checks.equal(balance["balance"], row["walletBalance"], "balance")
        same = ("crossWalletBalance", "crossUnPnl", "availableBalance", "maxWithdrawAmount")
        for field in same:
            self.checks.equal(balance[field], row[field], f"balance's {field}")

    def settings(self) -> None:
        """Leverage, margin type there and back, the commission rate."""
        answer = self.trader.set_leverage(SYMBOL, LEVERAGE)
        self.checks.equal(int(answer["leverage"]), LEVERAGE, "leverage")
        self.checks.equal(answer["symbol"], SYMBOL, "symbol of the leverage answer")
        for margin_type in ("ISOLATED", "CROSSED"):
            answer = self.trader.set_margin_type(SYMBOL, margin_type)
            self.checks.equal(int(answer["code"]), 200, f"answer to margin type {margin_type}")
            config = self.trader.symbol_config(SYMBOL)
            self.checks.equal(config["marginType"], margin_type, "symbolConfig's marginType")
            self.checks.equal(int(config["leverage"]), LEVERAGE, "symbolConfig's leverage")
        rate = number(self.trader.commission_rate(SYMBOL)["takerCommissionRate"])
        self.checks.equal(rate, TAKER_RATE, "takerCommissionRate")
        self.checks.equal(self.read_account(), self.flat, "settings leave the account's figures")

    def rest(self) -> None:
        """A bid at half the mark: it stands, and holds exactly its initial margin."""
        price = floor_to(self.mark() / 2, self.tick)
        quantity = raise_to(4 * self.least_notional / price, self.step)
        while ceil8(self.rate * price * quantity) == self.rate * price * quantity:
            price -= self.tick  # a product that needs no rounding would prove nothing
        answer = self.trader.place_limit(SYMBOL, "BUY", quantity, price)
        self.limit_id = int(answer["orderId"])
        self.checks.equal(answer["status"], "NEW", "status")
        self.standing(price, quantity)

    def amend(self) -> None:
        """Another price and quantity for the same order: the margin follows."""
        order = self.trader.order(SYMBOL, self.limit_id)
        price = number(order["price"]) - 7 * self.tick
        quantity = number(order["origQty"]) + self.step
        answer = self.trader.amend(SYMBOL, self.limit_id, "BUY", quantity, price)
        self.checks.equal(int(answer["orderId"]), self.limit_id, "orderId of the amended order")
        self.standing(price, quantity)

    def standing(self, price: Decimal, quantity: Decimal) -> None:
        """One bid stands, and the account of a flat symbol shows it to the eighth decimal."""
        (order,) = self.trader.open_orders(SYMBOL)
        self.checks.equal(int(order["orderId"]), self.limit_id, "orderId in openOrders")
        self.checks.equal(number(order["price"]), price, "price in openOrders")
        self.checks.equal(number(order["origQty"]), quantity, "origQty in openOrders")
        self.checks.equal(number(order["executedQty"]), Decimal(0), "executedQty")
        margin = ceil8(self.rate * price * quantity)
        account = self.read_account()
        row, before = asset_row(account), asset_row(self.flat)
        self.checks.equal(number(row["openOrderInitialMargin"]), margin, "openOrderInitialMargin")
        self.checks.equal(number(row["initialMargin"]), margin, "initialMargin")
        self.checks.equal(row["positionInitialMargin"], "0.00000000", "positionInitialMargin")
        self.checks.equal(row["walletBalance"], before["walletBalance"], "walletBalance")
        fallen = number(before["availableBalance"]) - number(row["availableBalance"])
        self.checks.equal(fallen, margin, "what availableBalance fell by")
        (held,) = account["positions"]
        self.checks.equal(held["symbol"], SYMBOL, "symbol of the position row")
        self.checks.equal(held["positionSide"], "BOTH", "positionSide")
        self.checks.equal(number(held["initialMargin"]), margin, "the position row's initialMargin")
        self.checks.equal((held["notional"], held["maintMargin"]), ("0", "0"), "a zero's print")
        decimals = held["positionAmt"].partition(".")[2]
        self.checks.equal(decimals, "0" * self.quantity_decimals, "decimals of positionAmt")
        (risk,) = self.trader.positions(SYMBOL)
        self.checks.equal(number(risk["openOrderInitialMargin"]), margin, "positionRisk's margin")

    def cancel(self) -> None:
        """Without the order the account is what it was, figure by figure."""
        answer = self.trader.cancel(SYMBOL, self.limit_id)
        self.checks.equal(answer["status"], "CANCELED", "status")
        self.canceled.add(self.limit_id)
        self.checks.equal(self.trader.open_orders(SYMBOL), [], "openOrders")
        self.checks.equal(self.trader.positions(SYMBOL), [], "positionRisk")
        self.checks.equal(self.read_account(), self.flat, "the account after the cancel")

    def refusals(self) -> None:
        """What must not be: each the client's own exception, with the venue's code, no trace."""
        trader = self.trader
        price = floor_to(self.mark() / 2, self.tick)
        too_much = 2 * number(self.flat["availableBalance"]) * LEVERAGE / price
        too_much = raise_to(too_much, self.step)
        liar = trader.stranger(secret="s" * 64)
        nobody = trader.stranger(api_key="k" * 64)
        self.refused(-1121, lambda: trader.premium_index(UNKNOWN_SYMBOL))
        self.refused(-2019, lambda: trader.place_limit(SYMBOL, "BUY", too_much, price))
        self.refused(-2011, lambda: trader.cancel(SYMBOL, UNKNOWN_ORDER))
        self.refused(-2011, lambda: trader.cancel(SYMBOL, self.limit_id))
        self.refused(-2013, lambda: trader.order(SYMBOL, UNKNOWN_ORDER))
        self.refused(-4046, lambda: trader.set_margin_type(SYMBOL, "CROSSED"))
        quantity = raise_to(4 * self.least_notional / price, self.step)
        self.refused(-2022, lambda: trader.place_market(SYMBOL, "SELL", quantity, reduce_only=True))
        self.refused(-1022, liar.account, liar)
        self.refused(-2015, nobody.account, nobody)
        liar.close()
        nobody.close()
        self.checks.equal(self.trader.open_orders(SYMBOL), [], "openOrders")
        self.checks.equal(self.read_account(), self.flat, "the account after the refusals")

    def refused(self, code: int, call: Callable[[], object], by: Trader | None = None) -> None:
        """The call raises the client's exception for `code`, and `code` is in it."""
        wanted = self.trader.errors[code]
        try:
            answer = call()
        except wanted as error:
            self.checks.equal((by or self.trader).code_of(error), code, "code of the refusal")
        else:
            self.checks.fail(f"{code} was not raised, the answer was {answer!r}")

    def open(self) -> None:
        """A MARKET buy: filled near the mark, charged the taker rate, the wallet knows."""
        mark = self.mark()
        worth = number(self.flat["availableBalance"]) * LEVERAGE / 20
        quantity = floor_to(worth / mark, self.step)
        answer = self.trader.place_market(SYMBOL, "BUY", quantity)
        self.filled(answer, quantity)
        self.fills = self.trader.trades(SYMBOL, int(answer["orderId"]))
        price = self.entry()
        self.checks.that(abs(price / mark - 1) < Decimal("0.01"), f"{price} is near {mark}")
        self.charged(self.fills, quantity, buyer=True)
        for fill in self.fills:
            self.checks.equal(number(fill["realizedPnl"]), Decimal(0), "realizedPnl of opening")
        wallet = number(self.flat["totalWalletBalance"]) - self.paid()
        self.checks.equal(number(self.read_account()["totalWalletBalance"]), wallet, "wallet")

    def filled(self, answer: Row, quantity: Decimal) -> None:
        """The order has traded, whole."""
        order = self.trader.order(SYMBOL, int(answer["orderId"]))
        for each, where in ((answer, "the answer"), (order, "the order")):
            self.checks.equal(each["status"], "FILLED", f"status in {where}")
            self.checks.equal(number(each["executedQty"]), quantity, f"executedQty in {where}")

    def charged(self, fills: list[Row], quantity: Decimal, *, buyer: bool) -> None:
        """Each fill's commission is its notional at the taker rate, cut at eight decimals."""
        self.checks.equal(sum(number(fill["qty"]) for fill in fills), quantity, "filled quantity")
        for fill in fills:
            fee = cut8(number(fill["price"]) * number(fill["qty"]) * TAKER_RATE)
            self.checks.equal(number(fill["commission"]), fee, "commission")
            self.checks.equal(fill["commissionAsset"], ASSET, "commissionAsset")
            self.checks.equal((fill["buyer"], fill["maker"]), (buyer, False), "buyer, maker")

    def paid(self) -> Decimal:
        """Commission of all fills so far."""
        return sum((number(fill["commission"]) for fill in self.fills), Decimal(0))

    def entry(self) -> Decimal:
        """Average price of the buys, uncut."""
        buys = [fill for fill in self.fills if fill["buyer"]]
        return average((number(fill["price"]), number(fill["qty"])) for fill in buys)

    def position(self) -> None:
        """The position row follows from its own mark, the asset row from its own columns."""
        (risk,) = self.trader.positions(SYMBOL)
        amount, mark = number(risk["positionAmt"]), number(risk["markPrice"])
        entry = self.entry()
        bought = sum((number(fill["qty"]) for fill in self.fills), Decimal(0))
        self.checks.equal(amount, bought, "positionAmt")
        self.checks.equal(float(risk["entryPrice"]), float(entry), "entryPrice")
        even = float(entry * (1 + TAKER_RATE))
        off = abs(float(risk["breakEvenPrice"]) / even - 1)
        self.checks.that(off < 1e-9, f"breakEvenPrice {risk['breakEvenPrice']} is {even}")
        profit, margin = cut8(amount * (mark - cut8(entry))), ceil8(amount * mark * self.rate)
        self.checks.equal(number(risk["notional"]), cut8(amount * mark), "notional")
        self.checks.equal(number(risk["unRealizedProfit"]), profit, "unRealizedProfit")
        self.checks.equal(number(risk["positionInitialMargin"]), margin, "positionInitialMargin")
        self.checks.equal(risk["openOrderInitialMargin"], "0", "openOrderInitialMargin")
        account = self.read_account()
        row = {key: number(text) for key, text in asset_row(account).items() if key != "asset"}
        (held,) = account["positions"]
        self.checks.equal(held["positionAmt"], risk["positionAmt"], "the account's positionAmt")
        self.checks.equal(number(held["notional"]) > 0, True, "a long's notional is positive")
        whole = row["walletBalance"] + row["unrealizedProfit"]
        self.checks.equal(row["marginBalance"], whole, "marginBalance")
        self.checks.equal(row["crossWalletBalance"], row["walletBalance"], "crossWalletBalance")
        initial = row["positionInitialMargin"] + row["openOrderInitialMargin"]
        self.checks.equal(row["initialMargin"], initial, "initialMargin")
        free = max(Decimal(0), row["crossWalletBalance"] + row["crossUnPnl"] - initial)
        self.checks.equal(row["availableBalance"], free, "availableBalance")
        least = max(Decimal(0), min(row["crossWalletBalance"] - row["maintMargin"], free))
        self.checks.equal(row["maxWithdrawAmount"], least, "maxWithdrawAmount")

    def close(self) -> None:
        """A reduce-only MARKET sell of all of it: profit and fees settle, nothing is left."""
        entry = cut8(self.entry())
        quantity = sum((number(fill["qty"]) for fill in self.fills), Decimal(0))
        answer = self.trader.place_market(SYMBOL, "SELL", quantity, reduce_only=True)
        self.checks.equal(answer["reduceOnly"], True, "reduceOnly")
        self.filled(answer, quantity)
        closing = self.trader.trades(SYMBOL, int(answer["orderId"]))
        self.charged(closing, quantity, buyer=False)
        for fill in closing:
            profit = cut8(number(fill["qty"]) * (number(fill["price"]) - entry))
            self.checks.equal(number(fill["realizedPnl"]), profit, "realizedPnl of closing")
        self.fills += closing
        account = self.read_account()
        wallet = number(self.flat["totalWalletBalance"]) - self.paid() + self.realized()
        self.checks.equal(number(account["totalWalletBalance"]), wallet, "wallet")
        self.checks.equal(number(account["availableBalance"]), wallet, "availableBalance")
        self.checks.equal(account["positions"], [], "positions")
        self.checks.equal(self.trader.positions(SYMBOL), [], "positionRisk")

    def realized(self) -> Decimal:
        """Profit of all fills so far."""
        return sum((number(fill["realizedPnl"]) for fill in self.fills), Decimal(0))

    def income(self) -> None:
        """The income rows tell the same money as the trades, and add up to the wallet."""
        trades = {str(fill["id"]) for fill in self.fills}
        for income_type, wanted in (
            ("COMMISSION", -self.paid()),
            ("REALIZED_PNL", self.realized()),
        ):
            rows = self.trader.income(income_type)
            self.checks.equal({row["incomeType"] for row in rows}, {income_type}, "incomeType")
            self.checks.equal(sum(number(row["income"]) for row in rows), wanted, income_type)
            self.checks.equal({row["symbol"] for row in rows}, {SYMBOL}, "symbol")
            self.checks.equal({row["asset"] for row in rows}, {ASSET}, "asset")
            told = {str(row["tradeId"]) for row in rows}
            self.checks.that(told <= trades, f"{told} are trades of the account: {trades}")
        everything = sum(number(row["income"]) for row in self.trader.income())
        wallet = number(self.read_account()["totalWalletBalance"])
        self.checks.equal(everything, wallet, "the sum of all income")

    def orders(self) -> None:
        """The history knows all orders, each by its end."""
        ends = {int(row["orderId"]): row["status"] for row in self.trader.all_orders(SYMBOL)}
        traded = {int(fill["orderId"]): "FILLED" for fill in self.fills}
        canceled = dict.fromkeys(self.canceled, "CANCELED")
        self.checks.equal(ends, {**canceled, **traded}, "allOrders")
        self.checks.equal(self.trader.open_orders(SYMBOL), [], "openOrders")

    def mark(self) -> Decimal:
        """The mark price now."""
        return number(self.trader.premium_index(SYMBOL)["markPrice"])

    def read_account(self) -> Row:
        """v3/account, with what holds of every single-asset account checked on the way."""
        account = self.trader.account()
        row = asset_row(account)
        for total, field in ROW_TOTALS.items():
            self.checks.equal(account[total], row[field], f"{total} is the asset's {field}")
            text = account[total]
            self.checks.that(bool(MONEY.fullmatch(text)), f"{total} has eight decimals: {text!r}")
        return account


def main(package: str, run: Callable[[str, Keys, Keys], int]) -> int:
    """A flow's command line; one line about how it went.

    It is given the keys of two accounts, for those clients that play the story twice.
    """
    if len(sys.argv) != 6:
        print("usage: flow BASE_URL API_KEY SECRET API_KEY SECRET", file=sys.stderr)
        return 2
    label = f"{package} {version(package)}"
    base_url, key, secret, other_key, other_secret = sys.argv[1:]
    try:
        count = run(base_url, (key, secret), (other_key, other_secret))
    except CheckFailed as error:
        print(f"failed {label}: {error}")
        return 1
    print(f"ok {label} {count} checks")
    return 0
