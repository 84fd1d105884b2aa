"""A little language for scenarios: one line an action, what must come of it after an arrow.

    alice deposits 10000 USDT
    market BTCUSDT mark 50000
    bob sell 0.1 BTCUSDT limit 50000 as b1      -> resting 0.1
    alice buy 0.3 BTCUSDT market                -> filled 0.1 @ 50000 fee 2.5
                                                -> filled 0.2 @ 50000.1 fee 5.00001
                                                -> bob b1 filled 0.1
    alice leverage BTCUSDT 126                  -> rejected INVALID_LEVERAGE
    check alice USDT wallet 9992.49999

A line without an arrow must not be refused. With arrows, the facts about the actor's orders, and
about those of every other account that is named, are exactly those, each account's in that order;
only the figures that are written are compared. The words are explained at `ACTIONS` and `VERBS`
below, and in `tests.engine.checks` what a `check` can ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from msgspec.structs import replace

from perpbox.account import (
    BUY,
    SELL,
    OrderType,
    PositionSide,
    PriceMatch,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from perpbox.engine import commands as ask
from perpbox.engine.ladder import BestQuotes, LadderTerms
from perpbox.engine.rejects import Rejected
from perpbox.engine.turn import Turn
from perpbox.instrument import Catalogue
from perpbox.money import parse
from tests.engine.checks import found
from tests.engine.conditionals import placed
from tests.engine.facts import complaint, facts_of, same
from tests.engine.rig import START, Rig
from tests.engine.words import span_of
from tests.worlds import CATALOGUE

Words = list[str]


def play(text: str, catalogue: Catalogue = CATALOGUE) -> Table:
    """Play a scenario on a fresh venue; every line is followed by every invariant."""
    table = Table(Rig(catalogue))
    table.play(text)
    return table


class Table:
    """A scenario as far as it has been played."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.ids: dict[str, int] = {}
        """Account id by name."""

    def play(self, text: str) -> None:
        for number, action, phrases in lines_of(text):
            try:
                self._line(action, phrases)
            except Rejected as refused:
                reason = " ".join((refused.reject.name, *refused.details))
                raise AssertionError(f"line {number}: {action}\n  rejected {reason}") from refused
            except AssertionError as failed:
                raise AssertionError(f"line {number}: {action}\n  {failed}") from failed

    def _line(self, action: str, phrases: list[str]) -> None:
        words = action.split()
        if words[0] == "check":
            for field, wanted, value in found(self.rig.state, self.ids, words[1:]):
                assert same(wanted, value), f"{field} is {value}"
            return
        actor = "" if words[0] in ACTIONS else words[0]
        if phrases and phrases[0].startswith("rejected "):
            self._refused(words, phrases[0].split()[1:])
            return
        state = self.rig.state
        orders = {o.order_id: o.client_order_id for o in state.orders.values()}
        orders |= {o.algo_id: o.client_algo_id for o in state.conditional_orders.values()}
        turn = self._act(words)
        names = {account_id: name for name, account_id in self.ids.items()}
        if phrases:
            facts = facts_of(turn, names, orders)
            wrong = complaint(phrases, facts, actor, self.ids)
            assert wrong is None, f"but: {wrong}"

    def _refused(self, words: Words, reason: Words) -> None:
        try:
            self._act(words)
        except Rejected as refused:
            told = [refused.reject.name, *refused.details][: len(reason)]
            assert told == reason, f"rejected {' '.join(told)}"
        else:
            raise AssertionError("was not refused")

    def _act(self, words: Words) -> Turn:
        if words[0] in ACTIONS:
            return ACTIONS[words[0]](self, words[1:])
        name, verb, *rest = words
        if verb in {"deposits", "opens"}:
            return self._deposit(name, rest)
        return self.rig.submit(VERBS[verb](self.ids[name], rest))

    def amend_to_match(self, name: str, order: str, level: str) -> Turn:
        """Amend an order of 0.1 BTCUSDT to buy to a price out of the book."""
        match = PriceMatch[level.upper().replace("-", "_")]
        quantity = parse("0.1")
        return self.rig.submit(
            ask.AmendOrder(self.ids[name], "BTCUSDT", BUY, quantity, 0, 0, order, match)
        )

    def _deposit(self, name: str, words: Words) -> Turn:
        """The first deposit opens the account, with as many assets as are named."""
        amounts = {asset: parse(amount) for amount, asset in pairs(words)}
        if name in self.ids:
            [(asset, amount)] = amounts.items()
            return self.rig.submit(ask.Transfer(self.ids[name], asset, amount))
        turn = self.rig.submit(ask.OpenAccount(name, amounts))
        self.ids[name] = turn.account_id
        return turn


