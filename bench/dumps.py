"""Dumps to measure with, invented and the same each time: single trades, and bars of a minute."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

from perpbox.instrument import Symbol
from perpbox.money import Millis, text_short

BEGIN: Final[Millis] = 1_704_067_200_000
"""2024-01-01."""
MINUTE: Final[Millis] = 60_000
QUANTITIES: Final = (1, 2, 3, 5, 8, 10, 20, 50, 100)
"""In steps, the usual ones; others come between."""


def write_trades(folder: Path, symbol: Symbol, count: int, gap: Millis) -> Path:
    """So many trades, one each so many milliseconds in the mean."""
    path = folder / f"{symbol.name}-trades-2024-01.csv"
    random = Random(symbol.ordinal)
    price, time = symbol.start_price, BEGIN
    with path.open("w", encoding="utf-8") as file:
        file.write("id,price,qty,quote_qty,time,is_buyer_maker\n")
        for number in range(1, count + 1):
            time += int(random.expovariate(1.0) * gap)
            price += random.choice((-1, 0, 0, 0, 1)) * symbol.tick_size
            steps = random.choice((*QUANTITIES, random.randrange(1, 5000)))
            quantity = text_short(steps * symbol.step_size)
            maker = random.choice(("true", "false"))
            file.write(f"{number},{text_short(price)},{quantity},0,{time},{maker}\n")
    return path


def write_klines(folder: Path, symbol: Symbol, minutes: int) -> Path:
    """So many bars of a minute."""
    path = folder / f"{symbol.name}-1m-2024-01.csv"
    random = Random(symbol.ordinal)
    closed, time = symbol.start_price, BEGIN
    with path.open("w", encoding="utf-8") as file:
        for _ in range(minutes):
            opened = closed
            moves = [random.randrange(-20, 21) * symbol.tick_size for _ in range(3)]
            closed = max(opened + moves[0], symbol.min_price)
            high = max(opened, closed) + abs(moves[1])
            low = max(min(opened, closed) - abs(moves[2]), symbol.min_price)
            steps = random.randrange(500, 500_000)
            volume, bought = steps * symbol.step_size, steps // 2 * symbol.step_size
            prices = ",".join(map(text_short, (opened, high, low, closed, volume)))
            rest = f"{time + MINUTE - 1},0,400,{text_short(bought)},0,0"
            file.write(f"{time},{prices},{rest}\n")
            time += MINUTE
    return path
