"""UNICORN's futures_* calls as the trader of the story; they know version 2 of the account."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import quote

# Lives in this flow's own environment, not in the one that is type-checked.
from unicorn_binance_rest_api import (  # type: ignore[import-not-found, unused-ignore]
    BinanceAPIException,
    BinanceRestApiManager,
)

from exact import CheckFailed
from futures_calls import FuturesCalls
from perpbox import clients
from scenario import SYMBOL
from signed import SignedRest
from waiting import Row, number

MARGIN_TYPES = {"cross": "CROSSED", "isolated": "ISOLATED"}
"""What version 2 of positionRisk calls them, and what all else does."""
TRIES = 5
FIGURE = re.compile(r"-?\d+(\.\d+)?")


def manager(base_url: str, api_key: str, secret: str) -> Any:
    told = clients.unicorn(BinanceRestApiManager, base_url, api_key=api_key, secret=secret).rest
    return BinanceRestApiManager(**told, disable_colorama=True)


def at_once(read: Callable[[], tuple[Any, Any]]) -> Any:
    """Two readings that agree; the market may move between them, but not each time."""
    old, new = read()
    for _ in range(TRIES):
        if old == new:
            return new
        time.sleep(0.2)
        old, new = read()
    raise CheckFailed(f"version 2 says {old}, version 3 {new}")


def told_as(old: Row, new: Row) -> Row:
    """The row of version 3 by what version 2 says: a zero may have other decimals there."""
    return {
        name: value if name not in old or is_same(old[name], value) else old[name]
        for name, value in new.items()
    }


def is_same(old: object, new: object) -> bool:
    """As text, or as a number."""
    if not (isinstance(old, str) and isinstance(new, str)) or not FIGURE.fullmatch(old):
        return old == new
    return number(old) == number(new)


def is_active(row: Row) -> bool:
    """Version 3 lists no others."""
    return bool(number(row["positionAmt"]) or number(row.get("openOrderInitialMargin", "0")))


class UnicornTrader(FuturesCalls):
    """The futures_* calls; what only version 3 prints is read beside them, and has to agree."""

    errors: ClassVar[Mapping[int, type[Exception]]] = dict.fromkeys(
        (-1121, -2019, -2011, -2013, -2022, -4046, -1022, -2015, -4120), BinanceAPIException
    )

    def __init__(self, base_url: str, api_key: str, secret: str) -> None:
        self.base_url, self.api_key, self.secret = base_url, api_key, secret
        self.client: Any = manager(base_url, api_key, secret)
        self.third = SignedRest(base_url, api_key, secret)

    def account(self) -> Row:
        """Version 3, once version 2 says the same in all that both have."""
        return dict(at_once(self.accounts))

    def accounts(self) -> tuple[Row, Row]:
        old = dict(self.client.futures_account())
        new = self.third.get("v3/account")
        told = told_as(old, {**new, "assets": [], "positions": []})
        told["assets"] = list(map(told_as, old["assets"], new["assets"]))
        rows = [row for row in old["positions"] if is_active(row)]
        told["positions"] = [told_as(*each) for each in zip(rows, new["positions"], strict=True)]
        return told, new

    def balance_of_3(self) -> list[Row]:
        return list(self.third.get("v3/balance"))

    def symbol_config(self, symbol: str) -> Row:
        """Version 2 of positionRisk is where this client finds it."""
        (row,) = self.client.futures_position_information(symbol=symbol)
        return {"marginType": MARGIN_TYPES[row["marginType"]], "leverage": row["leverage"]}

    def amend(
        self, symbol: str, order_id: int, side: str, quantity: Decimal, price: Decimal
    ) -> Row:
        raise NotImplementedError  # it can only by the WebSocket API

    def positions(self, symbol: str) -> list[Row]:
        """Version 3, once version 2 says the same; it lists flat symbols too."""
        return list(at_once(lambda: self.risks(symbol)))

    def risks(self, symbol: str) -> tuple[list[Row], list[Row]]:
        old = list(self.client.futures_position_information(symbol=symbol))
        new = self.third.get("v3/positionRisk", symbol=symbol)
        told = [told_as(row, theirs) for row, theirs in zip(old, new, strict=bool(new))]
        if not new and any(map(is_active, old)):
            raise CheckFailed(f"version 3 knows nothing of {old}")
        return told, new

    def income(self, income_type: str | None = None) -> list[Row]:
        only = {"incomeType": income_type} if income_type else {}
        return list(self.client.futures_income_history(**only))

    has_stops = False  # its algo calls go to addresses that never were

    def stop(self, symbol: str, algo_id: int) -> Row:
        raise NotImplementedError

    def open_stops(self, symbol: str) -> list[Row]:
        raise NotImplementedError

    def all_stops(self, symbol: str) -> list[Row]:
        raise NotImplementedError

    def cancel_stop(self, symbol: str, algo_id: int) -> Row:
        raise NotImplementedError

    def count_down(self, symbol: str, milliseconds: int) -> Row:
        return dict(
            self.client.futures_auto_cancel_all_open_orders(
                symbol=symbol, countdownTime=milliseconds
            )
        )

    def fee_burn(self) -> bool:
        raise NotImplementedError

    def set_fee_burn(self, on: bool) -> Row:
        raise NotImplementedError

    def cancel_batch(self, order_ids: list[int]) -> list[Row]:
        # What it signs it does not encode, so that has to be done before, as its own batches do.
        numbers = quote(json.dumps(order_ids, separators=(",", ":")))
        rows = self.client.futures_cancel_orders(symbol=SYMBOL, orderIdList=numbers)
        return list(rows)

    def stranger(self, api_key: str | None = None, secret: str | None = None) -> UnicornTrader:
        return UnicornTrader(self.base_url, api_key or self.api_key, secret or self.secret)

    def close(self) -> None:
        self.client.stop_manager()
