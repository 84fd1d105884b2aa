"""Short ways to write down a world for the tests of the naive model."""

from __future__ import annotations

from .rows import BracketIn, OrderIn, PositionIn, SymbolIn, World


def bracket(mmr: str, cum: str = "0", floor: str = "0", cap: str = "1e12") -> BracketIn:
    return {"floor": floor, "cap": cap, "mmr": mmr, "cum": cum}


def symbol(
    mark: str,
    leverage: int,
    brackets: list[BracketIn],
    margin_asset: str = "USDT",
    precision: int = 3,
    isolated: bool = False,
) -> SymbolIn:
    return {
        "margin_asset": margin_asset,
        "quantity_precision": precision,
        "mark": mark,
        "leverage": leverage,
        "isolated": isolated,
        "brackets": brackets,
    }


def position(
    name: str, quantity: str, entry: str, side: str = "BOTH", wallet: str = "0"
) -> PositionIn:
    return {
        "symbol": name,
        "side": side,
        "quantity": quantity,
        "entry_price": entry,
        "isolated_wallet": wallet,
        "update_time": 7,
    }


def order(
    name: str, side: str, price: str, remaining: str, leg: str = "BOTH", reduce_only: bool = False
) -> OrderIn:
    return {
        "symbol": name,
        "position_side": leg,
        "side": side,
        "price": price,
        "remaining": remaining,
        "reduce_only": reduce_only,
    }


def world(
    symbols: dict[str, SymbolIn],
    positions: list[PositionIn],
    orders: list[OrderIn] | None = None,
    wallets: dict[str, str] | None = None,
    hedge: bool = False,
    multi: bool = False,
) -> World:
    """A world with USDT and USDC and the multi-assets FAQ's asset index."""
    return {
        "multi_assets": multi,
        "hedge": hedge,
        "assets": ["USDT", "USDC"],
        "asset_index": {
            "USDT": {"index": "0.99", "bid_buffer": "0.01", "ask_buffer": "0.005"},
            "USDC": {"index": "1", "bid_buffer": "0", "ask_buffer": "0"},
        },
        "symbols": symbols,
        "balances": {
            asset: {"wallet": wallet, "update_time": 5}
            for asset, wallet in (wallets or {"USDT": "10000"}).items()
        },
        "positions": positions,
        "orders": orders or [],
    }
