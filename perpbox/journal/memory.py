"""A journal that lives and ends with the process: durable at once, and quick."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Reversible
from copy import copy
from itertools import islice
from typing import Final, Protocol, TypeVar

from perpbox.account import AccountId, ConditionalStatus, OrderId, OrderStatus
from perpbox.engine.line import Line, encode
from perpbox.journal.changes import Changes
from perpbox.journal.errors import JournalDamaged
from perpbox.journal.history import History
from perpbox.journal.journal import Head, Journal
from perpbox.journal.keys import NumberedKey
from perpbox.journal.listen_keys import MemoryListenKeys
from perpbox.journal.projection import Projection
from perpbox.journal.records import (
    RECENT,
    AmendmentRecord,
    ConditionalRecord,
    ConversionRecord,
    FundingRecord,
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

RowT = TypeVar("RowT")
SWEEP_EVERY: Final[Millis] = 60_000
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


class MemoryHistory(History):
    """History as lists. `refresh` gives what has changed since it was last asked."""

    def __init__(self, refresh: Callable[[], Changes]) -> None:
        self._refresh = refresh
        self._pasts: dict[AccountId, Past] = {}
        self._market_trades: dict[str, list[MarketTrade]] = {}
        self._funding: list[FundingRecord] = []

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

        self._catch_up()
        return _page(self._funding, wanted, window)

    def recent_trades(self, symbol: str, limit: int = 1000) -> list[MarketTrade]:
        self._catch_up()
        return self._market_trades.get(symbol, [])[-limit:]

    def trades_since(
        self, symbol: str, time: Millis = 0, *, from_id: int = 0, from_aggregate: int = 0
    ) -> Iterator[MarketTrade]:
        self._catch_up()
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
        self._catch_up()
        rows = self._market_trades.get(symbol, [])
        place = bisect_left(rows, time, key=lambda row: row.time)
        return rows[place - 1] if place else None

    def give_up(self, retention: Retention, now: Millis) -> None:
        """Forget what is too old, as a journal's file does."""
        self._catch_up()
        if retention.tape is not None:
            for rows in self._market_trades.values():
                del rows[: bisect_left(rows, now - retention.tape, key=lambda row: row.time)]
        if retention.history is not None:
            for past in self._pasts.values():
                past.give_up(now - retention.history)

    def _past(self, account_id: AccountId) -> Past:
        """The account's rows, or none that are kept: asking opens nothing."""
        self._catch_up()
        return self._pasts.get(account_id) or Past()

    def _catch_up(self) -> None:
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
        for traded in changes.market_trades:
            self._market_trades.setdefault(traded.symbol, []).append(traded)
        if changes.funding:
            self._funding.extend(changes.funding)
            self._funding.sort(key=lambda row: (row.time, row.symbol))

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


class MemoryKeys:
    """Keys as a dict."""

    def __init__(self) -> None:
        self._last_number = 0
        self._stored: dict[str, NumberedKey] = {}

    def last_number(self) -> int:
        return self._last_number

    def stored(self) -> list[NumberedKey]:
        return list(self._stored.values())

    def insert(self, numbered: NumberedKey) -> None:
        self._last_number = numbered.number
        self._stored[numbered.key.api_key] = numbered

    def delete(self, api_keys: list[str]) -> None:
        for api_key in api_keys:
            del self._stored[api_key]


class MemoryJournal(Journal):
    """Lines as a list of bytes, which unlike objects cost the garbage collector nothing."""

    def __init__(self, head: Head) -> None:
        super().__init__(head, last_sequence=0)
        self._lines: deque[bytes] = deque()
        self._times: deque[Millis] = deque()
        self._sweeps_at: Millis = 0
        self._forgotten = 0
        """Lines that were given up."""
        self._projection = Projection(_no_order, _no_conditional)
        self._history = MemoryHistory(self._projection.take)
        self._keys = MemoryKeys()
        self._listen_keys = MemoryListenKeys()

    @property
    def durable_sequence(self) -> int:
        return self.last_sequence

    @property
    def history(self) -> MemoryHistory:
        return self._history

    @property
    def keys(self) -> MemoryKeys:
        return self._keys

    @property
    def listen_keys(self) -> MemoryListenKeys:
        return self._listen_keys

    def append(self, line: Line) -> None:
        self._follow(line)
        self._lines.append(encode(line))
        self._times.append(line.time)
        self._projection.add(line)

    def flush(self) -> None:
        """Nothing to do: it is durable already."""

    def encoded_lines(self, after: int = 0) -> Iterator[tuple[int, bytes]]:
        if after < self._forgotten:
            raise JournalDamaged(f"Line {after + 1} of the journal is kept no more.")
        lines = islice(self._lines, after - self._forgotten, None)
        yield from enumerate(lines, after + 1)

    def _sweep(self, retention: Retention, now: Millis) -> None:
        if now < self._sweeps_at:
            return
        self._sweeps_at = now + SWEEP_EVERY
        if retention.lines is not None:
            while self._times and self._times[0] < now - retention.lines:
                self._times.popleft()
                self._lines.popleft()
                self._forgotten += 1
        self._history.give_up(retention, now)

    @property
    def first_sequence(self) -> int:
        return self._forgotten + 1 if self._lines else 0

    def snapshots(self, *, of_any_version: bool = False) -> Iterator[tuple[int, bytes]]:
        del of_any_version
        return iter(())

    def snapshot_due(self, *, closing: bool = False) -> bool:
        """Never: there is no later start that a snapshot would shorten."""
        del closing
        return False

    def snapshot(self, sequence: int, state: bytes) -> None:
        """Nothing to do: none is ever due."""

    def close(self) -> None:
        """Nothing to do: it ends with the process."""


def _no_conditional(algo_id: OrderId) -> ConditionalRecord | None:
    """The journal never stops, so the projection knows all that wait."""
    del algo_id
    return None


def _no_order(order_id: OrderId) -> OrderRecord:
    raise LookupError(f"no open order {order_id} was journaled")
