"""How each figure of an account comes about: totals, asset rows, positions, liquidation prices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final

from msgspec import structs

from perpbox.account import HEDGE, ONE_WAY, Account, Exposure, Position
from perpbox.instrument import Catalogue
from perpbox.margin import evidence
from perpbox.margin.account import TOTALS_ASSET, account_figures
from perpbox.margin.asset import AssetFigures
from perpbox.margin.explanation import (
    CUT,
    HALF_UP,
    Figure,
    Parts,
    Past,
    called,
    leaf,
    node,
    nought,
    said,
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

Printed = Callable[[PositionExplained], Parts]
"""What else a position row has, whose numbers are printed as this layer may not print them."""


def _nothing_else(row: PositionExplained) -> Parts:
    del row
    return {}


class AccountExplained:
    """One moment of an account. Values are those of `account_figures`, which answers the API.

    Without a past, wallets and entry costs are where explanations end.
    """

    def __init__(
        self,
        account: Account,
        catalogue: Catalogue,
        marks: Mapping[str, Price],
        indexes: Mapping[str, Price],
        rates: Mapping[str, Rates],
        past: Past | None = None,
        printed: Printed = _nothing_else,
    ) -> None:
        self.account = account
        self.catalogue = catalogue
        self.assets = catalogue.assets
        self.marks = marks
        self.indexes = indexes
        self.rates = rates
        self.past = past
        self.printed = printed
        self.figures = account_figures(account, self.assets.values(), marks, rates)
        self.positions = [
            self._explained(exposure, position)
            for exposure in account.active.values()
            for position in exposure.positions.values()
            if position.is_shown
        ]

    def _explained(self, exposure: Exposure, position: Position) -> PositionExplained:
        return PositionExplained(exposure, position, self.marks[exposure.symbol.name], self.past)

    def find(self, path: str) -> Callable[[], Figure] | None:
        """What explains the figure at a path in the answers."""
        match path.split("."):
            case [field]:
                return self.head().get(field)
            case ["assets", name, field] if name in self.assets:
                return self.asset(name).get(field)
            case ["positions", name, *_, field]:
                rest = path.removeprefix("positions").removesuffix(f".{field}")
                rows = (row for row in self._rows_of(name) if row.tail == rest)
                found = next(rows, None)
                return self.row(found).get(field) if found else None
            case _:
                return None

    def _rows_of(self, name: str) -> list[PositionExplained]:
        """The legs of a symbol that any version's answer has, flat ones too."""
        symbol = self.catalogue.symbols.get(name)
        if symbol is None:
            return []
        exposure = self.account.exposure(symbol)
        legs = HEDGE if self.account.hedge_mode else ONE_WAY
        return [self._explained(exposure, exposure.position(leg)) for leg in legs]

    def paths(self, name: str = "") -> list[str]:
        """All that can be explained; of flat symbols only what this one has."""
        found = list(self.head())
        for asset in self.assets:
            found += [f"assets.{asset}.{field}" for field in self.asset(asset)]
        rows = {row.tail: row for row in (*self.positions, *self._rows_of(name))}
        for row in rows.values():
            found += [f"positions{row.tail}.{field}" for field in self.row(row)]
        return found

    def row(self, row: PositionExplained) -> Parts:
        liquidation = partial(self.liquidation_price, row)
        return {**row.parts(), "liquidationPrice": liquidation, **self.printed(row)}

    def head(self) -> Parts:
        """The totals, and the settings beside them."""
        account = self.account
        settings = {
            "feeTier": str(account.fee_tier),
            "feeBurn": str(account.fee_burn).lower(),
            "multiAssetsMargin": str(account.multi_assets).lower(),
            "dualSidePosition": str(account.hedge_mode).lower(),
        }
        return {
            **self.totals(),
            **{
                field: partial(said, field, value, "set for the account", evidence.SETTING)
                for field, value in settings.items()
            },
            "updateTime": partial(said, "updateTime", "0", "always zero", evidence.HEAD_TIME),
        }

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

    def _total_of_usdt(self, field: str) -> Figure:
        """Single-asset mode: the row of USDT again; of a venue without USDT, zero."""
        value, name = self._value(field), OF_USDT[field]
        if TOTALS_ASSET not in self.figures.assets:
            return nought(field, evidence.NO_USDT)
        path = f"assets.{TOTALS_ASSET}.{name}"

        def inputs() -> Iterable[Figure]:
            return (called(path, self.asset(TOTALS_ASSET)[name]()),)

        return node(field, value, path, inputs, evidence.OF_USDT)

    def _total_in_usd(self, field: str) -> Figure:
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
        if field not in made_of:
            return self._sum_in_usd(field, value)
        formula, *names = made_of[field]

        def inputs() -> Iterable[Figure]:
            return [self._total_in_usd(name) for name in names]

        rests_on = evidence.DIFFERENCE
        if field == "availableBalance":
            rests_on = evidence.TOTAL_AVAILABLE
        elif field == "maxWithdrawAmount":
            rests_on = evidence.TOTAL_WITHDRAWABLE
        return node(field, value, formula.format(*names), inputs, rests_on)

    def _sum_in_usd(self, field: str, value: Amount) -> Figure:
        name = OF_USDT[field]
        inputs: list[Figure] = []
        terms = []
        for asset, row in self.figures.assets.items():
            if row.is_untouched:
                continue
            amount = called(f"{name}.{asset}", self.asset(asset)[name]())
            owed = name in CHARGED or amount.value.startswith("-")
            rate = self._rate(asset, "askRate" if owed else "bidRate")
            inputs += (amount, rate)
            terms.append(f"cut8({amount.field} * {rate.field})")
        rests_on = evidence.CREDITED
        if name in CHARGED:
            rests_on = evidence.CHARGED
        elif name == "marginBalance":
            rests_on = evidence.MARGIN_CREDITED
        formula = " + ".join(terms) or "0"
        return node(field, value, formula, lambda: inputs, rests_on, f"each term {CUT}")

    def _rate(self, asset: str, side: str) -> Figure:
        """What one unit counts in USD: index price less or plus its buffer."""
        terms = self.assets[asset]
        bid = side == "bidRate"
        buffer = "bidBuffer" if bid else "askBuffer"
        value = terms.bid_buffer if bid else terms.ask_buffer

        def inputs() -> Iterable[Figure]:
            return (
                leaf(
                    "index",
                    self.indexes[asset],
                    f"asset index {terms.index_symbol}",
                    evidence.PRICE,
                ),
                leaf(buffer, value, "of the asset index", evidence.CATALOGUE),
            )

        rates = self.rates[asset]
        rate = rates.bid_rate if bid else rates.ask_rate
        formula = f"cut8(index * (1 {'-' if bid else '+'} {buffer}))"
        return node(f"{side}.{asset}", rate, formula, inputs, evidence.RATES, CUT)

    def asset(self, asset: str) -> Parts:
        row = self.figures.assets[asset]
        summed = partial(self._sum, row)
        both = ("positionInitialMargin", "openOrderInitialMargin")
        return {
            "walletBalance": lambda: self._wallet(row, "walletBalance"),
            "balance": lambda: self._wallet(row, "balance"),
            "unrealizedProfit": lambda: summed("unrealizedProfit", row.unrealized_profit),
            "marginBalance": lambda: node(
                "marginBalance",
                row.margin_balance,
                "walletBalance + unrealizedProfit",
                lambda: self._of(asset, "walletBalance", "unrealizedProfit"),
                evidence.MARGIN_BALANCE,
            ),
            "maintMargin": lambda: summed("maintMargin", row.maint_margin),
            "positionInitialMargin": lambda: summed(both[0], row.position_initial_margin),
            "openOrderInitialMargin": lambda: summed(both[1], row.open_order_initial_margin),
            "initialMargin": lambda: node(
                "initialMargin",
                row.initial_margin,
                "positionInitialMargin + openOrderInitialMargin",
                lambda: self._of(asset, *both),
                evidence.ASSET_INITIAL,
            ),
            "crossWalletBalance": lambda: self._cross_wallet(row),
            "crossUnPnl": lambda: self._cross_profit(row),
            "availableBalance": lambda: self._available(row),
            "maxWithdrawAmount": lambda: self._withdrawable(row, "maxWithdrawAmount"),
            "withdrawAvailable": lambda: self._withdrawable(row, "withdrawAvailable"),
            **self._terms_of(row),
        }

    def _terms_of(self, row: AssetFigures) -> Parts:
        margin = str(self.assets[row.asset].margin_available).lower()
        changed = "when the balance last changed, in milliseconds"
        terms = evidence.CATALOGUE
        return {
            "asset": lambda: said("asset", row.asset, "its name", terms),
            "marginAvailable": lambda: said("marginAvailable", margin, "may be margin", terms),
            "updateTime": lambda: said("updateTime", str(row.updated), changed, evidence.CHANGED),
        }

    def _of(self, asset: str, *fields: str) -> list[Figure]:
        parts = self.asset(asset)
        return [parts[field]() for field in fields]

    def _wallet(self, row: AssetFigures, field: str) -> Figure:
        value = row.wallet_balance
        if self.past is None:
            origin = "transfers, realized profit, funding and commission up to now"
            return leaf(field, value, origin, evidence.WALLET)
        inputs = self.past.wallet(row.asset, value)
        explained = node(field, value, "income + earlier", inputs, evidence.WALLET)
        return structs.replace(explained, of_the_past=True)

    def _sum(
        self,
        row: AssetFigures,
        field: str,
        value: Amount,
        part: str = "",
        rests_on: str = evidence.SUMS,
        *,
        isolated: bool | None = None,
    ) -> Figure:
        """Over the asset's positions: all, the isolated ones, or the cross ones."""
        inputs = [
            each.named(each.parts()[part or field]())
            for each in self.positions
            if each.exposure.symbol.margin_asset == row.asset
            and isolated in (None, each.exposure.isolated)
        ]
        return total(field, value, inputs, rests_on)

    def _cross_profit(self, row: AssetFigures) -> Figure:
        value, rests_on = row.cross_unrealized_profit, evidence.CROSS_SUMS
        return self._sum(row, "crossUnPnl", value, "unrealizedProfit", rests_on, isolated=False)

    def _cross_wallet(self, row: AssetFigures) -> Figure:
        formula, value = "walletBalance - isolatedWallets", row.cross_wallet_balance

        def inputs() -> Iterable[Figure]:
            wallets = self._sum(
                row, "isolatedWallets", row.isolated_wallet, "isolatedWallet", isolated=True
            )
            return self._wallet(row, "walletBalance"), wallets

        return node("crossWalletBalance", value, formula, inputs, evidence.CROSS_WALLET)

    def _isolated_orders(self, row: AssetFigures) -> Figure:
        field, part = "isolatedOpenOrderMargin", "openOrderInitialMargin"
        value, rests_on = row.isolated_open_order_margin, evidence.ISOLATED_ORDERS
        return self._sum(row, field, value, part, rests_on, isolated=True)

    def _cross_initial_margin(self, row: AssetFigures) -> Figure:
        field, value = "crossInitialMargin", row.cross_initial_margin
        return self._sum(row, field, value, "initialMargin", evidence.CROSS_SUMS, isolated=False)

    def _cross_maint_margin(self, row: AssetFigures) -> Figure:
        field, value = "crossMaintMargin", row.cross_maint_margin
        return self._sum(row, field, value, "maintMargin", evidence.CROSS_SUMS, isolated=False)

    def _available(self, row: AssetFigures) -> Figure:
        field, value = "availableBalance", row.available_balance
        if self.account.multi_assets:
            formula, rests_on = "cut8(accountAvailableBalance / askRate)", evidence.AVAILABLE_SHARED
            return node(field, value, formula, lambda: self._shared(row), rests_on, CUT)
        formula = (
            "max(0, crossWalletBalance + crossUnPnl - crossInitialMargin - isolatedOpenOrderMargin)"
        )

        def inputs() -> Iterable[Figure]:
            return (
                *self._of(row.asset, "crossWalletBalance", "crossUnPnl"),
                self._cross_initial_margin(row),
                self._isolated_orders(row),
            )

        return node(field, value, formula, inputs, evidence.AVAILABLE)

    def _shared(self, row: AssetFigures) -> Iterable[Figure]:
        account = called("accountAvailableBalance", self._total_in_usd("availableBalance"))
        return account, called("askRate", self._rate(row.asset, "askRate"))

    def _withdrawable(self, row: AssetFigures, field: str) -> Figure:
        value = row.max_withdraw_amount
        if self.account.multi_assets:
            formula = "max(0, min(walletBalance, availableBalance))"

            def least() -> Iterable[Figure]:
                return self._wallet(row, "walletBalance"), self._available(row)

            return node(field, value, formula, least, evidence.WITHDRAWABLE_SHARED)
        formula = "max(0, min(maxTransferable, availableBalance))"

        def inputs() -> Iterable[Figure]:
            return self._transferable(row), self._available(row)

        return node(field, value, formula, inputs, evidence.WITHDRAWABLE)

    def _transferable(self, row: AssetFigures) -> Figure:
        formula = "crossWalletBalance - isolatedOpenOrderMargin - crossMaintMargin"

        def inputs() -> Iterable[Figure]:
            return (
                self._cross_wallet(row),
                self._isolated_orders(row),
                self._cross_maint_margin(row),
            )

        value = row.max_transferable
        return node("maxTransferable", value, formula, inputs, evidence.WITHDRAWABLE)

    def liquidation_price(self, row: PositionExplained) -> Figure:
        """The published formula, with the brackets that hold the legs at the price found."""
        field = "liquidationPrice"
        exposure, position = row.exposure, row.position
        if not position.quantity:
            return nought(field, evidence.FLAT)
        if exposure.isolated:
            found = find_isolated(exposure, position, row.mark)
            legs, rests_on = [position], evidence.LIQUIDATION_ISOLATED
            inputs, base = [row.isolated_wallet()], "isolatedWallet"
        else:
            found = find_cross(self.account, exposure, self.marks, self.rates)
            legs = [p for p in exposure.positions.values() if p.quantity]
            shared = self.account.multi_assets
            rests_on = evidence.LIQUIDATION_SHARED if shared else evidence.LIQUIDATION_CROSS
            inputs, base = self._cross_base(exposure, legs)
        above, below = base, ""
        slope = 0
        for leg, bracket in zip(legs, found.brackets, strict=True):
            side = f".{leg.position_side.value}"
            explained = self._explained(exposure, leg)
            origin = f"leverage bracket {bracket.number} at the liquidation price"
            rate = bracket.maint_margin_rate
            inputs += (
                called(f"positionAmt{side}", explained.amount()),
                called(f"cutEntryPrice{side}", explained.cut_entry_price()),
                leaf(f"maintMarginRate{side}", rate, origin, evidence.BRACKET),
                leaf(f"cum{side}", bracket.cum, origin, evidence.BRACKET),
            )
            above += f" + cum{side} - positionAmt{side} * cutEntryPrice{side}"
            below += f" + abs(positionAmt{side}) * maintMarginRate{side} - positionAmt{side}"
            slope += abs(leg.quantity) * rate - leg.quantity * SCALE
        formula = f"half8(max(0, ({above}) / ({below.removeprefix(' + ')})))" if slope else "0"
        return node(field, found.price, formula, lambda: inputs, rests_on, HALF_UP)

    def _cross_base(self, exposure: Exposure, legs: list[Position]) -> tuple[list[Figure], str]:
        """What the pool has above its other positions' maintenance margin."""
        left = self._pool_left(exposure.symbol.margin_asset)
        inputs, formula = [left], left.field
        for leg in legs:
            explained = self._explained(exposure, leg)
            maint = explained.named(explained.maint_margin())
            profit = explained.named(explained.unrealized_profit())
            inputs += (maint, profit)
            formula += f" + {maint.field} - {profit.field}"
        return inputs, formula

    def _pool_left(self, asset: str) -> Figure:
        value = pool_left(self.account, asset, self.marks, self.rates)
        if self.account.multi_assets:
            formula = "cut8((totalMarginBalance - totalMaintMargin) / askRate)"

            def shared() -> Iterable[Figure]:
                names = ("totalMarginBalance", "totalMaintMargin")
                rate = called("askRate", self._rate(asset, "askRate"))
                return *(self._total_in_usd(name) for name in names), rate

            return node("left", value, formula, shared, evidence.LIQUIDATION_SHARED, CUT)

        def inputs() -> Iterable[Figure]:
            maint = self._cross_maint_margin(self.figures.assets[asset])
            return *self._of(asset, "crossWalletBalance", "crossUnPnl"), maint

        formula = "crossWalletBalance + crossUnPnl - crossMaintMargin"
        return node("left", value, formula, inputs, evidence.POOL)
