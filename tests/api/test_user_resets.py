"""What the stream of an account tells when an operator resets or closes the account."""

from __future__ import annotations

from typing import Any, Final

from perpbox.engine.commands import CloseAccount, ResetAccount, SetFees
from tests.api.exchange import Exchange
from tests.api.listening import Connection, follow
from tests.api.trader import Trader, open_trader
from tests.api.user_messages import balances, kinds, legs, of_kind

BTC: Final = {"symbol": "BTCUSDT"}
LONG_BTC: Final = ("BTCUSDT", "BOTH")
MARGIN_TYPE: Final = "/fapi/v1/marginType"
MULTI: Final = "/fapi/v1/multiAssetsMargin"
LEVERAGE: Final = "/fapi/v1/leverage"


def only(stream: Connection) -> Any:
    """The one ACCOUNT_UPDATE that has come, and nothing else."""
    message = stream.message()
    assert message["e"] == "ACCOUNT_UPDATE"
    return message["a"]


def isolate(trader: Trader, symbol: str = "BTCUSDT") -> None:
    trader.post(MARGIN_TYPE, symbol=symbol, marginType="ISOLATED")


def test_a_reset_is_one_adjustment_and_the_settings_as_they_were(exchange: Exchange) -> None:
    trader = open_trader(exchange, USDT="10000", USDC="500")
    trader.post(LEVERAGE, symbol="ADAUSDT", leverage=5)
    trader.post(LEVERAGE, **BTC, leverage=50)
    isolate(trader, "ADAUSDT")
    isolate(trader)
    trader.market("BUY", "0.1")
    trader.limit("BUY", "0.1", "49000")
    trader.market("BUY", "0.1", symbol="ETHUSDT")
    stream = follow(trader)
    exchange.submit(ResetAccount(trader.account_id))
    messages = stream.messages()
    assert kinds(messages) == [
        "ORDER_TRADE_UPDATE CANCELED",
        "ACCOUNT_UPDATE ADJUSTMENT",
        "ACCOUNT_CONFIG_UPDATE",
        "ACCOUNT_CONFIG_UPDATE",
    ]
    [change] = of_kind(messages, "ACCOUNT_UPDATE")
    assert {asset: row[:2] for asset, row in balances(change).items()} == {
        "USDT": ("10000.00000000", "10000.00000000")
    }
    flat = ("0", "0.00000000", "0", "cross", "0")
    assert list(legs(change).items()) == [
        (LONG_BTC, flat),
        (("ETHUSDT", "BOTH"), flat),
        (("ADAUSDT", "BOTH"), flat),
    ]
    told = [message["ac"] for message in messages[-2:]]
    assert told == [{"s": "BTCUSDT", "l": 20}, {"s": "ADAUSDT", "l": 20}]


def test_a_reset_ends_multi_assets_mode(exchange: Exchange) -> None:
    trader = open_trader(exchange, USDT="10000", USDC="500")
    trader.post(MULTI, multiAssetsMargin="true")
    exchange.transfer(trader.account_id, "USDC", "-20")
    exchange.transfer(trader.account_id, "USDT", "5")
    stream = follow(trader)
    exchange.submit(ResetAccount(trader.account_id))
    messages = stream.messages()
    assert kinds(messages) == ["ACCOUNT_UPDATE ADJUSTMENT", "ACCOUNT_CONFIG_UPDATE"]
    assert balances(messages[0]["a"]) == {
        "USDT": ("10000.00000000", "10000.00000000", "-5.00000000"),
        "USDC": ("500.00000000", "500.00000000", "20.00000000"),
    }
    assert messages[1]["ai"] == {"j": False}


def test_a_reset_frees_what_was_set_aside_though_the_wallet_is_the_same(exchange: Exchange) -> None:
    trader = open_trader(exchange, USDT="10000")
    exchange.submit(SetFees(trader.account_id, None, {"BTCUSDT": (0, 0)}))
    isolate(trader)
    trader.market("BUY", "0.1")
    stream = follow(trader)
    exchange.submit(ResetAccount(trader.account_id))
    assert balances(only(stream)) == {"USDT": ("10000.00000000", "10000.00000000", "0")}


def test_a_reset_of_an_untouched_account_says_nothing(exchange: Exchange, alice: Trader) -> None:
    stream = follow(alice)
    exchange.submit(ResetAccount(alice.account_id))
    assert stream.messages() == []


def test_a_closed_account_hears_of_its_end_and_no_more(exchange: Exchange, alice: Trader) -> None:
    alice.market("BUY", "0.1")
    alice.limit("BUY", "0.1", "49000")
    stream = follow(alice)
    exchange.submit(CloseAccount(alice.account_id))
    messages = stream.messages()
    assert kinds(messages) == ["ORDER_TRADE_UPDATE CANCELED", "ACCOUNT_UPDATE ADJUSTMENT"]
    change = messages[1]["a"]
    assert balances(change) == {"USDT": ("0", "0", "-9997.49999500")}
    assert legs(change) == {LONG_BTC: ("0", "0.00000000", "0", "cross", "0")}
