"""How liquid and how restless a symbol is, by what the catalogue says of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from perpbox.engine.ladder import LadderTerms
from perpbox.feed.synthetic.terms import SyntheticTerms
from perpbox.feed.synthetic.weather import Group, Regime
from perpbox.instrument import Symbol
from perpbox.money import SCALE, Amount, Ratio


class Tier(NamedTuple):
    """What symbols of like liquidity have in common."""

    least_cap: Amount
    """Of the last leverage bracket."""
    daily: Ratio
    """Deviation of the base asset's price in a day."""
    spread: Ratio
    step: Ratio
    notional: int
    trades: int
    """Share of all trades, against those of the other symbols."""
    chance: int
    """Of 256, that it moves in a step."""
    worth: int
    """Median of a trade's, in quote units."""
    premium: Ratio
    """Deviation of the middle from the index price."""


TIERS: Final = (
    Tier(1_000_000_000 * SCALE, 3_000_000, 50, 5_000, 100_000, 40, 256, 5_000, 50_000),
    Tier(100_000_000 * SCALE, 3_800_000, 4_000, 10_000, 30_000, 10, 128, 1_500, 65_000),
    Tier(10_000_000 * SCALE, 4_600_000, 25_000, 20_000, 8_000, 3, 64, 500, 80_000),
    Tier(0, 5_500_000, 60_000, 50_000, 2_000, 1, 40, 200, 100_000),
)
"""[dec] The most liquid first: by the cap of the last bracket, which Binance sets by liquidity."""

LEADER_DAILY: Final[Ratio] = 2_500_000
"""Of the base asset with the highest cap of all: Bitcoin."""
MEME_DAILY: Final[Ratio] = 6_000_000
MEMES: Final = frozenset(
    (
        "BONK",
        "BRETT",
        "DOGE",
        "FLOKI",
        "MEME",
        "MOG",
        "NEIRO",
        "PEPE",
        "POPCAT",
        "RATS",
        "SATS",
        "SHIB",
        "TRUMP",
        "TURBO",
        "WIF",
    )
)
MOST_SPREAD: Final[Ratio] = SCALE // 10


def cap_of(symbol: Symbol) -> Amount:
    return symbol.brackets[-1].cap


def tier_of(symbol: Symbol) -> Tier:
    return next(tier for tier in TIERS if cap_of(symbol) >= tier.least_cap)


def is_meme(symbol: Symbol) -> bool:
    bare = symbol.base_asset.lstrip("10M")
    return bare in MEMES or symbol.base_asset in MEMES or "MEME" in symbol.underlying_sub_types


def group_of(symbol: Symbol) -> Group:
    """By the name, then by liquidity."""
    if is_meme(symbol):
        return Group.MEMES
    return Group.MAJORS if cap_of(symbol) >= TIERS[1].least_cap else Group.ALTS


def daily_of(symbol: Symbol, leader: str) -> Ratio:
    """Deviation of its base asset's price in a usual day."""
    if symbol.base_asset == leader:
        return LEADER_DAILY
    return max(tier_of(symbol).daily, MEME_DAILY if is_meme(symbol) else 0)


def leader_of(symbols: Iterable[Symbol]) -> str:
    """The base asset that is the most of the market; the first of equals."""
    return max(symbols, key=cap_of).base_asset


def ladder_of(tier: Tier, terms: SyntheticTerms, regime: Regime) -> LadderTerms:
    """The house's quotes in this regime: a spread of zero is one of a single tick."""
    spread = tier.spread * terms.spread * regime.spread // (100 * SCALE)
    notional = tier.notional * terms.depth * regime.depth // (100 * SCALE)
    return LadderTerms(
        spread=max(1, min(spread, MOST_SPREAD)),
        step=tier.step,
        notional=max(1, notional),
        queued=terms.queued,
    )
