"""Naive model of one account's arithmetic: the oracle the production code is tested against.

Everything here is written from the specification (account.md, decisions.md, the requirement page,
vectors.md, reference.md sections 1 and 2) and from nothing else. Numbers are exact fractions, and
each function spells out one rule. Where the text leaves a choice, the line says "CHOICE".
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from .rows import (
    ZERO,
    BracketIn,
    Row,
    World,
    all_rows,
    ask_rate,
    bid_rate,
    bracket_at,
    fixed,
    half_up8,
    holds,
    money,
    money_or_0,
    number,
    t8,
)

__all__ = [
    "World",
    "account_v3",
    "liquidation_price",
    "max_addable",
    "max_removable",
    "position_figures",
]


class AssetSums(NamedTuple):
    """One asset row before its two availability columns, which depend on the account's mode."""

    asset: str
    wallet: Fraction
    profit: Fraction
    margin_balance: Fraction
    maint: Fraction
    initial: Fraction
    position_margin: Fraction
    order_margin: Fraction
    cross_wallet: Fraction
    cross_profit: Fraction
    cross_initial: Fraction
    cross_maint: Fraction
    isolated_order_margin: Fraction
    update_time: int


# ---------------------------------------------------------------- liquidation price


def published_price(
    balance: Fraction,
    others_maint: Fraction,
    others_profit: Fraction,
    legs: list[tuple[Fraction, Fraction]],
    brackets: Sequence[BracketIn],
) -> Fraction:
    """The published formula for legs (signed amount, entry), each with its bracket.

    The signed amount carries the formula's side signs; a zero denominator gives no price (0).
    """
    above = balance - others_maint + others_profit
    below = ZERO
    for (amount, entry), bracket in zip(legs, brackets, strict=True):
        above += number(bracket["cum"]) - amount * entry
        below += abs(amount) * number(bracket["mmr"]) - amount
    return ZERO if below == 0 else above / below


def liquidation_price(
    balance: Fraction,
    others_maint: Fraction,
    others_profit: Fraction,
    legs: list[tuple[Fraction, Fraction]],
    table: list[BracketIn],
    mark: Fraction,
) -> Fraction:
    """Unrounded price whose own notional(s) lie in the bracket(s) it was computed with.

    CHOICE: with two legs more than one price may fit (one below, one above); trying brackets
    upward finds the lowest of them. CHOICE: when none fits, the brackets at mark are taken.
    """
    for places in itertools.product(range(len(table)), repeat=len(legs)):
        chosen = [table[place] for place in places]
        price = published_price(balance, others_maint, others_profit, legs, chosen)
        if all(
            holds(table, place, abs(amount) * price)
            for place, (amount, _) in zip(places, legs, strict=True)
        ):
            return price
    at_mark = [bracket_at(table, abs(amount) * mark) for amount, _ in legs]
    return published_price(balance, others_maint, others_profit, legs, at_mark)


def print_liquidation(price: Fraction) -> str:
    return "0" if price <= 0 else money_or_0(half_up8(price))


def isolated_liquidation(world: World, row: Row) -> str:
    """The isolated wallet stands alone: no other contract takes part."""
    if row.amount == 0:
        return "0"
    table = world["symbols"][row.symbol]["brackets"]
    legs = [(row.amount, row.entry)]
    return print_liquidation(
        liquidation_price(row.isolated_wallet, ZERO, ZERO, legs, table, row.mark)
    )


def cross_liquidation(world: World, rows: list[Row], row: Row) -> str:
    """Every other cross contract of the margin asset takes part with its row's figures.

    CHOICE: the others' maintenance margin and profit are the rounded figures of their rows, and
    the entry price is cut to 8 decimals as in the isolated formula. CHOICE: isolated contracts
    take no part, because their wallets are not in the cross wallet balance. CHOICE: a leg that
    holds nothing prints "0" even though its twin has a price.
    """
    if row.amount == 0:
        return "0"
    others = [
        other
        for other in rows
        if other.margin_asset == row.margin_asset
        and other.symbol != row.symbol
        and not other.isolated
    ]
    legs = [(leg.amount, leg.entry) for leg in rows if leg.symbol == row.symbol and leg.amount != 0]
    return print_liquidation(
        liquidation_price(
            asset_sums(world, rows, row.margin_asset).cross_wallet,
            sum((other.maint for other in others), ZERO),
            sum((other.profit for other in others), ZERO),
            legs,
            world["symbols"][row.symbol]["brackets"],
            row.mark,
        )
    )


