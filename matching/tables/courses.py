"""Reads tables of curricula (培养方案): what a course gives, at which college, in which major and year, by when."""

from __future__ import annotations

from pathlib import Path

from matching.curricula import CurriculumLine
from matching.tables import cells, items
from matching.tables.cells import Cell
from matching.tables.dates import read_day
from matching.tables.items import Form
from matching.tables.read import Read, Row, read_table
from matching.tables.students import class_year, read_entry_year


def read_curricula(path: Path | str) -> Read[CurriculumLine]:
    """Read a table of curricula, CSV, XLSX or XLS: college, major, entry year, course, ends on, skill, level.

    When: a college gives its curriculum once, instead of every student writing it. Several skills in one cell give
    several lines. An empty college or entry year means every one. Errors as in `read_demands`.
    """
    return read_table(Path(path), "curricula", _lines)


def _lines(row: Row) -> list[CurriculumLine]:
    major = row.take("major", cells.read_name, "")
    ends_on = row.take("ends_on", lambda cell: read_day(cell, month_end=True), None)
    level = row.take("level", _level, None)
    skills = row.take_all("skill", lambda cell: items.read_items(cell, Form("level", tags="source")))
    college = row.take("college", cells.read_name, "") or None
    entry_year = row.take("entry_year", read_entry_year, None) or class_year(
        row.take("class_name", cells.read_name, "")
    )
    course = row.take("course", cells.read_name, "")
    if ends_on is None:
        return []
    return [
        CurriculumLine(college, major, entry_year, course, ends_on, item.label, item.level or level) for item in skills
    ]


def _level(cell: Cell) -> int | None:
    found = items.level_of(cell, cell.text, "level", cell.text)
    if found == 0:
        raise cell.wrong("bad_level", "a planned level lies between 1 and 5", "计划达到的等级应为 1-5")
    return found
