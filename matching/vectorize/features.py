"""What one requirement asks, as named features with numbers in [0, 1]; no arrays, no statistics.

Names look like `skill:weld.gtaw>=2`, `certificate:cert:so_lv>=1`, `major:major:460110`, `education:>=2`,
`occupation:occ:6-18-02-04`; `claims` gives profiles values by the same names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matching.domain import (
    CERTIFICATE_KINDS,
    Demand,
    Importance,
    Kind,
    Link,
    Profile,
    Requirement,
)
from matching.rules import alternatives
from matching.vocabulary.forms import open_id

if TYPE_CHECKING:
    from matching.vocabulary import Vocabulary

TEXT, IMPLIED, OCCUPATION = -1, -2, -3


@dataclass(frozen=True, slots=True)
class Scoring:
    """The numbers behind the field parts; chosen on the tune folds and the judged pairs
    (docs/decisions/003-weights.md).

    `shrinkage` is w0, added to what is asked before dividing; `first_level` the share of a levelled requirement that
    being able at all (level 1) earns; `nice` the weight of a nice-to-have beside 1 for a must or should; `implied` the
    weight of a skill that only the demand's free text names, all of them together at most `implied_most`;
    `label_share` the part of the text part that the labels of skills cover; `dense_share` the part of the rest that an
    encoder has, where there is one; `latent_share` the part of what then remains that latent topics have; `expected`
    the ceiling c of what a major lets expect.
    """

    shrinkage: float = 0.5
    first_level: float = 0.5
    nice: float = 0.3
    implied: float = 0.3
    implied_most: float = 1.5
    label_share: float = 0.3
    dense_share: float = 0.35
    latent_share: float = 0.1
    expected: float = 0.5


@dataclass(frozen=True, slots=True)
class Row:
    """One alternative of a group: feature -> weight, before dividing by all that the part asks."""

    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Group:
    """What one requirement asks: alternatives of which the best counts.

    `sources` are positions in `demand.requirements`, or one of TEXT, IMPLIED, OCCUPATION; `weight` is the most it can
    give.
    """

    part: str
    weight: float
    rows: tuple[Row, ...]
    sources: tuple[int, ...]
    label: str = ""


def thermometer(prefix: str, level: int, first_level: float) -> dict[str, float]:
    """Spread a weight of 1 over `>=1 .. >=level`: `first_level` on the first, the rest in equal shares."""
    if level <= 1:
        return {f"{prefix}>=1": 1.0}
    rest = (1.0 - first_level) / (level - 1)
    return {f"{prefix}>={step}": first_level if step == 1 else rest for step in range(1, level + 1)}


def part_of(kind: Kind) -> str | None:
    """Say which part of the score a kind of requirement belongs to; experience has none (it is only a rule)."""
    if kind in CERTIFICATE_KINDS:
        return "certificates"
    return {Kind.SKILL: "skills", Kind.MAJOR: "major", Kind.EDUCATION: "education", Kind.OCCUPATION: "occupation"}.get(
        kind
    )


def is_attribute(concept: str, vocabulary: Vocabulary) -> bool:
    """Tell whether a concept is an attitude (吃苦耐劳, 能适应倒班): recognised and shown, never scored."""
    known = vocabulary.concepts.get(concept)
    return known is not None and known.attributes.get("type") == "attribute"


def is_attitude(requirement: Requirement, vocabulary: Vocabulary) -> bool:
    """Tell whether a linked requirement asks for nothing but attitudes: it is shown, and earns no points."""
    concepts = requirement.link.concepts if requirement.link is not None else ()
    return bool(concepts) and all(is_attribute(concept, vocabulary) for concept in concepts)


def field_groups(demand: Demand, implied: Iterable[str], vocabulary: Vocabulary, scoring: Scoring) -> list[Group]:
    """Turn a linked demand into groups, in the order of its requirements.

    `implied` are skills named only in its text.
    """
    scored = [part_of(r.kind) is not None and not is_attitude(r, vocabulary) for r in demand.requirements]
    joined = [[number for number in numbers if scored[number]] for numbers in alternatives(demand.requirements)]
    groups = [_requirement_group(numbers, demand, vocabulary, scoring) for numbers in joined if numbers]
    asked = {concept for r in demand.requirements if r.link is not None for concept in r.link.concepts}
    others = [concept for concept in dict.fromkeys(implied) if concept not in asked]
    weight = min(scoring.implied, scoring.implied_most / len(others)) if others else 0.0
    for concept in others:
        row = Row({f"skill:{concept}>=1": weight})
        groups.append(Group("skills", weight, (row,), (IMPLIED,), vocabulary.concepts[concept].name("zh")))
    occupations = demand.links.get("occupation", ())
    if occupations:
        groups.append(Group("occupation", 1.0, tuple(_occupation_row(o, 1.0) for o in occupations), (OCCUPATION,)))
    return groups


def _requirement_group(numbers: Sequence[int], demand: Demand, vocabulary: Vocabulary, scoring: Scoring) -> Group:
    rows: list[Row] = []
    heaviest = 0.0
    for number in numbers:
        requirement = demand.requirements[number]
        weight = requirement.weight * (scoring.nice if requirement.importance is Importance.NICE else 1.0)
        heaviest = max(heaviest, weight)
        rows.extend(
            Row({feature: weight * credit * share for feature, share in shares.items()})
            for credit, shares in _alternatives(requirement, vocabulary, scoring)
        )
    part = part_of(demand.requirements[numbers[0]].kind) or ""
    label = demand.requirements[numbers[0]].label
    return Group(part, heaviest, tuple(rows), tuple(numbers), label)


def _alternatives(
    requirement: Requirement, vocabulary: Vocabulary, scoring: Scoring
) -> Iterable[tuple[float, dict[str, float]]]:
    """Give each concept that the label may stand for, with its credit.

    An unsure reading also asks for the very label.
    """
    link = requirement.link or Link((open_id(requirement.label),), open=True)
    level = (link.level if requirement.kind in CERTIFICATE_KINDS else requirement.level) or 1
    choices = [(link.credit, concept) for concept in link.concepts]
    if link.credit < 1.0:
        choices.append((1.0, open_id(requirement.label)))
    for credit, concept in choices:
        if requirement.kind is Kind.SKILL:
            yield credit, thermometer(f"skill:{concept}", level, scoring.first_level)
        elif requirement.kind in CERTIFICATE_KINDS:
            yield credit, thermometer(f"certificate:{concept}", level, scoring.first_level)
        elif requirement.kind is Kind.EDUCATION:
            yield credit, {f"education:>={vocabulary.education_rank(concept)}": 1.0}
        elif requirement.kind is Kind.OCCUPATION:
            yield credit, dict(_occupation_row(concept, 1.0).weights)
        else:
            yield credit, {f"{requirement.kind}:{concept}": 1.0}


def _occupation_row(occupation: str, weight: float) -> Row:
    """Half for the same small group (N-NN-NN), the other half for the very occupation."""
    return Row({f"occupation:{occupation}": weight / 2, f"occupation:{small_group(occupation)}": weight / 2})


def small_group(occupation: str) -> str:
    """Give the small group (N-NN-NN) that an occupation of the classification lies in, itself where it has no code."""
    return occupation.rpartition("-")[0] or occupation


def concepts_of(link: Link | None, label: str) -> list[tuple[str, float]]:
    """Give the concepts that a claim stands for with their credit; an unsure reading also keeps the very label."""
    if link is None:
        return [(open_id(label), 1.0)]
    concepts = [(concept, link.credit) for concept in link.concepts]
    return concepts if link.credit >= 1.0 else [*concepts, (open_id(label), 1.0)]


def refused_skills(profile: Profile) -> frozenset[str]:
    """Name the concepts that a profile says it can't do (level 0) and nowhere says it can.

    Nothing is expected of them.
    """
    can = {c for s in profile.skills if s.level != 0 for c, _ in concepts_of(s.link, s.label)}
    cannot = {c for s in profile.skills if s.level == 0 for c, _ in concepts_of(s.link, s.label)}
    return frozenset(cannot - can)
