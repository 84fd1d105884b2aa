"""Quotes for conversions: given at the asset index, good for ten seconds of the venue's time."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from perpbox.account import AccountId
from perpbox.engine.state import State
from perpbox.money import SCALE, Amount, Millis, Ratio, cut, round_up

VALID_FOR: Final[Millis] = 10_000
MOST_KEPT: Final = 10_000
NUMBERS: Final = 10**6

LEAST_VALUE: Final[Amount] = 20 * SCALE
MOST_VALUE: Final[Amount] = 2_500_000 * SCALE
"""In USD, of one conversion."""


class Quote(Struct, frozen=True):
    """So much of one asset for so much of another."""

    account_id: AccountId
    quote_id: str
    from_asset: str
    from_amount: Amount
    to_asset: str
    to_amount: Amount
    ratio: Ratio
    inverse_ratio: Ratio
    valid_until: Millis


class Quotes:
    """The quotes that may be accepted, oldest first. A start forgets them."""

    def __init__(self) -> None:
        self._open: dict[str, Quote] = {}
        self._given = 0

    def next_id(self, state: State) -> str:
        """An id of its own: each that was accepted has moved the transaction ids on."""
        self._given = (self._given + 1) % NUMBERS
        return f"{state.next_transaction_id}{self._given:06d}"

    def keep(self, quote: Quote, now: Millis) -> None:
        """Let the quote be accepted, and forget those that may not any more."""
        while self._open:
            oldest = next(iter(self._open.values()))
            if oldest.valid_until >= now and len(self._open) < MOST_KEPT:
                break
            del self._open[oldest.quote_id]
        self._open[quote.quote_id] = quote

    def find(self, account_id: AccountId, quote_id: str, now: Millis) -> Quote | None:
        """The account's quote, if it can be accepted."""
        quote = self._open.get(quote_id)
        if quote is None or quote.account_id != account_id or quote.valid_until < now:
            return None
        return quote

    def forget(self, quote: Quote) -> None:
        self._open.pop(quote.quote_id, None)


def ratio_of(state: State, from_asset: str, to_asset: str) -> Ratio:
    """How much of the one is worth one of the other, cut."""
    return cut(state.asset_indexes[from_asset] * SCALE, state.asset_indexes[to_asset])


def worth(state: State, from_asset: str, amount: Amount, to_asset: str) -> Amount:
    """What so much of the one brings of the other, cut."""
    return cut(amount * state.asset_indexes[from_asset], state.asset_indexes[to_asset])


def price_of(state: State, to_asset: str, amount: Amount, from_asset: str) -> Amount:
    """What so much of the one costs of the other, rounded up."""
    return round_up(amount * state.asset_indexes[to_asset], state.asset_indexes[from_asset])


def bounds_of(state: State, asset: str) -> tuple[Amount, Amount]:
    """The least and the most of an asset in one conversion."""
    index = state.asset_indexes[asset]
    return round_up(LEAST_VALUE * SCALE, index), cut(MOST_VALUE * SCALE, index)
