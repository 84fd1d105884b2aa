"""Handlers: an account's places in the queue of auto-deleveraging, and how likely that is."""

from __future__ import annotations

from perpbox.account import BUY, SELL, Exposure, PositionSide
from perpbox.api.call import Call
from perpbox.engine.market import Market


def quantile_of(call: Call, exposure: Exposure, leg: PositionSide) -> int:
    """The place of a leg; 0 without a position."""
    held = exposure.position(leg).quantity
    if not held:
        return 0
    side = BUY if held > 0 else SELL
    places = call.desk.quantiles.of(call.state, exposure.symbol.name, side, call.now)
    return places.get((call.account.account_id, leg), 0)


def adl_quantiles(call: Call) -> object:
    """`GET /fapi/v1/adlQuantile`: of the symbols with a position."""
    name = call.params.optional("symbol")
    if name is not None:
        call.market_of(name)
    return [
        {"symbol": exposure.symbol.name, "adlQuantile": _row(call, exposure)}
        for exposure in call.account.active.values()
        if name in (None, exposure.symbol.name)
        and any(p.quantity for p in exposure.positions.values())
    ]


def _row(call: Call, exposure: Exposure) -> dict[str, int]:
    """Both legs of a cross hedge have the same, the higher one, and HEDGE as a sign."""
    sides = (PositionSide.LONG, PositionSide.SHORT)
    long, short = (quantile_of(call, exposure, leg) for leg in sides)
    if call.account.hedge_mode and not exposure.isolated:
        if all(exposure.position(leg).quantity for leg in sides):
            long = short = max(long, short)
        return {"LONG": long, "SHORT": short, "HEDGE": 0}
    both = quantile_of(call, exposure, PositionSide.BOTH)
    return {"LONG": long, "SHORT": short, "BOTH": both}


def symbol_adl_risk(call: Call) -> object:
    """`GET /fapi/v1/symbolAdlRisk`."""
    found = call.markets()
    if isinstance(found, Market):
        return _risk(call, found)
    return [_risk(call, market) for market in found]


def _risk(call: Call, market: Market) -> dict[str, object]:
    since, risk = call.desk.risks.of(call.state, market, call.now)
    return {"symbol": market.symbol.name, "adlRisk": risk, "updateTime": since}
