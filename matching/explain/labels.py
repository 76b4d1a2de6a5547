"""How a thing that is asked is called in an explanation, in zh and en."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from matching.domain import Demand, Importance, Kind, Requirement
from matching.rules import is_sure, requirement_label
from matching.score import PART_NAMES
from matching.vectorize import IMPLIED, OCCUPATION, Group
from matching.vocabulary import Vocabulary

RUNGS = "五四三二一"
LADDER_WORDS = ("级", "技师", "grade")
OWN_RUNGS = {"1+X": (("初级", "中级", "高级"), ("basic", "intermediate", "advanced"))}
ROMAN_RUNGS = (("I级", "II级", "III级"), ("level I", "level II", "level III"))


def labels_of(group: Group, demand: Demand, posts: Sequence[str], vocabulary: Vocabulary) -> tuple[str, str]:
    """Give the label of a group in zh and en; alternatives are joined, English uses the vocabulary's names.

    posts : the words of the demand's title that name an occupation.
    """
    if group.sources[0] == IMPLIED:
        feature = next(iter(group.rows[0].weights))
        concept = vocabulary.concepts[feature.removeprefix("skill:").removesuffix(">=1")]
        return f"{concept.name('zh')}（岗位文字中提到）", f"{concept.name('en')} (named in the post's wording)"
    if group.sources[0] == OCCUPATION:
        return _practice(demand, posts, vocabulary)
    asked = [demand.requirements[number] for number in group.sources]
    zh = " 或 ".join(dict.fromkeys(_chinese(requirement, vocabulary) for requirement in asked))
    en = " or ".join(dict.fromkeys(_english(requirement, vocabulary) for requirement in asked))
    if group.part in ("major", "education"):
        zh, en = f"{PART_NAMES[group.part][0]} {zh}", f"{PART_NAMES[group.part][1]} {en}"
    elif group.part == "occupation":
        zh, en = f"做过{zh}", f"practice as {en}"
    nice = all(requirement.importance is Importance.NICE for requirement in asked)
    return (f"{zh}（加分）", f"{en} (nice to have)") if nice else (zh, en)


def grade_of(label: str, concepts: tuple[str, ...], level: int | None, vocabulary: Vocabulary) -> tuple[str, str]:
    """Say the grade of a certificate on the ladder that it belongs to; empty in zh where the label says it already.

    Trades run 五级 (1) to 一级 (5); certificates with a ladder of their own (1+X, non-destructive testing) keep it, and
    what has no ladder has no grade.
    """
    if level is None:
        return "", ""
    if any(concept.startswith("trade:") for concept in concepts):
        zh, en = f"{RUNGS[level - 1]}级", f"grade {6 - level}"
    else:
        known = (vocabulary.concepts[concept] for concept in concepts if concept in vocabulary.concepts)
        ladder = next((concept.attributes["ladder"] for concept in known if concept.attributes.get("ladder")), None)
        rungs_zh, rungs_en = OWN_RUNGS.get(ladder or "", ROMAN_RUNGS)
        if ladder is None or level > len(rungs_zh):
            return "", ""
        zh, en = rungs_zh[level - 1], rungs_en[level - 1]
    said = any(word in label.casefold() for word in LADDER_WORDS)
    return ("" if said else zh), en


def _is_certificate(requirement: Requirement) -> bool:
    return requirement.kind in (Kind.CERTIFICATE, Kind.LANGUAGE, Kind.LICENCE)


def _level(requirement: Requirement) -> int | None:
    return requirement.level or (requirement.link.level if requirement.link else None)


def _chinese(requirement: Requirement, vocabulary: Vocabulary) -> str:
    if not _is_certificate(requirement) or requirement.level is None or requirement.link is None:
        return requirement_label(requirement, "zh")
    grade, _ = grade_of(requirement.label, requirement.link.concepts, requirement.level, vocabulary)
    return f"{requirement.label} {grade}".strip()


def _english(requirement: Requirement, vocabulary: Vocabulary) -> str:
    """Give a requirement by the English name of its concept where the label is read as just that one."""
    label, link = requirement.label, requirement.link
    known = None
    if not label.isascii() and link is not None and is_sure(link) and len(link.concepts) == 1:
        known = vocabulary.concepts.get(link.concepts[0])
    name = known.en if known is not None and known.en else label
    if not _is_certificate(requirement):
        return requirement_label(replace(requirement, label=name), "en")
    shown = name if known is not None else label
    _, grade = grade_of(label, link.concepts if link else (), _level(requirement), vocabulary)
    said = shown == label and (requirement.level is None or any(word in label.casefold() for word in LADDER_WORDS))
    return shown if said or not grade else f"{shown} {grade}"


def _practice(demand: Demand, posts: Sequence[str], vocabulary: Vocabulary) -> tuple[str, str]:
    """Name the occupation by the post's own word, or by the official name where one contains the other."""
    own = demand.occupations or tuple(dict.fromkeys(posts)) or (demand.title,)
    official = [vocabulary.concepts[o] for o in demand.links.get("occupation", ()) if o in vocabulary.concepts]
    words = [word for word in own if not any(word in c.zh or c.zh in word for c in official)]
    en = "/".join(dict.fromkeys(concept.name("en") for concept in official[:2])) or demand.title
    if words:
        zh = "/".join(f"“{word}”" for word in words[:2])
        return f"做过{zh}类岗位", f"practice as {en}"
    return f"做过{'/'.join(concept.name('zh') for concept in official[:2]) or demand.title}", f"practice as {en}"
