"""A catalogue out of a user's own exchangeInfo and leverageBracket."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from perpbox.instrument import Catalogue, CatalogueError, Symbol, from_exchange_info
from perpbox.instrument.answers import exact, roughly
from perpbox.instrument.catalogue import builtin_rows
from perpbox.money import parse, text_short

EXCHANGE_INFO = """
{
  "timezone": "UTC", "serverTime": 1765000000000, "rateLimits": [], "exchangeFilters": [],
  "assets": [
    {"asset": "USDT", "marginAvailable": true, "autoAssetExchange": "-10000"},
    {"asset": "BTC", "marginAvailable": false, "autoAssetExchange": null},
    {"asset": "PIPPIN", "marginAvailable": true, "autoAssetExchange": "0"}
  ],
  "symbols": [
    {
      "symbol": "NEWUSDT", "pair": "NEWUSDT", "contractType": "PERPETUAL", "status": "TRADING",
      "deliveryDate": 4133404800000, "onboardDate": 1764000000000,
      "baseAsset": "NEW", "quoteAsset": "USDT", "marginAsset": "USDT",
      "pricePrecision": 4, "quantityPrecision": 1, "baseAssetPrecision": 8, "quotePrecision": 8,
      "underlyingType": "COIN", "underlyingSubType": ["Meme"],
      "triggerProtect": "0.1000", "liquidationFee": "0.010000", "marketTakeBound": "0.05",
      "filters": [
        {"filterType": "PRICE_FILTER", "minPrice": "0.0010", "maxPrice": "200",
         "tickSize": "0.0010"},
        {"filterType": "LOT_SIZE", "stepSize": "0.1", "minQty": "0.1", "maxQty": "1000"},
        {"filterType": "MARKET_LOT_SIZE", "stepSize": "0.1", "minQty": "0.1", "maxQty": "500"},
        {"filterType": "MAX_NUM_ORDERS", "limit": 150},
        {"filterType": "MIN_NOTIONAL", "notional": "7"},
        {"filterType": "PERCENT_PRICE", "multiplierUp": "1.1000", "multiplierDown": "0.9000",
         "multiplierDecimal": "4"},
        {"filterType": "POSITION_RISK_CONTROL", "positionControlSide": "NONE"}
      ],
      "orderTypes": ["LIMIT"], "timeInForce": ["GTC"], "permissionSets": ["GRID"]
    },
    {
      "symbol": "BTCUSDT", "contractType": "PERPETUAL", "baseAsset": "BTC", "quoteAsset": "USDT",
      "pricePrecision": null, "underlyingSubType": null, "triggerProtect": null,
      "filters": [
        {"filterType": "PRICE_FILTER", "minPrice": "261.10", "maxPrice": "809484",
         "tickSize": "0.10"},
        {"filterType": "LOT_SIZE", "stepSize": "0.001", "minQty": "0.001", "maxQty": "1000"},
        {"filterType": "MARKET_LOT_SIZE", "stepSize": null}
      ]
    },
    {"symbol": "BTCUSDT_261225", "contractType": "CURRENT_QUARTER", "filters": null},
    {"symbol": "TSLAUSDT", "contractType": "TRADIFI_PERPETUAL"},
    {"symbol": "ETHUSDT", "contractType": "PERPETUAL", "baseAsset": "ETH", "quoteAsset": "USDT"}
  ]
}
"""
LEVERAGE_BRACKET = """
[
  {"symbol": "NEWUSDT", "notionalCoef": 1.50, "brackets": [
    {"bracket": 1, "initialLeverage": 50, "notionalCap": 5000, "notionalFloor": 0,
     "maintMarginRatio": 0.01, "cum": 0},
    {"bracket": 2, "initialLeverage": 11, "notionalCap": 2.5E4, "notionalFloor": 5000.0,
     "maintMarginRatio": 0.025, "cum": 75.00000000000001}
  ]},
  {"symbol": "BTCUSDT", "brackets": [
    {"bracket": 2, "initialLeverage": 5, "notionalCap": 9223372036854775807,
     "notionalFloor": 300000, "maintMarginRatio": 0.1},
    {"bracket": 1, "initialLeverage": 10, "notionalCap": 300000, "notionalFloor": 0,
     "maintMarginRatio": 5e-2, "cum": 0.0}
  ]}
]
"""
PREMIUM_INDEX = """
[
  {"symbol": "NEWUSDT", "markPrice": "1.23456789", "indexPrice": "1.2", "time": 1765000000000},
  {"symbol": "BTCUSDT", "markPrice": "0.00000000"}
]
"""


def edited(text: str, *steps: str | int, to: object = None) -> str:
    """The JSON text with another value at the place where the steps lead."""
    document = json.loads(text)
    place: Any = document
    for step in steps[:-1]:
        place = place[step]
    place[steps[-1]] = to
    return json.dumps(document)


@pytest.fixture(scope="module")
def loaded() -> Catalogue:
    return from_exchange_info(EXCHANGE_INFO, LEVERAGE_BRACKET, PREMIUM_INDEX)


def test_a_symbol_with_every_field(loaded: Catalogue) -> None:
    symbol = loaded.symbols["NEWUSDT"]
    assert symbol == Symbol(
        name="NEWUSDT",
        ordinal=0,
        base_asset="NEW",
        quote_asset="USDT",
        margin_asset="USDT",
        price_precision=4,
        quantity_precision=1,
        tick_size=parse("0.001"),
        min_price=parse("0.001"),
        max_price=parse("200"),
        step_size=parse("0.1"),
        min_quantity=parse("0.1"),
        max_quantity=parse("1000"),
        market_step_size=parse("0.1"),
        market_min_quantity=parse("0.1"),
        market_max_quantity=parse("500"),
        max_num_orders=150,
        max_num_algo_orders=200,
        min_notional=parse("7"),
        multiplier_up=parse("1.1"),
        multiplier_down=parse("0.9"),
        trigger_protect=parse("0.1"),
        liquidation_fee=parse("0.01"),
        market_take_bound=parse("0.05"),
        maker_commission_rate=parse("0.0002"),
        taker_commission_rate=parse("0.0005"),
        default_leverage=20,
        start_price=parse("1.235"),
        onboard_time=1764000000000,
        underlying_type="COIN",
        underlying_sub_types=("Meme",),
        brackets=symbol.brackets,
        funding_rate_cap=parse("0.0075"),
    )


def test_funding_is_that_of_the_builtin_symbol_of_the_name(
    loaded: Catalogue, catalogue: Catalogue
) -> None:
    own, builtin_symbol = loaded.symbols["BTCUSDT"], catalogue.symbols["BTCUSDT"]
    assert own.funding_interval_hours == builtin_symbol.funding_interval_hours == 8
    assert own.interest_rate == parse("0.0001")
    assert own.funding_rate_cap == own.brackets[0].maint_margin_rate * 3 // 4
    assert loaded.fee_tiers == catalogue.fee_tiers


def test_the_defaults_stand_in_for_what_is_missing_or_null(
    loaded: Catalogue, catalogue: Catalogue
) -> None:
    symbol, own = loaded.symbols["BTCUSDT"], catalogue.symbols["BTCUSDT"]
    defaults = builtin_rows().defaults
    assert (symbol.price_precision, symbol.quantity_precision) == (1, 3)
    assert symbol.margin_asset == "USDT"
    assert symbol.market_max_quantity == symbol.max_quantity == parse("1000")
    assert symbol.market_step_size == symbol.step_size
    assert (symbol.max_num_orders, symbol.max_num_algo_orders) == (200, 200)
    assert symbol.min_notional == parse(defaults.min_notional)
    assert symbol.multiplier_up == parse(defaults.multiplier_up)
    assert symbol.trigger_protect == parse(defaults.trigger_protect)
    assert symbol.start_price == own.start_price
    assert (symbol.onboard_time, symbol.underlying_sub_types) == (0, ())
    assert symbol.default_leverage == 10


def test_brackets_are_read_without_doubles_and_in_order(loaded: Catalogue) -> None:
    found = [
        (
            *(name, b.number, b.initial_leverage),
            *map(text_short, (b.floor, b.cap, b.maint_margin_rate, b.cum)),
        )
        for name, symbol in loaded.symbols.items()
        for b in symbol.brackets
    ]
    assert found == [
        ("NEWUSDT", 1, 50, "0", "5000", "0.01", "0"),
        ("NEWUSDT", 2, 11, "5000", "25000", "0.025", "75"),
        ("BTCUSDT", 1, 10, "0", "300000", "0.05", "0"),
        ("BTCUSDT", 2, 5, "300000", "9223372036854775807", "0.1", "15000"),
    ]


def test_what_is_left_out_is_named(loaded: Catalogue) -> None:
    assert list(loaded.symbols) == ["NEWUSDT", "BTCUSDT"]
    assert loaded.skipped == (
        "BTCUSDT_261225: its contract type is 'CURRENT_QUARTER', not PERPETUAL",
        "TSLAUSDT: its contract type is 'TRADIFI_PERPETUAL', not PERPETUAL",
        "ETHUSDT: not in leverageBracket",
        "PIPPIN: its index is not known, left out",
    )


def test_margin_assets_are_the_files_in_the_builtin_order(
    loaded: Catalogue, catalogue: Catalogue
) -> None:
    assert list(loaded.assets) == ["BTC", "USDT"]
    usdt = replace(catalogue.assets["USDT"], auto_exchange_threshold=parse("-10000"))
    assert loaded.assets["USDT"] == usdt
    assert not loaded.assets["BTC"].margin_available
    assert loaded.assets["BTC"].auto_exchange_threshold is None


def test_an_index_follows_the_users_own_price() -> None:
    marks = PREMIUM_INDEX.replace("0.00000000", "65432.1")
    loaded = from_exchange_info(EXCHANGE_INFO, LEVERAGE_BRACKET, marks)
    assert loaded.symbols["BTCUSDT"].start_price == parse("65432.1")
    assert loaded.assets["BTC"].start_index_price == parse("65432.1")


def test_an_unknown_margin_asset_is_one_usd_and_named() -> None:
    info = EXCHANGE_INFO.replace('"marginAsset": "USDT"', '"marginAsset": "USDX"')
    loaded = from_exchange_info(info, LEVERAGE_BRACKET, PREMIUM_INDEX)
    asset = loaded.assets["USDX"]
    assert list(loaded.assets) == ["BTC", "USDT", "USDX"]
    assert (text_short(asset.start_index_price), asset.bid_buffer, asset.index_symbol) == (
        "1",
        0,
        "USDXUSD",
    )
    assert loaded.symbols["NEWUSDT"].margin_asset == "USDX"
    assert "USDX: its index is not known, taken as 1 USD" in loaded.skipped


def test_without_assets_those_that_symbols_settle_in_are_there() -> None:
    info = edited(EXCHANGE_INFO, "assets")
    assert list(from_exchange_info(info, LEVERAGE_BRACKET).assets) == ["USDT"]


def test_a_symbol_without_a_price_is_left_out() -> None:
    loaded = from_exchange_info(EXCHANGE_INFO, LEVERAGE_BRACKET)
    assert list(loaded.symbols) == ["BTCUSDT"]
    assert (
        "NEWUSDT: no start price, neither in premiumIndex nor in the builtin catalogue"
        in loaded.skipped
    )


PRICE, LOT = ("symbols", 0, "filters", 0), ("symbols", 0, "filters", 1)


@pytest.mark.parametrize(
    ("steps", "value", "reason"),
    [
        ((*PRICE, "tickSize"), "0", "PRICE_FILTER: the tick size must be above 0"),
        ((*PRICE, "filterType"), "OTHER", "PRICE_FILTER: the tick size must be above 0"),
        ((*PRICE, "maxPrice"), "1.234", "the start price 1.235 is outside the PRICE_FILTER"),
        ((*LOT, "stepSize"), None, "LOT_SIZE: the step size must be above 0"),
        (("symbols", 0, "quoteAsset"), None, "no baseAsset or no quoteAsset"),
        (("symbols", 0, "contractType"), None, "its contract type is 'None', not PERPETUAL"),
        (("symbols", 0, "filters"), None, "PRICE_FILTER: the tick size must be above 0"),
    ],
)
def test_a_symbol_that_is_switched_off_is_left_out(
    steps: tuple[str | int, ...], value: object, reason: str
) -> None:
    info = edited(EXCHANGE_INFO, *steps, to=value)
    loaded = from_exchange_info(info, LEVERAGE_BRACKET, PREMIUM_INDEX)
    assert list(loaded.symbols) == ["BTCUSDT"]
    assert loaded.skipped[0] == f"NEWUSDT: {reason}"


@pytest.mark.parametrize(
    ("steps", "value", "message"),
    [
        (("symbols",), None, r"exchangeInfo: Expected `array`, got `null` - at `\$.symbols`"),
        (("symbols", 0, "symbol"), 7, r"exchangeInfo: Expected `str`.*symbols\[0\].symbol"),
        ((*PRICE, "tickSize"), "x", "exchangeInfo, NEWUSDT, PRICE_FILTER tickSize: 'x' is not a"),
        ((*LOT, "maxQty"), "1e", "exchangeInfo, NEWUSDT, LOT_SIZE maxQty: '1e' is not a number"),
        ((*LOT, "maxQty"), True, r"exchangeInfo: Expected `int \| str \| null`, got `bool`"),
        (("symbols", 0, "liquidationFee"), "0.000000001", "exchangeInfo, NEWUSDT, liquidationFee"),
        (("symbols", 1, "symbol"), "NEWUSDT", "exchangeInfo: NEWUSDT is there twice"),
        (("assets", 0, "autoAssetExchange"), "?", "exchangeInfo, assets, USDT, autoAssetExchange"),
        (("symbols",), [], "exchangeInfo: no symbol is left"),
    ],
)
def test_a_bad_exchange_info_is_refused_with_its_field(
    steps: tuple[str | int, ...], value: object, message: str
) -> None:
    info = edited(EXCHANGE_INFO, *steps, to=value)
    with pytest.raises(CatalogueError, match=message):
        from_exchange_info(info, LEVERAGE_BRACKET, PREMIUM_INDEX)


SECOND = (0, "brackets", 1)


@pytest.mark.parametrize(
    ("steps", "value", "message"),
    [
        ((*SECOND, "cum"), 76, "leverageBracket, NEWUSDT: bracket 2: cum is 76, the formula"),
        ((*SECOND, "notionalFloor"), 5001, "leverageBracket, NEWUSDT: bracket 2: its floor"),
        ((*SECOND, "initialLeverage"), 50, "leverageBracket, NEWUSDT: bracket 2: leverage must"),
        ((*SECOND, "bracket"), 3, "leverageBracket, NEWUSDT: bracket 3: it follows bracket 1"),
        ((*SECOND, "maintMarginRatio"), "?", "bracket 2, maintMarginRatio: '\\?' is not a number"),
        ((*SECOND, "notionalCap"), None, r"leverageBracket: .* at `\$\[0\].brackets\[1\]"),
        ((0, "symbol"), None, r"leverageBracket: Expected `str`, got `null`"),
    ],
)
def test_bad_brackets_are_refused_with_their_place(
    steps: tuple[str | int, ...], value: object, message: str
) -> None:
    brackets = edited(LEVERAGE_BRACKET, *steps, to=value)
    with pytest.raises(CatalogueError, match=message):
        from_exchange_info(EXCHANGE_INFO, brackets, PREMIUM_INDEX)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "this is not JSON"),
        (b"\xff\xfe\xff", "this is not JSON"),
        ("[" * 100_000, "this is not JSON"),
        ('{"code": -2014, "msg": "API-key format invalid."}', "holds a refusal: API-key format"),
        ("3.5", "Expected `"),
    ],
)
def test_a_file_that_is_something_else_is_named(text: str | bytes, message: str) -> None:
    with pytest.raises(CatalogueError, match=f"exchangeInfo: .*{message}"):
        from_exchange_info(text, LEVERAGE_BRACKET)
    with pytest.raises(CatalogueError, match=f"leverageBracket: .*{message}"):
        from_exchange_info(EXCHANGE_INFO, text)
    with pytest.raises(CatalogueError, match=f"premiumIndex: .*{message}"):
        from_exchange_info(EXCHANGE_INFO, LEVERAGE_BRACKET, text)


def test_the_brackets_of_one_symbol_may_come_alone() -> None:
    brackets = json.dumps(json.loads(LEVERAGE_BRACKET)[0])
    mark = json.dumps(json.loads(PREMIUM_INDEX)[0])
    assert list(from_exchange_info(EXCHANGE_INFO, brackets, mark).symbols) == ["NEWUSDT"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_saved_on_any_system_is_read(loaded: Catalogue, encoding: str) -> None:
    texts = (EXCHANGE_INFO, LEVERAGE_BRACKET, PREMIUM_INDEX)
    info, brackets, marks = (text.encode(encoding) for text in texts)
    assert from_exchange_info(info, brackets, marks) == loaded


def test_the_source_is_told(loaded: Catalogue) -> None:
    named = from_exchange_info(EXCHANGE_INFO, LEVERAGE_BRACKET, source="mine.json")
    assert loaded.source == "a user's exchangeInfo (serverTime 1765000000000)"
    assert named.source == "mine.json"


@pytest.mark.parametrize(
    ("figure", "plain"),
    [
        ("0.1", "0.1"),
        ("1E5", "100000"),
        ("1.5e+3", "1500"),
        ("1.25e1", "12.5"),
        ("-2.5E-3", "-0.0025"),
        ("12.5e-1", "1.25"),
        ("1e-8", "0.00000001"),
        (250000, "250000"),
    ],
)
def test_every_way_to_write_a_number(figure: str | int, plain: str) -> None:
    assert text_short(exact("here", figure)) == plain
    assert text_short(roughly("here", figure)) == plain


@pytest.mark.parametrize(
    "figure", ["", "-", "e5", "1e", "1e5e5", "1.e-5-", "1e999999999", "NaN", "0x1", "1_0", "1e-9"]
)
def test_what_is_no_number(figure: str) -> None:
    with pytest.raises(CatalogueError, match=f"here: '{figure}' is not a number of 8 decimals"):
        exact("here", figure)


# --- the real answers that were collected


@pytest.mark.recorded
@pytest.mark.parametrize(
    ("exchange_info", "brackets", "count"),
    [
        ("exchangeInfo_testnet_20250306.json", "leverageBracket_20241024.json", 55),
        ("exchangeInfo_testnet_20251224.json", "leverageBracket_202609.json", 60),
        ("exchangeInfo_testnet_20260331_nulls_stripped.json", "leverageBracket_202609.json", 60),
    ],
)
def test_real_pairs_load(facts: Path, exchange_info: str, brackets: str, count: int) -> None:
    loaded = from_exchange_info(
        (facts / exchange_info).read_bytes(),
        (facts / "tiers" / brackets).read_text(),
        (facts / "premiumIndex_20250617.json").read_bytes(),
    )
    assert len(loaded.symbols) == count
    assert list(loaded.assets) == ["FDUSD", "BFUSD", "BNB", "ETH", "BTC", "USDT", "USDC"]
    assert "BNFCR: its index is not known, left out" in loaded.skipped


@pytest.mark.recorded
def test_a_real_pair_gives_the_builtin_catalogue_but_for_its_exceptions(
    facts: Path, catalogue: Catalogue
) -> None:
    """Two readers of the same files, this module and the tool, must agree."""
    loaded = from_exchange_info(
        (facts / "exchangeInfo_testnet_20260331_nulls_stripped.json").read_bytes(),
        (facts / "tiers" / "leverageBracket_202609.json").read_bytes(),
        (facts / "premiumIndex_20250617.json").read_bytes(),
    )
    plain = {row.name for row in builtin_rows().symbols if "lean:" not in row.source}
    assert list(loaded.symbols) == list(catalogue.symbols)
    for name, symbol in loaded.symbols.items():
        own = catalogue.symbols[name]
        assert symbol.brackets == own.brackets
        if name in plain:
            assert replace(symbol, max_num_orders=200) == own
    own_assets = {name: catalogue.assets[name] for name in loaded.assets}
    assert loaded.assets == own_assets
