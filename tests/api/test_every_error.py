"""Every error that there is can be caused, and is told with its code, message and status."""

from __future__ import annotations

from typing import Final

import pytest

from perpbox.api.errors import Error
from tests.api.error_rows import OF_REQUESTS
from tests.api.error_rows_of_filters import OF_FILTERS
from tests.api.error_rows_of_settings import OF_SETTINGS
from tests.api.error_rows_of_symbols import OF_SYMBOLS
from tests.api.error_stage import Asked, Row, Stage, bare

ROWS: Final = (*OF_REQUESTS, *OF_FILTERS, *OF_SETTINGS, *OF_SYMBOLS)


def title(row: Row) -> str:
    return f"{row.code} {row.situation}"


def prepared(row: Row) -> Stage:
    stage = row.stage()
    row.prepare(stage)
    return stage


def test_every_error_is_caused() -> None:
    assert {row.error for row in ROWS} == set(Error)
    assert len({row.situation for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=title)
def test_a_situation_has_its_code_message_and_status(row: Row) -> None:
    stage = prepared(row)
    if isinstance(row.cause, Asked):
        before = stage.exchange.snapshot()
        told = row.cause.over_rest(stage)
        assert stage.exchange.snapshot() == before
    else:
        told = row.cause(stage)
    assert told == (row.status, {"code": row.code, "msg": row.message})
    assert (row.status, row.code) == (row.error.status, row.error.code)


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if isinstance(row.cause, Asked) and row.cause.ws_method],
    ids=title,
)
def test_the_websocket_api_refuses_with_the_same(row: Row) -> None:
    assert isinstance(row.cause, Asked)
    told = row.cause.over_websocket(prepared(row))
    assert told == (row.status, {"code": row.code, "msg": row.message})


def test_a_row_that_is_no_refusal_is_told_from_one() -> None:
    """The rows prove something: the same request without its fault is not refused."""
    ping = bare("GET", "/fapi/v1/ping")(Stage())
    assert ping == (200, {})
