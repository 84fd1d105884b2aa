"""Handlers: account, balance and positionRisk as the first version of the API had them."""

from __future__ import annotations

from perpbox.api.account import every_position, figures_of_account, risk, row_figures
from perpbox.api.call import Call
from perpbox.api.shapes import account_v1 as shapes


def account(call: Call) -> object:
    """`GET /fapi/v1/account`: every symbol of the market, with or without a position."""
    figures = figures_of_account(call)
    assets = [shapes.asset(figures.assets[name]) for name in call.state.catalogue.assets]
    positions = [
        shapes.position(e, p, row_figures(call, e, p))
        for e, p in every_position(call, call.account)
    ]
    return shapes.account(call.account, figures.totals, assets, positions)


def balance(call: Call) -> object:
    """`GET /fapi/v1/balance`."""
    rows = figures_of_account(call).assets
    return [
        shapes.balance(call.account.account_id, rows[name]) for name in call.state.catalogue.assets
    ]


def position_risk(call: Call) -> object:
    """`GET /fapi/v1/positionRisk`: every symbol, flat ones too; the page knew no parameter."""
    return [
        shapes.position_risk(e, p, *risk(call, e, p)[:2])
        for e, p in every_position(call, call.account)
    ]
