"""Makes perpbox/instrument/catalogue.json out of the collected exchange facts.

    python -m tools.make_catalogue [FOLDER]

FOLDER holds the source files and is ../shared/data beside the project unless given. The same
files give the same bytes. What is taken from where:

* every symbol that has leverage brackets (2026-09), in the order of exchangeInfo;
* filters, precisions, fees and bounds from exchangeInfo of the testnet (2026-03-31);
* tick and step: where the LEAN table of the live service says otherwise, LEAN's; a minimum that
  no longer lies on the grid is raised to it, and the precisions follow;
* maintenance amounts (cum) from the formula, refused if the file's differ;
* funding interval and interest from premiumIndex too: its next funding time is the next boundary of
  one interval alone;
* start prices from the mark prices of premiumIndex (2025-06-17), rounded to the tick; where a
  USDC symbol is missing there, its USDT sibling's;
* everything else (margin assets' index and buffers, commissions, limits) as decided here.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from perpbox.instrument.catalogue import from_rows
from perpbox.instrument.checks import next_cum
from perpbox.instrument.rows import AssetRow, BracketRow, SymbolRow, read_rows
from perpbox.instrument.symbol import Bracket
from perpbox.money import decimals_of, parse, round_half_up, round_up, text_short

HOUR: Final = 3_600_000
ROOT: Final = Path(__file__).resolve().parents[1]
SOURCE_FOLDER: Final = ROOT.parent / "shared" / "data"
TARGET: Final = ROOT / "perpbox" / "instrument" / "catalogue.json"

SOURCES: Final = {
    "info": "exchangeInfo testnet 2026-03-31 (serverTime 1774946629551)",
    "lean": "LEAN 24863901 (live service's tick and step)",
    "tiers": "brackets 2026-09 (as freqtrade 2026.9 carries them)",
    "premium": "premiumIndex 2025-06-17 (time 1750149488000)",
    "fees": "tiers VIP 0 to 6 as babianfox.com (2026) lists them, third party; tier 0 as decided",
    "house": "perpbox's own decision (docs/decisions.md)",
}
ABOUT: Final = (
    "Made by tools/make_catalogue.py; change that, not this. Figures are text, times milliseconds.",
    "The last column names the sources of a row: 'lean:tick' is one figure from another source,",
    "'premium:ZECUSDT' start price and funding taken over from another symbol.",
    "An asset's index is a price in USD or the symbol whose start price it is; a threshold of null",
    "is no auto-exchange. Equal leverage tables are written once, under their first symbol.",
)
# What stands in where a user's own file is silent is what most symbols of exchangeInfo have.
DEFAULTS: Final = {
    "leverage": 20,
    "max_num_orders": 200,
    "max_num_algo_orders": 200,
    "min_notional": "5",
    "multiplier_up": "1.05",
    "multiplier_down": "0.95",
    "trigger_protect": "0.15",
    "liquidation_fee": "0.015",
    "market_take_bound": "0.15",
    "underlying_type": "COIN",
    "commissions": {"USDC": ["0", "0.0004"], "*": ["0.0002", "0.0005"]},
    "fee_tiers": [
        ["0.0002", "0.0005"],
        ["0.00016", "0.0004"],
        ["0.00014", "0.00035"],
        ["0.00012", "0.00032"],
        ["0.0001", "0.0003"],
        ["0.00008", "0.00027"],
        ["0.00006", "0.00025"],
    ],
    "funding_rate_cap_of_margin": "0.75",
    "funding_rate_cap_of_short_intervals": "0.02",
}


class Collateral(NamedTuple):
    """A margin asset as decided: price in USD, buffer, buffer when exchanged automatically."""

    name: str
    priced: str
    buffer: str
    auto_exchange_buffer: str
    insurance_fund: str


COLLATERAL: Final = (
    Collateral("FDUSD", "0.998", "0.0005", "0.0005", "0"),
    Collateral("LDUSDT", "1.12", "0.001", "0.001", "0"),
    Collateral("BFUSD", "1", "0.001", "0.001", "0"),
    Collateral("BNB", "BNBUSDT", "0.05", "0.025", "0"),
    Collateral("ETH", "ETHUSDT", "0.05", "0.025", "0"),
    Collateral("BTC", "BTCUSDT", "0.05", "0.025", "0"),
    Collateral("USDT", "0.9998", "0.0001", "0.0001", "100000000"),
    Collateral("USDC", "1", "0.0001", "0.0001", "100000000"),
)


class Disagreement(Exception):
    """Two sources that must say the same do not."""


class Grid(NamedTuple):
    """Tick and step as the LEAN table has them."""

    tick: int
    step: int


def main(arguments: Sequence[str]) -> None:
    folder = Path(arguments[0]) if arguments else SOURCE_FOLDER
    TARGET.write_bytes(catalogue_json(folder))


def catalogue_json(folder: Path) -> bytes:
    """The bytes of catalogue.json; read back and checked before they are given out."""
    info = read_object(folder / "exchangeInfo_testnet_20260331_nulls_stripped.json")
    stated = bracket_tables(read_list(folder / "tiers" / "leverageBracket_202609.json"))
    grids = lean_grids(folder / "lean" / "binance_cryptofuture_symbol_properties.csv")
    premium = {e["symbol"]: e for e in read_list(folder / "premiumIndex_20250617.json")}
    entries = [
        entry
        for entry in info["symbols"]
        if entry["symbol"] in stated and entry["contractType"] == "PERPETUAL"
    ]
    if len(entries) != len(stated):
        raise Disagreement("a symbol with brackets is no perpetual of exchangeInfo")
    tables = {entry["symbol"]: stated[entry["symbol"]] for entry in entries}
    owners = table_owners(tables)
    symbols = [
        symbol_row(entry, grids[entry["symbol"]], premium, owners[entry["symbol"]])
        for entry in entries
    ]
    used = {name: table for name, table in tables.items() if owners[name] == name}
    written = layout(asset_rows(info["assets"]), symbols, used)
    from_rows(read_rows(written))
    return written


def read_object(path: Path) -> dict[str, Any]:
    """A source file; numbers with a point stay the text they are."""
    found: dict[str, Any] = json.loads(path.read_bytes(), parse_float=str)
    return found


def read_list(path: Path) -> list[dict[str, Any]]:
    """As `read_object`, of a file that is a list."""
    found: list[dict[str, Any]] = json.loads(path.read_bytes(), parse_float=str)
    return found


def lean_grids(path: Path) -> dict[str, Grid]:
    with path.open(encoding="utf-8", newline="") as lines:
        return {
            row["symbol"]: Grid(parse(row["minimum_price_variation"]), parse(row["lot_size"]))
            for row in csv.DictReader(lines)
            if row["type"] == "cryptofuture"
        }


def funding_interval(entry: Mapping[str, Any]) -> int:
    """The one interval of which the next funding time is the next boundary."""
    now, due = entry["time"], entry["nextFundingTime"]
    [hours] = [h for h in (1, 2, 4, 8) if (now // (h * HOUR) + 1) * h * HOUR == due]
    return hours


def interest_of_eight_hours(entry: Mapping[str, Any]) -> str:
    return text_short(parse(entry["interestRate"]) * 8 // funding_interval(entry))


# --- leverage tables


def bracket_tables(entries: Iterable[Mapping[str, Any]]) -> dict[str, tuple[BracketRow, ...]]:
    return {entry["symbol"]: bracket_rows(entry["symbol"], entry["brackets"]) for entry in entries}


def bracket_rows(name: str, entries: Iterable[Mapping[str, Any]]) -> tuple[BracketRow, ...]:
    """The rows of one table, each with the formula's cum, which must be the file's as well."""
    rows: list[BracketRow] = []
    before: Bracket | None = None
    for number, entry in enumerate(entries, start=1):
        floor, cap, rate, stated = (
            parse(str(entry[key]))
            for key in ("notionalFloor", "notionalCap", "maintMarginRatio", "cum")
        )
        cum = next_cum(before, floor, rate)
        if cum != stated or entry["bracket"] != number:
            raise Disagreement(f"{name}, bracket {number}: the formula's cum is {text_short(cum)}")
        before = Bracket(number, entry["initialLeverage"], floor, cap, rate, cum)
        figures = (text_short(value) for value in (floor, cap, rate, cum))
        rows.append(BracketRow(before.initial_leverage, *figures))
    return tuple(rows)


def table_owners(tables: Mapping[str, tuple[BracketRow, ...]]) -> dict[str, str]:
    """For each symbol the first one with an equal table."""
    return {
        name: next(other for other, candidate in tables.items() if candidate == table)
        for name, table in tables.items()
    }


# --- symbols


def symbol_row(
    entry: Mapping[str, Any], lean: Grid, premium: Mapping[str, Any], brackets: str
) -> SymbolRow:
    filters = {one["filterType"]: one for one in entry["filters"]}
    price, lot, market = (filters[k] for k in ("PRICE_FILTER", "LOT_SIZE", "MARKET_LOT_SIZE"))
    new_tick = lean.tick != parse(price["tickSize"])
    new_step = lean.step != parse(lot["stepSize"])
    told, told_source = told_of(entry, premium)
    start = round_half_up(parse(told["markPrice"]), lean.tick) * lean.tick
    own_source = {"lean:tick": new_tick, "lean:step": new_step}
    lean_sources = [name for name, own in own_source.items() if own]
    return SymbolRow(
        name=entry["symbol"],
        base_asset=entry["baseAsset"],
        quote_asset=entry["quoteAsset"],
        # The price precision never shrinks with the tick: the service's is often finer than it.
        price_precision=max(entry["pricePrecision"], decimals_of(lean.tick)),
        quantity_precision=decimals_of(lean.step) if new_step else entry["quantityPrecision"],
        tick_size=text_short(lean.tick),
        min_price=on_grid(price["minPrice"], lean.tick),
        max_price=short(price["maxPrice"]),
        step_size=text_short(lean.step),
        min_quantity=smallest(lot, lean.step, follow_down=new_step),
        max_quantity=short(lot["maxQty"]),
        market_step_size=text_short(lean.step) if new_step else short(market["stepSize"]),
        market_min_quantity=smallest(market, lean.step, follow_down=new_step),
        market_max_quantity=short(market["maxQty"]),
        min_notional=short(filters["MIN_NOTIONAL"]["notional"]),
        multiplier_up=short(filters["PERCENT_PRICE"]["multiplierUp"]),
        multiplier_down=short(filters["PERCENT_PRICE"]["multiplierDown"]),
        trigger_protect=short(entry["triggerProtect"]),
        liquidation_fee=short(entry["liquidationFee"]),
        market_take_bound=short(entry["marketTakeBound"]),
        start_price=text_short(start),
        onboard_time=entry["onboardDate"],
        underlying_type=entry["underlyingType"],
        underlying_sub_types=tuple(entry["underlyingSubType"]),
        brackets=brackets,
        funding_interval_hours=funding_interval(told),
        interest_rate=interest_of_eight_hours(told),
        source=" ".join(["info", *lean_sources, "tiers", told_source]),
    )


def told_of(entry: Mapping[str, Any], premium: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """The symbol's premium index, the USDT sibling's where there is none, and its source."""
    name, sibling = entry["symbol"], f"{entry['baseAsset']}USDT"
    found = name if name in premium else sibling
    return premium[found], "premium" if found == name else f"premium:{sibling}"


def short(figure: str) -> str:
    return text_short(parse(figure))


def on_grid(figure: str, step: int) -> str:
    return text_short(round_up(parse(figure), step) * step)


def smallest(lot: Mapping[str, str], step: int, *, follow_down: bool) -> str:
    """The minimum quantity: one step where it was one step, else the old one on the new grid."""
    if follow_down and parse(lot["minQty"]) == parse(lot["stepSize"]):
        return text_short(step)
    return on_grid(lot["minQty"], step)


# --- margin assets


def asset_rows(entries: Iterable[Mapping[str, Any]]) -> list[AssetRow]:
    """The decided margin assets, with the thresholds of exchangeInfo where it has them."""
    thresholds = {entry["asset"]: entry.get("autoAssetExchange") for entry in entries}
    return [asset_row(asset, thresholds.get(asset.name)) for asset in COLLATERAL]


def asset_row(asset: Collateral, threshold: str | None) -> AssetRow:
    return AssetRow(
        name=asset.name,
        index=asset.priced,
        bid_buffer=asset.buffer,
        ask_buffer=asset.buffer,
        auto_exchange_bid_buffer=asset.auto_exchange_buffer,
        auto_exchange_ask_buffer=asset.auto_exchange_buffer,
        auto_exchange_threshold=None if threshold is None else short(threshold),
        margin_available=True,
        insurance_fund=asset.insurance_fund,
        source="house" if threshold is None else "house info:threshold",
    )


# --- layout: one row a line, its cells under each other


def layout(
    assets: Sequence[AssetRow],
    symbols: Sequence[SymbolRow],
    tables: Mapping[str, Sequence[BracketRow]],
) -> bytes:
    members = (
        member("about", "[\n    " + ",\n    ".join(map(cell, ABOUT)) + "\n  ]"),
        member("sources", lines_of(SOURCES)),
        member("defaults", lines_of(DEFAULTS)),
        member("asset_columns", cell(AssetRow.__struct_fields__)),
        member("assets", table_text([cells_of(row) for row in assets])),
        member("symbol_columns", cell(SymbolRow.__struct_fields__)),
        member("symbols", table_text([cells_of(row) for row in symbols])),
        member("bracket_source", cell("tiers")),
        member("bracket_columns", cell(BracketRow.__struct_fields__)),
        member("brackets", bracket_text(tables)),
    )
    return ("{\n" + ",\n".join(members) + "\n}\n").encode()


def member(name: str, value: str) -> str:
    return f'  "{name}": {value}'


def lines_of(values: Mapping[str, Any]) -> str:
    return "{\n" + ",\n".join(f"    {cell(k)}: {cell(v)}" for k, v in values.items()) + "\n  }"


def bracket_text(tables: Mapping[str, Sequence[BracketRow]]) -> str:
    written = (
        f"    {cell(name)}: {table_text([cells_of(row) for row in rows], indent=6)}"
        for name, rows in tables.items()
    )
    return "{\n" + ",\n".join(written) + "\n  }"


def cells_of(row: AssetRow | SymbolRow | BracketRow) -> list[str]:
    return [cell(getattr(row, name)) for name in row.__struct_fields__]


def table_text(rows: Sequence[Sequence[str]], *, indent: int = 4) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (row_text(row, widths, " " * indent) for row in rows)
    return "[\n" + ",\n".join(lines) + "\n" + " " * (indent - 2) + "]"


def row_text(row: Sequence[str], widths: Sequence[int], margin: str) -> str:
    """One row; the comma follows its cell at once, and the last cell is not padded."""
    padded = [f"{text}, ".ljust(width + 2) for text, width in zip(row, widths, strict=True)]
    return f"{margin}[{''.join(padded[:-1])}{row[-1]}]"


def cell(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    main(sys.argv[1:])
