"""One asset's row of an account, and the account's totals, as values."""

from __future__ import annotations

from msgspec import Struct

from perpbox.account import PositionFigures
from perpbox.money import Amount, Millis


class AssetFigures:
    """Sums over one asset. Isolated positions are inside every sum but the cross ones."""

    __slots__ = (
        "asset",
        "cross_initial_margin",
        "cross_maint_margin",
        "cross_unrealized_profit",
        "isolated_open_order_margin",
        "isolated_wallet",
        "maint_margin",
        "open_order_initial_margin",
        "position_initial_margin",
        "shared_available_balance",
        "shared_max_withdraw_amount",
        "text",
        "unrealized_profit",
        "updated",
        "wallet_balance",
    )

    def __init__(self, asset: str, wallet_balance: Amount = 0, updated: Millis = 0) -> None:
        self.asset = asset
        self.wallet_balance = wallet_balance
        self.updated = updated
        self.unrealized_profit: Amount = 0
        self.maint_margin: Amount = 0
        self.position_initial_margin: Amount = 0
        self.open_order_initial_margin: Amount = 0
        self.isolated_wallet: Amount = 0
        self.cross_unrealized_profit: Amount = 0
        self.cross_initial_margin: Amount = 0
        self.cross_maint_margin: Amount = 0
        self.isolated_open_order_margin: Amount = 0
        self.shared_available_balance: Amount | None = None
        """In multi-assets mode: the account's available balance in this asset."""
        self.shared_max_withdraw_amount: Amount | None = None
        self.text: tuple[str, str] | None = None
        """The row as the API wrote it, in two halves, kept until a sum in it changes."""

    def hold(self, wallet_balance: Amount, updated: Millis) -> None:
        """What the wallet holds now."""
        if wallet_balance != self.wallet_balance or updated != self.updated:
            self.wallet_balance = wallet_balance
            self.updated = updated
            self.text = None

    def add(self, figures: PositionFigures) -> None:
        """Count one position's figures in."""
        self.text = None
        self.unrealized_profit += figures.unrealized_profit
        self.maint_margin += figures.maint_margin
        self.position_initial_margin += figures.position_initial_margin
        self.open_order_initial_margin += figures.open_order_initial_margin
        if figures.isolated:
            self.isolated_wallet += figures.isolated_wallet
            self.isolated_open_order_margin += figures.open_order_initial_margin
        else:
            self.cross_unrealized_profit += figures.unrealized_profit
            self.cross_maint_margin += figures.maint_margin
            self.cross_initial_margin += (
                figures.position_initial_margin + figures.open_order_initial_margin
            )

    def take_out(self, figures: PositionFigures) -> None:
        """Count one position's figures out again."""
        self.text = None
        self.unrealized_profit -= figures.unrealized_profit
        self.maint_margin -= figures.maint_margin
        self.position_initial_margin -= figures.position_initial_margin
        self.open_order_initial_margin -= figures.open_order_initial_margin
        if figures.isolated:
            self.isolated_wallet -= figures.isolated_wallet
            self.isolated_open_order_margin -= figures.open_order_initial_margin
        else:
            self.cross_unrealized_profit -= figures.unrealized_profit
            self.cross_maint_margin -= figures.maint_margin
            self.cross_initial_margin -= (
                figures.position_initial_margin + figures.open_order_initial_margin
            )

    @property
    def is_untouched(self) -> bool:
        """Nothing held and nothing owed: every figure of it is zero."""
        return not (
            self.wallet_balance
            or self.position_initial_margin
            or self.open_order_initial_margin
            or self.unrealized_profit
        )

    @property
    def initial_margin(self) -> Amount:
        return self.position_initial_margin + self.open_order_initial_margin

    @property
    def margin_balance(self) -> Amount:
        return self.wallet_balance + self.unrealized_profit

    @property
    def cross_wallet_balance(self) -> Amount:
        return self.wallet_balance - self.isolated_wallet

    @property
    def surplus(self) -> Amount:
        """What single-asset mode leaves for new margin; below zero when margin is short."""
        return (
            self.cross_wallet_balance
            + self.cross_unrealized_profit
            - self.cross_initial_margin
            - self.isolated_open_order_margin
        )

    @property
    def available_balance(self) -> Amount:
        if self.shared_available_balance is not None:
            return self.shared_available_balance
        return max(0, self.surplus)

    @property
    def max_transferable(self) -> Amount:
        """Cross wallet less what open isolated orders and cross positions must keep."""
        return self.cross_wallet_balance - self.isolated_open_order_margin - self.cross_maint_margin

    @property
    def max_withdraw_amount(self) -> Amount:
        if self.shared_max_withdraw_amount is not None:
            return self.shared_max_withdraw_amount
        return max(0, min(self.max_transferable, self.available_balance))


class Totals(Struct, frozen=True):
    """The head of an account answer: the USDT row's figures, or in multi-assets mode USD."""

    initial_margin: Amount
    maint_margin: Amount
    wallet_balance: Amount
    unrealized_profit: Amount
    margin_balance: Amount
    position_initial_margin: Amount
    open_order_initial_margin: Amount
    cross_wallet_balance: Amount
    cross_unrealized_profit: Amount
    available_balance: Amount
    max_withdraw_amount: Amount
