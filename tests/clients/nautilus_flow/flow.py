"""NautilusTrader, unmodified, trading on a local venue.

From tests/clients: `python -m nautilus_flow.flow BASE_URL KEY SECRET KEY SECRET`.
"""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from exact import Checks
from market_streams import PublicRest
from nautilus_flow.node import trading_node
from nautilus_flow.session import Session
from scenario import Keys, main
from signed import SignedRest

WANTED = re.compile(
    "|".join(
        (
            # The refusal that the session asks for.
            r"OrderRejected.*-2019",
            r"Failed on submit_order.*-2019",
            # The fill of a stop and its end come in one burst, the fill first. The client looks at
            # the end before its own queue has applied the fill, and then refuses its double.
            r"Algo order \S+ FINISHED with full fill but order still open",
            r"Order overfill rejected: .* current_filled=(\S+), last_qty=\1, quantity=\1\.",
        )
    )
)
"""What the node may say, and nothing else."""


def run(base_url: str, account: Keys, _other: Keys) -> int:
    """Trade through a live node; the number of checks that held."""
    checks = Checks()
    with TemporaryDirectory(prefix="perpbox-nautilus-") as folder:
        # Its end stops the loop that it is in, so it comes after.
        asyncio.run(drive(base_url, account, checks, Path(folder))).dispose()
        lines = [line for log in Path(folder).iterdir() for line in log.read_text().splitlines()]
        strange = [line for line in lines if line.strip() and not WANTED.search(line)]
        checks.equal(strange, [], "what the node warns of")
    return checks.count


async def drive(base_url: str, account: Keys, checks: Checks, folder: Path) -> Any:
    """The node runs in this loop, beside the session that gives it its orders."""
    node, watcher = trading_node(base_url, account, folder)
    running = asyncio.create_task(node.run_async())
    rest, own = PublicRest(base_url), SignedRest(base_url, *account)
    session = Session(node, watcher, rest, own, checks)
    try:
        await session.until(lambda: watcher.is_running, "the node's start")
        await session.play()
    finally:
        await node.stop_async()
        await running
    return node


if __name__ == "__main__":
    sys.exit(main("nautilus_trader", run))
