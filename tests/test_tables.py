"""Tables: every wrong cell is named, every readable encoding and date is read, what is written comes back."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import binary, lists, text

from matching.domain import AutomatedDecision, DemandKind, Importance, Intent, Kind
from matching.errors import TableError
from matching.tables import MatchRow, matches_text, read_demands, read_profiles, sheet, write_matches
from matching.tables.write import sheet_names

TODAY = date(2026, 11, 24)
DEMAND = "岗位编号,岗位名称,人数,技能,必备证书,到岗日期,类型,月薪下限,月薪上限,岗位描述\n"
STUDENT = "学号,技能,计划技能,技能证书,计划证书,就业意向,毕业日期,自动排序,满16周岁日期,满18周岁日期\n"

BROKEN_CELLS = [
    # table, row of text, column, value as named, rule
    (DEMAND, "D1,焊工,-3,,,,,,,", "人数", "-3", "out_of_range"),
    (DEMAND, "D1,焊工," + "9" * 5000 + ",,,,,,,", "人数", "9" * 5000, "out_of_range"),
    (DEMAND, "D1,焊工,很多,,,,,,,", "人数", "很多", "not_a_number"),
    (DEMAND, "D1,焊工,,氩弧焊:6,,,,,,", "技能", "氩弧焊:6", "bad_level"),
    (DEMAND, "D1,焊工,,看图；氩弧焊:0,,,,,,", "技能", "氩弧焊:0", "bad_level"),
    (DEMAND, "D1,焊工,,氩弧焊:高,,,,,,", "技能", "氩弧焊:高", "bad_level"),
    (DEMAND, "D1,焊工,,氩弧焊[随便],,,,,,", "技能", "随便", "unknown_word"),
    (DEMAND, "D1,焊工,,氩弧焊@2027-01-01,,,,,,", "技能", "氩弧焊@2027-01-01", "date_not_allowed"),
    (DEMAND, "D1,焊工,,氩弧焊|,,,,,,", "技能", "氩弧焊|", "empty_alternative"),
    (DEMAND, "D1,焊工,,氩弧焊[优先]|二保焊[必须],,,,,,", "技能", "氩弧焊[优先]|二保焊[必须]", "mixed_importance"),
    (DEMAND, "D1,焊工,,,电工:3,,,,,", "必备证书", "电工:3", "bad_level"),
    (DEMAND, "D1,焊工,,,,2027-02-30,,,,", "到岗日期", "2027-02-30", "no_such_day"),
    (DEMAND, "D1,焊工,,,,明年七月,,,,", "到岗日期", "明年七月", "bad_date"),
    (DEMAND, "D1,焊工,,,,1027-07-01,,,,", "到岗日期", "1027-07-01", "bad_year"),
    (DEMAND, "D1,焊工,,,,,兼职,,,", "类型", "兼职", "unknown_word"),
    (DEMAND, "D1,焊工,,,,,,8000,6000,", "月薪上限", "6000", "end_before_start"),
    (DEMAND, "D1,焊工,,,,,,,,{long}", "岗位描述", "字" * 5001, "too_long"),
    (DEMAND, "D1,,,,,,,,,", "岗位名称", "", "required"),
    (DEMAND, "D1,焊工,,,,,,,,,多出来的", "#11", "多出来的", "extra_cell"),
    (STUDENT, "S1,,数控编程:2,,,,,,,", "计划技能", "数控编程:2", "date_missing"),
    (STUDENT, "S1,,数控编程:0@2027-06-30,,,,,,,", "计划技能", "数控编程:0@2027-06-30", "bad_level"),
    (
        STUDENT,
        "S1,,,电工证@2026-05-20~2025-05-19,,,,,,",
        "技能证书",
        "电工证@2026-05-20~2025-05-19",
        "end_before_start",
    ),
    (STUDENT, "S1,,,电工证@,,,,,,", "技能证书", "电工证@", "bad_date"),
    (STUDENT, "S1,,,@2026-05-20,,,,,,", "技能证书", "@2026-05-20", "no_label"),
    (STUDENT, "S1,,,电工证[课程],,,,,,", "技能证书", "电工证[课程]", "tag_not_allowed"),
    (STUDENT, "S1,氩弧焊|二保焊,,,,,,,,", "技能", "氩弧焊|二保焊", "alternatives_not_allowed"),
    (STUDENT, "S1,,,,,躺平,,,,", "就业意向", "躺平", "unknown_word"),
    (STUDENT, "S1,,,,,,2027.13,,,", "毕业日期", "2027.13", "bad_date"),
    (STUDENT, "S1,,,,,,,看情况,,", "自动排序", "看情况", "unknown_word"),
    (STUDENT, "S1,,,,,,,,2028-01-01,2027-01-01", "满18周岁日期", "2027-01-01", "end_before_start"),
]

CELL_NAMES = [f"{number}-{case[-1]}" for number, case in enumerate(BROKEN_CELLS)]

BROKEN_FILES = [
    (b"", "empty"),
    (b"\n\n", "empty"),
    (DEMAND.encode(), "empty"),
    ("岗位编号,岗位明称\nD1,焊工\n".encode(), "unknown_header"),
    ("岗位编号,人数\nD1,2\n".encode(), "missing_header"),
    ("岗位编号,岗位名称,职位\nD1,焊工,焊工\n".encode(), "repeated_header"),
    ('岗位编号,岗位名称\nD1,"焊工\n'.encode(), "csv_syntax"),
    (b"\xff\xfe\xff", "encoding"),
    (b"id,title\nD1,a\0b\n", "not_text"),
    (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old_format"),
    (b"PK\x03\x04 and then nothing", "damaged"),
]


def saved(folder: Path, text: str, name: str = "demands.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def workbook(folder: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "需求"
    for row in rows:
        book.active.append(row)
    path = folder / "book.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize(("header", "line", "column", "value", "rule"), BROKEN_CELLS, ids=CELL_NAMES)
def test_wrong_cell_is_named_and_the_valid_row_goes_on(
    tmp_path: Path, header: str, line: str, column: str, value: str, rule: str
) -> None:
    good = "D0,好岗位,1,,,,,,," if header == DEMAND else "S0,,,,,,,,,"
    path = saved(tmp_path, header + good + "\n" + line.format(long="字" * 5001) + "\n")
    read = read_demands(path) if header == DEMAND else read_profiles(path, TODAY)
    assert [record.id[1:] for record in read.records] == ["0"]
    (problem,) = read.problems
    assert (problem.file, problem.row, problem.column) == ("demands.csv", 3, column)
    assert (problem.value, problem.rule) == (value, rule)
    for lang in ("zh", "en"):
        assert "demands.csv" in problem.text(lang) and "3" in problem.text(lang)


@pytest.mark.parametrize(("content", "rule"), BROKEN_FILES, ids=[rule for _, rule in BROKEN_FILES])
def test_file_that_cannot_be_used_is_refused_by_name(tmp_path: Path, content: bytes, rule: str) -> None:
    path = tmp_path / "broken.csv"
    path.write_bytes(content)
    with pytest.raises(TableError) as caught:
        read_demands(path)
    assert rule in {problem.rule for problem in caught.value.problems}
    assert all(problem.file == "broken.csv" for problem in caught.value.problems)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=lists(text(max_size=30), min_size=10, max_size=10), content=binary(max_size=200))
def test_whatever_stands_in_a_file_gives_problems_and_no_other_error(
    tmp_path: Path, cells: list[str], content: bytes
) -> None:
    for header, read in ((DEMAND, read_demands), (STUDENT, read_profiles)):
        stream = io.StringIO()
        csv.writer(stream).writerow(cells)
        for written in ((header + stream.getvalue()).encode("utf-8", "replace"), content, b"PK\x03\x04" + content):
            (tmp_path / "any.csv").write_bytes(written)
            try:
                found = read(tmp_path / "any.csv")
            except TableError as error:
                assert error.problems
            else:
                assert len(found.records) + len(found.problems) >= 1


def test_missing_file_and_folder_are_table_errors(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(TableError) as caught:
            read_demands(path)
        assert caught.value.problems[0].rule == "unreadable"


def test_unknown_header_is_left_aside_with_a_note_that_names_the_closest_one(tmp_path: Path) -> None:
    read = read_demands(saved(tmp_path, "岗位编号,岗位名称,必备技术,\nD1,焊工,x,什么\n"))
    note, nameless = read.notes
    assert (note.rule, note.row, note.column, note.value) == ("unknown_header", 1, "必备技术", "必备技术")
    assert "必备技能" in note.text("zh") and "必备技能" in note.text("en")
    assert (nameless.rule, nameless.row, nameless.column) == ("no_header", 2, "#4")
    assert [demand.requirements for demand in read.records] == [()] and not read.problems


def test_every_wrong_cell_of_a_row_is_named_and_ids_may_not_repeat(tmp_path: Path) -> None:
    read = read_demands(saved(tmp_path, DEMAND + "D1,a,1,,,,,,,\nD1,b,x,焊:9,,,,,,\n"))
    assert [problem.column for problem in read.problems] == ["岗位编号", "人数", "技能"]
    assert "2" in next(p for p in read.problems if p.rule == "repeated_id").message_zh


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_give_the_same_records(tmp_path: Path, encoding: str) -> None:
    text = DEMAND + 'D1,氩弧焊工,2,氩弧焊：3；看图,焊工证,2027/7/1,订单班,6000,"8,000",持证上岗\n'
    plain = read_demands(saved(tmp_path, text, "a.csv")).records
    assert read_demands(saved(tmp_path, text, "b.csv", encoding)).records == plain
    assert plain[0].kind is DemandKind.ORDER_CLASS and plain[0].pay is not None and plain[0].pay.high == 8000


@pytest.mark.parametrize(
    ("written", "start", "end_of_month"),
    [
        ("2027-07-01", date(2027, 7, 1), date(2027, 7, 1)),
        ("2027/7/1", date(2027, 7, 1), date(2027, 7, 1)),
        ("２０２７．７．１", date(2027, 7, 1), date(2027, 7, 1)),
        ("2027.7", date(2027, 7, 1), date(2027, 7, 31)),
        ("2027年7月", date(2027, 7, 1), date(2027, 7, 31)),
        ("20270701", date(2027, 7, 1), date(2027, 7, 1)),
    ],
)
def test_dates_as_people_write_them(tmp_path: Path, written: str, start: date, end_of_month: date) -> None:
    demands = read_demands(saved(tmp_path, f"岗位编号,岗位名称,到岗日期\nD1,焊工,{written}\n"))
    assert demands.records[0].start_on == start
    profiles = read_profiles(saved(tmp_path, f"学号,毕业日期\nS1,{written}\n"), TODAY)
    assert profiles.records[0].graduates_on == end_of_month


def test_requirements_carry_kind_importance_level_and_alternatives(tmp_path: Path) -> None:
    text = (
        "id,title,education,majors,must_skills,skills,nice_skills,must_certificates\n"
        "D1,Welder,大专,智能焊接技术|焊接技术应用,氩弧焊:2|二保焊:2;看图,PLC[必须已核实],无,电工:四级\n"
    )
    read = read_demands(saved(tmp_path, text))
    assert not read.problems
    found = [(r.kind, r.label, r.level, r.importance, r.any_of) for r in read.records[0].requirements]
    assert found == [
        (Kind.EDUCATION, "大专", None, Importance.MUST, None),
        (Kind.MAJOR, "智能焊接技术", None, Importance.SHOULD, "majors"),
        (Kind.MAJOR, "焊接技术应用", None, Importance.SHOULD, "majors"),
        (Kind.SKILL, "氩弧焊", 2, Importance.MUST, "must_skills:1"),
        (Kind.SKILL, "二保焊", 2, Importance.MUST, "must_skills:1"),
        (Kind.SKILL, "看图", None, Importance.MUST, None),
        (Kind.SKILL, "PLC", None, Importance.MUST, None),
        (Kind.CERTIFICATE, "电工", 2, Importance.MUST, None),
    ]
    assert [r.exclude_unknown for r in read.records[0].requirements].index(True) == 6


def test_profile_cells(tmp_path: Path) -> None:
    text = (
        "学号,专业名称,班级,技能,计划技能,技能证书,计划证书,就业意向,自动排序,满16周岁日期,满18周岁日期,姓名,性别\n"
        "S1,,24智能焊接技术1班,氩弧焊:3[核验];看图;PLC:不会,数控编程:2@2027-01-10,"
        "低压电工作业证@2026-05-20~2032-05-19;焊工证@~2027-01-01,电工:三级@2027.6,升学,拒绝,2025-01-01,2027-01-01,某某,女\n"
        "S2,数控技术,,,,无,,,,,,某某,男\nS3,数控技术,,,,,,,,,,某某,男\n"
    )
    read = read_profiles(saved(tmp_path, text), TODAY)
    assert not read.problems
    first, second, third = read.records
    assert [(s.label, s.level, s.source, s.available_on) for s in first.skills] == [
        ("氩弧焊", 3, "verified", None),
        ("看图", None, "claimed", None),
        ("PLC", 0, "claimed", None),
        ("数控编程", 2, "course", date(2027, 1, 10)),
    ]
    assert first.certificates is not None
    assert [(c.label, c.level, c.issued_on, c.valid_until) for c in first.all_certificates] == [
        ("低压电工作业证", None, date(2026, 5, 20), date(2032, 5, 19)),
        ("焊工证", None, None, date(2027, 1, 1)),
        ("电工", 3, date(2027, 6, 30), None),
    ]
    assert first.major == "24智能焊接技术1班"
    assert first.intent is Intent.STUDY and first.automated_decision is AutomatedDecision.REFUSE
    assert (first.turns_16_on, first.turns_18_on) == (None, date(2027, 1, 1))
    assert second.certificates == () and third.certificates is None
    (note,) = read.notes
    assert note.rule == "protected_columns" and note.value == "姓名、性别"
    assert "某某" not in repr(read.records)


def test_workbook_with_real_dates_numbers_and_two_sheets(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        [
            ["岗位编号", "岗位名称", "人数", "到岗日期", "月薪下限", None],
            [101, "焊工", 3.0, datetime(2027, 7, 1), 6000, None],
            [None] * 6,
            [102, "车工", 2, 2027.1, "六千", None],
        ],
    )
    book = openpyxl.load_workbook(path)
    book.create_sheet("说明").append(["看这里"])
    book.save(path)
    read = read_demands(path)
    assert [(d.id, d.headcount, d.start_on) for d in read.records] == [("101", 3, date(2027, 7, 1))]
    places = {(p.sheet, p.row, p.column, p.rule) for p in read.problems}
    assert places == {("需求", 4, "到岗日期", "ambiguous_date"), ("需求", 4, "月薪下限", "not_a_number")}
    assert [note.rule for note in read.notes] == ["other_sheets"]


def packed(folder: Path, members: dict[str, bytes]) -> Path:
    path = folder / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_archives_that_unpack_too_far_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "LARGEST_UNPACKED", sheet.MEGABYTE)
    path = packed(tmp_path, {"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b" " * 3 * sheet.MEGABYTE})
    content = bytearray(path.read_bytes())
    size = (3 * sheet.MEGABYTE).to_bytes(4, "little")
    while (place := content.find(size)) >= 0:
        content[place : place + 4] = (7).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(TableError) as caught:
        read_demands(path)
    assert caught.value.problems[0].rule == "unpacked_size"


def test_one_cell_in_the_last_corner_and_other_zip_files_are_refused(tmp_path: Path) -> None:
    corner = (
        b'<worksheet><sheetData><row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData></worksheet>'
    )
    for members, rule in (
        ({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": corner}, "grid_size"),
        ({"word/document.xml": b"<x/>"}, "not_xlsx"),
        ({"xl/workbook.xml": b"<x/>"}, "damaged"),
    ):
        with pytest.raises(TableError) as caught:
            read_demands(packed(tmp_path, members))
        assert caught.value.problems[0].rule == rule


def test_file_over_the_size_limit_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "LARGEST_XLSX", 100)
    with pytest.raises(TableError) as caught:
        read_demands(workbook(tmp_path, [["岗位编号", "岗位名称"], ["D1", "焊工"]]))
    assert caught.value.problems[0].rule == "file_size"


ROWS = [
    MatchRow("D1", 1, "S1", 0.75, ("氩弧焊", "=1+1"), ("数控编程",), (), ("看图",), ("焊工证",), "氩弧焊工/白班"),
    MatchRow("D1", 2, "+S2", 0.5, title="氩弧焊工/白班"),
    MatchRow("D2", 1, "S1", 0.25, title="试车工"),
]


def test_workbook_of_matches_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "matches.xlsx"
    write_matches(path, ROWS, asked={"D1": "氩弧焊工/白班", "D3": "没有人"})
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["D1 氩弧焊工 白班", "D3 没有人", "D2 试车工"]
    lines = list(book["D1 氩弧焊工 白班"].iter_rows(values_only=True))
    assert lines[0] == ("名次", "代号", "分数", "已具备", "将具备", "预计", "缺少", "待核实")
    assert lines[1][:5] == (1, "S1", 0.75, "氩弧焊；=1+1", "数控编程")
    assert book["D1 氩弧焊工 白班"]["B3"].data_type == "s" and lines[2][1] == "+S2"
    assert len(list(book["D3 没有人"].iter_rows())) == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["matches.xlsx"]


def test_text_that_begins_like_a_formula_stays_text(tmp_path: Path) -> None:
    row = MatchRow("=D", 1, "=HYPERLINK(1)", 0.5, ("@x",))
    write_matches(tmp_path / "m.xlsx", [row], "en")
    sheet_read = openpyxl.load_workbook(tmp_path / "m.xlsx").active
    assert sheet_read is not None and sheet_read["B2"].data_type == "s" and sheet_read["B2"].value == "=HYPERLINK(1)"
    assert sheet_read["A1"].value == "rank"
    (_, line) = csv.reader(io.StringIO(matches_text([row], ".csv")))
    assert line[0] == "'=D" and line[2] == "'=HYPERLINK(1)" and line[4] == "'@x"


def test_json_forms_come_back(tmp_path: Path) -> None:
    write_matches(tmp_path / "m.json", ROWS)
    write_matches(tmp_path / "m.jsonl", ROWS)
    whole = json.loads((tmp_path / "m.json").read_text("utf-8"))
    lines = [json.loads(line) for line in (tmp_path / "m.jsonl").read_text("utf-8").splitlines()]
    assert whole == lines and len(whole) == 3 and whole[0]["will_have"] == ["数控编程"]
    assert json.loads(matches_text([], ".json")) == []
    write_matches(tmp_path / "m.csv", ROWS)
    assert (tmp_path / "m.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_writing_elsewhere_or_in_another_form_is_refused(tmp_path: Path) -> None:
    for name, rule in (("m.pdf", "unknown_form"), ("none/m.csv", "unwritable")):
        with pytest.raises(TableError) as caught:
            write_matches(tmp_path / name, ROWS)
        assert caught.value.problems[0].rule == rule
    assert not list(tmp_path.iterdir())


def test_sheet_names_are_safe_and_unique() -> None:
    names = sheet_names(["a[b]:*?/\\c", "", "'x'", "History", "长" * 40, "长" * 40, "X"])
    assert len({name.casefold() for name in names}) == len(names)
    assert all(1 <= len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)
