"""Every exception of the engine, with a stable code each.

    DuikouError                  base; has .code, .message_en, .message_zh
    ├── InputError               something that came from outside is wrong; .problems lists each place
    │   ├── TableError           a file can't be read, or cells of it are wrong
    │   ├── RecordError          a field of a record given in code or JSON
    │   └── VocabularyError      a vocabulary table or release file
    ├── UnknownId                an id that the engine does not hold
    ├── NotFitted                asked before `fit`
    └── IndexDamaged             a saved index is incomplete or of another version

A `Problem` names the place (file, sheet, row, column, or JSON field), the value and the rule, in both languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar

LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong place in the input: where it is, what stands there and which rule it breaks.

    `file`, `sheet`, `row` (1 = first line of the file, so that a spreadsheet shows the same number) and `column` name a
    cell; `field` names a JSON path such as `demands[3].start_on`. Whatever does not apply is None.
    """

    rule: str
    message_en: str
    message_zh: str
    value: str | None = None
    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    field: str | None = None

    def place(self, lang: str = "en") -> str:
        """Say where: `students.csv, row 7, column 毕业日期` or its Chinese form."""
        zh = lang == "zh"
        names = [self.file, self.sheet and (f"工作表 {self.sheet}" if zh else f"sheet {self.sheet}")]
        names.append(None if self.row is None else (f"第 {self.row} 行" if zh else f"row {self.row}"))
        names.append(self.column and (f"列「{self.column}」" if zh else f"column {self.column}"))
        names.append(self.field and (f"字段 {self.field}" if zh else f"field {self.field}"))
        return ("，" if zh else ", ").join(name for name in names if name)

    def text(self, lang: str = "en") -> str:
        """Say the whole problem in one line: place, value and rule."""
        zh = lang == "zh"
        value = self.value
        if value is not None and len(value) > LONGEST_VALUE:
            value = value[:LONGEST_VALUE] + "…"
        shown = "" if value is None else (f"「{value}」" if zh else f"{value!r} ")
        body = self.message_zh if zh else self.message_en
        place = self.place(lang)
        return f"{place}{'：' if zh else ': '}{shown}{body}" if place else f"{shown}{body}"

    def as_dict(self) -> dict[str, object]:
        """Give the problem as plain values for JSON, without what does not apply."""
        return {key: value for key, value in asdict(self).items() if value is not None}


class DuikouError(Exception):
    """Base of all exceptions; `code` is stable and safe to test for, the messages are for people."""

    code: ClassVar[str] = "error"

    def __init__(self, message_en: str, message_zh: str | None = None) -> None:
        super().__init__(message_en)
        self.message_en = message_en
        self.message_zh = message_zh or message_en

    def text(self, lang: str = "en") -> str:
        """Give the message in zh or en."""
        return self.message_zh if lang == "zh" else self.message_en


class InputError(DuikouError):
    """Something that came from outside is wrong; `problems` lists every place that was found."""

    code = "input"

    def __init__(self, problems: Sequence[Problem] | Problem) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(
            "\n".join(problem.text("en") for problem in self.problems),
            "\n".join(problem.text("zh") for problem in self.problems),
        )


class TableError(InputError):
    """A table can't be read, or cells of it are wrong."""

    code = "table"


class RecordError(InputError):
    """A field of a record given in code or JSON is wrong."""

    code = "record"


class VocabularyError(InputError):
    """A vocabulary table or a release file is wrong."""

    code = "vocabulary"


class UnknownId(DuikouError):
    """An id that the engine does not hold."""

    code = "unknown_id"

    def __init__(self, kind: str, identifier: str) -> None:
        super().__init__(f"no {kind} with id {identifier!r}", f"没有代号为「{identifier}」的记录（{kind}）")


class NotFitted(DuikouError):
    """The engine was asked for an answer before `fit`."""

    code = "not_fitted"


class IndexDamaged(DuikouError):
    """A saved index is incomplete, or was written by another version."""

    code = "index_damaged"
