"""The demonstration behind `make run`: a venue, one account, a little trading, and an answer.

Everything goes over the venue's own HTTP port with signed requests, as any client's would.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import secrets
import signal
import sys
import threading
import time
from decimal import Decimal
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode

from msgspec import Struct
from rich import box
from rich.console import Console
from rich.table import Table

from perpbox.server.background import Background
from perpbox.server.settings import DEFAULT_PORT, AddressTaken, Settings

Answer: TypeAlias = dict[str, Any]
"""A JSON object, as the venue sent it."""

PORTS_TRIED: Final = 20
PLAIN_WIDTH: Final = 120
"""Columns where the output is no terminal."""
SECONDS: Final = 10.0
SYMBOL: Final = "BTCUSDT"
# As many columns as 80 characters hold; the JSON has them all.
ASSET_COLUMNS: Final = (
    "asset",
    "walletBalance",
    "unrealizedProfit",
    "marginBalance",
    "availableBalance",
)
POSITION_COLUMNS: Final = (
    "symbol",
    "positionAmt",
    "notional",
    "unrealizedProfit",
    "initialMargin",
    "maintMargin",
)


class DemoFailed(Exception):
    """The demo's own venue has refused the demo: the message is its answer."""


class Access(Struct, frozen=True):
    """All that a client needs."""

    url: str
    api_key: str
    secret_key: str


