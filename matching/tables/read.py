"""Turns the rows of a table into records, with one problem for each wrong cell and a note for each row left aside."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Generic, TypeVar

from matching.allocate import Applicant, OrderClass
from matching.curricula import CurriculumLine
from matching.domain import Demand, Profile
from matching.errors import Problem, TableError
from matching.tables.cells import Cell
from matching.tables.headers import Columns, find_columns, header_field, shown
from matching.tables.items import counts_levels
from matching.tables.sheet import Sheet, open_sheets
from matching.tables.words import plain_form

Record = TypeVar("Record", Demand, Profile, CurriculumLine, OrderClass, Applicant)
Value = TypeVar("Value")

SUM = re.compile(r"(?:合计|总计|小计|共计|总数|total|sum)(?:[:：(（].*|\d+.*)?")
NOTE = re.compile(
    r"(?:备?注|说明|填表说明|填报说明|填表要求|注意事项|提示|note|remark)s?[:：].*|"
    r"(?:填表|制表|填报|审核|审批|经办|负责)人?[:：].*",
    re.S,
)
HINT = re.compile(
    r"[(（【\[]?(?:(?:示例|样例|范例|例)(?:\d*[)）】\]]?|[:：].*)|(?:例如|如)[:：].*|(?:必填|选填|填写|请填|格式).*)",
    re.S,
)
SECTION = re.compile(r"[一二三四五六七八九十]+[、.．]|[(（][一二三四五六七八九十]+[)）]|第[一二三四五六七八九十]+")
SPREAD = 3
NEVER_EMPTY = {
    "demands": ("id", "title"),
    "students": ("id",),
    "curricula": ("major", "course"),
    "classes": ("id", "seats_max"),
    "preferences": ("id",),
}
GRADED = ("skills", "must_skills", "nice_skills", "skill", "skills_or_certificates")
LOOKED_AT, LEAST_GRADED, TIMES_GRADED = 1_000, 2, 3
LONG_REMARK = 12


@dataclass(frozen=True, slots=True)
class Read(Generic[Record]):
    """What a table gave: valid records in the order of rows, a problem per wrong cell, notes on what was left aside."""

    records: tuple[Record, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


@dataclass(slots=True)
class Row:
    """One record's row on its way: hands out cells by field and collects what is wrong with them.

    `lines` are its rows of the sheet: more than one where the id is merged over several. `filled` holds (row, column)
    of the cells that only repeat the value of a merged cell above.
    """

    columns: Columns
    lines: Sequence[tuple[int, Sequence[object]]]
    filled: Container[tuple[int, int]] = ()
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    @property
    def number(self) -> int:
        """Give the row of the sheet, from 1, in which the record begins."""
        return self.lines[0][0]

    def cells(self, name: str) -> list[Cell]:
        """Give the filled cells of a field, line by line; a value merged over lines stands once."""
        found: list[Cell] = []
        for position in self.columns.places.get(name, ()):
            cells = [self.at(position, number, values) for number, values in self.lines]
            found += [cell for cell in cells if cell is not None]
        return found

    def at(self, position: int, number: int, values: Sequence[object]) -> Cell | None:
        """Give the filled cell of a line in a column; None where it is empty or only repeats a merged cell above."""
        if position >= len(values) or (number != self.number and (number, position) in self.filled):
            return None
        columns = self.columns
        place = (columns.sheet.file, columns.sheet.name, number, columns.headers[position])
        cell = Cell(values[position], *place, position in columns.graded)
        return None if cell.blank else cell

    def crossed(self, name: str) -> bool:
        """Tell whether a field was crossed out instead of left empty."""
        return any(
            Cell(values[position], "", None, number, "").crossed
            for position in self.columns.places.get(name, ())
            for number, values in self.lines
            if position < len(values)
        )

    def cell(self, name: str) -> Cell | None:
        """Give the cell of a field that has one value; None where the column is missing or the cell empty."""
        found = self.cells(name)
        return found[0] if found else None

    def take(self, name: str, parse: Callable[[Cell], Value], default: Value) -> Value:
        """Parse the cell of a field, or give the default where nothing stands there or what stands there is wrong."""
        found = self.cells(name)
        if not found:
            return default
        if len(found) > 1:
            english = f"differs from {found[0].text} in row {found[0].row}, which belongs to the same merged row"
            chinese = f"与同一合并行中第 {found[0].row} 行的「{found[0].text}」不一致"
            self.problems += found[1].wrong("several_values", english, chinese).problems
            return default
        with self.watched():
            found[0].check_read()
            return parse(found[0])
        return default

    def take_all(self, name: str, parse: Callable[[Cell], Sequence[Value]]) -> tuple[Value, ...]:
        """Parse every filled cell of a field that is a list, and join what they give."""
        values: list[Value] = []
        for cell in self.cells(name):
            with self.watched():
                cell.check_read()
                values += parse(cell)
        return tuple(values)

    def parsed(self, cell: Cell, parse: Callable[[Cell], Value], default: Value) -> Value:
        """Parse one cell; what is wrong is kept as a problem and the default given."""
        with self.watched():
            cell.check_read()
            return parse(cell)
        return default

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Keep what turns out wrong inside as problems of this row instead of raising it."""
        try:
            yield
        except TableError as error:
            self.problems += error.problems

    def note(self, rule: str, english: str, chinese: str, cell: Cell | None = None) -> None:
        """Note what is taken otherwise than it is written, at a cell or at the row."""
        sheet, column = self.columns.sheet, None if cell is None else cell.column
        row, value = (self.number, None) if cell is None else (cell.row, cell.text)
        self.notes.append(Problem(rule, english, chinese, value, sheet.file, sheet.name, row, column))

    def position(self, problem: Problem) -> tuple[int, int]:
        """Tell in which line and how far to the right a problem of this row stands."""
        headers = self.columns.headers
        place = headers.index(problem.column) if problem.column in headers else len(headers)
        return (problem.row or 0, place)

    def require(self, name: str) -> None:
        """Note a problem where a required cell is empty."""
        if name in self.columns.places and self.cell(name) is None:
            header = self.columns.headers[self.columns.places[name][0]]
            place = (self.columns.sheet.file, self.columns.sheet.name, self.number, header)
            self.problems.append(Problem("required", "must not be empty", "此格必填，不能为空", "", *place))


