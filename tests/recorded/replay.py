"""An engine with one account, into which recorded fills, payments and transfers are fed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from perpbox.account import (
    BUY,
    SELL,
    Account,
    Exposure,
    Order,
    OrderType,
    Position,
    PositionSide,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from perpbox.doubles import break_even_price
from perpbox.engine import commands as ask
from perpbox.engine import events as happened
from perpbox.engine.agenda import Due, Entry
from perpbox.engine.apply import apply
from perpbox.engine.fills import trade
from perpbox.engine.funding import settle_funding
from perpbox.engine.market import FundingTerms
from perpbox.engine.turn import Turn
from perpbox.instrument import Catalogue
from perpbox.margin.account import account_figures
from perpbox.margin.position import figures_of
from perpbox.money import SCALE, SQUARE, Amount, Price, Quantity, Ratio, round_up
from tests.engine.rig import Rig
from tests.recorded.tables import Line
from tests.worlds import asset, symbol

SIDES: Final = {"BUY": BUY, "SELL": SELL}
RATES: Final = ("0.0002", "0.0004")
"""Maker and taker rate of every account of the chains until 2025."""

ONE_BRACKET: Final = (("1000000000", 125, "0.02"),)
"""Enough: no chain reaches into a second one, and 2 % is the rate of the one that shows it."""


def mark_that_pays(quantity: Quantity, rate: Ratio, amount: Amount) -> Price:
    """The lowest mark price at which funding at this rate is this amount."""
    return round_up(abs(amount) * SQUARE, abs(quantity * rate))


def mark_that_shows(line: Line) -> Price:
    """The mark price of the profit of an update, if it has one of eight decimals."""
    quantity, profit = line.figure("pa"), line.figure("up")
    # Away from the entry price, because what lies beyond the eighth decimal of a profit is cut.
    distance = round_up(abs(profit) * SCALE, abs(quantity))
    return line.figure("ep") + (distance if profit * quantity > 0 else -distance)


class Replay:
    """The account, as far as recordings have been fed to it."""

    def __init__(
        self,
        marks: Mapping[str, Price],
        wallet: Amount,
        rates: tuple[str, str] = RATES,
        *,
        isolated_at: int = 0,
    ) -> None:
        """Mark prices of the symbols, its USDT, its maker and taker rate; a leverage isolates."""
        symbols = {
            name: symbol(
                name,
                ordinal,
                price="1",
                tick="0.00000001",
                prices=("0.00000001", "10000000"),
                step="0.001",
                most=("100000000", "100000000"),
                table=ONE_BRACKET,
                fees=rates,
                min_notional="0",
            )
            for ordinal, name in enumerate(marks)
        }
        usdt = {"USDT": asset("USDT", "1", "0")}
        self.rig = Rig(Catalogue(symbols, usdt, source="recorded"))
        # Rates of funding are as recorded, and not made of premiums.
        self.rig.samples = False
        opened = self.rig.submit(ask.OpenAccount("recorded", {"USDT": wallet}))
        self.account_id = opened.account_id
        for name, mark in marks.items():
            self.move(name, mark)
            if isolated_at:
                self.rig.submit(ask.SetMarginType(self.account_id, name, isolated=True))
                self.rig.submit(ask.SetLeverage(self.account_id, name, isolated_at))

    # What it has.

    @property
    def account(self) -> Account:
        return self.rig.state.accounts[self.account_id]

    def exposure(self, name: str) -> Exposure:
        return self.account.exposure(self.rig.state.catalogue.symbols[name])

    def position(self, name: str, leg: PositionSide = PositionSide.BOTH) -> Position:
        return self.exposure(name).position(leg)

    def missed(self, line: Line) -> dict[str, int]:
        """The figures of an ACCOUNT_UPDATE that are not the account's, and by how many units."""
        state = self.rig.state
        assets = state.catalogue.assets.values()
        row = account_figures(self.account, assets, state.marks, state.rates).assets["USDT"]
        made = {"wb": row.wallet_balance, "cw": row.cross_wallet_balance}
        if line.has("symbol"):
            name = line["symbol"]
            position = self.position(name)
            figures = figures_of(self.exposure(name), position, state.marks[name])
            made["pa"] = position.quantity
            made["ep"] = position.entry_price
            made["cr"] = position.realized_profit
            made["up"] = figures.unrealized_profit
            made["iw"] = position.isolated_wallet
            if line.has("bep"):
                assert break_even_price(position) == line["bep"]
        return apart(line, made)

    def missed_by(
        self, line: Line, order: Order, fill: happened.OrderFilled | None
    ) -> dict[str, int]:
        """The figures of an order's event or a trade that are not the engine's."""
        position = self.position(order.symbol, order.position_side)
        made = {
            "average": order.quote_executed // order.executed if order.executed else 0,
            "executed": order.executed,
            "bids": position.buy_notional // SCALE,
            "asks": position.sell_notional // SCALE,
            "profit": fill.realized_profit if fill else 0,
        }
        if fill:
            made["commission"] = fill.commission
            assert fill.commission_asset == line["paid_in"]
        return apart(line, made)

    # What happens to it.

    def holds(
        self,
        name: str,
        quantity: Quantity = 0,
        entry: Price = 0,
        isolated_wallet: Amount = 0,
        realized: Amount = 0,
    ) -> None:
        """It had come to this before the first recording; the house has the other side."""
        side = BUY if quantity > 0 else SELL

        def act(turn: Turn) -> None:
            if quantity:
                number = turn.state.next_trade_id
                turn.emit(happened.Traded(name, number, entry, abs(quantity), side, -side))
            turn.emit(
                happened.PositionChanged(
                    self.account_id,
                    name,
                    PositionSide.BOTH,
                    quantity,
                    entry * abs(quantity),
                    entry * quantity * SCALE,
                    isolated_wallet,
                    realized,
                )
            )

        self._let(act)

    def order(self, line: Line) -> Order:
        """Place the limit order of a line of orders.txt; it rests."""
        turn = self.rig.submit(
            ask.PlaceOrder(
                self.account_id,
                line["symbol"],
                SIDES[line["buy_sell"]],
                line.side,
                OrderType.LIMIT,
                line.figure("ordered"),
                line.figure("limit"),
            )
        )
        return turn.orders[0]

    def cancel(self, order: Order) -> None:
        self.rig.submit(ask.CancelOrder(self.account_id, order.symbol, order.order_id))

    def fill(
        self,
        name: str,
        side: Side,
        quantity: Quantity,
        price: Price,
        *,
        is_maker: bool = False,
        leg: PositionSide = PositionSide.BOTH,
    ) -> tuple[Order, happened.OrderFilled]:
        """An order of just this size trades with the house: the order after that, and the fact."""
        orders: list[Order] = []

        def act(turn: Turn) -> None:
            order = self._accepted(turn, name, side, quantity, price, leg)
            orders.append(order)
            market = turn.state.markets[name]
            if is_maker:
                turn.emit(happened.OrderRested(self.account_id, order.order_id))
                trade(turn, market, order, None, price, quantity)
            else:
                trade(turn, market, None, order, price, quantity)

        turn = self._let(act)
        [filled] = (event for event in turn.events if isinstance(event, happened.OrderFilled))
        return orders[0], filled

    def fill_as(self, line: Line) -> tuple[Order, happened.OrderFilled]:
        """The fill of a line of orders.txt."""
        return self.fill(
            line["symbol"],
            SIDES[line["buy_sell"]],
            line.figure("qty"),
            line.figure("price"),
            is_maker=line["maker"] == "True",
            leg=line.side,
        )

    def settle(self, name: str, rate: Ratio, mark: Price) -> None:
        """Funding of one symbol, at this rate and mark price.

        The clock stays before the time of funding, which is one for all symbols of a chain.
        """
        self.move(name, mark)
        terms = FundingTerms(8, 0, -SCALE, SCALE, fixed_rate=rate)
        self.rig.submit(ask.SetFunding({name: terms}))
        due = self.rig.state.markets[name].next_funding
        self._let(lambda turn: settle_funding(turn, Entry(due, Due.FUNDING, 0, name)))

    def transfer(self, amount: Amount) -> None:
        self.rig.submit(ask.Transfer(self.account_id, "USDT", amount))

    def move(self, name: str, mark: Price) -> None:
        self.rig.submit(ask.MovePrices({name: ask.MarketPrices(mark, mark)}, {}))

    def _accepted(
        self,
        turn: Turn,
        name: str,
        side: Side,
        quantity: Quantity,
        price: Price,
        leg: PositionSide,
    ) -> Order:
        """Without the checks of an order: what was recorded had passed those of its day."""
        number = turn.state.next_order_id
        turn.emit(
            happened.OrderAccepted(
                self.account_id,
                number,
                name,
                f"recorded-{number}",
                side,
                leg,
                OrderType.LIMIT,
                TimeInForce.GTC,
                price,
                quantity,
                reduce_only=False,
                self_trade_prevention=SelfTradePrevention.EXPIRE_MAKER,
            )
        )
        return turn.state.orders[number]

    def _let(self, act: Callable[[Turn], None]) -> Turn:
        """A turn of the engine without a command, followed by all that holds after any turn."""
        self.rig.now += 1
        turn = Turn(self.rig.state, self.rig.now)
        act(turn)
        for event in turn.events:
            apply(self.rig.replayed, event, turn.now)
        self.rig.check()
        return turn


def apart(line: Line, made: Mapping[str, int]) -> dict[str, int]:
    """By how many units each recorded figure lies above the one made, where it does."""
    by = {name: line.figure(name) - figure for name, figure in made.items() if line.has(name)}
    return {name: units for name, units in by.items() if units}
