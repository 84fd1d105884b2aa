"""`perpbox top`: the accounts of a venue while they trade."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal, TypeAlias

from cyclopts import Parameter, validators
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from perpbox.console import output
from perpbox.console.operator import ASK, Asking, Operator

Order: TypeAlias = Literal["account", "equity", "profit", "ratio"]
Number: TypeAlias = Annotated[int, Parameter(validator=validators.Number(gte=1, lt=10**18))]
Limit: TypeAlias = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=1000))]
Seconds: TypeAlias = Annotated[float, Parameter(validator=validators.Number(gte=0.1, lte=3600))]
Switch: TypeAlias = Annotated[bool, Parameter(negative=())]

COLUMNS: Final = (
    "account",
    "name",
    "equity",
    "unrealized profit",
    "available",
    "margin ratio",
    "positions",
    "orders",
)
FIGURES_FROM: Final = 2
PERCENT: Final = 100
DANGER: Final = 80.0
"""Percent of the margin ratio from which on an account is shown in red."""
CENT: Final = 2
"""Decimals of the amounts; the JSON has them all."""


def top(
    *,
    first: Number = 1,
    limit: Limit = 30,
    sort: Order = "account",
    every: Seconds = 1.0,
    once: Switch = False,
    ask: Annotated[Asking, Parameter(name="*")] = ASK,
) -> int:
    """Watch the accounts of a running venue: equity, profit, margin, positions and orders.

    On a terminal the table changes until Ctrl-C; elsewhere it is shown once. With --json each look
    is a line of its own.

    Example: perpbox top --sort ratio --limit 20

    Parameters
    ----------
    first
        The lowest number of an account that is shown.
    limit
        How many accounts are shown.
    sort
        What those that are shown are sorted by; the largest comes first.
    every
        Seconds between two looks.
    once
        Look once, and end.
    """
    operator, console = ask.operator(), output.console()
    path = f"/box/v1/top?first={first}&limit={limit}"

    def look() -> dict[str, Any]:
        told = operator.ask("GET", path)
        told["rows"] = ordered(told["rows"], sort)
        return told

    try:
        if ask.json:
            _repeat(lambda: output.write_json(look(), in_one_line=True), every, once=once)
        elif once or not console.is_terminal:
            console.print(screen(operator, look()))
        else:
            _watch(operator, look, every, console)
    except KeyboardInterrupt:  # that is how it ends
        return 0
    return 0


def _repeat(do: Callable[[], None], every: float, *, once: bool) -> None:
    do()
    while not once:
        time.sleep(every)
        do()


def _watch(
    operator: Operator, look: Callable[[], dict[str, Any]], every: float, console: Console
) -> None:
    # It ends by nothing else, and a job of the background is started deaf to it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    shown = screen(operator, look())
    with Live(shown, console=console, auto_refresh=False, screen=True) as live:
        _repeat(lambda: live.update(screen(operator, look()), refresh=True), every, once=False)


def ordered(rows: list[dict[str, Any]], sort: Order) -> list[dict[str, Any]]:
    """Of the ratios the one that nothing is left to is the largest."""
    match sort:
        case "account":
            return rows
        case "equity":
            return sorted(rows, key=lambda row: -float(row["totalMarginBalance"]))
        case "profit":
            return sorted(rows, key=lambda row: -float(row["totalUnrealizedProfit"]))
        case "ratio":
            return sorted(rows, key=lambda row: -_percent(row))


def screen(operator: Operator, told: dict[str, Any]) -> Group:
    clock, feed = told["clock"], told["feed"]
    pace = f"x{clock['speed']:g}" if "speed" in clock else clock["mode"]
    head = Text.assemble(
        (operator.url, "bold"),
        f"  {clock['iso']}  clock {pace}  feed {feed['kind']}",
        f"  turn {told['sequence']}  accounts {told['accounts']}",
    )
    below = told["next"]
    foot = Text("" if below is None else f"more: --first {below}", "dim")
    return Group(head, table_of(told["rows"]), foot)


def table_of(rows: list[dict[str, Any]]) -> Table:
    table = Table()
    for number, name in enumerate(COLUMNS):
        figure = number >= FIGURES_FROM
        table.add_column(name, justify="right" if figure else "left", no_wrap=figure)
    for row in rows:
        percent = _percent(row)
        table.add_row(
            str(row["accountId"]),
            Text(row["name"]),
            _amount(row["totalMarginBalance"]),
            _signed(row["totalUnrealizedProfit"]),
            _amount(row["availableBalance"]),
            Text(
                "-" if row["marginRatio"] is None else f"{percent:.2f} %",
                "bold red" if percent >= DANGER else "",
            ),
            str(row["positions"]),
            str(row["openOrders"] + row["conditionalOrders"]),
        )
    return table


def _percent(row: dict[str, Any]) -> float:
    """Of an account that has nothing left and needs something, without end."""
    ratio = row["marginRatio"]
    return float("inf") if ratio is None else PERCENT * float(ratio)


def _amount(text: str) -> str:
    return f"{float(text):,.{CENT}f}"


def _signed(text: str) -> Text:
    figure = float(text)
    return Text(_amount(text), "green" if figure > 0 else "red" if figure < 0 else "")
