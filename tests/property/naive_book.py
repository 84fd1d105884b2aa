"""A matching engine as one would write it on a napkin: one list, searched anew for every trade.

It knows one symbol in one-way mode, positions only as far as reduce-only orders need them, and no
money. What happens is written to a log of plain tuples, which the real engine is held to.
"""

from __future__ import annotations

from copy import deepcopy
from typing import NamedTuple

from perpbox.account import SelfTradePrevention, TimeInForce

Happened = tuple[str, ...] | tuple[str, int, int, str, str]
HOUSE = "house"
LEVEL = list[int]
"""Price and quantity of a quote."""


class Wish(NamedTuple):
    """An order as it is asked for; without a price it is a MARKET order."""

    label: str
    owner: int
    side: int
    quantity: int
    price: int | None = None
    in_force: TimeInForce = TimeInForce.GTC
    reduce_only: bool = False
    prevention: SelfTradePrevention = SelfTradePrevention.EXPIRE_MAKER


class Paper:
    """An order as it stands or is about to."""

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        self.price = wish.price
        self.quantity = wish.quantity
        self.executed = 0

    @property
    def prevents(self) -> bool:
        """Self-trade prevention has no effect for FOK and GTX."""
        if self.wish.prevention is SelfTradePrevention.NONE:
            return False
        return self.wish.in_force not in {TimeInForce.FOK, TimeInForce.GTX}

    @property
    def left(self) -> int:
        return self.quantity - self.executed


class Refused(Exception):
    """With the name of the reason."""


