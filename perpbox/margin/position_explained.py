"""How each figure of a position row comes about."""

from __future__ import annotations

from collections.abc import Iterable

from perpbox.account import BUY, SELL, Exposure, Order, Position, PositionSide, Side
from perpbox.margin import evidence
from perpbox.margin.explanation import (
    CUT,
    EXACT,
    UP,
    Figure,
    Parts,
    Past,
    called,
    leaf,
    node,
    nought,
    product_text,
    said,
)
from perpbox.margin.isolated import isolated_margin
from perpbox.margin.position import figures_of
from perpbox.money import SCALE, Price, cut


class PositionExplained:
    """One leg at a mark price. Values are those of `figures_of`, which answers the API too."""

    def __init__(
        self, exposure: Exposure, position: Position, mark: Price, past: Past | None = None
    ) -> None:
        self.exposure = exposure
        self.position = position
        self.mark = mark
        self.past = past
        self.figures = figures_of(exposure, position, mark)

    @property
    def tail(self) -> str:
        """What tells it from other positions in one formula: ".BTCUSDT", ".BTCUSDT.LONG"."""
        name, leg = self.exposure.symbol.name, self.position.position_side
        return f".{name}" if leg is PositionSide.BOTH else f".{name}.{leg.value}"

    def parts(self) -> Parts:
        return {
            "positionAmt": self.amount,
            "markPrice": self.mark_price,
            "notional": self.notional,
            "unrealizedProfit": self.unrealized_profit,
            "unRealizedProfit": self.unrealized_profit,
            "positionInitialMargin": self.position_initial_margin,
            "openOrderInitialMargin": self.open_order_initial_margin,
            "initialMargin": self.initial_margin,
            "maintMargin": self.maint_margin,
            "isolatedWallet": self.isolated_wallet,
            "isolatedMargin": self.isolated_margin,
            "bidNotional": lambda: self.order_notional("bidNotional", BUY),
            "askNotional": lambda: self.order_notional("askNotional", SELL),
            **self.settings(),
        }

    def settings(self) -> Parts:
        symbol, exposure = self.exposure.symbol, self.exposure
        isolated = exposure.isolated
        kind = "isolated" if isolated else "cross"
        leg = self.position.position_side.value
        margin_asset = f"margin asset of {symbol.name}"
        setting, terms = evidence.SETTING, evidence.CATALOGUE
        return {
            "symbol": lambda: said("symbol", symbol.name, "its name", terms),
            "marginAsset": lambda: said("marginAsset", symbol.margin_asset, margin_asset, terms),
            "positionSide": lambda: said("positionSide", leg, "the leg", setting),
            "leverage": self.leverage,
            "isolated": lambda: said(
                "isolated", str(isolated).lower(), "set by the client", setting
            ),
            "marginType": lambda: said("marginType", kind, "set by the client", setting),
            "isAutoAddMargin": lambda: said("isAutoAddMargin", "false", "never", setting),
            "maxNotional": lambda: self.max_notional("maxNotional"),
            "maxNotionalValue": lambda: self.max_notional("maxNotionalValue"),
            "updateTime": self.updated,
        }

    def named(self, part: Figure) -> Figure:
        return called(part.field + self.tail, part)

    def amount(self) -> Figure:
        origin = "quantity held, below zero when short"
        return leaf("positionAmt", self.position.quantity, origin, evidence.HELD)

    def mark_price(self) -> Figure:
        origin = f"mark price of {self.exposure.symbol.name} at this moment"
        return leaf("markPrice", self.mark, origin, evidence.PRICE)

    def updated(self) -> Figure:
        origin = "when the position last changed, in milliseconds"
        return said("updateTime", str(self.position.updated), origin, evidence.CHANGED)

    def leverage(self) -> Figure:
        origin = "set for the symbol"
        return leaf("leverage", self.exposure.leverage * SCALE, origin, evidence.SETTING)

    def max_notional(self, field: str) -> Figure:
        symbol, leverage = self.exposure.symbol, self.exposure.leverage
        highest = max(b.number for b in symbol.brackets if b.initial_leverage >= leverage)
        origin = f"cap of leverage bracket {highest}, the last that allows leverage {leverage}"
        return leaf(field, symbol.max_notional(leverage), origin, evidence.BRACKET)

    def rate(self) -> Figure:
        value = self.exposure.initial_margin_rate
        formula = "up8(1 / leverage)"

        def inputs() -> Iterable[Figure]:
            return (self.leverage(),)

        return node("initialMarginRate", value, formula, inputs, evidence.INITIAL_RATE, UP)

    def entry_cost(self) -> Figure:
        """Price times quantity of what opened the position, uncut."""
        position = self.position
        value = product_text(position.entry_cost)
        if self.past is None:
            origin = "price times quantity of the fills that opened it, less what was closed"
            return said("entryCost", value, origin, evidence.ENTRY_COST)
        inputs = self.past.entry_cost(
            self.exposure.symbol.name,
            position.position_side,
            position.quantity,
            position.entry_cost,
        )
        formula = "costBefore + opened"
        return Figure(
            "entryCost", value, formula, EXACT, evidence.ENTRY_COST, inputs, of_the_past=True
        )

    def cut_entry_price(self) -> Figure:
        """The entry price that profit is made of."""
        position = self.position
        if not position.quantity:
            return nought("cutEntryPrice", evidence.FLAT)
        formula, rests_on = "cut8(entryCost / abs(positionAmt))", evidence.ENTRY_CUT

        def inputs() -> Iterable[Figure]:
            return self.entry_cost(), self.amount()

        return node("cutEntryPrice", position.entry_price, formula, inputs, rests_on, CUT)

    def notional(self) -> Figure:
        formula = "cut8(positionAmt * markPrice)"
        value = self.figures.notional
        return node("notional", value, formula, self._held, evidence.NOTIONAL, CUT)

    def _held(self) -> tuple[Figure, Figure]:
        return self.amount(), self.mark_price()

    def unrealized_profit(self) -> Figure:
        formula = "cut8(positionAmt * (markPrice - cutEntryPrice))"
        value = self.figures.unrealized_profit

        def inputs() -> Iterable[Figure]:
            return (*self._held(), self.cut_entry_price())

        return node("unrealizedProfit", value, formula, inputs, evidence.PROFIT, CUT)

    def position_initial_margin(self) -> Figure:
        formula = "up8(abs(positionAmt * markPrice) * initialMarginRate)"
        value, rests_on = self.figures.position_initial_margin, evidence.POSITION_INITIAL

        def inputs() -> Iterable[Figure]:
            return (*self._held(), self.rate())

        return node("positionInitialMargin", value, formula, inputs, rests_on, UP)

    def orders_value(self, side: Side) -> Figure:
        """Remaining quantity times limit price of one side's open orders, uncut."""
        position = self.position
        value = position.buy_notional if side == BUY else position.sell_notional
        orders = [
            order
            for order in self.exposure.orders.values()
            if order.side == side
            and order.position_side is position.position_side
            and not order.reduce_only
        ]
        formula = " + ".join(f"remaining.{o.order_id} * price.{o.order_id}" for o in orders)
        return Figure(
            "buys" if side == BUY else "sells",
            product_text(value),
            formula or "0",
            EXACT,
            evidence.ORDERS_VALUE,
            lambda: _terms(orders),
        )

    def order_notional(self, field: str, side: Side) -> Figure:
        product = self.position.buy_notional if side == BUY else self.position.sell_notional
        formula = f"cut8({'buys' if side == BUY else 'sells'})"

        def inputs() -> Iterable[Figure]:
            return (self.orders_value(side),)

        return node(field, cut(product, SCALE), formula, inputs, evidence.ORDER_NOTIONAL, CUT)

    def open_order_initial_margin(self) -> Figure:
        leg = self.position.position_side
        field, value = "openOrderInitialMargin", self.figures.open_order_initial_margin
        if leg is PositionSide.BOTH:
            formula = (
                "up8(max(0, max(abs(positionAmt * markPrice + buys),"
                " abs(positionAmt * markPrice - sells)) - abs(positionAmt * markPrice))"
                " * initialMarginRate)"
            )
            return node(field, value, formula, self._both_sides, evidence.ORDERS_ONE_WAY, UP)
        side = BUY if leg is PositionSide.LONG else SELL
        formula = f"up8({'buys' if side == BUY else 'sells'} * initialMarginRate)"

        def inputs() -> Iterable[Figure]:
            return self.orders_value(side), self.rate()

        return node(field, value, formula, inputs, evidence.ORDERS_HEDGE, UP)

    def _both_sides(self) -> Iterable[Figure]:
        return *self._held(), self.orders_value(BUY), self.orders_value(SELL), self.rate()

    def initial_margin(self) -> Figure:
        formula = "positionInitialMargin + openOrderInitialMargin"
        value = self.figures.initial_margin

        def inputs() -> Iterable[Figure]:
            return self.position_initial_margin(), self.open_order_initial_margin()

        return node("initialMargin", value, formula, inputs, evidence.INITIAL)

    def maint_margin(self) -> Figure:
        held = abs(self.position.quantity * self.mark)
        bracket = self.exposure.symbol.bracket_of(held // SCALE)
        origin = f"leverage bracket {bracket.number} of {self.exposure.symbol.name}"
        formula = "cut8(abs(positionAmt * markPrice) * maintMarginRate - cum)"

        def inputs() -> Iterable[Figure]:
            rate = bracket.maint_margin_rate
            return (
                *self._held(),
                leaf("maintMarginRate", rate, origin, evidence.BRACKET),
                leaf("cum", bracket.cum, origin, evidence.BRACKET),
            )

        value = self.figures.maint_margin
        return node("maintMargin", value, formula, inputs, evidence.MAINT, CUT)

    def isolated_wallet(self) -> Figure:
        if not self.exposure.isolated:
            return nought("isolatedWallet", evidence.NOT_ISOLATED)
        origin = "margin that the isolated position holds"
        value = self.position.isolated_wallet
        return leaf("isolatedWallet", value, origin, evidence.ISOLATED_WALLET)

    def isolated_margin(self) -> Figure:
        if not self.exposure.isolated:
            return nought("isolatedMargin", evidence.NOT_ISOLATED)
        value = isolated_margin(self.position.isolated_wallet, self.figures.unrealized_profit)
        formula = "isolatedWallet + unrealizedProfit"

        def inputs() -> Iterable[Figure]:
            return self.isolated_wallet(), self.unrealized_profit()

        return node("isolatedMargin", value, formula, inputs, evidence.ISOLATED_MARGIN)


def _terms(orders: Iterable[Order]) -> Iterable[Figure]:
    for order in orders:
        number = order.order_id
        left, limit = "left of the open order", "limit of the open order"
        yield leaf(f"remaining.{number}", order.remaining, left, evidence.OPEN_ORDER)
        yield leaf(f"price.{number}", order.price, limit, evidence.OPEN_ORDER)
