"""What the market saw, computed once from the venue's trades: prints, candles, a day's figures."""

from perpbox.tape.aggregates import AggregateTrade, aggregated
from perpbox.tape.candles import NO_TRADE, Candle, joined, unbroken
from perpbox.tape.day import (
    DayStatistics,
    price_change_percent_rounded,
    untraded,
    weighted_average_rounded,
    window_start,
)
from perpbox.tape.intervals import Interval
from perpbox.tape.kept import KEPT, MADE_OF, Keeper, Kind, Place, place_of
from perpbox.tape.prints import Print, Trade
from perpbox.tape.tape import KEPT_PER_SYMBOL, Tape

__all__ = [
    "KEPT",
    "KEPT_PER_SYMBOL",
    "MADE_OF",
    "NO_TRADE",
    "AggregateTrade",
    "Candle",
    "DayStatistics",
    "Interval",
    "Keeper",
    "Kind",
    "Place",
    "Print",
    "Tape",
    "Trade",
    "aggregated",
    "joined",
    "place_of",
    "price_change_percent_rounded",
    "unbroken",
    "untraded",
    "weighted_average_rounded",
    "window_start",
]
