"""Where an error is caused: a venue with limits, somebody with money, and what is asked of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from perpbox.account import BUY
from perpbox.api.errors import Error
from perpbox.api.limits import WEIGHT_PER_MINUTE, Limits
from perpbox.api.ws_api.methods import METHODS
from perpbox.engine.commands import AmendOrder
from perpbox.engine.standing import MAX_AMENDMENTS
from perpbox.money import parse
from tests.api.exchange import CATALOGUE, Exchange, Told
from tests.api.trader import (
    ALGO,
    ORDER,
    Trader,
    conditional_order,
    hmac_signer,
    limit_order,
    open_trader,
)
from tests.api.ws_client import HERE, Client

BTC: Final = {"symbol": "BTCUSDT"}
METHOD_OF: Final = {method.endpoint: method.name for method in METHODS}
Answer: TypeAlias = tuple[int, Any]
"""HTTP status and body."""


class Stage:
    """A venue that counts what it is asked, and an account with 10 000 USDT."""

    def __init__(self, exchange: Exchange | None = None) -> None:
        self.limits = Limits()
        self.exchange = exchange or Exchange(limits=self.limits)
        self.alice = open_trader(self.exchange, "alice")

    def with_key(self, **how: Any) -> None:
        """Alice goes on with another key."""
        key = self.exchange.keys.create(self.alice.account_id, self.exchange.now, **how)
        self.alice = Trader(self.exchange, key)

    def with_wrong_secret(self) -> None:
        self.alice.sign = hmac_signer("another")


class Asked(Struct, frozen=True):
    """A signed request: over REST, and where it has a method there, over the WebSocket API."""

    method: str
    path: str
    params: dict[str, object]

    @property
    def ws_method(self) -> str | None:
        return METHOD_OF.get(f"{self.method} {self.path}")

    def over_rest(self, stage: Stage) -> Answer:
        return read(stage.alice.ask(self.method, self.path, **self.params))

    def over_websocket(self, stage: Stage) -> Answer:
        assert self.ws_method is not None
        told = Client(stage.alice).ask(self.ws_method, **self.params)
        return told["status"], told.get("error", told.get("result"))


Cause: TypeAlias = Asked | Callable[[Stage], Answer]


class Row(Struct, frozen=True):
    """A situation, and what the client is told in it."""

    error: Error
    situation: str
    code: int
    message: str
    cause: Cause
    prepare: Callable[[Stage], object] = lambda _: None
    stage: Callable[[], Stage] = Stage
    status: int = 400


def read(told: Told) -> Answer:
    return told.status, told.json


# What is asked.


def get(name: str, **params: object) -> Asked:
    return Asked("GET", f"/fapi/v1/{name}", params)


def post(name: str, **params: object) -> Asked:
    return Asked("POST", f"/fapi/v1/{name}", params)


def limit(
    side: str = "BUY", quantity: str = "0.1", price: str | None = "49000", **more: object
) -> Asked:
    return Asked("POST", ORDER, limit_order(side, quantity, price, **more))


def market(side: str = "BUY", quantity: str = "0.1", **more: object) -> Asked:
    order: dict[str, object] = {**BTC, "side": side, "type": "MARKET", "quantity": quantity}
    return Asked("POST", ORDER, order | more)


def conditional(
    side: str = "SELL", kind: str = "STOP_MARKET", trigger: str | None = "49000", **more: object
) -> Asked:
    return Asked("POST", ALGO, conditional_order(side, kind, trigger, **more))


def amendment(price: str, quantity: str = "0.1") -> Asked:
    """Of the order that is called "mine"."""
    change = {"side": "BUY", "quantity": quantity, "price": price, "origClientOrderId": "mine"}
    return Asked("PUT", ORDER, {**BTC, **change})


def bare(method: str, path: str, query: bytes = b"") -> Callable[[Stage], Answer]:
    """A request without key and signature."""
    return lambda stage: read(stage.exchange.ask(method, path, query))


def text(message: str) -> Callable[[Stage], Answer]:
    """A text on the WebSocket API."""

    def send(stage: Stage) -> Answer:
        told = Client(stage.alice).text(message)
        return told["status"], told["error"]

    return send


# What was before.


def rests(stage: Stage) -> None:
    """An order of Alice's stands, and is called "mine"."""
    stage.alice.limit("BUY", "0.1", "48000", newClientOrderId="mine")


def holds(stage: Stage) -> None:
    stage.alice.market("BUY", "0.1")


def isolated(stage: Stage) -> None:
    stage.alice.post("/fapi/v1/marginType", **BTC, marginType="ISOLATED")


def isolated_and_holds(stage: Stage) -> None:
    isolated(stage)
    stage.exchange.quote("BTCUSDT", [], [("50000", "1")])
    holds(stage)


