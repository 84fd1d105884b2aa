"""What has happened to what is traded."""

from __future__ import annotations

from msgspec.structs import replace

from perpbox.engine.agenda import Due, Entry
from perpbox.engine.apply.market import book_changed
from perpbox.engine.state import State
from perpbox.engine.symbol_events import SymbolSet
from perpbox.instrument import Symbol
from perpbox.money import Millis


def list_symbol(state: State, symbol: Symbol) -> None:
    """Let the venue's catalogue have it; a snapshot's symbols too."""
    state.set_symbols[symbol.name] = symbol
    symbols = {**state.catalogue.symbols, symbol.name: symbol}
    state.catalogue = replace(state.catalogue, symbols=symbols)


def symbol_set(state: State, event: SymbolSet, now: Millis) -> None:
    """What is kept of margins was made with the brackets before: all of it is made anew."""
    symbol = event.symbol
    list_symbol(state, symbol)
    market = state.markets.get(symbol.name)
    if market is None:
        return
    market.become(symbol)
    book_changed(state, market, now)
    state.prices_version += 1
    state.watch = None
    if symbol.is_ending:
        state.agenda.add(Entry(symbol.delivery_time, Due.SETTLEMENT, 0, symbol.name))
    for account in state.accounts.values():
        exposure = account.exposures.get(symbol.name)
        if exposure is None:
            continue
        exposure.symbol = symbol
        for position in exposure.positions.values():
            position.figures = None
        account.sums = None
        account.claims = None
        account.version += 1
        state.stirred.stir(account.account_id)
