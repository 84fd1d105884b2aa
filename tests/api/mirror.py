"""What a bot makes of its user data stream: its account as told, event by event.

It starts from what the account endpoints answer, applies each event as the pages describe it, and
knows nothing else. So it shows whether the stream leaves anything out.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import Any, Final, TypeAlias

from tests.api.trader import Trader

Leg: TypeAlias = tuple[str, str]
"""Symbol and position side."""
Rows: TypeAlias = dict[Any, tuple[Any, ...]]

ZERO: Final = Decimal(0)
EIGHTH: Final = Decimal("0.00000001")
"""Beyond it streams cut an entry price, and positionRisk does not."""
ENDED: Final = ("FILLED", "CANCELED", "EXPIRED", "EXPIRED_IN_MATCH")
WAITS_NO_MORE: Final = ("CANCELED", "TRIGGERED", "REJECTED", "EXPIRED")


class Mirror:
    """An account as its stream tells it."""

    def __init__(self, trader: Trader) -> None:
        answers = Answers(trader)
        self.wallets = answers.wallets()
        """Per asset: wallet balance, cross wallet balance."""
        self.legs = answers.legs()
        """Per leg that is held: quantity, entry price, break-even price, isolated wallet."""
        self.isolated = answers.isolated()
        self.leverages = answers.leverages()
        self.multi_assets = answers.multi_assets()
        self.orders = answers.orders()
        """Open ones: price, quantity, executed, average price, status."""
        self.waiting = answers.waiting()
        self.notionals: dict[str, tuple[Decimal, Decimal]] = {}
        """Per symbol: of its open bids and asks, as the last order update had them."""
        self.realized: dict[Leg, Decimal] = {}
        """Per leg that was told: profit so far."""
        self.unexplained: dict[str, Decimal] = {}
        """Per asset: how a wallet has changed beyond what the event says itself."""

    def apply(self, event: dict[str, Any]) -> None:
        name = event["e"]
        if name == "ACCOUNT_UPDATE":
            self._account(event["a"])
        elif name == "ORDER_TRADE_UPDATE":
            self._order(event["o"])
        elif name == "ALGO_UPDATE":
            self._conditional(event["o"])
        elif name == "ACCOUNT_CONFIG_UPDATE":
            self._configuration(event)
        else:
            assert name in {"TRADE_LITE", "MARGIN_CALL"}, name

    def _account(self, told: dict[str, Any]) -> None:
        assert not self.unexplained, "the fill comes right behind its account update"
        if not told["B"]:
            assert told["P"], "nothing is told"
        for row in told["B"]:
            asset, wallet, change = row["a"], Decimal(row["wb"]), Decimal(row["bc"])
            more = wallet - self.wallets.get(asset, (ZERO, ZERO))[0] - change
            if told["m"] == "ORDER":
                assert change == 0
                self.unexplained[asset] = more
            else:
                assert more == 0, "the balance change is what the wallet has changed by"
            self.wallets[asset] = (wallet, Decimal(row["cw"]))
        for row in told["P"]:
            self._position(row)

    def _position(self, row: dict[str, Any]) -> None:
        leg = row["s"], row["ps"]
        self.isolated[row["s"]] = row["mt"] == "isolated"
        self.realized[leg] = Decimal(row["cr"])
        quantity, isolated_wallet = Decimal(row["pa"]), Decimal(row["iw"])
        entry, break_even = Decimal(row["ep"]), float(row["bep"])
        if quantity:
            self.legs[leg] = (quantity, entry, break_even, isolated_wallet)
        else:
            assert not any((entry, break_even, isolated_wallet))
            self.legs.pop(leg, None)

    def _order(self, row: dict[str, Any]) -> None:
        traded = row["x"] in {"TRADE", "CALCULATED"}
        self._explain(row if traded else {})
        executed = self.orders[row["i"]][2] if row["i"] in self.orders else ZERO
        assert Decimal(row["z"]) == executed + Decimal(row["l"])
        self.notionals[row["s"]] = (Decimal(row["b"]), Decimal(row["a"]))
        if row["X"] in ENDED:
            self.orders.pop(row["i"], None)
            return
        assert (row["x"] == "NEW") is (row["i"] not in self.orders)
        self.orders[row["i"]] = (
            Decimal(row["p"]),
            Decimal(row["q"]),
            Decimal(row["z"]),
            Decimal(row["ap"]),
            row["X"],
        )

    def _explain(self, fill: dict[str, Any]) -> None:
        """Wallets change by profit and commission of the fill that is told next, and no more."""
        left, self.unexplained = self.unexplained, {}
        if fill:
            assert left
            asset = fill["s"][-4:]
            left[asset] = left.get(asset, ZERO) - Decimal(fill["rp"])
            left[fill["N"]] = left.get(fill["N"], ZERO) + Decimal(fill["n"])
        assert not any(left.values()), left

    def _conditional(self, row: dict[str, Any]) -> None:
        if row["X"] == "NEW":
            assert row["aid"] not in self.waiting
            self.waiting[row["aid"]] = (Decimal(row["tp"]), Decimal(row["p"]), Decimal(row["q"]))
        elif row["X"] in WAITS_NO_MORE:
            del self.waiting[row["aid"]]
        else:
            assert row["X"] in {"TRIGGERING", "FINISHED"}

    def _configuration(self, event: dict[str, Any]) -> None:
        if "ac" in event:
            self.leverages[event["ac"]["s"]] = event["ac"]["l"]
        if "ai" in event:
            self.multi_assets = event["ai"]["j"]

    def differences(self, trader: Trader) -> dict[str, tuple[object, object]]:
        """What has been told otherwise than the endpoints now answer: both, by name."""
        answers = Answers(trader)
        notionals = answers.notionals()
        pairs: dict[str, tuple[object, object]] = {
            "wallets": (not_zero(self.wallets), not_zero(answers.wallets())),
            "legs": (self.legs, answers.legs()),
            "isolated": (self.isolated, answers.isolated()),
            "leverages": (self.leverages, answers.leverages()),
            "multi assets": (self.multi_assets, answers.multi_assets()),
            "orders": (self.orders, answers.orders()),
            "waiting": (self.waiting, answers.waiting()),
            "notionals": (
                self.notionals,
                {name: notionals.get(name, (ZERO, ZERO)) for name in self.notionals},
            ),
            "unexplained": (self.unexplained, {}),
        }
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def not_zero(rows: Rows) -> Rows:
    return {key: row for key, row in rows.items() if any(row)}


class Answers:
    """What the account endpoints say, in the mirror's words."""

    def __init__(self, trader: Trader) -> None:
        self._get = trader.get
        self._account = trader.get("/fapi/v3/account")
        self._settings = trader.get("/fapi/v2/account")
        self._risk = trader.get("/fapi/v3/positionRisk")

    def wallets(self) -> Rows:
        return {
            row["asset"]: (Decimal(row["walletBalance"]), Decimal(row["crossWalletBalance"]))
            for row in self._account["assets"]
        }

    def legs(self) -> Rows:
        """Quantity and isolated wallet as v3/account has them, the prices as positionRisk has."""
        prices = {
            (row["symbol"], row["positionSide"]): (row["entryPrice"], row["breakEvenPrice"])
            for row in self._risk
        }
        legs = {}
        for row in self._account["positions"]:
            leg = row["symbol"], row["positionSide"]
            quantity = Decimal(row["positionAmt"])
            if quantity:
                entry, break_even = prices[leg]
                isolated_wallet = Decimal(row["isolatedWallet"])
                told = Decimal(entry).quantize(EIGHTH, ROUND_DOWN)
                legs[leg] = (quantity, told, float(break_even), isolated_wallet)
        return legs

    def isolated(self) -> dict[str, bool]:
        return {row["symbol"]: row["isolated"] for row in self._settings["positions"]}

    def leverages(self) -> dict[str, int]:
        return {row["symbol"]: int(row["leverage"]) for row in self._settings["positions"]}

    def multi_assets(self) -> bool:
        return bool(self._settings["multiAssetsMargin"])

    def orders(self) -> Rows:
        return {
            row["orderId"]: (
                Decimal(row["price"]),
                Decimal(row["origQty"]),
                Decimal(row["executedQty"]),
                Decimal(row["avgPrice"]),
                row["status"],
            )
            for row in self._get("/fapi/v1/openOrders")
        }

    def waiting(self) -> Rows:
        return {
            row["algoId"]: tuple(
                Decimal(row[name]) for name in ("triggerPrice", "price", "quantity")
            )
            for row in self._get("/fapi/v1/openAlgoOrders")
        }

    def notionals(self) -> dict[str, tuple[Decimal, Decimal]]:
        sums: dict[str, tuple[Decimal, Decimal]] = {}
        for row in self._risk:
            bids, asks = sums.get(row["symbol"], (ZERO, ZERO))
            bids += Decimal(row["bidNotional"])
            asks += Decimal(row["askNotional"])
            sums[row["symbol"]] = (bids, asks)
        return sums
