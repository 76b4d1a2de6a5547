"""Student-proposing deferred acceptance: students ask down their lists, classes keep the best that fit."""

from __future__ import annotations

from collections.abc import Iterable

from matching.allocate.market import Market
from matching.allocate.seats import Seats


class Seating:
    """Who sits where while classes are open; the result doesn't depend on the order in which students ask.

    Closing a class only continues the run: its students ask on from there, as they would have done without it.
    """

    __slots__ = ("_at", "closed", "market", "seats")

    def __init__(self, market: Market) -> None:
        """Seat everybody with all classes open but those that are to be closed."""
        self.market = market
        self.closed = market.closed
        self.seats = [Seats(tree) for tree in market.trees]
        self._at = market.start[:-1]
        for key in market.closed:
            self.seats[key].empty()
        self._settle(list(range(len(market.students))))

    def without(self, keys: Iterable[int]) -> Seating:
        """Give the seating in which these classes are closed too."""
        other = Seating.__new__(Seating)
        other.market = self.market
        other.closed = self.closed | frozenset(keys)
        other._at = self._at.copy()
        other.seats = [seats.copy() for seats in self.seats]
        moved = []
        for key in sorted(other.closed - self.closed):
            moved += [self.market.student_of(entry) for entry in other.seats[key].entries()]
            other.seats[key].empty()
        other._settle(moved)
        return other

    def pair(self, student: int) -> int:
        """Give the pair by which a student is seated; -1 for one without a seat."""
        at = self._at[student]
        return at if at < self.market.start[student + 1] else -1

    def class_of(self, student: int) -> int:
        """Give the class in which a student sits; -1 for none."""
        at = self.pair(student)
        return -1 if at < 0 else self.market.classes[at]

    def seated(self) -> list[int]:
        """Give the pairs by which students are seated, by student."""
        start = self.market.start
        return [at for student, at in enumerate(self._at) if at < start[student + 1]]

    def shortage(self, key: int) -> int:
        """Count the students that an open class lacks for its own minimum and those of its groups."""
        least, counts = self.market.trees[key].least, self.seats[key].counts()
        return sum(max(0, needed - count) for needed, count in zip(least, counts, strict=True))

    def _settle(self, waiting: list[int]) -> None:
        market, at = self.market, self._at
        start, classes, entries, nodes = market.start, market.classes, market.entries, market.nodes
        people = len(market.students)
        bars = [seats.bars for seats in self.seats]
        offers = [seats.offer for seats in self.seats]
        while waiting:
            student = waiting.pop()
            place, end = at[student], start[student + 1]
            while place < end:
                key, node, entry = classes[place], nodes[place], entries[place]
                if entry < bars[key][node]:
                    out = offers[key](entry, node)
                    if out is None:
                        break
                    if out != entry:
                        other = out % people
                        at[other] += 1
                        waiting.append(other)
                        break
                place += 1
            at[student] = place
