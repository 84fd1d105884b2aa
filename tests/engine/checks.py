"""What a line of a table that begins with `check` can ask for, and where each figure comes from.

check alice USDT wallet 10000 available 9000        an asset row
check alice totals wallet 10000                     the head of the account answer
check alice BTCUSDT [long] amount 0.1 entry 50000   a position
check alice order o1 executed 0.1 status NEW        an open order
check alice orders o1 o2                            all open orders, oldest first; or `none`
check alice settings BTCUSDT leverage 20            leverage and margin type
check alice modes position hedge assets multi       the account's two modes
check BTCUSDT bid 49999.9 ask 50000.1               a market, clients and house together
check house USDT fees 2.5 clearing -10              the house's own accounts
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from perpbox.account import Account, Exposure, House, Position, PositionSide
from perpbox.engine.market import Market
from perpbox.engine.state import State
from perpbox.margin import isolated, liquidation_price
from perpbox.margin.account import account_figures, asset_figures
from perpbox.margin.position import figures_of
from perpbox.money import SCALE, Price, cut, text_short

Words = list[str]
Found = tuple[str, str, str]
"""Field, what is wanted, what is."""


def found(state: State, ids: dict[str, int], words: Words) -> Iterator[Found]:
    """What each field of a check is."""
    subject, *rest = words
    if subject in state.catalogue.symbols:
        market = state.markets[subject]
        yield from _fields(rest, lambda field: _market(market, field))
    elif subject == "house":
        yield from _fields(rest[1:], lambda field: _house(state, rest[0], field))
    elif subject in ids and ids[subject] not in state.accounts:
        yield "account", rest[0], "gone"
    else:
        yield from _account(state, state.accounts[ids[subject]], rest)


def _fields(words: Words, value: Callable[[str], Any]) -> Iterator[Found]:
    if len(words) % 2:
        raise ValueError(f"a field without a value: {words[-1]}")
    for field, wanted in zip(words[::2], words[1::2], strict=True):
        is_now = value(field)
        yield field, wanted, text_short(is_now) if isinstance(is_now, int) else is_now


def _account(state: State, account: Account, words: Words) -> Iterator[Found]:
    what, *rest = words
    if what in state.catalogue.assets:
        figures = account_figures(
            account, state.catalogue.assets.values(), state.marks, state.rates
        )
        row = figures.assets[what]
        yield from _fields(rest, lambda field: getattr(row, FIELDS[field]))
    elif what == "totals":
        totals = account_figures(account, (), state.marks, state.rates).totals
        yield from _fields(rest, lambda field: getattr(totals, FIELDS[field]))
    elif what == "settings":
        exposure = account.exposure(state.catalogue.symbols[rest[0]])
        margin = "isolated" if exposure.isolated else "cross"
        values = {"leverage": str(exposure.leverage), "margin": margin}
        yield from _fields(rest[1:], lambda field: values[field])
    elif what == "modes":
        modes = {"position": "hedge" if account.hedge_mode else "one-way"}
        modes["assets"] = "multi" if account.multi_assets else "single"
        yield from _fields(rest, lambda field: modes[field])
    elif what == "orders":
        mine = [o for o in state.orders.values() if o.account_id == account.account_id]
        names = " ".join(o.client_order_id for o in mine) or "none"
        yield "orders", " ".join(rest), names
    elif what == "order":
        mine = [o for o in state.orders.values() if o.account_id == account.account_id]
        order = next(o for o in mine if o.client_order_id == rest[0])
        yield from _fields(rest[1:], lambda field: _plain(getattr(order, field)))
    else:
        yield from _position(state, account, what, rest)


def _plain(value: Any) -> Any:
    return value.name if hasattr(value, "name") else value


def _position(state: State, account: Account, symbol: str, words: Words) -> Iterator[Found]:
    leg = PositionSide.BOTH
    if words[0] in {"long", "short"}:
        leg = PositionSide[words[0].upper()]
        words = words[1:]
    exposure = account.exposure(state.catalogue.symbols[symbol])
    position = exposure.position(leg)
    held = Held(state, account, exposure, position)
    yield from _fields(words, lambda field: POSITION[field](held))


def _market(market: Market, field: str) -> int:
    best = {"bid": 1, "ask": -1}
    if field in best:
        return market.best_price(best[field])
    if field == "house":
        return market.house_quantity
    names = {"last": "last_price", "rate": "last_funding_rate", "next-funding": "next_funding"}
    if field == "premium":
        return market.premium.value
    return int(getattr(market, names.get(field, field)))


def _house(state: State, asset: str, field: str) -> int:
    return state.house.get((House[field.upper()], asset), 0)


FIELDS: Final = {
    "wallet": "wallet_balance",
    "profit": "unrealized_profit",
    "margin-balance": "margin_balance",
    "maint": "maint_margin",
    "initial": "initial_margin",
    "position-initial": "position_initial_margin",
    "order-initial": "open_order_initial_margin",
    "cross-wallet": "cross_wallet_balance",
    "cross-profit": "cross_unrealized_profit",
    "available": "available_balance",
    "withdrawable": "max_withdraw_amount",
}
"""Fields of an asset row and of the totals."""


class Held(NamedTuple):
    """A position with all that its figures depend on."""

    state: State
    account: Account
    exposure: Exposure
    position: Position

    @property
    def mark(self) -> Price:
        return self.state.marks[self.exposure.symbol.name]


def _figure(name: str) -> Callable[[Held], int]:
    return lambda held: int(getattr(figures_of(held.exposure, held.position, held.mark), name))


def _liquidation(held: Held) -> int:
    if held.exposure.isolated:
        return liquidation_price.of_isolated(held.exposure, held.position, held.mark)
    state = held.state
    return liquidation_price.of_cross(held.account, held.exposure, state.marks, state.rates)


def _addable(held: Held) -> int:
    rows = asset_figures(held.account, held.state.marks)
    return isolated.max_addable(rows[held.exposure.symbol.margin_asset])


def _break_even(held: Held) -> int:
    quantity = held.position.quantity
    if not quantity:
        return 0
    return cut(held.position.outlay * (1 if quantity > 0 else -1), abs(quantity) * SCALE)


POSITION: Final[dict[str, Callable[[Held], Any]]] = {
    "amount": lambda held: held.position.quantity,
    "entry": lambda held: held.position.entry_price,
    "break-even": _break_even,
    "realized": lambda held: held.position.realized_profit,
    "isolated-wallet": lambda held: held.position.isolated_wallet,
    "notional": _figure("notional"),
    "profit": _figure("unrealized_profit"),
    "initial": _figure("initial_margin"),
    "position-initial": _figure("position_initial_margin"),
    "order-initial": _figure("open_order_initial_margin"),
    "maint": _figure("maint_margin"),
    "liquidation": _liquidation,
    "addable": _addable,
    "removable": lambda held: isolated.max_removable(held.exposure, held.position, held.mark),
    "row": lambda held: "shown" if held.position.is_shown else "hidden",
}
"""Fields of a position."""
