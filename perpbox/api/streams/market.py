"""From the name of a market stream to the source of its messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from weakref import WeakSet

from perpbox.api.calendar import NORMAL_QUANTITY, SYMBOL_TYPE, Day
from perpbox.api.shapes import pushes as shapes
from perpbox.api.streams.candles import Candles
from perpbox.api.streams.depth import DiffDepth, PartialDepth, best
from perpbox.api.streams.names import Kind, StreamName, parse_name
from perpbox.api.streams.sources import Changed, Nothing, Shown, Source
from perpbox.api.streams.trades import AggregateTrades, ContractInfo, ForceOrders, Trades
from perpbox.engine.funding import rate_at
from perpbox.engine.market import Market
from perpbox.engine.state import State
from perpbox.money import Millis
from perpbox.tape import Candle, DayStatistics, Interval, Tape, untraded, window_start


class MarketStreams:
    """Makes the sources; a name that asks for nothing there is has none."""

    def __init__(
        self, state: State, tape: Tape, api_date: Day, at_rest: Callable[[], bool]
    ) -> None:
        self.state = state
        self.tape = tape
        self.candles: WeakSet[Candles] = WeakSet()
        """The streams of candles that are listened to."""
        self.at_rest = at_rest
        """Whether the venue's clock stands."""
        self.names_type = api_date >= SYMBOL_TYPE
        self.tells_normal_quantity = api_date >= NORMAL_QUANTITY
        """Whether messages name the symbol type."""

    def source(self, name: str) -> Source | None:
        asked = parse_name(name)
        if asked is None:
            return None
        if not asked.symbol:
            return _ALL[asked.kind](self, asked) if asked.kind in _ALL else Nothing(asked.speed)
        if asked.kind is Kind.ASSET_INDEX:
            return _one_asset_index(self, asked)
        market = self.state.markets.get(asked.symbol)
        if market is None:
            return None
        return _ONE[asked.kind](self, asked, market) if asked.kind in _ONE else Nothing(asked.speed)

    def typed(self, row: shapes.Row) -> shapes.Row:
        return {**row, "st": shapes.USDS_MARGINED} if self.names_type else row

    def aggregate(self, row: shapes.Row) -> shapes.Row:
        if not self.tells_normal_quantity:
            del row["nq"]
        return self.typed(row)

    def paired(self, row: shapes.Row) -> shapes.Row:
        """With the pair too, which here always is the symbol."""
        return self.typed({**row, "ps": row["s"]} if self.names_type else row)

    def paired_order(self, row: shapes.Row) -> shapes.Row:
        """As the SDK has liquidation orders of all symbols, and so those of one."""
        order = row["o"]
        assert isinstance(order, dict)
        return self.typed({**row, "ps": order["s"]} if self.names_type else row)

    def names(self) -> list[str]:
        return list(self.state.markets)


# Prices.


def _mark_row(streams: MarketStreams, market: Market, now: Millis) -> shapes.Row:
    rate = rate_at(streams.state, market, now)
    return streams.typed(shapes.mark_price(market, rate, now))


def _one_mark(streams: MarketStreams, asked: StreamName, market: Market) -> Source:
    """Again and again while time passes, changed or not."""
    return Shown(
        asked.speed,
        market.symbol.name,
        lambda now: (now, market.mark, market.index, market.funding, market.next_funding),
        lambda now: _mark_row(streams, market, now),
    )


def _all_marks(streams: MarketStreams, asked: StreamName) -> Source:
    state = streams.state
    return Shown(
        asked.speed,
        "",
        lambda now: (now, state.prices_version),
        lambda now: [_mark_row(streams, market, now) for market in state.markets.values()],
    )


def _asset_row(state: State, name: str, now: Millis) -> shapes.Row:
    asset = state.catalogue.assets[name]
    return shapes.asset_index(asset, state.asset_indexes[name], state.rates[name], now)


def _one_asset_index(streams: MarketStreams, asked: StreamName) -> Source | None:
    state = streams.state
    found = {asset.index_symbol: name for name, asset in state.catalogue.assets.items()}
    name = found.get(asked.symbol)
    if name is None:
        return None
    return Shown(
        asked.speed,
        "",
        lambda now: (now, state.asset_indexes[name]),
        lambda now: _asset_row(state, name, now),
    )


def _all_asset_indexes(streams: MarketStreams, asked: StreamName) -> Source:
    state = streams.state
    return Shown(
        asked.speed,
        "",
        lambda now: (now, state.prices_version),
        lambda now: [_asset_row(state, name, now) for name in state.asset_indexes],
    )


# Books.


def _one_book_ticker(streams: MarketStreams, asked: StreamName, market: Market) -> Source:
    return Shown(
        asked.speed,
        market.symbol.name,
        lambda _now: best(market),
        lambda now: streams.paired(shapes.book_ticker(market, now)),
    )


