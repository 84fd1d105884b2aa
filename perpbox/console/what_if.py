"""`perpbox what-if`: words of the command line as steps, and the answer as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from perpbox.console.operator import Operator, pair
from perpbox.console.picture import draw
from perpbox.server.settings import Unusable

TOTALS: Final = {
    "totalWalletBalance": "wallet balance",
    "totalUnrealizedProfit": "unrealized profit",
    "totalMarginBalance": "margin balance",
    "totalInitialMargin": "initial margin",
    "totalMaintMargin": "maintenance margin",
    "availableBalance": "available balance",
    "maxWithdrawAmount": "may be withdrawn",
}


def steps_of(
    prices: Sequence[str],
    moves: int,
    orders: Sequence[str],
    leverages: Sequence[str],
    transfers: Sequence[str],
    advance: str | None,
) -> list[dict[str, Any]]:
    """In the order of transfers, leverages, orders, prices, time."""
    steps: list[dict[str, Any]] = []
    for asset, amount in map(pair, transfers):
        steps.append({"transfer": {"asset": asset, "amount": amount}})
    for symbol, leverage in map(pair, leverages):
        steps.append({"leverage": {"symbol": symbol, "leverage": leverage}})
    steps += [{"order": dict(map(pair, order.split()))} for order in orders]
    if prices:
        steps.append({"prices": dict(map(pair, prices)), "moves": moves})
    if advance is not None:
        steps.append({"advance": advance})
    return steps


def ask(
    operator: Operator,
    account: int | None,
    steps: Sequence[dict[str, Any]],
    sweep: str | None,
) -> dict[str, Any]:
    """The venue's answer; `sweep` is a symbol, or SYMBOL=FIRST:LAST."""
    asked: dict[str, Any] = {"steps": list(steps)}
    if sweep is not None:
        symbol, _, span = sweep.partition("=")
        first, _, last = span.partition(":")
        asked["sweep"] = {"symbol": symbol}
        if span:
            asked["sweep"] |= {"first": first, "last": last}
    path = f"/box/v1/accounts/{operator.account_id(account)}/what-if"
    return operator.ask("POST", path, asked)


def save_picture(answer: dict[str, Any], symbol: str, path: Path) -> None:
    """Draw the sweep. Raises `Unusable` where the file cannot be written."""
    points = [
        row["liquidationPrice"]
        for row in answer["positionRisk"]
        if row["symbol"] == symbol and float(row["liquidationPrice"]) > 0
    ]
    mark = next((r["markPrice"] for r in answer["positionRisk"] if r["symbol"] == symbol), None)
    try:
        path.write_bytes(draw(symbol, answer["sweep"], points, mark))
    except OSError as error:
        raise Unusable(f"{path} cannot be written: {error.strerror or error}.") from None


def show(answer: dict[str, Any], console: Console) -> None:
    """Before and after, what was refused, what would be liquidated."""
    _show_totals(answer, console)
    positions = answer["positionRisk"]
    if positions:
        table = Table("symbol", "side", "amount", "entry", "mark", "profit", "liquidation")
        names = ("symbol", "positionSide", "positionAmt", "entryPrice", "markPrice")
        for row in positions:
            cells = [row[name] for name in (*names, "unRealizedProfit", "liquidationPrice")]
            table.add_row(*cells)
        console.print(table, markup=False)
    _say(console, "refused", (_refusal(step) for step in answer["steps"] if "refused" in step))
    _say(console, "by itself", map(_by_itself, answer["trace"]))


def _show_totals(answer: dict[str, Any], console: Console) -> None:
    table = Table("", "now", "then")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, words in TOTALS.items():
        table.add_row(words, answer["before"][name], answer["account"][name])
    console.print(table, markup=False)


def _say(console: Console, what: str, lines: Iterable[str]) -> None:
    for line in lines:
        console.print(f"{what}: {line}", markup=False, highlight=False)


def _refusal(step: dict[str, Any]) -> str:
    refused = step["refused"]
    words = refused.get("msg") or refused.get("message")
    asked = ", ".join(f"{name} {value}" for name, value in step["step"].items() if name != "moves")
    return f"{asked}: {refused['code']} {words}"


def _by_itself(step: dict[str, Any]) -> str:
    details = " ".join(f"{name}={value}" for name, value in step["details"].items())
    return " ".join(filter(None, (step["step"], step["symbol"], details)))
