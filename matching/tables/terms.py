"""Reads a school term and gives the day by which it has ended: 2024-2025学年第一学期, 2025-2026-1, 第5学期."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from matching.tables.cells import Cell
from matching.tables.words import numeral

YEARS = re.compile(
    r"(20\d{2})\s*[-~—/至]\s*(?:20)?\d{2}\s*(?:学年)?(?:度)?\s*[-(第]?\s*([一二12上下秋春])\s*\)?\s*(?:学?期)?"
)
NUMBER = re.compile(r"第?\s*([一二三四五六七八九十]|\d{1,2})\s*(?:个)?学?期?")
SEASON = re.compile(r"(20\d{2})\s*年?\s*([秋春])\s*(?:季)?(?:学期)?")
FIRST_TERM = frozenset("一1上秋")
MOST_TERMS = 10
AUTUMN_END, SPRING_END = (1, 31), (7, 15)


def term_end(cell: Cell, entry_year: int | None) -> date:
    """Give the last day of a term: 31 January for the first of a school year, 15 July for the second.

    A number of the term (第5学期) counts from the year of entry. Raises TableError where the cell names no term or the
    year of entry is unknown.
    """
    text = unicodedata.normalize("NFKC", cell.text).strip()
    if found := YEARS.fullmatch(text):
        return _end(int(found[1]), found[2] in FIRST_TERM)
    if found := SEASON.fullmatch(text):
        return _end(int(found[1]) - (found[2] == "春"), found[2] == "秋")
    if (found := NUMBER.fullmatch(text)) and (number := numeral(found[1])) and number <= MOST_TERMS:
        if entry_year is None:
            english, chinese = "is a term counted from a year of entry, which the row lacks", "按学期计算需要入学年份"
            raise cell.wrong("bad_term", english, chinese)
        return _end(entry_year + (number - 1) // 2, number % 2 == 1)
    english, chinese = (
        "names no term; write 2026-2027学年第一学期, or a date",
        "不是学期，请写成“2026-2027学年第一学期”或日期",
    )
    raise cell.wrong("bad_term", english, chinese)


def _end(school_year: int, first: bool) -> date:
    return date(school_year + 1, *(AUTUMN_END if first else SPRING_END))
