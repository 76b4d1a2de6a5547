"""Tables as offices make them: headers, rows, dates and words found, what is left aside named; templates, errors."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import PatternFill
from typer.testing import CliRunner

from matching.cli import app
from matching.domain import Importance, Intent, Kind, Pay
from matching.errors import TableError
from matching.tables import (
    read_curricula,
    read_demands,
    read_profiles,
    returned,
    write_errors,
    write_template,
)
from matching.tables.template import Table, template_columns

TODAY = date(2026, 11, 24)
READERS = {"demands": read_demands, "students": read_profiles, "curricula": read_curricula}


def saved(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "table.csv"
    path.write_bytes(text.encode(encoding))
    return path


def workbook(folder: Path, rows: list[list[object]], merged: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    for place in merged:
        book.active.merge_cells(place)
    path = folder / "book.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("27.6.30", date(2027, 6, 30)),
        ("二〇二七年六月三十日", date(2027, 6, 30)),
        ("二○二七年十二月", date(2027, 12, 31)),
        ("2027年6月底", date(2027, 6, 30)),
        ("2027年6月上旬", date(2027, 6, 10)),
        ("27年6月", date(2027, 6, 30)),
        ("46568", date(2027, 6, 30)),
        ("2027-06-30 00:00:00", date(2027, 6, 30)),
        ("2027/6/30 8:00", date(2027, 6, 30)),
        ("30/6/2027", date(2027, 6, 30)),
        ("2027年6月30日（星期三）", date(2027, 6, 30)),
        ("'2027-06-30", date(2027, 6, 30)),
        ("202706", date(2027, 6, 30)),
    ],
)
def test_more_dates_as_people_write_them(tmp_path: Path, written: str, day: date) -> None:
    read = read_profiles(saved(tmp_path, f'学号,毕业时间\nS1,"{written}"\n'), TODAY)
    assert [problem.text() for problem in read.problems] == []
    assert read.records[0].graduates_on == day


@pytest.mark.parametrize(
    ("written", "rule"),
    [("5/6/2027", "ambiguous_date"), ("六月底", "bad_date"), ("2027届", "bad_date"), ("31", "bad_date")],
)
def test_a_date_that_can_be_read_in_two_ways_or_none_is_named(tmp_path: Path, written: str, rule: str) -> None:
    assert read_profiles(saved(tmp_path, f"学号,毕业时间\nS1,{written}\n")).problems[0].rule == rule


def test_titles_two_row_headers_merged_rows_and_notes(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["2027届毕业生信息表", None, None, None, None, None],
        [None] * 6,
        ["学号", "姓名", "技能证书", None, "就业意向", None],
        [None, None, "名称", "等级", "意向省", "意向市"],
        [2027001.0, "某某", "电工", "四级", "山东省", "济南市"],
        [None, None, "低压电工证", None, None, None],
        [2027002.0, "某某", "无", None, "山东省", None],
        ["合计", None, "2人", None, None, None],
        ["注：以上由教务处填写。", None, None, None, None, None],
    ]
    read = read_profiles(
        workbook(tmp_path, rows, ("A1:F1", "A3:A4", "C3:D3", "E3:F3", "A5:A6", "B5:B6", "E5:E6")), TODAY
    )
    assert [problem.text() for problem in read.problems] == []
    first, second = read.records
    assert (first.id, second.id) == ("2027001", "2027002")
    assert first.certificates is not None
    assert [(claim.label, claim.level) for claim in first.certificates] == [("电工（四级）", 2), ("低压电工证", None)]
    assert (first.preferences.places, second.preferences.places) == (("济南市",), ("山东省",))
    assert second.certificates == ()
    assert [note.rule for note in read.notes] == ["title_row", "protected_columns", "sum_row", "note_row"]


def test_levels_importance_and_lists_in_words(tmp_path: Path) -> None:
    text = (
        "序号,招聘岗位,学历要求,技能要求,技能/证书,专业要求,招聘人数（人）,薪资（元/月）\n"
        "1,焊工,大专及以上,数控编程(熟练)、熟悉PLC，看图 二保焊/氩弧焊；钳工者优先,焊工证；看图,不限,若干,6-8K\n"
        "2,车工,中专/高中,1.数控车 2.CAD/CAM,,数控技术、机电一体化,5名,面议\n"
    )
    read = read_demands(saved(tmp_path, text))
    first, second = read.records
    skills = [(r.label, r.level, r.importance) for r in first.requirements if r.kind is Kind.SKILL]
    assert skills == [
        ("数控编程", 3, Importance.SHOULD),
        ("PLC", 2, Importance.SHOULD),
        ("看图", None, Importance.SHOULD),
        ("二保焊", None, Importance.SHOULD),
        ("氩弧焊", None, Importance.SHOULD),
        ("钳工", None, Importance.NICE),
        ("看图", None, Importance.SHOULD),
    ]
    assert [r.label for r in first.requirements if r.kind is Kind.CERTIFICATE] == ["焊工证"]
    assert (first.id, first.headcount, second.headcount, second.pay) == ("1", None, 5, None)
    assert first.pay is not None and (first.pay.low, first.pay.high) == (6000, 8000)
    labels = [(r.label, r.any_of) for r in second.requirements]
    assert labels == [
        ("中专", "education"),
        ("高中", "education"),
        ("数控技术", "majors"),
        ("机电一体化", "majors"),
        ("数控车", None),
        ("CAD/CAM", None),
    ]


@pytest.mark.parametrize(
    ("written", "intent"),
    [
        ("继续升学（专升本）", Intent.STUDY),
        ("应征入伍", Intent.ENLIST),
        ("看情况，还没定", Intent.UNDECIDED),
        ("直接就业", Intent.EMPLOY),
        ("暂不就业", Intent.NOT_SEEKING),
        ("自主创业", Intent.OWN_BUSINESS),
    ],
)
def test_intents_in_words(tmp_path: Path, written: str, intent: Intent) -> None:
    assert read_profiles(saved(tmp_path, f"学号,就业意向\nS1,{written}\n")).records[0].intent is intent


def test_an_intent_of_two_minds_is_named(tmp_path: Path) -> None:
    assert read_profiles(saved(tmp_path, "学号,就业意向\nS1,升学或参军\n")).problems[0].rule == "unknown_word"


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "utf-8-sig"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_form_of_text_file_gives_the_same(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = '学号,专业,技能\n\'001,焊接,氩弧焊\n="002",数控,车工\n'.replace(",", delimiter)
    read = read_profiles(saved(tmp_path, text, encoding), TODAY)
    assert [(profile.id, profile.major) for profile in read.records] == [("001", "焊接"), ("002", "数控")]


def test_ids_that_a_spreadsheet_has_rounded_and_formulas_are_refused_by_name(tmp_path: Path) -> None:
    text = "学号,毕业时间\n2.024E+17,2027.6\n2024001.0,=TODAY()\n２０２４００２,2027.6\n#REF!,2027.6\n"
    read = read_profiles(saved(tmp_path, text), TODAY)
    assert [profile.id for profile in read.records] == ["2024002"]
    assert [(p.row, p.rule) for p in read.problems] == [(2, "rounded_id"), (3, "formula"), (5, "formula")]
    path = workbook(tmp_path, [["岗位编号", "岗位", "人数"], ["D1", "焊工", "=1+1"], ["D2", "车工", 2]])
    read_back = read_demands(path)
    assert [(p.row, p.column, p.value) for p in read_back.problems] == [(2, "人数", "=1+1")]
    assert [demand.id for demand in read_back.records] == ["D2"]


def test_the_sheet_that_holds_the_table_is_found_and_the_others_are_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "说明"
    book.active.append(["请先阅读"])
    for title, key in (("甲班", "S1"), ("乙班", "S2")):
        sheet = book.create_sheet(title)
        sheet.append(["学号", "专业"])
        sheet.append([key, "焊接"])
    book.save(tmp_path / "book.xlsx")
    read = read_profiles(tmp_path / "book.xlsx")
    assert [profile.id for profile in read.records] == ["S1"]
    assert [(note.rule, note.value) for note in read.notes] == [("other_tables", "乙班"), ("other_sheets", "说明")]


def test_rows_are_filled_down_in_a_csv_with_a_note(tmp_path: Path) -> None:
    read = read_demands(saved(tmp_path, "企业名称,岗位\n甲公司,焊工\n,车工\n,钳工\n"))
    assert [demand.employer for demand in read.records] == ["甲公司"] * 3
    assert [note.rule for note in read.notes] == ["row_as_id", "carried_down"]


def test_what_is_taken_otherwise_than_written_is_noted(tmp_path: Path) -> None:
    rows = "D1,焊工,220元/天\nD2,车工,面议\nD3,铣工,25元/小时\nD4,钳工,计件，每件2元\nD5,电工,12万/年\n"
    demands = read_demands(saved(tmp_path, "岗位编号,岗位,工资\n" + rows))
    assert [demand.pay for demand in demands.records] == [
        *(Pay(5720, 5720), None, Pay(5200, 5200), None, Pay(10_000, 10_000)),
    ]
    assert [(note.rule, note.row) for note in demands.notes] == [
        *(("pay_converted", 2), ("pay_converted", 4), ("pay_not_monthly", 5)),
    ]
    assert demands.notes[0].message_zh == "按日计薪，折合每月 5720 元（每月按 26 天计）"
    assert "by the hour" in demands.notes[1].message_en and "208 hours a month" in demands.notes[1].message_en
    students = read_profiles(
        saved(tmp_path, "学号,毕业时间,拟考证书\nS1,2027.6,焊工（五级）\nS2,,焊工（五级）\n"), TODAY
    )
    planned = [profile.planned_certificates[0].issued_on for profile in students.records]
    assert planned == [date(2027, 6, 30), date(2100, 12, 31)]
    assert [note.rule for note in students.notes] == ["planned_without_date"] * 2
    courses = read_curricula(saved(tmp_path, "专业,课程,结束日期,技能\n焊接,体育,2027.1,\n焊接,实训,2027.1,氩弧焊\n"))
    assert len(courses.records) == 1 and [(note.rule, note.row) for note in courses.notes] == [("no_skill", 2)]


def test_social_credit_codes_are_checked_and_not_kept(tmp_path: Path) -> None:
    text = (
        "岗位,信用代码\n焊工,91350100M000100Y43\n车工,91350100M000100Y44\n钳工,9135\n铣工,91350100M000100YO3\n磨工,\n"
    )
    read = read_demands(saved(tmp_path, text))
    assert [demand.title for demand in read.records] == ["焊工", "磨工"]
    assert [(p.row, p.rule) for p in read.problems] == [(row, "credit_code") for row in (3, 4, 5)]
    assert "91350100M000100Y43" not in repr(read.records)


@pytest.mark.parametrize("table", ["demands", "students", "curricula"])
@pytest.mark.parametrize("ending", [".xlsx", ".csv"])
def test_a_filled_template_is_read_whole(tmp_path: Path, table: Table, ending: str) -> None:
    path = tmp_path / f"blank{ending}"
    write_template(path, table)
    columns = template_columns(table)
    examples = [column.example for column in columns]
    with pytest.raises(TableError) as caught:
        READERS[table](path)
    assert [problem.rule for problem in caught.value.problems] == ["empty"]
    if ending == ".csv":
        with path.open("a", encoding="utf-8", newline="") as stream:
            stream.write(",".join(examples) + "\r\n")
    else:
        book = openpyxl.load_workbook(path)
        assert len(list(book.worksheets[1].iter_rows())) == len(columns) + 1
        for number, example in enumerate(examples, start=1):
            book.worksheets[0].cell(2, number, example)
        book.save(path)
    read = READERS[table](path)
    assert [problem.text() for problem in read.problems] == []
    assert {note.rule for note in read.notes} <= {"other_sheets"}
    assert len(read.records) == 1


def test_templates_have_their_form(tmp_path: Path) -> None:
    for name, rule in (("t.pdf", "unknown_form"), ("none/t.csv", "unwritable")):
        with pytest.raises(TableError) as caught:
            write_template(tmp_path / name, "demands")
        assert caught.value.problems[0].rule == rule


def test_the_returned_workbook_keeps_its_look_says_what_is_wrong_and_is_read_again(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["需求表", None, None],
        ["岗位编号", "岗位", "人数"],
        ["D1", "焊工", "很多"],
        ["D2", "车工", 2],
        ["合计", None, 2],
    ]
    path = workbook(tmp_path, rows, ("A1:C1",))
    book = openpyxl.load_workbook(path)
    assert book.active is not None
    book.active["B4"].fill = PatternFill("solid", fgColor="00FF00")
    book.save(path)
    read = read_demands(path)
    back = tmp_path / "back.xlsx"
    write_errors(back, path, read.problems, read.notes)
    shown = openpyxl.load_workbook(back).worksheets[0]
    assert shown["D2"].value == "问题" and "人数" in shown["D3"].value and shown["D4"].value is None
    assert shown["B4"].fill.fgColor.rgb == "0000FF00"
    again = read_demands(back)
    assert [p.as_dict() | {"file": ""} for p in again.problems] == [p.as_dict() | {"file": ""} for p in read.problems]
    assert again.records == read.records

    fixed = openpyxl.load_workbook(back)
    fixed.worksheets[0]["C3"] = 3
    fixed.save(back)
    repaired = read_demands(back)
    assert [demand.headcount for demand in repaired.records] == [3, 2] and not repaired.problems
    write_errors(back, back, repaired.problems, repaired.notes)
    assert openpyxl.load_workbook(back).worksheets[0]["D3"].value is None


def test_a_csv_comes_back_as_a_workbook_and_a_long_one_with_its_bad_rows_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, "岗位编号,岗位,人数\n001,焊工,很多\n002,=1+1,2\n003,钳工,2\n")
    read = read_demands(path)
    write_errors(tmp_path / "back.xlsx", path, read.problems, read.notes)
    sheet = openpyxl.load_workbook(tmp_path / "back.xlsx").worksheets[0]
    assert [cell.value for cell in sheet["A"]] == ["岗位编号", "001", "002", "003"]
    assert sheet["B3"].data_type == "s" and sheet["D2"].value and sheet["D3"].value and not sheet["D4"].value
    again = read_demands(tmp_path / "back.xlsx")
    assert [demand.id for demand in again.records] == ["003"] and len(again.problems) == 2

    monkeypatch.setattr(returned, "MOST_ROWS", 2)
    write_errors(tmp_path / "bad.xlsx", path, read.problems, read.notes)
    rows = list(openpyxl.load_workbook(tmp_path / "bad.xlsx").worksheets[0].iter_rows(values_only=True))
    assert [(row[0], row[4]) for row in rows] == [("岗位编号", "原行号"), ("001", 2), ("002", 3)]
    assert len(read_demands(tmp_path / "bad.xlsx").problems) == 2
    with pytest.raises(TableError):
        write_errors(tmp_path / "back.csv", path, read.problems)


def test_the_command_writes_templates_and_errors(tmp_path: Path, sample_folder: Path) -> None:
    target = tmp_path / "blank.xlsx"
    assert CliRunner().invoke(app, ["template", "demands", "-o", str(target)]).exit_code == 0 and target.exists()
    demands = saved(tmp_path, "岗位编号,岗位,技能,人数\nD1,焊工,氩弧焊,2\nD2,车工,车工,很多\n")
    students = tmp_path / "students.csv"
    students.write_text("学号,院校,专业,年级\nS1,济南示例工程职业学院,智能焊接技术,2024\nS2,某院,数控,明年\n", "utf-8")
    errors = tmp_path / "errors.xlsx"
    curricula = str(sample_folder / "curricula.csv")
    ran = CliRunner().invoke(
        app,
        ["match", str(demands), str(students), "--errors", str(errors), "--curricula", curricula, "--json"],
    )
    assert ran.exit_code == 1 and '"rejected_rows": 2' in ran.output
    assert openpyxl.load_workbook(errors).worksheets[0]["E3"].value
    assert openpyxl.load_workbook(tmp_path / "errors-students.xlsx").worksheets[0]["E3"].value
    refused = CliRunner().invoke(app, ["match", str(demands), str(students), "--errors", str(tmp_path / "e.csv")])
    assert refused.exit_code != 0


def test_real_dates_of_a_workbook_come_back(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["学号", "毕业时间"], ["S1", datetime(2027, 6, 30)], ["S2", "明年"]])
    read = read_profiles(path)
    write_errors(tmp_path / "back.xlsx", path, read.problems)
    assert read_profiles(tmp_path / "back.xlsx").records == read.records
