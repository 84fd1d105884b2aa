"""The demonstration behind `make run`: a market that moves, one account, and how it fares.

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
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode

from msgspec import Struct
from rich import box
from rich.console import Console
from rich.live import Live
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
MARKET: Final = ("synthetic",)
TICK: Final = Decimal("0.1")
QUANTITY: Final = "0.01"
"""Of each order of the grid."""
MOST: Final = Decimal("0.1")
"""What it holds at most."""
NEAR: Final = Decimal("0.0002")
"""How far from the price its orders are placed."""
FAR: Final = Decimal("0.001")
"""How far from it they are given up."""
SHOWN_FILLS: Final = 5
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
            return Background(Settings(port=candidate, token=token, feed=MARKET), log)
        except AddressTaken:
            console.print(f"Port {candidate} is taken by another program; trying the next.")
    return Background(Settings(port=0, token=token, feed=MARKET), log)


class _Quiet:
    """The demo speaks for itself; only what goes wrong is told beside it."""

    def info(self, event: str, **facts: object) -> None:
        """Nothing that a visitor needs to see."""

    def warning(self, event: str, **facts: object) -> None:
        sys.stderr.write(f"{event}: {facts}\n")

    error = warning


def trade(trader: Trader, console: Console) -> Answer:
    """Buy, sell a part, leave a bid and an ask standing; the account after it."""
    trader.open_account("demo", {"USDT": "10000"})
    console.print("Opened an account with 10000 USDT.")
    trader.signed("POST", "/fapi/v1/leverage", symbol=SYMBOL, leverage="20")
    for side, done, quantity in (("BUY", "Bought", "0.07"), ("SELL", "Sold", "0.02")):
        order = trader.signed(
            "POST",
            "/fapi/v1/order",
            symbol=SYMBOL,
            side=side,
            type="MARKET",
            quantity=quantity,
            newOrderRespType="RESULT",
        )
        console.print(f"{done} {order['executedQty']} {SYMBOL} at {order['avgPrice']}.")
    for order in Grid(trader).quote():
        bought = order["side"] == "BUY"
        console.print(
            f"Left an order standing: {'buy' if bought else 'sell'} {QUANTITY} at {order['price']}."
        )
    return trader.signed("GET", "/fapi/v3/account")


class Grid:
    """Keeps a bid and an ask near the price, as the simplest of bots would."""

    def __init__(self, trader: Trader) -> None:
        self._trader = trader
        self._next_fill = 0
        self.fills = 0
        """How many were seen."""

    def quote(self) -> list[Answer]:
        """Place what is missing, after canceling what the price has gone away from."""
        price = self._mark_price()
        standing = {}
        for order in self.signed_list("GET", "/fapi/v1/openOrders", symbol=SYMBOL):
            if abs(Decimal(order["price"]) - price) > FAR * price:
                self._trader.signed(
                    "DELETE", "/fapi/v1/order", symbol=SYMBOL, orderId=str(order["orderId"])
                )
            else:
                standing[order["side"]] = order
        held = self.position()
        wanted = {"BUY": (1 - NEAR, held < MOST), "SELL": (1 + NEAR, held > 0)}
        return [
            self._place(side, (price * factor).quantize(TICK))
            for side, (factor, fits) in wanted.items()
            if fits and side not in standing
        ]

    def new_fills(self) -> list[Answer]:
        """What has filled since the last time, oldest first."""
        asked = {"fromId": str(self._next_fill)} if self._next_fill else {}
        fills = self.signed_list("GET", "/fapi/v1/userTrades", symbol=SYMBOL, **asked)
        if fills:
            self._next_fill = fills[-1]["id"] + 1
        self.fills += len(fills)
        return fills

    def position(self) -> Decimal:
        rows = self.signed_list("GET", "/fapi/v3/positionRisk", symbol=SYMBOL)
        return sum((Decimal(row["positionAmt"]) for row in rows), Decimal())

    def signed_list(self, method: str, path: str, **parameters: str) -> list[Answer]:
        told: Any = self._trader.signed(method, path, **parameters)
        return list(told)

    def _mark_price(self) -> Decimal:
        return Decimal(self._trader.public("/fapi/v1/premiumIndex", symbol=SYMBOL)["markPrice"])

    def _place(self, side: str, price: Decimal) -> Answer:
        return self._trader.signed(
            "POST",
            "/fapi/v1/order",
            symbol=SYMBOL,
            side=side,
            type="LIMIT",
            timeInForce="GTC",
            quantity=QUANTITY,
            price=str(price),
        )


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


class Board:
    """What a visitor watches: on a terminal a table that changes, else a line for each fill."""

    def __init__(self, trader: Trader, console: Console) -> None:
        self._trader = trader
        self._console = console
        self._grid = Grid(trader)
        self._grid.new_fills()  # those that were told already
        self._latest: deque[str] = deque(maxlen=SHOWN_FILLS)

    def watch(self, goes_on: Callable[[], bool]) -> None:
        """Until it does not go on; it waits between two looks."""
        if not self._console.is_terminal:
            while goes_on():
                for line in self._turn():
                    self._console.print(line, markup=False)
            return
        with Live(console=self._console, auto_refresh=False) as live:
            while goes_on():
                self._turn()
                live.update(self._table(), refresh=True)

    def _turn(self) -> list[str]:
        """Let the grid go on; what has filled. A visitor's own orders may be in its way."""
        told = []
        with suppress(DemoFailed, OSError):
            told = [
                f"{'Bought' if fill['side'] == 'BUY' else 'Sold'} {fill['qty']} {SYMBOL} at "
                f"{fill['price']}, realized profit {fill['realizedPnl']}."
                for fill in self._grid.new_fills()
            ]
            self._grid.quote()
        self._latest.extend(told)
        return told

    def _table(self) -> Table:
        table = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False, show_header=False)
        with suppress(DemoFailed, OSError):
            account = self._trader.signed("GET", "/fapi/v3/account")
            held = [row for row in account["positions"] if row["symbol"] == SYMBOL]
            mark = self._trader.public("/fapi/v1/premiumIndex", symbol=SYMBOL)["markPrice"]
            rows = {
                f"{SYMBOL} mark price": mark,
                "position": held[0]["positionAmt"] if held else "0.000",
                "unrealized profit": account["totalUnrealizedProfit"],
                "wallet balance": account["totalWalletBalance"],
                "fills": str(self._grid.fills),
            }
            for name, value in rows.items():
                table.add_row(f"{name}  ", value)
        for line in self._latest:
            table.add_row("", line)
        return table


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
        console.print(f"A venue with a market that moves runs at {background.base_url}.")
        trader = Trader(background.base_url, background.token)
        show(trade(trader, console), console)
        tell(trader.access, background.token, console)
        board = Board(trader, console)
        board.watch(lambda: not stopped.wait(1.0) and background.alive)
    except DemoFailed as error:
        console.print(f"The demo has failed: {error}", markup=False)
        return 1
    finally:
        exit_code = background.stop()
    console.print("Stopped.")
    return exit_code
