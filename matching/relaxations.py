"""How many more students a demand would reach if one of its musts were a little softer: exact, without ranking.

    for change in engine.relaxations("D001"):
        print(change.text("zh"))            # 接受五级（焊工四级）：+37

A relaxation changes one must: accept one level less, one rung of education less, one more major, what is not yet
verified, or drop it. Its gain is counted from the verdicts of all profiles: the number of ranked and unscored students
with the change less the number without.

A permit that the law asks for (特种作业操作证, 特种设备作业人员证, a driving licence) is never dropped or lowered here:
nobody may do the work without it, so the gain would be students whom the post can't take, and a proposal of ours
would look like leave to do so. Only what is not yet verified may be accepted, because a person then checks the paper.
Where an alternative that is no permit fulfils the must as well, the employer has said that it goes without.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from matching.domain import Demand, Importance, Kind, Requirement
from matching.rules import (
    MET,
    UNKNOWN,
    Facts,
    Rule,
    Verdicts,
    alternatives,
    english_label,
    filter_of,
    is_sure,
    musts_of,
    requirement_label,
)

if TYPE_CHECKING:
    from matching.vocabulary import Vocabulary

Block = tuple[Facts, NDArray[np.bool_]]
Columns = tuple[Verdicts, ...]

GRADES = "五四三二一"
PERMIT_TYPES = frozenset({"safety", "special_equipment", "driving", "aviation"})
"""Types of certificates (`data/vocabulary/certificates.csv`) without which the law forbids the work."""
PERMITS = frozenset({"cert:so_any", "cert:se_any", "cert:nurse", "cert:teacher"})
PERMIT_WORDS = ("操作证", "作业证", "上岗证", "驾照", "驾驶证", "作业人员证", "执业证")
"""What a certificate that the vocabulary doesn't have is called when it is a permit."""
RUNGS = ("初中", "中职", "高职专科", "本科", "硕士", "博士")
SMALLNESS = ("level", "unknown", "education", "major", "drop")
"""The kinds of change from the smallest to the largest; of equal gains the smaller change stands first."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One change of one must and what it would bring.

    `change` is one of SMALLNESS, `must` the must as people call it, `label_*` the change in words, `gain` how many more
    students would be in the list, `requirements` those of the changed demand.
    """

    change: str
    must: str
    label_zh: str
    label_en: str
    gain: int
    requirements: tuple[Requirement, ...]

    def text(self, lang: str = "zh") -> str:
        """Say it in one phrase: `接受五级（焊工四级）：+37`."""
        return f"{self.label_zh}：+{self.gain}" if lang == "zh" else f"{self.label_en}: +{self.gain}"

    def applied_to(self, demand: Demand) -> Demand:
        """Give the demand with this one change."""
        return replace(demand, requirements=self.requirements)

    def as_dict(self) -> dict[str, Any]:
        """Give the change as plain values for JSON."""
        names = ("change", "must", "label_zh", "label_en", "gain")
        return {name: getattr(self, name) for name in names} | {"text_zh": self.text("zh"), "text_en": self.text("en")}


def relaxations(
    demand: Demand, vocabulary: Vocabulary, day: int, blocks: Sequence[Block], n: int = 5
) -> tuple[Relaxation, ...]:
    """Give the n single changes of a linked demand that bring most, most first; changes that bring nobody are left out.

    day : the start day on which musts are judged. blocks : facts of all profiles with the mask of those still held.
    Of equal gains the smaller change stands first, then the must that is written first.
    """
    crowd = _Crowd(vocabulary, day, blocks)
    before = crowd.count(demand)
    found: list[Relaxation] = []
    for numbers in alternatives(demand.requirements):
        if demand.requirements[numbers[0]].importance is Importance.MUST:
            for change in _changes(demand, numbers, vocabulary):
                after = crowd.count(vocabulary.link_demand(change.applied_to(demand)))
                found.append(replace(change, gain=after - before))
            if demand.requirements[numbers[0]].kind is Kind.MAJOR:
                found.extend(crowd.more_majors(demand, numbers))
    useful = [change for change in found if change.gain > 0]
    return tuple(sorted(useful, key=lambda change: (-change.gain, SMALLNESS.index(change.change)))[:n])


