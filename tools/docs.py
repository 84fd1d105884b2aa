"""Makes the pages of docs/ that tell the tables that the API runs on.

    python -m tools.docs

The tables say what is served and what is refused with; the words beside each row are here.
`tests/test_docs_tables.py` fails when a page is stale or a row has no words.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from perpbox.api.chart import KLINE_WEIGHTS, kline_weight
from perpbox.api.errors import Error
from perpbox.api.limits import (
    ORDERS_PER_MINUTE,
    ORDERS_PER_TEN_SECONDS,
    REFUSALS_BEFORE_BAN,
    WEIGHT_PER_MINUTE,
)
from perpbox.api.market import DEPTH_WEIGHTS, depth_weight
from perpbox.api.params import Params
from perpbox.api.routes import ROUTES, Route, Security
from perpbox.api.ws_api.app import PATH
from perpbox.api.ws_api.methods import HANDSHAKE_WEIGHT, METHODS, SESSION_WEIGHT
from perpbox.faults.rules import Form
from tools.docs_dates import dates_page
from tools.docs_settings import settings_page
from tools.docs_streams import streams_page
from tools.docs_table import table
from tools.docs_unanswered import unanswered_rows
from tools.docs_words import NOT_SERVED, PURPOSES, RULES, SESSION

DOCS: Final = Path(__file__).resolve().parents[1] / "docs"

SECURITY: Final = {
    Security.NONE: "public",
    Security.MARKET_DATA: "any key that may read, no signature",
    Security.USER_STREAM: "key that may read, no signature",
    Security.USER_DATA: "signed, key that may read",
    Security.TRADE: "signed, key that may trade",
}
ORDERS: Final = {(0, 0): "", (1, 1): "1 / 1", (5, 1): "5 / 1"}


def main() -> None:
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")


# docs/endpoints.md


def endpoints_page() -> str:
    served = [
        (
            route.method,
            f"`{route.path}`",
            route.security.name,
            weight_text(route),
            ORDERS[route.orders],
            PURPOSES[f"{route.method} {route.path}"],
        )
        for route in ROUTES
    ]
    absent = [(method, f"`{path}`", words) for method, path, words in NOT_SERVED]
    return f"""\
# Endpoints

Made by `make docs` from `perpbox/api/routes.py`; change that, not this. What a page of Binance's
documentation says about parameters and answers holds here; where it leaves a choice,
[decisions.md](decisions.md) has it.

{security_lines()}

An address may use a weight of {WEIGHT_PER_MINUTE} a minute. An account may place
{ORDERS_PER_TEN_SECONDS} orders in ten seconds and {ORDERS_PER_MINUTE} in a minute; the column says
what a request counts as in each. What goes beyond gets 429, and an address that sends
{REFUSALS_BEFORE_BAN} more in the same minute 418. `--limits off` turns all of it off.

{table(("method", "path", "security", "weight", "orders", "what it does"), served)}

## WebSocket API

At `{PATH}` the same handlers are asked in JSON: a method has the parameters, security, weight,
order counts, answers and errors of its endpoint, and shares its limits. The handshake costs
{HANDSHAKE_WEIGHT}. Every answer shows `rateLimits`, unless `returnRateLimits` says otherwise in the
query of the connection or in the request. What is signed is every parameter but the signature,
`apiKey` too, sorted by name and joined as `name=value&name=value`.

{table(("method", "is the same as", "weight"), methods())}

## Documented and not served

These get a 404, as a path that does not exist, or a 405 where the path has other methods.

{table(("method", "path", "what it would do"), absent)}
"""


def methods() -> list[tuple[str, str, str]]:
    """The rows of the WebSocket API: its own methods, then those of endpoints."""
    weights = {f"{route.method} {route.path}": weight_text(route) for route in ROUTES}
    own = [(f"`{name}`", words, str(SESSION_WEIGHT)) for name, words in SESSION.items()]
    return own + [
        (f"`{method.name}`", f"`{method.endpoint}`", weights[method.endpoint]) for method in METHODS
    ]


def security_lines() -> str:
    return "\n".join(f"* {security.name}: {words}" for security, words in SECURITY.items())


def weight_text(route: Route) -> str:
    """The weight, or what it depends on."""
    if isinstance(route.weight, int):
        return str(route.weight)
    if route.weight is depth_weight:
        return "; ".join(f"{limits}: {cost}" for limits, cost in depth_costs())
    if route.weight is kline_weight:
        return "; ".join(f"limit from {limit}: {cost}" for limit, cost in kline_costs())
    one = route.weight(Params({"symbol": "BTCUSDT"}))
    return f"{one}; {route.weight(Params({}))} without symbol"


def depth_costs() -> list[tuple[str, int]]:
    """The limits of each cost, as "limit 5, 10, 20, 50"."""
    costs = sorted(set(DEPTH_WEIGHTS.values()))
    return [
        (f"limit {', '.join(n for n, cost in DEPTH_WEIGHTS.items() if cost == wanted)}", wanted)
        for wanted in costs
    ]


def kline_costs() -> list[tuple[int, int]]:
    """The limit from which on it is such a cost."""
    starts = [1, *(below for below, _ in KLINE_WEIGHTS)]
    return [(start, kline_weight(Params({"limit": str(start)}))) for start in starts]


# docs/errors.md


def errors_page() -> str:
    rows = [
        (str(error.code), str(error.status), error.value[1].replace("{}", "…"), RULES[error.name])
        for error in sorted(Error, key=lambda error: -error.code)
    ]
    return f"""\
# Errors

Made by `make docs` from `perpbox/api/errors.py`; change that, not this. The body of a refusal is
`{{"code": -1121, "msg": "Invalid symbol."}}`, with the message as Binance publishes it. A refused
request has changed nothing. Where several refusals would be right, the order in
[decisions.md](decisions.md) says which is told.

{table(("code", "HTTP", "message", "told when"), rows)}

Before a request reaches the API, the server itself refuses what is no HTTP (400), takes too long
(408), has too large a body (413), target (414) or head (431), or expects what it does not know
(417), all with code -1000; the sizes are in [decisions.md](decisions.md). While it stops it answers
503 with -1016. An error of the program would be 500 with -1000, and would be counted in
`GET /box/v1/status`.

## Told on purpose

Only where a rule says that a call fails so: [faults.md](faults.md).

{table(("code", "HTTP", "message", "form"), on_purpose())}

## Never told

What Binance publishes besides, and why nobody is told so here. `tests/api/test_every_error.py`
causes every code of the first table; `tests/test_docs_errors.py` holds both against the list of
what is published.

{table(("code", "name", "why not"), unanswered_rows())}
"""


def on_purpose() -> list[tuple[str, str, str, str]]:
    return [
        (str(form.code), str(form.status), form.message.replace("{}", "…"), f"`{form.label}`")
        for form in sorted(Form, key=lambda form: -form.code)
        if form.code
    ]


PAGES: Final[dict[str, Callable[[], str]]] = {
    "dates.md": dates_page,
    "endpoints.md": endpoints_page,
    "errors.md": errors_page,
    "settings.md": settings_page,
    "streams.md": streams_page,
}

if __name__ == "__main__":
    main()
