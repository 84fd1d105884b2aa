"""Margin calls, liquidation and deleveraging, as the stream of whom it happens to tells them."""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.api.exchange import Exchange
from tests.api.listening import Connection, follow
from tests.api.trader import Trader, open_trader
from tests.api.user_messages import ORDER_UPDATE, balances, kinds, legs, of_kind, outlined

BTC: Final = {"symbol": "BTCUSDT"}
DUAL: Final = "/fapi/v1/positionSide/dual"
MARGIN_TYPE: Final = "/fapi/v1/marginType"
MULTI: Final = "/fapi/v1/multiAssetsMargin"
LEG: Final = ("BTCUSDT", "BOTH")
CLEARED: Final = "ACCOUNT_UPDATE INSURANCE_CLEAR"
PLACED: Final = "ORDER_TRADE_UPDATE NEW"
TRADED: Final = ["TRADE_LITE", "ACCOUNT_UPDATE ORDER", "ORDER_TRADE_UPDATE TRADE"]
HANDED_OVER: Final = ["ACCOUNT_UPDATE ORDER", "ORDER_TRADE_UPDATE CALCULATED"]


def long_of(exchange: Exchange, quantity: str, **funds: str) -> tuple[Trader, Connection]:
    """Bought at 50 000, and nothing of it told."""
    trader = open_trader(exchange, **funds)
    exchange.quote("BTCUSDT", [("49999.9", "99")], [("50000", "99")])
    trader.market("BUY", quantity)
    exchange.move(BTCUSDT="50000")
    return trader, follow(trader)


# Margin calls


def test_a_cross_margin_call(exchange: Exchange) -> None:
    """0.1 at 50 000 on 300: at 47 220 there are 22 left, and 18.888 are needed."""
    _, stream = long_of(exchange, "0.1", USDT="302.5")
    exchange.move(BTCUSDT="47220")
    told = stream.message()
    assert list(told) == ["e", "E", "cw", "p"]
    assert told == {
        "e": "MARGIN_CALL",
        "E": exchange.now,
        "cw": "300",
        "p": [
            {
                "s": "BTCUSDT",
                "ps": "BOTH",
                "pa": "0.1",
                "mt": "CROSSED",
                "iw": "0",
                "mp": "47220",
                "up": "-278",
                "mm": "18.888",
            }
        ],
    }
    assert list(told["p"][0]) == ["s", "ps", "pa", "mt", "iw", "mp", "up", "mm"]


def test_the_cross_wallet_of_a_call_is_without_what_is_set_aside(exchange: Exchange) -> None:
    trader, stream = long_of(exchange, "0.1", USDT="402.5")
    trader.post(MARGIN_TYPE, symbol="ETHUSDT", marginType="ISOLATED")
    exchange.move(ETHUSDT="2500")
    trader.market("BUY", "0.1", symbol="ETHUSDT")
    stream.messages()
    exchange.move(BTCUSDT="46350")
    wallet = trader.get("/fapi/v3/account")["totalCrossWalletBalance"]
    assert stream.message()["cw"] == wallet.rstrip("0")
    assert float(wallet) < 400


def test_an_isolated_margin_call_has_no_cross_wallet(exchange: Exchange) -> None:
    """Of a hedge the leg that it is about, with the margin of its own."""
    trader = open_trader(exchange, USDT="1000")
    trader.post(DUAL, dualSidePosition="true")
    trader.post(MARGIN_TYPE, **BTC, marginType="ISOLATED")
    exchange.quote("BTCUSDT", [("50000", "99")], [("50000.1", "99")])
    trader.market("SELL", "0.1", positionSide="SHORT")
    exchange.quote("BTCUSDT", [], [("50000", "99")])
    trader.market("BUY", "0.1", positionSide="LONG")
    exchange.move(BTCUSDT="50000")
    stream = follow(trader)
    exchange.move(BTCUSDT="47755")
    told = stream.message()
    assert list(told) == ["e", "E", "p"]
    assert outlined(told["p"], "s ps pa mt iw mp up mm") == [
        ("BTCUSDT", "LONG", "0.1", "ISOLATED", "247.5", "47755", "-224.5", "19.102")
    ]


