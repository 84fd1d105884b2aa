"""The index of what waits against a plain list, and each condition against the page's words."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from fractions import Fraction
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from perpbox.account import (
    BUY,
    SELL,
    ConditionalOrder,
    ConditionalTerms,
    ConditionalType,
    PositionSide,
    PriceMatch,
    SelfTradePrevention,
    TimeInForce,
    WorkingType,
)
from perpbox.engine.triggers import Triggers
from perpbox.money import SCALE

TERMS: Final = ConditionalTerms(
    symbol="BTCUSDT",
    side=BUY,
    position_side=PositionSide.BOTH,
    order_type=ConditionalType.STOP_MARKET,
    time_in_force=TimeInForce.GTC,
    quantity=1,
    price=0,
    trigger_price=0,
    working_type=WorkingType.CONTRACT_PRICE,
    price_protect=False,
    close_position=False,
    reduce_only=False,
    self_trade_prevention=SelfTradePrevention.EXPIRE_MAKER,
    price_match=PriceMatch.NONE,
    activation_price=0,
    callback_rate=0,
    good_till=0,
)
TRAILS: Final = ConditionalType.TRAILING_STOP_MARKET
PRICES: Final = st.integers(1, 30)
"""Few, so that orders wait at equal prices and prices come back."""
RATES: Final = st.sampled_from([SCALE // 1000, SCALE // 10, SCALE // 3])
ORDERS: Final = st.builds(
    ConditionalOrder,
    algo_id=st.just(0),
    account_id=st.just(1),
    client_algo_id=st.just(""),
    terms=st.builds(
        replace,
        st.just(TERMS),
        side=st.sampled_from([BUY, SELL]),
        order_type=st.sampled_from(ConditionalType),
        working_type=st.sampled_from(WorkingType),
        trigger_price=PRICES,
        activation_price=PRICES,
        callback_rate=RATES,
    ),
    created=st.just(0),
    extreme=PRICES,
)


class PlainList:
    """What waits, each with the best price for it; nothing is sorted, and all of it is asked."""

    def __init__(self) -> None:
        self.orders: list[ConditionalOrder] = []

    def note(self, working_type: WorkingType, price: int) -> None:
        for order in self.orders:
            if order.terms.working_type is working_type:
                best: Callable[[int, int], int] = min if order.terms.side == BUY else max
                order.extreme = best(order.extreme, price)

    def due(self, working_type: WorkingType, price: int) -> list[int]:
        return [
            order.algo_id
            for order in self.orders
            if order.terms.working_type is working_type and order.holds(price)
        ]


STEPS: Final = st.lists(
    st.one_of(
        st.tuples(st.just("add"), ORDERS),
        st.tuples(st.just("remove"), st.integers(0, 50)),
        st.tuples(st.just("note"), st.tuples(st.sampled_from(WorkingType), PRICES)),
    ),
    max_size=40,
)


@given(STEPS)
def test_what_is_due_is_what_a_plain_list_says(steps: list[tuple[str, object]]) -> None:
    """Orders come at the latest price, which is the best that the youngest has seen."""
    index, plain = Triggers(), PlainList()
    latest = dict.fromkeys(WorkingType, 15)
    indexed: dict[int, ConditionalOrder] = {}
    for number, (step, what) in enumerate(steps, 1):
        if isinstance(what, ConditionalOrder):
            order = replace(what, algo_id=number, extreme=latest[what.terms.working_type])
            plain.orders.append(order)
            indexed[number] = copy(order)
            index.add(indexed[number])
        elif isinstance(what, tuple):
            index.note(*what)
            latest[what[0]] = what[1]
            plain.note(*what)
        elif step == "remove" and plain.orders:
            assert isinstance(what, int)
            gone = plain.orders.pop(what % len(plain.orders))
            index.remove(indexed[gone.algo_id])
        for working_type in WorkingType:
            for price in (1, 10, 15, 20, 30):
                assert sorted(index.due(working_type, price)) == plain.due(working_type, price)


def test_a_price_asks_no_trailing_order_that_it_cannot_set_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Sales at 1 % below 10 000, and one that waits for 20 000: none is near before 9 900."""
    index = Triggers()
    terms = replace(TERMS, order_type=TRAILS, side=SELL, callback_rate=SCALE // 100)
    for number in range(1, 100):
        activation = 20_000 if number == 50 else 10_000
        order = ConditionalOrder(
            number, 1, "", replace(terms, activation_price=activation), 0, extreme=10_000
        )
        index.add(order)
    asked: list[int] = []
    holds = ConditionalOrder.holds

    def counted(order: ConditionalOrder, price: int) -> bool:
        asked.append(order.algo_id)
        return holds(order, price)

    monkeypatch.setattr(ConditionalOrder, "holds", counted)
    for price in (9_999, 9_901, 10_000, 9_950):
        index.note(WorkingType.CONTRACT_PRICE, price)
        assert not [*index.due(WorkingType.CONTRACT_PRICE, price)]
    assert asked == []
    index.note(WorkingType.CONTRACT_PRICE, 9_900)
    assert len([*index.due(WorkingType.CONTRACT_PRICE, 9_900)]) == 98


def by_the_page(order: ConditionalOrder, latest: int) -> bool:
    """The conditions as the New Algo Order page has them, line by line."""
    terms = order.terms
    buys, trigger = terms.side == BUY, terms.trigger_price
    if terms.order_type in (ConditionalType.STOP, ConditionalType.STOP_MARKET):
        return latest >= trigger if buys else latest <= trigger
    if terms.order_type is not TRAILS:
        return latest <= trigger if buys else latest >= trigger
    rate = Fraction(terms.callback_rate, SCALE)
    if buys:
        lowest = order.extreme
        return lowest <= terms.activation_price and latest >= lowest * (1 + rate)
    highest = order.extreme
    return highest >= terms.activation_price and latest <= highest * (1 - rate)


@given(ORDERS, PRICES)
def test_a_condition_holds_when_the_page_says_so(order: ConditionalOrder, latest: int) -> None:
    assert order.holds(latest) is by_the_page(order, latest)
