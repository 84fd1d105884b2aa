"""What another venue trades, beside one's own catalogue, and where it is reached."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

import pytest

from perpbox.feed.relay import BadRelay, RelayTerms, Survey, rest_base, routes, survey
from perpbox.feed.relay.survey import EXCHANGE_INFO, LAST_PRICES, PREMIUM_INDEX
from perpbox.feed.relay.terms import MOST_STREAMS, pauses
from perpbox.money import parse
from tests.feed.relayed import Follower
from tests.worlds import CATALOGUE

BTC = {
    "symbol": "BTCUSDT",
    "status": "TRADING",
    "filters": [
        {"filterType": "PRICE_FILTER", "tickSize": "0.01", "minPrice": "100", "maxPrice": "1e6"},
        {"filterType": "LOT_SIZE", "stepSize": "0.0010", "minQty": "0.001", "maxQty": "1000"},
        {"filterType": "MIN_NOTIONAL", "notional": "100"},
        {"filterType": "PERCENT_PRICE", "multiplierUp": "much", "multiplierDown": "0.9500"},
        {"filterType": "UNHEARD_OF", "limit": 7},
    ],
}
PREMIUM = {
    "symbol": "BTCUSDT",
    "markPrice": "61000.5",
    "indexPrice": "61001",
    "lastFundingRate": "0.0001",
    "nextFundingTime": 0,
    "time": 0,
}


class Elsewhere:
    """Answers by path."""

    def __init__(self, **symbols: dict[str, Any]) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, object] = {
            EXCHANGE_INFO: {"symbols": [BTC, *symbols.values()], "serverTime": 0},
            PREMIUM_INDEX: [PREMIUM, {**PREMIUM, "symbol": "OTHERUSDT"}],
            LAST_PRICES: [{"symbol": "BTCUSDT", "price": "60999.9", "time": 0}],
        }

    def get(self, path: str) -> bytes:
        self.asked.append(path)
        answer = self.answers[path]
        return answer if isinstance(answer, bytes) else json.dumps(answer).encode()


def asked(elsewhere: Elsewhere, *symbols: str) -> Survey:
    terms = RelayTerms(url="wss://there", symbols=symbols)
    return survey(terms, CATALOGUE, elsewhere.get)


def test_what_is_traded_there_and_catalogued_here_is_relayed() -> None:
    doge = {"symbol": "DOGEUSDT", "status": "SETTLING"}
    found = asked(Elsewhere(doge=doge, new={"symbol": "NEWUSDT", "status": "TRADING"}))
    assert found.names == ("BTCUSDT",)
    assert found.absent == ("ETHUSDC", "DOGEUSDT", "1000PEPEUSDC")


def test_filters_that_differ_are_named_with_both_figures() -> None:
    assert asked(Elsewhere()).differences == {
        "BTCUSDT": [
            "PRICE_FILTER tickSize 0.1 here, 0.01 there",
            "MIN_NOTIONAL notional 50 here, 100 there",
            "PERCENT_PRICE multiplierUp 1.05 here, much there",
        ]
    }


def test_first_prices_are_there_before_anything_is_streamed() -> None:
    follower = Follower()
    follower.feed.begin(asked(Elsewhere()))
    follower.follow()
    market = follower.market()
    assert (market.mark, market.index) == (parse("61000.5"), parse("61001"))
    assert market.last_price == parse("60999.9")
    assert follower.best() == ("61000.4", "61000.6")


def test_a_last_price_that_is_none_is_passed_over() -> None:
    elsewhere = Elsewhere()
    elsewhere.answers[LAST_PRICES] = [
        {"symbol": "BTCUSDT", "price": "x"},
        {"symbol": "NEWUSDT", "price": "1"},
    ]
    follower = Follower()
    follower.feed.begin(asked(elsewhere))
    assert follower.feed.malformed == 1


def test_only_three_public_questions_are_asked() -> None:
    elsewhere = Elsewhere()
    asked(elsewhere)
    assert elsewhere.asked == [EXCHANGE_INFO, PREMIUM_INDEX, LAST_PRICES]


@pytest.mark.parametrize(
    ("symbols", "said"),
    [
        (("BTCUSDT", "NOUSDT"), "NOUSDT cannot be relayed: not in this venue's catalogue."),
        (("BTCUSDT", "ETHUSDC"), "ETHUSDC cannot be relayed: not traded there."),
    ],
)
def test_symbols_that_cannot_be_relayed_are_named(symbols: tuple[str, ...], said: str) -> None:
    with pytest.raises(BadRelay, match=said):
        asked(Elsewhere(), *symbols)


@pytest.mark.parametrize(
    ("path", "answer", "said"),
    [
        (EXCHANGE_INFO, {"symbols": []}, "no symbol of the catalogue"),
        (EXCHANGE_INFO, b"<html>", "not JSON"),
        (EXCHANGE_INFO, {"code": -1003, "msg": "Too many requests."}, "Too many requests"),
        (PREMIUM_INDEX, {"symbols": []}, PREMIUM_INDEX),
        (LAST_PRICES, b"nothing", LAST_PRICES),
    ],
)
def test_an_answer_that_is_none_is_told(path: str, answer: object, said: str) -> None:
    elsewhere = Elsewhere()
    elsewhere.answers[path] = answer
    with pytest.raises(BadRelay, match=said):
        asked(elsewhere)


# Addresses.


@pytest.mark.parametrize(
    ("url", "rest_url", "base"),
    [
        ("wss://fstream.binance.com", "", "https://fapi.binance.com"),
        ("wss://fstream.binancefuture.com/", "", "https://demo-fapi.binance.com"),
        ("ws://127.0.0.1:8900", "", "http://127.0.0.1:8900"),
        ("ws://[::1]:8900/stream", "", "http://[::1]:8900"),
        ("wss://there", "https://elsewhere:8443/", "https://elsewhere:8443"),
    ],
)
def test_where_questions_are_asked(url: str, rest_url: str, base: str) -> None:
    assert rest_base(RelayTerms(url=url, rest_url=rest_url)) == base


@pytest.mark.parametrize(
    "url",
    [
        "",
        "there",
        "https://there",
        "wss://",
        "wss://there:0",
        "wss://there:99999",
        "wss://[there",
        "wss://the re",
        "wss://there\r\nX-MBX-APIKEY: 1",
        "wss://user:password@there",
        "wss://there/ws?listenKey=1",
        "wss://there#1",
    ],
)
def test_what_is_no_address_or_more_than_one_is_refused(url: str) -> None:
    with pytest.raises(BadRelay):
        routes(RelayTerms(url=url), ["BTCUSDT"])
    with pytest.raises(BadRelay):
        rest_base(RelayTerms(url=url))


def test_another_address_for_rest_has_to_be_one() -> None:
    with pytest.raises(BadRelay, match="http:// or https://"):
        rest_base(RelayTerms(url="wss://there", rest_url="wss://there"))


def test_books_and_prices_have_a_connection_each() -> None:
    books, prices = routes(RelayTerms(url="wss://there/"), ["BTCUSDT"])
    assert books.address == "wss://there/public/stream"
    assert books.streams == ("btcusdt@bookTicker",)
    assert prices.address == "wss://there/market/stream"
    assert prices.streams == ("btcusdt@aggTrade", "btcusdt@markPrice@1s", "!assetIndex@arr")


def test_a_whole_address_is_the_only_connection() -> None:
    (route,) = routes(RelayTerms(url="wss://there/stream"), ["BTCUSDT"])
    assert route.address == "wss://there/stream"
    assert len(route.streams) == 4


def test_many_symbols_share_one_stream_of_mark_prices_and_take_more_connections() -> None:
    names = [f"A{number}USDT" for number in range(MOST_STREAMS)]
    found = routes(RelayTerms(url="wss://there"), names)
    assert [len(route.streams) for route in found] == [MOST_STREAMS, MOST_STREAMS, 2]
    assert found[2].streams == ("!markPrice@arr@1s", "!assetIndex@arr")


def test_pauses_double_up_to_the_longest_and_are_not_the_same_for_all() -> None:
    terms = RelayTerms(url="wss://there", first_pause=1, longest_pause=10)
    assert list(islice(pauses(terms, lambda: 0.0), 6)) == [1, 2, 4, 8, 10, 10]
    assert list(islice(pauses(terms, lambda: 1.0), 2)) == [0.5, 1]
    assert next(islice(pauses(terms, lambda: 0.0), 5000, None)) == 10
