"""The page of API dates: every change of the service since 2024, and what is made of it here."""

from __future__ import annotations

from typing import Final, NamedTuple

from perpbox.api import calendar
from tools.docs_table import table


class Change(NamedTuple):
    told: str
    """The heading of the change-log that tells it, or the month if it is known otherwise."""
    what: str
    day: str = ""
    """The day in the calendar, or"""
    reason: str = ""
    """why there is no difference."""


NOT_HERE: Final = "of another product"
ANY_DATE: Final = "at every date alike, as [decisions.md](decisions.md) says"

CHANGES: Final = (
    Change("2024-01-08", "an amendment may have a `priceMatch`", calendar.MATCHED_AMENDMENT),
    Change("2024-01-11", "self-trade prevention of portfolio margin", "", NOT_HERE),
    Change("2024-01-24", "another address of the testnet", "", "a venue has its own"),
    Change("2024-02-09", "a pong has the payload of its ping", "", "any pong will do"),
    Change("2024-03-11", "`rateLimit/order`", calendar.ORDER_LIMITS_TOLD),
    Change("2024-04-01", "the WebSocket API", "", "there at every date: REST is the same"),
    Change("2024-04-09", "GTC is good for a year", "", "one that stood longer is from before 2024"),
    Change("2024-04-19", "`PUT listenKey` tells the key", calendar.LISTEN_KEY_TOLD),
    Change("2024-05-22", "`feeBurn`", calendar.FEE_BURN),
    Change("2024-06-19", "userTrades without `marginAsset`", calendar.MARGIN_ASSET_REMOVED),
    Change("2024-07-24", "v3 of account, balance, positionRisk; configs", calendar.THIRD_VERSION),
    Change("2024-08-06", "`pmExchangeInfo` of coin-margined futures ends", "", NOT_HERE),
    Change("2024-08-07", "v2 of account and balance weigh 10", "", ANY_DATE),
    Change("2024-08-23", "endpoints of portfolio margin", "", NOT_HERE),
    Change("2024-08-26", "conversions", calendar.CONVERT),
    Change("2024-09-03", "TRADE_LITE", calendar.TRADE_LITE),
    Change("2024-09-27", "requests on user data streams end", "", "not served at any date"),
    Change("2024-10-08", "orders and trades of coin-margined futures", "", NOT_HERE),
    Change("2024-10-10", "margin changes of 30 days", calendar.MARGIN_CHANGES_SHORTER),
    Change("2024-10-10", "aggTrades of a year", calendar.AGGREGATES_SHORTER),
    Change("2024-10-11", "self-trade prevention of coin-margined futures", "", NOT_HERE),
    Change("2024-10-14", "360 quotes an hour, valid for 10 s", "", "what held before is not told"),
    Change("2024-10-21", "userTrades of six months", calendar.TRADES_SHORT),
    Change("2024-11-04", "`pmExchangeInfo` ends", "", "not served at any date"),
    Change("2024-12-02", "-4116 and -4117", "", "what was told before is not published"),
    Change("2024-12-19", "BFUSD is minted", "", NOT_HERE),
    Change("2025-01-13", "historicalTrades of 500", calendar.OLDER_TRADES_LIMITED),
    Change("2025-02-20", "the WebSocket API of coin-margined futures", "", NOT_HERE),
    Change("2025-04-15", "Earn assets of portfolio margin", "", NOT_HERE),
    Change("2025-04-23", "insuranceBalance, prices of constituents", calendar.CONSTITUENT_PRICES),
    Change("2025-07-02", "`CMCCirculatingSupply`", calendar.CIRCULATING_SUPPLY),
    Change("2025-07-02", "1024 streams of a connection, not 200", calendar.MORE_STREAMS),
    Change("2025-07-25", "-4109", "", "accounts are never archived"),
    Change("2025-08-11", "BFUSD leaves portfolio margin", "", NOT_HERE),
    Change("2025-10-09", "symbols in Chinese", "", "read at every date; the catalogue has none"),
    Change("2025-10-20", "`er` of ORDER_TRADE_UPDATE", calendar.EXPIRY_REASON),
    Change("2025-10-21", "no OPPONENT_10, OPPONENT_20", calendar.DEEP_OPPONENT_REMOVED),
    Change("2025-11-06", "the algo service, -4120", calendar.ALGO_SERVICE),
    Change("2025-11-10", "BFUSD's endpoints end", "", NOT_HERE),
    Change("2025-11-18", "trades tell RPI", calendar.RPI),
    Change("2025-11-18", "timeInForce RPI", "", "no RPI orders at any date: -1115"),
    Change("2025-11-19", "symbolAdlRisk", calendar.ADL_RISK),
    Change("2025-11-25", "rpiDepth", calendar.RPI_DEPTH),
    Change("2025-11-25", "rpiCommissionRate", calendar.RPI_COMMISSION),
    Change("2025-12-09", "`er` of coin-margined futures", "", NOT_HERE),
    Change("2025-12-11", "tradingSchedule, stock/contract", calendar.STOCK_PERPETUALS),
    Change("2025-12-15", "no CONDITIONAL_ORDER_TRIGGER_REJECT", calendar.TRIGGER_REJECT_REMOVED),
    Change("2025-12-29", "no MAX_NUM_ALGO_ORDERS", calendar.ALGO_FILTER_REMOVED),
    Change("2025-12-29", "`nq` of the aggTrade stream", calendar.NORMAL_QUANTITY),
    Change("2026-03", "stream addresses in three parts", "", ANY_DATE),
    Change("2026-03", "`ap` of mark price streams", "", ANY_DATE),
    Change("2026-06", "a new algo order counts in the limits", calendar.ALGO_ORDERS_COUNTED),
    Change("2026-06", "`st` and `ps` of market streams", calendar.SYMBOL_TYPE),
    Change("2026-06", "limits and position mode of coin-margined futures too", "", NOT_HERE),
    Change("2026-07", "`modifyId`, `rateType`", calendar.MODIFY_ID),
    Change("2026-07", "no cumQuote, avgPrice in pages of new orders", "", "answers keep them"),
    Change("2026-08", "`S` of a funding fee", calendar.FUNDING_SYMBOL),
    Change("2026-08", "`ia` of ALGO_UPDATE", "", "not told"),
    Change("2026-08", "allOrders of all symbols", calendar.ORDERS_OF_ALL),
    Change("2026-08", "userTrades, historicalTrades go back less", calendar.TRADES_SHORTER),
    Change("2026-10", "a callback rate of 20 %", calendar.WIDER_CALLBACK),
)


def dates_page() -> str:
    return f"""\
# API dates

Made by `make docs` from `tools/docs_dates.py` and `perpbox/api/calendar.py`; change those, not
this. `--api-date 2025-12-08` answers as the service did on that day; without it every change is in
force. Changes from before 2024 are in force at every date.

{table(("told", "change", "from this API date on, or why at none"), rows())}
"""


def rows() -> list[tuple[str, str, str]]:
    return [(told, what, day or reason) for told, what, day, reason in CHANGES]
