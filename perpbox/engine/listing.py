"""Symbols listed, changed, halted and settled while the venue runs."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from perpbox.account import AccountId, AutoClose, ExpiryReason
from perpbox.engine.agenda import Entry
from perpbox.engine.closing import enter_closing_order
from perpbox.engine.commands import SetSymbol, SettleSymbol
from perpbox.engine.events import (
    ConditionalExpired,
    CountdownSet,
    LeverageChanged,
    MarkSourceSet,
    OrderExpired,
    PriceMoved,
)
from perpbox.engine.fills import take_over
from perpbox.engine.market import Market
from perpbox.engine.matching import fill_crossed
from perpbox.engine.rejects import Reject
from perpbox.engine.symbol_events import SymbolSet
from perpbox.engine.turn import Turn
from perpbox.instrument import DELIVERY_OF_PERPETUAL, Symbol, SymbolStatus, symbol_problems


def set_symbol(turn: Turn, command: SetSymbol) -> None:
    """A new symbol opens at its start price; a known one is another one from now on."""
    symbol = command.symbol
    market = turn.state.markets.get(symbol.name)
    problem = next(_problems(turn, symbol, market), "")
    turn.require(not problem, Reject.INVALID_SYMBOL, f"{symbol.name}: {problem}")
    if market is None:
        ordinal = len(turn.state.catalogue.symbols)
        turn.emit(SymbolSet(replace(symbol, ordinal=ordinal)))
        turn.emit(PriceMoved(symbol.name, symbol.start_price, symbol.start_price))
        return
    _lower_leverages(turn, symbol)
    turn.emit(SymbolSet(symbol))
    if market.quotes is None:
        fill_crossed(turn, market)


def _problems(turn: Turn, symbol: Symbol, market: Market | None) -> Iterator[str]:
    yield from symbol_problems(symbol)
    if symbol.margin_asset not in turn.state.catalogue.assets:
        yield f"its margin asset {symbol.margin_asset} is none of the venue's"
    if symbol.is_closed:
        yield "only a settlement closes it"
    if symbol.is_ending and symbol.delivery_time <= turn.now:
        yield "its settlement must lie ahead"
    settles = symbol.is_ending
    if not settles and symbol.delivery_time != DELIVERY_OF_PERPETUAL:
        yield "only what is PRE_SETTLE has a time of settlement"
    if market is None:
        if settles:
            yield "it is not traded yet"
    elif _kept(symbol) != _kept(market.symbol):
        yield "name, assets and precisions stay what they are"


def _kept(symbol: Symbol) -> tuple[object, ...]:
    """What orders, positions and histories are written in."""
    assets = (symbol.base_asset, symbol.quote_asset, symbol.margin_asset)
    return (*assets, symbol.ordinal, symbol.price_precision, symbol.quantity_precision)


def _lower_leverages(turn: Turn, symbol: Symbol) -> None:
    """[dec] Whoever has more leverage than there is from now on has the highest that is left."""
    highest = symbol.max_leverage()
    for account in turn.state.accounts.values():
        exposure = account.exposures.get(symbol.name)
        if exposure is not None and exposure.leverage > highest:
            turn.emit(LeverageChanged(account.account_id, symbol.name, highest))


def settle_now(turn: Turn, command: SettleSymbol) -> None:
    _settle(turn, turn.open_market(command.symbol))


def settle_due(turn: Turn, entry: Entry) -> None:
    """The symbol's delivery time has come."""
    _settle(turn, turn.state.markets[entry.symbol])


def _settle(turn: Turn, market: Market) -> None:
    """[dec] Orders expire, and every position is closed at the index price without commission."""
    name = market.symbol.name
    _end_orders(turn, name)
    for account_id in sorted(market.holders):
        _close_positions(turn, market, account_id)
    if market.by_formula:
        turn.emit(MarkSourceSet(name, by_formula=False))
    closed = replace(market.symbol, status=SymbolStatus.CLOSE, delivery_time=turn.now)
    turn.emit(SymbolSet(closed))


def _end_orders(turn: Turn, name: str) -> None:
    state, reason = turn.state, ExpiryReason.DELISTED
    for waiting in list(state.conditional_orders.values()):
        if waiting.terms.symbol == name:
            turn.emit(ConditionalExpired(waiting.account_id, waiting.algo_id, reason))
    for order in list(state.orders.values()):
        if order.symbol == name:
            turn.emit(OrderExpired(order.account_id, order.order_id, reason))
    for account_id, symbol in list(state.countdowns):
        if symbol == name:
            turn.emit(CountdownSet(account_id, name, 0))


def _close_positions(turn: Turn, market: Market, account_id: AccountId) -> None:
    """The house takes them."""
    price = market.index
    for position in list(market.holders[account_id].positions.values()):
        if position.quantity:
            side = -1 if position.quantity > 0 else 1
            quantity = abs(position.quantity)
            asked = (market.symbol.name, position.position_side, side, quantity, price)
            order = enter_closing_order(turn, account_id, *asked, AutoClose.SETTLEMENT)
            take_over(turn, market, None, order, price, quantity)
