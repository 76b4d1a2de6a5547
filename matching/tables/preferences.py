"""Reads tables of students' preferences (志愿表): which classes each lists, in which order, and the consent given."""

from __future__ import annotations

import re
import unicodedata
from functools import partial
from pathlib import Path

from matching.allocate import Applicant
from matching.tables import cells
from matching.tables.cells import LONGEST_ID, Cell
from matching.tables.read import Read, Row, Table
from matching.tables.words import numeral

NUMBER = re.compile(r"\d+|[一二三四五六七八九十]+")
BETWEEN_RANKS = re.compile(r"[>;\r\n]+")
BETWEEN_EQUALS = re.compile(r"[=、,/]+")


def read_preferences(path: Path | str) -> Read[Applicant]:
    """Read a table of preferences, CSV, XLSX or XLS: one row a student, 第一志愿 .. 第十志愿, consent.

    When: students have applied. A cell may hold several classes that are equal (`C1=C2`), and one column may hold the
    whole list (`C1>C2=C3`). Ranks follow the numbers in the headers. Without 本人同意 nobody is seated. Errors as in
    `read_demands`.
    """
    table: Table[Applicant] = Table(Path(path), "preferences")
    for row in table.rows():
        table.add(row, [_applicant(row)])
    return table.read()


def _applicant(row: Row) -> Applicant:
    consent = partial(cells.read_word, field="consent")
    return Applicant(
        id=row.take("id", cells.read_id, ""),
        choices=_choices(row),
        consent=row.take("consent", consent, "no") == "yes",
        guardian_consent=row.take("guardian_consent", consent, "no") == "yes",
    )


def _choices(row: Row) -> tuple[tuple[str, ...], ...]:
    ranks: list[tuple[str, ...]] = []
    listed: set[str] = set()
    for cell in sorted(row.cells("choice"), key=_rank):
        with row.watched():
            cell.check_read()
            for equal in _equal(cell):
                for key in equal:
                    if key in listed:
                        raise cell.wrong("repeated_class", "lists a class twice", "同一个班级填了两次", key)
                    listed.add(key)
                ranks.append(equal)
    return tuple(ranks)


def _rank(cell: Cell) -> int:
    """Give the number in a header such as 第二志愿 or choice 2; 0 where there is none."""
    found = NUMBER.search(unicodedata.normalize("NFKC", cell.column))
    return (numeral(found[0]) or 0) if found else 0


def _equal(cell: Cell) -> list[tuple[str, ...]]:
    if cells.is_none(cell):
        return []
    found = []
    for rank in BETWEEN_RANKS.split(unicodedata.normalize("NFKC", cell.text)):
        names = tuple(name.strip() for name in BETWEEN_EQUALS.split(rank) if name.strip())
        if any(len(name) > LONGEST_ID for name in names):
            raise cell.wrong(
                "too_long", f"a class's id has at most {LONGEST_ID} signs", f"班级编号最多 {LONGEST_ID} 个字符"
            )
        if names:
            found.append(names)
    return found
