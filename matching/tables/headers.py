"""Knows the headers and the fixed words of our tables, and finds which column holds which field."""

from __future__ import annotations

import csv
import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from matching.errors import Problem, TableError
from matching.tables.sheet import Sheet
from matching.vocabulary import data_folder

PROTECTED = "protected"
IGNORED = "ignored"
REQUIRED = {"demands": ("id", "title"), "students": ("id",)}
DROPPED = re.compile(r"[\s*]+")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column (from 0) holds which field, the header of each column as written, and notes on the others."""

    places: Mapping[str, int]
    headers: Sequence[str]
    notes: tuple[Problem, ...]


def plain_form(text: str) -> str:
    """Bring a header or word to the form that is compared: half width, lower case, no blanks, no asterisk."""
    return DROPPED.sub("", unicodedata.normalize("NFKC", text)).casefold()


@cache
def known_headers(table: str) -> Mapping[str, tuple[str, str]]:
    """Give the headers of a table (`demands`, `students`): compared form -> (field, header as we write it)."""
    with (data_folder() / "headers.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["table"] in (table, "*")]
    return {plain_form(row["header"]): (row["field"], row["header"]) for row in rows}


@cache
def known_words(field: str) -> Mapping[str, str]:
    """Give the words of a field with a fixed set of values: compared form -> value."""
    with (data_folder() / "words.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["field"] == field]
    return {plain_form(row["word"]): row["value"] for row in rows}


def closest(text: str, known: Sequence[str]) -> str:
    """Give the known word that looks most like a text."""
    return difflib.get_close_matches(text, known, n=1, cutoff=0.0)[0]


def find_columns(sheet: Sheet, table: str) -> Columns:
    """Match the first row with the headers we know.

    Raises TableError with every unknown, repeated and missing header; columns of identity or protected traits become
    one note, so do columns that are known and not used.
    """
    known = known_headers(table)
    if not any(_shown(value) for row in sheet.rows for value in row):
        raise TableError(Problem("empty", "the table is empty", "表格为空", file=sheet.file, sheet=sheet.name))
    headers = [_shown(value) for value in sheet.rows[0]]
    problems: list[Problem] = []
    places: dict[str, int] = {}
    aside: dict[str, list[str]] = {PROTECTED: [], IGNORED: []}
    for position, header in enumerate(headers):
        field = known.get(plain_form(header), ("", ""))[0]
        if not header:
            problems += _headless(sheet, position)
        elif not field:
            nearest = closest(header, [shown for _, shown in known.values()])
            english = f"is not a known header; the closest one is {nearest}"
            problems.append(
                _problem(sheet, "unknown_header", english, f"不是已知的表头，最接近的是「{nearest}」", header)
            )
        elif field in aside:
            aside[field].append(header)
        elif field in places:
            first = headers[places[field]]
            english = f"says the same as the header {first}; each column may stand only once"
            problems.append(
                _problem(sheet, "repeated_header", english, f"与表头「{first}」重复，每列只能出现一次", header)
            )
        else:
            places[field] = position
    for field in REQUIRED[table]:
        if field not in places:
            name = next(shown for found, shown in known.values() if found == field)
            english = f"the column {name} ({field}) is missing"
            problems.append(_problem(sheet, "missing_header", english, f"缺少列「{name}」（{field}）", None))
    if problems:
        raise TableError(problems)
    return Columns(places, headers, _notes(sheet, aside))


def _shown(value: object) -> str:
    return "" if value is None else str(value).strip()


def _problem(sheet: Sheet, rule: str, english: str, chinese: str, header: str | None) -> Problem:
    return Problem(rule, english, chinese, header, sheet.file, sheet.name, 1, header)


def _headless(sheet: Sheet, position: int) -> list[Problem]:
    """Find values under an empty header; an empty column is nothing to complain about."""
    for number, row in enumerate(sheet.rows[1:], start=2):
        value = _shown(row[position]) if position < len(row) else ""
        if value:
            english, chinese = "stands in a column without a header", "所在的列没有表头"
            return [Problem("no_header", english, chinese, value, sheet.file, sheet.name, number, f"#{position + 1}")]
    return []


def _notes(sheet: Sheet, aside: Mapping[str, Sequence[str]]) -> tuple[Problem, ...]:
    said = (
        (PROTECTED, "hold identity or protected traits and were not read", "涉及身份或受保护信息，未读取"),
        (IGNORED, "are known but not used for matching", "是已知列，但不用于匹配"),
    )
    notes = [
        Problem(f"{name}_columns", english, chinese, "、".join(aside[name]), sheet.file, sheet.name, 1)
        for name, english, chinese in said
        if aside[name]
    ]
    if sheet.others:
        english, chinese = "are further sheets; only the first one was read", "是其余工作表，只读取了第一张"
        notes.append(Problem("other_sheets", english, chinese, "、".join(sheet.others), sheet.file))
    return tuple(notes)
