"""The independent model follows a venue's turns and is asked what must happen next.

It is told what clients and operators did and what traded on the book. What the venue did by itself
it has to predict: each call, each step of a liquidation, each exchange and payment.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from perpbox.account import Account, AutoClose, Side
from perpbox.engine import events as happened
from perpbox.engine.apply import apply
from perpbox.engine.fees import commission_rates
from perpbox.engine.line import Line
from perpbox.engine.state import State
from perpbox.instrument import Catalogue, MarginAsset, Symbol
from tests.second import observed as seen
from tests.second.model import Model

NEVER: Final = -(10**40)
"""A threshold that no debt passes."""


class Differs(AssertionError):
    """The model expects something else."""


def symbol_facts(symbol: Symbol) -> seen.SymbolFacts:
    return seen.SymbolFacts(
        symbol.name,
        symbol.margin_asset,
        symbol.tick_size,
        symbol.step_size,
        symbol.liquidation_fee,
        tuple(
            seen.BracketFacts(b.floor, b.cap, b.maint_margin_rate, b.cum) for b in symbol.brackets
        ),
        symbol.maker_commission_rate,
        symbol.taker_commission_rate,
    )


def asset_facts(asset: MarginAsset) -> seen.AssetFacts:
    threshold = asset.auto_exchange_threshold
    return seen.AssetFacts(
        asset.name,
        asset.bid_buffer,
        asset.ask_buffer,
        asset.auto_exchange_bid_buffer,
        asset.auto_exchange_ask_buffer,
        NEVER if threshold is None else threshold,
    )


class Opinion:
    """Follows the turns with the model, and with a replica of the state for what is in the book."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.replica = State(catalogue)
        self.model = Model(
            [symbol_facts(s) for s in catalogue.symbols.values()],
            [asset_facts(a) for a in catalogue.assets.values()],
        )
        self.steps: dict[str, int] = {}
        """How often each kind of step was predicted."""
        self._orders: dict[int, tuple[Side, str, AutoClose]] = {}
        self._standing: dict[int, set[int]] = {}
        """Open orders by account, conditional ones included."""
        self._reduced: tuple[seen.Reduce, list[tuple[int, int]]] | None = None
        self._against: list[tuple[int, str, int]] | None = None
        """What deleveraging is still to be seen."""
        self._exchanged: tuple[int, list[tuple[str, int]]] | None = None
        self._touched: set[int] = set()

    def follow(self, line: Line) -> None:
        """Check one turn, event by event, then the accounts that it touched."""
        for event in line.events:
            self._exchange_is_over(event)
            look = _LOOK.get(type(event))
            if look is not None:
                look(self, event)
            apply(self.replica, event, line.time)
            told = _TELL.get(type(event))
            if told is not None:
                told(self, event)
        self._expect_exchange()
        self._settle()
        self._expect_nothing("the end of the turn")
        self._compare()

    # What the venue did by itself.

    def _next(self) -> seen.Step | None:
        def best(symbol: str, side: int) -> int:
            return self.replica.markets[symbol].best_price(side)

        return self.model.next_step(best)

    def _expect(self, expected: seen.Step) -> None:
        """The model expects just this, and books it."""
        self._settle()
        step = self._next()
        if step != expected:
            raise Differs(f"the model expects {step}, and the venue did {expected}")
        self._book(expected)

    def _book(self, step: seen.Step) -> None:
        name = type(step).__name__
        self.steps[name] = self.steps.get(name, 0) + 1
        self.model.perform(step)

    def _expect_nothing(self, where: str) -> None:
        step = self._next()
        if step is not None:
            raise Differs(f"the model expects {step} before {where}")

    def _settle(self) -> None:
        """What an order of a liquidation traded is known once something else happens."""
        if self._reduced is not None:
            step, fills = self._reduced
            self._reduced = None
            self.model.reduced(step, fills)
        if self._against:
            raise Differs(f"the model expects deleveraging of {self._against}")
        self._against = None

    def margin_called(self, event: happened.MarginCalled) -> None:
        self._expect(seen.MarginCall(event.account_id, event.pool))
        pool = self.model.pool(event.account_id, event.pool)
        figures = (pool.margin_balance, pool.maintenance_margin)
        if figures != (event.margin_balance, event.maint_margin):
            raise Differs(f"the model has {figures}, and the venue {event}")

    def margin_call_ended(self, event: happened.MarginCallEnded) -> None:
        self._expect(seen.MarginCallEnded(event.account_id, event.pool))

    def liquidation_started(self, event: happened.LiquidationStarted) -> None:
        self._settle()
        step = self._next()
        begins = isinstance(step, seen.OrdersExpired) and step.account_id == event.account_id
        if step is None or not begins:
            raise Differs(f"the model expects {step}, and the venue did {event}")
        self._book(step)

    def liquidation_stepped(self, event: happened.LiquidationStepped) -> None:
        self._settle()
        step = self._next()
        told = (event.account_id, event.symbol, event.position_side.value)
        action = event.action
        if isinstance(step, seen.Reduce):
            wanted = (step.account_id, step.symbol, step.leg, step.quantity, step.limit_price)
            same = action is happened.LiquidationAction.REDUCE
            if not same or wanted != (*told, event.quantity, event.price):
                raise Differs(f"the model expects {step}, and the venue did {event}")
            self.steps["Reduce"] = self.steps.get("Reduce", 0) + 1
            self._reduced = (step, [])
            return
        if not isinstance(step, seen.TakeOver | seen.Deleverage):
            raise Differs(f"the model expects {step}, and the venue did {event}")
        kind = happened.LiquidationAction.TAKE_OVER
        if isinstance(step, seen.Deleverage):
            kind = happened.LiquidationAction.DELEVERAGE
            self._against = list(step.against)
        wanted = (step.account_id, step.symbol, step.leg, abs(step.quantity), step.price)
        if kind is not action or wanted != (*told, event.quantity, event.price):
            raise Differs(f"the model expects {step}, and the venue did {event}")
        self._book(step)

    def conditional_triggered(self, event: happened.ConditionalTriggered) -> None:
        self._settle()
        self._expect_nothing(str(event))

    def _exchange_is_over(self, event: happened.Event) -> None:
        """An auto-exchange is a run of payments, and one step of the model."""
        goes_on = (
            isinstance(event, happened.MoneyMoved)
            and event.reason is happened.MoneyReason.AUTO_EXCHANGE
        )
        if not goes_on:
            self._expect_exchange()

    def _expect_exchange(self) -> None:
        if self._exchanged is not None:
            account_id, changes = self._exchanged
            self._exchanged = None
            self._expect(seen.Exchanged(account_id, tuple(changes)))

    def money_moved(self, event: happened.MoneyMoved) -> None:
        reason = event.reason
        if reason is happened.MoneyReason.TRANSFER:
            if event.payee > 0:
                self.model.see(seen.Deposited(event.payee, event.asset, event.amount))
                self._touched.add(event.payee)
            elif event.payer > 0:
                self.model.see(seen.Deposited(event.payer, event.asset, -event.amount))
                self._touched.add(event.payer)
            else:
                into = 1 if event.payer == WORLD else -1
                self.model.see(seen.FundMoved(event.asset, into * event.amount))
        elif reason is happened.MoneyReason.AUTO_EXCHANGE:
            self._note_exchange(event)
        elif reason is happened.MoneyReason.INSURANCE_CLEAR and event.payee > 0:
            self._expect(seen.DebtPaid(event.payee, event.asset, event.amount))
            self._touched.add(event.payee)

    def _note_exchange(self, event: happened.MoneyMoved) -> None:
        account_id = max(event.payer, event.payee)
        amount = event.amount if event.payee > 0 else -event.amount
        if self._exchanged is not None and self._exchanged[0] != account_id:
            self._expect_exchange()
        if self._exchanged is None:
            self._exchanged = (account_id, [])
        self._exchanged[1].append((event.asset, amount))
        self._touched.add(account_id)

    # What others did.

    def account_opened(self, event: happened.AccountOpened) -> None:
        self.model.see(seen.AccountOpened(event.account_id))
        self._tell_defaults(event.account_id)

    def _tell_defaults(self, account_id: int) -> None:
        self._touched.add(account_id)
        for symbol in self.replica.catalogue.symbols.values():
            self.model.see(seen.LeverageSet(account_id, symbol.name, symbol.default_leverage))

    def account_reset(self, event: happened.AccountReset) -> None:
        account = self.replica.accounts[event.account_id]
        self.model.see(seen.AccountReset(event.account_id, dict(account.opening_balances)))
        self._standing.pop(event.account_id, None)
        self._tell_defaults(event.account_id)

    def account_closed(self, event: happened.AccountClosed) -> None:
        self.model.see(seen.AccountEnded(event.account_id))
        self._touched.discard(event.account_id)

    def order_accepted(self, event: happened.OrderAccepted) -> None:
        leg = event.position_side.value
        self._orders[event.order_id] = (event.side, leg, event.auto_close)

    def order_filled(self, event: happened.OrderFilled) -> None:
        side, leg, auto_close = self._orders[event.order_id]
        self._touched.add(event.account_id)
        if event.order_id not in self.replica.orders:
            self.order_ended(event)
        if auto_close is AutoClose.ADL:
            found = (event.account_id, leg, event.quantity)
            if not self._against or self._against[0] != found:
                raise Differs(f"the model deleverages {self._against}, and the venue {found}")
            del self._against[0]
        elif auto_close is AutoClose.LIQUIDATION:
            if self._reduced is not None:
                self._reduced[1].append((event.price, event.quantity))
        else:
            fill = (event.price, event.quantity, event.is_maker, event.trade_id)
            self.model.see(seen.Filled(event.account_id, event.symbol, leg, side, *fill))

    def order_rested(self, event: happened.OrderRested) -> None:
        self._stands(event.account_id, event.order_id)

    def conditional_placed(self, event: happened.ConditionalPlaced) -> None:
        self._stands(event.account_id, event.algo_id)

    def _stands(self, account_id: int, number: int) -> None:
        standing = self._standing.setdefault(account_id, set())
        standing.add(number)
        self.model.see(seen.OpenOrders(account_id, len(standing)))

    def order_ended(self, event: Any) -> None:
        number = getattr(event, "order_id", None) or event.algo_id
        standing = self._standing.setdefault(event.account_id, set())
        standing.discard(number)
        self.model.see(seen.OpenOrders(event.account_id, len(standing)))

    def fees_changed(self, event: happened.FeesChanged) -> None:
        account = self.replica.accounts[event.account_id]
        for symbol in self.replica.catalogue.symbols.values():
            rates = commission_rates(self.replica, account, symbol)
            self.model.see(seen.FeeRatesSet(event.account_id, symbol.name, *rates))

    # Whether both have the same.

    def _compare(self) -> None:
        for account_id in self._touched:
            account = self.replica.accounts.get(account_id)
            if account is not None:
                self._compare_account(account)
        self._touched.clear()
        for asset in self.replica.catalogue.assets:
            fund = self.replica.house.get((INSURANCE, asset), 0)
            self._same(f"the fund in {asset}", fund, self.model.fund(asset))

    def _compare_account(self, account: Account) -> None:
        account_id, model = account.account_id, self.model
        who = f"account {account_id}"
        for asset in self.replica.catalogue.assets:
            self._same(f"{who} {asset}", account.wallet(asset), model.wallet(account_id, asset))
        self._same(f"{who} calls", account.called, set(model.called(account_id)))
        for name, exposure in account.exposures.items():
            for leg, position in exposure.positions.items():
                held = seen.PositionFacts(
                    position.quantity, position.entry_cost, position.isolated_wallet
                )
                expected = model.position(account_id, name, leg.value)
                self._same(f"{who} {name} {leg.value}", held, expected)

    @staticmethod
    def _same(what: str, found: object, expected: object) -> None:
        if found != expected:
            raise Differs(f"{what} is {found}, and {expected} by the model")