def position_figures(world: World, rounding: str = "2025") -> list[dict[str, Any]]:
    """The money columns of positionRisk v3, as printed; no cross price in multi-assets mode."""
    rows = all_rows(world, rounding)
    answer: list[dict[str, Any]] = []
    for row in rows:
        price: str | None
        if row.isolated:
            price = isolated_liquidation(world, row)
        elif world["multi_assets"]:
            price = None
        else:
            price = cross_liquidation(world, rows, row)
        answer.append(
            {
                "symbol": row.symbol,
                "positionSide": row.side,
                "notional": money_or_0(row.notional),
                "unRealizedProfit": money(row.profit),
                "initialMargin": money_or_0(row.position_margin + row.order_margin),
                "positionInitialMargin": money_or_0(row.position_margin),
                "openOrderInitialMargin": money_or_0(row.order_margin),
                "maintMargin": money_or_0(row.maint),
                "isolatedMargin": money_or_0(row.isolated_margin),
                "isolatedWallet": money_or_0(row.isolated_wallet),
                "liquidationPrice": price,
            }
        )
    return answer


# ---------------------------------------------------------------- one asset row


def asset_sums(world: World, rows: list[Row], asset: str) -> AssetSums:
    mine = [row for row in rows if row.margin_asset == asset]
    balance = world["balances"].get(asset, {"wallet": "0", "update_time": 0})
    wallet = number(balance["wallet"])
    profit = sum((row.profit for row in mine), ZERO)
    position_margin = sum((row.position_margin for row in mine), ZERO)
    order_margin = sum((row.order_margin for row in mine), ZERO)
    cross = [row for row in mine if not row.isolated]
    return AssetSums(
        asset=asset,
        wallet=wallet,
        profit=profit,
        margin_balance=wallet + profit,
        maint=sum((row.maint for row in mine), ZERO),
        initial=position_margin + order_margin,
        position_margin=position_margin,
        order_margin=order_margin,
        cross_wallet=wallet - sum((row.isolated_wallet for row in mine), ZERO),
        cross_profit=sum((row.profit for row in cross), ZERO),
        cross_initial=sum((row.position_margin + row.order_margin for row in cross), ZERO),
        cross_maint=sum((row.maint for row in cross), ZERO),
        isolated_order_margin=sum((row.order_margin for row in mine if row.isolated), ZERO),
        update_time=balance["update_time"],
    )


def single_available(sums: AssetSums) -> Fraction:
    """An isolated position's margin is not taken off again; its open orders' margin is."""
    cross = sums.cross_wallet + sums.cross_profit - sums.cross_initial
    return max(ZERO, cross - sums.isolated_order_margin)


def single_withdrawable(sums: AssetSums) -> Fraction:
    ceiling = sums.cross_wallet - sums.isolated_order_margin - sums.cross_maint
    return max(ZERO, min(ceiling, single_available(sums)))


def multi_available(world: World, account_available: Fraction, asset: str) -> Fraction:
    return t8(account_available / ask_rate(world["asset_index"][asset]))


def multi_withdrawable(sums: AssetSums, available: Fraction) -> Fraction:
    return max(ZERO, min(sums.wallet, available))


def print_asset(
    sums: AssetSums, available: Fraction, withdrawable: Fraction, multi_assets: bool
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "asset": sums.asset,
        "walletBalance": money(sums.wallet),
        "unrealizedProfit": money(sums.profit),
        "marginBalance": money(sums.margin_balance),
        "maintMargin": money(sums.maint),
        "initialMargin": money(sums.initial),
        "positionInitialMargin": money(sums.position_margin),
        "openOrderInitialMargin": money(sums.order_margin),
        "crossWalletBalance": money(sums.cross_wallet),
        "crossUnPnl": money(sums.cross_profit),
        "availableBalance": money(available),
        "maxWithdrawAmount": money(withdrawable),
    }
    if multi_assets:  # CHOICE: every listed asset serves as margin
        row["marginAvailable"] = True
    row["updateTime"] = sums.update_time
    return row


# ---------------------------------------------------------------- the totals


def single_totals(sums: AssetSums) -> dict[str, Any]:
    """Single-asset mode: the USDT row once more under other names."""
    return {
        "totalInitialMargin": money(sums.initial),
        "totalMaintMargin": money(sums.maint),
        "totalWalletBalance": money(sums.wallet),
        "totalUnrealizedProfit": money(sums.profit),
        "totalMarginBalance": money(sums.margin_balance),
        "totalPositionInitialMargin": money(sums.position_margin),
        "totalOpenOrderInitialMargin": money(sums.order_margin),
        "totalCrossWalletBalance": money(sums.cross_wallet),
        "totalCrossUnPnl": money(sums.cross_profit),
        "availableBalance": money(single_available(sums)),
        "maxWithdrawAmount": money(single_withdrawable(sums)),
    }


def held_in_usd(world: World, asset: str, value: Fraction) -> Fraction:
    """What is owned counts at the bid rate, what is owed at the ask rate."""
    index = world["asset_index"][asset]
    return t8(value * (ask_rate(index) if value < 0 else bid_rate(index)))


def required_in_usd(world: World, asset: str, value: Fraction) -> Fraction:
    """Margin requirements count at the ask rate."""
    return t8(value * ask_rate(world["asset_index"][asset]))


