"""Handlers: converting one asset of a futures wallet into another."""

from __future__ import annotations

from typing import Final

from perpbox.api.call import Call
from perpbox.api.errors import ApiError, Error
from perpbox.api.params import precise
from perpbox.api.quotes import VALID_FOR, Quote, bounds_of, price_of, ratio_of, worth
from perpbox.api.shapes import convert as shapes
from perpbox.engine.commands import Convert
from perpbox.engine.events import Converted
from perpbox.margin.account import account_figures
from perpbox.money import DECIMALS, Amount, NotANumber, TooPrecise, parse

VALID_TIME: Final = "10s"
"""The only one since 2024-10-19."""


def pairs(call: Call) -> object:
    """`GET /fapi/v1/convert/exchangeInfo`: every asset into every other one."""
    wanted = [_asset(call, call.params.optional(name)) for name in ("fromAsset", "toAsset")]
    assets = call.state.catalogue.assets
    return [
        shapes.pair(each, bounds_of(call.state, each), other, bounds_of(call.state, other))
        for each in assets
        for other in assets
        if each != other and wanted[0] in (None, each) and wanted[1] in (None, other)
    ]


def _asset(call: Call, name: str | None) -> str | None:
    if name is not None and name not in call.state.catalogue.assets:
        raise ApiError(Error.BAD_ASSET)
    return name


def give_quote(call: Call) -> object:
    """`POST /fapi/v1/convert/getQuote`: without an id where the account has not enough."""
    params, state = call.params, call.state
    from_asset, to_asset = params.text("fromAsset"), params.text("toAsset")
    given, wanted = _amount(call, "fromAmount"), _amount(call, "toAmount")
    if given is None and wanted is None:
        raise ApiError(Error.EITHER_MISSING, "fromAmount", "toAmount")
    if given is not None and wanted is not None:
        raise ApiError(Error.BAD_COMBINATION)
    if params.optional("validTime") not in (None, VALID_TIME):
        raise ApiError(Error.INVALID_PARAMETER, "validTime")
    for name in (from_asset, to_asset):
        _asset(call, name)
    if from_asset == to_asset:
        raise ApiError(Error.INVALID_PARAMETER, "toAsset")
    if given is not None:
        _require_within(call, "fromAmount", from_asset, given)
        wanted = worth(state, from_asset, given, to_asset)
    elif wanted is not None:
        _require_within(call, "toAmount", to_asset, wanted)
        given = price_of(state, to_asset, wanted, from_asset)
    quote = Quote(
        call.account.account_id,
        call.desk.quotes.next_id(state),
        from_asset,
        given or 0,
        to_asset,
        wanted or 0,
        ratio_of(state, from_asset, to_asset),
        ratio_of(state, to_asset, from_asset),
        call.now + VALID_FOR,
    )
    affordable = quote.from_amount <= _spare(call, from_asset)
    if affordable:
        call.desk.quotes.keep(quote, call.now)
    return shapes.quote(quote, acceptable=affordable)


def _amount(call: Call, name: str) -> Amount | None:
    """A number above zero, None if not sent."""
    value = call.params.optional(name)
    if value is None:
        return None
    try:
        amount = parse(value)
    except TooPrecise:
        return precise(None, DECIMALS)
    except NotANumber:
        raise ApiError(Error.INVALID_PARAMETER, name) from None
    if amount <= 0:
        raise ApiError(Error.INVALID_PARAMETER, name)
    return amount


def _require_within(call: Call, name: str, asset: str, amount: Amount) -> None:
    least, most = bounds_of(call.state, asset)
    if not least <= amount <= most:
        raise ApiError(Error.INVALID_PARAMETER, name)


def _spare(call: Call, asset: str) -> Amount:
    """What could be withdrawn."""
    state = call.state
    assets = state.catalogue.assets.values()
    figures = account_figures(call.account, assets, state.marks, state.rates)
    return figures.assets[asset].max_withdraw_amount


def accept_quote(call: Call) -> object:
    """`POST /fapi/v1/convert/acceptQuote`: done at once; a quote that is none is -1130."""
    quote_id, quotes = call.params.text("quoteId"), call.desk.quotes
    quote = quotes.find(call.account.account_id, quote_id, call.now)
    if quote is None:
        raise ApiError(Error.INVALID_PARAMETER, "quoteId")
    turn = call.submit(
        Convert(
            quote.account_id,
            quote.quote_id,
            quote.from_asset,
            quote.from_amount,
            quote.to_asset,
            quote.to_amount,
        )
    )
    quotes.forget(quote)
    [converted] = [event for event in turn.events if isinstance(event, Converted)]
    return shapes.accepted(converted, turn.now)


def conversion(call: Call) -> object:
    """`GET /fapi/v1/convert/orderStatus`; -2013 if there is none, and `orderId` prevails."""
    order_id, quote_id = call.params.optional("orderId"), call.params.optional("quoteId")
    if order_id is None and quote_id is None:
        raise ApiError(Error.EITHER_MISSING, "orderId", "quoteId")
    number = call.params.optional_long("orderId")
    found = None
    if number is None or number > 0:
        found = call.desk.history.conversion(
            call.account.account_id, conversion_id=number or 0, quote_id=quote_id or ""
        )
    if found is None:
        raise ApiError(Error.NO_SUCH_ORDER)
    return shapes.conversion(found)
