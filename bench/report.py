"""The figures as tables for a terminal."""

from __future__ import annotations

from typing import Final

from rich.console import Console
from rich.table import Table

from bench.engine import CommandRow
from bench.machine import Machine
from bench.orders import Orders
from bench.reads import Reads
from bench.replay import ReplayRow
from bench.rounds import Figure
from bench.scale import Scale
from bench.snapshots import Snapshots
from bench.streams import Streams
from bench.sweep import SweepRow
from bench.verdicts import Verdict

MEBIBYTE: Final = 1024 * 1024
BUSY: Final = 0.5
"""A load from which on the figures tell of the neighbours too."""


def machine_line(machine: Machine) -> str:
    line = (
        f"{machine.cores} cores, {machine.processor}, {machine.system}, {machine.python}, "
        f"commit {machine.commit}, load {machine.load:.1f}"
    )
    if machine.load > BUSY:
        line += "\nOthers are at work here: rates are too low, and ratios of rates are rough."
    return line


def show_reads(console: Console, reads: Reads) -> None:
    table = _table(
        "Signed GET /fapi/v3/account over HTTP",
        "account",
        "prices",
        "bytes",
        "reads/s",
        "p99 ms",
        "CPU µs a read",
        "no work: /s",
        "CPU µs",
        "ratio",
        "ratio, moves alike",
        "same in CPU",
    )
    for row in reads.rows:
        table.add_row(
            row.account,
            "moved" if row.moving else "still",
            str(row.bytes),
            whole(row.rate),
            millis(row.p99),
            micros(row.cpu),
            whole(row.static_rate),
            micros(row.static_cpu),
            fraction(row.of_static),
            fraction(row.of_static_alike),
            fraction(row.of_static_cpu),
        )
    console.print(table)
    calls = _table("The application alone, no socket", "what", "CPU µs")
    for call in reads.calls:
        calls.add_row(call.what, micros(call.cost))
    console.print(calls)


def show_commands(console: Console, rows: list[CommandRow]) -> None:
    table = _table("Commands in one process, margin checked", "what", "account", "path", "a second")
    for row in rows:
        table.add_row(row.what, row.account, row.path, whole(row.rate))
    console.print(table)


def show_orders(console: Console, orders: Orders) -> None:
    table = _table(
        f"Limit orders and cancels over HTTP (a sync of this disk: {orders.sync * 1e3:.2f} ms)",
        "journal",
        "connections",
        "requests/s",
        "p99 ms",
        "CPU µs a request",
        "turns a commit",
    )
    for row in orders.rows:
        table.add_row(
            row.journal,
            str(row.connections),
            whole(row.rate),
            millis(row.p99),
            micros(row.cpu),
            fraction(row.turns_a_commit) if row.journal == "file" else "",
        )
    console.print(table)


def show_scale(console: Console, scale: Scale) -> None:
    table = _table(
        "Start of `perpbox serve`",
        "accounts",
        "from",
        "journal MiB",
        "ready s",
        "first answer s",
        "memory MiB",
    )
    for row in scale.starts:
        table.add_row(
            f"{row.accounts:,}",
            row.way,
            f"{row.file / MEBIBYTE:.1f}",
            seconds(row.ready),
            seconds(row.answered),
            f"{row.memory.median / MEBIBYTE:.0f}",
        )
    console.print(table)
    costs = _table(
        "One account among many", "what", "accounts", "CPU µs", "longest ms", "of the few"
    )
    for cost in scale.costs:
        costs.add_row(
            cost.what,
            f"{cost.accounts:,}",
            micros(cost.cost),
            millis(cost.longest),
            fraction(cost.of_few),
        )
    console.print(costs)


def show_sweep(console: Console, rows: list[SweepRow]) -> None:
    table = _table(
        "A mark price moves; all accounts hold five symbols", "accounts", "move", "ms", "longest ms"
    )
    for row in rows:
        table.add_row(f"{row.accounts:,}", row.move, millis(row.cost), millis(row.longest))
    console.print(table)