def _all_book_tickers(streams: MarketStreams, asked: StreamName) -> Source:
    markets = streams.state.markets
    return Changed(
        asked.speed,
        streams.names,
        lambda name, _now: best(markets[name]),
        lambda name, now: streams.paired(shapes.book_ticker(markets[name], now)),
        one_by_one=True,
    )


def _partial_depth(streams: MarketStreams, asked: StreamName, market: Market) -> Source:
    return PartialDepth(market, asked.speed, int(asked.detail), streams.paired)


def _diff_depth(streams: MarketStreams, asked: StreamName, market: Market) -> Source:
    return DiffDepth(market, asked.speed, streams.paired)


# Trades.


def _aggregate_trades(streams: MarketStreams, asked: StreamName, market: Market) -> Source:
    return AggregateTrades(market, asked.speed, streams.aggregate, streams.at_rest)


def _trades(streams: MarketStreams, asked: StreamName, market: Market) -> Source:
    return Trades(market, asked.speed, streams.typed)


def _force_orders(streams: MarketStreams, asked: StreamName, market: Market) -> Source:
    return ForceOrders(streams.state, asked.speed, market.symbol.name, streams.paired_order)


def _all_force_orders(streams: MarketStreams, asked: StreamName) -> Source:
    return ForceOrders(streams.state, asked.speed, "", streams.paired_order)


# What the tape makes of trades.


def _candles(streams: MarketStreams, asked: StreamName, market: Market) -> Source:
    interval, symbol = Interval(asked.detail), market.symbol
    shape = shapes.candle if asked.kind is Kind.KLINE else shapes.continuous_candle

    def show(candle: Candle, now: Millis, closed: bool) -> shapes.Row:
        return shape(candle, interval, symbol, now, closed=closed)

    return Candles(streams.tape, symbol.name, interval, asked.speed, show, streams.candles)


DAYS: Final = {Kind.TICKER: shapes.ticker, Kind.MINI_TICKER: shapes.mini_ticker}


def _day(streams: MarketStreams, name: str, now: Millis) -> DayStatistics:
    day = streams.tape.statistics(name, now)
    return untraded(streams.state.markets[name].last_price, now) if day is None else day


def _ticker_row(streams: MarketStreams, kind: Kind, name: str, now: Millis) -> shapes.Row:
    symbol = streams.state.catalogue.symbols[name]
    return streams.paired(DAYS[kind](_day(streams, name, now), symbol, now))


def _ticker_version(streams: MarketStreams, kind: Kind, name: str, now: Millis) -> object:
    """A day that only begins at another minute is another ticker, and no other mini ticker."""
    day = _day(streams, name, now)
    if kind is Kind.TICKER:
        return day.open_time, day.last_price, day.last_trade_id, day.trades
    return day.open, day.high, day.low, day.last_price, day.volume, day.quote_volume


def _one_ticker(streams: MarketStreams, asked: StreamName, market: Market) -> Source:
    name, kind = market.symbol.name, asked.kind
    return Shown(
        asked.speed,
        name,
        lambda now: _ticker_version(streams, kind, name, now),
        lambda now: _ticker_row(streams, kind, name, now),
    )


def _all_tickers(streams: MarketStreams, asked: StreamName) -> Source:
    kind = asked.kind
    return Changed(
        asked.speed,
        streams.names,
        lambda name, now: _ticker_version(streams, kind, name, now),
        lambda name, now: _ticker_row(streams, kind, name, now),
        moment=window_start,
    )


# Contracts.


def _contract_info(streams: MarketStreams, asked: StreamName) -> Source:
    return ContractInfo(streams.state, asked.speed, streams.typed)


_ONE: Final[dict[Kind, Callable[[MarketStreams, StreamName, Market], Source]]] = {
    Kind.AGGREGATE_TRADE: _aggregate_trades,
    Kind.TRADE: _trades,
    Kind.MARK_PRICE: _one_mark,
    Kind.BOOK_TICKER: _one_book_ticker,
    Kind.PARTIAL_DEPTH: _partial_depth,
    Kind.DIFF_DEPTH: _diff_depth,
    Kind.FORCE_ORDER: _force_orders,
    Kind.KLINE: _candles,
    Kind.CONTINUOUS_KLINE: _candles,
    Kind.TICKER: _one_ticker,
    Kind.MINI_TICKER: _one_ticker,
}
_ALL: Final[dict[Kind, Callable[[MarketStreams, StreamName], Source]]] = {
    Kind.MARK_PRICE: _all_marks,
    Kind.BOOK_TICKER: _all_book_tickers,
    Kind.FORCE_ORDER: _all_force_orders,
    Kind.TICKER: _all_tickers,
    Kind.MINI_TICKER: _all_tickers,
    Kind.CONTRACT_INFO: _contract_info,
    Kind.ASSET_INDEX: _all_asset_indexes,
}
