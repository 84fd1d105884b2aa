"""One request under way: what a handler is given, and how it reaches venue and account."""

from __future__ import annotations

from perpbox.account import Account
from perpbox.api.calendar import Day
from perpbox.api.desk import Desk
from perpbox.api.errors import ERROR_OF, ApiError, Error
from perpbox.api.params import Params
from perpbox.engine.commands import Command
from perpbox.engine.market import Market
from perpbox.engine.rejects import Rejected
from perpbox.engine.turn import Turn
from perpbox.instrument import Symbol
from perpbox.journal.keys import Key
from perpbox.money import Millis


class Call:
    """One request past the guard. `account` is the key's; a public request has none."""

    __slots__ = ("_account", "_key", "desk", "host", "now", "params", "state")

    def __init__(
        self,
        desk: Desk,
        params: Params,
        now: Millis,
        account: Account | None,
        key: Key | None = None,
        host: str = "",
    ) -> None:
        self.desk = desk
        self.params = params
        self.now = now
        self.state = desk.venue.state
        self._account = account
        self._key = key
        self.host = host
        """The name and port by which the client has reached the venue; empty if it said none."""

    @property
    def account(self) -> Account:
        if self._account is None:
            raise ApiError(Error.KEY_REJECTED)
        return self._account

    @property
    def key(self) -> Key:
        """The key that asks."""
        if self._key is None:
            raise ApiError(Error.KEY_REJECTED)
        return self._key

    def since(self, day: Day) -> bool:
        """Whether a change of that day is in force."""
        return self.desk.api_date >= day

    def submit(self, command: Command) -> Turn:
        """Let the command happen; a refusal becomes the venue's error."""
        try:
            return self.desk.submit(command)
        except Rejected as rejected:
            raise error_of(rejected) from None

    def symbol(self) -> Symbol:
        """The mandatory symbol: -1102 without, -1121 if it is not traded."""
        return self.market().symbol

    def market(self) -> Market:
        """The mandatory symbol's market."""
        return self.market_of(self.params.text("symbol"))

    def market_of(self, name: str, missing: Error = Error.BAD_SYMBOL) -> Market:
        market = self.state.markets.get(name)
        if market is None:
            raise ApiError(missing)
        return market

    def markets(self) -> list[Market] | Market:
        """The market of the symbol that was sent, or all of them."""
        name = self.params.optional("symbol")
        return list(self.state.markets.values()) if name is None else self.market_of(name)


def error_of(rejected: Rejected) -> ApiError:
    """The venue's error for the engine's refusal."""
    return ApiError(ERROR_OF[rejected.reject], *rejected.details)
