"""Hostile and broken tables: refused by name within limits of time and memory; whatever is fuzzed, no other error."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from matching.errors import TableError
from matching.tables import child, read_curricula, read_demands, read_profiles, sheet
from matching.tables.headers import known_headers
from matching.tables.words import known_words

ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 1 << 20
MEMORY = 300
SECONDS = 30
"""What a refusal may take here. It takes under 2 s on a quiet machine; a test must hold on a slow and busy one."""
START = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
END = b"</sheetData></worksheet>"
MEASURE = """
import json, re, resource, sys, time
from matching.errors import TableError
from matching.tables import read_demands
start = time.perf_counter()
try:
    read = read_demands(sys.argv[1])
    rule = ",".join(sorted({problem.rule for problem in read.problems}))
except TableError as error:
    rule = error.problems[0].rule
seconds = time.perf_counter() - start
children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
try:
    own = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
except OSError:
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([rule, seconds, own // 1024, children // 1024]))
"""


def packed(path: Path, members: dict[str, Iterable[bytes]]) -> None:
    """Write a real workbook in which some parts are replaced."""
    book = openpyxl.Workbook()
    stream = io.BytesIO()
    book.save(stream)
    with zipfile.ZipFile(stream) as good, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bad:
        for name in good.namelist():
            if name not in members:
                bad.writestr(name, good.read(name))
        for name, pieces in members.items():
            with bad.open(name, "w") as part:
                for piece in pieces:
                    part.write(piece)


def sheet_of(*pieces: bytes) -> dict[str, Iterable[bytes]]:
    return {"xl/worksheets/sheet1.xml": (START, *pieces, END)}


def shared(count: int) -> dict[str, Iterable[bytes]]:
    """Make many cells that all name one very long shared text."""
    rows = (b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (row, row) for row in range(1, count + 1))
    text = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>' + b"A" * 32_000
    return {**sheet_of(*rows), "xl/sharedStrings.xml": (text + b"</t></si></sst>",)}


def nested() -> bytes:
    content = b"0" * (10 * MEGABYTE)
    for _ in range(4):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(10):
                archive.writestr(f"{number}.zip", content)
        content = stream.getvalue()
    return content


CORNER = b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row>'
WORKBOOKS: dict[str, tuple[dict[str, Iterable[bytes]], set[str]]] = {
    "bomb": (sheet_of(*[b" " * MEGABYTE] * 629), {"unpacked_size"}),
    "corner": (sheet_of(CORNER), {"grid_size"}),
    "corner in single quotes": (sheet_of(CORNER.replace(b'"', b"'")), {"grid_size"}),
    "corner behind an attribute": (sheet_of(CORNER.replace(b"<c r", b'<c a=">" r')), {"grid_size"}),
    "corner behind a false reference": (sheet_of(CORNER.replace(b"<c r", b"<c x='r=\"A1\"' r")), {"grid_size"}),
    "wide and tall": (
        sheet_of(b'<row r="1">', b"<c><v>1</v></c>" * 1900, b'</row><row r="1048576"><c><v>1</v></c></row>'),
        {"grid_size"},
    ),
    "million columns": (sheet_of(b'<row r="1">', *[b'<c t="n"><v>1</v></c>' * 10_000] * 100, b"</row>"), {"grid_size"}),
    "entities": (
        {"xl/worksheets/sheet1.xml": (b'<!DOCTYPE x [<!ENTITY a "aaaa">]>', START, b"&a;", END)},
        {"xml_entities"},
    ),
    "one text in 9,000 cells": (shared(9_000), {"damaged", "too_costly"}),
    "one text in 200,000 cells": (shared(200_000), {"damaged", "too_costly"}),
    "merged everywhere": (
        {
            "xl/worksheets/sheet1.xml": (
                START,
                b'<row r="1"><c r="A1" t="n"><v>1</v></c></row></sheetData><mergeCells>',
                *[b'<mergeCell ref="A1:XFD9999"/>' * 1000] * 150,
                b"</mergeCells></worksheet>",
            )
        },
        {"merged_ranges"},
    ),
}
FILES: dict[str, tuple[bytes, set[str]]] = {
    "nested zip": (nested(), {"not_xlsx"}),
    "pdf": (b"%PDF-1.7\n%text\n", {"not_a_table"}),
    "web page": (b"<html><table><tr><td>1</td></tr></table></html>", {"not_a_table"}),
    "old workbook of zeros": (sheet.OLE_START + bytes(MEGABYTE), {"old_format"}),
    "million columns as text": (b"," * 1_000_000, {"grid_size"}),
    "one endless record": (b'"a\n"",",' * MEGABYTE, {"grid_size"}),
    "blank lines": (b"\n" * 3_000_000, {"grid_size"}),
}


@pytest.mark.skipif(sys.platform == "win32", reason="measures memory with the resource module")
@pytest.mark.parametrize("name", [*WORKBOOKS, *FILES])
def test_hostile_files_are_refused_in_time_and_memory(name: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile.xlsx"
    if name in WORKBOOKS:
        members, rules = WORKBOOKS[name]
        packed(path, members)
    else:
        content, rules = FILES[name]
        path.write_bytes(content)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, env=environment, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    rule, seconds, own, children = json.loads(ran.stdout)
    assert rule in rules
    assert seconds < SECONDS and max(own, children) < MEMORY, (seconds, own, children)


def test_a_truncated_workbook_is_refused_and_one_with_styled_empty_columns_read(tmp_path: Path) -> None:
    path = tmp_path / "cut.xlsx"
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["岗位编号", "岗位"], ["D1", "焊工"]):
        book.active.append(row)
    book.active["XFD1048576"].number_format = "0.00"
    book.save(path)
    assert [demand.id for demand in read_demands(path).records] == ["D1"]
    content = path.read_bytes()
    for cut in (10, len(content) // 2, len(content) - 30):
        path.write_bytes(content[:cut])
        with pytest.raises(TableError) as caught:
            read_demands(path)
        assert caught.value.problems[0].rule in ("damaged", "encoding", "not_text")


def test_a_child_that_takes_too_long_or_says_too_much_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    book = openpyxl.Workbook()
    assert book.active is not None
    for number in range(30_000):
        book.active.append([number] * 10)
    book.save(path)
    content = path.read_bytes()
    for seconds, output, reason in ((0.01, 1 << 30, "time"), (60.0, 1_000, "output")):
        started = time.monotonic()
        with pytest.raises(child.ChildFailed) as caught:
            child.read_apart(content, seconds, 1 << 30, output)
        assert caught.value.reason == reason and time.monotonic() - started < 30
    (found,) = child.read_apart(content, 60.0, 1 << 30, 1 << 30)
    assert len(found.rows) == 30_000 and found.rows[7] == [7.0] * 10


def test_large_and_small_workbooks_give_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = ROOT / "tests" / "material" / "office_files" / "s07_merged_down.xlsx"
    here = read_profiles(path)
    monkeypatch.setattr(sheet, "SMALL_FILE", 0)
    assert read_profiles(path) == here


READERS = {"demands": read_demands, "students": read_profiles, "curricula": read_curricula}
PIECES = [
    *(
        "氩弧焊",
        "；",
        "、",
        "/",
        "(",
        "）",
        "熟练",
        ":",
        "：",
        "3",
        "@",
        "2027.6",
        "[优先]",
        "|",
        "无",
        "-",
        "=1+1",
        "#REF!",
    ),
    *(
        "六月底",
        "二〇二七年",
        "6-8K",
        "万",
        "\n",
        " ",
        "　",
        "'",
        '"',
        ",",
        "１２",
        "9" * 40,
        "合计",
        "注：",
        "\ufeff",
        "\x01",
        "😀",
    ),
    *(
        "2024001.0",
        "1e400",
        "-0",
        "nan",
        "٣",
        "Ⅳ",
        "㈠",
        "½",
        "十十",
        "第5学期",
        "\u202e",
        "字" * 300,
        "((((",
        "[[[[",
        "@~~",
    ),
]


def fuzzed(draw: random.Random, path: Path, table: str) -> None:
    """Write one fuzzed table: true and bent headers, cells of odd pieces, as CSV, workbook or damaged bytes."""
    headers = [header for _, header in known_headers(table).values()]
    words = [*PIECES, *known_words("intent"), *known_words("level"), *draw.sample(headers, 5)]

    def cell() -> str:
        return "".join(draw.choice(words) for _ in range(int(draw.expovariate(0.5))))

    needed = {"demands": ["岗位编号", "岗位"], "students": ["学号"], "curricula": ["专业", "课程", "技能", "结束日期"]}[
        table
    ]
    header = [*needed, *draw.sample(headers, draw.randrange(8)), *([cell()] if draw.random() < 0.3 else [])]
    if draw.random() < 0.3:
        draw.shuffle(header)
    rows = [[cell()] for _ in range(draw.randrange(3))] if draw.random() < 0.3 else []
    rows += [header, *([cell() for _ in header[: draw.randrange(len(header) + 2)]] for _ in range(draw.randrange(8)))]
    if draw.random() < 0.25:
        book = openpyxl.Workbook()
        page = book.active or book.create_sheet()
        for row in rows:
            page.append([openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", text) for text in row])
        for _ in range(draw.randrange(4)):
            top, left = draw.randrange(1, 9), draw.randrange(1, 6)
            place = {"start_row": top, "start_column": left, "end_row": top + draw.randrange(3)}
            page.merge_cells(**place, end_column=left + draw.randrange(3))
        book.save(path)
        content = bytearray(path.read_bytes())
    else:
        stream = io.StringIO()
        csv.writer(stream).writerows(rows)
        content = bytearray(stream.getvalue().encode(draw.choice(("utf-8", "gb18030", "utf-16")), "replace"))
    if draw.random() < 0.2 and content:
        for _ in range(draw.randrange(1, 6)):
            content[draw.randrange(len(content))] = draw.randrange(256)
        content = content[: draw.randrange(1, len(content) + 1)] if draw.random() < 0.3 else content
    path.write_bytes(content)


def run_fuzzed(first: int, count: int, folder: Path) -> float:
    """Read fuzzed tables by their numbers; give the longest time, fail on any error but TableError."""
    longest = 0.0
    for number in range(first, first + count):
        draw = random.Random(number)
        table = draw.choice(sorted(READERS))
        path = folder / "fuzzed"
        fuzzed(draw, path, table)
        started = time.perf_counter()
        try:
            read = READERS[table](path)
        except TableError as error:
            assert error.problems
        except Exception as error:
            raise AssertionError(f"fuzzed table {number} ({table}): {error!r}") from error
        else:
            assert all(problem.row is not None and problem.file for problem in read.problems)
        longest = max(longest, time.perf_counter() - started)
    return longest


def test_fuzzed_tables_give_problems_and_no_other_error(tmp_path: Path) -> None:
    assert run_fuzzed(0, 150, tmp_path) < SECONDS


@pytest.mark.campaign
def test_campaign_of_fuzzed_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Read 20,000 fuzzed tables: no uncaught error, none over 5 s."""
    count = int(os.environ.get("FUZZED_TABLES", "20000"))
    longest = run_fuzzed(1_000, count, tmp_path)
    with capsys.disabled():
        print(f"{date.today()}: {count} fuzzed tables, 0 uncaught errors, the longest took {longest:.2f} s")
    assert longest < 5
