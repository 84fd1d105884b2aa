"""Every recorded break-even price of a position of one fill, from that fill through the engine."""

from __future__ import annotations

from typing import Final

import pytest

from perpbox.account import BUY, SELL, PositionSide
from perpbox.doubles import break_even_price, entry_price
from perpbox.engine import commands as ask
from tests.recorded.replay import Replay
from tests.recorded.tables import Line, table

LINES: Final = [line for line in table("break_even") if line.has("rate")]


@pytest.mark.parametrize("line", LINES, ids=str)
def test_the_commission_is_inside_the_break_even_price(line: Line) -> None:
    name, amt, entry = line["symbol"], line.figure("amt"), line.figure("entry")
    worth = abs(amt) * entry
    replay = Replay({name: entry}, worth, (line["rate"], line["rate"]))
    if line.side is not PositionSide.BOTH:
        replay.rig.submit(ask.SetPositionMode(replay.account_id, hedge_mode=True))
    replay.fill(name, BUY if amt > 0 else SELL, abs(amt), entry, leg=line.side)
    position = replay.position(name, line.side)
    assert entry_price(position) == line["entry"]
    printed = break_even_price(position)
    if line.has("digits"):
        printed = f"{float(printed):.{line['digits']}g}"
    assert printed == line["break_even"]


def test_most_recorded_break_even_prices_are_of_one_fill() -> None:
    assert (len(LINES), len(table("break_even"))) == (17, 21)
