"""What faults do to commands on their way to the engine."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from perpbox.account import TimeInForce
from perpbox.engine.commands import Command, PlaceConditional, PlaceOrder
from perpbox.engine.state import State
from perpbox.faults import Faults, part_of

WHOLE: Final = (TimeInForce.FOK, TimeInForce.GTX)
"""What trades whole or not at all cannot be filled in part."""


def bent(faults: Faults, state: State, command: Command) -> Command:
    """The command as a fault wants it to happen; the journal holds it so."""
    if isinstance(command, PlaceOrder) and command.time_in_force not in WHOLE:
        market = state.markets.get(command.symbol)
        partial = faults.partial_fill(command.account_id, command.symbol)
        if market is None or partial is None:
            return command
        return replace(
            command, most=part_of(command.quantity, partial.fraction, market.symbol.step_size)
        )
    if isinstance(command, PlaceConditional):
        refused = faults.refused_trigger(command.account_id, command.terms.symbol)
        if refused is not None:
            return replace(command, terms=replace(command.terms, refused_as=refused.reject))
    return command
