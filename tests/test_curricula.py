"""Curricula: each student gets what the own college teaches the own year, and nothing that is stated is lowered."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from matching import Engine, Profile, SkillClaim, Vocabulary
from matching.curricula import CurriculumLine, entry_year_of, with_curriculum
from matching.domain import Demand, Kind, Requirement
from matching.errors import TableError
from matching.tables import read_curricula, read_profiles

TODAY = date(2026, 11, 24)
ENDS = date(2027, 1, 15)
LINE = CurriculumLine("某示例学院", "智能焊接技术", 2024, "焊接机器人编程", ENDS, "焊接机器人操作", 2)
STUDENT = Profile("S1", college="某示例学院", major="焊接技术与自动化", entry_year=2024)


def taught(vocabulary: Vocabulary, profile: Profile, *lines: CurriculumLine) -> tuple[SkillClaim, ...]:
    (found,) = with_curriculum([profile], lines or (LINE,), vocabulary, TODAY)
    return found.skills


def test_a_course_still_to_end_is_planned_and_an_ended_one_held(vocabulary: Vocabulary) -> None:
    assert taught(vocabulary, STUDENT) == (SkillClaim("焊接机器人操作", 2, "course", ENDS),)
    ended = CurriculumLine("某示例学院", "智能焊接技术", 2024, "焊接", date(2026, 7, 9), "氩弧焊", 2)
    assert taught(vocabulary, STUDENT, ended) == (SkillClaim("氩弧焊", 2, "course", None),)


@pytest.mark.parametrize(
    ("college", "major", "entry_year", "fits"),
    [
        ("某示例学院", "智能焊接技术", 2024, True),
        ("某 示例学院", "24智能焊接技术1班", 2024, True),
        ("另一示例学院", "智能焊接技术", 2024, False),
        (None, "智能焊接技术", 2024, False),
        ("某示例学院", "数控技术", 2024, False),
        ("某示例学院", None, 2024, False),
        ("某示例学院", "智能焊接技术", 2025, False),
        ("某示例学院", "智能焊接技术", None, False),
    ],
)
def test_college_major_and_year_decide(
    vocabulary: Vocabulary, college: str | None, major: str | None, entry_year: int | None, fits: bool
) -> None:
    profile = Profile("S1", college=college, major=major, entry_year=entry_year)
    assert bool(taught(vocabulary, profile)) is fits


def test_a_line_without_college_and_year_is_for_all_of_the_major(vocabulary: Vocabulary) -> None:
    line = CurriculumLine(None, "智能焊接技术", None, "焊接", ENDS, "氩弧焊")
    assert taught(vocabulary, Profile("S1", major="焊接"), line) == (SkillClaim("氩弧焊", None, "course", ENDS),)


def test_the_year_of_entry_comes_from_graduation_where_it_is_not_recorded() -> None:
    assert entry_year_of(Profile("S1", graduates_on=date(2027, 6, 30))) == 2024
    assert entry_year_of(Profile("S1", entry_year=2023, graduates_on=date(2027, 6, 30))) == 2023
    assert entry_year_of(Profile("S1")) is None


@pytest.mark.parametrize(
    ("stated", "added"),
    [
        (SkillClaim("机器人焊接", 3), 0),
        (SkillClaim("焊接机器人操作", 2, "verified"), 0),
        (SkillClaim("焊接机器人操作", 0), 0),
        (SkillClaim("焊接机器人操作", 1), 1),
        (SkillClaim("焊接机器人操作"), 1),
        (SkillClaim("焊接机器人操作", 3, "course", date(2027, 6, 30)), 1),
        (SkillClaim("焊接机器人操作", 2, "course", date(2026, 12, 30)), 0),
    ],
)
def test_nothing_that_is_stated_is_lowered(vocabulary: Vocabulary, stated: SkillClaim, added: int) -> None:
    profile = Profile("S1", "某示例学院", major="智能焊接技术", entry_year=2024, skills=(stated,))
    found = taught(vocabulary, profile)
    assert found[0] == stated and len(found) == 1 + added


def test_the_same_skill_of_two_courses_stands_once_unless_the_later_one_teaches_more(vocabulary: Vocabulary) -> None:
    later = CurriculumLine("某示例学院", "智能焊接技术", 2024, "实训", date(2027, 6, 1), "机器人焊接", 2)
    higher = CurriculumLine("某示例学院", "智能焊接技术", 2024, "实训", date(2027, 6, 1), "机器人焊接", 3)
    assert len(taught(vocabulary, STUDENT, LINE, later)) == 1
    assert [claim.level for claim in taught(vocabulary, STUDENT, LINE, higher)] == [2, 3]


def test_what_will_be_taught_by_the_start_raises_the_score_and_not_before(vocabulary: Vocabulary) -> None:
    def score(start_on: date, lines: tuple[CurriculumLine, ...]) -> float:
        demand = Demand("D1", "操作工", requirements=(Requirement(Kind.SKILL, "焊接机器人操作", 2),), start_on=start_on)
        other = Profile("S2", major="护理")
        profiles = with_curriculum([STUDENT, other], lines, vocabulary, TODAY)
        found = Engine(vocabulary, reference_on=TODAY).fit([demand], profiles).match("D1", 2)
        return dict(zip(found.ids, (int(value) for value in found.scores), strict=True)).get("S1", 0)

    assert score(date(2027, 7, 1), (LINE,)) > score(date(2027, 7, 1), ())
    assert score(date(2027, 1, 1), (LINE,)) == score(date(2027, 1, 1), ())


def test_tables_of_curricula(tmp_path: Path) -> None:
    path = tmp_path / "courses.csv"
    path.write_text(
        "院校,专业名称,年级,课程名称,结课时间,学期,对应技能,掌握程度\n"
        "某学院,焊接,2024级,焊接实训,2027.1,,氩弧焊；二保焊:3,熟悉\n"
        "某学院,焊接,24,机器人,,2026-2027学年第二学期,焊接机器人操作,1\n"
        "某学院,焊接,2024,编程,,第5学期,离线编程(了解),\n"
        "某学院,焊接,,编程,,第5学期,离线编程,\n"
        "某学院,焊接,2024,看图,,,看图,2\n"
        "某学院,焊接,2024,看图,2027-13-01,,看图,7\n",
        "utf-8",
    )
    read = read_curricula(path)
    assert [(line.skill, line.level, line.ends_on, line.entry_year) for line in read.records] == [
        ("氩弧焊", 2, date(2027, 1, 31), 2024),
        ("二保焊", 3, date(2027, 1, 31), 2024),
        ("焊接机器人操作", 1, date(2027, 7, 15), 2024),
        ("离线编程", 1, date(2027, 1, 31), 2024),
    ]
    assert [(p.row, p.column, p.rule) for p in read.problems] == [
        (5, "学期", "bad_term"),
        (6, "结课时间", "required"),
        (7, "结课时间", "no_such_day"),
        (7, "掌握程度", "bad_level"),
    ]
    path.write_text("院校,专业名称,课程名称,技能\n某学院,焊接,焊接实训,氩弧焊\n", "utf-8")
    with pytest.raises(TableError) as caught:
        read_curricula(path)
    assert [problem.rule for problem in caught.value.problems] == ["missing_header"]


def test_the_sample_teaches_its_own_students(vocabulary: Vocabulary, sample_folder: Path) -> None:
    profiles = read_profiles(sample_folder / "students.csv", TODAY).records
    lines = read_curricula(sample_folder / "curricula.csv").records
    found = with_curriculum(profiles, lines, vocabulary, TODAY)
    gained = [after for before, after in zip(profiles, found, strict=True) if after.skills != before.skills]
    assert len(gained) > 300
    assert {profile.college for profile in gained} == {line.college for line in lines}
    assert all(
        after.skills[: len(before.skills)] == before.skills for before, after in zip(profiles, found, strict=True)
    )