WORLD: Final = -1
INSURANCE: Final = -4

_LOOK: Final[dict[type, Callable[[Opinion, Any], None]]] = {
    happened.MarginCalled: Opinion.margin_called,
    happened.MarginCallEnded: Opinion.margin_call_ended,
    happened.LiquidationStarted: Opinion.liquidation_started,
    happened.LiquidationStepped: Opinion.liquidation_stepped,
    happened.ConditionalTriggered: Opinion.conditional_triggered,
    happened.MoneyMoved: Opinion.money_moved,
}
"""Before the event: what the model is asked for."""


def _see(make: Callable[[Any], seen.Observation]) -> Callable[[Opinion, Any], None]:
    return lambda opinion, event: opinion.model.see(make(event))


_TELL: Final[dict[type, Callable[[Opinion, Any], None]]] = {
    happened.AccountOpened: Opinion.account_opened,
    happened.AccountReset: Opinion.account_reset,
    happened.AccountClosed: Opinion.account_closed,
    happened.OrderAccepted: Opinion.order_accepted,
    happened.OrderFilled: Opinion.order_filled,
    happened.OrderRested: Opinion.order_rested,
    happened.OrderAmended: Opinion.order_ended,
    happened.OrderCanceled: Opinion.order_ended,
    happened.OrderExpired: Opinion.order_ended,
    happened.ConditionalPlaced: Opinion.conditional_placed,
    happened.ConditionalCanceled: Opinion.order_ended,
    happened.ConditionalExpired: Opinion.order_ended,
    happened.ConditionalTriggered: Opinion.order_ended,
    happened.FeesChanged: Opinion.fees_changed,
    happened.PriceMoved: _see(lambda e: seen.MarkMoved(e.symbol, e.mark)),
    happened.AssetIndexMoved: _see(lambda e: seen.AssetIndexMoved(e.asset, e.index_price)),
    happened.FundingSettled: _see(lambda e: seen.FundingSettled(e.symbol, e.rate, e.mark)),
    happened.PositionModeChanged: _see(lambda e: seen.HedgeModeSet(e.account_id, e.hedge_mode)),
    happened.AssetModeChanged: _see(lambda e: seen.MultiAssetsSet(e.account_id, e.multi_assets)),
    happened.MarginTypeChanged: _see(
        lambda e: seen.MarginTypeSet(e.account_id, e.symbol, e.isolated)
    ),
    happened.LeverageChanged: _see(lambda e: seen.LeverageSet(e.account_id, e.symbol, e.leverage)),
    happened.FeeBurnChanged: _see(lambda e: seen.FeeBurnSet(e.account_id, e.fee_burn)),
    happened.IsolatedMarginAdjusted: _see(
        lambda e: seen.IsolatedMarginAdjusted(
            e.account_id, e.symbol, e.position_side.value, e.amount
        )
    ),
}
"""After the event: what the model is told."""
