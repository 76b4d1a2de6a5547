"""The command as people run it: results, exit status, and a named place for every kind of bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from matching.cli.usage import usage_problem

ROOT = Path(__file__).resolve().parent.parent

DEMANDS = """岗位编号,岗位名称,学历,技能,必备证书,到岗日期,岗位描述
D1,氩弧焊工,高职专科,氩弧焊:2；看图纸,焊工证,2027-07-01,不锈钢管打底
D2,数控车工,,数控车:2,,2027-07-01,
"""
STUDENTS = """学号,专业名称,学历层次,技能,技能证书,就业意向,自我描述
S1,智能焊接技术,高职专科,TIG:3；识图:2,焊工证@2026-05-01~2032-04-30,求职,氩弧焊打底练了一年
S2,数控技术,高职专科,数控车:3,无,求职,
S3,智能焊接技术,高职专科,氩弧焊:3,焊工证,升学,
"""


def duikou(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the installed command in a folder; it reads nothing from standard input and never shows a traceback."""
    ran = subprocess.run(
        [sys.executable, "-c", "from matching.cli import main; main()", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        stdin=subprocess.DEVNULL,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "COLUMNS": "120", "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert "Traceback" not in ran.stderr + ran.stdout, ran.stderr
    return ran


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "demands.csv").write_text(DEMANDS, encoding="utf-8")
    (tmp_path / "students.csv").write_text(STUDENTS, encoding="utf-8")
    return tmp_path


def test_match_prints_ranked_and_explained_lists(folder: Path) -> None:
    ran = duikou("match", "demands.csv", "students.csv", "--today", "2026-11-24", folder=folder)
    assert ran.returncode == 0
    for words in ("D1 氩弧焊工", "S1", "已具备", "缺少", "目前不求职（升学、入伍等） 1", "焊工证 1", "权重"):
        assert words in ran.stdout
    assert "2 demands 需求, 3 students 学生, 0 rejected" in ran.stderr
    english = duikou("match", "demands.csv", "students.csv", "--lang", "en", folder=folder)
    assert "Has:" in english.stdout and "已具备" not in english.stdout


def test_json_is_one_object_and_nothing_else(folder: Path) -> None:
    ran = duikou("match", "demands.csv", "students.csv", "--json", folder=folder)
    found = json.loads(ran.stdout)
    first = found["lists"][0]
    assert first["asked"] == "D1" and first["results"][0]["id"] == "S1"
    assert sum(first["results"][0]["parts"].values()) == pytest.approx(first["results"][0]["score"], abs=1e-5)
    other = json.loads(
        duikou("match", "demands.csv", "students.csv", "--json", "--direction", "profiles", folder=folder).stdout
    )
    assert [one["asked"] for one in other["lists"]] == ["S1", "S2", "S3"]
    assert other["lists"][0]["results"][0]["id"] == "D1"


@pytest.mark.parametrize("form", ["xlsx", "csv", "json", "jsonl"])
def test_results_go_to_a_file_of_each_form(folder: Path, form: str) -> None:
    ran = duikou("match", "demands.csv", "students.csv", "-o", f"out.{form}", "-k", "2", folder=folder)
    assert ran.returncode == 0 and ran.stdout == ""
    if form == "xlsx":
        book = load_workbook(folder / "out.xlsx")
        assert book.sheetnames == ["D1 氩弧焊工", "D2 数控车工"]
        rows = list(book.worksheets[0].iter_rows(values_only=True))
        assert rows[0] == ("名次", "代号", "分数", "已具备", "将具备", "预计", "缺少", "待核实")
        assert rows[1][:2] == (1, "S1") and "氩弧焊 2级" in str(rows[1][3])
    else:
        assert "S1" in (folder / f"out.{form}").read_text(encoding="utf-8-sig")


def test_a_dash_writes_csv_to_standard_output(folder: Path) -> None:
    ran = duikou("match", "demands.csv", "students.csv", "-o", "-", folder=folder)
    assert ran.stdout.splitlines()[0] == "需求,名次,代号,分数,已具备,将具备,预计,缺少,待核实"


def test_explain_says_the_same_score_as_match(folder: Path) -> None:
    pair = ("demands.csv", "students.csv", "--demand", "D1", "--profile", "S1", "--today", "2026-11-24")
    said = json.loads(duikou("explain", *pair, "--json", folder=folder).stdout)
    listed = json.loads(
        duikou("match", "demands.csv", "students.csv", "--json", "--today", "2026-11-24", folder=folder).stdout
    )
    assert said["score"] == listed["lists"][0]["results"][0]["score"]
    assert "已具备：" in duikou("explain", *pair, folder=folder).stdout
    assert "Has: " in duikou("explain", *pair, "--lang", "en", folder=folder).stdout


def test_rejected_rows_are_named_and_the_rest_goes_on(folder: Path) -> None:
    (folder / "students.csv").write_text(STUDENTS.replace("数控车:3", "数控车:9"), encoding="utf-8")
    ran = duikou("match", "demands.csv", "students.csv", "--json", folder=folder)
    assert ran.returncode == 1
    assert "students.csv，第 3 行，列「技能」：「数控车:9」" in ran.stderr and "row 3" in ran.stderr
    assert json.loads(ran.stdout)["rejected_rows"] == 1


Change = Callable[[Path], object]


def write(name: str, content: str | bytes) -> Change:
    """Make a change of the folder: a file with this content."""
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    return lambda folder: (folder / name).write_bytes(data)


nothing: Change = lambda folder: None  # noqa: E731
MATCH = ("match", "demands.csv", "students.csv")
EXPLAIN = ("explain", "demands.csv", "students.csv", "--demand")
MATCH_XLSX = ("match", "demands.xlsx", "students.csv")
HEAD = "岗位编号,岗位名称"
BROKEN: list[tuple[str, Change, tuple[str, ...], tuple[str, ...]]] = [
    ("no such file", nothing, ("match", "nowhere.csv", "students.csv"), ("nowhere.csv",)),
    ("a folder", lambda f: (f / "dir.csv").mkdir(), ("match", "dir.csv", "students.csv"), ("dir.csv",)),
    ("an empty file", write("demands.csv", ""), MATCH, ("demands.csv",)),
    ("only a header", write("demands.csv", f"{HEAD}\n"), MATCH, ("demands.csv",)),
    ("no title column", write("demands.csv", "岗位编号\nD1\n"), MATCH, ("demands.csv", "岗位名称")),
    (
        "an unknown header for a required column",
        write("demands.csv", "岗位编号,岗位明 称\nD1,焊工\n"),
        MATCH,
        ("demands.csv", "岗位明 称", "岗位名称"),
    ),
    (
        "a header twice",
        write("demands.csv", f"{HEAD},岗位名称\nD1,a,b\n"),
        MATCH,
        ("demands.csv", "岗位名称"),
    ),
    ("all rows wrong", write("demands.csv", f"{HEAD},人数\nD1,焊工,-3\n"), MATCH, ("第 2 行", "人数", "-3")),
    (
        "a wrong date",
        write("demands.csv", f"{HEAD},到岗日期\nD1,焊工,明年\n"),
        MATCH,
        ("第 2 行", "到岗日期", "明年"),
    ),
    (
        "not a workbook",
        write("demands.xlsx", b"PK\x03\x04 broken"),
        ("match", "demands.xlsx", "students.csv"),
        ("demands.xlsx",),
    ),
    ("another format", write("demands.pdf", b"%PDF-1.4"), ("match", "demands.pdf", "students.csv"), ("demands.pdf",)),
    ("unreadable bytes", write("demands.csv", b"\xff\xfe\x00\x81\x00\x39"), MATCH, ("demands.csv",)),
    ("k of zero", nothing, (*MATCH, "-k", "0"), ("-k",)),
    ("an unknown direction", nothing, (*MATCH, "--direction", "sideways"), ("sideways",)),
    ("an unknown part", nothing, (*MATCH, "--weights", "looks=1"), ("looks",)),
    ("a weight that is no number", nothing, (*MATCH, "--weights", "skills=much"), ("skills=much",)),
    ("a negative weight", nothing, (*MATCH, "--weights", "skills=-1"), ("skills", "-1")),
    ("a date that is none", nothing, (*MATCH, "--today", "2026-13-01"), ("2026-13-01",)),
    ("an output of another form", nothing, (*MATCH, "-o", "out.pdf"), ("out.pdf",)),
    ("an output in no folder", nothing, (*MATCH, "-o", "nowhere/out.csv"), ("out.csv",)),
    ("an unknown demand", nothing, (*EXPLAIN, "D9", "--profile", "S1"), ("D9",)),
    ("an unknown student", nothing, (*EXPLAIN, "D1", "--profile", "S9"), ("S9",)),
    ("no task folder", nothing, ("evaluate", "no-task"), ("no-task",)),
    ("a broken task", write("task.jsonl", "{not json}\n"), ("evaluate", "task.jsonl"), ("task.jsonl", "1")),
    ("an output over an input", nothing, (*MATCH, "-o", "students.csv"), ("--output", "students.csv")),
    (
        "an output over an input by another name",
        lambda f: (f / "other.csv").symlink_to(f / "students.csv"),
        (*MATCH, "-o", "other.csv"),
        ("--output", "other.csv"),
    ),
    ("a fold of judged pairs", write("task.jsonl", ""), ("evaluate", "task.jsonl", "--fold", "tune"), ("--fold",)),
    ("judged pairs transposed", write("task.jsonl", ""), ("evaluate", "task.jsonl", "--transpose"), ("--transpose",)),
    ("an export into a file", nothing, ("vocabulary", "export", "demands.csv/x"), ("demands.csv",)),
    ("no vocabulary folder", nothing, (*MATCH, "--vocabulary", "no-release"), ("no-release",)),
    ("no release to import", nothing, ("vocabulary", "import", "esco", "no-release", "out"), ("no-release",)),
    ("an unknown release kind", nothing, ("vocabulary", "import", "isco", ".", "out"), ("isco",)),
]


@pytest.mark.parametrize(("change", "words", "named"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_bad_input_is_named_and_nothing_is_written(
    folder: Path, change: Change, words: tuple[str, ...], named: tuple[str, ...]
) -> None:
    change(folder)
    before = sorted(path.name for path in folder.iterdir())
    ran = duikou(*words, folder=folder)
    assert ran.returncode == 2, ran.stderr
    assert ran.stdout == ""
    for word in named:
        assert word in ran.stderr, ran.stderr
    assert sorted(path.name for path in folder.iterdir()) == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("form", [(), ("-o", "-"), ("--json",)])
def test_a_full_disk_is_said(folder: Path, form: tuple[str, ...]) -> None:
    code = "from matching.cli import main; main()"
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-c", code, *MATCH, *form],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=folder,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "PYTHONIOENCODING": "utf-8"},
            check=False,
        )
    assert ran.returncode == 2, ran.stderr
    assert "无法读取或写入" in ran.stderr and "Traceback" not in ran.stderr and "Exception ignored" not in ran.stderr


def test_reciprocal_order_shows_the_wishes(folder: Path) -> None:
    ran = duikou("match", "demands.csv", "students.csv", "--order", "reciprocal", folder=folder)
    assert "意愿 1.00" in ran.stdout
    other = ("--order", "reciprocal", "--direction", "profiles", "--lang", "en")
    english = duikou("match", "demands.csv", "students.csv", *other, folder=folder)
    assert "wishes 1.00" in english.stdout and "数控车工" in english.stdout
    assert "意愿" not in duikou("match", "demands.csv", "students.csv", folder=folder).stdout


def test_what_was_not_understood_is_named(folder: Path) -> None:
    table = STUDENTS.replace("识图:2", "三号台打样:2；祖传手艺:1")
    (folder / "students.csv").write_text(table, encoding="utf-8")
    ran = duikou("match", "demands.csv", "students.csv", "--json", folder=folder)
    assert "未识别的写法（按原文精确比对）：技能 三号台打样 1、祖传手艺 1" in ran.stderr
    assert "Not in the vocabulary (compared word for word): skills 三号台打样 1" in ran.stderr
    (folder / "demands.csv").write_text(
        DEMANDS.replace("岗位描述", "职业").replace("不锈钢管打底", "云游者"), encoding="utf-8"
    )
    again = duikou("match", "demands.csv", "students.csv", "--json", folder=folder)
    assert "未识别的写法（无法比对）：职业 云游者 1" in again.stderr


def test_what_is_to_be_verified_is_the_same_everywhere(folder: Path) -> None:
    (folder / "students.csv").write_text(STUDENTS.replace("焊工证@2026-05-01~2032-04-30", ""), encoding="utf-8")
    listed = json.loads(duikou(*MATCH, "--json", folder=folder).stdout)["lists"][0]["results"]
    (reasons,) = [result["reasons"] for result in listed if result["id"] == "S1"]
    assert reasons["to_verify"] == ["焊工证"]
    assert "待核实：焊工证" in duikou(*MATCH, folder=folder).stdout
    duikou(*MATCH, "-o", "out.json", folder=folder)
    rows = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    assert [row["verify"] for row in rows if (row["asked"], row["id"]) == ("D1", "S1")] == [["焊工证"]]


def test_vocabulary_commands(folder: Path) -> None:
    found = json.loads(duikou("vocabulary", "search", "氩弧焊", "--json", folder=folder).stdout)
    assert found["results"][0]["id"] == "weld.gtaw"
    assert "weld.gtaw" in duikou("vocabulary", "search", "TIG", folder=folder).stdout
    checked = duikou("vocabulary", "check", folder=folder)
    assert checked.returncode == 0 and "没有问题" in checked.stdout
    assert duikou("vocabulary", "export", "mine", folder=folder).returncode == 0
    again = duikou("vocabulary", "import", "csv", "mine", "again", folder=folder)
    assert again.returncode == 0 and (folder / "again" / "release.json").is_file()
    doubled = duikou("vocabulary", "check", "--vocabulary", "again", folder=folder)
    assert doubled.returncode == 2 and "weld.gtaw" in doubled.stderr


def test_own_concepts_are_used_once_imported(folder: Path) -> None:
    header = (
        folder / "own" / "skills.csv",
        "id,zh,en,forms_zh,forms_en,context_forms,broader,related,covers,verified\n",
    )
    header[0].parent.mkdir()
    header[0].write_text(header[1] + "own.laser,厂内激光工位,Own laser cell,三号激光台,,,,,,no\n", encoding="utf-8")
    assert duikou("vocabulary", "import", "csv", "own", "release", folder=folder).returncode == 0
    found = duikou("vocabulary", "search", "三号激光台", "--vocabulary", "release", "--json", folder=folder)
    assert json.loads(found.stdout)["results"][0]["id"] == "own.laser"
    used = duikou("match", "demands.csv", "students.csv", "--vocabulary", "release", "--json", folder=folder)
    assert used.returncode == 0


def test_the_demo_prints_both_languages(folder: Path) -> None:
    ran = duikou("demo", folder=folder)
    assert ran.returncode == 0
    for words in ("示例：60 个岗位需求", "已具备", "Has:", "分数", "Score", "Weights:"):
        assert words in ran.stdout


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_who_refuses_ranking_is_named_beside_every_file(folder: Path, form: str) -> None:
    refusing = STUDENTS.replace("自我描述\n", "自我描述,自动排序\n").replace("练了一年\n", "练了一年,拒绝\n")
    (folder / "students.csv").write_text(
        refusing.replace(",求职,\n", ",求职,,\n").replace("升学,\n", "升学,,\n"), encoding="utf-8"
    )
    ran = duikou("match", "demands.csv", "students.csv", "-o", f"out.{form}", "-k", "2", folder=folder)
    assert ran.returncode == 0, ran.stderr
    if form == "csv":
        assert "请人工查看（1）：S1" in ran.stderr
    else:
        cells = [str(row[0]) for row in load_workbook(folder / "out.xlsx").worksheets[0].iter_rows(values_only=True)]
        assert any("请人工查看（1）：S1" in cell for cell in cells) and any(cell.startswith("权重：") for cell in cells)


@pytest.mark.parametrize(
    ("words", "chinese", "english"),
    [
        (["match"], "缺少参数 demands", "Missing argument"),
        (["match", "a", "b", "-k", "0"], "-k 应不小于 1", "greater than or equal to 1"),
        (["match", "a", "b", "-k", "x"], "-k 应为整数", "valid integer"),
        (["match", "a", "b", "--lang", "fr"], "--lang 应为 'zh', 'en' 之一", "is not one of"),
        (["match", "a", "b", "c"], "多余的参数：c", "unexpected extra argument"),
        (["match", "a", "b", "--order"], "选项 --order 后面要写上值", "requires an argument"),
        (["match", "--direktion"], "没有选项 --direktion", "No such option"),
        (["no-such-command"], "没有命令 no-such-command", "No such command"),
        (["vocabulary", "no-such-command"], "没有命令 no-such-command", "No such command"),
    ],
)
def test_a_wrong_option_is_named_in_both_languages(words: list[str], chinese: str, english: str, folder: Path) -> None:
    ran = duikou(*words, folder=folder)
    assert ran.returncode == 2 and ran.stdout == ""
    assert chinese in ran.stderr and english in ran.stderr and "--help" in ran.stderr


def test_an_unknown_message_about_usage_is_passed_on() -> None:
    problem = usage_problem("The stars are wrong.")
    assert problem.message_en in problem.message_zh
