"""History out of a journal's file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar

import msgspec

from perpbox.account import AccountId, OrderId
from perpbox.journal.errors import JournalDamaged
from perpbox.journal.history import History
from perpbox.journal.reader import Reader
from perpbox.journal.records import (
    LAST_MOMENT,
    RECENT,
    AmendmentRecord,
    ConditionalRecord,
    ConversionRecord,
    FundingRecord,
    HoldingRecord,
    IncomeRecord,
    MarginRecord,
    MarketTrade,
    OrderRecord,
    Step,
    StepRecord,
    TradeRecord,
    Window,
)
from perpbox.money import Millis
from perpbox.tape import KEPT, Candle, Interval, Kind, Place

RowT = TypeVar("RowT")

FARTHEST: Final = 2**63 - 1

ORDER_BY_ID: Final = """
SELECT data FROM orders
WHERE order_id = :order_id AND account_id = :account_id AND symbol = :symbol
"""
ORDER_BY_CLIENT_ORDER_ID: Final = """
SELECT data FROM orders
WHERE account_id = :account_id AND client_order_id = :client_order_id AND symbol = :symbol
ORDER BY order_id DESC LIMIT 1
"""

# The rows of a page are found in the index alone, and only they are read. `PAGE` stands for how
# it is counted; a null lets any value pass.
PAGE: Final = "/* page */"
WAY: Final = "/* way */"
FORWARD: Final = "ASC LIMIT :limit OFFSET :skip"
BACKWARD: Final = "DESC LIMIT :limit OFFSET :skip"

ORDERS_OF_SYMBOL: Final = """
SELECT data FROM orders WHERE order_id IN (
    SELECT order_id FROM orders
    WHERE account_id = :account_id AND symbol = :symbol
        AND order_id >= :from_id AND created BETWEEN :first AND :last
        AND (created >= :unfilled_since OR NOT ended_unfilled)
    ORDER BY order_id /* page */
) ORDER BY order_id
"""
ORDERS: Final = """
SELECT data FROM orders WHERE order_id IN (
    SELECT order_id FROM orders
    WHERE account_id = :account_id
        AND order_id >= :from_id AND created BETWEEN :first AND :last
        AND (created >= :unfilled_since OR NOT ended_unfilled)
    ORDER BY order_id /* page */
) ORDER BY order_id
"""
AMENDMENTS: Final = """
SELECT data FROM amendments WHERE number IN (
    SELECT number FROM amendments
    WHERE account_id = :account_id AND symbol = :symbol AND order_id = :order_id
        AND time BETWEEN :first AND :last
    ORDER BY number /* page */
) ORDER BY number
"""
CONVERSION_BY_ID: Final = """
SELECT data FROM conversions WHERE account_id = :account_id AND conversion_id = :conversion_id
"""
CONVERSION_BY_QUOTE: Final = """
SELECT data FROM conversions WHERE account_id = :account_id AND quote_id = :quote_id
"""
TRADES: Final = """
SELECT data FROM trades WHERE number IN (
    SELECT number FROM trades
    WHERE account_id = :account_id AND symbol = :symbol
        AND trade_id >= :from_id AND order_id = coalesce(:order_id, order_id)
        AND time BETWEEN :first AND :last
    ORDER BY trade_id /* page */
) ORDER BY number
"""
INCOME: Final = """
SELECT data FROM income WHERE number IN (
    SELECT number FROM income
    WHERE account_id = :account_id AND time BETWEEN :first AND :last
        AND symbol = coalesce(:symbol, symbol)
        AND income_type = coalesce(:income_type, income_type)
    ORDER BY number /* page */
) ORDER BY number
"""
MARGIN_CHANGES: Final = """
SELECT data FROM margin_changes WHERE number IN (
    SELECT number FROM margin_changes
    WHERE account_id = :account_id AND symbol = :symbol AND time BETWEEN :first AND :last
        AND added = coalesce(:added, added)
    ORDER BY number /* page */
) ORDER BY number
"""

CONDITIONAL_BY_ID: Final = """
SELECT data FROM conditional_orders WHERE algo_id = :algo_id AND account_id = :account_id
"""
CONDITIONAL_BY_CLIENT_ALGO_ID: Final = """
SELECT data FROM conditional_orders
WHERE account_id = :account_id AND client_algo_id = :client_algo_id
ORDER BY algo_id DESC LIMIT 1
"""
CONDITIONALS: Final = """
SELECT data FROM conditional_orders WHERE algo_id IN (
    SELECT algo_id FROM conditional_orders
    WHERE account_id = :account_id AND symbol = :symbol
        AND algo_id >= :from_id AND created BETWEEN :first AND :last
        AND (created >= :unfilled_since OR NOT ended_unfilled)
    ORDER BY algo_id /* page */
) ORDER BY algo_id
"""
STEPS: Final = """
SELECT data FROM steps WHERE number IN (
    SELECT number FROM steps
    WHERE account_id = :account_id AND time BETWEEN :first AND :last
        AND symbol = coalesce(:symbol, symbol) AND step = coalesce(:step, step)
    ORDER BY number /* page */
) ORDER BY number
"""
FUNDING_RATES: Final = """
SELECT data FROM (
    SELECT data, time, symbol FROM funding_rates
    WHERE symbol = coalesce(:symbol, symbol) AND time BETWEEN :first AND :last
    ORDER BY time /* way */, symbol /* page */
) ORDER BY time, symbol
"""

RECENT_TRADES: Final = """
SELECT data FROM market_trades WHERE symbol = ? ORDER BY trade_id DESC LIMIT ?
"""
TRADES_FROM: Final = """
SELECT trade_id, data FROM market_trades WHERE symbol = ? AND trade_id >= ?
ORDER BY trade_id LIMIT 1000
"""
TRADE_BEFORE: Final = """
SELECT data FROM market_trades WHERE symbol = ? AND trade_id < ? ORDER BY trade_id DESC LIMIT 1
"""
FIRST_TRADE: Final = "SELECT min(trade_id) FROM market_trades WHERE symbol = ?"
LAST_TRADE: Final = "SELECT max(trade_id) FROM market_trades WHERE symbol = ?"
# Trades ascend in time and in aggregates as they do in ids, so that the one index finds either.
TIME_FROM: Final = """
SELECT trade_id, json_extract(data, '$[5]') FROM market_trades
WHERE symbol = ? AND trade_id >= ? ORDER BY trade_id LIMIT 1
"""
AGGREGATE_FROM: Final = """
SELECT trade_id, coalesce(json_extract(data, '$[6]'), 0) FROM market_trades
WHERE symbol = ? AND trade_id >= ? ORDER BY trade_id LIMIT 1
"""

HOLDINGS: Final = """
SELECT data FROM holdings WHERE symbol = :symbol AND time <= :last AND time >= coalesce(
    (SELECT max(time) FROM holdings WHERE symbol = :symbol AND time <= :first), :first
) ORDER BY time
"""

# One statement, so that what has ended and what stands are of one moment.
CANDLES: Final = """
SELECT data FROM (
    SELECT open_time, data FROM candles
    WHERE symbol = :symbol AND kind = :kind AND interval = :interval
        AND open_time BETWEEN :first AND :last
    UNION ALL
    SELECT json_extract(data, '$[0]') AS open_time, data FROM standing_candles
    WHERE place IN (SELECT value FROM json_each(:places)) AND open_time BETWEEN :first AND :last
) ORDER BY open_time
"""
# The minute that stands is later than any that has ended.
CANDLE_BEFORE: Final = """
SELECT data FROM (
    SELECT * FROM (
        SELECT open_time, data FROM candles
        WHERE symbol = :symbol AND kind = :kind AND interval = '1m' AND open_time < :time
        ORDER BY open_time DESC LIMIT 1
    )
    UNION ALL
    SELECT json_extract(data, '$[0]') AS open_time, data FROM standing_candles
    WHERE place = :place AND open_time < :time
) ORDER BY open_time DESC LIMIT 1
"""
FIRST_CANDLE: Final = """
SELECT data FROM (
    SELECT * FROM (
        SELECT open_time, data FROM candles
        WHERE symbol = :symbol AND kind = :kind AND interval = '1m'
        ORDER BY open_time LIMIT 1
    )
    UNION ALL
    SELECT json_extract(data, '$[0]') AS open_time, data FROM standing_candles
    WHERE place = :place
) ORDER BY open_time LIMIT 1
"""


class SqliteHistory(History):
    """Every answer holds all that was committed before the question."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def order(
        self,
        account_id: AccountId,
        symbol: str,
        *,
        order_id: OrderId = 0,
        client_order_id: str = "",
    ) -> OrderRecord | None:
        asked = {
            "account_id": account_id,
            "symbol": symbol,
            "order_id": order_id,
            "client_order_id": client_order_id,
        }
        statement = ORDER_BY_ID if order_id else ORDER_BY_CLIENT_ORDER_ID
        rows = self._reader.rows(statement, _fitted(asked))
        return _records(rows, OrderRecord)[0] if rows else None

    def orders(
        self,
        account_id: AccountId,
        symbol: str | None = None,
        window: Window = RECENT,
        *,
        from_id: OrderId | None = None,
        unfilled_since: Millis = 0,
    ) -> list[OrderRecord]:
        asked = {
            "account_id": account_id,
            "symbol": symbol,
            "from_id": from_id,
            "unfilled_since": unfilled_since,
        }
        statement = ORDERS if symbol is None else ORDERS_OF_SYMBOL
        return self._page(statement, asked, window, OrderRecord)

    def amendments(
        self, account_id: AccountId, symbol: str, order_id: OrderId, window: Window = RECENT
    ) -> list[AmendmentRecord]:
        asked = {"account_id": account_id, "symbol": symbol, "order_id": order_id}
        return self._page(AMENDMENTS, asked, window, AmendmentRecord)

    def conversion(
        self, account_id: AccountId, *, conversion_id: int = 0, quote_id: str = ""
    ) -> ConversionRecord | None:
        asked = {"account_id": account_id, "conversion_id": conversion_id, "quote_id": quote_id}
        statement = CONVERSION_BY_ID if conversion_id else CONVERSION_BY_QUOTE
        rows = self._reader.rows(statement, _fitted(asked))
        return _records(rows, ConversionRecord)[0] if rows else None

    def trades(
        self,
        account_id: AccountId,
        symbol: str,
        window: Window = RECENT,
        *,
        order_id: OrderId | None = None,
        from_id: int | None = None,
    ) -> list[TradeRecord]:
        asked = {
            "account_id": account_id,
            "symbol": symbol,
            "order_id": order_id,
            "from_id": from_id,
        }
        return self._page(TRADES, asked, window, TradeRecord)

    def income(
        self,
        account_id: AccountId,
        window: Window = RECENT,
        *,
        symbol: str | None = None,
        income_type: str | None = None,
    ) -> list[IncomeRecord]:
        asked = {"account_id": account_id, "symbol": symbol, "income_type": income_type}
        return self._page(INCOME, asked, window, IncomeRecord)

    def margin_changes(
        self,
        account_id: AccountId,
        symbol: str,
        window: Window = RECENT,
        *,
        added: bool | None = None,
    ) -> list[MarginRecord]:
        asked = {"account_id": account_id, "symbol": symbol, "added": added}
        return self._page(MARGIN_CHANGES, asked, window, MarginRecord)

    def conditional(
        self, account_id: AccountId, *, algo_id: OrderId = 0, client_algo_id: str = ""
    ) -> ConditionalRecord | None:
        asked = {"account_id": account_id, "algo_id": algo_id, "client_algo_id": client_algo_id}
        statement = CONDITIONAL_BY_ID if algo_id else CONDITIONAL_BY_CLIENT_ALGO_ID
        rows = self._reader.rows(statement, _fitted(asked))
        return _records(rows, ConditionalRecord)[0] if rows else None

    def conditionals(
        self,
        account_id: AccountId,
        symbol: str,
        window: Window = RECENT,
        *,
        from_id: OrderId | None = None,
        unfilled_since: Millis = 0,
    ) -> list[ConditionalRecord]:
        asked = {
            "account_id": account_id,
            "symbol": symbol,
            "from_id": from_id,
            "unfilled_since": unfilled_since,
        }
        return self._page(CONDITIONALS, asked, window, ConditionalRecord)

    def steps(
        self,
        account_id: AccountId,
        window: Window = RECENT,
        *,
        symbol: str | None = None,
        step: Step | None = None,
    ) -> list[StepRecord]:
        kind = step.value if step else None
        asked = {"account_id": account_id, "symbol": symbol, "step": kind}
        return self._page(STEPS, asked, window, StepRecord)

    def funding_rates(
        self, symbol: str | None = None, window: Window = RECENT
    ) -> list[FundingRecord]:
        return self._page(FUNDING_RATES, {"symbol": symbol}, window, FundingRecord)

    def recent_trades(self, symbol: str, limit: int = 1000) -> list[MarketTrade]:
        return _records(self._reader.rows(RECENT_TRADES, (symbol, limit))[::-1], MarketTrade)

    def trades_since(
        self, symbol: str, time: Millis = 0, *, from_id: int = 0, from_aggregate: int = 0
    ) -> Iterator[MarketTrade]:
        following = max(
            min(from_id, FARTHEST),
            self._first_trade(symbol, TIME_FROM, time),
            self._first_trade(symbol, AGGREGATE_FROM, from_aggregate),
        )
        while rows := self._reader.rows(TRADES_FROM, (symbol, following)):
            yield from _records([row[1:] for row in rows], MarketTrade)
            following = rows[-1][0] + 1

    def trade_before(self, symbol: str, time: Millis) -> MarketTrade | None:
        following = self._first_trade(symbol, TIME_FROM, time)
        rows = self._reader.rows(TRADE_BEFORE, (symbol, following))
        return _records(rows, MarketTrade)[0] if rows else None

    def holdings(self, symbol: str, first: Millis, last: Millis) -> list[HoldingRecord]:
        asked = {"symbol": symbol, "first": first, "last": last}
        return _records(self._reader.rows(HOLDINGS, _fitted(asked)), HoldingRecord)

    def candles(
        self,
        symbol: str,
        kind: Kind,
        interval: Interval,
        first: Millis = 0,
        last: Millis = LAST_MOMENT,
    ) -> list[Candle]:
        places = [Place(symbol, kind, each).name for each in KEPT[: KEPT.index(interval) + 1]]
        asked = {
            "symbol": symbol,
            "kind": kind.value,
            "interval": interval.value,
            "places": msgspec.json.encode(places).decode(),
            "first": first,
            "last": last,
        }
        return _records(self._reader.rows(CANDLES, _fitted(asked)), Candle)

    def candle_before(self, symbol: str, kind: Kind, time: Millis) -> Candle | None:
        return self._minute(CANDLE_BEFORE, symbol, kind, time)

    def first_candle(self, symbol: str, kind: Kind) -> Candle | None:
        return self._minute(FIRST_CANDLE, symbol, kind)

    def _minute(self, statement: str, symbol: str, kind: Kind, time: Millis = 0) -> Candle | None:
        place = Place(symbol, kind, Interval.MINUTE).name
        asked = {"symbol": symbol, "kind": kind.value, "place": place, "time": time}
        rows = self._reader.rows(statement, _fitted(asked))
        return _records(rows, Candle)[0] if rows else None

    def _first_trade(self, symbol: str, statement: str, value: int) -> int:
        """An id: the trades from it on, and no others, have at least this value.

        Found by halving, so that no commit has an index more to write.
        """
        if value <= 0:
            return 0
        ((first,),) = self._reader.rows(FIRST_TRADE, (symbol,))
        ((last,),) = self._reader.rows(LAST_TRADE, (symbol,))
        if first is None or last is None:
            return 0
        low, high = int(first), int(last) + 1
        while low < high:
            middle = (low + high) // 2
            ((trade_id, found),) = self._reader.rows(statement, (symbol, middle))
            if found >= value:
                high = middle
            else:
                low = trade_id + 1
        return low

    def _page(
        self, statement: str, asked: Mapping[str, Any], window: Window, kind: type[RowT]
    ) -> list[RowT]:
        from_id = asked.get("from_id")
        backward = window.from_newest(from_id)
        way, page = ("DESC", BACKWARD) if backward else ("ASC", FORWARD)
        bounds = {
            "from_id": from_id or 0,
            "first": window.first,
            "last": window.last,
            "limit": window.limit,
            "skip": window.skip,
        }
        paged = statement.replace(PAGE, page).replace(WAY, way)
        rows = self._reader.rows(paged, _fitted({**asked, **bounds}))
        return _records(rows, kind)


def _fitted(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Whole numbers within the 64 bits that SQLite takes; no row lies as far out as that."""
    return {
        name: max(-FARTHEST, min(value, FARTHEST)) if type(value) is int else value
        for name, value in asked.items()
    }


def _records(rows: list[tuple[Any, ...]], kind: type[RowT]) -> list[RowT]:
    try:
        return [msgspec.json.decode(data, type=kind) for (data,) in rows]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JournalDamaged(f"A row of the history is not what was written: {error}.") from error
