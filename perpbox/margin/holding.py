"""Who holds how much of a symbol: all accounts, and those that are worth most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Final

from msgspec import Struct

from perpbox.account import Account, Exposure
from perpbox.margin.multi_assets import Rates, credit
from perpbox.margin.position import unrealized_profit
from perpbox.money import Amount, Price, Quantity

TOP: Final = 5
"""One account in so many is a top trader."""


class Holding(Struct, frozen=True, array_like=True):
    """The positions of one symbol, counted and added up."""

    open_interest: Quantity = 0
    long_accounts: int = 0
    """Those that are long on balance."""
    short_accounts: int = 0
    top_long_accounts: int = 0
    top_short_accounts: int = 0
    top_longs: Quantity = 0
    top_shorts: Quantity = 0
    """Above zero."""


NOTHING_HELD: Final = Holding()


def worth(account: Account, marks: Mapping[str, Price], rates: Mapping[str, Rates]) -> Amount:
    """The margin balance of all assets in USD, whatever the account's mode."""
    owned = {name: balance.wallet for name, balance in account.balances.items()}
    for exposure in account.active.values():
        asset, mark = exposure.symbol.margin_asset, marks[exposure.symbol.name]
        for position in exposure.positions.values():
            if position.quantity:
                profit = unrealized_profit(position.quantity, mark, position.entry_price)
                owned[asset] = owned.get(asset, 0) + profit
    return sum(credit(amount, rates[asset]) for asset, amount in owned.items())


def holding_of(held: Iterable[tuple[Exposure, Amount]], house_quantity: Quantity) -> Holding:
    """Out of the exposures with a position, in the accounts' order, each with what those are worth.

    [dec] Top traders are a fifth of those who hold the symbol, rounded up. The open interest is
    what all are long: every long has a short.
    """
    ranked = sorted(held, key=itemgetter(1), reverse=True)
    sums = [_sums(exposure) for exposure, _ in ranked]
    top = sums[: -(-len(sums) // TOP)]
    return Holding(
        max(0, house_quantity) + sum(longs for longs, _ in sums),
        sum(longs > shorts for longs, shorts in sums),
        sum(longs < shorts for longs, shorts in sums),
        sum(longs > shorts for longs, shorts in top),
        sum(longs < shorts for longs, shorts in top),
        sum(longs for longs, _ in top),
        sum(shorts for _, shorts in top),
    )


def _sums(exposure: Exposure) -> tuple[Quantity, Quantity]:
    """What is held long, and what is held short."""
    quantities = [position.quantity for position in exposure.positions.values()]
    return sum(q for q in quantities if q > 0), -sum(q for q in quantities if q < 0)
