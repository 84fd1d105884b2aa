"""How events change the state: `apply`, the only function that does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from perpbox.engine import events as happened
from perpbox.engine.apply import (
    accounts,
    conditionals,
    liquidations,
    market,
    orders,
    positions,
    symbols,
)
from perpbox.engine.state import State
from perpbox.engine.symbol_events import SymbolSet
from perpbox.money import Millis


def apply(state: State, event: happened.Event, now: Millis) -> None:
    """Let the event have happened. It knows no rule and refuses nothing."""
    state.now = now
    _APPLY[type(event)](state, event, now)


_APPLY: Final[dict[type, Callable[[State, Any, Millis], None]]] = {
    happened.AccountOpened: accounts.account_opened,
    happened.AccountReset: accounts.account_reset,
    happened.AccountClosed: accounts.account_closed,
    happened.MoneyMoved: accounts.money_moved,
    happened.Converted: accounts.converted,
    happened.OrderAccepted: orders.order_accepted,
    happened.OrderRested: orders.order_rested,
    happened.OrderFilled: orders.order_filled,
    happened.OrderAmended: orders.order_amended,
    happened.OrderCanceled: orders.order_canceled,
    happened.OrderExpired: orders.order_expired,
    happened.ConditionalPlaced: conditionals.conditional_placed,
    happened.ConditionalCanceled: conditionals.conditional_canceled,
    happened.ConditionalExpired: conditionals.conditional_expired,
    happened.ConditionalTriggered: conditionals.conditional_triggered,
    happened.ConditionalRejected: conditionals.conditional_rejected,
    happened.CountdownSet: orders.countdown_set,
    happened.Traded: market.traded,
    happened.OffBookTraded: liquidations.off_book_traded,
    happened.MarginCalled: liquidations.margin_called,
    happened.MarginCallEnded: liquidations.margin_call_ended,
    happened.LiquidationStarted: liquidations.liquidation_started,
    happened.LiquidationStepped: liquidations.liquidation_stepped,
    happened.LiquidationEnded: liquidations.liquidation_ended,
    happened.PositionChanged: positions.position_changed,
    happened.PositionHandedOver: positions.position_handed_over,
    happened.IsolatedMarginAdjusted: positions.isolated_margin_adjusted,
    happened.LeverageChanged: accounts.leverage_changed,
    happened.MarginTypeChanged: accounts.margin_type_changed,
    happened.PositionModeChanged: accounts.position_mode_changed,
    happened.AssetModeChanged: accounts.asset_mode_changed,
    happened.FeeBurnChanged: accounts.fee_burn_changed,
    happened.FeesChanged: accounts.fees_changed,
    happened.PriceMoved: market.price_moved,
    happened.LastPriceMoved: market.last_price_moved,
    happened.MarkSourceSet: market.mark_source_set,
    happened.BasisSampled: market.basis_sampled,
    happened.PremiumMoved: market.premium_moved,
    happened.HoldingSampled: market.holding_sampled,
    happened.FundingTermsSet: market.funding_terms_set,
    happened.FundingSettled: market.funding_settled,
    happened.FundingMissed: market.funding_missed,
    happened.AssetIndexMoved: market.asset_index_moved,
    happened.LiquiditySet: market.liquidity_set,
    happened.LadderSet: market.ladder_set,
    happened.ClockMoved: market.clock_moved,
    SymbolSet: symbols.symbol_set,
}
