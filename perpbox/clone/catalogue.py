"""The catalogue of a cloned venue: what the answers say is traded, and the built-in one beneath."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from perpbox.audit.documents import Kind, asset_rows
from perpbox.audit.figures import Row, Unreadable
from perpbox.clone.answers import CONDITIONALS, ORDERS, Answers
from perpbox.clone.prices import buffered, marks_in
from perpbox.instrument import (
    Bracket,
    Catalogue,
    CatalogueError,
    MarginAsset,
    Symbol,
    builtin,
    from_exchange_info,
)
from perpbox.instrument.symbol import bracket_of
from perpbox.margin.position import maint_margin
from perpbox.money import (
    DECIMALS,
    SCALE,
    SQUARE,
    Price,
    Ratio,
    decimals_of,
    is_multiple,
    round_half_up,
)

LIKE: Final = "BTCUSDT"
"""What a symbol is made like of which nothing but its name is known."""
RATE_STEP: Final[Ratio] = 10_000
"""Maintenance margin rates are whole parts of 0.01 %."""


def catalogue_for(answers: Answers, notes: list[str]) -> Catalogue:
    """Every symbol and asset that the account has to do with; notes say what is guessed."""
    catalogue = _base(answers, notes)
    symbols = dict(catalogue.symbols)
    for name, rows in _named(answers).items():
        symbol = symbols.get(name)
        if symbol is None:
            symbol = _unknown(name, len(symbols), answers, symbols)
            notes.append(f"{name} is not in the catalogue: its filters are invented")
        symbols[name] = _with_grid(symbol, rows)
    for name, symbol in symbols.items():
        table = answers.known.tables.get(name)
        if table is not None and table != symbol.brackets:
            leverage = min(symbol.default_leverage, table[0].initial_leverage)
            symbols[name] = replace(symbol, brackets=table, default_leverage=leverage)
    for name in sorted(_held(answers) - set(answers.known.tables)):
        notes.append(f"the brackets of {name}: no leverageBracket was given")
        symbols[name] = _as_maintained(symbols[name], answers, notes)
    assets = dict(catalogue.assets)
    for name in _asset_names(answers, symbols.values()):
        if name not in assets:
            assets[name] = replace(assets["USDT"], name=name, index_symbol=f"{name}USD")
            notes.append(f"{name} is no margin asset of the catalogue: taken to be like USDT")
    assets = {name: buffered(asset, answers) for name, asset in assets.items()}
    if not answers.tells_kind(Kind.INDEX) and answers.known.multi_assets:
        notes.append("the asset indexes, by which multi-assets mode counts in USD")
    source = f"{catalogue.source}; the answers of an account"
    return replace(catalogue, symbols=symbols, assets=_ordered(assets), source=source)


def _base(answers: Answers, notes: list[str]) -> Catalogue:
    info, brackets = answers.exchange_info(), answers.brackets()
    if info is None or brackets is None:
        return builtin()
    try:
        catalogue = from_exchange_info(info, brackets, answers.premium_index())
    except CatalogueError as error:
        raise Unreadable(str(error)) from error
    notes += [f"of the catalogue: {each}" for each in catalogue.skipped[:10]]
    return replace(catalogue, assets={**builtin().assets, **catalogue.assets})


def _named(answers: Answers) -> dict[str, list[Row]]:
    """The rows of each symbol in which the account holds or asks for something."""
    found: dict[str, list[Row]] = {}
    rows = [row for row in answers.known.positions if row.figure_or("positionAmt", 0)]
    for row in [*rows, *answers.rows(ORDERS), *answers.rows(CONDITIONALS)]:
        if not row.text("symbol"):
            raise Unreadable(f"{row.source}: {row.label} has no symbol")
        found.setdefault(row.text("symbol"), []).append(row)
    return found


def _unknown(name: str, ordinal: int, answers: Answers, symbols: dict[str, Symbol]) -> Symbol:
    """A symbol of which nothing is known but its name, at prices of any size."""
    row = next((r for r in answers.known.positions if r.text("symbol") == name), None)
    asset = "USDT" if row is None else answers.known.margin_asset_of(row) or "USDT"
    like = symbols.get(LIKE) or next(iter(symbols.values()))
    return replace(
        like,
        name=name,
        ordinal=ordinal,
        base_asset=name.partition("_")[0].removesuffix(asset),
        quote_asset=asset,
        margin_asset=asset,
        price_precision=DECIMALS,
        tick_size=1,
        min_price=1,
        max_price=10**9 * SCALE,
        max_quantity=10**10 * SCALE,
        market_max_quantity=10**10 * SCALE,
        start_price=SCALE,
    )


def _held(answers: Answers) -> set[str]:
    return {
        row.text("symbol") for row in answers.known.positions if row.figure_or("positionAmt", 0)
    }


def _as_maintained(symbol: Symbol, answers: Answers, notes: list[str]) -> Symbol:
    """[dec] The symbol with a table that gives the maintenance margins shown.

    Where the catalogue's does not, one rate for all notionals may: the position is then in a
    first bracket, whose maintenance amount is zero.
    """
    mark = marks_in(answers).get(symbol.name)
    rows = [
        row
        for row in answers.known.positions
        if row.text("symbol") == symbol.name
        and row.figure_or("positionAmt", 0)
        and row.figure_or("maintMargin", 0) > 0
    ]
    if mark is None or not rows:
        return symbol
    first, last = symbol.brackets[0], symbol.brackets[-1]
    worth = abs(rows[0].figure("positionAmt") * mark)
    near = round_half_up(rows[0].figure("maintMargin") * SQUARE, max(1, worth))
    rate = round_half_up(near, RATE_STEP) * RATE_STEP
    single = (replace(first, cap=last.cap, maint_margin_rate=rate),)
    if _maintains(rows, mark, symbol.brackets) or not 0 < rate <= SCALE:
        return symbol
    if not _maintains(rows, mark, single):
        return symbol
    notes.append(f"{symbol.name} has one bracket for all notionals, at the rate of its margin")
    return replace(symbol, brackets=single)


def _maintains(rows: Iterable[Row], mark: Price, brackets: tuple[Bracket, ...]) -> bool:
    """Whether the rows' maintenance margins are those of this table."""
    for row in rows:
        quantity = row.figure("positionAmt")
        bracket = bracket_of(brackets, abs(quantity) * mark // SCALE)
        if maint_margin(quantity, mark, bracket) != row.figure("maintMargin"):
            return False
    return True


def _with_grid(symbol: Symbol, rows: Iterable[Row]) -> Symbol:
    """The symbol, its grids as fine as what the account has on them."""
    for row in rows:
        for quantity in _figures(row, ("positionAmt", "origQty", "executedQty", "quantity")):
            if not is_multiple(quantity, symbol.step_size):
                precision = decimals_of(quantity)
                step = 10 ** (DECIMALS - precision)
                symbol = replace(
                    symbol,
                    step_size=step,
                    market_step_size=step,
                    min_quantity=step,
                    market_min_quantity=step,
                    quantity_precision=max(symbol.quantity_precision, precision),
                )
        for price in _figures(row, ("price",)):
            if not is_multiple(price - symbol.min_price, symbol.tick_size):
                precision = decimals_of(price)
                tick = 10 ** (DECIMALS - precision)
                symbol = replace(
                    symbol,
                    tick_size=tick,
                    min_price=tick,
                    price_precision=max(symbol.price_precision, precision),
                )
    return symbol


def _figures(row: Row, names: Iterable[str]) -> Iterator[int]:
    yield from (row.figure(name) for name in names if row.has(name))


def _asset_names(answers: Answers, symbols: Iterable[Symbol]) -> list[str]:
    """Assets that hold or owe something, and those that symbols settle in."""
    names = [symbol.margin_asset for symbol in symbols]
    for document in answers.documents:
        if document.kind in {Kind.ACCOUNT, Kind.ASSETS, Kind.BALANCE}:
            rows = asset_rows(document)
            names += [r.text("asset") for r in rows if r.figure_or("walletBalance", 0)]
    return list(dict.fromkeys(names))


def _ordered(assets: dict[str, MarginAsset]) -> dict[str, MarginAsset]:
    """In the built-in order, the others behind: answers list assets so."""
    order = {name: place for place, name in enumerate(builtin().assets)}
    return dict(sorted(assets.items(), key=lambda item: order.get(item[0], len(order))))
