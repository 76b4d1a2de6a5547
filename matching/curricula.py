"""Adds to students' profiles what the curriculum of their college, major and year teaches them, with its dates."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from matching.domain import Kind, Profile, SkillClaim
from matching.vocabulary import Vocabulary

DURATION = 3
SOURCE = "course"


@dataclass(frozen=True, slots=True)
class CurriculumLine:
    """What one course gives: a skill, at a level (1..5), by the day on which the course ends.

    `college` None means every college, `entry_year` None every year of entry. `level` None means that the plan names no
    level.
    """

    college: str | None
    major: str
    entry_year: int | None
    course: str
    ends_on: date
    skill: str
    level: int | None = None


def with_curriculum(
    profiles: Iterable[Profile], lines: Sequence[CurriculumLine], vocabulary: Vocabulary, today: date | None = None
) -> tuple[Profile, ...]:
    """Give the profiles with the skills that their curriculum teaches.

    A line is for the students of its college whose major is the same concept of the vocabulary and who entered in its
    year: `entry_year` of the profile, else the year of graduation less 3. A course that ended by `today` gives a held
    skill of source `course`, a later one a planned skill from that day on. Nothing that a profile states is lowered: a
    skill that it has at the level of the course or above, or says it can't do, is left as it is.
    """
    reference = today or date.today()
    by_major: dict[str, list[CurriculumLine]] = {}
    majors = _Majors(vocabulary)
    for line in lines:
        for concept in majors.of(line.major):
            by_major.setdefault(concept, []).append(line)
    return tuple(_taught(profile, by_major, majors, vocabulary, reference) for profile in profiles)


class _Majors:
    """Remembers which concepts each written major stands for."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, label: str) -> tuple[str, ...]:
        """Give the concepts of a written major."""
        if label not in self._known:
            self._known[label] = self._vocabulary.resolve(Kind.MAJOR, label).concepts
        return self._known[label]


def entry_year_of(profile: Profile) -> int | None:
    """Give the year in which a student entered: as recorded, else the year of graduation less 3; None where unknown."""
    if profile.entry_year is not None:
        return profile.entry_year
    return None if profile.graduates_on is None else profile.graduates_on.year - DURATION


def _taught(
    profile: Profile,
    by_major: Mapping[str, Sequence[CurriculumLine]],
    majors: _Majors,
    vocabulary: Vocabulary,
    today: date,
) -> Profile:
    if profile.major is None:
        return profile
    year, college = entry_year_of(profile), _plain(profile.college)
    fitting: dict[int, CurriculumLine] = {}
    for concept in majors.of(profile.major):
        for line in by_major.get(concept, ()):
            if (line.college is None or _plain(line.college) == college) and line.entry_year in (None, year):
                fitting[id(line)] = line
    added = _added(profile, list(fitting.values()), vocabulary, today)
    return replace(profile, skills=profile.skills + added) if added else profile


def _plain(name: str | None) -> str:
    return "" if name is None else "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _added(
    profile: Profile, lines: Sequence[CurriculumLine], vocabulary: Vocabulary, today: date
) -> tuple[SkillClaim, ...]:
    """Give the claims that the lines add: the highest of each skill and day, and none that adds nothing."""
    stated: dict[str, list[tuple[int | None, date]]] = {}
    for claim in profile.skills:
        since = claim.available_on or date.min
        for concept in vocabulary.resolve(Kind.SKILL, claim.label).concepts:
            stated.setdefault(concept, []).append((claim.level, since))
    added: list[SkillClaim] = []
    for line in sorted(lines, key=lambda line: (line.ends_on, -(line.level or 0), line.skill)):
        concepts = vocabulary.resolve(Kind.SKILL, line.skill).concepts
        known = [entry for concept in concepts for entry in stated.get(concept, ())]
        if any(_enough(level, since, line) for level, since in known):
            continue
        held = line.ends_on <= today
        added.append(SkillClaim(line.skill, line.level, SOURCE, None if held else line.ends_on))
        for concept in concepts:
            stated.setdefault(concept, []).append((line.level, line.ends_on))
    return tuple(added)


def _enough(level: int | None, since: date, line: CurriculumLine) -> bool:
    """Tell whether what is stated makes the line add nothing: "cannot", or at least its level by its day."""
    if level == 0:
        return True
    return since <= line.ends_on and (level or 1) >= (line.level or 1)
