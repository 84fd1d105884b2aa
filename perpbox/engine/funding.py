"""Funding: the premium index is sampled, and at its time longs pay shorts, or shorts longs."""

from __future__ import annotations

from typing import Final

from perpbox.account import Account, Exposure, House, Position
from perpbox.engine.agenda import Entry
from perpbox.engine.commands import SetFunding
from perpbox.engine.events import (
    FundingMissed,
    FundingSettled,
    FundingTermsSet,
    MoneyReason,
    PositionChanged,
    PremiumMoved,
)
from perpbox.engine.market import FundingTerms, Market, Premium
from perpbox.engine.rejects import Reject
from perpbox.engine.state import State
from perpbox.engine.turn import Turn
from perpbox.margin.funding import SAMPLE_SPAN, funding_fee, funding_rate
from perpbox.money import SCALE, Millis, Price, Ratio

HOURS_OF_DAY: Final = 24


def take_samples(turn: Turn) -> None:
    """Sample the premium index of every market since the turn before, in which none has changed.

    Only markets whose book or prices have changed since they were last looked at are looked at.
    """
    state = turn.state
    first = turn.since // SAMPLE_SPAN + 1
    if turn.now // SAMPLE_SPAN < first or not state.unsampled:
        return
    changed = [state.markets[name] for name in state.unsampled]
    state.unsampled.clear()
    for market in sorted(changed, key=_place):
        market.premium_seen = market.update_id
        premium = market.impact_premium()
        if premium != market.premium.value:
            turn.emit(PremiumMoved(market.symbol.name, premium, first))


def _place(market: Market) -> int:
    return market.symbol.ordinal


def rate_at(state: State, market: Market, now: Millis) -> Ratio:
    """The rate that would be settled if the interval ended now."""
    terms = market.funding
    if terms.fixed_rate is not None:
        return terms.fixed_rate
    average = premium_at(state, market).average(now // SAMPLE_SPAN)
    return funding_rate(average, terms.interest_rate, terms.interval_hours, terms.floor, terms.cap)


def premium_at(state: State, market: Market) -> Premium:
    """The premium with the samples since the last turn, of which none has told yet."""
    premium = market.premium
    if market.premium_seen == market.update_id:
        return premium
    value = market.impact_premium()
    if value == premium.value:
        return premium
    return premium.moved(value, state.now // SAMPLE_SPAN + 1)


def settle_funding(turn: Turn, entry: Entry) -> None:
    """Every position of the symbol pays, or is paid; the house takes what is left over."""
    market = turn.state.markets[entry.symbol]
    if entry.time < turn.since or market.symbol.is_closed:
        turn.emit(FundingMissed(entry.symbol))
        return
    rate, mark = rate_at(turn.state, market, entry.time), market.mark
    turn.emit(FundingSettled(entry.symbol, rate, mark, entry.time))
    for account_id in sorted(market.holders):
        account, exposure = turn.state.accounts[account_id], market.holders[account_id]
        for position in exposure.positions.values():
            if position.quantity:
                _pay(turn, account, exposure, position, mark, rate)
    _leave_to_the_house(turn, market)


def _pay(
    turn: Turn,
    account: Account,
    exposure: Exposure,
    position: Position,
    mark: Price,
    rate: Ratio,
) -> None:
    """A cross position pays from the wallet, an isolated one from its own margin as well."""
    fee = funding_fee(position.quantity, mark, rate)
    if not fee:
        return
    symbol = exposure.symbol
    turn.move(
        account.account_id,
        House.FUNDING,
        symbol.margin_asset,
        fee,
        MoneyReason.FUNDING_FEE,
        symbol.name,
    )
    if exposure.isolated:
        turn.emit(
            PositionChanged(
                account.account_id,
                symbol.name,
                position.position_side,
                position.quantity,
                position.entry_cost,
                position.outlay,
                position.isolated_wallet - fee,
                position.realized_profit,
            )
        )


def _leave_to_the_house(turn: Turn, market: Market) -> None:
    """[dec] The house's own position pays or is paid the rest, with what cutting leaves."""
    asset = market.symbol.margin_asset
    rest = turn.state.house.get((House.FUNDING, asset), 0)
    reason = MoneyReason.FUNDING_FEE
    turn.move(House.FUNDING, House.CLEARING, asset, rest, reason, market.symbol.name)


def set_funding(turn: Turn, command: SetFunding) -> None:
    """An operator's terms: an interval that is a part of a day, rates from -1 to 1."""
    for name, terms in command.terms.items():
        turn.market(name)
        turn.require(are_possible(terms), Reject.INVALID_FUNDING, name)
    for name, terms in command.terms.items():
        turn.emit(FundingTermsSet(name, terms))


def are_possible(terms: FundingTerms) -> bool:
    """Whether funding can be made so."""
    hours = terms.interval_hours
    rates = (terms.interest_rate, terms.floor, terms.cap, terms.fixed_rate or 0)
    return (
        1 <= hours <= HOURS_OF_DAY
        and HOURS_OF_DAY % hours == 0
        and all(abs(rate) <= SCALE for rate in rates)
        and terms.floor <= terms.cap
    )
