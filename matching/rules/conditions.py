"""The hard conditions of one demand: each must as a rule that gives a verdict per profile.

A must never trades against points. Verdicts are integers, NOT_MET 0 < UNKNOWN 1 < MET 2, so that alternatives combine
by maximum.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matching.domain import CERTIFICATE_KINDS, Demand, Importance, Kind, Requirement, Verdict
from matching.rules.facts import (
    ANY_TRADE,
    JOINT,
    MAYBE,
    ONE_OF,
    SOME_TRADE,
    UNLEVELLED,
    UNREAD,
    Column,
    Facts,
    is_sure,
)
from matching.vocabulary.forms import OPEN, open_id

if TYPE_CHECKING:
    from matching.vocabulary import Vocabulary

MOST_NAMES = 3
NOT_MET, UNKNOWN, MET = 0, 1, 2
VERDICTS = (Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.MET)

Verdicts = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Rule:
    """One hard condition of one demand: how people call it, and the verdict of each row on the start day.

    A rule that only advises (`removes` False) never takes anybody out of a list: it is met or has to be verified.
    """

    key: str
    label_zh: str
    label_en: str
    evaluate: Callable[[Facts, int], Verdicts]
    exclude_unknown: bool = False
    source: str | None = None
    removes: bool = True


def alternatives(requirements: Sequence[Requirement]) -> list[list[int]]:
    """Group the positions of requirements that are alternatives of each other, in their order.

    Alternatives share an `any_of` name, or are all majors or all rungs of education that a demand names; they are of
    one kind and either all musts or all soft. Scoring and rules both group by this.
    """
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, asked in enumerate(requirements):
        kind = Kind.CERTIFICATE if asked.kind in CERTIFICATE_KINDS else asked.kind
        hard = asked.importance is Importance.MUST
        if asked.any_of:
            name: tuple[object, ...] = ("any_of", kind, hard, asked.any_of)
        elif kind in (Kind.MAJOR, Kind.EDUCATION):
            name = ("all", kind, hard)
        else:
            name = ("one", number)
        groups.setdefault(name, []).append(number)
    return list(groups.values())


def musts_of(demand: Demand, vocabulary: Vocabulary) -> tuple[Rule, ...]:
    """Compile the musts of a linked demand: alternatives are one rule, one that is written twice counts once."""
    rules: dict[str, Rule] = {}
    for numbers in alternatives(demand.requirements):
        group = [demand.requirements[number] for number in numbers]
        if group[0].importance is Importance.MUST:
            rule = _must(group, vocabulary)
            before = rules.get(rule.key)
            strict = rule.exclude_unknown or (before is not None and before.exclude_unknown)
            rules[rule.key] = replace(rule, exclude_unknown=strict)
    return tuple(rules.values())


def _must(group: Sequence[Requirement], vocabulary: Vocabulary) -> Rule:
    judges = [_judge(requirement, vocabulary) for requirement in group]

    def evaluate(facts: Facts, day: int) -> Verdicts:
        verdict = judges[0](facts, day)
        for judge in judges[1:]:
            verdict = np.maximum(verdict, judge(facts, day))
        return verdict

    exclude = any(requirement.exclude_unknown for requirement in group)
    label_zh = " 或 ".join(dict.fromkeys(requirement_label(requirement, "zh") for requirement in group))
    label_en = " or ".join(dict.fromkeys(english_label(requirement, vocabulary) for requirement in group))
    return Rule(f"{group[0].kind}:{label_zh}", label_zh, label_en, evaluate, exclude)


def english_label(requirement: Requirement, vocabulary: Vocabulary) -> str:
    """Give a requirement in English by the names of the concepts that its label is read as, `A / B` where several."""
    shown, link = requirement_label(requirement, "en"), requirement.link
    if requirement.label.isascii() or not is_sure(link) or link is None:
        return shown
    concepts = [vocabulary.concepts.get(concept) for concept in link.concepts]
    names = list(dict.fromkeys(concept.en if concept is not None else "" for concept in concepts))
    if not 0 < len(names) <= MOST_NAMES or "" in names:
        return shown
    grade = f" grade {6 - link.level}" if link.level and link.concepts[0].startswith("trade:") else ""
    return f"{names[0]}{grade}" if grade else shown.replace(requirement.label, " / ".join(names))


def requirement_label(requirement: Requirement, lang: str) -> str:
    """Give a requirement as people write it: `氩弧焊 2级`, `车工 三级以上`, `高职专科及以上`."""
    level, label = requirement.level, requirement.label
    if requirement.kind is Kind.EDUCATION:
        return f"{label}及以上" if lang == "zh" else f"{label} or above"
    if level is None:
        return label
    if requirement.kind in CERTIFICATE_KINDS:
        ladder = "五四三二一"[level - 1]
        has_ladder = any(f"{rung}级" in label for rung in "五四三二一")
        return label if has_ladder else (f"{label} {ladder}级" if lang == "zh" else f"{label} grade {6 - level}")
    return f"{label} {level}级" if lang == "zh" else f"{label} level {level}"


def _judge(requirement: Requirement, vocabulary: Vocabulary) -> Callable[[Facts, int], Verdicts]:
    link = requirement.link
    sure = is_sure(link)
    read = link.concepts if link is not None else ()
    concepts = read if sure else (open_id(requirement.label),)
    possible = tuple(MAYBE + concept for concept in read) if sure else (*read, UNREAD)
    if requirement.kind is Kind.EDUCATION:
        floor = min((vocabulary.education_rank(concept) for concept in concepts), default=0) if sure else None
        return lambda facts, day: _at_least(facts.education, floor)
    if requirement.kind is Kind.MAJOR:
        accepted = frozenset(concepts).union(*(vocabulary.satisfied_by(concept) for concept in concepts))
        return lambda facts, day: _one_of(facts.major, accepted, sure)
    if requirement.kind is Kind.SKILL:
        wider = frozenset().union(*(vocabulary.satisfied_by(concept) for concept in concepts)) - set(concepts)
        return lambda facts, day: _skill(facts, concepts, wider, requirement.level or 1, day)
    if requirement.kind in CERTIFICATE_KINDS:
        covering = frozenset(concepts).union(*(vocabulary.satisfied_by(concept) for concept in concepts))
        above = tuple(wider for c in concepts if c in vocabulary.concepts for wider in vocabulary.concepts[c].broader)
        level = link.level if link is not None else requirement.level
        return lambda facts, day: _certificate(facts, covering, (*possible, *above), level, day)
    return lambda facts, day: np.full(facts.size, UNKNOWN, dtype=np.int8)


def _at_least(ranks: Column, floor: int | None) -> Verdicts:
    verdict = np.full(len(ranks), UNKNOWN, dtype=np.int8)
    if floor is not None:
        known = ranks >= 0
        verdict[known] = np.where(ranks[known] >= floor, MET, NOT_MET)
    return verdict


def _one_of(values: NDArray[np.str_], accepted: frozenset[str], sure: bool) -> Verdicts:
    """An equal or accepted name is met; another one that is surely read is not, if what is asked is surely read too."""
    verdict = np.full(len(values), UNKNOWN, dtype=np.int8)
    if sure:
        verdict[(values != "") & ~np.char.startswith(values, OPEN)] = NOT_MET
    verdict[np.isin(values, sorted(accepted))] = MET
    return verdict


def _skill(facts: Facts, concepts: Sequence[str], wider: frozenset[str], level: int, day: int) -> Verdicts:
    """A claim of the very skill decides both ways; one of a narrower skill can only fulfil; silence is unknown.

    A claim without a level fulfils level 1 and leaves a higher one unknown; an unsure reading of a label decides
    nothing.
    """
    verdict = np.full(facts.size, UNKNOWN, dtype=np.int8)
    entries = facts.skills
    undecided: list[Column] = []
    met: list[Column] = []
    for concept in (*concepts, *sorted(wider)):
        span = entries.of(concept)
        rows, in_time = entries.row[span], entries.first[span] <= day
        unlevelled = entries.level[span] == UNLEVELLED
        holds = in_time & np.where(unlevelled, level <= 1, entries.level[span] >= level)
        met.append(rows[holds])
        undecided.append(rows[in_time & unlevelled])
        if concept not in wider:
            verdict[rows[~holds]] = NOT_MET
    for value, groups in ((UNKNOWN, undecided), (MET, met)):
        for rows in groups:
            verdict[rows] = value
    return verdict


def _certificate(
    facts: Facts, covering: frozenset[str], possible: Sequence[str], level: int | None, day: int
) -> Verdicts:
    """Held, high enough and valid on the day: met; recorded without it: not met.

    Unknown where certificates are not recorded, or a valid one has no recorded level, names no trade, or may be the one
    (an unsure or ambiguous name, a more general permit).
    """
    verdict = np.where(facts.certificates_known, NOT_MET, UNKNOWN).astype(np.int8)
    entries = facts.certificates
    trade = any(concept.startswith("trade:") and concept != ANY_TRADE for concept in covering)
    fulfilling = [*sorted(covering), *(name for name in entries.names if _all_in(name, covering))]
    for concept in covering:
        verdict[entries.row[entries.of(concept)]] = NOT_MET
    for concept in (*fulfilling, *possible, *((SOME_TRADE,) if trade else ())):
        span = entries.of(concept)
        rows = entries.row[span]
        valid = (entries.first[span] <= day) & (day <= entries.last[span])
        enough = np.ones_like(valid) if level is None else entries.level[span] >= level
        unlevelled = (entries.level[span] == UNLEVELLED) & (level is not None)
        if concept in fulfilling:
            np.maximum.at(verdict, rows[valid & enough], np.int8(MET))
            np.maximum.at(verdict, rows[valid & unlevelled], np.int8(UNKNOWN))
        else:
            np.maximum.at(verdict, rows[valid & (enough | unlevelled)], np.int8(UNKNOWN))
    return verdict


def _all_in(name: str, covering: frozenset[str]) -> bool:
    """Tell whether an ambiguous certificate fulfils the demand whichever of its meanings is the right one."""
    return name.startswith(ONE_OF) and covering.issuperset(name.removeprefix(ONE_OF).split(JOINT))
