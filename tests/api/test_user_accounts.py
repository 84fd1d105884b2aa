"""ACCOUNT_UPDATE and ACCOUNT_CONFIG_UPDATE: money, positions and settings, as a client is told."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final, get_args

import pytest
from msgspec.structs import replace

from perpbox.account import House, PositionSide
from perpbox.api.streams.updates import GROUPED, PART_OF_A_FILL, REASONS, Update
from perpbox.api.streams.user_accounts import ACCOUNT_EVENTS
from perpbox.engine.commands import (
    MoveInsurance,
    SetFees,
    SetFunding,
)
from perpbox.engine.events import (
    AccountReset,
    Event,
    MoneyMoved,
    MoneyReason,
    PositionChanged,
    PositionHandedOver,
)
from perpbox.engine.market import FundingTerms
from perpbox.instrument import Catalogue
from perpbox.money import parse
from tests.api.exchange import CATALOGUE, HOUR, NOON, Exchange
from tests.api.listening import Connection, follow
from tests.api.mirror import Mirror
from tests.api.trader import Trader, open_trader
from tests.api.user_messages import balances, changes, kinds, legs

BTC: Final = {"symbol": "BTCUSDT"}
LONG_BTC: Final = ("BTCUSDT", "BOTH")
DUAL: Final = "/fapi/v1/positionSide/dual"
MARGIN_TYPE: Final = "/fapi/v1/marginType"
MARGIN: Final = "/fapi/v1/positionMargin"
MULTI: Final = "/fapi/v1/multiAssetsMargin"
LEVERAGE: Final = "/fapi/v1/leverage"
FEE: Final = Decimal("2.5")


def only(stream: Connection) -> Any:
    """The one ACCOUNT_UPDATE that has come, and nothing else."""
    message = stream.message()
    assert list(message) == ["e", "T", "E", "a"]
    assert message["e"] == "ACCOUNT_UPDATE"
    return message["a"]


def fix_funding(exchange: Exchange, rate: str, *symbols: str) -> None:
    terms = FundingTerms(8, parse("0.0001"), parse("-0.02"), parse("0.02"), parse(rate))
    exchange.submit(SetFunding(dict.fromkeys(symbols or ("BTCUSDT",), terms)))


def isolate(trader: Trader, symbol: str = "BTCUSDT") -> None:
    trader.post(MARGIN_TYPE, symbol=symbol, marginType="ISOLATED")


# Money


def test_money_that_comes_and_goes(exchange: Exchange, alice: Trader) -> None:
    stream = follow(alice)
    exchange.transfer(alice.account_id, "USDT", "0.5")
    change = only(stream)
    assert list(change) == ["B", "P", "m"]
    assert change == {
        "B": [{"a": "USDT", "wb": "10000.50000000", "cw": "10000.50000000", "bc": "0.50000000"}],
        "P": [],
        "m": "DEPOSIT",
    }
    exchange.transfer(alice.account_id, "USDT", "-10000.5")
    change = only(stream)
    assert (change["m"], balances(change)) == ("WITHDRAW", {"USDT": ("0", "0", "-10000.50000000")})


def test_what_is_set_aside_for_an_isolated_position_is_not_cross(
    exchange: Exchange, alice: Trader
) -> None:
    """0.1 at 50 000.1 and leverage 20 takes 250.0005 and the commission of it; 2.500005 is paid."""
    isolate(alice)
    stream = follow(alice)
    alice.market("BUY", "0.1")
    [filled] = changes(stream)
    [row] = alice.get("/fapi/v3/account")["positions"]
    assert legs(filled) == {
        LONG_BTC: ("0.1", "50000.10000000", "0", "isolated", row["isolatedWallet"])
    }
    cross = f"{parse('9997.499995') - parse(row['isolatedWallet'])}"
    assert balances(filled) == {"USDT": ("9997.49999500", f"{cross[:-8]}.{cross[-8:]}", "0")}
    exchange.transfer(alice.account_id, "USDT", "1")
    assert balances(only(stream))["USDT"][0] == "9998.49999500"


# Fills


def test_a_fill_changes_wallet_and_position_in_one_message(alice: Trader) -> None:
    """Commission and profit are no balance change."""
    stream = follow(alice)
    alice.market("BUY", "0.1")
    alice.market("SELL", "0.1")
    opened, closed = changes(stream)
    assert opened["m"] == closed["m"] == "ORDER"
    assert balances(opened) == {"USDT": ("9997.49999500", "9997.49999500", "0")}
    assert legs(opened) == {LONG_BTC: ("0.1", "50000.10000000", "0", "cross", "0")}
    assert balances(closed) == {"USDT": ("9994.98000000", "9994.98000000", "0")}
    assert legs(closed) == {LONG_BTC: ("0", "0.00000000", "-0.02000000", "cross", "0")}
    [long], [flat] = opened["P"], closed["P"]
    assert (long["up"], long["bep"], long["ma"]) == ("-0.01000000", "50025.10005", "USDT")
    assert (flat["up"], flat["bep"], flat["ma"]) == ("0", "0", "USDT")


def test_each_fill_has_one_update_right_before_its_order_update(alice: Trader) -> None:
    alice.limit("BUY", "0.1", "49000", newClientOrderId="a")
    alice.limit("BUY", "0.2", "48900", newClientOrderId="b")
    stream = follow(alice)
    alice.exchange.move(BTCUSDT="48000")
    messages = stream.messages()
    fill = ["TRADE_LITE", "ACCOUNT_UPDATE ORDER", "ORDER_TRADE_UPDATE TRADE"]
    assert kinds(messages) == fill * 2
    told = [messages[1]["a"]["P"][0]["pa"], messages[4]["a"]["P"][0]["pa"]]
    assert (told, messages[2]["o"]["c"], messages[5]["o"]["c"]) == (["0.1", "0.3"], "a", "b")


def test_an_order_that_turns_a_position_realizes_what_was_there(alice: Trader) -> None:
    alice.exchange.quote("BTCUSDT", [("50000", "9")], [("50010", "9")])
    alice.market("BUY", "0.1")
    stream = follow(alice)
    alice.market("SELL", "0.3")
    [turned] = changes(stream)
    assert legs(turned) == {LONG_BTC: ("-0.2", "50000.00000000", "-1.00000000", "cross", "0")}
    # 10 000 less 2.5005 and 7.5 commission, and the profit of -1.
    assert balances(turned)["USDT"][0] == "9988.99950000"


def test_of_a_hedge_the_leg_that_was_filled_is_told(alice: Trader) -> None:
    alice.post(DUAL, dualSidePosition="true")
    stream = follow(alice)
    alice.market("BUY", "0.2", positionSide="LONG")
    alice.market("SELL", "0.1", positionSide="SHORT")
    alice.market("SELL", "0.05", positionSide="LONG")
    told = [legs(change) for change in changes(stream)]
    assert [[(leg, row[0]) for leg, row in each.items()] for each in told] == [
        [(("BTCUSDT", "LONG"), "0.2")],
        [(("BTCUSDT", "SHORT"), "-0.1")],
        [(("BTCUSDT", "LONG"), "0.15")],
    ]


def test_a_commission_in_bnb_is_a_second_balance(exchange: Exchange) -> None:
    trader = open_trader(exchange, USDT="10000", BNB="10")
    trader.post("/fapi/v1/feeBurn", feeBurn="true")
    stream = follow(trader)
    trader.market("BUY", "0.1")
    [filled] = changes(stream)
    assets = {row["asset"]: row for row in trader.get("/fapi/v3/account")["assets"]}
    bnb = assets["BNB"]["walletBalance"]
    assert Decimal(bnb) < 10
    assert balances(filled) == {
        "USDT": ("10000.00000000", "10000.00000000", "0"),
        "BNB": (bnb, bnb, "0"),
    }


def test_a_fill_that_costs_nothing_tells_the_wallet_all_the_same(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    exchange.submit(SetFees(alice.account_id, None, {"BTCUSDT": (0, 0)}))
    stream = follow(alice)
    alice.market("BUY", "0.1")
    [filled] = changes(stream)
    assert balances(filled) == {"USDT": ("10000.00000000", "10000.00000000", "0")}
    bob.market("BUY", "0.1")
    assert stream.messages() == []


def test_orders_that_do_not_trade_change_no_account(alice: Trader) -> None:
    stream = follow(alice)
    alice.limit("BUY", "0.1", "49000")
    alice.delete("/fapi/v1/order", **BTC, orderId=1)
    assert kinds(stream.messages()) == ["ORDER_TRADE_UPDATE NEW", "ORDER_TRADE_UPDATE CANCELED"]


# Funding


def test_funding_of_a_cross_position_tells_the_balance_alone(
    exchange: Exchange, alice: Trader
) -> None:
    """0.1 at 50 000 pays 0.05 %."""
    fix_funding(exchange, "0.0005")
    alice.market("BUY", "0.1")
    exchange.pass_time(4 * HOUR - 1)
    stream = follow(alice)
    exchange.pass_time(1)
    message = stream.message()
    assert message["E"] == message["T"] == NOON + 4 * HOUR
    assert message["a"] == {
        "B": [{"a": "USDT", "wb": "9994.99999500", "cw": "9994.99999500", "bc": "-2.50000000"}],
        "P": [],
        "m": "FUNDING_FEE",
        "S": "BTCUSDT",
    }


def test_funding_of_an_isolated_position_tells_it_too(exchange: Exchange, alice: Trader) -> None:
    """As recorded in 2023-04: the isolated wallet receives, and the cross wallet is the same."""
    fix_funding(exchange, "0.0005")
    isolate(alice)
    alice.market("SELL", "0.1")
    exchange.pass_time(4 * HOUR - 1)
    stream = follow(alice)
    before = Mirror(alice)
    exchange.pass_time(1)
    paid = only(stream)
    assert list(paid) == ["B", "P", "m", "S"]
    assert paid["m"] == "FUNDING_FEE"
    wallet, cross = before.wallets["USDT"]
    assert balances(paid) == {"USDT": (f"{wallet + FEE}", f"{cross}", "2.50000000")}
    [(leg, row)] = legs(paid).items()
    isolated_wallet = before.legs[leg][3]
    assert (leg, row[0], row[4]) == (
        LONG_BTC,
        "-0.1",
        f"{isolated_wallet + FEE}",
    )


def test_each_position_has_a_funding_message_of_its_own(exchange: Exchange) -> None:
    """Both legs of a hedge, and two symbols, at one time."""
    trader = open_trader(exchange, USDT="10000", USDC="10000")
    trader.post(DUAL, dualSidePosition="true")
    fix_funding(exchange, "0.0005", "BTCUSDT", "ETHUSDC")
    trader.market("BUY", "0.2", positionSide="LONG")
    trader.market("SELL", "0.1", positionSide="SHORT")
    isolate(trader, "ETHUSDC")
    trader.market("BUY", "1", positionSide="LONG", symbol="ETHUSDC")
    trader.market("SELL", "2", positionSide="SHORT", symbol="ETHUSDC")
    exchange.pass_time(4 * HOUR - 1)
    stream = follow(trader)
    exchange.pass_time(1)
    told = [
        (change["S"], change["B"][0]["a"], change["B"][0]["bc"], [row["ps"] for row in change["P"]])
        for change in changes(stream)
    ]
    assert told == [
        ("BTCUSDT", "USDT", "-5.00000000", []),
        ("BTCUSDT", "USDT", "2.50000000", []),
        ("ETHUSDC", "USDC", "-1.25000000", ["LONG"]),
        ("ETHUSDC", "USDC", "2.50000000", ["SHORT"]),
    ]


@pytest.mark.parametrize(("day", "named"), [("2026-07-31", False), ("2026-08-01", True)])
def test_the_symbol_of_funding_has_been_told_since(day: str, *, named: bool) -> None:
    exchange = Exchange(api_date=day)
    trader = open_trader(exchange)
    fix_funding(exchange, "0.0005")
    trader.market("BUY", "0.1")
    exchange.pass_time(4 * HOUR - 1)
    stream = follow(trader)
    exchange.pass_time(1)
    assert ("S" in only(stream)) is named


# Margin and settings


def test_margin_that_is_added_and_taken_out(alice: Trader) -> None:
    """The wallet stays: what moves is between its cross and its isolated part."""
    isolate(alice)
    alice.market("BUY", "0.1")
    before = Mirror(alice)
    stream = follow(alice)
    alice.post(MARGIN, **BTC, amount="100", type=1)
    added = only(stream)
    wallet, cross = before.wallets["USDT"]
    [(leg, row)] = legs(added).items()
    assert added["m"] == "MARGIN_TRANSFER"
    assert balances(added) == {"USDT": (f"{wallet}", f"{cross - 100}", "0")}
    assert (leg, row[4]) == (LONG_BTC, f"{before.legs[LONG_BTC][3] + 100}")
    alice.post(MARGIN, **BTC, amount="90", type=2)
    assert balances(only(stream)) == {"USDT": (f"{wallet}", f"{cross - 10}", "0")}


def test_a_margin_type_is_told_with_the_position_alone(alice: Trader) -> None:
    stream = follow(alice)
    isolate(alice)
    change = only(stream)
    assert (change["m"], change["B"]) == ("MARGIN_TYPE_CHANGE", [])
    assert legs(change) == {LONG_BTC: ("0", "0.00000000", "0", "isolated", "0")}
    alice.post(MARGIN_TYPE, **BTC, marginType="CROSSED")
    assert legs(only(stream))[LONG_BTC][3] == "cross"
    alice.post(DUAL, dualSidePosition="true")
    assert stream.messages() == []
    isolate(alice)
    assert [leg for _, leg in legs(only(stream))] == ["LONG", "SHORT"]


def test_leverage_and_asset_mode_are_configuration(exchange: Exchange, alice: Trader) -> None:
    """As recorded."""
    stream = follow(alice)
    alice.post(LEVERAGE, **BTC, leverage=25)
    alice.post(LEVERAGE, **BTC, leverage=25)
    alice.post(MULTI, multiAssetsMargin="true")
    alice.post(MULTI, multiAssetsMargin="false")
    head = {"e": "ACCOUNT_CONFIG_UPDATE", "E": exchange.now, "T": exchange.now}
    messages = stream.messages()
    assert messages == [
        {**head, "ac": {"s": "BTCUSDT", "l": 25}},
        {**head, "ai": {"j": True}},
        {**head, "ai": {"j": False}},
    ]
    assert [list(message) for message in messages] == [
        ["e", "E", "T", "ac"],
        ["e", "E", "T", "ai"],
        ["e", "E", "T", "ai"],
    ]


# Debts, auto-exchange


def with_threshold(asset: str, threshold: str) -> Catalogue:
    changed = replace(CATALOGUE.assets[asset], auto_exchange_threshold=parse(threshold))
    return replace(CATALOGUE, assets={**CATALOGUE.assets, asset: changed})


def test_an_auto_exchange_tells_all_wallets_in_one_message() -> None:
    """A commission of 1 USDC has no USDC to come from, and USDT and BNB pay for it."""
    exchange = Exchange(catalogue=with_threshold("USDC", "-0.5"))
    trader = open_trader(exchange, USDT="10000", BNB="10")
    trader.post(MULTI, multiAssetsMargin="true")
    stream = follow(trader)
    trader.market("BUY", "1", symbol="ETHUSDC")
    filled, exchanged = changes(stream)
    assert (filled["m"], exchanged["m"], exchanged["P"]) == ("ORDER", "AUTO_EXCHANGE", [])
    [owed] = balances(filled).values()
    assert owed[0].startswith("-1.")
    told = balances(exchanged)
    assert set(told) == {"BNB", "USDT", "USDC"}
    assert told["USDC"] == ("0", "0", owed[0][1:])
    assets = {
        row["asset"]: row["walletBalance"] for row in trader.get("/fapi/v3/account")["assets"]
    }
    assert told["USDT"][0] == told["USDT"][1] == assets["USDT"]
    assert told["USDT"][2][0] == told["BNB"][2][0] == "-"
    assert kinds(stream.messages()) == []


def test_a_debt_that_the_fund_pays_is_an_insurance_clear(exchange: Exchange) -> None:
    """A sale at 5 % below the mark price: 253 less 2.5, 250 and 2.375; the fund is filled later."""
    exchange.empty_the_fund("USDT")
    trader = open_trader(exchange, USDT="253")
    exchange.quote("BTCUSDT", [("47500", "9")], [("50000", "9")])
    trader.market("BUY", "0.1")
    stream = follow(trader)
    trader.market("SELL", "0.1", reduceOnly="true")
    [sold] = changes(stream)
    assert balances(sold) == {"USDT": ("-1.87500000", "-1.87500000", "0")}
    exchange.submit(MoveInsurance("USDT", parse("1000")))
    paid = only(stream)
    assert (paid["m"], paid["P"]) == ("INSURANCE_CLEAR", [])
    assert balances(paid) == {"USDT": ("0", "0", "1.87500000")}
    assert exchange.state.house[House.INSURANCE, "USDT"] == parse("998.125")


# Whole


def an_update(reason: str, symbol: str = "") -> Update:
    return Update(1, reason, 0, symbol)


def test_an_update_takes_what_belongs_to_it_and_nothing_else() -> None:
    def moved(reason: MoneyReason, account_id: int = 1) -> MoneyMoved:
        return MoneyMoved(House.CLEARING, account_id, "USDT", 1, reason, 1)

    def changed(account_id: int, symbol: str) -> PositionChanged:
        return PositionChanged(account_id, symbol, PositionSide.BOTH, 0, 0, 0, 0, 0)

    exchanged, reset = an_update("AUTO_EXCHANGE"), an_update("ADJUSTMENT")
    assert exchanged.takes(moved(MoneyReason.AUTO_EXCHANGE))
    assert not exchanged.takes(moved(MoneyReason.AUTO_EXCHANGE, 2))
    assert not exchanged.takes(moved(MoneyReason.RESET))
    assert reset.takes(moved(MoneyReason.RESET))
    assert not an_update("FUNDING_FEE", "BTCUSDT").takes(moved(MoneyReason.FUNDING_FEE))
    assert not an_update("INSURANCE_CLEAR").takes(moved(MoneyReason.AUTO_EXCHANGE))
    funded = an_update("FUNDING_FEE", "BTCUSDT")
    assert funded.takes(changed(1, "BTCUSDT"))
    assert not funded.takes(changed(1, "ETHUSDT"))
    assert not funded.takes(changed(2, "BTCUSDT"))
    handed_over = PositionHandedOver(1, "BTCUSDT", PositionSide.BOTH)
    assert reset.takes(handed_over)
    assert reset.takes(AccountReset(1))
    assert not reset.takes(AccountReset(2))
    assert not exchanged.takes(handed_over)


def test_every_reason_for_which_money_moves_is_told() -> None:
    assert set(REASONS) == set(MoneyReason) - {MoneyReason.TRANSFER}
    assert set(PART_OF_A_FILL) | set(GROUPED) < set(REASONS)


def test_every_event_that_changes_an_account_is_told() -> None:
    silent = {
        "AccountOpened",
        "AccountClosed",
        "FeeBurnChanged",
        "FeesChanged",
        "MarginCallEnded",
        "PositionModeChanged",
    }
    heads = ("Account", "Money", "Position", "Isolated", "Leverage", "Margin", "Asset", "Fee")
    events = {e for e in get_args(Event) if e.__name__.startswith(heads)}
    untold = {event.__name__ for event in events - set(ACCOUNT_EVENTS)}
    assert untold == silent | {"AssetIndexMoved"}
