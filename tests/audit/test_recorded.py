"""All recorded answers of the live service through the audit; skips where there are none.

What a file cannot say (leverage of a v3 row, brackets of its date) comes from the table of
positions, which names the rates that were read off the rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

import pytest

from perpbox.audit import Finding, Options, Unreadable, Verdict, audit, read
from tests.recorded.tables import MISSING, RECORDINGS, options_for

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not RECORDINGS.is_dir(), reason=MISSING),
]

REFUSALS: Final = {
    "roq_ws_order_cancel_fail",
    "roq_ws_order_modify_fail",
    "roq_ws_order_place_fail",
}
SILENT: Final = {
    "event_otu_filled_limit_20230425",
    "openOrder_btcusdc_20250504",
    "roq_evt_account_config_update_1",
    "roq_evt_account_config_update_2",
    "roq_evt_otu_canceled",
    "roq_evt_otu_filled_maker",
    "roq_evt_otu_filled_taker",
    "roq_evt_otu_new",
    "roq_exchangeInfo_usdm_trunc",
    "roq_openOrders",
    "roq_userTrades",
    "roq_ws_order_cancel",
    "roq_ws_order_modify",
    "roq_ws_order_place",
    "userTrades_eth_20220922",
}
"""Orders, fills and settings: no field of theirs is a figure of the account."""

TICK_SKEW: Final = "the live service took the balance at another mark tick than the rows"
HIDDEN_MARK: Final = "the mark price has digits that are not printed"
HIDDEN_INDEX: Final = "the index has digits that are not printed"
CUT_IN_2021: Final = "2021 cut the entry price to the price precision; with that it is exact"
PORTFOLIO: Final = "portfolio margin, another service, whose mark price has hidden digits"

KNOWN: Final = {
    ("acct_v2_multi_xem_20230722", "availableBalance"): (375_537_662, TICK_SKEW),
    ("acct_v2_single_totals_20220819", "availableBalance"): (6_035_022, TICK_SKEW),
    ("acct_v2_single_totals_openorders_148", "availableBalance"): (644_385, TICK_SKEW),
    ("balance_v2_single_20220627", "balance[USDT].maxWithdrawAmount"): (946_469, TICK_SKEW),
    ("assetIndex_gobinance_20240628", "assetIndex[BTCUSD].bidRate"): (1, HIDDEN_INDEX),
    ("assetIndex_gobinance_20240628", "assetIndex[BTCUSD].askRate"): (1, HIDDEN_INDEX),
    ("assetIndex_gobinance_20240628", "assetIndex[BTCUSD].autoExchangeBidRate"): (1, HIDDEN_INDEX),
    ("assetIndex_gobinance_20240628", "assetIndex[USDTUSD].bidRate"): (1, HIDDEN_INDEX),
    ("assetIndex_gobinance_20240628", "assetIndex[USDTUSD].autoExchangeBidRate"): (1, HIDDEN_INDEX),
    ("assetIndex_ws_20230614", "assetIndex[ADAUSD].B"): (1, HIDDEN_INDEX),
    ("assetIndex_ws_20230614", "assetIndex[ADAUSD].A"): (1, HIDDEN_INDEX),
    ("assetIndex_ws_20230614", "assetIndex[ADAUSD].Q"): (1, HIDDEN_INDEX),
    ("assetIndex_ws_20230614", "assetIndex[ADAUSD].G"): (1, HIDDEN_INDEX),
    ("assetIndex_ws_20230614", "assetIndex[USDTUSD #2].B"): (1, HIDDEN_INDEX),
    ("assetIndex_ws_20230614", "assetIndex[USDTUSD #2].Q"): (1, HIDDEN_INDEX),
    (
        "positionRisk_v2_isolated_vet_20210821",
        "positions[VETUSDT BOTH].unRealizedProfit",
    ): (144_420, CUT_IN_2021),
    (
        "positionRisk_v2_isolated_vet_20210821",
        "positions[VETUSDT BOTH].liquidationPrice",
    ): (88, CUT_IN_2021),
    (
        "positionRisk_v3_isolated_bard_series_20260319",
        "positions[BARDUSDT BOTH #4].positionInitialMargin",
    ): (1, HIDDEN_MARK),
    (
        "position_v2_isolated_btc10x_20250625",
        "positions[BTCUSDT BOTH].positionInitialMargin",
    ): (1, HIDDEN_MARK),
    ("roq_papi_position", "positions[BTCUSDT BOTH].notional"): (1, PORTFOLIO),
    ("roq_papi_position", "positions[BTCUSDT BOTH].unRealizedProfit"): (1, PORTFOLIO),
}
"""Every figure that does not reproduce, by how many units, and why."""

EXACT: Final = {
    "totalWalletBalance": 1,
    "totalUnrealizedProfit": 5,
    "totalMarginBalance": 8,
    "totalMaintMargin": 4,
    "totalInitialMargin": 7,
    "totalPositionInitialMargin": 4,
    "totalOpenOrderInitialMargin": 7,
    "totalCrossWalletBalance": 7,
    "totalCrossUnPnl": 7,
    "unrealizedProfit": 16,
    "unRealizedProfit": 25,
    "marginBalance": 11,
    "maintMargin": 37,
    "initialMargin": 39,
    "positionInitialMargin": 35,
    "openOrderInitialMargin": 37,
    "crossWalletBalance": 33,
    "crossUnPnl": 9,
    "availableBalance": 17,
    "maxWithdrawAmount": 40,
    "notional": 30,
    "isolatedMargin": 26,
    "liquidationPrice": 15,
    "breakEvenPrice": 4,
    "bidRate": 4,
    "askRate": 5,
    "autoExchangeBidRate": 4,
    "autoExchangeAskRate": 6,
    "B": 1,
    "A": 2,
    "Q": 1,
    "G": 2,
    "wb": 8,
    "cw": 15,
    "iw": 6,
    "up": 2,
}
"""How many of each field are exact, so that none can hide as not determined."""


@pytest.fixture(scope="module")
def findings() -> Mapping[str, list[Finding]]:
    """Of every file that can be read, by its name."""
    return {
        path.stem: audit(read(path), options_for(path.stem))
        for path in sorted(RECORDINGS.glob("*.json"))
        if path.stem not in REFUSALS
    }


def test_every_determined_field_is_exact_but_for_the_known_ones(
    findings: Mapping[str, list[Finding]],
) -> None:
    """Both ways: what is known to be off and no longer is has to leave the list."""
    off = {
        (file, each.field): each.ulps
        for file, found in findings.items()
        for each in found
        if each.verdict is Verdict.OFF
    }
    assert off == {place: ulps for place, (ulps, _) in KNOWN.items()}


def test_hundreds_of_fields_are_determined(findings: Mapping[str, list[Finding]]) -> None:
    exact = Counter(
        each.field.rpartition(".")[2]
        for found in findings.values()
        for each in found
        if each.verdict is Verdict.EXACT
    )
    fewer = {name: (exact[name], count) for name, count in EXACT.items() if exact[name] < count}
    assert not fewer
    assert exact.total() >= sum(EXACT.values()) == 480


def test_what_is_not_determined_says_why(findings: Mapping[str, list[Finding]]) -> None:
    for found in findings.values():
        for each in found:
            assert bool(each.reason) is (each.verdict is Verdict.NOT_DETERMINED)


def test_most_of_what_is_exact_is_not_just_zero(findings: Mapping[str, list[Finding]]) -> None:
    exact = [each for found in findings.values() for each in found if each.verdict is Verdict.EXACT]
    figures = [each for each in exact if each.recorded.strip("0.")]
    assert len(figures) >= 298


def test_files_of_orders_and_settings_hold_nothing_derived(
    findings: Mapping[str, list[Finding]],
) -> None:
    assert {file for file, found in findings.items() if not found} == SILENT


@pytest.mark.parametrize("file", sorted(REFUSALS))
def test_a_recorded_refusal_is_no_answer(file: str) -> None:
    with pytest.raises(Unreadable, match="a refusal, not an answer"):
        read(RECORDINGS / f"{file}.json")


def test_without_options_nothing_more_is_off() -> None:
    """Brackets and leverage that nobody gave cannot put a file in the wrong."""
    for path in sorted(RECORDINGS.glob("*.json")):
        if path.stem not in REFUSALS:
            for each in audit(read(path), Options()):
                assert each.verdict is not Verdict.OFF or (path.stem, each.field) in KNOWN


def together(*files: str) -> dict[str, Finding]:
    documents = [document for file in files for document in read(RECORDINGS / f"{file}.json")]
    return {each.field: each for each in audit(documents, Options())}


def test_two_answers_of_one_account_tell_more_than_each() -> None:
    """The wallet of the one gives the liquidation price of the other."""
    alone = together("positionRisk_v2_btc_lev2_20221121")
    both = together("acct_v2_single_btc_lev2_20221121", "positionRisk_v2_btc_lev2_20221121")
    field = "positions[BTCUSDT BOTH].liquidationPrice"
    assert alone[field].verdict is Verdict.NOT_DETERMINED
    assert both[field].verdict is Verdict.EXACT


def test_an_isolated_wallet_may_come_from_another_answer() -> None:
    """25.45013785 less the 4.93323209 that a later answer shows."""
    totals, position = "acct_v2_single_isolated_btc_20220604", "position_v2_isolated_btc_20220604"
    field = "totalCrossWalletBalance"
    assert together(totals)[field].verdict is Verdict.NOT_DETERMINED
    assert together(totals, position)[field].verdict is Verdict.EXACT
