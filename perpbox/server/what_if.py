"""Answers what-if: an operator's steps on a trial venue, and a sweep of one price."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from perpbox.account import AccountId
from perpbox.api.desk import Desk
from perpbox.control import accounts, market, process
from perpbox.control.desk import Call as ControlCall
from perpbox.control.desk import Desk as ControlDesk
from perpbox.control.errors import Refused, refused_by_engine
from perpbox.control.requests import NewPrice
from perpbox.control.requests import price as price_of
from perpbox.control.what_if import Asked, Step, Sweep
from perpbox.engine.rejects import Rejected
from perpbox.margin.account import account_figures
from perpbox.money import Price, parse, text
from perpbox.server.trial import ACCOUNT, RISK, Trial, tried

ENDPOINTS: Final = {
    "order": "POST /fapi/v1/order",
    "algo_order": "POST /fapi/v1/algoOrder",
    "amend": "PUT /fapi/v1/order",
    "cancel": "DELETE /fapi/v1/order",
    "cancel_algo": "DELETE /fapi/v1/algoOrder",
    "cancel_all": "DELETE /fapi/v1/allOpenOrders",
    "leverage": "POST /fapi/v1/leverage",
    "margin_type": "POST /fapi/v1/marginType",
    "position_margin": "POST /fapi/v1/positionMargin",
    "position_mode": "POST /fapi/v1/positionSide/dual",
    "multi_assets": "POST /fapi/v1/multiAssetsMargin",
}
HUNDRED: Final = Decimal(100)
STEP: Final = Decimal("0.00000001")
NEAREST: Final = ("mark", "index", "last")


def answer(control: ControlDesk, desk: Desk, account_id: AccountId, asked: Asked) -> dict[str, Any]:
    """The account before and after the steps; what was refused, and what happened by itself."""
    trial = Trial(desk, account_id)
    own = msgspec.structs.replace(
        control, venue=trial.venue, clock=trial.clock, history=trial.journal.history
    )
    before = msgspec.Raw(trial.call(ACCOUNT, {}))
    steps = [_step(trial, own, step) for step in asked.steps]
    shown: dict[str, Any] = {
        "steps": steps,
        "before": before,
        "account": msgspec.Raw(trial.call(ACCOUNT, {})),
        "positionRisk": msgspec.Raw(trial.call(RISK, {})),
        "trace": trial.steps(),
        "time": trial.venue.now(),
    }
    if asked.sweep is not None:
        shown["sweep"] = _sweep(trial, asked.sweep)
    return shown


def _step(trial: Trial, desk: ControlDesk, step: Step) -> dict[str, Any]:
    kind = step.kind
    endpoint = ENDPOINTS.get(kind)
    said = msgspec.to_builtins(step)
    if endpoint is not None:
        sent = getattr(step, kind)
        return {"step": said, **tried(lambda: trial.call(endpoint, sent))}
    try:
        return {"step": said, "answer": _operate(trial, desk, step, kind)}
    except Rejected as rejected:
        refusal = refused_by_engine(rejected)
    except Refused as refused:
        refusal = refused
    return {"step": said, "refused": msgspec.json.decode(refusal.response.body)["error"]}


def _operate(trial: Trial, desk: ControlDesk, step: Step, kind: str) -> object:
    if kind == "transfer":
        body = msgspec.json.encode(step.transfer)
        return accounts.transfer(desk, ControlCall((str(trial.account_id),), body))
    if kind == "advance":
        return process.set_clock(
            desk, ControlCall((), msgspec.json.encode({"advance": step.advance}))
        )
    goals = {name: _goal(desk, name, figure) for name, figure in (step.prices or {}).items()}
    starts = {name: _prices(desk, name) for name in goals}
    shown: object = None
    for move in range(1, step.moves + 1):
        part = {
            name: {
                each: text(start[each] + (goal[each] - start[each]) * move // step.moves)
                for each in goal
            }
            for (name, goal), start in zip(goals.items(), starts.values(), strict=True)
        }
        shown = market.move_prices(desk, ControlCall((), msgspec.json.encode(part)))
    return shown


def _prices(desk: ControlDesk, name: str) -> dict[str, Price]:
    """What stands; an asset has an index price alone."""
    traded = desk.venue.state.markets.get(name)
    if traded is None:
        return {"index": desk.venue.state.asset_indexes[market.asset_of(desk.venue.state, name)]}
    return {"mark": traded.mark, "index": traded.index, "last": traded.last_price}


def _goal(desk: ControlDesk, name: str, figure: str | NewPrice) -> dict[str, Price]:
    """The prices that are wanted; a price by itself is all that there are."""
    standing = _prices(desk, name)
    if isinstance(figure, NewPrice):
        wanted = {each: getattr(figure, each) for each in NEAREST}
    else:
        traded = desk.venue.state.markets.get(name)
        by_formula = traded is not None and traded.by_formula
        wanted = {each: figure for each in standing if each != "mark" or not by_formula}
    unfit = [each for each, value in wanted.items() if value is not None and each not in standing]
    if unfit:
        raise Refused(400, "INVALID_REQUEST", f"{name} has an index price and nothing else.")
    return {
        each: moved(value, standing[each], f"The {each} price of {name}")
        for each, value in wanted.items()
        if value is not None
    }


def moved(figure: str, standing: Price, what: str) -> Price:
    """A price, or one so many percent from what stands, rounded down to 1e-8."""
    if not figure.endswith("%"):
        return price_of(figure, what)
    try:
        share = Decimal(figure[:-1])
        if not share.is_finite():
            raise InvalidOperation
        value = Decimal(text(standing)) * (HUNDRED + share) / HUNDRED
        price = parse(f"{value.quantize(STEP, ROUND_FLOOR):f}")
    except (InvalidOperation, ValueError):
        price = 0
    if price <= 0:
        raise Refused(400, "INVALID_PRICE", f"{what} is not above zero, or no percentage.")
    return price


def _sweep(trial: Trial, sweep: Sweep) -> list[dict[str, str]]:
    """The account's money at each mark price, as it is looked at before the venue acts.

    In single-asset mode that of the symbol's margin asset, in multi-assets mode USD.
    """
    state = trial.venue.state
    standing = state.marks[sweep.symbol]
    first, last = (
        moved(figure, standing, f"The price of {sweep.symbol}")
        for figure in (sweep.first, sweep.last)
    )
    account = state.accounts[trial.account_id]
    asset = state.markets[sweep.symbol].symbol.margin_asset
    rows = []
    for point in range(sweep.points):
        mark = first + (last - first) * point // (sweep.points - 1)
        marks = {**state.marks, sweep.symbol: mark}
        figures = account_figures(account, state.catalogue.assets.values(), marks, state.rates)
        shown = figures.totals if account.multi_assets else figures.assets[asset]
        rows.append(
            {
                "mark": text(mark),
                "marginBalance": text(shown.margin_balance),
                "maintMargin": text(shown.maint_margin),
                "unrealizedProfit": text(shown.unrealized_profit),
                "availableBalance": text(shown.available_balance),
            }
        )
    return rows
