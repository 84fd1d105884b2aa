"""What a fill costs: commission rates by account, tier and symbol, and payment in BNB."""

from __future__ import annotations

from typing import Final, NamedTuple

from perpbox.account import Account
from perpbox.engine.commands import SetFeeBurn, SetFees
from perpbox.engine.events import FeeBurnChanged, FeesChanged
from perpbox.engine.rejects import Reject
from perpbox.engine.state import State
from perpbox.engine.turn import Turn
from perpbox.instrument import Symbol, tier_rates
from perpbox.money import SCALE, SQUARE, Amount, Price, Quantity, Ratio, cut

BURNED: Final = "BNB"
BURN_PAYS: Final = 9
BURN_OF: Final = 10
"""Paid in BNB, a commission costs nine tenths (Binance's page on its fee structure)."""


class Commission(NamedTuple):
    """What one fill costs."""

    amount: Amount
    asset: str
    rate: Ratio
    """The rate paid, the discount counted in."""


def commission_rates(state: State, account: Account, symbol: Symbol) -> tuple[Ratio, Ratio]:
    """Maker and taker rate: the account's own, else its tier's, else the symbol's."""
    own = account.commission_rates.get(symbol.name)
    if own is not None:
        return own
    return tier_rates(symbol, state.catalogue.fee_tiers, account.fee_tier)


def commission_of(price: Price, quantity: Quantity, rate: Ratio) -> Amount:
    """price x quantity x rate, cut at the eighth decimal."""
    return cut(price * quantity * rate, SQUARE)


def commission(
    state: State,
    account: Account,
    symbol: Symbol,
    price: Price,
    quantity: Quantity,
    *,
    is_maker: bool,
) -> Commission:
    """The commission of a fill, in BNB where the account wants that and has enough of it."""
    if account.commission_rates or account.fee_tier:
        maker, taker = commission_rates(state, account, symbol)
        rate = maker if is_maker else taker
    else:
        rate = symbol.maker_commission_rate if is_maker else symbol.taker_commission_rate
    if account.fee_burn:
        paid = _in_bnb(state, account, symbol, price * quantity * rate)
        if paid is not None:
            return Commission(paid, BURNED, cut(rate * BURN_PAYS, BURN_OF))
    return Commission(commission_of(price, quantity, rate), symbol.margin_asset, rate)


def _in_bnb(state: State, account: Account, symbol: Symbol, commission: int) -> Amount | None:
    """A commission (in units of 1e-24) less the discount, in BNB; None if that is not to be had."""
    indexes = state.asset_indexes
    if BURNED not in indexes:
        return None
    discounted = cut(commission * BURN_PAYS, SQUARE * BURN_OF)
    amount = cut(discounted * indexes[symbol.margin_asset], indexes[BURNED])
    return amount if 0 < amount <= account.wallet(BURNED) else None


def set_fee_burn(turn: Turn, command: SetFeeBurn) -> None:
    """Setting it as it is changes nothing and is no refusal."""
    account = turn.account(command.account_id)
    if command.fee_burn != account.fee_burn:
        turn.emit(FeeBurnChanged(account.account_id, command.fee_burn))


def set_fees(turn: Turn, command: SetFees) -> None:
    """An operator's word: tier and own rates, rates from 0 to 1."""
    account = turn.account(command.account_id)
    tier = account.fee_tier if command.fee_tier is None else command.fee_tier
    tiers = max(1, len(turn.state.catalogue.fee_tiers))
    turn.require(0 <= tier < tiers, Reject.INVALID_FEES, f"tier {tier}")
    rates = dict(account.commission_rates)
    for name, pair in command.rates.items():
        turn.market(name)
        rates.pop(name, None)
        if pair is not None:
            turn.require(all(0 <= r <= SCALE for r in pair), Reject.INVALID_FEES, name)
            rates[name] = pair
    turn.emit(FeesChanged(account.account_id, tier, rates))
