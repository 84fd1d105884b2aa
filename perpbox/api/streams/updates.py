"""One ACCOUNT_UPDATE in the making: which events are told together, and what is told of them."""

from __future__ import annotations

from typing import Final

from perpbox.account import Account, AccountId, Order, PositionSide
from perpbox.api.shapes import events as shapes
from perpbox.engine import events as happened
from perpbox.engine.events import MoneyReason
from perpbox.engine.state import State
from perpbox.money import Amount, Millis

ORDER: Final = "ORDER"
ADJUSTMENT: Final = "ADJUSTMENT"
MARGIN_TRANSFER: Final = "MARGIN_TRANSFER"
MARGIN_TYPE_CHANGE: Final = "MARGIN_TYPE_CHANGE"
FUNDING_FEE: Final = "FUNDING_FEE"

PART_OF_A_FILL: Final = (
    MoneyReason.REALIZED_PNL,
    MoneyReason.DELIVERED_SETTELMENT,
    MoneyReason.COMMISSION,
)
GROUPED: Final = (MoneyReason.AUTO_EXCHANGE, MoneyReason.RESET)
"""Several wallets change at once."""

REASONS: Final = {
    MoneyReason.REALIZED_PNL: ORDER,
    MoneyReason.COMMISSION: ORDER,
    MoneyReason.DELIVERED_SETTELMENT: ORDER,
    MoneyReason.FUNDING_FEE: FUNDING_FEE,
    MoneyReason.INSURANCE_CLEAR: "INSURANCE_CLEAR",
    MoneyReason.AUTO_EXCHANGE: "AUTO_EXCHANGE",
    MoneyReason.COIN_SWAP_DEPOSIT: "COIN_SWAP_DEPOSIT",
    MoneyReason.COIN_SWAP_WITHDRAW: "COIN_SWAP_WITHDRAW",
    MoneyReason.RESET: ADJUSTMENT,
}


def reason_of(event: happened.MoneyMoved, amount: Amount) -> str:
    """The event reason type of money that came (above zero) or went."""
    if event.reason is MoneyReason.TRANSFER:
        return "DEPOSIT" if amount > 0 else "WITHDRAW"
    return REASONS[event.reason]


class Update:
    """Changes of one account that are told in one message, once the last of them has happened."""

    __slots__ = ("account_id", "changes", "filled", "legs", "order", "reason", "symbol", "time")

    def __init__(self, account_id: AccountId, reason: str, time: Millis, symbol: str = "") -> None:
        self.account_id = account_id
        self.reason = reason
        self.time = time
        self.symbol = symbol
        """What the money moved for."""
        self.changes: dict[str, Amount] = {}
        """Per asset that is told, its change without profit and commission."""
        self.legs: dict[tuple[str, PositionSide], None] = {}
        self.order: Order | None = None
        """Of a fill."""
        self.filled: happened.OrderFilled | None = None

    def takes(self, event: happened.Event) -> bool:
        """Whether the event is told in the same message."""
        if isinstance(event, happened.PositionChanged):
            return (event.account_id, event.symbol) == (self.account_id, self.symbol)
        if isinstance(event, (happened.PositionHandedOver, happened.AccountReset)):
            return event.account_id == self.account_id and self.reason == ADJUSTMENT
        if not isinstance(event, happened.MoneyMoved):
            return False
        if self.account_id not in (event.payer, event.payee):
            return False
        if self.filled is not None:
            return event.reason in PART_OF_A_FILL
        return event.reason in GROUPED and REASONS[event.reason] == self.reason

    def add_money(self, event: happened.MoneyMoved) -> None:
        amount = event.amount if event.payee == self.account_id else -event.amount
        change = 0 if event.reason in PART_OF_A_FILL else amount
        self.add_change(event.asset, change)

    def add_change(self, asset: str, change: Amount) -> None:
        """Tell of the asset, and that its wallet has changed by so much."""
        self.changes[asset] = self.changes.get(asset, 0) + change

    def add_leg(self, symbol: str, leg: PositionSide) -> None:
        self.legs[symbol, leg] = None

    def told(self, state: State, *, names_symbol: bool) -> shapes.Row:
        """The message, as the account now is."""
        account = state.accounts[self.account_id]
        balances = [
            shapes.balance(asset, account.wallet(asset), cross_wallet(account, asset), change)
            for asset, change in self.changes.items()
        ]
        positions = []
        for name, leg in self.legs:
            exposure = account.exposure(state.catalogue.symbols[name])
            positions.append(shapes.position(exposure, exposure.position(leg), state.marks[name]))
        symbol = self.symbol if names_symbol and self.reason == FUNDING_FEE else ""
        return shapes.account_update(self.time, self.reason, balances, positions, symbol)


def cross_wallet(account: Account, asset: str) -> Amount:
    """The wallet without what is set aside for isolated positions."""
    aside = sum(
        position.isolated_wallet
        for exposure in account.active.values()
        if exposure.isolated and exposure.symbol.margin_asset == asset
        for position in exposure.positions.values()
    )
    return account.wallet(asset) - aside
