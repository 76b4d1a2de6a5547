"""One pair taken apart: parts that sum to the score, each requirement's standing with its evidence, in zh and en.

The numbers come from the same index code that ranked the pair, run on this one profile, so they are the computation
itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any

from matching.domain import CertificateClaim, Demand, Importance, Kind, Mention, Profile, SkillClaim, Verdict
from matching.index import LocalIndex
from matching.rules import VERDICTS, Facts, Filter, requirement_label
from matching.score import PART_NAMES, PARTS, SCORE_ONE, VALUE_ONE, Integers
from matching.vectorize import IMPLIED, OCCUPATION, TEXT, Group, Query, Vector, Vectorizer
from matching.vectorize import terms as texts

TERMS_SHOWN = 6
NEARLY_ALL = 0.98


class Standing(StrEnum):
    """How a profile stands to one thing that is asked; `to_verify` is a must that nothing recorded decides."""

    HAS = "has"
    WILL_HAVE = "will_have"
    PARTLY = "partly"
    EXPECTED = "expected"
    TO_VERIFY = "to_verify"
    MISSING = "missing"


STANDING_NAMES = {
    Standing.HAS: ("已具备", "Has"),
    Standing.WILL_HAVE: ("将具备（到岗时）", "Will have by the start"),
    Standing.PARTLY: ("部分具备", "Partly"),
    Standing.EXPECTED: ("预计（同专业通常会，本人未说明）", "Expected from the major, not stated"),
    Standing.TO_VERIFY: ("待核实", "To be verified"),
    Standing.MISSING: ("缺少", "Missing"),
}
VERDICT_NAMES = {
    Verdict.MET: ("符合", "met"),
    Verdict.UNKNOWN: ("待核实", "to be verified"),
    Verdict.NOT_MET: ("不符合", "not met"),
}
SOURCE_NAMES = {
    "verified": ("已核验", "verified"),
    "course": ("课程", "course"),
    "claimed": ("本人填写", "stated"),
    "certificate": ("证书", "certificate"),
    "text": ("自述", "own words"),
    "major": ("专业", "major"),
    "education": ("学历", "education"),
    "occupation": ("实践岗位", "practice"),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """The phrase that says so, what kind of source it is, and where it stands.

    `start` and `end` are characters of the profile's own text, None for fields.
    """

    source: str
    phrase: str
    note_zh: str = ""
    note_en: str = ""
    start: int | None = None
    end: int | None = None

    def text(self, lang: str) -> str:
        """Give the evidence as `课程「TIG焊」2级`."""
        zh = lang == "zh"
        name = SOURCE_NAMES[self.source][0 if zh else 1]
        note = self.note_zh if zh else self.note_en
        return f"{name}「{self.phrase}」{note}" if zh else f'{name} "{self.phrase}"{note and " " + note}'


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that is asked.

    How it is called, its part, points (of SCORE_ONE) earned and possible, standing, evidence.
    """

    label_zh: str
    label_en: str
    part: str
    points: int
    possible: int
    standing: Standing
    evidence: tuple[Evidence, ...] = ()

    def text(self, lang: str) -> str:
        """Give label and evidence in one phrase."""
        zh = lang == "zh"
        label = self.label_zh if zh else self.label_en
        if not self.evidence:
            return label
        proof = ("、" if zh else ", ").join(item.text(lang) for item in self.evidence)
        return f"{label}（{proof}）" if zh else f"{label} ({proof})"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a pair scores what it scores; `parts` sum to `score` exactly (integers of SCORE_ONE)."""

    demand: str
    profile: str
    title: str
    score: int
    parts: Mapping[str, int]
    reasons: tuple[Reason, ...]
    verdicts: tuple[tuple[str, str, Verdict, str | None], ...]
    wording: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]

    def standing(self, standing: Standing) -> tuple[Reason, ...]:
        """Give the reasons of one standing, most points first."""
        chosen = [reason for reason in self.reasons if reason.standing is standing]
        return tuple(sorted(chosen, key=lambda reason: -reason.possible))

    def labels(self, *standings: Standing, lang: str = "zh") -> tuple[str, ...]:
        """Give only the labels of what stands so (for a table's cell)."""
        reasons = [reason for standing in standings for reason in self.standing(standing)]
        return tuple(reason.label_zh if lang == "zh" else reason.label_en for reason in reasons)

    def to_verify(self, lang: str = "zh") -> tuple[str, ...]:
        """Give the hard conditions whose verdict is unknown (待核实)."""
        return tuple(zh if lang == "zh" else en for zh, en, verdict, _ in self.verdicts if verdict is Verdict.UNKNOWN)

    def text(self, lang: str = "zh") -> str:
        """Write the explanation as lines that a person can read aloud."""
        zh = lang == "zh"
        side = 0 if zh else 1
        parts = " + ".join(
            f"{PART_NAMES[part][side]} {points / SCORE_ONE:.3f}" for part, points in self.parts.items() if points
        )
        lines = [
            f"{self.demand} {self.title} ← {self.profile}",
            (f"分数 {self.score / SCORE_ONE:.3f} = " if zh else f"Score {self.score / SCORE_ONE:.3f} = ")
            + (parts or "0"),
        ]
        for standing, names in STANDING_NAMES.items():
            reasons = self.standing(standing)
            if reasons:
                separator = "；" if zh else "; "
                lines.append(f"{names[side]}{'：' if zh else ': '}{separator.join(r.text(lang) for r in reasons)}")
        for label_zh, label_en, verdict, source in self.verdicts:
            name = VERDICT_NAMES[verdict][side]
            cited = f"（{source}）" if source and zh else (f" ({source})" if source else "")
            lines.append(f"硬性条件 {label_zh}：{name}{cited}" if zh else f"Must: {label_en}: {name}{cited}")
        if self.wording:
            words = ("、" if zh else ", ").join(self.wording)
            lines.append(f"文字相近之处：{words}" if zh else f"Shared wording: {words}")
        lines.extend(note[side] for note in self.notes)
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """Give the explanation as plain values for JSON, points as numbers in [0, 1]."""
        return {
            "demand": self.demand,
            "profile": self.profile,
            "title": self.title,
            "score": round(self.score / SCORE_ONE, 6),
            "parts": {part: round(points / SCORE_ONE, 6) for part, points in self.parts.items()},
            "reasons": [
                {
                    "label_zh": reason.label_zh,
                    "label_en": reason.label_en,
                    "part": reason.part,
                    "points": round(reason.points / SCORE_ONE, 6),
                    "possible": round(reason.possible / SCORE_ONE, 6),
                    "standing": reason.standing.value,
                    "evidence": [
                        {"source": e.source, "phrase": e.phrase, "start": e.start, "end": e.end}
                        for e in reason.evidence
                    ],
                }
                for reason in self.reasons
            ],
            "verdicts": [
                {"label_zh": zh, "label_en": en, "verdict": verdict.value, "source": source}
                for zh, en, verdict, source in self.verdicts
            ],
            "shared_wording": list(self.wording),
            "notes": [{"zh": zh, "en": en} for zh, en in self.notes],
            "text_zh": self.text("zh"),
            "text_en": self.text("en"),
        }


def explain(
    demand: Demand,
    profile: Profile,
    query: Query,
    vector: Vector,
    vectorizer: Vectorizer,
    conditions: Filter,
    weights: Integers,
) -> Explanation:
    """Take one linked pair apart; the score equals the one in the ranking with the same weights.

    query, vector : what `vectorizer` makes of the two.
    """
    facts = Facts.build([profile], vectorizer.vocabulary_)
    single = LocalIndex.build([profile.id], [vector], {vector.base: vectorizer.base(vector.base)}, facts)
    totals, expected = single.group_totals(query)
    changes = bool((vector.days > 0).any())
    today = single.group_totals(replace(query, day=vectorizer.reference_))[0] if changes else totals
    outcome = conditions.apply(facts)
    verdicts = tuple(
        (rule.label_zh, rule.label_en, VERDICTS[outcome.verdicts[number, 0]], rule.source)
        for number, rule in enumerate(conditions.rules)
    )
    undecided = {zh for zh, _, verdict, _ in verdicts if verdict is Verdict.UNKNOWN}
    mentions = vectorizer.vocabulary_.recognise(profile.text, (Kind.SKILL,))
    parts = dict.fromkeys(PARTS, 0)
    reasons: list[Reason] = []
    for number, group in enumerate(query.groups):
        weight = int(weights[query.part_of_group[number]])
        total, now, bare = (int(amounts[number][0]) for amounts in (totals, today, expected))
        parts[group.part] += weight * total
        if group.sources[0] != TEXT:
            most = _most(query, number)
            standing = _standing(group, total, now, bare, most)
            label_zh, label_en = _labels(group, demand, vectorizer)
            if standing is Standing.MISSING and label_zh.removeprefix(f"{PART_NAMES[group.part][0]} ") in undecided:
                standing = Standing.TO_VERIFY
            evidence = _evidence(group, standing, profile, mentions, vectorizer)
            reasons.append(Reason(label_zh, label_en, group.part, weight * total, weight * most, standing, evidence))
    wording = _shared_wording(demand, query, vector, vectorizer)
    notes = tuple(_notes(demand, profile))
    score = sum(parts.values())
    return Explanation(demand.id, profile.id, demand.title, score, parts, tuple(reasons), verdicts, wording, notes)


def _most(query: Query, group: int) -> int:
    rows = [row for row, number in enumerate(query.group_of_row.tolist()) if number == group]
    sums = [int(query.weights[query.starts[row] : query.starts[row + 1]].sum()) for row in rows]
    return max(sums, default=0) * VALUE_ONE


def _standing(group: Group, total: int, now: int, bare: int, most: int) -> Standing:
    if total <= 0:
        return Standing.MISSING
    if total == bare and group.part == "skills":
        return Standing.EXPECTED
    if now < total:
        return Standing.WILL_HAVE
    return Standing.HAS if total >= NEARLY_ALL * most else Standing.PARTLY


def _labels(group: Group, demand: Demand, vectorizer: Vectorizer) -> tuple[str, str]:
    concepts = vectorizer.vocabulary_.concepts
    if group.sources[0] == IMPLIED:
        feature = next(iter(group.rows[0].weights))
        concept = concepts[feature.removeprefix("skill:").removesuffix(">=1")]
        return f"{concept.name('zh')}（描述中提到）", f"{concept.name('en')} (named in the text)"
    if group.sources[0] == OCCUPATION:
        names = [concepts[o] for o in demand.links.get("occupation", ()) if o in concepts]
        zh, en = ("/".join(concept.name(lang) for concept in names[:2]) for lang in ("zh", "en"))
        return f"做过{zh or demand.title}", f"practice as {en or demand.title}"
    asked = [demand.requirements[number] for number in group.sources]
    nice = all(requirement.importance is Importance.NICE for requirement in asked)
    zh = " 或 ".join(dict.fromkeys(requirement_label(r, "zh") for r in asked))
    en = " or ".join(dict.fromkeys(_english(r.label, r, vectorizer) for r in asked))
    if group.part in ("major", "education"):
        zh, en = f"{PART_NAMES[group.part][0]} {zh}", f"{PART_NAMES[group.part][1]} {en}"
    return (f"{zh}（加分）", f"{en} (nice to have)") if nice else (zh, en)


def _english(label: str, requirement: Any, vectorizer: Vectorizer) -> str:
    """Give a requirement's label with its English name behind it where the vocabulary has one."""
    shown = requirement_label(requirement, "en")
    link = requirement.link
    if label.isascii() or link is None or link.open or link.credit < 1.0 or len(link.concepts) != 1:
        return shown
    concept = vectorizer.vocabulary_.concepts.get(link.concepts[0])
    return shown.replace(label, concept.en) if concept is not None and concept.en else shown


def _evidence(
    group: Group, standing: Standing, profile: Profile, mentions: Sequence[Mention], vectorizer: Vectorizer
) -> tuple[Evidence, ...]:
    """Find the claims and phrases of the profile that stand for what the group asks, or for something related to it."""
    if standing in (Standing.MISSING, Standing.TO_VERIFY):
        return ()
    if group.part == "education":
        return (Evidence("education", profile.education),) if profile.education else ()
    if group.part == "major" or standing is Standing.EXPECTED:
        return (Evidence("major", profile.major),) if profile.major else ()
    if group.part == "occupation":
        return tuple(Evidence("occupation", name) for name in profile.occupations[:1])
    wanted = {feature.partition(":")[2].rpartition(">=")[0] for row in group.rows for feature in row.weights}
    claims: Iterable[SkillClaim | CertificateClaim]
    claims = profile.all_certificates if group.part == "certificates" else profile.skills
    found = [
        (near, _claim_evidence(claim))
        for claim in claims
        if claim.level != 0 and (near := _nearness(claim, wanted, vectorizer)) > 0.0
    ]
    best = max((near for near, _ in found), default=0.0)
    proof = [evidence for near, evidence in found if near >= best]
    if group.part == "skills":
        own_words = (mention for mention in mentions if wanted & set(mention.concepts))
        proof.extend(Evidence("text", m.surface, start=m.start, end=m.end) for m in own_words)
    return tuple(proof[:3])


def _nearness(claim: SkillClaim | CertificateClaim, wanted: set[str], vectorizer: Vectorizer) -> float:
    concepts = claim.link.concepts if claim.link else ()
    own = [1.0 for concept in concepts if concept in wanted]
    if any(concept.startswith("open:") for concept in wanted) and _plain(claim.label) in {
        concept.removeprefix("open:") for concept in wanted
    }:
        own.append(1.0)
    relatives = [vectorizer.vocabulary_.relatives(concept).get(w, 0.0) for concept in concepts for w in wanted]
    return max([0.0, *own, *relatives])


def _plain(label: str) -> str:
    return "".join(label.casefold().split())


def _claim_evidence(claim: SkillClaim | CertificateClaim) -> Evidence:
    if isinstance(claim, CertificateClaim):
        until = claim.valid_until
        zh, en = (f"，有效期至{until}", f"valid until {until}") if until else ("", "")
        return Evidence("certificate", claim.label, zh, en)
    level = 1 if claim.level is None else claim.level
    day = claim.available_on
    zh, en = f"{level}级", f"level {level}"
    if day is not None:
        zh, en = f"{zh}，{day}起", f"{en}, from {day}"
    return Evidence(claim.source if claim.source in SOURCE_NAMES else "claimed", claim.label, zh, en)


def _shared_wording(demand: Demand, query: Query, vector: Vector, vectorizer: Vectorizer) -> tuple[str, ...]:
    """Give the phrases of the demand that add most to the text part.

    Neighbouring shared pairs of characters, and words.
    """
    held = dict(zip(vector.features[vector.days == 0].tolist(), vector.values[vector.days == 0].tolist(), strict=True))
    points: dict[str, int] = {}
    for row, group in enumerate(query.group_of_row.tolist()):
        if query.groups[group].sources[0] == TEXT:
            span = slice(int(query.starts[row]), int(query.starts[row + 1]))
            for feature, weight in zip(query.features[span].tolist(), query.weights[span].tolist(), strict=True):
                term = vectorizer.feature_names_[feature].partition(":")[2]
                points[term] = points.get(term, 0) + weight * held.get(feature, 0)
    phrases: dict[str, int] = {}
    wording = texts.normalise("\n".join([demand.title, demand.text, *(r.label for r in demand.requirements)]))
    for phrase in _phrases_of(wording, points):
        pairs = [f"{texts.HAN}{first}{second}" for first, second in pairwise(phrase)]
        phrases[phrase] = sum(points.get(pair, 0) for pair in pairs) + points.get(texts.WORD + texts.stem(phrase), 0)
    best = sorted(phrases.items(), key=lambda item: (-item[1], item[0]))
    return tuple(phrase for phrase, _ in best[:TERMS_SHOWN])


def _phrases_of(wording: str, points: Mapping[str, int]) -> Iterable[str]:
    """Find the longest runs of characters whose neighbouring pairs all add points, and the words that do."""
    run = ""
    for first, second in zip(wording, wording[1:] + "\n", strict=True):
        if points.get(f"{texts.HAN}{first}{second}", 0) > 0:
            run = run or first
            run += second
        elif run:
            yield run
            run = ""
    for word in re.findall(r"[a-z0-9+#/.-]{2,}", wording):
        if points.get(texts.WORD + texts.stem(word), 0) > 0:
            yield word


def _notes(demand: Demand, profile: Profile) -> Iterable[tuple[str, str]]:
    if not profile.intent.seeking:
        yield "该生目前不求职（升学、入伍或其他打算），不进入排序名单。", "Not seeking work now: not in ranked lists."
    if profile.automated_decision.value == "refuse":
        yield "该生拒绝由机器自动排序，应由人工查看。", "Refused ranking by machine: a person must judge."
    if profile.turns_18_on is not None and demand.start_on is not None and profile.turns_18_on > demand.start_on:
        yield "到岗时未满18周岁，须监护人同意。", "Under 18 on the start date: guardian consent needed."
