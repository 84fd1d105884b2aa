"""What a person would look for in an old journal, whatever shape later versions give the state."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from perpbox.engine.state import State
from perpbox.journal import Journal, KeyStore, Window, open_journal, recover
from perpbox.journal.verification import verify_journal
from perpbox.money import text
from tests.journal.story import BTC, ETH

ALL = Window(limit=1_000_000)


class AccountFound(Struct):
    """An account as it stands, and how much of a past it has."""

    name: str
    wallets: dict[str, str]
    positions: dict[str, str]
    open_orders: list[int]
    api_keys: list[str]
    orders: int
    trades: int
    income: int
    margin_changes: int


class Found(Struct):
    """What is in a journal."""

    turns: int
    journal_digest: str
    marks: dict[str, str]
    market_trades: int
    accounts: dict[str, AccountFound]


class Released(Struct):
    """What a version found in the journal that it wrote, and the digest of the state it led to."""

    found: Found
    state_digest: str


def find(path: Path) -> Found:
    """Open the journal and look."""
    with open_journal(path, b"") as journal:
        state = recover(journal).state
        report = verify_journal(journal)
        keys = KeyStore(journal.keys)
        return Found(
            turns=report.turns,
            journal_digest=report.journal_digest,
            marks={symbol: text(mark) for symbol, mark in state.marks.items()},
            market_trades=len(journal.history.recent_trades(BTC)),
            accounts={
                str(account_id): _account(journal, state, keys, account_id)
                for account_id in state.accounts
            },
        )


def _account(journal: Journal, state: State, keys: KeyStore, account_id: int) -> AccountFound:
    account = state.accounts[account_id]
    history = journal.history
    return AccountFound(
        name=account.name,
        wallets={asset: text(balance.wallet) for asset, balance in account.balances.items()},
        positions={
            f"{symbol} {side.value}": text(position.quantity)
            for symbol, exposure in account.exposures.items()
            for side, position in exposure.positions.items()
        },
        open_orders=[o.order_id for o in state.orders.values() if o.account_id == account_id],
        api_keys=[key.api_key for key in keys.of_account(account_id)],
        orders=len(history.orders(account_id, None, ALL)),
        trades=sum(len(history.trades(account_id, symbol, ALL)) for symbol in (BTC, ETH)),
        income=len(history.income(account_id, ALL)),
        margin_changes=len(history.margin_changes(account_id, BTC, ALL)),
    )
