"""API keys of an account: several, each with its permissions and allowed addresses."""

from __future__ import annotations

import ipaddress

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from msgspec import Struct

from perpbox.account import AccountId
from perpbox.control.desk import Call, Desk
from perpbox.control.errors import Refused
from perpbox.control.requests import NewKey
from perpbox.journal.keys import Key, KeyKind

MIN_RSA_BITS = 2048
MAX_RSA_BITS = 8192
"""A check of a larger one takes long enough to stand in others' way."""


class KeyMade(Struct, rename="camel", omit_defaults=True):
    account_id: AccountId
    api_key: str
    secret_key: str = ""
    """Shown this once; a registered public key has none here."""


class KeyShown(Struct, rename="camel"):
    api_key: str
    kind: str
    permissions: tuple[str, ...]
    ip_allow_list: tuple[str, ...]


class KeyRemoved(Struct, rename="camel"):
    account_id: AccountId
    api_key: str


def add_key(desk: Desk, call: Call) -> KeyMade:
    require_account(desk, call.account_id)
    return make(desk, call.account_id, checked(call.read(NewKey)))


def remove_key(desk: Desk, call: Call) -> KeyRemoved:
    """The key is unknown from now on: the API answers it with -2015."""
    require_account(desk, call.account_id)
    key = desk.keys.get(call.api_key)
    if key is None or key.account_id != call.account_id:
        raise Refused(404, "UNKNOWN_KEY", "The account has no such key.")
    desk.keys.delete(key.api_key)
    return KeyRemoved(key.account_id, key.api_key)


def require_account(desk: Desk, account_id: AccountId) -> None:
    if account_id not in desk.venue.state.accounts:
        raise Refused(404, "UNKNOWN_ACCOUNT", f"There is no account {account_id}.")


def make(desk: Desk, account_id: AccountId, wanted: NewKey) -> KeyMade:
    key = desk.keys.create(
        account_id,
        desk.venue.now(),
        kind=_kind(wanted.public_key),
        public_key=wanted.public_key or "",
        permissions=wanted.permissions,
        ip_allow_list=wanted.ip_allow_list,
    )
    return KeyMade(account_id, key.api_key, key.secret)


def shown(key: Key) -> KeyShown:
    return KeyShown(key.api_key, key.kind.value, key.permissions, key.ip_allow_list)


def checked(wanted: NewKey) -> NewKey:
    """Refuse a key that nobody could use; addresses in the form in which clients arrive."""
    if not wanted.permissions:
        raise Refused(400, "INVALID_REQUEST", "A key without permissions is of no use.")
    if wanted.public_key is not None:
        _public_key(wanted.public_key)
    permissions = tuple(dict.fromkeys(wanted.permissions))
    addresses = tuple(_address(text) for text in wanted.ip_allow_list)
    return NewKey(permissions, addresses, wanted.public_key)


def _address(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise Refused(400, "INVALID_ADDRESS", "ipAllowList takes IP addresses.") from None
    # A client of that address arrives as the IPv4 address inside.
    return str(getattr(address, "ipv4_mapped", None) or address)


def _public_key(pem: str) -> rsa.RSAPublicKey | ed25519.Ed25519PublicKey:
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise _unfit_key("is no public key in PEM form") from None
    if isinstance(key, ed25519.Ed25519PublicKey):
        return key
    if not isinstance(key, rsa.RSAPublicKey):
        raise _unfit_key("is neither an RSA nor an Ed25519 key")
    if not MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
        raise _unfit_key(f"has {key.key_size} bits, not {MIN_RSA_BITS} to {MAX_RSA_BITS}")
    return key


def _unfit_key(what: str) -> Refused:
    return Refused(400, "INVALID_PUBLIC_KEY", f"publicKey {what}.")


def _kind(pem: str | None) -> KeyKind:
    if pem is None:
        return KeyKind.HMAC
    return KeyKind.RSA if isinstance(_public_key(pem), rsa.RSAPublicKey) else KeyKind.ED25519
