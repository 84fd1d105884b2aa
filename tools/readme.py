"""Writes the account answer that the README shows: `python -m tools.readme`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from perpbox.account import BUY, OrderType, PositionSide
from perpbox.api.shapes.account import account_v3
from perpbox.engine.commands import MarketPrices, MovePrices, OpenAccount, PlaceOrder
from perpbox.margin.account import account_figures
from perpbox.money import parse
from perpbox.server.compose import compose
from perpbox.server.settings import Settings

README: Final = Path(__file__).parent.parent / "README.md"
MARK: Final = "<!-- answer: made and compared by tests/test_readme.py -->\n"
OPEN, CLOSE = "```json\n", "```\n"
NOON: Final = 1_795_348_800_000
"""2026-11-22T12:00:00Z."""


def answer() -> dict[str, Any]:
    """Alice's account, as the README tells her day; only the USDT row of the assets is kept."""
    parts = compose(Settings(clock="manual", start=NOON))
    venue = parts.venue
    price = parse("100000")
    venue.submit(MovePrices({"BTCUSDT": MarketPrices(price, price)}, {}))
    alice = venue.submit(OpenAccount("alice", {"USDT": parse("10000")})).account_id
    both, market, limit = PositionSide.BOTH, OrderType.MARKET, OrderType.LIMIT
    venue.submit(PlaceOrder(alice, "BTCUSDT", BUY, both, market, parse("0.1")))
    bid = PlaceOrder(alice, "BTCUSDT", BUY, both, limit, parse("0.05"), parse("95000"))
    venue.submit(bid)
    state = venue.state
    account, assets = state.accounts[alice], state.catalogue.assets.values()
    figures = account_figures(account, assets, state.marks, state.rates)
    told: dict[str, Any] = json.loads(account_v3(account, figures, assets))
    told["assets"] = [row for row in told["assets"] if row["asset"] == "USDT"]
    parts.close()
    return told


def with_answer(text: str) -> str:
    """The README's text with the answer in its place."""
    before, _, rest = text.partition(MARK + OPEN)
    _, _, after = rest.partition(CLOSE)
    return f"{before}{MARK}{OPEN}{json.dumps(answer(), indent=2)}\n{CLOSE}{after}"


if __name__ == "__main__":
    README.write_text(with_answer(README.read_text()))