def reach(demand: Demand, vocabulary: Vocabulary, day: int, blocks: Sequence[Block]) -> int:
    """Count the profiles that a linked demand lets into its list, ranked or unscored; day and blocks as above."""
    return _Crowd(vocabulary, day, blocks).count(demand)


class _Crowd:
    """All profiles of an engine, judged by the musts of one demand and its variants; each verdict is made once."""

    def __init__(self, vocabulary: Vocabulary, day: int, blocks: Sequence[Block]) -> None:
        self._vocabulary = vocabulary
        self._day = day
        self._blocks = blocks
        self._seeking = [facts.seeking & live for facts, live in blocks]
        self._known: dict[str, Columns] = {}

    def count(self, demand: Demand) -> int:
        """Count the profiles that a linked demand lets into its list, ranked or unscored."""
        allowed = self._allowed(self._rules(demand))
        return sum(int(np.count_nonzero(rows)) for rows in allowed)

    def more_majors(self, demand: Demand, numbers: Sequence[int]) -> Iterator[Relaxation]:
        """Try every major of those whom only this must on majors removes as one more alternative."""
        group = [demand.requirements[number] for number in numbers]
        (own,) = musts_of(replace(demand, requirements=tuple(group)), self._vocabulary)
        others = [rule for rule in self._rules(demand) if rule.key != own.key]
        failing = [
            facts.major[rows & ~passing]
            for (facts, _), rows, passing in zip(self._blocks, self._allowed(others), self._allowed([own]), strict=True)
        ]
        majors, counts = np.unique(np.concatenate([np.empty(0, dtype=np.str_), *failing]), return_counts=True)
        columns = replace(self._blocks[0][0], size=len(majors), major=majors) if self._blocks else None
        for major in majors.tolist():
            concept = self._vocabulary.concepts.get(major)
            if concept is None or columns is None:
                continue
            more = replace(group[0], label=concept.zh or concept.en, link=None, level=None)
            changed = self._vocabulary.link_demand(replace(demand, requirements=(*group, more)))
            if not is_sure(changed.requirements[-1].link):
                continue
            (rule,) = musts_of(changed, self._vocabulary)
            passes = _passes(rule, rule.evaluate(columns, self._day))
            yield Relaxation(
                "major",
                _called(group),
                f"接受{concept.name('zh')}专业",
                f"accept {concept.name('en')} as a major",
                int(counts[passes].sum()),
                _with(demand, numbers[-1], [group[-1], more]),
            )

    def _rules(self, demand: Demand) -> list[Rule]:
        return [rule for rule in filter_of(demand, self._vocabulary, self._day).rules if rule.removes]

    def _allowed(self, rules: Iterable[Rule]) -> list[NDArray[np.bool_]]:
        allowed = list(self._seeking)
        for rule in rules:
            allowed = [rows & _passes(rule, column) for rows, column in zip(allowed, self._columns(rule), strict=True)]
        return allowed

    def _columns(self, rule: Rule) -> Columns:
        """Judge all profiles by a rule; rules of one key differ at most in what becomes of unknown."""
        if rule.key not in self._known:
            self._known[rule.key] = tuple(rule.evaluate(facts, self._day) for facts, _ in self._blocks)
        return self._known[rule.key]


def is_permit(requirement: Requirement, vocabulary: Vocabulary) -> bool:
    """Tell whether a linked requirement is, or may be, a permit without which the law forbids the work.

    焊工证 may be one. An unread label is one where its kind is `licence` or its words say so (起重司索作业证).
    """
    if requirement.kind is Kind.LICENCE:
        return True
    link = requirement.link
    if link is None or link.open:
        return requirement.kind is Kind.CERTIFICATE and any(word in requirement.label for word in PERMIT_WORDS)
    found = [vocabulary.concepts[concept] for concept in link.concepts if concept in vocabulary.concepts]
    return any(one.id in PERMITS or one.attributes.get("type") in PERMIT_TYPES for one in found)


def _passes(rule: Rule, verdicts: Verdicts) -> NDArray[np.bool_]:
    passes: NDArray[np.bool_] = verdicts >= (MET if rule.exclude_unknown else UNKNOWN)
    return passes


