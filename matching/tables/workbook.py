"""Turns the bytes of a workbook into plain rows; run as a program it does so in a process of its own.

It imports nothing of `matching`, so that the child process starts in the time of an interpreter. As a program it says
`ready`, reads one JSON line (`memory`: bytes it may take on top) and then the workbook from standard input, and writes
JSON lines: `{"sheet": name, "visible": ..., "merged": [...]}` before the rows of each sheet, then one list per row, at
last `{"end": true}`.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

PAGE = 4096
Merged = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One sheet as the reader gives it; `merged` holds (first row, first column, last row, last column) from 0."""

    name: str
    visible: bool
    merged: tuple[Merged, ...]
    rows: list[list[object]]


def raw_sheets(content: bytes) -> Iterator[tuple[str, bool, tuple[Merged, ...], Iterator[list[object]]]]:
    """Give name, visibility, merged ranges and rows of each worksheet; chart sheets are passed over."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for number, known in enumerate(workbook.sheets_metadata):
        if known.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_index(number)
        merged = tuple((top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ())
        rows: Iterator[list[object]] = (list(row) for row in sheet.iter_rows()) if sheet.height else iter(())
        yield known.name, known.visible == SheetVisibleEnum.Visible, merged, rows


def plain(value: object) -> object:
    """Bring a cell's value to what JSON can carry; dates become `{"d": ...}`."""
    if isinstance(value, datetime):
        return {"d": value.isoformat()}
    if isinstance(value, date):
        return {"d": datetime(value.year, value.month, value.day).isoformat()}
    return str(value) if isinstance(value, time | timedelta) else value


def restored(value: Any) -> object:
    """Undo `plain`."""
    return datetime.fromisoformat(value["d"]) if isinstance(value, dict) else value


def limit_memory(more: int) -> None:
    """Bound this process to what it has now and `more` bytes, where the system knows how."""
    try:
        import resource

        with open("/proc/self/statm", encoding="ascii") as stream:
            now = int(stream.read().split()[0]) * PAGE
        resource.setrlimit(resource.RLIMIT_AS, (now + more, now + more))
    except (ImportError, OSError, ValueError):
        return


def main() -> None:
    """Serve one workbook, as the module's first lines say."""
    out = sys.stdout.buffer
    out.write(b"ready\n")
    out.flush()
    orders = json.loads(sys.stdin.buffer.readline())
    limit_memory(orders["memory"])
    content = sys.stdin.buffer.read()
    for name, visible, merged, rows in raw_sheets(content):
        head = {"sheet": name, "visible": visible, "merged": merged}
        out.write(json.dumps(head).encode() + b"\n")
        for row in rows:
            out.write(json.dumps([plain(value) for value in row]).encode() + b"\n")
    out.write(b'{"end": true}\n')
    out.flush()


if __name__ == "__main__":
    main()