class Table(Generic[Record]):
    """A table on its way: gives its `rows`, takes the records made of each with `add`, ends with what was `read`."""

    def __init__(self, path: Path, kind: str) -> None:
        """Open a table of a kind (`demands`, `students`, `curricula`); raise TableError where it can't be used."""
        self._kind = kind
        self._columns = _graded(find_columns(open_sheets(path), kind))
        self._notes = list(self._columns.notes)
        self._records: list[Record] = []
        self._problems: list[Problem] = []
        self._first_rows: dict[str, int] = {}
        self._empty = True

    def rows(self) -> Iterator[Row]:
        """Give the rows that hold records, one after the other; raise TableError where there is none."""
        for row in _rows(self._columns, self._kind, self._notes):
            self._empty = False
            for name in NEVER_EMPTY[self._kind]:
                row.require(name)
            _check_width(row)
            yield row
        if self._empty:
            english, chinese = "the table has a header and no rows", "表格只有表头，没有数据"
            sheet = self._columns.sheet
            raise TableError(Problem("empty", english, chinese, file=sheet.file, sheet=sheet.name))

    def add(self, row: Row, made: Sequence[Record]) -> None:
        """Keep the records of a row, or, where anything in it is wrong, its problems in the order of its cells."""
        for record in made:
            if not isinstance(record, CurriculumLine) and record.id:
                _check_unique(row, record.id, self._first_rows)
        self._notes += row.notes
        if row.problems:
            self._problems += sorted(row.problems, key=row.position)
        else:
            self._records += made

    def read(self) -> Read[Record]:
        """Give what was added."""
        return Read(tuple(self._records), tuple(self._problems), tuple(self._notes))