def test_in_multi_assets_mode_all_positions_are_called_together(exchange: Exchange) -> None:
    """The cross wallet is what all assets count for, in USD."""
    trader = open_trader(exchange, USDT="303", USDC="100")
    trader.post(MULTI, multiAssetsMargin="true")
    exchange.quote("BTCUSDT", [], [("50000", "99")])
    trader.market("BUY", "0.1")
    exchange.quote("ETHUSDC", [], [("2500", "99")])
    trader.market("BUY", "0.1", symbol="ETHUSDC")
    exchange.move(BTCUSDT="50000", ETHUSDC="2500")
    stream = follow(trader)
    exchange.move(BTCUSDT="46220")
    told = stream.message()
    assert outlined(told["p"], "s pa mt mp") == [
        ("BTCUSDT", "0.1", "CROSSED", "46220"),
        ("ETHUSDC", "0.1", "CROSSED", "2500"),
    ]
    wallet = trader.get("/fapi/v3/account")["totalCrossWalletBalance"]
    assert told["cw"] == wallet.rstrip("0")


def test_a_call_comes_once_until_it_is_over(exchange: Exchange) -> None:
    _, stream = long_of(exchange, "0.1", USDT="302.5")
    for mark in ("47220", "47221", "47220"):
        exchange.move(BTCUSDT=mark)
    assert kinds(stream.messages()) == ["MARGIN_CALL"]
    for mark in ("48000", "47220"):
        exchange.move(BTCUSDT=mark)
    assert kinds(stream.messages()) == ["MARGIN_CALL"]


# Liquidation


def test_a_liquidation_on_the_book(exchange: Exchange) -> None:
    """At 47 120 there are 12 left of 300 and 18.85 needed; the book has it at 47 119.9.

    What is left then is less than the fee, and the fund takes it all.
    """
    trader, stream = long_of(exchange, "0.1", USDT="302.5")
    trader.limit("SELL", "0.1", "52000", newClientOrderId="far")
    trader.conditional("SELL", "STOP_MARKET", "40000")
    stream.messages()
    exchange.move(BTCUSDT="47120")
    messages = stream.messages()
    expired = ["ORDER_TRADE_UPDATE EXPIRED", "ALGO_UPDATE EXPIRED"]
    assert kinds(messages) == ["MARGIN_CALL", *expired, PLACED, *TRADED, CLEARED]
    far, placed, filled = of_kind(messages, "ORDER_TRADE_UPDATE")
    assert outlined([far], "c X er") == [("far", "EXPIRED", "5")]
    name = f"autoclose-{placed['i']}"
    assert outlined([placed, filled], "c o ot f S p X l V R") == [
        (name, "LIQUIDATION", "LIQUIDATION", "IOC", "SELL", "47000", *rest, "NONE", False)
        for rest in (("NEW", "0"), ("FILLED", "0.1"))
    ]
    assert list(placed) == ORDER_UPDATE
    assert outlined([filled], "n N rp L t m") == [
        ("0", "USDT", "-288.01000000", "47119.9", 2, False)
    ]
    [row] = trader.get("/fapi/v1/forceOrders")
    assert (row["orderId"], row["clientOrderId"]) == (placed["i"], name)
    [lite] = of_kind(messages, "TRADE_LITE")
    assert (lite["c"], lite["i"]) == (name, placed["i"])
    sold, cleared = of_kind(messages, "ACCOUNT_UPDATE")
    assert legs(sold) == {LEG: ("0", "0.00000000", "-288.01000000", "cross", "0")}
    assert balances(sold) == {"USDT": ("11.99000000", "11.99000000", "0")}
    assert (balances(cleared), cleared["P"]) == ({"USDT": ("0", "0", "-11.99000000")}, [])


def test_an_isolated_position_is_reduced_and_then_handed_over(exchange: Exchange) -> None:
    """10 BTC on 24 750, down to just below 300 000 USDT; the fee takes what those had left.

    The cross wallet is never touched, and the liquidation fee comes out of the isolated one.
    """
    trader = open_trader(exchange, USDT="100000")
    trader.post(MARGIN_TYPE, **BTC, marginType="ISOLATED")
    exchange.quote("BTCUSDT", [], [("50000", "99")])
    trader.market("BUY", "10")
    exchange.move(BTCUSDT="50000")
    stream = follow(trader)
    exchange.move(BTCUSDT="47730")
    messages = stream.messages()
    assert kinds(messages) == ["MARGIN_CALL", PLACED, *TRADED * 3, CLEARED, PLACED, *HANDED_OVER]
    updates = of_kind(messages, "ACCOUNT_UPDATE")
    assert {balances(each)["USDT"][1] for each in updates} == {"75000.00000000"}
    held = [(legs(each)[LEG][0], legs(each)[LEG][4]) for each in updates]
    assert held == [
        ("8.953", "22373.20530000"),
        ("6.858", "17607.49930000"),
        ("6.285", "16301.34580000"),
        ("6.285", "14266.95000000"),
        ("0", "0"),
    ]
    assert balances(updates[3])["USDT"][2] == "-2034.39580000"
    first, *_, last = of_kind(messages, "ORDER_TRADE_UPDATE")
    assert outlined([last], "x X o l L n rp m") == [
        ("CALCULATED", "FILLED", "LIQUIDATION", "6.285", "47730", "0", "-14266.95000000", False)
    ]
    assert last["c"] == f"autoclose-{last['i']}" != first["c"]


