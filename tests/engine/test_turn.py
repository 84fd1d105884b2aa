"""One command, one turn: checks before facts, and facts that say all that `apply` needs."""

from __future__ import annotations

from typing import get_args

import pytest

from perpbox.account import BUY, ExpiryReason, OrderType, PositionSide
from perpbox.engine import apply as table_of_events
from perpbox.engine import commands as ask
from perpbox.engine import due, prices, settings, transfers
from perpbox.engine import events as happened
from perpbox.engine import handle as table_of_commands
from perpbox.engine.apply import apply
from perpbox.engine.handle import handle
from perpbox.engine.rejects import Reject, Rejected
from perpbox.engine.state import IDS_PER_SHARD, State, money_sums
from perpbox.engine.turn import Turn
from perpbox.money import SCALE, parse
from tests.engine.rig import START, Rig
from tests.engine.table import play
from tests.worlds import CATALOGUE


def test_nothing_may_refuse_after_the_first_fact() -> None:
    rig = Rig()
    turn = Turn(rig.state, START)
    turn.require(True, Reject.UNKNOWN_ORDER)
    with pytest.raises(Rejected, match="UNKNOWN_ORDER"):
        turn.require(False, Reject.UNKNOWN_ORDER)
    turn.emit(happened.AccountOpened(1, "alice", {}))
    with pytest.raises(AssertionError):
        turn.require(True, Reject.UNKNOWN_ORDER)


def test_a_refusal_says_why_and_about_what() -> None:
    with pytest.raises(Rejected) as refused:
        Rig().submit(ask.OpenAccount("alice", {"DOGE": 1}))
    assert (refused.value.reject, refused.value.details) == (Reject.UNKNOWN_ASSET, ("DOGE",))
    assert str(refused.value) == "('UNKNOWN_ASSET', 'DOGE')"


def test_every_command_and_every_event_has_its_row() -> None:
    assert set(get_args(ask.Command)) == set(table_of_commands._HANDLE)
    assert set(get_args(happened.Event)) == set(table_of_events._APPLY)
    assert table_of_commands._HANDLE[ask.Tick] is due.tick
    assert table_of_commands._HANDLE[ask.OpenVenue] is prices.open_venue
    assert table_of_commands._HANDLE[ask.SetLeverage] is settings.set_leverage
    assert table_of_commands._HANDLE[ask.Transfer] is transfers.transfer


def test_money_moves_from_one_to_another_and_never_out_of_nothing() -> None:
    """Every event that moves money has two ends and an amount above zero, and its own number."""
    rig = play("""
        alice deposits 10000 USDT
        bob deposits 10000 USDT
        bob sell 0.1 BTCUSDT limit 50000
        alice buy 0.2 BTCUSDT market
        alice sell 0.3 BTCUSDT market
        alice withdraws 10 USDT
        alice resets
        bob closes
    """).rig
    assert money_sums(rig.state) == {"USDT": 0}
    assert rig.state.next_transaction_id > 8


def test_transactions_trades_and_orders_are_numbered_without_a_gap() -> None:
    rig = Rig()
    seen: dict[str, list[int]] = {"transaction_id": [], "trade_id": [], "order_id": []}
    alice = rig.submit(ask.OpenAccount("alice", {"USDT": 10_000 * SCALE})).account_id
    for side in (1, -1, -1, 1):
        order = ask.PlaceOrder(
            alice, "BTCUSDT", side, PositionSide.BOTH, OrderType.MARKET, parse("1.5")
        )
        for event in rig.submit(order).events:
            match event:
                case happened.MoneyMoved():
                    assert event.amount > 0
                    assert event.payer != event.payee
                    seen["transaction_id"].append(event.transaction_id)
                case happened.Traded():
                    seen["trade_id"].append(event.trade_id)
                case happened.OrderAccepted():
                    seen["order_id"].append(event.order_id)
                case _:
                    pass
    assert seen["order_id"] == [1, 2, 3, 4]
    assert seen["trade_id"] == list(range(1, len(seen["trade_id"]) + 1))
    first = seen["transaction_id"][0]
    assert first == 2
    assert seen["transaction_id"] == list(range(first, first + len(seen["transaction_id"])))


def test_ids_of_another_shard_are_others() -> None:
    state = State(CATALOGUE, shard=3)
    handle(state, ask.OpenVenue(), START)
    opened = handle(state, ask.OpenAccount("alice", {"USDT": SCALE}), START)
    assert opened.account_id == 3 * IDS_PER_SHARD + 1
    moved = opened.events[1]
    assert isinstance(moved, happened.MoneyMoved)
    assert moved.transaction_id == 3 * IDS_PER_SHARD + 1


def test_apply_knows_no_rule() -> None:
    """An event is a fact, even one that no rule would allow today."""
    state = State(CATALOGUE)
    handle(state, ask.OpenVenue(), START)
    handle(state, ask.OpenAccount("alice", {}), START)
    apply(state, happened.LeverageChanged(1, "BTCUSDT", 1000), START + 5)
    assert state.accounts[1].exposures["BTCUSDT"].leverage == 1000
    assert state.now == START + 5


def test_a_turn_that_changes_nothing_has_no_events() -> None:
    rig = Rig()
    rig.submit(ask.OpenAccount("alice", {}))
    before = rig.state.now
    assert rig.submit(ask.CancelAllOrders(1, "BTCUSDT")).events == []
    assert rig.submit(ask.Tick()).events == []
    assert rig.state.now == before


def test_setting_the_clock_is_a_fact_so_that_time_does_not_go_back_after_a_restart() -> None:
    rig = Rig()
    rig.now += 10**6
    assert rig.submit(ask.MoveClock()).events == [happened.ClockMoved()]
    assert rig.state.now == rig.replayed.now == rig.now


def test_the_same_commands_give_the_same_events() -> None:
    def run() -> list[happened.Event]:
        rig = Rig()
        events = []
        for command in (
            ask.OpenAccount("alice", {"USDT": 10_000 * SCALE}),
            ask.PlaceOrder(1, "BTCUSDT", BUY, PositionSide.BOTH, OrderType.MARKET, parse("1.2")),
            ask.MovePrices({"BTCUSDT": ask.MarketPrices(parse("51000"), None)}, {}),
            ask.ResetAccount(1),
        ):
            events += rig.submit(command).events
        return events

    assert run() == run()


def test_an_order_that_ends_says_how() -> None:
    rig = Rig()
    rig.submit(ask.OpenAccount("alice", {"USDT": 10_000 * SCALE}))
    rig.submit(ask.SetLiquidity("BTCUSDT", [], []))
    turn = rig.submit(
        ask.PlaceOrder(1, "BTCUSDT", BUY, PositionSide.BOTH, OrderType.MARKET, parse("0.1"))
    )
    [order] = turn.orders
    assert (order.status.name, order.expiry_reason) == ("EXPIRED", ExpiryReason.MARKET_REMAINDER)
    assert (order.executed, order.quote_executed) == (0, 0)