def _graded(columns: Columns) -> Columns:
    """Mark the columns of skills that write levels in brackets, judged by most of their items."""
    found = set()
    for name in GRADED:
        for position in columns.places.get(name, ()):
            known = wrong = 0
            for values in columns.sheet.rows[columns.first :][:LOOKED_AT]:
                more = counts_levels(str(values[position])) if position < len(values) else (0, 0)
                known, wrong = known + more[0], wrong + more[1]
            if known >= LEAST_GRADED and known > TIMES_GRADED * wrong:
                found.add(position)
    return replace(columns, graded=frozenset(found))


def _rows(columns: Columns, table: str, notes: list[Problem]) -> Iterator[Row]:
    """Give the rows that hold records: merged cells filled down, notes and sums left aside by name."""
    sheet = columns.sheet
    filled, repeated = _filled_down(sheet, columns.first)
    spread = {top + 1 for top, left, bottom, right in sheet.merged if top == bottom and right - left + 1 >= SPREAD}
    joined = _joined(columns)
    lines: list[tuple[int, Sequence[object]]] = []
    carried = _Carried(columns, table, notes)
    read = {position for positions in columns.places.values() for position in positions}
    for number, values in enumerate(sheet.rows[columns.first :], start=columns.first + 1):
        if not any(shown(value) for value in values):
            continue
        row = filled.get(number - 1, values)
        reason = _left_aside(columns, table, row, read, number in spread)
        if reason is not None:
            notes.append(_aside(sheet, number, values, reason))
            continue
        row = carried.filled(number, row)
        if lines and joined.get(number - 1) is not None and joined.get(number - 1) == joined.get(lines[0][0] - 1):
            lines.append((number, row))
            continue
        if lines:
            yield Row(columns, lines, repeated)
        lines = [(number, row)]
    if lines:
        yield Row(columns, lines, repeated)


def _filled_down(sheet: Sheet, first: int) -> tuple[Mapping[int, Sequence[object]], set[tuple[int, int]]]:
    """Fill the first column of each merged range down: the changed rows by number from 0, and (row from 1, column)."""
    changed: dict[int, list[object]] = {}
    repeated: set[tuple[int, int]] = set()
    reached: dict[int, int] = {}
    for top, left, bottom, _ in sorted(sheet.merged):
        if top < first or bottom == top or top >= len(sheet.rows) or top <= reached.get(left, -1):
            continue
        reached[left] = bottom
        value = sheet.rows[top][left] if left < len(sheet.rows[top]) else None
        if not shown(value):
            continue
        for number in range(top + 1, min(bottom, len(sheet.rows) - 1) + 1):
            row = changed.setdefault(number, list(sheet.rows[number]))
            row += [None] * (left + 1 - len(row))
            if not shown(row[left]):
                row[left] = value
                repeated.add((number + 1, left))
    return changed, repeated


class _Carried:
    """Repeats the employer above in a CSV, where merged cells leave blanks below their first row."""

    def __init__(self, columns: Columns, table: str, notes: list[Problem]) -> None:
        places = columns.places.get("employer", ()) if table == "demands" and columns.sheet.name is None else ()
        self._position = places[0] if places else None
        self._columns, self._notes = columns, notes
        self._last: object = None
        self._said = False

    def filled(self, number: int, row: Sequence[object]) -> Sequence[object]:
        """Give the row with the employer filled in; the first time a note says so."""
        position = self._position
        if position is None:
            return row
        value = row[position] if position < len(row) else None
        if shown(value):
            self._last = value
            return row
        if self._last is None:
            return row
        if not self._said:
            self._said = True
            sheet, header = self._columns.sheet, self._columns.headers[position]
            english, chinese = "is empty; the one above was taken, here and below", "为空，此处及以下沿用上一行的内容"
            self._notes.append(Problem("carried_down", english, chinese, "", sheet.file, sheet.name, number, header))
        return [*row[:position], *[None] * (position - len(row)), self._last, *row[position + 1 :]]


