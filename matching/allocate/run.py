"""Runs a round: seats students, decides which classes open, and lists who waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np

from matching.allocate.close_or_keep import aims_of, decide
from matching.allocate.deferred import Seating
from matching.allocate.market import Market, grouped, market_of
from matching.allocate.result import Allocation, ClassSeats, Decision, GroupSeats
from matching.allocate.round import OrderClass, Round


def allocate(given: Round, tries: int | None = None) -> Allocation:
    """Seat the students of a round (订单班录取).

    Students ask down their lists and classes keep the best that fit in their seats and seat groups, so that nobody is
    passed over for one whom the class ranks below, and no student gains by a list that isn't true. Where classes fall
    below a minimum, it is decided which of them close: most students seated, then fewest closed, then the smallest sum
    of ranks. tries : the limit of that decision, None = by the size of the round. The same round gives the same result,
    whatever the order of its rows. Raises RecordError with every problem where the round is wrong; nothing is changed
    anywhere.
    """
    market = market_of(given)
    seating, method, used = decide(market, tries)
    free = seating
    if any(any(tree.least) for tree in market.trees):
        free = Seating(market.without_minimums())
    seated, _, rank_sum, names = aims_of(seating)
    free_seated, _, free_sum, _ = aims_of(free)
    decision = Decision(
        method=_method(method),
        tries=used,
        closed=tuple(market.names[key] for key in names),
        students=-seated,
        rank_sum=rank_sum,
        free_students=-free_seated,
        free_rank_sum=free_sum,
    )
    return _result(given, market, seating, decision)


def _method(name: str) -> Literal["none", "exact", "search"]:
    return "none" if name == "none" else "exact" if name == "exact" else "search"


def _result(given: Round, market: Market, seating: Seating, decision: Decision) -> Allocation:
    offered = sorted(given.classes, key=lambda one: one.id)
    waiting = waitlists(market, seating, [one.waitlist for one in offered])
    pairs = seating.seated()
    seats = {}
    for student in range(len(market.students)):
        key = seating.class_of(student)
        if key >= 0:
            seats[market.students[student]] = market.names[key]
    ranks = Counter(market.ranks[pair] for pair in pairs)
    return Allocation(
        seed=given.seed,
        seats=seats,
        classes=tuple(_class(one, market, seating, key, waiting[key]) for key, one in enumerate(offered)),
        unseated=tuple(sorted(a.id for a in given.applicants if a.choices and a.id not in seats)),
        chosen=tuple(ranks[rank] for rank in range(1, max(ranks, default=0) + 1)),
        decision=decision,
    )


def _class(one: OrderClass, market: Market, seating: Seating, key: int, waiting: Sequence[int]) -> ClassSeats:
    tree, seats = market.trees[key], seating.seats[key]
    counts = seats.counts()
    most = [min(bound, tree.most[0]) for bound in tree.most]
    state: Literal["open", "closed", "closed_before", "kept"] = "open"
    if key in seating.closed:
        state = "closed_before" if key in market.closed else "closed"
    elif key in market.kept and seating.shortage(key):
        state = "kept"
    return ClassSeats(
        id=one.id,
        state=state,
        seated=tuple(market.students[market.student_of(entry)] for entry in seats.entries()),
        waitlist=tuple(market.students[student] for student in waiting),
        groups=tuple(GroupSeats(*values) for values in zip(tree.names, counts, tree.least, most, strict=True)),
        title=one.title,
    )


def waitlists(market: Market, seating: Seating, longest_of: Sequence[int | None]) -> list[list[int]]:
    """Give who waits for each open class, in its order: all who can sit there and would rather than where they sit.

    longest_of : the most that may wait for each class, None = all. Who is pinned waits for nothing; who puts the class
    equal to the own one doesn't either.
    """
    people = len(market.students)
    classes, ranks = np.array(market.classes, np.int64), np.array(market.ranks, np.int64)
    student = np.repeat(np.arange(people), np.array([end - begin for begin, end in pairwise(market.start)], np.int64))
    worst = np.full(people, np.iinfo(np.int64).max)
    for pair in seating.seated():
        worst[student[pair]] = ranks[pair]
    for pinned, key in market.pinned.items():
        if seating.class_of(pinned) == key:
            worst[pinned] = 0
    wishes = np.flatnonzero(ranks < worst[student])
    entries, classes = np.array(market.entries, np.int64)[wishes], classes[wishes]
    by_class = grouped(classes)
    borders = np.searchsorted(classes[by_class], np.arange(len(market.names) + 1))
    found = []
    for key, longest in enumerate(longest_of):
        waiting = entries[by_class[borders[key] : borders[key + 1]]]
        if key in seating.closed:
            waiting = waiting[:0]
        elif longest is not None and longest < len(waiting):
            waiting = np.partition(waiting, longest)[:longest]
        found.append((np.sort(waiting) % people).tolist())
    return found
