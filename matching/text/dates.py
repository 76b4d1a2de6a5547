"""Reads the dates of an ad: when the post starts and until when it is open."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from matching.text.facts import Fact, Place
from matching.text.numbers import count

NEAR = 16
YEARS = range(2000, 2101)
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
_CHINESE = r"[〇零一二两三四五六七八九十]"
_ENGLISH_MONTH = rf"(?P<word>{'|'.join(_MONTHS)})[a-z]*\.?"
_FORMS = (
    re.compile(
        rf"(?P<year>(?:20)\d{{2}}|[二两]{_CHINESE}{{3}}|今|本|明|后|次)\s*年\s*(?P<month>\d{{1,2}}|{_CHINESE}{{1,2}})\s*月(?:份)?\s*"
        rf"(?:(?P<day>\d{{1,2}}|{_CHINESE}{{1,3}})\s*[日号]|(?P<part>初|上旬|中旬|中|下旬|底|末))?"
    ),
    re.compile(
        r"(?<![\d.])(?P<year>20\d{2})\s*[./-]\s*(?P<month>\d{1,2})(?:\s*[./-]\s*(?P<day>\d{1,2}))?(?![\d])(?P<part>(?!))?"
    ),
    re.compile(
        rf"(?<![\d年])(?P<year>(?!))?(?P<month>\d{{1,2}}|{_CHINESE}{{1,2}})\s*月(?:份)?\s*"
        rf"(?:(?P<day>\d{{1,2}}|{_CHINESE}{{1,3}})\s*[日号]|(?P<part>初|上旬|中旬|中(?!专|级)|下旬|底|末))?(?!薪|休|均|结)"
    ),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_ENGLISH_MONTH},?\s*(?P<year>20\d{{2}})?\b"),
    re.compile(
        rf"\b(?:(?P<part>early|mid|late|end of)[- ]\s*)?{_ENGLISH_MONTH}"
        r"(?:\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?(?!\d))?"
        r",?\s*(?P<year>20\d{2})?\b"
    ),
    re.compile(
        r"(?<![\d./])(?P<year>(?!))?(?P<month>1[0-2]|[1-9])[./](?P<day>3[01]|[12]\d|[1-9])(?![\d./kw万千元%薪])(?P<part>(?!))?"
    ),
    re.compile(r"(?P<relative>本月|这个月|下个?月)\s*(?:(?P<day>\d{1,2})\s*[日号]|(?P<part>初|中旬?|底|末))?"),
)
_START_BEFORE = re.compile(
    r"(?:到岗|上岗|报到|入职|开班|开工|进厂|进场|开课|起始|开始|上班|实习期?|实习时间|实习周期|培训|项目|起止|周期|时间|日期|期间|start|begin|from|"
    r"available|onboard|join|commenc|run)[^,，。;；\n]{0,12}$"
)
_START_AFTER = re.compile(
    r"^\s*(?:之?前|以前|左右|起|后|以后|开始|可)?\s*(?:能|可|须|需|必须|统一|正式|安排|陆续)?\s*(?:到岗|上岗|报到|入职|开班|开工|进厂|进场|开课|开始|上班|"
    r"实习|岗位实习|启动|起|start|intake)"
)
_END_BEFORE = re.compile(
    r"(?:截止|截至|截稿|报名|有效期|申请|投递|收简历|期限|招满|deadline|apply|application|clos|before|until|\bby|valid)[^,，。;；\n]{0,14}$"
)
_END_AFTER = re.compile(
    r"^(?:\s?\d{1,2}[::点]\d{0,2}\s*)?(?:之?前|以前|止|为止)?(?:截止|截至|止|为止|报名|投递|投简历|申请|发送|前报名|将简历|结束报名|deadline)"
)
_END_WORD = re.compile(r"截止|截至|报名|有效期|申请|投递|deadline|apply|application|clos|until|valid")
_AT_ONCE = re.compile(
    r"即日起|随时(?:到岗|上岗|入职)?|立即(?:到岗|上岗|入职)|尽快(?:到岗|入职)|即可(?:上岗|入职)|immediate(?:ly)?|"
    r"asap|as soon as possible"
)
_VAGUE = re.compile(
    r"(?:春节|过年|年|节|国庆|五一|暑假|毕业|开学|寒假)(?:前|后)(?:[^,，。;；\n]{0,4}(?:到岗|上岗|入职|报到|开工|上班|进厂))?"
)


def read_start(text: str, today: date) -> Fact[date | None] | None:
    """Find when the post starts. 即日起 gives a fact of None; 年后 too, unsure. A month alone is its first day."""
    place = Place(text)
    for value, start, end, vague in _dates(place.folded, today, last_day=False):
        before, after = place.folded[max(0, start - NEAR) : start], place.folded[end : end + NEAR]
        if _END_BEFORE.search(before) and not _START_AFTER.match(after) and not re.search(r"start|到岗|开班", before):
            continue
        if _END_AFTER.match(after):
            continue
        if _START_AFTER.match(after) or _START_BEFORE.search(before):
            return place.fact(value, start, end, unsure=vague)
    if hit := _AT_ONCE.search(place.folded):
        return place.fact(None, hit.start(), hit.end())
    if (hit := _VAGUE.search(place.folded)) and re.search(r"岗|职|工|班|厂|报到", hit.group()):
        return place.fact(None, hit.start(), hit.end(), unsure=True)
    return None


def read_deadline(text: str, today: date) -> Fact[date | None] | None:
    """Find the last day on which one may apply; 招满为止 is none. A month's end (12月底) is its last day."""
    place = Place(text)
    for value, start, end, vague in _dates(place.folded, today, last_day=True):
        before, after = place.folded[max(0, start - NEAR) : start], place.folded[end : end + NEAR]
        if _START_AFTER.match(after):
            continue
        if _END_AFTER.match(after) or (_END_BEFORE.search(before) and _END_WORD.search(before)):
            return place.fact(value, start, end, unsure=vague)
        if re.search(r"(?:before|\bby)\s*$", before) and "start" not in before:
            return place.fact(value, start, end, unsure=vague)
    return None


