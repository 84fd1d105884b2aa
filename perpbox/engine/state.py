"""The state of the venue: all that it knows. Only `engine.apply` changes it."""

from __future__ import annotations

from typing import Final

from perpbox.account import Account, AccountId, ConditionalOrder, Order, OrderId
from perpbox.engine.agenda import Agenda, Due, Entry
from perpbox.engine.market import Market
from perpbox.engine.stirred import Stirred
from perpbox.engine.watch import Watch
from perpbox.instrument import Catalogue, Symbol
from perpbox.margin.multi_assets import Rates
from perpbox.money import Amount, Millis, Price

IDS_PER_SHARD: Final = 10**12
"""Every id that must be unique across shards starts at its shard's number times this."""


class State:
    """All that a venue knows. Commands change it only through events."""

    __slots__ = (
        "accounts",
        "agenda",
        "asset_indexes",
        "catalogue",
        "conditional_orders",
        "countdowns",
        "debtors",
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
        "pooled",
        "prices_version",
        "rates",
        "set_symbols",
        "shard",
        "stirred",
        "touched",
        "unsampled",
        "watch",
    )

    def __init__(self, catalogue: Catalogue, shard: int = 0) -> None:
        first = shard * IDS_PER_SHARD + 1
        self.catalogue = catalogue
        self.shard = shard
        self.accounts: dict[AccountId, Account] = {}
        self.orders: dict[OrderId, Order] = {}
        """Every order that is not at its end, in the order in which they were accepted."""
        self.conditional_orders: dict[OrderId, ConditionalOrder] = {}
        """Those that wait, oldest first."""
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
        self.countdowns: dict[tuple[AccountId, str], Millis] = {}
        """When the open orders of an account in a symbol are canceled."""
        self.agenda = Agenda()
        """What falls due when; derived."""
        self.now: Millis = 0
        """Time of the last turn."""
        self.prices_version = 0
        """Rises with every move of a mark or index price."""
        self.pooled: set[AccountId] = set()
        """The accounts in multi-assets mode; derived."""
        self.debtors: set[AccountId] | None = None
        """Accounts that may owe what the fund could not pay; made when they are first needed."""
        self.watch: Watch | None = None
        """When to look at which account; made when it is first needed."""
        self.set_symbols: dict[str, Symbol] = {}
        """Those that are other ones than the catalogue of the journal has, or not in it."""
        self.stirred = Stirred()
        """What this turn has stirred up; derived."""
        self.unsampled: set[str] = set()
        """Symbols whose book has changed since the premium was last taken of it; derived."""
        self.touched: set[str] = set()
        """Symbols in whose market something has happened; whoever follows turns takes them."""


def agenda_of(state: State) -> Agenda:
    """The agenda that the facts make."""
    entries = [
        Entry(o.good_till, Due.ORDER_END, o.order_id, o.symbol)
        for o in state.orders.values()
        if o.good_till
    ]
    entries += [
        Entry(o.terms.good_till, Due.ORDER_END, o.algo_id, o.terms.symbol)
        for o in state.conditional_orders.values()
        if o.terms.good_till
    ]
    entries += [
        Entry(deadline, Due.COUNTDOWN, account_id, symbol)
        for (account_id, symbol), deadline in state.countdowns.items()
    ]
    for name, market in state.markets.items():
        entries.append(Entry(market.next_funding, Due.FUNDING, 0, name))
        if market.by_formula:
            entries.append(Entry(market.next_sample, Due.MARK, 0, name))
        if market.symbol.is_ending:
            entries.append(Entry(market.symbol.delivery_time, Due.SETTLEMENT, 0, name))
    return Agenda(entries)


def counts(state: State, entry: Entry) -> bool:
    """Whether the facts still say so."""
    if entry.due is Due.ORDER_END:
        waiting = state.conditional_orders.get(entry.number)
        if waiting is not None:
            return waiting.terms.good_till == entry.time
        order = state.orders.get(entry.number)
        return order is not None and order.good_till == entry.time
    if entry.due is Due.FUNDING:
        return state.markets[entry.symbol].next_funding == entry.time
    if entry.due is Due.SETTLEMENT:
        symbol = state.markets[entry.symbol].symbol
        return symbol.is_ending and symbol.delivery_time == entry.time
    if entry.due is Due.MARK:
        market = state.markets[entry.symbol]
        return market.by_formula and market.next_sample == entry.time
    return state.countdowns.get((entry.number, entry.symbol)) == entry.time


def next_due(state: State) -> Millis | None:
    """When the next thing falls due."""
    agenda = state.agenda
    if agenda.is_crowded:
        agenda = state.agenda = agenda_of(state)
    while agenda and not counts(state, agenda.first):
        agenda.drop_first()
    return agenda.first.time if agenda else None


def money_sums(state: State) -> dict[str, Amount]:
    """Per asset, the sum over all accounts and the house: zero, always."""
    sums: dict[str, Amount] = {}
    for (_, asset), amount in state.house.items():
        sums[asset] = sums.get(asset, 0) + amount
    for account in state.accounts.values():
        for asset, balance in account.balances.items():
            sums[asset] = sums.get(asset, 0) + balance.wallet
    return sums
