"""Why a student sits in a class or doesn't, and the smallest changes that would have led there, found by runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from matching.allocate.certificate import Case, Certificate, Change
from matching.allocate.deferred import Seating
from matching.allocate.market import Market, market_of, node_of
from matching.allocate.result import Allocation
from matching.allocate.round import Applicant, OrderClass, Round, by_hand
from matching.allocate.rounds import as_decided
from matching.allocate.run import allocate
from matching.errors import Problem, RecordError, UnknownId


class Why:
    """Makes certificates of one allocation; made once, it answers for every student and class."""

    def __init__(self, given: Round, allocation: Allocation) -> None:
        """Take a round and its allocation; raise RecordError where the one isn't the result of the other."""
        self.given = as_decided(given, allocation)
        self.allocation = allocation
        self._people = {applicant.id: applicant for applicant in given.applicants}
        self._classes = {one.id: one for one in given.classes}
        self._market = market_of(self.given)
        self._seating = Seating(self._market)
        self._number = {name: key for key, name in enumerate(self._market.names)}
        self._student = {name: place for place, name in enumerate(self._market.students)}
        for name, place in self._student.items():
            if self._seat(self._seating, place) != allocation.seats.get(name):
                en, zh = "isn't where the round puts this student: allocate again", "录取结果与本轮数据不符，请重新运行"
                raise RecordError(Problem("other_round", en, zh, allocation.seats.get(name), field=f"seats[{name}]"))

    def certificate(self, student: str, class_id: str, *, changes: bool = True) -> Certificate:
        """Say why a student sits in a class or doesn't, with the changes that would have led there.

        changes : False leaves them out; they take some runs each. Raises UnknownId for a student or class that isn't in
        the round.
        """
        if student not in self._people:
            raise UnknownId("student", student)
        if class_id not in self._classes:
            raise UnknownId("class", class_id)
        obstacles = self._obstacles(student, class_id)
        own = self._own(student, class_id)
        key, seat = self._number[class_id], self.allocation.seats.get(student)
        order = self._market.order[key].tolist()
        place = self._student[student]
        said = Certificate(
            student,
            class_id,
            Case.FULL,
            rank=self._rank(self._people[student], class_id),
            seat=seat,
            place=order.index(place) + 1 if place in order else None,
            listed=len(order),
            changes=self._changes(student, class_id, obstacles, own) if changes and seat != class_id else (),
        )
        if seat == class_id:
            return replace(said, case=Case.SEATED)
        if obstacles:
            return self._hindered(said, obstacles[0])
        if own is not None:
            return replace(said, case=Case.PREFERRED)
        return self._crowded(said)

    def proves(self, change: Change) -> bool:
        """Tell whether a change leads where it says, by applying it to the round itself and running it as a whole."""
        result = allocate(applied(change, self.given))
        return result.seats.get(change.student) == change.leads_to

    def _rank(self, applicant: Applicant, class_id: str) -> int | None:
        return next((rank for rank, equal in enumerate(applicant.choices, 1) if class_id in equal), None)

    def _seat(self, seating: Seating, student: int) -> str | None:
        key = seating.class_of(student)
        return None if key < 0 else seating.market.names[key]

    def _obstacles(self, student: str, class_id: str) -> list[Case]:
        """List what stands between a student and a class before any ranking, in the order in which it is said."""
        applicant, one = self._people[student], self._classes[class_id]
        pinned = dict(self.given.pins).get(student)
        holds = {
            Case.NOT_LISTED: self._rank(applicant, class_id) is None,
            Case.NO_CONSENT: not applicant.consented,
            Case.NOT_ELIGIBLE: student in one.not_eligible,
            Case.FORBIDDEN: (student, class_id) in self.given.forbids,
            Case.LEFT_OFF: student in one.left_off or not (student in one.scores or student in one.placed),
            Case.CLOSED: class_id in self.given.closed,
            Case.PINNED: pinned is not None and pinned == self.allocation.seats.get(student) != class_id,
        }
        return [case for case, hindering in holds.items() if hindering]

    def _own(self, student: str, class_id: str) -> str | None:
        """Give the class above which a student would have to list this one: "" for the end, None for no change."""
        applicant, seat = self._people[student], self.allocation.seats.get(student)
        rank = self._rank(applicant, class_id)
        if seat is None:
            return "" if rank is None else None
        held = self._rank(applicant, seat)
        return seat if rank is None or held is None or rank >= held else None

    def _hindered(self, said: Certificate, case: Case) -> Certificate:
        one, lacking = self._classes[said.class_id], 0
        if case is Case.CLOSED and self.allocation.of(said.class_id).state == "closed":
            lacking = Seating(market_of(_kept(self.given, said.class_id))).shortage(self._number[said.class_id])
        reason = one.not_eligible.get(said.student) if case is Case.NOT_ELIGIBLE else None
        return replace(said, case=case, reason=reason, lacking=lacking)

    def _crowded(self, said: Certificate) -> Certificate:
        """Say which part of a class is full, and who would have to leave for one more."""
        one, key = self._classes[said.class_id], self._number[said.class_id]
        seats = self._seating.seats[key]
        full, entries = seats.bottleneck(node_of(one, self._people[said.student]))
        names = tuple(self._market.students[self._market.student_of(entry)] for entry in entries)
        waiting = self.allocation.of(said.class_id).waitlist
        waits_at = waiting.index(said.student) + 1 if said.student in waiting else None
        scored = {name: one.scores[name] for name in (*names, said.student) if name in one.scores}
        apart = set(one.placed)
        by_lot = said.student not in apart and any(
            name not in apart and scored.get(name) == scored.get(said.student) for name in names
        )
        return replace(
            said,
            case=Case.FULL if waits_at is None else Case.WAITLISTED,
            waits_at=waits_at,
            group=seats.tree.names[full],
            seats=seats.tree.most[full],
            in_front=names,
            by_lot=by_lot,
        )

    def _changes(self, student: str, class_id: str, obstacles: list[Case], own: str | None) -> tuple[Change, ...]:
        """Find the smallest changes that suffice: obstacles gone and nothing else, or a better place, or more seats."""
        lifts = tuple(case for case in obstacles if case is not Case.NOT_LISTED)
        base = Change(student, class_id, lifts, own)
        market = self._market if base.is_none else market_of(applied(base, self.given))
        trial = _Trial(market, self._student[student], self._number[class_id])
        if not base.is_none and (seat := trial.reached(market)):
            return (replace(base, leads_to=seat),)
        return tuple(change for change in (trial.better_place(base), trial.more_seats(base)) if change is not None)


