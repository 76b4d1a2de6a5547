"""Reads a table kept as text: CSV with commas, semicolons or tabs, in UTF-8, UTF-16 or GB18030, within limits."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from matching.errors import Problem, TableError

LARGEST_CELLS = 4_000_000
LARGEST_ROWS = 1_048_576
LARGEST_WIDTH = 2_000
STRETCH = 1_000_000
MOST_LINES, MOST_SIGNS = 10_000, 20_000
MOST_BLANK = 200_000
LOOKED_AT = 20_000
PIECE = 1 << 20
ENCODINGS = ("utf-8-sig", "gb18030")
UTF_16_STARTS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
DELIMITERS = ",\t;"
PAGE_STARTS = ("<html", "<!doctype", "<table", "<?xml", "<meta", "<head", "<style", "%pdf", "{\\rtf", "mime-version")


def refused(path: Path, rule: str, english: str, chinese: str) -> TableError:
    """Make the error that refuses a whole file."""
    return TableError(Problem(rule, english, chinese, file=path.name))


def text_rows(path: Path, content: bytes) -> list[list[str]]:
    """Read all rows of a text file; raise TableError where it is no text, no table, or too wide or long."""
    encoding = _encoding(path, content)
    stream = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    start = stream.read(LOOKED_AT)
    stream.seek(0)
    if start.lstrip().lower().startswith(PAGE_STARTS):
        english = "is a web page or another document that was given a table's name; open it and save it as .xlsx"
        raise refused(path, "not_a_table", english, "是网页或其他文档，只是改成了表格的扩展名；请打开后另存为 .xlsx")
    _check_lines(path, content, encoding)
    record = _Pending()
    delimiter = _delimiter(start)
    reader = csv.reader(_followed(path, stream, delimiter, record), strict=True, delimiter=delimiter)
    rows: list[list[str]] = []
    cells = blank = 0
    try:
        for row in reader:
            record.lines = record.signs = 0
            blank = 0 if any(row) else blank + 1
            if blank > MOST_BLANK:
                raise too_large(path, len(rows) + 1, len(row))
            cells += len(row)
            if len(row) > LARGEST_WIDTH or cells > LARGEST_CELLS or len(rows) >= LARGEST_ROWS:
                raise too_large(path, len(rows) + 1, len(row))
            rows.append(row)
    except csv.Error as error:
        raise refused(
            path,
            "csv_syntax",
            f"line {reader.line_num} breaks the rules of CSV: {error}",
            f"第 {reader.line_num} 行附近不符合 CSV 格式（引号未配对或单元格过长）",
        ) from error
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


@dataclass(slots=True)
class _Pending:
    """How many lines and delimiters the record being read has taken so far."""

    lines: int = 0
    signs: int = 0


def too_large(path: Path, row: int, width: int) -> TableError:
    """Make the error for a table with more rows, columns or cells than are read."""
    return refused(
        path,
        "grid_size",
        f"its cells reach row {row} and column {width}; the limits are {LARGEST_WIDTH} columns, {LARGEST_CELLS} cells",
        f"单元格延伸到第 {row} 行、第 {width} 列，最多读取 {LARGEST_WIDTH} 列、{LARGEST_CELLS} 格",
    )


def _encoding(path: Path, content: bytes) -> str:
    """Find the encoding, decoding piece by piece so that the text never stands in memory as a whole."""
    known = ("utf-16",) if content.startswith(UTF_16_STARTS) else ENCODINGS
    for encoding in known:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for start in range(0, len(content), PIECE):
                if "\0" in decoder.decode(content[start : start + PIECE]):
                    raise refused(path, "not_text", "is not a text file", "不是文本文件")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise refused(path, "encoding", "is neither UTF-8 nor GB18030 text", "既不是 UTF-8 也不是 GB18030 文本")


def _delimiter(start: str) -> str:
    """Take the comma unless the first filled line has none and another sign separates it."""
    line = next((line for line in start.splitlines() if line.strip()), "")
    counts = {sign: start.count(sign) if sign == "," else line.count(sign) for sign in DELIMITERS}
    if counts["\t"] and counts["\t"] >= line.count(","):
        return "\t"
    return ";" if counts[";"] > 1 and not line.count(",") else ","


def _check_lines(path: Path, content: bytes, encoding: str) -> None:
    """Refuse a file that holds a stretch of a million bytes without a line end; a look into each stretch is enough."""
    if encoding == "utf-16" or len(content) < STRETCH:
        return
    for start in range(0, len(content) - STRETCH, STRETCH):
        if content.find(b"\n", start, start + STRETCH) < 0 and content.find(b"\r", start, start + STRETCH) < 0:
            raise refused(path, "grid_size", "one of its lines is too long", "有一行过长，无法读取")


def _followed(path: Path, stream: io.TextIOWrapper, delimiter: str, record: _Pending) -> Iterator[str]:
    """Give the lines, and refuse a record that grows without end."""
    for line in stream:
        record.lines += 1
        record.signs += line.count(delimiter)
        if record.lines > MOST_LINES or record.signs > MOST_SIGNS:
            english = f"one of its records has more than {MOST_LINES} lines or {MOST_SIGNS} columns"
            raise refused(path, "grid_size", english, f"有一条记录超过 {MOST_LINES} 行或 {MOST_SIGNS} 列")
        yield line
