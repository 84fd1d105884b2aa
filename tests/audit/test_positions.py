"""Position rows: what each field follows from, and what is missing when it does not."""

from __future__ import annotations

from typing import Any

import pytest

from perpbox.audit import Unreadable, Verdict
from perpbox.margin.position import Rounding
from tests.audit.answers import BRACKETS, LONG, account, audited, one

EXACT, OFF, OPEN = Verdict.EXACT, Verdict.OFF, Verdict.NOT_DETERMINED


def checked(name: str, recorded: object, /, without: str = "", **more: Any) -> Verdict:
    """What is found of one field of the long position."""
    row = {**LONG, **more, name: recorded}
    row.pop(without, None)
    return one(audited([row], BRACKETS), name).verdict


@pytest.mark.parametrize(
    ("name", "recorded"),
    [
        ("notional", "25000.00000000"),
        ("notional", "2.5E4"),
        ("notional", 25000),
        ("notional", 25000.0),
        ("unRealizedProfit", "500.00000000"),
        ("unrealizedProfit", "500"),
        ("positionInitialMargin", "2500.00000000"),
        ("maintMargin", "100.00000000"),
        ("isolatedMargin", "0"),
    ],
)
def test_a_field_follows_from_amount_and_prices(name: str, recorded: object) -> None:
    assert checked(name, recorded) is EXACT


def test_off_is_told_in_units_of_the_eighth_decimal() -> None:
    finding = one(audited([{**LONG, "notional": "25000.00000003"}]), "notional")
    assert (finding.verdict, finding.ulps) == (OFF, 3)
    assert (finding.recorded, finding.recomputed) == ("25000.00000003", "25000.00000000")
    assert finding.field == "positions[BTCUSDT BOTH].notional"
    assert finding.formula == "positionAmt × markPrice, cut"


def test_margin_takes_the_rounding_of_the_rows_time_or_of_the_options() -> None:
    """A seventh is 0.14285715 rounded up; the product ends beyond the eighth decimal."""
    row = {**LONG, "positionAmt": "0.001", "markPrice": "50000.00000001", "leverage": "7"}
    cut, up = "7.14285750", "7.14285751"
    before = 1_700_000_000_000

    def margin(recorded: str, **options: Any) -> Verdict:
        answer = [{**row, "positionInitialMargin": recorded}]
        return one(audited(answer, **options), "positionInitialMargin").verdict

    assert (margin(up), margin(cut)) == (EXACT, OFF)
    row["updateTime"] = before
    assert (margin(cut), margin(up)) == (EXACT, OFF)
    assert margin(up, rounding=Rounding.R2025) is EXACT
    del row["updateTime"]
    assert margin(cut) is OPEN
    assert margin(cut, rounding=Rounding.R2021) is EXACT


def test_leverage_comes_from_the_row_another_answer_or_the_options() -> None:
    row = {**LONG, "positionInitialMargin": "2500.00000000"}
    del row["leverage"]
    untold = one(audited([row]), "positionInitialMargin")
    assert untold.verdict is OPEN
    assert untold.reason == "the leverage is not in the file: --leverage BTCUSDT=N"
    given = audited([row], leverage={"BTCUSDT": 10})
    assert one(given, "positionInitialMargin").verdict is EXACT
    config = [{"symbol": "BTCUSDT", "marginType": "CROSSED", "leverage": 10}]
    assert one(audited([row], config), "positionInitialMargin").verdict is EXACT


def test_maintenance_margin_needs_the_brackets_of_the_date() -> None:
    """The catalogue's may confirm a figure, and never call one wrong."""
    row = {**LONG, "maintMargin": "125.00000000"}
    assert one(audited([row], BRACKETS), "maintMargin").verdict is OFF
    untold = one(audited([row]), "maintMargin")
    assert untold.verdict is OPEN
    assert untold.reason.endswith("--brackets FILE")
    assert one(audited([{**LONG, "maintMargin": "100"}]), "maintMargin").verdict is EXACT
    unheard = {**LONG, "symbol": "UNHEARDUSDT", "maintMargin": "100"}
    assert one(audited([unheard]), "maintMargin").verdict is OPEN


def test_the_second_bracket_takes_its_maintenance_amount_off() -> None:
    assert checked("maintMargin", "450.00000000", positionAmt="2") is EXACT


def test_a_notional_tells_the_mark_price_but_for_its_hidden_digits() -> None:
    """Of 1.5 contracts one price fits; of half a contract's two the profit may differ."""
    row: dict[str, Any] = {**LONG, "positionAmt": "1.5", "notional": "75000.00000001"}
    row |= {"unrealizedProfit": "1500.00000001"}
    del row["markPrice"]
    assert one(audited([row]), "unrealizedProfit").verdict is EXACT
    row |= {"positionAmt": "0.5", "notional": "25000.00000000", "entryPrice": "49999.99999999"}
    row |= {"unrealizedProfit": "0.00000001"}
    fits = one(audited([row]), "unrealizedProfit")
    assert fits.verdict is OPEN
    assert fits.recomputed == "0.00000000 – 0.00000001"
    assert fits.reason == "it fits, but notional leaves digits of the mark price open"
    row["unrealizedProfit"] = "0.00000002"
    assert one(audited([row]), "unrealizedProfit").verdict is OFF


def test_without_mark_price_and_notional_the_profit_tells_the_price() -> None:
    row: dict[str, Any] = {**LONG, "unrealizedProfit": "500", "maintMargin": "100"}
    del row["markPrice"]
    found = audited([row], BRACKETS)
    assert one(found, "unrealizedProfit").verdict is OPEN
    assert one(found, "maintMargin").verdict is EXACT


