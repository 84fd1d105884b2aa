"""What is told of money, positions and settings: ACCOUNT_UPDATE and its likes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from perpbox.account import HEDGE, ONE_WAY, Account, PositionSide
from perpbox.api.shapes import events as shapes
from perpbox.api.streams.teller import Teller
from perpbox.api.streams.updates import (
    ADJUSTMENT,
    MARGIN_TRANSFER,
    MARGIN_TYPE_CHANGE,
    reason_of,
)
from perpbox.engine import events as happened
from perpbox.margin.account import asset_figures
from perpbox.margin.multi_assets import credit
from perpbox.margin.pool import MULTI_ASSETS, pools_of
from perpbox.money import Amount, Millis


def _money_moved(teller: Teller, event: happened.MoneyMoved, now: Millis) -> None:
    for account_id, amount in ((event.payer, -event.amount), (event.payee, event.amount)):
        if account_id in teller.listened:
            reason = reason_of(event, amount)
            update = teller.update or teller.begin(account_id, reason, now, event.symbol)
            update.add_money(event)


def _position_changed(teller: Teller, event: happened.PositionChanged, now: Millis) -> None:
    if event.account_id in teller.listened:
        update = teller.update or teller.begin(event.account_id, ADJUSTMENT, now, event.symbol)
        update.add_leg(event.symbol, event.position_side)
        teller.finish()


def _position_handed_over(teller: Teller, event: happened.PositionHandedOver, now: Millis) -> None:
    if event.account_id in teller.listened:
        update = teller.update or teller.begin(event.account_id, ADJUSTMENT, now, event.symbol)
        update.add_leg(event.symbol, event.position_side)
        # What was set aside for it is free, whether or not its wallet changes too.
        update.add_change(teller.state.catalogue.symbols[event.symbol].margin_asset, 0)


def _account_reset(teller: Teller, event: happened.AccountReset, now: Millis) -> None:
    """[dec] Settings that are the first ones again are told as if the client had set them."""
    settings = teller.settings
    if event.account_id not in teller.listened or settings is None:
        return
    if settings.isolated:
        update = teller.update or teller.begin(event.account_id, ADJUSTMENT, now)
        for symbol in settings.isolated:
            update.add_leg(symbol, PositionSide.BOTH)
    teller.finish()
    for each in settings.leveraged:
        row = shapes.leverage_update(each.name, each.default_leverage, now)
        teller.tell(event.account_id, row)
    if settings.multi_assets:
        teller.tell(event.account_id, shapes.asset_mode_update(multi_assets=False, time=now))


def _margin_adjusted(teller: Teller, event: happened.IsolatedMarginAdjusted, now: Millis) -> None:
    """[dec] The wallet has not changed, so its balance change is 0."""
    if event.account_id in teller.listened:
        update = teller.begin(event.account_id, MARGIN_TRANSFER, now)
        update.add_change(event.asset, 0)
        update.add_leg(event.symbol, event.position_side)
        teller.finish()


def _margin_type_changed(teller: Teller, event: happened.MarginTypeChanged, now: Millis) -> None:
    if event.account_id in teller.listened:
        account = teller.state.accounts[event.account_id]
        update = teller.begin(event.account_id, MARGIN_TYPE_CHANGE, now)
        for leg in HEDGE if account.hedge_mode else ONE_WAY:
            update.add_leg(event.symbol, leg)
        teller.finish()


def _leverage_changed(teller: Teller, event: happened.LeverageChanged, now: Millis) -> None:
    if event.account_id in teller.listened:
        row = shapes.leverage_update(event.symbol, event.leverage, now)
        teller.tell(event.account_id, row)


def _asset_mode_changed(teller: Teller, event: happened.AssetModeChanged, now: Millis) -> None:
    if event.account_id in teller.listened:
        row = shapes.asset_mode_update(multi_assets=event.multi_assets, time=now)
        teller.tell(event.account_id, row)


def _margin_called(teller: Teller, event: happened.MarginCalled, now: Millis) -> None:
    if event.account_id not in teller.listened:
        return
    state = teller.state
    account = state.accounts[event.account_id]
    pools = pools_of(account, state.marks, state.rates, list(state.catalogue.assets))
    pool = next(pool for pool in pools if pool.name == event.pool)
    isolated = pool.holdings[0].exposure.isolated
    wallet = None if isolated else _cross_wallet_of(teller, account, event.pool)
    teller.tell(event.account_id, shapes.margin_call(pool.holdings, wallet, now))


def _cross_wallet_of(teller: Teller, account: Account, pool: str) -> Amount:
    """Of the pool's asset; in multi-assets mode of all, in USD."""
    rows = asset_figures(account, teller.state.marks)
    if pool != MULTI_ASSETS:
        return rows[pool].cross_wallet_balance
    rates = teller.state.rates
    return sum(credit(row.cross_wallet_balance, rates[row.asset]) for row in rows.values())


ACCOUNT_EVENTS: Final[dict[type, Callable[[Teller, Any, Millis], None]]] = {
    happened.MoneyMoved: _money_moved,
    happened.PositionChanged: _position_changed,
    happened.PositionHandedOver: _position_handed_over,
    happened.AccountReset: _account_reset,
    happened.IsolatedMarginAdjusted: _margin_adjusted,
    happened.MarginTypeChanged: _margin_type_changed,
    happened.LeverageChanged: _leverage_changed,
    happened.AssetModeChanged: _asset_mode_changed,
    happened.MarginCalled: _margin_called,
}
