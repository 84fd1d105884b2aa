"""What a client is told of a symbol that is halted, about to be settled, or settled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from perpbox.api.errors import Error
from perpbox.engine.commands import SetSymbol, SettleSymbol
from perpbox.instrument import SymbolStatus
from tests.api.error_stage import BTC, Answer, Asked, Row, Stage, limit
from tests.api.trader import ORDER


def becomes(status: SymbolStatus) -> Callable[[Stage], None]:
    def prepare(stage: Stage) -> None:
        symbol = stage.exchange.state.markets["BTCUSDT"].symbol
        stage.exchange.submit(SetSymbol(replace(symbol, status=status)))

    return prepare


def settled(stage: Stage) -> None:
    stage.exchange.submit(SettleSymbol("BTCUSDT"))


def amended_while_halted(stage: Stage) -> Answer:
    order = stage.alice.limit("BUY", "0.1", "49000")
    becomes(SymbolStatus.PENDING_TRADING)(stage)
    changed = {"side": "BUY", "quantity": "0.1", "price": "48000", "orderId": order["orderId"]}
    return Asked("PUT", ORDER, {**BTC, **changed}).over_rest(stage)


OF_SYMBOLS: Final = (
    Row(
        Error.BAD_SYMBOL_STATUS,
        "an order in a halted symbol",
        -1122,
        "Invalid symbol status.",
        limit(),
        becomes(SymbolStatus.PENDING_TRADING),
    ),
    Row(
        Error.OPENING_POSITION_STATUS,
        "an order that opens, before a settlement",
        -4140,
        "Invalid symbol status for opening position",
        limit(),
        becomes(SymbolStatus.PRE_SETTLE),
    ),
    Row(
        Error.SYMBOL_CLOSED,
        "an order in a symbol that has been settled",
        -4141,
        "Symbol is closed",
        limit(),
        settled,
    ),
    Row(
        Error.NOT_TRADING_TO_AMEND,
        "an amendment in a halted symbol",
        -5024,
        "Symbol is not in trading status. Order amendment is not permitted.",
        amended_while_halted,
    ),
)
