"""A venue is killed while orders pour in, and started again on what it left: many times over."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from perpbox.engine.state import State, money_sums
from perpbox.journal import open_journal, recover, verify
from tests.crash.trader import SYMBOLS, Client, Notebook, Sent, Trader
from tests.server.programs import Program, ended, started

ROUNDS: Final = 6
SEEDS: Final = (1, 2, 3, 4)
"""Each is a venue of its own, so that two run at a time: 24 kills in all."""
CONNECTIONS: Final = 4
MOST_ANSWERS: Final = 100
"""A kill comes after this many answers at most."""
FINAL: Final = ("FILLED", "CANCELED", "EXPIRED")
PAGE: Final = 1000


class Venue:
    """The journal under test, the key of its one account, and what the client was told."""

    def __init__(self, path: Path, dice: Random) -> None:
        self.path = path
        self.dice = dice
        self.notebook = Notebook()
        self.api_key = ""
        self.secret = ""

    def serve(self) -> Any:
        return started("serve", "--port", "0", "--data", str(self.path), "--limits", "off")

    def client(self, server: Program) -> Client:
        return Client(server.base_url, self.api_key, self.secret)

    def open_account(self, server: Program) -> None:
        balances = {"USDT": "1000000"}
        account = {"name": "trader", "balances": balances}
        status, told = server.ask("POST", "/box/v1/accounts", account)
        assert status == 200, told
        self.api_key, self.secret = told["apiKey"], told["secretKey"]

    def trade_until_killed(self, server: Program, number: int) -> None:
        """Let the traders loose, and kill the server at a moment that the dice choose."""
        dice = self.dice
        killed_after = self.notebook.expect(dice.randrange(MOST_ANSWERS))
        traders = [
            Trader(f"r{number}-t{n}", self.client(server), self.notebook, Random(dice.random()))
            for n in range(CONNECTIONS)
        ]
        for trader in traders:
            trader.start()
        killed_after()
        time.sleep(dice.random() / 200)  # somewhere between two answers
        server.process.kill()
        server.process.wait()
        for trader in traders:
            trader.join()
        assert not self.notebook.errors, self.notebook.errors

    def check(self, server: Program) -> None:
        """Compare what the started server knows with what the client was told."""
        client = self.client(server)
        try:
            known = [row for symbol in SYMBOLS for row in all_orders(client, symbol)]
            positions = {
                row["symbol"]: float(row["positionAmt"])
                for row in client.ask("GET", "/fapi/v3/positionRisk")
            }
            for row in self.dice.sample(known, min(5, len(known))):
                asked = {"symbol": row["symbol"], "origClientOrderId": row["clientOrderId"]}
                assert client.ask("GET", "/fapi/v1/order", **asked) == row
        finally:
            client.close()
        orders = self.notebook.orders
        require_once(known)
        by_name = {row["clientOrderId"]: row for row in known}
        assert by_name.keys() <= orders.keys(), "an order that nobody sent"
        for name, sent in orders.items():
            require_kept(sent, by_name.get(name))
        require_positions(known, positions)


def all_orders(client: Client, symbol: str) -> list[dict[str, Any]]:
    """Every order of the symbol, page by page."""
    rows: list[dict[str, Any]] = []
    following = 1
    while True:
        asked = {"symbol": symbol, "orderId": following, "limit": PAGE}
        page = client.ask("GET", "/fapi/v1/allOrders", **asked)
        rows += page
        if len(page) < PAGE:
            return rows
        following = page[-1]["orderId"] + 1


def require_once(known: list[dict[str, Any]]) -> None:
    for name in ("orderId", "clientOrderId"):
        (_, most), *_ = Counter(row[name] for row in known).most_common(1) or [(None, 0)]
        assert most <= 1, f"two orders with one {name}"


def require_kept(sent: Sent, row: dict[str, Any] | None) -> None:
    """What was told is so; what was not may or may not have happened, and then whole."""
    if sent.told is None:
        if row is not None:
            assert row["side"] == sent.side
        return
    assert row is not None, f"lost: {sent.told}"
    told = sent.told
    for field in ("orderId", "symbol", "side", "type", "executedQty"):
        assert same(row[field], told[field]), (field, row, told)
    if sent.canceling and told["status"] not in FINAL:
        assert row["status"] in ("NEW", "CANCELED")
    else:
        assert row["status"] == told["status"], (row, told)


def same(one: Any, other: Any) -> bool:
    """A quantity may be written with zeros at the end or without."""
    if isinstance(one, str) and one.replace(".", "").isdigit():
        return float(one) == float(other)
    return bool(one == other)


def require_positions(known: list[dict[str, Any]], positions: dict[str, float]) -> None:
    """A position is the sum of what its orders traded: no trade is lost or counted twice."""
    for symbol in SYMBOLS:
        traded = sum(
            float(row["executedQty"]) * (1 if row["side"] == "BUY" else -1)
            for row in known
            if row["symbol"] == symbol
        )
        assert positions.get(symbol, 0.0) == pytest.approx(traded)


def state_left(path: Path, folder: Path) -> State:
    """The state out of a copy of what the killed process left; the server is to find that as is."""
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for left in (path, path.with_name(f"{path.name}-wal")):
        if left.exists():
            shutil.copy(left, folder / left.name)
    with open_journal(folder / path.name, b"") as journal:
        return recover(journal).state


def require_balanced(state: State) -> None:
    """Money comes from nowhere and goes nowhere; for each long there is a short."""
    assert set(money_sums(state).values()) <= {0}
    for symbol, market in state.markets.items():
        held = sum(
            position.quantity
            for account in state.accounts.values()
            if symbol in account.exposures
            for position in account.exposures[symbol].positions.values()
        )
        assert held + market.house_quantity == 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_acknowledged_is_lost(seed: int, tmp_path: Path) -> None:
    venue = Venue(tmp_path / "venue.sqlite", Random(seed))
    for number in range(ROUNDS + 1):
        with venue.serve() as server:
            server.ready()
            if number == 0:
                venue.open_account(server)
            venue.check(server)
            if number == ROUNDS:
                break
            venue.trade_until_killed(server, number)
        require_balanced(state_left(venue.path, tmp_path / "copy"))
        assert verify(venue.path).holds
    told = [sent for sent in venue.notebook.orders.values() if sent.told is not None]
    assert len(told) > ROUNDS
    exit_code, output, errors = ended("verify", str(venue.path))
    assert exit_code == 0, output + errors


@pytest.mark.slow
def test_a_start_may_be_killed_at_any_moment(tmp_path: Path) -> None:
    """The file is there whole or not at all, whenever the first start ended."""
    dice = Random(5)
    path = tmp_path / "venue.sqlite"
    began = time.monotonic()
    with started("serve", "--port", "0") as server:
        server.ready()
    lasts = time.monotonic() - began
    for _ in range(4):
        with started("serve", "--port", "0", "--data", str(path)) as server:
            time.sleep(lasts * (0.5 + dice.random()))
            server.process.kill()
        with started("serve", "--port", "0", "--data", str(path)) as server:
            server.ready()
        assert verify(path).holds
        for left in tmp_path.glob("venue.sqlite*"):
            left.unlink()
