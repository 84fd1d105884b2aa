"""What a client reads of the market over REST against what the venue answers anybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cells import passed
from exact import Checks
from market_streams import PublicRest
from scenario import SYMBOL

ASKED: Mapping[str, Mapping[str, object]] = {
    "depth": {"limit": 20},
    "ticker/bookTicker": {},
    "trades": {"limit": 100},
    "klines": {"interval": "1m", "limit": 10},
}
"""The endpoints, and what they are asked beside the symbol."""
FIELDS = {"depth": ("bids", "asks"), "ticker/bookTicker": ("bidPrice", "bidQty", "askPrice")}
"""Where an answer has more, that may be of the moment."""
Read = Callable[..., Any]


def check_market_data(base_url: str, reads: Mapping[str, Read], checks: Checks) -> None:
    """Each of these calls, named by its endpoint, once the account has traded and rests."""
    rest = PublicRest(base_url)
    for path, params in ASKED.items():
        checks.step = f"market data: {path}"
        told, wanted = reads[path](symbol=SYMBOL, **params), rest.get(path, symbol=SYMBOL, **params)
        checks.that(bool(wanted), "there is something to read")
        if fields := FIELDS.get(path):
            told, wanted = ([row[field] for field in fields] for row in (told, wanted))
        checks.equal(as_texts(told), as_texts(wanted), path)
    passed("market data")


def as_texts(value: Any) -> Any:
    """Some clients quote the numbers of answers; one's models keep a place for unknown names."""
    if isinstance(value, dict):
        known = {name: each for name, each in value.items() if name != "additional_properties"}
        assert value.get("additional_properties", {}) == {}, value
        return {name: as_texts(each) for name, each in known.items()}
    if isinstance(value, list):
        return [as_texts(each) for each in value]
    return str(value)
