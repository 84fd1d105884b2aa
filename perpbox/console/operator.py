"""An operator's calls from the terminal: where the venue is, with which word, and what it says."""

from __future__ import annotations

import http.client
import os
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from perpbox.server.settings import DEFAULT_PORT, Unusable

SECONDS: Final = 120.0
OK: Final = 200


class Operator:
    """Calls /box/v1 of one venue; flags win over PERPBOX_URL and PERPBOX_TOKEN."""

    def __init__(self, url: str | None, token: str | None) -> None:
        self.url = url or os.environ.get("PERPBOX_URL") or f"http://127.0.0.1:{DEFAULT_PORT}"
        self._token = token or os.environ.get("PERPBOX_TOKEN", "")
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise Unusable(f"--url is an address such as http://127.0.0.1:8900, not {self.url!r}.")
        kind = http.client.HTTPSConnection
        self._connect = kind if parts.scheme == "https" else http.client.HTTPConnection
        self._host = parts.netloc

    def ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """The JSON of the answer. Raises `Unusable` with the venue's sentence if it refuses."""
        data = b"" if body is None else msgspec.json.encode(body)
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        try:
            connection = self._connect(self._host, timeout=SECONDS)
            try:
                connection.request(method, path, data, headers)
                response = connection.getresponse()
                told = response.read()
            finally:
                connection.close()
            answer: dict[str, Any] = msgspec.json.decode(told, type=dict)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unusable(f"{self.url} does not answer as a venue: {error}.") from None
        if response.status != OK:
            raise Unusable(_sentence(answer, response.status))
        return answer

    def account_id(self, wanted: int | None) -> int:
        """The account that is meant: the only one, if none is named."""
        if wanted is not None:
            return wanted
        listed = self.ask("GET", "/box/v1/accounts")["accounts"]
        if len(listed) != 1:
            raise Unusable(f"{self.url} has {len(listed)} accounts: say which one, --account ID.")
        return int(listed[0]["accountId"])


def _sentence(answer: dict[str, Any], status: int) -> str:
    error = answer.get("error")
    if isinstance(error, dict) and isinstance(error.get("message"), str):
        return str(error["message"])
    return f"The venue answered with {status}."
