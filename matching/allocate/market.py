"""A round as arrays: who may go where, in which order students ask and classes choose, with all lots drawn.

Students and classes are numbered by their ids in order, so the order of rows means nothing. A *pair* is one class on
one student's list; pairs that can't be are left out. In a class the entry of a pair is 2 * place * students + student,
the smaller the better; only even places are given, so that one student can be put between two others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from matching.allocate.round import Applicant, OrderClass, Round, lot
from matching.allocate.seats import Seats, Tree
from matching.allocate.valid import check_round, outermost_first, parent_of, score_problems
from matching.errors import Problem, RecordError

Integers = NDArray[np.int64]
UNBOUNDED = 1 << 40


@dataclass(frozen=True, slots=True)
class Market:
    """All that deferred acceptance looks at; the pairs of student s are start[s] .. start[s + 1], best first.

    classes, entries, nodes, ranks : of each pair the class, the entry there, the node of its groups, the student's rank
    (from 1). order : each class's ranking as student numbers, best first, whether they apply or not.
    """

    students: Sequence[str]
    names: Sequence[str]
    start: list[int]
    classes: list[int]
    entries: list[int]
    nodes: list[int]
    ranks: list[int]
    trees: Sequence[Tree]
    order: Sequence[Integers]
    kept: frozenset[int]
    closed: frozenset[int]
    pinned: dict[int, int]

    def student_of(self, entry: int) -> int:
        """Give the student of an entry."""
        return entry % len(self.students)

    def pair(self, student: int, key: int) -> int:
        """Give the pair of a student and a class; -1 where there is none."""
        for place in range(self.start[student], self.start[student + 1]):
            if self.classes[place] == key:
                return place
        return -1

    def without_minimums(self) -> Market:
        """Give the same market with no lower bound, neither of classes nor of groups."""
        return replace(self, trees=[replace(tree, least=(0,) * len(tree.least)) for tree in self.trees])

    def with_entry(self, pair: int, entry: int) -> Market:
        """Give the same market with one student elsewhere in one class's ranking."""
        entries = self.entries.copy()
        entries[pair] = entry
        return replace(self, entries=entries)

    def with_more_seats(self, key: int, node: int, more: int) -> Market:
        """Give the same market with more seats in a class and in all groups of it around a node."""
        tree = self.trees[key]
        most = list(tree.most)
        for place in tree.chain(node):
            most[place] += more
        trees = list(self.trees)
        trees[key] = replace(tree, most=tuple(most))
        return replace(self, trees=trees)


def market_of(given: Round) -> Market:
    """Turn a round into arrays; raise RecordError where it is wrong, with every problem found."""
    check_round(given)
    applicants = sorted(given.applicants, key=lambda applicant: applicant.id)
    offered = sorted(given.classes, key=lambda one: one.id)
    number = {applicant.id: place for place, applicant in enumerate(applicants)}
    numbered = {one.id: place for place, one in enumerate(offered)}
    by_lot = np.empty(len(applicants), np.int64)
    by_lot[sorted(number.values(), key=lambda place: lot(given.seed, applicants[place].id))] = np.arange(len(by_lot))
    order = [_order(one, number, by_lot) for one in offered]
    classes, ranks, counts = _lists(applicants, numbered, given.seed)
    student = np.repeat(np.arange(len(applicants)), counts)
    allowed = np.repeat(np.array([applicant.consented for applicant in applicants], dtype=bool), counts)
    trees = [_tree(one) for one in offered]
    entries, nodes = np.zeros(len(classes), np.int64), np.zeros(len(classes), np.int64)
    by_class = grouped(classes)
    borders = np.searchsorted(classes[by_class], np.arange(len(offered) + 1))
    place = np.full(len(applicants), -1, np.int64)
    for key, one in enumerate(offered):
        pairs = by_class[borders[key] : borders[key + 1]]
        place[order[key]] = np.arange(len(order[key]))
        barred = [number[one_of] for one_of in one.not_eligible]
        barred += [number[one_of] for one_of, where in given.forbids if where == one.id]
        place[barred] = -1
        places = place[student[pairs]]
        allowed[pairs] &= places >= 0
        entries[pairs] = 2 * places * len(applicants) + student[pairs]
        nodes[pairs] = _nodes(one, trees[key], applicants, student[pairs])
        place[order[key]] = -1
    market = Market(
        students=[applicant.id for applicant in applicants],
        names=[one.id for one in offered],
        start=[0, *np.cumsum(np.bincount(student[allowed], minlength=len(applicants))).tolist()],
        classes=classes[allowed].tolist(),
        entries=entries[allowed].tolist(),
        nodes=nodes[allowed].tolist(),
        ranks=ranks[allowed].tolist(),
        trees=trees,
        order=order,
        kept=frozenset(numbered[key] for key in given.kept),
        closed=frozenset(numbered[key] for key in given.closed),
        pinned={number[key]: numbered[where] for key, where in given.pins},
    )
    _pin(market)
    return market


