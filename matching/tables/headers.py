"""Knows the headers of our tables and finds, in sheets as offices make them, which column holds which field."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

from matching.errors import Problem, TableError
from matching.tables.sheet import Sheet
from matching.tables.text_table import LARGEST_WIDTH
from matching.tables.words import closest, plain_form
from matching.tables.workbook import Merged
from matching.vocabulary import data_folder

PROTECTED = "protected"
IGNORED = "ignored"
SEQUENCE = "sequence"
ASIDE = (PROTECTED, IGNORED, SEQUENCE)
REQUIRED = {
    "demands": ("id", "title"),
    "students": ("id",),
    "curricula": ("major", "course", "ends_on", "skill"),
    "classes": ("id", "seats_max"),
    "preferences": ("id", "choice", "consent"),
}
INSTEAD = {"id": (SEQUENCE, "title"), "ends_on": ("term",)}
SEVERAL_COLUMNS = """majors must_majors skills planned_skills must_skills nice_skills certificates must_certificates
nice_certificates planned_certificates skills_or_certificates certificate_name certificate_level certificate_issued_on
certificate_until occupations wished_occupations places wished_places wished_province wished_city wished_district
shifts wished_shifts text skill skill_level level choice"""
REPEATABLE = frozenset(SEVERAL_COLUMNS.split())
SEARCHED_ROWS = 40
MOST_SUGGESTIONS = 50
DEEPEST = 3
LONGEST_HEADER = 60
IN_BRACKETS = re.compile(r"[(\[【<][^()\[\]【】<>]*[)\]】>]")
ENDS = re.compile(r"[:：。;；*?？]+$|^[*#]+")
UNITS = re.compile(r"[/]?(?:元/月|元/人|元|人|名|年月|年/月/日|yyyy[-/]mm[-/]dd)$")
NUMBERS = re.compile(r"\d+|[①-⑩]|(?<=[^\W\d])[一二三四五](?=$|名称|等级)")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns (from 0) of a sheet hold which field, how each column is called, and notes on what was left aside.

    `first` is the row, from 1, of the last line of the header, `keys` the field of each column. `graded` are the
    columns of skills that write levels in brackets.
    """

    sheet: Sheet
    places: Mapping[str, tuple[int, ...]]
    headers: Sequence[str]
    notes: tuple[Problem, ...]
    first: int = 1
    keys: Sequence[str] = ()
    graded: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Heading:
    """A possible header: the row it starts in (from 0), how many rows it has, field and name of each column."""

    start: int
    depth: int
    fields: Sequence[str]
    names: Sequence[str]

    @property
    def known(self) -> int:
        """Count the headers that are known; a heading over several columns counts once."""
        pairs = zip(self.fields, self.names, strict=True)
        return len({(name, header if name in REPEATABLE else "") for name, header in pairs if name})

    def has(self, needed: Sequence[str]) -> bool:
        """Tell whether every needed field has a column; the running number may stand for the id."""
        return all(
            name in self.fields or any(other in self.fields for other in INSTEAD.get(name, ())) for name in needed
        )


