"""Statistics of a market: what is held in it, by whom, and at which prices."""

from __future__ import annotations

from typing import Final

from perpbox.engine.market import Market
from perpbox.instrument import Symbol
from perpbox.margin.holding import Holding
from perpbox.money import SCALE, Price, Quantity, Ratio, cut, round_half_up, text, text_at
from perpbox.tape import Candle

Row = dict[str, object]

DECIMALS: Final = 4
ONE: Final = 10**DECIMALS
UNIT: Final[Ratio] = SCALE // ONE
SUPPLY: Final = "0.00000000"
"""[dec] Of coins in circulation nothing is known here."""


def open_interest(market: Market, holding: Holding) -> Row:
    """`GET /fapi/v1/openInterest`."""
    precision = market.symbol.quantity_precision
    return {
        "openInterest": text_at(holding.open_interest, precision),
        "symbol": market.symbol.name,
        "time": market.changed,
    }


def past_open_interest(name: str, holding: Holding, mark: Candle, *, with_supply: bool) -> Row:
    """One row of `openInterestHist`."""
    row: Row = {
        "symbol": name,
        "sumOpenInterest": text(holding.open_interest),
        "sumOpenInterestValue": text(cut(holding.open_interest * mark.close, SCALE)),
    }
    if with_supply:
        row["CMCCirculatingSupply"] = SUPPLY
    row["timestamp"] = mark.close_time + 1
    return row


def accounts(name: str, longs: int, shorts: int, period: Candle) -> Row:
    """One row of the ratios of accounts; the shares are rounded, as the page's are."""
    total = max(1, longs + shorts)
    shares = round_half_up(longs * ONE, total), round_half_up(shorts * ONE, total)
    return _ratio_row(name, longs, shorts, shares, period)


def positions(name: str, longs: Quantity, shorts: Quantity, period: Candle) -> Row:
    """One row of the ratio of positions; the shares are cut, as the page's are."""
    total = max(1, longs + shorts)
    return _ratio_row(name, longs, shorts, (longs * ONE // total, shorts * ONE // total), period)


def _ratio_row(name: str, longs: int, shorts: int, shares: tuple[int, int], period: Candle) -> Row:
    return {
        "symbol": name,
        "longAccount": text_at(shares[0] * UNIT, DECIMALS),
        "longShortRatio": _ratio(longs, shorts),
        "shortAccount": text_at(shares[1] * UNIT, DECIMALS),
        "timestamp": period.close_time + 1,
    }


def _ratio(one: int, other: int) -> str:
    """[dec] To nothing it is what it would be to a ten thousandth of the one; 0 of nothing."""
    ratio = round_half_up(one * ONE, other) if other else ONE * ONE * bool(one)
    return text_at(ratio * UNIT, DECIMALS)


def takers(period: Candle) -> Row:
    """One row of `takerlongshortRatio`."""
    bought = period.taker_buy_volume
    sold = period.volume - bought
    return {
        "buySellRatio": _ratio(bought, sold),
        "buyVol": text_at(bought, DECIMALS),
        "sellVol": text_at(sold, DECIMALS),
        "timestamp": period.open_time,
    }


def basis(symbol: Symbol, price: Price, index: Candle) -> Row:
    """One row of `basis`."""
    difference = price - index.close
    return {
        "indexPrice": text(index.close),
        "contractType": "PERPETUAL",
        "basisRate": text_at(round_half_up(difference * ONE, index.close) * UNIT, DECIMALS),
        "futuresPrice": text_at(price, symbol.price_precision),
        "annualizedBasisRate": "",
        "basis": text(difference),
        "pair": symbol.name,
        "timestamp": index.close_time + 1,
    }
