"""The hard conditions of one demand: each must as a rule that gives a verdict per profile.

A must never trades against points. Verdicts are integers, NOT_MET 0 < UNKNOWN 1 < MET 2, so that alternatives combine
by maximum.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matching.domain import Demand, Importance, Kind, Requirement, Verdict
from matching.rules.facts import (
    ANY_TRADE,
    CERTIFICATE_KINDS,
    MAYBE,
    SOME_TRADE,
    UNLEVELLED,
    UNREAD,
    Column,
    Facts,
    is_sure,
    open_id,
)

if TYPE_CHECKING:
    from matching.vocabulary import Vocabulary

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


def musts_of(demand: Demand, vocabulary: Vocabulary) -> tuple[Rule, ...]:
    """Compile the musts of a linked demand; musts that share `any_of` are one rule, one written twice counts once."""
    grouped: dict[str, list[Requirement]] = {}
    for number, requirement in enumerate(demand.requirements):
        if requirement.importance is Importance.MUST:
            grouped.setdefault(requirement.any_of or f"#{number}", []).append(requirement)
    rules = [_must(alternatives, vocabulary) for alternatives in grouped.values()]
    return tuple({rule.key: rule for rule in rules}.values())


def _must(alternatives: Sequence[Requirement], vocabulary: Vocabulary) -> Rule:
    judges = [_judge(requirement, vocabulary) for requirement in alternatives]

    def evaluate(facts: Facts, day: int) -> Verdicts:
        verdict = judges[0](facts, day)
        for judge in judges[1:]:
            verdict = np.maximum(verdict, judge(facts, day))
        return verdict

    exclude = any(requirement.exclude_unknown for requirement in alternatives)
    label_zh = " 或 ".join(requirement_label(requirement, "zh") for requirement in alternatives)
    label_en = " or ".join(requirement_label(requirement, "en") for requirement in alternatives)
    return Rule(label_zh, label_zh, label_en, evaluate, exclude)


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
    level = requirement.level if requirement.level is not None or link is None else link.level
    if requirement.kind is Kind.EDUCATION:
        floor = min((vocabulary.education_rank(concept) for concept in concepts), default=0) if sure else None
        return lambda facts, day: _at_least(facts.education, floor)
    if requirement.kind is Kind.MAJOR:
        accepted = frozenset().union(*(vocabulary.satisfied_by(concept) for concept in concepts))
        return lambda facts, day: _one_of(facts.major, accepted if sure else None)
    if requirement.kind is Kind.SKILL:
        wider = frozenset().union(*(vocabulary.satisfied_by(concept) for concept in concepts)) - set(concepts)
        return lambda facts, day: _skill(facts, concepts, wider, level or 1, day)
    if requirement.kind in CERTIFICATE_KINDS:
        covering = frozenset().union(*(vocabulary.satisfied_by(concept) for concept in concepts)) | set(concepts)
        return lambda facts, day: _certificate(facts, covering, possible, level, day)
    return lambda facts, day: np.full(facts.size, UNKNOWN, dtype=np.int8)


def _at_least(ranks: Column, floor: int | None) -> Verdicts:
    verdict = np.full(len(ranks), UNKNOWN, dtype=np.int8)
    if floor is not None:
        known = ranks >= 0
        verdict[known] = np.where(ranks[known] >= floor, MET, NOT_MET)
    return verdict


def _one_of(values: NDArray[np.str_], accepted: frozenset[str] | None) -> Verdicts:
    verdict = np.full(len(values), UNKNOWN, dtype=np.int8)
    if accepted is not None:
        known = (values != "") & ~np.char.startswith(values, "open:")
        verdict[known] = np.where(np.isin(values[known], sorted(accepted)), MET, NOT_MET)
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

    Unknown where certificates are not recorded, or a valid one has no recorded level, names no trade, or may be the
    one.
    """
    verdict = np.where(facts.certificates_known, NOT_MET, UNKNOWN).astype(np.int8)
    entries = facts.certificates
    trade = any(concept.startswith("trade:") and concept != ANY_TRADE for concept in covering)
    doubtful = (*possible, SOME_TRADE) if trade else possible
    for concept in covering:
        span = entries.of(concept)
        verdict[entries.row[span]] = NOT_MET
    for concept in (*sorted(covering), *doubtful):
        span = entries.of(concept)
        rows = entries.row[span]
        valid = (entries.first[span] <= day) & (day <= entries.last[span])
        enough = np.ones_like(valid) if level is None else entries.level[span] >= level
        unlevelled = entries.level[span] == UNLEVELLED
        if concept in covering:
            np.maximum.at(verdict, rows[valid & enough], np.int8(MET))
            np.maximum.at(verdict, rows[valid & unlevelled & (level is not None)], np.int8(UNKNOWN))
        else:
            np.maximum.at(verdict, rows[valid & (enough | unlevelled)], np.int8(UNKNOWN))
    return verdict
