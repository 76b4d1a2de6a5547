"""Proves an allocation from its round alone: bounds, groups, eligibility, consent, lists, decisions, blocking pairs.

Nothing here uses the steps by which students were seated, so a result that was changed by hand, stored and read back,
or made by another program can be checked as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from matching.allocate.market import Market, market_of
from matching.allocate.result import Allocation
from matching.allocate.round import Applicant, OrderClass, Round
from matching.allocate.seats import Tree, chosen, fits
from matching.errors import Problem


@dataclass(frozen=True, slots=True, order=True)
class BlockingPair:
    """A student and an open class who would both rather have each other than what they have.

    `instead_of` is whom the class would send away for this one; "" where a seat is free.
    """

    student: str
    class_id: str
    instead_of: str = ""


def check(given: Round, allocation: Allocation) -> tuple[Problem, ...]:
    """List every breach in an allocation, each with its place and rule; an empty answer proves that there is none.

    Checked for each seat: the student is there, consented, listed the class, is listed by it, eligible and not banned;
    for each class: maximum and minimum of the class and its groups (a minimum only where no person keeps it open),
    closed ones are empty; pins hold where the class is open; nobody waits for a class who can't sit there.
    """
    applicants = {applicant.id: applicant for applicant in given.applicants}
    offered = {one.id: one for one in given.classes}
    found: list[Problem] = []
    for student, key in sorted(allocation.seats.items()):
        if student not in applicants or key not in offered:
            found.append(_breach(student, "unknown_id", "unknown student or class", "学生或班级不存在", key))
            continue
        found += _pair(given, applicants[student], offered[key], f"seats[{student}]")
    for one in allocation.classes:
        members = [student for student, key in allocation.seats.items() if key == one.id and student in applicants]
        if sorted(members) != sorted(one.seated):
            en, zh = "the class's list isn't that of the seats", "班级名单与录取名单不一致"
            found.append(_breach(one.id, "list_differs", en, zh))
        if one.id in offered:
            found += _bounds(given, offered[one.id], [applicants[student] for student in members], one.is_open)
        for student in one.waitlist:
            if student in applicants and one.id in offered:
                found += _pair(given, applicants[student], offered[one.id], f"waitlist[{one.id}]")
    opened = {one.id for one in allocation.classes if one.is_open}
    for student, key in sorted(given.pins):
        if key in opened and allocation.seats.get(student) != key:
            found.append(_breach(student, "pin_broken", "was pinned there and sits elsewhere", "已固定却未录入", key))
    return tuple(found)


def _breach(field: str, rule: str, en: str, zh: str, value: object = None) -> Problem:
    return Problem(rule, en, zh, None if value is None else str(value), field=field)


def _pair(given: Round, student: Applicant, one: OrderClass, field: str) -> Iterator[Problem]:
    """Find what stands against one student in one class."""
    ranked = student.id in one.scores or student.id in one.placed
    wrong = {
        "no_consent": (not student.consented, "without consent", "没有本人或监护人同意"),
        "not_listed": (not any(one.id in rank for rank in student.choices), "not on the student's list", "学生未填报"),
        "left_off": (student.id in one.left_off or not ranked, "not on the class's list", "不在班级名单中"),
        "not_eligible": (student.id in one.not_eligible, "not eligible", "不符合条件"),
        "forbidden": ((student.id, one.id) in given.forbids, "forbidden", "已禁止"),
    }
    for rule, (holds, en, zh) in wrong.items():
        if holds:
            yield _breach(field, rule, en, zh, f"{student.id} - {one.id}")


def _bounds(given: Round, one: OrderClass, members: list[Applicant], is_open: bool) -> Iterator[Problem]:
    field = f"classes[{one.id}]"
    if not is_open:
        if members:
            yield _breach(field, "closed", "is closed and has students", "班级已关闭却有学生", len(members))
        return
    if one.id in given.closed:
        yield _breach(field, "closed", "was to be closed and is open", "应关闭的班级却开着", one.id)
    bounds = [("", len(members), one.seats_min, one.seats_max)]
    for group in one.groups:
        count = sum(group.holds(student.college, student.major) for student in members)
        most = one.seats_max if group.seats_max is None else group.seats_max
        bounds.append((group.id, count, group.seats_min, most))
    for name, count, least, most in bounds:
        if count > most:
            yield _breach(field, "above_max", f"{name} above the maximum of {most}", f"{name} 超过上限 {most}", count)
        if count < least and one.id not in given.kept:
            yield _breach(field, "below_min", f"{name} below the minimum of {least}", f"{name} 低于下限 {least}", count)


def blocking_pairs(given: Round, allocation: Allocation) -> tuple[BlockingPair, ...]:
    """List each student and open class who would rather have each other; a stable allocation has none.

    A student wants a class that ranks strictly above the own seat; a class wants a student whom it would choose out of
    those it has and this one, within its bounds and groups, with seats held back for minimums. Closed classes want
    nobody, pinned students want nothing.
    """
    market = market_of(given)
    opened = {one.id for one in allocation.classes if one.is_open}
    held = _held(market, allocation)
    bars = {key: _bars(market.trees[key], held[key]) for key in range(len(market.names)) if market.names[key] in opened}
    found = []
    for student, name in enumerate(market.students):
        own = allocation.seats.get(name)
        pairs = range(market.start[student], market.start[student + 1])
        if student in market.pinned and own == market.names[market.pinned[student]]:
            continue
        rank = next((market.ranks[pair] for pair in pairs if market.names[market.classes[pair]] == own), None)
        for pair in pairs:
            key = market.classes[pair]
            if key not in bars or (rank is not None and market.ranks[pair] >= rank):
                continue
            if market.entries[pair] < bars[key][market.nodes[pair]]:
                offers = [*held[key], (market.entries[pair], market.nodes[pair])]
                away = {entry for entry, _ in offers} - set(chosen(market.trees[key], offers))
                names = [market.students[market.student_of(entry)] for entry in away]
                found.append(BlockingPair(name, market.names[key], *names))
    return tuple(sorted(found))


def _held(market: Market, allocation: Allocation) -> list[list[tuple[int, int]]]:
    """Give, for each class, the (entry, node) of those who sit there."""
    number = {name: key for key, name in enumerate(market.names)}
    held: list[list[tuple[int, int]]] = [[] for _ in market.names]
    for student, name in enumerate(market.students):
        key = number.get(allocation.seats.get(name, ""), -1)
        pair = market.pair(student, key)
        if pair >= 0:
            held[key].append((market.entries[pair], market.nodes[pair]))
    return held


def _bars(tree: Tree, held: list[tuple[int, int]]) -> Mapping[int, float]:
    """Say for each node below which entry one more student there is chosen; infinity where there is room.

    Whoever is chosen when ranked just above one of those who sit there is chosen higher up as well.
    """
    ordered = sorted(held)
    found = {}
    for node in range(len(tree.parent)):
        if fits(tree, [where for _, where in held] + [node]):
            found[node] = float("inf")
            continue
        low, high = 0, len(ordered)
        while low < high:
            middle = (low + high) // 2
            just_above = ordered[middle][0] - 1
            if just_above in chosen(tree, [*ordered, (just_above, node)]):
                low = middle + 1
            else:
                high = middle
        found[node] = ordered[low - 1][0] if low else float("-inf")
    return found
