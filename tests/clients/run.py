"""Every client library, each in its own locked environment, against a real server of its own.

`python tests/clients/run.py [--results FILE] [FLOW ...]`; `make clients` runs all of them. The
environments are made on the first run and kept for as long as their lock stays the same.
INSTALL_FLAGS in the environment are words for pip alone, as in the Makefile. A flow that needs
what this machine has not is left out, which is said.

Then the network is left behind, where the system lets us, and every Python and Node of a flow is
guarded besides: a flow in which anything tries to leave the machine has failed.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import cells
import freqtrade_flow.settings
from environments import (
    HERE,
    Environment,
    NodeEnvironment,
    PythonEnvironment,
    prepare,
    said,
    surroundings,
)
from harness import ServerTrouble, perpbox_command, venue_server
from isolation import attempts, blocked, isolate

FLOWS: dict[str, Environment] = {
    "ccxt_flow": PythonEnvironment(),
    "python_binance_flow": PythonEnvironment(),
    "official_sdk_flow": PythonEnvironment(),
    "futures_connector_flow": PythonEnvironment(),
    "freqtrade_flow": PythonEnvironment(),
    "unicorn_flow": PythonEnvironment(),
    "nautilus_flow": PythonEnvironment(least=(3, 12), below=(3, 15)),
    "cryptofeed_flow": PythonEnvironment(least=(3, 13)),
    "ccxt_js_flow": NodeEnvironment(),
    "official_js_flow": NodeEnvironment(),
    "tiagosiebler_flow": NodeEnvironment(),
    "node_binance_api_flow": NodeEnvironment(),
}
SERVED = {"freqtrade_flow": freqtrade_flow.settings.SERVE}
"""What a flow's server is told beyond the usual."""
PASTS = {"freqtrade_flow": freqtrade_flow.settings.PAST}
"""How much of a market's past a flow wants."""
RACING = ("freqtrade_flow",)
"""Ctrl-C may find freqtrade in a transaction of its own books. What fails else is the venue's."""
FLOW_SECONDS = 180
BY_GUARD = "a guard in each Python and Node; "
VERDICT = re.compile(
    r"^(?P<word>ok|failed) (?P<client>\S+) (?P<version>[^\s:]+)(?P<rest>.*)$", re.MULTILINE
)
TROUBLES = (ServerTrouble, OSError, ValueError, KeyError, subprocess.TimeoutExpired)


@dataclass(frozen=True)
class Result:
    """How one flow went; `output` is shown when it failed."""

    flow: str
    client: str
    version: str
    checks: int
    seconds: float
    output: str = ""
    features: tuple[str, ...] = ()
    leaked: bool = False
    """Whether anything in it tried to leave the machine; that is never tried once more."""

    @property
    def passed(self) -> bool:
        return not self.output


def drive_patiently(flow: str) -> Result:
    """Once more if one of those fails that have races of their own; the failure is shown."""
    first = drive(flow)
    if first.passed or first.leaked or flow not in RACING:
        return first
    print(f"{flow} failed, and is tried once more:\n{first.output}", flush=True)
    return drive(flow)


def drive(flow: str) -> Result:
    """Run one flow against a fresh server with two funded accounts."""
    begun = time.monotonic()
    try:
        with (
            TemporaryDirectory(prefix="perpbox-cells-") as folder,
            venue_server(arguments=SERVED.get(flow, ())) as venue,
        ):
            if past := PASTS.get(flow):
                venue.control("clock", {"advance": past})
            accounts = [venue.open_account(USDT="10000") for _ in range(2)]
            keys = [text for each in accounts for text in (each.api_key, each.secret)]
            notes, leaks = Path(folder) / "cells", Path(folder) / "leaks"
            done = subprocess.run(
                [*FLOWS[flow].command(flow), venue.base_url, *keys],
                cwd=HERE,
                env={
                    **surroundings(),
                    **blocked(leaks),
                    cells.PLACE: str(notes),
                    "VENUE_COMMAND": perpbox_command()[0],
                },
                capture_output=True,
                text=True,
                timeout=FLOW_SECONDS,
                check=False,
            )
            features, tried = cells.noted(notes), attempts(leaks)
    except TROUBLES as error:  # one client's trouble must not hide the others' results
        return Result(flow, flow, "?", 0, time.monotonic() - begun, f"{error!r}")
    return judged(flow, done, time.monotonic() - begun, features, tried)


