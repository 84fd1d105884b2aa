"""What clients see of a symbol that is listed, changed, halted and settled."""

from __future__ import annotations

from typing import Any, Final

import pytest
from msgspec.structs import replace

from perpbox.engine.commands import SetSymbol, SettleSymbol
from perpbox.instrument import Bracket, SymbolStatus
from perpbox.money import parse
from tests.api.exchange import Exchange
from tests.api.listening import Connection, follow
from tests.api.trader import open_trader
from tests.api.user_messages import kinds

BTC: Final = {"symbol": "BTCUSDT"}
LEVERAGE: Final = "/fapi/v1/leverage"


def change(exchange: Exchange, name: str = "BTCUSDT", **fields: Any) -> None:
    exchange.submit(
        SetSymbol(replace(exchange.state.catalogue.symbols["BTCUSDT"], name=name, **fields))
    )


def row_of(exchange: Exchange, name: str) -> Any:
    rows = open_trader(exchange).get("/fapi/v1/exchangeInfo")["symbols"]
    return next(row for row in rows if row["symbol"] == name)


def test_a_new_symbol_is_everywhere_at_once(exchange: Exchange) -> None:
    stream = Connection(exchange, "/ws/!contractInfo")
    trader = open_trader(exchange, USDT="100000")
    change(exchange, "NEWUSDT", base_asset="NEW")
    told = stream.message()
    assert (told["s"], told["cs"]) == ("NEWUSDT", "TRADING")
    assert row_of(exchange, "NEWUSDT")["status"] == "TRADING"
    new = {"symbol": "NEWUSDT"}
    for path in ("premiumIndex", "ticker/24hr", "ticker/bookTicker", "ticker/price"):
        assert trader.get(f"/fapi/v1/{path}", **new)["symbol"] == "NEWUSDT"
    assert trader.get("/fapi/v1/leverageBracket", **new)
    trader.market("BUY", "0.1", symbol="NEWUSDT")
    assert trader.get("/fapi/v3/positionRisk", **new)[0]["positionAmt"] == "0.100"


def test_brackets_are_told_where_they_change(exchange: Exchange) -> None:
    stream = Connection(exchange, "/ws/!contractInfo")
    table = (
        Bracket(1, 10, 0, parse("50000"), parse("0.02"), 0),
        Bracket(2, 5, parse("50000"), parse("1000000"), parse("0.1"), parse("4000")),
    )
    change(exchange, brackets=table, default_leverage=10)
    assert stream.message()["bks"] == [
        {"bs": 1, "bnf": 0, "bnc": 50000, "mmr": 0.02, "cf": 0, "mi": 6, "ma": 10},
        {"bs": 2, "bnf": 50000, "bnc": 1000000, "mmr": 0.1, "cf": 4000, "mi": 1, "ma": 5},
    ]
    change(exchange, status=SymbolStatus.PENDING_TRADING)
    told = stream.message()
    assert (told["cs"], "bks" in told) == ("PENDING_TRADING", False)


@pytest.mark.parametrize(
    ("status", "code"), [("PENDING_TRADING", -1122), ("PRE_SETTLE", -4140), ("CLOSE", -4141)]
)
def test_a_status_refuses_orders_by_its_own_error(
    exchange: Exchange, status: str, code: int
) -> None:
    trader = open_trader(exchange, USDT="100000")
    if status == "CLOSE":
        exchange.submit(SettleSymbol("BTCUSDT"))
    else:
        later: dict[str, Any] = (
            {"delivery_time": exchange.now + 10_000} if status == "PRE_SETTLE" else {}
        )
        change(exchange, status=SymbolStatus(status), **later)
    order = {**BTC, "side": "BUY", "type": "MARKET", "quantity": "0.1"}
    assert trader.refused("POST", "/fapi/v1/order", **order) == code
    assert trader.refused("POST", "/fapi/v1/order/test", **order) == code
    assert row_of(exchange, "BTCUSDT")["status"] == status
    if status == "CLOSE":
        assert trader.refused("POST", LEVERAGE, **BTC, leverage="5") == code
    else:
        assert trader.post(LEVERAGE, **BTC, leverage="5")["leverage"] == 5


def test_a_settlement_is_told_and_booked(exchange: Exchange) -> None:
    trader = open_trader(exchange, USDT="100000")
    exchange.quote("BTCUSDT", [("49999.9", "99")], [("50000", "99")])
    trader.market("BUY", "0.1")
    exchange.move(BTCUSDT="51000")
    stream = follow(trader)
    exchange.submit(SettleSymbol("BTCUSDT"))
    told = stream.messages()
    assert kinds(told) == [
        "ORDER_TRADE_UPDATE NEW",
        "ACCOUNT_UPDATE ORDER",
        "ORDER_TRADE_UPDATE CALCULATED",
    ]
    last = told[-1]["o"]
    assert last["c"].startswith("settlement_autoclose-")
    assert (last["L"], last["rp"], last["n"]) == ("51000", "100.00000000", "0")
    income = trader.get("/fapi/v1/income", incomeType="DELIVERED_SETTELMENT")
    assert [(row["symbol"], row["income"]) for row in income] == [("BTCUSDT", "100.00000000")]
    assert trader.get("/fapi/v3/positionRisk") == []
    assert exchange.restarted().snapshot() == exchange.snapshot()
