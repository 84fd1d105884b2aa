"""Every client library, each in its own locked environment, against a real server of its own.

`python tests/clients/run.py [FLOW ...]`; `make clients` runs all of them. The environments are
made on the first run and kept for as long as their lock stays the same. INSTALL_FLAGS in the
environment are words for pip alone, as in the Makefile.

Then the network is left behind, where the system lets us, and every Python and Node of a flow is
guarded besides: a flow in which anything tries to leave the machine has failed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import freqtrade_flow.settings
from harness import ServerTrouble, venue_server
from isolation import isolate

HERE = Path(__file__).resolve().parent
GUARDED = HERE / "guarded"
FLOWS = (
    "ccxt_flow",
    "python_binance_flow",
    "official_sdk_flow",
    "futures_connector_flow",
    "freqtrade_flow",
)
SERVED = {"freqtrade_flow": freqtrade_flow.settings.SERVE}
"""What a flow's server is told beyond the usual."""
PASTS = {"freqtrade_flow": freqtrade_flow.settings.PAST}
"""How much of a market's past a flow wants."""
FLOW_SECONDS = 180
VERDICT = re.compile(
    r"^(?P<word>ok|failed) (?P<client>\S+) (?P<version>[^\s:]+)(?P<rest>.*)$", re.MULTILINE
)
TROUBLES = (ServerTrouble, OSError, ValueError, KeyError, subprocess.TimeoutExpired)
LEFT_OUT = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_TARGET", "PIP_PREFIX", "PIP_USER")


@dataclass(frozen=True)
class Result:
    """How one flow went; `output` is shown when it failed."""

    flow: str
    client: str
    version: str
    checks: int
    seconds: float
    output: str = ""

    @property
    def passed(self) -> bool:
        return not self.output


def environment() -> dict[str, str]:
    """This process's environment without what would bend another Python or lead off the machine."""
    kept = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    return {**kept, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


def guarded(log: Path) -> dict[str, str]:
    """The same, for a process that cannot leave the machine and writes down what it tries."""
    preload = f"--require={GUARDED / 'block.cjs'}"
    blocked = {"PYTHONPATH": str(GUARDED), "NODE_OPTIONS": preload, "LEAKS_GO_TO": str(log)}
    return environment() | blocked


def attempts(log: Path) -> str:
    """What tried to leave the machine, each once."""
    lines = log.read_text().splitlines() if log.exists() else []
    return "".join(f"tried to {line}\n" for line in dict.fromkeys(lines))


def python_of(flow: str) -> Path:
    """The interpreter of a flow's own environment."""
    return HERE / flow / ".venv" / "bin" / "python"


def prepare(flow: str) -> str:
    """Make the flow's environment unless it stands already; what went wrong, or nothing."""
    lock = HERE / flow / "requirements.txt"
    stamp = HERE / flow / ".venv" / ".installed"
    wanted = f"{sys.version} {hashlib.sha256(lock.read_bytes()).hexdigest()}"
    if stamp.exists() and stamp.read_text() == wanted:
        return ""
    print(f"setting up {flow} (once)", flush=True)
    install = [str(python_of(flow)), "-m", "pip", "install", "--quiet", "--no-input"]
    install += ["--disable-pip-version-check", *shlex.split(os.environ.get("INSTALL_FLAGS", ""))]
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(HERE / flow / ".venv")],
        [*install, "--require-hashes", "-r", str(lock)],
    ):
        done = subprocess.run(
            command, env=environment(), capture_output=True, text=True, check=False
        )
        if done.returncode:
            return f"{shlex.join(command)} ended with {done.returncode}\n{said(done)}"
    stamp.write_text(wanted)
    return ""


def said(done: subprocess.CompletedProcess[str]) -> str:
    """What a process wrote, as text to show."""
    return f"{done.stdout}{done.stderr}".strip()


def drive(flow: str) -> Result:
    """Run one flow against a fresh server with two funded accounts."""
    begun = time.monotonic()
    try:
        with (
            TemporaryDirectory(prefix="perpbox-leaks-") as folder,
            venue_server(arguments=SERVED.get(flow, ())) as venue,
        ):
            log = Path(folder) / "leaks"
            if past := PASTS.get(flow):
                venue.control("clock", {"advance": past})
            accounts = [venue.open_account(USDT="10000") for _ in range(2)]
            keys = [text for each in accounts for text in (each.api_key, each.secret)]
            arguments = [venue.base_url, *keys]
            done = subprocess.run(
                [str(python_of(flow)), "-m", f"{flow}.flow", *arguments],
                cwd=HERE,
                env=guarded(log),
                capture_output=True,
                text=True,
                timeout=FLOW_SECONDS,
                check=False,
            )
            leaks = attempts(log)
    except TROUBLES as error:  # one client's trouble must not hide the others' results
        return Result(flow, flow, "?", 0, time.monotonic() - begun, f"{error!r}")
    seconds = time.monotonic() - begun
    verdict = VERDICT.search(done.stdout)
    if verdict is None:
        return Result(flow, flow, "?", 0, seconds, f"exit {done.returncode}\n{leaks}{said(done)}")
    is_well = done.returncode == 0 and verdict["word"] == "ok" and not leaks
    output = "" if is_well else f"{leaks}{said(done)}"
    checks = re.search(r"(\d+) checks", verdict["rest"]) if not output else None
    count = int(checks[1]) if checks else 0
    return Result(flow, verdict["client"], verdict["version"], count, seconds, output)


def table(results: Sequence[Result]) -> str:
    """The results as aligned columns, then what the failed ones wrote."""
    rows = [("client", "version", "checks", "seconds", "result")]
    for each in results:
        word = "ok" if each.passed else "failed"
        rows.append((each.client, each.version, str(each.checks), f"{each.seconds:.1f}", word))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    for each in results:
        if not each.passed:
            lines += ["", f"{each.flow}:", each.output]
    return "\n".join(lines)


def main(names: Sequence[str]) -> int:
    """Set up and run the named flows, or all; 1 if any failed."""
    unknown = [name for name in names if name not in FLOWS]
    if unknown:
        print(f"no such flow: {' '.join(unknown)}; there are {' '.join(FLOWS)}", file=sys.stderr)
        return 2
    flows = [flow for flow in FLOWS if not names or flow in names]
    with ThreadPoolExecutor(len(flows)) as pool:
        troubles = dict(zip(flows, pool.map(prepare, flows), strict=True))
    not_isolated = isolate()
    print(f"network blocked by a guard in each process; {not_isolated or 'and there is none'}")
    results = []
    for flow in flows:
        trouble = troubles[flow]
        results.append(Result(flow, flow, "?", 0, 0.0, trouble) if trouble else drive(flow))
    failed = sum(not each.passed for each in results)
    print(table(results))
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
