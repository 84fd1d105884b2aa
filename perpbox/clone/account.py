"""An account as a command: what its rows say, and what follows from the figures that they show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from perpbox.account import BUY, SELL
from perpbox.audit.documents import Kind, asset_rows, totals_row
from perpbox.audit.figures import Row, Unreadable
from perpbox.audit.marks import prices_giving
from perpbox.clone.answers import ORDERS, Answers
from perpbox.clone.orders import orders_in, side_of, stand_ins
from perpbox.clone.prices import profit_name
from perpbox.engine.commands import (
    AdoptAccount,
    AdoptedExposure,
    AdoptedOrder,
    AdoptedPosition,
)
from perpbox.instrument import Catalogue, Symbol, initial_margin_rate
from perpbox.margin.account import TOTALS_ASSET
from perpbox.margin.position import (
    Rounding,
    open_order_initial_margin,
    position_initial_margin,
    unrealized_profit,
)
from perpbox.money import DECIMALS, SCALE, SQUARE, Amount, Price, Product, Quantity

SIGNIFICANT_DIGITS: Final = 13
"""Of an entry price, as it is printed."""
SPARE: Final = 2
"""Where no wallet is told, it is so many times what its positions need."""
HIGHEST: Final = 150
"""No symbol has more leverage."""


def account_in(
    answers: Answers, catalogue: Catalogue, marks: Mapping[str, Price], notes: list[str]
) -> AdoptAccount:
    """The account; `notes` gets what is guessed. Raises `Unreadable`."""
    exposures = []
    for name, symbol in catalogue.symbols.items():
        exposure = _exposure(name, symbol, answers, marks, notes)
        if exposure is not None:
            exposures.append(exposure)
    wallets = _wallets(answers)
    for asset, needed in _needed(exposures, catalogue, marks).items():
        if asset not in wallets:
            wallets[asset] = needed
            notes.append(
                f"the {asset} wallet: it is given {SPARE} times the margin that its positions need"
            )
    return AdoptAccount(
        name="a clone",
        wallets={asset: amount for asset, amount in wallets.items() if amount},
        exposures=exposures,
        hedge_mode=answers.hedge_mode,
        multi_assets=answers.known.multi_assets is True,
        fee_burn=answers.flag("feeBurn") is True,
    )


# Wallets


def _wallets(answers: Answers) -> dict[str, Amount]:
    """Of each asset what was told last; where USDT has no row, the totals of single-asset mode."""
    found: dict[str, Amount] = {}
    for document in answers.documents:
        if document.kind in {Kind.ACCOUNT, Kind.ASSETS, Kind.BALANCE}:
            rows = asset_rows(document)
            for row in rows:
                if row.has("walletBalance"):
                    found[row.text("asset")] = row.figure("walletBalance")
            if document.kind is Kind.ACCOUNT and not answers.known.multi_assets:
                totals = totals_row(document)
                if totals.has("walletBalance"):
                    found.setdefault(TOTALS_ASSET, totals.figure("walletBalance"))
    return found


def _needed(
    exposures: Sequence[AdoptedExposure], catalogue: Catalogue, marks: Mapping[str, Price]
) -> dict[str, Amount]:
    needed: dict[str, Amount] = {}
    for exposure in exposures:
        symbol = catalogue.symbols[exposure.symbol]
        mark = marks.get(exposure.symbol, symbol.start_price)
        rate = initial_margin_rate(exposure.leverage)
        for held in exposure.positions:
            entry = held.entry_cost // abs(held.quantity)
            margin = position_initial_margin(held.quantity, mark, rate)
            loss = -unrealized_profit(held.quantity, mark, entry)
            most = held.isolated_wallet or max(0, loss) + SPARE * margin
            needed[symbol.margin_asset] = needed.get(symbol.margin_asset, 0) + most
    return needed


# Symbols


def _exposure(
    name: str, symbol: Symbol, answers: Answers, marks: Mapping[str, Price], notes: list[str]
) -> AdoptedExposure | None:
    """What the account has in a symbol; None if nothing but what every new account has."""
    rows = [row for row in answers.known.positions if row.text("symbol") == name]
    asked = [row for row in answers.rows(ORDERS) if row.text("symbol") == name]
    isolated = _is_isolated(name, rows, answers)
    mark = marks.get(name, symbol.start_price)
    if name not in marks and any(row.figure_or("positionAmt", 0) for row in rows):
        notes.append(f"the mark price of {name}: it is the catalogue's first one")
    positions = [
        _position(row, mark, isolated=isolated, notes=notes)
        for row in rows
        if row.figure_or("positionAmt", 0)
    ]
    held = {position.position_side: position.quantity for position in positions}
    orders = list(orders_in(asked, held, notes))
    if not answers.tells(ORDERS):
        orders = list(stand_ins(rows, symbol, mark, held, notes))
    leverage = _leverage(name, rows, answers, mark, orders)
    if leverage is None:
        if positions or orders:
            notes.append(f"the leverage of {name}: it is given {symbol.default_leverage}")
        elif not isolated:
            return None
        leverage = symbol.default_leverage
    if leverage > symbol.max_leverage():
        notes.append(f"{name} has leverage {leverage}, which its brackets do not allow")
        leverage = symbol.max_leverage()
    is_new = not positions and not orders and not isolated
    if is_new and leverage == symbol.default_leverage:
        return None
    return AdoptedExposure(name, leverage, isolated, positions, orders)


def _is_isolated(name: str, rows: Sequence[Row], answers: Answers) -> bool:
    """By a margin type that is told, else by whether a position has a wallet of its own."""
    told = [row for row in answers.settings() if row.text("symbol") == name]
    for row in [*rows, *told]:
        flag = row.flag("isolated")
        if flag is not None:
            return flag
        if row.has("marginType"):
            return row.text("marginType").lower() == "isolated"
    return any(
        row.figure_or("isolatedWallet", 0) or row.figure_or("isolatedMargin", 0) for row in rows
    )


def _leverage(
    name: str,
    rows: Sequence[Row],
    answers: Answers,
    mark: Price,
    orders: Sequence[AdoptedOrder],
) -> int | None:
    """As it is told, else the lowest that gives the margins shown."""
    for row in rows:
        told = answers.known.leverage_of(row)
        if told is not None:
            return told
    if name in answers.known.leverage:
        return answers.known.leverage[name]
    for row in rows:
        for leverage in range(1, HIGHEST + 1):
            if _fits(row, mark, initial_margin_rate(leverage), orders):
                return leverage
    return None


def _fits(row: Row, mark: Price, rate: int, orders: Sequence[AdoptedOrder]) -> bool:
    """Whether a row's margins are those of this rate; a row without any fits none."""
    quantity: Quantity = row.figure_or("positionAmt", 0)
    ordered = row.figure_or("openOrderInitialMargin", 0)
    shown = row.figure_or("positionInitialMargin", row.figure_or("initialMargin", 0) - ordered)
    if quantity and shown:
        margins = {position_initial_margin(quantity, mark, rate, each) for each in Rounding}
        return min(abs(margin - shown) for margin in margins) <= 1
    if not ordered:
        return False
    buys, sells = (_ordered(row, name, side, orders) for name, side in _ORDERED)
    return open_order_initial_margin(quantity * mark, buys, sells, rate) == ordered


