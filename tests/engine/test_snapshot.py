"""Snapshots and lines: the state and the turns as bytes, whatever their size."""

from __future__ import annotations

import msgspec
import pytest

from perpbox.account import PositionSide
from perpbox.engine import commands as ask
from perpbox.engine import events as happened
from perpbox.engine.line import Line, decode, encode
from perpbox.engine.snapshot import dump, load
from perpbox.engine.state import State
from tests.engine.rig import START
from tests.engine.table import play
from tests.worlds import CATALOGUE

SCENE = """
    alice deposits 100000 USDT 5 BNB
    bob deposits 100000 USDT 100000 USDC
    alice leverage BTCUSDT 50
    bob mode hedge
    bob margin ETHUSDC isolated
    alice buy 0.5 BTCUSDT limit 49000 as a1
    bob buy 0.5 BTCUSDT limit 49000 long as b1
    alice amend a1 of BTCUSDT to buy 0.4 @ 49000
    bob buy 3 ETHUSDC market long
    bob sell 1 ETHUSDC limit 2600 long as b2
    alice buy 0.1 BTCUSDT market
    alice sell 0.3 BTCUSDT limit 52000 reduce-only as a2
    market DOGEUSDT mark 0.11 index 0.109
    index BNB 650
    quotes BTCUSDT bids 1@48000 asks 0.2@51000
    bob sell 0.6 BTCUSDT limit 49000 short as b3
"""


def test_a_state_comes_back_from_a_snapshot_and_goes_on_alike() -> None:
    table = play(SCENE)
    rig = table.rig
    rig.state = load(dump(rig.state), CATALOGUE)
    table.play("""
        market BTCUSDT mark 48990
        alice buy 0.1 BTCUSDT market
        bob sell 3 ETHUSDC limit 2400 long      -> rejected REDUCE_ONLY_REJECTED
        alice cancels-all BTCUSDT
        bob buy 0.1 BTCUSDT limit 48000 long as b4
        bob cancel b4 of BTCUSDT
    """)


def test_an_empty_state_has_a_snapshot() -> None:
    state = State(CATALOGUE, shard=2)
    again = load(dump(state), CATALOGUE)
    assert dump(again) == dump(state)
    assert (again.shard, again.markets, again.accounts) == (2, {}, {})


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"nonsense", b"[0,0]", b"\xff"])
def test_bytes_that_are_no_snapshot_are_refused(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        load(data, CATALOGUE)


def test_half_a_snapshot_is_none() -> None:
    data = dump(play(SCENE).rig.state)
    with pytest.raises(msgspec.DecodeError):
        load(data[: len(data) // 2], CATALOGUE)


def test_a_line_holds_integers_of_any_size() -> None:
    """An outlay is in units of 1e-24: a hundred million quote units have 32 digits."""
    huge = 10**40 + 1
    changed = happened.PositionChanged(
        1, "BTCUSDT", PositionSide.BOTH, -huge, huge, -huge, huge, huge
    )
    line = Line(1, START, ask.Tick(), [changed])
    assert decode(encode(line)) == line


def test_a_line_is_written_the_same_way_each_time() -> None:
    line = Line(7, START, ask.SetLiquidity("BTCUSDT", [(1, 2)], []), [])
    assert encode(line) == b'[7,1700000000000,["SetLiquidity","BTCUSDT",[[1,2]],[]],[]]'
    assert decode(encode(line)) == line


@pytest.mark.parametrize("data", [b"", b"[]", b"[1,2]", b'[1,2,["Nonsense"],[]]', b"\xff"])
def test_bytes_that_are_no_line_are_refused(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(data)


def test_a_long_and_costly_position_survives_the_round_trip() -> None:
    """A hundred fills that each leave a fraction in the average entry price."""
    table = play("""
        alice deposits 90000000 USDC
        alice leverage 1000PEPEUSDC 1
    """)
    rig = table.rig
    rig.checked = False
    for step in range(100):
        table.play(f"""
            market 1000PEPEUSDC mark {0.01 + step / 10**6:.7f}
            alice buy 300001 1000PEPEUSDC market
        """)
    rig.check()
    position = rig.state.accounts[1].exposures["1000PEPEUSDC"].position(PositionSide.BOTH)
    assert position.outlay > 2**63
