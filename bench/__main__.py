"""`python -m bench`: measure, print tables, and say which aims are met."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cyclopts import App, Parameter
from msgspec import Struct
from rich.console import Console

from bench import report, verdicts
from bench.engine import CommandRow, measure_commands
from bench.fundings import Fundings, measure_fundings
from bench.machine import Machine, this_machine
from bench.orders import Orders, measure_orders
from bench.reads import Reads, measure_reads
from bench.replay import ReplayRow, measure_replay
from bench.scale import Scale, measure_scale
from bench.size import FULL, QUICK, Size
from bench.snapshots import Snapshots, measure_snapshots
from bench.streams import Streams, measure_streams
from bench.sweep import SweepRow, measure_sweep
from bench.verdicts import Verdict

Part = Literal[
    "reads", "commands", "orders", "sweep", "scale", "streams", "replay", "fundings", "snapshots"
]
Parts = Annotated[tuple[Part, ...], Parameter(consume_multiple=True, negative=())]
EVERY_PART: tuple[Part, ...] = (
    "reads",
    "commands",
    "orders",
    "sweep",
    "scale",
    "streams",
    "replay",
    "fundings",
    "snapshots",
)

app = App(name="bench", help="Measure the venue.", result_action="return_value")


class Results(Struct):
    machine: Machine
    size: Size
    verdicts: list[Verdict]
    seconds: float
    reads: Reads | None = None
    commands: list[CommandRow] | None = None
    orders: Orders | None = None
    sweep: list[SweepRow] | None = None
    scale: Scale | None = None
    streams: Streams | None = None
    replay: list[ReplayRow] | None = None
    fundings: Fundings | None = None
    snapshots: Snapshots | None = None


def measure(size: Size, parts: tuple[Part, ...], console: Console) -> Results:
    """Measure part after part, and show each as soon as it is there."""
    begun = time.perf_counter()
    results = Results(this_machine(), size, [], 0.0)
    console.print(report.machine_line(results.machine), highlight=False)
    if "reads" in parts:
        results.reads = measure_reads(size)
        report.show_reads(console, results.reads)
        results.verdicts += verdicts.of_reads(results.reads)
    if "commands" in parts:
        results.commands = measure_commands(size)
        report.show_commands(console, results.commands)
        results.verdicts += verdicts.of_commands(results.commands)
    if "orders" in parts:
        results.orders = measure_orders(size)
        report.show_orders(console, results.orders)
    if "sweep" in parts:
        results.sweep = measure_sweep(size)
        report.show_sweep(console, results.sweep)
        results.verdicts += verdicts.of_sweep(results.sweep)
    if "scale" in parts:
        results.scale = measure_scale(size)
        report.show_scale(console, results.scale)
        results.verdicts += verdicts.of_scale(results.scale)
    if "streams" in parts:
        results.streams = measure_streams(size)
        report.show_streams(console, results.streams)
        results.verdicts += verdicts.of_streams(results.streams)
    if "replay" in parts:
        results.replay = measure_replay(size)
        report.show_replay(console, results.replay)
        results.verdicts += verdicts.of_replay(results.replay)
    if "fundings" in parts:
        results.fundings = measure_fundings(size)
        results.verdicts += verdicts.of_fundings(results.fundings)
    if "snapshots" in parts:
        results.snapshots = measure_snapshots(size)
        report.show_snapshots(console, results.snapshots)
        results.verdicts += verdicts.of_snapshots(results.snapshots)
    report.show_verdicts(console, results.verdicts)
    results.seconds = time.perf_counter() - begun
    console.print(f"{results.seconds:.0f} s", highlight=False)
    return results


@app.default
def main(*, quick: bool = False, json: Path | None = None, parts: Parts = EVERY_PART) -> int:
    """Measure the venue. Ratios are of runs that took turns within this one.

    Parameters
    ----------
    quick
        A minute instead of five, for figures twice as rough.
    json
        File for the figures as JSON.
    parts
        Only these.
    """
    console = Console(width=None if sys.stdout.isatty() else 160)
    results = measure(QUICK if quick else FULL, parts, console)
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(results)))
    return 0


if __name__ == "__main__":
    sys.exit(app())