class Trader:
    """A client of the venue: an operator's token, and a key that signs."""

    def __init__(self, url: str, token: str) -> None:
        self._address = url.removeprefix("http://")
        self._token = token
        self.access = Access(url, "", "")

    def open_account(self, name: str, balances: dict[str, str]) -> None:
        made = self.control("POST", "/box/v1/accounts", {"name": name, "balances": balances})
        self.access = Access(self.access.url, made["apiKey"], made["secretKey"])

    def control(self, method: str, path: str, body: dict[str, Any]) -> Answer:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        return self._ask(method, path, json.dumps(body), headers)

    def public(self, path: str, **parameters: str) -> Answer:
        return self._ask("GET", f"{path}?{urlencode(parameters)}", None, {})

    def signed(self, method: str, path: str, **parameters: str) -> Answer:
        query = urlencode({**parameters, "timestamp": str(time.time_ns() // 1_000_000)})
        target = f"{path}?{query}&signature={sign(self.access.secret_key, query)}"
        return self._ask(method, target, None, {"X-MBX-APIKEY": self.access.api_key})

    def _ask(self, method: str, target: str, body: str | None, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection(self._address, timeout=SECONDS)
        try:
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status != http.client.OK:
            path = target.partition("?")[0]
            raise DemoFailed(f"{method} {path} was answered {answer.status}: {text.decode()}")
        told: Answer = json.loads(text)
        return told


def sign(secret_key: str, query: str) -> str:
    return hmac.new(secret_key.encode(), query.encode(), hashlib.sha256).hexdigest()


def curl(access: Access, path: str) -> str:
    """A line for a shell that signs anew each time it is run."""
    return (
        f"Q=timestamp=$(date +%s)000; curl -sS -H 'X-MBX-APIKEY: {access.api_key}' "
        f'"{access.url}{path}?$Q&signature=$(printf %s "$Q" | '
        f"openssl dgst -sha256 -hmac '{access.secret_key}' | sed 's/^.* //')\""
    )


def start(console: Console, port: int = DEFAULT_PORT) -> Background:
    """A venue in memory on this port, or on the next free one."""
    token = secrets.token_hex(16)
    log = _Quiet()
    for candidate in range(port, port + PORTS_TRIED):
        try:
            return Background(Settings(port=candidate, token=token), log)
        except AddressTaken:
            console.print(f"Port {candidate} is taken by another program; trying the next.")
    return Background(Settings(port=0, token=token), log)


class _Quiet:
    """The demo speaks for itself; only what goes wrong is told beside it."""

    def info(self, event: str, **facts: object) -> None:
        """Nothing that a visitor needs to see."""

    def warning(self, event: str, **facts: object) -> None:
        sys.stderr.write(f"{event}: {facts}\n")

    error = warning


def trade(trader: Trader, console: Console) -> Answer:
    """Buy, let the price rise, sell a part, leave an order standing; the account after it."""
    trader.open_account("demo", {"USDT": "10000"})
    console.print("Opened an account with 10000 USDT.")
    trader.signed("POST", "/fapi/v1/leverage", symbol=SYMBOL, leverage="20")
    before = Decimal(trader.public("/fapi/v1/premiumIndex", symbol=SYMBOL)["markPrice"])
    bought = trader.signed(
        "POST",
        "/fapi/v1/order",
        symbol=SYMBOL,
        side="BUY",
        type="MARKET",
        quantity="0.05",
        newOrderRespType="RESULT",
    )
    console.print(f"Bought {bought['executedQty']} {SYMBOL} at {bought['avgPrice']}.")
    after = (before * Decimal("1.01")).quantize(Decimal("0.1"))
    trader.control("POST", "/box/v1/prices", {SYMBOL: str(after)})
    console.print(f"The mark price rises by 1 %, to {after}.")
    sold = trader.signed(
        "POST",
        "/fapi/v1/order",
        symbol=SYMBOL,
        side="SELL",
        type="MARKET",
        quantity="0.02",
        reduceOnly="true",
        newOrderRespType="RESULT",
    )
    console.print(f"Sold {sold['executedQty']} of it at {sold['avgPrice']}.")
    bid = (after * Decimal("0.98")).quantize(Decimal("0.1"))
    trader.signed(
        "POST",
        "/fapi/v1/order",
        symbol=SYMBOL,
        side="BUY",
        type="LIMIT",
        timeInForce="GTC",
        quantity="0.01",
        price=str(bid),
    )
    console.print(f"Left an order standing: buy 0.01 at {bid}.")
    return trader.signed("GET", "/fapi/v3/account")


def show(account: Answer, console: Console) -> None:
    """The answer as the JSON it is, then as tables."""
    console.print("\nGET /fapi/v3/account answers:\n")
    console.file.write(json.dumps(account, indent=2) + "\n\n")
    totals = [[name, value] for name, value in account.items() if not isinstance(value, list)]
    held = [row for row in account["assets"] if Decimal(row["walletBalance"])]
    console.print("The same as tables (of the assets, those held):\n")
    tables = (
        _table(("total", "value"), totals),
        _table(ASSET_COLUMNS, _cells(ASSET_COLUMNS, held)),
        _table(POSITION_COLUMNS, _cells(POSITION_COLUMNS, account["positions"])),
    )
    for table in tables:
        console.print(table)
        console.print()


def _cells(columns: tuple[str, ...], rows: list[Answer]) -> list[list[str]]:
    return [[str(row[name]) for name in columns] for row in rows]


def _table(columns: tuple[str, ...], rows: list[list[str]]) -> Table:
    # Narrow enough for the figures of this account in 80 columns.
    table = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False, show_edge=False)
    for index, name in enumerate(columns):
        table.add_column(name, justify="right" if index else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def tell(access: Access, token: str, console: Console) -> None:
    """What a visitor needs to go on alone; written plainly, so that it can be copied."""
    socket = access.url.replace("http://", "ws://")
    lines = (
        "",
        f"URL      {access.url}",
        f"streams  {socket}/ws/{SYMBOL.lower()}@bookTicker, {socket}/stream, and so on",
        f"WS API   {socket}/ws-fapi/v1",
        f"key      {access.api_key}",
        f"secret   {access.secret_key}",
        f"token    {token}   (for /box/v1: Authorization: Bearer TOKEN)",
        "",
        "Ask for the account yourself, as often as you like:",
        "",
        curl(access, "/fapi/v3/account"),
        "",
        "Serving until Ctrl-C.",
    )
    console.file.write("\n".join(lines) + "\n")
    console.file.flush()


def main() -> int:
    """Run the demo; the exit code."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=PLAIN_WIDTH)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopped.set())
    background = start(console)
    try:
        console.print(f"A venue with a quiet market runs at {background.base_url}.")
        trader = Trader(background.base_url, background.token)
        show(trade(trader, console), console)
        tell(trader.access, background.token, console)
        while not stopped.wait(1.0) and background.alive:
            continue
    except DemoFailed as error:
        console.print(f"The demo has failed: {error}", markup=False)
        return 1
    finally:
        exit_code = background.stop()
    console.print("Stopped.")
    return exit_code