def _changes(demand: Demand, numbers: Sequence[int], vocabulary: Vocabulary) -> Iterator[Relaxation]:
    """Propose the changes of one must, whose alternatives are at `numbers`; gains are not counted yet."""
    group = [demand.requirements[number] for number in numbers]
    name = _called(group)
    needed = all(is_permit(requirement, vocabulary) for requirement in group)
    if not needed:
        kept = tuple(r for number, r in enumerate(demand.requirements) if number not in numbers)
        yield Relaxation("drop", name, f"不再要求{name}", f"drop {_english(group, vocabulary)}", 0, kept)
    if any(requirement.exclude_unknown for requirement in group):
        open_minded = tuple(
            replace(r, exclude_unknown=False) if number in numbers else r
            for number, r in enumerate(demand.requirements)
        )
        english = f"accept not yet verified ({_english(group, vocabulary)})"
        yield Relaxation("unknown", name, f"接受待核实（{name}）", english, 0, open_minded)
    for number in () if needed else numbers:
        softer = _softer(demand, number, vocabulary)
        if softer is not None:
            kind, zh, en, requirement = softer
            yield Relaxation(kind, name, zh, en, 0, _with(demand, number, [requirement]))


def _softer(demand: Demand, number: int, vocabulary: Vocabulary) -> tuple[str, str, str, Requirement] | None:
    """Ask for one level or rung less; None where there is none below or the label was not surely read."""
    asked = demand.requirements[number]
    zh, en = requirement_label(asked, "zh"), english_label(asked, vocabulary)
    if asked.kind is Kind.SKILL:
        if asked.level is None or asked.level < 2:
            return None
        lower = asked.level - 1
        return "level", f"接受{lower}级（{zh}）", f"accept level {lower} ({en})", replace(asked, level=lower)
    if not is_sure(asked.link) or asked.link is None:
        return None
    if asked.kind is Kind.EDUCATION:
        rung = _rung_below(asked, vocabulary)
        changed = None if rung is None else replace(asked, label=rung, link=None)
        return None if changed is None else ("education", f"接受{rung}（{zh}）", f"accept {rung} ({en})", changed)
    level = asked.link.level if asked.link.level is not None else asked.level
    if asked.kind is Kind.MAJOR or level is None or level < 2:
        return None
    grade = f"{GRADES[level - 2]}级"
    for changed in _graded(asked, level, grade):
        read = vocabulary.link_demand(replace(demand, requirements=(changed,))).requirements
        link = read[0].link if read else None
        same = link is not None and link.concepts == asked.link.concepts
        if same and link is not None and (link.level or changed.level) == level - 1 and is_sure(link):
            return "level", f"接受{grade}（{zh}）", f"accept {grade} ({en})", changed
    return None


def _graded(asked: Requirement, level: int, grade: str) -> Iterator[Requirement]:
    """Write a certificate of the skill ladder with the grade below, in the ways in which it may be written."""
    if asked.level is not None:
        yield replace(asked, level=asked.level - 1, link=None)
    label = asked.label.replace(f"{GRADES[level - 1]}级", grade)
    yield replace(asked, label=label, level=None, link=None)
    for concept in asked.link.concepts if asked.link else ():
        trade = concept.partition(":")[2]
        yield replace(asked, label=f"{trade}{grade}" if trade.isalnum() else f"{grade}工", level=None, link=None)


def _rung_below(asked: Requirement, vocabulary: Vocabulary) -> str | None:
    floor = min((vocabulary.education_rank(concept) for concept in asked.link.concepts), default=0) if asked.link else 0
    return RUNGS[floor - 1] if 0 < floor < len(RUNGS) else None


def _with(demand: Demand, number: int, instead: Sequence[Requirement]) -> tuple[Requirement, ...]:
    """Put other requirements in the place of one."""
    return (*demand.requirements[:number], *instead, *demand.requirements[number + 1 :])


def _called(group: Sequence[Requirement]) -> str:
    return " 或 ".join(dict.fromkeys(requirement_label(requirement, "zh") for requirement in group))


def _english(group: Sequence[Requirement], vocabulary: Vocabulary) -> str:
    return " or ".join(dict.fromkeys(english_label(requirement, vocabulary) for requirement in group))
