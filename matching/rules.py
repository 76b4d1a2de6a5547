"""Hard requirements and legal limits: one meaning, computed as columns over many profiles or over a single one.

A must never trades against points. `Facts` holds what rules may look at as arrays; a `Rule` turns facts and the
demand's start date into one verdict per row (NOT_MET 0 < UNKNOWN 1 < MET 2), so that alternatives combine by maximum.
`Filter` is all rules of one demand: rows with a verdict of NOT_MET leave the list, and each rule says how many it
removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matching.domain import (
    AutomatedDecision,
    CertificateClaim,
    Demand,
    Importance,
    Kind,
    Link,
    Profile,
    Requirement,
    SkillClaim,
    Verdict,
)

if TYPE_CHECKING:
    from matching.vocabulary import Vocabulary

NOT_MET, UNKNOWN, MET = 0, 1, 2
VERDICTS = (Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.MET)
CERTIFICATE_KINDS = frozenset({Kind.CERTIFICATE, Kind.LANGUAGE, Kind.LICENCE})
FOREVER = 2**30
ANY_TRADE, SOME_TRADE = "trade:*", "trade:?"
MAYBE, UNREAD = "maybe:", "unread:*"
UNLEVELLED = -1

Verdicts = NDArray[np.int8]
Column = NDArray[np.int32]


def open_id(label: str) -> str:
    """Name the made-up concept of a label that the vocabulary does not (surely) know; the same label, the same name."""
    return "open:" + "".join(label.casefold().split())


def day_number(day: date | None, default: int) -> int:
    """Turn a date into days since year 1, or give the default where none is recorded."""
    return default if day is None else day.toordinal()


@dataclass(frozen=True, slots=True)
class Entries:
    """Claims of many profiles as columns sorted by concept: row, level, first and last day on which the claim holds."""

    names: Mapping[str, int]
    starts: NDArray[np.int64]
    row: Column
    level: Column
    first: Column
    last: Column

    @classmethod
    def build(cls, claims: Iterable[tuple[str, int, int, int, int]]) -> Entries:
        """Sort (concept, row, level, first day, last day) tuples into columns."""
        ordered = sorted(claims)
        names: dict[str, int] = {}
        counts: list[int] = []
        for concept, *_ in ordered:
            if concept not in names:
                names[concept] = len(names)
                counts.append(0)
            counts[names[concept]] += 1
        table = np.array([claim[1:] for claim in ordered], dtype=np.int32).reshape(len(ordered), 4)
        starts = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)
        return cls(names, starts, table[:, 0], table[:, 1], table[:, 2], table[:, 3])

    def of(self, concept: str) -> slice:
        """Give the slice of entries that name the concept (empty where there is none)."""
        number = self.names.get(concept)
        return slice(0, 0) if number is None else slice(int(self.starts[number]), int(self.starts[number + 1]))


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules may look at, as arrays over profiles; -1 means "not recorded" in `education` and an empty `major`."""

    size: int
    education: Column
    major: NDArray[np.str_]
    certificates_known: NDArray[np.bool_]
    skills: Entries
    certificates: Entries
    sixteen: Column
    eighteen: Column
    seeking: NDArray[np.bool_]
    refused: NDArray[np.bool_]

    @classmethod
    def build(cls, profiles: Sequence[Profile], vocabulary: Vocabulary) -> Facts:
        """Read the facts of linked profiles, in their order."""
        ranks = [
            max((vocabulary.education_rank(rung) for rung in p.links.get("education", ())), default=-1)
            for p in profiles
        ]
        return cls(
            size=len(profiles),
            education=np.array(ranks, dtype=np.int32),
            major=np.array([next(iter(p.links.get("major", ())), "") for p in profiles], dtype=np.str_),
            certificates_known=np.array([p.certificates is not None for p in profiles], dtype=bool),
            skills=Entries.build(_skill_claims(profiles)),
            certificates=Entries.build(_certificate_claims(profiles)),
            sixteen=np.array([day_number(p.turns_16_on, 0) for p in profiles], dtype=np.int32),
            eighteen=np.array([day_number(p.turns_18_on, 0) for p in profiles], dtype=np.int32),
            seeking=np.array([p.intent.seeking for p in profiles], dtype=bool),
            refused=np.array([p.automated_decision is AutomatedDecision.REFUSE for p in profiles], dtype=bool),
        )


def _skill_claims(profiles: Sequence[Profile]) -> Iterable[tuple[str, int, int, int, int]]:
    for row, profile in enumerate(profiles):
        for claim in profile.skills:
            level = UNLEVELLED if claim.level is None else claim.level
            for concept in _named(claim):
                yield concept, row, level, day_number(claim.available_on, 0), FOREVER


