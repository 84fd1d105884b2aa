"""A client's account, and the house's own ones."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from perpbox.account.conditional import ConditionalOrder
from perpbox.account.position import Balance, Exposure
from perpbox.account.words import AccountId, OrderId
from perpbox.instrument import Symbol
from perpbox.money import Amount, Millis, Price, Ratio


class House(IntEnum):
    """The house's own accounts; a client's id is above zero."""

    WORLD = -1
    """Where transfers come from and go to."""
    FEES = -2
    CLEARING = -3
    """Pays and receives realized profit; the other end of every position."""
    INSURANCE = -4
    FUNDING = -5


class Claims:
    """What each position may cost at worst while the mark prices are within their edges.

    See `margin.room`.
    """

    __slots__ = ("by_symbol", "sums")

    def __init__(self) -> None:
        self.by_symbol: dict[str, tuple[Price, int]] = {}
        """Edge and claim."""
        self.sums: dict[str, int] = {}
        """Of the claims, per margin asset."""


class Account:
    """A client's account. `version` rises with every event that touches it."""

    __slots__ = (
        "account_id",
        "active",
        "balances",
        "called",
        "claims",
        "client_algo_ids",
        "client_order_ids",
        "commission_rates",
        "conditional_orders",
        "counts",
        "created",
        "exposures",
        "fee_burn",
        "fee_tier",
        "hedge_mode",
        "inactive",
        "multi_assets",
        "name",
        "opening_balances",
        "sums",
        "version",
        "waiting_in",
    )

    def __init__(self, account_id: AccountId, name: str, created: Millis) -> None:
        self.account_id = account_id
        self.name = name
        self.created = created
        self.opening_balances: dict[str, Amount] = {}
        self.hedge_mode = False
        self.multi_assets = False
        self.fee_burn = False
        """Whether commission is paid in BNB, at a discount, while there is enough."""
        self.fee_tier = 0
        self.commission_rates: dict[str, tuple[Ratio, Ratio]] = {}
        """Maker and taker rate of the symbols in which the account has its own."""
        self.balances: dict[str, Balance] = {}
        self.exposures: dict[str, Exposure] = {}
        self.active: dict[str, Exposure] = {}
        """The exposures with a position or an open order, in the catalogue's order."""
        self.inactive: list[Exposure] = []
        """Exposures that are not active any more and may still be inside the sums."""
        self.sums: dict[str, Any] | None = None
        """Sums per asset, kept by `margin.account.asset_figures`; None: to be made anew."""
        self.counts = 0
        """Rises whenever a figure is counted into the sums, which is when they change."""
        self.client_order_ids: dict[tuple[str, str], OrderId] = {}
        """(symbol, client order id) of the open orders."""
        self.conditional_orders: dict[OrderId, ConditionalOrder] = {}
        """Those that wait, oldest first."""
        self.client_algo_ids: dict[str, OrderId] = {}
        """Client id of those that wait."""
        self.waiting_in: dict[str, int] = {}
        """How many wait in a symbol."""
        self.called: set[str] = set()
        """Names of the pools whose margin call stands."""
        self.claims: Claims | None = None
        """Derived; None: the account is to be looked at as a whole."""
        self.version = 0

    def wallet(self, asset: str) -> Amount:
        balance = self.balances.get(asset)
        return balance.wallet if balance else 0

    @property
    def owes(self) -> bool:
        """Whether a wallet is below zero."""
        return any(balance.wallet < 0 for balance in self.balances.values())

    def has_to_do_with(self, asset: str) -> bool:
        """Whether it holds or owes the asset, or has a position or an order that may."""
        if self.wallet(asset):
            return True
        return any(exposure.symbol.margin_asset == asset for exposure in self.active.values())

    def exposure(self, symbol: Symbol) -> Exposure:
        """Its exposure, or a fresh one that belongs to nobody: reading opens nothing."""
        return self.exposures.get(symbol.name) or Exposure(symbol, symbol.default_leverage)

    def has_open(self, symbol: str, client_order_id: str) -> bool:
        """Whether an order of the symbol has this id: one that stands, or that waits as of old."""
        if (symbol, client_order_id) in self.client_order_ids:
            return True
        waiting = self.conditional_orders.get(self.client_algo_ids.get(client_order_id, 0))
        return waiting is not None and waiting.terms.legacy and waiting.terms.symbol == symbol

    def conditionals_in(self, symbol: str) -> int:
        """How many conditional orders wait in a symbol."""
        return self.waiting_in.get(symbol, 0)
