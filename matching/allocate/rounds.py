"""After a run: somebody leaves, a further round fills what is free, another set of decisions is tried and compared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from matching.allocate.result import Allocation
from matching.allocate.round import Applicant, OrderClass, Round
from matching.allocate.run import allocate
from matching.errors import UnknownId


@dataclass(frozen=True, slots=True)
class Move:
    """One student whose place differs between two runs; None means no seat."""

    student: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two runs: students who sit elsewhere, classes that open or close, and the aims.

    students, rank_sum : the second run's less the first's.
    """

    moves: tuple[Move, ...]
    opened: tuple[str, ...]
    closed: tuple[str, ...]
    students: int
    rank_sum: int


def replacement(given: Round, allocation: Allocation, left: Collection[str], *, moves: bool = False) -> Allocation:
    """Fill the seats of students who have left (退出后递补).

    Without `moves` all others keep their seats and the class takes the first on its waitlist who has no seat. With
    `moves` whoever waits for a better seat may take it, and that seat is filled in turn; nobody ends worse. Classes
    stay open or closed as they were. Raises UnknownId for a student who isn't in the round.
    """
    rest = without(given, left)
    if moves:
        return allocate(as_decided(rest, allocation))
    return allocate(_with_seats(rest, allocation))


def supplementary(given: Round, allocation: Allocation, applicants: Iterable[Applicant]) -> Allocation:
    """Run a further round (补录) for those without a seat: new lists, or new students, for the seats still free.

    Whoever is seated keeps the seat. `applicants` replace those of the same id and are added otherwise; the classes of
    the round must rank them. Classes stay open or closed as they were.
    """
    new = {applicant.id: applicant for applicant in applicants if applicant.id not in allocation.seats}
    kept = [applicant for applicant in given.applicants if applicant.id not in new]
    return allocate(_with_seats(replace(given, applicants=(*kept, *new.values())), allocation))


def what_if(
    given: Round,
    allocation: Allocation,
    *,
    classes: Mapping[str, OrderClass] | None = None,
    left: Collection[str] = (),
    pins: Iterable[tuple[str, str]] = (),
    forbids: Iterable[tuple[str, str]] = (),
    closed: Iterable[str] = (),
    kept: Iterable[str] = (),
) -> tuple[Allocation, Comparison]:
    """Run the round again with other classes or more decisions, and compare; nothing of the first run is changed.

    classes : by id, in place of those of the round: other seats, minimums, groups or rankings.
    """
    changed = without(given, left)
    instead = classes or {}
    for key in instead:
        if key not in {one.id for one in given.classes}:
            raise UnknownId("class", key)
    tried = replace(
        changed,
        classes=tuple(instead.get(one.id, one) for one in changed.classes),
        pins=changed.pins | frozenset(pins),
        forbids=changed.forbids | frozenset(forbids),
        closed=changed.closed | frozenset(closed),
        kept=changed.kept | frozenset(kept),
    )
    result = allocate(tried)
    return result, compare(allocation, result)


def compare(before: Allocation, after: Allocation) -> Comparison:
    """Compare two runs: who sits elsewhere, which classes opened and closed, what changed in the aims."""
    students = sorted(before.seats.keys() | after.seats.keys())
    pairs = [Move(student, before.seats.get(student), after.seats.get(student)) for student in students]
    open_before = {one.id for one in before.classes if one.is_open}
    open_after = {one.id for one in after.classes if one.is_open}
    return Comparison(
        moves=tuple(move for move in pairs if move.before != move.after),
        opened=tuple(sorted(open_after - open_before)),
        closed=tuple(sorted(open_before - open_after)),
        students=len(after.seats) - len(before.seats),
        rank_sum=after.decision.rank_sum - before.decision.rank_sum,
    )


def without(given: Round, left: Collection[str]) -> Round:
    """Give the round without some students; raise UnknownId for one who isn't there."""
    known = {applicant.id for applicant in given.applicants}
    for student in sorted(left):
        if student not in known:
            raise UnknownId("student", student)
    gone = frozenset(left)
    if not gone:
        return given
    return replace(
        given,
        applicants=tuple(applicant for applicant in given.applicants if applicant.id not in gone),
        classes=tuple(_ranking_without(one, gone) for one in given.classes),
        pins=frozenset(pair for pair in given.pins if pair[0] not in gone),
        forbids=frozenset(pair for pair in given.forbids if pair[0] not in gone),
    )


def _ranking_without(one: OrderClass, gone: frozenset[str]) -> OrderClass:
    return replace(
        one,
        scores={student: score for student, score in one.scores.items() if student not in gone},
        placed={student: place for student, place in one.placed.items() if student not in gone},
        left_off=one.left_off - gone,
        not_eligible={student: rule for student, rule in one.not_eligible.items() if student not in gone},
    )


def as_decided(given: Round, allocation: Allocation) -> Round:
    """Give the round with every class open or closed as a run left it, so that nothing is decided anew."""
    opened = frozenset(one.id for one in allocation.classes if one.is_open)
    return replace(given, kept=opened, closed=frozenset(one.id for one in given.classes) - opened)


def _with_seats(given: Round, allocation: Allocation) -> Round:
    """Give the round, decided as before, in which whoever sits somewhere stays there."""
    here = {applicant.id for applicant in given.applicants}
    seated = frozenset(pair for pair in allocation.seats.items() if pair[0] in here)
    return replace(as_decided(given, allocation), pins=seated)
