"""Workbooks to take away: the caller's students, demands, and the ranked list of a demand.

    content = exports.students_workbook(session, who)
    content = exports.demands_workbook(session, who)
    exports.note(store, who, "students")      # who took them away, for the audit log
    content, shown = exports.matches_workbook(session, who, live, settings.secret, demand_id, k=50)
    exposure.count(demand_id, shown)          # the list was shown

Tables of students and demands have our own headers and can be uploaded again. Rows and fields are those that the caller
sees elsewhere; protected attributes are in none of them.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from sqlalchemy.orm import Session

from api.access import Principal, require
from api.live import Live, demand_of
from api.resources import demands, matches, students
from api.resources.cells import DEMAND_HEADERS, STUDENT_HEADERS, Cell, demand_cells, student_cells
from api.store import Store
from matching.engine import Order
from matching.explain import Standing
from matching.tables import MatchRow, write_matches
from matching.tables.write import FORMULA_STARTS, LONGEST_CELL

PAGE = 500
LONGEST_LIST = 200
STATUS = ("状态", "status")
PARTLY = ("（部分）", " (partly)")
MENTIONED = ("（自述提到）", " (own words)")


def students_workbook(session: Session, who: Principal) -> bytes:
    """Write the students in the caller's scope, by id."""
    require(who, "export.students")
    headers = [header[_side(who)] for header in STUDENT_HEADERS.values()]
    return _workbook(("学生", "students")[_side(who)], headers, _students(session, who))


def demands_workbook(session: Session, who: Principal) -> bytes:
    """Write the demands in the caller's scope with their status, by id."""
    require(who, "export.demands")
    headers = [header[_side(who)] for header in (*DEMAND_HEADERS.values(), STATUS)]
    return _workbook(("岗位需求", "demands")[_side(who)], headers, _demands(session, who))


def note(store: Store, who: Principal, kind: Literal["students", "demands"]) -> None:
    """Write into the audit log that the caller takes a table away; before it is given, so that none goes unnoted."""
    with store.writing(who) as work:
        work.note("export", kind, who.organisation_id or "-", who.organisation_id)


def matches_workbook(
    session: Session, who: Principal, live: Live, secret: bytes, demand_id: str, k: int = 50, order: Order = "forward"
) -> tuple[bytes, tuple[tuple[str, int], ...]]:
    """Write the ranked list of an own demand, each student under the demand's code, and tell who was shown.

    Raises Conflict where the demand's status allows no list.
    """
    listed = matches.matches(session, who, live, secret, demand_id, k, order)
    row = demands.demand(session, who, demand_id)
    asked, lang = demand_of(row), "en" if who.lang == "en" else "zh"
    ranked = [student_id for student_id, rank in listed.shown if rank]
    with live.engine() as engine:
        written = [
            _match_row(row.number or row.id, result, matches.masked(engine.explain(asked, one), result["code"]), lang)
            for one, result in zip(ranked, listed.values["results"], strict=True)
            if one in engine.profiles_
        ]
    said = "不参加自动排序、请人工查看" if lang == "zh" else "refused ranking by machine, for a person to judge"
    remarks = [f"{said}：{listed.values['unscored_count']}"] if listed.values["unscored"] else []
    remarks += [one["code"] for one in listed.values["unscored"]]
    key = row.number or row.id
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "matches.xlsx"
        write_matches(target, written, lang, asked={key: str(row.record["title"])}, remarks={key: remarks})
        return target.read_bytes(), listed.shown


def _match_row(asked: str, result: Mapping[str, Any], told: Mapping[str, Any], lang: str) -> MatchRow:
    """Put a result and its explanation into a line; what is there in part or only in own words is marked so."""
    side = 1 if lang == "en" else 0

    def labels(standing: Standing, mark: str = "") -> tuple[str, ...]:
        return tuple(
            f"{reason[f'label_{lang}']}{mark}" for reason in told["reasons"] if reason["standing"] == standing.value
        )

    return MatchRow(
        asked=asked,
        rank=result["rank"],
        id=result["code"],
        score=result["score"],
        has=labels(Standing.HAS) + labels(Standing.PARTLY, PARTLY[side]),
        will_have=labels(Standing.WILL_HAVE),
        expected=labels(Standing.EXPECTED) + labels(Standing.MENTIONED, MENTIONED[side]),
        missing=labels(Standing.MISSING),
        verify=tuple(one[f"label_{lang}"] for one in told["verdicts"] if one["verdict"] == "unknown"),
    )


def _side(who: Principal) -> int:
    return 1 if who.lang == "en" else 0


def _students(session: Session, who: Principal) -> Iterator[Sequence[Cell]]:
    """Give the cells page by page, so that memory holds the workbook's own rows only."""
    after = ""
    while page := students.listed(session, who, after=after, limit=PAGE):
        for found in page:
            identity = {name: getattr(found.identity, name) for name in students.IDENTITY_FIELDS}
            yield student_cells(identity, found.student.record, who.lang)
        after = page[-1].student.id


def _demands(session: Session, who: Principal) -> Iterator[Sequence[Cell]]:
    after = ""
    while page := demands.demands(session, who, after=after, limit=PAGE):
        for values in demands.demand_values(session, who, page):
            cells = demand_cells(values["number"] or values["id"], values["organisation"], values["record"], who.lang)
            yield [*cells, demands.STATUS_NAMES[values["status"]][_side(who)]]
        after = page[-1].id


def _workbook(title: str, headers: Sequence[str], lines: Iterable[Sequence[Cell]]) -> bytes:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(title)
    sheet.freeze_panes = "A2"
    sheet.append([_bold(sheet, header) for header in headers])
    for line in lines:
        sheet.append([_harmless(sheet, value) for value in line])
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _bold(sheet: WriteOnlyWorksheet, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _harmless(sheet: WriteOnlyWorksheet, value: Cell) -> Any:
    """Give a cell's value; text that a spreadsheet would take for a formula stays text."""
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)[:LONGEST_CELL]
    if not text.startswith(FORMULA_STARTS):
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type, cell.quotePrefix = "s", True
    return cell
