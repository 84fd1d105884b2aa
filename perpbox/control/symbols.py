"""The operator's symbols: listed, changed, halted and settled."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from perpbox.control.desk import Call, Desk
from perpbox.control.errors import Refused
from perpbox.control.process import moment_of
from perpbox.control.requests import TimeText, amount, price
from perpbox.engine.commands import SetSymbol, SettleSymbol
from perpbox.instrument import (
    DELIVERY_OF_PERPETUAL,
    Bracket,
    Symbol,
    SymbolStatus,
)
from perpbox.instrument.checks import next_cum
from perpbox.money import Millis, text_short


class BracketText(Struct, forbid_unknown_fields=True, rename="camel"):
    """A row of the leverage table; its floor is the cap before, its cum follows."""

    leverage: int
    cap: str
    maint_margin_rate: str


class Changes(Struct, forbid_unknown_fields=True, rename="camel"):
    """Left out: as it is."""

    status: Literal["TRADING", "PENDING_TRADING"] | UnsetType = UNSET
    settle_at: TimeText | UnsetType | None = UNSET
    """PRE_SETTLE until then; null: it is not settled after all."""
    figures: dict[str, str] = {}
    """Filters and rates by name."""
    max_num_orders: int | None = None
    max_num_algo_orders: int | None = None
    brackets: list[BracketText] | None = None


class NewSymbol(Changes, forbid_unknown_fields=True, rename="camel", kw_only=True):
    symbol: str
    base_asset: str
    like: str
    """The symbol that it takes after in all that is left out."""
    price: str


FIGURES: Final = {
    "tickSize": "tick_size",
    "minPrice": "min_price",
    "maxPrice": "max_price",
    "stepSize": "step_size",
    "minQty": "min_quantity",
    "maxQty": "max_quantity",
    "marketStepSize": "market_step_size",
    "marketMinQty": "market_min_quantity",
    "marketMaxQty": "market_max_quantity",
    "notional": "min_notional",
    "multiplierUp": "multiplier_up",
    "multiplierDown": "multiplier_down",
    "triggerProtect": "trigger_protect",
    "liquidationFee": "liquidation_fee",
    "marketTakeBound": "market_take_bound",
}
"""As exchangeInfo names them, those of MARKET_LOT_SIZE with "market" before them."""


class SymbolShown(Struct, rename="camel"):
    symbol: str
    status: str
    settle_at: Millis | None
    """When it is or was settled."""
    figures: dict[str, str]
    max_num_orders: int
    max_num_algo_orders: int
    brackets: list[BracketText]


def list_symbols(desk: Desk, call: Call) -> list[SymbolShown]:
    return [_shown(market.symbol) for market in desk.venue.state.markets.values()]


def show_symbol(desk: Desk, call: Call) -> SymbolShown:
    return _shown(_symbol(desk, call.names[0]))


def list_symbol(desk: Desk, call: Call) -> SymbolShown:
    """A new symbol, traded from now on unless it says otherwise."""
    new = call.read(NewSymbol)
    if new.symbol in desk.venue.state.markets:
        raise Refused(409, "SYMBOL_EXISTS", f"There is a symbol {new.symbol} already.")
    name = new.symbol
    if not (name.isascii() and name.isalnum() and name == name.upper()) or len(name) > MAX_LENGTH:
        message = "A symbol is of up to 20 capital letters and digits."
        raise Refused(400, "INVALID_SYMBOL", message)
    like = replace(
        _symbol(desk, new.like),
        name=name,
        base_asset=new.base_asset,
        start_price=price(new.price, f"The price of {name}"),
        onboard_time=desk.venue.state.now,
        status=SymbolStatus.TRADING,
        delivery_time=DELIVERY_OF_PERPETUAL,
    )
    desk.venue.submit(SetSymbol(_changed(like, new)))
    return _shown(_symbol(desk, name))


MAX_LENGTH: Final = 20


def change_symbol(desk: Desk, call: Call) -> SymbolShown:
    """Other filters, brackets or another status, at once."""
    symbol, changes = _symbol(desk, call.names[0]), call.read(Changes)
    desk.venue.submit(SetSymbol(_changed(symbol, changes)))
    return _shown(_symbol(desk, symbol.name))


def settle_symbol(desk: Desk, call: Call) -> SymbolShown:
    """Settle and close it now; it stays listed as closed, since histories speak of it."""
    symbol = _symbol(desk, call.names[0])
    desk.venue.submit(SettleSymbol(symbol.name))
    return _shown(_symbol(desk, symbol.name))


def _symbol(desk: Desk, name: str) -> Symbol:
    market = desk.venue.state.markets.get(name)
    if market is None:
        raise Refused(404, "UNKNOWN_SYMBOL", f"There is no symbol {name}.")
    return market.symbol


def _changed(symbol: Symbol, changes: Changes) -> Symbol:
    figures: dict[str, int] = {}
    for name, figure in changes.figures.items():
        if name not in FIGURES:
            raise Refused(400, "INVALID_SYMBOL", f"There is no figure {name}.")
        figures[FIGURES[name]] = amount(figure, name, "INVALID_SYMBOL")
    symbol = replace(symbol, **figures)
    if changes.max_num_orders is not None:
        symbol = replace(symbol, max_num_orders=changes.max_num_orders)
    if changes.max_num_algo_orders is not None:
        symbol = replace(symbol, max_num_algo_orders=changes.max_num_algo_orders)
    if changes.brackets is not None:
        brackets = _brackets(changes.brackets)
        highest = brackets[0].initial_leverage if brackets else 0
        leverage = min(symbol.default_leverage, highest)
        symbol = replace(symbol, brackets=brackets, default_leverage=leverage)
    return _with_status(symbol, changes)


def _brackets(rows: list[BracketText]) -> tuple[Bracket, ...]:
    table: list[Bracket] = []
    for number, row in enumerate(rows, start=1):
        before = table[-1] if table else None
        floor = before.cap if before else 0
        cap = amount(row.cap, f"The cap of bracket {number}", "INVALID_SYMBOL")
        rate = amount(row.maint_margin_rate, f"The rate of bracket {number}", "INVALID_SYMBOL")
        cum = next_cum(before, floor, rate)
        table.append(Bracket(number, row.leverage, floor, cap, rate, cum))
    return tuple(table)


def _with_status(symbol: Symbol, changes: Changes) -> Symbol:
    endless = DELIVERY_OF_PERPETUAL
    if changes.status is not UNSET:
        symbol = replace(symbol, status=SymbolStatus(changes.status), delivery_time=endless)
    if changes.settle_at is UNSET:
        return symbol
    if changes.settle_at is None:
        return replace(symbol, status=SymbolStatus.TRADING, delivery_time=endless)
    at = moment_of(changes.settle_at)
    return replace(symbol, status=SymbolStatus.PRE_SETTLE, delivery_time=at)


def _shown(symbol: Symbol) -> SymbolShown:
    settles = symbol.delivery_time != DELIVERY_OF_PERPETUAL
    return SymbolShown(
        symbol.name,
        symbol.status.value,
        symbol.delivery_time if settles else None,
        {name: text_short(getattr(symbol, field)) for name, field in FIGURES.items()},
        symbol.max_num_orders,
        symbol.max_num_algo_orders,
        [
            BracketText(b.initial_leverage, text_short(b.cap), text_short(b.maint_margin_rate))
            for b in symbol.brackets
        ],
    )
