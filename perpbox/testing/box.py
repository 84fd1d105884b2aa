"""A venue in memory with an operator's hands: accounts, prices, time, snapshots, its story."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from types import TracebackType
from typing import Any, Final, Self

import msgspec

from perpbox.account import AccountId
from perpbox.engine.line import Line
from perpbox.message import Request
from perpbox.money import Millis
from perpbox.server.background import Background, Failed
from perpbox.server.log import log_to
from perpbox.server.settings import Settings
from perpbox.story import Wanted, text_of, told
from perpbox.testing.account import Account
from perpbox.testing.settings import settings_of
from perpbox.testing.words import (
    FaultKind,
    Firing,
    Number,
    RuleShown,
    firings_of,
    prices_of,
    rule_of,
    text_of_number,
    words_of,
)
from perpbox.venue import Venue

BASELINE: Final = "_baseline"
"""The snapshot that `reset` goes back to."""
MOST_LINES: Final = 10_000
"""The latest turns, of which the story is told."""


class VenueRefused(Exception):
    """The venue refuses what an operator asks; `code` is the word for why."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code


class NotReady(RuntimeError):
    """The venue has not been started, or has been stopped."""


class Clock:
    """The venue's time. It stands until it is moved, unless it is told to run."""

    def __init__(self, box: Box) -> None:
        self._box = box

    @property
    def now(self) -> Millis:
        return self._box.background.call(lambda venue: venue.now())

    def advance(self, span: str | Millis) -> Millis:
        """Go on by "8h", "15m", "90s" or milliseconds; the time then.

        What falls due on the way happens in order, each thing at its own time.
        """
        return self._set(advance=span)

    def to(self, time: str | Millis) -> Millis:
        """Go on to a time: ISO 8601, or milliseconds."""
        return self._set(to=time)

    def run(self, speed: float = 1.0) -> Millis:
        """Run by itself, so many times as fast as the machine's."""
        return self._set(speed=speed)

    def stop(self) -> Millis:
        """Stand."""
        return self._set(mode="manual")

    def _set(self, **wanted: object) -> Millis:
        moment: Millis = self._box.control("POST", "clock", wanted)["time"]
        return moment


