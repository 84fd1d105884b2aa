"""An operator's calls from the terminal: where the venue is, with which word, and what it says."""

from __future__ import annotations

import http.client
import os
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import SplitResult, urlsplit

import msgspec
from cyclopts import Parameter
from rich.console import RenderableType

from perpbox.console.output import console, write_json
from perpbox.server.settings import DEFAULT_PORT, Unusable

SECONDS: Final = 120.0
OK: Final = 200
UNAUTHORIZED: Final = 401


class Operator:
    """Calls /box/v1 of one venue; flags win over PERPBOX_URL and PERPBOX_TOKEN."""

    def __init__(self, url: str | None, token: str | None) -> None:
        self.url = url or os.environ.get("PERPBOX_URL") or f"http://127.0.0.1:{DEFAULT_PORT}"
        self._token = token or os.environ.get("PERPBOX_TOKEN", "")
        parts = _parts(self.url)
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


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Where a verb asks, and how it tells what it has heard."""

    url: str | None = None
    """Where the venue is; else PERPBOX_URL, else http://127.0.0.1:8900."""
    token: str | None = None
    """The operator's word; else PERPBOX_TOKEN."""
    json: Annotated[bool, Parameter(negative=())] = False
    """Print the venue's answer as JSON."""

    def operator(self) -> Operator:
        return Operator(self.url, self.token)

    def tell(self, answer: object, shown: RenderableType) -> int:
        """As JSON if that is wanted, else as it is to be shown; all went well."""
        if self.json:
            write_json(answer)
        else:
            console().print(shown, markup=False)
        return 0


ASK: Final = Asking()


def pair(text: str) -> tuple[str, str]:
    """Name and value of NAME=VALUE. Raises `Unusable`."""
    name, found, value = text.partition("=")
    if not name or not found or not value:
        raise Unusable(f"NAME=VALUE is wanted, such as BTCUSDT=50000, not {text!r}.")
    return name, value


def _parts(url: str) -> SplitResult:
    """Raises `Unusable`."""
    try:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0:
            return parts
    except ValueError as error:  # no port, or no address
        raise Unusable(f"--url {url!r}: {error}.") from None
    raise Unusable(f"--url is an address such as http://127.0.0.1:8900, not {url!r}.")


def _sentence(answer: dict[str, Any], status: int) -> str:
    if status == UNAUTHORIZED:
        return "The venue asks for its token: give --token, or set PERPBOX_TOKEN."
    error = answer.get("error")
    if isinstance(error, dict) and isinstance(error.get("message"), str):
        return str(error["message"])
    return f"The venue answered with {status}."
