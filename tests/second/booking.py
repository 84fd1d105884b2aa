"""What a fill, a closing without fee, and a funding payment do to wallets and positions."""

from __future__ import annotations

from tests.second.arithmetic import ONE, SQUARE, cut, initial_margin_rate
from tests.second.observed import Filled, FundingSettled, SymbolFacts
from tests.second.venue import DEFAULT_LEVERAGE, Account, Position, Venue

BURN_ASSET = "BNB"
BURN_SHARE = ONE * 9 // 10


def profit_of(position: Position, price: int, quantity: int) -> int:
    """Realized profit of closing so much of the position: t8(quantity x (price - t8(entry)))."""
    signed = quantity if position.quantity > 0 else -quantity
    return cut(signed * (price - position.entry), ONE)


def shrink(position: Position, quantity: int) -> None:
    """Take so much off the position; the entry price stays.

    The cost that is kept is cut, which is what leaves the cut entry price as it was.
    """
    held = abs(position.quantity)
    kept = held - quantity
    position.entry_cost = position.entry_cost * kept // held
    position.quantity = kept if position.quantity > 0 else -kept


def burn_commission(venue: Venue, account: Account, asset: str, turnover_rate: int) -> int | None:
    """The commission in BNB, or None where it is to be paid in the margin asset.

    `turnover_rate` is price x quantity x rate, uncut.
    """
    if not account.fee_burn or turnover_rate <= 0:
        return None
    margin_index = venue.index_prices.get(asset, 0)
    burn_index = venue.index_prices.get(BURN_ASSET, 0)
    if margin_index <= 0 or burn_index <= 0:
        return None
    discounted = cut(turnover_rate * BURN_SHARE, SQUARE * ONE)
    commission = cut(discounted * margin_index, burn_index)
    return commission if account.wallet(BURN_ASSET) >= commission else None


def commission_rate(account: Account, symbol: SymbolFacts, is_maker: bool) -> int:
    """The account's own rate for the symbol, else the symbol's."""
    own = account.fee_rates.get(symbol.name)
    maker, taker = own or (symbol.maker_commission_rate, symbol.taker_commission_rate)
    return maker if is_maker else taker


def opening_margin(account: Account, symbol: str, turnover: int, fee_rate: int) -> int:
    """What an opening fill leaves in the isolated wallet: entry notional x (R(L) - fee), cut.

    Cut once, as the recorded positions show; the specification does not say it.
    """
    rate = initial_margin_rate(account.leverages.get(symbol, DEFAULT_LEVERAGE))
    return cut(turnover * (rate - fee_rate), SQUARE)


def close_part(
    venue: Venue, account: Account, symbol: SymbolFacts, leg: str, price: int, quantity: int
) -> None:
    """Close so much of a position at a price, without a fee; isolated margin is released.

    Released margin needs no booking in the wallet: the wallet balance contains it all the time.
    """
    position = venue.position(account, symbol.name, leg)
    held = abs(position.quantity)
    account.add(symbol.margin_asset, profit_of(position, price, quantity))
    if quantity == held:
        venue.drop(account, symbol.name, leg)
        return
    position.isolated_wallet -= cut(position.isolated_wallet * quantity, held)
    shrink(position, quantity)


def book_fill(venue: Venue, fill: Filled) -> None:
    """A fill on the book: closes first, then opens, and pays its commission."""
    account = venue.accounts[fill.account_id]
    symbol = venue.symbol(fill.symbol)
    rate = commission_rate(account, symbol, fill.is_maker)
    turnover_rate = fill.price * fill.quantity * rate
    burnt = burn_commission(venue, account, symbol.margin_asset, turnover_rate)
    if burnt is not None:
        account.add(BURN_ASSET, -burnt)
    else:
        account.add(symbol.margin_asset, -cut(turnover_rate, SQUARE))
    held = venue.position(account, fill.symbol, fill.leg).quantity
    closing = min(fill.quantity, abs(held)) if held * fill.side < 0 else 0
    opening = fill.quantity - closing
    if closing:
        close_part(venue, account, symbol, fill.leg, fill.price, closing)
    if not opening:
        return
    position = venue.position(account, fill.symbol, fill.leg)
    position.quantity += fill.side * opening
    position.entry_cost += fill.price * opening
    if account.is_isolated(fill.symbol):
        turnover = fill.price * opening
        # Of a fill that flips, only the opening part's commission leaves the isolated wallet.
        fee_rate = rate if burnt is None else 0
        position.isolated_wallet += opening_margin(account, fill.symbol, turnover, fee_rate)


def settle_funding(venue: Venue, funding: FundingSettled) -> None:
    """Every position of the symbol pays t8(q x mark x rate), an isolated one from its own."""
    place = venue.place[funding.symbol]
    asset = venue.symbols[place].margin_asset
    for account in venue.accounts.values():
        isolated = account.is_isolated(funding.symbol)
        for (held_place, _), position in account.positions.items():
            if held_place != place:
                continue
            payment = cut(position.quantity * funding.mark * funding.rate, SQUARE)
            account.add(asset, -payment)
            if isolated:
                position.isolated_wallet -= payment
