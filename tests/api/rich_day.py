"""A day on which every endpoint and every method answers, and every answer of it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from perpbox.api.routes import ROUTES
from perpbox.engine.commands import SetFunding
from perpbox.engine.market import FundingTerms
from perpbox.message import Request
from perpbox.money import parse
from tests.api.exchange import DAY, HOUR, MINUTE, NOON, Exchange, Told
from tests.api.trader import ALGO, ORDER, Trader, conditional_order, limit_order, open_trader
from tests.api.ws_client import Client

Answers = dict[str, list[Any]]
"""By endpoint or method; refusals are left out."""

BTC: Final = {"symbol": "BTCUSDT"}
BATCH: Final = "/fapi/v1/batchOrders"
MODE: Final = "/fapi/v1/positionSide/dual"
MARGIN: Final = "/fapi/v1/positionMargin"
SPAN: Final = {"startTime": NOON - DAY, "endTime": NOON + 3 * DAY}
GOOD: Final = {
    "interval": "1m",
    "period": "5m",
    "pair": "BTCUSDT",
    "contractType": "PERPETUAL",
    "asset": "USDT",
}
"""What one endpoint or another asks for, and all others pass over."""
NOT_READ: Final = ("asyn", "/fapi/v1/download", "orderStatus", "/fapi/v1/pmAccountInfo")
"""What a reading of everything cannot ask: it needs the number of something asked for before."""
SIGNED_READS: Final = ("account.balance", "account.status", "account.position")


class Watched(Exchange):
    """Keeps what it answers."""

    def __init__(self) -> None:
        self.answers: Answers = defaultdict(list)
        super().__init__()

    def answer(self, request: Request) -> Told:
        told = super().answer(request)
        if told.status == 200:
            self.answers[f"{request.method} {request.path}"].append(told.json)
        return told


@cache
def rest_answers() -> Answers:
    exchange = Watched()
    exchange.index(BNB="650", BTC="50000", USDT="1", USDC="1")
    exchange.last(BTCUSDT="50000", ETHUSDC="2500")
    alice, isolated, hedger, mixed = people = list(opened(exchange))
    orders_of(alice)
    conditionals_of(alice)
    for trader in (isolated, hedger):
        legs_of(trader)
    margin_of(isolated)
    assets_of(mixed)
    read_all(exchange, people)
    ruin(exchange)
    exchange.submit(SetFunding({"BTCUSDT": at_a_rate("0.0005")}))
    exchange.pass_time(9 * HOUR)
    read_all(exchange, people)
    files_of(alice)
    stop(alice)
    return exchange.answers


def opened(exchange: Exchange) -> Iterator[Trader]:
    """One-way and cross, who pays fees in BNB; hedged, isolated and cross; of several assets."""
    alice = open_trader(exchange, "alice", USDT="100000", USDC="5000", BNB="10")
    alice.post("/fapi/v1/feeBurn", feeBurn="true")
    alice.post("/fapi/v1/listenKey")
    alice.put("/fapi/v1/listenKey")
    alice.delete("/fapi/v1/listenKey")
    yield alice
    for margin_type in ("ISOLATED", "CROSSED"):
        hedger = open_trader(exchange, margin_type.lower(), USDT="20000")
        hedger.post(MODE, dualSidePosition="true")
        if margin_type == "ISOLATED":
            hedger.post("/fapi/v1/marginType", **BTC, marginType=margin_type)
        hedger.post("/fapi/v1/leverage", **BTC, leverage=10)
        yield hedger
    mixed = open_trader(exchange, "mixed", USDT="1000", USDC="5000", BTC="0.5")
    mixed.post("/fapi/v1/multiAssetsMargin", multiAssetsMargin="true")
    yield mixed


def orders_of(trader: Trader) -> None:
    """Each way for an order to be placed, to change and to end."""
    trader.post(f"{ORDER}/test", **limit_order("BUY", "0.1", "48000"))
    trader.market("BUY", "0.1")
    trader.market("SELL", "0.02", symbol="ETHUSDC")
    resting = trader.limit("BUY", "0.1", "48000", newClientOrderId="first")
    good_till = trader.exchange.now + HOUR
    trader.limit("BUY", "0.01", "47000", timeInForce="GTD", goodTillDate=good_till)
    trader.limit("SELL", "0.1", None, priceMatch="QUEUE_10")
    trader.limit("SELL", "0.05", "55000", reduceOnly="true")
    trader.limit("BUY", "0.1", "49000", timeInForce="IOC", newOrderRespType="RESULT")
    amended = {**BTC, "orderId": resting["orderId"], "side": "BUY", "quantity": "0.2"}
    trader.put(ORDER, **amended, price="48100", modifyId=7)
    two = [limit_order("BUY", "0.1", price) for price in ("46000", "46100", "1")]
    batch = trader.post(BATCH, batchOrders=json.dumps(two))
    ids = [each["orderId"] for each in batch[:2]]
    change = {**BTC, "side": "BUY", "quantity": "0.2", "price": "45000", "modifyId": 8}
    changes = [{**change, "orderId": each} for each in (*ids, 987654)]
    trader.put(BATCH, batchOrders=json.dumps(changes))
    trader.delete(BATCH, **BTC, orderIdList=json.dumps([*ids, 987654]))
    canceled = trader.limit("BUY", "0.1", "44000")
    trader.delete(ORDER, **BTC, orderId=canceled["orderId"])
    trader.post("/fapi/v1/countdownCancelAll", **BTC, countdownTime=HOUR * 20)
    trader.exchange.pass_time(MINUTE)


def conditionals_of(trader: Trader) -> None:
    """One that waits, one that trails, one of each end; and a conversion."""
    trader.conditional("SELL", "STOP_MARKET", "45000", clientAlgoId="waits")
    trader.conditional("SELL", "STOP", "45000", price="44000", priceProtect="TRUE")
    trailing = {"callbackRate": "5", "activatePrice": "60000"}
    trader.conditional("SELL", "TRAILING_STOP_MARKET", None, **trailing)
    trader.conditional("SELL", "TAKE_PROFIT_MARKET", "70000", quantity=None, closePosition="true")
    trader.conditional("SELL", "STOP_MARKET", "49900", quantity="0.01")
    trader.conditional("BUY", "STOP_MARKET", "50100", quantity="90", workingType="MARK_PRICE")
    gone = trader.conditional("SELL", "STOP_MARKET", "43000")
    trader.delete(ALGO, algoId=gone["algoId"])
    trader.exchange.last(BTCUSDT="49890")
    trader.exchange.move(BTCUSDT="50200")
    trader.exchange.move(BTCUSDT="50000")
    for algo_id in range(1, 15):
        trader.ask("GET", ALGO, algoId=algo_id)
    quote = {"fromAsset": "USDT", "toAsset": "BNB", "fromAmount": "650"}
    told = trader.post("/fapi/v1/convert/getQuote", **quote)
    done = trader.post("/fapi/v1/convert/acceptQuote", quoteId=told["quoteId"])
    trader.get("/fapi/v1/convert/orderStatus", orderId=done["orderId"])


def legs_of(trader: Trader) -> None:
    trader.market("BUY", "0.1", positionSide="LONG")
    trader.market("SELL", "0.2", positionSide="SHORT")
    trader.market("SELL", "0.05", positionSide="LONG")
    trader.limit("SELL", "0.05", "52000", positionSide="LONG")


def margin_of(trader: Trader) -> None:
    trader.post(MARGIN, **BTC, positionSide="LONG", amount="100.5", type=1)
    trader.post(MARGIN, **BTC, positionSide="LONG", amount="50", type=2)
    trader.get(f"{MARGIN}/history", **BTC)


def assets_of(trader: Trader) -> None:
    trader.market("BUY", "0.1")
    trader.market("SELL", "0.5", symbol="ETHUSDC")
    trader.limit("SELL", "0.3", "56000")
    trader.post("/fapi/v1/stock/contract")


def ruin(exchange: Exchange) -> None:
    """0.1 BTC at 50 000 on 300 USDT, and the price falls to 47 120."""
    poor = open_trader(exchange, "poor", USDT="303")
    poor.market("BUY", "0.1")
    exchange.move(BTCUSDT="47120")
    poor.get("/fapi/v1/forceOrders")
    poor.get("/fapi/v1/income")


def at_a_rate(rate: str) -> FundingTerms:
    return FundingTerms(8, parse("0.0001"), parse("-0.003"), parse("0.003"), parse(rate))


def read_all(exchange: Exchange, people: list[Trader]) -> None:
    """Everything that can be asked, of all symbols and of one, and of either order."""
    which: list[dict[str, object]] = [{}, {**BTC}, {**BTC, "orderId": 1}, {**BTC, "orderId": 3}]
    reads = [route for route in ROUTES if route.method == "GET"]
    for route in reads:
        if any(word in route.path for word in NOT_READ):
            continue
        for trader in people:
            for params in which:
                exchange.answer(trader.request("GET", route.path, **GOOD, **params))


def files_of(trader: Trader) -> None:
    """Each kind of file, asked for, linked to before it is made and after."""
    for kind in ("order", "trade", "income"):
        asked = trader.get(f"/fapi/v1/{kind}/asyn", **SPAN)
        for span in (0, 5 * MINUTE, 2 * DAY):
            trader.exchange.pass_time(span)
            trader.get(f"/fapi/v1/{kind}/asyn/id", downloadId=asked["downloadId"])


def stop(trader: Trader) -> None:
    trader.delete("/fapi/v1/algoOpenOrders", **BTC)
    trader.delete("/fapi/v1/allOpenOrders", **BTC)


@cache
def ws_answers() -> Answers:
    """Whole answers, with the limits that they tell."""
    answers: Answers = defaultdict(list)
    exchange = Exchange()
    exchange.last(BTCUSDT="50000")
    for trader in opened(exchange):
        side = {"positionSide": "LONG"} if trader.get(MODE)["dualSidePosition"] else {}
        trader.market("BUY", "0.1", **side)
        trader.limit("BUY", "0.1", "40000", **side)
        methods_of(Client(trader), side, answers)
    return answers


def methods_of(client: Client, side: dict[str, str], answers: Answers) -> None:
    def keep(method: str, params: dict[str, object]) -> Any:
        told = client.raw(method, params, "one")
        if told["status"] == 200:
            answers[method].append(told)
        return told.get("result")

    def signed(method: str, **params: object) -> Any:
        return keep(method, client.signed(**params))

    for version in ("", "v2/"):
        for method in SIGNED_READS:
            signed(version + method)
    for method in ("depth", "ticker.price", "ticker.book"):
        keep(method, dict(BTC))
        keep(method, {})
    placed = signed("order.place", **limit_order("BUY", "0.1", "48000"), **side)
    which = {**BTC, "orderId": placed["orderId"]}
    signed("order.status", **which)
    signed("order.modify", **which, side="BUY", quantity="0.2", price="47000", modifyId=7)
    signed("order.cancel", **which)
    trailing: dict[str, object] = {"callbackRate": "5", "activatePrice": "60000"}
    for order in (
        conditional_order("SELL", "STOP_MARKET", "45000"),
        conditional_order("SELL", "TRAILING_STOP_MARKET", None, **trailing),
    ):
        told = signed("algoOrder.place", **order, **side)
        signed("algoOrder.cancel", algoId=told["algoId"])
    for verb in ("start", "ping", "stop"):
        keep(f"userDataStream.{verb}", {"apiKey": client.trader.key.api_key})
