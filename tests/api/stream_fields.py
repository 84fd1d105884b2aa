"""Fields of market stream messages and their kinds, as the official SDK's models have them.

Source: binance-sdk-derivatives-trading-usds-futures 18.0.1, websocket_streams/models. A name alone
is a text; "#" marks an integer, "?" a boolean.
"""

from __future__ import annotations

from typing import Any, Final

DEPTH: Final = "e E# T# s U# u# pu# b[] a[] ps st#"
BOOK: Final = "e u# E# T# s b B a A ps st#"
MARK: Final = "e E# s p i P r T# st#"
MINI: Final = "e E# s c o h l v q ps st#"
TICKER: Final = "e E# s p P w c Q o h l v q O# C# F# L# n# ps st#"
ASSET: Final = "e E# s i b a B A q g Q G"
FORCE: Final = "e E# o ps st#"

FIELDS: Final = {
    "btcusdt@aggTrade": "e E# s a# p q nq f# l# T# m? st#",
    "btcusdt@markPrice": MARK,
    "!markPrice@arr@1s": MARK,
    "btcusdt@kline_1m": "e E# s k",
    "btcusdt_perpetual@continuousKline_1m": "e E# ps ct k",
    "btcusdt@miniTicker": MINI,
    "!miniTicker@arr": MINI,
    "btcusdt@ticker": TICKER,
    "!ticker@arr": TICKER,
    "btcusdt@bookTicker": BOOK,
    "!bookTicker": BOOK,
    "btcusdt@forceOrder": FORCE,
    "!forceOrder@arr": FORCE,
    "btcusdt@depth5@100ms": DEPTH,
    "btcusdt@depth": DEPTH,
    "btcusdt@rpiDepth@500ms": DEPTH,
    "btcusd@assetIndex": ASSET,
    "!assetIndex@arr": ASSET,
}
"""Without `ap` of mark prices, whose window is not published; see docs/decisions.md."""
CONTRACT: Final = "e E# s ps ct dt# ot# cs st#"
"""The page has `ps` and the model has not; `bks` comes when brackets change, which they do not."""
INSIDE: Final = {
    "forceOrder": "s S o f q p ap X l z T#",
    "kline": "t# T# s i f# L# o c h l v n# x? q V Q B",
    "continuous_kline": "t# T# i f# L# o c h l v n# x? q V Q B",
}
ARRAYS: Final = frozenset(
    ("!markPrice@arr@1s", "!miniTicker@arr", "!ticker@arr", "!assetIndex@arr")
)
"""Streams whose messages are lists of rows."""

KINDS: Final[dict[str, type]] = {"#": int, "?": bool, "]": list}


def assert_fields(row: dict[str, Any], fields: str) -> None:
    """These fields, each of its kind, and no other."""
    kinds = {name.rstrip("#?[]"): KINDS.get(name[-1], str) for name in fields.split()}
    assert set(row) == set(kinds), row
    for name, kind in kinds.items():
        value = row[name]
        if isinstance(value, dict):
            assert_fields(value, INSIDE[row["e"]])
        else:
            assert type(value) is kind, (name, value)
