"""The account's endpoints, asked without any client, to measure a client's picture against."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import urllib.parse
import urllib.request
from typing import Any


class SignedRest:
    """Requests of the account's owner, made with the standard library alone."""

    def __init__(self, base_url: str, api_key: str, secret: str) -> None:
        self.base_url, self.api_key, self.secret = base_url, api_key, secret
        # A proxy named in the environment has no business between us and this machine.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def get(self, path: str, **params: object) -> Any:
        """The answer to a path such as v3/account."""
        return self.send("GET", path, **params)

    def send(self, method: str, path: str, **params: object) -> Any:
        """All of it in the query string."""
        query = urllib.parse.urlencode({**params, "timestamp": int(time.time() * 1000)})
        signature = hmac.new(self.secret.encode(), query.encode(), hashlib.sha256).hexdigest()
        request = urllib.request.Request(
            f"{self.base_url}/fapi/{path}?{query}&signature={signature}",
            headers={"X-MBX-APIKEY": self.api_key},
            method=method,
        )
        with self._opener.open(request, timeout=10) as response:
            return json.load(response)
