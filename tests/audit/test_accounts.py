"""Accounts, assets and balances: sums, modes, and what is left out of an answer."""

from __future__ import annotations

from typing import Any, Final

import pytest

from perpbox.audit import Verdict
from tests.audit.answers import LONG, USDT, account, audited, one

EXACT, OFF, OPEN = Verdict.EXACT, Verdict.OFF, Verdict.NOT_DETERMINED

HELD: Final = {
    **LONG,
    "notional": "25000.00000000",
    "unrealizedProfit": "500.00000000",
    "initialMargin": "2500.00000000",
    "positionInitialMargin": "2500.00000000",
    "openOrderInitialMargin": "0",
    "bidNotional": "0",
    "askNotional": "0",
    "maintMargin": "100.00000000",
}


def asset(name: str, recorded: str, *positions: dict[str, Any], **usdt: Any) -> Verdict:
    """What is found of one field of USDT's row, in an account with these positions."""
    return audited(account(*positions, **usdt, **{name: recorded}))[f"assets[USDT].{name}"].verdict


@pytest.mark.parametrize("name", [name for name, text in USDT.items() if "." in str(text)])
def test_a_whole_account_agrees_and_a_unit_more_does_not(name: str) -> None:
    figure = str(USDT[name])
    if name != "walletBalance":
        assert asset(name, figure, HELD) is EXACT
        assert asset(name, f"{figure[:-1]}1", HELD) is OFF


def test_positions_left_out_make_a_sum_open_and_never_wrong() -> None:
    """A position is missing if margin is; what is listed cannot be more than the sum."""
    margins = {"positionInitialMargin": "2600.00000000", "initialMargin": "2600.00000000"}
    assert asset("unrealizedProfit", "777.00000000", HELD, **margins) is OPEN
    assert asset("maintMargin", "120.00000000", HELD, **margins) is OPEN
    assert asset("maintMargin", "80.00000000", HELD, **margins) is OFF
    assert asset("positionInitialMargin", "2500.00000002", HELD) is OFF


def test_an_asset_without_position_margin_has_no_positions() -> None:
    idle = dict.fromkeys(("positionInitialMargin", "initialMargin"), "0.00000000")
    assert asset("unrealizedProfit", "0.00000000", **idle) is EXACT
    assert asset("crossUnPnl", "1.00000000", **idle) is OFF


def test_an_isolated_position_leaves_the_cross_wallet() -> None:
    """Its wallet leaves, its margin is not subtracted a second time, its profit does not count."""
    isolated = {**HELD, "isolated": True, "marginType": "isolated", "isolatedWallet": "2450"}
    told = {"crossWalletBalance": "7550.00000000", "crossUnPnl": "0.00000000"}
    told |= {"availableBalance": "7550.00000000", "maxWithdrawAmount": "7550.00000000"}
    found = audited(account(isolated, **told))
    for name in told:
        assert found[f"assets[USDT].{name}"].verdict is EXACT
    short = audited(account(isolated, **{**told, "availableBalance": "5050.00000000"}))
    assert short["assets[USDT].availableBalance"].verdict is OFF
    withheld = audited(account(**told))
    assert withheld["assets[USDT].availableBalance"].verdict is EXACT
    told["crossUnPnl"] = "100.00000000"
    partly = audited(account(**{**told, "availableBalance": "6000"}))
    assert partly["assets[USDT].availableBalance"].verdict is OPEN


def test_totals_are_the_row_of_usdt_or_add_up_by_themselves() -> None:
    found = audited(account(HELD))
    assert found["totalWalletBalance"].verdict is EXACT
    assert found["totalWalletBalance"].formula == "assets[USDT].walletBalance"
    totals = account(HELD)
    totals["assets"] = []
    totals |= {"totalUnrealizedProfit": "500.00000000", "totalPositionInitialMargin": "2500"}
    found = audited(totals)
    assert found["totalWalletBalance"].reason == "the row of USDT is not in the answer"
    assert found["totalMarginBalance"].verdict is EXACT
    assert found["totalUnrealizedProfit"].verdict is EXACT


MULTI: Final = {
    "multiAssetsMargin": True,
    "totalWalletBalance": "9999.00000000",
    "totalMarginBalance": "10498.95000000",
    "totalUnrealizedProfit": "499.95000000",
    "totalCrossWalletBalance": "9999.00000000",
    "totalInitialMargin": "2500.25000000",
    "totalPositionInitialMargin": "2500.25000000",
    "totalOpenOrderInitialMargin": "0.00000000",
    "totalMaintMargin": "100.01000000",
    "availableBalance": "7998.70000000",
    "maxWithdrawAmount": "7998.70000000",
}
"""At a bid rate of 0.9999 and an ask rate of 1.0001."""