def show_streams(console: Console, streams: Streams) -> None:
    fan_out = _table(
        "Market orders, and the messages that listeners are told",
        "streams",
        "connections",
        "messages/s",
        "CPU µs a message",
        "client's CPU",
    )
    for row in streams.fan_out:
        fan_out.add_row(
            row.streams,
            f"{row.listeners:,}",
            whole(row.rate),
            micros(row.cpu),
            fraction(row.client_busy),
        )
    console.print(fan_out)
    events = _table(
        "Limit orders and cancels one at a time, until ORDER_TRADE_UPDATE",
        "sent over",
        "journal",
        "answer ms",
        "event ms",
        "p99",
    )
    for event in streams.events:
        waits = (event.answer, event.event, event.event_p99)
        events.add_row(event.way, event.journal, *map(millis, waits))
    console.print(events)
    listened = _table(
        "Market orders while a user data stream is listened to",
        "whose",
        "orders/s",
        "CPU µs an order",
        "of nobody's",
        "same in CPU",
        "client's CPU",
    )
    for each in streams.listened:
        ratios = (each.of_nobody, each.of_nobody_cpu, each.client_busy)
        listened.add_row(each.to, whole(each.rate), micros(each.cpu), *map(fraction, ratios))
    console.print(listened)
    console.print(
        f"{streams.idle.connections:,} idle listeners take "
        f"{whole(streams.idle.memory)} bytes of memory each."
    )


def show_snapshots(console: Console, snapshots: Snapshots) -> None:
    table = _table(
        "Snapshots, ms", "journal", "accounts", "taken", "forked", "restored", "fixture reset"
    )
    one = f"{snapshots.resets.one.median * 1000:.2f}"
    for row in snapshots.forks:
        figures = (row.taken, row.forked, row.restored)
        cells = [f"{each.median * 1000:.1f}" for each in figures]
        table.add_row(row.journal, f"{row.accounts:,}", *cells, one)
        one = ""
    console.print(table)


def show_replay(console: Console, rows: list[ReplayRow]) -> None:
    table = _table(
        "A recording as fast as it goes, ten accounts with positions and orders",
        "recording",
        "journal",
        "trades",
        "turns",
        "read and checked: rows/s",
        "trades/s",
        "turns/s",
        "CPU µs a trade",
        "memory MiB",
    )
    for row in rows:
        table.add_row(
            row.what,
            row.journal,
            f"{row.trades:,}",
            f"{row.turns:,}",
            whole(row.scanned),
            whole(row.rate),
            whole(row.turn_rate),
            micros(row.cpu),
            mebibytes(row.memory),
        )
    console.print(table)


def show_verdicts(console: Console, verdicts: list[Verdict]) -> None:
    for verdict in verdicts:
        word = "[green]met[/]   " if verdict.met else "[red]missed[/]"
        console.print(f"{word} {verdict.aim}: {verdict.found}", highlight=False)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right")
    return table


# Each with its spread, lowest to highest round.


def whole(value: Figure) -> str:
    return _spread(f"{value.median:,.0f}", f"{value.low:,.0f}", f"{value.high:,.0f}")


def fraction(value: Figure) -> str:
    return _spread(f"{value.median:.2f}", f"{value.low:.2f}", f"{value.high:.2f}")


def seconds(value: Figure) -> str:
    return fraction(value)


def millis(value: Figure) -> str:
    return fraction(Figure(value.median * 1e3, value.low * 1e3, value.high * 1e3))


def mebibytes(value: Figure) -> str:
    return whole(
        Figure(value.median / MEBIBYTE, value.low / MEBIBYTE, value.high / MEBIBYTE),
    )


def micros(value: Figure) -> str:
    low, high = value.low * 1e6, value.high * 1e6
    return _spread(f"{value.median * 1e6:.1f}", f"{low:.1f}", f"{high:.1f}")


def _spread(median: str, low: str, high: str) -> str:
    return f"{median} [dim]{low}–{high}[/]"