class _Trial:
    """Runs a market again and again with one student elsewhere in one class's ranking, or with more seats there."""

    def __init__(self, market: Market, student: int, key: int) -> None:
        self._market, self._student, self._key = market, student, key
        self._pair = market.pair(student, key)
        self._order: list[int] = market.order[key].tolist()

    def reached(self, market: Market) -> str:
        """Give the class in which the student sits where it is this one or one that the student prefers; else ""."""
        seating = Seating(market)
        at = seating.pair(self._student)
        if at < 0 or (at != self._pair and market.ranks[at] >= market.ranks[self._pair]):
            return ""
        return market.names[market.classes[at]]

    def better_place(self, base: Change) -> Change | None:
        """Find the lowest place in the class's ranking that suffices; None where not even the first does."""
        if self._student in self._market.pinned and self._market.pinned[self._student] == self._key:
            return None
        own = self._order.index(self._student)
        found = _last(lambda place: self.reached(self._at_place(place)), own)
        return None if found is None else replace(base, place=found[0] + 1, leads_to=found[1])

    def more_seats(self, base: Change) -> Change | None:
        """Find the smallest number of further seats that suffices; None where no number does."""
        node, most = self._market.nodes[self._pair], len(self._market.students)
        found = _last(lambda fewer: self.reached(self._market.with_more_seats(self._key, node, most - fewer)), most)
        return None if found is None else replace(base, seats=most - found[0], leads_to=found[1])

    def _at_place(self, place: int) -> Market:
        """Put the student just above the one who has this place (from 0)."""
        people = len(self._market.students)
        return self._market.with_entry(self._pair, (2 * place - 1) * people + self._student)


def _last(reached: Callable[[int], str], end: int) -> tuple[int, str] | None:
    """Give the last number in [0, end) that leads somewhere, and where; those that do come before those that don't."""
    low, high, seat = 0, end, ""
    while low < high:
        middle = (low + high) // 2
        if there := reached(middle):
            low, seat = middle + 1, there
        else:
            high = middle
    return (low - 1, seat) if low else None


def _kept(given: Round, class_id: str) -> Round:
    return replace(given, closed=given.closed - {class_id}, kept=given.kept | {class_id})


def applied(change: Change, given: Round) -> Round:
    """Give the round, decided as before, as it would be with a change."""
    student, key = change.student, change.class_id
    if change.place is not None or Case.LEFT_OFF in change.lifts:
        given = _ranked(change, given)
    if Case.CLOSED in change.lifts:
        given = _kept(given, key)
    if Case.FORBIDDEN in change.lifts:
        given = replace(given, forbids=given.forbids - {(student, key)})
    if Case.PINNED in change.lifts:
        given = replace(given, pins=frozenset(pair for pair in given.pins if pair[0] != student))
    given = replace(
        given,
        applicants=tuple(_applicant(change, a) if a.id == student else a for a in given.applicants),
        classes=tuple(_class(change, one, given) if one.id == key else one for one in given.classes),
    )
    return given


def _applicant(change: Change, applicant: Applicant) -> Applicant:
    if Case.NO_CONSENT in change.lifts:
        applicant = replace(applicant, consent=True, guardian_consent=True)
    if change.above is None:
        return applicant
    own, above = (change.class_id,), change.above
    choices = [tuple(key for key in equal if key != change.class_id) for equal in applicant.choices]
    choices = [equal for equal in choices if equal]
    at = next((place for place, equal in enumerate(choices) if above in equal), len(choices))
    return replace(applicant, choices=(*choices[:at], own, *choices[at:]))


def _class(change: Change, one: OrderClass, given: Round) -> OrderClass:
    if Case.NOT_ELIGIBLE in change.lifts:
        left = {student: rule for student, rule in one.not_eligible.items() if student != change.student}
        one = replace(one, not_eligible=left)
    if not change.seats:
        return one
    (student,) = (applicant for applicant in given.applicants if applicant.id == change.student)
    groups = [
        replace(group, seats_max=group.seats_max + change.seats)
        if group.seats_max is not None and group.holds(student.college, student.major)
        else group
        for group in one.groups
    ]
    return replace(one, seats_max=one.seats_max + change.seats, groups=tuple(groups))


def _ranked(change: Change, given: Round) -> Round:
    """Let a class rank by hand as it ranks, but for the student, who stands at the place of the change or last."""
    market = market_of(given)
    order = [market.students[place] for place in market.order[list(market.names).index(change.class_id)].tolist()]
    order = [name for name in order if name != change.student]
    order.insert(len(order) if change.place is None else change.place - 1, change.student)
    scores = by_hand([name] for name in order)
    return replace(
        given,
        classes=tuple(
            replace(one, scores=scores, placed={}, by_hand=True, left_off=one.left_off - {change.student})
            if one.id == change.class_id
            else one
            for one in given.classes
        ),
    )
