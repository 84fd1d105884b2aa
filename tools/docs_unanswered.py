"""The published errors that perpbox never tells, and why; source: the error-code page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple


class Unanswered(NamedTuple):
    """Codes that share a reason; `names` are the published ones, in the order of the codes."""

    codes: tuple[int, ...]
    names: str
    reason: str


OPERATORS: Final = "symbols come from a catalogue, which is refused whole when it is read"
OPTIONS: Final = "there are no options"
PERSONS: Final = "accounts have no holder whose age, country or identity could matter"
STATUS: Final = "a symbol that is not traded is told -1122, -4140 or -4141"
RISK: Final = "the venue takes no trading permission away; an operator deletes keys"

UNANSWERED: Final = (
    Unanswered(
        (-1002, -1099),
        "UNAUTHORIZED NOT_FOUND",
        "a key that may not is told -2014 or -2015, a path that is none -1000",
    ),
    Unanswered(
        (-1004, -1005),
        "DUPLICATE_IP NO_SUCH_IP",
        "keys and their addresses are made at `/box/v1`, not here",
    ),
    Unanswered(
        (-1006, -1010),
        "UNEXPECTED_RESP ERROR_MSG_RECEIVED",
        "no message bus stands between the API and the engine",
    ),
    Unanswered((-1011,), "NON_WHITE_LIST", "addresses are a key's own, and refused with -2015"),
    Unanswered(
        (-1014,),
        "UNKNOWN_ORDER_COMPOSITION",
        "the part that does not fit is named: -1106, -1115 or -1116",
    ),
    Unanswered(
        (-1104,), "UNREAD_PARAMETERS", "a parameter that an endpoint does not have is passed over"
    ),
    Unanswered(
        (-1109, -4027, -4033, -4044),
        "BAD_ACCOUNT INVALID_ACCOUNT_TYPE INSURANCE_ACCOUNT_NOT_FOUND INVALID_BALANCE_TYPE",
        "no parameter names an account, its type or a kind of balance: the key does",
    ),
    Unanswered((-1110,), "BAD_INSTRUMENT_TYPE", "no endpoint has a `symbolType`"),
    Unanswered(
        (-1112,),
        "NO_DEPTH",
        "a MARKET order that finds no book is accepted and expires, with reason 9",
    ),
    Unanswered(
        (-1113, -4114, -4115),
        "WITHDRAW_NOT_NEGATIVE INVALID_CLIENT_TRAN_ID_LEN DUPLICATED_CLIENT_TRAN_ID",
        "money is transferred at `/box/v1`, not here",
    ),
    Unanswered((-1114,), "TIF_NOT_REQUIRED", "-1106 names the parameter, as the service does"),
    Unanswered(
        (-1118, -1119),
        "EMPTY_NEW_CL_ORD_ID EMPTY_ORG_CL_ORD_ID",
        "-1105 names the parameter that is empty",
    ),
    Unanswered(
        (-2016, -4022),
        "NO_TRADING_WINDOW WRONG_MARKET_STATUS",
        STATUS,
    ),
    Unanswered((-1126,), "ASSET_NOT_SUPPORTED", "what is no asset of the venue is told -1108"),
    Unanswered(
        (-2010, -2020),
        "NEW_ORDER_REJECTED UNABLE_TO_FILL",
        "every reason to refuse an order has a code that says more",
    ),
    Unanswered(
        (-2012, -4083),
        "CANCEL_ALL_FAIL PLACE_BATCH_ORDERS_FAIL",
        "each order of a batch is a turn of its own, and answers for itself",
    ),
    Unanswered((-2017,), "API_KEYS_LOCKED", "a key is there or deleted, which is told -2015"),
    Unanswered(
        (-2023,),
        "USER_IN_LIQUIDATION",
        "a liquidation begins and ends in one turn, and no request comes between",
    ),
    Unanswered(
        (-2024, -4118),
        "POSITION_NOT_SUFFICIENT REDUCE_ONLY_MARGIN_CHECK_FAILED",
        "what may only reduce is not held against margin: with nothing to reduce it is told -2022,"
        " and what can reduce no more is taken back with reason 4",
    ),
    Unanswered(
        (-2026, -4020),
        "REDUCE_ONLY_ORDER_TYPE_NOT_SUPPORTED TARGET_STRATEGY_INVALID",
        "every type of order may be reduce-only",
    ),
    Unanswered((-4000,), "INVALID_ORDER_STATUS", "no parameter is the status of an order"),
    Unanswered(
        (-4008, -4009, -4010, -4011, -4012, -4017, -4018, -4019, -4025),
        "TICK_SIZE_LESS_THAN_ZERO MAX_PRICE_LESS_THAN_MIN_PRICE MAX_QTY_LESS_THAN_MIN_QTY"
        " STEP_SIZE_LESS_THAN_ZERO MAX_NUM_ORDERS_LESS_THAN_ZERO MULTIPLIER_UP_LESS_THAN_ZERO"
        " MULTIPLIER_DOWN_LESS_THAN_ZERO COMPOSITE_SCALE_OVERFLOW"
        " MULTIPLIER_DECIMAL_LESS_THAN_ZERO",
        OPERATORS,
    ),
    Unanswered(
        (-4026, -4029, -4030, -4058, -4085, -4086),
        "COMMISSION_INVALID INVALID_TICK_SIZE_PRECISION INVALID_STEP_SIZE_PRECISION"
        " MAX_PRICE_TOO_LARGE INVALID_NOTIONAL_LIMIT_COEF INVALID_PRICE_SPREAD_THRESHOLD",
        OPERATORS,
    ),
    Unanswered(
        (-4052, -4053),
        "NO_NEED_TO_CHANGE_AUTO_ADD_MARGIN AUTO_ADD_CROSSED_MARGIN_REJECT",
        "no published endpoint sets automatic margin",
    ),
    Unanswered((-4057,), "INVALID_RSA_PUBLIC_KEY", "keys are made at `/box/v1`, not here"),
    Unanswered(
        (-4062,),
        "REDUCE_ONLY_CONFLICT",
        "`reduceOnly` where it may not be sent is told -1106, as clients of the service report",
    ),
    Unanswered(
        (-4063, -4064, -4065, -4066, -4069, -4070, -4071, -4072, -4073),
        "INVALID_OPTIONS_REQUEST_TYPE INVALID_OPTIONS_TIME_FRAME INVALID_OPTIONS_AMOUNT"
        " INVALID_OPTIONS_EVENT_TYPE INVALID_OPTIONS_PREMIUM_FEE INVALID_CL_OPTIONS_ID_LEN"
        " INVALID_OPTIONS_DIRECTION OPTIONS_PREMIUM_NOT_UPDATE"
        " OPTIONS_PREMIUM_INPUT_LESS_THAN_ZERO",
        OPTIONS,
    ),
    Unanswered(
        (-4074, -4075, -4076, -4077, -4078, -4079, -4080, -4081),
        "OPTIONS_AMOUNT_BIGGER_THAN_UPPER OPTIONS_PREMIUM_OUTPUT_ZERO OPTIONS_PREMIUM_TOO_DIFF"
        " OPTIONS_PREMIUM_REACH_LIMIT OPTIONS_COMMON_ERROR INVALID_OPTIONS_ID"
        " OPTIONS_USER_NOT_FOUND OPTIONS_NOT_FOUND",
        OPTIONS,
    ),
    Unanswered((-4084,), "UPCOMING_METHOD", "what is not served yet has no path: -1000 with 404"),
    Unanswered(
        (-4087, -4088, -4192, -4400, -4401),
        "REDUCE_ONLY_ORDER_PERMISSION NO_PLACE_ORDER_PERMISSION COOLING_OFF_PERIOD"
        " TRADING_QUANTITATIVE_RULE LARGE_POSITION_SYM_RULE",
        RISK,
    ),
    Unanswered((-4109,), "INACTIVE_ACCOUNT", "an account is never archived"),
    Unanswered(
        (-4117,),
        "STOP_ORDER_TRIGGERING",
        "a condition holds and its order is placed in one turn, and no request comes between",
    ),
    Unanswered(
        (-4139,), "ORDER_TYPE_CANNOT_BE_MKT", "no symbol is in a state in which nothing is canceled"
    ),
    Unanswered((-4142,), "STRATEGY_INVALID_TRIGGER_PRICE", "of strategies; an order is told -2021"),
    Unanswered(
        (-4202, -4203, -4205, -4206, -4402, -4403),
        "ADJUST_LEVERAGE_KYC_FAILED ADJUST_LEVERAGE_ONE_MONTH_FAILED"
        " ADJUST_LEVERAGE_X_DAYS_FAILED ADJUST_LEVERAGE_KYC_LIMIT"
        " COMPLIANCE_BLACK_SYMBOL_RESTRICTION ADJUST_LEVERAGE_COMPLIANCE_FAILED",
        PERSONS,
    ),
    Unanswered(
        (-4208, -4209),
        "ADJUST_LEVERAGE_ACCOUNT_SYMBOL_FAILED ADJUST_LEVERAGE_SYMBOL_FAILED",
        "no account has a position limit of its own; beyond the symbol's leverage it is -4028",
    ),
    Unanswered(
        (-4210, -4211),
        "STOP_PRICE_HIGHER_THAN_PRICE_MULTIPLIER_LIMIT"
        " STOP_PRICE_LOWER_THAN_PRICE_MULTIPLIER_LIMIT",
        "no bound between a trigger price and the price of the day is published",
    ),
    Unanswered(
        (-4531,), "(no published name)", "the weeks of the merger with coin-margined futures"
    ),
    Unanswered(
        (-5028, -5043),
        "ME_RECVWINDOW_REJECT EXISTING_PENDING_MODIFICATION",
        "a request is checked and done in one turn, so that none waits for a matching engine",
    ),
)

OF_THE_SERVER: Final = {-1016: "503 while the server stops, before a request reaches the API"}
"""What is answered below the API, and so is no member of its errors."""


def unanswered_codes() -> Iterator[int]:
    for each in UNANSWERED:
        yield from each.codes


def unanswered_rows() -> list[tuple[str, str, str]]:
    """A row for each code: the code, its published name, the reason."""
    rows: list[tuple[int, str, str]] = []
    for codes, names, reason in UNANSWERED:
        told = [names] if names.startswith("(") else names.split()
        rows += zip(codes, told, [reason] * len(codes), strict=True)
    return [(str(code), name, why) for code, name, why in sorted(rows, reverse=True)]
