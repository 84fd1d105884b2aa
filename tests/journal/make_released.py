"""Write a journal of this version for later versions to open, once, just before its release.

Run `python -m tests.journal.make_released` from the top of the checkout. It writes
`tests/journal/released/VERSION.sqlite` and, beside it, what `test_released.py` must find in it.
What is there stays as it is unless `--again` is given, which is for a version that is not out yet.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from perpbox import __version__
from perpbox.account import (
    BUY,
    SELL,
    ConditionalTerms,
    ConditionalType,
    OrderType,
    PositionSide,
    PriceMatch,
    SelfTradePrevention,
    TimeInForce,
    WorkingType,
)
from perpbox.engine.commands import (
    AdjustIsolatedMargin,
    AdoptAccount,
    AdoptedExposure,
    AdoptedOrder,
    AdoptedPosition,
    AmendOrder,
    CancelAllConditionals,
    CancelAllOrders,
    CancelConditional,
    CloseAccount,
    Convert,
    FollowMarket,
    MarketMove,
    MarketPrices,
    MoveClock,
    MoveInsurance,
    MovePrices,
    PlaceConditional,
    PlaceOrder,
    ResetAccount,
    SetAssetMode,
    SetCountdown,
    SetFeeBurn,
    SetFees,
    SetFunding,
    SetLadders,
    SetLeverage,
    SetLiquidity,
    SetMarginType,
    SetMarkSources,
    SetPositionMode,
    SetSymbol,
    SettleSymbol,
    Tick,
    Transfer,
)
from perpbox.engine.ladder import LadderTerms
from perpbox.engine.market import FundingTerms
from perpbox.engine.snapshot import dump
from perpbox.journal import KeyKind, KeyStore, open_journal, recover, verify
from perpbox.margin.funding import HOUR
from perpbox.money import SCALE, Millis, parse
from tests.journal.released_facts import Found, Released, find
from tests.journal.story import BTC, ETH, START, Story, catalogue_json

FOLDER: Final = Path(__file__).resolve().parent / "released"
LONGER_THAN_AN_ORDER_LIVES: Final[Millis] = 366 * 24 * 3_600_000


def write(path: Path) -> Found:
    """A journal with something of everything."""
    with open_journal(path, catalogue_json()) as journal:
        story = Story(journal)
        _once_each(story)
        alice, bob = story.open("alice", "bob")
        keys = KeyStore(journal.keys, seed="released")
        keys.create(alice, START)
        keys.create(bob, START, kind=KeyKind.ED25519, public_key="PEM", permissions=("read",))
        resting = story.order(alice, BUY, story.at_mark(), "0.030", client_order_id="resting")
        story.order(bob, SELL, story.at_mark(), "0.010")
        story.submit(AmendOrder(alice, BTC, BUY, parse("0.040"), parse("60000"), resting))
        story.live(60, seed=1)
        journal.snapshot(story.sequence, dump(story.state))
        story.live(20, seed=7)
        story.order(alice, BUY, "60000", client_order_id="stands")
    return find(path)


def _once_each(story: Story) -> None:
    """What the invented life after it may leave out: every kind of command, every mode."""
    lone, legs, pool, gone = story.open("isolated", "hedge", "multi-assets", "gone")
    story.order(lone, BUY, "60000")
    story.submit(SetCountdown(lone, ETH, 60_000))
    story.now += LONGER_THAN_AN_ORDER_LIVES
    story.submit(Tick())
    story.submit(MoveClock())
    story.submit(SetMarginType(lone, BTC, isolated=True))
    story.submit(SetLeverage(lone, BTC, 7))
    story.order(lone, BUY)
    for amount in ("100", "-1"):
        story.submit(AdjustIsolatedMargin(lone, BTC, PositionSide.BOTH, parse(amount)))
    story.submit(SetPositionMode(legs, hedge_mode=True))
    for side, leg in ((BUY, PositionSide.LONG), (SELL, PositionSide.SHORT)):
        quantity = parse("0.010")
        story.submit(PlaceOrder(legs, BTC, side, leg, OrderType.MARKET, quantity))
    story.submit(SetAssetMode(pool, multi_assets=True))
    story.submit(SetFeeBurn(pool, fee_burn=True))
    story.submit(SetFees(pool, 1, {ETH: (parse("0.0001"), parse("0.0003"))}))
    story.submit(Transfer(pool, "BNB", parse("3")))
    story.submit(Convert(pool, "quote-1", "BNB", parse("1"), "USDT", parse("650")))
    story.order(pool, SELL, symbol=ETH)
    story.order(pool, BUY, "2400", symbol=ETH)
    story.submit(CancelAllOrders(pool, ETH))
    bids, asks = [(parse("106500"), parse("0.004"))], [(parse("106600"), parse("1"))]
    story.submit(SetLiquidity(BTC, bids, asks))
    story.order(gone, SELL)
    prices = {BTC: MarketPrices(parse("107000"), parse("107001.5"))}
    story.submit(MovePrices(prices, {"BNB": parse("650.25")}))
    _outside(story, lone)
    _funding(story)
    _conditional(story)
    story.submit(ResetAccount(gone))
    story.submit(CloseAccount(gone))
    _limits(story)
    _listing(story)
    _adoption(story)


def _listing(story: Story) -> None:
    """A symbol is listed, held, and settled."""
    new = replace(story.state.catalogue.symbols[ETH], name="NEWUSDT")
    story.submit(SetSymbol(new))
    (holds,) = story.open("holds a new one")
    story.order(holds, BUY, symbol="NEWUSDT")
    story.submit(SettleSymbol("NEWUSDT"))


def _adoption(story: Story) -> None:
    """An account from elsewhere: a position, an order, and money that it owes."""
    entry = parse("2000")
    held = AdoptedPosition(PositionSide.BOTH, SCALE, entry * SCALE, entry * SCALE * SCALE)
    stands = AdoptedOrder(BUY, PositionSide.BOTH, parse("1500"), SCALE)
    wallets = {"USDT": parse("9000"), "USDC": -SCALE}
    exposure = AdoptedExposure(ETH, 5, positions=[held], orders=[stands])
    story.submit(AdoptAccount("from elsewhere", wallets, [exposure], fee_burn=True))


def _conditional(story: Story) -> None:
    """Conditional orders that are triggered, rejected, canceled and expire."""
    (waits,) = story.open("conditional")
    story.submit(stop(waits, "0.010", "200000"))
    story.submit(CancelConditional(waits, client_algo_id="0.010 200000"))
    story.submit(stop(waits, "0.010", "200000"))
    story.submit(CancelAllConditionals(waits, BTC))
    # What cannot be placed comes first: the other one's trade is a last price of its own.
    for quantity, at in (("40", "111000"), ("0.010", "111000")):
        story.submit(stop(waits, quantity, at))
    story.submit(MovePrices({BTC: MarketPrices(None, None, parse("111000"))}, {}))
    story.submit(stop(waits, "0.020", "200000"))
    story.submit(stop(waits, "0.030", "200000", TimeInForce.GTE_GTC, ETH))


def stop(
    account_id: int,
    quantity: str,
    at: str,
    time_in_force: TimeInForce = TimeInForce.GTC,
    symbol: str = BTC,
) -> PlaceConditional:
    """Buy at the market once the last price has risen to this one."""
    terms = ConditionalTerms(
        symbol=symbol,
        side=BUY,
        position_side=PositionSide.BOTH,
        order_type=ConditionalType.STOP_MARKET,
        time_in_force=time_in_force,
        quantity=parse(quantity),
        price=0,
        trigger_price=parse(at),
        working_type=WorkingType.CONTRACT_PRICE,
        price_protect=False,
        close_position=False,
        reduce_only=False,
        self_trade_prevention=SelfTradePrevention.EXPIRE_MAKER,
        price_match=PriceMatch.NONE,
        activation_price=0,
        callback_rate=0,
        good_till=0,
    )
    return PlaceConditional(account_id, terms, f"{quantity} {at}")


def _limits(story: Story) -> None:
    """Accounts that are called, liquidated, taken over, deleveraged, and owe."""
    story.submit(MoveInsurance("USDT", parse("-99999000")))
    quantity = parse("0.100")
    for leverage, fall in (("20", "0.957"), ("100", "0.93")):
        (poor,) = story.open("poor", usdt="600" if leverage == "20" else "150")
        story.submit(SetLeverage(poor, BTC, int(leverage)))
        story.submit(PlaceOrder(poor, BTC, BUY, PositionSide.BOTH, OrderType.MARKET, quantity))
        mark = story.state.marks[BTC] * parse(fall) // SCALE // 10_000_000 * 10_000_000
        story.submit(MovePrices({BTC: MarketPrices(mark, mark)}, {}))
    (called,) = story.open("called", usdt="600")
    story.submit(PlaceOrder(called, BTC, BUY, PositionSide.BOTH, OrderType.MARKET, quantity))
    position = story.state.accounts[called].exposures[BTC].positions[PositionSide.BOTH]
    spare = story.state.accounts[called].wallet("USDT") - parse("39")
    mark = position.entry_price - spare * SCALE // quantity
    story.submit(MovePrices({BTC: MarketPrices(mark, mark)}, {}))
    story.submit(Transfer(called, "USDT", parse("100")))
    (rich,) = story.open("rich", usdt="1000000")
    story.submit(PlaceOrder(rich, BTC, SELL, PositionSide.BOTH, OrderType.MARKET, parse("9")))
    (poor,) = story.open("bankrupt", usdt="100000")
    story.submit(PlaceOrder(poor, BTC, BUY, PositionSide.BOTH, OrderType.MARKET, parse("9")))
    mark = story.state.marks[BTC] * 8 // 10 // 10_000_000 * 10_000_000
    story.submit(MovePrices({BTC: MarketPrices(mark, mark)}, {}))


def _outside(story: Story, account_id: int) -> None:
    """A queued ladder around a middle, and trades of others until one meets a client's order."""
    at = parse("2500"), parse("2501"), parse("2502")
    story.submit(SetLadders({ETH: LadderTerms(parse("0.0002"), parse("0.0001"), 5, 1000, True)}))
    story.submit(FollowMarket([MarketMove(ETH, *at)], {}))
    story.order(account_id, BUY, "2501.5", symbol=ETH)
    prints = [(SELL, parse("2501.5"), parse("100")), (BUY, parse("2503"), parse("1"))]
    move = MarketMove(ETH, *at, prints)
    story.submit(FollowMarket([move], {"BNB": parse("651")}))


