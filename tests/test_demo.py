"""The demonstration, run as a visitor runs it."""

from __future__ import annotations

import io
import json
import re
import signal
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from rich.console import Console

from perpbox import demo
from perpbox.demo import ASSET_COLUMNS, POSITION_COLUMNS, show
from perpbox.server.background import running
from perpbox.server.settings import Settings
from tests.server.programs import PATIENCE, started
from tests.server.shell import Kept

README = Path(__file__).parent.parent / "README.md"


def without_figures(text: str) -> str:
    return re.sub(r"\d[\d.]*", "#", text)


def json_in(lines: list[str]) -> dict[str, object]:
    start, end = lines.index("{"), lines.index("}")
    told: dict[str, object] = json.loads("\n".join(lines[start : end + 1]))
    return told


def test_it_shows_an_account_that_a_pasted_line_shows_again() -> None:
    with started("demo") as program:
        lines = program.lines_until("Serving until Ctrl-C.")
        account = json_in(lines)
        (pasted,) = [line for line in lines if line.startswith("Q=timestamp=")]
        for _ in range(2):
            again = subprocess.run(
                ["bash", "-c", pasted], capture_output=True, text=True, timeout=PATIENCE, check=True
            )
            assert json.loads(again.stdout).keys() == account.keys()
        program.process.send_signal(signal.SIGINT)
        output, errors = program.end()
        assert (program.exit_code, errors) == (0, "")
        assert output.endswith("Stopped.\n")
    shown = README.read_text().partition("<!-- demo:")[2].split("```")[1].strip()
    assert without_figures("\n".join(lines)).startswith(without_figures(shown))
    assert any(line.startswith("URL      http://127.0.0.1:") for line in lines)
    assert any(line.startswith("secret   ") for line in lines)
    table = [line.split() for line in lines if line.split()[:1] == ["totalWalletBalance"]]
    assert table == [["totalWalletBalance", account["totalWalletBalance"]]]


def test_no_figure_is_cut_off_in_eighty_columns() -> None:
    page = io.StringIO()
    row = dict.fromkeys((*ASSET_COLUMNS, *POSITION_COLUMNS), "-229.97700000")
    row |= {"symbol": "BTCUSDT", "asset": "USDT", "positionAmt": "-1.000"}
    account = {"totalWalletBalance": "12345.12345678", "assets": [row], "positions": [row]}
    show(account, Console(file=page, width=80))
    tables = page.getvalue().partition("The same as tables")[2]
    assert "…" not in tables
    for name in (*ASSET_COLUMNS, *POSITION_COLUMNS):
        assert name in tables


def test_two_can_be_shown_at_once() -> None:
    with started("demo") as first, started("demo") as second:
        addresses = set()
        for program in (first, second):
            lines = program.lines_until("Serving until Ctrl-C.")
            addresses |= {line.split()[1] for line in lines if line.startswith("URL ")}
        assert len(addresses) == 2
        for program in (first, second):
            program.process.send_signal(signal.SIGTERM)
            program.end()
            assert program.exit_code == 0


def test_a_taken_port_is_said() -> None:
    with running(Settings(port=0)) as other:
        port = int(other.base_url.rpartition(":")[2])
        console = Console(record=True, width=120)
        background = demo.start(console, port)
        try:
            assert background.base_url != other.base_url
            assert f"Port {port} is taken by another program" in console.export_text()
        finally:
            background.stop()


PRICES = "/box/v1/prices"


@pytest.fixture
def trader() -> Iterator[demo.Trader]:
    """Of a market that only a test moves; BTCUSDT stands at 50000."""
    with running(Settings(port=0, token="let me in"), Kept()) as server:
        trader = demo.Trader(server.base_url, server.token)
        trader.control("POST", PRICES, {"BTCUSDT": "50000"})
        yield trader
        assert server.failures == 0


def test_the_trades_leave_a_position_and_two_orders(trader: demo.Trader) -> None:
    console = Console(record=True, width=120)
    account = demo.trade(trader, console)
    demo.show(account, console)
    assert Decimal(account["totalOpenOrderInitialMargin"]) > 0
    assert [row["positionAmt"] for row in account["positions"]] == ["0.050"]
    shown = console.export_text()
    assert account["availableBalance"] in shown
    assert "Bought 0.070 BTCUSDT" in shown
    assert "buy 0.01 at 49990.00" in shown
    assert "sell 0.01 at 50010.00" in shown


def watched(trader: demo.Trader, console: Console, *prices: str) -> str:
    """What a visitor sees while the price goes so."""
    demo.trade(trader, Console(file=io.StringIO()))
    board = demo.Board(trader, console)
    steps = iter(prices)

    def goes_on() -> bool:
        price = next(steps, None)
        if price is not None:
            trader.control("POST", PRICES, {"BTCUSDT": price})
        return price is not None

    board.watch(goes_on)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_what_fills_is_told_line_by_line_where_there_is_no_terminal(trader: demo.Trader) -> None:
    told = watched(trader, Console(file=io.StringIO(), width=120), "49980", "50050")
    bought, sold = told.splitlines()
    assert bought == "Bought 0.010 BTCUSDT at 49990.00, realized profit 0."
    assert sold.startswith("Sold 0.010 BTCUSDT at 50010.00, realized profit 0.1")


def test_a_visitor_at_a_terminal_watches_a_table(trader: demo.Trader) -> None:
    console = Console(file=io.StringIO(), width=80, force_terminal=True)
    told = watched(trader, console, "49980", "49980", "50500")
    for words in ("mark price", "50500", "unrealized profit", "wallet balance", "Bought 0.010"):
        assert words in told


def test_orders_that_the_price_has_left_are_placed_anew(trader: demo.Trader) -> None:
    trader.open_account("demo", {"USDT": "10000"})
    grid = demo.Grid(trader)
    assert [order["side"] for order in grid.quote()] == ["BUY"]  # nothing is held
    assert grid.quote() == []
    trader.control("POST", PRICES, {"BTCUSDT": "51000"})
    assert [order["price"] for order in grid.quote()] == ["50989.80"]
    assert len(grid.signed_list("GET", "/fapi/v1/openOrders")) == 1


def test_a_venue_that_is_gone_is_no_error_to_watch() -> None:
    with running(Settings(port=0), Kept()) as server:
        trader = demo.Trader(server.base_url, "")
        trader.open_account("demo", {})
        board = demo.Board(trader, Console(file=io.StringIO(), force_terminal=True))
        server.stop()
        left = iter((True, False))
        board.watch(lambda: next(left))


def test_a_refusal_is_told_without_the_signature() -> None:
    with running(Settings(port=0, token="let me in")) as server:
        trader = demo.Trader(server.base_url, server.token)
        trader.open_account("demo", {})
        with pytest.raises(demo.DemoFailed, match="-1121") as told:
            trader.signed("GET", "/fapi/v1/openOrders", symbol="NOSUCH")
        assert "signature=" not in str(told.value)
