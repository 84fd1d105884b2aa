"""A small fixed catalogue for the tests of the core: four symbols, four assets, short tables."""

from __future__ import annotations

from typing import Final

from perpbox.instrument import Bracket, Catalogue, MarginAsset, Symbol
from perpbox.money import SCALE, parse

Row = tuple[str, int, str]
"""Notional cap, highest leverage, maintenance margin rate."""

BTC_TABLE: Final[tuple[Row, ...]] = (
    ("50000", 125, "0.004"),
    ("250000", 100, "0.005"),
    ("1000000", 50, "0.01"),
    ("5000000", 20, "0.025"),
    ("20000000", 10, "0.05"),
    ("100000000", 1, "0.5"),
)
ALT_TABLE: Final[tuple[Row, ...]] = (
    ("5000", 75, "0.0065"),
    ("25000", 50, "0.01"),
    ("100000", 20, "0.025"),
    ("1000000", 5, "0.1"),
    ("5000000", 1, "0.5"),
)


def brackets(table: tuple[Row, ...]) -> tuple[Bracket, ...]:
    """The table with floors, and the maintenance amounts that make it continuous."""
    rows: list[Bracket] = []
    floor = cum = last_rate = 0
    for number, (cap, leverage, rate_text) in enumerate(table, 1):
        rate = parse(rate_text)
        cum += floor * (rate - last_rate) // SCALE
        rows.append(Bracket(number, leverage, floor, parse(cap), rate, cum))
        floor, last_rate = parse(cap), rate
    return tuple(rows)


def symbol(
    name: str,
    ordinal: int,
    *,
    price: str,
    tick: str,
    prices: tuple[str, str],
    step: str,
    most: tuple[str, str],
    table: tuple[Row, ...],
    fees: tuple[str, str] = ("0.0002", "0.0005"),
    min_notional: str = "5",
) -> Symbol:
    """A symbol; `prices` are its lowest and highest, `most` its largest limit and market order."""
    quote = name[-4:]
    return Symbol(
        name=name,
        ordinal=ordinal,
        base_asset=name[:-4],
        quote_asset=quote,
        margin_asset=quote,
        price_precision=len(tick.partition(".")[2]),
        quantity_precision=len(step.partition(".")[2]),
        tick_size=parse(tick),
        min_price=parse(prices[0]),
        max_price=parse(prices[1]),
        step_size=parse(step),
        min_quantity=parse(step),
        max_quantity=parse(most[0]),
        market_step_size=parse(step),
        market_min_quantity=parse(step),
        market_max_quantity=parse(most[1]),
        max_num_orders=200,
        max_num_algo_orders=100,
        min_notional=parse(min_notional),
        multiplier_up=parse("1.05"),
        multiplier_down=parse("0.95"),
        trigger_protect=parse("0.05"),
        liquidation_fee=parse("0.0125"),
        market_take_bound=parse("0.05"),
        maker_commission_rate=parse(fees[0]),
        taker_commission_rate=parse(fees[1]),
        default_leverage=20,
        start_price=parse(price),
        onboard_time=0,
        underlying_type="COIN",
        underlying_sub_types=(),
        brackets=brackets(table),
    )


def asset(name: str, index: str, buffer: str, auto: str = "0") -> MarginAsset:
    return MarginAsset(
        name=name,
        start_index_price=parse(index),
        bid_buffer=parse(buffer),
        ask_buffer=parse(buffer),
        auto_exchange_bid_buffer=parse(auto),
        auto_exchange_ask_buffer=parse(auto),
        auto_exchange_threshold=None,
        margin_available=True,
        index_symbol=f"{name}USD",
    )


SYMBOLS: Final = (
    symbol(
        "BTCUSDT",
        0,
        price="50000",
        tick="0.1",
        prices=("100", "1000000"),
        step="0.001",
        most=("1000", "120"),
        table=BTC_TABLE,
        min_notional="50",
    ),
    symbol(
        "ETHUSDC",
        1,
        price="2500",
        tick="0.01",
        prices=("10", "100000"),
        step="0.001",
        most=("10000", "2000"),
        table=ALT_TABLE,
        fees=("0", "0.0004"),
        min_notional="20",
    ),
    symbol(
        "DOGEUSDT",
        2,
        price="0.1",
        tick="0.00001",
        prices=("0.001", "30"),
        step="1",
        most=("50000000", "30000000"),
        table=ALT_TABLE,
    ),
    symbol(
        "1000PEPEUSDC",
        3,
        price="0.0123456",
        tick="0.0000001",
        prices=("0.0000001", "200"),
        step="1",
        most=("100000000", "30000000"),
        table=ALT_TABLE,
        fees=("0", "0.0004"),
    ),
)
ASSETS: Final = (
    asset("USDT", "0.9998", "0.0001"),
    asset("USDC", "1", "0.0001"),
    asset("BNB", "600", "0.05", "0.025"),
    asset("BTC", "50000", "0.05", "0.025"),
)
CATALOGUE: Final = Catalogue(
    symbols={s.name: s for s in SYMBOLS},
    assets={a.name: a for a in ASSETS},
    source="invented for the tests",
)
