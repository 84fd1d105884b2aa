"""Whatever is asked in whatever order, the venue stays whole: a state machine of invented traders.

After every turn: money sums to zero, longs are shorts, the book is uncrossed, the sums kept beside
orders and positions are those of the orders and positions, the events alone lead to the same state,
a snapshot gives it back, and a refusal leaves no trace. Figures are read now and then only, so that
what is kept from one read to the next is tried across many turns, and then compared with figures
computed from nothing and with the naive model.
"""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from perpbox.engine import commands as ask
from perpbox.engine.rejects import Rejected
from perpbox.engine.standing import next_expiry
from perpbox.money import parse
from tests.engine.rig import Rig
from tests.property import traders
from tests.property.naive_world import Scene, both_models_agree

PURSES = st.sampled_from(("0", "50", "1000", "100000", "5000000"))


class Traders(RuleBasedStateMachine):
    """Three accounts, four symbols, one operator."""

    def __init__(self) -> None:
        super().__init__()
        self.rig = Rig(read_each_turn=False)

    def ask_for(self, command: ask.Command | None) -> None:
        if command is None:
            return
        try:
            self.rig.submit(command)
        except Rejected:
            return

    @initialize(data=st.data())
    def accounts_open(self, data: st.DataObject) -> None:
        for name in ("alice", "bob", "carol"):
            purses = {asset: parse(data.draw(PURSES)) for asset in ("USDT", "USDC", "BNB")}
            self.ask_for(ask.OpenAccount(name, purses))
        for account_id in (1, 2, 3):
            if data.draw(st.booleans()):
                self.ask_for(ask.SetPositionMode(account_id, True))
            if data.draw(st.booleans()):
                self.ask_for(ask.SetAssetMode(account_id, True))
            elif data.draw(st.booleans()):
                for name in self.rig.state.markets:
                    self.ask_for(ask.SetMarginType(account_id, name, True))

    @rule(data=st.data())
    def limit_order(self, data: st.DataObject) -> None:
        self.ask_for(data.draw(traders.limit_orders(self.rig.state)))

    @rule(data=st.data())
    def another_limit_order(self, data: st.DataObject) -> None:
        self.limit_order(data)

    @rule(data=st.data())
    def market_order(self, data: st.DataObject) -> None:
        self.ask_for(data.draw(traders.market_orders(self.rig.state)))

    @rule(data=st.data())
    def closing_order(self, data: st.DataObject) -> None:
        self.ask_for(data.draw(traders.closing_orders(self.rig.state)))

    @rule(data=st.data())
    def amend(self, data: st.DataObject) -> None:
        self.ask_for(data.draw(traders.amendments(self.rig.state)))

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        self.ask_for(data.draw(traders.cancellations(self.rig.state)))

    @rule(data=st.data())
    def prices_move(self, data: st.DataObject) -> None:
        self.ask_for(data.draw(traders.price_moves(self.rig.state)))

    @rule(data=st.data())
    def operator_quotes(self, data: st.DataObject) -> None:
        self.ask_for(data.draw(traders.quotes(self.rig.state)))

    @rule(data=st.data())
    def isolated_margin(self, data: st.DataObject) -> None:
        self.ask_for(data.draw(traders.margin_changes(self.rig.state)))

    @rule(command=traders.settings_changes())
    def setting(self, command: ask.Command) -> None:
        self.ask_for(command)

    @rule(command=traders.transfers())
    def transfer(self, command: ask.Transfer) -> None:
        self.ask_for(command)

    @rule(account_id=traders.ACCOUNTS, closes=st.integers(0, 5))
    def account_starts_anew(self, account_id: int, closes: int) -> None:
        one = ask.CloseAccount(account_id) if closes == 0 else ask.ResetAccount(account_id)
        self.ask_for(one)

    @rule(to_the_next_expiry=st.booleans())
    def time_passes(self, to_the_next_expiry: bool) -> None:
        due = next_expiry(self.rig.state)
        if to_the_next_expiry and due is not None:
            self.rig.now = max(self.rig.now, due)
        self.ask_for(ask.Tick())

    @rule(account_id=traders.ACCOUNTS)
    def somebody_reads_an_account(self, account_id: int) -> None:
        state = self.rig.state
        account = state.accounts.get(account_id)
        if account is not None:
            both_models_agree(Scene(state.catalogue, account, state.marks, state.asset_indexes))

    def teardown(self) -> None:
        self.rig.read()
        for account_id in self.rig.state.accounts:
            self.somebody_reads_an_account(account_id)


TestTraders = pytest.mark.fuzz(Traders.TestCase)
