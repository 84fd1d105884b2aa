"""A world: a venue, many accounts in all modes, and prices that move, jump and pass midnight."""

from __future__ import annotations

from random import Random
from typing import Final

from msgspec.structs import replace

from perpbox.account import (
    BUY,
    SELL,
    Account,
    ConditionalTerms,
    ConditionalType,
    OrderType,
    PositionSide,
    PriceMatch,
    SelfTradePrevention,
    TimeInForce,
    WorkingType,
)
from perpbox.engine import commands as ask
from perpbox.engine.market import FundingTerms
from perpbox.engine.rejects import Rejected
from perpbox.engine.state import State
from perpbox.feed.clock import ManualClock
from perpbox.instrument import Catalogue, Symbol, builtin, to_json
from perpbox.journal.journal import Head
from perpbox.journal.memory import MemoryJournal
from perpbox.money import SCALE, Price, Quantity, parse
from perpbox.venue import Venue

START: Final = 1_795_348_800_000
SYMBOLS: Final = (
    "BTCUSDT",
    "ETHUSDT",
    "BNBUSDT",
    "XRPUSDT",
    "DOGEUSDT",
    "ADAUSDT",
    "LTCUSDT",
    "LINKUSDT",
    "TRXUSDT",
    "BTCUSDC",
    "ETHUSDC",
    "SOLUSDT",
)
FUND: Final = parse("20000")
ACCOUNTS: Final = 60
LEVERAGES: Final = (5, 20, 20, 50, 75)


def catalogue() -> Catalogue:
    """A dozen symbols of the built-in catalogue, and a fund that can be emptied."""
    whole = builtin()
    assets = {name: replace(a, insurance_fund=0) for name, a in whole.assets.items()}
    for name in ("USDT", "USDC"):
        assets[name] = replace(assets[name], insurance_fund=FUND)
    symbols = {name: whole.symbols[name] for name in SYMBOLS}
    return replace(whole, symbols=symbols, assets=assets)


