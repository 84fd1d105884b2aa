"""The table of the WebSocket API's methods, and the REST endpoint whose handler each one has."""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from typing import Final

import msgspec
from msgspec import Struct

from perpbox.api import conditional, market
from perpbox.api.calendar import Day
from perpbox.api.call import Call
from perpbox.api.routes import Route, by_path

HANDSHAKE_WEIGHT: Final = 5
SESSION_WEIGHT: Final = 2
SESSION_METHODS: Final = ("session.logon", "session.status", "session.logout")

VERSIONED: Final = re.compile(r"v([0-9]{1,3})/([^/]+)")


class Method(Struct, frozen=True):
    """A method and the endpoint that it is the same as: security, weight, order counts, answer."""

    name: str
    endpoint: str
    handler: Callable[[Call], object] | None = None
    """What answers instead of the endpoint's, where the pages show another answer."""


def new_algo_order(call: Call) -> object:
    """`algoOrder.place`: without the fields that are empty unless the order trails."""
    row = conditional.new_algo_order(call)
    return {name: value for name, value in row.items() if value != ""}


METHODS: Final = (
    Method("depth", "GET /fapi/v1/depth"),
    Method("ticker.price", "GET /fapi/v2/ticker/price"),
    Method("ticker.book", "GET /fapi/v1/ticker/bookTicker", market.numbered_book_ticker),
    Method("order.place", "POST /fapi/v1/order"),
    Method("order.modify", "PUT /fapi/v1/order"),
    Method("order.cancel", "DELETE /fapi/v1/order"),
    Method("order.status", "GET /fapi/v1/order"),
    Method("algoOrder.place", "POST /fapi/v1/algoOrder", new_algo_order),
    Method("algoOrder.cancel", "DELETE /fapi/v1/algoOrder"),
    Method("account.balance", "GET /fapi/v2/balance"),
    Method("v2/account.balance", "GET /fapi/v3/balance"),
    Method("account.status", "GET /fapi/v2/account"),
    Method("v2/account.status", "GET /fapi/v3/account"),
    Method("account.position", "GET /fapi/v2/positionRisk"),
    Method("v2/account.position", "GET /fapi/v3/positionRisk"),
    Method("userDataStream.start", "POST /fapi/v1/listenKey"),
    Method("userDataStream.ping", "PUT /fapi/v1/listenKey"),
    Method("userDataStream.stop", "DELETE /fapi/v1/listenKey"),
)


def by_name(api_date: Day) -> dict[str, Route]:
    """The table as it is looked up; what there was on that day."""
    endpoints = {
        f"{method} {path}": route
        for path, routes in by_path(api_date).items()
        for method, route in routes.items()
    }
    return {
        method.name: _route(method, endpoints[method.endpoint])
        for method in METHODS
        if method.endpoint in endpoints
    }


def _route(method: Method, endpoint: Route) -> Route:
    if method.handler is None:
        return endpoint
    return msgspec.structs.replace(endpoint, handler=method.handler)


def plain_name(name: str, known: Container[str]) -> str | None:
    """The method that is meant, None if none is.

    [dec] A version before the name is passed over where the method has none of its own; what has
    a second version is its first with `v1/` alone.
    """
    if name in known:
        return name
    versioned = VERSIONED.fullmatch(name)
    if versioned is None:
        return None
    version, plain = versioned.groups()
    if plain not in known or (version != "1" and f"v2/{plain}" in known):
        return None
    return plain
