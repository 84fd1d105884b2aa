"""The catalogue that comes with the package: what it holds, that it fits, where it comes from."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from perpbox.instrument import (
    Bracket,
    Catalogue,
    CatalogueError,
    FeeTier,
    Symbol,
    builtin,
    from_json,
    tier_rates,
    to_json,
)
from perpbox.instrument.catalogue import builtin_rows, check, from_rows
from perpbox.instrument.rows import read_rows
from perpbox.money import SCALE, decimals_of, parse, text_short
from tools import make_catalogue

TARGET = make_catalogue.TARGET


def test_it_holds_the_symbols_of_both_quotes(catalogue: Catalogue) -> None:
    quotes = [symbol.quote_asset for symbol in catalogue.symbols.values()]
    assert (quotes.count("USDT"), quotes.count("USDC")) == (37, 23)
    assert [symbol.ordinal for symbol in catalogue.symbols.values()] == list(range(60))
    assert list(catalogue.symbols)[:3] == ["BTCUSDT", "ETHUSDT", "BCHUSDT"]
    assert all(name == symbol.name for name, symbol in catalogue.symbols.items())


# name, tick, step, price and quantity precision, min notional, start price, default leverage
SYMBOLS = """
BTCUSDT      0.1        0.001 2 3 100 106599.9  20
BTCUSDC      0.1        0.001 1 3 100 106645.9  20
ETHUSDT      0.01       0.001 2 3  20   2575.46 20
ETHUSDC      0.01       0.001 2 3  20   2576.58 20
BNBUSDT      0.01       0.01  3 2   5    657.86 20
XRPUSDT      0.0001     0.1   4 1   5      2.2241 20
DOGEUSDT     0.00001    1     6 0   5      0.17302 20
DOTUSDT      0.0001     0.1   4 1   5      3.801 20
ONDOUSDT     0.0001     0.1   7 1   5      0.768 20
1000PEPEUSDT 0.0000001  1     7 0   5      0.0105177 20
1000SATSUSDT 0.00000001 1     8 0   5      0.0000405 20
XEMUSDT      0.0001     1     4 0   5      0.0045 10
ZECUSDT      0.01       0.001 2 3   5     42.12 20
ZECUSDC      0.01       0.001 2 3   5     42.12 20
"""


@pytest.mark.parametrize("line", SYMBOLS.strip().splitlines())
def test_known_symbols(catalogue: Catalogue, line: str) -> None:
    name, *figures = line.split()
    symbol = catalogue.symbols[name]
    assert figures == [
        text_short(symbol.tick_size),
        text_short(symbol.step_size),
        str(symbol.price_precision),
        str(symbol.quantity_precision),
        text_short(symbol.min_notional),
        text_short(symbol.start_price),
        str(symbol.default_leverage),
    ]


# name, index, buffers of bid and ask, the same when exchanged automatically, threshold
ASSETS = """
FDUSD      0.998  0.0005 0.0005 0.0005 0.0005  0
LDUSDT     1.12   0.001  0.001  0.001  0.001   -
BFUSD      1      0.001  0.001  0.001  0.001   0
BNB      657.86   0.05   0.05   0.025  0.025  -0.001
ETH     2575.46   0.05   0.05   0.025  0.025  -0.001
BTC   106599.9    0.05   0.05   0.025  0.025  -0.001
USDT       0.9998 0.0001 0.0001 0.0001 0.0001 -100
USDC       1      0.0001 0.0001 0.0001 0.0001 -0.1
"""


def test_margin_assets_and_their_order(catalogue: Catalogue) -> None:
    rows = [line.split() for line in ASSETS.strip().splitlines()]
    assert list(catalogue.assets) == [row[0] for row in rows]
    for asset, row in zip(catalogue.assets.values(), rows, strict=True):
        threshold = asset.auto_exchange_threshold
        assert row == [
            asset.name,
            text_short(asset.start_index_price),
            text_short(asset.bid_buffer),
            text_short(asset.ask_buffer),
            text_short(asset.auto_exchange_bid_buffer),
            text_short(asset.auto_exchange_ask_buffer),
            "-" if threshold is None else text_short(threshold),
        ]
        assert asset.index_symbol == f"{asset.name}USD"
        assert asset.margin_available


@pytest.mark.parametrize(
    ("quote", "maker", "taker"), [("USDT", "0.0002", "0.0005"), ("USDC", "0", "0.0004")]
)
def test_commissions_by_quote(catalogue: Catalogue, quote: str, maker: str, taker: str) -> None:
    rates = {
        (symbol.maker_commission_rate, symbol.taker_commission_rate)
        for symbol in catalogue.symbols.values()
        if symbol.quote_asset == quote
    }
    assert rates == {(parse(maker), parse(taker))}


@pytest.mark.parametrize(
    ("tier", "symbol", "maker", "taker"),
    [
        (0, "BTCUSDT", "0.0002", "0.0005"),
        (1, "BTCUSDT", "0.00016", "0.0004"),
        (6, "BTCUSDT", "0.00006", "0.00025"),
        (1, "BTCUSDC", "0", "0.00032"),
        (3, "ETHUSDC", "0", "0.000256"),
    ],
)
def test_a_fee_tier_lowers_every_symbol_alike(
    catalogue: Catalogue, tier: int, symbol: str, maker: str, taker: str
) -> None:
    rates = tier_rates(catalogue.symbols[symbol], catalogue.fee_tiers, tier)
    assert rates == (parse(maker), parse(taker))


@pytest.mark.parametrize(
    ("tiers", "problem"),
    [
        ((FeeTier(0, 1),), "the rates of tier 0 must be above 0"),
        ((FeeTier(1, 1), FeeTier(-1, 1)), "a rate must be from 0 to 1"),
        ((FeeTier(1, 1), FeeTier(1, SCALE + 1)), "a rate must be from 0 to 1"),
    ],
)
def test_broken_fee_tiers_are_named(
    catalogue: Catalogue, tiers: tuple[FeeTier, ...], problem: str
) -> None:
    with pytest.raises(CatalogueError, match=problem):
        check(replace(catalogue, fee_tiers=tiers))


# symbol, hours between settlements, interest of eight hours, highest rate
FUNDING = """
BTCUSDT      8 0.0001 0.003
BNBUSDT      8 0      0.00375
1000SATSUSDT 4 0.0001 0.02
WIFUSDC      4 0.0001 0.02
"""


@pytest.mark.parametrize("line", FUNDING.strip().splitlines())
def test_funding_terms(catalogue: Catalogue, line: str) -> None:
    name, hours, interest, cap = line.split()
    symbol = catalogue.symbols[name]
    assert symbol.funding_interval_hours == int(hours)
    assert symbol.interest_rate == parse(interest)
    assert symbol.funding_rate_cap == parse(cap)


def test_a_catalogue_of_an_old_journal_has_the_usual_funding(catalogue: Catalogue) -> None:
    """The first version wrote no funding terms, no tiers and no fund."""
    written = json.loads(to_json(catalogue))
    for symbol in written["symbols"].values():
        for field in ("funding_interval_hours", "interest_rate", "funding_rate_cap"):
            del symbol[field]
    for asset in written["assets"].values():
        del asset["insurance_fund"]
    del written["fee_tiers"]
    old = from_json(json.dumps(written).encode())
    assert old.symbols["BTCUSDT"] == catalogue.symbols["BTCUSDT"]
    assert (old.assets["USDT"].insurance_fund, old.fee_tiers) == (0, ())


def test_limits_of_open_orders(catalogue: Catalogue) -> None:
    limits = {(s.max_num_orders, s.max_num_algo_orders) for s in catalogue.symbols.values()}
    assert limits == {(200, 200)}


def test_every_maintenance_amount_follows_the_formula(catalogue: Catalogue) -> None:
    """account.md: cum_k = cum_(k-1) + floor_k × (mmr_k - mmr_(k-1)), here in fractions."""
    count = 0
    for symbol in catalogue.symbols.values():
        cum = Fraction(0)
        for before, bracket in pairwise(symbol.brackets):
            rise = bracket.maint_margin_rate - before.maint_margin_rate
            cum += Fraction(bracket.floor * rise, SCALE)
            assert bracket.cum == cum, f"{symbol.name} {bracket.number}"
            count += 1
    assert count == 515


def test_maintenance_margin_is_continuous_at_every_border(catalogue: Catalogue) -> None:
    for symbol in catalogue.symbols.values():
        for before, bracket in pairwise(symbol.brackets):
            assert maintenance(before, bracket.floor) == maintenance(bracket, bracket.floor)


def maintenance(bracket: Bracket, notional: int) -> Fraction:
    return Fraction(notional * bracket.maint_margin_rate, SCALE) - bracket.cum


def test_a_position_of_full_leverage_is_worth_more_than_its_maintenance(
    catalogue: Catalogue,
) -> None:
    for symbol in catalogue.symbols.values():
        for bracket in symbol.brackets:
            assert bracket.maint_margin_rate * bracket.initial_leverage < SCALE


def test_every_figure_lies_on_its_grid(catalogue: Catalogue) -> None:
    for symbol in catalogue.symbols.values():
        assert symbol.min_price <= symbol.start_price <= symbol.max_price, symbol.name
        assert symbol.start_price % symbol.tick_size == 0, symbol.name
        assert symbol.min_price % symbol.tick_size == 0, symbol.name
        assert decimals_of(symbol.tick_size) <= symbol.price_precision <= 8, symbol.name
        assert decimals_of(symbol.start_price) <= symbol.price_precision, symbol.name
        for quantity in quantities(symbol):
            assert quantity % symbol.step_size == 0, symbol.name
            assert decimals_of(quantity) <= symbol.quantity_precision, symbol.name


def quantities(symbol: Symbol) -> tuple[int, ...]:
    return (
        symbol.step_size,
        symbol.min_quantity,
        symbol.max_quantity,
        symbol.market_step_size,
        symbol.market_min_quantity,
        symbol.market_max_quantity,
    )


def test_every_symbol_can_be_bought_at_its_start_price(catalogue: Catalogue) -> None:
    for symbol in catalogue.symbols.values():
        assert 0 < symbol.min_quantity <= symbol.max_quantity, symbol.name
        assert 0 < symbol.market_min_quantity <= symbol.market_max_quantity, symbol.name
        most = symbol.max_quantity * symbol.start_price
        assert most >= symbol.min_notional * SCALE, symbol.name


def test_nothing_is_shared_between_two_calls() -> None:
    assert builtin() == builtin()
    assert builtin() is not builtin()


def test_it_is_written_down_and_read_back_without_loss(catalogue: Catalogue) -> None:
    assert from_json(to_json(catalogue)) == catalogue
    assert to_json(from_json(to_json(catalogue))) == to_json(catalogue)


def test_amounts_beyond_64_bits_survive_writing(catalogue: Catalogue) -> None:
    symbol = catalogue.symbols["BTCUSDT"]
    last = replace(symbol.brackets[-1], cap=parse("9223372036854775807"))
    endless = replace(symbol, brackets=(*symbol.brackets[:-1], last))
    changed = replace(catalogue, symbols={"BTCUSDT": endless}, skipped=("X: why",))
    assert from_json(to_json(changed)) == changed


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"symbols":{}}', b'{"symbols":[]}', b"\xff"])
def test_what_is_no_stored_catalogue_is_refused(data: bytes) -> None:
    with pytest.raises(CatalogueError, match="the stored catalogue cannot be read"):
        from_json(data)


def broken(symbol: Symbol, place: int, **figures: int) -> Symbol:
    """The symbol with something else in one of its brackets."""
    brackets = list(symbol.brackets)
    brackets[place - 1] = replace(brackets[place - 1], **figures)
    return replace(symbol, brackets=tuple(brackets))


@pytest.mark.parametrize(
    ("number", "field", "figure", "problem"),
    [
        (1, "floor", "1", "bracket 1: floor and cum must be 0"),
        (1, "cum", "1", "bracket 1: floor and cum must be 0"),
        (2, "floor", "300001", "bracket 2: its floor must be the cap of the bracket before"),
        (2, "cap", "900000", "bracket 3: its floor must be the cap of the bracket before"),
        (2, "cap", "300000", "bracket 2: the cap must be above the floor"),
        (2, "cum", "301", "bracket 2: cum is 301, the formula gives 300"),
        (2, "maint_margin_rate", "0.004", "bracket 2: the maintenance margin rate must rise"),
        (2, "maint_margin_rate", "1.1", "bracket 2: the maintenance margin rate must be above 0"),
    ],
)
def test_a_broken_bracket_is_named(
    catalogue: Catalogue, number: int, field: str, figure: str, problem: str
) -> None:
    symbol = broken(catalogue.symbols["BTCUSDT"], number, **{field: parse(figure)})
    refuses(catalogue, symbol, f"BTCUSDT: {problem}")


@pytest.mark.parametrize(
    ("number", "field", "count", "problem"),
    [
        (2, "initial_leverage", 150, "bracket 2: leverage must fall"),
        (12, "initial_leverage", 0, "bracket 12: leverage must be 1 or more"),
        (2, "number", 3, "bracket 3: it follows bracket 1"),
    ],
)
def test_a_bracket_out_of_order_is_named(
    catalogue: Catalogue, number: int, field: str, count: int, problem: str
) -> None:
    refuses(catalogue, broken(catalogue.symbols["BTCUSDT"], number, **{field: count}), problem)


@pytest.mark.parametrize(
    ("field", "figure", "problem"),
    [
        ("tick_size", "0", "PRICE_FILTER: the tick size must be above 0"),
        ("tick_size", "0.001", "the price precision does not fit the tick size"),
        ("max_price", "261.1", "PRICE_FILTER: the maximum must be above the minimum"),
        ("min_price", "261.15", "PRICE_FILTER: the minimum must be a multiple of the tick size"),
        ("step_size", "-0.001", "LOT_SIZE: the step size must be above 0"),
        ("step_size", "0.0001", "the quantity precision does not fit the step size of LOT_SIZE"),
        ("max_quantity", "0", "LOT_SIZE: the maximum must be above 0"),
        ("market_min_quantity", "121", "MARKET_LOT_SIZE: the maximum must be above 0"),
        ("market_min_quantity", "0.0015", "MARKET_LOT_SIZE: the minimum must be a multiple"),
        ("min_notional", "-1", "MIN_NOTIONAL: it must not be below 0"),
        ("multiplier_up", "0.99", "PERCENT_PRICE: one must lie between the multipliers"),
        ("multiplier_down", "1.01", "PERCENT_PRICE: one must lie between the multipliers"),
        ("trigger_protect", "1.5", "triggerProtect: it must be from 0 to 1"),
        ("start_price", "106599.95", "the start price 106599.95 is not on the tick grid"),
        ("start_price", "900000", "the start price 900000 is outside the PRICE_FILTER"),
    ],
)
def test_a_broken_filter_is_named(
    catalogue: Catalogue, field: str, figure: str, problem: str
) -> None:
    symbol = replace(catalogue.symbols["BTCUSDT"], **{field: parse(figure)})
    refuses(catalogue, symbol, f"BTCUSDT: {problem}")


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("default_leverage", 151, "the default leverage must be from 1 to the highest"),
        ("default_leverage", 0, "the default leverage must be from 1 to the highest"),
        ("max_num_orders", -1, "the limit of open orders must not be below 0"),
        ("brackets", (), "there are no brackets"),
        ("margin_asset", "XYZ", "its margin asset XYZ is absent"),
        ("funding_interval_hours", 5, "the funding interval must be a part of a day"),
        ("funding_interval_hours", 0, "the funding interval must be a part of a day"),
        ("funding_interval_hours", 12, "the funding interval must be a part of a day"),
        ("funding_rate_cap", 0, "interest and highest funding rate must be"),
        ("interest_rate", -1, "interest and highest funding rate must be"),
    ],
)
def test_a_broken_setting_is_named(
    catalogue: Catalogue, field: str, value: object, problem: str
) -> None:
    refuses(catalogue, replace(catalogue.symbols["BTCUSDT"], **{field: value}), problem)


def refuses(catalogue: Catalogue, symbol: Symbol, problem: str) -> None:
    with pytest.raises(CatalogueError) as refusal:
        check(replace(catalogue, symbols={symbol.name: symbol}))
    assert problem in str(refusal.value)


@pytest.mark.parametrize(
    ("field", "figure", "problem"),
    [
        ("start_index_price", "0", "USDT: the index must be above 0"),
        ("bid_buffer", "1", "USDT: a buffer must be from 0 to less than 1"),
        ("ask_buffer", "-0.1", "USDT: a buffer must be from 0 to less than 1"),
        ("auto_exchange_threshold", "1", "USDT: the auto-exchange threshold must not be above 0"),
        ("insurance_fund", "-1", "USDT: the insurance fund must not be below 0"),
    ],
)
def test_a_broken_asset_is_named(
    catalogue: Catalogue, field: str, figure: str, problem: str
) -> None:
    asset = replace(catalogue.assets["USDT"], **{field: parse(figure)})
    with pytest.raises(CatalogueError, match=problem):
        check(replace(catalogue, assets={**catalogue.assets, "USDT": asset}))


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (b'"106599.9"', b'"106599.9x"', "'106599.9x' is not a number"),
        (b'"106599.9"', b"106599.9", "Expected `str`, got `float`"),
        (b'"initial_leverage", "floor"', b'"floor", "initial_leverage"', "columns of BracketRow"),
        (
            b'"BTCUSDT",      8, "0.0001"',
            b'"BTCUSDX",      8, "0.0001"',
            "BTCUSDT is there twice or has no",
        ),
        (b'"ETHUSDT",      "ETH"', b'"BTCUSDT",      "ETH"', "BTCUSDT is there twice or has no"),
    ],
)
def test_a_mistake_in_the_file_is_named(before: bytes, after: bytes, problem: str) -> None:
    data = TARGET.read_bytes()
    assert before in data
    with pytest.raises(CatalogueError, match=problem):
        from_rows(read_rows(data.replace(before, after, 1)))


def test_every_row_says_where_it_comes_from() -> None:
    rows = builtin_rows()
    sources = [row.source for row in rows.symbols] + [row.source for row in rows.assets]
    words = {word for source in sources for word in source.split()}
    assert {word.partition(":")[0] for word in words} <= set(rows.sources)
    assert rows.bracket_source in rows.sources


def test_the_exceptions_are_the_ones_known() -> None:
    """Where the two sources of tick and step disagree, and where a price was missing."""
    exceptions = {
        row.name: words
        for row in builtin_rows().symbols
        if (words := [word for word in row.source.split() if ":" in word])
    }
    assert exceptions.pop("BTCUSDT") == ["lean:step"]
    assert exceptions.pop("ONDOUSDT") == ["lean:step"]
    assert exceptions.pop("ZECUSDC") == ["premium:ZECUSDT"]
    assert sorted(exceptions) == [
        "1000SATSUSDT",
        "ARBUSDC",
        "ARBUSDT",
        "DOTUSDT",
        "ENAUSDC",
        "ENAUSDT",
        "FILUSDC",
        "FILUSDT",
        "OPUSDT",
        "SCRUSDT",
    ]
    assert all(words == ["lean:tick"] for words in exceptions.values())


def test_the_tool_makes_the_same_file_again(facts: Path) -> None:
    assert make_catalogue.catalogue_json(facts) == TARGET.read_bytes()
