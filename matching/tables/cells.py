"""Reads one cell: dates, numbers, fixed words, and lists of skills and certificates in our small notation."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from matching.domain import LEVEL_MAX
from matching.errors import Problem, TableError
from matching.tables.headers import closest, known_words, plain_form

LONGEST_TEXT = 5000
LONGEST_NAME = 200
LONGEST_LABEL = 100
LONGEST_ID = 64
LONGEST_LIST = 200
LONGEST_NUMBER = 15
YEARS = range(1990, 2101)
DATE_FORMS = "2027-07-01, 2027/7/1, 2027.7"
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?")
MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
EIGHT_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
YEAR_AND_TENTH = re.compile(r"\d{4}\.1")
NUMBER = re.compile(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.0+)?")
BETWEEN_ITEMS = re.compile(r"[;；、\r\n]+(?![^()（）]*[)）])")
BETWEEN_ALTERNATIVES = re.compile(r"[|｜]")
TAG = re.compile(r"[\[【]([^\[\]【】]*)[\]】]\s*$")
COLON = re.compile(r"[:：]")
UNTIL = re.compile(r"[~～]")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell with its place, so that whoever reads it can say what is wrong and where."""

    value: object
    file: str
    sheet: str | None
    row: int
    column: str

    @property
    def text(self) -> str:
        """Give the cell as stripped text: whole numbers without a fraction, dates as 2027-07-01."""
        value = self.value
        if value is None:
            return ""
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        if isinstance(value, datetime) and value.time() == datetime.min.time():
            return value.date().isoformat()
        return str(value).strip()

    def wrong(self, rule: str, english: str, chinese: str, value: str | None = None) -> TableError:
        """Make the error that names this cell."""
        shown = self.text if value is None else value
        return TableError(Problem(rule, english, chinese, shown, self.file, self.sheet, self.row, self.column))


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list cell: `label:level@start~end[tag]`, everything but the label optional."""

    label: str
    level: int | None
    start: date | None
    end: date | None
    tags: tuple[str, ...]
    written: str


def read_text(cell: Cell, longest: int = LONGEST_TEXT) -> str:
    """Read free text of at most `longest` characters."""
    text = cell.text
    if len(text) > longest:
        english = f"has {len(text)} characters; at most {longest} are allowed"
        raise cell.wrong("too_long", english, f"共 {len(text)} 个字符，最多 {longest} 个")
    return text


def read_name(cell: Cell) -> str:
    """Read a title or the name of an organisation."""
    return read_text(cell, LONGEST_NAME)


def read_id(cell: Cell) -> str:
    """Read an identifier: at most 64 characters on one line."""
    text = read_text(cell, LONGEST_ID)
    if not text.isprintable():
        raise cell.wrong("bad_id", "an id stands on one line, without control characters", "代号不能含换行或控制字符")
    return text


def read_word(cell: Cell, field: str) -> str:
    """Read one of the fixed words of a field (`kind`, `intent`, ...) and give the value it stands for."""
    return _word(cell, field, cell.text)


def _word(cell: Cell, field: str, text: str) -> str:
    words = known_words(field)
    value = words.get(plain_form(text))
    if value is None:
        nearest, allowed = closest(plain_form(text), list(words)), "、".join(words)
        english = f"is not a known word here; the closest one is {nearest} (known: {allowed})"
        raise cell.wrong("unknown_word", english, f"不是此列的用词，最接近的是「{nearest}」（可用：{allowed}）", text)
    return value


def read_number(cell: Cell, low: int, high: int) -> int:
    """Read a whole number in [low, high]; thousands commas are allowed."""
    text = unicodedata.normalize("NFKC", cell.text)
    if not NUMBER.fullmatch(text):
        raise cell.wrong("not_a_number", "is not a whole number", "不是整数")
    digits = text.partition(".")[0].replace(",", "")
    if len(digits) > LONGEST_NUMBER or not low <= int(digits) <= high:
        raise cell.wrong("out_of_range", f"must lie between {low} and {high}", f"应在 {low} 到 {high} 之间")
    return int(digits)


def read_day(cell: Cell, month_end: bool = False) -> date:
    """Read a date; a month alone means its first day, or its last where `month_end` is set."""
    value = cell.value
    if isinstance(value, datetime):
        return _within_years(cell, value.date(), cell.text)
    if isinstance(value, date):
        return _within_years(cell, value, cell.text)
    if isinstance(value, float) and YEAR_AND_TENTH.fullmatch(cell.text):
        english = "as a number is January or October; write 2027-01 or 2027-10"
        raise cell.wrong("ambiguous_date", english, "作为数字分不清是 1 月还是 10 月，请写成 2027-01 或 2027-10")
    return _day(cell, cell.text, month_end)


def _day(cell: Cell, written: str, month_end: bool) -> date:
    text = unicodedata.normalize("NFKC", written).strip()
    found = DAY.fullmatch(text) or EIGHT_DIGITS.fullmatch(text)
    month_only = None if found else MONTH.fullmatch(text)
    try:
        if month_only:
            year, month = int(month_only[1]), int(month_only[2])
            if 1 <= month <= 12 and year in YEARS:
                return date(year, month, monthrange(year, month)[1] if month_end else 1)
        if found:
            return _within_years(cell, date(int(found[1]), int(found[2]), int(found[3])), written)
    except ValueError as error:
        raise cell.wrong("no_such_day", "is no day of the calendar", "日历上没有这一天", written) from error
    raise cell.wrong("bad_date", f"is not a date; write {DATE_FORMS}", f"不是日期，请写成 {DATE_FORMS}", written)


def _within_years(cell: Cell, day: date, written: str) -> date:
    if day.year not in YEARS:
        english = f"the year must lie between {YEARS[0]} and {YEARS[-1]}"
        raise cell.wrong("bad_year", english, f"年份应在 {YEARS[0]} 到 {YEARS[-1]} 之间", written)
    return day


def is_none(cell: Cell) -> bool:
    """Tell whether the cell says "none" or "any" (无, 不限), which is an answer, not a gap."""
    word = plain_form(cell.text)
    return word in known_words("none") or word in known_words("any")


def split_list(cell: Cell) -> list[list[str]]:
    """Split a list cell into items, and each item into its alternatives; 无 and 不限 give an empty list."""
    if is_none(cell):
        return []
    items = [item.strip() for item in BETWEEN_ITEMS.split(cell.text)]
    entries = [[part.strip() for part in BETWEEN_ALTERNATIVES.split(item)] for item in items if item]
    if len(entries) > LONGEST_LIST:
        english, chinese = (
            f"has {len(entries)} items; at most {LONGEST_LIST}",
            f"共 {len(entries)} 项，最多 {LONGEST_LIST} 项",
        )
        raise cell.wrong("too_many_items", english, chinese)
    for parts in entries:
        if len(parts) > 1 and not all(parts):
            raise cell.wrong(
                "empty_alternative", "an alternative beside | is empty", "「|」旁缺少备选项", "|".join(parts)
            )
    return entries


def read_labels(cell: Cell) -> tuple[str, ...]:
    """Read a list of plain labels, such as places or shifts; alternatives count as further labels."""
    return tuple(_label(cell, part, part) for parts in split_list(cell) for part in parts)


def _label(cell: Cell, label: str, written: str) -> str:
    if not label:
        raise cell.wrong("no_label", "has no name before the sign", "符号前缺少名称", written)
    if len(label) > LONGEST_LABEL:
        english = f"an item has {len(label)} characters; at most {LONGEST_LABEL}, separated by ; or 、"
        raise cell.wrong(
            "too_long", english, f"单项共 {len(label)} 个字符，最多 {LONGEST_LABEL} 个；各项用；或、分开", written
        )
    return label


def read_item(cell: Cell, written: str, levels: str, dated: bool) -> Item:
    """Read `label:level@start~end[tag]`.

    `levels` names the words a level may have (`level`, `trade_level`); `dated` tells whether a date may follow `@`.
    Raises TableError naming the item when a part of it is wrong.
    """
    tags: list[str] = []
    body, dates = written, ""
    while found := TAG.search(body):
        tags.append(found[1].strip())
        body = body[: found.start()].strip()
    body, at, dates = body.partition("@")
    while found := TAG.search(body):
        tags.append(found[1].strip())
        body = body[: found.start()].strip()
    start = end = None
    if at:
        if not dated:
            raise cell.wrong("date_not_allowed", "takes no date in this column", "此列不填日期", written)
        start, end = _period(cell, written, dates)
    parts = COLON.split(body)
    label, level = body.strip(), None
    if len(parts) > 1:
        label = body[: -len(parts[-1]) - 1].strip()
        level = _level(cell, parts[-1], levels, written)
    return Item(_label(cell, label, written), level, start, end, tuple(tags), written)


def _level(cell: Cell, text: str, levels: str, written: str) -> int:
    word = plain_form(text)
    if levels == "level" and len(word) == 1 and word.isdecimal() and int(word) <= LEVEL_MAX:
        return int(word)
    known = known_words(levels)
    if word in known:
        return int(known[word])
    allowed = "、".join(known)
    if levels == "level":
        allowed = f"0-{LEVEL_MAX}、{allowed}"
    english = f"the level after the colon must be one of {allowed}"
    raise cell.wrong("bad_level", english, f"冒号后的等级应为 {allowed} 之一", written)


def _period(cell: Cell, written: str, dates: str) -> tuple[date | None, date | None]:
    ends = UNTIL.split(dates)
    if len(ends) > 2 or not any(end.strip() for end in ends):
        english, chinese = "write one date or start~end after @", "「@」后请写一个日期或“起~止”"
        raise cell.wrong("bad_date", english, chinese, written)
    try:
        start, end = [_day(cell, text, True) if text.strip() else None for text in [*ends, ""][:2]]
    except TableError as error:
        problem = error.problems[0]
        raise cell.wrong(problem.rule, problem.message_en, problem.message_zh, written) from error
    if start and end and end < start:
        raise cell.wrong("end_before_start", "the end lies before the start", "截止日期早于开始日期", written)
    return start, end


def read_items(cell: Cell, levels: str, dated: bool) -> list[Item]:
    """Read a list without alternatives, as on a profile."""
    entries = split_list(cell)
    for parts in entries:
        if len(parts) > 1:
            english, chinese = "alternatives (|) belong into demands only", "「|」备选项只用于岗位表"
            raise cell.wrong("alternatives_not_allowed", english, chinese, "|".join(parts))
    return [read_item(cell, parts[0], levels, dated) for parts in entries]


def read_alternatives(cell: Cell, levels: str) -> list[Sequence[Item]]:
    """Read a list whose items may have alternatives, as in a demand; no dates, and levels from 1."""
    entries = [[read_item(cell, part, levels, False) for part in parts] for parts in split_list(cell)]
    for items in entries:
        for item in items:
            if item.level == 0:
                english = f"a demanded level lies between 1 and {LEVEL_MAX}"
                raise cell.wrong("bad_level", english, f"要求的等级应为 1-{LEVEL_MAX}", item.written)
    return list(entries)


def read_tag(cell: Cell, item: Item, field: str) -> str | None:
    """Read the tag of an item, such as [优先] or [课程]; None where it has none."""
    if not item.tags:
        return None
    if len(item.tags) > 1:
        raise cell.wrong("several_tags", "may have one [tag] only", "只能带一个 [标记]", item.written)
    return _word(cell, field, item.tags[0])
