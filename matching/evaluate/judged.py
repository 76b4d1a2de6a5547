"""Judged pairs: for one asker, `better` should rank clearly above `worse`; count per aspect how often it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol, TypeVar

from matching.domain import (
    LEVEL_MAX,
    CertificateClaim,
    Demand,
    Importance,
    Intent,
    Kind,
    Link,
    Profile,
    Requirement,
    SkillClaim,
)
from matching.errors import Problem, RecordError
from matching.evaluate.tasks import PROBLEMS_SHOWN, Listed, Ranks, read_objects

LADDER = {"五级": 1, "四级": 2, "三级": 3, "二级": 4, "一级": 5} | {
    "初级工": 1,
    "中级工": 2,
    "高级工": 3,
    "技师": 4,
    "高级技师": 5,
}
INTENTS = {"upgrade": Intent.STUDY}
Word = TypeVar("Word", Kind, Importance, Intent)


class Resolves(Protocol):
    """What a judged case needs of a vocabulary: reading a label as a concept of one kind."""

    def resolve(self, kind: Kind, label: str) -> Link:
        """Tell what a label stands for."""


@dataclass(frozen=True, slots=True)
class JudgedCase:
    """One pair: who asks (a demand, or a profile), the better and the worse answer, or two that must tie."""

    id: str
    aspect: str
    asker: Demand | Profile
    better: Demand | Profile
    worse: Demand | Profile
    tie: bool = False

    @classmethod
    def load(cls, file: Path | str, vocabulary: Resolves) -> tuple[JudgedCase, ...]:
        """Read cases from a JSON-lines file; the vocabulary tells which planned labels are certificates.

        The records' ids are the case's id with `-asker`, `-better` or `-worse`. Raises RecordError naming file, row,
        field and value of up to 20 wrong lines.
        """
        problems: list[Problem] = []
        cases = []
        for row, found in read_objects(Path(file), problems):
            try:
                cases.append(_case(found, vocabulary))
            except RecordError as error:
                problems += [
                    Problem(one.rule, one.message_en, one.message_zh, one.value, str(file), row=row, field=one.field)
                    for one in error.problems
                ]
        if problems:
            raise RecordError(problems[:PROBLEMS_SHOWN])
        return tuple(cases)

    def right(self, listed: Listed) -> bool:
        """Tell whether a list with everything in it judges this case rightly.

        Right is a strictly higher score of `better`, or `worse` missing from the list (a must, a rule or its intent
        removed it) and `better` in it. A tie needs the same score and the same verdicts, or both missing.
        """
        places = {key: place for place, key in enumerate(listed.ids)}
        better, worse = places.get(self.better.id), places.get(self.worse.id)
        if better is None or worse is None:
            return (better is worse) if self.tie else better is not None
        if self.tie:
            same_score = listed.scores[better] == listed.scores[worse]
            return bool(same_score) and listed.verdicts[better] == listed.verdicts[worse]
        return bool(listed.scores[better] > listed.scores[worse])


@dataclass(frozen=True, slots=True)
class JudgedTable:
    """Right and total per aspect, and the ids of the cases that were judged wrongly."""

    aspects: Mapping[str, tuple[int, int]]
    wrong: tuple[str, ...]

    @property
    def right(self) -> int:
        """Count the cases judged rightly."""
        return sum(right for right, _ in self.aspects.values())

    @property
    def total(self) -> int:
        """Count all cases."""
        return sum(total for _, total in self.aspects.values())

    def as_dict(self) -> dict[str, object]:
        """Give plain values for JSON: right, total, the aspects and the wrong cases."""
        aspects = {aspect: {"right": right, "total": total} for aspect, (right, total) in self.aspects.items()}
        return {"right": self.right, "total": self.total, "aspects": aspects, "wrong": list(self.wrong)}


def judge(cases: Sequence[JudgedCase], engine: Ranks) -> JudgedTable:
    """Fit the engine on all records of the cases, rank for each asker, and count the right cases per aspect.

    All cases share one fit, so that the statistics come from the whole set and not from single pairs.
    """
    records = [record for case in cases for record in (case.asker, case.better, case.worse)]
    engine.fit(
        [record for record in records if isinstance(record, Demand)],
        [record for record in records if isinstance(record, Profile)],
    )
    counts: dict[str, tuple[int, int]] = {}
    wrong = []
    for case in cases:
        rank = engine.match if isinstance(case.asker, Demand) else engine.match_profile
        right = case.right(rank(case.asker.id, k=len(records)))
        before = counts.get(case.aspect, (0, 0))
        counts[case.aspect] = (before[0] + right, before[1] + 1)
        if not right:
            wrong.append(case.id)
    return JudgedTable(counts, tuple(wrong))


def planned_is_certificate(vocabulary: Resolves, label: str) -> bool:
    """Tell whether a planned label (焊工四级, S7-1200编程) is a certificate: the vocabulary knows it as one."""
    return not vocabulary.resolve(Kind.CERTIFICATE, label).open


def _case(found: dict[str, Any], vocabulary: Resolves) -> JudgedCase:
    key, aspect, direction = _text(found, "id"), _text(found, "aspect"), found.get("direction", "demand")
    if direction not in ("demand", "profile"):
        raise _wrong("direction", direction, "must be demand or profile", "只能是 demand 或 profile")
    asks_demand = direction == "demand"

    def record(field: str, name: str, is_demand: bool) -> Demand | Profile:
        fields = found.get(field)
        if not isinstance(fields, dict):
            raise _wrong(field, fields, "must be an object", "必须是对象")
        return _demand(f"{key}-{name}", fields) if is_demand else _profile(f"{key}-{name}", fields, vocabulary)

    return JudgedCase(
        id=key,
        aspect=aspect,
        asker=record(direction, "asker", asks_demand),
        better=record("better", "better", not asks_demand),
        worse=record("worse", "worse", not asks_demand),
        tie=found.get("tie") is True,
    )


def _demand(key: str, fields: dict[str, Any]) -> Demand:
    place = fields.get("place")
    return Demand(
        id=key,
        title=_text(fields, "title"),
        text=fields.get("text") or "",
        requirements=tuple(
            Requirement(
                kind=_word(Kind, one, "kind"),
                label=_text(one, "label"),
                level=_level(one),
                importance=_word(Importance, one, "importance"),
            )
            for one in _objects(fields, "requirements")
        ),
        places=(place,) if place else (),
        start_on=_date(fields, "start_on"),
    )


def _profile(key: str, fields: dict[str, Any], vocabulary: Resolves) -> Profile:
    skills = [
        SkillClaim(_text(one, "label"), _level(one), one.get("source") or "claimed")
        for one in _objects(fields, "skills")
    ]
    certificates = [
        CertificateClaim(_text(one, "label"), issued_on=_date(one, "issued_on"), valid_until=_date(one, "valid_until"))
        for one in _objects(fields, "certificates")
    ]
    recorded = fields.get("certificates") is not None
    planned: list[CertificateClaim] = []
    for one in _objects(fields, "planned"):
        label, available = _text(one, "label"), _date(one, "available_on")
        if planned_is_certificate(vocabulary, label):
            planned.append(CertificateClaim(label, issued_on=available))
        else:
            skills.append(SkillClaim(label, source="course", available_on=available))
    intent = fields.get("intent") or Intent.EMPLOY
    return Profile(
        id=key,
        education=fields.get("education"),
        major=fields.get("major"),
        graduates_on=_date(fields, "graduates_on"),
        skills=tuple(skills),
        certificates=tuple(certificates) if recorded else None,
        planned_certificates=tuple(planned),
        intent=INTENTS[intent] if intent in INTENTS else _word(Intent, {"intent": intent}, "intent"),
        text=fields.get("text") or "",
    )


def _wrong(field: str, value: object, message_en: str, message_zh: str) -> RecordError:
    return RecordError(Problem("judged_case", message_en, message_zh, value=str(value), field=field))


def _text(fields: dict[str, Any], field: str) -> str:
    value = fields.get(field)
    if not isinstance(value, str) or not value:
        raise _wrong(field, value, "must be a text that is not empty", "必须是非空文本")
    return value


def _objects(fields: dict[str, Any], field: str) -> list[dict[str, Any]]:
    value = fields.get(field) or []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise _wrong(field, value, "must be a list of objects", "必须是对象列表")
    return value


def _word(words: type[Word], fields: dict[str, Any], field: str) -> Word:
    value = str(fields.get(field))
    try:
        return words(value)
    except ValueError:
        known = ", ".join(words)
        raise _wrong(field, value, f"must be one of {known}", f"只能是：{known}") from None


def _level(fields: dict[str, Any]) -> int | None:
    value = fields.get("level")
    level = LADDER.get(value) if isinstance(value, str) else value
    if value is not None and not (type(level) is int and 0 <= level <= LEVEL_MAX):
        raise _wrong(
            "level",
            value,
            f"must be 0 to {LEVEL_MAX} or a rung such as 三级",
            f"必须是 0 到 {LEVEL_MAX} 或等级词（如 三级）",
        )
    return level


def _date(fields: dict[str, Any], field: str) -> date | None:
    value = fields.get(field)
    try:
        return None if value is None else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise _wrong(field, value, "must be a date such as 2027-06-30", "必须是日期（如 2027-06-30）") from None
