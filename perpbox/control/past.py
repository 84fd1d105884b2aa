"""What led to a wallet and to an entry cost: the income rows and fills of the history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from perpbox.account import AccountId, PositionSide
from perpbox.engine.state import State
from perpbox.journal.history import History
from perpbox.journal.records import IncomeRecord, TradeRecord, Window
from perpbox.margin import evidence
from perpbox.margin.explanation import EXACT, Figure, leaf, product_text, said, total
from perpbox.money import Amount, Product, Quantity, text_short

MOST_READ: Final = 20_000
"""Newest rows of an account's income, and of its fills in a symbol: they are read in some 40 ms."""
ROWS_SHOWN: Final = 10
"""Newest income rows of each type."""
FILLS_SHOWN: Final = 20
"""Newest fills of a position."""
CUT_LONG: Final = "cut16: toward zero at the sixteenth decimal"


class Fill(NamedTuple):
    """A fill of a leg, and how much of it closed what was held before."""

    row: TradeRecord
    held: Quantity
    """Before it, without sign."""
    closed: Quantity

    @property
    def name(self) -> str:
        """An account that trades with itself has both sides of one trade."""
        return f"{self.row.trade_id}{'.maker' if self.row.is_maker else ''}"

    @property
    def opened(self) -> Quantity:
        return self.row.quantity - self.closed

    @property
    def begins(self) -> bool:
        """Whether nothing of the position is older."""
        return self.held == self.closed and self.opened > 0

    def cost_after(self, cost: Product) -> Product:
        """Entry cost after it, of the cost before it."""
        left = cost * (self.held - self.closed) // self.held if self.held else 0
        return left + self.row.price * self.opened


class AccountPast:
    """As of the moment at which it is made: what comes later is passed over."""

    def __init__(self, history: History, state: State, account_id: AccountId) -> None:
        self._history = history
        self._account_id = account_id
        self._next_transaction = state.next_transaction_id
        self._next_trade = state.next_trade_id
        self._rows: list[IncomeRecord] | None = None

    def wallet(self, asset: str, value: Amount) -> Callable[[], Iterable[Figure]]:
        def read() -> Iterable[Figure]:
            rows = [row for row in self._income() if row.asset == asset]
            income = sum(row.amount for row in rows)
            types = dict.fromkeys(row.income_type.value for row in rows)
            parts = [
                _of_type(name, [row for row in rows if row.income_type.value == name])
                for name in types
            ]
            origin = (
                "held before the oldest income row that is read: retention gives rows up,"
                f" a reset wipes them, and of more than {MOST_READ} the newest are read"
            )
            return (
                total("income", income, parts, evidence.WALLET),
                leaf("earlier", value - income, origin, evidence.REMAINDER),
            )

        return read

    def _income(self) -> list[IncomeRecord]:
        if self._rows is None:
            window = Window(limit=MOST_READ, newest=True)
            rows = self._history.income(self._account_id, window)
            self._rows = [row for row in rows if row.transaction_id < self._next_transaction]
        return self._rows

    def entry_cost(
        self, symbol: str, leg: PositionSide, quantity: Quantity, cost: Product
    ) -> Callable[[], Iterable[Figure]]:
        def read() -> Iterable[Figure]:
            fills = self._fills(symbol, leg, quantity)
            return _made_of(fills, _costs(fills, cost), cost, FILLS_SHOWN)

        return read

    def _fills(self, symbol: str, leg: PositionSide, quantity: Quantity) -> list[Fill]:
        """The fills since the position opened, oldest first, as far as they are kept."""
        window = Window(limit=MOST_READ, newest=True)
        rows = self._history.trades(self._account_id, symbol, window)
        fills: list[Fill] = []
        for row in reversed(rows):
            if row.position_side is not leg or row.trade_id >= self._next_trade or not quantity:
                continue
            before = quantity - row.side * row.quantity
            closed = min(row.quantity, abs(before)) if before * row.side < 0 else 0
            fills.append(Fill(row, abs(before), closed))
            if fills[-1].begins:
                break
            quantity = before
        return fills[::-1]


