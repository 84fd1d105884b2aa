"""What an order costs before it stands."""

from __future__ import annotations

import pytest

from perpbox.account import BUY, SELL, Exposure, Position, PositionSide
from perpbox.margin.order import (
    assumed_market_price,
    initial_margin_increase,
    needs_margin,
    open_loss,
)
from perpbox.money import parse
from tests.worlds import CATALOGUE

BTC = CATALOGUE.symbols["BTCUSDT"]


@pytest.mark.parametrize(
    ("side", "opposite", "mark", "price"),
    [
        (BUY, "50000", "49000", "50025"),
        (BUY, "0", "50000", "50025"),
        (BUY, "0.0000123", "1", "0.00001231"),  # rounded up
        (SELL, "49000", "50000", "50000"),
        (SELL, "51000", "50000", "51000"),
        (SELL, "0", "50000", "50000"),
    ],
)
def test_a_market_order_has_an_assumed_price(
    side: int, opposite: str, mark: str, price: str
) -> None:
    assert assumed_market_price(side, parse(opposite), parse(mark)) == parse(price)


@pytest.mark.parametrize(
    ("side", "price", "loss"),
    [
        (BUY, "9253.30", "0"),  # vector E1, mark 9 259.84
        (SELL, "9253.30", "6.54"),
        (BUY, "9260", "0.16"),
        (SELL, "9260", "0"),
        (BUY, "9259.84", "0"),
    ],
)
def test_an_order_on_the_wrong_side_of_mark_has_an_open_loss(
    side: int, price: str, loss: str
) -> None:
    assert open_loss(side, parse("1"), parse(price), parse("9259.84")) == parse(loss)


def test_an_open_loss_is_rounded_up() -> None:
    assert open_loss(BUY, 1, 2, 1) == 1
    assert open_loss(BUY, parse("0.5"), 4, 1) == 2


@pytest.mark.parametrize(
    ("quantity", "standing", "side", "new", "needed"),
    [
        ("0", "0", BUY, "1", True),
        ("0", "0", SELL, "1", True),
        ("1", "0", BUY, "0.1", True),
        ("1", "0", SELL, "1", False),
        ("1", "0", SELL, "1.001", True),
        ("1", "0.8", SELL, "0.5", True),  # vector B5
        ("1.4", "0.8", SELL, "0.5", False),  # vector B5
        ("1.3", "0.8", SELL, "0.5", False),
        ("-1.3", "0.8", BUY, "0.5", False),
        ("-1.3", "0.8", BUY, "0.501", True),
        ("-1.3", "0.8", SELL, "0.001", True),
    ],
)
def test_what_closes_within_the_position_needs_no_margin(
    quantity: str, standing: str, side: int, new: str, needed: bool
) -> None:
    position = Position(PositionSide.BOTH)
    position.quantity = parse(quantity)
    if side == BUY:
        position.buy_quantity = parse(standing)
    else:
        position.sell_quantity = parse(standing)
    assert needs_margin(position, side, parse(new)) is needed


def test_in_hedge_mode_what_opens_needs_margin() -> None:
    for leg, opens in ((PositionSide.LONG, BUY), (PositionSide.SHORT, SELL)):
        position = Position(leg)
        assert needs_margin(position, opens, 1)
        assert not needs_margin(position, -opens, 1)


def test_the_increase_is_of_the_whole_symbol() -> None:
    """Long 0.5 at 20 000, 2x: a bid of 1 900 adds 950, an ask of 2 200 beside it nothing (B4)."""
    exposure, position = Exposure(BTC, 2), Position(PositionSide.BOTH)
    position.quantity = parse("0.5")
    mark, size = parse("20000"), parse("0.1")
    bid = initial_margin_increase(exposure, position, mark, BUY, size, parse("19000"))
    ask = initial_margin_increase(exposure, position, mark, SELL, size, parse("22000"))
    assert (bid, ask) == (parse("950"), 0)