def _funding(story: Story) -> None:
    """A settlement, one that a version before it missed, and a mark price by the formula."""
    story.submit(SetFunding({ETH: FundingTerms(8, parse("0.0001"), -1_000_000, 1_000_000)}))
    story.submit(SetMarkSources({BTC: True, ETH: True}))
    for last in ("108000", "106000"):
        story.submit(MovePrices({BTC: MarketPrices(None, parse(last), parse(last))}, {}))
    story.submit(SetMarkSources({BTC: False, ETH: False}))
    story.submit(SetLiquidity(BTC, [(parse("108000"), parse("9"))], []))
    story.to(story.state.markets[BTC].next_funding)
    story.submit(Tick())
    story.to(story.state.markets[BTC].next_funding + HOUR)
    story.submit(MoveClock())
    story.submit(Tick())


def main(arguments: list[str]) -> int:
    path = FOLDER / f"{__version__}.sqlite"
    if path.exists() and arguments != ["--again"]:
        print(f"{path} is there already.")
        return 1
    path.unlink(missing_ok=True)
    found = write(path)
    report = verify(path)
    released = Released(found, report.state_digest)
    with open_journal(path, b"") as journal:
        assert report.holds
        assert recover(journal).snapshot_sequence
    facts = msgspec.json.format(msgspec.json.encode(released), indent=2)
    path.with_suffix(".json").write_bytes(facts + b"\n")
    print(f"{path}: {report.turns} turns")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
