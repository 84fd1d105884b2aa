"""API keys: made, found, listed and deleted, and there again after a restart."""

from __future__ import annotations

import sqlite3
import string
from contextlib import closing
from pathlib import Path

import pytest

from perpbox.engine.commands import CloseAccount, ResetAccount
from perpbox.journal import Journal, JournalDamaged, Key, KeyKind, KeyStore, open_journal
from tests.journal.story import START, Story, catalogue_json

PEM = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"


@pytest.fixture
def keys(journal: Journal) -> KeyStore:
    return KeyStore(journal.keys)


def test_a_key_is_sixty_four_letters_and_digits(keys: KeyStore) -> None:
    key = keys.create(1, START)
    for text in (key.api_key, key.secret):
        assert len(text) == 64
        assert set(text) <= set(string.ascii_letters + string.digits)
    assert key.api_key != key.secret
    assert (key.kind, key.public_key, key.created) == (KeyKind.HMAC, "", START)
    assert (key.permissions, key.ip_allow_list) == (("read", "trade"), ())
    assert keys.get(key.api_key) is key


def test_no_two_keys_are_alike(keys: KeyStore) -> None:
    made = [keys.create(1, START) for _ in range(20)]
    assert len({key.api_key for key in made} | {key.secret for key in made}) == 40


@pytest.mark.parametrize("kind", [KeyKind.RSA, KeyKind.ED25519])
def test_a_public_key_needs_no_secret(keys: KeyStore, kind: KeyKind) -> None:
    key = keys.create(1, START, kind=kind, public_key=PEM)
    assert (key.secret, key.public_key, key.kind) == ("", PEM, kind)


def test_a_key_of_no_kind_is_a_mistake(keys: KeyStore) -> None:
    with pytest.raises(ValueError, match="public key"):
        keys.create(1, START, public_key=PEM)
    with pytest.raises(ValueError, match="public key"):
        keys.create(1, START, kind=KeyKind.RSA)


def test_an_account_has_several_keys_and_each_goes_by_itself(keys: KeyStore) -> None:
    first = keys.create(1, START)
    second = keys.create(1, START, permissions=("read",), ip_allow_list=("127.0.0.1",))
    other = keys.create(2, START)
    assert keys.of_account(1) == [first, second]
    assert keys.delete(first.api_key)
    assert not keys.delete(first.api_key)
    assert keys.get(first.api_key) is None
    assert keys.of_account(1) == [second]
    keys.delete_account(1)
    keys.delete_account(1)
    assert keys.of_account(1) == []
    assert keys.get(second.api_key) is None
    assert keys.get(other.api_key) is other


def test_a_key_does_not_show_its_secret(keys: KeyStore) -> None:
    key = keys.create(1, START)
    for text in (repr(key), str(key), f"{key}", repr([key])):
        assert key.secret not in text
        assert key.api_key in text


def test_a_seed_makes_the_same_keys_and_never_one_again(path: Path) -> None:
    with open_journal(":memory:", catalogue_json()) as memory:
        store = KeyStore(memory.keys, seed="ci")
        wanted = [store.create(1, START) for _ in range(3)]
    for key in wanted:
        with open_journal(path, catalogue_json()) as journal:
            store = KeyStore(journal.keys, seed="ci")
            assert store.create(1, START) == key
            store.delete(key.api_key)
    with open_journal(":memory:", catalogue_json()) as memory:
        assert KeyStore(memory.keys, seed="other").create(1, START) not in wanted


def test_keys_are_there_after_a_restart_and_deleted_ones_are_not(path: Path) -> None:
    with open_journal(path, catalogue_json()) as journal:
        store = KeyStore(journal.keys)
        kept = store.create(1, START, kind=KeyKind.ED25519, public_key=PEM)
        gone = store.create(1, START, ip_allow_list=("10.0.0.1", "::1"))
        also_kept = store.create(2, START, permissions=("read",))
        store.delete(gone.api_key)
    with open_journal(path, b"") as journal:
        store = KeyStore(journal.keys)
        assert store.get(kept.api_key) == kept
        assert store.get(gone.api_key) is None
        assert store.of_account(2) == [also_kept]


def test_a_key_is_durable_when_it_is_told(path: Path) -> None:
    with open_journal(path, catalogue_json()) as journal:
        key = KeyStore(journal.keys).create(1, START)
        # Asked of the file, through another connection than the one that wrote.
        assert [numbered.key for numbered in journal.keys.stored()] == [key]


def stored(path: Path) -> list[Key]:
    with open_journal(path, b"") as journal:
        return [numbered.key for numbered in journal.keys.stored()]


def test_a_closed_account_takes_its_keys_along_and_a_reset_one_keeps_them(path: Path) -> None:
    with open_journal(path, catalogue_json()) as journal:
        story = Story(journal)
        alice, bob = story.open("alice", "bob")
        store = KeyStore(journal.keys)
        store.create(alice, START)
        bobs = store.create(bob, START)
        story.submit(ResetAccount(bob))
        story.submit(CloseAccount(alice))
    assert stored(path) == [bobs]


def test_keys_are_no_part_of_the_journal(journal: Journal, keys: KeyStore) -> None:
    key = keys.create(1, START)
    Story(journal).live(10)
    journal.flush()
    lines = b"".join(line for _, line in journal.encoded_lines())
    assert key.api_key.encode() not in lines
    assert key.secret.encode() not in lines


def test_a_key_that_is_not_what_was_written_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with open_journal(path, catalogue_json()) as journal:
        KeyStore(journal.keys).create(1, START)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE keys SET data = '{'")
    with open_journal(path, b"") as journal, pytest.raises(JournalDamaged, match="A key is not"):
        KeyStore(journal.keys)
