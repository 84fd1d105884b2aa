"""What docs/conformance.md says, of the rows that are kept in docs/conformance.json."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any, Final

from perpbox.api.routes import ROUTES
from tools.docs_table import table

PROJECT: Final = Path(__file__).resolve().parents[1]
DOCUMENTED: Final = PROJECT / "tools" / "documented_parameters.txt"
FEATURES: Final = {
    "start-up": "what it asks before anything else, exchangeInfo and time among it",
    "market data": "book, quotes, trades and klines over REST",
    "account": "v3/account or v2/account and balances, figure by figure",
    "positions": "positionRisk, recomputed from fills and mark price",
    "orders": "limit and market orders, placed, filled, canceled, closed",
    "amendments": "price and quantity of an order changed",
    "batches": "several orders placed and canceled at once",
    "conditional orders": "a stop placed, listed, canceled, triggered",
    "settings": "leverage, margin type, fees in BNB and the like",
    "history": "orders, trades and income of the past, adding up to the wallet",
    "refusals": "the client's own exception for the venue's code, and no trace left",
    "user stream": "events against what REST answers, and adding up",
    "market streams": "each stream against what REST answers",
    "WebSocket API": "the session again over /ws-fapi/v1",
}
"""Those of tests/clients/cells.py, in words."""
CLIENTS: Final = (
    ("PyPI", "ccxt"),
    ("npm", "ccxt"),
    ("PyPI", "python-binance"),
    ("PyPI", "binance-futures-connector"),
    ("PyPI", "binance-sdk-derivatives-trading-usds-futures"),
    ("npm", "@binance/derivatives-trading-usds-futures"),
    ("npm", "binance"),
    ("npm", "node-binance-api"),
    ("PyPI", "unicorn-binance-rest-api"),
    ("PyPI", "nautilus_trader"),
    ("PyPI", "freqtrade"),
    ("PyPI", "cryptofeed"),
    ("PyPI", "hummingbot"),
)
"""The clients that the page is about; one that no flow drives has an empty row."""
RECORDINGS: Final = (
    (r"(roq_)?acct_v2_|asset_v2_|positions?_v2_|roq_ws_account_status_", "GET /fapi/v2/account"),
    (r"balance_v2_", "GET /fapi/v2/balance"),
    (r"balance_ws_|roq_ws_account_balance_", "GET /fapi/v3/balance"),
    (r"positionRisk_v2_", "GET /fapi/v2/positionRisk"),
    (r"positionRisk_v3_", "GET /fapi/v3/positionRisk"),
    (r"assetIndex_|roq_assetIndex", "GET /fapi/v1/assetIndex"),
    (r"(roq_)?userTrades", "GET /fapi/v1/userTrades"),
    (r"openOrder_", "GET /fapi/v1/openOrders"),
    (r"roq_exchangeInfo_", "GET /fapi/v1/exchangeInfo"),
    (r"roq_ws_order_place", "POST /fapi/v1/order"),
    (r"roq_ws_order_modify", "PUT /fapi/v1/order"),
    (r"roq_ws_order_cancel", "DELETE /fapi/v1/order"),
)
"""By the beginning of a recording's name the endpoint that gave it, or would over REST."""
NAME: Final = re.compile(
    r"(?:roq|acct|asset|assetIndex|balance|openOrder|positions?|positionRisk|userTrades)_\w+"
)
NOTHING: Final[dict[str, Any]] = {"answered": False, "parameters": [], "errors": []}