def multi_assets(**more: Any) -> dict[str, Any]:
    row = {**USDT, "availableBalance": "7997.90020997", "maxWithdrawAmount": "7997.90020997"}
    return {**MULTI, "assets": [row], "positions": [HELD], **more}


def test_one_asset_alone_tells_the_rates_that_its_account_has() -> None:
    found = audited(multi_assets())
    untold = {field for field, each in found.items() if each.verdict is not EXACT}
    assert untold == {"totalWalletBalance", "totalInitialMargin"}
    assert found["totalMarginBalance"].formula == "at the rate that totalWalletBalance has"
    wrong = audited(multi_assets(totalMarginBalance="10498.95000001"))
    assert wrong["totalMarginBalance"].verdict is OFF
    trimmed = audited(multi_assets(totalMarginBalance="12345.00000000"))
    assert trimmed["totalMarginBalance"].reason == "other assets are left out of the answer"


INDEX: Final = [
    {
        "symbol": "USDTUSD",
        "index": "1.00000000",
        "bidBuffer": "0.00010000",
        "askBuffer": "0.00010000",
        "bidRate": "0.99990000",
        "askRate": "1.00010000",
        "autoExchangeBidBuffer": "0.00010000",
        "autoExchangeAskBuffer": "0.00010000",
        "autoExchangeBidRate": "0.99990000",
        "autoExchangeAskRate": "1.00010000",
    }
]


def test_an_index_confirms_totals_and_never_calls_one_wrong() -> None:
    found = audited(multi_assets(), INDEX)
    assert found["totalWalletBalance"].verdict is EXACT
    assert found["totalInitialMargin"].verdict is EXACT
    later = [{**INDEX[0], "bidRate": "0.99980000"}]
    found = audited(multi_assets(), later)
    assert found["totalWalletBalance"].reason == "the asset index given is of another moment"
    assert found["assetIndex[USDTUSD].bidRate"].ulps == 10_000


def test_available_in_usd_is_what_margin_leaves() -> None:
    wrong = audited(multi_assets(availableBalance="7998.80000000"))
    assert wrong["availableBalance"].ulps == 10_000_000
    assert wrong["maxWithdrawAmount"].ulps == 10_000_000


def test_the_mode_is_told_by_the_figures_where_no_field_says_it() -> None:
    """More available than there is of an asset is multi-assets mode; no flag is needed."""
    borrowed = {**USDT, "availableBalance": "99999", "maxWithdrawAmount": "10000.00000000"}
    assert audited(borrowed)["assets[USDT].maxWithdrawAmount"].verdict is EXACT
    untold = account(HELD)
    del untold["multiAssetsMargin"]
    assert audited(untold)["assets[USDT].availableBalance"].verdict is EXACT
    alone = audited({**USDT, "availableBalance": "7000.00000000"})
    assert alone["assets[USDT].availableBalance"].reason == "the asset mode is not in the file"


BALANCE: Final = {
    "accountAlias": "aB",
    "asset": "USDT",
    "balance": "10000.00000000",
    "crossWalletBalance": "10000.00000000",
    "crossUnPnl": "500.00000000",
    "availableBalance": "8000.00000000",
    "maxWithdrawAmount": "8000.00000000",
    "marginAvailable": True,
    "updateTime": 0,
}


def test_a_balance_alone_says_little_and_with_the_positions_all() -> None:
    mode = {"multiAssetsMargin": False}
    alone = audited([BALANCE], mode)
    assert alone["balance[USDT].availableBalance"].verdict is OPEN
    assert alone["balance[USDT].availableBalance"].recomputed == "0.00000000 – 10500.00000000"
    together = audited([BALANCE], [HELD], mode)
    assert together["balance[USDT].availableBalance"].verdict is EXACT
    assert together["balance[USDT].crossUnPnl"].verdict is EXACT
    beyond = audited([{**BALANCE, "availableBalance": "10500.00000001"}], mode)
    assert beyond["balance[USDT].availableBalance"].verdict is OFF


def test_a_loss_leaves_to_withdraw_what_is_available() -> None:
    """However the margin in use is made up: it is at least the loss."""
    row = {**BALANCE, "crossUnPnl": "-500.00000000"}
    assert one(audited([row]), "maxWithdrawAmount").verdict is EXACT
    row["maxWithdrawAmount"] = "8000.00000001"
    assert one(audited([row]), "maxWithdrawAmount").verdict is OFF
