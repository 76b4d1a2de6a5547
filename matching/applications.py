"""Makes a round of allocation out of records: scores and eligibility by the engine, preferences, consent, groups."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from matching.allocate import Applicant, OrderClass, Reason, Round
from matching.domain import Demand, Intent, Kind, Profile
from matching.engine import Engine
from matching.errors import Problem, RecordError
from matching.rules import MET, UNKNOWN, Facts, filter_of
from matching.vocabulary import Vocabulary


def round_of(
    classes: Sequence[OrderClass],
    profiles: Iterable[Profile],
    applicants: Sequence[Applicant],
    seed: str,
    *,
    vocabulary: Vocabulary | None = None,
    today: date | None = None,
) -> Round:
    """Make a round of order classes, students' profiles and students' preferences.

    Each class's `profile` is matched with the applicants on its start day: the engine's scores rank, and whoever
    doesn't meet a must or a limit of law isn't eligible, by the rule that says so. What is to be verified stays in, as
    in every match. Whoever refuses ranking by machine gets no score and must be placed by hand. A student who applies
    is taken as seeking, whatever the profile's intent. College, major and age come from the profile; majors are
    compared as concepts of the vocabulary, so that old and short names count. Raises RecordError for an applicant
    without a profile.
    """
    known = {profile.id: profile for profile in profiles}
    missing = [applicant.id for applicant in applicants if applicant.id not in known]
    if missing:
        english, chinese = "no student of the table of profiles has this id", "学生表中没有这个代号"
        raise RecordError([Problem("unknown_id", english, chinese, key, field="preferences") for key in missing])
    engine = Engine(vocabulary, reference_on=today)
    day = today or date.today()
    applying = {applicant.id for applicant in applicants}
    crowd = [replace(p, intent=Intent.EMPLOY) if p.id in applying else p for p in known.values()]
    asked = [one.profile or Demand(one.id, one.title) for one in classes]
    engine.fit(asked, crowd)
    people = tuple(_with_profile(applicant, known[applicant.id], engine.vocabulary_, day) for applicant in applicants)
    return Round(tuple(_ranked(one, people, engine) for one in classes), people, seed)


def _with_profile(applicant: Applicant, profile: Profile, vocabulary: Vocabulary, day: date) -> Applicant:
    major = vocabulary.resolve(Kind.MAJOR, profile.major).concepts if profile.major else ()
    return replace(
        applicant,
        minor=profile.turns_18_on is not None and profile.turns_18_on > day,
        college=None if profile.college is None else _plain(profile.college),
        major=major[0] if major else None,
        automated_decision=profile.automated_decision,
    )


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())


def _ranked(one: OrderClass, people: Sequence[Applicant], engine: Engine) -> OrderClass:
    """Give a class with the scores and the eligibility of its applicants, its groups in terms of the vocabulary."""
    found = engine.match(one.id, k=max(1, len(engine.profiles_)))
    applying = {person.id for person in people}
    vocabulary = engine.vocabulary_
    groups = [
        replace(
            group,
            colleges=tuple(_plain(name) for name in group.colleges),
            majors=tuple(key for name in group.majors for key in vocabulary.resolve(Kind.MAJOR, name).concepts),
        )
        for group in one.groups
    ]
    return replace(
        one,
        groups=tuple(groups),
        scores={key: found.score(rank) for rank, key in enumerate(found.ids) if key in applying},
        not_eligible=_not_eligible(engine, one.id, sorted(applying)),
    )


def _not_eligible(engine: Engine, class_id: str, students: Sequence[str]) -> dict[str, Reason]:
    """Name for each student the first hard condition that removes the student, where one does."""
    vocabulary, asked = engine.vocabulary_, engine.demands_[class_id]
    conditions = filter_of(asked, vocabulary, engine.vectorizer_.day(asked))
    verdicts = conditions.apply(Facts.build([engine.profiles_[key] for key in students], vocabulary)).verdicts
    found: dict[str, Reason] = {}
    for rule, row in zip(conditions.rules, verdicts, strict=True):
        fails = row < (MET if rule.exclude_unknown else UNKNOWN)
        for place in np.flatnonzero(fails).tolist() if rule.removes else ():
            source = rule.source
            zh, en = (
                (f"{rule.label_zh}（{source}）", f"{rule.label_en} ({source})")
                if source
                else (rule.label_zh, rule.label_en)
            )
            found.setdefault(students[place], Reason(rule.key, zh, en))
    return found
