"""Reads the text that a command is given: the words themselves, a file with them, or standard input."""

from __future__ import annotations

import sys
from pathlib import Path

from matching.domain import LONGEST_TEXT
from matching.errors import Problem, RecordError

BYTES_PER_CHARACTER = 4
LONGEST_NAME = 255
ENCODINGS = ("utf-8-sig", "gb18030")
TEXT_FORMS = (".txt", ".md", ".text")


def given_text(source: str, field: str = "TEXT") -> str:
    """Give the text itself, the content of the file of that name, or standard input for `-`.

    Raises RecordError where the text is longer than LONGEST_TEXT, a file can't be read, or what looks like the name of
    a file is none.
    """
    if source == "-":
        return _within_limits(sys.stdin.read(LONGEST_TEXT + 1), field)
    path = file_of(source)
    if path is None:
        if source.lower().endswith(TEXT_FORMS) and not any(mark in source for mark in "，。\n "):
            raise RecordError(Problem("no_file", "no such file", "没有这个文件", source, field=field))
        return _within_limits(source, field)
    try:
        with path.open("rb") as stream:
            content = stream.read(LONGEST_TEXT * BYTES_PER_CHARACTER + 1)
    except OSError as error:
        english, chinese = "the file can't be read", "文件无法读取"
        raise RecordError(Problem("unreadable", english, chinese, error.strerror, file=path.name)) from error
    for encoding in ENCODINGS:
        try:
            return _within_limits(content.decode(encoding), field)
        except UnicodeDecodeError:
            continue
    raise RecordError(Problem("encoding", "is neither UTF-8 nor GB18030", "不是 UTF-8 或 GB18030 编码", file=path.name))


def file_of(source: str) -> Path | None:
    """Give the file that an argument names, None where it is no file's name."""
    if len(source) > LONGEST_NAME or "\n" in source:
        return None
    try:
        path = Path(source)
        return path if path.is_file() else None
    except (OSError, ValueError):
        return None


def _within_limits(text: str, field: str) -> str:
    if len(text) > LONGEST_TEXT:
        english, chinese = f"at most {LONGEST_TEXT} characters", f"最多 {LONGEST_TEXT} 个字符"
        raise RecordError(Problem("too_long", english, chinese, f"{text[:20].strip()}…", field=field))
    return text