def traded(stage: Stage) -> None:
    """There is a last price."""
    stage.exchange.last(BTCUSDT="50000")


def multi_assets(stage: Stage) -> None:
    stage.alice.post("/fapi/v1/multiAssetsMargin", multiAssetsMargin="true")


def quoted(*, bids: list[tuple[str, str]], asks: list[tuple[str, str]]) -> Callable[[Stage], None]:
    return lambda stage: stage.exchange.quote("BTCUSDT", bids, asks)


def leverage(times: int) -> Callable[[Stage], object]:
    return lambda stage: stage.alice.post("/fapi/v1/leverage", **BTC, leverage=times)


def coarse() -> Stage:
    """A venue where BTCUSDT comes in lots of 0.005 from 0.01 on, on the same precision."""
    lots = {"min_quantity": parse("0.01"), "step_size": parse("0.005")}
    btc = replace(CATALOGUE.symbols["BTCUSDT"], **lots)
    symbols = {**CATALOGUE.symbols, "BTCUSDT": btc}
    return Stage(Exchange(catalogue=replace(CATALOGUE, symbols=symbols), limits=Limits()))


def of_old() -> Stage:
    """A venue on the eve of the algo service."""
    return Stage(Exchange(api_date="2025-12-08", limits=Limits()))


def stop_of_old(stage: Stage) -> None:
    """A conditional order that is an order like any other, and is called "mine"."""
    traded(stage)
    stop = {"side": "BUY", "type": "STOP_MARKET", "stopPrice": "51000", "quantity": "0.1"}
    stage.alice.post(ORDER, **BTC, **stop, newClientOrderId="mine")


def overused(requests: int) -> Callable[[Stage], None]:
    """The address has used up its minute, and been refused one time less than so many."""

    def spend(stage: Stage) -> None:
        stage.limits.charge_weight(HERE, WEIGHT_PER_MINUTE, stage.exchange.now)
        for _ in range(requests - 1):
            assert stage.exchange.ask("GET", "/fapi/v1/ping").status == 429

    return spend


def ordered(ten_seconds: int, minute: int) -> Callable[[Stage], object]:
    """The account has placed so many orders."""
    return lambda stage: stage.limits.charge_orders(
        stage.alice.account_id, ten_seconds, minute, stage.exchange.now
    )


def fill_the_book(stage: Stage) -> None:
    for _ in range(200):
        stage.alice.limit("BUY", "0.003", "48000")


def fill_the_waiting_room(stage: Stage) -> None:
    """200 conditional orders wait, of whichever symbol."""
    for number in range(200):
        ada: dict[str, object] = {} if number % 2 else {"symbol": "ADAUSDT", "quantity": "100"}
        stage.alice.conditional("SELL", "STOP_MARKET", "0.4" if ada else "49000", **ada)


def amended_without_end(stage: Stage) -> None:
    """The order has been amended as often as one may be."""
    rests(stage)
    for number in range(MAX_AMENDMENTS):
        price = parse("48000" if number % 2 else "48001")
        change = AmendOrder(
            stage.alice.account_id, "BTCUSDT", BUY, parse("0.1"), price, client_order_id="mine"
        )
        stage.exchange.submit(change)


def carried_by_another_asset(stage: Stage) -> None:
    """A position in USDT of an account that has only USDC."""
    stage.alice = open_trader(stage.exchange, "bob", USDC="10000")
    multi_assets(stage)
    holds(stage)


def owes(stage: Stage) -> None:
    """A loss of more USDC than there was, which no insurance fund has paid."""
    stage.exchange.empty_the_fund("USDC")
    stage.alice = open_trader(stage.exchange, "bob", USDC="60", USDT="10000")
    eth = {"symbol": "ETHUSDC"}
    stage.alice.post("/fapi/v1/leverage", **eth, leverage=50)
    stage.alice.market("BUY", "1", **eth)
    stage.exchange.quote("ETHUSDC", [("2390", "1")], [])
    stage.alice.market("SELL", "1", **eth)


# What takes more than one request.


def accept_quote_too_late(stage: Stage) -> Answer:
    """A quote is accepted whose money is gone by then."""
    stage.exchange.index(BTC="50000", USDT="1")
    sold = {"fromAsset": "USDT", "toAsset": "BTC", "fromAmount": "9000"}
    quote = stage.alice.post("/fapi/v1/convert/getQuote", **sold)
    stage.exchange.transfer(stage.alice.account_id, "USDT", "-5000")
    accept = {"quoteId": quote["quoteId"]}
    return read(stage.alice.ask("POST", "/fapi/v1/convert/acceptQuote", **accept))


def log_on(stage: Stage) -> Answer:
    """A session is logged on with Alice's key, which is of HMAC."""
    told = Client(stage.alice).ask("session.logon")
    return told["status"], told["error"]
