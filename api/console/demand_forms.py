"""The form of a demand and its values: fields of the form to a record and back, and phrases marked in a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from starlette.datastructures import FormData

from api.console import forms
from matching.domain import DemandKind, Importance, Kind

EMPTY_ROWS = 3
MOST_ROWS = 100
DEMAND_KINDS = [kind.value for kind in DemandKind]
REQUIREMENT_KINDS = [
    kind.value
    for kind in (
        Kind.SKILL,
        Kind.CERTIFICATE,
        Kind.MAJOR,
        Kind.EDUCATION,
        Kind.OCCUPATION,
        Kind.LANGUAGE,
        Kind.LICENCE,
    )
]
IMPORTANCES = [importance.value for importance in Importance]
EMPTY_REQUIREMENT: Mapping[str, Any] = {"kind": "skill", "label": "", "level": None, "importance": "should"}
_LISTS = ("places", "shifts", "occupations")


class Stretch(NamedTuple):
    """A piece of a text: its words, how it is marked (empty = not at all), and what the mark says."""

    words: str
    mark: str = ""
    says: str = ""


def record_from(form: FormData, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Give the record that a form describes; what the form does not ask for stays as it was before."""
    record = dict(before or {})
    given: dict[str, Any] = {
        "title": forms.text(form, "title"),
        "text": forms.text(form, "text"),
        "kind": forms.text(form, "kind"),
        "headcount": forms.number(form, "headcount"),
        "start_on": forms.text(form, "start_on"),
        "valid_until": forms.text(form, "valid_until"),
        **{name: forms.items(form, name) for name in _LISTS},
        "requirements": _requirements(form),
    }
    pay = {end: forms.number(form, f"pay.{end}") for end in ("low", "high")}
    given["pay"] = {end: value for end, value in pay.items() if value is not None}
    record.update(given)
    return {name: value for name, value in record.items() if value not in (None, "", [], {}) or name == "title"}


def _requirements(form: FormData) -> list[dict[str, Any]]:
    """Read the rows of requirements; one whose name is empty is taken out."""
    rows = []
    for number in range(MOST_ROWS):
        name = f"requirements[{number}]"
        if f"{name}.label" not in form:
            break
        if not forms.text(form, f"{name}.label"):
            continue
        row: dict[str, Any] = {field: forms.text(form, f"{name}.{field}") for field in ("kind", "label", "importance")}
        level, group = forms.number(form, f"{name}.level"), forms.text(form, f"{name}.any_of")
        weight = forms.text(form, f"{name}.weight")
        row |= {} if level is None else {"level": level}
        row |= {"any_of": group} if group else {}
        row |= {"exclude_unknown": True} if forms.ticked(form, f"{name}.exclude_unknown") else {}
        row |= {"weight": float(weight)} if weight.replace(".", "", 1).isdecimal() else {}
        rows.append(row)
    return rows


def rows_of(record: Mapping[str, Any], empty: int = EMPTY_ROWS) -> list[Mapping[str, Any]]:
    """Give the rows of requirements that a form shows: those of the record and some empty ones."""
    return [*record.get("requirements", ()), *[EMPTY_REQUIREMENT] * empty]


def fields_of(problems: Mapping[str, str]) -> dict[str, str]:
    """Name problems by the fields of the form: `record.pay.low` is `pay.low`."""
    return {field.removeprefix("record").removeprefix("."): message for field, message in problems.items()}


def marked(text: str, marks: Iterable[tuple[int, int, str, str]]) -> list[Stretch]:
    """Cut a text into stretches at its marks (start, end, kind, what it says); where marks overlap the first holds."""
    stretches: list[Stretch] = []
    at = 0
    for start, end, kind, says in sorted(marks, key=lambda mark: (mark[0], -mark[1])):
        if start < at or end <= start:
            continue
        stretches.append(Stretch(text[at:start]))
        stretches.append(Stretch(text[start:end], kind, says))
        at = end
    return [stretch for stretch in (*stretches, Stretch(text[at:])) if stretch.words]
