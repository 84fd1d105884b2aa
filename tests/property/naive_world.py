"""One account as the naive model takes it, and the claim that both models say the same of it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from math import floor
from typing import Any, Final, NamedTuple

from perpbox.account import HEDGE, ONE_WAY, Account, Exposure, Position
from perpbox.instrument import Catalogue, Symbol
from perpbox.margin import liquidation_price
from perpbox.margin.account import AccountFigures, account_figures, asset_figures
from perpbox.margin.isolated import isolated_margin, max_addable, max_removable
from perpbox.margin.multi_assets import rates_of
from perpbox.margin.position import figures_of
from perpbox.money import SCALE, SQUARE, Amount, Price, parse, text_at, text_short
from tests.naive import model
from tests.naive.rows import BracketIn, OrderIn, PositionIn, SymbolIn, World


class Scene(NamedTuple):
    """An account, and the prices of the moment."""

    catalogue: Catalogue
    account: Account
    marks: Mapping[str, Price]
    indexes: Mapping[str, Price]

    def __repr__(self) -> str:
        return f"Scene({world_of(self)})"


TOTALS: Final = {
    "totalInitialMargin": "initial_margin",
    "totalMaintMargin": "maint_margin",
    "totalWalletBalance": "wallet_balance",
    "totalUnrealizedProfit": "unrealized_profit",
    "totalMarginBalance": "margin_balance",
    "totalPositionInitialMargin": "position_initial_margin",
    "totalOpenOrderInitialMargin": "open_order_initial_margin",
    "totalCrossWalletBalance": "cross_wallet_balance",
    "totalCrossUnPnl": "cross_unrealized_profit",
    "availableBalance": "available_balance",
    "maxWithdrawAmount": "max_withdraw_amount",
}
ASSET_ROW: Final = {
    "walletBalance": "wallet_balance",
    "unrealizedProfit": "unrealized_profit",
    "marginBalance": "margin_balance",
    "maintMargin": "maint_margin",
    "initialMargin": "initial_margin",
    "positionInitialMargin": "position_initial_margin",
    "openOrderInitialMargin": "open_order_initial_margin",
    "crossWalletBalance": "cross_wallet_balance",
    "crossUnPnl": "cross_unrealized_profit",
    "availableBalance": "available_balance",
    "maxWithdrawAmount": "max_withdraw_amount",
}


# The account in the naive model's own words.


def world_of(scene: Scene) -> World:
    account = scene.account
    return {
        "multi_assets": account.multi_assets,
        "hedge": account.hedge_mode,
        "assets": list(scene.catalogue.assets),
        "asset_index": {
            name: {
                "index": text_short(scene.indexes[name]),
                "bid_buffer": text_short(asset.bid_buffer),
                "ask_buffer": text_short(asset.ask_buffer),
            }
            for name, asset in scene.catalogue.assets.items()
        },
        "symbols": {
            name: _symbol(symbol, account.exposure(symbol), scene.marks[name])
            for name, symbol in scene.catalogue.symbols.items()
        },
        "balances": {
            name: {"wallet": text_short(balance.wallet), "update_time": balance.updated}
            for name, balance in account.balances.items()
        },
        "positions": [
            _position(name, position)
            for name, exposure in account.exposures.items()
            for position in exposure.positions.values()
        ],
        "orders": [
            _order(name, exposure, number)
            for name, exposure in account.exposures.items()
            for number in exposure.orders
        ],
    }


def _symbol(symbol: Symbol, exposure: Exposure, mark: Price) -> SymbolIn:
    table: list[BracketIn] = [
        {
            "floor": text_short(bracket.floor),
            "cap": text_short(bracket.cap),
            "mmr": text_short(bracket.maint_margin_rate),
            "cum": text_short(bracket.cum),
        }
        for bracket in symbol.brackets
    ]
    return {
        "margin_asset": symbol.margin_asset,
        "quantity_precision": symbol.quantity_precision,
        "mark": text_short(mark),
        "leverage": exposure.leverage,
        "isolated": exposure.isolated,
        "brackets": table,
    }


def _position(name: str, position: Position) -> PositionIn:
    entry = f"{position.entry_cost}/{abs(position.quantity) * SCALE}"
    return {
        "symbol": name,
        "side": position.position_side.value,
        "quantity": text_short(position.quantity),
        "entry_price": entry if position.quantity else "0",
        "isolated_wallet": text_short(position.isolated_wallet),
        "update_time": position.updated,
    }


def _order(name: str, exposure: Exposure, number: int) -> OrderIn:
    order = exposure.orders[number]
    return {
        "symbol": name,
        "position_side": order.position_side.value,
        "side": "BUY" if order.side > 0 else "SELL",
        "price": text_short(order.price),
        "remaining": text_short(order.remaining),
        "reduce_only": order.reduce_only,
    }


# Both models, figure by figure.


def both_models_agree(scene: Scene) -> None:
    """The account answer, the position rows, the isolated limits and the liquidation prices."""
    world = world_of(scene)
    rates = {n: rates_of(a, scene.indexes[n]) for n, a in scene.catalogue.assets.items()}
    figures = account_figures(scene.account, scene.catalogue.assets.values(), scene.marks, rates)
    answer = model.account_v3(world)
    _totals_agree(answer, figures)
    rows = [
        (exposure, exposure.positions[leg])
        for exposure in scene.account.active.values()
        for leg in (HEDGE if scene.account.hedge_mode else ONE_WAY)
        if leg in exposure.positions and exposure.positions[leg].is_shown
    ]
    assert [_row(scene, *row) for row in rows] == answer["positions"]
    published = model.position_figures(world)
    for (exposure, position), wanted in zip(rows, published, strict=True):
        _position_agrees(scene, world, exposure, position, wanted)


def _totals_agree(answer: dict[str, Any], figures: AccountFigures) -> None:
    for field, name in TOTALS.items():
        assert getattr(figures.totals, name) == parse(answer[field]), field
    for wanted in answer["assets"]:
        row = figures.assets[wanted["asset"]]
        for field, name in ASSET_ROW.items():
            assert getattr(row, name) == parse(wanted[field]), (wanted["asset"], field)
        assert row.updated == wanted["updateTime"]


def _row(scene: Scene, exposure: Exposure, position: Position) -> dict[str, Any]:
    """A row of the account answer, printed here as the specification says."""
    figures = figures_of(exposure, position, scene.marks[exposure.symbol.name])
    wallet = position.isolated_wallet
    margin = isolated_margin(wallet, figures.unrealized_profit) if exposure.isolated else 0
    return {
        "symbol": exposure.symbol.name,
        "positionSide": position.position_side.value,
        "positionAmt": text_at(position.quantity, exposure.symbol.quantity_precision),
        "unrealizedProfit": text_at(figures.unrealized_profit, 8),
        "isolatedMargin": _or_0(margin),
        "notional": _or_0(figures.notional),
        "isolatedWallet": _or_0(wallet),
        "initialMargin": _or_0(figures.initial_margin),
        "maintMargin": _or_0(figures.maint_margin),
        "updateTime": position.updated,
    }


def _or_0(value: Amount) -> str:
    return text_at(value, 8) if value else "0"


def _position_agrees(
    scene: Scene, world: World, exposure: Exposure, position: Position, wanted: dict[str, Any]
) -> None:
    symbol = exposure.symbol
    mark = scene.marks[symbol.name]
    figures = figures_of(exposure, position, mark)
    assert figures.position_initial_margin == parse(wanted["positionInitialMargin"])
    assert figures.open_order_initial_margin == parse(wanted["openOrderInitialMargin"])
    if not position.quantity:
        return
    where = (symbol.name, position.position_side.value)
    if exposure.isolated:
        row = asset_figures(scene.account, scene.marks)[symbol.margin_asset]
        assert max_addable(row) == floor(model.max_addable(world, *where) * SCALE)
        removable = floor(model.max_removable(world, *where) * SCALE)
        assert max_removable(exposure, position, mark) == removable
        price = liquidation_price.of_isolated(exposure, position, mark)
        assert price == parse(wanted["liquidationPrice"])
    elif not scene.account.multi_assets:
        price = liquidation_price.of_cross(scene.account, exposure, scene.marks, {})
        if price != parse(wanted["liquidationPrice"]):
            _is_another_solution(scene, exposure, price)


def _is_another_solution(scene: Scene, exposure: Exposure, price: Price) -> None:
    """A hedge can have two prices at which margin and upkeep are equal: this is one, to the unit.

    Margin less upkeep has no jump, so that it changes its sign, or is zero, within one unit.
    """
    held = [p for p in exposure.positions.values() if p.quantity]
    assert len(held) > 1, "one leg has one price"
    row = asset_figures(scene.account, scene.marks)[exposure.symbol.margin_asset]
    base = Fraction(row.cross_wallet_balance + row.cross_unrealized_profit - row.cross_maint_margin)
    mark = scene.marks[exposure.symbol.name]
    for position in held:
        figures = figures_of(exposure, position, mark)
        base += figures.maint_margin - figures.unrealized_profit

    def left(at: Price) -> Fraction:
        total = base
        for position in held:
            value = abs(position.quantity) * at
            bracket = exposure.symbol.bracket_of(value // SCALE)
            total += Fraction(position.quantity * (at - position.entry_price), SCALE)
            total -= Fraction(value * bracket.maint_margin_rate, SQUARE) - bracket.cum
        return total

    if left(0) * left(1) <= 0:
        return  # the solution is less than a unit, which one model prints and the other does not
    ends = [left(price - 1), left(price), left(price + 1)]
    assert any(a * b <= 0 for a, b in product(ends, ends[1:])), (price, ends)
