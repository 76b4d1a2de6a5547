"""Writes an allocation as a workbook (seats, reasons, how it was decided), as CSV, JSON or JSON lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from matching.errors import Problem, TableError
from matching.tables.write import FORMS, FORMULA_STARTS, replace_file

HEADERS = {
    "zh": ("班级编号", "班级名称", "状态", "结果", "序", "学生代号", "志愿", "分数", "说明"),
    "en": ("class id", "class", "state", "result", "number", "student", "choice", "score", "why"),
}
SHEETS = {"zh": ("录取结果", "说明"), "en": ("allocation", "remarks")}
WIDTHS = (14, 28, 12, 10, 6, 16, 8, 10, 90)


@dataclass(frozen=True, slots=True)
class SeatRow:
    """One student in one class: seated, waiting, or not, with the number in that list and the reason in words."""

    class_id: str
    title: str
    state: str
    result: str
    number: int | None
    student: str
    choice: int | None
    score: float | None
    why: str


def write_seats(path: Path | str, rows: Sequence[SeatRow], remarks: Sequence[str], lang: str = "zh") -> None:
    """Write an allocation to `.xlsx` (with a second sheet of remarks), `.csv`, `.json` or `.jsonl`.

    The file appears whole or not at all. Raises TableError for another ending or a folder that can't be written to.
    """
    target = Path(path)
    form = target.suffix.lower()
    if form not in FORMS:
        known = ", ".join(FORMS)
        english, chinese = f"the ending must be one of {known}", f"文件扩展名应为 {known} 之一"
        raise TableError(Problem("unknown_form", english, chinese, target.suffix, target.name))
    if form == ".xlsx":
        replace_file(target, _workbook(rows, remarks, lang))
    else:
        replace_file(target, seats_text(rows, form, lang).encode("utf-8-sig" if form == ".csv" else "utf-8"))


def seats_text(rows: Sequence[SeatRow], form: str, lang: str = "zh") -> str:
    """Give an allocation as text in the form `.csv`, `.json` or `.jsonl`."""
    if form == ".csv":
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADERS[lang])
        writer.writerows([_harmless(value) for value in asdict(row).values()] for row in rows)
        return stream.getvalue()
    lines = [json.dumps(asdict(row), ensure_ascii=False) for row in rows]
    return "".join(line + "\n" for line in lines) if form == ".jsonl" else "[\n" + ",\n".join(lines) + "\n]\n"


def _harmless(value: object) -> object:
    """Put an apostrophe before text that a spreadsheet would take for a formula."""
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def _workbook(rows: Sequence[SeatRow], remarks: Sequence[str], lang: str) -> bytes:
    workbook = Workbook()
    page = workbook.active or workbook.create_sheet()
    page.title, other = SHEETS[lang]
    page.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHI", WIDTHS, strict=True):
        page.column_dimensions[letter].width = width
    _line(page, 1, HEADERS[lang])
    for cell in page[1]:
        cell.font = Font(bold=True)
    for number, row in enumerate(rows, start=2):
        _line(page, number, tuple(asdict(row).values()))
    more = workbook.create_sheet(other)
    more.column_dimensions["A"].width = 120
    for number, remark in enumerate(remarks, start=1):
        _line(more, number, (remark,))
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _line(page: Worksheet, number: int, values: Sequence[object]) -> None:
    """Fill a row; text stays text, also where it begins like a formula."""
    for column, value in enumerate(values, start=1):
        cell = page.cell(number, column, value if isinstance(value, str | int | float) else None)
        if isinstance(value, str):
            cell.data_type = "s"
