"""schemathesis at the door: what it makes of /openapi.json is answered as that document says.

A refusal changes nothing. `make fuzz` asks 50 000 times, and 5 000 times with PROFILE=short.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from perpbox.api.routes import ROUTES, Security
from perpbox.message import Request
from tests.api.conforming import DOCUMENT
from tests.api.exchange import Exchange, Told
from tests.api.test_fuzz import BASES, settled
from tests.api.trader import Trader

pytestmark = pytest.mark.fuzz

MOST: Final = 50_000
PER_VENUE: Final = 5
"""Requests one after another; then the venue is a new one."""
SLICES: Final = 4
"""Of the endpoints, so that two cores share the work."""
CHECKS: Final[list[Any]] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
SCHEMA: Final = schemathesis.openapi.from_dict(DOCUMENT)
SECURITY: Final = {(route.method, route.path): route.security for route in ROUTES}
HOW: Final = st.sampled_from(["signed", "signed", "one", "one", "some", "some", "as it is"])
"""What is done to a request: it is signed in time; good parameters stand where there are such, but
for one or some that were generated; or nothing at all."""


def cases_of(endpoint: tuple[str, str]) -> st.SearchStrategy[Case[Any]]:
    """Requests that the document allows, and others."""
    method, path = endpoint
    operation = SCHEMA[path][method]
    return st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))


def asked(trader: Trader, case: Case[Any], how: str) -> requests.PreparedRequest:
    """The request as a client would send it, whose key is good unless it is left as it is."""
    prepared = requests.Request(**case.as_transport_kwargs(base_url="http://venue")).prepare()
    if how == "as it is" or SECURITY[case.method, case.path] is Security.NONE:
        return prepared
    address = urlsplit(str(prepared.url))
    sent = dict(parse_qsl(address.query, keep_blank_values=True))
    sent.pop("signature", None)
    if how != "signed":
        sent = mended(sent, f"{case.method} {case.path}", one=how == "one")
    query = urlencode({**sent, "timestamp": trader.exchange.now})
    query += f"&signature={trader.sign(query.encode())}"
    prepared.url = address._replace(query=query).geturl()
    prepared.headers.update(trader.headers)
    return prepared


def mended(sent: dict[str, str], endpoint: str, *, one: bool) -> dict[str, str]:
    """Good parameters, and of those that were generated the last, or every other."""
    good = {"symbol": "BTCUSDT", **{n: str(v) for n, v in BASES.get(endpoint, {}).items()}}
    names = list(sent)
    kept = names[-1:] if one else names[::2]
    return {**good, **{name: sent[name] for name in kept}}


def answered(exchange: Exchange, prepared: requests.PreparedRequest) -> Told:
    """The answer; a refusal has changed nothing."""
    address = urlsplit(str(prepared.url))
    headers = {name.lower(): str(value) for name, value in prepared.headers.items()}
    assert prepared.body is None, "no endpoint has a body of its own"
    request = Request(str(prepared.method), address.path, address.query.encode(), headers)
    before = exchange.snapshot(), exchange.venue.sequence
    answer = exchange.answer(request)
    if answer.status != 200:
        assert (exchange.snapshot(), exchange.venue.sequence) == before
    return answer


def judged(exchange: Exchange, trader: Trader, case: Case[Any], how: str) -> int:
    """The status, the answer having been checked by schemathesis."""
    prepared = asked(trader, case, how)
    answer = answered(exchange, prepared)
    headers = {name: [value] for name, value in answer.headers.items()}
    headers["content-type"] = ["application/json"]
    response = Response(answer.status, headers, answer.body, prepared, elapsed=0, verify=False)
    case.validate_response(response, checks=CHECKS)
    return answer.status


@pytest.mark.parametrize("share", range(SLICES))
def test_every_answer_is_documented(share: int) -> None:
    profile = settings.default
    assert profile is not None
    wanted = min(MOST, PER_VENUE * profile.max_examples) // SLICES
    endpoints = sorted((method, path) for method, path in SECURITY)[share::SLICES]
    told: Counter[int] = Counter()
    requests_of = st.sampled_from(endpoints).flatmap(cases_of)
    plans = st.lists(st.tuples(requests_of, HOW), min_size=PER_VENUE, max_size=PER_VENUE)

    @settings(max_examples=wanted // PER_VENUE, suppress_health_check=list(HealthCheck))
    @given(plans)
    def ask(plan: list[tuple[Case[Any], str]]) -> None:
        exchange, trader = settled()
        for case, how in plan:
            told[judged(exchange, trader, case, how)] += 1

    ask()
    assert told.total() >= wanted
    assert told[200] > wanted // 10, told
    assert told[400] > wanted // 10, told
