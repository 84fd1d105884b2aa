"""An account's exposure and legs, opened when something first happens to them."""

from __future__ import annotations

from perpbox.account import Account, Exposure, Position, PositionSide
from perpbox.engine.state import State


def exposure_of(state: State, account: Account, symbol: str) -> Exposure:
    """The account's exposure, opened if need be; for `apply` alone."""
    exposure = account.exposures.get(symbol)
    if exposure is None:
        traded = state.catalogue.symbols[symbol]
        exposure = account.exposures[symbol] = Exposure(traded, traded.default_leverage)
    return exposure


def position_of(exposure: Exposure, position_side: PositionSide) -> Position:
    """The leg, opened if need be; LONG stands before SHORT, as answers list them."""
    position = exposure.positions.get(position_side)
    if position is None:
        position = Position(position_side)
        if position_side is PositionSide.LONG:
            exposure.positions = {position_side: position, **exposure.positions}
        else:
            exposure.positions[position_side] = position
    return position


def activate(account: Account, exposure: Exposure) -> None:
    active = account.active
    last = next(reversed(active.values()), None)
    active[exposure.symbol.name] = exposure
    if last is not None and last.symbol.ordinal > exposure.symbol.ordinal:
        account.active = dict(sorted(active.items(), key=lambda item: item[1].symbol.ordinal))


def deactivate(account: Account, exposure: Exposure) -> None:
    """Drop the exposure from the active ones if neither position nor order is left."""
    if exposure.is_active or account.active.pop(exposure.symbol.name, None) is None:
        return
    if account.sums is not None:
        account.inactive.append(exposure)
