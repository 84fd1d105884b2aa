"""Accounts made up whole: any wallets, positions and orders, whether a venue would lead there."""

from __future__ import annotations

from hypothesis import strategies as st

from perpbox.account import (
    HEDGE,
    ONE_WAY,
    Account,
    Balance,
    Exposure,
    Order,
    OrderType,
    Position,
    PositionSide,
    SelfTradePrevention,
    TimeInForce,
)
from perpbox.instrument import Symbol
from perpbox.money import Price
from tests.property.naive_world import Scene
from tests.worlds import CATALOGUE

WALLETS = st.integers(-(10**12), 10**14) | st.sampled_from((0, 1, -1, 10**8))


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """An account in any mode, with prices that need not lie on a grid."""
    account = Account(1, "alice", 0)
    account.hedge_mode = draw(st.booleans())
    account.multi_assets = draw(st.booleans())
    for name in CATALOGUE.assets:
        if draw(st.booleans()):
            account.balances[name] = Balance(draw(WALLETS), draw(st.integers(0, 9)))
    marks = {}
    for name, symbol in CATALOGUE.symbols.items():
        marks[name] = draw(prices_near(symbol.start_price))
        if draw(st.booleans()):
            exposure = draw(exposures(account, symbol, marks[name]))
            account.exposures[name] = exposure
            if exposure.is_active:
                account.active[name] = exposure
    indexes = {
        name: draw(prices_near(asset.start_index_price)) for name, asset in CATALOGUE.assets.items()
    }
    return Scene(CATALOGUE, account, marks, indexes)


def prices_near(price: Price) -> st.SearchStrategy[Price]:
    return st.integers(price // 2, 2 * price) | st.just(price)


@st.composite
def exposures(draw: st.DrawFn, account: Account, symbol: Symbol, mark: Price) -> Exposure:
    exposure = Exposure(symbol, draw(st.integers(1, symbol.max_leverage())))
    exposure.isolated = not account.multi_assets and draw(st.booleans())
    for leg in HEDGE if account.hedge_mode else ONE_WAY:
        position = exposure.positions[leg] = Position(leg)
        if draw(st.booleans()):
            hold(draw, exposure, position, mark)
        for _ in range(draw(st.integers(0, 3))):
            stand(draw, exposure, position, mark)
    return exposure


def hold(draw: st.DrawFn, exposure: Exposure, position: Position, mark: Price) -> None:
    """A position of any size up to the last bracket, at an entry price that need not end."""
    symbol = exposure.symbol
    most = max(1, symbol.brackets[-1].cap * 10**8 // mark // symbol.step_size)
    steps = draw(st.integers(1, most) | st.integers(1, min(most, 10_000)))
    sides = {PositionSide.LONG: (1,), PositionSide.SHORT: (-1,)}
    sign = draw(st.sampled_from(sides.get(position.position_side, (1, -1))))
    position.quantity = sign * steps * symbol.step_size
    entry = draw(prices_near(mark))
    position.entry_cost = abs(position.quantity) * entry + draw(st.integers(0, 10**7))
    commission = draw(st.integers(-(10**5), 10**6))
    position.outlay = (sign * 10**8 + commission) * position.entry_cost
    position.updated = draw(st.integers(0, 9))
    if exposure.isolated:
        value = abs(position.quantity) * mark // 10**8
        position.isolated_wallet = draw(st.integers(0, value))


def stand(draw: st.DrawFn, exposure: Exposure, position: Position, mark: Price) -> None:
    """An open order of the leg, partly filled perhaps, counted into the leg's sums."""
    symbol = exposure.symbol
    quantity = draw(st.integers(1, 10**6)) * symbol.step_size
    number = len(exposure.orders) + 1
    order = Order(
        order_id=number,
        account_id=1,
        symbol=symbol.name,
        client_order_id=str(number),
        side=draw(st.sampled_from((1, -1))),
        position_side=position.position_side,
        order_type=OrderType.LIMIT,
        time_in_force=TimeInForce.GTC,
        price=draw(prices_near(mark)),
        quantity=quantity,
        reduce_only=not position.position_side.value.startswith(("L", "S")) and draw(st.booleans()),
        self_trade_prevention=SelfTradePrevention.EXPIRE_MAKER,
        created=0,
        updated=0,
        priority=number,
        executed=draw(st.integers(0, quantity // symbol.step_size - 1)) * symbol.step_size,
    )
    exposure.orders[number] = order
    position.order_count += 1
    if order.reduce_only:
        return
    if order.side > 0:
        position.buy_quantity += order.remaining
        position.buy_notional += order.remaining * order.price
    else:
        position.sell_quantity += order.remaining
        position.sell_notional += order.remaining * order.price