def _of_type(name: str, rows: list[IncomeRecord]) -> Figure:
    """The newest rows one by one, and what is older as a sum."""
    shown, older = rows[-ROWS_SHOWN:], rows[:-ROWS_SHOWN]
    parts = [_of_row(row) for row in reversed(shown)]
    if older:
        amount = sum(row.amount for row in older)
        parts.append(leaf(f"older.{name}", amount, f"sum of {len(older)} older rows", evidence.ROW))
    return total(name, sum(row.amount for row in rows), parts, evidence.OF_TYPE)


def _of_row(row: IncomeRecord) -> Figure:
    origin = f"income row at {row.time}"
    if row.symbol:
        origin += f", {row.symbol}"
    if row.trade_id:
        origin += f", trade {row.trade_id}"
    return leaf(f"row.{row.transaction_id}", row.amount, origin, evidence.ROW)


def _costs(fills: list[Fill], cost: Product) -> list[Product]:
    """Entry cost after each fill; none where the fills do not lead to what the position has."""
    if not fills or not fills[0].begins:
        return []
    costs, last = [], 0
    for fill in fills:
        last = fill.cost_after(last)
        costs.append(last)
    return costs if last == cost else []


def _made_of(
    fills: list[Fill], costs: list[Product], cost: Product, budget: int
) -> Iterable[Figure]:
    """`costBefore + opened`: the fills since the last that closed, and the cost before them."""
    first = len(fills)
    while first and budget and (not fills[first - 1].closed or fills[first - 1].begins):
        first -= 1
        budget -= 1
        if fills[first].begins:
            break
    opening = fills[first:]
    opened = sum(fill.row.price * fill.opened for fill in opening)
    formula = " + ".join(f"price.{fill.name} * quantity.{fill.name}" for fill in opening)
    return (
        _cost_before(fills[:first], costs[:first], cost - opened, budget, opening),
        Figure(
            "opened",
            product_text(opened),
            formula or "0",
            EXACT,
            evidence.ENTRY_COST,
            lambda: _terms(opening),
        ),
    )


def _terms(fills: list[Fill]) -> Iterator[Figure]:
    for fill in fills:
        origin = f"fill at {fill.row.time} of order {fill.row.order_id}"
        rest = f", less {text_short(fill.closed)} that closed" if fill.closed else ""
        yield leaf(f"price.{fill.name}", fill.row.price, origin, evidence.ROW)
        yield leaf(f"quantity.{fill.name}", fill.opened, origin + rest, evidence.ROW)


def _cost_before(
    fills: list[Fill], costs: list[Product], cost: Product, budget: int, later: list[Fill]
) -> Figure:
    field, value = "costBefore", product_text(cost)
    if later and later[0].begins and not cost:
        return Figure(field, value, "0", EXACT, evidence.ENTRY_COST)
    if not budget or len(costs) < 2:  # noqa: PLR2004
        kept = f"of {len(fills)} older fills" if costs else "of fills that are not kept"
        return said(field, value, f"entry cost {kept}, less what was closed", evidence.REMAINDER)
    last, before = fills[-1], costs[-2]
    formula = "cut16(entryCost * (held - closed) / held)"

    def inputs() -> Iterable[Figure]:
        origin = f"fill {last.name} at {last.row.time} of order {last.row.order_id}"
        return (
            Figure(
                "entryCost",
                product_text(before),
                "costBefore + opened",
                EXACT,
                evidence.ENTRY_COST,
                lambda: _made_of(fills[:-1], costs[:-1], before, budget - 1),
            ),
            leaf("held", last.held, f"before {origin}", evidence.ROW),
            leaf("closed", last.closed, origin, evidence.ROW),
        )

    return Figure(field, value, formula, CUT_LONG, evidence.ENTRY_COST, inputs)