def conformance_page(seen: dict[str, dict[str, Any]]) -> str:
    endpoints = endpoint_rows(seen["endpoints"])
    clients = client_rows(seen["clients"])
    return f"""\
# Conformance

Made by `make conformance` from what tests did; change those, not this. What no test has shown is
empty.

## Clients

Each is the unmodified library in the locked environment that `tests/clients` has for it. It trades
on a venue of its own, and a cell is filled when all checks of the feature have held: `make clients`
runs them.

No flow drives hummingbot 20260922: it is published as source alone, and what it requires cannot be
had together. On Python 3.11 there is no pandas-ta of the version it wants, and on 3.12 its
decibel-python-sdk wants websockets 14 or newer, while each of the web3 that fit the rest wants one
below 14.

{table(("client", "version", "from", *FEATURES), clients)}

What a feature means:

{table(("feature", "what is checked"), FEATURES.items())}

## Endpoints

Counted in the requests of those tests in `tests/api` that ask the same each time and everywhere.
An endpoint is answered if it did not refuse once; a parameter counts if a request that was not
refused had it, of those that the endpoint's page documents ("-" has no page:
`tools/documented_parameters.txt`); refusals are the codes that tests were told. Recorded are
answers of the live service that `tests/recorded` and `tests/api` compare with, by the endpoint that
gave them, or would over REST.

{summary(seen["endpoints"])}

{table(("endpoint", "answered", "parameters", "not sent", "refusals", "recorded"), endpoints)}
"""


def client_rows(flows: dict[str, Any]) -> list[list[str]]:
    """In the order of the list, and whatever else ran behind it."""
    by_client = {(row["registry"], row["client"]): row for row in flows.values()}
    others = sorted(by_client.keys() - set(CLIENTS))
    rows = []
    for registry, client in (*CLIENTS, *others):
        row = by_client.get((registry, client), {"version": "", "features": []})
        cells = ["✓" if feature in row["features"] else "" for feature in FEATURES]
        rows.append([client, row["version"], registry, *cells])
    return rows


def documented() -> dict[str, list[str]]:
    """Parameters by endpoint."""
    lines = DOCUMENTED.read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if not line.startswith("#")]
    return {f"{method} {path}": names for method, path, *names in rows}


def recordings() -> Counter[str]:
    """How many recorded answers of each endpoint the tests name."""
    places = [*(PROJECT / "tests" / "recorded").glob("*.txt")]
    places += [*(PROJECT / "tests" / "api").glob("test_*recorded.py")]
    names = {name for place in places for name in NAME.findall(place.read_text(encoding="utf-8"))}
    return Counter(
        endpoint for name in names for start, endpoint in RECORDINGS if re.match(start, name)
    )


def endpoint_rows(seen: dict[str, Any]) -> list[list[str]]:
    listed, recorded = documented(), recordings()
    rows = []
    for route in ROUTES:
        endpoint = f"{route.method} {route.path}"
        row = seen.get(endpoint, NOTHING)
        wanted = listed.get(endpoint)
        sent = [name for name in wanted or () if name in row["parameters"]]
        rows.append(
            [
                f"{route.method} `{route.path}`",
                "✓" if row["answered"] else "",
                "-" if wanted is None else f"{len(sent)} / {len(wanted)}",
                " ".join(name for name in wanted or () if name not in sent),
                " ".join(str(code) for code in sorted(row["errors"], reverse=True)),
                str(recorded[endpoint] or ""),
            ]
        )
    return rows


def summary(seen: dict[str, Any]) -> str:
    """The sums of the table."""
    listed, rows = documented(), [seen.get(f"{r.method} {r.path}", NOTHING) for r in ROUTES]
    answered = sum(row["answered"] for row in rows)
    wanted = sum(map(len, listed.values()))
    sent = sum(
        name in seen.get(endpoint, NOTHING)["parameters"]
        for endpoint, names in listed.items()
        for name in names
    )
    pairs = sum(len(row["errors"]) for row in rows)
    codes = {code for row in rows for code in row["errors"]}
    recorded = recordings()
    return (
        f"{answered} of {len(rows)} endpoints answered, {sent} of {wanted} documented parameters"
        f" sent, {len(codes)}\ncodes of refusals in {pairs} places, {recorded.total()} recorded"
        f" answers of {len(recorded)} endpoints."
    )
