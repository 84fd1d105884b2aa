"""Handlers: what an account holds and how it is set."""

from __future__ import annotations

import msgspec

from perpbox.account import HEDGE, ONE_WAY, Account, Exposure, Position, PositionFigures
from perpbox.api.adl import quantile_of
from perpbox.api.call import Call
from perpbox.api.desk import Written
from perpbox.api.shapes import account as shapes
from perpbox.api.shapes import market as market_shapes
from perpbox.engine.fees import commission_rates
from perpbox.margin.account import AccountFigures, account_figures, asset_figures
from perpbox.margin.liquidation_price import of_cross, of_isolated
from perpbox.margin.position import figures_of
from perpbox.money import Price

ALIAS_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
ALIAS_LENGTH = 16
ANSWERS_KEPT = 4096
"""Accounts whose last answer is kept in memory."""


def figures_of_account(call: Call) -> AccountFigures:
    state = call.state
    assets = state.catalogue.assets.values()
    return account_figures(call.account, assets, state.marks, state.rates)


def account_v3(call: Call) -> bytes:
    """`GET /fapi/v3/account`: written again only when account or prices have changed."""
    account, state, desk = call.account, call.state, call.desk
    kept = desk.written.get(account.account_id)
    if kept is not None and kept.version == account.version:
        if kept.prices_version == state.prices_version:
            return kept.body
        if not account.multi_assets:
            # Prices have moved, but perhaps none that this account's figures are made of.
            asset_figures(account, state.marks)
            if kept.counts == account.counts:
                kept.prices_version = state.prices_version
                return kept.body
    body = shapes.account_v3(account, figures_of_account(call), state.catalogue.assets.values())
    if len(desk.written) >= ANSWERS_KEPT:
        desk.written.clear()
    desk.written[account.account_id] = Written(
        account.version, state.prices_version, account.counts, body
    )
    return body


def account_v2(call: Call) -> object:
    """`GET /fapi/v2/account`: every symbol of the market, with or without a position."""
    account, state = call.account, call.state
    figures = figures_of_account(call)
    rows = [
        shapes.position_v2(e, p, row_figures(call, e, p)) for e, p in every_position(call, account)
    ]
    totals = msgspec.json.decode(f"{{{shapes.totals_v3(figures.totals)}}}")
    assets = state.catalogue.assets.values()
    return {
        **shapes.account_v2_head(account),
        **totals,
        "assets": [shapes.asset_v2(figures.assets[a.name], a) for a in assets],
        "positions": rows,
    }


def row_figures(call: Call, exposure: Exposure, position: Position) -> PositionFigures:
    return figures_of(exposure, position, call.state.marks[exposure.symbol.name])


def every_position(call: Call, account: Account) -> list[tuple[Exposure, Position]]:
    sides = HEDGE if account.hedge_mode else ONE_WAY
    exposures = [account.exposure(s) for s in call.state.catalogue.symbols.values()]
    return [(e, e.position(side)) for e in exposures for side in sides]


def balances(call: Call) -> object:
    """`GET /fapi/v2/balance` and `/fapi/v3/balance`: the same shape."""
    figures = figures_of_account(call)
    alias = account_alias(call.account)
    assets = call.state.catalogue.assets.values()
    return [shapes.balance(figures.assets[a.name], a, alias) for a in assets]


def account_alias(account: Account) -> str:
    """A code of its own for every account, the same at every start."""
    number = account.account_id * 2_654_435_761 + 97
    digits = []
    for place in range(ALIAS_LENGTH):
        number, digit = divmod(number * 31 + place, len(ALIAS_DIGITS))
        digits.append(ALIAS_DIGITS[digit])
        number += account.account_id
    return "".join(digits)


def position_risk_v3(call: Call) -> object:
    """`GET /fapi/v3/positionRisk`: symbols with a position or an open order."""
    name = _asked_symbol(call)
    return [
        shapes.risk_v3(e, p, *risk(call, e, p))
        for e, p in shapes.shown_positions(call.account)
        if name is None or e.symbol.name == name
    ]


def position_risk_v2(call: Call) -> object:
    """`GET /fapi/v2/positionRisk`: every symbol, flat ones too."""
    name = _asked_symbol(call)
    return [
        shapes.risk_v2(e, p, *risk(call, e, p))
        for e, p in every_position(call, call.account)
        if name is None or e.symbol.name == name
    ]


def _asked_symbol(call: Call) -> str | None:
    name = call.params.optional("symbol")
    if name is not None:
        call.market_of(name)
    return name


def risk(call: Call, exposure: Exposure, position: Position) -> tuple[PositionFigures, Price, int]:
    """Figures, liquidation price and place in the queue of auto-deleveraging."""
    return (
        row_figures(call, exposure, position),
        _liquidation(call, exposure, position),
        quantile_of(call, exposure, position.position_side),
    )


def _liquidation(call: Call, exposure: Exposure, position: Position) -> Price:
    """Liquidation price of the row, 0 without a position."""
    if not position.quantity:
        return 0
    state = call.state
    if exposure.isolated:
        return of_isolated(exposure, position, state.marks[exposure.symbol.name])
    return of_cross(call.account, exposure, state.marks, state.rates)


def account_config(call: Call) -> object:
    return shapes.account_config(call.account)


def symbol_config(call: Call) -> object:
    name = _asked_symbol(call)
    symbols = call.state.catalogue.symbols.values()
    exposures = [call.account.exposure(s) for s in symbols if name is None or s.name == name]
    return [shapes.symbol_config(exposure) for exposure in exposures]


def leverage_bracket(call: Call) -> object:
    """An object where a symbol was sent, else a list."""
    name = _asked_symbol(call)
    symbols = call.state.catalogue.symbols
    if name is not None:
        return market_shapes.leverage_bracket(symbols[name])
    return [market_shapes.leverage_bracket(symbol) for symbol in symbols.values()]


def commission_rate(call: Call) -> object:
    symbol = call.symbol()
    return market_shapes.commission_rate(symbol, commission_rates(call.state, call.account, symbol))


def position_mode(call: Call) -> object:
    return {"dualSidePosition": call.account.hedge_mode}


def asset_mode(call: Call) -> object:
    return {"multiAssetsMargin": call.account.multi_assets}


def fee_burn(call: Call) -> object:
    return {"feeBurn": call.account.fee_burn}


def order_rate_limits(call: Call) -> object:
    """`GET /fapi/v1/rateLimit/order`."""
    limits = market_shapes.rate_limits()
    return [limits[2], limits[1]]
