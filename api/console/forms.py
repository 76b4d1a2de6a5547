"""Reads what a form sends into plain values; FieldError names the field where a value has the wrong shape."""

from __future__ import annotations

from datetime import date

from starlette.datastructures import FormData, UploadFile

from api.errors import FieldError
from matching.errors import Problem


def text(form: FormData, name: str) -> str:
    """Give a field's text without spaces around it; empty where the form has none."""
    value = form.get(name)
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""


def ticked(form: FormData, name: str) -> bool:
    """Tell whether a box is ticked."""
    return bool(text(form, name))


def lines(form: FormData, name: str) -> list[str]:
    """Give the items of a field in which each line, or each part between commas, is one."""
    parts = text(form, name)
    for mark in "，、,;；":
        parts = parts.replace(mark, "\n")
    return [item.strip() for item in parts.split("\n") if item.strip()]


def number(form: FormData, name: str) -> int | None:
    """Give a whole number; None where the field is empty."""
    value = text(form, name)
    if not value:
        return None
    try:
        return int(value)
    except ValueError:
        en, zh = "must be a whole number", "应为整数"
        raise FieldError(Problem("number", en, zh, value, field=name)) from None


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
