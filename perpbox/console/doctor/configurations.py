"""A bot's configuration: a file of JSON, or what its own Python makes, and where it could call."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import perpbox
from perpbox.clients.probe import starting
from perpbox.clients.reach import NOT_SET, addresses_of
from perpbox.clients.unified import known_urls
from perpbox.console.doctor.findings import Finding, Verdict, judged
from perpbox.server.settings import Unusable

PACKAGE: Final = Path(perpbox.__file__).resolve().parent
SECONDS: Final = 120.0
SAME: Final = {"future": "linear", "delivery": "inverse"}
CCXT_CONFIGS: Final = ("ccxt_config", "ccxt_sync_config", "ccxt_async_config")


def findings_of(configuration: str, base_url: str, python: str) -> list[Finding]:
    """Of a path to JSON, or of `bot.py:exchange`. Raises `Unusable`."""
    if configuration.endswith(".json"):
        return _of_file(configuration, base_url)
    told = probed(configuration, python)
    found = [
        _of_address(configuration, where, address, base_url) for where, address in told["addresses"]
    ]
    found += [
        Finding(configuration, "while it was made", f"tried to {attempt}", Verdict.LEAVES)
        for attempt in told["attempts"]
    ]
    if told["error"]:
        found.append(Finding(configuration, "while it was made", told["error"], Verdict.WRONG))
    elif not found:
        found.append(Finding(configuration, "", "no address is found in it", Verdict.WRONG))
    return found


def probed(configuration: str, python: str) -> dict[str, Any]:
    """What `clients.probe` writes down, run by the bot's own Python, which cannot leave."""
    with TemporaryDirectory(prefix="perpbox-doctor-") as folder:
        file = Path(folder) / "told"
        command = [python, "-c", starting(PACKAGE), configuration, str(file)]
        try:
            done = subprocess.run(  # noqa: S603  the operator names what is run
                command, capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise Unusable(f"{configuration} is not made in {SECONDS:g} s.") from None
        except OSError as error:
            raise Unusable(f"--python: {python} cannot be run: {error.strerror}.") from None
        if not file.exists():
            last = done.stderr.strip().rpartition("\n")[2]
            raise Unusable(f"{configuration} ended {python} with {done.returncode}: {last}")
        told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return told


def _of_file(path: str, base_url: str) -> list[Finding]:
    try:
        told: object = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise Unusable(f"{path} is no JSON: {error}.") from None
    if not isinstance(told, dict):
        raise Unusable(f"{path} is no configuration: it is no object.")
    found = [_of_address(path, where, address, base_url) for where, address in addresses_of(told)]
    if isinstance(told.get("exchange"), dict):
        found += _of_freqtrade(path, told)
    elif isinstance(told.get("urls"), dict):
        found += _left_out(path, "urls.api", (told,))
    return found or [Finding(path, "", "no address is found in it", Verdict.WRONG)]


def _of_address(subject: str, where: str, address: str, base_url: str) -> Finding:
    if address == NOT_SET:
        return Finding(subject, where, "is not set: the client's own", Verdict.LEAVES)
    return judged(subject, where, address, base_url)


def _of_freqtrade(path: str, told: Mapping[str, Any]) -> list[Finding]:
    """What it calls beside its exchange, and the addresses that it would take from ccxt."""
    exchange = told["exchange"]
    configs = [exchange[name] for name in CCXT_CONFIGS if isinstance(exchange.get(name), dict)]
    found = _left_out(path, "exchange.ccxt_config.urls.api", configs)
    calls = (
        ("exchange.only_from_ccxt", not exchange.get("only_from_ccxt"), "data.binance.vision"),
        ("fiat_display_currency", bool(told.get("fiat_display_currency")), "CoinGecko"),
        ("telegram.enabled", _is_on(told.get("telegram")), "Telegram"),
    )
    found += [
        Finding(path, where, f"freqtrade calls {whom}", Verdict.LEAVES)
        for where, does_call, whom in calls
        if does_call
    ]
    if told.get("dry_run", True):
        found.append(Finding(path, "dry_run", "no order reaches the venue", Verdict.NOTE))
    return found


def _is_on(section: object) -> bool:
    return isinstance(section, dict) and bool(section.get("enabled"))


def _left_out(path: str, where: str, configs: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Addresses that none of these names: ccxt merges them with its own, which stay."""
    named: set[str] = set()
    for config in configs:
        urls = config.get("urls")
        api = urls.get("api") if isinstance(urls, dict) else None
        named |= set(_names(api if isinstance(api, dict) else {}))
    known = dict.fromkeys(_names(known_urls()["api"]))
    missing = [name for name in known if name not in named]
    if not missing:
        return []
    words = ", ".join(missing)
    return [Finding(path, where, f"does not name {words}: ccxt's own", Verdict.LEAVES)]


def _names(table: Mapping[str, Any], above: str = "") -> list[str]:
    """Of a nested table; the name of JavaScript for streams is as good as that of Python."""
    names: list[str] = []
    for key, value in table.items():
        if isinstance(value, dict):
            names += _names(value, f"{above}{key}.")
        else:
            names.append(above + SAME.get(key, key))
    return names


def own_python() -> str:
    return sys.executable
