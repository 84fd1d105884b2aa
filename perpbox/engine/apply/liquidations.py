"""What has happened to accounts that came to their limit."""

from __future__ import annotations

from perpbox.engine import events as happened
from perpbox.engine.state import State
from perpbox.money import Millis


def off_book_traded(state: State, event: happened.OffBookTraded, now: Millis) -> None:
    market = state.markets[event.symbol]
    market.house_quantity += event.house_side * event.quantity
    state.touched.add(event.symbol)
    state.next_trade_id = event.trade_id + 1


def margin_called(state: State, event: happened.MarginCalled, now: Millis) -> None:
    state.accounts[event.account_id].called.add(event.pool)


def margin_call_ended(state: State, event: happened.MarginCallEnded, now: Millis) -> None:
    state.accounts[event.account_id].called.discard(event.pool)


def liquidation_started(state: State, event: happened.LiquidationStarted, now: Millis) -> None:
    """Nothing yet: the steps come in events of their own."""


def liquidation_stepped(state: State, event: happened.LiquidationStepped, now: Millis) -> None:
    """Likewise."""


def liquidation_ended(state: State, event: happened.LiquidationEnded, now: Millis) -> None:
    account = state.accounts[event.account_id]
    if event.is_empty:
        account.called.discard(event.pool)
    if account.multi_assets:
        state.stirred.liquidated.add(event.account_id)