def judged(
    flow: str,
    done: subprocess.CompletedProcess[str],
    seconds: float,
    features: tuple[str, ...],
    tried: str = "",
) -> Result:
    """By the last line that it wrote, and by what tried to leave the machine."""
    verdict = VERDICT.search(done.stdout)
    if verdict is None:
        told = f"exit {done.returncode}\n{tried}{said(done)}"
        return Result(flow, flow, "?", 0, seconds, told, leaked=bool(tried))
    is_well = done.returncode == 0 and verdict["word"] == "ok" and not tried
    output = "" if is_well else f"{tried}{said(done)}"
    checks = re.search(r"(\d+) checks", verdict["rest"]) if not output else None
    count = int(checks[1]) if checks else 0
    return Result(
        flow, verdict["client"], verdict["version"], count, seconds, output, features, bool(tried)
    )


def table(results: Sequence[Result]) -> str:
    """The results as aligned columns, then what the failed ones wrote."""
    rows = [("client", "version", "from", "features", "checks", "seconds", "result")]
    for each in results:
        word = "ok" if each.passed else "failed"
        came_from, features = FLOWS[each.flow].registry, str(len(each.features))
        counts = (came_from, features, str(each.checks), f"{each.seconds:.1f}")
        rows.append((each.client, each.version, *counts, word))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    for each in results:
        if not each.passed:
            lines += ["", f"{each.flow}:", each.output]
    return "\n".join(lines)


def write_results(results: Sequence[Result], lacking: dict[str, str], path: Path) -> None:
    """What was seen of each flow that ran to its good end, and what others would need to run."""
    flows = {
        each.flow: {
            "client": each.client,
            "version": each.version,
            "registry": FLOWS[each.flow].registry,
            "features": each.features,
        }
        for each in results
        if each.passed
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {"flows": flows, "left_out": lacking}
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def main(words: Sequence[str]) -> int:
    """Set up and run the named flows, or all; 1 if any failed."""
    parser = argparse.ArgumentParser(description="Drive the venue with real client libraries.")
    parser.add_argument("flows", nargs="*", metavar="FLOW", help=f"of {' '.join(FLOWS)}")
    parser.add_argument("--results", type=Path, help="write down what each client was seen to do")
    asked = parser.parse_args(words)
    unknown = [name for name in asked.flows if name not in FLOWS]
    if unknown:
        print(f"no such flow: {' '.join(unknown)}; there are {' '.join(FLOWS)}", file=sys.stderr)
        return 2
    flows = [flow for flow in FLOWS if not asked.flows or flow in asked.flows]
    lacking = {flow: want for flow in flows if (want := FLOWS[flow].lacking())}
    results = run_all([flow for flow in flows if flow not in lacking])
    failed = sum(not each.passed for each in results)
    print(table(results))
    for flow, want in lacking.items():
        print(f"left out: {flow}, which needs {want}")
    print(f"{len(results) - failed} passed, {failed} failed, {len(lacking)} left out")
    if asked.results:
        write_results(results, lacking, asked.results)
    return 1 if failed else 0


def run_all(flows: Sequence[str]) -> list[Result]:
    """All environments first, side by side."""
    with ThreadPoolExecutor(max(1, len(flows))) as pool:
        troubles = list(pool.map(lambda flow: prepare(flow, FLOWS[flow]), flows))
    print(f"The network is blocked by {BY_GUARD}{isolate() or 'and by leaving it behind'}.")
    return [
        Result(flow, flow, "?", 0, 0.0, trouble) if trouble else drive_patiently(flow)
        for flow, trouble in zip(flows, troubles, strict=True)
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
