"""How a scenario's lines ask for conditional orders."""

from __future__ import annotations

from typing import Final

from perpbox.account import (
    BUY,
    SELL,
    ConditionalTerms,
    ConditionalType,
    PositionSide,
    PriceMatch,
    SelfTradePrevention,
    TimeInForce,
    WorkingType,
)
from perpbox.engine.commands import PlaceConditional
from perpbox.money import parse
from tests.engine.rig import START
from tests.engine.words import span_of

KINDS: Final = {
    "stop": (ConditionalType.STOP, ConditionalType.STOP_MARKET),
    "profit": (ConditionalType.TAKE_PROFIT, ConditionalType.TAKE_PROFIT_MARKET),
}


def placed(account_id: int, kind: str, words: list[str]) -> PlaceConditional:
    """`alice stop|profit sell QUANTITY|all SYMBOL at PRICE [limit PRICE | match LEVEL]`
    `alice trail sell QUANTITY SYMBOL by RATE [from PRICE]`, a rate of 0.01 for one per cent;
    then `[mark] [protected] [reduce-only] [gtc…] [till +TIME] [long|short] [legacy] [as ID]`.
    """
    side, quantity, symbol, *rest = words
    values = _pairs(rest)
    limit = parse(values.get("limit", "0"))
    price_match = PriceMatch[values.get("match", "none").upper().replace("-", "_")]
    limited = "limit" in values or "match" in values
    order_type = ConditionalType.TRAILING_STOP_MARKET
    if kind != "trail":
        order_type = KINDS[kind][0 if limited else 1]
    leg, time_in_force = PositionSide.BOTH, TimeInForce.GTC
    good_till = 0
    if "till" in values:
        time_in_force, good_till = TimeInForce.GTD, START + span_of(values["till"])
    for word in rest:
        name = word.upper().replace("-", "_")
        if name in PositionSide.__members__:
            leg = PositionSide[name]
        elif name in TimeInForce.__members__:
            time_in_force = TimeInForce[name]
        elif word not in {"mark", "protected", "reduce-only", "legacy"}:
            raise ValueError(f"unknown word {word!r}")
    terms = ConditionalTerms(
        symbol=symbol,
        side=BUY if side == "buy" else SELL,
        position_side=leg,
        order_type=order_type,
        time_in_force=time_in_force,
        quantity=0 if quantity == "all" else parse(quantity),
        price=limit,
        trigger_price=parse(values.get("at", "0")),
        working_type=WorkingType.MARK_PRICE if "mark" in rest else WorkingType.CONTRACT_PRICE,
        price_protect="protected" in rest,
        close_position=quantity == "all",
        reduce_only="reduce-only" in rest,
        self_trade_prevention=SelfTradePrevention.EXPIRE_MAKER,
        price_match=price_match,
        activation_price=parse(values.get("from", "0")),
        callback_rate=parse(values.get("by", "0")),
        good_till=good_till,
        legacy="legacy" in rest,
    )
    return PlaceConditional(account_id, terms, values.get("as", ""))


def _pairs(words: list[str]) -> dict[str, str]:
    """Take the words that have a value out of the list."""
    values: dict[str, str] = {}
    for name in ("at", "limit", "match", "by", "from", "till", "as"):
        if name in words:
            at = words.index(name)
            values[name] = words[at + 1]
            del words[at : at + 2]
    return values
