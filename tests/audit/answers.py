"""Small answers for the tests of the audit, and a way to ask it about one field."""

from __future__ import annotations

import json
from typing import Any, Final

from perpbox.audit import Finding, Options, audit, documents_of

LONG: Final = {
    "symbol": "BTCUSDT",
    "positionSide": "BOTH",
    "positionAmt": "0.500",
    "entryPrice": "49000.0",
    "markPrice": "50000.00000000",
    "leverage": "10",
    "marginType": "cross",
    "isolatedWallet": "0",
    "updateTime": 1795348800000,
}
"""Half a bitcoin, ten thousand millionths each way."""

USDT: Final = {
    "asset": "USDT",
    "walletBalance": "10000.00000000",
    "unrealizedProfit": "500.00000000",
    "marginBalance": "10500.00000000",
    "maintMargin": "100.00000000",
    "initialMargin": "2500.00000000",
    "positionInitialMargin": "2500.00000000",
    "openOrderInitialMargin": "0.00000000",
    "crossWalletBalance": "10000.00000000",
    "crossUnPnl": "500.00000000",
    "availableBalance": "8000.00000000",
    "maxWithdrawAmount": "8000.00000000",
    "updateTime": 1795348800000,
}
BRACKETS: Final = [
    {
        "symbol": "BTCUSDT",
        "brackets": [
            {
                "bracket": 1,
                "initialLeverage": 125,
                "notionalCap": 50000,
                "notionalFloor": 0,
                "maintMarginRatio": 0.004,
                "cum": 0.0,
            },
            {
                "bracket": 2,
                "initialLeverage": 100,
                "notionalCap": 600000,
                "notionalFloor": 50000,
                "maintMarginRatio": 0.005,
                "cum": 50.0,
            },
        ],
    }
]


def account(*positions: dict[str, Any], **usdt: Any) -> dict[str, Any]:
    """A single-asset account of the second version, its totals those of USDT's row."""
    row = {**USDT, **usdt}
    return {
        "canTrade": True,
        "multiAssetsMargin": False,
        "totalWalletBalance": row["walletBalance"],
        "totalMarginBalance": row["marginBalance"],
        "availableBalance": row["availableBalance"],
        "assets": [row],
        "positions": list(positions),
    }


def audited(*answers: Any, **options: Any) -> dict[str, Finding]:
    """Findings by field; the answers go through JSON, as from a file."""
    documents = [
        document
        for number, answer in enumerate(answers)
        for document in documents_of(
            f"answer {number}", json.loads(json.dumps(answer), parse_float=str)
        )
    ]
    return {each.field: each for each in audit(documents, Options(**options))}


def one(finding: dict[str, Finding], name: str) -> Finding:
    """The finding of the field called `name`, whatever row it is in."""
    (found,) = (each for field, each in finding.items() if field.rpartition(".")[2] == name)
    return found
