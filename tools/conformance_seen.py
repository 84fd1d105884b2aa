"""A plugin of pytest: which parameters and refusals of each endpoint the tests of the API caused.

    PERPBOX_SEEN=FOLDER python -m pytest -p tools.conformance_seen tests/api

Each process leaves a file in the folder. What hypothesis invents is not run, nor what needs
recordings that are not part of the project, so that the same tests always give the same count.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

import pytest

from perpbox.api.app import Api
from perpbox.api.errors import ApiError
from perpbox.api.params import read, signed_parts
from perpbox.api.routes import ROUTES
from perpbox.message import Due, Pending, Request, Response

PLACE: Final = "PERPBOX_SEEN"
SERVED: Final = {f"{route.method} {route.path}" for route in ROUTES}
LISTS: Final = "batchOrders"
"""The parameter whose value is a list of orders, each with parameters of its own."""
OK: Final = 200


class Seen:
    """What was asked and answered; a parameter counts where the request was not refused."""

    def __init__(self) -> None:
        self.rows: set[tuple[str, str, str]] = set()

    def note(self, request: Request, response: Response) -> None:
        endpoint = f"{request.method} {request.path}"
        if endpoint not in SERVED:
            return
        if response.status == OK:
            self.rows |= {(endpoint, "parameter", name) for name in names_of(request)}
            self.rows.add((endpoint, "answer", ""))
        else:
            self.rows.add((endpoint, "error", str(json.loads(response.body)["code"])))

    def of_answer(self, request: Request, answer: Due) -> Due:
        """The same answer, noted when it is told."""
        if isinstance(answer, Response):
            self.note(request, answer)
            return answer
        finish = answer.finish

        def noted() -> Response:
            response = finish()
            self.note(request, response)
            return response

        return Pending(answer.sequence, noted)


def names_of(request: Request) -> set[str]:
    """The parameters that were sent with a value, and those of the orders of a list."""
    try:
        values = read(*signed_parts(request))
    except ApiError:  # a path that takes no parameters has not read them
        return set()
    names = {name for name, value in values.items() if value}
    orders: Any = json.loads(values.get(LISTS, "[]"), parse_int=str)
    return names.union(*orders)


def pytest_configure(config: pytest.Config) -> None:
    seen, answer = Seen(), Api.answer

    def noting(self: Api, request: Request) -> Due:
        return seen.of_answer(request, answer(self, request))

    setattr(Api, "answer", noting)  # noqa: B010  # a method is not to be assigned to, in types
    config.pluginmanager.register(Writer(seen), "conformance-writer")


class Writer:
    """Leaves what was seen in the folder."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if is_repeatable(item)]

    def pytest_sessionfinish(self) -> None:
        path = Path(os.environ[PLACE]) / f"{os.getpid()}.json"
        path.write_text(json.dumps(sorted(self.seen.rows)), encoding="utf-8")


def is_repeatable(item: pytest.Item) -> bool:
    """Whether it asks the same each time and everywhere."""
    invented = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    marks = ("fuzz", "simulate", "recorded")
    return not invented and not any(item.get_closest_marker(mark) for mark in marks)
