"""Makes docs/conformance.md from what clients and tests were seen to do; `make conformance`.

    python -m tools.conformance CLIENTS.json SEEN-FOLDER [--check]

The first is what `tests/clients/run.py --results` wrote, the second what `conformance_seen` left.
What was seen is kept in docs/conformance.json; with --check both files are compared with what they
would be now, and are not written. A client that this machine could not run stays as it is, which
is said.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from tools.conformance_page import conformance_page

DOCS: Final = Path(__file__).resolve().parents[1] / "docs"
KEPT: Final = DOCS / "conformance.json"
PAGE: Final = DOCS / "conformance.md"
Kept: TypeAlias = dict[str, dict[str, Any]]
"""Under "clients" a row for each flow, under "endpoints" what was seen of each."""


def kept() -> Kept:
    """What was seen when the page was made."""
    text = KEPT.read_text(encoding="utf-8") if KEPT.exists() else "{}"
    return {"clients": {}, "endpoints": {}, **json.loads(text)}


def text_of(seen: Kept) -> str:
    """One line for each client and each endpoint."""
    parts = []
    for name, rows in seen.items():
        lines = [f"{json.dumps(key)}: {json.dumps(row)}" for key, row in sorted(rows.items())]
        parts.append(json.dumps(name) + ": {\n" + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def clients_now(results: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Those that ran, and of those that could not what was known of them."""
    stayed = {flow: before[flow] for flow in results["left_out"] if flow in before}
    return {**stayed, **results["flows"]}


def endpoints_now(folder: Path) -> dict[str, Any]:
    """All processes' rows together."""
    files = sorted(folder.glob("*.json"))
    rows = sorted({tuple(row) for file in files for row in json.loads(file.read_bytes())})
    seen: dict[str, Any] = {}
    for endpoint, kind, name in rows:
        place = seen.setdefault(endpoint, {"answered": False, "parameters": [], "errors": []})
        if kind == "answer":
            place["answered"] = True
        elif kind == "parameter":
            place["parameters"].append(name)
        else:
            place["errors"].append(int(name))
    return seen


def differences(now: Kept, before: Kept) -> list[str]:
    """Each row that is not what is written down of it."""
    return [
        f"{key}: now {rows.get(key)}, written down {before[part].get(key)}"
        for part, rows in now.items()
        for key in sorted(rows.keys() | before[part].keys())
        if rows.get(key) != before[part].get(key)
    ]


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Write docs/conformance.md, or check it.")
    parser.add_argument("clients", type=Path)
    parser.add_argument("seen", type=Path)
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args(words)
    results, before = json.loads(asked.clients.read_bytes()), kept()
    for flow, needs in results["left_out"].items():
        print(f"docs/conformance.md: {flow} stays as it was; to run, it needs {needs}")
    now: Kept = {
        "clients": clients_now(results, before["clients"]),
        "endpoints": endpoints_now(asked.seen),
    }
    if not asked.check:
        KEPT.write_text(text_of(now), encoding="utf-8")
        PAGE.write_text(conformance_page(now), encoding="utf-8")
        return 0
    stale = differences(now, before)
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != conformance_page(before):
        stale.append("docs/conformance.md is not what docs/conformance.json says")
    for line in stale:
        print(line, file=sys.stderr)
    if stale:
        print("docs/conformance.md is stale: make conformance", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