def lines_of(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """Number, action and phrases of each line; a line that starts with an arrow continues one."""
    number, action, phrases = 0, "", list[str]()
    for at, line in enumerate(text.splitlines(), 1):
        start, *arrows = (part.strip() for part in line.partition("#")[0].split("->"))
        if start:
            if action:
                yield number, action, phrases
            number, action, phrases = at, start, []
        phrases.extend(arrows)
    if action:
        yield number, action, phrases


def pairs(words: Words) -> Iterator[tuple[str, str]]:
    return zip(words[::2], words[1::2], strict=True)


# What an operator does.


def _market(table: Table, words: Words) -> Turn:
    """market SYMBOL [mark PRICE] [index PRICE] [last PRICE]; without an index it is the mark."""
    prices = {name: parse(price) for name, price in pairs(words[1:])}
    mark = prices.get("mark")
    moved = ask.MarketPrices(mark, prices.get("index", mark), prices.get("last"))
    return table.rig.submit(ask.MovePrices({words[0]: moved}, {}))


def _mark_source(table: Table, words: Words) -> Turn:
    """mark-source SYMBOL formula|set"""
    return table.rig.submit(ask.SetMarkSources({words[0]: words[1] == "formula"}))


def _funding(table: Table, words: Words) -> Turn:
    """funding SYMBOL [rate R|none] [hours N] [interest R] [floor R] [cap R]"""
    terms = table.rig.state.markets[words[0]].funding
    for name, text in pairs(words[1:]):
        if name == "hours":
            terms = replace(terms, interval_hours=int(text))
        else:
            field = {"rate": "fixed_rate", "interest": "interest_rate"}.get(name, name)
            terms = replace(terms, **{field: None if text == "none" else parse(text)})
    return table.rig.submit(ask.SetFunding({words[0]: terms}))


def _index(table: Table, words: Words) -> Turn:
    """index ASSET PRICE"""
    return table.rig.submit(ask.MovePrices({}, {words[0]: parse(words[1])}))


def _quotes(table: Table, words: Words) -> Turn:
    """quotes SYMBOL [bids QUANTITY@PRICE…] [asks QUANTITY@PRICE…]; none of them: no quotes."""
    sides: dict[str, list[tuple[int, int]]] = {"bids": [], "asks": []}
    side = sides["bids"]
    for word in words[1:]:
        if word in sides:
            side = sides[word]
        else:
            quantity, _, price = word.partition("@")
            side.append((parse(price), parse(quantity)))
    return table.rig.submit(ask.SetLiquidity(words[0], sides["bids"], sides["asks"]))


def _outside(table: Table, words: Words) -> Turn:
    """outside SYMBOL [mark P] [index P] [middle P] [best BID ASK] [buys|sells QUANTITY@PRICE…]

    The best quotes are QUANTITY@PRICE too.
    """
    market = table.rig.state.markets[words[0]]
    prices = {"mark": market.mark, "index": market.index, "middle": market.middle}
    prints, side, rest = list[tuple[Side, int, int]](), BUY, words[1:]
    best: BestQuotes | None = None
    while rest:
        word = rest.pop(0)
        if word in prices:
            prices[word] = parse(rest.pop(0))
        elif word == "best":
            first, second = rest.pop(0), rest.pop(0)
            best = BestQuotes(*_quote(first), *_quote(second))
        elif word in {"buys", "sells"}:
            side = BUY if word == "buys" else SELL
        else:
            prints.append((side, *_quote(word)))
    figures = prices["mark"], prices["index"], prices["middle"]
    move = ask.MarketMove(words[0], *figures, prints, best)
    return table.rig.submit(ask.FollowMarket([move], {}))


def _quote(word: str) -> tuple[int, int]:
    """Price and quantity of QUANTITY@PRICE."""
    quantity, _, price = word.partition("@")
    return parse(price), parse(quantity)


def _ladder(table: Table, words: Words) -> Turn:
    """ladder SYMBOL [spread R] [step R] [levels N] [notional N] [queued]"""
    figures = [word for word in words[1:] if word != "queued"]
    terms = LadderTerms(queued="queued" in words)
    for name, text in pairs(figures):
        number = int(text) if name in {"levels", "notional"} else parse(text)
        terms = replace(terms, **{name: number})
    return table.rig.submit(ask.SetLadders({words[0]: terms}))


def _clock(table: Table, words: Words) -> Turn:
    """clock +365d: time passes, and what falls due is done."""
    table.rig.now += span_of(words[0]) - 1
    return table.rig.submit(ask.Tick())


ACTIONS: Final[dict[str, Callable[[Table, Words], Turn]]] = {
    "market": _market,
    "index": _index,
    "quotes": _quotes,
    "outside": _outside,
    "ladder": _ladder,
    "clock": _clock,
    "mark-source": _mark_source,
    "funding": _funding,
    "fund": lambda table, w: table.rig.submit(ask.MoveInsurance(w[0], parse(w[1]))),
    "venue": lambda table, _: table.rig.submit(ask.OpenVenue()),
}


# What a trader does.


def _order(account_id: int, side: Side, words: Words) -> ask.PlaceOrder:
    """QUANTITY SYMBOL market | limit PRICE | match LEVEL [gtc…] [till +TIME] [long|short]
    [reduce-only] [expire-…] [as ID]; a time is counted from the start.
    """
    quantity, symbol, order_type, *rest = words
    price = parse(rest.pop(0)) if order_type == "limit" else 0
    price_match = PriceMatch.NONE
    if order_type == "match":
        order_type, price_match = "limit", PriceMatch[rest.pop(0).upper().replace("-", "_")]
    client_order_id, good_till = "", 0
    if "till" in rest:
        at = rest.index("till")
        good_till = START + span_of(rest[at + 1])
        rest[at : at + 2] = ["gtd"]
    if "as" in rest:
        at = rest.index("as")
        client_order_id = rest[at + 1]
        del rest[at : at + 2]
    time_in_force, leg = TimeInForce.GTC, PositionSide.BOTH
    reduce_only, prevention = False, SelfTradePrevention.EXPIRE_MAKER
    for word in rest:
        name = word.upper().replace("-", "_")
        if name in TimeInForce.__members__:
            time_in_force = TimeInForce[name]
        elif name in PositionSide.__members__:
            leg = PositionSide[name]
        elif name in SelfTradePrevention.__members__:
            prevention = SelfTradePrevention[name]
        elif word == "reduce-only":
            reduce_only = True
        else:
            raise ValueError(f"unknown word {word!r}")
    return ask.PlaceOrder(
        account_id,
        symbol,
        side,
        leg,
        OrderType[order_type.upper()],
        parse(quantity),
        price,
        time_in_force,
        reduce_only,
        client_order_id,
        prevention,
        price_match,
        good_till,
    )


def _amend(account_id: int, words: Words) -> ask.AmendOrder:
    """amend ID of SYMBOL to buy QUANTITY @ PRICE"""
    client_id, _, symbol, _, side, quantity, _, price = words
    return ask.AmendOrder(
        account_id,
        symbol,
        BUY if side == "buy" else SELL,
        parse(quantity),
        parse(price),
        client_order_id=client_id,
    )


def _adjust(account_id: int, sign: int, words: Words) -> ask.AdjustIsolatedMargin:
    """AMOUNT to|from SYMBOL [long|short]"""
    amount, _, symbol, *leg = words
    side = PositionSide[leg[0].upper()] if leg else PositionSide.BOTH
    return ask.AdjustIsolatedMargin(account_id, symbol, side, sign * parse(amount))


def _fees(account_id: int, words: Words) -> ask.SetFees:
    """[tier N] [SYMBOL MAKER TAKER | SYMBOL none]"""
    tier, rates = None, dict[str, tuple[int, int] | None]()
    while words:
        name, value, *words = words
        if name == "tier":
            tier = int(value)
        elif value == "none":
            rates[name] = None
        else:
            rates[name] = (parse(value), parse(words.pop(0)))
    return ask.SetFees(account_id, tier, rates)


VERBS: Final[dict[str, Callable[[int, Words], ask.Command]]] = {
    "buy": lambda who, words: _order(who, BUY, words),
    "sell": lambda who, words: _order(who, SELL, words),
    "amend": _amend,
    "cancel": lambda who, w: ask.CancelOrder(who, w[2], client_order_id=w[0]),
    "cancels-all": lambda who, w: ask.CancelAllOrders(who, w[0]),
    "countdown": lambda who, w: ask.SetCountdown(who, w[0], span_of(w[1])),
    "stop": lambda who, words: placed(who, "stop", words),
    "profit": lambda who, words: placed(who, "profit", words),
    "trail": lambda who, words: placed(who, "trail", words),
    "drops": lambda who, w: ask.CancelConditional(who, client_algo_id=w[0]),
    "drops-all": lambda who, w: ask.CancelAllConditionals(who, w[0]),
    "leverage": lambda who, w: ask.SetLeverage(who, w[0], int(w[1])),
    "margin": lambda who, w: ask.SetMarginType(who, w[0], w[1] == "isolated"),
    "mode": lambda who, w: ask.SetPositionMode(who, w[0] == "hedge"),
    "assets": lambda who, w: ask.SetAssetMode(who, w[0] == "multi"),
    "fee-burn": lambda who, w: ask.SetFeeBurn(who, w[0] == "on"),
    "fees": _fees,
    "adds": lambda who, w: _adjust(who, 1, w),
    "removes": lambda who, w: _adjust(who, -1, w),
    "withdraws": lambda who, w: ask.Transfer(who, w[1], -parse(w[0])),
    "resets": lambda who, _: ask.ResetAccount(who),
    "closes": lambda who, _: ask.CloseAccount(who),
}