@pytest.mark.parametrize(
    ("side", "amt", "bids", "asks", "margin"),
    [
        ("BOTH", "0.5", "1000", "0", "100.00000000"),
        ("BOTH", "0.5", "0", "25000", "0"),
        ("BOTH", "0.5", "0", "51000", "100.00000000"),
        ("BOTH", "0", "100", "150", "15.00000000"),
        ("LONG", "0.5", "1000", "99999", "100.00000000"),
        ("SHORT", "-0.5", "1000", "2000", "200.00000000"),
    ],
)
def test_open_orders_need_margin_where_they_open(
    side: str, amt: str, bids: str, asks: str, margin: str
) -> None:
    row = {"positionSide": side, "positionAmt": amt, "bidNotional": bids, "askNotional": asks}
    assert checked("openOrderInitialMargin", margin, **row) is EXACT


def test_orders_that_need_nothing_need_it_at_any_leverage() -> None:
    """No leverage is known, and none is needed: the asks only close."""
    orders: dict[str, Any] = {"bidNotional": "0", "askNotional": "20000"}
    assert checked("openOrderInitialMargin", "0", without="leverage", **orders) is EXACT
    orders["bidNotional"] = "1"
    assert checked("openOrderInitialMargin", "0.1", without="leverage", **orders) is OPEN


def test_initial_margin_without_its_parts_is_at_least_the_positions() -> None:
    """The third version of the account names neither part, and no orders."""
    assert checked("initialMargin", "2500.00000000") is EXACT
    assert checked("initialMargin", "2600.00000000") is OPEN
    assert checked("initialMargin", "2500.00000001") is OFF
    assert checked("initialMargin", "2400.00000000") is OFF
    assert checked("initialMargin", "2600.00", bidNotional="1000", askNotional="0") is EXACT


def test_isolated_margin_is_the_wallet_and_the_profit() -> None:
    isolated: dict[str, Any] = {"marginType": "isolated", "isolatedWallet": "2450"}
    isolated["unRealizedProfit"] = "500"
    assert checked("isolatedMargin", "2950.00000000", **isolated) is EXACT
    assert checked("isolatedMargin", "0.00000000", **isolated) is OFF


def test_an_isolated_position_has_its_own_liquidation_price() -> None:
    """(2450 - 0.5 x 49000) / (0.5 x 0.004 - 0.5) = 44277.10843373..."""
    isolated: dict[str, Any] = {"isolated": True, "isolatedWallet": "2450"}
    assert checked("liquidationPrice", "44277.10843373", **isolated) is EXACT
    assert checked("liquidationPrice", "44277.10843374", **isolated) is OFF


def test_a_cross_position_needs_the_wallet_and_the_other_contracts() -> None:
    """(10000 - 0.5 x 49000) / (0.5 x 0.004 - 0.5) = 29116.46586345..."""
    row = {**LONG, "unRealizedProfit": "500", "liquidationPrice": "29116.46586345"}
    alone = one(audited([row], BRACKETS), "liquidationPrice")
    assert alone.verdict is OPEN
    assert alone.reason == "the cross wallet of USDT is not in the file"
    both = audited([row], account(), BRACKETS)
    assert one(both, "liquidationPrice").verdict is EXACT
    other = {**LONG, "symbol": "ETHUSDT", "unRealizedProfit": "-300", "maintMargin": "20"}
    three = audited([row, other], account(), BRACKETS)
    assert three["positions[BTCUSDT BOTH].liquidationPrice"].verdict is OPEN


def test_a_flat_row_is_zero_throughout() -> None:
    row = {"symbol": "XYZUSDT", "positionAmt": "0.0", "breakEvenPrice": "0.0", "notional": "0"}
    row |= {"liquidationPrice": "0", "maintMargin": "0", "unRealizedProfit": "0.00000000"}
    assert {each.verdict for each in audited([row]).values()} == {EXACT}
    assert one(audited([{**row, "maintMargin": "0.1"}]), "maintMargin").verdict is OFF


def test_an_unchanged_position_lends_its_entry_price_to_another_answer() -> None:
    """v3/account does not print it; the same position in positionRisk does."""
    row = {name: LONG[name] for name in ("symbol", "positionSide", "positionAmt", "updateTime")}
    row |= {"notional": "25000.00000000", "unrealizedProfit": "500.00000000"}
    row["isolatedWallet"] = "0"
    field = "positions[BTCUSDT BOTH].unrealizedProfit"
    assert audited({"positions": [row]})[field].reason == "entryPrice is not in the file"
    risk = {**LONG, "markPrice": "50001"}
    assert audited({"positions": [row]}, [risk])[field].verdict is EXACT
    changed = {**risk, "updateTime": 1795348800001}
    assert audited({"positions": [row]}, [changed])[field].verdict is OPEN


@pytest.mark.parametrize("value", ["abc", "NaN", "1e999", "--1", [1], True])
def test_what_is_no_number_is_refused_with_its_place(value: object) -> None:
    with pytest.raises(Unreadable, match=r"positions\[BTCUSDT BOTH\]\.markPrice"):
        audited([{**LONG, "markPrice": value, "notional": "1"}])


def test_an_unknown_side_is_refused() -> None:
    with pytest.raises(Unreadable, match="no side is called UP"):
        audited([{**LONG, "positionSide": "UP"}])
