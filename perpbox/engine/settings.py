"""Leverage, margin type, position mode, asset mode, isolated margin, and their conditions."""

from __future__ import annotations

from perpbox.account import Account, Exposure
from perpbox.engine.commands import (
    AdjustIsolatedMargin,
    SetAssetMode,
    SetLeverage,
    SetMarginType,
    SetPositionMode,
)
from perpbox.engine.events import (
    AssetModeChanged,
    IsolatedMarginAdjusted,
    LeverageChanged,
    MarginTypeChanged,
    PositionModeChanged,
)
from perpbox.engine.market import Market
from perpbox.engine.rejects import Reject
from perpbox.engine.turn import Turn
from perpbox.instrument.symbol import initial_margin_rate
from perpbox.margin.account import asset_figures, available_balance
from perpbox.margin.isolated import max_addable, max_removable
from perpbox.margin.multi_assets import charge, surplus
from perpbox.margin.position import figures_of, orders_margin, position_initial_margin
from perpbox.money import SCALE, Amount


def set_leverage(turn: Turn, command: SetLeverage) -> None:
    """[dec] Allowed within the new leverage's cap and while margin suffices at it."""
    account = turn.account(command.account_id)
    market = turn.open_market(command.symbol)
    symbol, leverage = market.symbol, command.leverage
    turn.require(1 <= leverage <= symbol.max_leverage(), Reject.INVALID_LEVERAGE, str(leverage))
    exposure = account.exposure(symbol)
    if exposure.isolated and leverage < exposure.leverage:
        held = any(p.quantity for p in exposure.positions.values())
        turn.require(not held, Reject.LEVERAGE_REDUCTION_WITH_POSITION)
    if exposure.is_active:
        cap = symbol.max_notional(leverage) * SCALE
        for position in exposure.positions.values():
            largest = max(
                abs(position.quantity + position.buy_quantity),
                abs(position.quantity - position.sell_quantity),
            )
            turn.require(largest * market.mark <= cap, Reject.POSITION_LIMIT_EXCEEDED)
        _require_margin_at(turn, account, exposure, market, leverage)
    if leverage != exposure.leverage or command.symbol not in account.exposures:
        turn.emit(LeverageChanged(account.account_id, command.symbol, leverage))


def _require_margin_at(
    turn: Turn, account: Account, exposure: Exposure, market: Market, leverage: int
) -> None:
    """The available balance would not fall below zero at the new leverage."""
    state = turn.state
    rate = initial_margin_rate(leverage)
    more: Amount = 0
    for position in exposure.positions.values():
        figures = figures_of(exposure, position, market.mark)
        more += orders_margin(position, market.mark, rate) - figures.open_order_initial_margin
        if not exposure.isolated:
            needed = position_initial_margin(position.quantity, market.mark, rate)
            more += needed - figures.position_initial_margin
    asset = exposure.symbol.margin_asset
    left = available_balance(account, asset, state.marks, state.rates)
    if account.multi_assets:
        more = charge(more, state.rates[asset])
    turn.require(left >= more, Reject.LEVERAGE_MARGIN_NOT_SUFFICIENT)


def set_margin_type(turn: Turn, command: SetMarginType) -> None:
    """Only without position and open orders in the symbol; isolated only in single-asset mode."""
    account = turn.account(command.account_id)
    market = turn.open_market(command.symbol)
    exposure = account.exposure(market.symbol)
    turn.require(
        not (command.isolated and account.multi_assets), Reject.ISOLATED_UNDER_MULTI_ASSETS
    )
    turn.require(command.isolated != exposure.isolated, Reject.NO_NEED_TO_CHANGE_MARGIN_TYPE)
    waiting = account.conditionals_in(command.symbol)
    turn.require(not exposure.orders and not waiting, Reject.MARGIN_TYPE_WITH_ORDERS)
    turn.require(not exposure.is_active, Reject.MARGIN_TYPE_WITH_POSITION)
    turn.emit(MarginTypeChanged(account.account_id, command.symbol, command.isolated))


def _has_orders(account: Account) -> bool:
    """Whether any order is open, conditional ones counted in."""
    standing = any(exposure.orders for exposure in account.active.values())
    return standing or bool(account.conditional_orders)


def set_position_mode(turn: Turn, command: SetPositionMode) -> None:
    """Only without any position and any open order."""
    account = turn.account(command.account_id)
    turn.require(command.hedge_mode != account.hedge_mode, Reject.NO_NEED_TO_CHANGE_POSITION_MODE)
    turn.require(not _has_orders(account), Reject.POSITION_MODE_WITH_ORDERS)
    turn.require(not account.active, Reject.POSITION_MODE_WITH_POSITION)
    turn.emit(PositionModeChanged(account.account_id, command.hedge_mode))


def set_asset_mode(turn: Turn, command: SetAssetMode) -> None:
    """Only without open orders, and while margin suffices in the other mode."""
    account = turn.account(command.account_id)
    state = turn.state
    turn.require(command.multi_assets != account.multi_assets, Reject.NO_NEED_TO_CHANGE_ASSET_MODE)
    turn.require(not _has_orders(account), Reject.ASSET_MODE_WITH_ORDERS)
    rows = asset_figures(account, state.marks)
    if command.multi_assets:
        isolated = any(exposure.isolated for exposure in account.exposures.values())
        turn.require(not isolated, Reject.ASSET_MODE_WITH_ISOLATED)
        negative = any(row.wallet_balance < 0 for row in rows.values())
        turn.require(not negative, Reject.ASSET_MODE_WITH_NEGATIVE_BALANCE)
        enough = surplus(rows.values(), state.rates) >= 0
    else:
        enough = all(row.surplus >= 0 for row in rows.values())
    turn.require(enough, Reject.ASSET_MODE_MARGIN_NOT_SUFFICIENT)
    turn.emit(AssetModeChanged(account.account_id, command.multi_assets))


def adjust_isolated_margin(turn: Turn, command: AdjustIsolatedMargin) -> None:
    """Within what is published as the most that may be added or taken out."""
    account = turn.account(command.account_id)
    market = turn.open_market(command.symbol)
    both = command.position_side.value == "BOTH"
    turn.require(both is not account.hedge_mode, Reject.POSITION_SIDE_MISMATCH)
    asset = market.symbol.margin_asset
    turn.require(command.amount != 0, Reject.INVALID_AMOUNT, asset)
    exposure = account.exposure(market.symbol)
    turn.require(exposure.isolated, Reject.NOT_ISOLATED)
    position = exposure.position(command.position_side)
    turn.require(position.quantity != 0, Reject.NO_POSITION)
    if command.amount > 0:
        row = asset_figures(account, turn.state.marks)[asset]
        turn.require(command.amount <= max_addable(row), Reject.CROSS_BALANCE_NOT_SUFFICIENT)
    else:
        removable = max_removable(exposure, position, market.mark)
        turn.require(-command.amount <= removable, Reject.ISOLATED_BALANCE_NOT_SUFFICIENT)
    turn.emit(
        IsolatedMarginAdjusted(
            account.account_id, command.symbol, command.position_side, command.amount, asset
        )
    )
