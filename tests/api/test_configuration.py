"""How an account is set, what it pays, and what its symbols allow."""

from __future__ import annotations

from perpbox.engine.commands import SetFees
from perpbox.money import parse
from tests.api.exchange import CATALOGUE, Exchange
from tests.api.fields import ACCOUNT_CONFIG, BRACKET, COMMISSION, LIMIT, SYMBOL_CONFIG
from tests.api.trader import Trader, open_trader


def test_account_config(alice: Trader) -> None:
    config = alice.get("/fapi/v1/accountConfig")
    assert list(config) == ACCOUNT_CONFIG
    assert config == {
        "feeTier": 0,
        "canTrade": True,
        "canDeposit": True,
        "canWithdraw": True,
        "dualSidePosition": False,
        "updateTime": 0,
        "multiAssetsMargin": False,
        "tradeGroupId": -1,
    }


def test_symbol_config(alice: Trader) -> None:
    rows = alice.get("/fapi/v1/symbolConfig")
    assert [row["symbol"] for row in rows] == list(CATALOGUE.symbols)
    alice.post("/fapi/v1/leverage", symbol="BTCUSDT", leverage=21)
    alice.post("/fapi/v1/marginType", symbol="BTCUSDT", marginType="ISOLATED")
    [row] = alice.get("/fapi/v1/symbolConfig", symbol="BTCUSDT")
    assert list(row) == SYMBOL_CONFIG
    assert row == {
        "symbol": "BTCUSDT",
        "marginType": "ISOLATED",
        "isAutoAddMargin": False,
        "leverage": 21,
        "maxNotionalValue": "70000000",
    }
    assert rows[0]["marginType"] == "CROSSED"
    assert alice.refused("GET", "/fapi/v1/symbolConfig", symbol="NOPE") == -1121


def test_leverage_brackets(alice: Trader) -> None:
    rows = alice.get("/fapi/v1/leverageBracket")
    assert [row["symbol"] for row in rows] == list(CATALOGUE.symbols)
    one = alice.get("/fapi/v1/leverageBracket", symbol="BTCUSDT")
    assert one == rows[0]
    assert list(one) == ["symbol", "brackets"]
    assert list(one["brackets"][0]) == BRACKET
    assert one["brackets"][:2] == [
        {
            "bracket": 1,
            "initialLeverage": 150,
            "notionalCap": 300000,
            "notionalFloor": 0,
            "maintMarginRatio": 0.004,
            "cum": 0,
        },
        {
            "bracket": 2,
            "initialLeverage": 100,
            "notionalCap": 800000,
            "notionalFloor": 300000,
            "maintMarginRatio": 0.005,
            "cum": 300,
        },
    ]
    assert alice.refused("GET", "/fapi/v1/leverageBracket", symbol="NOPE") == -1121


def test_commission_rates(alice: Trader) -> None:
    rates = alice.get("/fapi/v1/commissionRate", symbol="BTCUSDT")
    assert list(rates) == COMMISSION
    assert (rates["makerCommissionRate"], rates["takerCommissionRate"]) == ("0.0002", "0.0005")
    rates = alice.get("/fapi/v1/commissionRate", symbol="ETHUSDC")
    assert (rates["makerCommissionRate"], rates["takerCommissionRate"]) == ("0", "0.0004")
    assert alice.refused("GET", "/fapi/v1/commissionRate") == -1102


def test_order_limits(alice: Trader) -> None:
    limits = alice.get("/fapi/v1/rateLimit/order")
    assert all(list(limit) == LIMIT for limit in limits)
    assert [tuple(limit.values()) for limit in limits] == [
        ("ORDERS", "SECOND", 10, 300),
        ("ORDERS", "MINUTE", 1, 1200),
    ]


def test_commission_rates_are_those_of_the_account(alice: Trader) -> None:
    own: dict[str, tuple[int, int] | None] = {"ETHUSDC": (parse("0.00005"), parse("0.0003"))}
    alice.exchange.submit(SetFees(alice.account_id, 1, own))
    rates = alice.get("/fapi/v1/commissionRate", symbol="BTCUSDT")
    assert (rates["makerCommissionRate"], rates["takerCommissionRate"]) == ("0.00016", "0.0004")
    rates = alice.get("/fapi/v1/commissionRate", symbol="ETHUSDC")
    assert (rates["makerCommissionRate"], rates["takerCommissionRate"]) == ("0.00005", "0.0003")
    assert alice.get("/fapi/v1/accountConfig")["feeTier"] == 1
    assert alice.get("/fapi/v2/account")["feeTier"] == 1


def test_fee_burn(exchange: Exchange) -> None:
    alice = open_trader(exchange, USDT="10000", BNB="1")
    assert alice.get("/fapi/v1/feeBurn") == {"feeBurn": False}
    for _ in range(2):
        assert alice.post("/fapi/v1/feeBurn", feeBurn="true") == {"code": 200, "msg": "success"}
    assert alice.get("/fapi/v1/feeBurn") == {"feeBurn": True}
    assert alice.get("/fapi/v2/account")["feeBurn"] is True
    alice.market("BUY", "0.1")
    [trade] = alice.get("/fapi/v1/userTrades", symbol="BTCUSDT")
    assert trade["commissionAsset"] == "BNB"
    [row] = alice.get("/fapi/v1/income", incomeType="COMMISSION")
    assert (row["asset"], row["income"]) == ("BNB", f"-{trade['commission']}")
    assert alice.refused("POST", "/fapi/v1/feeBurn") == -1102
    assert alice.refused("POST", "/fapi/v1/feeBurn", feeBurn="maybe") == -1102
