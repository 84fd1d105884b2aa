"""Recorded fills, funding and transfers, one after another through the engine.

What the live service said after each, the engine has: wallets, commission, realized profit, entry
and break-even price. The tables say what a replay takes for granted, and what lies beside it and
why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final, TypeAlias

import pytest

from perpbox.account import BUY, SELL
from perpbox.doubles import break_even_price
from perpbox.engine import commands as ask
from perpbox.engine.fees import commission_of
from perpbox.instrument import initial_margin_rate
from perpbox.margin.liquidation_price import of_isolated
from perpbox.margin.position import figures_of
from perpbox.money import SQUARE, Price, Quantity, cut, parse
from tests.recorded.replay import RATES, Replay, apart, mark_that_pays, mark_that_shows
from tests.recorded.tables import Line, table

TAKER: Final = parse(RATES[1])
INTEREST: Final = parse("0.0001")
"""The rate of all eight payments of 2023-04-25: that of a market without a premium."""

XEM: Final = "events_account_update_xem_2023"
SHORTS: Final = "events_isolated_funding_20230425"
UNKNOWN: Final = "all"
"""Given where nothing of an event follows from anything recorded."""

Missed: TypeAlias = dict[str, int]
Chain: TypeAlias = Iterator[tuple[Line, Missed]]
"""Each recorded line that a chain comes to, with its figures that the engine does not have."""


def lines_of(name: str, file: str) -> list[Line]:
    return [line for line in table(name) if line["file"] == file]


def told(replay: Replay, line: Line) -> tuple[Line, Missed]:
    """An update, at the mark price of its profit."""
    if line.has("pa") and line.figure("pa"):
        replay.move(line["symbol"], mark_that_shows(line))
    return line, replay.missed(line)


def filled(replay: Replay, line: Line) -> tuple[Line, Missed]:
    return line, replay.missed_by(line, *replay.fill_as(line))


def opened(line: Line) -> Replay:
    """An account that has come to the position of an update by one fill, which is not recorded."""
    name, quantity, price = line["symbol"], line.figure("pa"), line.figure("ep")
    fee = commission_of(price, abs(quantity), TAKER)
    replay = Replay({name: price}, line.figure("wb") + fee)
    replay.holds(name, realized=line.figure("cr"))
    replay.fill(name, BUY if quantity > 0 else SELL, abs(quantity), price)
    return replay


def xem_account() -> Chain:
    """A deposit, and a close in two fills at whole ticks that realize what was realized."""
    first, before, deposit, closed, _ = lines_of("events", XEM)
    yield told(opened(first), first)
    replay = opened(before)
    yield told(replay, before)
    replay.transfer(deposit.figure("bc"))
    yield told(replay, deposit)
    replay.fill("XEMUSDT", BUY, parse("2753"), parse("0.0312"))
    replay.fill("XEMUSDT", BUY, parse("614"), parse("0.0311"))
    yield told(replay, closed)


def isolated_shorts() -> Chain:
    """A maker's fill that enlarges a short position, then funding of eight, all isolated at 5x.

    The fills that opened BTC and COTI are not recorded. What they were follows from the entry price
    after them; that they paid as takers, from what the isolated wallet of one and the wallet after
    the other lack.
    """
    first, *funded = lines_of("events", SHORTS)
    (fill,) = lines_of("orders", "event_otu_filled_limit_20230425")
    held, price = before_the_fill(first, fill)
    paid = commission_of(price, held, TAKER) + fill.figure("commission")
    marks = {line["symbol"]: line.figure("ep") for line in funded}
    replay = Replay(marks, first.figure("wb") + paid, isolated_at=5)
    for line in funded:
        if "iw" in line["given"]:
            wallet = line.figure("iw") - line.figure("bc")
            held_already = line.figure("pa"), line.figure("ep"), wallet, line.figure("cr")
            replay.holds(line["symbol"], *held_already)
    replay.holds("BTCUSDT", realized=first.figure("cr"))
    replay.fill("BTCUSDT", SELL, held, price)
    yield filled(replay, fill)
    yield told(replay, first)
    replay.fill("COTIUSDT", SELL, parse("118"), parse("0.08423"))
    for line in funded:
        mark = mark_that_pays(line.figure("pa"), INTEREST, line.figure("bc"))
        replay.settle(line["symbol"], INTEREST, mark)
        yield told(replay, line)


def before_the_fill(after: Line, fill: Line) -> tuple[Quantity, Price]:
    """How much was short before a sale, and at which average price."""
    held = -after.figure("pa") - fill.figure("qty")
    cost = -after.figure("pa") * after.figure("ep") - fill.figure("qty") * fill.figure("price")
    assert cost % held == 0
    return held, cost // held


def xrp_trader() -> Chain:
    """Short 5, short 5 more as maker, and all bought back as taker, within an hour of 2021-10-21.

    Later that day all was withdrawn: of what was earned in between nothing is recorded.
    """
    (update,) = lines_of("events", "roq_evt_account_update_order")
    replay = opened(update)
    yield told(replay, update)
    for file in ("roq_evt_otu_filled_maker", "roq_evt_otu_filled_taker"):
        yield filled(replay, *lines_of("orders", file))
    (withdrawn,) = lines_of("events", "roq_evt_account_update_withdraw")
    replay = Replay({"XRPUSDT": parse("1.1")}, -withdrawn.figure("bc"))
    replay.transfer(withdrawn.figure("bc"))
    yield told(replay, withdrawn)


def xrp_orders() -> Chain:
    """Three days earlier: one order stands, with its worth as the bids; another one is canceled."""
    replay = Replay({"XRPUSDT": parse("1.1")}, parse("21"))
    (new,) = lines_of("orders", "roq_evt_otu_new")
    order = replay.order(new)
    yield new, replay.missed_by(new, order, None)
    replay.cancel(order)
    (canceled,) = lines_of("orders", "roq_evt_otu_canceled")
    order = replay.order(canceled)
    replay.cancel(order)
    yield canceled, replay.missed_by(canceled, order, None)


def portfolio_margin() -> Chain:
    """A maker's fill in an account that had nothing: its wallet is minus the commission.

    What carried it lay outside of futures.
    """
    (update,) = lines_of("events", "roq_evt_account_update_papi")
    replay = Replay({"BTCUSDT": update.figure("ep")}, 0)
    replay.rig.limits_hold = False
    replay.fill("BTCUSDT", BUY, update.figure("pa"), update.figure("ep"), is_maker=True)
    yield told(replay, update)


def eth_trades() -> Chain:
    """Two sales of 2022 one after the other, as taker."""
    replay = Replay({"ETHUSDT": parse("1252")}, parse("100"))
    for line in lines_of("orders", "userTrades_eth_20220922"):
        yield filled(replay, line)


def trade_of_2019() -> Chain:
    """A leg is sold short at 0.5 %."""
    (line,) = lines_of("orders", "roq_userTrades")
    replay = Replay({"BTCUSDT": line.figure("price")}, parse("100"), ("0.005", "0.005"))
    replay.rig.submit(ask.SetPositionMode(replay.account_id, hedge_mode=True))
    yield filled(replay, line)


CHAINS: Final[dict[str, Callable[[], Chain]]] = {
    XEM: xem_account,
    SHORTS: isolated_shorts,
    "event_otu_filled_limit_20230425": isolated_shorts,
    "roq_evt_account_update_order": xrp_trader,
    "roq_evt_otu_filled_maker": xrp_trader,
    "roq_evt_otu_filled_taker": xrp_trader,
    "roq_evt_account_update_withdraw": xrp_trader,
    "roq_evt_otu_new": xrp_orders,
    "roq_evt_otu_canceled": xrp_orders,
    "roq_evt_account_update_papi": portfolio_margin,
    "userTrades_eth_20220922": eth_trades,
    "roq_userTrades": trade_of_2019,
}
"""The chain in which each recording stands."""


@cache
def replayed(chain: Callable[[], Chain]) -> dict[tuple[str, ...], Missed]:
    """What a chain misses, by line."""
    return {tuple(line.values()): missed for line, missed in chain()}


UPDATES: Final = [line for line in table("events") if line["given"] != UNKNOWN]
ORDERS: Final = table("orders")


@pytest.mark.parametrize("line", [*UPDATES, *ORDERS], ids=str)
def test_the_engine_comes_to_what_was_recorded(line: Line) -> None:
    assert replayed(CHAINS[line["file"]])[tuple(line.values())] == line.off


def test_how_many_figures_are_more_than_what_a_replay_began_with() -> None:
    """And agree to the last digit: 16 updates, and 8 events of orders or trades."""
    names = ("wb", "cw", "ep", "cr", "up", "iw", "bep")
    made = Counter(
        name
        for line in UPDATES
        for name in names
        if line.has(name) and name not in {*line["given"].split(","), *line.off}
    )
    assert made == {"wb": 11, "cw": 15, "up": 9, "iw": 7, "cr": 2, "ep": 2, "bep": 1}
    made = Counter(
        name
        for line in ORDERS
        for name in ("commission", "profit", "average", "bids", "asks")
        if line.has(name) and name not in line.off
    )
    assert made == {"commission": 4, "profit": 7, "average": 5, "bids": 5, "asks": 5}


def test_a_settlement_was_near_the_mark_price_that_the_update_shows() -> None:
    """The update came some seconds later. At another rate than 0.01 % they would be far apart."""
    for line in lines_of("events", SHORTS)[1:]:
        paid_at = mark_that_pays(line.figure("pa"), INTEREST, line.figure("bc"))
        assert abs(paid_at - mark_that_shows(line)) * 500 < paid_at, str(line)


def test_no_one_fill_closes_the_xem_position_with_its_profit() -> None:
    """A price of four decimals leaves no rest."""
    _, before, _, closed, _ = lines_of("events", XEM)
    realized = closed.figure("cr") - before.figure("cr")
    assert realized * 10_000 % before.figure("pa")


def test_margin_and_commission_cut_together_give_the_isolated_wallet_of_coti() -> None:
    """118 at 0.08423, 5x: 1.987828 - 0.003975656, of which the engine is one unit above."""
    (line,) = (line for line in table("events") if line["symbol"] == "COTIUSDT")
    worth = -line.figure("pa") * line.figure("ep")
    wallet = cut(worth * (initial_margin_rate(5) - TAKER), SQUARE)
    assert wallet == line.figure("iw") - line.figure("bc")


def test_an_isolated_position_from_its_fill_over_its_funding() -> None:
    """BARDUSDT of 2026-03-19: polled four times, paid 0.00714852 by funding, polled four times.

    Rate and mark price of the payment are not recorded; these two make it.
    """
    polls = lines_of("positions", "positionRisk_v3_isolated_bard_series_20260319")
    name, amt, entry = polls[0]["symbol"], polls[0].figure("amt"), polls[0].figure("entry")
    replay = Replay({name: entry}, parse("100"), ("0.0002", "0.0005"), isolated_at=5)
    replay.fill(name, BUY, amt, entry)
    for line in polls:
        if line is polls[4]:
            paid = line.figure("wallet") - polls[3].figure("wallet")
            rate = parse("-0.00059079")
            replay.settle(name, rate, mark_that_pays(amt, rate, paid))
        mark = line.figure("mark")
        replay.move(name, mark)
        exposure, position = replay.exposure(name), replay.position(name)
        figures = figures_of(exposure, position, mark)
        made = {
            "wallet": position.isolated_wallet,
            "notional": figures.notional,
            "profit": figures.unrealized_profit,
            "position": figures.position_initial_margin,
            "maint": figures.maint_margin,
            "isolated": figures.isolated_wallet + figures.unrealized_profit,
            "liquidation": of_isolated(exposure, position, mark),
        }
        assert apart(line, made) == line.off
        assert break_even_price(position) == "0.6055026"
