"""What led to wallets and entry costs, in a world of traders: every row adds up."""

from __future__ import annotations

from typing import cast

import pytest

from perpbox.control import past
from perpbox.control.past import AccountPast
from perpbox.control.printed import printed
from perpbox.engine.events import AccountReset
from perpbox.engine.line import Line
from perpbox.journal.history import History
from perpbox.journal.memory_history import MemoryHistory
from perpbox.journal.retention import DAY, Retention
from perpbox.margin.account_explained import AccountExplained
from perpbox.margin.explanation import Figure, Node, told
from perpbox.money import text
from tests.property.test_explanations import all_of, check
from tests.simulation.world import World

STEPS = 1_200
EVERY = 100


def explained_of(world: World, account_id: int, history: History | None = None) -> AccountExplained:
    state = world.state
    return AccountExplained(
        state.accounts[account_id],
        state.catalogue,
        state.marks,
        state.asset_indexes,
        state.rates,
        AccountPast(history or world.journal.history, state, account_id),
        printed,
    )


def costs_of(explained: AccountExplained) -> list[Figure]:
    return [row.entry_cost() for row in explained.positions if row.position.quantity]


def wallets_of(explained: AccountExplained) -> dict[str, Node]:
    return {asset: told(explained.asset(asset)["walletBalance"]()) for asset in explained.assets}


def reset_by(line: Line) -> set[int]:
    return {event.account_id for event in line.events if isinstance(event, AccountReset)}


def test_every_row_of_a_world_adds_up() -> None:
    """With isolated positions, liquidations, funding, conversions, hedges and resets."""
    world, seen, reset = World(5), set[str](), set[int]()
    world.venue.listeners.append(lambda line: reset.update(reset_by(line)))
    world.open()
    for number in range(STEPS):
        world.step()
        if number % EVERY:
            continue
        for account_id, account in world.state.accounts.items():
            explained = explained_of(world, account_id)
            for asset, wallet in wallets_of(explained).items():
                earlier = wallet.inputs[1]
                began = text(account.opening_balances.get(asset, 0))
                # A reset wipes the rows; the wallet goes on from the opening balance.
                assert earlier.value == (began if account_id in reset else "0.00000000")
                seen |= {each.field for each in wallet.inputs[0].inputs}
                for node in all_of(wallet):
                    check(node)
            for cost in costs_of(explained):
                whole = told(cost)
                for node in all_of(whole):
                    check(node)
                    seen.add(node.field)
                    assert "not kept" not in node.formula
    assert reset
    assert {"TRANSFER", "REALIZED_PNL", "COMMISSION", "FUNDING_FEE", "costBefore"} <= seen


def test_all_fills_lead_to_the_opening(monkeypatch: pytest.MonkeyPatch) -> None:
    """With none left out every entry cost begins with nothing."""
    monkeypatch.setattr(past, "FILLS_SHOWN", 10_000)
    world = World(7)
    world.open()
    for _ in range(STEPS):
        world.step()
    closed = 0
    for account_id in world.state.accounts:
        for cost in costs_of(explained_of(world, account_id)):
            ends = [n for n in all_of(told(cost)) if n.field == "costBefore" and not n.inputs]
            assert [(node.value, node.formula) for node in ends] == [(f"0.{'0' * 16}", "0")]
            closed += sum(node.formula.startswith("cut16") for node in all_of(told(cost)))
    assert closed


def test_what_is_not_kept_is_a_remainder() -> None:
    world = World(5)
    world.open()
    for _ in range(STEPS):
        world.step()
    history = world.journal.history
    assert isinstance(history, MemoryHistory)
    history.give_up(Retention(history=0), world.state.now + DAY)
    lost = 0
    for account_id in world.state.accounts:
        explained = explained_of(world, account_id)
        for wallet in wallets_of(explained).values():
            income, earlier = wallet.inputs
            assert (income.value, income.formula) == ("0.00000000", "0")
            assert earlier.value == wallet.value
            assert "retention" in earlier.formula
        for cost in costs_of(explained):
            before, opened = told(cost).inputs
            assert (before.value, opened.formula) == (cost.value, "0")
            assert before.formula == "entry cost of fills that are not kept, less what was closed"
            lost += 1
    assert lost


def test_older_rows_are_a_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "ROWS_SHOWN", 1)
    world = World(5)
    world.open()
    for _ in range(STEPS):
        world.step()
    found = 0
    for account_id in world.state.accounts:
        for wallet in wallets_of(explained_of(world, account_id)).values():
            for node in all_of(wallet):
                check(node)
                found += node.field == "older.COMMISSION"
    assert found


class Unreadable:
    """A history that nobody may ask."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(name)


def test_the_past_is_read_only_as_deep_as_it_is_asked_for() -> None:
    world = World(5)
    world.open()
    explained = explained_of(world, 1, cast(History, Unreadable()))
    balance = explained.asset("USDT")["marginBalance"]
    assert told(balance(), 1).inputs[0].formula == "income + earlier"
    with pytest.raises(AssertionError, match=r"income"):
        told(balance(), 2)
