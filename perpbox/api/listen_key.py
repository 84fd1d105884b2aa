"""Handlers: the listen key of an account's user data stream."""

from __future__ import annotations

from perpbox.api.calendar import LISTEN_KEY_TOLD
from perpbox.api.call import Call
from perpbox.api.errors import ApiError, Error
from perpbox.journal.listen_keys import ListenKey


def start(call: Call) -> object:
    """`POST /fapi/v1/listenKey`: the account's key, new or good for another hour."""
    return _told(call.desk.listen_keys.start(call.account.account_id, call.now))


def keep(call: Call) -> object:
    """`PUT /fapi/v1/listenKey`: another hour; a key may be named, and then must be the account's.

    Before 2024-04-25 the answer was empty.
    """
    named = call.params.optional("listenKey")
    key = call.desk.listen_keys.keep(call.account.account_id, call.now)
    if key is None or named not in (None, key.text):
        raise ApiError(Error.NO_SUCH_LISTEN_KEY)
    return _told(key) if call.since(LISTEN_KEY_TOLD) else {}


def stop(call: Call) -> object:
    """`DELETE /fapi/v1/listenKey`: the stream ends, and the key with it."""
    named = call.params.optional("listenKey")
    keys, account_id = call.desk.listen_keys, call.account.account_id
    keys.expire(call.now)
    key = keys.of_account(account_id)
    if key is None or named not in (None, key.text):
        raise ApiError(Error.NO_SUCH_LISTEN_KEY)
    keys.stop(account_id)
    return {}


def _told(key: ListenKey) -> dict[str, object]:
    return {"listenKey": key.text}
