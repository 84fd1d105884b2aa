"""The model: it is told what happens on the venue and says what must happen next.

`see` takes what happened; `next_step` says which step must follow by "The order of things in a
turn"; `perform` (or `reduced` for a liquidation order) books that step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.second import observed as seen
from tests.second.booking import book_fill, settle_funding
from tests.second.deleveraging import quantile, ranking
from tests.second.liquidation import (
    Best,
    Liquidation,
    book_deleveraging,
    book_reduction,
    book_take_over,
    proceed,
)
from tests.second.observed import AssetFacts, PoolFacts, PositionFacts, Step, SymbolFacts
from tests.second.pools import (
    MULTI_ASSETS,
    Pool,
    bankruptcy_price,
    pool_named,
    pool_of,
    pool_order,
    pools_of,
    symbols_of,
)
from tests.second.settling import debt_paid, exchange
from tests.second.venue import Account, Venue


class Model:
    """The money of every account of a venue."""

    def __init__(self, symbols: Sequence[SymbolFacts], assets: Sequence[AssetFacts]) -> None:
        self.venue = Venue(symbols, assets)
        self._going: Liquidation | None = None
        self._seers: dict[type, Callable[..., None]] = {
            seen.AccountOpened: self._opened,
            seen.AccountReset: self._reset,
            seen.AccountEnded: self._ended,
            seen.Deposited: self._deposited,
            seen.HedgeModeSet: self._hedge_set,
            seen.MultiAssetsSet: self._multi_assets_set,
            seen.MarginTypeSet: self._margin_type_set,
            seen.LeverageSet: self._leverage_set,
            seen.IsolatedMarginAdjusted: self._margin_adjusted,
            seen.FeeBurnSet: self._fee_burn_set,
            seen.FeeRatesSet: self._fee_rates_set,
            seen.OpenOrders: self._open_orders,
            seen.MarkMoved: self._mark_moved,
            seen.AssetIndexMoved: self._index_moved,
            seen.FundOpened: self._fund_moved,
            seen.FundMoved: self._fund_moved,
            seen.Filled: lambda fill: book_fill(self.venue, fill),
            seen.FundingSettled: lambda funding: settle_funding(self.venue, funding),
        }
        self._performers: dict[type, Callable[..., None]] = {
            seen.MarginCall: self._call,
            seen.MarginCallEnded: self._call_ended,
            seen.OrdersExpired: self._begin,
            seen.TakeOver: self._take_over,
            seen.Deleverage: self._deleverage,
            seen.DebtPaid: self._debt_paid,
            seen.Exchanged: self._exchanged,
        }

    # --- what the model is asked ---------------------------------------------------------

    def wallet(self, account_id: int, asset: str) -> int:
        """The wallet balance, isolated wallets included."""
        return self.venue.accounts[account_id].wallet(asset)

    def position(self, account_id: int, symbol: str, leg: str) -> PositionFacts:
        """The position; all zero if there is none."""
        key = (self.venue.place[symbol], leg)
        found = self.venue.accounts[account_id].positions.get(key)
        if found is None:
            return PositionFacts(0, 0, 0)
        return PositionFacts(found.quantity, found.entry_cost, found.isolated_wallet)

    def fund(self, asset: str) -> int:
        """The insurance fund's account of the asset."""
        return self.venue.fund.get(asset, 0)

    def pool(self, account_id: int, name: str) -> PoolFacts:
        """The figures of a pool: "" multi-assets, an asset, or "SYMBOL:LEG"."""
        pool = pool_named(self.venue, self.venue.accounts[account_id], name)
        return PoolFacts(name, pool.margin_balance, pool.maintenance, bool(pool.holdings))

    def called(self, account_id: int) -> frozenset[str]:
        """The pools of the account that are called."""
        return frozenset(self.venue.accounts[account_id].called)

    def bankruptcy(self, account_id: int, symbol: str, leg: str) -> int:
        """The bankruptcy price of a position, off the tick grid."""
        account = self.venue.accounts[account_id]
        name = pool_of(account, self.venue.symbol(symbol), leg)
        pool = pool_named(self.venue, account, name)
        for holding in pool.holdings:
            if (holding.symbol.name, holding.leg) == (symbol, leg):
                return bankruptcy_price(self.venue, account, pool, holding)
        raise ValueError("no such position")

    def ranking(self, symbol: str, side: int) -> list[tuple[int, str]]:
        """(account, leg) of the positions of a side (+1 long, -1 short), highest rank first."""
        return [(one.account_id, one.leg) for one in ranking(self.venue, symbol, side)]

    def quantile(self, account_id: int, symbol: str, leg: str) -> int:
        """The auto-deleveraging quantile of a position, 0 to 4."""
        return quantile(self.venue, self.venue.accounts[account_id], symbol, leg)

    # --- what must happen next -----------------------------------------------------------

    def next_step(self, best: Best) -> Step | None:
        """What must happen next, or None; asking again without performing changes nothing."""
        if self._going is not None:
            step = proceed(self.venue, self._going, best)
            if step is not None:
                return step
            self._finish(self._going)
        for account in self.venue.sorted_accounts():
            visit = self._visit(account)
            if visit is not None:
                return visit
        return None

    def _visit(self, account: Account) -> Step | None:
        """The first thing due for one account."""
        venue = self.venue
        pools = pools_of(venue, account)
        call = self._next_call(account, pools)
        if call is not None:
            return call
        for pool in pools:
            if pool.at_limit:
                symbols = symbols_of(venue, account, pool.name)
                return seen.OrdersExpired(account.account_id, symbols)
        exchanged = exchange(venue, account)
        if exchanged is not None:
            return exchanged
        # Its one auto-exchange after a liquidation has been judged, and there was nothing to do.
        account.liquidated = False
        return debt_paid(venue, account)

    def _next_call(
        self, account: Account, pools: list[Pool]
    ) -> seen.MarginCall | seen.MarginCallEnded | None:
        """The first pool, in order, that is to be called or whose call ends."""
        if not account.called:
            for pool in pools:
                if pool.calls:
                    return seen.MarginCall(account.account_id, pool.name)
            return None
        held = {pool.name: pool for pool in pools}
        names = account.called | held.keys()
        for name in sorted(names, key=lambda one: pool_order(self.venue, one)):
            if name in account.called:
                if name not in held or held[name].relieved:
                    return seen.MarginCallEnded(account.account_id, name)
            elif held[name].calls:
                return seen.MarginCall(account.account_id, name)
        return None

    def _finish(self, going: Liquidation) -> None:
        """The liquidation is over; a pool that it has emptied is no longer called."""
        self._going = None
        account = self.venue.accounts[going.account_id]
        if not pool_named(self.venue, account, going.pool).holdings:
            account.called.discard(going.pool)
        if going.pool == MULTI_ASSETS:
            account.liquidated = True

    # --- what has happened, by the model's own word --------------------------------------

    def perform(self, step: Step) -> None:
        """Book a step that `next_step` has given; a Reduce is booked by `reduced`."""
        if isinstance(step, seen.Reduce):
            raise TypeError("a Reduce is booked by reduced()")
        self._performers[type(step)](step)

    def reduced(self, step: seen.Reduce, fills: Sequence[tuple[int, int]]) -> None:
        """Book what a liquidation order traded on the book, as (price, quantity) each."""
        if self._going is None or self._going.account_id != step.account_id:
            raise ValueError("no liquidation of this account is going on")
        book_reduction(self.venue, self._going, step, fills)

    def _call(self, step: seen.MarginCall) -> None:
        self.venue.accounts[step.account_id].called.add(step.pool)

    def _call_ended(self, step: seen.MarginCallEnded) -> None:
        self.venue.accounts[step.account_id].called.discard(step.pool)

    def _begin(self, step: seen.OrdersExpired) -> None:
        account = self.venue.accounts[step.account_id]
        pool = next(pool for pool in pools_of(self.venue, account) if pool.at_limit)
        self._going = Liquidation(step.account_id, pool.name)

    def _take_over(self, step: seen.TakeOver) -> None:
        book_take_over(self.venue, step)
        self._nothing_left_over()

    def _deleverage(self, step: seen.Deleverage) -> None:
        book_deleveraging(self.venue, step)
        self._nothing_left_over()

    def _nothing_left_over(self) -> None:
        if self._going is not None:
            self._going.left_over = None

    def _debt_paid(self, step: seen.DebtPaid) -> None:
        self.venue.accounts[step.account_id].add(step.asset, step.amount)
        self.venue.fund[step.asset] = self.fund(step.asset) - step.amount

    def _exchanged(self, step: seen.Exchanged) -> None:
        account = self.venue.accounts[step.account_id]
        for asset, amount in step.changes:
            account.add(asset, amount)
        account.liquidated = False

    # --- what has happened, as told ------------------------------------------------------

    def see(self, observation: seen.Observation) -> None:
        """Take note of something that has happened."""
        self._seers[type(observation)](observation)

    def _opened(self, what: seen.AccountOpened) -> None:
        self._forget_liquidation(what.account_id)
        self.venue.accounts[what.account_id] = Account(what.account_id)

    def _reset(self, what: seen.AccountReset) -> None:
        self._forget_liquidation(what.account_id)
        fresh = Account(what.account_id, wallets=dict(what.wallets))
        self.venue.accounts[what.account_id] = fresh

    def _ended(self, what: seen.AccountEnded) -> None:
        self._forget_liquidation(what.account_id)
        self.venue.accounts.pop(what.account_id, None)

    def _forget_liquidation(self, account_id: int) -> None:
        if self._going is not None and self._going.account_id == account_id:
            self._going = None

    def _deposited(self, what: seen.Deposited) -> None:
        self.venue.accounts[what.account_id].add(what.asset, what.amount)

    def _hedge_set(self, what: seen.HedgeModeSet) -> None:
        account = self.venue.accounts[what.account_id]
        if account.hedge != what.on:
            account.called = {name for name in account.called if ":" not in name}
        account.hedge = what.on

    def _multi_assets_set(self, what: seen.MultiAssetsSet) -> None:
        account = self.venue.accounts[what.account_id]
        if account.multi_assets != what.on:
            account.called = set()
            account.liquidated = False
        account.multi_assets = what.on

    def _margin_type_set(self, what: seen.MarginTypeSet) -> None:
        account = self.venue.accounts[what.account_id]
        if what.isolated:
            account.isolated_symbols.add(what.symbol)
        else:
            account.isolated_symbols.discard(what.symbol)
            prefix = what.symbol + ":"
            account.called = {name for name in account.called if not name.startswith(prefix)}

    def _leverage_set(self, what: seen.LeverageSet) -> None:
        self.venue.accounts[what.account_id].leverages[what.symbol] = what.leverage

    def _margin_adjusted(self, what: seen.IsolatedMarginAdjusted) -> None:
        account = self.venue.accounts[what.account_id]
        position = account.positions[self.venue.place[what.symbol], what.leg]
        position.isolated_wallet += what.amount

    def _fee_burn_set(self, what: seen.FeeBurnSet) -> None:
        self.venue.accounts[what.account_id].fee_burn = what.on

    def _fee_rates_set(self, what: seen.FeeRatesSet) -> None:
        account = self.venue.accounts[what.account_id]
        account.fee_rates[what.symbol] = (what.maker, what.taker)

    def _open_orders(self, what: seen.OpenOrders) -> None:
        self.venue.accounts[what.account_id].open_orders = what.count

    def _mark_moved(self, what: seen.MarkMoved) -> None:
        self.venue.marks[what.symbol] = what.mark

    def _index_moved(self, what: seen.AssetIndexMoved) -> None:
        self.venue.move_index(what.asset, what.index_price)

    def _fund_moved(self, what: seen.FundOpened | seen.FundMoved) -> None:
        self.venue.fund[what.asset] = self.fund(what.asset) + what.amount
