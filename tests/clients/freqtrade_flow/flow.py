"""freqtrade, unmodified and live, for an hour of the venue's time; then both books are compared.

From tests/clients: `python -m freqtrade_flow.flow BASE_URL KEY SECRET KEY SECRET`, against a
server that is started as `settings.SERVE` says.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import ccxt  # type: ignore[import-untyped, unused-ignore]  # annotated, but ships no py.typed

from cells import passed
from exact import Checks
from freqtrade_flow.audit import Audit
from freqtrade_flow.ledger import Ledger
from freqtrade_flow.settings import PAIRS, SPEED, configuration, exchange
from scenario import Keys, main

HERE = Path(__file__).parent
PATIENCE = 240.0
"""Seconds for the start and the hour, which take about ninety, and until a stop goes off."""
END_SECONDS = 20.0
PRESSES = 3
INTERRUPTED = 130
OVER = "The hour is over and nothing is open."
COMPLAINT = re.compile(r"^\S+ \S+ - \S+ - (?:WARNING|ERROR|CRITICAL) - (.*)$", re.MULTILINE)
EXPECTED = (
    # Its clock is a little late on purpose: see bot.py.
    r"Your system time deviates by -\d+\.\d+s",
    # The price passes a stop before it is placed: freqtrade closes the position at once.
    r'create_stoploss\(\) returned exception: .*"code":-2021,',
    r"Unable to place a stoploss order on exchange\.",
    # Ctrl-C while it writes to its own books; what it could not write was not written.
    r"Exception during cleanup: PendingRollbackError ",
    r"Error during cleanup",
    r"Error closing cursor",
    # A stop goes off while freqtrade closes the position itself: one of both finds none.
    r"Could not cancel stoploss order \d+ for pair",
    r'Unable to exit trade \S+: Could not place (?:sell|buy) order .*"code":-2022,',
)
"""What freqtrade complains of when a market or ctrl-c is quicker, here as at the exchange."""


def run(base_url: str, account: Keys, other: Keys) -> int:
    """The number of checks that held."""
    del other
    checks = Checks()
    with TemporaryDirectory(prefix="perpbox-freqtrade-") as name:
        folder = Path(name)
        log = folder / "log"
        with bot(base_url, account, folder) as process:
            wait_for_end(process, log, checks)
        said = log.read_text()
        checks.step = "log"
        checks.equal(process.returncode, INTERRUPTED, f"freqtrade's end, after\n{said[-3000:]}")
        strange = [line for line in COMPLAINT.findall(said) if not is_expected(line)]
        checks.equal(strange, [], "what freqtrade complains of")
        checks.that(f"Whitelist with {len(PAIRS)} pairs" in said, "all pairs are traded")
        passed("start-up")
        api_key, secret = account
        venue = ccxt.binanceusdm(
            {**exchange(base_url, *account)["ccxt_config"], "apiKey": api_key, "secret": secret}
        )
        Audit(Ledger(folder / "trades.db"), venue, checks).all_agrees()
    return checks.count


@contextmanager
def bot(base_url: str, account: Keys, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`freqtrade trade`, until it is interrupted as by ctrl-c."""
    config = folder / "config.json"
    config.write_text(json.dumps(configuration(base_url, *account, folder)))
    command = [sys.executable, "-m", "freqtrade_flow.bot", base_url, str(SPEED), "trade"]
    command += ["--config", str(config), "--logfile", str(folder / "log")]
    command += ["--strategy", "Pendulum", "--strategy-path", str(HERE / "strategies")]
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            command, cwd=HERE.parent, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        try:
            yield process
            interrupt(process)
        finally:
            process.kill()
            process.wait()


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """As by ctrl-c: pressed again where the first was lost in a callback that swallows it."""
    for _ in range(PRESSES):
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(END_SECONDS)
            return


def wait_for_end(process: subprocess.Popen[bytes], log: Path, checks: Checks) -> None:
    """Until the strategy says that it is over."""
    checks.step = "hour"
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if log.exists() and OVER in log.read_text():
            return
        try:
            code = process.wait(0.5)
        except subprocess.TimeoutExpired:
            continue
        output = (log.parent / "output").read_text()
        checks.fail(f"freqtrade ended early, with {code}\n{output[-4000:]}")
    checks.fail(f"it is not over after {PATIENCE:g} s\n{log.read_text()[-4000:]}")


def is_expected(complaint: str) -> bool:
    return any(re.match(pattern, complaint) for pattern in EXPECTED)


if __name__ == "__main__":
    sys.exit(main("freqtrade", run))
