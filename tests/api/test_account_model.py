"""Real sessions over the API, and after each step the answers of a second, naive model."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

import pytest

from perpbox.account import Account
from perpbox.money import SCALE, text_short
from tests.api.exchange import SECOND, Exchange
from tests.api.trader import ORDER, Trader, limit_order, open_trader
from tests.naive import model
from tests.naive.rows import BracketIn, OrderIn, PositionIn, SymbolIn, World

SYMBOLS: Final = {"BTCUSDT": "50000", "ETHUSDC": "2500", "ADAUSDT": "0.5"}
QUANTITIES: Final = {
    "BTCUSDT": ("0.003", "0.1", "1.5"),
    "ETHUSDC": ("0.1", "2.5", "40"),
    "ADAUSDT": ("50", "1234", "90000"),
}
STEPS: Final = 60


def world_of(exchange: Exchange, account: Account) -> World:
    """What the model is told: wallets, positions, orders, prices; nothing that is derived."""
    state = exchange.state
    exposures = account.exposures.values()
    return {
        "multi_assets": account.multi_assets,
        "hedge": account.hedge_mode,
        "assets": list(state.catalogue.assets),
        "asset_index": {
            name: {
                "index": text_short(state.asset_indexes[name]),
                "bid_buffer": text_short(asset.bid_buffer),
                "ask_buffer": text_short(asset.ask_buffer),
            }
            for name, asset in state.catalogue.assets.items()
        },
        "symbols": {
            name: symbol_of(exchange, account, name)
            for name in state.catalogue.symbols
            if name in account.exposures
        },
        "balances": {
            name: {"wallet": text_short(balance.wallet), "update_time": balance.updated}
            for name, balance in account.balances.items()
        },
        "positions": [
            position_of(e.symbol.name, p.position_side.value, p)
            for e in exposures
            for p in e.positions.values()
        ],
        "orders": [order_of(o) for e in exposures for o in e.orders.values()],
    }


def symbol_of(exchange: Exchange, account: Account, name: str) -> SymbolIn:
    symbol = exchange.state.catalogue.symbols[name]
    exposure = account.exposure(symbol)
    brackets: list[BracketIn] = [
        {
            "floor": text_short(b.floor),
            "cap": text_short(b.cap),
            "mmr": text_short(b.maint_margin_rate),
            "cum": text_short(b.cum),
        }
        for b in symbol.brackets
    ]
    return {
        "margin_asset": symbol.margin_asset,
        "quantity_precision": symbol.quantity_precision,
        "mark": text_short(exchange.state.marks[name]),
        "leverage": exposure.leverage,
        "isolated": exposure.isolated,
        "brackets": brackets,
    }


def position_of(symbol: str, side: str, position: Any) -> PositionIn:
    entry = Fraction(position.entry_cost, abs(position.quantity) * SCALE or 1)
    return {
        "symbol": symbol,
        "side": side,
        "quantity": text_short(position.quantity),
        "entry_price": f"{entry.numerator}/{entry.denominator}",
        "isolated_wallet": text_short(position.isolated_wallet),
        "update_time": position.updated,
    }


def order_of(order: Any) -> OrderIn:
    return {
        "symbol": order.symbol,
        "position_side": order.position_side.value,
        "side": "BUY" if order.side > 0 else "SELL",
        "price": text_short(order.price),
        "remaining": text_short(order.remaining),
        "reduce_only": order.reduce_only,
    }


class Session:
    """A trader who does this and that; what is refused is refused."""

    def __init__(self, seed: int, *, hedge: bool, multi: bool, isolated: bool) -> None:
        self.dice = random.Random(seed)
        self.exchange = Exchange()
        self.trader = open_trader(
            self.exchange, USDT="20000", USDC="7000.5", BNB="1.25", BTC="0.01"
        )
        self.hedge = hedge
        if hedge:
            self.trader.post("/fapi/v1/positionSide/dual", dualSidePosition="true")
        if multi:
            self.trader.post("/fapi/v1/multiAssetsMargin", multiAssetsMargin="true")
        if isolated:
            for symbol in ("BTCUSDT", "ADAUSDT"):
                self.trader.post("/fapi/v1/marginType", symbol=symbol, marginType="ISOLATED")
        self.steps: list[Callable[[], object]] = [
            self.place_limit,
            self.place_limit,
            self.place_market,
            self.move,
            self.move,
            self.set_leverage,
            self.cancel,
            self.adjust_margin,
            self.transfer,
        ]

    @property
    def account(self) -> Account:
        return self.exchange.state.accounts[self.trader.account_id]

    def step(self) -> None:
        self.exchange.pass_time(self.dice.randrange(3) * SECOND)
        self.dice.choice(self.steps)()

    def ask(self, method: str, path: str, **params: object) -> None:
        assert self.trader.ask(method, path, **params).status in (200, 400)

    def symbol(self) -> str:
        return self.dice.choice(list(SYMBOLS))

    def leg(self) -> dict[str, object]:
        if self.hedge:
            return {"positionSide": self.dice.choice(["LONG", "SHORT"])}
        return {"reduceOnly": self.dice.choice(["true", "false", "false"])}

    def place_limit(self) -> None:
        symbol = self.symbol()
        traded = self.exchange.state.catalogue.symbols[symbol]
        ticks = self.exchange.state.marks[symbol] * self.dice.randrange(960, 1040) // 1000
        price = text_short(ticks // traded.tick_size * traded.tick_size)
        side = self.dice.choice(["BUY", "SELL"])
        order = limit_order(side, self.dice.choice(QUANTITIES[symbol]), price, symbol=symbol)
        self.ask("POST", ORDER, **order, **self.leg())

    def place_market(self) -> None:
        symbol = self.symbol()
        order = {"symbol": symbol, "type": "MARKET", "side": self.dice.choice(["BUY", "SELL"])}
        self.ask(
            "POST", ORDER, **order, quantity=self.dice.choice(QUANTITIES[symbol]), **self.leg()
        )

    def move(self) -> None:
        symbol = self.symbol()
        mark = self.exchange.state.marks[symbol] * self.dice.randrange(99_000, 101_000) // 100_000
        self.exchange.move(**{symbol: text_short(mark)})
        self.exchange.index(BNB=str(self.dice.randrange(500, 700)))

    def set_leverage(self) -> None:
        leverage = self.dice.choice([3, 7, 11, 20, 50])
        self.ask("POST", "/fapi/v1/leverage", symbol=self.symbol(), leverage=leverage)

    def cancel(self) -> None:
        self.ask("DELETE", "/fapi/v1/allOpenOrders", symbol=self.symbol())

    def adjust_margin(self) -> None:
        side = self.leg().get("positionSide", "BOTH")
        amount, kind = self.dice.choice(["0.00000001", "12.5", "300"]), self.dice.choice([1, 2])
        params = {"symbol": self.symbol(), "positionSide": side, "amount": amount, "type": kind}
        self.ask("POST", "/fapi/v1/positionMargin", **params)

    def transfer(self) -> None:
        asset = self.dice.choice(["USDT", "USDC", "BNB"])
        self.exchange.transfer(self.trader.account_id, asset, self.dice.choice(["1", "0.12345678"]))


MODES: Final = {
    "single-asset, one-way, cross": (False, False, False),
    "single-asset, one-way, isolated": (False, False, True),
    "single-asset, hedge, cross": (True, False, False),
    "single-asset, hedge, isolated": (True, False, True),
    "multi-assets, one-way": (False, True, False),
    "multi-assets, hedge": (True, True, False),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", [1, 2])
def test_every_answer_of_a_session_is_the_models(mode: str, seed: int) -> None:
    hedge, multi, isolated = MODES[mode]
    session = Session(seed, hedge=hedge, multi=multi, isolated=isolated)
    shown = 0
    for _ in range(STEPS):
        session.step()
        world = world_of(session.exchange, session.account)
        told = session.trader.get("/fapi/v3/account")
        assert json.dumps(told) == json.dumps(model.account_v3(world))
        compare_risk(session.trader, world)
        shown += len(told["positions"])
    assert shown > STEPS, "too little has happened for this to mean anything"


def compare_risk(trader: Trader, world: World) -> None:
    """The money columns of positionRisk; the model has no cross price in multi-assets mode."""
    rows = trader.get("/fapi/v3/positionRisk")
    wanted = model.position_figures(world)
    assert len(rows) == len(wanted)
    for row, figures in zip(rows, wanted, strict=True):
        known = {name: value for name, value in figures.items() if value is not None}
        assert {name: row[name] for name in known} == known


@pytest.mark.parametrize("mode", MODES)
def test_a_start_from_a_snapshot_answers_alike(mode: str) -> None:
    hedge, multi, isolated = MODES[mode]
    session = Session(3, hedge=hedge, multi=multi, isolated=isolated)
    for _ in range(STEPS):
        session.step()
    again = Trader(session.exchange.restarted(), session.trader.key)
    for path in ("/fapi/v3/account", "/fapi/v2/account", "/fapi/v3/positionRisk"):
        assert again.ask("GET", path).body == session.trader.ask("GET", path).body