class World:
    """What happens follows from the seed alone."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.catalogue = catalogue()
        self.journal = MemoryJournal(Head(to_json(self.catalogue), 0, created=START))
        self.clock = ManualClock(START)
        self.state = State(self.catalogue)
        self.venue = Venue(self.state, 0, self.journal, self.clock)
        self.refused = 0

    def open(self) -> None:
        self.venue.submit(ask.OpenVenue())
        for number in range(ACCOUNTS):
            self._open_account(number)

    def _open_account(self, number: int) -> None:
        """One in four in hedge mode, one in three in multi-assets mode, others partly isolated."""
        random = self.random
        balances = {"USDT": parse(str(random.randrange(500, 20_000)))}
        if number % 2:
            balances["USDC"] = parse(str(random.randrange(100, 5_000)))
        if number % 3 == 0:
            balances |= {"BNB": parse("2"), "BTC": parse("0.02")}
        account_id = self.venue.submit(ask.OpenAccount(f"a{number}", balances)).account_id
        if number % 4 == 0:
            self.venue.submit(ask.SetPositionMode(account_id, hedge_mode=True))
        if number % 3 == 0:
            self.venue.submit(ask.SetAssetMode(account_id, multi_assets=True))
        else:
            for name in random.sample(SYMBOLS, 4):
                self.venue.submit(ask.SetMarginType(account_id, name, isolated=True))
        if number % 5 == 0:
            self.venue.submit(ask.SetFeeBurn(account_id, fee_burn=True))
        for name in random.sample(SYMBOLS, 6):
            highest = self.catalogue.symbols[name].max_leverage()
            leverage = min(random.choice(LEVERAGES), highest)
            self.try_(ask.SetLeverage(account_id, name, leverage))

    def step(self) -> None:
        """One command, which may be refused."""
        self.clock.set(self.clock.now() + self.random.choice((1, 50, 1_000)))
        self.try_(self._command())

    def try_(self, command: ask.Command) -> None:
        try:
            self.venue.submit(command)
        except Rejected:
            self.refused += 1

    def _command(self) -> ask.Command:
        random = self.random
        dice = random.random()
        if dice < 0.30:
            return self._move_prices()
        account = random.choice(list(self.state.accounts.values()))
        name = random.choice(SYMBOLS)
        if dice < 0.72:
            return self._order(account, name)
        if dice < 0.82:
            return self._conditional(account, name)
        if dice < 0.90:
            return self._cancel(account, name)
        if dice < 0.97:
            return self._setting(account, name)
        return self._operator(account, name)

    # Prices.

    def _move_prices(self) -> ask.Command:
        """Mostly a little, at times a gap of up to 30 %, and now and then the asset indexes."""
        random = self.random
        dice = random.random()
        if dice < 0.05:
            asset = random.choice(list(self.catalogue.assets))
            index = self.catalogue.assets[asset].start_index_price
            return ask.MovePrices({}, {asset: index * random.randrange(85, 116) // 100})
        names = random.sample(SYMBOLS, 1 if dice < 0.6 else 4)
        return ask.MovePrices({name: self._prices(name) for name in names}, {})

    def _prices(self, name: str) -> ask.MarketPrices:
        random, market = self.random, self.state.markets[name]
        start = market.symbol.start_price
        span = 300 if random.random() < 0.02 else random.choice((1, 3, 10))
        mark = market.mark * (1000 + random.randint(-span, span)) // 1000
        # Held within bounds, so that a long run does not end at zero or at the highest price.
        mark = max(start // 3, min(mark, start * 3))
        if random.random() < 0.5:
            mark = mark // market.symbol.tick_size * market.symbol.tick_size
        last = mark * random.randint(998, 1002) // 1000 if random.random() < 0.3 else mark
        if market.by_formula:
            return ask.MarketPrices(None, mark, last)
        return ask.MarketPrices(mark, mark, last)

    # Orders.

    def _near(self, symbol: Symbol, spread: int = 5) -> Price:
        """A price on the grid within some thousandths of the mark price."""
        mark = self.state.marks[symbol.name]
        price = mark * (1000 + self.random.randint(-spread, spread)) // 1000
        return price // symbol.tick_size * symbol.tick_size

    def _quantity(self, account: Account, symbol: Symbol) -> Quantity:
        """Worth up to what the wallet could carry at the symbol's leverage, and a bit more."""
        wallet = max(parse("100"), account.wallet(symbol.margin_asset))
        leverage = account.exposure(symbol).leverage
        worth = wallet * leverage * self.random.randint(2, 60) // 100
        quantity = worth * SCALE // self.state.marks[symbol.name]
        return max(quantity // symbol.step_size * symbol.step_size, symbol.min_quantity)

    def _leg(self, account: Account) -> PositionSide:
        if not account.hedge_mode:
            return PositionSide.BOTH
        return self.random.choice((PositionSide.LONG, PositionSide.SHORT))

    def _order(self, account: Account, name: str) -> ask.Command:
        random, symbol = self.random, self.catalogue.symbols[name]
        side, leg = random.choice((BUY, SELL)), self._leg(account)
        held = account.exposure(symbol).position(leg).quantity
        quantity = self._quantity(account, symbol)
        reduces = held != 0 and random.random() < 0.25
        if reduces:
            side, quantity = (SELL if held > 0 else BUY), abs(held)
        elif leg is not PositionSide.BOTH:
            side = BUY if leg is PositionSide.LONG else SELL
        limited = random.random() < 0.5
        return ask.PlaceOrder(
            account.account_id,
            name,
            side,
            leg,
            OrderType.LIMIT if limited else OrderType.MARKET,
            quantity,
            self._near(symbol) if limited else 0,
            random.choice((TimeInForce.GTC, TimeInForce.GTC, TimeInForce.IOC))
            if limited
            else TimeInForce.GTC,
            reduce_only=reduces and leg is PositionSide.BOTH,
            self_trade_prevention=random.choice(list(SelfTradePrevention)),
        )

    def _conditional(self, account: Account, name: str) -> ask.Command:
        random, symbol = self.random, self.catalogue.symbols[name]
        kind, leg = random.choice(list(ConditionalType)), self._leg(account)
        trails = kind is ConditionalType.TRAILING_STOP_MARKET
        limited = kind in (ConditionalType.STOP, ConditionalType.TAKE_PROFIT)
        whole = not trails and not limited and random.random() < 0.3
        lasting = random.random() < 0.2
        terms = ConditionalTerms(
            symbol=name,
            side=random.choice((BUY, SELL)),
            position_side=leg,
            order_type=kind,
            time_in_force=TimeInForce.GTE_GTC if lasting else TimeInForce.GTC,
            quantity=0 if whole else self._quantity(account, symbol),
            price=self._near(symbol, 20) if limited else 0,
            trigger_price=0 if trails else self._near(symbol, 20),
            working_type=random.choice(list(WorkingType)),
            price_protect=random.random() < 0.2,
            close_position=whole,
            reduce_only=not whole and leg is PositionSide.BOTH and random.random() < 0.3,
            self_trade_prevention=SelfTradePrevention.EXPIRE_MAKER,
            price_match=PriceMatch.NONE,
            activation_price=0,
            callback_rate=random.choice((100_000, 500_000, 1_000_000)) if trails else 0,
            good_till=0,
            legacy=random.random() < 0.1,
        )
        return ask.PlaceConditional(account.account_id, terms)

    def _cancel(self, account: Account, name: str) -> ask.Command:
        random, account_id = self.random, account.account_id
        orders = list(account.exposure(self.catalogue.symbols[name]).orders.values())
        if random.random() < 0.2:
            return ask.CancelAllConditionals(account_id, name)
        if not orders or random.random() < 0.2:
            return ask.CancelAllOrders(account_id, name)
        order = random.choice(orders)
        if random.random() < 0.5:
            price = self._near(self.catalogue.symbols[name])
            return ask.AmendOrder(
                account_id, name, order.side, order.quantity, price, order.order_id
            )
        return ask.CancelOrder(account_id, name, order.order_id)

    # Settings and the operator.

    def _setting(self, account: Account, name: str) -> ask.Command:
        random, account_id = self.random, account.account_id
        asset = random.choice(("USDT", "USDC", "BNB"))
        leg = self._leg(account)
        leverage = min(random.choice(LEVERAGES), self.catalogue.symbols[name].max_leverage())
        worth = parse(str(random.randint(1, 300)))
        return random.choice(
            (
                ask.SetLeverage(account_id, name, leverage),
                ask.SetMarginType(account_id, name, isolated=random.random() < 0.5),
                ask.SetPositionMode(account_id, hedge_mode=not account.hedge_mode),
                ask.SetAssetMode(account_id, multi_assets=not account.multi_assets),
                ask.SetFeeBurn(account_id, fee_burn=not account.fee_burn),
                ask.Transfer(account_id, asset, -worth if random.random() < 0.5 else worth),
                ask.AdjustIsolatedMargin(account_id, name, leg, worth),
                ask.AdjustIsolatedMargin(account_id, name, leg, -worth),
                ask.SetCountdown(account_id, name, 60_000),
            )
        )

    def _operator(self, account: Account, name: str) -> ask.Command:
        random, account_id = self.random, account.account_id
        market = self.state.markets[name]
        tick, step = market.symbol.tick_size, market.symbol.step_size
        if random.random() < 0.1:
            self.clock.set(self.clock.now() + 3_600_000 * random.randint(1, 2))
        size = 100 * step * random.randint(1, 1000)
        middle = market.mark // tick * tick
        bids = [(middle - tick * k, size) for k in range(1, random.randint(2, 6))]
        asks = [(middle + tick * k, size) for k in range(1, random.randint(2, 6))]
        rate = random.choice((None, 100_000, -300_000))
        terms = FundingTerms(random.choice((1, 4, 8)), 10_000, -300_000, 300_000, rate)
        tier = random.randint(0, 3)
        return random.choice(
            (
                ask.SetLiquidity(name, bids, asks),
                ask.SetLiquidity(name, [], asks),
                ask.SetFunding({name: terms}),
                ask.SetMarkSources({name: not market.by_formula}),
                ask.SetFees(account_id, tier, {name: (10_000, 30_000)}),
                ask.MoveInsurance("USDT", parse(str(random.randint(-500, 500) or 1))),
                ask.ResetAccount(account_id),
                self._renew(account),
                ask.MoveClock(),
            )
        )

    def _renew(self, account: Account) -> ask.Command:
        """Close an account that is ruined, and let another one come."""
        if account.wallet("USDT") > parse("50") or len(self.state.accounts) < ACCOUNTS:
            return ask.OpenAccount("new", {"USDT": parse("3000"), "USDC": parse("500")})
        return ask.CloseAccount(account.account_id)
