"""Write a journal of this version for later versions to open, once, just before its release.

Run `python -m tests.journal.make_released` from the top of the checkout. It writes
`tests/journal/released/VERSION.sqlite` and, beside it, what `test_released.py` must find in it.
What is there stays as it is unless `--again` is given, which is for a version that is not out yet.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import msgspec

from perpbox import __version__
from perpbox.account import BUY, SELL
from perpbox.engine.commands import AmendOrder
from perpbox.engine.snapshot import dump
from perpbox.journal import KeyKind, KeyStore, open_journal, recover, verify
from perpbox.money import parse
from tests.journal.released_facts import Found, find
from tests.journal.story import BTC, START, Story, catalogue_json

FOLDER: Final = Path(__file__).resolve().parent / "released"


def write(path: Path) -> Found:
    """A journal with something of everything."""
    with open_journal(path, catalogue_json()) as journal:
        story = Story(journal)
        alice, bob = story.open("alice", "bob")
        keys = KeyStore(journal.keys, seed="released")
        keys.create(alice, START)
        keys.create(bob, START, kind=KeyKind.ED25519, public_key="PEM", permissions=("read",))
        resting = story.order(alice, BUY, story.at_mark(), "0.030", client_order_id="resting")
        story.order(bob, SELL, story.at_mark(), "0.010")
        story.submit(AmendOrder(alice, BTC, BUY, parse("0.040"), parse("60000"), resting))
        story.live(60, seed=1)
        journal.snapshot(story.sequence, dump(story.state))
        story.live(20, seed=2)
    return find(path)


def main(arguments: list[str]) -> int:
    path = FOLDER / f"{__version__}.sqlite"
    if path.exists() and arguments != ["--again"]:
        print(f"{path} is there already.")
        return 1
    path.unlink(missing_ok=True)
    found = write(path)
    report = verify(path)
    with open_journal(path, b"") as journal:
        assert report.holds
        assert recover(journal).snapshot_sequence
    facts = msgspec.json.format(msgspec.json.encode(found), indent=2)
    path.with_suffix(".json").write_bytes(facts + b"\n")
    print(f"{path}: {report.turns} turns")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
