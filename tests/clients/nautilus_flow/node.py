"""A live trading node of NautilusTrader, and a strategy that keeps what it is told."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

# Lives in this flow's own environment, not in the one that is type-checked.
from nautilus_trader.adapters.binance import (  # type: ignore[import-not-found]
    BINANCE,
    BinanceAccountType,
    BinanceDataClientConfig,
    BinanceExecClientConfig,
    BinanceInstrumentProviderConfig,
    BinanceLiveDataClientFactory,
    BinanceLiveExecClientFactory,
)
from nautilus_trader.adapters.binance.common.symbol import (  # type: ignore[import-not-found]
    BinanceSymbol,
)
from nautilus_trader.adapters.binance.futures.enums import (  # type: ignore[import-not-found]
    BinanceFuturesMarginType,
)
from nautilus_trader.config import (  # type: ignore[import-not-found]
    LiveExecEngineConfig,
    LoggingConfig,
    TradingNodeConfig,
)
from nautilus_trader.live.node import (  # type: ignore[import-not-found]
    TradingNode,
)
from nautilus_trader.model.data import BarType  # type: ignore[import-not-found]
from nautilus_trader.model.enums import (  # type: ignore[import-not-found]
    BookType,
    OrderSide,
)
from nautilus_trader.model.identifiers import (  # type: ignore[import-not-found]
    InstrumentId,
)
from nautilus_trader.trading.strategy import (  # type: ignore[import-not-found]
    Strategy,
)

from perpbox import clients
from scenario import LEVERAGE, SYMBOL, Keys

INSTRUMENT = InstrumentId.from_str(f"{SYMBOL}-PERP.{BINANCE}")
ISOLATED = "ETHUSDT"
BARS = BarType.from_str(f"{INSTRUMENT}-1-MINUTE-LAST-EXTERNAL")
LOG = "nautilus"


class Watcher(Strategy):  # type: ignore[misc, unused-ignore]
    """Subscribes to all that there is of one instrument, and gives orders when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.quotes: list[Any] = []
        self.trades: list[Any] = []
        self.marks: list[Any] = []
        self.bars: list[Any] = []
        self.past: list[Any] = []
        self.deltas = 0
        self.events: list[Any] = []

    def on_start(self) -> None:
        self.instrument = self.cache.instrument(INSTRUMENT)
        self.subscribe_quote_ticks(INSTRUMENT)
        self.subscribe_trade_ticks(INSTRUMENT)
        self.subscribe_mark_prices(INSTRUMENT)
        self.subscribe_bars(BARS)
        self.subscribe_order_book_deltas(INSTRUMENT, BookType.L2_MBP)

    def on_quote_tick(self, tick: Any) -> None:
        self.quotes.append(tick)

    def on_trade_tick(self, tick: Any) -> None:
        self.trades.append(tick)

    def on_mark_price(self, mark_price: Any) -> None:
        self.marks.append(mark_price)

    def on_bar(self, bar: Any) -> None:
        self.bars.append(bar)

    def on_order_book_deltas(self, _deltas: Any) -> None:
        self.deltas += 1

    def on_historical_data(self, data: Any) -> None:
        self.past.append(data)

    def ask_for_the_past(self) -> None:
        """The last hour's trades."""
        self.request_trade_ticks(INSTRUMENT, start=self.clock.utc_now() - timedelta(hours=1))

    def on_stop(self) -> None:
        """The session leaves nothing behind."""

    def on_order_event(self, event: Any) -> None:
        self.events.append(event)

    def limit(self, side: str, quantity: Decimal, price: Decimal) -> Any:
        order = self.order_factory.limit(
            INSTRUMENT,
            OrderSide[side],
            self.instrument.make_qty(quantity),
            self.instrument.make_price(price),
        )
        self.submit_order(order)
        return order

    def market(self, side: str, quantity: Decimal, *, reduce_only: bool = False) -> Any:
        order = self.order_factory.market(
            INSTRUMENT,
            OrderSide[side],
            self.instrument.make_qty(quantity),
            reduce_only=reduce_only,
        )
        self.submit_order(order)
        return order

    def stop_market(self, side: str, quantity: Decimal, trigger: Decimal) -> Any:
        order = self.order_factory.stop_market(
            INSTRUMENT,
            OrderSide[side],
            self.instrument.make_qty(quantity),
            self.instrument.make_price(trigger),
            reduce_only=True,
        )
        self.submit_order(order)
        return order


def trading_node(base_url: str, keys: Keys, folder: Path) -> tuple[Any, Watcher]:
    """A node with both clients; what it warns of goes into a file of the folder."""
    told = clients.nautilus(base_url, api_key=keys[0], secret=keys[1])
    instruments = frozenset({INSTRUMENT, InstrumentId.from_str(f"{ISOLATED}-PERP.{BINANCE}")})
    provider = BinanceInstrumentProviderConfig(load_ids=instruments, query_commission_rates=True)
    both = {
        "account_type": BinanceAccountType.USDT_FUTURES,
        "instrument_provider": provider,
    }
    config = TradingNodeConfig(
        logging=LoggingConfig(
            log_level="OFF",
            log_level_file="WARNING",
            log_directory=str(folder),
            log_file_name=LOG,
        ),
        exec_engine=LiveExecEngineConfig(reconciliation_startup_delay_secs=0.1),
        timeout_disconnection=3.0,
        timeout_post_stop=0.5,
        data_clients={BINANCE: BinanceDataClientConfig(**told.data, **both)},
        exec_clients={
            BINANCE: BinanceExecClientConfig(
                **told.execution,
                futures_leverages={BinanceSymbol(SYMBOL): LEVERAGE},
                futures_margin_types={BinanceSymbol(ISOLATED): BinanceFuturesMarginType.ISOLATED},
                **both,
            )
        },
    )
    node, watcher = TradingNode(config=config), Watcher()
    node.trader.add_strategy(watcher)
    node.add_data_client_factory(BINANCE, BinanceLiveDataClientFactory)
    node.add_exec_client_factory(BINANCE, BinanceLiveExecClientFactory)
    node.build()
    return node, watcher
