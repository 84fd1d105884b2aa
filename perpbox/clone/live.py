"""An account asked where it is: calls that read, signed by a user's own key, and no others."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlencode, urlsplit

from perpbox.audit.figures import Unreadable
from perpbox.clone.answers import (
    CONDITIONALS,
    EXCHANGE_INFO,
    LAST_PRICES,
    MODES,
    ORDERS,
    PREMIUMS,
    Answers,
    from_answers,
)

SECONDS: Final = 30.0
OK: Final = 200
TIME: Final = "/fapi/v1/time"
PUBLIC: Final = {
    "/fapi/v1/exchangeInfo": EXCHANGE_INFO,
    "/fapi/v1/assetIndex": "assetIndex",
    "/fapi/v2/ticker/price": LAST_PRICES,
}
SETTINGS: Final = {
    "/fapi/v1/leverageBracket": "leverageBracket",
    "/fapi/v1/symbolConfig": "symbolConfig",
    "/fapi/v1/accountConfig": "accountConfig",
    "/fapi/v1/feeBurn": MODES,
}
MOMENT: Final = {
    "/fapi/v1/openAlgoOrders": CONDITIONALS,
    "/fapi/v1/openOrders": ORDERS,
    "/fapi/v3/balance": "balance",
    "/fapi/v3/account": "account",
    "/fapi/v3/positionRisk": "positionRisk",
}
"""What moves with every price comes last, as close together as may be."""


def from_live(url: str, api_key: str, secret: str) -> Answers:
    """Ask a venue at this address. Raises `Unreadable` with what it refuses."""
    asked = [PREMIUMS, *PUBLIC.values(), *SETTINGS.values(), *MOMENT.values()]
    return from_answers(_Reader(url, api_key, secret).answers(), asked)


class _Reader:
    """Asks by GET alone."""

    def __init__(self, url: str, api_key: str, secret: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise Unreadable(f"--live takes an address such as https://…, not {url!r}")
        is_tls = parts.scheme == "https"
        kind = http.client.HTTPSConnection if is_tls else http.client.HTTPConnection
        self._connection = kind(parts.netloc, timeout=SECONDS)
        self._url, self._prefix = url, parts.path.rstrip("/")
        self._headers = {"X-MBX-APIKEY": api_key}
        self._secret = secret.encode()
        self._ahead = 0

    def answers(self) -> Iterator[tuple[str, object]]:
        try:
            told = self._get(TIME, "", {})
            server_time = told["serverTime"] if isinstance(told, dict) else 0
            self._ahead = int(str(server_time)) - _now()
            for path, name in PUBLIC.items():
                yield name, self._get(path, "", {})
            for path, name in SETTINGS.items():
                yield name, self._signed(path)
            yield PREMIUMS, self._get("/fapi/v1/premiumIndex", "", {})
            for path, name in MOMENT.items():
                yield name, self._signed(path)
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
            if isinstance(error, Unreadable):
                raise
            raise Unreadable(f"{self._url} does not answer as a venue: {error}") from error
        finally:
            self._connection.close()

    def _signed(self, path: str) -> object:
        query = urlencode({"timestamp": _now() + self._ahead, "recvWindow": 10_000})
        signature = hmac.new(self._secret, query.encode(), hashlib.sha256).hexdigest()
        return self._get(path, f"?{query}&signature={signature}", self._headers)

    def _get(self, path: str, query: str, headers: Mapping[str, str]) -> object:
        self._connection.request("GET", f"{self._prefix}{path}{query}", headers=dict(headers))
        response = self._connection.getresponse()
        told: object = json.loads(response.read(), parse_float=str)
        if response.status != OK:
            reason = told.get("msg", "") if isinstance(told, dict) else ""
            raise Unreadable(f"{self._url}{path} is refused with {response.status}: {reason}")
        return told


def _now() -> int:
    return time.time_ns() // 1_000_000
