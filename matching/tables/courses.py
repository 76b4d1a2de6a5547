"""Reads tables of curricula (培养方案): what a course gives, at which college, in which major and year, by when."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

from matching.curricula import CurriculumLine
from matching.tables import cells, items
from matching.tables.cells import Cell
from matching.tables.dates import read_day
from matching.tables.items import Form, Item
from matching.tables.read import Read, Row, Table
from matching.tables.students import class_year, read_entry_year
from matching.tables.terms import term_end


def read_curricula(path: Path | str) -> Read[CurriculumLine]:
    """Read a table of curricula, CSV, XLSX or XLS: college, major, entry year, course, ends on, skill, level.

    When: a college gives its curriculum once, instead of every student writing it. Several skills in one cell give
    several lines. An empty college or entry year means every one. Errors as in `read_demands`.
    """
    table: Table[CurriculumLine] = Table(Path(path), "curricula")
    for row in table.rows():
        table.add(row, _lines(row))
    return table.read()


def _lines(row: Row) -> list[CurriculumLine]:
    major = row.take("major", cells.read_name, "")
    skills = _skills(row)
    if not skills and not row.problems:
        row.note("no_skill", "names no skill and adds nothing", "没有写技能，不产生内容")
    college = row.take("college", cells.read_name, "") or None
    entry_year = row.take("entry_year", read_entry_year, None) or class_year(
        row.take("class_name", cells.read_name, "")
    )
    course = row.take("course", cells.read_name, "")
    ends_on = _ends_on(row, entry_year)
    if ends_on is None:
        return []
    return [CurriculumLine(college, major, entry_year, course, ends_on, item.label, item.level) for item in skills]


def _ends_on(row: Row, entry_year: int | None) -> date | None:
    """Read the day on which a course ends; where there is none, the end of its term."""
    if row.cell("ends_on") is not None:
        return row.take("ends_on", _last_day, None)
    if row.cell("term") is not None:
        return row.take("term", partial(term_end, entry_year=entry_year), None)
    for name in ("ends_on", "term"):
        if name in row.columns.places:
            row.require(name)
            break
    return None


def _last_day(cell: Cell) -> date | None:
    return read_day(cell, month_end=True)


def _skills(row: Row) -> list[Item]:
    """Read the columns of skills, each with the column of levels beside it where there is one."""
    found: list[Item] = []
    levels = row.columns.places.get("level", ())
    for place, position in enumerate(row.columns.places.get("skill", ())):
        for number, values in row.lines:
            cell = row.at(position, number, values)
            beside = row.at(levels[place], number, values) if place < len(levels) else None
            if cell is not None:
                nothing: list[Item] = []
                found += row.parsed(cell, partial(_skills_of, beside=beside), nothing)
    return found


def _skills_of(cell: Cell, beside: Cell | None) -> list[Item]:
    found = items.with_levels(cell, items.read_items(cell, Form("level", tags="source")), beside)
    for item in found:
        if item.level == 0:
            raise cell.wrong(
                "bad_level", "a planned level lies between 1 and 5", "计划达到的等级应为 1-5", item.written
            )
    return found
