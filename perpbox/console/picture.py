"""A sweep as a picture: the account against a price, as SVG that asks nobody for anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from xml.etree import ElementTree as ET

from msgspec import Struct

WIDTH: Final = 900
HEIGHT: Final = 520
LEFT, RIGHT, TOP, BOTTOM = 90, 70, 50, 90
TICKS: Final = 5
PERCENT: Final = 100.0
LINES: Final = (
    ("margin balance", "marginBalance", "#1f77b4"),
    ("available balance", "availableBalance", "#2ca02c"),
    ("maintenance margin", "maintMargin", "#d62728"),
)
RATIO: Final = ("margin ratio in percent (right)", "#7f7f7f")
Point = tuple[float, float]


class Scale(Struct, frozen=True):
    """From figures to places on the picture."""

    low: float
    high: float
    start: float
    end: float

    def at(self, figure: float) -> float:
        share = (figure - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 2)

    def ticks(self) -> list[float]:
        step = (self.high - self.low) / TICKS
        return [self.low + step * number for number in range(TICKS + 1)]


def draw(
    symbol: str, rows: Sequence[dict[str, str]], liquidations: Sequence[str], mark: str | None
) -> bytes:
    """`liquidations` are prices at which a position is liquidated, `mark` is today's."""
    marks = [float(row["mark"]) for row in rows]
    money = [float(row[name]) for row in rows for _, name, _ in LINES]
    across = _scale(marks, LEFT, WIDTH - RIGHT)
    up = _scale([0.0, *money], HEIGHT - BOTTOM, TOP)
    percent = Scale(0.0, PERCENT, HEIGHT - BOTTOM, TOP)
    picture = _frame(symbol, across, up, percent)
    for number, (title, name, color) in enumerate(LINES):
        points = [(mark, float(row[name])) for mark, row in zip(marks, rows, strict=True)]
        _line(picture, points, across, up, color)
        _legend(picture, number, title, color)
    _line(picture, ratios(rows), across, percent, RATIO[1], "6 4")
    _legend(picture, len(LINES), *RATIO)
    for title, price in (*(("liquidation", each) for each in liquidations), ("now", mark)):
        if price is not None and across.low <= float(price) <= across.high:
            _upright(picture, across.at(float(price)), f"{title} {float(price):g}")
    told: bytes = ET.tostring(picture, encoding="utf-8", xml_declaration=True)
    return told


def ratios(rows: Iterable[dict[str, str]]) -> list[Point]:
    """Maintenance margin in percent of the margin balance: 100 where nothing is left."""
    return [
        (float(row["mark"]), min(PERCENT, PERCENT * float(row["maintMargin"]) / balance))
        for row in rows
        if (balance := float(row["marginBalance"])) > 0
    ]


def _scale(figures: Sequence[float], start: float, end: float) -> Scale:
    low, high = min(figures), max(figures)
    return Scale(low, high if high > low else low + 1, start, end)


def _frame(symbol: str, across: Scale, up: Scale, percent: Scale) -> ET.Element:
    """Title, axes and their figures."""
    size = {"width": str(WIDTH), "height": str(HEIGHT), "viewBox": f"0 0 {WIDTH} {HEIGHT}"}
    font = {"font-family": "sans-serif", "font-size": "12"}
    picture = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **size, **font})
    ET.SubElement(picture, "rect", {"width": "100%", "height": "100%", "fill": "white"})
    _words(picture, WIDTH / 2, 24, f"The account against the mark price of {symbol}", "middle")
    for figure in across.ticks():
        _words(picture, across.at(figure), HEIGHT - BOTTOM + 20, f"{figure:,.6g}", "middle")
    for figure in up.ticks():
        place = up.at(figure)
        _rule(picture, (LEFT, place), (WIDTH - RIGHT, place), "#dddddd")
        _words(picture, LEFT - 8, place + 4, f"{figure:,.6g}", "end")
    for figure in percent.ticks():
        _words(picture, WIDTH - RIGHT + 8, percent.at(figure) + 4, f"{figure:g} %", "start")
    return picture


def _line(
    picture: ET.Element,
    points: Iterable[Point],
    across: Scale,
    up: Scale,
    color: str,
    dashes: str = "",
) -> None:
    places = " ".join(f"{across.at(x)},{up.at(y)}" for x, y in points)
    how = {"fill": "none", "stroke": color, "stroke-width": "2", "stroke-dasharray": dashes}
    ET.SubElement(picture, "polyline", {"points": places, **how})


def _upright(picture: ET.Element, place: float, title: str) -> None:
    _rule(picture, (place, TOP), (place, HEIGHT - BOTTOM), "#555555", "2 4")
    _words(picture, place + 4, TOP + 12, title, "start")


def _rule(picture: ET.Element, start: Point, end: Point, color: str, dashes: str = "") -> None:
    (x1, y1), (x2, y2) = start, end
    ends = {"x1": str(x1), "y1": str(y1), "x2": str(x2), "y2": str(y2)}
    ET.SubElement(picture, "line", {**ends, "stroke": color, "stroke-dasharray": dashes})


def _legend(picture: ET.Element, number: int, title: str, color: str) -> None:
    x, y = LEFT + number % 2 * 300, HEIGHT - 42 + number // 2 * 20
    _rule(picture, (x, y - 4), (x + 24, y - 4), color)
    _words(picture, x + 32, y, title, "start")


def _words(picture: ET.Element, x: float, y: float, words: str, anchor: str) -> None:
    place = {"x": str(x), "y": str(y), "text-anchor": anchor}
    ET.SubElement(picture, "text", place).text = words
