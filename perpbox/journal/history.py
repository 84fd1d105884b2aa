"""What an account may ask about its past, and what anybody may ask about the market's."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

from perpbox.account import AccountId, OrderId
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
from perpbox.tape import Candle, Interval, Kind


class History(ABC):
    """Queries over all that was journaled. Every list ascends; an unknown account has none.

    An account that is reset or closed loses its past.
    """

    @abstractmethod
    def order(
        self,
        account_id: AccountId,
        symbol: str,
        *,
        order_id: OrderId = 0,
        client_order_id: str = "",
    ) -> OrderRecord | None:
        """The order with this id, or without one the latest with this client order id."""

    @abstractmethod
    def orders(
        self,
        account_id: AccountId,
        symbol: str | None = None,
        window: Window = RECENT,
        *,
        from_id: OrderId | None = None,
        unfilled_since: Millis = 0,
    ) -> list[OrderRecord]:
        """Orders by the time at which they were accepted; from an order id on, if one is given.

        Of those that were canceled or expired without a fill, only what is not older than
        `unfilled_since`.
        """

    @abstractmethod
    def amendments(
        self, account_id: AccountId, symbol: str, order_id: OrderId, window: Window = RECENT
    ) -> list[AmendmentRecord]:
        """What was changed of an order while it stood."""

    @abstractmethod
    def conversion(
        self, account_id: AccountId, *, conversion_id: int = 0, quote_id: str = ""
    ) -> ConversionRecord | None:
        """The one with this id, or without one that which took this quote."""

    @abstractmethod
    def trades(
        self,
        account_id: AccountId,
        symbol: str,
        window: Window = RECENT,
        *,
        order_id: OrderId | None = None,
        from_id: int | None = None,
    ) -> list[TradeRecord]:
        """Fills, of one order if it is given; from a trade id on, if one is given."""

    @abstractmethod
    def income(
        self,
        account_id: AccountId,
        window: Window = RECENT,
        *,
        symbol: str | None = None,
        income_type: str | None = None,
    ) -> list[IncomeRecord]:
        """Money in and out, of one symbol and one type if they are given."""

    @abstractmethod
    def margin_changes(
        self,
        account_id: AccountId,
        symbol: str,
        window: Window = RECENT,
        *,
        added: bool | None = None,
    ) -> list[MarginRecord]:
        """Isolated margin put in and taken out, or only the one or the other."""

    @abstractmethod
    def conditional(
        self, account_id: AccountId, *, algo_id: OrderId = 0, client_algo_id: str = ""
    ) -> ConditionalRecord | None:
        """The one with this id, or without one the latest with this client id."""

    @abstractmethod
    def conditionals(
        self,
        account_id: AccountId,
        symbol: str,
        window: Window = RECENT,
        *,
        from_id: OrderId | None = None,
        unfilled_since: Millis = 0,
    ) -> list[ConditionalRecord]:
        """Conditional orders, counted like `orders`."""

    @abstractmethod
    def steps(
        self,
        account_id: AccountId,
        window: Window = RECENT,
        *,
        symbol: str | None = None,
        step: Step | None = None,
    ) -> list[StepRecord]:
        """What the venue did by itself, of one symbol and one kind if they are given."""

    @abstractmethod
    def funding_rates(
        self, symbol: str | None = None, window: Window = RECENT
    ) -> list[FundingRecord]:
        """What was settled, of one symbol or of all, by the time at which it was due."""

    @abstractmethod
    def recent_trades(self, symbol: str, limit: int = 1000) -> list[MarketTrade]:
        """The last trades of a market."""

    @abstractmethod
    def trades_since(
        self, symbol: str, time: Millis = 0, *, from_id: int = 0, from_aggregate: int = 0
    ) -> Iterator[MarketTrade]:
        """A market's trades from this time, this trade and this aggregate on.

        They are read a page at a time, as far as they are asked for.
        """

    @abstractmethod
    def trade_before(self, symbol: str, time: Millis) -> MarketTrade | None:
        """A market's last trade before this time."""

    @abstractmethod
    def holdings(self, symbol: str, first: Millis, last: Millis) -> list[HoldingRecord]:
        """Who held how much in a span, and before it the one that stood when it began."""

    @abstractmethod
    def candles(
        self,
        symbol: str,
        kind: Kind,
        interval: Interval,
        first: Millis = 0,
        last: Millis = LAST_MOMENT,
    ) -> list[Candle]:
        """The candles kept of this interval that begin in a span, and what no such one holds yet.

        The latter in shorter candles; together they are one moment, and ascend. They are the
        caller's own.
        """

    @abstractmethod
    def candle_before(self, symbol: str, kind: Kind, time: Millis) -> Candle | None:
        """The last minute that begins before this time."""

    @abstractmethod
    def first_candle(self, symbol: str, kind: Kind) -> Candle | None:
        """The first minute that is kept."""