_ORDERED: Final = (("bidNotional", BUY), ("askNotional", SELL))


def _ordered(row: Row, name: str, side: int, orders: Sequence[AdoptedOrder]) -> Product:
    """The worth of opening orders of a side: as the row has it, else of the orders."""
    if row.has(name):
        return row.figure(name) * SCALE
    leg = row.text("positionSide") or "BOTH"
    return sum(
        order.price * order.quantity
        for order in orders
        if order.side == side and not order.reduce_only and order.position_side.value == leg
    )


# Positions


def _position(row: Row, mark: Price, *, isolated: bool, notes: list[str]) -> AdoptedPosition:
    quantity = row.figure("positionAmt")
    entry = _entry(row, quantity, mark, notes)
    entry_cost = _entry_cost(entry, quantity)
    return AdoptedPosition(
        side_of(row),
        quantity,
        entry_cost,
        _outlay(row, entry, quantity, entry_cost, notes),
        _isolated_wallet(row, quantity, mark, entry_cost) if isolated else 0,
    )


def _fraction(row: Row, name: str) -> Fraction:
    """The field with all its digits."""
    text = row.text(name)
    try:
        row.figure(name)
        return Fraction(text)
    except ValueError as error:
        raise Unreadable(f"{row.source}: {row.place(name)}: {text!r} is not a number") from error


def _entry(row: Row, quantity: Quantity, mark: Price, notes: list[str]) -> Fraction:
    """As it is printed, else what the profit shown makes of it, else the mark price."""
    if row.has("entryPrice") and row.figure("entryPrice") > 0:
        return _fraction(row, "entryPrice")
    profit = profit_name(row)
    gained = prices_giving(quantity, row.figure(profit)) if row.has(profit) else None
    leg = f"{row.text('symbol')} {side_of(row).value}"
    if gained is None or mark <= gained[0]:
        notes.append(f"the entry price of {leg}: it is given the mark price")
        return Fraction(mark, SCALE)
    notes.append(f"the last digits of the entry price of {leg}, which follows from its profit")
    return Fraction(mark - gained[0], SCALE)


def _entry_cost(entry: Fraction, quantity: Quantity) -> Product:
    """The least cost whose average is printed so."""
    whole_digits = len(str(entry.numerator // entry.denominator)) if entry >= 1 else 0
    shift: int = 10 ** max(0, SIGNIFICANT_DIGITS - whole_digits - DECIMALS)
    # The printed price is the nearest double of a cut decimal: half a unit more cannot cross one.
    shown = (entry * SCALE * shift + Fraction(1, 1000)) // 1
    return -(-shown * abs(quantity) // shift)


def _outlay(
    row: Row, entry: Fraction, quantity: Quantity, entry_cost: Product, notes: list[str]
) -> int:
    """What was paid with commission inside, so that the break-even price is printed so."""
    direction = 1 if quantity > 0 else -1
    at_entry = direction * entry_cost * SCALE
    if not row.has("breakEvenPrice"):
        leg = f"{row.text('symbol')} {side_of(row).value}"
        notes.append(f"the commission inside the break-even price of {leg}")
        return at_entry
    beyond = Fraction(float(_fraction(row, "breakEvenPrice"))) - Fraction(float(entry))
    return at_entry + round(beyond * quantity * SQUARE)


def _isolated_wallet(row: Row, quantity: Quantity, mark: Price, entry_cost: Product) -> Amount:
    if row.has("isolatedWallet"):
        return row.figure("isolatedWallet")
    profit = unrealized_profit(quantity, mark, entry_cost // abs(quantity))
    return row.figure_or("isolatedMargin", 0) - row.figure_or(profit_name(row), profit)
