"""The clone asked as a client asks it, and the conditional orders that it is given so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from perpbox.api.desk import Desk
from perpbox.api.errors import ApiError
from perpbox.audit.figures import Row
from perpbox.server.compose import Parts
from perpbox.server.trial import called

ALGO_ORDER: Final = "POST /fapi/v1/algoOrder"
FIELDS: Final = {
    "symbol": "symbol",
    "side": "side",
    "positionSide": "positionSide",
    "type": "orderType",
    "timeInForce": "timeInForce",
    "quantity": "quantity",
    "price": "price",
    "triggerPrice": "triggerPrice",
    "workingType": "workingType",
    "priceMatch": "priceMatch",
    "priceProtect": "priceProtect",
    "selfTradePreventionMode": "selfTradePreventionMode",
    "reduceOnly": "reduceOnly",
    "closePosition": "closePosition",
    "clientAlgoId": "clientAlgoId",
    "activatePrice": "activatePrice",
    "callbackRate": "callbackRate",
    "goodTillDate": "goodTillDate",
}
"""What an order is asked for by, and how its answer calls it."""


class Asking:
    """One account of a venue that nobody serves."""

    def __init__(self, parts: Parts, account_id: int) -> None:
        self._desk = Desk(parts.venue, parts.journal.history, parts.tape())
        self._account_id = account_id

    def answers(self, endpoints: Iterable[str]) -> dict[str, Any]:
        return {each: msgspec.json.decode(self._call(f"GET {each}", {})) for each in endpoints}

    def place_conditionals(self, rows: Iterable[Row], notes: list[str]) -> None:
        """Conditional orders as the endpoint takes them; what it refuses is noted."""
        for row in rows:
            place = f"conditional order {row.text('algoId')} of {row.text('symbol')}"
            sent = parameters(row)
            reason = self._refusal(sent)
            if reason and sent.pop("activatePrice", ""):
                # It has been reached since, and what the price turned from then is not told.
                notes.append(f"the price from which {place} trails: it begins anew")
                reason = self._refusal(sent)
            if reason:
                notes.append(f"{place} is refused: {reason}")

    def _refusal(self, sent: dict[str, str]) -> str:
        """Why such an order cannot be placed; empty where it is."""
        try:
            self._call(ALGO_ORDER, sent)
        except ApiError as error:
            return str(error.body()["msg"])
        return ""

    def _call(self, endpoint: str, sent: dict[str, str]) -> bytes:
        return called(self._desk, self._account_id, endpoint, sent)


def parameters(row: Row) -> dict[str, str]:
    """What places such an order; what its answer shows as zero or empty was not sent."""
    sent = {name: row.text(shown) for name, shown in FIELDS.items() if row.has(shown)}
    sent |= {name: text.lower() for name, text in sent.items() if text in {"True", "False"}}
    empty = {name for name, text in sent.items() if not text.strip("0.") or text == "false"}
    if sent.get("priceMatch") == "NONE":
        empty.add("priceMatch")
    if sent.get("positionSide") in {"LONG", "SHORT"}:
        empty.add("reduceOnly")
    if sent.get("closePosition") == "true":
        empty |= {"quantity", "reduceOnly"}
    return {"algoType": "CONDITIONAL"} | {n: t for n, t in sent.items() if n not in empty}