class NaiveBook:
    def __init__(self) -> None:
        self.standing: list[Paper] = []
        """In the order in which they came to stand."""
        self.quotes: dict[int, list[LEVEL]] = {1: [], -1: []}
        self.positions: dict[int, int] = {}
        self.log: list[Happened] = []

    # What can be asked.

    def place(self, wish: Wish) -> None:
        if wish.reduce_only and self.positions.get(wish.owner, 0) * wish.side >= 0:
            raise Refused("REDUCE_ONLY_REJECTED")
        if wish.in_force is TimeInForce.FOK:
            self._try_whole(wish)
        paper = Paper(wish)
        if wish.in_force is TimeInForce.GTX and self._would_take(paper):
            raise Refused("GTX_WOULD_TAKE")
        self._go(paper)

    def amend(self, label: str, quantity: int, price: int) -> None:
        [paper] = [p for p in self.standing if p.wish.label == label]
        if (quantity, price) == (paper.quantity, paper.price):
            raise Refused("NO_NEED_TO_MODIFY")
        self.standing.remove(paper)
        at_most_executed = quantity <= paper.executed
        paper.quantity, paper.price = quantity, price
        if at_most_executed or (paper.wish.in_force is TimeInForce.GTX and self._would_take(paper)):
            self.log.append(("canceled", label))
            return
        self._go(paper)

    def cancel(self, label: str) -> None:
        self.standing = [p for p in self.standing if p.wish.label != label]
        self.log.append(("canceled", label))

    def quote(self, bids: list[LEVEL], asks: list[LEVEL]) -> None:
        """New quotes first fill the orders that they cross, each at its own price."""
        if bids and asks and max(bids)[0] >= min(asks)[0]:
            raise Refused("CROSSED_QUOTES")
        self.quotes = {1: sorted(bids, reverse=True), -1: sorted(asks)}
        for side in (1, -1):
            while self.quotes[-side] and (maker := self._best_client(side)):
                level = self.quotes[-side][0]
                assert maker.price is not None
                if (maker.price - level[0]) * side < 0:
                    break
                size = min(self._may_trade(maker), level[1])
                if size:
                    self._trade(maker, None, maker.price, size)
                else:
                    self._expire(maker)

    # How an order trades.

    def _try_whole(self, wish: Wish) -> None:
        """Play it on a copy."""
        trial = deepcopy(self)
        paper = Paper(wish)
        if wish.reduce_only and wish.quantity > abs(self.positions[wish.owner]):
            raise Refused("FOK_NOT_FILLED")
        trial._take(paper)
        if paper.left:
            raise Refused("FOK_NOT_FILLED")

    def _would_take(self, paper: Paper) -> bool:
        side = paper.wish.side
        prices = [p.price for p in self.standing if p.wish.side == -side]
        prices += [level[0] for level in self.quotes[-side]]
        return any(self._within(paper, price) for price in prices if price is not None)

    def _within(self, paper: Paper, price: int) -> bool:
        return paper.price is None or (price - paper.price) * paper.wish.side <= 0

    def _go(self, paper: Paper) -> None:
        if not self._take(paper):
            return
        nothing_to_close = paper.wish.reduce_only and not self._may_trade(paper)
        stands = paper.price is not None and paper.wish.in_force is not TimeInForce.IOC
        if stands and not nothing_to_close:
            self.standing.append(paper)
            self.log.append(("rested", paper.wish.label))
        else:
            self.log.append(("expired", paper.wish.label))

    def _take(self, paper: Paper) -> bool:
        """Trade as long as something fits; whether anything is left that is still alive."""
        side = paper.wish.side
        while paper.left:
            maker = self._best_client(-side)
            level = self.quotes[-side][0] if self.quotes[-side] else None
            if maker is not None and self._comes_first(maker, level):
                assert maker.price is not None
                if not self._within(paper, maker.price):
                    return True
                if not self._meet(paper, maker, maker.price):
                    return False
                continue
            if level is None or not self._within(paper, level[0]):
                return True
            size = min(self._may_trade(paper), level[1])
            if not size:
                self.log.append(("expired", paper.wish.label))
                return False
            self._trade(None, paper, level[0], size)
        return False

    def _comes_first(self, maker: Paper, level: LEVEL | None) -> bool:
        """A client's order before a quote of the house, unless the quote is better."""
        if level is None or maker.price is None:
            return True
        return (maker.price - level[0]) * maker.wish.side >= 0

    def _meet(self, paper: Paper, maker: Paper, price: int) -> bool:
        """Whether the order lives on after it has met another client's, or its own."""
        if maker.wish.owner == paper.wish.owner and paper.prevents:
            mode = paper.wish.prevention
            if mode in {SelfTradePrevention.EXPIRE_MAKER, SelfTradePrevention.EXPIRE_BOTH}:
                self._expire(maker)
            if mode in {SelfTradePrevention.EXPIRE_TAKER, SelfTradePrevention.EXPIRE_BOTH}:
                self.log.append(("expired", paper.wish.label))
                return False
            return True
        if not self._may_trade(maker):
            self._expire(maker)
            return True
        size = min(self._may_trade(paper), self._may_trade(maker))
        if not size:
            self.log.append(("expired", paper.wish.label))
            return False
        self._trade(maker, paper, price, size)
        return True

    def _best_client(self, side: int) -> Paper | None:
        """The first of those with the best price."""
        best: Paper | None = None
        for paper in self.standing:
            if paper.wish.side != side or paper.price is None:
                continue
            if best is None or best.price is None or (paper.price - best.price) * side > 0:
                best = paper
        return best

    def _may_trade(self, paper: Paper) -> int:
        if not paper.wish.reduce_only:
            return paper.left
        held = self.positions.get(paper.wish.owner, 0)
        return min(paper.left, max(0, -held * paper.wish.side))

    def _trade(self, maker: Paper | None, taker: Paper | None, price: int, size: int) -> None:
        names = [paper.wish.label if paper else HOUSE for paper in (maker, taker)]
        self.log.append(("trade", price, size, names[0], names[1]))
        if maker is None or taker is None:
            client = maker or taker
            assert client is not None
            level = self.quotes[-client.wish.side][0]
            level[1] -= size
            if not level[1]:
                del self.quotes[-client.wish.side][0]
        for paper in (maker, taker):
            if paper is not None:
                self._fill(paper, size)

    def _fill(self, paper: Paper, size: int) -> None:
        paper.executed += size
        if not paper.left and paper in self.standing:
            self.standing.remove(paper)
        owner = paper.wish.owner
        self.positions[owner] = self.positions.get(owner, 0) + paper.wish.side * size
        for other in list(self.standing):
            pointless = self.positions[owner] * other.wish.side >= 0
            if other.wish.owner == owner and other.wish.reduce_only and pointless:
                self._expire(other)

    def _expire(self, paper: Paper) -> None:
        self.standing.remove(paper)
        self.log.append(("expired", paper.wish.label))
