"""Gives people their own workbook back with the problems beside each row, ready to be corrected and read again."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.worksheet import Worksheet

from matching.errors import Problem, TableError
from matching.tables.headers import shown
from matching.tables.sheet import ZIP_START, Sheet, open_sheets
from matching.tables.write import FORMULA_STARTS, LONGEST_CELL, replace_file, sheet_names

PROBLEMS, ROW_NUMBER, REMARKS = "问题", "原行号", "读取说明"
MOST_ROWS = 20_000
MOST_STYLED_CELLS = 400_000
SEARCHED_ROWS = 40
OF_HEADER = ("_columns", "unknown_header", "_as_id")
MARK = PatternFill("solid", fgColor="FFF2CC")
WIDTH = 60


def write_errors(
    path: Path | str, source: Path | str, problems: Sequence[Problem], notes: Sequence[Problem] = (), lang: str = "zh"
) -> None:
    """Write the source's table with a column 问题 that says, beside each row, what is wrong with it.

    When: `duikou match --errors FILE.xlsx`. An .xlsx keeps its formatting and gets the column at its right end; CSV and
    .xls become .xlsx. Above 20,000 rows only the header and the rows with problems are written, with the row's old
    number in a column 原行号. What belongs to no row, and all notes, stand in a sheet of their own. The columns and
    that sheet are passed over when the file is read again; an older column 问题 is replaced. Raises TableError where
    the source can't be read or the target can't be written.
    """
    origin, target = Path(source), Path(path)
    if target.suffix.lower() != ".xlsx":
        english, chinese = "the ending must be .xlsx", "扩展名应为 .xlsx"
        raise TableError(Problem("unknown_form", english, chinese, target.suffix, target.name))
    sheets = open_sheets(origin)
    named = {problem.sheet for problem in (*problems, *notes) if problem.row is not None}
    sheet = next((sheet for sheet in sheets if sheet.name in named), sheets[0])
    said = _by_row(problems, sheet, lang)
    header = _header_row(notes, problems, sheet)
    remarks = [problem for problem in (*problems, *notes) if problem.row is None or problem not in problems]
    cells = sum(len(row) for row in sheet.rows)
    with origin.open("rb") as stream:
        styled = stream.read(len(ZIP_START)) == ZIP_START
    if styled and len(sheet.rows) <= MOST_ROWS and cells <= MOST_STYLED_CELLS:
        content = _styled(origin, sheet, said, header, remarks, lang)
    else:
        content = _plain(sheet, said, header, remarks, lang)
    replace_file(target, content)


def _by_row(problems: Iterable[Problem], sheet: Sheet, lang: str) -> Mapping[int, str]:
    """Join what is wrong with each row: column, value and rule."""
    said: dict[int, list[str]] = {}
    for problem in problems:
        if problem.row is not None and problem.sheet == sheet.name:
            here = Problem(problem.rule, problem.message_en, problem.message_zh, problem.value, column=problem.column)
            said.setdefault(problem.row, []).append(here.text(lang))
    return {row: "\n".join(texts)[:LONGEST_CELL] for row, texts in said.items()}


def _header_row(notes: Iterable[Problem], problems: Iterable[Problem], sheet: Sheet) -> int:
    """Give the row, from 1, of the header: the last row above all records that has the most filled cells."""
    first_bad = min((problem.row for problem in problems if problem.row is not None), default=len(sheet.rows) + 1)
    known = [note.row for note in notes if note.row is not None and note.rule.endswith(OF_HEADER)]
    if known:
        return known[0]
    rows = sheet.rows[: min(SEARCHED_ROWS, max(first_bad - 1, 1))]
    filled = [sum(bool(shown(value)) for value in row) for row in rows] or [0]
    return filled.index(max(filled)) + 1


def _own_column(sheet: Sheet, header: int, width: int) -> int:
    """Give the column, from 1, for the problems: an older one is used again, else the next to the right."""
    for row in sheet.rows[:header]:
        for position, value in enumerate(row):
            if shown(value) == PROBLEMS:
                return position + 1
    return width + 1


def _styled(
    origin: Path, sheet: Sheet, said: Mapping[int, str], header: int, remarks: Sequence[Problem], lang: str
) -> bytes:
    workbook = load_workbook(io.BytesIO(origin.read_bytes()))
    page = workbook[sheet.name] if sheet.name in workbook.sheetnames else workbook.active
    if not isinstance(page, Worksheet):
        return _plain(sheet, said, header, remarks, lang)
    column = _own_column(sheet, header, max((len(row) for row in sheet.rows), default=0))
    letter = get_column_letter(column)
    for merged in [merged for merged in page.merged_cells.ranges if merged.max_col >= column]:
        page.unmerge_cells(merged.coord)
    for number in range(1, len(sheet.rows) + 1):
        if page.cell(number, column).value is not None:
            page.cell(number, column).value = None
    page.cell(header, column, PROBLEMS).font = Font(bold=True)
    page.column_dimensions[letter].width = WIDTH
    for number, text in said.items():
        cell = page.cell(number, column)
        cell.value = _legal(text)
        cell.data_type = "s"
        cell.fill, cell.alignment = MARK, Alignment(wrap_text=True, vertical="top")
    if REMARKS in workbook.sheetnames:
        del workbook[REMARKS]
    if remarks:
        extra = workbook.create_sheet(REMARKS)
        extra.column_dimensions["A"].width = 2 * WIDTH
        for number, remark in enumerate(remarks, start=1):
            extra.cell(number, 1, _legal(remark.text(lang))).data_type = "s"
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _plain(sheet: Sheet, said: Mapping[int, str], header: int, remarks: Sequence[Problem], lang: str) -> bytes:
    """Write values only; a long table shrinks to its bad rows."""
    few = len(sheet.rows) > MOST_ROWS
    width = max((len(row) for row in sheet.rows), default=0)
    column = _own_column(sheet, header, width)
    workbook = Workbook(write_only=True)
    page = workbook.create_sheet(sheet_names([sheet.name or Path(sheet.file).stem])[0])
    page.column_dimensions[get_column_letter(column)].width = WIDTH
    for number, row in enumerate(sheet.rows, start=1):
        if few and number > header and number not in said:
            continue
        values = [_cell(page, value) for value in row] + [None] * (max(width, column) - len(row))
        marks = PROBLEMS if number == header else said.get(number, "")
        values[column - 1 : column] = [_cell(page, marks)]
        if few:
            values.append(_cell(page, ROW_NUMBER if number == header else number))
        page.append(values)
    if remarks:
        extra = workbook.create_sheet(REMARKS)
        extra.column_dimensions["A"].width = 2 * WIDTH
        for remark in remarks:
            extra.append([_cell(extra, remark.text(lang))])
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _legal(text: str) -> str:
    return ILLEGAL_CHARACTERS_RE.sub("", text)[:LONGEST_CELL]


def _cell(page: WriteOnlyWorksheet, value: object) -> Cell | None:
    """Make a cell of a value as it was read; text stays text, also where it begins like a formula."""
    if value is None or value == "":
        return None
    if isinstance(value, bool | int | float):
        return WriteOnlyCell(page, value)
    if isinstance(value, datetime):
        cell = WriteOnlyCell(page, value)
        cell.number_format = "yyyy-mm-dd"
        return cell
    text = _legal(str(value))
    cell = WriteOnlyCell(page, text)
    cell.data_type = "s"
    if text.startswith(FORMULA_STARTS):
        cell.quotePrefix = True
    return cell
