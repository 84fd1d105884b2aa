"""How each figure of an account comes about: totals, asset rows, positions, liquidation prices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from perpbox.account import Account, Exposure, Position
from perpbox.instrument import MarginAsset
from perpbox.margin.account import TOTALS_ASSET, account_figures
from perpbox.margin.asset import AssetFigures
from perpbox.margin.explanation import (
    CUT,
    DECIDED,
    HALF_UP,
    PUBLISHED,
    RECORDED,
    Node,
    Parts,
    called,
    leaf,
    node,
    total,
)
from perpbox.margin.liquidation_price import find_cross, find_isolated, pool_left
from perpbox.margin.multi_assets import Rates
from perpbox.margin.position_explained import PositionExplained
from perpbox.money import SCALE, Amount, Price

OF_USDT: Final = {
    "totalInitialMargin": "initialMargin",
    "totalMaintMargin": "maintMargin",
    "totalWalletBalance": "walletBalance",
    "totalUnrealizedProfit": "unrealizedProfit",
    "totalMarginBalance": "marginBalance",
    "totalPositionInitialMargin": "positionInitialMargin",
    "totalOpenOrderInitialMargin": "openOrderInitialMargin",
    "totalCrossWalletBalance": "crossWalletBalance",
    "totalCrossUnPnl": "crossUnPnl",
    "availableBalance": "availableBalance",
    "maxWithdrawAmount": "maxWithdrawAmount",
}
"""The totals, and which figure of an asset row each is made of."""

CHARGED: Final = {"initialMargin", "positionInitialMargin", "maintMargin"}
"""Requirements: they count at the ask rate."""


class AccountExplained:
    """One moment of an account. Values are those of `account_figures`, which answers the API."""

    def __init__(
        self,
        account: Account,
        assets: Mapping[str, MarginAsset],
        marks: Mapping[str, Price],
        indexes: Mapping[str, Price],
        rates: Mapping[str, Rates],
    ) -> None:
        self.account = account
        self.assets = assets
        self.marks = marks
        self.indexes = indexes
        self.rates = rates
        self.figures = account_figures(account, assets.values(), marks, rates)
        self.positions = [
            PositionExplained(exposure, position, marks[name])
            for name, exposure in account.active.items()
            for position in exposure.positions.values()
            if position.is_shown
        ]

    def parts(self) -> dict[str, Callable[[], Node]]:
        """All that can be explained, by its path in the answers."""
        found: dict[str, Callable[[], Node]] = dict(self.totals())
        for name in self.assets:
            found |= {f"assets.{name}.{field}": part for field, part in self.asset(name).items()}
        for row in self.positions:
            named = f"positions{row.tail}"
            found |= {f"{named}.{field}": part for field, part in row.parts().items()}
            found[f"{named}.liquidationPrice"] = partial(self.liquidation_price, row)
        return found

    def totals(self) -> Parts:
        make = self._total_in_usd if self.account.multi_assets else self._total_of_usdt
        return {field: partial(make, field) for field in OF_USDT}

    def _value(self, field: str) -> Amount:
        totals = self.figures.totals
        values = {
            "totalInitialMargin": totals.initial_margin,
            "totalMaintMargin": totals.maint_margin,
            "totalWalletBalance": totals.wallet_balance,
            "totalUnrealizedProfit": totals.unrealized_profit,
            "totalMarginBalance": totals.margin_balance,
            "totalPositionInitialMargin": totals.position_initial_margin,
            "totalOpenOrderInitialMargin": totals.open_order_initial_margin,
            "totalCrossWalletBalance": totals.cross_wallet_balance,
            "totalCrossUnPnl": totals.cross_unrealized_profit,
            "availableBalance": totals.available_balance,
            "maxWithdrawAmount": totals.max_withdraw_amount,
        }
        return values[field]

    def _total_of_usdt(self, field: str) -> Node:
        """Single-asset mode: the row of USDT again; of a venue without USDT, zero."""
        value, name = self._value(field), OF_USDT[field]
        if TOTALS_ASSET not in self.figures.assets:
            return node(field, value, "0", (), PUBLISHED)
        row = called(f"assets.{TOTALS_ASSET}.{name}", self.asset(TOTALS_ASSET)[name]())
        return node(field, value, row.field, (row,), PUBLISHED)

    def _total_in_usd(self, field: str) -> Node:
        made_of = {
            "totalUnrealizedProfit": ("{} - {}", "totalMarginBalance", "totalWalletBalance"),
            "totalCrossUnPnl": ("{} - {}", "totalMarginBalance", "totalWalletBalance"),
            "totalOpenOrderInitialMargin": (
                "{} - {}",
                "totalInitialMargin",
                "totalPositionInitialMargin",
            ),
            "availableBalance": ("max(0, {} - {})", "totalMarginBalance", "totalInitialMargin"),
            "maxWithdrawAmount": ("{}", "availableBalance"),
        }
        value = self._value(field)
        if field in made_of:
            formula, *names = made_of[field]
            inputs = [self._total_in_usd(name) for name in names]
            return node(field, value, formula.format(*names), inputs, RECORDED)
        return self._sum_in_usd(field, value)

    def _sum_in_usd(self, field: str, value: Amount) -> Node:
        name = OF_USDT[field]
        inputs: list[Node] = []
        terms = []
        for asset, row in self.figures.assets.items():
            if row.is_untouched:
                continue
            amount = called(f"{name}.{asset}", self.asset(asset)[name]())
            owed = name in CHARGED or amount.value.startswith("-")
            rate = self._rate(asset, "askRate" if owed else "bidRate")
            inputs += (amount, rate)
            terms.append(f"cut8({amount.field} * {rate.field})")
        evidence = f"{RECORDED}; a negative amount at the ask rate: {PUBLISHED}"
        return node(field, value, " + ".join(terms) or "0", inputs, evidence, f"each term {CUT}")

    def _rate(self, asset: str, side: str) -> Node:
        """What one unit counts in USD: index price less or plus its buffer."""
        terms = self.assets[asset]
        bid = side == "bidRate"
        buffer = "bidBuffer" if bid else "askBuffer"
        inputs = (
            leaf("index", self.indexes[asset], f"asset index {terms.index_symbol}"),
            leaf(buffer, terms.bid_buffer if bid else terms.ask_buffer, "of the asset index"),
        )
        rates = self.rates[asset]
        value = rates.bid_rate if bid else rates.ask_rate
        formula = f"cut8(index * (1 {'-' if bid else '+'} {buffer}))"
        return node(f"{side}.{asset}", value, formula, inputs, RECORDED, CUT)

    def asset(self, asset: str) -> Parts:
        row = self.figures.assets[asset]
        return {
            "walletBalance": lambda: self._wallet(row, "walletBalance"),
            "balance": lambda: self._wallet(row, "balance"),
            "unrealizedProfit": lambda: self._sum(
                row, "unrealizedProfit", "unrealizedProfit", row.unrealized_profit
            ),
            "marginBalance": lambda: node(
                "marginBalance",
                row.margin_balance,
                "walletBalance + unrealizedProfit",
                self._of(asset, "walletBalance", "unrealizedProfit"),
                RECORDED,
            ),
            "maintMargin": lambda: self._sum(row, "maintMargin", "maintMargin", row.maint_margin),
            "positionInitialMargin": lambda: self._sum(
                row, "positionInitialMargin", "positionInitialMargin", row.position_initial_margin
            ),
            "openOrderInitialMargin": lambda: self._sum(
                row,
                "openOrderInitialMargin",
                "openOrderInitialMargin",
                row.open_order_initial_margin,
            ),
            "initialMargin": lambda: node(
                "initialMargin",
                row.initial_margin,
                "positionInitialMargin + openOrderInitialMargin",
                self._of(asset, "positionInitialMargin", "openOrderInitialMargin"),
                RECORDED,
            ),
            "crossWalletBalance": lambda: self._cross_wallet(row),
            "crossUnPnl": lambda: self._sum(
                row, "crossUnPnl", "unrealizedProfit", row.cross_unrealized_profit, isolated=False
            ),
            "availableBalance": lambda: self._available(row),
            "maxWithdrawAmount": lambda: self._withdrawable(row, "maxWithdrawAmount"),
            "withdrawAvailable": lambda: self._withdrawable(row, "withdrawAvailable"),
        }

    def _of(self, asset: str, *fields: str) -> list[Node]:
        parts = self.asset(asset)
        return [parts[field]() for field in fields]

    def _wallet(self, row: AssetFigures, field: str) -> Node:
        origin = "transfers, realized profit, funding and commission up to now"
        return leaf(field, row.wallet_balance, origin)

    def _sum(
        self,
        row: AssetFigures,
        field: str,
        part: str,
        value: Amount,
        *,
        isolated: bool | None = None,
    ) -> Node:
        """Over the asset's positions: all, the isolated ones, or the cross ones."""
        inputs = [
            each.named(each.parts()[part]())
            for each in self.positions
            if each.exposure.symbol.margin_asset == row.asset
            and isolated in (None, each.exposure.isolated)
        ]
        return total(field, value, inputs)

    def _cross_wallet(self, row: AssetFigures) -> Node:
        isolated = self._sum(
            row, "isolatedWallets", "isolatedWallet", row.isolated_wallet, isolated=True
        )
        inputs = (self._wallet(row, "walletBalance"), isolated)
        formula = "walletBalance - isolatedWallets"
        return node("crossWalletBalance", row.cross_wallet_balance, formula, inputs, RECORDED)

    def _isolated_orders(self, row: AssetFigures) -> Node:
        value = row.isolated_open_order_margin
        field = "isolatedOpenOrderMargin"
        return self._sum(row, field, "openOrderInitialMargin", value, isolated=True)

    def _cross_maint_margin(self, row: AssetFigures) -> Node:
        value = row.cross_maint_margin
        return self._sum(row, "crossMaintMargin", "maintMargin", value, isolated=False)

    def _available(self, row: AssetFigures) -> Node:
        value = row.available_balance
        if self.account.multi_assets:
            account = called("accountAvailableBalance", self._total_in_usd("availableBalance"))
            rate = called("askRate", self._rate(row.asset, "askRate"))
            formula = "cut8(accountAvailableBalance / askRate)"
            return node("availableBalance", value, formula, (account, rate), RECORDED, CUT)
        margin = row.cross_initial_margin
        inputs = (
            *self._of(row.asset, "crossWalletBalance", "crossUnPnl"),
            self._sum(row, "crossInitialMargin", "initialMargin", margin, isolated=False),
            self._isolated_orders(row),
        )
        formula = (
            "max(0, crossWalletBalance + crossUnPnl - crossInitialMargin - isolatedOpenOrderMargin)"
        )
        evidence = f"{RECORDED}; margin of isolated orders: {PUBLISHED}"
        return node("availableBalance", value, formula, inputs, evidence)

    def _withdrawable(self, row: AssetFigures, field: str) -> Node:
        value = row.max_withdraw_amount
        available = self._available(row)
        if self.account.multi_assets:
            inputs = (self._wallet(row, "walletBalance"), available)
            formula = "max(0, min(walletBalance, availableBalance))"
            return node(field, value, formula, inputs, RECORDED)
        transferable = node(
            "maxTransferable",
            row.max_transferable,
            "crossWalletBalance - isolatedOpenOrderMargin - crossMaintMargin",
            (self._cross_wallet(row), self._isolated_orders(row), self._cross_maint_margin(row)),
            PUBLISHED,
        )
        formula = "max(0, min(maxTransferable, availableBalance))"
        return node(field, value, formula, (transferable, available), PUBLISHED)

    def liquidation_price(self, row: PositionExplained) -> Node:
        """The published formula, with the brackets that hold the legs at the price found."""
        field = "liquidationPrice"
        exposure, position = row.exposure, row.position
        if not position.quantity:
            return node(field, 0, "0", (), RECORDED)
        if exposure.isolated:
            found = find_isolated(exposure, position, row.mark)
            legs, evidence = [position], RECORDED
            inputs, base = [row.isolated_wallet()], "isolatedWallet"
        else:
            found = find_cross(self.account, exposure, self.marks, self.rates)
            legs = [p for p in exposure.positions.values() if p.quantity]
            evidence = DECIDED if self.account.multi_assets else PUBLISHED
            inputs, base = self._cross_base(exposure, legs)
        above, below = base, ""
        slope = 0
        for leg, bracket in zip(legs, found.brackets, strict=True):
            side = f".{leg.position_side.value}"
            explained = PositionExplained(exposure, leg, row.mark)
            origin = f"leverage bracket {bracket.number} at the liquidation price"
            inputs += (
                called(f"positionAmt{side}", explained.amount()),
                called(f"entryPrice{side}", explained.entry_price()),
                leaf(f"maintMarginRate{side}", bracket.maint_margin_rate, origin),
                leaf(f"cum{side}", bracket.cum, origin),
            )
            above += f" + cum{side} - positionAmt{side} * entryPrice{side}"
            below += f" + abs(positionAmt{side}) * maintMarginRate{side} - positionAmt{side}"
            slope += abs(leg.quantity) * bracket.maint_margin_rate - leg.quantity * SCALE
        formula = f"half8(max(0, ({above}) / ({below.removeprefix(' + ')})))" if slope else "0"
        return node(field, found.price, formula, inputs, evidence, HALF_UP)

    def _cross_base(self, exposure: Exposure, legs: list[Position]) -> tuple[list[Node], str]:
        """What the pool has above its other positions' maintenance margin."""
        asset = exposure.symbol.margin_asset
        value = pool_left(self.account, asset, self.marks, self.rates)
        left = self._pool_left(asset, value)
        inputs, formula = [left], left.field
        for leg in legs:
            explained = PositionExplained(exposure, leg, self.marks[exposure.symbol.name])
            maint = explained.named(explained.maint_margin())
            profit = explained.named(explained.unrealized_profit())
            inputs += (maint, profit)
            formula += f" + {maint.field} - {profit.field}"
        return inputs, formula

    def _pool_left(self, asset: str, value: Amount) -> Node:
        if self.account.multi_assets:
            names = ("totalMarginBalance", "totalMaintMargin")
            totals = [self._total_in_usd(name) for name in names]
            rate = called("askRate", self._rate(asset, "askRate"))
            formula = "cut8((totalMarginBalance - totalMaintMargin) / askRate)"
            return node("left", value, formula, (*totals, rate), DECIDED, CUT)
        row = self.figures.assets[asset]
        parts = (
            *self._of(asset, "crossWalletBalance", "crossUnPnl"),
            self._cross_maint_margin(row),
        )
        formula = "crossWalletBalance + crossUnPnl - crossMaintMargin"
        return node("left", value, formula, parts, PUBLISHED)
