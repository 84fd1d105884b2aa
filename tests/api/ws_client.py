"""A client of the WebSocket API without a socket: a wire that records, and signed requests."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from perpbox.api.ws_api.app import PATH
from perpbox.message import Request, Response, Session
from tests.api.exchange import Exchange, HeldJournal
from tests.api.trader import Trader

HERE: Final = "127.0.0.1"


def unframed(frame: bytes) -> bytes:
    """The payload of a whole, unmasked text frame."""
    assert frame[0] == 0x81
    extra = {126: 2, 127: 8}.get(frame[1], 0)
    length = int.from_bytes(frame[2 : 2 + extra], "big") if extra else frame[1]
    payload = frame[2 + extra :]
    assert len(payload) == length
    return payload


class RecordingWire:
    """A wire that keeps what is written to it."""

    def __init__(self) -> None:
        self.payloads: list[bytes] = []
        self.ends: list[tuple[int, str]] = []

    def send(self, frame: bytes) -> None:
        assert not self.ends
        self.payloads.append(unframed(frame))

    def close(self, code: int, reason: str) -> None:
        self.ends.append((code, reason))

    def abort(self) -> None:
        self.ends.append((0, ""))


class Client:
    """One connection; `trader` signs what is asked with `ok` and `refused`."""

    def __init__(
        self,
        trader: Trader,
        query: bytes = b"",
        address: str = HERE,
        exchange: Exchange | None = None,
    ) -> None:
        self.trader = trader
        self.exchange = exchange or trader.exchange
        self.wire = RecordingWire()
        request = Request("GET", PATH, query, client_ip=address)
        session = self.exchange.ws_api.connect(request, self.wire)
        assert not isinstance(session, Response), session.body
        self.session: Session = session

    def send(self, message: str) -> None:
        """What is answered lies in the wire, once the journal has it."""
        self.session.receive(message)
        if not isinstance(self.exchange.journal, HeldJournal):
            self.exchange.journal.flush()
            self.exchange.venue.note_durable(self.exchange.journal.durable_sequence)

    @property
    def told(self) -> list[Any]:
        return [msgspec.json.decode(payload) for payload in self.wire.payloads]

    def text(self, message: str) -> Any:
        """The one answer to this text."""
        before = len(self.wire.payloads)
        self.send(message)
        [answer] = self.told[before:]
        return answer

    def raw(self, method: str, params: object = None, request_id: object = 1) -> Any:
        """The answer to a request with these parameters and no others."""
        asked = {"id": request_id, "method": method, "params": params}
        return self.text(json.dumps(asked))

    def ask(self, method: str, /, **params: object) -> Any:
        """The answer to a request that is signed; what is None is not sent."""
        return self.raw(method, self.signed(**params))

    def signed(self, **params: object) -> dict[str, object]:
        params = {"apiKey": self.trader.key.api_key, "timestamp": self.exchange.now, **params}
        sent = {name: value for name, value in params.items() if value is not None}
        signature = unquote(self.trader.sign(payload(sent).encode()))
        return {"signature": signature, **sent}

    def ok(self, method: str, /, **params: object) -> Any:
        """The result of a signed request that is not refused."""
        return result(self.ask(method, **params))

    def refused(self, method: str, /, **params: object) -> tuple[int, int]:
        """Status and code of a signed request's refusal, which has changed nothing."""
        before = self.exchange.snapshot(), self.exchange.venue.sequence
        told = refusal(self.ask(method, **params))
        assert (self.exchange.snapshot(), self.exchange.venue.sequence) == before
        return told


def payload(params: dict[str, object]) -> str:
    """What is signed, with flags as JSON has them."""
    texts = {
        name: json.dumps(value) if isinstance(value, bool) else str(value)
        for name, value in params.items()
    }
    return "&".join(f"{name}={texts[name]}" for name in sorted(texts))


def result(answer: Any) -> Any:
    assert answer["status"] == 200, answer
    assert "error" not in answer
    return answer["result"]


def refusal(answer: Any) -> tuple[int, int]:
    assert "result" not in answer
    assert list(answer["error"]) == ["code", "msg"]
    assert answer["error"]["msg"]
    return answer["status"], answer["error"]["code"]
