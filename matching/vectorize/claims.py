"""What a profile's claims and its major give: integer values by feature, and the days between which they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from matching.domain import LEVEL_MAX, CertificateClaim, Kind, Profile, SkillClaim
from matching.rules import ANY_TRADE, FOREVER, SOME_TRADE, day_number
from matching.score import VALUE_ONE
from matching.vectorize.features import Scoring, concepts_of, refused_skills, small_group
from matching.vectorize.vectors import integer
from matching.vectorize.wording import Wording

if TYPE_CHECKING:
    from matching.vocabulary import Vocabulary

REMEMBERED = 5_000
Gains = Mapping[str, int]
"""Integer values by feature, VALUE_ONE = 1."""


@dataclass(frozen=True, slots=True)
class Span:
    """What features gain from `first` to `last` (day numbers), both included."""

    gains: Gains
    first: int = 0
    last: int = FOREVER


class Claims:
    """Reads linked profiles with one vocabulary; what a concept gives at a level is worked out once and remembered."""

    expected: Callable[[str], Gains]
    _of_skill: Callable[[str, float, int], Gains]
    _of_certificate: Callable[[str, float, int], Gains]
    _of_label: Callable[[str], Gains]

    def __init__(self, vocabulary: Vocabulary, scoring: Scoring, wording: Wording) -> None:
        self._vocabulary = vocabulary
        self._scoring = scoring
        self._wording = wording
        self.expected = lru_cache(maxsize=None)(self._expected)
        self._of_skill = lru_cache(maxsize=REMEMBERED)(self._skill_gains)
        self._of_certificate = lru_cache(maxsize=REMEMBERED)(self._certificate_gains)
        self._of_label = lru_cache(maxsize=REMEMBERED)(self._label_gains)

    def spans(self, profile: Profile) -> Iterator[Span]:
        """Give all that a profile states in its fields, with the terms of the labels of skills and certificates."""
        for skill in profile.skills:
            yield from self._skill_spans(skill)
        for certificate in profile.all_certificates:
            yield from self._certificate_spans(certificate)
        ranks = [self._vocabulary.education_rank(rung) for rung in profile.links.get("education", ())]
        yield Span({f"education:>={rank}": VALUE_ONE for rank in range(max(ranks, default=-1) + 1)})
        for occupation in profile.links.get("occupation", ()):
            yield Span({f"occupation:{name}": VALUE_ONE for name in (occupation, small_group(occupation))})

    def changes(self, profile: Profile, reference: int) -> list[tuple[str, int, int]]:
        """Give (feature, day, change) over what the major lets expect; day 0 is what holds on the reference day.

        The value of a feature is the best that any span gives on a day, and never below what is expected; skills that
        are refused (level 0) have the value 0.
        """
        expected, spans = self.expected(major_of(profile)), list(self.spans(profile))
        refused = {f"skill:{skill}>={step}" for skill in refused_skills(profile) for step in range(1, LEVEL_MAX + 1)}
        ending = {feature for span in spans if span.last < FOREVER for feature in span.gains} - refused
        changes = [(feature, 0, -expected[feature]) for feature in refused & expected.keys() if expected[feature]]
        reached = dict(expected)
        beginning: dict[int, list[Gains]] = {}
        for span in spans:
            if span.last >= FOREVER:
                beginning.setdefault(span.first if span.first > reference else 0, []).append(span.gains)
        for day in sorted(beginning):
            for feature, value in _best(beginning[day]).items():
                before = reached.get(feature, 0)
                if value > before and feature not in refused and feature not in ending:
                    reached[feature] = value
                    changes.append((feature, day, value - before))
        for feature in ending:
            before = floor = expected.get(feature, 0)
            for day, value in _steps(feature, spans, floor, reference):
                if value != before:
                    changes.append((feature, day, value - before))
                before = value
        return changes

    def _expected(self, major: str) -> Gains:
        """Say what a major alone lets expect: c x P(level) per skill, and how near it is to each other major."""
        if not major:
            return {}
        values = {
            f"skill:{skill}>={level}": self._scoring.expected * chance
            for skill, chances in self._vocabulary.expectations(major).items()
            for level, chance in enumerate(chances, start=1)
            if chance > 0.0
        }
        values.update({f"major:{other}": credit for other, credit in self._vocabulary.relatives(major).items()})
        values[f"major:{major}"] = 1.0
        return {feature: integer(value, VALUE_ONE) for feature, value in values.items()}

    def _skill_spans(self, claim: SkillClaim) -> Iterator[Span]:
        level = 1 if claim.level is None else min(claim.level, LEVEL_MAX)
        if level == 0:
            return
        first = day_number(claim.available_on, 0)
        for concept, credit in concepts_of(claim.link, claim.label):
            yield Span(self._of_skill(concept, credit, level), first)
        yield Span(self._of_label(claim.label), first)

    def _certificate_spans(self, claim: CertificateClaim) -> Iterator[Span]:
        level = (claim.link.level if claim.link else claim.level) or 1
        first, last = day_number(claim.issued_on, 0), day_number(claim.valid_until, FOREVER)
        for concept, credit in concepts_of(claim.link, claim.label):
            yield Span(self._of_certificate(concept, credit, level), first, last)
        yield Span(self._of_label(claim.label), first, last)

    def _credits(self, concept: str, credit: float) -> dict[str, float]:
        """Give what a concept is worth for itself and for related ones."""
        return {concept: credit} | {
            other: credit * share for other, share in self._vocabulary.relatives(concept).items()
        }

    def _skill_gains(self, concept: str, credit: float, level: int) -> Gains:
        values = {other: integer(value, VALUE_ONE) for other, value in self._credits(concept, credit).items()}
        return {f"skill:{other}>={step}": value for other, value in values.items() for step in range(1, level + 1)}

    def _certificate_gains(self, concept: str, credit: float, level: int) -> Gains:
        worths = self._credits(concept, credit)
        if concept.startswith("trade:"):
            worths[ANY_TRADE] = credit
        if concept == ANY_TRADE:
            worths[SOME_TRADE] = credit
        gains: dict[str, int] = {}
        for other, worth in worths.items():
            known, value = self._vocabulary.concepts.get(other), integer(worth, VALUE_ONE)
            if known is not None and known.kind is Kind.SKILL:
                gains[f"skill:{other}>=1"] = value
            else:
                gains.update({f"certificate:{other}>={step}": value for step in range(1, level + 1)})
        return gains

    def _label_gains(self, label: str) -> Gains:
        return {f"label:{term}": VALUE_ONE for term in self._wording.of_label(label)}


def major_of(profile: Profile) -> str:
    """Give the major of a linked profile that decides what is expected; "" where there is none."""
    return next(iter(profile.links.get("major", ())), "")


def _best(gains: Iterable[Gains]) -> dict[str, int]:
    """Give the largest value of each feature."""
    best: dict[str, int] = {}
    for values in gains:
        for feature, value in values.items():
            if value > best.get(feature, 0):
                best[feature] = value
    return best


def _steps(feature: str, spans: Iterable[Span], floor: int, reference: int) -> list[tuple[int, int]]:
    """Turn the spans that hold a feature into (day, value) steps of the best value, at least `floor`.

    The first step is at day 0 and stands for `reference`.
    """
    holding = [(span.gains[feature], span.first, span.last) for span in spans if feature in span.gains]
    borders = {day for _, first, last in holding for day in (first, last + 1) if reference < day < FOREVER}
    steps = [(0, reference), *((day, day) for day in sorted(borders))]
    return [
        (shown, max([floor, *(value for value, first, last in holding if first <= day <= last)]))
        for shown, day in steps
    ]
