"""Numbers as the live service prints them."""

from __future__ import annotations

from perpbox.money import DECIMALS, SCALE, SQUARE, Amount, Product, cut, text, text_at


def row_amount(amount: Amount) -> str:
    """An amount in a position row: eight decimals, but zero is "0"."""
    return text(amount) if amount else "0"


def average_price(quote: Product, executed: int, decimals: int) -> str:
    """Quote over quantity at so many decimals, cut."""
    return text_at(quote // executed if executed else 0, decimals)


def quote_amount(quote: Product, decimals: int) -> str:
    """A price times a quantity at so many decimals; all of them, up to sixteen."""
    if decimals <= DECIMALS:
        return text_at(cut(quote, SCALE), decimals)
    whole, rest = divmod(quote, SQUARE)
    return f"{whole}.{rest:016d}"[: len(str(whole)) + 1 + decimals]


def trimmed(value: str) -> str:
    """Without zeros at the end: "0.1", "50000"."""
    return value.rstrip("0").rstrip(".") if "." in value else value
