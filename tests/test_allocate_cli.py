"""The command `duikou allocate` and its tables: the sample, every form of output, and a named place for bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from openpyxl import load_workbook
from typer.testing import CliRunner

from matching import Vocabulary
from matching.allocate import Case, Why, allocate, blocking_pairs, check
from matching.applications import round_of
from matching.cli import app
from matching.errors import InputError, RecordError
from matching.tables import read_classes, read_preferences, read_profiles
from tests.conftest import TODAY

CLASSES = """班级编号,班级名称,开班下限,名额上限,名额组,必备技能,技能,人工名次,不列入名单
C1,焊接班,1,2,甲 0-1：院校=甲学院；焊接 0-2：院校=乙学院，专业=焊接,,氩弧焊；看图纸,S4:2,
C2,数控班,2,3,,数控车,数控车:2,S4:1,S1
"""
STUDENTS = """学号,院校,专业名称,技能,满18周岁日期,自动排序,就业意向
S1,甲学院,智能焊接技术,氩弧焊:3；看图纸,,,求职
S2,甲学院,智能焊接技术,氩弧焊:2,,,升学
S3,乙学院,焊接技术与自动化,手把焊:2,2027-05-01,,求职
S4,乙学院,数控技术,数控车:3,,拒绝,求职
S5,乙学院,数控技术,数控车:不会,,,求职
"""
PREFERENCES = """学号,第二志愿,第一志愿,本人同意,监护人同意
S1,C2,C1,是,
S2,,C1=C2,同意,
S3,,C1,是,否
S4,,C1>C2,是,
S5,,C2,是,
"""
FILES = {"classes.csv": CLASSES, "students.csv": STUDENTS, "preferences.csv": PREFERENCES}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ran(*words: str) -> Result:
    return CliRunner().invoke(app, ["allocate", *FILES, "--today", "2026-11-24", *words])


def test_tables_of_classes_and_preferences_are_read(folder: Path) -> None:
    classes, lists = read_classes("classes.csv"), read_preferences("preferences.csv")
    assert classes.problems == lists.problems == classes.notes == lists.notes == ()
    first = classes.records[0]
    assert (first.seats_min, first.seats_max, first.placed, first.title) == (1, 2, {"S4": 2}, "焊接班")
    assert [(group.id, group.seats_min, group.seats_max) for group in first.groups] == [("甲", 0, 1), ("焊接", 0, 2)]
    assert (first.groups[1].colleges, first.groups[1].majors) == (("乙学院",), ("焊接",))
    assert classes.records[1].left_off == {"S1"} and classes.records[1].profile is not None
    choices = {person.id: person.choices for person in lists.records}
    assert choices["S1"] == (("C1",), ("C2",)) == choices["S4"] and choices["S2"] == (("C1", "C2"),)
    assert [person.guardian_consent for person in lists.records] == [False] * 5


def test_a_round_takes_scores_eligibility_consent_and_concepts_of_majors(folder: Path, vocabulary: Vocabulary) -> None:
    people = read_profiles("students.csv", TODAY).records
    lists = read_preferences("preferences.csv").records
    given = round_of(read_classes("classes.csv").records, people, lists, "x", vocabulary=vocabulary, today=TODAY)
    found = allocate(given)
    assert check(given, found) == () == blocking_pairs(given, found)
    assert found.seats == {"S1": "C1", "S4": "C1"} and found.decision.closed == ("C2",)
    why = Why(given, found)
    said = {(s, c): why.certificate(s, c) for s in ("S1", "S2", "S3", "S4", "S5") for c in ("C1", "C2")}
    assert said["S2", "C1"].group == "甲" and said["S2", "C1"].in_front == ("S1",)
    assert said["S3", "C1"].case is Case.NO_CONSENT
    assert said["S5", "C2"].case is Case.NOT_ELIGIBLE and "数控车" in said["S5", "C2"].text("zh")
    by_id = {person.id: person for person in given.applicants}
    assert by_id["S2"].major == by_id["S1"].major is not None and by_id["S3"].minor
    with pytest.raises(RecordError, match="S5"):
        round_of(read_classes("classes.csv").records, people[:4], lists, "x", vocabulary=vocabulary, today=TODAY)


def test_the_command_prints_seats_waitlists_the_decision_and_the_check(folder: Path) -> None:
    shown = ran("--seed", "spring")
    assert shown.exit_code == 0, shown.output
    for words in (
        "焊接班",
        "开班",
        "S1 (1)",
        "S4 (1)",
        "关闭 1 个班",
        "违规 0 处，阻塞对 0 对；抽签种子 spring",
        "未录取（3）",
    ):
        assert words in shown.output
    text = ran("-o", "-", "--lang", "en").stdout
    assert text.startswith("class id,class,state,result") and "C2,数控班,closed,not eligible,,S5" in text
    values = json.loads(ran("--json").stdout)
    assert values["seats"] == {"S1": "C1", "S4": "C1"} and values["breaches"] == [] and values["blocking_pairs"] == 0
    assert values["decision"]["method"] == "exact" and values["decision"]["gap"] == 1


def test_one_student_is_told_why_and_nothing_about_others(folder: Path) -> None:
    said = ran("--student", "S2").stdout
    assert "名额组「甲」" in said and "如果" in said and "S1" not in said
    values = json.loads(ran("--student", "S2", "--json", "--lang", "en").stdout)
    assert [one["class_id"] for one in values["certificates"]] == ["C1", "C2"] and "S1" not in str(values)


@pytest.mark.parametrize("form", ["xlsx", "jsonl"])
def test_seats_go_to_a_file_of_each_form(folder: Path, form: str) -> None:
    assert ran("-o", f"out.{form}").exit_code == 0
    if form == "xlsx":
        book = load_workbook(folder / "out.xlsx")
        rows = list(book["录取结果"].iter_rows(values_only=True))
        assert rows[0][:5] == ("班级编号", "班级名称", "状态", "结果", "序") and len(rows) == 9
        assert rows[1][3:7] == ("录取", 1, "S1", 1) and "已证明最优" in str(book["说明"]["A1"].value)
    else:
        text = (folder / f"out.{form}").read_text(encoding="utf-8-sig")
        assert text.count("S2") == 2 and "候补" in text


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("classes.csv", "C1,焊接班,1,2", "C1,焊接班,3,2", "大于名额上限 2"),
        ("classes.csv", "甲 0-1：院校=甲学院", "甲：甲学院", "不是名额组"),
        ("classes.csv", "S4:2", "S4", "不是人工名次"),
        ("classes.csv", "C2,数控班,2,3", "C2,数控班,2,0", "应在 1 到"),
        ("classes.csv", "C2,数控班", "C1,数控班", "重复"),
        ("preferences.csv", "C1=C2", "C1=C1", "填了两次"),
        ("preferences.csv", "S3,,C1,是", "S3,,C1,也许", "不是此列的用词"),
        ("preferences.csv", "S2,,", "S1,,", "重复"),
    ],
)
def test_a_wrong_cell_is_named_and_its_row_left_out(folder: Path, file: str, old: str, new: str, words: str) -> None:
    assert old in FILES[file]
    (folder / file).write_text(FILES[file].replace(old, new, 1), encoding="utf-8")
    read = (read_classes if file == "classes.csv" else read_preferences)(file)
    (problem,) = read.problems
    assert words in problem.text("zh") and problem.file == file and problem.row


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("preferences.csv", "S5,,C2", "S5,,C7", "没有这个代号的班级"),
        ("preferences.csv", "S5,", "S9,", "学生表中没有这个代号"),
        ("classes.csv", "S4:2", "", "不参加自动排序"),
        ("classes.csv", "院校=乙学院，专业=焊接", "专业=智能焊接技术", "交叉"),
        ("preferences.csv", "本人同意", "同意书编号", "缺少列"),
    ],
)
def test_a_round_that_cannot_be_run_is_refused_by_name(
    folder: Path, vocabulary: Vocabulary, file: str, old: str, new: str, words: str
) -> None:
    (folder / file).write_text(FILES[file].replace(old, new, 1), encoding="utf-8")
    people = read_profiles("students.csv", TODAY).records
    with pytest.raises(InputError) as caught:
        classes, lists = read_classes("classes.csv").records, read_preferences("preferences.csv").records
        allocate(round_of(classes, people, lists, "x", vocabulary=vocabulary, today=TODAY))
    assert words in caught.value.text("zh")


def test_the_command_ends_with_2_and_writes_nothing_where_a_round_cannot_be_run(folder: Path) -> None:
    (folder / "classes.csv").write_text(CLASSES.replace("S4:2", ""), encoding="utf-8")
    code = "import sys; from matching.cli import main; main()"
    command = [sys.executable, "-c", code, "allocate", *FILES, "-o", "out.csv"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=folder, check=False)
    assert done.returncode == 2 and "不参加自动排序" in done.stderr and "Traceback" not in done.stderr
    assert not (folder / "out.csv").exists()


def test_the_sample_is_read_and_run_without_a_breach(sample_folder: Path, vocabulary: Vocabulary) -> None:
    classes, lists = read_classes(sample_folder / "classes.csv"), read_preferences(sample_folder / "preferences.csv")
    assert classes.problems == classes.notes == lists.problems == lists.notes == ()
    people = read_profiles(sample_folder / "students.csv", TODAY).records
    given = round_of(classes.records, people, lists.records, "x", vocabulary=vocabulary, today=TODAY)
    found = allocate(given)
    assert check(given, found) == () == blocking_pairs(given, found)
    assert found.decision.closed == ("C05",) and found.decision.method == "exact"
