"""History of a journal in memory, as lists."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Reversible
from copy import copy
from itertools import islice
from typing import Final, Protocol, TypeVar

from perpbox.account import AccountId, ConditionalStatus, OrderId, OrderStatus
from perpbox.journal.changes import Changes
from perpbox.journal.history import History
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
from perpbox.journal.retention import Retention
from perpbox.money import Millis
from perpbox.tape import KEPT, Candle, Interval, Kind, Place

RowT = TypeVar("RowT")
KeyT = TypeVar("KeyT")
OPEN: Final = (OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED)
"""An order that has no end yet."""


class Past:
    """One account's rows, oldest first."""

    __slots__ = (
        "amendments",
        "client_order_ids",
        "conditionals",
        "conversions",
        "income",
        "margin",
        "orders",
        "steps",
        "trades",
    )

    def __init__(self) -> None:
        self.orders: dict[OrderId, OrderRecord] = {}
        self.client_order_ids: dict[tuple[str, str], OrderId] = {}
        """(symbol, client order id) of the latest order that had it."""
        self.trades: dict[str, list[TradeRecord]] = {}
        self.income: list[IncomeRecord] = []
        self.margin: list[MarginRecord] = []
        self.conditionals: dict[OrderId, ConditionalRecord] = {}
        self.steps: list[StepRecord] = []
        self.amendments: dict[OrderId, list[AmendmentRecord]] = {}
        self.conversions: list[ConversionRecord] = []

    def copied(self) -> Past:
        """The same rows; those that may still change are copied too."""
        other = Past()
        other.orders = {
            order_id: copy(order) if order.status in OPEN else order
            for order_id, order in self.orders.items()
        }
        other.client_order_ids = dict(self.client_order_ids)
        other.trades = _lists(self.trades)
        other.income = list(self.income)
        other.margin = list(self.margin)
        other.conditionals = {algo_id: copy(row) for algo_id, row in self.conditionals.items()}
        other.steps = list(self.steps)
        other.amendments = _lists(self.amendments)
        other.conversions = list(self.conversions)
        return other

    def give_up(self, before: Millis) -> None:
        """Forget the rows that are older; what is open is kept however old it is."""
        for trades in self.trades.values():
            _forget_before(trades, before)
        _forget_before(self.income, before)
        _forget_before(self.margin, before)
        _forget_before(self.steps, before)
        for amendments in self.amendments.values():
            _forget_before(amendments, before)
        self.amendments = {k: rows for k, rows in self.amendments.items() if rows}
        _forget_before(self.conversions, before)
        old = [o for o in self.orders.values() if o.updated < before and o.status not in OPEN]
        for order in old:
            del self.orders[order.order_id]
            key = (order.symbol, order.client_order_id)
            if self.client_order_ids.get(key) == order.order_id:
                del self.client_order_ids[key]
        self.conditionals = {
            algo_id: waiting
            for algo_id, waiting in self.conditionals.items()
            if waiting.updated >= before or waiting.status is ConditionalStatus.NEW
        }


class Timed(Protocol):
    @property
    def time(self) -> Millis: ...


TimedT = TypeVar("TimedT", bound=Timed)


def _forget_before(rows: list[TimedT], before: Millis) -> None:
    """The rows ascend in time."""
    del rows[: bisect_left(rows, before, key=lambda row: row.time)]


def _lists(rows: Mapping[KeyT, list[RowT]]) -> dict[KeyT, list[RowT]]:
    return {key: list(each) for key, each in rows.items()}


