"""What must hold of a symbol's figures, whichever file they were read from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from perpbox.instrument.symbol import Bracket, FeeTier, MarginAsset, Symbol
from perpbox.money import DECIMALS, SCALE, Amount, Ratio, cut, decimals_of, is_multiple, text_short

HOURS_OF_DAY: Final = 24
HOURS_OF_INTEREST: Final = 8
"""An interest rate is one of eight hours; no contract settles less often."""


class CatalogueError(ValueError):
    """A catalogue cannot be made of what was given; the sentence says which file and field."""


def next_cum(before: Bracket | None, floor: Amount, maint_margin_rate: Ratio) -> Amount:
    """The maintenance amount of the bracket that begins at `floor` (account.md, vectors F1-F3).

    It makes maintenance margin continuous where one bracket ends and the next begins.
    """
    if before is None:
        return 0
    rise = floor * (maint_margin_rate - before.maint_margin_rate)
    return before.cum + cut(rise, SCALE)


def bracket_problems(brackets: Sequence[Bracket]) -> Iterator[str]:
    """Everything wrong with a leverage table; nothing, if it can be used."""
    if not brackets:
        yield "there are no brackets"
        return
    if brackets[0].floor != 0 or brackets[0].cum != 0:
        yield "bracket 1: floor and cum must be 0"
    for bracket in brackets:
        yield from _lone_bracket_problems(bracket)
    for before, bracket in pairwise(brackets):
        yield from _next_bracket_problems(before, bracket)


def _lone_bracket_problems(bracket: Bracket) -> Iterator[str]:
    if bracket.initial_leverage < 1:
        yield f"bracket {bracket.number}: leverage must be 1 or more"
    if bracket.cap <= bracket.floor:
        yield f"bracket {bracket.number}: the cap must be above the floor"
    if not 0 < bracket.maint_margin_rate <= SCALE:
        yield f"bracket {bracket.number}: the maintenance margin rate must be above 0 and up to 1"


def _next_bracket_problems(before: Bracket, bracket: Bracket) -> Iterator[str]:
    name = f"bracket {bracket.number}"
    if bracket.number != before.number + 1:
        yield f"{name}: it follows bracket {before.number}"
    if bracket.floor != before.cap:
        yield f"{name}: its floor must be the cap of the bracket before"
    if bracket.initial_leverage >= before.initial_leverage:
        yield f"{name}: leverage must fall from bracket to bracket"
    if bracket.maint_margin_rate <= before.maint_margin_rate:
        yield f"{name}: the maintenance margin rate must rise from bracket to bracket"
    cum = next_cum(before, bracket.floor, bracket.maint_margin_rate)
    if bracket.cum != cum:
        yield f"{name}: cum is {text_short(bracket.cum)}, the formula gives {text_short(cum)}"


def filter_problems(symbol: Symbol) -> Iterator[str]:
    """Everything wrong with a symbol apart from its brackets and its start price."""
    yield from _price_problems(symbol)
    yield from _lot_problems(
        "LOT_SIZE",
        symbol.quantity_precision,
        symbol.step_size,
        symbol.min_quantity,
        symbol.max_quantity,
    )
    yield from _lot_problems(
        "MARKET_LOT_SIZE",
        symbol.quantity_precision,
        symbol.market_step_size,
        symbol.market_min_quantity,
        symbol.market_max_quantity,
    )
    yield from _rate_problems(symbol)
    yield from _count_problems(symbol)
    yield from _funding_problems(symbol)


def _price_problems(symbol: Symbol) -> Iterator[str]:
    if symbol.tick_size <= 0:
        yield "PRICE_FILTER: the tick size must be above 0"
        return
    if not decimals_of(symbol.tick_size) <= symbol.price_precision <= DECIMALS:
        yield "the price precision does not fit the tick size"
    if not 0 <= symbol.min_price < symbol.max_price:
        yield "PRICE_FILTER: the maximum must be above the minimum"
    if not is_multiple(symbol.min_price, symbol.tick_size):
        yield "PRICE_FILTER: the minimum must be a multiple of the tick size"


def _lot_problems(
    name: str, precision: int, step: int, minimum: int, maximum: int
) -> Iterator[str]:
    if step <= 0:
        yield f"{name}: the step size must be above 0"
        return
    if not decimals_of(step) <= precision <= DECIMALS:
        yield f"the quantity precision does not fit the step size of {name}"
    if not 0 <= minimum <= maximum or maximum == 0:
        yield f"{name}: the maximum must be above 0 and not below the minimum"
    if not is_multiple(minimum, step):
        yield f"{name}: the minimum must be a multiple of the step size"


def _rate_problems(symbol: Symbol) -> Iterator[str]:
    if symbol.min_notional < 0:
        yield "MIN_NOTIONAL: it must not be below 0"
    if not 0 <= symbol.multiplier_down <= SCALE <= symbol.multiplier_up:
        yield "PERCENT_PRICE: one must lie between the multipliers"
    for name, rate in (
        ("triggerProtect", symbol.trigger_protect),
        ("liquidationFee", symbol.liquidation_fee),
        ("marketTakeBound", symbol.market_take_bound),
    ):
        if not 0 <= rate <= SCALE:
            yield f"{name}: it must be from 0 to 1"


def _count_problems(symbol: Symbol) -> Iterator[str]:
    if symbol.max_num_orders < 0 or symbol.max_num_algo_orders < 0:
        yield "the limit of open orders must not be below 0"
    if not symbol.brackets or not 1 <= symbol.default_leverage <= symbol.max_leverage():
        yield "the default leverage must be from 1 to the highest of the brackets"


def _funding_problems(symbol: Symbol) -> Iterator[str]:
    hours = symbol.funding_interval_hours
    if not 1 <= hours <= HOURS_OF_INTEREST or HOURS_OF_DAY % hours:
        yield "the funding interval must be a part of a day, of 1 to 8 whole hours"
    if not 0 <= symbol.interest_rate <= SCALE or not 0 < symbol.funding_rate_cap <= SCALE:
        yield "interest and highest funding rate must be from 0 to 1, the latter above 0"


def symbol_problems(symbol: Symbol) -> Iterator[str]:
    """Everything wrong with a symbol."""
    yield from bracket_problems(symbol.brackets)
    yield from filter_problems(symbol)
    yield from start_price_problems(symbol)


def start_price_problems(symbol: Symbol) -> Iterator[str]:
    """What is wrong with the price at which a new venue starts."""
    if not symbol.min_price <= symbol.start_price <= symbol.max_price or symbol.start_price <= 0:
        yield f"the start price {text_short(symbol.start_price)} is outside the PRICE_FILTER"
    elif not is_multiple(symbol.start_price, symbol.tick_size):
        yield f"the start price {text_short(symbol.start_price)} is not on the tick grid"


def asset_problems(asset: MarginAsset) -> Iterator[str]:
    """Everything wrong with a margin asset."""
    if asset.start_index_price <= 0:
        yield "the index must be above 0"
    for buffer in (
        asset.bid_buffer,
        asset.ask_buffer,
        asset.auto_exchange_bid_buffer,
        asset.auto_exchange_ask_buffer,
    ):
        if not 0 <= buffer < SCALE:
            yield "a buffer must be from 0 to less than 1"
    if asset.auto_exchange_threshold is not None and asset.auto_exchange_threshold > 0:
        yield "the auto-exchange threshold must not be above 0"
    if asset.insurance_fund < 0:
        yield "the insurance fund must not be below 0"


def fee_tier_problems(tiers: Sequence[FeeTier]) -> Iterator[str]:
    """Everything wrong with the tiers; rates are told as ratios to those of tier 0."""
    if tiers and (tiers[0].maker <= 0 or tiers[0].taker <= 0):
        yield "the rates of tier 0 must be above 0"
    for tier in tiers:
        if not 0 <= tier.maker <= SCALE or not 0 <= tier.taker <= SCALE:
            yield "a rate must be from 0 to 1"


def require_none(where: str, problems: Iterator[str]) -> None:
    """Raise `CatalogueError` about the first problem, if there is one."""
    for problem in problems:
        raise CatalogueError(f"{where}: {problem}")
