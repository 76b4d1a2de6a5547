"""The synthetic sample: reproducible to the byte, read without a problem, varied as intended, and nobody real in it."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

from matching.domain import AutomatedDecision, Demand, DemandKind, Importance, Intent, Profile
from matching.tables import Read, read_curricula, read_demands, read_profiles

DATA = Path(__file__).resolve().parent.parent / "data"
SAMPLE = DATA / "sample"
TODAY = date(2026, 11, 24)
MADE_UP = re.compile("示例|样例|演示|范例|Example")
PROTECTED_WORDS = re.compile("男|女|汉族|回族|党员|团员|未婚|已婚|身份证|手机号|微信号|QQ号")
LONG_NUMBER = re.compile(r"\d{8,}")


@cache
def demands() -> Read[Demand]:
    return read_demands(SAMPLE / "demands.csv")


@cache
def students() -> Read[Profile]:
    return read_profiles(SAMPLE / "students.csv", TODAY)


def test_generator_writes_the_committed_files_again(tmp_path: Path) -> None:
    command = [sys.executable, "-B", str(SAMPLE / "generate.py"), "--folder", str(tmp_path)]
    subprocess.run(command, check=True, timeout=120)
    for name in ("demands.csv", "students.csv", "curricula.csv", "classes.csv", "preferences.csv"):
        assert (tmp_path / name).read_bytes() == (SAMPLE / name).read_bytes(), f"run data/sample/generate.py: {name}"


def test_every_row_is_read_and_no_column_left_aside() -> None:
    for read, count in ((demands(), 60), (students(), 2000)):
        assert [problem.text() for problem in read.problems] == []
        assert read.notes == () and len(read.records) == count


def test_curricula_of_two_colleges_are_read_without_a_problem() -> None:
    read = read_curricula(SAMPLE / "curricula.csv")
    assert read.problems == read.notes == ()
    assert len({line.college for line in read.records}) == 2 and {line.entry_year for line in read.records} == {
        2024,
        2025,
    }
    assert {line.college for line in read.records} <= {student.college for student in students().records}


def test_enterprises_and_colleges_are_made_up() -> None:
    employers = {demand.employer for demand in demands().records}
    colleges = {student.college for student in students().records}
    assert (len(employers), len(colleges)) == (25, 6)
    assert all(name and MADE_UP.search(name) for name in employers | colleges)


def test_nobody_can_be_recognised_and_no_protected_word_occurs() -> None:
    for name in ("demands.csv", "students.csv", "curricula.csv", "classes.csv", "preferences.csv"):
        text = (SAMPLE / name).read_text("utf-8")
        assert not PROTECTED_WORDS.search(text) and not LONG_NUMBER.search(text)


def test_demands_are_of_every_kind_with_musts_alternatives_and_vague_ones() -> None:
    records = demands().records
    assert {demand.kind for demand in records} == set(DemandKind)
    requirements = [requirement for demand in records for requirement in demand.requirements]
    assert {requirement.importance for requirement in requirements} == set(Importance)
    assert sum(requirement.any_of is not None for requirement in requirements) > 50
    assert any(not demand.requirements for demand in records)
    starts = [demand.start_on for demand in records if demand.start_on]
    assert len(starts) == 60 and min(starts) >= date(2027, 1, 1) and max(starts) <= date(2027, 9, 30)
    assert sum(demand.text.isascii() for demand in records) >= 2


def test_students_have_the_intended_shares() -> None:
    records = students().records
    intents = Counter(student.intent for student in records)
    assert 0.16 <= intents[Intent.STUDY] / 2000 <= 0.20 and 0.04 <= intents[Intent.ENLIST] / 2000 <= 0.06
    decisions = Counter(student.automated_decision for student in records)
    assert 40 <= decisions[AutomatedDecision.REFUSE] <= 80 and 20 <= decisions[AutomatedDecision.EXPLAIN_ONLY] <= 60
    assert sum(student.turns_18_on is not None for student in records) > 200
    assert sum(student.turns_16_on is not None for student in records) > 30
    graduations = [student.graduates_on for student in records if student.graduates_on]
    assert min(graduations) >= date(2026, 6, 1) and max(graduations) <= date(2029, 6, 30)


def test_skills_and_certificates_show_levels_plans_gaps_and_expiry() -> None:
    records = students().records
    levels = Counter(skill.level for student in records for skill in student.skills if not skill.available_on)
    stated = sum(levels[level] for level in range(1, 5))
    assert levels[5] == 0 and levels[4] / stated < 0.03 and levels[0] > 10 and levels[None] > 500
    assert levels[2] > levels[1] > levels[3] > levels[4]
    assert sum(any(skill.available_on for skill in student.skills) for student in records) > 500
    assert 50 < sum(not student.skills for student in records) < 200
    claims = [claim for student in records for claim in student.all_certificates]
    assert sum(claim.issued_on is not None and claim.issued_on > TODAY for claim in claims) > 200
    assert sum(claim.valid_until is not None and claim.valid_until.year == 2027 for claim in claims) >= 10
    assert {student.certificates is None for student in records} == {True, False}
    assert sum(not student.text for student in records) > 150


def test_skills_follow_the_major() -> None:
    welders = [student for student in students().records if student.major and "焊接" in student.major]
    labels = Counter(skill.label for student in welders for skill in student.skills)
    assert len(welders) > 150 and labels["手把焊"] > 30 and labels["Java"] == labels["做账"] == 0


def test_expectations_are_known_rounded_and_fall_with_the_level() -> None:
    with (DATA / "expectations.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    counts = Counter(row["major_or_class"] for row in rows)
    assert len(counts) >= 35 and all(3 <= count <= 15 for count in counts.values())
    assert len({(row["major_or_class"], row["skill_id"]) for row in rows}) == len(rows)
    with (DATA / "vocabulary" / "skills.csv").open(encoding="utf-8", newline="") as stream:
        known = {row["id"] for row in csv.DictReader(stream)}
    for row in rows:
        shares = [float(row[f"p{level}"]) for level in range(1, 6)]
        assert row["skill_id"] in known and row["verified"] == "no"
        assert shares == sorted(shares, reverse=True) and all(0 <= share <= 1 for share in shares)
        assert all(abs(share * 20 - round(share * 20)) < 1e-9 for share in shares)
