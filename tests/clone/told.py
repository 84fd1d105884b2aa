"""Everything that a venue tells of one account, as files would have it."""

from __future__ import annotations

import json
from typing import Any, Final

from perpbox.clone import Answers
from perpbox.clone.answers import from_answers
from tests.api.trader import Trader

SIGNED: Final = (
    "/fapi/v1/leverageBracket",
    "/fapi/v1/symbolConfig",
    "/fapi/v1/accountConfig",
    "/fapi/v1/openOrders",
    "/fapi/v1/openAlgoOrders",
    "/fapi/v2/account",
    "/fapi/v3/account",
    "/fapi/v3/balance",
    "/fapi/v2/positionRisk",
    "/fapi/v3/positionRisk",
)
PUBLIC: Final = (
    "/fapi/v1/exchangeInfo",
    "/fapi/v1/assetIndex",
    "/fapi/v1/premiumIndex",
    "/fapi/v2/ticker/price",
)


def told_of(trader: Trader, signed: tuple[str, ...] = SIGNED) -> dict[str, Any]:
    found = {path: trader.get(path) for path in signed}
    return found | {path: trader.exchange.get(path) for path in PUBLIC}


def as_answers(told: dict[str, Any]) -> Answers:
    """As they are read from files."""
    as_read = json.loads(json.dumps(told), parse_float=str)
    return from_answers(as_read.items(), ["openOrders", "openAlgoOrders"])
