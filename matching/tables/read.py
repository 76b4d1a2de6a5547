"""Turns the rows of a demand or student table into records, with one problem for each wrong cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from matching.domain import (
    AutomatedDecision,
    CertificateClaim,
    Demand,
    DemandKind,
    Importance,
    Intent,
    Kind,
    Pay,
    Preferences,
    Profile,
    Requirement,
    SkillClaim,
)
from matching.errors import Problem, TableError
from matching.tables import cells
from matching.tables.cells import Cell
from matching.tables.headers import REQUIRED, Columns, find_columns
from matching.tables.sheet import Sheet, open_sheet

Record = TypeVar("Record", Demand, Profile)
Value = TypeVar("Value")

LARGEST_HEADCOUNT = 100_000
LARGEST_PAY = 1_000_000
MUST_KNOWN = "must_known"
NO_REQUIREMENTS: tuple[Requirement, ...] = ()
NO_SKILLS: tuple[SkillClaim, ...] = ()
REQUIREMENTS = (
    ("education", Kind.EDUCATION, Importance.MUST, True),
    ("must_majors", Kind.MAJOR, Importance.MUST, True),
    ("majors", Kind.MAJOR, Importance.SHOULD, True),
    ("must_skills", Kind.SKILL, Importance.MUST, False),
    ("skills", Kind.SKILL, Importance.SHOULD, False),
    ("nice_skills", Kind.SKILL, Importance.NICE, False),
    ("must_certificates", Kind.CERTIFICATE, Importance.MUST, False),
    ("certificates", Kind.CERTIFICATE, Importance.SHOULD, False),
    ("nice_certificates", Kind.CERTIFICATE, Importance.NICE, False),
)


@dataclass(frozen=True, slots=True)
class Read(Generic[Record]):
    """What a table gave: valid records in the order of rows, a problem per wrong cell, notes on what was left aside."""

    records: tuple[Record, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


@dataclass(slots=True)
class Row:
    """One row on its way to a record: hands out cells by field and collects what is wrong with them."""

    sheet: Sheet
    columns: Columns
    number: int
    values: Sequence[object]
    problems: list[Problem] = field(default_factory=list)

    def cell(self, name: str) -> Cell | None:
        """Give the cell of a field; None where the column is missing or the cell empty."""
        position = self.columns.places.get(name)
        if position is None or position >= len(self.values):
            return None
        header = self.columns.headers[position]
        cell = Cell(self.values[position], self.sheet.file, self.sheet.name, self.number, header)
        return cell if cell.text else None

    def take(self, name: str, parse: Callable[[Cell], Value], default: Value) -> Value:
        """Parse the cell of a field, or give the default where nothing stands there or what stands there is wrong."""
        cell = self.cell(name)
        if cell is None:
            return default
        try:
            return parse(cell)
        except TableError as error:
            self.problems += error.problems
            return default

    def position(self, problem: Problem) -> int:
        """Tell how far to the right a problem of this row stands."""
        headers = self.columns.headers
        return headers.index(problem.column) if problem.column in headers else len(headers)

    def require(self, name: str) -> None:
        """Note a problem where a required cell is empty."""
        if self.cell(name) is None:
            header = self.columns.headers[self.columns.places[name]]
            place = (self.sheet.file, self.sheet.name, self.number, header)
            self.problems.append(Problem("required", "must not be empty", "此格必填，不能为空", "", *place))


def read_demands(path: Path | str) -> Read[Demand]:
    """Read a table of demands (岗位需求), CSV or XLSX.

    When: an enterprise's workbook comes in. A row with a wrong cell is left out and named in `problems`; the others go
    on. Raises TableError when the file or its header can't be used.
    """
    return _read(Path(path), "demands", _demand)


def read_profiles(path: Path | str, today: date | None = None) -> Read[Profile]:
    """Read a table of students' skill profiles (技能画像), CSV or XLSX.

    When: a college's export comes in. `today` decides whether a 16th or 18th birthday still lies in the future; past
    ones are dropped. Columns of identity and protected traits are never read, only noted. Errors as in `read_demands`.
    """
    return _read(Path(path), "students", partial(_profile, today=today or date.today()))


def _read(path: Path, table: str, make: Callable[[Row], Record]) -> Read[Record]:
    sheet = open_sheet(path)
    columns = find_columns(sheet, table)
    records: list[Record] = []
    problems: list[Problem] = []
    first_rows: dict[str, int] = {}
    filled = 0
    for number, values in enumerate(sheet.rows[1:], start=2):
        if not any(value is not None and str(value).strip() for value in values):
            continue
        filled += 1
        row = Row(sheet, columns, number, values)
        for name in REQUIRED[table]:
            row.require(name)
        _check_width(row)
        record = make(row)
        if record.id:
            _check_unique(row, record.id, first_rows)
        if row.problems:
            problems += sorted(row.problems, key=row.position)
        else:
            records.append(record)
    if not filled:
        english, chinese = "the table has a header and no rows", "表格只有表头，没有数据"
        raise TableError(Problem("empty", english, chinese, file=sheet.file, sheet=sheet.name))
    return Read(tuple(records), tuple(problems), columns.notes)


def _check_width(row: Row) -> None:
    for position in range(len(row.columns.headers), len(row.values)):
        cell = Cell(row.values[position], row.sheet.file, row.sheet.name, row.number, f"#{position + 1}")
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


def _demand(row: Row) -> Demand:
    requirements: list[Requirement] = []
    for name, kind, importance, grouped in REQUIREMENTS:
        requirements += row.take(name, partial(_requirements, name, kind, importance, grouped), NO_REQUIREMENTS)
    pay = partial(_number, low=0, high=LARGEST_PAY)
    low, high = row.take("pay_low", pay, None), row.take("pay_high", pay, None)
    cell = row.cell("pay_high")
    if low is not None and high is not None and cell is not None and high < low:
        english, chinese = f"lies below the lower end, {low}", f"低于下限 {low}"
        row.problems += cell.wrong("end_before_start", english, chinese).problems
    return Demand(
        id=row.take("id", cells.read_id, ""),
        title=row.take("title", cells.read_name, ""),
        text=row.take("text", cells.read_text, ""),
        kind=DemandKind(row.take("kind", partial(cells.read_word, field="kind"), DemandKind.HIRE.value)),
        requirements=tuple(requirements),
        headcount=row.take("headcount", partial(_number, low=1, high=LARGEST_HEADCOUNT), None),
        employer=row.take("employer", cells.read_name, "") or None,
        occupations=row.take("occupations", cells.read_labels, ()),
        places=row.take("places", cells.read_labels, ()),
        pay=None if low is None and high is None else Pay(low, high),
        shifts=row.take("shifts", cells.read_labels, ()),
        start_on=row.take("start_on", _day, None),
    )


def _requirements(name: str, kind: Kind, importance: Importance, grouped: bool, cell: Cell) -> tuple[Requirement, ...]:
    """Read the requirements of one cell; alternatives (|) share an any_of name, grouped columns are one such group."""
    found: list[Requirement] = []
    levels = "trade_level" if kind is Kind.CERTIFICATE else "level"
    entries = cells.read_alternatives(cell, levels)
    if grouped:
        entries = [[item for items in entries for item in items]] if entries else []
    for number, items in enumerate(entries, start=1):
        if kind in (Kind.EDUCATION, Kind.MAJOR) and (levelled := [item for item in items if item.level is not None]):
            english, chinese = "takes no level in this column", "此列不填等级"
            raise cell.wrong("level_not_allowed", english, chinese, levelled[0].written)
        said = {cells.read_tag(cell, item, "importance") for item in items} - {None}
        if len(said) > 1:
            written = "|".join(item.written for item in items)
            english, chinese = "alternatives can't differ in importance", "同一组备选项的重要性应一致"
            raise cell.wrong("mixed_importance", english, chinese, written)
        word = said.pop() if said else None
        group = None if len(items) < 2 else name if grouped else f"{name}:{number}"
        found += [
            Requirement(
                kind=kind,
                label=item.label,
                level=item.level,
                importance=importance if word is None else Importance(word.removesuffix("_known")),
                any_of=group,
                exclude_unknown=word == MUST_KNOWN,
            )
            for item in items
        ]
    return tuple(found)


def _number(cell: Cell, low: int, high: int) -> int | None:
    return None if cells.is_none(cell) else cells.read_number(cell, low, high)


def _day(cell: Cell) -> date | None:
    return cells.read_day(cell)


def _last_day(cell: Cell) -> date | None:
    return cells.read_day(cell, month_end=True)


def _profile(row: Row, today: date) -> Profile:
    intent = row.take("intent", partial(cells.read_word, field="intent"), Intent.EMPLOY.value)
    allow = AutomatedDecision.ALLOW.value
    decision = row.take("automated_decision", partial(cells.read_word, field="automated_decision"), allow)
    turns_16_on, turns_18_on = row.take("turns_16_on", _day, None), row.take("turns_18_on", _day, None)
    cell = row.cell("turns_18_on")
    if turns_16_on and turns_18_on and cell is not None and turns_18_on <= turns_16_on:
        english, chinese = f"lies before the 16th birthday, {turns_16_on}", f"早于满 16 周岁日期 {turns_16_on}"
        row.problems += cell.wrong("end_before_start", english, chinese).problems
    skills = row.take("skills", partial(_skills, planned=False), NO_SKILLS)
    return Profile(
        id=row.take("id", cells.read_id, ""),
        college=row.take("college", cells.read_name, "") or None,
        education=row.take("education", cells.read_name, "") or None,
        major=row.take("major", cells.read_name, "") or row.take("class_name", cells.read_name, "") or None,
        graduates_on=row.take("graduates_on", _last_day, None),
        skills=skills + row.take("planned_skills", partial(_skills, planned=True), NO_SKILLS),
        certificates=row.take("certificates", partial(_certificates, planned=False), None),
        planned_certificates=row.take("planned_certificates", partial(_certificates, planned=True), ()),
        occupations=row.take("occupations", cells.read_labels, ()),
        intent=Intent(intent),
        preferences=Preferences(
            places=row.take("wished_places", cells.read_labels, ()),
            pay_low=row.take("wished_pay", partial(_number, low=0, high=LARGEST_PAY), None),
            shifts=row.take("wished_shifts", cells.read_labels, ()),
            occupations=row.take("wished_occupations", cells.read_labels, ()),
        ),
        text=row.take("text", cells.read_text, ""),
        turns_16_on=turns_16_on if turns_16_on and turns_16_on > today else None,
        turns_18_on=turns_18_on if turns_18_on and turns_18_on > today else None,
        automated_decision=AutomatedDecision(decision),
    )


def _skills(cell: Cell, planned: bool) -> tuple[SkillClaim, ...]:
    claims = []
    for item in cells.read_items(cell, "level", dated=planned):
        _check_dates(cell, item, planned)
        if planned and item.level == 0:
            english, chinese = "a planned level lies between 1 and 5", "计划达到的等级应为 1-5"
            raise cell.wrong("bad_level", english, chinese, item.written)
        source = cells.read_tag(cell, item, "source") or ("course" if planned else "claimed")
        claims.append(SkillClaim(item.label, item.level, source, item.start))
    return tuple(claims)


def _certificates(cell: Cell, planned: bool) -> tuple[CertificateClaim, ...]:
    claims = []
    for item in cells.read_items(cell, "trade_level", dated=True):
        _check_dates(cell, item, planned)
        if item.tags:
            raise cell.wrong("tag_not_allowed", "takes no [tag] in this column", "此列不带 [标记]", item.written)
        claims.append(CertificateClaim(item.label, item.level, item.start, item.end))
    return tuple(claims)


def _check_dates(cell: Cell, item: cells.Item, planned: bool) -> None:
    """Hold a planned item to its date: without one it would count as had."""
    if planned and item.start is None:
        english, chinese = "a planned item needs its date: name@2027-06-30", "计划项须写日期，如：名称@2027-06-30"
        raise cell.wrong("date_missing", english, chinese, item.written)