@cache
def known_headers(table: str) -> Mapping[str, tuple[str, str]]:
    """Give the headers of a table (`demands`, `students`, `curricula`): compared form -> (field, header as written)."""
    with (data_folder() / "headers.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["table"] in (table, "*")]
    shared = {header_form(row["header"]): (row["field"], row["header"]) for row in rows if row["table"] == "*"}
    return shared | {header_form(row["header"]): (row["field"], row["header"]) for row in rows if row["table"] != "*"}


def header_form(text: str) -> str:
    """Bring a header to the form that is compared: as words, and without underscores and hyphens."""
    return plain_form(text).replace("_", "").replace("-", "")


def header_field(table: str, parts: Sequence[str]) -> str:
    """Give the field that a header stands for, "" where none does; `parts` go from the group down to the column.

    Tried in turn: all parts as one word, the column's own words, then both without brackets, units and numbers.
    """
    known = known_headers(table)
    whole = header_form("/".join(parts))
    if len(parts) > 1 and whole in known:
        return known[whole][0]
    for start in range(len(parts)):
        for form in _forms("".join(parts[start:])):
            if form in known:
                return known[form][0]
    return ""


def _forms(text: str) -> Iterator[str]:
    whole = header_form(text[: LONGEST_HEADER * DEEPEST])
    yield whole
    bare = ENDS.sub("", IN_BRACKETS.sub("", whole))
    yield bare
    yield ENDS.sub("", whole)
    yield UNITS.sub("", bare)
    yield NUMBERS.sub("", bare)


def shown(value: object) -> str:
    """Give a header cell as stripped text."""
    return "" if value is None else str(value).strip(" \t\r\n\xa0\u3000\ufeff'")


def find_columns(sheets: Sequence[Sheet], table: str) -> Columns:
    """Find the sheet, the row and the columns of a table's header.

    Of the sheets that have every required column the one with most known columns is taken, of equals the first. Title
    rows and blank rows may stand above the header, and it may have two or three rows. Raises TableError with what is
    missing, unknown and repeated where a required column is not there or one that may stand once stands twice. All that
    is left aside becomes a note.
    """
    ordered = sorted(sheets, key=lambda sheet: not sheet.visible)
    found = [(sheet, _heading(sheet, table)) for sheet in ordered]
    filled = [(sheet, heading) for sheet, heading in found if heading is not None]
    if not filled:
        first = sheets[0]
        raise TableError(Problem("empty", "the table is empty", "表格为空", file=first.file, sheet=first.name))
    complete = [pair for pair in filled if pair[1].has(REQUIRED[table])]
    sheet, heading = max(complete or filled, key=lambda pair: pair[1].known)
    alike = [other for other, found_there in complete if 2 * found_there.known >= heading.known]
    columns, problems = _columns(sheet, heading, table)
    if problems:
        raise TableError(problems)
    others = [(other, heading_) for other, heading_ in filled if other is not sheet]
    notes = _other_sheets(sheet, others, alike, sheets)
    return replace(columns, notes=columns.notes + notes)


def _heading(sheet: Sheet, table: str) -> Heading | None:
    """Choose the row (or rows) that say the most; None for an empty sheet."""
    best: tuple[tuple[bool, int, int], Heading] | None = None
    first = None
    for start, row in enumerate(sheet.rows[:SEARCHED_ROWS]):
        if not any(shown(value) for value in row):
            continue
        first = start if first is None else first
        heading: Heading | None = None
        for depth in range(1, DEEPEST + 1):
            heading = _tried(sheet, table, start, depth, heading)
            if heading is None:
                break
            worth = (heading.has(REQUIRED[table]), heading.known, -depth)
            if best is None or worth > best[0]:
                best = (worth, heading)
    if first is None:
        return None
    if best is None or not best[1].known:
        return _tried(sheet, table, first, 1, None)
    return best[1]


def _tried(sheet: Sheet, table: str, start: int, depth: int, above: Heading | None) -> Heading | None:
    """Read rows as one header, `above` without the last of them; None where the last is no header row."""
    if start + depth > len(sheet.rows):
        return None
    grid = _filled_grid(sheet, start, depth)
    width = max(len(line) for line in grid)
    fields, names = [], []
    for position in range(width):
        parts: list[str] = []
        for line in grid:
            text = line[position] if position < len(line) else ""
            if text and (not parts or parts[-1] != text):
                parts.append(text)
        fields.append(header_field(table, parts))
        grouped = len(parts) > 1 and header_field(table, parts[-1:]) != fields[-1]
        names.append(" ".join(parts) if grouped else (parts or [""])[-1])
    if above is not None and not _continues(sheet.rows[start + depth - 1], above):
        return None
    return Heading(start, depth, fields, names)


def _continues(row: Sequence[object], above: Heading) -> bool:
    """Tell whether a row can be the next line of a header: nothing stands under a column that is known already."""
    texts = [shown(value) for value in row]
    if not any(texts):
        return False
    for position, name in enumerate(above.fields[: len(texts)]):
        is_group = position + 1 < min(len(texts), len(above.names)) and bool(texts[position + 1])
        is_group = is_group and not above.names[position + 1]
        if name and name not in (*ASIDE, *REPEATABLE) and above.fields.count(name) == 1 and not is_group:
            text = texts[position]
            if text and text != above.names[position]:
                return False
    return True


def _filled_grid(sheet: Sheet, start: int, depth: int) -> list[list[str]]:
    """Give the rows of a header with merged cells filled, and group headings carried over the columns below them."""
    merged = list(_merged_near(sheet, start, depth))
    spread = [min(right, LARGEST_WIDTH - 1) + 1 for _, left, _, right in merged]
    width = max([len(sheet.rows[start + line]) for line in range(depth)] + spread)
    grid = [[shown(value) for value in sheet.rows[start + line]] for line in range(depth)]
    for texts in grid:
        texts += [""] * (width - len(texts))
    room = width * depth
    for top, left, bottom, right in merged:
        room -= min(right, width) - left + 1
        if left < width and room >= 0:
            value = grid[top - start][left]
            for line in range(top, min(bottom, start + depth - 1) + 1):
                for position in range(left, min(right, width - 1) + 1):
                    grid[line - start][position] = value
    for line in range(depth - 1):
        for position in range(1, width):
            below = any(grid[lower][position] for lower in range(line + 1, depth))
            if not grid[line][position] and below:
                grid[line][position] = grid[line][position - 1]
    return grid


def _merged_near(sheet: Sheet, start: int, depth: int) -> Iterator[Merged]:
    """Give the merged ranges that begin in the rows of a header; valid ones don't overlap, so they are few."""
    near = {(merged[0], merged[1]): merged for merged in sheet.merged if start <= merged[0] < start + depth}
    return islice(near.values(), LARGEST_WIDTH)


def _columns(sheet: Sheet, heading: Heading, table: str) -> tuple[Columns, list[Problem]]:
    known = known_headers(table)
    row = heading.start + heading.depth
    if sheet.name is not None:
        heading = _as_wide(sheet, heading)
    problems: list[Problem] = []
    notes: list[Problem] = []
    places: dict[str, list[int]] = {}
    aside: dict[str, list[str]] = {PROTECTED: [], IGNORED: []}
    for position, (name, header) in enumerate(zip(heading.fields, heading.names, strict=True)):
        if not header:
            notes += _headless(sheet, position, row)
        elif not name and len(notes) >= MOST_SUGGESTIONS:
            english, chinese = "is not a known header; the column was not read", "不是已知的表头，此列未读取"
            notes.append(_problem(sheet, "unknown_header", english, chinese, header, row))
        elif not name:
            nearest = closest(header[:LONGEST_HEADER], [written for _, written in known.values()])
            english = f"is not a known header; the closest one is {nearest}; the column was not read"
            chinese = f"不是已知的表头，最接近的是「{nearest}」，此列未读取"
            notes.append(_problem(sheet, "unknown_header", english, chinese, header, row))
        elif name in aside:
            aside[name].append(header)
        elif name in places and name not in REPEATABLE and name != SEQUENCE:
            first = heading.names[places[name][0]]
            english = f"says the same as the header {first}; each column may stand only once"
            chinese = f"与表头「{first}」重复，每列只能出现一次"
            problems.append(_problem(sheet, "repeated_header", english, chinese, header, row))
        else:
            places.setdefault(name, []).append(position)
    if "certificate_level" in places and "certificate_name" not in places and "skills" in places:
        places["skill_level"] = places.pop("certificate_level")
    sequence = places.pop(SEQUENCE, [])
    if table != "curricula" and "id" not in places:
        notes.append(_without_id(sheet, places, sequence, heading, row))
    elif sequence:
        aside[IGNORED][:0] = [heading.names[position] for position in sequence]
    for name in REQUIRED[table]:
        if name not in places and not any(other in places for other in INSTEAD.get(name, ())):
            header = next(written for found, written in known.values() if found == name)
            english = f"the column {header} ({name}) is missing"
            problems.append(_problem(sheet, "missing_header", english, f"缺少列「{header}」（{name}）", None, row))
    if any(problem.rule == "missing_header" for problem in problems):
        problems = [note for note in notes if note.rule == "unknown_header"] + problems
    notes = [*_title_notes(sheet, heading), *notes, *_aside_notes(sheet, aside, row)]
    frozen = {name: tuple(positions) for name, positions in places.items()}
    return Columns(sheet, frozen, tuple(heading.names), tuple(notes), row, tuple(heading.fields)), problems


def _as_wide(sheet: Sheet, heading: Heading) -> Heading:
    """Add columns without a header up to the widest row, so that what stands there is named."""
    more = max(len(row) for row in sheet.rows) - len(heading.names)
    return replace(heading, fields=[*heading.fields, *[""] * more], names=[*heading.names, *[""] * more])


def _without_id(sheet: Sheet, places: dict[str, list[int]], sequence: list[int], heading: Heading, row: int) -> Problem:
    """Let the running number stand for the id; the caller complains where there is neither."""
    if sequence:
        places["id"] = sequence[:1]
        header = heading.names[sequence[0]]
        english, chinese = "stands for the id, for no column holds one", "没有编号列，以此列代替"
        return _problem(sheet, "sequence_as_id", english, chinese, header, row)
    english, chinese = "no column holds an id; rows are called R and their number", "没有编号列，以“R行号”作为代号"
    return _problem(sheet, "row_as_id", english, chinese, None, row)


def _problem(sheet: Sheet, rule: str, english: str, chinese: str, header: str | None, row: int) -> Problem:
    return Problem(rule, english, chinese, header, sheet.file, sheet.name, row, header)


def _headless(sheet: Sheet, position: int, row: int) -> list[Problem]:
    """Find values under an empty header; an empty column is nothing to speak of."""
    for number, values in enumerate(sheet.rows[row:], start=row + 1):
        value = shown(values[position]) if position < len(values) else ""
        if value:
            english, chinese = "stands in a column without a header, which was not read", "所在的列没有表头，未读取"
            return [Problem("no_header", english, chinese, value, sheet.file, sheet.name, number, f"#{position + 1}")]
    return []


def _title_notes(sheet: Sheet, heading: Heading) -> Iterator[Problem]:
    for number, values in enumerate(sheet.rows[: heading.start], start=1):
        text = next((text for value in values if (text := shown(value))), "")
        if text:
            english, chinese = "stands above the header and was not read", "在表头上方，未读取"
            yield Problem("title_row", english, chinese, text, sheet.file, sheet.name, number)


def _aside_notes(sheet: Sheet, aside: Mapping[str, Sequence[str]], row: int) -> Iterator[Problem]:
    said = (
        (PROTECTED, "hold identity or protected traits and were not read", "涉及身份或受保护信息，未读取"),
        (IGNORED, "are known but not used for matching", "是已知列，但不用于匹配"),
    )
    for name, english, chinese in said:
        if aside[name]:
            yield Problem(f"{name}_columns", english, chinese, "、".join(aside[name]), sheet.file, sheet.name, row)


def _other_sheets(
    chosen: Sheet, others: Sequence[tuple[Sheet, Heading]], alike: Sequence[Sheet], sheets: Sequence[Sheet]
) -> tuple[Problem, ...]:
    filled = [sheet for sheet, _ in others]
    tables = [sheet.name or "" for sheet in filled if any(sheet is known for known in alike)]
    rest = [sheet.name or "" for sheet in sheets if sheet is not chosen and (sheet.name or "") not in tables]
    notes = []
    if tables:
        english = (
            f"hold a table of the same kind and were not read; only {chosen.name} was; make them files of their own"
        )
        chinese = f"也是同类表格，但只读取了「{chosen.name}」；请把它们另存为单独的文件"
        notes.append(Problem("other_tables", english, chinese, "、".join(tables), chosen.file))
    if rest:
        english, chinese = (
            f"are further sheets; only {chosen.name} was read",
            f"是其余工作表，只读取了「{chosen.name}」",
        )
        notes.append(Problem("other_sheets", english, chinese, "、".join(rest), chosen.file))
    return tuple(notes)
