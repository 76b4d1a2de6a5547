"""Decides which classes that don't fill open: each open class reaches its minimum, as many students as can be sit.

The aims, in this order: most students seated; fewest classes closed; the smallest sum of the ranks at which students
sit; then the smallest ids of closed classes. Finding the best is NP-hard, so the search is exact where it ends within
its limit of tries and says so where it doesn't.

What makes it short: closing a class only ever sends more applicants to the others. So a class that reaches its minimum
keeps it when others close, and a set of open classes seats no more students than a larger one.
"""

from __future__ import annotations

from dataclasses import dataclass

from matching.allocate.deferred import Seating
from matching.allocate.market import Market

TRIES, FEWEST_TRIES, WORK = 2_000, 100, 10_000_000
"""The tries of a search: WORK / pairs of student and class, within these bounds, so that a large one ends too."""
FOR_EXCHANGE = 4
"""One part in so many of the tries goes to exchanging closed classes before the exact search begins."""

Aims = tuple[int, int, int, tuple[int, ...]]


@dataclass(slots=True)
class _Search:
    """A search on its way: the best seating so far, the tries made and the most that may be made."""

    market: Market
    limit: int
    best: Seating
    aims: Aims
    tries: int = 0

    def note(self, seating: Seating) -> bool:
        """Keep a seating in which every class reaches its minimum where it serves the aims better; tell whether."""
        aims = aims_of(seating)
        if aims < self.aims:
            self.best, self.aims = seating, aims
            return True
        return False

    def close(self, seating: Seating, keys: frozenset[int] | set[int]) -> Seating:
        """Close classes; one try."""
        self.tries += 1
        return seating.without(keys)


def decide(market: Market, tries: int | None = None) -> tuple[Seating, str, int]:
    """Give the best seating in which all open classes reach their minimum, the method, tries.

    The method is `none`, `exact` or `search`; `none` means that no class falls short, so that nothing had to be
    decided. tries : how many times classes may be closed for a try, None = by the size of the market; a number and
    not a time, so that the result is the same on any machine.
    """
    everything = Seating(market)
    if not short(everything):
        return everything, "none", 0
    limit = max(FEWEST_TRIES, min(TRIES, WORK // max(1, len(market.classes)))) if tries is None else tries
    start = _dive(everything)
    search = _Search(market, limit, start, aims_of(start))
    _exchange(search, everything)
    exact = _branch(search, everything)
    return search.best, "exact" if exact else "search", search.tries


def aims_of(seating: Seating) -> Aims:
    """Measure a seating by the aims, each the smaller the better."""
    seated = seating.seated()
    closed = tuple(sorted(seating.closed - seating.market.closed))
    return -len(seated), len(closed), sum(seating.market.ranks[pair] for pair in seated), closed


def short(seating: Seating) -> list[tuple[int, int]]:
    """Give the open classes below a minimum as (shortage, class), the largest shortage first; never kept ones."""
    market = seating.market
    found = []
    for key in range(len(market.names)):
        if key not in seating.closed and key not in market.kept and any(market.trees[key].least):
            lacking = seating.shortage(key)
            if lacking:
                found.append((lacking, key))
    return sorted(found, key=lambda pair: (-pair[0], pair[1]))


def _dive(seating: Seating) -> Seating:
    """Close the class that lacks most, until none does."""
    while lacking := short(seating):
        seating = seating.without({lacking[0][1]})
    return seating


def _exchange(search: _Search, everything: Seating) -> None:
    """Improve by opening one closed class again and closing whatever then falls short, until nothing gets better."""
    most = search.limit // FOR_EXCHANGE
    better = True
    while better and search.tries < most:
        better = False
        for key in search.aims[3]:
            if search.tries >= most:
                return
            seating = search.close(everything, frozenset(search.aims[3]) - {key})
            lacking = short(seating)
            while lacking and search.tries < most:
                lacking.sort(key=lambda pair: pair[1] == key)
                seating = search.close(seating, {lacking[0][1]})
                lacking = short(seating)
            if not lacking and search.note(seating):
                better = True
                break


def _branch(search: _Search, everything: Seating) -> bool:
    """Search all sets of open classes, but for those that can't be better; tell whether the search came to its end.

    A step holds the seating with all classes open that aren't closed yet, and those locked open. Its students seated
    are the most that any set below it can seat, and every one of them closes at least one class more.
    """
    market = search.market
    stack: list[tuple[Seating, frozenset[int]]] = [(everything, frozenset())]
    while stack:
        if search.tries >= search.limit:
            return False
        seating, locked = stack.pop()
        lacking = short(seating)
        if not lacking:
            search.note(seating)
            continue
        seated, closed, ranks, _ = aims_of(seating)
        if (seated, closed + 1, ranks) > search.aims[:3]:
            continue
        free = [key for key in range(len(market.names)) if key not in seating.closed | locked | market.kept]
        if not free:
            continue
        key = next((key for _, key in lacking if key in free), free[0])
        locking = locked | {key}
        alone = search.close(seating, set(free) - {key})
        if not any(lacking_key in locking for _, lacking_key in short(alone)):
            stack.append((seating, locking))
        stack.append((search.close(seating, {key}), locked))
    return True
