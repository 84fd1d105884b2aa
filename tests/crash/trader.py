"""A client that places orders over several connections and writes down what it was told."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import threading
import time
from collections.abc import Callable
from random import Random
from typing import Any, Final
from urllib.parse import urlencode

from msgspec import Struct

from perpbox.instrument import Symbol, builtin
from perpbox.money import SCALE, Price, Quantity, parse, text_at

ORDER: Final = "/fapi/v1/order"
SYMBOLS: Final = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT", "DOGEUSDT")
WORTH: Final = parse("200")
FAR: Final = parse("0.03")
TIMEOUT: Final = 30.0

REST, TAKE, MARKET, CANCEL = "rest", "take", "market", "cancel"
MIX: Final = (REST,) * 5 + (TAKE,) * 2 + (MARKET,) * 2 + (CANCEL,) * 3


class Sent(Struct):
    """An order that was sent, and the last that was heard of it."""

    symbol: str
    side: str
    told: dict[str, Any] | None = None
    """The latest answer about it; None: whether it was placed is not known."""
    canceling: bool = False
    """A cancel was sent, and no answer to it has come."""


class Client:
    """Signed requests over one kept connection."""

    def __init__(self, base_url: str, api_key: str, secret: str) -> None:
        self._connection = http.client.HTTPConnection(
            base_url.removeprefix("http://"), timeout=TIMEOUT
        )
        self._api_key = api_key
        self._secret = secret.encode()

    def ask(self, method: str, path: str, **params: object) -> Any:
        """The answer's JSON; anything but 200 fails. OSError if the server is gone."""
        query = urlencode({**params, "timestamp": time.time_ns() // 1_000_000})
        signature = hmac.new(self._secret, query.encode(), hashlib.sha256).hexdigest()
        headers = {"X-MBX-APIKEY": self._api_key}
        self._connection.request(method, f"{path}?{query}&signature={signature}", headers=headers)
        answer = self._connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        return json.loads(body)

    def close(self) -> None:
        self._connection.close()


class Instrument:
    """A symbol with prices and a quantity that pass its filters."""

    def __init__(self, symbol: Symbol) -> None:
        self._symbol = symbol
        steps = WORTH * SCALE // symbol.start_price // symbol.step_size + 1
        self._quantity: Quantity = steps * symbol.step_size

    def order(self, kind: str, side: str) -> dict[str, str]:
        order = {"symbol": self._symbol.name, "side": side, "newOrderRespType": "RESULT"}
        order["quantity"] = text_at(self._quantity, self._symbol.quantity_precision)
        if kind == MARKET:
            return {**order, "type": "MARKET"}
        away = FAR if kind == REST else -FAR // 10
        sign = 1 if side == "BUY" else -1
        time_in_force = "GTC" if kind == REST else "IOC"
        price = self._price(SCALE - sign * away)
        return {**order, "type": "LIMIT", "timeInForce": time_in_force, "price": price}

    def _price(self, factor: int) -> str:
        symbol = self._symbol
        price: Price = symbol.start_price * factor // SCALE // symbol.tick_size * symbol.tick_size
        return text_at(price, symbol.price_precision)


INSTRUMENTS: Final = {name: Instrument(builtin().symbols[name]) for name in SYMBOLS}


class Notebook:
    """Every order ever sent, by its client order id; all threads write into it."""

    def __init__(self) -> None:
        self.orders: dict[str, Sent] = {}
        self.errors: list[BaseException] = []
        self._acknowledged = 0
        self._heard = threading.Condition()

    def note_answer(self) -> None:
        with self._heard:
            self._acknowledged += 1
            self._heard.notify_all()

    def expect(self, answers: int) -> Callable[[], None]:
        """A wait until so many more answers have come."""
        wanted = self._acknowledged + answers

        def wait() -> None:
            with self._heard:
                enough = self._heard.wait_for(
                    lambda: self._acknowledged >= wanted or bool(self.errors), TIMEOUT
                )
            assert enough, "the server answers too slowly"
            assert not self.errors, self.errors

        return wait


class Trader(threading.Thread):
    """Places, takes and cancels until the server is gone."""

    def __init__(self, name: str, client: Client, notebook: Notebook, dice: Random) -> None:
        super().__init__(name=name, daemon=True)
        self._client = client
        self._notebook = notebook
        self._dice = dice
        self._standing: list[str] = []
        """Its own orders that stand, by client order id."""
        self._sent = 0

    def run(self) -> None:
        try:
            while True:
                self._act()
        except (OSError, http.client.HTTPException):
            return  # killed, which is what this is about
        except BaseException as error:  # noqa: BLE001  told by the test's own thread
            self._notebook.errors.append(error)
        finally:
            self._client.close()

    def _act(self) -> None:
        kind = self._dice.choice(MIX)
        if kind == CANCEL:
            if self._standing:
                self._cancel(self._standing.pop(0))
            return
        self._sent += 1
        name = f"{self.name}-{self._sent}"
        symbol, side = self._dice.choice(SYMBOLS), self._dice.choice(("BUY", "SELL"))
        sent = self._notebook.orders[name] = Sent(symbol, side)
        order = INSTRUMENTS[symbol].order(kind, side)
        sent.told = self._client.ask("POST", ORDER, **order, newClientOrderId=name)
        self._notebook.note_answer()
        if kind == REST:
            self._standing.append(name)

    def _cancel(self, name: str) -> None:
        sent = self._notebook.orders[name]
        sent.canceling = True
        sent.told = self._client.ask("DELETE", ORDER, symbol=sent.symbol, origClientOrderId=name)
        sent.canceling = False
        self._notebook.note_answer()
