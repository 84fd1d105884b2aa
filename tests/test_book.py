"""The book of one symbol: orders by price, then by the time at which they came to stand."""

from __future__ import annotations

import random

from perpbox.account import (
    BUY,
    SELL,
    Order,
    OrderType,
    PositionSide,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from perpbox.book import Book, BookSide
from perpbox.money import parse


def order(number: int, side: Side, price: str, quantity: str = "1", executed: str = "0") -> Order:
    return Order(
        order_id=number,
        account_id=1,
        symbol="BTCUSDT",
        client_order_id=f"o{number}",
        side=side,
        position_side=PositionSide.BOTH,
        order_type=OrderType.LIMIT,
        time_in_force=TimeInForce.GTC,
        price=parse(price),
        quantity=parse(quantity),
        reduce_only=False,
        self_trade_prevention=SelfTradePrevention.EXPIRE_MAKER,
        created=0,
        updated=0,
        priority=number,
        executed=parse(executed),
    )


def stood(side: Side, *orders: Order) -> BookSide:
    book = Book()
    for one in orders:
        book.side(side).add(one)
    return book.side(side)


def numbers(side: BookSide) -> list[int]:
    return [one.order_id for one in side.orders()]


def test_the_highest_bid_and_the_lowest_ask_come_first() -> None:
    prices = ("100", "102", "101")
    bids = stood(BUY, *(order(n, BUY, price) for n, price in enumerate(prices)))
    asks = stood(SELL, *(order(n, SELL, price) for n, price in enumerate(prices)))
    assert numbers(bids) == [1, 2, 0]
    assert numbers(asks) == [0, 2, 1]
    assert (bids.best_price(), asks.best_price()) == (parse("102"), parse("100"))


def test_the_older_order_comes_first_at_one_price() -> None:
    side = stood(SELL, order(3, SELL, "100"), order(1, SELL, "100"), order(2, SELL, "100"))
    assert numbers(side) == [3, 1, 2]
    best = side.best()
    assert best is not None
    side.remove(best)
    side.add(best)
    assert numbers(side) == [1, 2, 3]


def test_an_empty_side_has_no_best_order() -> None:
    side = Book().bids
    assert side.best() is None
    assert side.best_price() == 0
    assert list(side.depth()) == []


def test_a_level_goes_with_its_last_order() -> None:
    first, second = order(1, BUY, "100"), order(2, BUY, "99")
    side = stood(BUY, first, second)
    side.remove(first)
    assert side.best() is second
    assert len(side.levels) == len(side.keys) == 1
    side.remove(second)
    assert (side.levels, side.keys) == ({}, [])


def test_depth_sums_what_remains_of_a_level() -> None:
    side = stood(
        SELL,
        order(1, SELL, "100", "2", executed="0.5"),
        order(2, SELL, "100", "1"),
        order(3, SELL, "101", "4"),
    )
    assert list(side.depth()) == [(parse("100"), parse("2.5")), (parse("101"), parse("4"))]


def test_the_sides_of_a_book_are_apart() -> None:
    book = Book()
    book.side(BUY).add(order(1, BUY, "100"))
    assert book.side(SELL).best() is None
    assert book.bids.best() is not None


def test_a_book_is_a_sorted_list() -> None:
    """Orders come and go at random; a plain list, sorted each time, says the same."""
    dice = random.Random(20_231_114)
    for sign in (BUY, SELL):
        side = BookSide(sign)
        naive: list[tuple[int, int, Order]] = []
        for number in range(2_000):
            if naive and dice.random() < 0.45:
                gone = naive.pop(dice.randrange(len(naive)))
                side.remove(gone[2])
            else:
                one = order(number, sign, str(dice.randint(90, 110)))
                side.add(one)
                naive.append((-one.price * sign, number, one))
            if number % 50 == 0:
                assert numbers(side) == [n for _, n, _ in sorted(naive, key=lambda row: row[:2])]
