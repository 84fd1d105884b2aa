"""Why a command is refused: names in the venue's order of precedence; numbers belong to the API."""

from __future__ import annotations

from enum import Enum, auto


class Reject(Enum):
    """Ordered: where several would hold, the one written first is the one that is told."""

    UNKNOWN_ACCOUNT = auto()
    UNKNOWN_SYMBOL = auto()
    SYMBOL_CLOSED = auto()
    SYMBOL_NOT_TRADING = auto()
    OPENS_BEFORE_SETTLEMENT = auto()
    NOT_TRADING_TO_AMEND = auto()
    UNKNOWN_ASSET = auto()
    INVALID_AMOUNT = auto()
    NO_DEPTH = auto()
    # Filters, as exchangeInfo lists them.
    PRICE_NOT_POSITIVE = auto()
    PRICE_ABOVE_MAX = auto()
    PRICE_BELOW_MIN = auto()
    PRICE_OFF_TICK = auto()
    TRIGGER_PRICE_NOT_POSITIVE = auto()
    TRIGGER_PRICE_ABOVE_MAX = auto()
    INVALID_ACTIVATION_PRICE = auto()
    QUANTITY_NOT_POSITIVE = auto()
    QUANTITY_BELOW_MIN = auto()
    QUANTITY_ABOVE_MAX = auto()
    QUANTITY_OFF_STEP = auto()
    NOTIONAL_BELOW_MIN = auto()
    PRICE_ABOVE_MULTIPLIER = auto()
    PRICE_BELOW_MULTIPLIER = auto()
    PRICE_ABOVE_STOP_MULTIPLIER = auto()
    PRICE_BELOW_STOP_MULTIPLIER = auto()
    MARKET_PRICE_OUT_OF_BOUNDS = auto()
    # Position side and mode.
    POSITION_SIDE_MISMATCH = auto()
    REDUCE_ONLY_REJECTED = auto()
    DUPLICATE_CLIENT_ORDER_ID = auto()
    TOO_MANY_CONDITIONAL_ORDERS = auto()
    TOO_MANY_OPEN_ORDERS = auto()
    WOULD_TRIGGER_AT_ONCE = auto()
    POSITION_LIMIT_EXCEEDED = auto()
    MARGIN_NOT_SUFFICIENT = auto()
    FOK_NOT_FILLED = auto()
    GTX_WOULD_TAKE = auto()
    # Orders that stand.
    UNKNOWN_ORDER = auto()
    NO_NEED_TO_MODIFY = auto()
    TOO_MANY_MODIFICATIONS = auto()
    # Settings.
    INVALID_LEVERAGE = auto()
    LEVERAGE_REDUCTION_WITH_POSITION = auto()
    LEVERAGE_MARGIN_NOT_SUFFICIENT = auto()
    ISOLATED_UNDER_MULTI_ASSETS = auto()
    NO_NEED_TO_CHANGE_MARGIN_TYPE = auto()
    MARGIN_TYPE_WITH_ORDERS = auto()
    MARGIN_TYPE_WITH_POSITION = auto()
    NO_NEED_TO_CHANGE_POSITION_MODE = auto()
    POSITION_MODE_WITH_ORDERS = auto()
    POSITION_MODE_WITH_POSITION = auto()
    NO_NEED_TO_CHANGE_ASSET_MODE = auto()
    ASSET_MODE_WITH_ORDERS = auto()
    ASSET_MODE_WITH_ISOLATED = auto()
    ASSET_MODE_WITH_NEGATIVE_BALANCE = auto()
    ASSET_MODE_MARGIN_NOT_SUFFICIENT = auto()
    INVALID_FEES = auto()
    # Isolated margin and transfers.
    NOT_ISOLATED = auto()
    NO_POSITION = auto()
    CROSS_BALANCE_NOT_SUFFICIENT = auto()
    ISOLATED_BALANCE_NOT_SUFFICIENT = auto()
    BALANCE_NOT_SUFFICIENT = auto()
    # The operator's market.
    INVALID_PRICE = auto()
    INVALID_QUOTE_QUANTITY = auto()
    CROSSED_QUOTES = auto()
    INVALID_FUNDING = auto()
    INVALID_LADDER = auto()
    MARK_BY_FORMULA = auto()
    INVALID_SYMBOL = auto()
    ALREADY_OPEN = auto()


class Rejected(Exception):
    """A command was refused and has left no trace."""

    def __init__(self, reject: Reject, *details: str) -> None:
        super().__init__(reject.name, *details)
        self.reject = reject
        self.details = details
        """What the venue's message names, in its order."""
