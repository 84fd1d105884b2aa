"""Handlers: what clients ask other parts of Binance when they start, answered by the venue."""

from __future__ import annotations

from perpbox.api.call import Call
from perpbox.api.shapes.market import rate_limits
from perpbox.money import text_short

NOTHING = text_short(0)


def spot_exchange_info(call: Call) -> object:
    """`GET /api/v3/exchangeInfo`: a spot market without symbols."""
    return {
        "timezone": "UTC",
        "serverTime": call.now,
        "rateLimits": rate_limits(),
        "exchangeFilters": [],
        "symbols": [],
    }


def coin_exchange_info(call: Call) -> object:
    """`GET /dapi/v1/exchangeInfo`: no coin-margined symbols either."""
    return {
        "exchangeFilters": [],
        "rateLimits": rate_limits(),
        "serverTime": call.now,
        "symbols": [],
        "timezone": "UTC",
    }


def no_margin_pairs(call: Call) -> object:
    """`GET /sapi/v1/margin/allPairs` and `/isolated/allPairs`: without spot there is no margin."""
    return []


def coins(call: Call) -> object:
    """`GET /sapi/v1/capital/config/getall`: the margin assets, of which no spot wallet has any.

    No network leads here: money comes from the operator.
    """
    return [
        {
            "coin": asset,
            "depositAllEnable": False,
            "free": NOTHING,
            "freeze": NOTHING,
            "ipoable": NOTHING,
            "ipoing": NOTHING,
            "isLegalMoney": False,
            "locked": NOTHING,
            "name": asset,
            "networkList": [],
            "storage": NOTHING,
            "trading": True,
            "withdrawAllEnable": False,
            "withdrawing": NOTHING,
        }
        for asset in call.state.catalogue.assets
    ]


def key_permissions(call: Call) -> object:
    """`GET /sapi/v1/account/apiRestrictions`: what the key that asks may do."""
    key = call.key
    return {
        "ipRestrict": bool(key.ip_allow_list),
        "createTime": key.created,
        "enableReading": "read" in key.permissions,
        "enableWithdrawals": False,
        "enableInternalTransfer": False,
        "enableMargin": False,
        "enableFutures": "trade" in key.permissions,
        "permitsUniversalTransfer": False,
        "enableVanillaOptions": False,
        "enableFixApiTrade": False,
        "enableFixReadOnly": False,
        "enableSpotAndMarginTrading": False,
        "enablePortfolioMarginTrading": False,
    }
