"""Who holds what, sampled every five minutes: statistics of the market's positions."""

from __future__ import annotations

from typing import Final

from perpbox.account import AccountId
from perpbox.engine.events import HoldingSampled
from perpbox.engine.market import Market
from perpbox.engine.state import State
from perpbox.engine.turn import Turn
from perpbox.margin.holding import NOTHING_HELD, Holding, holding_of, worth
from perpbox.money import Amount, Millis

HOLDING_SPAN: Final[Millis] = 300_000
"""Samples are counted from 1970 on."""


def sample_holdings(turn: Turn) -> None:
    """Note what is held in another way than at the last sample.

    It is sampled with the first turn after a sample was due, and before anything happens in it:
    since the turn before nothing has changed.
    """
    first = turn.since // HOLDING_SPAN + 1
    if turn.now // HOLDING_SPAN < first:
        return
    known: dict[AccountId, Amount] = {}
    for name, market in turn.state.markets.items():
        holding = held_in(turn.state, market, known)
        if holding != market.holding:
            turn.emit(HoldingSampled(name, first, holding))


def held_in(state: State, market: Market, known: dict[AccountId, Amount] | None = None) -> Holding:
    """What is held now. `known` keeps what accounts are worth from one market to the next."""
    if not market.holders:
        return NOTHING_HELD
    known = {} if known is None else known
    held = []
    for account_id in sorted(market.holders):
        if account_id not in known:
            known[account_id] = worth(state.accounts[account_id], state.marks, state.rates)
        held.append((market.holders[account_id], known[account_id]))
    return holding_of(held, market.house_quantity)
