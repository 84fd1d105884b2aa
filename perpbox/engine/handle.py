"""The table of commands: which rule handles which, and the one function that calls it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from perpbox.engine import (
    adoption,
    conditional,
    conversion,
    deadlines,
    debts,
    due,
    fees,
    following,
    funding,
    listing,
    orders,
    prices,
    settings,
    standing,
    transfers,
)
from perpbox.engine import commands as asked
from perpbox.engine.consequences import follow
from perpbox.engine.state import State
from perpbox.engine.turn import Turn, Witness
from perpbox.money import Millis


def handle(
    state: State, command: asked.Command, now: Millis, witness: Witness | None = None
) -> Turn:
    """Check the command, then let it happen. Raises `Rejected`, and then nothing has changed."""
    turn = Turn(state, now, witness)
    state.stirred.forget()
    _HANDLE[type(command)](turn, command)
    follow(turn)
    return turn


_HANDLE: Final[dict[type, Callable[[Turn, Any], None]]] = {
    asked.OpenVenue: prices.open_venue,
    asked.OpenAccount: transfers.open_account,
    asked.AdoptAccount: adoption.adopt_account,
    asked.ResetAccount: transfers.reset_account,
    asked.CloseAccount: transfers.close_account,
    asked.Transfer: transfers.transfer,
    asked.Convert: conversion.convert,
    asked.PlaceOrder: orders.place_order,
    asked.AmendOrder: standing.amend_order,
    asked.CancelOrder: standing.cancel_order,
    asked.CancelAllOrders: standing.cancel_all_orders,
    asked.PlaceConditional: conditional.place_conditional,
    asked.CancelConditional: conditional.cancel_conditional,
    asked.CancelAllConditionals: conditional.cancel_all_conditionals,
    asked.SetCountdown: deadlines.set_countdown,
    asked.SetLeverage: settings.set_leverage,
    asked.SetMarginType: settings.set_margin_type,
    asked.SetPositionMode: settings.set_position_mode,
    asked.SetAssetMode: settings.set_asset_mode,
    asked.SetFeeBurn: fees.set_fee_burn,
    asked.SetFees: fees.set_fees,
    asked.AdjustIsolatedMargin: settings.adjust_isolated_margin,
    asked.MovePrices: prices.move_prices,
    asked.SetLiquidity: prices.set_liquidity,
    asked.FollowMarket: following.follow_market,
    asked.SetLadders: following.set_ladders,
    asked.SetMarkSources: prices.set_mark_sources,
    asked.SetFunding: funding.set_funding,
    asked.MoveInsurance: debts.move_insurance,
    asked.MoveClock: prices.move_clock,
    asked.Tick: due.tick,
    asked.SetSymbol: listing.set_symbol,
    asked.SettleSymbol: listing.settle_now,
}
