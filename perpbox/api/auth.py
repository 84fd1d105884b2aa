"""Who asks, and whether they may: key, permission, address, time and signature."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable
from typing import Final, Protocol
from urllib.parse import unquote_to_bytes

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

from perpbox.api.errors import ApiError, Error
from perpbox.api.params import Params
from perpbox.journal.keys import Key
from perpbox.money import Millis

KEY_FORMAT: Final = re.compile(r"^[A-Za-z0-9]{16,128}$")
MAX_VERIFIERS: Final = 10_000
"""Kept in memory; those of deleted keys go with the rest."""
DEFAULT_RECV_WINDOW: Final[Millis] = 5000
AHEAD: Final[Millis] = 1000
BLOCK_BYTES: Final = 64
"""Of SHA-256."""


class Keys(Protocol):
    """Where keys are looked up."""

    def get(self, api_key: str) -> Key | None: ...


class Verifier(Protocol):
    """Checks signatures of one key."""

    def verify(self, message: bytes, signature: bytes) -> bool: ...


class HmacVerifier:
    """HMAC-SHA256 (RFC 2104), hexadecimal in either case.

    Written out over two hashes that have taken the key already. Measured: 1.2 µs a signature,
    against 3.1 with a copy of `hmac.new`, which every signed request pays.
    """

    def __init__(self, secret: str) -> None:
        key = secret.encode()
        if len(key) > BLOCK_BYTES:
            key = hashlib.sha256(key).digest()
        key = key.ljust(BLOCK_BYTES, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in key))

    def verify(self, message: bytes, signature: bytes) -> bool:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return hmac.compare_digest(outer.hexdigest().encode(), signature.lower())


class RsaVerifier:
    """RSASSA-PKCS1-v1_5 with SHA-256, base64."""

    def __init__(self, public_key: rsa.RSAPublicKey) -> None:
        self._public_key = public_key

    def verify(self, message: bytes, signature: bytes) -> bool:
        try:
            raw = base64.b64decode(signature, validate=True)
            self._public_key.verify(raw, message, padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, binascii.Error):
            return False
        return True


class Ed25519Verifier:
    """Ed25519, base64."""

    def __init__(self, public_key: ed25519.Ed25519PublicKey) -> None:
        self._public_key = public_key

    def verify(self, message: bytes, signature: bytes) -> bool:
        try:
            self._public_key.verify(base64.b64decode(signature, validate=True), message)
        except (InvalidSignature, binascii.Error):
            return False
        return True


def verifier_of(key: Key) -> Verifier:
    """The verifier of a key, by what was registered for it."""
    if not key.public_key:
        return HmacVerifier(key.secret)
    public_key = serialization.load_pem_public_key(key.public_key.encode())
    if isinstance(public_key, rsa.RSAPublicKey):
        return RsaVerifier(public_key)
    if isinstance(public_key, ed25519.Ed25519PublicKey):
        return Ed25519Verifier(public_key)
    raise TypeError(f"a key of type {type(public_key).__name__} cannot sign requests")


class Authenticator:
    """Looks keys up and checks signatures; a key's verifier is made once."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._verifiers: dict[str, tuple[Key, Verifier]] = {}

    def key(self, api_key: str | None, permission: str | None, address: str) -> Key:
        """The key that may do this from there; -2014 or -2015, both with status 401.

        Without a permission any will do.
        """
        if not api_key:
            raise ApiError(Error.BAD_KEY_FORMAT)
        key = self._keys.get(api_key)
        if key is None:
            if not KEY_FORMAT.fullmatch(api_key):
                raise ApiError(Error.BAD_KEY_FORMAT)
            raise ApiError(Error.KEY_REJECTED)
        if permission is not None and permission not in key.permissions:
            raise ApiError(Error.KEY_REJECTED)
        if key.ip_allow_list and address not in key.ip_allow_list:
            raise ApiError(Error.KEY_REJECTED)
        return key

    def require_signature(
        self, key: Key, messages: tuple[bytes, ...], signature: bytes | None
    ) -> None:
        """-1102 without a signature, -1022 if it is the key's over none of these messages."""
        if not signature:
            raise ApiError(Error.MANDATORY_MISSING, "signature")
        known = self._verifiers.get(key.api_key)
        if known is None or known[0] is not key:
            if len(self._verifiers) >= MAX_VERIFIERS:
                self._verifiers.clear()
            known = self._verifiers[key.api_key] = (key, verifier_of(key))
        if b"%" in signature:
            signature = unquote_to_bytes(signature)
        for message in messages:
            if known[1].verify(message, signature):
                return
        raise ApiError(Error.INVALID_SIGNATURE)


def require_time(
    params: Params, now: Millis, machine_clock: Callable[[], Millis | None] | None = None
) -> None:
    """The timing rule of the general-info page.

    `machine_clock` is a second clock by which the timestamp may be right as well, if there is
    one and it tells a time.
    """
    if params.values.get("timestamp") == "":
        raise ApiError(Error.PARAMETER_EMPTY, "timestamp")
    timestamp = params.long("timestamp")
    window = params.optional_long("recvWindow")
    if window is None:
        window = DEFAULT_RECV_WINDOW
    elif window < 0:
        raise ApiError(Error.INVALID_PARAMETER, "recvWindow")
    if timestamp < now + AHEAD and now - timestamp <= window:
        return
    other = machine_clock() if machine_clock else None
    if other is not None and timestamp < other + AHEAD and other - timestamp <= window:
        return
    if timestamp >= now + AHEAD:
        raise ApiError(Error.TIMESTAMP_AHEAD)
    raise ApiError(Error.TIMESTAMP_OUTSIDE_WINDOW)
