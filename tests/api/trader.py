"""A tiny client that signs: the requests of one key of one account."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Any, Final, TypeAlias
from urllib.parse import quote, urlencode

from perpbox.journal.keys import Key
from perpbox.message import Request
from tests.api.exchange import Exchange, Told

FORM: Final = "application/x-www-form-urlencoded"
Signer: TypeAlias = Callable[[bytes], str]
"""Takes what is signed, gives the text of the `signature` parameter, percent-encoded."""

ORDER: Final = "/fapi/v1/order"
ALGO: Final = "/fapi/v1/algoOrder"


def hmac_signer(secret: str) -> Signer:
    def sign(message: bytes) -> str:
        return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()

    return sign


class Trader:
    """Asks with the key's signature over raw query and raw body, the venue's time as timestamp."""

    def __init__(self, exchange: Exchange, key: Key, sign: Signer | None = None) -> None:
        self.exchange = exchange
        self.key = key
        self.account_id = key.account_id
        self.sign = sign or hmac_signer(key.secret)

    @property
    def headers(self) -> dict[str, str]:
        return {"x-mbx-apikey": self.key.api_key}

    def request(self, method: str, path: str, /, **params: object) -> Request:
        """Everything in the query, as most clients send it."""
        params.setdefault("timestamp", self.exchange.now)
        query = urlencode({name: value for name, value in params.items() if value is not None})
        return self.signed(method, path, query)

    def signed(
        self, method: str, path: str, query: str = "", body: str = "", content_type: str = ""
    ) -> Request:
        """Query and body as they are; the signature goes to the end of the one that is last."""
        signature = self.sign((query + body).encode())
        if body:
            body = f"{body}&signature={signature}"
        else:
            query = f"{query}&signature={signature}"
        headers = self.headers
        if content_type:
            headers["content-type"] = content_type
        return Request(method, path, query.encode(), headers, body.encode())

    def ask(self, method: str, path: str, /, **params: object) -> Told:
        return self.exchange.answer(self.request(method, path, **params))

    def ok(self, method: str, path: str, /, **params: object) -> Any:
        """The JSON of an answer that is no refusal."""
        answer = self.ask(method, path, **params)
        assert answer.status == 200, answer.body
        return answer.json

    def get(self, path: str, /, **params: object) -> Any:
        return self.ok("GET", path, **params)

    def post(self, path: str, /, **params: object) -> Any:
        return self.ok("POST", path, **params)

    def put(self, path: str, /, **params: object) -> Any:
        return self.ok("PUT", path, **params)

    def delete(self, path: str, /, **params: object) -> Any:
        return self.ok("DELETE", path, **params)

    def refused(self, method: str, path: str, /, **params: object) -> int:
        """The code of a refusal with status 400, which has changed nothing."""
        before = self.exchange.snapshot(), self.exchange.venue.sequence
        answer = self.ask(method, path, **params)
        assert answer.status == 400, (answer.status, answer.body)
        assert (self.exchange.snapshot(), self.exchange.venue.sequence) == before
        return answer.code

    # The orders that tests place most.

    def limit(self, side: str, quantity: str, price: str | None, **more: object) -> Any:
        """A LIMIT order, GTC on BTCUSDT unless told otherwise."""
        return self.post(ORDER, **limit_order(side, quantity, price, **more))

    def market(self, side: str, quantity: str, **more: object) -> Any:
        """A MARKET order on BTCUSDT unless told otherwise; how it ended."""
        order: dict[str, object] = {"symbol": "BTCUSDT", "side": side, "type": "MARKET"}
        order |= {"quantity": quantity, "newOrderRespType": "RESULT", **more}
        return self.post(ORDER, **order)

    def conditional(self, side: str, kind: str, trigger: str | None, **more: object) -> Any:
        """A conditional order for 0.1 BTC, unless told otherwise."""
        return self.post(ALGO, **conditional_order(side, kind, trigger, **more))


def limit_order(side: str, quantity: str, price: str | None, **more: object) -> dict[str, object]:
    """Parameters of a LIMIT order on BTCUSDT, GTC; None takes one out."""
    return {
        "symbol": "BTCUSDT",
        "side": side,
        "type": "LIMIT",
        "timeInForce": "GTC",
        "quantity": quantity,
        "price": price,
        **more,
    }


def conditional_order(
    side: str, kind: str, trigger: str | None, **more: object
) -> dict[str, object]:
    """Parameters of a conditional order on BTCUSDT, for 0.1 BTC; None takes one out."""
    return {
        "algoType": "CONDITIONAL",
        "symbol": "BTCUSDT",
        "side": side,
        "type": kind,
        "quantity": "0.1",
        "triggerPrice": trigger,
        **more,
    }


def encoded(value: str) -> str:
    """Percent-encoded, as a signature in base64 has to be."""
    return quote(value, safe="")


def open_trader(exchange: Exchange, name: str = "trader", /, **balances: str) -> Trader:
    """A new account with a key that may do everything; 10 000 USDT unless told otherwise."""
    account_id = exchange.open(name, **(balances or {"USDT": "10000"}))
    return Trader(exchange, exchange.keys.create(account_id, exchange.now))
