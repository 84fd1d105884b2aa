"""What may have happened inside a bar: a path of prices, and trades along it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final, TypeAlias
from zlib import crc32

from perpbox.account import BUY, SELL
from perpbox.feed.recorded.dice import Dice
from perpbox.feed.recorded.rows import Bar, Print
from perpbox.instrument import Symbol
from perpbox.money import Millis, Price, Quantity

Point: TypeAlias = tuple[Millis, Price]

MINUTE: Final[Millis] = 60_000
MOST_POINTS: Final = 10_000
LIKELY: Final = 4
"""A bar that rises has been at its low first three times in so many, and so the other way."""
JITTER: Final = 8
"""A point lies off the straight line by up to such a part of the bar's range."""


def dice_of(seed: int, symbol: Symbol, bar: Bar) -> Dice:
    """The same for the bars of trades, mark and index price of one time: they move alike."""
    return Dice(seed * 1_000_003 ^ crc32(symbol.name.encode()) << 32 ^ bar.open_time)


def points(bar: Bar, dice: Dice, wanted: int, tick: Price) -> list[Point]:
    """From open over high and low, whichever comes first, to close, and never outside.

    [dec] So many points as are wanted, in a bar that is longer one a minute at least.
    """
    length = bar.close_time - bar.open_time + 1
    corners = _corners(bar, dice)
    count = max(len(corners), min(max(wanted, length // MINUTE), MOST_POINTS, length))
    part = length // count
    times = [bar.open_time + length * k // count + dice.below(part) for k in range(count)]
    return list(zip(times, _prices(bar, corners, count, dice, tick), strict=True))


def _corners(bar: Bar, dice: Dice) -> list[Price]:
    """Open, the two extremes and close; what would stand still is left out."""
    rises = bar.close >= bar.open
    as_likely = dice.below(LIKELY) != 0
    extremes = (bar.low, bar.high) if rises is as_likely else (bar.high, bar.low)
    corners = [bar.open]
    for price in (*extremes, bar.close):
        if price != corners[-1]:
            corners.append(price)
    return corners


def _prices(bar: Bar, corners: list[Price], count: int, dice: Dice, tick: Price) -> Iterator[Price]:
    """The corners, and between each two of them some of the other points."""
    if len(corners) == 1:
        yield from corners * count
        return
    legs = len(corners) - 1
    between = [0] * legs
    for _ in range(count - len(corners)):
        between[dice.below(legs)] += 1
    reach = (bar.high - bar.low) // JITTER // tick
    for leg, number in enumerate(between):
        start, end = corners[leg], corners[leg + 1]
        yield start
        for k in range(1, number + 1):
            # On the grid that the open lies on, whatever the catalogue says of it today.
            straight = start + (end - start) * k // (number + 1)
            steps = (straight - bar.open) // tick + dice.below(2 * reach + 1) - reach
            yield max(bar.low, min(bar.high, bar.open + steps * tick))
    yield corners[-1]


def trades(bar: Bar, symbol: Symbol, seed: int, wanted: int) -> Iterator[tuple[Millis, Print]]:
    """Trades along the path whose quantities add up to the bar's volume.

    A bar in which nothing was traded has none. Takers have bought what the bar says they have,
    where prices rise rather than where they fall; half of it where it does not say.
    """
    if not bar.volume and bar.high == bar.low:
        return
    if bar.count is not None and bar.count < wanted:
        wanted = max(bar.count, 1)
    dice = dice_of(seed, symbol, bar)
    path = points(bar, dice, min(wanted, max(bar.volume // symbol.step_size, 1)), symbol.tick_size)
    quantities = _shares(bar.volume, symbol.step_size, len(path), dice)
    half = sum(quantities) // 2 // symbol.step_size * symbol.step_size
    taken = half if bar.taker_buy_volume is None else bar.taker_buy_volume
    bought = _bought(taken, [bar.open, *(price for _, price in path)], quantities, dice)
    for (time, price), quantity, buys in zip(path, quantities, bought, strict=True):
        if buys:
            yield time, (BUY, price, buys)
        if quantity > buys:
            yield time, (SELL, price, quantity - buys)


def _shares(volume: Quantity, step: Quantity, count: int, dice: Dice) -> list[Quantity]:
    """So many quantities above zero which add up to the volume, all but the last in whole steps.

    [dec] Where there are not steps enough for so many prices, each is one step.
    """
    steps, rest = divmod(volume, step)
    spare = steps - count
    if spare < 0:
        return [volume or step] if count == 1 else [step] * count
    weights = [1 + dice.below(100) for _ in range(count)]
    whole = sum(weights)
    shares = [1 + spare * weight // whole for weight in weights]
    shares[0] += steps - sum(shares)
    quantities = [share * step for share in shares]
    quantities[-1] += rest
    return quantities


def _bought(
    taken: Quantity, prices: list[Price], quantities: list[Quantity], dice: Dice
) -> list[Quantity]:
    """What of each quantity takers have bought, first where prices have risen most."""
    rises = [price - before for before, price in pairwise(prices)]
    order = sorted(range(len(rises)), key=lambda k: (-rises[k], dice.below(100)))
    bought = [0] * len(rises)
    for k in order:
        bought[k] = min(taken, quantities[k])
        taken -= bought[k]
    return bought
