"""Demands and profiles to and from plain JSON values, with one problem per wrong field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from matching.domain import Demand, Importance, Profile
from matching.errors import Problem, RecordError

Record = TypeVar("Record", Demand, Profile)

_ZH = {
    "missing": "缺少必填字段",
    "unexpected_keyword_argument": "没有这个字段",
    "enum": "不是允许的取值",
    "date_from_datetime_parsing": "不是有效的日期（应如 2027-07-01）",
    "date_parsing": "不是有效的日期（应如 2027-07-01）",
    "date_type": "不是有效的日期（应如 2027-07-01）",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "float_type": "应为数字",
    "string_type": "应为文本",
    "tuple_type": "应为列表",
    "too_long": "内容过长",
    "string_too_long": "内容过长",
    "string_too_short": "不能为空",
    "greater_than_equal": "数值太小",
    "less_than_equal": "数值太大",
    "dataclass_type": "应为对象",
}
_INTERNAL = ("link", "links")


@cache
def _adapters() -> dict[type[Any], TypeAdapter[Any]]:
    return {Demand: TypeAdapter(Demand), Profile: TypeAdapter(Profile)}


def from_values(kind: type[Record], values: object, field: str) -> Record:
    """Build a record from plain values; raise RecordError with one problem per wrong field.

    kind : Demand or Profile. field : how to call the record in messages, such as `demand` or `profiles[3]`.
    """
    problems = [
        Problem("unknown_field", "no such field", "没有这个字段", field=f"{field}.{place}")
        for place in _internal(values)
    ]
    problems += [
        Problem("zero_byte", "contains the character U+0000", "含有字符 U+0000", field=f"{field}{place}")
        for place in _zero_bytes(values)
    ]
    if problems:
        raise RecordError(problems)
    record = _validated(kind, values, field)
    wrong = list(_inconsistent(record, field))
    if wrong:
        raise RecordError(wrong)
    return record


def check(record: Record, field: str) -> Record:
    """Give a record made in code back if all of it is right; else raise RecordError with one problem per wrong field.

    When: every record that enters an engine, so that none is held which could not be saved and read again.
    """
    text = [record.id, record.title] if isinstance(record, Demand) else [record.id]
    problems = [
        Problem("zero_byte", "contains the character U+0000", "含有字符 U+0000", field=field)
        for t in text
        if "\x00" in t
    ]
    try:
        _adapters()[type(record)].validate_python(_plain(record))
    except ValidationError as error:
        problems += [_problem(dict(item), field) for item in error.errors(include_url=False)]
    problems += [] if problems else _inconsistent(record, field)
    if problems:
        raise RecordError(problems)
    return record


def _plain(record: Demand | Profile) -> dict[str, Any]:
    """Give the fields as a mapping that is validated anew, nested records included; links are left aside."""
    return {
        item.name: _plain_value(getattr(record, item.name)) for item in fields(record) if item.name not in _INTERNAL
    }


def _plain_value(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {
            item.name: _plain_value(getattr(value, item.name)) for item in fields(value) if item.name not in _INTERNAL
        }
    return [_plain_value(item) for item in value] if isinstance(value, tuple) else value


def from_many(kind: type[Record], values: Sequence[object], field: str) -> list[Record]:
    """Build a list of records; raise RecordError with the problems of all of them, duplicate ids included."""
    records: list[Record] = []
    problems: list[Problem] = []
    first: dict[str, int] = {}
    for number, value in enumerate(values):
        place = f"{field}[{number}]"
        try:
            record = from_values(kind, value, place)
        except RecordError as error:
            problems.extend(error.problems)
            continue
        if record.id in first:
            other = f"{field}[{first[record.id]}]"
            problems.append(
                Problem("duplicate_id", f"same id as {other}", f"与 {other} 的代号重复", record.id, field=f"{place}.id")
            )
        first.setdefault(record.id, number)
        records.append(record)
    if problems:
        raise RecordError(problems)
    return records


def to_values(record: Demand | Profile) -> dict[str, Any]:
    """Give a record as plain JSON values, without what the vocabulary filled in and without empty fields."""
    values: dict[str, Any] = _adapters()[type(record)].dump_python(record, mode="json")
    return {key: _without_links(value) for key, value in values.items() if key != "links" and value is not None}


def _without_links(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_links(item) for key, item in value.items() if key != "link"}
    return [_without_links(item) for item in value] if isinstance(value, list | tuple) else value


def restore(kind: type[Record], line: str) -> Record:
    """Build a record from a line that `to_values` and JSON wrote."""
    record: Record = _adapters()[kind].validate_python(json.loads(line))
    return record


def _validated(kind: type[Record], values: object, field: str) -> Record:
    try:
        record: Record = _adapters()[kind].validate_python(values)
    except ValidationError as error:
        raise RecordError([_problem(dict(item), field) for item in error.errors(include_url=False)]) from None
    return record


def _problem(item: Mapping[str, Any], field: str) -> Problem:
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in item["loc"])
    value = item.get("input")
    shown = None if item["type"] == "missing" or isinstance(value, dict | list) else str(value)
    kind = str(item["type"])
    return Problem(kind, str(item["msg"]), _ZH.get(kind, "取值不符合要求"), shown, field=f"{field}{path}")


def _internal(values: object, path: str = "") -> list[str]:
    """Find the fields that only the vocabulary may fill."""
    found: list[str] = []
    if isinstance(values, dict):
        for key, value in values.items():
            place = f"{path}.{key}" if path else str(key)
            found.extend([place] if key in _INTERNAL else _internal(value, place))
    elif isinstance(values, list):
        for number, value in enumerate(values):
            found.extend(_internal(value, f"{path}[{number}]"))
    return found


def _zero_bytes(values: object, path: str = "") -> list[str]:
    """Find texts with U+0000, which no table or database keeps."""
    if isinstance(values, str):
        return [path] if "\x00" in values else []
    if isinstance(values, dict):
        return [place for key, value in values.items() for place in _zero_bytes(value, f"{path}.{key}")]
    if isinstance(values, list | tuple):
        return [place for number, value in enumerate(values) for place in _zero_bytes(value, f"{path}[{number}]")]
    return []


def _inconsistent(record: Demand | Profile, field: str) -> list[Problem]:
    """Find fields that are right alone and wrong together."""
    if isinstance(record, Demand):
        mixed = _mixed_alternatives(record, field)
        if mixed:
            return mixed
        pay = record.pay
        if pay is not None and pay.low is not None and pay.high is not None and pay.low > pay.high:
            return [
                Problem("pay_order", "low is above high", "下限高于上限", f"{pay.low}-{pay.high}", field=f"{field}.pay")
            ]
        return []
    return [
        Problem(
            "date_order",
            f"ends before it begins ({claim.issued_on})",
            f"早于发证日期（{claim.issued_on}）",
            str(claim.valid_until),
            field=f"{field}.{_certificate_field(record, number)}.valid_until",
        )
        for number, claim in enumerate(record.all_certificates)
        if _before(claim.valid_until, claim.issued_on)
    ]


def _mixed_alternatives(demand: Demand, field: str) -> list[Problem]:
    """Find alternatives of one group that are not equally important: nobody could say what the group then asks."""
    first: dict[str, Importance] = {}
    return [
        Problem(
            "any_of_importance",
            f"alternatives of one group must be equally important ({first[requirement.any_of]})",
            f"同一组的可选项重要程度须一致（{first[requirement.any_of]}）",
            str(requirement.importance),
            field=f"{field}.requirements[{number}].importance",
        )
        for number, requirement in enumerate(demand.requirements)
        if requirement.any_of
        and first.setdefault(requirement.any_of, requirement.importance) is not requirement.importance
    ]


def _certificate_field(profile: Profile, number: int) -> str:
    held = len(profile.certificates or ())
    return f"certificates[{number}]" if number < held else f"planned_certificates[{number - held}]"


def _before(end: date | None, start: date | None) -> bool:
    return end is not None and start is not None and end < start


def unique(records: Iterable[Record], kind: str) -> dict[str, Record]:
    """Check records and put them under their ids; raise RecordError where one is wrong or an id stands twice."""
    held: dict[str, Record] = {}
    for position, record in enumerate(records):
        check(record, f"{kind}s[{position}]")
        if record.id in held:
            place = f"{kind}s[{position}].id"
            raise RecordError(Problem("duplicate_id", "this id stands twice", "代号重复", record.id, field=place))
        held[record.id] = record
    return held
