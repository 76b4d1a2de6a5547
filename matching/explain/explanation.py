"""The types of an explanation and how they read in zh and en."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from matching.domain import Verdict
from matching.score import PART_NAMES, SCORE_ONE

DIGITS = 3


class Standing(StrEnum):
    """How a profile stands to one thing that is asked; `to_verify` is a must that nothing recorded decides."""

    HAS = "has"
    WILL_HAVE = "will_have"
    PARTLY = "partly"
    EXPECTED = "expected"
    MENTIONED = "mentioned"
    TO_VERIFY = "to_verify"
    MISSING = "missing"


STANDING_NAMES = {
    Standing.HAS: ("已具备", "Has"),
    Standing.WILL_HAVE: ("将具备（到岗时）", "Will have by the start"),
    Standing.PARTLY: ("部分具备", "Partly"),
    Standing.EXPECTED: ("预计（同专业通常会，本人未说明）", "Expected from the major, not stated"),
    Standing.MENTIONED: (
        "自述提到（待核实，未计入技能分）",
        "Mentioned in own words (to verify, not scored as a skill)",
    ),
    Standing.TO_VERIFY: ("待核实", "To be verified"),
    Standing.MISSING: ("缺少", "Missing"),
}
MENTIONED_AND_EXPECTED = ("自述提到（待核实，按预计计分）", "Mentioned in own words (to verify, counted as expected)")
ALIKE_NAMES = ("整体语义相近", "overall meaning")
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

    def label(self, lang: str) -> str:
        """Give the label in zh or en."""
        return self.label_zh if lang == "zh" else self.label_en

    def heading(self) -> tuple[str, str]:
        """Say in zh and en under which heading the reason stands; what is only mentioned may count as expected."""
        if self.standing is Standing.MENTIONED and self.points > 0:
            return MENTIONED_AND_EXPECTED
        return STANDING_NAMES[self.standing]

    def text(self, lang: str) -> str:
        """Give label and evidence in one phrase."""
        zh = lang == "zh"
        if not self.evidence:
            return self.label(lang)
        proof = ("、" if zh else ", ").join(item.text(lang) for item in self.evidence)
        return f"{self.label_zh}（{proof}）" if zh else f"{self.label_en} ({proof})"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a pair scores what it scores; `parts` sum to `score` exactly (integers of SCORE_ONE).

    `wording` is what both texts share; `alike` tells that an encoder also finds them similar as a whole.
    """

    demand: str
    profile: str
    title: str
    score: int
    parts: Mapping[str, int]
    reasons: tuple[Reason, ...]
    verdicts: tuple[tuple[str, str, Verdict, str | None], ...]
    wording: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]
    alike: bool = False

    def standing(self, standing: Standing) -> tuple[Reason, ...]:
        """Give the reasons of one standing, most points first."""
        chosen = [reason for reason in self.reasons if reason.standing is standing]
        return tuple(sorted(chosen, key=lambda reason: -reason.possible))

    def labels(self, *standings: Standing, lang: str = "zh") -> tuple[str, ...]:
        """Give only the labels of what stands so (for a table's cell); `to_verify` comes from the verdicts."""
        return tuple(
            label
            for standing in standings
            for label in (
                self.to_verify(lang)
                if standing is Standing.TO_VERIFY
                else (reason.label(lang) for reason in self.standing(standing))
            )
        )

    def to_verify(self, lang: str = "zh") -> tuple[str, ...]:
        """Give the hard conditions whose verdict is unknown (待核实)."""
        return tuple(zh if lang == "zh" else en for zh, en, verdict, _ in self.verdicts if verdict is Verdict.UNKNOWN)

    def lines(self, lang: str = "zh", evidence: bool = True) -> list[str]:
        """Write one line for each heading that something stands under: `缺少：…；…`.

        Without `evidence` only the labels, as in the terminal's table.
        """
        zh = lang == "zh"
        separator = ("；" if zh else "; ") if evidence else ("、" if zh else ", ")
        headed: dict[tuple[str, str], list[str]] = {}
        for standing, names in STANDING_NAMES.items():
            if standing is Standing.TO_VERIFY:
                headed[names] = list(self.to_verify(lang))
            else:
                for reason in self.standing(standing):
                    shown = reason.text(lang) if evidence else reason.label(lang)
                    headed.setdefault(reason.heading(), []).append(shown)
        return [
            f"{names[0]}：{separator.join(phrases)}" if zh else f"{names[1]}: {separator.join(phrases)}"
            for names, phrases in headed.items()
            if phrases
        ]

    def text(self, lang: str = "zh") -> str:
        """Write the explanation as lines that a person can read aloud."""
        zh = lang == "zh"
        side = 0 if zh else 1
        shown = printed(list(self.parts.values()), SCORE_ONE, DIGITS)
        parts = " + ".join(
            f"{PART_NAMES[part][side]} {number}"
            for (part, points), number in zip(self.parts.items(), shown, strict=True)
            if points
        )
        score = f"{self.score / SCORE_ONE:.{DIGITS}f}"
        lines = [
            f"{self.demand} {self.title} ← {self.profile}",
            (f"分数 {score} = " if zh else f"Score {score} = ") + (parts or "0"),
            *self.lines(lang),
        ]
        for label_zh, label_en, verdict, source in self.verdicts:
            name = VERDICT_NAMES[verdict][side]
            cited = f"（{source}）" if source and zh else (f" ({source})" if source else "")
            lines.append(f"硬性条件 {label_zh}：{name}{cited}" if zh else f"Must: {label_en}: {name}{cited}")
        phrases = (*self.wording, ALIKE_NAMES[side]) if self.alike else self.wording
        if phrases:
            words = ("、" if zh else ", ").join(phrases)
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
            "shared_wording": [*self.wording, *([" / ".join(ALIKE_NAMES)] if self.alike else [])],
            "notes": [{"zh": zh, "en": en} for zh, en in self.notes],
            "text_zh": self.text("zh"),
            "text_en": self.text("en"),
        }


def printed(amounts: Sequence[int], one: int, digits: int) -> list[str]:
    """Write integers (of `one`) with so many digits that what is printed adds up to the printed sum.

    Each is rounded down and the largest remainders get one unit more, until the sum is the rounded sum.
    """
    unit: int = 10**digits
    exact = [Fraction(amount * unit, one) for amount in amounts]
    whole = [int(value) for value in exact]
    lacking = round(sum(exact, Fraction(0))) - sum(whole)
    for place in sorted(range(len(exact)), key=lambda number: (whole[number] - exact[number], number))[:lacking]:
        whole[place] += 1
    return [f"{number // unit}.{number % unit:0{digits}d}" for number in whole]
