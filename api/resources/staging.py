"""Reads an uploaded table row by row into a folder, ready to be shown and taken over.

    counts = stage("students", folder, organisation="...", today=date.today(), said=print)

FOLDER holds the upload as `table`; beside it appear `rows.jsonl` (one valid row a line), `problems.jsonl` (a problem or
note a line, notes marked) and nothing else. No more than the sheet itself stands in memory. Run as a program it does
the same in a process of its own, so that a large table neither takes the server's processor nor its memory:

    python -m api.resources.staging KIND FOLDER ORGANISATION TODAY

gives way to whoever answers requests. It prints `{"done": rows, "rows": of how many}` from time to time, last
`{"counts": ...}` or `{"refused": [problems]}`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import IO, Any

from api.resources.roster import notes_on_columns, person_columns, read_person
from api.resources.student_record import sparse, with_birthdays
from matching import Demand, Profile
from matching.errors import Problem, TableError
from matching.records import to_values
from matching.tables.demands import demand_of as demand_of_row
from matching.tables.headers import PROTECTED
from matching.tables.read import Read, Row, Table
from matching.tables.students import profile_of

TABLE, ROWS, PROBLEMS = "table", "rows.jsonl", "problems.jsonl"
EVERY = 500
NICE = 5
UNNUMBERED = ("sequence_as_id", "row_as_id")
Said = Callable[[int, int], None]
Line = dict[str, Any]


def stage(kind: str, folder: Path, organisation: str, today: date, said: Said) -> dict[str, int]:
    """Read a table and give its counts: rows and rejected; TableError where it can't be read at all.

    kind : students or demands. organisation : the name of the college or enterprise whose table it is. said : told how
    many rows are done, of how many.
    """
    table: Table[Any] = Table(folder / TABLE, kind)
    made = _students(table, organisation, today) if kind == "students" else _demands(table, organisation)
    done = rejected = 0
    with _private(folder / ROWS) as stream:
        for row, line in made:
            done += 1
            if line is None:
                rejected += 1
            else:
                stream.write(json.dumps({"row": row.number, **line}, ensure_ascii=False) + "\n")
            if done % EVERY == 0:
                said(done, len(row.columns.sheet.rows) - row.columns.first)
    read = table.read()
    with _private(folder / PROBLEMS) as stream:
        for note, problems in ((False, read.problems), (True, _notes(read, kind))):
            for problem in problems:
                stream.write(json.dumps({"note": note, **problem.as_dict()}, ensure_ascii=False) + "\n")
    said(done, done)
    return {"rows": done, "rejected": rejected}


def staged_lines(folder: Path) -> Iterator[Line]:
    """Give the valid rows of a folder one by one."""
    with (folder / ROWS).open(encoding="utf-8") as stream:
        for text in stream:
            yield json.loads(text)


def staged_problems(folder: Path, name: str) -> Iterator[tuple[bool, Problem]]:
    """Give the problems and notes of a folder, each with whether it is a note; name : the user's for the file."""
    with (folder / PROBLEMS).open(encoding="utf-8") as stream:
        for text in stream:
            values = json.loads(text)
            note = values.pop("note")
            yield note, Problem(**{**values, "file": name})


def _students(table: Table[Profile], college: str, today: date) -> Iterator[tuple[Row, Line | None]]:
    columns = None
    first_rows: dict[str, int] = {}
    for row in table.rows():
        if columns is None:
            _require_numbers(row)
            columns = person_columns(row)
            row.notes += notes_on_columns(row, columns)
        _check_characters(row)
        profile, person = profile_of(row, today), read_person(row, columns)
        first = first_rows.setdefault(person.number, row.number)
        cell = row.cell("id")
        if first != row.number and cell is not None:
            english, chinese = f"the same number already stands in row {first}", f"学号与第 {first} 行重复"
            row.problems += cell.wrong("repeated_id", english, chinese).problems
        table.add(row, [])
        record = with_birthdays({**sparse(profile), "college": college}, person.born_on, today)
        line = {"identity": person.identity(), "protected": person.protected(), "record": record}
        yield row, None if row.problems else line


def _demands(table: Table[Demand], enterprise: str) -> Iterator[tuple[Row, Line | None]]:
    """Read demands; a running number is no number of the enterprise's own, for it is another one in the next table."""
    for row in table.rows():
        _check_characters(row)
        demand = demand_of_row(row)
        table.add(row, [demand])
        numbered = not any(note.rule in UNNUMBERED for note in row.columns.notes)
        record = {name: value for name, value in to_values(demand).items() if name != "id"}
        line = {"number": demand.id if numbered else None, "record": {**record, "employer": enterprise}}
        yield row, None if row.problems else line


def _check_characters(row: Row) -> None:
    """Find U+0000, which a workbook can hold and no database keeps."""
    for number, values in row.lines:
        for position, value in enumerate(values):
            if isinstance(value, str) and "\x00" in value and (cell := row.at(position, number, values)) is not None:
                wrong = cell.wrong("character", "holds a character that is no text", "含有无效字符")
                row.problems += [replace(problem, value=None) for problem in wrong.problems]


def _notes(read: Read[Any], kind: str) -> list[Problem]:
    """Give the notes; that matching read no column of a person is said better by `notes_on_columns`."""
    said_better = f"{PROTECTED}_columns" if kind == "students" else None
    return [note for note in read.notes if note.rule != said_better]


def _require_numbers(row: Row) -> None:
    """Refuse a roster without a column 学号: a running number would mistake one class's students for another's."""
    if any(note.rule in UNNUMBERED for note in row.columns.notes):
        sheet = row.columns.sheet
        english = "the column 学号 (id) is missing; a running number does not tell students apart"
        chinese = "缺少「学号」列；序号不能区分不同班级的学生"
        raise TableError(Problem("missing_header", english, chinese, file=sheet.file, sheet=sheet.name))


def _private(path: Path) -> IO[str]:
    """Open a file for writing that nobody but the operator's account can read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8")


def main(arguments: list[str]) -> None:
    """Read the table of a folder, as the module's first lines say."""
    kind, folder, organisation, today = arguments

    def said(done: int, rows: int) -> None:
        print(json.dumps({"done": done, "rows": rows}), flush=True)

    os.nice(NICE)
    said(0, 0)
    try:
        counts = stage(kind, Path(folder), organisation, date.fromisoformat(today), said)
    except TableError as error:
        print(json.dumps({"refused": [problem.as_dict() for problem in error.problems]}), flush=True)
        return
    print(json.dumps({"counts": counts}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
