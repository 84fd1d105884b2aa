"""The table of endpoints: method, path, security, weight, handler. What is not here is a 404."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from perpbox.api import (
    absent,
    account,
    adl,
    asynchronous,
    chart,
    conditional,
    convert,
    downloads,
    first_version,
    forced,
    history,
    listen_key,
    market,
    orders,
    price_chart,
    settings,
    start_up,
    statistics,
    trial,
)
from perpbox.api.calendar import (
    ADL_RISK,
    ALGO_ORDERS_COUNTED,
    ALGO_SERVICE,
    CONSTITUENT_PRICES,
    CONVERT,
    FEE_BURN,
    ORDER_LIMITS_TOLD,
    RPI_DEPTH,
    STOCK_PERPETUALS,
    THIRD_VERSION,
    TRADES_SHORTER,
    Day,
)
from perpbox.api.call import Call
from perpbox.api.limits import Quota
from perpbox.api.params import Params
from perpbox.api.retention import DAY, HOUR

Weight = int | Callable[[Params], int]


class Security(Enum):
    """What a request needs (general-info page)."""

    NONE = ""
    MARKET_DATA = "market"
    """The key alone: no time, no signature."""
    USER_STREAM = "stream"
    """Likewise."""
    USER_DATA = "read"
    TRADE = "trade"

    @property
    def permission(self) -> str:
        """What its key must be allowed to do."""
        return self.value if self.is_signed else "read"

    @property
    def is_signed(self) -> bool:
        """Whether a request says when it was made, and proves by whom."""
        return self in (Security.USER_DATA, Security.TRADE)


class Route(Struct, frozen=True):
    method: str
    path: str
    security: Security
    weight: Weight
    handler: Callable[[Call], object]
    orders: tuple[int, int] = (0, 0)
    """What it charges of the order counts of ten seconds and of a minute."""
    funding: bool = False
    """Whether it counts in the limit that the funding endpoints share."""
    quotas: tuple[Quota, ...] = ()
    """How often an account may ask, where that is seldom."""
    limited: bool = False
    """Whether an address may ask only so often in five minutes, whatever it weighs."""
    of_history: bool = False
    """Whether it reads what only the journal's tables hold; they are read once durable."""
    since: Day = ""
    """Since when there is such an endpoint; from the first day on, if empty."""
    counted_since: Day = ""
    """Since when it charges order counts."""
    earlier: tuple[Day, Weight] | None = None
    """Until when it had another weight, and which."""


def with_symbol(one: int, every: int) -> Callable[[Params], int]:
    """A weight that depends on whether a symbol was sent."""
    return lambda params: one if params.values.get("symbol") else every


def statistic(name: str, security: Security, handler: Callable[[Call], object]) -> Route:
    """Weighs nothing, and is limited by itself."""
    path = f"/futures/data/{name}"
    return Route("GET", path, security, 0, handler, limited=True, of_history=True)


NONE, USER_DATA, TRADE = Security.NONE, Security.USER_DATA, Security.TRADE
MARKET_DATA: Final = Security.MARKET_DATA
USER_STREAM = Security.USER_STREAM
ONE_ORDER: Final = (1, 1)
BATCH: Final = (5, 1)
TEN_FILES: Final = (Quota(10, 30 * DAY, "MONTH"),)
FIVE_FILES: Final = (Quota(5, 30 * DAY, "MONTH"),)
QUOTES: Final = (Quota(360, HOUR, "HOUR"), Quota(500, DAY, "DAY"))

