"""Handlers: leverage, margin type, modes and isolated margin."""

from __future__ import annotations

from typing import Final

from perpbox.account import PositionSide
from perpbox.api.call import Call
from perpbox.api.errors import ApiError, Error
from perpbox.api.params import precise
from perpbox.engine.commands import (
    AdjustIsolatedMargin,
    SetAssetMode,
    SetFeeBurn,
    SetLeverage,
    SetMarginType,
    SetPositionMode,
)
from perpbox.money import DECIMALS, text_short

SUCCESS: Final = {"code": 200, "msg": "success"}
ADD: Final = 1
REDUCE: Final = 2
MARGIN_TYPES: Final = {"ISOLATED": True, "CROSSED": False, "CROSS": False}


def set_leverage(call: Call) -> object:
    name, leverage = call.params.text("symbol"), call.params.long("leverage")
    symbol = call.market_of(name).symbol
    call.submit(SetLeverage(call.account.account_id, name, leverage))
    return {
        "symbol": name,
        "leverage": leverage,
        "maxNotionalValue": text_short(symbol.max_notional(leverage)),
    }


def set_margin_type(call: Call) -> object:
    name, kind = call.params.text("symbol"), call.params.text("marginType")
    isolated = MARGIN_TYPES.get(kind)
    if isolated is None:
        raise ApiError(Error.INVALID_PARAMETER, "marginType")
    call.market_of(name)
    call.submit(SetMarginType(call.account.account_id, name, isolated))
    return SUCCESS


def set_position_mode(call: Call) -> object:
    call.submit(SetPositionMode(call.account.account_id, call.params.flag("dualSidePosition")))
    return SUCCESS


def set_asset_mode(call: Call) -> object:
    call.submit(SetAssetMode(call.account.account_id, call.params.flag("multiAssetsMargin")))
    return SUCCESS


def set_fee_burn(call: Call) -> object:
    call.submit(SetFeeBurn(call.account.account_id, call.params.flag("feeBurn")))
    return SUCCESS


def position_side(value: str | None) -> PositionSide:
    """What `positionSide` names, BOTH if it was not sent; -4060 if it is none."""
    if value is None:
        return PositionSide.BOTH
    try:
        return PositionSide(value)
    except ValueError:
        raise ApiError(Error.INVALID_POSITION_SIDE) from None


def adjust_isolated_margin(call: Call) -> object:
    """`POST /fapi/v1/positionMargin`: type 1 adds, type 2 takes out."""
    params = call.params
    name, side_name = params.text("symbol"), params.optional("positionSide")
    sent, kind = params.number("amount"), params.long("type")
    if kind not in (ADD, REDUCE):
        raise ApiError(Error.INVALID_PARAMETER, "type")
    call.market_of(name)
    side = position_side(side_name)
    amount = precise(sent, DECIMALS)
    if amount <= 0:
        raise ApiError(Error.AMOUNT_NOT_POSITIVE)
    change = amount if kind == ADD else -amount
    call.submit(AdjustIsolatedMargin(call.account.account_id, name, side, change))
    return {
        "amount": float(params.text("amount")),
        "code": 200,
        "msg": "Successfully modify position margin.",
        "type": kind,
    }
