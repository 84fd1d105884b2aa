"""Multi-assets mode: every asset counts in USD, at the buffered rates of its index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from perpbox.instrument import MarginAsset
from perpbox.margin.asset import AssetFigures, Totals
from perpbox.money import SCALE, Amount, Price, Ratio, cut


class Rates(Struct, frozen=True):
    """What one unit of an asset is worth in USD, each cut at the eighth decimal."""

    bid_rate: Ratio
    ask_rate: Ratio
    auto_exchange_bid_rate: Ratio
    auto_exchange_ask_rate: Ratio


def rates_of(asset: MarginAsset, index_price: Price) -> Rates:
    """The rates of `GET /fapi/v1/assetIndex` at this index price."""
    return Rates(
        cut(index_price * (SCALE - asset.bid_buffer), SCALE),
        cut(index_price * (SCALE + asset.ask_buffer), SCALE),
        cut(index_price * (SCALE - asset.auto_exchange_bid_buffer), SCALE),
        cut(index_price * (SCALE + asset.auto_exchange_ask_buffer), SCALE),
    )


def credit(amount: Amount, rates: Rates) -> Amount:
    """In USD, cut: what is owned at the bid rate, what is owed at the ask rate."""
    return cut(amount * (rates.bid_rate if amount >= 0 else rates.ask_rate), SCALE)


def charge(amount: Amount, rates: Rates) -> Amount:
    """A margin requirement in USD, cut, at the ask rate."""
    return cut(amount * rates.ask_rate, SCALE)


def surplus(rows: Iterable[AssetFigures], rates: Mapping[str, Rates]) -> Amount:
    """What is left for new margin in USD; below zero when margin is short."""
    left = 0
    for row in rows:
        if not row.is_untouched:
            rate = rates[row.asset]
            left += credit(row.margin_balance, rate) - charge(row.initial_margin, rate)
    return left


def totals(rows: Iterable[AssetFigures], rates: Mapping[str, Rates]) -> Totals:
    """The account in USD. Profit and order margin are differences of the rounded totals."""
    wallet = margin_balance = cross_wallet = initial = position_initial = maint = 0
    for row in rows:
        if row.is_untouched:
            continue
        rate = rates[row.asset]
        wallet += credit(row.wallet_balance, rate)
        cross_wallet += credit(row.cross_wallet_balance, rate)
        margin_balance += credit(row.margin_balance, rate)
        initial += charge(row.initial_margin, rate)
        position_initial += charge(row.position_initial_margin, rate)
        maint += charge(row.maint_margin, rate)
    return totals_of(wallet, cross_wallet, margin_balance, initial, position_initial, maint)


def totals_of(
    wallet_balance: Amount,
    cross_wallet_balance: Amount,
    margin_balance: Amount,
    initial_margin: Amount,
    position_initial_margin: Amount,
    maint_margin: Amount,
) -> Totals:
    """All totals out of those that are sums over the assets."""
    available = max(0, margin_balance - initial_margin)
    return Totals(
        initial_margin=initial_margin,
        maint_margin=maint_margin,
        wallet_balance=wallet_balance,
        unrealized_profit=margin_balance - wallet_balance,
        margin_balance=margin_balance,
        position_initial_margin=position_initial_margin,
        open_order_initial_margin=initial_margin - position_initial_margin,
        cross_wallet_balance=cross_wallet_balance,
        cross_unrealized_profit=margin_balance - wallet_balance,
        available_balance=available,
        max_withdraw_amount=available,
    )


def share_out(rows: Iterable[AssetFigures], total: Totals, rates: Mapping[str, Rates]) -> None:
    """Give every row the account's available balance in its own asset."""
    for row in rows:
        available = cut(total.available_balance * SCALE, rates[row.asset].ask_rate)
        row.shared_available_balance = available
        row.shared_max_withdraw_amount = max(0, min(row.wallet_balance, available))
