"""The bot on ccxt in a market that the test moves, and while things go wrong."""

from __future__ import annotations

from typing import Any

import ccxt  # type: ignore[import-untyped, unused-ignore]  # annotated, but ships no py.typed
import pytest

from examples.average import Average
from perpbox.testing import Account, Box
from perpbox.testing.words import FaultKind

ORDER = "POST /fapi/v1/order"
RISING = (50_000, 50_100, 50_200, 50_300, 50_400, 50_500)
FALLING = (50_400, 50_200, 50_000, 49_800)


@pytest.fixture
def account(perpbox: Box) -> Account:
    return perpbox.account(USDT=10_000)


@pytest.fixture
def bot(account: Account) -> Average:
    return Average(account.ccxt(enableRateLimit=False), "BTC/USDT:USDT", 0.01)


def walk(perpbox: Box, bot: Average, prices: tuple[int, ...]) -> None:
    for price in prices:
        perpbox.price("BTCUSDT", price)
        bot.run(steps=1, pause=0)


def orders(perpbox: Box, account: Account) -> int:
    return perpbox.story(account.id).count("PlaceOrder")


def test_it_buys_a_rise_and_sells_a_fall(perpbox: Box, bot: Average, account: Account) -> None:
    walk(perpbox, bot, RISING[:-1])
    assert bot.held() == 0  # it has not seen enough yet
    walk(perpbox, bot, RISING[-1:])
    assert bot.held() == 0.01
    walk(perpbox, bot, FALLING)
    assert bot.held() == 0
    assert orders(perpbox, account) == 2


@pytest.mark.parametrize("executed", [True, False])
@pytest.mark.parametrize(
    ("kind", "how"),
    [("error", {"answer": "408"}), ("error", {"answer": "503-unknown"}), ("disconnect", {})],
)
def test_an_order_of_unknown_fate_is_there_once(
    perpbox: Box,
    bot: Average,
    account: Account,
    kind: FaultKind,
    how: dict[str, Any],
    executed: bool,
) -> None:
    rule = perpbox.faults(kind, executed=executed, endpoint=ORDER, nth=1, **how)
    walk(perpbox, bot, RISING)
    assert len(perpbox.fired(rule)) == 1
    assert bot.held() == 0.01
    assert orders(perpbox, account) == 1


def test_an_order_that_nobody_answers_for_is_not_sent_again(
    perpbox: Box, bot: Average, account: Account
) -> None:
    """The order was executed, and every question for it fails."""
    perpbox.faults("error", answer="408", executed=True, endpoint=ORDER, nth=1)
    silence = perpbox.faults("disconnect", endpoint="GET /fapi/v1/order")
    walk(perpbox, bot, RISING)
    assert len(perpbox.fired(silence)) > 1
    assert orders(perpbox, account) == 1
    perpbox.lift(silence)
    bot.run(steps=2, pause=0)
    assert bot.held() == 0.01


def test_calls_that_break_off_are_made_again(perpbox: Box, bot: Average) -> None:
    broken = perpbox.faults("disconnect", endpoint="GET *", every=2, times=4)
    for price in RISING:
        perpbox.price("BTCUSDT", price)
        bot.run(steps=2, pause=0)
    assert len(perpbox.fired(broken)) == 4
    assert bot.held() == 0.01


def test_a_bot_that_is_started_again_holds_what_it_held(
    perpbox: Box, bot: Average, account: Account
) -> None:
    walk(perpbox, bot, RISING)
    again = Average(account.ccxt(enableRateLimit=False), bot.symbol, bot.amount)
    walk(perpbox, again, RISING)
    assert again.held() == 0.01
    assert orders(perpbox, account) == 1


def test_a_refusal_is_not_repeated(perpbox: Box) -> None:
    poor = Average(perpbox.account(USDT=1).ccxt(enableRateLimit=False), "BTC/USDT:USDT", 0.01)
    with pytest.raises(ccxt.ExchangeError, match=r"-2019"):
        walk(perpbox, poor, RISING)


def test_funding_is_paid_while_it_holds(perpbox: Box, bot: Average) -> None:
    perpbox.control("POST", "funding", {"BTCUSDT": {"rate": "0.0003"}})
    walk(perpbox, bot, RISING)
    assert bot.funding() == 0
    perpbox.advance("8h")
    assert bot.funding() == pytest.approx(-0.0003 * 0.01 * RISING[-1])
