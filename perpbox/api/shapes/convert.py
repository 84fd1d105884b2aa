"""Conversions as Binance prints them."""

from __future__ import annotations

from perpbox.api.quotes import Quote
from perpbox.engine.events import Converted
from perpbox.journal.records import ConversionRecord
from perpbox.money import SCALE, Amount, Millis, cut, text_short

Row = dict[str, object]
DONE = "SUCCESS"
"""A conversion is whole in the turn that accepts it."""


def pair(
    from_asset: str,
    given: tuple[Amount, Amount],
    to_asset: str,
    got: tuple[Amount, Amount],
) -> Row:
    """One row of `convert/exchangeInfo`, with the least and the most of each."""
    return {
        "fromAsset": from_asset,
        "toAsset": to_asset,
        "fromAssetMinAmount": text_short(given[0]),
        "fromAssetMaxAmount": text_short(given[1]),
        "toAssetMinAmount": text_short(got[0]),
        "toAssetMaxAmount": text_short(got[1]),
    }


def quote(quote: Quote, *, acceptable: bool) -> Row:
    """`POST /fapi/v1/convert/getQuote`."""
    return {
        **({"quoteId": quote.quote_id} if acceptable else {}),
        "ratio": text_short(quote.ratio),
        "inverseRatio": text_short(quote.inverse_ratio),
        "validTimestamp": quote.valid_until,
        "toAmount": text_short(quote.to_amount),
        "fromAmount": text_short(quote.from_amount),
    }


def accepted(converted: Converted, now: Millis) -> Row:
    """`POST /fapi/v1/convert/acceptQuote`."""
    return {
        "orderId": str(converted.conversion_id),
        "createTime": now,
        "orderStatus": DONE,
    }


def conversion(row: ConversionRecord) -> Row:
    """`GET /fapi/v1/convert/orderStatus`; its ratios are those of the amounts."""
    return {
        "orderId": row.conversion_id,
        "orderStatus": DONE,
        "fromAsset": row.from_asset,
        "fromAmount": text_short(row.from_amount),
        "toAsset": row.to_asset,
        "toAmount": text_short(row.to_amount),
        "ratio": text_short(cut(row.to_amount * SCALE, row.from_amount)),
        "inverseRatio": text_short(cut(row.from_amount * SCALE, row.to_amount)),
        "createTime": row.time,
    }
