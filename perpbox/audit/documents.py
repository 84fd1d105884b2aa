"""Files of answers: unwrapped, told apart, and cut into rows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import groupby
from pathlib import Path
from typing import Final

from msgspec import Struct

from perpbox.audit.figures import Json, Row, Unreadable
from perpbox.margin.account_explained import OF_USDT


class Kind(Enum):
    """What an answer is, by its fields."""

    ACCOUNT = "account"
    ASSETS = "assets"
    """Rows of an account's `assets`, without the account."""
    POSITIONS = "positions"
    """positionRisk, or rows of an account's `positions`."""
    BALANCE = "balance"
    INDEX = "assetIndex"
    BRACKETS = "leverageBracket"
    EVENTS = "ACCOUNT_UPDATE"
    SETTINGS = "settings"
    """symbolConfig, accountConfig, a leverage or a mode: nothing derived, but of use."""
    OTHER = "other"
    """Orders, trades, exchangeInfo: nothing in it is recomputed here."""


class Document(Struct, frozen=True):
    """One answer, or one run of rows of one kind."""

    source: str
    kind: Kind
    objects: tuple[Json, ...]


SHAPES: Final = (
    (Kind.POSITIONS, ("symbol", "positionAmt")),
    (Kind.ASSETS, ("asset", "walletBalance")),
    (Kind.BALANCE, ("asset", "balance")),
    (Kind.OTHER, ("symbols", "serverTime")),
    (Kind.ACCOUNT, ("assets",)),
    (Kind.ACCOUNT, ("positions",)),
    *((Kind.ACCOUNT, (name,)) for name in OF_USDT if name.startswith("total")),
    (Kind.INDEX, ("index", "bidBuffer")),
    (Kind.BRACKETS, ("brackets",)),
    (Kind.OTHER, ("orderId",)),
    (Kind.SETTINGS, ("symbol", "leverage")),
    (Kind.SETTINGS, ("multiAssetsMargin",)),
)
"""The first shape whose fields are all there names the kind."""

EVENT_KINDS: Final = {"ACCOUNT_UPDATE": Kind.EVENTS, "assetIndexUpdate": Kind.INDEX}


# Reading


def read(path: Path) -> list[Document]:
    """All answers in a file. Raises `Unreadable`."""
    return documents_of(path.name, load(path))


def load(path: Path) -> object:
    """The file as JSON, numbers with a point kept as the text that they are."""
    try:
        document: object = json.loads(path.read_bytes(), parse_float=str, parse_constant=str)
        # A lone surrogate is no text that could be printed; it is a ValueError here.
        json.dumps(document, ensure_ascii=False).encode()
        return document
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{path}: this is not JSON: {error}") from error


def documents_of(source: str, value: object) -> list[Document]:
    """The answers in a JSON value: one, several in an array, bare or in an envelope."""
    found: list[Document] = []
    for kind, run in groupby(_objects_in(source, value), key=_kind_of):
        objects = tuple(run)
        if kind is None:
            fields = ", ".join(sorted(objects[0])[:5]) or "none"
            raise Unreadable(f"{source}: no answer that can be audited has the fields {fields}")
        if kind is Kind.ACCOUNT:
            found.extend(Document(source, kind, (each,)) for each in objects)
        else:
            found.append(Document(source, kind, objects))
    return found


def _objects_in(source: str, value: object) -> Iterator[Json]:
    """The objects that are answers, or rows of one."""
    value = unwrapped(source, value)
    if isinstance(value, list):
        for each in value:
            yield from _objects_in(source, each)
    elif isinstance(value, dict):
        yield value
    else:
        raise Unreadable(f"{source}: {value!r} is not an answer")


def unwrapped(source: str, value: object) -> object:
    """Without the recorder's note, the WebSocket API's envelope or the stream's name."""
    if not isinstance(value, dict):
        return value
    refusal = value.get("error", value)
    if isinstance(refusal, dict) and "code" in refusal and "msg" in refusal:
        raise Unreadable(f"{source}: a refusal, not an answer: {refusal['msg']}")
    if "data" in value and ("_provenance" in value or "stream" in value):
        return unwrapped(source, value["data"])
    if "result" in value and ("id" in value or "status" in value):
        return unwrapped(source, value["result"])
    return value


def _kind_of(fields: Json) -> Kind | None:
    if "e" in fields:
        return EVENT_KINDS.get(str(fields["e"]), Kind.OTHER)
    for kind, names in SHAPES:
        if all(name in fields for name in names):
            return kind
    return None


# Rows


def totals_row(document: Document) -> Row:
    """An account's totals under the names of an asset's row."""
    account = document.objects[0]
    fields = {name: account[total] for total, name in OF_USDT.items() if total in account}
    return Row(document.source, "", fields, {name: total for total, name in OF_USDT.items()})


def asset_rows(document: Document) -> list[Row]:
    """The assets of an account, or of a balance answer."""
    objects = document.objects
    if document.kind is Kind.ACCOUNT:
        objects = _listed(document, "assets") or ()
    named = [(str(each.get("asset", "")), each) for each in objects]
    if document.kind is Kind.BALANCE:
        return [_balance_row(row) for row in _labelled(document, "balance", named)]
    return _labelled(document, "assets", named)


def _balance_row(row: Row) -> Row:
    """A balance calls the wallet "balance"; everything else as an asset's row does."""
    fields = {"walletBalance": row.fields["balance"], **row.fields}
    return Row(row.source, row.label, fields, {"walletBalance": "balance"})


def position_rows(document: Document) -> list[Row] | None:
    """The positions of an account or of positionRisk; None if the answer lists none at all."""
    objects: Sequence[Json] | None = document.objects
    if document.kind is Kind.ACCOUNT:
        objects = _listed(document, "positions")
    if objects is None:
        return None
    names = [f"{each.get('symbol', '')} {each.get('positionSide', 'BOTH')}" for each in objects]
    return _labelled(document, "positions", list(zip(names, objects, strict=True)))


def index_rows(document: Document) -> list[Row]:
    """The indexes of an assetIndex answer or of its stream's event."""
    named = [(str(each.get("symbol", each.get("s", ""))), each) for each in document.objects]
    return _labelled(document, "assetIndex", named)


def _listed(document: Document, name: str) -> tuple[Json, ...] | None:
    value = document.objects[0].get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Unreadable(f"{document.source}: {name} is not a list of objects")
    return tuple(value)


def _labelled(document: Document, heading: str, named: Sequence[tuple[str, Json]]) -> list[Row]:
    """Rows called "heading[name]", and those of one name numbered."""
    often = Counter(name for name, _ in named)
    seen: Counter[str] = Counter()
    rows: list[Row] = []
    for name, fields in named:
        seen[name] += 1
        number = f" #{seen[name]}" if often[name] > 1 else ""
        rows.append(Row(document.source, f"{heading}[{name}{number}]", fields))
    return rows
