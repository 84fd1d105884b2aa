"""The state of the venue: all that it knows. Only `engine.apply` changes it."""

from __future__ import annotations

from typing import Final

from perpbox.account import Account, AccountId, Order, OrderId
from perpbox.engine.market import Market
from perpbox.instrument import Catalogue
from perpbox.margin.multi_assets import Rates
from perpbox.money import Amount, Millis, Price

IDS_PER_SHARD: Final = 10**12
"""Every id that must be unique across shards starts at its shard's number times this."""


class State:
    """All that a venue knows. Commands change it only through events."""

    __slots__ = (
        "accounts",
        "asset_indexes",
        "catalogue",
        "house",
        "markets",
        "marks",
        "next_account_id",
        "next_order_id",
        "next_priority",
        "next_trade_id",
        "next_transaction_id",
        "now",
        "orders",
        "prices_version",
        "rates",
        "shard",
    )

    def __init__(self, catalogue: Catalogue, shard: int = 0) -> None:
        first = shard * IDS_PER_SHARD + 1
        self.catalogue = catalogue
        self.shard = shard
        self.accounts: dict[AccountId, Account] = {}
        self.orders: dict[OrderId, Order] = {}
        """Every order that is not at its end, in the order in which they were accepted."""
        self.markets: dict[str, Market] = {}
        self.marks: dict[str, Price] = {}
        self.asset_indexes: dict[str, Price] = {}
        self.rates: dict[str, Rates] = {}
        self.house: dict[tuple[AccountId, str], Amount] = {}
        self.next_account_id = first
        self.next_order_id = first
        self.next_trade_id = first
        self.next_transaction_id = first
        self.next_priority = 1
        self.now: Millis = 0
        """Time of the last turn."""
        self.prices_version = 0
        """Rises with every move of a mark or index price."""


def money_sums(state: State) -> dict[str, Amount]:
    """Per asset, the sum over all accounts and the house: zero, always."""
    sums: dict[str, Amount] = {}
    for (_, asset), amount in state.house.items():
        sums[asset] = sums.get(asset, 0) + amount
    for account in state.accounts.values():
        for asset, balance in account.balances.items():
            sums[asset] = sums.get(asset, 0) + balance.wallet
    return sums
