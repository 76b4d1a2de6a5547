"""Reads a date as offices write it: 2027-07-01, 2027.7, 27.6.30, 二〇二七年六月底, a spreadsheet's day number."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date, datetime, timedelta

from matching.errors import TableError
from matching.tables.cells import Cell
from matching.tables.words import numeral

YEARS = range(1990, 2101)
DATE_FORMS = "2027-07-01, 2027/7/1, 2027.7"
SEPARATOR = r"\s*[-/.\\年_]\s*"
CLOCK = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.0+)?)?)?"
WEEKDAY = r"\s*(?:\(?(?:星期|周)[一二三四五六日天]\)?)?"
DAY = re.compile(
    rf"(\d{{4}}|\d{{2}}){SEPARATOR}(\d{{1,2}})\s*[-/.\\月_]\s*(\d{{1,2}})\s*[日号]?{WEEKDAY}\s*{CLOCK}(?:前|之前|起)?"
)
MONTH = re.compile(
    rf"(\d{{4}}|\d{{2}}(?=年)){SEPARATOR}(\d{{1,2}})\s*月?\s*(?:份)?\s*(初|上旬|中旬|下旬|底|末)?(?:前|之前|起)?"
)
EIGHT_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
SIX_DIGITS = re.compile(r"(20\d{2})(\d{2})")
DAY_LAST = re.compile(rf"(\d{{1,2}})\s*[-/.]\s*(\d{{1,2}})\s*[-/.]\s*(\d{{4}})\s*{CLOCK}")
YEAR_AND_TENTH = re.compile(r"\d{4}\.1")
SERIAL = re.compile(r"[3-6]\d{4}(?:\.\d+)?")
SERIAL_START, SERIALS = date(1899, 12, 30), range(32_874, 73_415)
CHINESE = re.compile(r"([〇零○Ｏ0-9一二三四五六七八九十廿卅]+)(?=[年月日号])")
PART_DAYS = {"初": 1, "上旬": 1, "中旬": 11, "下旬": 21}


def read_day(cell: Cell, month_end: bool = False) -> date:
    """Read a date; a month alone means its first day, or its last where `month_end` is set.

    Raises TableError where the cell names no day, or where it can be read in two ways.
    """
    value = cell.value
    if isinstance(value, datetime):
        return _within_years(cell, value.date(), cell.text)
    if isinstance(value, date):
        return _within_years(cell, value, cell.text)
    if isinstance(value, float) and YEAR_AND_TENTH.fullmatch(cell.text):
        english = "as a number is January or October; write 2027-01 or 2027-10"
        raise cell.wrong("ambiguous_date", english, "作为数字分不清是 1 月还是 10 月，请写成 2027-01 或 2027-10")
    return day_of(cell, cell.text, month_end)


def day_of(cell: Cell, part: str, month_end: bool, written: str | None = None) -> date:
    """Read a date that stands in a part of a cell; an error shows `written`, or the part where nothing is given."""
    written = part if written is None else written
    text = unicodedata.normalize("NFKC", part).strip()
    text = CHINESE.sub(_digits, text)
    found = DAY.fullmatch(text) or EIGHT_DIGITS.fullmatch(text)
    month_only = None if found else MONTH.fullmatch(text) or SIX_DIGITS.fullmatch(text)
    try:
        if month_only:
            last = month_only[month_only.lastindex or 0] if month_only.lastindex == 3 else None
            return _in_month(cell, written, _year(month_only[1]), int(month_only[2]), month_end, last)
        if found:
            return _within_years(cell, date(_year(found[1]), int(found[2]), int(found[3])), written)
        if found := DAY_LAST.fullmatch(text):
            return _day_last(cell, written, int(found[1]), int(found[2]), int(found[3]))
    except ValueError as error:
        raise cell.wrong("no_such_day", "is no day of the calendar", "日历上没有这一天", written) from error
    if SERIAL.fullmatch(text) and int(float(text)) in SERIALS:
        return SERIAL_START + timedelta(days=int(float(text)))
    raise _no_date(cell, written)


def _no_date(cell: Cell, written: str) -> TableError:
    return cell.wrong("bad_date", f"is not a date; write {DATE_FORMS}", f"不是日期，请写成 {DATE_FORMS}", written)


def _digits(found: re.Match[str]) -> str:
    number = numeral(found[1])
    return found[1] if number is None else str(number)


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _in_month(cell: Cell, written: str, year: int, month: int, month_end: bool, part: str | None) -> date:
    if not 1 <= month <= 12 or year not in YEARS:
        raise _no_date(cell, written)
    last = monthrange(year, month)[1]
    if part is None:
        return date(year, month, last if month_end else 1)
    if month_end:
        return date(year, month, {"初": 10, "上旬": 10, "中旬": 20}.get(part, last))
    return date(year, month, PART_DAYS.get(part, last))


def _day_last(cell: Cell, written: str, first: int, second: int, year: int) -> date:
    """Read 30/6/2027 or 6/30/2027 where only one reading is a date."""
    if first <= 12 and second <= 12 and first != second:
        english, chinese = "can be read in two ways; write 2027-07-01", "日和月的先后分不清，请写成 2027-07-01"
        raise cell.wrong("ambiguous_date", english, chinese, written)
    day, month = (first, second) if first > 12 else (second, first)
    return _within_years(cell, date(year, month, day), written)


def _within_years(cell: Cell, day: date, written: str) -> date:
    if day.year not in YEARS:
        english = f"the year must lie between {YEARS[0]} and {YEARS[-1]}"
        raise cell.wrong("bad_year", english, f"年份应在 {YEARS[0]} 到 {YEARS[-1]} 之间", written)
    return day