class Box(AbstractContextManager["Box"], AbstractAsyncContextManager["Box"]):
    """A venue for the length of a `with`, or of an `async with`.

    Its calls are plain functions in coroutines too: the venue has a thread of its own, and each
    takes a fraction of a millisecond. What the traders ask goes over HTTP and WebSocket, as ever.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = Clock(self)
        self._background: Background | None = None
        self._written = io.StringIO()
        self._lines: deque[Line] = deque(maxlen=MOST_LINES)
        self._endings: list[Callable[[], object]] = []
        self._followed: Venue | None = None

    def __repr__(self) -> str:
        return f"Box({self._background.base_url if self._background else 'not running'})"

    # Its life.

    def start(self) -> Self:
        self._background = Background(self.settings, log_to(self._written))
        if self.settings.feed_kind != "relay":
            self._take_baseline()
        self.background.call(self._follow)
        return self

    def _take_baseline(self) -> None:
        names = [each["name"] for each in self.control("GET", "snapshots")["snapshots"]]
        if BASELINE in names:  # an earlier start's, in a file
            self.control("DELETE", f"snapshots/{BASELINE}")
        self.snapshot(BASELINE)

    def stop(self) -> None:
        """End it; its clients are closed."""
        background, self._background = self._background, None
        if background is None:
            return
        self._close_clients()
        if background.stop():
            raise Failed(f"the venue has not ended well: {self.log}")

    def reset(self) -> None:
        """Let it be as it was at its start: no accounts, the first prices, the first moment."""
        self._close_clients()
        self._written.seek(0)
        self._written.truncate()
        self.restore(BASELINE)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return self.start()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def background(self) -> Background:
        if self._background is None:
            raise NotReady("the venue is not running: use it in a with statement")
        return self._background

    @property
    def base_url(self) -> str:
        return self.background.base_url

    # An operator's hands.

    def account(self, name: str = "", **balances: Number) -> Account:
        """A new account with so much of each asset, and a key that may do everything."""
        told = {asset: text_of_number(amount) for asset, amount in balances.items()}
        made = self.control("POST", "accounts", {"name": name, "balances": told})
        return Account(
            made["accountId"], made["apiKey"], made["secretKey"], self.base_url, self._at_end
        )

    def price(self, symbol: str, price: Number | None = None, **prices: Number) -> Any:
        """Move mark, index and last price of a symbol, or those that are named; as they are then.

        `box.price("BTCUSDT", "50000")`, `box.price("BTCUSDT", mark="50000", last="50010")`; without
        a price they are only told.
        """
        if price is None and not prices:
            return self.background.call(lambda venue: prices_of(venue.state.markets[symbol]))
        apart = {name: text_of_number(value) for name, value in prices.items()}
        wanted = apart if price is None else text_of_number(price)
        return self.control("POST", "prices", {symbol: wanted})[symbol]

    def advance(self, span: str | Millis) -> Millis:
        """Move the clock on by "8h", "15m", "90s" or milliseconds; the time then."""
        return self.clock.advance(span)

    def snapshot(self, name: str) -> None:
        """Keep all as it is now under a name."""
        self.control("POST", "snapshots", {"name": name})

    def restore(self, name: str) -> None:
        """Let all be as it was; WebSocket connections are closed."""
        self.control("POST", f"snapshots/{name}/restore")

    def fork(self, name: str) -> str:
        """Another venue that goes on from a snapshot; its address."""
        url: str = self.control("POST", f"snapshots/{name}/fork")["url"]
        return url

    def faults(
        self,
        kind: FaultKind,
        *,
        endpoint: str = "*",
        event: str = "*",
        account: Account | AccountId | None = None,
        symbol: str | None = None,
        probability: Number = "1",
        every: int | None = None,
        nth: int | None = None,
        times: int | None = None,
        seed: int = 0,
        **how: Any,
    ) -> RuleShown:
        """Lay a rule of docs/faults.md, until `reset`; its `id`, and what it is.

        `box.faults("error", answer="408", executed=True, endpoint="POST /fapi/v1/order", nth=1)`
        """
        told = {
            "endpoint": endpoint,
            "event": event,
            "account": account.id if isinstance(account, Account) else account,
            "symbol": symbol,
            "probability": text_of_number(probability),
            "every": every,
            "nth": nth,
            "times": times,
            "seed": seed,
        }
        laid = self.control("POST", "faults", {"fault": {"kind": kind, **words_of(how)}, **told})
        return rule_of(laid)

    def lift(self, rule: RuleShown | int | None = None) -> None:
        """Lift a rule, or all of them; what it held back is told. With all the log goes too."""
        number = rule if isinstance(rule, int) or rule is None else rule.id
        self.control("DELETE", "faults" if number is None else f"faults/{number}")

    def fired(self, rule: RuleShown | int | None = None) -> list[Firing]:
        """What rules have done, oldest first; all of them, or this one."""
        number = rule if isinstance(rule, int) or rule is None else rule.id
        log = firings_of(self.control("GET", "faults")["log"])
        return [each for each in log if number in {None, each.rule}]

    def control(self, method: str, path: str, body: object = None) -> Any:
        """Any call of docs/control.md: `box.control("POST", "funding", {...})`.

        Raises `VenueRefused`.
        """
        headers = {"authorization": f"Bearer {self.settings.token}"}
        data = msgspec.json.encode({} if body is None else body)
        request = Request(method, f"/box/v1/{path}", headers=headers, body=data)
        response = self.background.answer(request, self._follow)
        told = msgspec.json.decode(response.body)
        if "error" in told:
            error = told["error"]
            raise VenueRefused(response.status, error["code"], error["message"])
        return told

    # What has happened.

    def story(self, account: AccountId | None = None, symbol: str | None = None) -> str:
        """The turns since the start or the last reset, as `perpbox log` tells them."""
        wanted = Wanted(account, symbol)
        turns = (told(line, wanted) for line in list(self._lines))
        return "\n".join(text_of(turn) for turn in turns if turn is not None)

    @property
    def log(self) -> str:
        """What the process has logged since then."""
        return self._written.getvalue()

    def _follow(self, venue: Venue) -> None:
        """Each turn from now on is part of the story; after a restore the venue is another."""
        if venue is not self._followed:
            self._followed = venue
            lines = self._lines = deque(maxlen=MOST_LINES)
            venue.listeners.append(lines.append)

    def _at_end(self, close: Callable[[], object]) -> None:
        self._endings.append(close)

    def _close_clients(self) -> None:
        endings, self._endings = self._endings, []
        for close in endings:
            close()


def venue(**settings: Any) -> Box:
    """A venue with these settings, which are those of `perpbox serve`.

    `with venue(feed="synthetic", seed=7, start="2026-01-01") as box:`
    """
    return Box(settings_of(**settings))
