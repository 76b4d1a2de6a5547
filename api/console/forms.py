"""Reads what a form sends into plain values; FieldError names the field where a value has the wrong shape."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TypeVar

from starlette.datastructures import FormData, UploadFile

from api.errors import FieldError
from matching.errors import Problem

LONGEST_LINE = 200
Choice = TypeVar("Choice", bound=str)


def text(form: FormData, name: str) -> str:
    """Give a field's text without spaces around it; empty where the form has none."""
    value = form.get(name)
    return value.replace("\r\n", "\n").replace("\x00", "").strip() if isinstance(value, str) else ""


def line(form: FormData, name: str) -> str:
    """Give a short text; FieldError above LONGEST_LINE characters."""
    value = text(form, name)
    if len(value) > LONGEST_LINE:
        en, zh = f"at most {LONGEST_LINE} characters", f"最多 {LONGEST_LINE} 个字"
        raise FieldError(Problem("too_long", en, zh, field=name))
    return value


def choice(form: FormData, name: str, allowed: Collection[Choice]) -> Choice:
    """Give the one of `allowed` that was chosen; FieldError for anything else."""
    value = text(form, name)
    found = next((one for one in allowed if one == value), None)
    if found is None:
        raise FieldError(Problem("choice", "choose one of the list", "请从列表中选择", value or None, field=name))
    return found


def ticked(form: FormData, name: str) -> bool:
    """Tell whether a box is ticked."""
    return bool(text(form, name))


def items(form: FormData, name: str) -> list[str]:
    """Give the items of a field in which each line, or each part between commas, is one."""
    parts = text(form, name)
    for mark in "，、,;；":
        parts = parts.replace(mark, "\n")
    return [item.strip() for item in parts.split("\n") if item.strip()]


def number(form: FormData, name: str) -> int | str | None:
    """Give a whole number; what is none stays as it was typed, so that the record's check names it with the others."""
    value = text(form, name)
    return int(value) if value.isdecimal() and len(value) < 10 else value or None


def day(form: FormData, name: str) -> date | None:
    """Give a date; None where the field is empty."""
    value = text(form, name)
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        en, zh = "must be a date such as 2027-06-30", "应为日期，如 2027-06-30"
        raise FieldError(Problem("date", en, zh, value, field=name)) from None


def upload(form: FormData, name: str) -> UploadFile:
    """Give an uploaded file; FieldError where none was chosen."""
    value = form.get(name)
    if not isinstance(value, UploadFile) or not value.filename:
        en, zh = "choose a file first", "请先选择文件"
        raise FieldError(Problem("missing", en, zh, field=name))
    return value
