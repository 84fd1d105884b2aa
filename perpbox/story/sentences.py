"""What has happened as plain sentences: one function for each kind of event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from perpbox.account import AccountId, House, PositionSide, Side
from perpbox.engine import events as happened
from perpbox.engine.symbol_events import SymbolSet
from perpbox.money import Amount, cut, text_short

WHO: Final = {
    House.WORLD: "the world",
    House.FEES: "the fees",
    House.CLEARING: "the clearing account",
    House.INSURANCE: "the insurance fund",
    House.FUNDING: "the funding account",
}


def sentence(event: happened.Event) -> str:
    """One sentence, without a full stop."""
    return SENTENCES[type(event)](event)


def _who(account_id: AccountId) -> str:
    return f"account {account_id}" if account_id > 0 else WHO[House(account_id)]


def _side(side: Side) -> str:
    return "buy" if side > 0 else "sell"


def _amounts(amounts: dict[str, Amount]) -> str:
    return ", ".join(f"{text_short(v)} {a}" for a, v in amounts.items()) or "nothing"


def _leg(symbol: str, position_side: PositionSide) -> str:
    return symbol if position_side is PositionSide.BOTH else f"{symbol} {position_side.value}"


def _pool(pool: str) -> str:
    return f"pool {pool}" if pool else "the account"


# Accounts and money.


def _account_opened(e: happened.AccountOpened) -> str:
    name = f" ({e.name})" if e.name else ""
    return f"account {e.account_id}{name} is opened with {_amounts(e.opening_balances)}"


def _account_reset(e: happened.AccountReset) -> str:
    return f"account {e.account_id} is as on its first day"


def _account_closed(e: happened.AccountClosed) -> str:
    return f"account {e.account_id} is closed"


def _money_moved(e: happened.MoneyMoved) -> str:
    where = f" of {e.symbol}" if e.symbol else ""
    amount = f"{text_short(e.amount)} {e.asset}"
    return f"{_who(e.payer)} pays {amount} to {_who(e.payee)}: {e.reason.value}{where}"


def _converted(e: happened.Converted) -> str:
    given = f"{text_short(e.from_amount)} {e.from_asset}"
    taken = f"{text_short(e.to_amount)} {e.to_asset}"
    return f"account {e.account_id} converts {given} to {taken}, conversion {e.conversion_id}"


def _isolated_margin_adjusted(e: happened.IsolatedMarginAdjusted) -> str:
    does = "adds" if e.amount > 0 else "takes"
    way = "to" if e.amount > 0 else "out of"
    margin = f"{text_short(abs(e.amount))} {e.asset} of margin"
    leg = _leg(e.symbol, e.position_side)
    return f"account {e.account_id} {does} {margin} {way} its isolated {leg}"


def _leverage_changed(e: happened.LeverageChanged) -> str:
    return f"account {e.account_id} has leverage {e.leverage} in {e.symbol}"


def _margin_type_changed(e: happened.MarginTypeChanged) -> str:
    margin = "isolated" if e.isolated else "cross"
    return f"account {e.account_id} has {margin} margin in {e.symbol}"


def _position_mode_changed(e: happened.PositionModeChanged) -> str:
    return f"account {e.account_id} is in {'hedge' if e.hedge_mode else 'one-way'} mode"


def _asset_mode_changed(e: happened.AssetModeChanged) -> str:
    mode = "multi-assets" if e.multi_assets else "single-asset"
    return f"account {e.account_id} is in {mode} mode"


def _fee_burn_changed(e: happened.FeeBurnChanged) -> str:
    how = "in BNB where it has any" if e.fee_burn else "in the margin asset"
    return f"account {e.account_id} pays commission {how}"


def _fees_changed(e: happened.FeesChanged) -> str:
    own = "".join(
        f", in {name} {text_short(maker)} as maker and {text_short(taker)} as taker"
        for name, (maker, taker) in e.commission_rates.items()
    )
    return f"account {e.account_id} pays the rates of tier {e.fee_tier}{own}"


# Orders.


def _order_accepted(e: happened.OrderAccepted) -> str:
    price = f" at {text_short(e.price)}" if e.price else ""
    only = ", reduce-only" if e.reduce_only else ""
    own = f", by the venue: {e.auto_close.value}" if e.auto_close.value != "NONE" else ""
    of = f", of conditional order {e.trigger.algo_id}" if e.trigger is not None else ""
    kind = f"{e.order_type.value} {e.time_in_force.value}"
    what = f"to {_side(e.side)} {text_short(e.quantity)} {_leg(e.symbol, e.position_side)}{price}"
    named = f"order {e.order_id} ({e.client_order_id})"
    return f"{named} of account {e.account_id} is accepted: {kind} {what}{only}{of}{own}"


def _order_rested(e: happened.OrderRested) -> str:
    return f"order {e.order_id} of account {e.account_id} stands in the book"


def _order_filled(e: happened.OrderFilled) -> str:
    role = "maker" if e.is_maker else "taker"
    what = f"{text_short(e.quantity)} {e.symbol} at {text_short(e.price)}"
    paid = f"commission {text_short(e.commission)} {e.commission_asset}"
    profit = f", realized profit {text_short(e.realized_profit)}" if e.realized_profit else ""
    order = f"order {e.order_id} of account {e.account_id}"
    return f"{order} trades {what} as {role} in trade {e.trade_id}, {paid}{profit}"


def _order_amended(e: happened.OrderAmended) -> str:
    now = f"{text_short(e.quantity)} at {text_short(e.price)}"
    return f"order {e.order_id} of account {e.account_id} is amended to {now}"


def _order_canceled(e: happened.OrderCanceled) -> str:
    return f"order {e.order_id} of account {e.account_id} is canceled"


def _order_expired(e: happened.OrderExpired) -> str:
    return f"order {e.order_id} of account {e.account_id} expires: {e.reason.name}"


def _conditional_placed(e: happened.ConditionalPlaced) -> str:
    t = e.terms
    how_much = "the whole position" if t.close_position else text_short(t.quantity)
    what = f"to {_side(t.side)} {how_much} {_leg(t.symbol, t.position_side)}"
    at = f" at {text_short(t.trigger_price)}" if t.trigger_price else ""
    if t.callback_rate:
        at = f" after a turn by {text_short(t.callback_rate)}"
    named = f"conditional order {e.algo_id} ({e.client_algo_id}) of account {e.account_id}"
    by = f"by {t.working_type.value}, now {text_short(e.latest)}"
    return f"{named} waits: {t.order_type.value} {what}{at} {by}"


def _conditional_canceled(e: happened.ConditionalCanceled) -> str:
    return f"conditional order {e.algo_id} of account {e.account_id} is canceled"


def _conditional_expired(e: happened.ConditionalExpired) -> str:
    order = f"conditional order {e.algo_id} of account {e.account_id}"
    return f"{order} expires: {e.reason.name}"


def _conditional_triggered(e: happened.ConditionalTriggered) -> str:
    order = f"conditional order {e.algo_id} of account {e.account_id}"
    return f"{order} is triggered by {e.symbol} at {text_short(e.price)}"


def _conditional_rejected(e: happened.ConditionalRejected) -> str:
    why = " ".join((e.reject, *e.details))
    return f"conditional order {e.algo_id} of account {e.account_id} is refused: {why}"


def _countdown_set(e: happened.CountdownSet) -> str:
    orders = f"the open orders of account {e.account_id} in {e.symbol}"
    if not e.deadline:
        return f"{orders} have no countdown"
    return f"{orders} are canceled at {e.deadline} unless told otherwise"


# Trades and positions.


def _traded(e: happened.Traded) -> str:
    who = "others" if e.of_others else ("the house" if e.house_side else "clients")
    what = f"{text_short(e.quantity)} {e.symbol} at {text_short(e.price)}"
    with_whom = "among" if e.of_others or not e.house_side else "with"
    return f"trade {e.trade_id}: a taker {_side(e.taker_side)}s {what} {with_whom} {who}"


def _off_book_traded(e: happened.OffBookTraded) -> str:
    whom = "the house" if e.house_side else "another client"
    what = f"{text_short(e.quantity)} {e.symbol} at {text_short(e.price)}"
    return f"trade {e.trade_id}, beside the book: {what} goes over to {whom}"


def _position_changed(e: happened.PositionChanged) -> str:
    leg = _leg(e.symbol, e.position_side)
    if not e.quantity:
        return f"account {e.account_id} has no position in {leg}"
    way = "long" if e.quantity > 0 else "short"
    entry = text_short(cut(e.entry_cost, abs(e.quantity)))
    held = f", isolated wallet {text_short(e.isolated_wallet)}" if e.isolated_wallet else ""
    quantity = text_short(abs(e.quantity))
    return f"account {e.account_id} is {way} {quantity} {leg} from {entry}{held}"


def _position_handed_over(e: happened.PositionHandedOver) -> str:
    leg = _leg(e.symbol, e.position_side)
    return f"the house takes over the position of account {e.account_id} in {leg}"


# Limits.


def _limit(margin_balance: Amount, maint_margin: Amount) -> str:
    balance, maint = text_short(margin_balance), text_short(maint_margin)
    return f"margin balance {balance}, maintenance margin {maint}"


def _margin_called(e: happened.MarginCalled) -> str:
    limit = _limit(e.margin_balance, e.maint_margin)
    return f"account {e.account_id} has a margin call for {_pool(e.pool)}: {limit}"


def _margin_call_ended(e: happened.MarginCallEnded) -> str:
    return f"the margin call of account {e.account_id} for {_pool(e.pool)} is over"


def _liquidation_started(e: happened.LiquidationStarted) -> str:
    limit = _limit(e.margin_balance, e.maint_margin)
    return f"account {e.account_id} is liquidated in {_pool(e.pool)}: {limit}"


def _liquidation_stepped(e: happened.LiquidationStepped) -> str:
    what = f"{text_short(e.quantity)} {_leg(e.symbol, e.position_side)} at {text_short(e.price)}"
    figures = (
        f"bankruptcy price {text_short(e.bankruptcy_price)}, mark {text_short(e.mark)}, "
        f"{_limit(e.margin_balance, e.maint_margin)}, fund {text_short(e.fund)}"
    )
    return f"liquidation of account {e.account_id}: {e.action.value} {what}; {figures}"


def _liquidation_ended(e: happened.LiquidationEnded) -> str:
    how = "nothing is left" if e.is_empty else "it is safe again"
    return f"the liquidation of account {e.account_id} in {_pool(e.pool)} is over: {how}"


# Markets.


def _price_moved(e: happened.PriceMoved) -> str:
    return f"{e.symbol} is marked at {text_short(e.mark)}, its index at {text_short(e.index)}"


def _last_price_moved(e: happened.LastPriceMoved) -> str:
    return f"the last price of {e.symbol} is {text_short(e.price)}, without a trade"


def _mark_source_set(e: happened.MarkSourceSet) -> str:
    how = "follows the formula" if e.by_formula else "is where it is set"
    return f"the mark price of {e.symbol} {how}"


def _basis_sampled(e: happened.BasisSampled) -> str:
    if e.basis is None:
        return f"the book of {e.symbol} has no middle to sample"
    return f"the middle of {e.symbol} is {text_short(e.basis)} above its index"


def _premium_moved(e: happened.PremiumMoved) -> str:
    return f"the premium index of {e.symbol} is {text_short(e.premium)}"


def _holding_sampled(e: happened.HoldingSampled) -> str:
    held = e.holding
    accounts = f"{held.long_accounts} accounts long and {held.short_accounts} short"
    return f"{text_short(held.open_interest)} {e.symbol} are held, {accounts}"


def _funding_terms_set(e: happened.FundingTermsSet) -> str:
    t = e.terms
    fixed = "" if t.fixed_rate is None else f", at a fixed rate of {text_short(t.fixed_rate)}"
    bounds = f"between {text_short(t.floor)} and {text_short(t.cap)}"
    return f"funding of {e.symbol} is every {t.interval_hours} hours, {bounds}{fixed}"


def _funding_settled(e: happened.FundingSettled) -> str:
    return f"funding of {e.symbol} is settled at {text_short(e.rate)}, mark {text_short(e.mark)}"


def _funding_missed(e: happened.FundingMissed) -> str:
    return f"a funding time of {e.symbol} has passed without funding"


def _asset_index_moved(e: happened.AssetIndexMoved) -> str:
    return f"the index of {e.asset} is {text_short(e.index_price)} USD"


def _liquidity_set(e: happened.LiquiditySet) -> str:
    return f"the house quotes {len(e.bids)} bids and {len(e.asks)} asks in {e.symbol}, as told"


def _ladder_set(e: happened.LadderSet) -> str:
    return f"the house quotes a ladder of {e.terms.levels} levels in {e.symbol}"


def _symbol_set(e: SymbolSet) -> str:
    return f"{e.symbol.name} is set as it is now, and is {e.symbol.status.value}"


def _clock_moved(e: happened.ClockMoved) -> str:
    return "the clock is here"


SENTENCES: Final[dict[type, Callable[[Any], str]]] = {
    happened.AccountOpened: _account_opened,
    happened.AccountReset: _account_reset,
    happened.AccountClosed: _account_closed,
    happened.MoneyMoved: _money_moved,
    happened.Converted: _converted,
    happened.OrderAccepted: _order_accepted,
    happened.OrderRested: _order_rested,
    happened.OrderFilled: _order_filled,
    happened.OrderAmended: _order_amended,
    happened.OrderCanceled: _order_canceled,
    happened.OrderExpired: _order_expired,
    happened.ConditionalPlaced: _conditional_placed,
    happened.ConditionalCanceled: _conditional_canceled,
    happened.ConditionalExpired: _conditional_expired,
    happened.ConditionalTriggered: _conditional_triggered,
    happened.ConditionalRejected: _conditional_rejected,
    happened.CountdownSet: _countdown_set,
    happened.Traded: _traded,
    happened.OffBookTraded: _off_book_traded,
    happened.MarginCalled: _margin_called,
    happened.MarginCallEnded: _margin_call_ended,
    happened.LiquidationStarted: _liquidation_started,
    happened.LiquidationStepped: _liquidation_stepped,
    happened.LiquidationEnded: _liquidation_ended,
    happened.PositionChanged: _position_changed,
    happened.PositionHandedOver: _position_handed_over,
    happened.IsolatedMarginAdjusted: _isolated_margin_adjusted,
    happened.LeverageChanged: _leverage_changed,
    happened.MarginTypeChanged: _margin_type_changed,
    happened.PositionModeChanged: _position_mode_changed,
    happened.AssetModeChanged: _asset_mode_changed,
    happened.FeeBurnChanged: _fee_burn_changed,
    happened.FeesChanged: _fees_changed,
    happened.PriceMoved: _price_moved,
    happened.LastPriceMoved: _last_price_moved,
    happened.MarkSourceSet: _mark_source_set,
    happened.BasisSampled: _basis_sampled,
    happened.PremiumMoved: _premium_moved,
    happened.HoldingSampled: _holding_sampled,
    happened.FundingTermsSet: _funding_terms_set,
    happened.FundingSettled: _funding_settled,
    happened.FundingMissed: _funding_missed,
    happened.AssetIndexMoved: _asset_index_moved,
    happened.LiquiditySet: _liquidity_set,
    happened.LadderSet: _ladder_set,
    SymbolSet: _symbol_set,
    happened.ClockMoved: _clock_moved,
}