def _joined(columns: Columns) -> Mapping[int, int]:
    """Tell which rows (from 0) are one record, because the id is merged over them: row -> first row."""
    places = columns.places.get("id", ())
    found: dict[int, int] = {}
    for top, left, bottom, _ in columns.sheet.merged:
        if left in places and top >= columns.first and top not in found:
            for number in range(top, min(bottom, len(columns.sheet.rows) - 1) + 1):
                found[number] = top
    return found


def _left_aside(columns: Columns, table: str, row: Sequence[object], read: set[int], spread: bool) -> str | None:
    """Tell why a row holds no record: `sum_row`, `note_row`, `hint_row`, `header_row`, `number_only`, or None."""
    texts = [(position, text) for position, value in enumerate(row) if (text := shown(value))]
    plain = [plain_form(text) if len(text) <= 60 else text for _, text in texts]
    if any(SUM.fullmatch(text) for text in plain[:4]):
        return "sum_row"
    first = texts[0][1]
    if NOTE.fullmatch(first) or (spread and len(texts) == 1):
        return "note_row"
    named = [(position, text) for position, text in texts if position < len(columns.keys) and columns.keys[position]]
    if (
        len(texts) > 1
        and all(header_field(table, [text]) == columns.keys[position] for position, text in named)
        and named
    ):
        return "header_row"
    if HINT.fullmatch(first) and table != "curricula":
        return "hint_row"
    useful = [text for position, text in texts if position in read and not Cell(text, "", None, 0, "").blank]
    identifiers = columns.places.get("id", ())
    if not useful:
        return "number_only" if len(named) == len(texts) else None
    if len(texts) == 1 and not _could_be_record(first, texts[0][0], columns):
        return "note_row"
    only_number = len(useful) == 1 and columns.keys and any(columns.keys[place] == "sequence" for place in identifiers)
    if only_number and texts[0][0] in identifiers:
        return "number_only"
    return None


def _could_be_record(text: str, position: int, columns: Columns) -> bool:
    """Tell whether a row with nothing but this text can be a record: an id or the title of a post, and no sentence."""
    if len(text) > LONG_REMARK or any(sign in text for sign in "，。：:,；") or SECTION.match(text):
        return False
    named = text.isascii() or any(sign.isdecimal() for sign in text)
    is_title = position in columns.places.get("title", ())
    return is_title or (named and position in columns.places.get("id", ()))


def _aside(sheet: Sheet, number: int, values: Sequence[object], reason: str) -> Problem:
    said = {
        "sum_row": ("is a row of sums and was left out", "是合计行，未作为数据读取"),
        "note_row": ("is a remark below or between the rows and was left out", "是说明文字，未作为数据读取"),
        "hint_row": ("is an example or a hint for filling in and was left out", "是填写示例或提示，未作为数据读取"),
        "header_row": ("repeats the header and was left out", "是重复的表头，未作为数据读取"),
        "number_only": ("holds nothing but its number and was left out", "除序号外没有内容，未作为数据读取"),
    }
    english, chinese = said[reason]
    text = next(text for value in values if (text := shown(value)))
    return Problem(reason, english, chinese, text, sheet.file, sheet.name, number)


def _check_width(row: Row) -> None:
    sheet = row.columns.sheet
    for number, values in row.lines:
        for position in range(len(row.columns.headers), len(values)):
            cell = Cell(values[position], sheet.file, sheet.name, number, f"#{position + 1}")
            if cell.text:
                english, chinese = "stands beyond the last column of the header", "超出了表头的最后一列"
                row.problems += cell.wrong("extra_cell", english, chinese).problems
                return


def _check_unique(row: Row, identifier: str, first_rows: dict[str, int]) -> None:
    first = first_rows.setdefault(identifier, row.number)
    cell = row.cell("id")
    if first != row.number and cell is not None:
        english = f"the same id already stands in row {first}"
        row.problems += cell.wrong("repeated_id", english, f"代号与第 {first} 行重复").problems
