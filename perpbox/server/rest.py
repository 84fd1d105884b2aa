"""One public question to another venue by GET: without a key, and with an end to patience."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from typing import Final

import perpbox
from perpbox.control.app import is_loopback
from perpbox.feed.relay.terms import host_of

HEADERS: Final = {"User-Agent": f"perpbox/{perpbox.__version__}", "Accept": "application/json"}
"""All that is ever said beside the path; `Host` and `Connection` come of themselves."""
LARGEST_ANSWER: Final = 64 * 1024 * 1024


class NoAnswer(OSError):
    """The other venue has given none; the message says why, in one sentence."""


def get(base: str, path: str, patience: float) -> bytes:
    """The body of an answer; it blocks. Raises `NoAnswer`.

    `base` has been looked at: it begins with http:// or https:// and has no user and no query.
    """
    request = urllib.request.Request(base + path, headers=HEADERS)  # noqa: S310
    handlers = [urllib.request.ProxyHandler({})] if is_loopback(host_of(base)) else []
    opener = urllib.request.build_opener(*handlers)
    try:
        with opener.open(request, timeout=patience) as answer:
            body: bytes = answer.read(LARGEST_ANSWER + 1)
    except urllib.error.HTTPError as error:
        with error:
            raise NoAnswer(f"{base}{path} answers with status {error.code}.") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise NoAnswer(f"{base}{path} cannot be asked: {_reason(error)}.") from error
    if len(body) > LARGEST_ANSWER:
        raise NoAnswer(f"{base}{path} answers with more than {LARGEST_ANSWER} bytes.")
    return body


def _reason(error: Exception) -> str:
    inner = getattr(error, "reason", error)
    if isinstance(inner, TimeoutError):
        return "no answer in time"
    return getattr(inner, "strerror", None) or str(inner) or type(inner).__name__
