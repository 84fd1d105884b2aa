"""The venue as a bot would meet it: is it there, at what time, with prices, and is the key good."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import os
import time
import urllib.request
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import msgspec

import perpbox
from perpbox.console.doctor.findings import Finding, Verdict, shown

VENUE: Final = "venue"
ENVIRONMENT: Final = "environment"
SECONDS: Final = 5.0
SECOND: Final = 1000
OK: Final = 200
UNAUTHORIZED: Final = 401
CARRIED: Final = ("http", "https", "all", "ws", "wss")


class Silent(Exception):
    """It does not answer, or not as a venue does."""


def venue_findings(base_url: str, token: str, api_key: str, secret: str) -> list[Finding]:
    """Nothing is sent with a key before the venue has shown that it is one."""
    try:
        if _ask(base_url, "/healthz") != (OK, {"status": "ok"}):
            raise Silent("something else answers there")
        found = [_fact("address", f"{base_url} answers", Verdict.WELL)]
        found.append(_clock(base_url))
        found.append(_process(base_url, token))
        found.append(_prices(base_url))
        if api_key:
            found.append(_key(base_url, api_key, secret))
    except Silent as error:
        return [_fact("address", f"{base_url}: {error}", Verdict.WRONG)]
    return found


def environment_findings(base_url: str) -> list[Finding]:
    """Proxies that this shell names, which most clients would ask to carry their calls."""
    host = urlsplit(base_url).hostname or ""
    if urllib.request.proxy_bypass(host):
        return []
    return [
        Finding(
            ENVIRONMENT,
            f"{name.upper()}_PROXY",
            f"{shown(proxy)} is asked to carry calls to {host}: set NO_PROXY={host}",
            Verdict.LEAVES,
        )
        for name, proxy in urllib.request.getproxies().items()
        if name in CARRIED
    ]


def _clock(base_url: str) -> Finding:
    status, answer = _ask(base_url, "/fapi/v1/time")
    if status != OK or not isinstance(answer, dict) or "serverTime" not in answer:
        raise Silent("it does not tell the time")
    ahead = int(answer["serverTime"]) - time.time_ns() // 1_000_000
    if abs(ahead) < SECOND:
        return _fact("clock", "as this machine's", Verdict.WELL)
    way = "ahead of" if ahead > 0 else "behind"
    sentence = (
        f"{abs(ahead) // SECOND} s {way} this machine's, by which a bot may judge its candles"
    )
    return _fact("clock", sentence, Verdict.NOTE)


def _process(base_url: str, token: str) -> Finding:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    status, answer = _ask(base_url, "/box/v1/status", headers)
    if status == UNAUTHORIZED:
        why = "the token is not the venue's" if token else "not told without --token"
        return _fact("version and feed", why, Verdict.WRONG if token else Verdict.NOTE)
    if status != OK or not isinstance(answer, dict):
        raise Silent(f"it answers {status} where its status is")
    words = f"perpbox {answer['version']}, feed {answer['feed']['kind']}, {answer['clock']['mode']}"
    if answer["version"] == perpbox.__version__:
        return _fact("version and feed", f"{words} clock", Verdict.WELL)
    return _fact("version and feed", f"{words} clock; this is {perpbox.__version__}", Verdict.NOTE)


def _prices(base_url: str) -> Finding:
    status, rows = _ask(base_url, "/fapi/v1/premiumIndex")
    if status != OK or not isinstance(rows, list):
        raise Silent(f"it answers {status} where its prices are")
    priced = sum(float(row["markPrice"]) > 0 for row in rows)
    verdict = Verdict.WELL if priced else Verdict.WRONG
    return _fact("prices", f"{priced} of {len(rows)} symbols have one", verdict)


def _key(base_url: str, api_key: str, secret: str) -> Finding:
    now = _ask(base_url, "/fapi/v1/time")[1]["serverTime"]
    query = urlencode({"timestamp": now})
    signature = hmac.new(secret.encode(), query.encode(), hashlib.sha256).hexdigest()
    path = f"/fapi/v3/balance?{query}&signature={signature}"
    status, answer = _ask(base_url, path, {"X-MBX-APIKEY": api_key})
    if status == OK:
        return _fact("key", "is taken, and its signature too", Verdict.WELL)
    code, sentence = answer.get("code", status), answer.get("msg", "")
    return _fact("key", f"is refused: {code} {sentence}", Verdict.WRONG)


def _fact(where: str, what: str, verdict: Verdict) -> Finding:
    return Finding(VENUE, where, what, verdict)


def _ask(base_url: str, path: str, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    """Status and JSON of an answer; past all proxies."""
    parts = urlsplit(base_url)
    kind = http.client.HTTPSConnection
    connect = kind if parts.scheme == "https" else http.client.HTTPConnection
    connection = connect(parts.netloc, timeout=SECONDS)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, msgspec.json.decode(answer.read())
    except (OSError, http.client.HTTPException, msgspec.DecodeError) as error:
        raise Silent(f"no venue answers ({type(error).__name__}: {error})") from None
    finally:
        connection.close()


def token_of(given: str | None) -> str:
    return given or os.environ.get("PERPBOX_TOKEN", "")
