"""Weights and order counts: what each endpoint costs, what is told, and what happens beyond."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Final

import pytest

from perpbox.api import routes
from perpbox.api.limits import (
    FIRST_BAN,
    MAX_TRACKED,
    ORDERS_PER_MINUTE,
    ORDERS_PER_TEN_SECONDS,
    REFUSALS_BEFORE_BAN,
    WEIGHT_PER_MINUTE,
    Limits,
)
from perpbox.message import Request
from tests.api.exchange import MINUTE, NOON, SECOND, Exchange, Told
from tests.api.trader import ORDER, Trader, limit_order, open_trader

TSV: Final = Path(__file__).parents[3] / "shared" / "spec" / "endpoints.tsv"

WEIGHTS: Final = {
    "GET /fapi/v1/ping": 1,
    "GET /fapi/v1/time": 1,
    "GET /fapi/v1/exchangeInfo": 1,
    "GET /fapi/v1/depth?limit=5": 2,
    "GET /fapi/v1/depth?limit=10": 2,
    "GET /fapi/v1/depth?limit=20": 2,
    "GET /fapi/v1/depth?limit=50": 2,
    "GET /fapi/v1/depth?limit=100": 5,
    "GET /fapi/v1/depth?limit=500": 10,
    "GET /fapi/v1/depth": 10,
    "GET /fapi/v1/depth?limit=1000": 20,
    "GET /fapi/v1/rpiDepth": 20,
    "GET /fapi/v1/constituents": 2,
    "GET /fapi/v1/indexInfo": 1,
    "GET /fapi/v1/tradingSchedule": 5,
    "GET /fapi/v1/apiTradingStatus": 10,
    "GET /fapi/v1/apiTradingStatus?symbol=BTCUSDT": 1,
    "GET /fapi/v1/pmAccountInfo": 5,
    "GET /fapi/v1/account": 5,
    "GET /fapi/v1/balance": 5,
    "GET /fapi/v1/positionRisk": 5,
    "POST /fapi/v1/stock/contract": 50,
    "GET /fapi/v1/trades": 5,
    "GET /fapi/v1/historicalTrades": 200,
    "GET /fapi/v1/aggTrades": 20,
    "GET /fapi/v1/klines?limit=1": 1,
    "GET /fapi/v1/klines?limit=99": 1,
    "GET /fapi/v1/klines?limit=100": 2,
    "GET /fapi/v1/klines?limit=499": 2,
    "GET /fapi/v1/klines?limit=500": 5,
    "GET /fapi/v1/klines?limit=1000": 5,
    "GET /fapi/v1/klines?limit=1001": 10,
    "GET /fapi/v1/klines?limit=9999": 10,
    "GET /fapi/v1/klines?limit=many": 5,
    "GET /fapi/v1/klines": 5,
    "GET /fapi/v1/continuousKlines?limit=1": 1,
    "GET /fapi/v1/continuousKlines?limit=100": 2,
    "GET /fapi/v1/continuousKlines?limit=1001": 10,
    "GET /fapi/v1/continuousKlines?limit=500": 5,
    "GET /fapi/v1/continuousKlines": 5,
    "GET /fapi/v1/indexPriceKlines?limit=1": 1,
    "GET /fapi/v1/indexPriceKlines?limit=100": 2,
    "GET /fapi/v1/indexPriceKlines?limit=500": 5,
    "GET /fapi/v1/indexPriceKlines?limit=1001": 10,
    "GET /fapi/v1/indexPriceKlines": 5,
    "GET /fapi/v1/markPriceKlines?limit=1": 1,
    "GET /fapi/v1/markPriceKlines?limit=100": 2,
    "GET /fapi/v1/markPriceKlines?limit=500": 5,
    "GET /fapi/v1/markPriceKlines?limit=1001": 10,
    "GET /fapi/v1/markPriceKlines": 5,
    "GET /fapi/v1/premiumIndexKlines?limit=1": 1,
    "GET /fapi/v1/premiumIndexKlines?limit=100": 2,
    "GET /fapi/v1/premiumIndexKlines?limit=500": 5,
    "GET /fapi/v1/premiumIndexKlines?limit=1001": 10,
    "GET /fapi/v1/premiumIndexKlines": 5,
    "GET /fapi/v1/openInterest": 1,
    "GET /futures/data/openInterestHist": 0,
    "GET /futures/data/topLongShortAccountRatio": 0,
    "GET /futures/data/topLongShortPositionRatio": 0,
    "GET /futures/data/globalLongShortAccountRatio": 0,
    "GET /futures/data/takerlongshortRatio": 0,
    "GET /futures/data/basis": 0,
    "GET /fapi/v1/ticker/24hr": 40,
    "GET /fapi/v1/ticker/24hr?symbol=BTCUSDT": 1,
    "GET /fapi/v1/ticker/price": 2,
    "GET /fapi/v1/ticker/price?symbol=BTCUSDT": 1,
    "GET /fapi/v2/ticker/price": 2,
    "GET /fapi/v2/ticker/price?symbol=BTCUSDT": 1,
    "GET /fapi/v1/ticker/bookTicker": 5,
    "GET /fapi/v1/ticker/bookTicker?symbol=BTCUSDT": 2,
    "GET /fapi/v1/premiumIndex": 10,
    "GET /fapi/v1/premiumIndex?symbol=BTCUSDT": 1,
    "GET /fapi/v1/insuranceBalance": 1,
    "GET /fapi/v1/symbolAdlRisk": 1,
    "GET /fapi/v1/adlQuantile": 5,
    "GET /fapi/v1/forceOrders": 50,
    "GET /fapi/v1/forceOrders?symbol=BTCUSDT": 20,
    "GET /fapi/v1/fundingRate": 0,
    "GET /fapi/v1/fundingInfo": 0,
    "GET /fapi/v1/assetIndex": 10,
    "GET /fapi/v1/assetIndex?symbol=BTCUSD": 1,
    "GET /fapi/v3/account": 5,
    "GET /fapi/v2/account": 5,
    "GET /fapi/v3/balance": 5,
    "GET /fapi/v2/balance": 5,
    "GET /fapi/v3/positionRisk": 5,
    "GET /fapi/v2/positionRisk": 5,
    "GET /fapi/v1/accountConfig": 5,
    "GET /fapi/v1/symbolConfig": 5,
    "GET /fapi/v1/leverageBracket": 1,
    "GET /fapi/v1/commissionRate": 20,
    "GET /fapi/v1/feeBurn": 30,
    "POST /fapi/v1/feeBurn": 1,
    "POST /fapi/v1/countdownCancelAll": 10,
    "GET /fapi/v1/rateLimit/order": 1,
    "GET /fapi/v1/positionSide/dual": 30,
    "GET /fapi/v1/multiAssetsMargin": 30,
    "POST /fapi/v1/positionSide/dual": 1,
    "POST /fapi/v1/multiAssetsMargin": 1,
    "POST /fapi/v1/leverage": 1,
    "POST /fapi/v1/marginType": 1,
    "POST /fapi/v1/positionMargin": 1,
    "GET /fapi/v1/positionMargin/history": 1,
    "GET /fapi/v1/convert/exchangeInfo": 20,
    "POST /fapi/v1/convert/getQuote": 50,
    "POST /fapi/v1/convert/acceptQuote": 200,
    "GET /fapi/v1/convert/orderStatus": 50,
    "GET /fapi/v1/order/asyn": 1000,
    "GET /fapi/v1/order/asyn/id": 10,
    "GET /fapi/v1/trade/asyn": 1000,
    "GET /fapi/v1/trade/asyn/id": 10,
    "GET /fapi/v1/income/asyn": 1000,
    "GET /fapi/v1/income/asyn/id": 10,
    "POST /fapi/v1/order": 0,
    "PUT /fapi/v1/order": 0,
    "DELETE /fapi/v1/order": 1,
    "GET /fapi/v1/order": 1,
    "POST /fapi/v1/order/test": 0,
    "POST /fapi/v1/batchOrders": 5,
    "PUT /fapi/v1/batchOrders": 5,
    "DELETE /fapi/v1/batchOrders": 1,
    "DELETE /fapi/v1/allOpenOrders": 1,
    "POST /fapi/v1/algoOrder": 0,
    "DELETE /fapi/v1/algoOrder": 1,
    "DELETE /fapi/v1/algoOpenOrders": 1,
    "GET /fapi/v1/algoOrder": 1,
    "GET /fapi/v1/openAlgoOrders": 40,
    "GET /fapi/v1/openAlgoOrders?symbol=BTCUSDT": 1,
    "GET /fapi/v1/allAlgoOrders": 5,
    "GET /fapi/v1/openOrder": 1,
    "GET /fapi/v1/openOrders": 40,
    "GET /fapi/v1/openOrders?symbol=BTCUSDT": 1,
    "GET /fapi/v1/allOrders": 5,
    "GET /fapi/v1/orderAmendment": 1,
    "GET /fapi/v1/userTrades": 5,
    "GET /fapi/v1/income": 30,
    "POST /fapi/v1/listenKey": 1,
    "PUT /fapi/v1/listenKey": 1,
    "DELETE /fapi/v1/listenKey": 1,
}
ELSEWHERE: Final = {
    "GET /download/futures": 1,
    "GET /api/v3/ping": 1,
    "GET /api/v3/time": 1,
    "GET /api/v3/exchangeInfo": 20,
    "GET /dapi/v1/ping": 1,
    "GET /dapi/v1/time": 1,
    "GET /dapi/v1/exchangeInfo": 1,
    "GET /sapi/v1/margin/allPairs": 1,
    "GET /sapi/v1/margin/isolated/allPairs": 10,
    "GET /sapi/v1/capital/config/getall": 10,
    "GET /sapi/v1/account/apiRestrictions": 1,
}
"""What the list of documented endpoints has not, because it is no part of this API."""
ORDER_COUNTS: Final = {
    "POST /fapi/v1/order": (1, 1),
    "PUT /fapi/v1/order": (1, 1),
    "POST /fapi/v1/algoOrder": (1, 1),
    "POST /fapi/v1/batchOrders": (5, 1),
    "PUT /fapi/v1/batchOrders": (5, 1),
}
USED: Final = "X-MBX-USED-WEIGHT-1M"
COUNTS: Final = ("X-MBX-ORDER-COUNT-10S", "X-MBX-ORDER-COUNT-1M")


@pytest.fixture
def exchange() -> Exchange:
    return Exchange(limits=Limits())


def asked(trader: Trader, endpoint: str) -> Told:
    """The endpoint with nothing beyond its query: most refuse, and all cost."""
    method, target = endpoint.split()
    path, _, query = target.partition("?")
    name, _, value = query.partition("=")
    return trader.ask(method, path, **({name: value} if name else {}))


@pytest.mark.parametrize("endpoint", [*WEIGHTS, *ELSEWHERE])
def test_an_endpoint_costs_its_weight(alice: Trader, endpoint: str) -> None:
    first, second = asked(alice, endpoint), asked(alice, endpoint)
    weight = {**WEIGHTS, **ELSEWHERE}[endpoint]
    assert first.status in (200, 400)
    assert first.headers[USED] == str(weight)
    assert second.headers[USED] == str(2 * weight)


@pytest.mark.parametrize("endpoint", WEIGHTS)
def test_an_endpoint_counts_as_so_many_orders(alice: Trader, endpoint: str) -> None:
    told = [asked(alice, endpoint).headers for _ in range(2)]
    counts = ORDER_COUNTS.get(endpoint.partition("?")[0])
    if counts is None:
        assert not any(name in headers for headers in told for name in COUNTS)
    else:
        assert [tuple(int(h[name]) for name in COUNTS) for h in told] == [
            counts,
            (2 * counts[0], 2 * counts[1]),
        ]


def test_every_endpoint_is_in_these_tables() -> None:
    listed = {endpoint.partition("?")[0] for endpoint in (*WEIGHTS, *ELSEWHERE)}
    assert listed == {f"{route.method} {route.path}" for route in routes.ROUTES}


def test_the_weights_are_those_of_the_collected_documentation() -> None:
    if not TSV.exists():
        pytest.skip(f"the list of documented endpoints is not here: {TSV}")
    with TSV.open(encoding="utf-8", newline="") as lines:
        rows = {
            f"{row['method']} {row['path']}": row
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        }
    for route in routes.ROUTES:
        endpoint = f"{route.method} {route.path}"
        if endpoint in ELSEWHERE:
            assert endpoint not in rows
            continue
        documented = rows[endpoint]
        assert route.security.name == documented["security type"], endpoint
        mine = {q: w for e, w in WEIGHTS.items() for p, _, q in [e.partition("?")] if p == endpoint}
        assert documented_weights(documented["weight"]).items() <= mine.items(), endpoint
        assert documented_counts(documented["weight"]) == route.orders, endpoint


def documented_weights(text: str) -> dict[str, int]:
    """Weight by query, out of the words of the list."""
    by_limit = re.findall(r"([\d,]+) -> (\d+)", text)
    if by_limit:
        return {f"limit={n}": int(w) for numbers, w in by_limit for n in numbers.split(",")}
    from_limit = re.findall(r"\[(\d+), ?\d+[)\]] (\d+)", text)
    if from_limit:
        return {f"limit={least}": int(weight) for least, weight in from_limit}
    if text.startswith(("not published", "not in the newest docs", "shares")):
        return {}
    with_symbol = re.match(r"(\d+) (?:with|for a single) symbol\D+(\d+)", text)
    if with_symbol:
        return {"": int(with_symbol[2])}
    of_ip = re.search(r"(\d+) on IP", text)
    return {"": int(of_ip[1] if of_ip else re.split(r"\W", text, maxsplit=1)[0])}


def documented_counts(text: str) -> tuple[int, int]:
    found = re.findall(r"(\d+) on (?:10s|1min) order rate limit", text)
    return (int(found[0]), int(found[1])) if found else (0, 0)


# Beyond the weight: 429, then 418, then free again by the venue's clock.


def use_up(exchange: Exchange, address: str = "127.0.0.1") -> None:
    """Use an address's minute to the last unit."""
    for _ in range(WEIGHT_PER_MINUTE // 20):
        assert weigh_20(exchange, address).status == 200


def weigh_20(exchange: Exchange, address: str = "127.0.0.1") -> Told:
    query = b"symbol=BTCUSDT&limit=1000"
    return exchange.answer(Request("GET", "/fapi/v1/depth", query, client_ip=address))


def test_beyond_the_minutes_weight_everything_is_refused(alice: Trader) -> None:
    exchange = alice.exchange
    use_up(exchange)
    answer = exchange.ask("GET", "/fapi/v1/ping")
    assert answer.refusal == (429, -1003)
    assert answer.json["msg"].startswith("Too many requests; current limit is 2400 requests per")
    assert answer.headers[USED] == "2401"
    before = exchange.snapshot()
    order = alice.ask("POST", ORDER, **limit_order("BUY", "0.01", "49000"))
    assert order.refusal == (429, -1003)
    assert exchange.snapshot() == before


def test_a_new_minute_is_free_again(exchange: Exchange) -> None:
    exchange.pass_time(MINUTE - exchange.now % MINUTE)
    use_up(exchange)
    exchange.pass_time(MINUTE - 1)
    assert exchange.ask("GET", "/fapi/v1/ping").status == 429
    exchange.pass_time(1)
    answer = exchange.ask("GET", "/fapi/v1/ping")
    assert (answer.status, answer.headers[USED]) == (200, "1")


def be_banned(exchange: Exchange) -> None:
    """Go on asking until the answer is 418."""
    use_up(exchange)
    for _ in range(REFUSALS_BEFORE_BAN):
        assert weigh_20(exchange).status == 429
    assert weigh_20(exchange).status == 418


def test_who_goes_on_is_banned_and_told_until_when(exchange: Exchange) -> None:
    be_banned(exchange)
    answer = exchange.ask("GET", "/fapi/v1/ping")
    assert answer.refusal == (418, -1003)
    assert f"IP banned until {NOON + FIRST_BAN}." in answer.json["msg"]
    exchange.pass_time(FIRST_BAN - 1)
    assert exchange.ask("GET", "/fapi/v1/ping").status == 418
    exchange.pass_time(1)
    assert exchange.ask("GET", "/fapi/v1/ping").status == 200


def test_bans_grow_for_who_does_not_learn(exchange: Exchange) -> None:
    be_banned(exchange)
    exchange.pass_time(FIRST_BAN)
    be_banned(exchange)
    exchange.pass_time(2 * FIRST_BAN - 1)
    assert exchange.ask("GET", "/fapi/v1/ping").status == 418
    exchange.pass_time(1)
    assert exchange.ask("GET", "/fapi/v1/ping").status == 200


def test_a_ban_is_never_longer_than_three_days() -> None:
    limits = Limits()
    exchange = Exchange(limits=limits)
    longest = 0
    for _ in range(14):
        be_banned(exchange)
        message = exchange.ask("GET", "/fapi/v1/ping").json["msg"]
        until = int(message.partition("until ")[2].partition(".")[0])
        longest = max(longest, until - exchange.now)
        exchange.pass_time(until - exchange.now)
    assert longest == 3 * 24 * 60 * MINUTE


def test_a_quiet_minute_forgives(exchange: Exchange) -> None:
    be_banned(exchange)
    for _ in range(2):
        exchange.pass_time(FIRST_BAN)
        assert exchange.ask("GET", "/fapi/v1/ping").status == 200
    exchange.pass_time(MINUTE)
    be_banned(exchange)
    exchange.pass_time(FIRST_BAN)
    assert exchange.ask("GET", "/fapi/v1/ping").status == 200


def test_an_address_pays_for_itself_alone(exchange: Exchange) -> None:
    use_up(exchange, "10.0.0.1")
    assert weigh_20(exchange, "10.0.0.1").status == 429
    assert weigh_20(exchange, "10.0.0.2").status == 200


def test_what_is_no_endpoint_costs_nothing(exchange: Exchange) -> None:
    assert exchange.ask("GET", "/fapi/v1/nothing").headers == {}
    assert exchange.ask("POST", "/fapi/v1/ping").headers == {}
    assert exchange.ask("GET", "/fapi/v1/ping").headers == {USED: "1"}


def test_only_so_many_addresses_are_kept_in_memory() -> None:
    limits = Limits()
    for number in range(MAX_TRACKED + 10):
        limits.charge_weight(str(number), 1, NOON)
    assert limits.used_weight("0") == 0
    assert limits.used_weight(str(MAX_TRACKED)) == 1


# Order counts, an account.


def place(trader: Trader, method: str = "POST") -> Told:
    return trader.ask(method, ORDER, symbol="BTCUSDT")


def test_beyond_the_orders_of_ten_seconds_orders_are_refused(alice: Trader, bob: Trader) -> None:
    for number in range(ORDERS_PER_TEN_SECONDS):
        assert place(alice, "PUT" if number % 2 else "POST").status == 400
    answer = place(alice)
    assert answer.refusal == (429, -1015)
    message = "Too many new orders; current limit is 300 orders per 10 SECOND."
    assert answer.json["msg"] == message
    assert answer.headers == {USED: "0"}
    assert place(bob).status == 400
    assert alice.ask("DELETE", ORDER, symbol="BTCUSDT", orderId=1).status == 400
    assert alice.get("/fapi/v1/openOrders") == []
    alice.exchange.pass_time(10 * SECOND)
    assert place(alice).headers[COUNTS[0]] == "1"
    assert place(alice).headers[COUNTS[1]] == str(ORDERS_PER_TEN_SECONDS + 2)


def test_beyond_the_orders_of_a_minute_too(alice: Trader) -> None:
    exchange = alice.exchange
    exchange.pass_time(MINUTE - exchange.now % MINUTE)
    for _ in range(ORDERS_PER_MINUTE // ORDERS_PER_TEN_SECONDS):
        for _ in range(ORDERS_PER_TEN_SECONDS):
            assert place(alice).status == 400
        exchange.pass_time(10 * SECOND)
    answer = place(alice)
    assert answer.refusal == (429, -1015)
    assert answer.json["msg"].endswith("current limit is 1200 orders per MINUTE.")
    exchange.pass_time(20 * SECOND)
    assert place(alice).headers[COUNTS[1]] == "1"


def test_keys_of_one_account_share_its_counts(alice: Trader) -> None:
    keys = alice.exchange.keys
    other = Trader(alice.exchange, keys.create(alice.account_id, NOON))
    place(alice)
    assert place(other).headers[COUNTS[0]] == "2"


def test_a_wrong_signature_counts_as_no_order(alice: Trader) -> None:
    alice.sign, sign = lambda _: "0" * 64, alice.sign
    assert place(alice).refusal == (400, -1022)
    alice.sign = sign
    assert place(alice).headers[COUNTS[0]] == "1"


def test_without_limits_nothing_is_counted_or_told() -> None:
    trader = open_trader(Exchange())
    for _ in range(WEIGHT_PER_MINUTE // 30 + 1):
        answer = trader.ask("GET", "/fapi/v1/income")
        assert (answer.status, answer.headers) == (200, {})
    for _ in range(ORDERS_PER_TEN_SECONDS + 1):
        answer = place(trader)
        assert (answer.status, answer.headers) == (400, {})