class MemoryHistory(History):
    """History as lists. `refresh` gives what has changed since it was last asked."""

    def __init__(self, refresh: Callable[[], Changes]) -> None:
        self._refresh = refresh
        self._pasts: dict[AccountId, Past] = {}
        self._market_trades: dict[str, list[MarketTrade]] = {}
        self._funding: list[FundingRecord] = []
        self._holdings: dict[str, list[HoldingRecord]] = {}
        self._candles: dict[Place, list[Candle]] = {}
        self._standing: dict[str, Candle] = {}

    def copied(self, refresh: Callable[[], Changes]) -> MemoryHistory:
        """The history as it is now, which goes on with other turns; all is taken in by now."""
        other = MemoryHistory(refresh)
        other._pasts = {account_id: past.copied() for account_id, past in self._pasts.items()}
        other._market_trades = _lists(self._market_trades)
        other._funding = list(self._funding)
        other._holdings = _lists(self._holdings)
        other._candles = _lists(self._candles)
        other._standing = {name: copy(candle) for name, candle in self._standing.items()}
        return other

    def order(
        self,
        account_id: AccountId,
        symbol: str,
        *,
        order_id: OrderId = 0,
        client_order_id: str = "",
    ) -> OrderRecord | None:
        past = self._past(account_id)
        if not order_id:
            order_id = past.client_order_ids.get((symbol, client_order_id), 0)
        order = past.orders.get(order_id)
        return copy(order) if order is not None and order.symbol == symbol else None

    def orders(
        self,
        account_id: AccountId,
        symbol: str | None = None,
        window: Window = RECENT,
        *,
        from_id: OrderId | None = None,
        unfilled_since: Millis = 0,
    ) -> list[OrderRecord]:
        def wanted(row: OrderRecord) -> bool:
            return (
                (symbol is None or row.symbol == symbol)
                and (from_id is None or row.order_id >= from_id)
                and window.first <= row.created <= window.last
                and (row.created >= unfilled_since or not row.ended_unfilled)
            )

        rows = _page(self._past(account_id).orders.values(), wanted, window, from_id)
        return [copy(row) for row in rows]

    def amendments(
        self, account_id: AccountId, symbol: str, order_id: OrderId, window: Window = RECENT
    ) -> list[AmendmentRecord]:
        def wanted(row: AmendmentRecord) -> bool:
            return row.symbol == symbol and window.first <= row.time <= window.last

        return _page(self._past(account_id).amendments.get(order_id, ()), wanted, window)

    def conversion(
        self, account_id: AccountId, *, conversion_id: int = 0, quote_id: str = ""
    ) -> ConversionRecord | None:
        for row in self._past(account_id).conversions:
            if row.conversion_id == conversion_id or (
                not conversion_id and row.quote_id == quote_id
            ):
                return row
        return None

    def trades(
        self,
        account_id: AccountId,
        symbol: str,
        window: Window = RECENT,
        *,
        order_id: OrderId | None = None,
        from_id: int | None = None,
    ) -> list[TradeRecord]:
        def wanted(row: TradeRecord) -> bool:
            return (
                (order_id is None or row.order_id == order_id)
                and (from_id is None or row.trade_id >= from_id)
                and window.first <= row.time <= window.last
            )

        return _page(self._past(account_id).trades.get(symbol, ()), wanted, window, from_id)

    def income(
        self,
        account_id: AccountId,
        window: Window = RECENT,
        *,
        symbol: str | None = None,
        income_type: str | None = None,
    ) -> list[IncomeRecord]:
        def wanted(row: IncomeRecord) -> bool:
            return (
                (symbol is None or row.symbol == symbol)
                and (income_type is None or row.income_type.value == income_type)
                and window.first <= row.time <= window.last
            )

        return _page(self._past(account_id).income, wanted, window)

    def margin_changes(
        self,
        account_id: AccountId,
        symbol: str,
        window: Window = RECENT,
        *,
        added: bool | None = None,
    ) -> list[MarginRecord]:
        def wanted(row: MarginRecord) -> bool:
            return (
                row.symbol == symbol
                and (added is None or (row.amount > 0) is added)
                and window.first <= row.time <= window.last
            )

        return _page(self._past(account_id).margin, wanted, window)

    def conditional(
        self, account_id: AccountId, *, algo_id: OrderId = 0, client_algo_id: str = ""
    ) -> ConditionalRecord | None:
        rows = self._past(account_id).conditionals
        if algo_id:
            row = rows.get(algo_id)
        else:
            named = (r for r in reversed(rows.values()) if r.client_algo_id == client_algo_id)
            row = next(named, None)
        return copy(row) if row is not None else None

    def conditionals(
        self,
        account_id: AccountId,
        symbol: str,
        window: Window = RECENT,
        *,
        from_id: OrderId | None = None,
        unfilled_since: Millis = 0,
    ) -> list[ConditionalRecord]:
        def wanted(row: ConditionalRecord) -> bool:
            return (
                row.symbol == symbol
                and (from_id is None or row.algo_id >= from_id)
                and window.first <= row.created <= window.last
                and (row.created >= unfilled_since or not row.ended_unfilled)
            )

        rows = _page(self._past(account_id).conditionals.values(), wanted, window, from_id)
        return [copy(row) for row in rows]

    def steps(
        self,
        account_id: AccountId,
        window: Window = RECENT,
        *,
        symbol: str | None = None,
        step: Step | None = None,
    ) -> list[StepRecord]:
        def wanted(row: StepRecord) -> bool:
            return (
                (symbol is None or row.symbol == symbol)
                and (step is None or row.step is step)
                and window.first <= row.time <= window.last
            )

        return _page(self._past(account_id).steps, wanted, window)

    def funding_rates(
        self, symbol: str | None = None, window: Window = RECENT
    ) -> list[FundingRecord]:
        def wanted(row: FundingRecord) -> bool:
            mine = symbol is None or row.symbol == symbol
            return mine and window.first <= row.time <= window.last

        self.catch_up()
        return _page(self._funding, wanted, window)

    def recent_trades(self, symbol: str, limit: int = 1000) -> list[MarketTrade]:
        self.catch_up()
        return self._market_trades.get(symbol, [])[-limit:]

    def trades_since(
        self, symbol: str, time: Millis = 0, *, from_id: int = 0, from_aggregate: int = 0
    ) -> Iterator[MarketTrade]:
        self.catch_up()
        rows = self._market_trades.get(symbol, [])
        first = max(
            bisect_left(rows, time, key=lambda row: row.time),
            bisect_left(rows, from_id, key=lambda row: row.trade_id),
            bisect_left(rows, from_aggregate, key=lambda row: row.aggregate_id),
        )
        # Not a slice: it may be read only in part.
        for place in range(first, len(rows)):
            yield rows[place]

    def trade_before(self, symbol: str, time: Millis) -> MarketTrade | None:
        self.catch_up()
        rows = self._market_trades.get(symbol, [])
        place = bisect_left(rows, time, key=lambda row: row.time)
        return rows[place - 1] if place else None

    def holdings(self, symbol: str, first: Millis, last: Millis) -> list[HoldingRecord]:
        self.catch_up()
        rows = self._holdings.get(symbol, [])
        begin = bisect_right(rows, first, key=lambda row: row.time)
        end = bisect_right(rows, last, key=lambda row: row.time)
        return rows[max(0, begin - 1) : end]

    def candles(
        self,
        symbol: str,
        kind: Kind,
        interval: Interval,
        first: Millis = 0,
        last: Millis = LAST_MOMENT,
    ) -> list[Candle]:
        self.catch_up()
        ended = self._candles.get(Place(symbol, kind, interval), [])
        begin = bisect_left(ended, first, key=_open_time)
        end = bisect_left(ended, last + 1, key=_open_time)
        found = ended[begin:end]
        for each in reversed(KEPT[: KEPT.index(interval) + 1]):
            standing = self._standing.get(Place(symbol, kind, each).name)
            if standing is not None and first <= standing.open_time <= last:
                found.append(standing)
        # Those that stand go on changing.
        return list(map(copy, found))

    def candle_before(self, symbol: str, kind: Kind, time: Millis) -> Candle | None:
        self.catch_up()
        place = Place(symbol, kind, Interval.MINUTE)
        standing = self._standing.get(place.name)
        if standing is not None and standing.open_time < time:
            return copy(standing)
        ended = self._candles.get(place, [])
        before = bisect_left(ended, time, key=_open_time)
        return copy(ended[before - 1]) if before else None

    def first_candle(self, symbol: str, kind: Kind) -> Candle | None:
        self.catch_up()
        place = Place(symbol, kind, Interval.MINUTE)
        ended = self._candles.get(place)
        return copy(ended[0] if ended else self._standing.get(place.name))

    def give_up(self, retention: Retention, now: Millis) -> None:
        """Forget what is too old, as a journal's file does."""
        self.catch_up()
        if retention.candles is not None:
            for candles in self._candles.values():
                # The price stood where the last one before ended.
                old = bisect_right(candles, now - retention.candles, key=_open_time)
                del candles[: max(0, old - 1)]
            for held in self._holdings.values():
                old = bisect_right(held, now - retention.candles, key=lambda row: row.time)
                del held[: max(0, old - 1)]
        if retention.tape is not None:
            for rows in self._market_trades.values():
                # The last trade is kept however old it is.
                old = bisect_left(rows, now - retention.tape, key=lambda row: row.time)
                del rows[: min(old, len(rows) - 1)]
        if retention.history is not None:
            for past in self._pasts.values():
                past.give_up(now - retention.history)

    def _past(self, account_id: AccountId) -> Past:
        """The account's rows, or none that are kept: asking opens nothing."""
        self.catch_up()
        return self._pasts.get(account_id) or Past()

    def catch_up(self) -> None:
        """Take in what has changed."""
        changes = self._refresh()
        for account_id in changes.wiped:
            self._pasts.pop(account_id, None)
        for order in changes.orders.values():
            past = self._past_of(order.account_id)
            past.orders[order.order_id] = order
            past.client_order_ids[order.symbol, order.client_order_id] = order.order_id
        for waiting in changes.conditionals.values():
            self._past_of(waiting.account_id).conditionals[waiting.algo_id] = waiting
        self._take_rows(changes)
        self._catch_up_with_markets(changes)

    def _take_rows(self, changes: Changes) -> None:
        """What is added to the pasts of accounts and never changed."""
        for trade in changes.trades:
            trades = self._past_of(trade.account_id).trades
            trades.setdefault(trade.symbol, []).append(trade)
        for income in changes.income:
            self._past_of(income.account_id).income.append(income)
        for margin in changes.margin:
            self._past_of(margin.account_id).margin.append(margin)
        for step in changes.steps:
            self._past_of(step.account_id).steps.append(step)
        for amendment in changes.amendments:
            amendments = self._past_of(amendment.account_id).amendments
            amendments.setdefault(amendment.order_id, []).append(amendment)
        for conversion in changes.conversions:
            self._past_of(conversion.account_id).conversions.append(conversion)

    def _past_of(self, account_id: AccountId) -> Past:
        return self._pasts.setdefault(account_id, Past())

    def _catch_up_with_markets(self, changes: Changes) -> None:
        for traded in changes.market_trades:
            self._market_trades.setdefault(traded.symbol, []).append(traded)
        for place, candle in changes.candles:
            self._candles.setdefault(place, []).append(candle)
        for held in changes.holdings:
            self._holdings.setdefault(held.symbol, []).append(held)
        self._standing.update(changes.standing_candles)
        if changes.funding:
            self._funding.extend(changes.funding)
            self._funding.sort(key=lambda row: (row.time, row.symbol))


def _open_time(candle: Candle) -> Millis:
    return candle.open_time


def _page(
    rows: Reversible[RowT],
    wanted: Callable[[RowT], bool],
    window: Window,
    from_id: int | None = None,
) -> list[RowT]:
    backward = window.from_newest(from_id)
    source: Iterable[RowT] = reversed(rows) if backward else rows
    page = list(islice(filter(wanted, source), window.skip, window.skip + window.limit))
    return page[::-1] if backward else page