# Deleveraging


def test_who_is_deleveraged_and_who_was_bankrupt(exchange: Exchange) -> None:
    """The fund is empty, and the one short there is gives its profit up, and its open order."""
    exchange.empty_the_fund("USDT")
    winner = open_trader(exchange, USDT="5000")
    winner.market("SELL", "0.1")
    winner.limit("BUY", "0.01", "40000")
    loser = open_trader(exchange, USDT="303")
    loser.market("BUY", "0.1")
    won, lost = follow(winner), follow(loser)
    exchange.move(BTCUSDT="45000")
    messages = won.messages()
    assert kinds(messages) == ["ORDER_TRADE_UPDATE CANCELED", PLACED, *HANDED_OVER]
    _, placed, filled = of_kind(messages, "ORDER_TRADE_UPDATE")
    assert outlined([placed, filled], "c o S x X z") == [
        ("adl_autoclose", "LIQUIDATION", "BUY", "NEW", "NEW", "0"),
        ("adl_autoclose", "LIQUIDATION", "BUY", "CALCULATED", "FILLED", "0.1"),
    ]
    [closed] = of_kind(messages, "ACCOUNT_UPDATE")
    assert legs(closed) == {LEG: ("0", "0.00000000", filled["rp"], "cross", "0")}
    messages = lost.messages()
    assert kinds(messages) == ["MARGIN_CALL", PLACED, *HANDED_OVER]
    placed, other = of_kind(messages, "ORDER_TRADE_UPDATE")
    assert placed["c"] == f"autoclose-{placed['i']}"
    assert outlined([other], "x X S t L l") == [
        ("CALCULATED", "FILLED", "SELL", filled["t"], filled["L"], "0.1")
    ]
    [gone] = of_kind(messages, "ACCOUNT_UPDATE")
    assert balances(gone) == {"USDT": ("0", "0", "0")}


def test_what_the_bankrupt_hears_does_not_depend_on_who_else_listens() -> None:
    """Two shorts take a long of 0.2 over; between the two trades 0.1 is still for sale."""

    def told(*, all_listen: bool) -> list[Any]:
        exchange = Exchange()
        exchange.empty_the_fund("USDT")
        shorts = [open_trader(exchange, USDT="5000") for _ in range(2)]
        for short in shorts:
            short.market("SELL", "0.1")
        loser = open_trader(exchange, USDT="520")
        exchange.move(BTCUSDT="50000")
        loser.market("BUY", "0.2")
        if all_listen:
            for short in shorts:
                follow(short)
        stream = follow(loser)
        exchange.move(BTCUSDT="45000")
        return stream.messages()

    alone = told(all_listen=False)
    assert alone == told(all_listen=True)
    placed, first, last = of_kind(alone, "ORDER_TRADE_UPDATE")
    assert outlined([placed, first, last], "x X z") == [
        ("NEW", "NEW", "0"),
        ("CALCULATED", "PARTIALLY_FILLED", "0.1"),
        ("CALCULATED", "FILLED", "0.2"),
    ]
    assert float(first["a"]) == pytest.approx(float(placed["a"]) / 2, abs=1e-4)
    assert last["a"] == "0"


def test_a_trade_on_the_book_behind_a_liquidation_is_a_trade_again(exchange: Exchange) -> None:
    exchange.empty_the_fund("USDT")
    winner = open_trader(exchange, USDT="5000")
    winner.market("SELL", "0.1")
    open_trader(exchange, USDT="303").market("BUY", "0.1")
    stream = follow(winner)
    exchange.move(BTCUSDT="45000")
    assert kinds(stream.messages()) == [PLACED, *HANDED_OVER]
    winner.market("BUY", "0.1")
    assert kinds(stream.messages()) == [PLACED, *TRADED]
