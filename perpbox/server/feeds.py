"""From settings to the market outside: nothing, an invented one, or a recorded or relayed one."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Final

import msgspec

from perpbox.engine.state import State
from perpbox.feed.relay import BadRelay, RelayTerms, require_addresses
from perpbox.feed.synthetic import (
    RATIO_RANGES,
    ImpossibleTerms,
    SyntheticTerms,
    open_synthetic,
    require_possible,
)
from perpbox.money import NotANumber, Ratio, TooPrecise, parse
from perpbox.server.settings import RELAYED, Settings, SyntheticSettings, Unusable
from perpbox.venue import Feed

MILLIS: Final = 1000


def require_feed(settings: Settings) -> None:
    """Raise `Unusable` unless its terms are possible; no file is read yet."""
    synthetic_terms(settings.synthetic)
    relay_terms(settings)


def open_feed(settings: Settings, state: State) -> Feed | None:
    """What moves the market of a venue that has opened; a relayed one is followed later, once it
    has been asked. Raises `Unusable`.
    """
    if settings.feed_kind in {"quiet", "relay"}:
        return None
    return open_synthetic(state, synthetic_terms(settings.synthetic), settings.seed)


def synthetic_terms(settings: SyntheticSettings) -> SyntheticTerms:
    """The same as the market wants it. Raises `Unusable`."""
    given = {field.name: getattr(settings, field.name) for field in fields(settings)}
    exact = {name: _ratio(name, given[name]) for name in given if name in RATIO_RANGES}
    terms = msgspec.convert(given | exact, SyntheticTerms)
    try:
        require_possible(terms)
    except ImpossibleTerms as error:
        raise Unusable(str(error)) from error
    return terms


def relay_terms(settings: Settings) -> RelayTerms | None:
    """How a market is relayed, if one is. Raises `Unusable`."""
    if settings.feed_kind != "relay":
        return None
    told = settings.relay
    terms = RelayTerms(
        url=settings.feed[0].removeprefix(RELAYED),
        rest_url=told.rest_url,
        symbols=told.symbols,
        queued=told.queued,
        pace=told.step / MILLIS,
    )
    if told.step < 0:
        raise Unusable(f"--relay.step is {told.step}, and takes milliseconds from 0 on.")
    try:
        require_addresses(terms)
    except BadRelay as error:
        raise Unusable(str(error)) from error
    return terms


def _ratio(name: str, value: float) -> Ratio:
    try:
        return parse(f"{Decimal(str(value)):f}")
    except (NotANumber, TooPrecise) as error:
        raise Unusable(
            f"{name} of the synthetic market is {value}, and takes a number of up to 8 decimals."
        ) from error
