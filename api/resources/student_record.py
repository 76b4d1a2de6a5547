"""What the engine may know of a student: the values of a Profile, sparse, without id, ages only as birthdays to come.

    record = checked({"major": "智能焊接技术", "skills": [...]}, college="...", born_on=date(2009, 5, 1), today=today)
    record = merged(stands, fresh, today)       # a roster's row over what stands: an empty cell takes nothing away

A record holds only the fields that differ from an empty profile, so that equal profiles are equal values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from matching import Profile
from matching.errors import Problem, RecordError
from matching.records import from_values, to_values

BIRTHDAYS = {"turns_16_on": 16, "turns_18_on": 18}
ADULT = 18
_YEAR = re.compile(r"^(?:20)?[1-4][0-9]级?(?=[^0-9+级])")
_CLASS = re.compile(r"[(（]?[0-9一二三四五六七八九十-]*[)）]?班$")


def checked(values: object, college: str, born_on: date | None, today: date) -> dict[str, Any]:
    """Check a record that somebody sent; the college is the student's own, the birthdays follow from the birth date.

    Raises RecordError with one problem per wrong field, each called `record.<field>`.
    """
    if isinstance(values, Mapping):
        if "id" in values:
            raise RecordError(
                Problem("unknown_field", "the platform gives the id", "代号由平台给出", field="record.id")
            )
        values = {**values, "id": "-", "college": college}
    profile = from_values(Profile, values, "record")
    return with_birthdays(sparse(profile), born_on, today)


def sparse(profile: Profile) -> dict[str, Any]:
    """Give a profile's values without its id and without what equals an empty profile."""
    empty = _empty()
    values = {name: value for name, value in to_values(profile).items() if empty.get(name, "-") != value}
    values.pop("id", None)
    if "major" in values:
        values["major"] = without_class(values["major"])
    if "preferences" in values:
        values["preferences"] = _said(values["preferences"])
    return values


def without_class(major: str) -> str:
    """Take year and class out of what stands for a major: 24机电一体化技术3班 is 机电一体化技术.

    When: a roster has a class name for a major. A class is a small group, so enterprises must not see it.
    """
    return _CLASS.sub("", _YEAR.sub("", major)).strip() or major


def with_birthdays(record: Mapping[str, Any], born_on: date | None, today: date) -> dict[str, Any]:
    """Give a record with its 16th and 18th birthdays, from the birth date where it is known; past ones are left out."""
    rest = {name: value for name, value in record.items() if name not in BIRTHDAYS}
    for name, years in BIRTHDAYS.items():
        day = record.get(name) if born_on is None else birthday(born_on, years).isoformat()
        if day is not None and day > today.isoformat():
            rest[name] = day
    return rest


def merged(stands: Mapping[str, Any], fresh: Mapping[str, Any], born_on: date | None, today: date) -> dict[str, Any]:
    """Lay a roster's row over the record that stands: what the row says replaces, what it leaves empty stays.

    So a second upload takes away neither a student's own text nor a refusal of automated ranking. Wishes are laid over
    one by one.
    """
    wishes = {**stands.get("preferences", {}), **_said(fresh.get("preferences", {}))}
    joined = {**stands, **fresh, **({"preferences": wishes} if wishes else {})}
    return with_birthdays(joined, born_on, today)


def birthday(born_on: date, years: int) -> date:
    """Give the birthday on which somebody reaches an age; 29 February falls on 1 March in other years."""
    try:
        return born_on.replace(year=born_on.year + years)
    except ValueError:
        return date(born_on.year + years, 3, 1)


def is_minor(born_on: date | None, record: Mapping[str, Any], today: date) -> bool:
    """Tell whether a student is under 18, by the birth date, else by the 18th birthday on the record."""
    if born_on is not None:
        return birthday(born_on, ADULT) > today
    return str(record.get("turns_18_on") or "") > today.isoformat()


def _said(wishes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wishes.items() if value not in (None, [])}


@cache
def _empty() -> Mapping[str, Any]:
    return to_values(Profile("-"))
