"""The symbols and margin assets of one venue, as a value that can be written down and read back."""

from __future__ import annotations

from importlib.resources import files

import msgspec
from msgspec import Struct

from perpbox.instrument.checks import (
    CatalogueError,
    asset_problems,
    bracket_problems,
    fee_tier_problems,
    filter_problems,
    require_none,
    start_price_problems,
)
from perpbox.instrument.rows import (
    CatalogueFile,
    asset_from,
    brackets_from,
    fee_tiers_from,
    read_rows,
    symbol_from,
)
from perpbox.instrument.symbol import FeeTier, MarginAsset, Symbol


class Catalogue(Struct, frozen=True):
    """Everything tradable, in the order in which answers list it."""

    symbols: dict[str, Symbol]
    assets: dict[str, MarginAsset]
    source: str
    """Where the figures come from, for people."""
    skipped: tuple[str, ...] = ()
    """What the source names and this leaves out, or guesses, and why; for people."""
    fee_tiers: tuple[FeeTier, ...] = ()
    """Tier 0, which is every account's until an operator says otherwise, then the lower ones."""


def builtin() -> Catalogue:
    """The catalogue that comes with the package; read from its file at each call."""
    return from_rows(builtin_rows())


def builtin_rows() -> CatalogueFile:
    """The package's own catalogue.json, as rows."""
    return read_rows(files(__package__).joinpath("catalogue.json").read_bytes())


def from_rows(rows: CatalogueFile) -> Catalogue:
    """Make a catalogue of rows and check every figure of it."""
    tables = {name: brackets_from(table) for name, table in rows.brackets.items()}
    symbols: dict[str, Symbol] = {}
    for row in rows.symbols:
        if row.brackets not in tables or row.name in symbols:
            raise CatalogueError(f"catalogue.json: {row.name} is there twice or has no brackets")
        symbols[row.name] = symbol_from(row, len(symbols), tables[row.brackets], rows.defaults)
    assets = {row.name: asset_from(row, symbols) for row in rows.assets}
    sources = "; ".join(rows.sources.values())
    tiers = fee_tiers_from(rows.defaults)
    catalogue = Catalogue(symbols, assets, source=sources, fee_tiers=tiers)
    check(catalogue)
    return catalogue


def check(catalogue: Catalogue) -> None:
    """Raise `CatalogueError` unless all figures fit each other."""
    for symbol in catalogue.symbols.values():
        require_none(symbol.name, bracket_problems(symbol.brackets))
        require_none(symbol.name, filter_problems(symbol))
        require_none(symbol.name, start_price_problems(symbol))
        if symbol.margin_asset not in catalogue.assets:
            raise CatalogueError(f"{symbol.name}: its margin asset {symbol.margin_asset} is absent")
    for asset in catalogue.assets.values():
        require_none(asset.name, asset_problems(asset))
    require_none("fee tiers", fee_tier_problems(catalogue.fee_tiers))


def to_json(catalogue: Catalogue) -> bytes:
    """Write a catalogue down, losing nothing."""
    return msgspec.json.encode(catalogue)


def from_json(data: bytes) -> Catalogue:
    """Read what `to_json` wrote.

    Figures are not checked again: an old journal must open under newer, stricter rules.
    """
    try:
        return msgspec.json.decode(data, type=Catalogue)
    except msgspec.DecodeError as error:
        raise CatalogueError(f"the stored catalogue cannot be read: {error}") from error
