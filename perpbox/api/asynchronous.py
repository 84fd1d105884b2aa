"""Handlers: an account's past as a file, asked for, linked to and fetched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from perpbox.api.call import Call
from perpbox.api.downloads import MOST_ROWS, PATH, Download, table
from perpbox.api.errors import ApiError, Error
from perpbox.api.retention import DAY
from perpbox.api.shapes import history as shapes
from perpbox.api.shapes.order import asked_order
from perpbox.journal.records import Window
from perpbox.message import Response
from perpbox.money import Millis

LONGEST_DAYS: Final = 365
LONGEST: Final[Millis] = LONGEST_DAYS * DAY
Rows = list[dict[str, object]]


def _orders(call: Call, window: Window) -> Rows:
    symbols = call.state.catalogue.symbols
    found = call.desk.history.orders(call.account.account_id, None, window)
    return [asked_order(order, symbols[order.symbol]) for order in found if order.symbol in symbols]


def _trades(call: Call, window: Window) -> Rows:
    """Of all symbols, in the order in which they happened."""
    found = [
        (row, symbol)
        for symbol in call.state.catalogue.symbols.values()
        for row in call.desk.history.trades(call.account.account_id, symbol.name, window)
    ]
    found.sort(key=lambda pair: pair[0].trade_id)
    return [shapes.user_trade(row, symbol) for row, symbol in found[-MOST_ROWS:]]


def _income(call: Call, window: Window) -> Rows:
    found = call.desk.history.income(call.account.account_id, window)
    return [shapes.income(row) for row in found]


KINDS: Final[Mapping[str, tuple[Callable[[Call, Window], Rows], str]]] = {
    "order": (
        _orders,
        (
            "orderId symbol status clientOrderId price avgPrice origQty executedQty cumQuote"
            " timeInForce type reduceOnly closePosition side positionSide stopPrice workingType"
            " priceProtect origType priceMatch selfTradePreventionMode goodTillDate time updateTime"
        ),
    ),
    "trade": (
        _trades,
        (
            "symbol id orderId side price qty realizedPnl quoteQty commission commissionAsset time"
            " positionSide buyer maker"
        ),
    ),
    "income": (_income, "symbol incomeType income asset time info tranId tradeId"),
}
"""How the rows of each kind are found, and the columns of its file."""


def ask_for_orders(call: Call) -> object:
    """`GET /fapi/v1/order/asyn`: of at most a year."""
    return _ask(call, "order")


def ask_for_trades(call: Call) -> object:
    """`GET /fapi/v1/trade/asyn`: likewise."""
    return _ask(call, "trade")


def ask_for_income(call: Call) -> object:
    """`GET /fapi/v1/income/asyn`: likewise."""
    return _ask(call, "income")


def _ask(call: Call, kind: str) -> object:
    """Make the file: it takes none of the venue's time."""
    for name in ("startTime", "endTime"):
        call.params.long(name)
    start, end = call.params.time_range()
    if start is not None and end is not None and end - start > LONGEST:
        raise ApiError(Error.TIME_INTERVAL_TOO_LONG, LONGEST_DAYS)
    window = Window(start=start, end=end, limit=MOST_ROWS, newest=True)
    find, columns = KINDS[kind]
    content = table(columns.split(), find(call, window))
    made = call.desk.downloads.keep(call.account.account_id, kind, content, call.now)
    return {"avgCostTimestampOfLast30d": 0, "downloadId": made.download_id}


def link_to_orders(call: Call) -> object:
    """`GET /fapi/v1/order/asyn/id`: good for 24 hours."""
    return _link(call, "order")


def link_to_trades(call: Call) -> object:
    """`GET /fapi/v1/trade/asyn/id`: likewise."""
    return _link(call, "trade")


def link_to_income(call: Call) -> object:
    """`GET /fapi/v1/income/asyn/id`: likewise."""
    return _link(call, "income")


def _link(call: Call, kind: str) -> object:
    wanted = call.params.text("downloadId")
    found = call.desk.downloads.find(call.account.account_id, kind, wanted)
    if found is None:
        raise ApiError(Error.INVALID_PARAMETER, "downloadId")
    expired = call.now > found.expires
    return {
        "downloadId": found.download_id,
        "status": "completed",
        "url": "" if expired else _url(call, found),
        "notified": True,
        "expirationTimestamp": found.expires,
        "isExpired": "true" if expired else None,
    }


def _url(call: Call, download: Download) -> str:
    """At the venue itself, by the name under which the client knows it."""
    origin = f"{call.desk.scheme}://{call.host}" if call.host else ""
    return f"{origin}{PATH}?file={download.token}"


def fetch(call: Call) -> object:
    """`GET /download/futures`: the file of a link, whoever has it; 404 once it is not good."""
    found = call.desk.downloads.of_link(call.params.text("file"), call.now)
    if found is None:
        raise ApiError(Error.UNKNOWN_PATH, PATH)
    disposition = ("Content-Disposition", f'attachment; filename="{found.name}"')
    return Response(200, found.body, (disposition,), "application/zip")
