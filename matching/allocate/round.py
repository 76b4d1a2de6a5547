"""What a run of seat allocation is given: order classes with their rankings, applicants with their lists, decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from matching.domain import AutomatedDecision, Demand

LOT_BYTES = 8


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a student can't be seated in a class: the rule's name and its words in zh and en."""

    rule: str
    zh: str
    en: str

    def text(self, lang: str = "zh") -> str:
        """Give the words in zh or en."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class SeatGroup:
    """A part of a class's seats for students of some colleges or majors (名额组), with bounds of its own.

    A student belongs to it who is of one of the `colleges` and of one of the `majors`; an empty tuple means any. Groups
    of one class are laminar: of two, one lies within the other or they share nobody. `seats_max` None means no bound
    but the class's own. Groups by any other trait don't exist, so that no quota can rest on a protected one.
    """

    id: str
    seats_min: int = 0
    seats_max: int | None = None
    colleges: tuple[str, ...] = ()
    majors: tuple[str, ...] = ()

    def holds(self, college: str | None, major: str | None) -> bool:
        """Tell whether a student of this college and major belongs to the group."""
        return (not self.colleges or college in self.colleges) and (not self.majors or major in self.majors)


@dataclass(frozen=True, slots=True)
class OrderClass:
    """A class to be filled (订单班) and how it ranks students.

    scores : student -> number, the higher the better; equal scores are parted by lot. Whoever has neither a score nor
        a place is not on the class's list.
    placed : student -> place in the list from 1: hand changes, made in order of the places after the scores.
    by_hand : the whole order was made by a person (see `by_hand`), so it may hold students who refuse being ranked by
        machine. Otherwise each of those who applies must be in `placed`.
    left_off : students whom the class doesn't take, whatever their score.
    not_eligible : student -> the rule that the student doesn't meet.
    waitlist : the most students who wait for a seat; None = all.
    profile : what the class asks for and teaches, for whoever computes scores; seats are given without it.
    """

    id: str
    seats_max: int
    seats_min: int = 0
    groups: tuple[SeatGroup, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    placed: Mapping[str, int] = field(default_factory=dict)
    by_hand: bool = False
    left_off: frozenset[str] = frozenset()
    not_eligible: Mapping[str, Reason] = field(default_factory=dict)
    waitlist: int | None = None
    title: str = ""
    profile: Demand | None = None


@dataclass(frozen=True, slots=True)
class Applicant:
    """A student with a list of classes: `choices` holds ranks from the best down, each with the classes of that rank.

    More than one class in a rank means that the student puts them equal. A class that isn't there is one where the
    student won't go. Without `consent`, and the guardian's where the student is `minor`, nobody is seated.
    """

    id: str
    choices: tuple[tuple[str, ...], ...] = ()
    consent: bool = True
    minor: bool = False
    guardian_consent: bool = False
    college: str | None = None
    major: str | None = None
    automated_decision: AutomatedDecision = AutomatedDecision.ALLOW

    @property
    def consented(self) -> bool:
        """Tell whether all consent is there."""
        return self.consent and (self.guardian_consent or not self.minor)


@dataclass(frozen=True, slots=True)
class Round:
    """One run's input. The same round gives the same allocation, whatever the order of its rows.

    seed : published before the run; it alone draws the lots that part equals.
    pins : (student, class): the student sits there as long as the class opens. A pin goes before rank, not before
        eligibility, consent or either side's list.
    forbids : (student, class) that must not come together.
    closed, kept : classes that a person has decided to close, or to open even below their minimum.
    """

    classes: tuple[OrderClass, ...]
    applicants: tuple[Applicant, ...]
    seed: str
    pins: frozenset[tuple[str, str]] = frozenset()
    forbids: frozenset[tuple[str, str]] = frozenset()
    closed: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()


def by_hand(ranks: Iterable[Iterable[str]]) -> dict[str, float]:
    """Turn a ranking made by a person, best rank first, each rank with its students, into scores."""
    return {student: -float(number) for number, rank in enumerate(ranks) for student in rank}


def lot(seed: str, *ids: str) -> int:
    """Draw a lot: the first 8 bytes of sha256 of the seed and the ids, a line each, as a whole number; the lower wins.

    A student has one lot for all classes; of classes that a student puts equal, the lot of (student, class) decides.
    Anybody who knows the seed can draw it again.
    """
    return int.from_bytes(sha256("\n".join((seed, *ids)).encode()).digest()[:LOT_BYTES], "big")