def grouped(classes: Integers) -> Integers:
    """Give the places of pairs class by class; small numbers are sorted much faster."""
    small = classes.astype(np.uint16) if classes.max(initial=0) < 1 << 16 else classes
    return np.argsort(small, kind="stable")


def _lists(applicants: Sequence[Applicant], numbered: dict[str, int], seed: str) -> tuple[Integers, Integers, Integers]:
    """Give the classes and ranks of all lists one behind the other, equals parted by lot, and the length of each."""
    classes: list[int] = []
    ranks: list[int] = []
    counts: list[int] = []
    for applicant in applicants:
        listed = [key for equal in applicant.choices for key in equal]
        if len(listed) == len(applicant.choices):
            ranks += range(1, len(listed) + 1)
        else:
            choices = [sorted(equal, key=partial(_lot, seed, applicant.id)) for equal in applicant.choices]
            listed = [key for equal in choices for key in equal]
            ranks += [rank for rank, equal in enumerate(choices, start=1) for _ in equal]
        classes += map(numbered.__getitem__, listed)
        counts.append(len(listed))
    return np.array(classes, np.int64), np.array(ranks, np.int64), np.array(counts, np.int64)


def _lot(seed: str, student: str, key: str) -> tuple[int, str]:
    return lot(seed, student, key), key


def _order(one: OrderClass, number: dict[str, int], by_lot: Integers) -> Integers:
    """Rank a class's students: by score, equals by lot, then hand changes in the order of their places."""
    students = np.fromiter(map(number.get, one.scores, repeat(-1)), np.int64, len(one.scores))
    scores = np.fromiter(one.scores.values(), np.float64, len(one.scores))
    if (students < 0).any() or not np.isfinite(scores).all():
        raise RecordError(score_problems(one, number))
    ranked = students[np.lexsort((by_lot[students], -scores))]
    apart = [number[key] for key in (*one.placed, *one.left_off)]
    ranked = ranked[~np.isin(ranked, apart)] if apart else ranked
    moved = sorted((at, number[key]) for key, at in one.placed.items() if key not in one.left_off)
    if not moved:
        return ranked
    listed = ranked.tolist()
    for at, key in moved:
        listed.insert(at - 1, key)
    return np.array(listed, np.int64)


def _tree(one: OrderClass) -> Tree:
    ordered = outermost_first(one.groups)
    return Tree(
        names=("", *(group.id for group in ordered)),
        parent=(-1, *(parent_of(ordered, place) + 1 for place in range(len(ordered)))),
        least=(one.seats_min, *(group.seats_min for group in ordered)),
        most=(
            one.seats_max,
            *(UNBOUNDED if group.seats_max is None else group.seats_max for group in ordered),
        ),
    )


def node_of(one: OrderClass, applicant: Applicant) -> int:
    """Give the node of the innermost group that holds an applicant; 0 where only the class does."""
    ordered = outermost_first(one.groups)
    holding = [place for place, group in enumerate(ordered, 1) if group.holds(applicant.college, applicant.major)]
    return holding[-1] if holding else 0


def _nodes(one: OrderClass, tree: Tree, applicants: Sequence[Applicant], students: Integers) -> Integers:
    if len(tree.parent) == 1:
        return np.zeros(len(students), np.int64)
    known: dict[tuple[str | None, str | None], int] = {}
    found = []
    for place in students.tolist():
        applicant = applicants[place]
        kind = (applicant.college, applicant.major)
        if kind not in known:
            known[kind] = node_of(one, applicant)
        found.append(known[kind])
    return np.array(found, np.int64)


def _pin(market: Market) -> None:
    """Put each pinned class first on its student's list and the student before all others there, in the class's order.

    Raises RecordError where a pinned pair can't be, or where pins alone take more seats than there are.
    """
    problems = []
    seats = [Seats(tree) for tree in market.trees]
    for student, key in sorted(market.pinned.items()):
        name = f"{market.students[student]} - {market.names[key]}"
        pair, first = market.pair(student, key), market.start[student]
        if pair < 0:
            en = "can't be pinned: consent, eligibility, one side's list or a ban stands against it"
            zh = "不能固定：缺少同意、不符合条件、一方未列入志愿或名单，或已被禁止"
            problems.append(Problem("bad_pin", en, zh, name, field="pins"))
            continue
        for values in (market.classes, market.entries, market.nodes, market.ranks):
            values.insert(first, values.pop(pair))
        market.entries[first] -= 2 * len(market.students) * len(market.order[key])
        if seats[key].offer(market.entries[first], market.nodes[first]) is not None:
            en, zh = "pins take more seats than the class or one of its groups has", "固定的人数超过班级或名额组的上限"
            problems.append(Problem("too_many_pins", en, zh, market.names[key], field="pins"))
    if problems:
        raise RecordError(problems)
