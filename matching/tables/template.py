"""Writes blank tables to fill in, with Chinese headers and a sheet that explains each column by an example."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from matching.errors import Problem, TableError
from matching.tables.headers import REQUIRED
from matching.tables.write import replace_file
from matching.vocabulary import data_folder

Table = Literal["demands", "students", "curricula"]
FORMS = (".xlsx", ".csv")
TITLES = {"demands": "岗位需求", "students": "学生", "curricula": "培养方案"}
EXPLAINED = ("列名", "是否必填", "填什么", "What to write", "示例 example")
WIDTHS = (16, 10, 56, 56, 40)
HEADER_FILL = PatternFill("solid", fgColor="D9E2F3")
TEXT_FORMAT = "@"
TEXT_ROWS = 500


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a blank table: field, header, what to write in zh and en, an example."""

    field: str
    header: str
    zh: str
    en: str
    example: str


def template_columns(table: Table) -> list[Column]:
    """Give the columns of a blank table in their order, as `data/columns.csv` lists them."""
    with (data_folder() / "columns.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["table"] == table]
    return [Column(row["field"], row["header"], row["zh"], row["en"], row["example"]) for row in rows]


def write_template(path: Path | str, table: Table) -> None:
    """Write a blank table of demands, students or curricula as `.xlsx` or `.csv`.

    When: `duikou template demands -o demands.xlsx`, before an office starts to fill in. The first sheet holds the
    header alone, its cells are text so that 001 and 2027.10 stay as typed; the second one explains each column. A CSV
    holds the header and is UTF-8 with a byte order mark, for Excel and WPS. Raises TableError for another ending or
    an unwritable folder.
    """
    target = Path(path)
    form = target.suffix.lower()
    if form not in FORMS:
        known = ", ".join(FORMS)
        english, chinese = f"the ending must be one of {known}", f"文件扩展名应为 {known} 之一"
        raise TableError(Problem("unknown_form", english, chinese, target.suffix, target.name))
    columns = template_columns(table)
    if form == ".csv":
        stream = io.StringIO()
        csv.writer(stream, lineterminator="\r\n").writerow([column.header for column in columns])
        replace_file(target, stream.getvalue().encode("utf-8-sig"))
        return
    replace_file(target, _workbook(table, columns))


def _workbook(table: Table, columns: list[Column]) -> bytes:
    workbook = Workbook()
    page = workbook.active or workbook.create_sheet()
    page.title = TITLES[table]
    page.freeze_panes = "A2"
    for number, column in enumerate(columns, start=1):
        cell = page.cell(1, number, column.header)
        cell.font, cell.fill = Font(bold=True), HEADER_FILL
        letter = get_column_letter(number)
        page.column_dimensions[letter].width = max(12, 2 * len(column.header) + 2)
        for row in range(2, TEXT_ROWS + 2):
            page.cell(row, number).number_format = TEXT_FORMAT
    extra = workbook.create_sheet("填写说明")
    for number, (header, width) in enumerate(zip(EXPLAINED, WIDTHS, strict=True), start=1):
        extra.cell(1, number, header).font = Font(bold=True)
        extra.column_dimensions[get_column_letter(number)].width = width
    for row, column in enumerate(columns, start=2):
        needed = "必填 required" if column.field in REQUIRED[table] else ""
        for number, text in enumerate((column.header, needed, column.zh, column.en, column.example), start=1):
            cell = extra.cell(row, number, text)
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()
