"""A bot on Binance's official SDK: a stop under every long position, moved up with the price."""

from __future__ import annotations

import os
import time
import uuid
from decimal import ROUND_FLOOR, Decimal
from itertools import count
from typing import Any

from binance_common.configuration import ConfigurationRestAPI
from binance_common.errors import BadRequestError, ClientError, NetworkError, ServerError
from binance_sdk_derivatives_trading_usds_futures.derivatives_trading_usds_futures import (
    DerivativesTradingUsdsFutures,
)
from binance_sdk_derivatives_trading_usds_futures.rest_api.models.enums import (
    NewAlgoOrderAlgoTypeEnum,
    NewAlgoOrderClosePositionEnum,
    NewAlgoOrderSideEnum,
    NewAlgoOrderTypeEnum,
    NewAlgoOrderWorkingTypeEnum,
)

from perpbox import clients

BROKEN = (ClientError, NetworkError, ServerError)
"""What leaves open whether a call has happened; the SDK makes a ClientError of a 408."""
ATTEMPTS = 5
HUNDRED = Decimal(100)


class Guard:
    """Keeps one stop, so many percent below the mark price, which never goes down."""

    def __init__(self, rest: Any, symbol: str, percent: Decimal, tick: Decimal) -> None:
        self.rest = rest
        self.symbol = symbol
        self.percent = percent
        self.tick = tick

    def run(self, steps: int | None = None, pause: float = 1.0) -> None:
        """So many steps; what breaks off is done again."""
        for number in count():
            if number == steps:
                return
            try:
                self.step()
            except BROKEN as error:
                print(f"trying again after {type(error).__name__}")
            time.sleep(pause)

    def step(self) -> None:
        """All that it knows it asks the venue: after a restart it is the same."""
        stops = self.stops()
        mark = self.held_at()
        if mark is None:
            for stop in stops:
                self.rest.cancel_algo_order(algo_id=stop.algo_id)
            return
        wanted = self.below(mark)
        standing = max((Decimal(stop.trigger_price) for stop in stops), default=Decimal(0))
        if standing < wanted:
            self.place(wanted)
            for stop in stops:
                self.rest.cancel_algo_order(algo_id=stop.algo_id)

    def held_at(self) -> Decimal | None:
        """The mark price, if there is a long position."""
        for row in self.rest.position_information_v3(symbol=self.symbol).data():
            if Decimal(row.position_amt) > 0:
                return Decimal(row.mark_price)
        return None

    def stops(self) -> list[Any]:
        """Those of its own that wait."""
        waiting = self.rest.current_all_algo_open_orders(symbol=self.symbol).data()
        return [row for row in waiting if row.client_algo_id.startswith("guard-")]

    def below(self, mark: Decimal) -> Decimal:
        price = mark * (HUNDRED - self.percent) / HUNDRED
        return (price / self.tick).to_integral_value(ROUND_FLOOR) * self.tick

    def place(self, trigger_price: Decimal) -> None:
        """Once: before it is sent again it is asked for."""
        client_id = f"guard-{uuid.uuid4().hex[:20]}"
        for _ in range(ATTEMPTS):
            try:
                self.rest.new_algo_order(
                    algo_type=NewAlgoOrderAlgoTypeEnum.CONDITIONAL,
                    symbol=self.symbol,
                    side=NewAlgoOrderSideEnum.SELL,
                    type=NewAlgoOrderTypeEnum.STOP_MARKET,
                    trigger_price=float(trigger_price),
                    close_position=NewAlgoOrderClosePositionEnum.TRUE,
                    working_type=NewAlgoOrderWorkingTypeEnum.MARK_PRICE,
                    client_algo_id=client_id,
                )
            except BadRequestError:
                raise  # it was refused, and will be again
            except BROKEN:
                if not self.is_there(client_id):
                    continue
            return
        raise ServerError(f"a stop at {trigger_price} cannot be sent")

    def is_there(self, client_id: str) -> bool:
        try:
            self.rest.query_algo_order(client_algo_id=client_id)
        except BadRequestError:
            return False
        return True


def main() -> None:
    settings = clients.official_sdk(
        os.environ.get("BASE_URL", clients.HERE),
        api_key=os.environ["API_KEY"],
        secret=os.environ["SECRET"],
    )
    sdk = DerivativesTradingUsdsFutures(config_rest_api=ConfigurationRestAPI(**settings.rest_api))
    Guard(sdk.rest_api, "BTCUSDT", Decimal(1), Decimal("0.1")).run()


if __name__ == "__main__":
    main()
