"""The primitive facts: catalogue, prices, fund, and each account's wallets, positions, settings."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.second.arithmetic import ONE, cut
from tests.second.observed import AssetFacts, SymbolFacts

DEFAULT_LEVERAGE = 20
LEGS = ("BOTH", "LONG", "SHORT")
LEG_ORDER = {"BOTH": 0, "LONG": 1, "SHORT": 2}

Key = tuple[int, str]
"""A symbol's place in the catalogue, and the leg."""


@dataclass(slots=True)
class Position:
    """A position; the entry cost is |quantity| x entry price, in units of 1e-16."""

    quantity: int = 0
    entry_cost: int = 0
    isolated_wallet: int = 0

    @property
    def entry(self) -> int:
        """The entry price cut at the eighth decimal."""
        return self.entry_cost // abs(self.quantity)


@dataclass(slots=True)
class Account:
    """An account: what it owns and how it is set."""

    account_id: int
    wallets: dict[str, int] = field(default_factory=dict)
    positions: dict[Key, Position] = field(default_factory=dict)
    hedge: bool = False
    multi_assets: bool = False
    isolated_symbols: set[str] = field(default_factory=set)
    leverages: dict[str, int] = field(default_factory=dict)
    fee_burn: bool = False
    fee_rates: dict[str, tuple[int, int]] = field(default_factory=dict)
    open_orders: int = 0
    called: set[str] = field(default_factory=set)
    liquidated: bool = False
    """A liquidation in multi-assets mode is over and its auto-exchange still to be judged."""

    def is_isolated(self, symbol: str) -> bool:
        """Whether positions of the symbol stand alone; multi-assets mode is cross only."""
        return not self.multi_assets and symbol in self.isolated_symbols

    def wallet(self, asset: str) -> int:
        """The wallet balance."""
        return self.wallets.get(asset, 0)

    def add(self, asset: str, amount: int) -> None:
        """Change the wallet balance."""
        self.wallets[asset] = self.wallets.get(asset, 0) + amount


@dataclass(frozen=True, slots=True)
class Rates:
    """The four rates of an asset at its index price."""

    bid: int = 0
    ask: int = 0
    exchange_bid: int = 0
    exchange_ask: int = 0


class Venue:
    """All primitive facts."""

    def __init__(self, symbols: Sequence[SymbolFacts], assets: Sequence[AssetFacts]) -> None:
        self.symbols = tuple(symbols)
        self.assets = tuple(assets)
        self.place = {symbol.name: number for number, symbol in enumerate(self.symbols)}
        self.asset_place = {asset.name: number for number, asset in enumerate(self.assets)}
        self.floors = [[bracket.floor for bracket in symbol.brackets] for symbol in self.symbols]
        self.marks: dict[str, int] = {}
        self.index_prices: dict[str, int] = {}
        self.rates: dict[str, Rates] = {asset.name: Rates() for asset in self.assets}
        self.fund: dict[str, int] = {}
        self.accounts: dict[int, Account] = {}

    def symbol(self, name: str) -> SymbolFacts:
        """A symbol by its name."""
        return self.symbols[self.place[name]]

    def bracket_number(self, place: int, notional: int) -> int:
        """Which bracket holds a notional; the last one is open upwards, the first downwards."""
        return max(0, bisect_right(self.floors[place], notional) - 1)

    def move_index(self, name: str, index: int) -> None:
        """A new index price, and with it the four rates."""
        facts = self.assets[self.asset_place[name]]
        self.index_prices[name] = index
        self.rates[name] = Rates(
            cut(index * (ONE - facts.bid_buffer), ONE),
            cut(index * (ONE + facts.ask_buffer), ONE),
            cut(index * (ONE - facts.auto_exchange_bid_buffer), ONE),
            cut(index * (ONE + facts.auto_exchange_ask_buffer), ONE),
        )

    def value(self, asset: str, amount: int) -> int:
        """A balance in USD: at the bid rate where above zero, at the ask rate where below, cut."""
        rates = self.rates[asset]
        return cut(amount * (rates.bid if amount >= 0 else rates.ask), ONE)

    def position(self, account: Account, symbol: str, leg: str) -> Position:
        """The position, made (and kept in the catalogue's order) if there is none."""
        key = (self.place[symbol], leg)
        found = account.positions.get(key)
        if found is None:
            found = Position()
            account.positions[key] = found
            ordered = sorted(
                account.positions.items(), key=lambda item: (item[0][0], LEG_ORDER[item[0][1]])
            )
            account.positions = dict(ordered)
        return found

    def drop(self, account: Account, symbol: str, leg: str) -> None:
        """Forget a position that is closed; what its isolated wallet held is cross again."""
        account.positions.pop((self.place[symbol], leg), None)

    def cross_wallet(self, account: Account, asset: str) -> int:
        """The wallet balance without what isolated positions hold."""
        balance = account.wallet(asset)
        for (place, _), position in account.positions.items():
            if position.isolated_wallet and self.symbols[place].margin_asset == asset:
                balance -= position.isolated_wallet
        return balance

    def sorted_accounts(self) -> list[Account]:
        """The accounts, lowest id first."""
        return [self.accounts[number] for number in sorted(self.accounts)]
