"""A strategy that trades often and to no purpose: with the last candle, until the next turns."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from freqtrade.persistence import Trade
from freqtrade.strategy import IStrategy
from pandas import DataFrame

LEVERAGE = 5.0
HOLDS = (52, 4)
"""Minutes of the hour between which nothing is sold, so that a funding finds positions."""

STOPPED = "stoploss_on_exchange"
"""How freqtrade names the end of a trade whose stop has gone off."""

logger = logging.getLogger(__name__)


class Pendulum(IStrategy):  # type: ignore[misc]  # untyped here
    """Trades for little more than an hour, and on until a stop has gone off; then closes all."""

    INTERFACE_VERSION = 3
    can_short = True
    timeframe = "1m"
    startup_candle_count = 100
    minimal_roi: ClassVar[dict[str, float]] = {}
    stoploss = -0.01  # of the stake: a fifth of it of the price, so that some go off
    ends = datetime.max.replace(tzinfo=UTC)
    is_over = False

    def bot_start(self, **kwargs: Any) -> None:
        self.ends = datetime.now(UTC) + timedelta(minutes=63)

    def bot_loop_start(self, current_time: datetime, **kwargs: Any) -> None:
        if self.has_ended(current_time) and not self.is_over and not Trade.get_open_trades():
            self.is_over = True
            logger.info("The hour is over and nothing is open.")

    def leverage(self, *args: Any, **kwargs: Any) -> float:
        return LEVERAGE

    def populate_indicators(self, dataframe: DataFrame, metadata: dict[str, Any]) -> DataFrame:
        dataframe["mean"] = dataframe["close"].rolling(self.startup_candle_count).mean()
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict[str, Any]) -> DataFrame:
        may = dataframe["mean"].notna()
        dataframe["enter_long"] = (may & (dataframe["close"] > dataframe["open"])).astype(int)
        dataframe["enter_short"] = (may & (dataframe["close"] < dataframe["open"])).astype(int)
        # Which candle it was, for those who compare it with what the venue tells of it.
        times = dataframe["date"].map(lambda date: str(int(date.timestamp() * 1000)))
        ends = dataframe["open"].map(repr) + " " + dataframe["close"].map(repr)
        dataframe["enter_tag"] = times + " " + ends
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict[str, Any]) -> DataFrame:
        minute = dataframe["date"].dt.minute
        may = (minute < HOLDS[0]) & (minute > HOLDS[1])
        dataframe["exit_long"] = (may & (dataframe["close"] < dataframe["open"])).astype(int)
        dataframe["exit_short"] = (may & (dataframe["close"] > dataframe["open"])).astype(int)
        return dataframe

    def confirm_trade_entry(self, *args: Any, current_time: datetime, **kwargs: Any) -> bool:
        return not self.has_ended(current_time)

    def confirm_trade_exit(
        self, *args: Any, exit_reason: str, current_time: datetime, **kwargs: Any
    ) -> bool:
        """Nothing is sold on a signal while the first stop is waited for: so one must go off."""
        return exit_reason != "exit_signal" or current_time < self.ends

    def custom_exit(
        self, pair: str, trade: Trade, current_time: datetime, *args: Any, **kwargs: Any
    ) -> str | None:
        return "the hour is over" if self.has_ended(current_time) else None

    def has_ended(self, current_time: datetime) -> bool:
        return current_time > self.ends and any(
            trade.exit_reason == STOPPED for trade in Trade.get_trades_proxy(is_open=False)
        )
