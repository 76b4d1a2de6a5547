"""Names what the tables say and the vocabulary does not know, so that nobody takes silence for a match."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from matching import Demand, Profile, Vocabulary
from matching.cli.shown import err
from matching.domain import Kind

MOST_SHOWN = 10
LITERAL = (Kind.SKILL, Kind.CERTIFICATE, Kind.LANGUAGE, Kind.LICENCE, Kind.MAJOR)
NAMES = {
    Kind.SKILL: ("技能", "skills"),
    Kind.CERTIFICATE: ("证书", "certificates"),
    Kind.LANGUAGE: ("语言", "languages"),
    Kind.LICENCE: ("执照", "licences"),
    Kind.MAJOR: ("专业", "majors"),
    Kind.EDUCATION: ("学历", "education"),
    Kind.OCCUPATION: ("职业", "occupations"),
    Kind.REGION: ("地点", "places"),
}


def print_unrecognised(demands: Iterable[Demand], profiles: Iterable[Profile], vocabulary: Vocabulary) -> None:
    """Say on standard error which labels are not in the vocabulary, by kind, the most frequent first.

    demands, profiles : linked. Labels of skills, certificates and majors still match the very same words; those of
    education, occupations and places can't be compared at all.
    """
    counts: dict[Kind, Counter[str]] = {kind: Counter() for kind in NAMES}
    for kind, label in (*_asked(demands), *_offered(profiles)):
        if label and kind in counts and vocabulary.resolve(kind, label).open:
            counts[kind][label] += 1
    for literal, zh, en in (
        (True, "未识别的写法（按原文精确比对）", "Not in the vocabulary (compared word for word)"),
        (False, "未识别的写法（无法比对）", "Not in the vocabulary (can't be compared)"),
    ):
        found = {kind: labels for kind, labels in counts.items() if labels and (kind in LITERAL) is literal}
        if found:
            shown_zh = "；".join(f"{NAMES[kind][0]} {_listed(labels, '、')}" for kind, labels in found.items())
            shown_en = "; ".join(f"{NAMES[kind][1]} {_listed(labels, ', ')}" for kind, labels in found.items())
            err.print(f"{zh}：{shown_zh}\n  {en}: {shown_en}", markup=False, highlight=False)


def _listed(labels: Counter[str], separator: str) -> str:
    shown = separator.join(f"{label} {count}" for label, count in labels.most_common(MOST_SHOWN))
    return f"{shown} … ({len(labels)})" if len(labels) > MOST_SHOWN else shown


def _asked(demands: Iterable[Demand]) -> Iterable[tuple[Kind, str | None]]:
    for demand in demands:
        yield from ((requirement.kind, requirement.label) for requirement in demand.requirements)
        yield from ((Kind.OCCUPATION, occupation) for occupation in demand.occupations)
        yield from ((Kind.REGION, place) for place in demand.places)


def _offered(profiles: Iterable[Profile]) -> Iterable[tuple[Kind, str | None]]:
    for profile in profiles:
        yield from ((Kind.SKILL, skill.label) for skill in profile.skills)
        yield from ((Kind.CERTIFICATE, certificate.label) for certificate in profile.all_certificates)
        yield from ((Kind.MAJOR, profile.major), (Kind.EDUCATION, profile.education))
        yield from ((Kind.OCCUPATION, name) for name in (*profile.occupations, *profile.preferences.occupations))
        yield from ((Kind.REGION, place) for place in profile.preferences.places)