class UsdTotals(NamedTuple):
    """Sums over the asset rows, each row's amount converted and cut before it is added."""

    wallet: Fraction
    cross_wallet: Fraction
    margin_balance: Fraction
    initial: Fraction
    position_margin: Fraction
    maint: Fraction


def usd_totals(world: World, every: list[AssetSums]) -> UsdTotals:
    return UsdTotals(
        wallet=sum((held_in_usd(world, s.asset, s.wallet) for s in every), ZERO),
        cross_wallet=sum((held_in_usd(world, s.asset, s.cross_wallet) for s in every), ZERO),
        margin_balance=sum((held_in_usd(world, s.asset, s.margin_balance) for s in every), ZERO),
        initial=sum((required_in_usd(world, s.asset, s.initial) for s in every), ZERO),
        position_margin=sum(
            (required_in_usd(world, s.asset, s.position_margin) for s in every), ZERO
        ),
        maint=sum((required_in_usd(world, s.asset, s.maint) for s in every), ZERO),
    )


def usd_available(usd: UsdTotals) -> Fraction:
    return max(ZERO, usd.margin_balance - usd.initial)


def print_usd_totals(usd: UsdTotals) -> dict[str, Any]:
    """Profit and open-order margin are differences of totals that are rounded already."""
    profit = usd.margin_balance - usd.wallet
    return {
        "totalInitialMargin": money(usd.initial),
        "totalMaintMargin": money(usd.maint),
        "totalWalletBalance": money(usd.wallet),
        "totalUnrealizedProfit": money(profit),
        "totalMarginBalance": money(usd.margin_balance),
        "totalPositionInitialMargin": money(usd.position_margin),
        "totalOpenOrderInitialMargin": money(usd.initial - usd.position_margin),
        "totalCrossWalletBalance": money(usd.cross_wallet),
        "totalCrossUnPnl": money(profit),
        "availableBalance": money(usd_available(usd)),
        "maxWithdrawAmount": money(usd_available(usd)),
    }


# ---------------------------------------------------------------- the whole answer


def print_position(row: Row) -> dict[str, Any]:
    return {
        "symbol": row.symbol,
        "positionSide": row.side,
        "positionAmt": fixed(row.amount, row.precision),
        "unrealizedProfit": money(row.profit),
        "isolatedMargin": money_or_0(row.isolated_margin),
        "notional": money_or_0(row.notional),
        "isolatedWallet": money_or_0(row.isolated_wallet),
        "initialMargin": money_or_0(row.position_margin + row.order_margin),
        "maintMargin": money_or_0(row.maint),
        "updateTime": row.update_time,
    }


def account_v3(world: World, rounding: str = "2025") -> dict[str, Any]:
    """The JSON of GET /fapi/v3/account; dictionaries keep the page's order of fields."""
    rows = all_rows(world, rounding)
    every = [asset_sums(world, rows, asset) for asset in world["assets"]]
    assets = []
    if world["multi_assets"]:
        usd = usd_totals(world, every)
        answer = print_usd_totals(usd)
        for sums in every:
            available = multi_available(world, usd_available(usd), sums.asset)
            withdrawable = multi_withdrawable(sums, available)
            assets.append(print_asset(sums, available, withdrawable, True))
    else:
        answer = single_totals(asset_sums(world, rows, "USDT"))
        for sums in every:
            available = single_available(sums)
            assets.append(print_asset(sums, available, single_withdrawable(sums), False))
    answer["assets"] = assets
    answer["positions"] = [print_position(row) for row in rows]
    return answer


# ---------------------------------------------------------------- isolated margin limits


def max_addable(world: World, symbol: str, side: str) -> Fraction:
    """Exact upper end of what may be moved into an isolated position (0 where none is held)."""
    rows = all_rows(world, "2025")
    for row in rows:
        if (row.symbol, row.side) == (symbol, side) and row.isolated and row.amount != 0:
            sums = asset_sums(world, rows, row.margin_asset)
            free = sums.cross_wallet - sums.isolated_order_margin - sums.cross_maint
            return max(ZERO, min(free, single_available(sums)))
    return ZERO


def max_removable(world: World, symbol: str, side: str) -> Fraction:
    """Exact upper end of what may be taken out of an isolated position (0 where none is held).

    CHOICE: the profit in the second bound uses the entry price cut to 8 decimals, as all profit
    does, but the bound itself is not rounded.
    """
    for row in all_rows(world, "2025"):
        if (row.symbol, row.side) == (symbol, side) and row.isolated and row.amount != 0:
            over_maint = row.isolated_wallet - row.maint
            profit = row.amount * (row.mark - row.entry)
            over_initial = row.isolated_wallet + profit - row.mark * abs(row.amount) * row.rate
            return max(ZERO, min(over_maint, over_initial))
    return ZERO
