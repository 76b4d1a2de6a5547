"""Opens a CSV, XLSX or XLS file safely and gives the rows of its sheets as they stand."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineError

from matching.errors import TableError
from matching.tables.child import ChildFailed, read_apart
from matching.tables.extent import Extent
from matching.tables.formulas import Unread, unread_cells
from matching.tables.text_table import LARGEST_CELLS, LARGEST_WIDTH, refused, text_rows, too_large
from matching.tables.workbook import Merged, RawSheet, raw_sheets

MEGABYTE = 1 << 20
LARGEST_XLSX = 50 * MEGABYTE
LARGEST_UNPACKED = 200 * MEGABYTE
LARGEST_RATIO = 100
RATIO_FROM = 20 * MEGABYTE
LARGEST_XLS = 20 * MEGABYTE
LARGEST_CSV = 64 * MEGABYTE
LARGEST_GRID = LARGEST_CELLS
LARGEST_DIRECTORY = MEGABYTE
MOST_SHEETS = 200
MOST_MERGED = 100_000
ZIP_START = b"PK\x03\x04"
OLE_START = b"\xd0\xcf\x11\xe0"
DIRECTORY_END = b"PK\x05\x06"
DIRECTORY_TAIL = 66_000
SHARED_END = b"</si>"
SEAM = 32
PREFIXED_FORMULA = re.compile(rb"<\w{1,40}:f[\s/>]")
SMALL_FILE, SMALL_UNPACKED, SMALL_GRID, SMALL_TEXT = MEGABYTE, 16 * MEGABYTE, 200_000, 32 * MEGABYTE
CHILD_SECONDS, SECONDS_PER_MEGABYTE = 1.5, 0.5
CHILD_MEMORY, MEMORY_PER_BYTE = 96 * MEGABYTE, 5
CHILD_OUTPUT, OUTPUT_PER_BYTE = 32 * MEGABYTE, 3


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one sheet, row 1 first; `name` is None for CSV; `merged` ranges count rows and columns from 0."""

    file: str
    name: str | None
    rows: Sequence[Sequence[object]]
    merged: tuple[Merged, ...] = ()
    visible: bool = True


@dataclass(slots=True)
class Measure:
    """What an archive was found to hold: unpacked bytes, the corner its cells reach, shared text, formulas."""

    unpacked: int = 0
    grid: int = 0
    cells: int = 0
    longest_text: int = 0
    formulas: bool = False
    plain: bool = True


