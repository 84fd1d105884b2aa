"""What is told of accounts in one turn, as it comes together."""

from __future__ import annotations

from collections.abc import Container
from typing import Final, NamedTuple

import msgspec

from perpbox.account import Account, AccountId, ConditionalOrder, Order, OrderStatus
from perpbox.api import calendar
from perpbox.api.shapes import events as shapes
from perpbox.api.streams.updates import Update
from perpbox.engine.events import OrderFilled
from perpbox.engine.state import State
from perpbox.instrument import Symbol
from perpbox.money import Millis, Product

OPEN: Final = (OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED)
TRIGGERING: Final = "TRIGGERING"


class Told(NamedTuple):
    """One message of an account's user data stream."""

    account_id: AccountId
    name: str
    payload: bytes


class Settings(NamedTuple):
    """What a reset is about to change, in the catalogue's order."""

    isolated: list[str]
    """Symbols."""
    leveraged: list[Symbol]
    """Symbols with a leverage that is not the first one."""
    multi_assets: bool


class Teller:
    """Knows the state, whom to tell about, and what the event that happens is about."""

    def __init__(
        self,
        state: State,
        listened: Container[AccountId],
        api_date: calendar.Day = calendar.NEWEST,
    ) -> None:
        self.state = state
        self.listened = listened
        """Accounts that are told about."""
        self.api_date = api_date
        self.told: list[Told] = []
        self.update: Update | None = None
        """The message in the making."""
        self.order: Order | None = None
        """What the event is about."""
        self.waiting: ConditionalOrder | None = None
        """Likewise; and what has been triggered last."""
        self.settings: Settings | None = None
        """Of an account that is reset."""
        self.entering: dict[AccountId, Order] = {}
        """What each account has placed or amended last in this turn: it may not stand yet."""
        self.off_book = False
        """Whether the last trade was one that the market does not see."""

    def tell(self, account_id: AccountId, row: shapes.Row) -> None:
        self.told.append(Told(account_id, str(row["e"]), msgspec.json.encode(row)))

    def finish(self) -> None:
        """Tell the update in the making; of a fill, the order's update right behind it."""
        update, self.update = self.update, None
        if update is None:
            return
        self.tell(
            update.account_id,
            update.told(self.state, names_symbol=self.api_date >= calendar.FUNDING_SYMBOL),
        )
        if update.order is not None:
            traded = not self.off_book
            execution = "TRADE" if traded else "CALCULATED"
            self.tell_order(update.order, execution, update.time, update.filled)

    def begin(self, account_id: AccountId, reason: str, now: Millis, symbol: str = "") -> Update:
        self.update = Update(account_id, reason, now, symbol)
        return self.update

    def tell_order(
        self,
        order: Order,
        execution: str,
        now: Millis,
        filled: OrderFilled | None = None,
        *,
        modify_id: int | None = None,
    ) -> None:
        symbol = self.state.catalogue.symbols[order.symbol]
        tells_reason = self.api_date >= calendar.EXPIRY_REASON
        notionals = self._notionals(order)
        self.tell(
            order.account_id,
            shapes.order_update(
                order,
                symbol,
                execution,
                now,
                notionals,
                filled,
                tells_reason=tells_reason,
                modify_id=modify_id,
            ),
        )
        if order.trigger is not None and not is_open(order):
            self.tell_placed(order, "FINISHED", now)

    def _notionals(self, order: Order) -> tuple[Product, Product]:
        """Of the account's open bids and asks in the symbol, with what is about to stand.

        [dec] As positionRisk counts them: what only reduces and what waits for its trigger is not.
        """
        exposure = self.state.accounts[order.account_id].exposures.get(order.symbol)
        bids = asks = 0
        if exposure is not None:
            bids = sum(position.buy_notional for position in exposure.positions.values())
            asks = sum(position.sell_notional for position in exposure.positions.values())
        entering = self.entering.get(order.account_id)
        if entering is None or not is_open(entering) or entering.reduce_only:
            return bids, asks
        if entering.symbol != order.symbol:
            return bids, asks
        if exposure is not None and entering.order_id in exposure.orders:
            return bids, asks
        rest = entering.remaining * entering.price
        return (bids + rest, asks) if entering.side > 0 else (bids, asks + rest)

    def tell_placed(self, order: Order, status: str, now: Millis) -> None:
        """What has become of the conditional order that this one comes from."""
        trigger = order.trigger
        if trigger is None or trigger.terms.legacy:
            return
        ids = (trigger.algo_id, trigger.client_algo_id or order.client_order_id)
        row = shapes.algo_update(
            trigger.terms, ids, status, now, triggered=order.created, order=order
        )
        self.tell(order.account_id, row)

    def tell_waiting(self, waiting: ConditionalOrder, status: str, now: Millis) -> None:
        ids = (waiting.algo_id, waiting.client_algo_id)
        triggered = now if status == TRIGGERING else 0
        row = shapes.algo_update(waiting.terms, ids, status, now, triggered=triggered)
        self.tell(waiting.account_id, row)


def is_open(order: Order) -> bool:
    return order.status in OPEN


def settings_of(account: Account) -> Settings:
    exposures = sorted(account.exposures.values(), key=lambda exposure: exposure.symbol.ordinal)
    return Settings(
        [each.symbol.name for each in exposures if each.isolated],
        [each.symbol for each in exposures if each.leverage != each.symbol.default_leverage],
        account.multi_assets,
    )
