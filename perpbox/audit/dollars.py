"""Multi-assets mode: an answer's assets in USD, at a given index or at the rates it must have had.

An answer does not print the asset index. Where only one asset holds anything, its rates follow
from one total each, and the other totals can be held against them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from perpbox.audit.figures import Row
from perpbox.audit.marks import prices_giving
from perpbox.audit.verdict import ROUNDINGS, Recomputed, between, presumably
from perpbox.margin.asset import AssetFigures, Totals
from perpbox.margin.multi_assets import Rates, charge, credit, share_out, totals
from perpbox.money import Amount, Ratio

OTHER_MOMENT: Final = "the asset index given is of another moment"
OTHER_ASSETS: Final = "other assets are left out of the answer"

AT_BID: Final = ("walletBalance", "marginBalance")
SUMMED: Final = {
    "walletBalance": "wallet_balance",
    "marginBalance": "margin_balance",
    "initialMargin": "initial_margin",
    "positionInitialMargin": "position_initial_margin",
    "maintMargin": "maint_margin",
}
"""What `margin.multi_assets` calls the sums."""


class Dollars(Struct, frozen=True):
    """The totals and the assets of one answer, with the rates of a given index by asset."""

    head: Row
    assets: tuple[Row, ...]
    rates: Mapping[str, Rates]

    def sum_of(self, name: str) -> Recomputed | None:
        """One of the totals that are sums; None if nothing tells the rates."""
        holding = [row for row in self.assets if _holds_anything(row)]
        alone = self._of_one_asset(holding[0], name) if len(holding) == 1 else None
        if alone is not None:
            return alone
        if not holding or any(row.text("asset") not in self.rates for row in holding):
            return None
        made = totals([_figures(row) for row in holding], self.rates)
        value: Amount = getattr(made, SUMMED[name])
        return presumably(value, OTHER_MOMENT)

    def share_of(self, row: Row) -> Recomputed | None:
        """What is available in one asset; None if nothing tells its ask rate."""
        name = row.text("asset")
        holding = [each for each in self.assets if _holds_anything(each)]
        if [each.text("asset") for each in holding] == [name]:
            rates = self._rates_by("initialMargin", row)
            if rates is not None:
                low, high = (_share(row, self.head, rate) for rate in rates)
                return _presumed(low, high, "the rate that totalInitialMargin has")
        if name in self.rates:
            share = _share(row, self.head, self.rates[name].ask_rate)
            return presumably(share, OTHER_MOMENT)
        return None

    def _of_one_asset(self, row: Row, name: str) -> Recomputed | None:
        source, convert = ("walletBalance", credit) if name in AT_BID else ("initialMargin", charge)
        rates = None if name == source else self._rates_by(source, row)
        if rates is None:
            return None
        low, high = (convert(row.figure(name), _both_ways(rate)) for rate in rates)
        return _presumed(low, high, f"the rate that {self.head.printed[source]} has")

    def _rates_by(self, source: str, row: Row) -> tuple[Ratio, Ratio] | None:
        """The rates that turn the asset's figure into the total."""
        if not (self.head.has(source) and row.has(source)) or row.figure(source) <= 0:
            return None
        found = prices_giving(row.figure(source), self.head.figure(source))
        return found if found and found[0] > 0 else None


def _presumed(low: Amount, high: Amount, at: str) -> Recomputed:
    formula = f"at {at}"
    if low != high:
        return between(low, high, f"{at} leaves digits open", formula)
    return presumably(low, OTHER_ASSETS, formula, slack=ROUNDINGS)


def _both_ways(rate: Ratio) -> Rates:
    return Rates(rate, rate, rate, rate)


def _share(row: Row, head: Row, ask_rate: Ratio) -> Amount:
    available = head.figure("availableBalance")
    figures = AssetFigures(row.text("asset"), row.figure("walletBalance"))
    share_out([figures], _only_available(available), {figures.asset: _both_ways(ask_rate)})
    return figures.available_balance


def _only_available(available: Amount) -> Totals:
    return Totals(0, 0, 0, 0, 0, 0, 0, 0, 0, available, available)


def _holds_anything(row: Row) -> bool:
    return any(row.figure_or(name, 0) != 0 for name in SUMMED)


def _figures(row: Row) -> AssetFigures:
    figures = AssetFigures(row.text("asset"), row.figure("walletBalance"))
    figures.unrealized_profit = row.figure("unrealizedProfit")
    figures.position_initial_margin = row.figure("positionInitialMargin")
    figures.open_order_initial_margin = row.figure("openOrderInitialMargin")
    figures.maint_margin = row.figure("maintMargin")
    return figures
