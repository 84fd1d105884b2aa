"""freqtrade's configuration, with every address of its exchange at the venue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from perpbox import clients

SPEED = 60
SERVE = (
    *("--feed", "synthetic", "--seed", "5"),
    *("--clock", f"x{SPEED}", "--start", "2026-03-02T05:00:00Z"),
)
"""How the venue is started."""
PAST = "2h"
"""How far its clock jumps then: a strategy needs candles to start with, and an hour before a
funding is left, of which freqtrade's start takes some minutes."""
FUNDS = 10_000
LEVERAGE = 5
PAIRS = ("BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT", "XRP/USDT:USDT")
LONGEST_WINDOW = 60_000
"""For signed requests, the exchange's longest: a second of the machine's time at x60."""


def configuration(base_url: str, api_key: str, secret: str, folder: Path) -> dict[str, Any]:
    """Live, on futures with isolated margin; the rest is the smallest that freqtrade takes."""
    return {
        "dry_run": False,
        "trading_mode": "futures",
        "margin_mode": "isolated",
        "stake_currency": "USDT",
        "stake_amount": 400,
        "max_open_trades": len(PAIRS),
        "bot_name": "perpbox",
        "initial_state": "running",
        "db_url": f"sqlite:///{folder / 'trades.db'}",
        "user_data_dir": str(folder),
        "cancel_open_orders_on_exit": True,
        "internals": {"process_throttle_secs": 5, "heartbeat_interval": 600},
        "unfilledtimeout": {"entry": 2, "exit": 2, "unit": "minutes"},
        "entry_pricing": pricing(),
        "exit_pricing": pricing(),
        "order_types": {
            "entry": "limit",
            "exit": "market",
            "emergency_exit": "market",
            "stoploss": "market",
            "stoploss_on_exchange": True,
            "stoploss_on_exchange_interval": 60,
        },
        "pairlists": [{"method": "StaticPairList"}],
        "exchange": {
            **exchange(base_url, api_key, secret),
            "pair_whitelist": list(PAIRS),
        },
    }


def exchange(base_url: str, api_key: str, secret: str) -> dict[str, Any]:
    """As perpbox.clients says, but for the window."""
    section = clients.freqtrade(base_url, api_key=api_key, secret=secret)
    section["ccxt_config"]["options"]["recvWindow"] = LONGEST_WINDOW
    return section


def pricing() -> dict[str, Any]:
    """At the other side's best quote, so that a limit order trades at once."""
    return {"price_side": "other", "use_order_book": True, "order_book_top": 1}
