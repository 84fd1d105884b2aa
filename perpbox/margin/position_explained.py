"""How each figure of a position row comes about."""

from __future__ import annotations

from perpbox.account import BUY, SELL, Exposure, Position, PositionSide, Side
from perpbox.margin.explanation import (
    CUT,
    DECIDED,
    EXACT,
    PUBLISHED,
    RECORDED,
    STATE,
    UP,
    Node,
    Parts,
    called,
    leaf,
    node,
    product_text,
)
from perpbox.margin.isolated import isolated_margin
from perpbox.margin.position import figures_of
from perpbox.money import SCALE, Price, cut


class PositionExplained:
    """One leg at a mark price. Values are those of `figures_of`, which answers the API too."""

    def __init__(self, exposure: Exposure, position: Position, mark: Price) -> None:
        self.exposure = exposure
        self.position = position
        self.mark = mark
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
            "entryPrice": self.entry_price,
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
        }

    def named(self, part: Node) -> Node:
        return called(part.field + self.tail, part)

    def amount(self) -> Node:
        origin = "quantity held, below zero when short"
        return leaf("positionAmt", self.position.quantity, origin)

    def mark_price(self) -> Node:
        origin = f"mark price of {self.exposure.symbol.name} at this moment"
        return leaf("markPrice", self.mark, origin)

    def rate(self) -> Node:
        leverage = f"leverage {self.exposure.leverage}"
        inputs = [leaf("leverage", self.exposure.leverage * SCALE, "set for the symbol")]
        value = self.exposure.initial_margin_rate
        evidence = f"{RECORDED}: {leverage}"
        return node("initialMarginRate", value, "up8(1 / leverage)", inputs, evidence, UP)

    def entry_price(self) -> Node:
        position = self.position
        if not position.quantity:
            return node("entryPrice", 0, "0", (), RECORDED)
        origin = "price times quantity of the fills that opened it, less what was closed"
        cost = Node("entryCost", product_text(position.entry_cost), origin, EXACT, STATE)
        inputs = (cost, self.amount())
        formula = "cut8(entryCost / abs(positionAmt))"
        return node("entryPrice", position.entry_price, formula, inputs, RECORDED, CUT)

    def notional(self) -> Node:
        inputs = (self.amount(), self.mark_price())
        formula = "cut8(positionAmt * markPrice)"
        return node("notional", self.figures.notional, formula, inputs, RECORDED, CUT)

    def unrealized_profit(self) -> Node:
        inputs = (self.amount(), self.mark_price(), self.entry_price())
        formula = "cut8(positionAmt * (markPrice - entryPrice))"
        value = self.figures.unrealized_profit
        return node("unrealizedProfit", value, formula, inputs, RECORDED, CUT)

    def position_initial_margin(self) -> Node:
        inputs = (self.amount(), self.mark_price(), self.rate())
        formula = "up8(abs(positionAmt * markPrice) * initialMarginRate)"
        value = self.figures.position_initial_margin
        return node("positionInitialMargin", value, formula, inputs, RECORDED, UP)

    def orders_value(self, side: Side) -> Node:
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
        inputs: list[Node] = []
        for order in orders:
            number = order.order_id
            inputs.append(leaf(f"remaining.{number}", order.remaining, "left of the open order"))
            inputs.append(leaf(f"price.{number}", order.price, "limit of the open order"))
        formula = " + ".join(f"remaining.{o.order_id} * price.{o.order_id}" for o in orders)
        field = "buys" if side == BUY else "sells"
        evidence = f"{PUBLISHED}; reduce-only orders add nothing: {DECIDED}"
        return Node(field, product_text(value), formula or "0", EXACT, evidence, tuple(inputs))

    def order_notional(self, field: str, side: Side) -> Node:
        orders = self.orders_value(side)
        product = self.position.buy_notional if side == BUY else self.position.sell_notional
        return node(field, cut(product, SCALE), f"cut8({orders.field})", (orders,), PUBLISHED, CUT)

    def open_order_initial_margin(self) -> Node:
        leg = self.position.position_side
        value = self.figures.open_order_initial_margin
        if leg is PositionSide.BOTH:
            inputs = (
                self.amount(),
                self.mark_price(),
                self.orders_value(BUY),
                self.orders_value(SELL),
                self.rate(),
            )
            formula = (
                "up8(max(0, max(abs(positionAmt * markPrice + buys),"
                " abs(positionAmt * markPrice - sells)) - abs(positionAmt * markPrice))"
                " * initialMarginRate)"
            )
            return node("openOrderInitialMargin", value, formula, inputs, RECORDED, UP)
        opening = self.orders_value(BUY if leg is PositionSide.LONG else SELL)
        formula = f"up8({opening.field} * initialMarginRate)"
        both = (opening, self.rate())
        evidence = f"{RECORDED} for closing orders, {DECIDED} for opening ones"
        return node("openOrderInitialMargin", value, formula, both, evidence, UP)

    def initial_margin(self) -> Node:
        inputs = (self.position_initial_margin(), self.open_order_initial_margin())
        formula = "positionInitialMargin + openOrderInitialMargin"
        return node("initialMargin", self.figures.initial_margin, formula, inputs, RECORDED)

    def maint_margin(self) -> Node:
        held = abs(self.position.quantity * self.mark)
        bracket = self.exposure.symbol.bracket_of(held // SCALE)
        origin = f"leverage bracket {bracket.number} of {self.exposure.symbol.name}"
        inputs = (
            self.amount(),
            self.mark_price(),
            leaf("maintMarginRate", bracket.maint_margin_rate, origin),
            leaf("cum", bracket.cum, origin),
        )
        formula = "cut8(abs(positionAmt * markPrice) * maintMarginRate - cum)"
        return node("maintMargin", self.figures.maint_margin, formula, inputs, RECORDED, CUT)

    def isolated_wallet(self) -> Node:
        if not self.exposure.isolated:
            return node("isolatedWallet", 0, "0", (), f"{RECORDED}: cross")
        origin = "margin that the isolated position holds"
        return leaf("isolatedWallet", self.position.isolated_wallet, origin)

    def isolated_margin(self) -> Node:
        if not self.exposure.isolated:
            return node("isolatedMargin", 0, "0", (), f"{RECORDED}: cross")
        inputs = (self.isolated_wallet(), self.unrealized_profit())
        value = isolated_margin(self.position.isolated_wallet, self.figures.unrealized_profit)
        return node("isolatedMargin", value, "isolatedWallet + unrealizedProfit", inputs, RECORDED)
