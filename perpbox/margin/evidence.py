"""What each formula of an account rests on.

"Recorded" counts rows of real answers of the live service that the formula gives to the last
digit; without a number it was recomputed, and nobody counted. "Published" is a page or FAQ of
Binance's. "Decided" is neither: the project's decision, which docs/decisions.md names.
"""

from __future__ import annotations

from typing import Final

HELD: Final = "no formula: what fills have left, which the venue keeps"
PRICE: Final = "no formula: given to the venue, or made by its market"
OPEN_ORDER: Final = "no formula: an open order as it stands"
CHANGED: Final = "no formula: the venue's own time"
HEAD_TIME: Final = "published: zero in the examples of the pages"
ROW: Final = "no formula: a row of the history"
REMAINDER: Final = "no formula: what is left when the rows are taken off"
OUTLAY: Final = "no formula: fills at their price and rate, which the venue keeps"
SETTING: Final = "no formula: a setting"
CATALOGUE: Final = "no formula: the symbol's or asset's terms"

# Of a position row.
NOTIONAL: Final = "recorded: 36 of 36 rows"
PROFIT: Final = (
    "recorded: 43 of 49 rows, the others within a unit of the mark price's hidden digits"
)
INITIAL_RATE: Final = "recorded: in the rows of the position's initial margin"
POSITION_INITIAL: Final = (
    "recorded: 33 rows, older ones by the older rule; two others are a unit off"
)
ORDERS_ONE_WAY: Final = "recorded: 7 of 7 rows; published"
ORDERS_HEDGE: Final = "recorded: 7 of 7 rows for closing orders; decided for opening ones"
ORDERS_VALUE: Final = "recorded in the margin of 7 rows; decided: reduce-only orders add nothing"
ORDER_NOTIONAL: Final = "published: named on the page of positionRisk; decided: how it is cut"
INITIAL: Final = "recorded, not counted"
MAINT: Final = "recorded: 31 of 31 rows"
ISOLATED_WALLET: Final = "recorded, not counted: what the position took in and holds"
NOT_ISOLATED: Final = 'recorded, not counted: "0" when cross'
ISOLATED_MARGIN: Final = "recorded: 19 of 19 rows"
BRACKET: Final = "published: the symbol's leverage brackets; cum recorded: 8825 of 8825 brackets"
ENTRY_CUT: Final = "recorded: cut before it enters the profit, in 43 of 49 rows"
ENTRY_COST: Final = "decided: exact on every increase, cut at the sixteenth decimal by a reduction"
ENTRY_PRINTED: Final = "recorded: averages have 13 digits; decided: never fewer than 8 decimals"
BREAK_EVEN: Final = "recorded, not counted; that it is added in doubles shows 2490.8759520000003"
FLAT: Final = "recorded, not counted: zero without a position"

# Liquidation price.
LIQUIDATION_ISOLATED: Final = "recorded: 19 of 19 rows; in 2021 of a shorter entry price"
LIQUIDATION_CROSS: Final = "published: the formula and its worked examples; recorded nowhere"
LIQUIDATION_SHARED: Final = "decided: in multi-assets mode nothing is published and none recorded"
POOL: Final = "published: part of the liquidation price's formula"

# Of an asset row.
WALLET: Final = "recorded: chains of events"
OF_TYPE: Final = "no formula: rows of one income type"
SUMS: Final = "recorded: 8 of 8 rows"
ASSET_INITIAL: Final = "recorded: 11 of 11 rows"
MARGIN_BALANCE: Final = "recorded: 12 of 12 rows"
CROSS_WALLET: Final = "recorded: 8 of 8 rows"
CROSS_SUMS: Final = "recorded, not counted"
ISOLATED_ORDERS: Final = "published; recorded nowhere"
AVAILABLE: Final = (
    "recorded, not counted, and published; margin of isolated orders: published alone;"
    " four live answers with a cross position are below it, by prices of another moment"
)
AVAILABLE_SHARED: Final = "recorded, not counted"
WITHDRAWABLE: Final = "published; recorded answers agree, but one of prices of two moments"
WITHDRAWABLE_SHARED: Final = "recorded: 27 of 27 rows"

# The totals.
OF_USDT: Final = "published: the page's comments; its example's numbers contradict them"
NO_USDT: Final = "decided: of a venue without USDT, zero"
RATES: Final = "recorded, not counted; two rates are off by a unit of the index's hidden digits"
CREDITED: Final = "recorded, not counted; decided: a negative balance at the ask rate"
MARGIN_CREDITED: Final = "recorded, not counted; published: a negative balance at the ask rate"
CHARGED: Final = "recorded, not counted"
DIFFERENCE: Final = "recorded, not counted: of the rounded totals"
TOTAL_AVAILABLE: Final = (
    "recorded without positions, not counted, and published; live answers with positions"
    " are of prices of two moments"
)
TOTAL_WITHDRAWABLE: Final = "recorded, not counted: the available balance again"
