"""The recorded market as a feed: streams merged by time, moment by moment."""

from __future__ import annotations

from heapq import heapify, heappop, heapreplace
from typing import Any

from perpbox.engine.commands import Command, FollowMarket, MarketMove, SetFunding, SetLadders
from perpbox.engine.ladder import BestQuotes
from perpbox.engine.market import FundingTerms
from perpbox.feed.recorded.rows import Print
from perpbox.feed.recorded.streams import Part, Stream
from perpbox.feed.recorded.terms import RecordedTerms
from perpbox.instrument import Symbol
from perpbox.money import Millis, Price


class Track:
    """One symbol: where its prices are by now, and what has happened since the last move."""

    __slots__ = ("_best", "_index", "_last", "_mark", "_prints", "funding", "name")

    def __init__(self, symbol: Symbol) -> None:
        self.name = symbol.name
        self._mark: Price = 0
        """As the files say; 0: they do not, or not yet."""
        self._index: Price = 0
        self._last: Price = 0
        self._best: BestQuotes | None = None
        self._prints: list[Print] = []
        self.funding: FundingTerms | None = None
        """To be set; None: nothing is."""

    def note(self, part: Part, happened: list[Any]) -> None:
        if part is Part.PRINTS:
            self._prints = happened
            self._last = happened[-1][1]
        elif part is Part.BEST:
            self._best = happened[-1]
        elif part is Part.MARK:
            self._mark = happened[-1]
        elif part is Part.INDEX:
            self._index = happened[-1]
        else:
            self.funding = happened[-1]

    def move(self) -> MarketMove | None:
        """What has happened since the last one; None before any price is known.

        [dec] Without a mark price it is the last trade's, else the middle of the best quotes;
        without an index price it is the mark price.
        """
        best = self._best
        middle = (best.bid + best.ask) // 2 if best is not None else self._last
        mark = self._mark or self._last or middle or self._index
        prints, self._prints = self._prints, []
        if not mark:
            return None
        return MarketMove(self.name, mark, self._index or mark, middle, prints, best)

    def skip(self) -> None:
        """What has happened is not told."""
        self._prints = []


class RecordedFeed:
    """Replays streams. Its times are those of the records, moved by whole days if it is told so."""

    def __init__(
        self,
        streams: list[Stream],
        terms: RecordedTerms,
        first_time: Millis,
        last_time: Millis,
        shift: Millis = 0,
        after: Millis = 0,
    ) -> None:
        """Times are those of the files; what has happened until `after` has happened already."""
        self.first_time = first_time + shift
        """Where the venue's clock has to stand at the start, or before it."""
        self.last_time = last_time + shift
        self.next_time: Millis | None = None
        self._terms = terms
        self._shift = shift
        self._tracks = {stream.symbol.name: Track(stream.symbol) for stream in streams}
        # What was in force at the start is set there.
        self._heap = [
            (max(stream.time, first_time), number, stream)
            for number, stream in enumerate(streams)
            if stream.time is not None
        ]
        heapify(self._heap)
        self._commands: list[Command] = []
        self._prepare(after - shift)
        ladders = dict.fromkeys(self._tracks, terms.ladder)
        self._commands.insert(0, SetLadders(ladders))

    def take(self, until: Millis) -> list[Command]:
        """What happens at `next_time`; how far the clock is ahead changes nothing."""
        del until
        commands = self._commands
        self._prepare()
        return commands

    def _prepare(self, after: Millis = 0) -> None:
        """Make the next moment's commands. A moment in which nothing is to be told is passed."""
        self.next_time, self._commands = None, []
        while self._heap and not self._commands:
            time, touched = self._read_on()
            if time <= after:
                for track in touched:
                    track.skip()
                continue
            self.next_time = time + self._shift
            self._commands = _commands(touched)
        if not self._commands:
            self.next_time = None

    def _read_on(self) -> tuple[Millis, list[Track]]:
        """Read what lies in the next step: when the last of it was, and of which symbols it is."""
        heap = self._heap
        step = self._terms.step
        end = (heap[0][0] // step + 1) * step
        time = heap[0][0]
        touched: dict[str, Track] = {}
        while heap and heap[0][0] < end:
            _, number, stream = heap[0]
            last, happened = stream.take(end)
            time = max(time, last)
            track = touched[stream.symbol.name] = self._tracks[stream.symbol.name]
            track.note(stream.part, happened)
            following = stream.time
            if following is None:
                heappop(heap)
            else:
                heapreplace(heap, (following, number, stream))
        return time, list(touched.values())


def _commands(touched: list[Track]) -> list[Command]:
    commands: list[Command] = []
    funding = {track.name: track.funding for track in touched if track.funding is not None}
    if funding:
        commands.append(SetFunding(funding))
        for track in touched:
            track.funding = None
    moves = [move for track in touched if (move := track.move()) is not None]
    if moves:
        commands.append(FollowMarket(moves, {}))
    return commands
