"""What a column of a table is called in the live service's answers."""

from __future__ import annotations

from typing import Final

POSITION: Final = {
    "entry": "entryPrice",
    "mark": "markPrice",
    "bids": "bidNotional",
    "asks": "askNotional",
    "wallet": "isolatedWallet",
    "notional": "notional",
    "profit": "unRealizedProfit",
    "position": "positionInitialMargin",
    "orders": "openOrderInitialMargin",
    "initial": "initialMargin",
    "maint": "maintMargin",
    "isolated": "isolatedMargin",
    "liquidation": "liquidationPrice",
}
ASSET: Final = {
    "wallet": "walletBalance",
    "profit": "unrealizedProfit",
    "position": "positionInitialMargin",
    "orders": "openOrderInitialMargin",
    "initial": "initialMargin",
    "maint": "maintMargin",
    "margin_balance": "marginBalance",
    "cross_wallet": "crossWalletBalance",
    "cross_profit": "crossUnPnl",
    "available": "availableBalance",
    "withdraw": "maxWithdrawAmount",
}
TOTALS: Final = {
    "wallet": "totalWalletBalance",
    "profit": "totalUnrealizedProfit",
    "position": "totalPositionInitialMargin",
    "orders": "totalOpenOrderInitialMargin",
    "initial": "totalInitialMargin",
    "maint": "totalMaintMargin",
    "margin_balance": "totalMarginBalance",
    "cross_wallet": "totalCrossWalletBalance",
    "cross_profit": "totalCrossUnPnl",
    "available": "availableBalance",
    "withdraw": "maxWithdrawAmount",
}
INDEX: Final = {
    "index_symbol": "symbol",
    "index": "index",
    "bid_buffer": "bidBuffer",
    "ask_buffer": "askBuffer",
    "auto_bid_buffer": "autoExchangeBidBuffer",
    "auto_ask_buffer": "autoExchangeAskBuffer",
    "bid": "bidRate",
    "ask": "askRate",
    "auto_bid": "autoExchangeBidRate",
    "auto_ask": "autoExchangeAskRate",
}
INDEX_EVENT: Final = dict(zip(INDEX, "sibaqgBAQG", strict=True))
EVENT_BALANCE: Final = {"asset": "a", "wb": "wb", "cw": "cw", "bc": "bc"}
EVENT_POSITION: Final = {
    "symbol": "s",
    "side": "ps",
    "type": "mt",
    "pa": "pa",
    "ep": "ep",
    "cr": "cr",
    "up": "up",
    "iw": "iw",
    "bep": "bep",
}
ORDER: Final = {
    "symbol": "s",
    "side": "ps",
    "buy_sell": "S",
    "limit": "p",
    "ordered": "q",
    "price": "L",
    "qty": "l",
    "average": "ap",
    "executed": "z",
    "bids": "b",
    "asks": "a",
    "maker": "m",
    "commission": "n",
    "paid_in": "N",
    "profit": "rp",
}
TRADE: Final = {
    "symbol": "symbol",
    "side": "positionSide",
    "buy_sell": "side",
    "price": "price",
    "qty": "qty",
    "maker": "maker",
    "commission": "commission",
    "paid_in": "commissionAsset",
    "profit": "realizedPnl",
}
