"""The liquidation price of a positionRisk row, alone or with the account around it."""

from __future__ import annotations

from typing import Final

from perpbox.audit.brackets import Table
from perpbox.audit.figures import Missing
from perpbox.audit.held import Held, held_in
from perpbox.audit.verdict import Recomputed, certain, doubted, presumably, unknown
from perpbox.margin.liquidation_price import Leg, liquidation_price
from perpbox.money import Amount

ASK_BRACKETS: Final = "the leverage brackets of that date are not known: --brackets FILE"
ISOLATED: Final = "(isolatedWallet + cum − amt × entryPrice) / (|amt| × maintMarginRatio − amt)"
CROSS: Final = "(crossWalletBalance + the other contracts + cum − amt × entryPrice) / (…)"
ELSEWHERE: Final = "what else the account held at that moment is not in the file"


def liquidation_price_of(held: Held) -> Recomputed:
    """Of an isolated position its own; of a cross one with the rest of the answer around it."""
    if held.quantity == 0:
        return certain(0, "0: no position")
    found = held.known.table_of(held.symbol)
    if found is None:
        return unknown(ASK_BRACKETS)
    table, is_of_that_date = found
    mark = held.marks.low if held.marks is not None else 0
    if held.is_isolated:
        wallet = held.row.figure("isolatedWallet")
        price = certain(liquidation_price(wallet, [_leg(held, table)], mark))
        return price if is_of_that_date else doubted(price, ASK_BRACKETS)
    if held.known.multi_assets:
        return unknown("nothing is published for multi-assets mode", CROSS)
    if _has_several_moments(held):
        return unknown("the rows are of several moments", CROSS)
    base, legs = _surroundings(held, table)
    return presumably(liquidation_price(base, legs, mark), ELSEWHERE, CROSS)


def _has_several_moments(held: Held) -> bool:
    legs = {(row.text("symbol"), row.text("positionSide")) for row in held.answer}
    return len(legs) < len(held.answer)


def _surroundings(held: Held, table: Table) -> tuple[Amount, list[Leg]]:
    """The wallet with every other cross contract of the answer, and the contract's own legs."""
    asset = held.known.margin_asset_of(held.row)
    if asset not in held.known.cross_wallets:
        raise Missing(f"the cross wallet of {asset or 'its margin asset'}")
    base = held.known.cross_wallets[asset]
    legs: list[Leg] = []
    for row in held.answer:
        other = held_in(row, held.known)
        elsewhere = held.known.margin_asset_of(other.row) != asset
        if other.quantity == 0 or elsewhere or other.is_isolated:
            continue
        if other.symbol == held.symbol:
            legs.append(_leg(other, table))
        else:
            base += row.figure(other.profit_name) - row.figure("maintMargin")
    return base, legs


def _leg(held: Held, table: Table) -> Leg:
    return Leg(held.quantity, held.row.figure("entryPrice"), table)
