"""Reads from a roster's row who the student is: the columns that matching leaves aside.

`matching.tables` never reads columns of identity or protected traits. Here the same row of the same sheet gives them,
and only them, for the tables `identities` and `protected`; family, health, household and identity-card columns are read
by neither.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from matching.errors import Problem, TableError
from matching.tables.cells import Cell, read_id, read_text
from matching.tables.dates import read_day
from matching.tables.headers import PROTECTED, header_form
from matching.tables.read import Row

HEADERS = {
    "name": "姓名 学生姓名 name student_name full_name",
    "phone": "电话 手机 手机号 手机号码 联系电话 联系手机 联系方式 学生电话 本人电话 phone mobile telephone tel",
    "email": "邮箱 电子邮箱 电子邮件 e-mail email",
    "sex": "性别 sex gender gender/sex",
    "born_on": "出生日期 出生年月 出生年月日 生日 birth_date date_of_birth",
    "ethnicity": "民族 民族成分 ethnicity",
}
"""Field -> headers that hold it; compared as matching compares headers, brackets and group names aside."""
LONGEST = {"number": 64, "name": 100, "class_name": 200, "phone": 40, "email": 200, "ethnicity": 40}
SEXES = {"男": "男", "男性": "男", "m": "男", "male": "男", "女": "女", "女性": "女", "f": "女", "female": "女"}
OLDEST_BIRTH = date(1930, 1, 1)
IN_BRACKETS = re.compile(r"[(（\[【][^()（）\[\]【】]*[)）\]】]")


@dataclass(frozen=True, slots=True)
class Person:
    """Who a row of a roster is about; what the roster does not say is empty."""

    number: str
    name: str = ""
    class_name: str = ""
    phone: str = ""
    email: str = ""
    sex: str = ""
    born_on: date | None = None
    ethnicity: str = ""

    def identity(self) -> dict[str, str]:
        """Give what goes to the table of identities."""
        return {name: getattr(self, name) for name in ("number", "name", "class_name", "phone", "email")}

    def protected(self) -> dict[str, Any]:
        """Give what goes to the table of protected attributes, as JSON values."""
        born_on = self.born_on and self.born_on.isoformat()
        return {"sex": self.sex, "born_on": born_on, "ethnicity": self.ethnicity}

    def as_dict(self) -> dict[str, Any]:
        """Give all of it as JSON values."""
        return {**asdict(self), **self.protected()}


def person_columns(row: Row) -> Mapping[str, int]:
    """Find which column (from 0) holds which field of a person; of several the first."""
    found: dict[str, int] = {}
    for position, (key, header) in enumerate(zip(row.columns.keys, row.columns.headers, strict=False)):
        field = "class_name" if key == "class_name" else _field(header) if key == PROTECTED else None
        if field is not None:
            found.setdefault(field, position)
    return found


def notes_on_columns(row: Row, columns: Mapping[str, int]) -> list[Problem]:
    """Say which columns went to identity and protected attributes, and which of their kind were left out."""
    sheet, headers = row.columns.sheet, row.columns.headers
    taken = [headers[position] for field, position in columns.items() if field != "class_name"]
    personal = [header for key, header in zip(row.columns.keys, headers, strict=False) if key == PROTECTED]
    left = [header for header in personal if header not in taken]
    said = (
        ("person_columns", taken, "go to the student's identity, never to matching", "存入学生身份信息，不参与匹配"),
        ("left_out_columns", left, "are personal, not needed and were not read", "属个人信息，平台不需要，未读取"),
    )
    return [
        Problem(rule, english, chinese, "、".join(names), sheet.file, sheet.name, row.columns.first)
        for rule, names, english, chinese in said
        if names
    ]


def read_person(row: Row, columns: Mapping[str, int]) -> Person:
    """Read who a row is about; what is wrong is added to the row's problems, without the value that stands there."""
    values: dict[str, Any] = {}
    for field, position in columns.items():
        cell = row.at(position, *row.lines[0])
        if cell is None:
            continue
        try:
            cell.check_read()
            values[field] = _READ[field](cell)
        except TableError as error:
            row.problems += [replace(problem, value=None) for problem in error.problems]
    return Person(number=_number(row), **values)


def _number(row: Row) -> str:
    """Read the 学号; where it is wrong, matching has said so already."""
    cell = row.cell("id")
    try:
        return "" if cell is None else read_id(cell)
    except TableError:
        return ""


def _field(header: str) -> str | None:
    known = _known()
    bare = IN_BRACKETS.sub("", header)
    forms = (header, bare, header.rpartition(" ")[2], bare.strip().rpartition(" ")[2])
    return next((known[form] for text in forms if (form := header_form(text)) in known), None)


@cache
def _known() -> Mapping[str, str]:
    return {header_form(header): field for field, headers in HEADERS.items() for header in headers.split()}


def _text(field: str) -> Callable[[Cell], str]:
    return lambda cell: " ".join(read_text(cell, LONGEST[field]).split())


def _sex(cell: Cell) -> str:
    word = cell.text.strip().casefold()
    if word not in SEXES:
        raise cell.wrong("unknown_word", "is neither 男 nor 女; leave it empty where unknown", "应为男或女，不详请留空")
    return SEXES[word]


def _email(cell: Cell) -> str:
    text = read_text(cell, LONGEST["email"])
    name, _, host = text.rpartition("@")
    if not name or not host or any(sign.isspace() for sign in text):
        raise cell.wrong("email", "is no e-mail address", "不是有效的电子邮箱")
    return text


def _phone(cell: Cell) -> str:
    text = read_text(cell, LONGEST["phone"])
    if sum(sign.isdecimal() for sign in text) < 7:
        raise cell.wrong("phone", "is no phone number", "不是有效的电话号码")
    return text


def _born_on(cell: Cell) -> date:
    day = read_day(cell, month_end=True)
    if not OLDEST_BIRTH <= day < date.today():
        raise cell.wrong("born_on", "is no birth date of a student", "出生日期不合理")
    return day


_READ: Mapping[str, Callable[[Cell], Any]] = {
    "name": _text("name"),
    "class_name": _text("class_name"),
    "ethnicity": _text("ethnicity"),
    "phone": _phone,
    "email": _email,
    "sex": _sex,
    "born_on": _born_on,
}