ROUTES: Final = (
    # The public market.
    Route("GET", "/fapi/v1/ping", NONE, 1, market.ping),
    Route("GET", "/fapi/v1/time", NONE, 1, market.time),
    Route("GET", "/fapi/v1/exchangeInfo", NONE, 1, market.exchange_info),
    Route("GET", "/fapi/v1/depth", NONE, market.depth_weight, market.depth),
    Route("GET", "/fapi/v1/rpiDepth", NONE, 20, market.rpi_depth, since=RPI_DEPTH),
    Route("GET", "/fapi/v1/trades", NONE, 5, market.trades),
    Route(
        "GET",
        "/fapi/v1/historicalTrades",
        MARKET_DATA,
        200,
        chart.historical_trades,
        earlier=(TRADES_SHORTER, 20),
    ),
    Route("GET", "/fapi/v1/aggTrades", NONE, 20, chart.aggregate_trades),
    Route("GET", "/fapi/v1/klines", NONE, chart.kline_weight, chart.klines),
    Route("GET", "/fapi/v1/continuousKlines", NONE, chart.kline_weight, chart.continuous_klines),
    Route(
        "GET",
        "/fapi/v1/indexPriceKlines",
        NONE,
        chart.kline_weight,
        price_chart.index_price_klines,
        of_history=True,
    ),
    Route(
        "GET",
        "/fapi/v1/markPriceKlines",
        NONE,
        chart.kline_weight,
        price_chart.mark_price_klines,
        of_history=True,
    ),
    Route(
        "GET",
        "/fapi/v1/premiumIndexKlines",
        NONE,
        chart.kline_weight,
        price_chart.premium_index_klines,
        of_history=True,
    ),
    Route("GET", "/fapi/v1/ticker/24hr", NONE, with_symbol(1, 40), chart.day_ticker),
    Route("GET", "/fapi/v1/ticker/price", NONE, with_symbol(1, 2), market.price_ticker),
    Route("GET", "/fapi/v2/ticker/price", NONE, with_symbol(1, 2), market.price_ticker),
    Route("GET", "/fapi/v1/ticker/bookTicker", NONE, with_symbol(2, 5), market.book_ticker),
    Route("GET", "/fapi/v1/premiumIndex", NONE, with_symbol(1, 10), market.premium_index),
    Route(
        "GET", "/fapi/v1/fundingRate", NONE, 0, market.funding_rates, funding=True, of_history=True
    ),
    Route("GET", "/fapi/v1/fundingInfo", NONE, 0, market.funding_info, funding=True),
    Route("GET", "/fapi/v1/assetIndex", NONE, with_symbol(1, 10), market.asset_index),
    Route("GET", "/fapi/v1/constituents", NONE, 2, market.constituents),
    Route("GET", "/fapi/v1/indexInfo", NONE, 1, absent.index_info),
    Route(
        "GET",
        "/fapi/v1/tradingSchedule",
        NONE,
        5,
        absent.trading_schedule,
        since=STOCK_PERPETUALS,
    ),
    Route(
        "GET",
        "/fapi/v1/insuranceBalance",
        NONE,
        1,
        forced.insurance_balance,
        since=CONSTITUENT_PRICES,
    ),
    Route("GET", "/fapi/v1/symbolAdlRisk", NONE, 1, adl.symbol_adl_risk, since=ADL_RISK),
    # Its statistics.
    Route("GET", "/fapi/v1/openInterest", NONE, 1, statistics.open_interest),
    statistic("openInterestHist", NONE, statistics.open_interest_history),
    statistic("topLongShortAccountRatio", MARKET_DATA, statistics.top_accounts),
    statistic("topLongShortPositionRatio", MARKET_DATA, statistics.top_positions),
    statistic("globalLongShortAccountRatio", NONE, statistics.all_accounts),
    statistic("takerlongshortRatio", NONE, statistics.takers),
    Route("GET", "/futures/data/basis", NONE, 0, statistics.basis, of_history=True),
    # The account.
    Route("GET", "/fapi/v3/account", USER_DATA, 5, account.account_v3, since=THIRD_VERSION),
    Route("GET", "/fapi/v2/account", USER_DATA, 5, account.account_v2),
    Route("GET", "/fapi/v3/balance", USER_DATA, 5, account.balances, since=THIRD_VERSION),
    Route("GET", "/fapi/v2/balance", USER_DATA, 5, account.balances),
    Route(
        "GET", "/fapi/v3/positionRisk", USER_DATA, 5, account.position_risk_v3, since=THIRD_VERSION
    ),
    Route("GET", "/fapi/v2/positionRisk", USER_DATA, 5, account.position_risk_v2),
    Route(
        "GET", "/fapi/v1/accountConfig", USER_DATA, 5, account.account_config, since=THIRD_VERSION
    ),
    Route("GET", "/fapi/v1/symbolConfig", USER_DATA, 5, account.symbol_config, since=THIRD_VERSION),
    Route("GET", "/fapi/v1/leverageBracket", USER_DATA, 1, account.leverage_bracket),
    Route("GET", "/fapi/v1/commissionRate", USER_DATA, 20, account.commission_rate),
    Route("GET", "/fapi/v1/adlQuantile", USER_DATA, 5, adl.adl_quantiles),
    Route(
        "GET",
        "/fapi/v1/rateLimit/order",
        USER_DATA,
        1,
        account.order_rate_limits,
        since=ORDER_LIMITS_TOLD,
    ),
    Route("GET", "/fapi/v1/positionSide/dual", USER_DATA, 30, account.position_mode),
    Route("GET", "/fapi/v1/multiAssetsMargin", USER_DATA, 30, account.asset_mode),
    Route("GET", "/fapi/v1/feeBurn", USER_DATA, 30, account.fee_burn, since=FEE_BURN),
    Route("GET", "/fapi/v1/apiTradingStatus", USER_DATA, with_symbol(1, 10), absent.trading_status),
    Route("GET", "/fapi/v1/pmAccountInfo", USER_DATA, 5, absent.portfolio_margin),
    Route("GET", "/fapi/v1/account", USER_DATA, 5, first_version.account),
    Route("GET", "/fapi/v1/balance", USER_DATA, 5, first_version.balance),
    Route("GET", "/fapi/v1/positionRisk", USER_DATA, 5, first_version.position_risk),
    # Its settings.
    Route("POST", "/fapi/v1/positionSide/dual", TRADE, 1, settings.set_position_mode),
    Route("POST", "/fapi/v1/multiAssetsMargin", TRADE, 1, settings.set_asset_mode),
    Route("POST", "/fapi/v1/feeBurn", TRADE, 1, settings.set_fee_burn, since=FEE_BURN),
    Route("POST", "/fapi/v1/leverage", TRADE, 1, settings.set_leverage),
    Route("POST", "/fapi/v1/marginType", TRADE, 1, settings.set_margin_type),
    Route("POST", "/fapi/v1/positionMargin", TRADE, 1, settings.adjust_isolated_margin),
    Route(
        "POST",
        "/fapi/v1/stock/contract",
        USER_DATA,
        50,
        absent.agree_to_stock_contract,
        since=STOCK_PERPETUALS,
    ),
    # Its conversions.
    Route("GET", "/fapi/v1/convert/exchangeInfo", NONE, 20, convert.pairs, since=CONVERT),
    Route(
        "POST",
        "/fapi/v1/convert/getQuote",
        USER_DATA,
        50,
        convert.give_quote,
        quotas=QUOTES,
        since=CONVERT,
    ),
    Route(
        "POST",
        "/fapi/v1/convert/acceptQuote",
        USER_DATA,
        200,
        convert.accept_quote,
        since=CONVERT,
    ),
    Route(
        "GET",
        "/fapi/v1/convert/orderStatus",
        USER_DATA,
        50,
        convert.conversion,
        of_history=True,
        since=CONVERT,
    ),
    # Its orders.
    Route("POST", "/fapi/v1/order", TRADE, 0, orders.new_order, ONE_ORDER),
    Route("PUT", "/fapi/v1/order", TRADE, 0, orders.amend_order, ONE_ORDER),
    Route("DELETE", "/fapi/v1/order", TRADE, 1, orders.cancel_order),
    Route("POST", "/fapi/v1/order/test", TRADE, 0, trial.try_order),
    Route("POST", "/fapi/v1/batchOrders", TRADE, 5, orders.new_orders, BATCH),
    Route("PUT", "/fapi/v1/batchOrders", TRADE, 5, orders.amend_orders, BATCH),
    Route("DELETE", "/fapi/v1/batchOrders", TRADE, 1, orders.cancel_orders),
    Route("DELETE", "/fapi/v1/allOpenOrders", TRADE, 1, orders.cancel_all_orders),
    Route("POST", "/fapi/v1/countdownCancelAll", TRADE, 10, orders.set_countdown),
    # Its conditional orders.
    Route(
        "POST",
        "/fapi/v1/algoOrder",
        TRADE,
        0,
        conditional.new_algo_order,
        ONE_ORDER,
        since=ALGO_SERVICE,
        counted_since=ALGO_ORDERS_COUNTED,
    ),
    Route(
        "DELETE", "/fapi/v1/algoOrder", TRADE, 1, conditional.cancel_algo_order, since=ALGO_SERVICE
    ),
    Route(
        "DELETE",
        "/fapi/v1/algoOpenOrders",
        TRADE,
        1,
        conditional.cancel_all_algo_orders,
        since=ALGO_SERVICE,
    ),
    Route(
        "GET",
        "/fapi/v1/algoOrder",
        USER_DATA,
        1,
        conditional.algo_order,
        of_history=True,
        since=ALGO_SERVICE,
    ),
    Route(
        "GET",
        "/fapi/v1/openAlgoOrders",
        USER_DATA,
        with_symbol(1, 40),
        conditional.open_algo_orders,
        since=ALGO_SERVICE,
    ),
    Route(
        "GET",
        "/fapi/v1/allAlgoOrders",
        USER_DATA,
        5,
        conditional.all_algo_orders,
        of_history=True,
        since=ALGO_SERVICE,
    ),
    # Its user data stream.
    Route("POST", "/fapi/v1/listenKey", USER_STREAM, 1, listen_key.start),
    Route("PUT", "/fapi/v1/listenKey", USER_STREAM, 1, listen_key.keep),
    Route("DELETE", "/fapi/v1/listenKey", USER_STREAM, 1, listen_key.stop),
    # Its past.
    Route("GET", "/fapi/v1/order", USER_DATA, 1, history.order, of_history=True),
    Route("GET", "/fapi/v1/openOrder", USER_DATA, 1, history.open_order),
    Route("GET", "/fapi/v1/openOrders", USER_DATA, with_symbol(1, 40), history.open_orders),
    Route("GET", "/fapi/v1/allOrders", USER_DATA, 5, history.all_orders, of_history=True),
    Route(
        "GET",
        "/fapi/v1/orderAmendment",
        USER_DATA,
        1,
        history.order_amendments,
        of_history=True,
    ),
    Route("GET", "/fapi/v1/userTrades", USER_DATA, 5, history.user_trades, of_history=True),
    Route(
        "GET",
        "/fapi/v1/forceOrders",
        USER_DATA,
        with_symbol(20, 50),
        forced.force_orders,
        of_history=True,
    ),
    Route("GET", "/fapi/v1/income", USER_DATA, 30, history.income, of_history=True),
    Route(
        "GET",
        "/fapi/v1/positionMargin/history",
        TRADE,
        1,
        history.margin_changes,
        of_history=True,
    ),
    # Its past as a file.
    Route(
        "GET",
        "/fapi/v1/order/asyn",
        USER_DATA,
        1000,
        asynchronous.ask_for_orders,
        quotas=TEN_FILES,
        of_history=True,
    ),
    Route("GET", "/fapi/v1/order/asyn/id", USER_DATA, 10, asynchronous.link_to_orders),
    Route(
        "GET",
        "/fapi/v1/trade/asyn",
        USER_DATA,
        1000,
        asynchronous.ask_for_trades,
        quotas=FIVE_FILES,
        of_history=True,
    ),
    Route("GET", "/fapi/v1/trade/asyn/id", USER_DATA, 10, asynchronous.link_to_trades),
    Route(
        "GET",
        "/fapi/v1/income/asyn",
        USER_DATA,
        1000,
        asynchronous.ask_for_income,
        quotas=FIVE_FILES,
        of_history=True,
    ),
    Route("GET", "/fapi/v1/income/asyn/id", USER_DATA, 10, asynchronous.link_to_income),
    Route("GET", downloads.PATH, NONE, 1, asynchronous.fetch),
    # What clients ask other parts of Binance when they start.
    Route("GET", "/api/v3/ping", NONE, 1, market.ping),
    Route("GET", "/api/v3/time", NONE, 1, market.time),
    Route("GET", "/api/v3/exchangeInfo", NONE, 20, start_up.spot_exchange_info),
    Route("GET", "/dapi/v1/ping", NONE, 1, market.ping),
    Route("GET", "/dapi/v1/time", NONE, 1, market.time),
    Route("GET", "/dapi/v1/exchangeInfo", NONE, 1, start_up.coin_exchange_info),
    Route("GET", "/sapi/v1/margin/allPairs", MARKET_DATA, 1, start_up.no_margin_pairs),
    Route("GET", "/sapi/v1/margin/isolated/allPairs", USER_DATA, 10, start_up.no_margin_pairs),
    Route("GET", "/sapi/v1/capital/config/getall", USER_DATA, 10, start_up.coins),
    Route("GET", "/sapi/v1/account/apiRestrictions", USER_DATA, 1, start_up.key_permissions),
)


def by_path(api_date: Day) -> dict[str, dict[str, Route]]:
    """The table as it is looked up: path, then method; what there was on that day."""
    table: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        if route.since > api_date:
            continue
        table.setdefault(route.path, {})[route.method] = route
        if route.earlier is not None and api_date < route.earlier[0]:
            table[route.path][route.method] = replace(route, weight=route.earlier[1])
    return table