def open_sheets(path: Path) -> list[Sheet]:
    """Read the sheets of a workbook, or a CSV file, which counts as one sheet.

    The content decides, not the name. Raises TableError when the file is missing, too large, encrypted, damaged, or of
    a kind that is not read here.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            start = stream.read(len(ZIP_START))
            limit = {ZIP_START: LARGEST_XLSX, OLE_START: LARGEST_XLS}.get(start, LARGEST_CSV)
            if size > limit:
                raise refused(
                    path,
                    "file_size",
                    f"the file has {size} bytes; the limit is {limit // MEGABYTE} MB",
                    f"文件有 {size} 字节，上限为 {limit // MEGABYTE} MB",
                )
            content = start + stream.read(limit)
    except OSError as error:
        reason = error.strerror or str(error)
        raise refused(path, "unreadable", f"can't be opened: {reason}", f"无法打开：{reason}") from error
    if start not in (ZIP_START, OLE_START):
        return [Sheet(path.name, None, text_rows(path, content))]
    measure = check_archive(path, content) if start == ZIP_START else Measure(unpacked=len(content))
    found = [_bounded(path, sheet) for sheet in _sheets(path, content, measure, start == OLE_START)]
    if not found:
        raise refused(path, "empty", "the workbook has no sheet", "工作簿中没有工作表")
    return [_with_unread(content, sheet) for sheet in found] if measure.formulas else found


def _sheets(path: Path, content: bytes, measure: Measure, old: bool) -> list[RawSheet]:
    """Parse small, well-bounded workbooks here and all others in a child process."""
    small = not old and len(content) <= SMALL_FILE and measure.unpacked <= SMALL_UNPACKED
    if small and measure.plain and measure.grid <= SMALL_GRID and measure.cells * measure.longest_text <= SMALL_TEXT:
        try:
            return [RawSheet(name, shown, merged, list(rows)) for name, shown, merged, rows in raw_sheets(content)]
        except CalamineError as error:
            raise _damaged(path, str(error)) from error
    seconds = CHILD_SECONDS + SECONDS_PER_MEGABYTE * (measure.unpacked / MEGABYTE)
    memory = CHILD_MEMORY + MEMORY_PER_BYTE * measure.unpacked
    try:
        return read_apart(content, seconds, memory, CHILD_OUTPUT + OUTPUT_PER_BYTE * measure.unpacked)
    except ChildFailed as error:
        if old and error.reason == "damaged":
            raise refused(
                path,
                "old_format",
                "is a damaged .xls or a password-protected workbook; save it as .xlsx without a password",
                "是损坏的 .xls 或加密的工作簿，请另存为不加密的 .xlsx",
            ) from error
        if error.reason == "damaged":
            raise _damaged(path, "it can't be parsed within its limits") from error
        english = "takes more time or memory than its size allows; save it anew as .xlsx"
        raise refused(
            path, "too_costly", english, "读取所需的时间或内存超出其大小应有的范围，请另存为 .xlsx"
        ) from error


def _damaged(path: Path, reason: str) -> TableError:
    return refused(path, "damaged", f"is not a readable workbook: {reason}", "工作簿损坏或带有密码，无法读取")


def _bounded(path: Path, raw: RawSheet) -> Sheet:
    """Cut blank ends off each row and hold the sheet to the limits of width and merged ranges."""
    rows: list[list[object]] = []
    for row in raw.rows:
        width = len(row)
        while width and (row[width - 1] is None or row[width - 1] == ""):
            width -= 1
        if width > LARGEST_WIDTH:
            raise too_large(path, len(rows) + 1, width)
        rows.append(row[:width])
    while rows and not rows[-1]:
        rows.pop()
    if len(raw.merged) > MOST_MERGED:
        english = f"has {len(raw.merged)} merged ranges; at most {MOST_MERGED}"
        raise refused(path, "merged_ranges", english, f"有 {len(raw.merged)} 处合并单元格，最多 {MOST_MERGED} 处")
    corners = {(top, left): (top, left, bottom, right) for top, left, bottom, right in raw.merged}
    return Sheet(path.name, raw.name, rows, tuple(corners.values()), raw.visible)


def _with_unread(content: bytes, sheet: Sheet) -> Sheet:
    """Put a mark into each cell whose formula has no stored value or whose value is an error."""
    rows = [list(row) for row in sheet.rows]
    for (row, column), text in unread_cells(content, sheet.name or "").items():
        if row < len(rows) or text:
            while row >= len(rows):
                rows.append([])
            rows[row] += [""] * (column + 1 - len(rows[row]))
            rows[row][column] = Unread(text)
    return Sheet(sheet.file, sheet.name, rows, sheet.merged, sheet.visible)


def check_archive(path: Path, content: bytes) -> Measure:
    """Unpack every member piece by piece before anything parses it: real sizes, and how far its cells reach.

    The sizes written in the archive are not believed. A single cell in the last row and column is enough to make a
    reader ask for gigabytes, so the grid is bounded as well. Document type declarations, which can define entities, are
    refused: no workbook has them.
    """
    tail = content[-DIRECTORY_TAIL:]
    end = tail.rfind(DIRECTORY_END)
    if end < 0 or int.from_bytes(tail[end + 12 : end + 16], "little") > LARGEST_DIRECTORY:
        raise _damaged(path, "it is cut off or holds too many parts")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            measure = Measure()
            if "xl/workbook.xml" not in archive.namelist():
                raise refused(path, "not_xlsx", "is a zip file, but not an .xlsx workbook", "不是 .xlsx 工作簿")
            members = archive.infolist()
            if sum(member.file_size for member in members) > LARGEST_UNPACKED:
                raise _unpacked_size(path)
            if sum(member.filename.startswith("xl/worksheets/") for member in members) > MOST_SHEETS:
                raise _damaged(path, "it has too many sheets")
            for member in members:
                _check_member(path, archive, member, measure, len(content))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, ValueError) as error:
        raise _damaged(path, str(error)) from error
    return measure


def _unpacked_size(path: Path) -> TableError:
    size = LARGEST_UNPACKED // MEGABYTE
    return refused(
        path,
        "unpacked_size",
        f"unpacks to more than {size} MB, or to more than {LARGEST_RATIO} times its size",
        f"解压后超过 {size} MB，或超过文件大小的 {LARGEST_RATIO} 倍，拒绝读取",
    )


def _check_member(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo, measure: Measure, packed: int) -> None:
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _damaged(path, "it is packed in a way no workbook uses")
    member.file_size = LARGEST_UNPACKED + 1
    extent = Extent()
    text_run = 0
    seam = b""
    with archive.open(member) as stream:
        while piece := stream.read(MEGABYTE):
            measure.unpacked += len(piece)
            far = measure.unpacked > RATIO_FROM and measure.unpacked > LARGEST_RATIO * packed
            if measure.unpacked > LARGEST_UNPACKED or far:
                raise _unpacked_size(path)
            joined = seam + piece
            is_picture = member.filename.startswith("xl/media/")
            if not is_picture and (b"<!DOCTYPE" in joined or b"<!ENTITY" in joined):
                english = "declares XML entities, which no workbook does"
                raise refused(path, "xml_entities", english, "含有 XML 实体声明，正常的工作簿没有，拒绝读取")
            measure.formulas = (
                measure.formulas or b"<f" in joined or PREFIXED_FORMULA.search(joined) is not None or b't="e"' in joined
            )
            extent.follow(piece)
            if member.filename.lower().endswith("sharedstrings.xml"):
                for number, run in enumerate(piece.split(SHARED_END)):
                    text_run = len(run) + (0 if number else text_run)
                    measure.longest_text = max(measure.longest_text, text_run)
            seam = piece[-SEAM:]
            if extent.beyond or extent.grid > LARGEST_GRID or extent.cells > LARGEST_GRID:
                raise _grid_size(path, extent)
    extent.finish()
    measure.cells += extent.cells
    measure.grid += extent.grid
    measure.plain = measure.plain and extent.plain
    if extent.beyond or measure.grid > LARGEST_GRID or measure.cells > LARGEST_GRID:
        raise _grid_size(path, extent)


def _grid_size(path: Path, extent: Extent) -> TableError:
    return refused(
        path,
        "grid_size",
        f"its cells reach row {extent.rows} and column {extent.columns}; delete the empty rows and columns",
        f"单元格延伸到第 {extent.rows} 行、第 {extent.columns} 列，请删除多余的空行空列",
    )
