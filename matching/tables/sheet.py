"""Opens a CSV or XLSX file safely and gives the rows of its first sheet as they stand."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from matching.errors import Problem, TableError

MEGABYTE = 1 << 20
LARGEST_XLSX = 50 * MEGABYTE
LARGEST_UNPACKED = 300 * MEGABYTE
LARGEST_CSV = 500 * MEGABYTE
LARGEST_GRID = 20_000_000
ENCODINGS = ("utf-8-sig", "gb18030")
ZIP_START = b"PK\x03\x04"
OLE_START = b"\xd0\xcf\x11\xe0"
REFERENCE = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')
LONGEST_REFERENCE = 256


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one sheet, row 1 first; `name` is None for CSV, `others` are the sheets that were not read."""

    file: str
    name: str | None
    rows: Sequence[Sequence[object]]
    others: tuple[str, ...] = ()


def open_sheet(path: Path) -> Sheet:
    """Read the first sheet of a workbook, or a CSV file in UTF-8 or GB18030.

    The content decides, not the name. Raises TableError when the file is missing, too large, encrypted, damaged, or of
    a kind that is not read here.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            start = stream.read(len(ZIP_START))
            limit = LARGEST_XLSX if start == ZIP_START else LARGEST_CSV
            if size > limit:
                raise _refused(
                    path,
                    "file_size",
                    f"the file has {size} bytes; the limit is {limit // MEGABYTE} MB",
                    f"文件有 {size} 字节，上限为 {limit // MEGABYTE} MB",
                )
            content = start + stream.read()
    except OSError as error:
        reason = error.strerror or str(error)
        raise _refused(path, "unreadable", f"can't be opened: {reason}", f"无法打开：{reason}") from error
    if start == ZIP_START:
        return _workbook(path, content)
    if start == OLE_START:
        raise _refused(
            path,
            "old_format",
            "is an old .xls or a password-protected workbook; save it as .xlsx without a password",
            "是旧版 .xls 或加密的工作簿，请另存为不加密的 .xlsx",
        )
    return Sheet(path.name, None, _csv_rows(path, content))


def _refused(path: Path, rule: str, english: str, chinese: str) -> TableError:
    return TableError(Problem(rule, english, chinese, file=path.name))


def _csv_rows(path: Path, content: bytes) -> list[list[str]]:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise _refused(path, "encoding", "is neither UTF-8 nor GB18030 text", "既不是 UTF-8 也不是 GB18030 文本")
    if "\0" in text:
        raise _refused(path, "not_text", "is not a text file", "不是文本文件")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        raise _refused(
            path,
            "csv_syntax",
            f"line {reader.line_num} breaks the rules of CSV: {error}",
            f"第 {reader.line_num} 行附近不符合 CSV 格式（引号未配对或单元格过长）",
        ) from error


def _workbook(path: Path, content: bytes) -> Sheet:
    _check_archive(path, content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = workbook.sheet_names
        if not names:
            raise _refused(path, "empty", "the workbook has no sheet", "工作簿中没有工作表")
        rows = workbook.get_sheet_by_name(names[0]).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise _refused(
            path, "damaged", f"is not a readable workbook: {error}", "工作簿损坏或带有密码，无法读取"
        ) from error
    return Sheet(path.name, names[0], rows, tuple(names[1:]))


def _check_archive(path: Path, content: bytes) -> None:
    """Unpack every member piece by piece before anything parses it: real sizes, and how far its cells reach.

    The sizes written in the archive are not believed. A single cell in the last row and column is enough to make a
    reader ask for gigabytes, so the grid is bounded as well.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise _refused(path, "not_xlsx", "is a zip file, but not an .xlsx workbook", "不是 .xlsx 工作簿")
            total = 0
            for member in archive.infolist():
                total = _check_member(path, archive, member, total)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, ValueError) as error:
        raise _refused(
            path, "damaged", f"is not a readable workbook: {error}", "工作簿损坏或带有密码，无法读取"
        ) from error


def _check_member(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo, before: int) -> int:
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _refused(path, "damaged", "is packed in a way no workbook uses", "压缩方式不是工作簿所用的")
    member.file_size = LARGEST_UNPACKED + 1
    total, last_column, last_row, rest = before, 0, 0, b""
    is_sheet = member.filename.startswith("xl/worksheets/")
    with archive.open(member) as stream:
        while piece := stream.read(MEGABYTE):
            total += len(piece)
            if total > LARGEST_UNPACKED:
                size = LARGEST_UNPACKED // MEGABYTE
                raise _refused(
                    path, "unpacked_size", f"unpacks to more than {size} MB", f"解压后超过 {size} MB，拒绝读取"
                )
            if is_sheet:
                for column, row in REFERENCE.findall(rest + piece):
                    last_column = max(last_column, _column_number(column))
                    last_row = max(last_row, int(row))
                rest = piece[-LONGEST_REFERENCE:]
    if last_column * last_row > LARGEST_GRID:
        raise _refused(
            path,
            "grid_size",
            f"its cells reach row {last_row} and column {last_column}; delete the empty rows and columns",
            f"单元格延伸到第 {last_row} 行、第 {last_column} 列，请删除多余的空行空列",
        )
    return total


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
