"""The liquidation price of a positionRisk row, alone or with the account around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from perpbox.audit.figures import Missing, Row
from perpbox.audit.known import Known
from perpbox.audit.positions import ASK_BRACKETS, Held, held_in
from perpbox.audit.verdict import Finding, Recomputed, attempt, certain, judge, presumably, unknown
from perpbox.instrument import Bracket
from perpbox.margin.liquidation_price import Leg, liquidation_price
from perpbox.money import Amount

NAME: Final = "liquidationPrice"
ISOLATED: Final = "(isolatedWallet + cum − amt × entryPrice) / (|amt| × maintMarginRatio − amt)"
CROSS: Final = "(crossWalletBalance + the other contracts + cum − amt × entryPrice) / (…)"
ELSEWHERE: Final = "what else the account held at that moment is not in the file"


def liquidation_findings(rows: Sequence[Row], known: Known) -> Iterator[Finding]:
    """One finding for each row of one answer that has a liquidation price."""
    for row in rows:
        if row.has(NAME):
            held = held_in(row, known)
            recomputed = attempt(partial(_liquidation_price, held, rows))
            yield judge(row, NAME, ISOLATED, recomputed)


def _liquidation_price(held: Held, rows: Sequence[Row]) -> Recomputed:
    if held.quantity == 0:
        return certain(0, "0: no position")
    found = held.known.table_of(held.symbol)
    if found is None:
        return unknown(ASK_BRACKETS)
    table, is_of_that_date = found
    mark = held.marks.low if held.marks is not None else 0
    if held.is_isolated:
        wallet = held.row.figure("isolatedWallet")
        price = liquidation_price(wallet, [_leg(held, table)], mark)
        return certain(price) if is_of_that_date else presumably(price, ASK_BRACKETS)
    if held.known.multi_assets:
        return unknown("nothing is published for multi-assets mode", CROSS)
    base, legs = _surroundings(held, rows, table)
    return presumably(liquidation_price(base, legs, mark), ELSEWHERE, CROSS)


def _surroundings(
    held: Held, rows: Sequence[Row], table: tuple[Bracket, ...]
) -> tuple[Amount, list[Leg]]:
    """The wallet with every other cross contract of the answer, and the contract's own legs."""
    asset = held.known.margin_asset_of(held.row)
    if asset not in held.known.cross_wallets:
        raise Missing(f"the cross wallet of {asset or 'its margin asset'}")
    base = held.known.cross_wallets[asset]
    legs: list[Leg] = []
    for row in rows:
        other = held_in(row, held.known)
        if other.quantity == 0 or held.known.margin_asset_of(row) != asset or other.is_isolated:
            continue
        if other.symbol == held.symbol:
            legs.append(_leg(other, table))
        else:
            base += row.figure(other.profit_name) - row.figure("maintMargin")
    return base, legs


def _leg(held: Held, table: tuple[Bracket, ...]) -> Leg:
    return Leg(held.quantity, held.row.figure("entryPrice"), table)