def _dates(folded: str, today: date, last_day: bool) -> Iterator[tuple[date, int, int, bool]]:
    """Give every date of the text by place: its day, its span, and whether a part of a month was said."""
    found: list[tuple[date, int, int, bool]] = []
    for pattern in _FORMS:
        for hit in pattern.finditer(folded):
            if any(hit.start() < end and start < hit.end() for _, start, end, _ in found):
                continue
            groups = hit.groupdict()
            day = _day(groups, today)
            if day is not None:
                end = hit.end() - (len(hit.group()) - len(hit.group().rstrip(" ,")))
                found.append((day, hit.start(), end, groups.get("part") in ("中旬", "中", "下旬", "mid", "late")))
    found.sort(key=lambda one: one[1])
    yield from found


def _day(groups: dict[str, str | None], today: date) -> date | None:
    """Make a day of the groups of a form; a year that isn't said is that of the next such day."""
    if groups.get("relative"):
        month = today.month + ("下" in (groups["relative"] or ""))
        year, month = (today.year + 1, 1) if month > 12 else (today.year, month)
    else:
        number = _MONTHS[groups["word"] or ""] if groups.get("word") else count(groups.get("month") or "")
        if number is None or not 1 <= number <= 12:
            return None
        month = number
        named = _year(groups.get("year"), today)
        if groups.get("year") and named is None:
            return None
        year = named or today.year
    last = monthrange(year, month)[1]
    part = groups.get("part")
    parts = {"中旬": 11, "中": 15, "mid": 15, "下旬": 21, "late": 21, "底": last, "末": last, "end of": last}
    number = count(groups["day"] or "") if groups.get("day") else parts.get(part or "", 1)
    if number is None or not 1 <= number <= last:
        return None
    day = date(year, month, number)
    if not groups.get("year") and not groups.get("relative") and date(year, month, last) < today:
        try:
            return day.replace(year=year + 1)
        except ValueError:
            return None
    return day


def _year(written: str | None, today: date) -> int | None:
    if not written:
        return None
    if written in ("今", "本"):
        return today.year
    if written in ("明", "次", "后"):
        return today.year + (2 if written == "后" else 1)
    year = count(written)
    return year if year in YEARS else None
