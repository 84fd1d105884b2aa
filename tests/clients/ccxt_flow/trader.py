"""ccxt's unified calls as the trader of the story."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, ClassVar

import ccxt  # type: ignore[import-untyped, unused-ignore]  # annotated, but ships no py.typed

from exact import Checks
from perpbox import clients
from scenario import ASSET, SYMBOL, asset_row
from waiting import Row


def settings(api_key: str, secret: str) -> dict[str, Any]:
    """What every instance is made with."""
    return {
        "apiKey": api_key,
        "secret": secret,
        "enableRateLimit": False,
        "enableLastJsonResponse": True,
        "options": {"throwMarginModeAlreadySet": True},  # which older ccxt hides by default
    }


class CcxtTrader:
    """ccxt's unified calls; what they make of an answer is checked against the answer itself."""

    errors: ClassVar[Mapping[int, type[Exception]]] = {
        -1121: ccxt.BadSymbol,
        -2019: ccxt.ExchangeError,  # InsufficientFunds on Binance's own host names only
        -2011: ccxt.OrderNotFound,
        -2013: ccxt.OrderNotFound,
        -2022: ccxt.ExchangeError,
        -4046: ccxt.MarginModeAlreadySet,
        -1022: ccxt.AuthenticationError,
        -2015: ccxt.AuthenticationError,
    }

    def __init__(self, base_url: str, api_key: str, secret: str, checks: Checks) -> None:
        self.base_url, self.api_key, self.secret = base_url, api_key, secret
        self.checks = checks
        exchange = ccxt.binanceusdm(settings(api_key, secret))
        self.exchange: Any = clients.ccxt(exchange, base_url)

    def exchange_info(self) -> Row:
        markets = self.exchange.load_markets(True)
        return {"symbols": [market["info"] for market in markets.values()]}

    def unified(self, symbol: str) -> str:
        """ccxt's own name of a symbol."""
        return str(self.exchange.safe_symbol(symbol, None, None, "swap"))

    def server_time(self) -> int:
        return int(self.exchange.fetch_time())

    def premium_index(self, symbol: str) -> Row:
        return row_of(self.exchange.fapiPublicGetPremiumIndex({"symbol": symbol}))

    def account(self) -> Row:
        balance = self.exchange.fetch_balance()
        account = row_of(balance["info"])
        row = asset_row(account)
        for ours, theirs in (
            ("free", "availableBalance"),
            ("used", "initialMargin"),
            ("total", "marginBalance"),
        ):
            self.checks.equal(balance[ASSET][ours], float(row[theirs]), f"ccxt's {ours}")
        return account

    def balance(self) -> list[Row]:
        return list(self.exchange.fapiPrivateV3GetBalance())

    def commission_rate(self, symbol: str) -> Row:
        fee = self.exchange.fetch_trading_fee(self.unified(symbol))
        rate = float(fee["info"]["takerCommissionRate"])
        self.checks.equal(fee["taker"], rate, "ccxt's taker fee")
        return row_of(fee["info"])

    def symbol_config(self, symbol: str) -> Row:
        mode = self.exchange.fetch_margin_mode(self.unified(symbol))
        info = row_of(mode["info"])
        wanted = "cross" if info["marginType"] == "CROSSED" else "isolated"
        self.checks.equal(mode["marginMode"], wanted, "ccxt's margin mode")
        return info

    def set_leverage(self, symbol: str, leverage: int) -> Row:
        return row_of(self.exchange.set_leverage(leverage, self.unified(symbol)))

    def set_margin_type(self, symbol: str, margin_type: str) -> Row:
        mode = "cross" if margin_type == "CROSSED" else "isolated"
        return row_of(self.exchange.set_margin_mode(mode, self.unified(symbol)))

    def place_limit(self, symbol: str, side: str, quantity: Decimal, price: Decimal) -> Row:
        order = self.exchange.create_order(
            self.unified(symbol), "limit", side.lower(), float(quantity), float(price)
        )
        return self.seen(order, "open")

    def place_market(
        self, symbol: str, side: str, quantity: Decimal, *, reduce_only: bool = False
    ) -> Row:
        order = self.exchange.create_order(
            self.unified(symbol),
            "market",
            side.lower(),
            float(quantity),
            params={"reduceOnly": True} if reduce_only else {},
        )
        return self.seen(order, "closed")

    def amend(
        self, symbol: str, order_id: int, side: str, quantity: Decimal, price: Decimal
    ) -> Row:
        order = self.exchange.edit_order(
            str(order_id),
            self.unified(symbol),
            "limit",
            side.lower(),
            float(quantity),
            float(price),
        )
        return self.seen(order, "open")

    def cancel(self, symbol: str, order_id: int) -> Row:
        order = self.exchange.cancel_order(str(order_id), self.unified(symbol))
        return self.seen(order, "canceled")

    def seen(self, order: Any, status: str) -> Row:
        """The answer behind a unified order, which has to say the same."""
        info = row_of(order["info"])
        self.checks.equal(order["status"], status, "ccxt's status")
        self.checks.equal(order["id"], str(info["orderId"]), "ccxt's order id")
        self.checks.equal(order["amount"], float(info["origQty"]), "ccxt's amount")
        self.checks.equal(order["symbol"], self.unified(info["symbol"]), "ccxt's symbol")
        return info

    def order(self, symbol: str, order_id: int) -> Row:
        return row_of(self.exchange.fetch_order(str(order_id), self.unified(symbol))["info"])

    def open_orders(self, symbol: str) -> list[Row]:
        return rows_of(self.exchange.fetch_open_orders(self.unified(symbol)))

    def all_orders(self, symbol: str) -> list[Row]:
        return rows_of(self.exchange.fetch_orders(self.unified(symbol)))

    def positions(self, symbol: str) -> list[Row]:
        rows = list(self.exchange.fapiPrivateV3GetPositionRisk({"symbol": symbol}))
        unified = self.exchange.fetch_positions([self.unified(symbol)])
        held = [row for row in rows if float(row["positionAmt"])]
        self.checks.equal(len(unified), len(held), "ccxt's number of positions")
        for row, position in zip(held, unified, strict=True):
            amount = float(row["positionAmt"])
            self.checks.equal(position["contracts"], abs(amount), "ccxt's contracts")
            self.checks.equal(position["side"], "long" if amount > 0 else "short", "ccxt's side")
            self.checks.equal(position["marginMode"], "cross", "ccxt's margin mode")
            self.checks.equal(position["entryPrice"], float(row["entryPrice"]), "ccxt's entry")
            margin = float(row["initialMargin"])
            self.checks.equal(position["initialMargin"], margin, "ccxt's initial margin")
        return rows

    def trades(self, symbol: str, order_id: int) -> list[Row]:
        trades = self.exchange.fetch_my_trades(
            self.unified(symbol), params={"orderId": str(order_id)}
        )
        for trade in trades:
            fee = {"currency": ASSET, "cost": float(trade["info"]["commission"])}
            seen = {key: trade["fee"][key] for key in fee}
            self.checks.equal(seen, fee, "ccxt's fee")
            self.checks.equal(trade["takerOrMaker"], "taker", "ccxt's taker or maker")
        return rows_of(trades)

    def income(self, income_type: str | None = None) -> list[Row]:
        params = {"incomeType": income_type} if income_type else {}
        return rows_of(self.exchange.fetch_ledger(params=params))

    def place_batch(self, orders: list[Row]) -> list[Row]:
        asked = [
            {
                "symbol": self.unified(row["symbol"]),
                "type": row["type"].lower(),
                "side": row["side"].lower(),
                "amount": float(row["quantity"]),
                "price": float(row["price"]),
                "params": {"timeInForce": row["timeInForce"]},
            }
            for row in orders
        ]
        return rows_of(self.exchange.create_orders(asked))

    def cancel_batch(self, order_ids: list[int]) -> list[Row]:
        return rows_of(self.exchange.cancel_orders([*map(str, order_ids)], self.unified(SYMBOL)))

    def reads(self) -> dict[str, Callable[..., Any]]:
        """The market's calls, by endpoint."""
        exchange = self.exchange
        calls = {
            "depth": exchange.fapiPublicGetDepth,
            "ticker/bookTicker": exchange.fapiPublicGetTickerBookTicker,
            "trades": exchange.fapiPublicGetTrades,
            "klines": exchange.fapiPublicGetKlines,
        }
        return {path: lambda call=call, **params: call(params) for path, call in calls.items()}

    has_stops = True

    def place_stop(self, symbol: str, side: str, quantity: Decimal, trigger: Decimal) -> Row:
        order = self.exchange.create_order(
            self.unified(symbol),
            "market",
            side.lower(),
            float(quantity),
            params={"stopLossPrice": float(trigger)},
        )
        return self.seen_stop(order, "open")

    def seen_stop(self, order: Any, status: str) -> Row:
        """The answer behind a unified order that waits or waited, which has to say the same."""
        info = row_of(order["info"])
        self.checks.equal(order["status"], status, "ccxt's status")
        self.checks.equal(order["id"], str(info["algoId"]), "ccxt's order id")
        self.checks.equal(order["clientOrderId"], info["clientAlgoId"], "ccxt's client order id")
        self.checks.equal(
            order["triggerPrice"], float(info["triggerPrice"]), "ccxt's trigger price"
        )
        self.checks.equal(order["amount"], float(info["quantity"]), "ccxt's amount")
        self.checks.equal(order["symbol"], self.unified(info["symbol"]), "ccxt's symbol")
        return info

    def stop(self, symbol: str, algo_id: int) -> Row:
        order = self.exchange.fetch_order(str(algo_id), self.unified(symbol), {"trigger": True})
        statuses = {"NEW": "open", "CANCELED": "canceled", "FINISHED": "closed"}
        return self.seen_stop(order, statuses[order["info"]["algoStatus"]])

    def open_stops(self, symbol: str) -> list[Row]:
        orders = self.exchange.fetch_open_orders(self.unified(symbol), params={"trigger": True})
        return [self.seen_stop(order, "open") for order in orders]

    def all_stops(self, symbol: str) -> list[Row]:
        return rows_of(self.exchange.fetch_orders(self.unified(symbol), params={"trigger": True}))

    def cancel_stop(self, symbol: str, algo_id: int) -> Row:
        order = self.exchange.cancel_order(str(algo_id), self.unified(symbol), {"trigger": True})
        return row_of(order["info"])

    def count_down(self, symbol: str, milliseconds: int) -> Row:
        asked = {"symbol": symbol, "countdownTime": milliseconds}
        return row_of(self.exchange.fapiPrivatePostCountdownCancelAll(asked))

    def funding_rates(self, symbol: str) -> list[Row]:
        rate = self.exchange.fetch_funding_rate(self.unified(symbol))
        due = int(rate["info"]["nextFundingTime"])
        self.checks.equal(rate["fundingTimestamp"], due, "ccxt's time of the next funding")
        self.checks.equal(
            rate["fundingRate"], float(rate["info"]["lastFundingRate"]), "ccxt's funding rate"
        )
        paid = self.exchange.fetch_funding_history(self.unified(symbol))
        settled = rows_of(self.exchange.fetch_funding_rate_history(self.unified(symbol)))
        self.checks.that(len(paid) <= len(settled), f"{paid} were paid of {settled}")
        return settled

    def fee_burn(self) -> bool:
        return bool(self.exchange.fapiPrivateGetFeeBurn()["feeBurn"])

    def set_fee_burn(self, on: bool) -> Row:
        return row_of(self.exchange.fapiPrivatePostFeeBurn({"feeBurn": str(on).lower()}))

    def stranger(self, api_key: str | None = None, secret: str | None = None) -> CcxtTrader:
        other = type(self)(
            self.base_url, api_key or self.api_key, secret or self.secret, self.checks
        )
        other.exchange.set_markets(self.exchange.markets)
        return other

    def code_of(self, error: Exception) -> int:
        del error  # ccxt's exceptions carry text alone; it keeps the answer elsewhere
        return int(self.exchange.last_json_response["code"])

    def close(self) -> None:
        self.exchange.close()


def row_of(info: Any) -> Row:
    """An untyped answer as a row."""
    return dict(info)


def rows_of(unified: Any) -> list[Row]:
    """The answers behind a list of unified structures."""
    return [row_of(each["info"]) for each in unified]