def _certificate_claims(profiles: Sequence[Profile]) -> Iterable[tuple[str, int, int, int, int]]:
    for row, profile in enumerate(profiles):
        for claim in profile.all_certificates:
            level = claim.level if claim.level is not None else (claim.link.level if claim.link else None)
            first, last = day_number(claim.issued_on, 0), day_number(claim.valid_until, FOREVER)
            for concept in _with_any_trade(_named(claim)):
                yield concept, row, UNLEVELLED if level is None else level, first, last


def is_sure(link: Link | None) -> bool:
    """Tell whether a label was read beyond doubt; only then may it decide a hard condition.

    A trade is known by its name, also one that the vocabulary does not list.
    """
    named = link is not None and (not link.open or all(concept.startswith("trade:") for concept in link.concepts))
    return link is not None and link.credit >= 1.0 and named


def _named(claim: SkillClaim | CertificateClaim) -> Sequence[str]:
    """Give what a claim surely stands for; of an unsure reading the very label, and its concepts marked as possible."""
    if claim.link is None:
        return (open_id(claim.label),)
    if is_sure(claim.link):
        return claim.link.concepts
    return (open_id(claim.label), UNREAD, *(MAYBE + concept for concept in claim.link.concepts))


def _with_any_trade(concepts: Sequence[str]) -> Sequence[str]:
    """Let a certificate of one trade also answer "any trade", and mark the one that names no trade."""
    if not any(concept.startswith("trade:") for concept in concepts):
        return concepts
    named = [concept for concept in concepts if concept != ANY_TRADE]
    return (*named, ANY_TRADE) if named else (ANY_TRADE, SOME_TRADE)


@dataclass(frozen=True, slots=True)
class Rule:
    """One hard condition of one demand: how people call it, and the verdict of each row on the start day."""

    key: str
    label_zh: str
    label_en: str
    evaluate: Callable[[Facts, int], Verdicts]
    exclude_unknown: bool = False
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a filter says of each row: allowed to be ranked, listed unscored, and the verdicts (rules x rows)."""

    ranked: NDArray[np.bool_]
    unscored: NDArray[np.bool_]
    verdicts: Verdicts
    removed: dict[str, int]


@dataclass(frozen=True, slots=True)
class Filter:
    """All hard conditions of one demand, with the day on which they are judged."""

    rules: tuple[Rule, ...]
    day: int

    def apply(self, facts: Facts, live: NDArray[np.bool_] | None = None) -> Outcome:
        """Judge every row; `removed` counts, per rule and for the intent, the live rows that it alone would remove."""
        present = np.ones(facts.size, dtype=bool) if live is None else live
        candidates = present & facts.seeking
        verdicts = np.full((len(self.rules), facts.size), MET, dtype=np.int8)
        removed = {"intent": int(np.count_nonzero(present & ~facts.seeking))}
        allowed = candidates
        for number, rule in enumerate(self.rules):
            verdicts[number] = rule.evaluate(facts, self.day)
            fails = verdicts[number] < (MET if rule.exclude_unknown else UNKNOWN)
            removed[rule.key] = int(np.count_nonzero(candidates & fails))
            allowed = allowed & ~fails
        return Outcome(allowed & ~facts.refused, allowed & facts.refused, verdicts, removed)


def filter_of(demand: Demand, vocabulary: Vocabulary, day: int) -> Filter:
    """Compile the musts of a linked demand and the legal limits of its kind; musts that share `any_of` are one rule."""
    grouped: dict[str, list[Requirement]] = {}
    for number, requirement in enumerate(demand.requirements):
        if requirement.importance is Importance.MUST:
            grouped.setdefault(requirement.any_of or f"#{number}", []).append(requirement)
    rules = [_must(alternatives, vocabulary) for alternatives in grouped.values()]
    return Filter((*_unique(rules), AGE_16), day)


def _unique(rules: Sequence[Rule]) -> Sequence[Rule]:
    """Keep one rule per key, so that a must written twice is counted once."""
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


def _sixteen(facts: Facts, day: int) -> Verdicts:
    return np.where(facts.sixteen <= day, MET, NOT_MET).astype(np.int8)


AGE_16 = Rule(
    key="age_16",
    label_zh="到岗时年满16周岁",
    label_en="16 years old on the start date",
    evaluate=_sixteen,
    source="中华人民共和国劳动法 第十五条；职业学校学生实习管理规定（2021）",
)
