"""Writes ranked matches as a workbook with one sheet per demand, as CSV, JSON or JSON lines."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from matching.errors import Problem, TableError

FORMS = (".xlsx", ".csv", ".json", ".jsonl")
HEADERS = {
    "zh": ("名次", "代号", "分数", "已具备", "将具备", "预计", "缺少", "待核实"),
    "en": ("rank", "id", "score", "has", "will have", "expected", "missing", "to verify"),
}
ASKED = {"zh": "需求", "en": "asked"}
JOINED_BY = {"zh": "；", "en": "; "}
WIDTHS = (6, 14, 9, 36, 30, 30, 36, 30)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LONGEST_SHEET_NAME = 31
LONGEST_CELL = 32_767
FORBIDDEN_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
DIGITS = 6


@dataclass(frozen=True, slots=True)
class MatchRow:
    """One line of a match list as people read it; `asked` is the id of the demand (or profile) that asked.

    `score` lies in [0, 1]; the five lists hold labels in the language of the file. `title` names the asking record.
    """

    asked: str
    rank: int
    id: str
    score: float
    has: tuple[str, ...] = ()
    will_have: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    verify: tuple[str, ...] = ()
    title: str = ""


def write_matches(
    path: Path | str,
    rows: Iterable[MatchRow],
    lang: str = "zh",
    *,
    asked: Mapping[str, str] | None = None,
    remarks: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Write rows to `.xlsx` (a sheet per asking record), `.csv`, `.json` or `.jsonl`, with zh or en headers.

    When: `duikou match -o FILE`. `asked` maps ids to titles and gives records without any row their (empty) sheet;
    `remarks` are lines that a workbook's sheet ends with, such as who is unscored (the other forms hold rows only). The
    file appears whole or not at all: it is written beside its place and then moved there. Raises TableError for another
    ending or a folder that can't be written to.
    """
    target = Path(path)
    form = target.suffix.lower()
    if form not in FORMS:
        known = ", ".join(FORMS)
        english, chinese = f"the ending must be one of {known}", f"文件扩展名应为 {known} 之一"
        raise TableError(Problem("unknown_form", english, chinese, target.suffix, target.name))
    if form == ".xlsx":
        content = _workbook(rows, lang, asked or {}, remarks or {})
    elif form == ".csv":
        content = matches_text(rows, form, lang).encode("utf-8-sig")
    else:
        content = matches_text(rows, form, lang).encode("utf-8")
    replace_file(target, content)


def matches_text(rows: Iterable[MatchRow], form: str, lang: str = "zh") -> str:
    """Give rows as text in the form `.csv`, `.json` or `.jsonl`, for standard output."""
    if form == ".csv":
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow((ASKED[lang], *HEADERS[lang]))
        writer.writerows([_harmless(row.asked), *(_harmless(value) for value in _values(row, lang))] for row in rows)
        return stream.getvalue()
    lines = [json.dumps(_record(row), ensure_ascii=False) for row in rows]
    if form == ".jsonl":
        return "".join(line + "\n" for line in lines)
    return "[\n" + ",\n".join(lines) + "\n]\n" if lines else "[]\n"


def _record(row: MatchRow) -> dict[str, object]:
    return {**asdict(row), "score": round(row.score, DIGITS)}


def _values(row: MatchRow, lang: str) -> tuple[str | float, ...]:
    lists = (row.has, row.will_have, row.expected, row.missing, row.verify)
    return (row.rank, row.id, round(row.score, DIGITS), *(JOINED_BY[lang].join(labels) for labels in lists))


def _harmless(value: str | float) -> str | float:
    """Put an apostrophe before text that a spreadsheet would take for a formula."""
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def sheet_names(titles: Sequence[str]) -> list[str]:
    """Make names that Excel accepts: no []:*?/\\, 1 to 31 characters, no apostrophe at the ends, none twice."""
    names: list[str] = []
    used = {"history"}
    for title in titles:
        wished = FORBIDDEN_IN_SHEET_NAME.sub(" ", title).strip(" '")[:LONGEST_SHEET_NAME].strip(" '") or "-"
        name, number = wished, 1
        while name.casefold() in used:
            number += 1
            tail = f" ({number})"
            name = wished[: LONGEST_SHEET_NAME - len(tail)] + tail
        used.add(name.casefold())
        names.append(name)
    return names


def _workbook(
    rows: Iterable[MatchRow], lang: str, asked: Mapping[str, str], remarks: Mapping[str, Sequence[str]]
) -> bytes:
    groups: dict[str, list[MatchRow]] = {identifier: [] for identifier in asked}
    titles = dict(asked)
    for row in rows:
        groups.setdefault(row.asked, []).append(row)
        titles.setdefault(row.asked, row.title)
    workbook = Workbook(write_only=True)
    names = sheet_names([f"{identifier} {titles[identifier]}".strip() for identifier in groups] or ["-"])
    for name, (identifier, group) in zip(names, groups.items() or [("", [])], strict=True):
        sheet = workbook.create_sheet(name)
        sheet.freeze_panes = "A2"
        for column, width in zip("ABCDEFGH", WIDTHS, strict=True):
            sheet.column_dimensions[column].width = width
        sheet.append([_cell(sheet, header, bold=True) for header in HEADERS[lang]])
        for row in group:
            sheet.append([_cell(sheet, value) for value in _values(row, lang)])
        for remark in ("", *remarks[identifier]) if identifier in remarks else ():
            sheet.append([_cell(sheet, remark)])
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _cell(sheet: WriteOnlyWorksheet, value: str | float, bold: bool = False) -> Cell:
    """Make a cell; text stays text, also where it begins like a formula."""
    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value)[:LONGEST_CELL])
    cell.data_type = "s"
    if value.startswith(FORMULA_STARTS):
        cell.quotePrefix = True
    if bold:
        cell.font = Font(bold=True)
    return cell


def replace_file(target: Path, content: bytes) -> None:
    """Write beside the target, then move into place, so that nobody ever sees half a file."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(name, target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = error.strerror or str(error)
        english, chinese = f"can't be written: {reason}", f"无法写入：{reason}"
        raise TableError(Problem("unwritable", english, chinese, file=target.name)) from error
