"""Small rounds of allocation drawn at random, and the plain ways to solve them that the tests compare with."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations, product

from matching.allocate import Applicant, OrderClass, Reason, Round, SeatGroup, lot
from matching.domain import AutomatedDecision

COLLEGES, MAJORS = ("A", "B"), ("W", "X")
RULE = Reason("major", "专业不符", "another major")


def drawn_round(
    draw: random.Random, students: int = 6, classes: int = 4, groups: bool = False, least: bool = False
) -> Round:
    """Draw a round with ties, incomplete lists on both sides, hand changes, missing consent and rules not met."""
    names = [f"S{number}" for number in range(draw.randint(1, students))]
    keys = [f"C{number}" for number in range(draw.randint(1, classes))]
    applicants = tuple(_applicant(draw, name, keys) for name in names)
    refusing = {a.id for a in applicants if a.automated_decision is AutomatedDecision.REFUSE}
    offered = tuple(_class(draw, key, names, refusing, groups, least) for key in keys)
    return Round(offered, applicants, seed=str(draw.randrange(1000)))


def _applicant(draw: random.Random, name: str, keys: list[str]) -> Applicant:
    listed = draw.sample(keys, draw.randint(0, len(keys)))
    ranks: list[tuple[str, ...]] = []
    for key in listed:
        if ranks and draw.random() < 0.25:
            ranks[-1] = (*ranks[-1], key)
        else:
            ranks.append((key,))
    minor = draw.random() < 0.2
    return Applicant(
        name,
        tuple(ranks),
        consent=draw.random() < 0.93,
        minor=minor,
        guardian_consent=draw.random() < 0.7,
        college=draw.choice(COLLEGES),
        major=draw.choice(MAJORS),
        automated_decision=AutomatedDecision.REFUSE if draw.random() < 0.1 else AutomatedDecision.ALLOW,
    )


def _class(
    draw: random.Random, key: str, names: list[str], refusing: set[str], groups: bool, least: bool
) -> OrderClass:
    scored = {name: float(draw.randint(0, 4)) for name in names if draw.random() < 0.9 and name not in refusing}
    by_hand = draw.random() < 0.15
    places = draw.sample(range(1, len(names) + 2), len(names))
    moved = {name: places.pop() for name in names if name in refusing or draw.random() < 0.1}
    seats = draw.randint(1, 3)
    return OrderClass(
        key,
        seats_max=seats,
        seats_min=draw.randint(0, seats) if least else 0,
        groups=_groups(draw, seats, least) if groups else (),
        scores=scored,
        placed=moved,
        by_hand=by_hand,
        left_off=frozenset(name for name in names if draw.random() < 0.07),
        not_eligible={name: RULE for name in names if draw.random() < 0.07},
        waitlist=draw.choice((None, None, 0, 1)),
    )


def _groups(draw: random.Random, seats: int, least: bool) -> tuple[SeatGroup, ...]:
    """Draw groups by college, with one by major inside the first; their minimums fit into the class."""
    room = seats
    found = []
    for college in COLLEGES:
        if draw.random() < 0.7:
            most = draw.randint(0, seats)
            needed = draw.randint(0, min(most, room)) if least else 0
            room -= needed
            found.append(SeatGroup(college, needed, most, colleges=(college,)))
            if draw.random() < 0.4:
                inner = draw.randint(0, most)
                found.append(SeatGroup(college + "W", min(needed, inner), inner, (college,), ("W",)))
    draw.shuffle(found)
    return tuple(found)


def shuffled(given: Round, draw: random.Random) -> Round:
    """Give the same round with all its rows in another order."""
    classes = [
        replace(
            one,
            scores=dict(draw.sample(sorted(one.scores.items()), len(one.scores))),
            placed=dict(draw.sample(sorted(one.placed.items()), len(one.placed))),
            groups=tuple(draw.sample(one.groups, len(one.groups))),
        )
        for one in given.classes
    ]
    applicants = [
        replace(a, choices=tuple(tuple(draw.sample(rank, len(rank))) for rank in a.choices)) for a in given.applicants
    ]
    return replace(
        given,
        classes=tuple(draw.sample(classes, len(classes))),
        applicants=tuple(draw.sample(applicants, len(applicants))),
    )


Seats = dict[str, str]


class Plain:
    """A round read off its records the plain way: strict lists of both sides, and who fits into which seats."""

    def __init__(self, given: Round) -> None:
        """Part equals by lot and strike every pair that can't be."""
        self.given = given
        self.classes = {one.id: one for one in given.classes}
        self.people = {a.id: a for a in given.applicants}
        self.ranking = {one.id: self._ranking(one) for one in given.classes}
        self.lists = {a.id: self._list(a) for a in given.applicants}

    def _ranking(self, one: OrderClass) -> list[str]:
        moved = {**one.placed}
        listed = [name for name in one.scores if name not in moved and name not in one.left_off]
        listed.sort(key=lambda name: (-one.scores[name], lot(self.given.seed, name)))
        for name in sorted(moved, key=lambda name: moved[name]):
            if name not in one.left_off:
                listed.insert(moved[name] - 1, name)
        return listed

    def _list(self, a: Applicant) -> list[tuple[str, int]]:
        """Give the classes that a student may sit in, best first, with their ranks."""
        if not a.consent or (a.minor and not a.guardian_consent):
            return []
        found = []
        for rank, equal in enumerate(a.choices, start=1):
            for key in sorted(equal, key=lambda key: lot(self.given.seed, a.id, key)):
                if a.id in self.ranking[key] and a.id not in self.classes[key].not_eligible:
                    found.append((key, rank))
        return found

    def load(self, key: str, members: tuple[str, ...]) -> bool:
        """Tell whether students fit into a class, with the seats held back that its groups still need.

        They fit where some way to fill the seats up with imagined students of all kinds meets every bound.
        """
        one = self.classes[key]
        kinds = [(college, major) for college in COLLEGES for major in MAJORS]
        people = [(self.people[name].college, self.people[name].major) for name in members]
        for more in range(one.seats_max - len(members) + 1):
            for filled in combinations_with_repeats(kinds, more):
                if self.in_bounds(key, [*people, *filled]):
                    return True
        return False

    def in_bounds(self, key: str, kinds: list[tuple[str | None, str | None]], least: bool = True) -> bool:
        """Tell whether the bounds of all groups are met by students of these kinds."""
        one = self.classes[key]
        if len(kinds) > one.seats_max:
            return False
        for group in one.groups:
            count = sum(group.holds(*kind) for kind in kinds)
            most = one.seats_max if group.seats_max is None else group.seats_max
            if count > most or (least and count < group.seats_min):
                return False
        return True

    def chosen(self, key: str, offers: set[str]) -> tuple[str, ...]:
        """Choose from the best down whoever fits."""
        taken: tuple[str, ...] = ()
        for name in self.ranking[key]:
            if name in offers and self.load(key, (*taken, name)):
                taken = (*taken, name)
        return taken

    def deferred(self, opened: frozenset[str]) -> Seats:
        """Seat by the plainest deferred acceptance: all who have no seat ask at once, until nobody asks."""
        offers: dict[str, set[str]] = {key: set() for key in opened}
        lists = {name: [key for key, _ in listed if key in opened] for name, listed in self.lists.items()}
        while True:
            held = {name: key for key in offers for name in self.chosen(key, offers[key])}
            asking = [
                (name, next(key for key in listed if name not in offers[key]))
                for name, listed in lists.items()
                if name not in held and any(name not in offers[key] for key in listed)
            ]
            if not asking:
                return held
            for name, key in asking:
                offers[key].add(name)

    def blocking(self, seats: Mapping[str, str], opened: frozenset[str]) -> list[tuple[str, str]]:
        """List who would rather sit in a class that would rather have them; a tie on the student's side blocks not."""
        found = []
        for name, listed in self.lists.items():
            own = next((rank for key, rank in listed if key == seats.get(name)), 10**6)
            for key, rank in listed:
                members = {other for other, where in seats.items() if where == key}
                if key in opened and rank < own and name in self.chosen(key, members | {name}):
                    found.append((name, key))
        return sorted(found)

    def stable(self, opened: frozenset[str]) -> Iterator[Seats]:
        """Give every stable allocation, out of all that there are; strict lists of students count."""
        options = [[None, *(key for key, _ in listed if key in opened)] for listed in self.lists.values()]
        for picked in product(*options):
            seats = {name: key for name, key in zip(self.lists, picked, strict=True) if key is not None}
            members = {key: {name for name in seats if seats[name] == key} for key in opened}
            if any(set(self.chosen(key, inside)) != inside for key, inside in members.items()):
                continue
            if not self._blocked(seats, members, opened):
                yield seats

    def _blocked(self, seats: Seats, members: Mapping[str, set[str]], opened: frozenset[str]) -> bool:
        for name, listed in self.lists.items():
            for key, _ in listed:
                if key == seats.get(name):
                    break
                if key in opened and name in self.chosen(key, members[key] | {name}):
                    return True
        return False

    def rank_sum(self, seats: Mapping[str, str]) -> int:
        """Sum the ranks at which students sit."""
        return sum(rank for name, listed in self.lists.items() for key, rank in listed if seats.get(name) == key)

    def reaches(self, seats: Mapping[str, str], opened: frozenset[str]) -> bool:
        """Tell whether each open class reaches its minimum and those of its groups."""
        for key in opened - self.given.kept:
            people = [self.people[name] for name in seats if seats[name] == key]
            if len(people) < self.classes[key].seats_min:
                return False
            if not self.in_bounds(key, [(a.college, a.major) for a in people]):
                return False
        return True

    def best_decision(self) -> tuple[tuple[int, int, int, tuple[str, ...]], Seats]:
        """Try every set of open classes and give the aims and the seats of the best."""
        found = []
        for count in range(len(self.classes) + 1):
            for shut in combinations(sorted(self.classes), count):
                opened = frozenset(self.classes) - frozenset(shut)
                seats = self.deferred(opened)
                if self.reaches(seats, opened):
                    found.append(((-len(seats), len(shut), self.rank_sum(seats), shut), seats))
        return min(found, key=lambda pair: pair[0])


def combinations_with_repeats(kinds: list[tuple[str, str]], count: int) -> Iterator[tuple[tuple[str, str], ...]]:
    """Give every way to draw `count` kinds, order aside."""
    if count == 0:
        yield ()
        return
    for place, kind in enumerate(kinds):
        for rest in combinations_with_repeats(kinds[place:], count - 1):
            yield (kind, *rest)
