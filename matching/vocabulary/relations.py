"""Say which other concepts a concept earns credit for, and which concepts fulfil a hard demand for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from matching.domain import Concept, Kind

COVERED = 1.0
"""Credit for a more general concept and for what a certificate covers: whoever can TIG weld can weld, B2 is also C1."""
NARROWER = 0.35
RELATED = 0.5
SAME_CLASS = 0.7
SAME_GROUP = 0.35
SAME_OCCUPATION_GROUP = 0.35
LEVELS_APART = 20
"""A major's first two digits differ by 20 between school levels (装备制造 66 / 46 / 26)."""


class Relations:
    """Credits between concepts of one kind, each worked out on first use and remembered.

    Skills and certificates: more general and covered concepts 1, as in `satisfied_by`. Skills: more special ones .35;
    related ones .5 both ways; those of one `sibling_group` its `sibling_credit` (PLC brands, welding processes).
    Majors: the same class .7, the same category .35, across school levels. Occupations: the same group of the
    classification .35. The best credit counts.
    """

    def __init__(self, concepts: Mapping[str, Concept]) -> None:
        self._concepts = concepts
        self._narrower: defaultdict[str, list[str]] = defaultdict(list)
        self._related: defaultdict[str, list[str]] = defaultdict(list)
        self._covering: defaultdict[str, list[str]] = defaultdict(list)
        self._siblings: defaultdict[str, list[str]] = defaultdict(list)
        self._majors: defaultdict[str, list[str]] = defaultdict(list)
        self._groups: defaultdict[str, list[str]] = defaultdict(list)
        for concept in concepts.values():
            for parent in concept.broader:
                self._narrower[parent].append(concept.id)
            for other in concept.related:
                self._related[other].append(concept.id)
            for covered in concept.covers:
                self._covering[covered].append(concept.id)
            if group := concept.attributes.get("sibling_group"):
                self._siblings[group].append(concept.id)
            if concept.kind is Kind.MAJOR:
                self._majors[_aligned(concept.attributes.get("top_code", ""))].append(concept.id)
            if concept.kind is Kind.OCCUPATION and (group := concept.attributes.get("group")):
                self._groups[group].append(concept.id)
        self._credits: dict[str, Mapping[str, float]] = {}
        self._fulfilling: dict[str, frozenset[str]] = {}

    def relatives(self, concept_id: str) -> Mapping[str, float]:
        """Give the credit in (0, 1] that whoever has `concept_id` earns for a demand for each other concept."""
        known = self._credits.get(concept_id)
        if known is None:
            best: dict[str, float] = {}
            for other, credit in self._all(concept_id):
                if other != concept_id and other in self._concepts and credit > best.get(other, 0.0):
                    best[other] = credit
            known = self._credits[concept_id] = best
        return known

    def _all(self, concept_id: str) -> Iterator[tuple[str, float]]:
        concept = self._concepts.get(concept_id)
        if concept is None:
            return
        yield from ((other, COVERED) for other in self._above(concept_id))
        yield from ((child, NARROWER) for child in self._narrower[concept_id])
        yield from ((other, RELATED) for other in (*concept.related, *self._related[concept_id]))
        if group := concept.attributes.get("sibling_group"):
            for other in self._siblings[group]:
                yield other, min(_sibling_credit(concept), _sibling_credit(self._concepts[other]))
        if concept.kind is Kind.MAJOR:
            yield from self._near_majors(concept)
        if concept.kind is Kind.OCCUPATION and (group := concept.attributes.get("group")):
            yield from ((other, SAME_OCCUPATION_GROUP) for other in self._groups[group])

    def _above(self, concept_id: str) -> Iterator[str]:
        """List what a concept fulfils: more general concepts and covered ones, and what those fulfil."""
        found: set[str] = set()
        waiting = [concept_id]
        while waiting:
            concept = self._concepts.get(waiting.pop())
            for other in (*concept.broader, *concept.covers) if concept else ():
                if other not in found:
                    found.add(other)
                    waiting.append(other)
                    yield other

    def _near_majors(self, major: Concept) -> Iterator[tuple[str, float]]:
        same = major.attributes.get("class_code", "")[2:]
        for other in self._majors[_aligned(major.attributes.get("top_code", ""))]:
            close = bool(same) and self._concepts[other].attributes.get("class_code", "")[2:] == same
            yield other, SAME_CLASS if close else SAME_GROUP

    def satisfied_by(self, concept_id: str) -> frozenset[str]:
        """Give the ids that fulfil a hard demand: the concept, its narrower ones and those that cover one of them.

        For education, every rung of at least its rank (an `equivalent` counts as the rung it names).
        """
        known = self._fulfilling.get(concept_id)
        if known is None:
            concept = self._concepts.get(concept_id)
            if concept is not None and concept.kind is Kind.EDUCATION:
                asked = self.education_rank(concept_id)
                rungs = (other.id for other in self._concepts.values() if other.kind is Kind.EDUCATION)
                known = frozenset(other for other in rungs if self.education_rank(other) >= asked)
            else:
                known = self._below(concept_id)
            self._fulfilling[concept_id] = known
        return known

    def _below(self, concept_id: str) -> frozenset[str]:
        found = {concept_id}
        waiting = [concept_id]
        while waiting:
            current = waiting.pop()
            for other in (*self._narrower.get(current, ()), *self._covering.get(current, ())):
                if other not in found:
                    found.add(other)
                    waiting.append(other)
        return frozenset(found)

    def education_rank(self, concept_id: str) -> int:
        """Give 初中 0 < 中职 1 < 高职专科 2 < 本科 3 < 硕士 4 < 博士 5; -1 for what is no rung of education."""
        concept = self._concepts.get(concept_id)
        if concept is None or "rank" not in concept.attributes:
            return -1
        equivalent = self._concepts.get(concept.attributes.get("equivalent", ""))
        return int((equivalent or concept).attributes["rank"])


def _aligned(top_code: str) -> str:
    """Bring the category of a major to the college level: 66, 46 and 26 all give 46."""
    if not top_code.isdigit():
        return top_code
    number = int(top_code)
    if number >= 60:
        return str(number - LEVELS_APART)
    return str(number + LEVELS_APART) if number < 40 else top_code


def _sibling_credit(concept: Concept) -> float:
    return float(concept.attributes.get("sibling_credit", "0"))
