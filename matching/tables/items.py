"""Reads list cells of skills, certificates, majors, places: in our notation `label:level@date[tag]` and in words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from matching.domain import LEVEL_MAX
from matching.errors import TableError
from matching.tables.cells import LONGEST_LABEL, LONGEST_LIST, LONGEST_TEXT, Cell, is_none, word_of
from matching.tables.dates import day_of
from matching.tables.words import known_words, plain_form

SIGNS = re.compile(r"[;；、,，\r\n]+|[()（）]")
SIGNS_OUTSIDE = re.compile(r"[;；、,，/\r\n]+")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
BRACKETED_SLASH = re.compile(r"[(（\[【][^()（）\[\]【】]*[/／\\]")
SLASH = re.compile(r"[/／\\]")
CHINESE_GAP = re.compile(r"(?<=[\u4e00-\u9fff）)])[ \u3000]+(?=[\u4e00-\u9fff（(])")
NUMBERED = re.compile(r"(?:^|(?<=[\s;；,，。]))[(（]?\d{1,2}[、.．)）](?!\d)[ \u3000]*|[①-⑳]")
BETWEEN_ALTERNATIVES = re.compile(r"[|｜]")
TAG = re.compile(r"[\[【]([^\[\]【】]*)[\]】]\s*$")
COLON = re.compile(r"[:：]")
UNTIL = re.compile(r"[~～]")
BRACKETED = re.compile(r"[(（]([^()（）]*)[)）]\s*$")
LEVEL_NUMBER = re.compile(r"(?:l|lv|level)?([1-5])级?")
BEFORE = re.compile(r"(了解|熟悉|熟练|精通)(?:掌握|使用|操作|运用|应用|编制|地|的)?[:：]?\s*(?=\S)")
AFTER = re.compile(r"[\s\-—–_/·]*(了解|熟悉|熟练|精通|不会)$")
PREFERRED = re.compile(r"[\s,，]*(?:者|的)?(优先)(?:考虑|录用)?$")
REQUIRED = re.compile(r"(必须|须|必)(?:具备|具有|掌握|持有|持|会|有)?\s*(?=\S\S)")
EXPIRY = re.compile(r"(?:有效期?(?:限|至|到|为)*|至|到期|截至)[:：]?\s*(.+?)(?:止|到期)?$")
SAID_TWICE = re.compile(r"[/()\\]")
OWN_LADDER = re.compile(r"1\+x|英语|计算机|普通话|日语|无损检测|探伤|教师|会计|cet")
IMPORTANCE = "importance"


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list cell: `label:level@start~end[tag]`, everything but the label optional."""

    label: str
    level: int | None
    start: date | None
    end: date | None
    tags: tuple[str, ...]
    written: str


@dataclass(frozen=True, slots=True)
class Form:
    """What the items of a column may carry.

    `levels` names the words of a level (`level` or `trade_level`), `dated` allows `@date`, `tags` names the words of a
    tag (`importance`, `source`).
    """

    levels: str = "level"
    dated: bool = False
    tags: str = ""


def split_list(cell: Cell, slashed: bool = False) -> list[list[str]]:
    """Split a list cell into items, and each item into its alternatives; 无 and 不限 give an empty list."""
    if is_none(cell):
        return []
    text = cell.text
    if len(text) > LONGEST_TEXT:
        english = f"has {len(text)} characters; at most {LONGEST_TEXT} are allowed"
        raise cell.wrong("too_long", english, f"共 {len(text)} 个字符，最多 {LONGEST_TEXT} 个")
    text = NUMBERED.sub("\n", text)
    pieces = [piece.strip(" 。\t\u3000\xa0") for part in _parts(text) for piece in CHINESE_GAP.split(part)]
    pieces = [piece.strip() for part in pieces for piece in (SLASH.split(part) if slashed else _slashed(part))]
    entries = [[part.strip() for part in BETWEEN_ALTERNATIVES.split(piece)] for piece in pieces if piece]
    if len(entries) > LONGEST_LIST:
        english, chinese = (
            f"has {len(entries)} items; at most {LONGEST_LIST}",
            f"共 {len(entries)} 项，最多 {LONGEST_LIST} 项",
        )
        raise cell.wrong("too_many_items", english, chinese)
    for parts in entries:
        if len(parts) > 1 and not all(parts):
            english, chinese = "an alternative beside | is empty", "「|」旁缺少备选项"
            raise cell.wrong("empty_alternative", english, chinese, "|".join(parts))
    return [parts for parts in entries if not _says_nothing(parts)] if len(entries) > 1 else entries


def _slashed(text: str) -> list[str]:
    """Split at slashes where both sides are words in Chinese; CAD/CAM and 三级/高级工 stay whole."""
    parts = [part.strip() for part in SLASH.split(text)]
    levels = known_words("trade_level")
    words = all(len(part) > 1 and CHINESE.search(part) and not levels.get(plain_form(part)) for part in parts)
    return parts if len(parts) > 1 and words and not BRACKETED_SLASH.search(text) else [text]


def _says_nothing(parts: Sequence[str]) -> bool:
    return len(parts) == 1 and plain_form(parts[0]) in known_words("blank")


def _parts(text: str) -> Iterator[str]:
    """Cut at the signs between items, except where the next bracket after a sign closes."""
    signs = list(SIGNS.finditer(text))
    inside, cuts = False, []
    for sign in reversed(signs):
        if sign[0] in "()（）":
            inside = sign[0] in ")）"
        elif not inside:
            cuts.append(sign)
    start = 0
    for sign in reversed(cuts):
        yield text[start : sign.start()]
        start = sign.end()
    yield text[start:]


def read_labels(cell: Cell) -> tuple[str, ...]:
    """Read a list of plain labels, such as places or shifts; alternatives count as further labels."""
    return tuple(_label(cell, part, part) for parts in split_list(cell, slashed=True) for part in parts)


def _label(cell: Cell, label: str, written: str) -> str:
    if not label:
        raise cell.wrong("no_label", "has no name before the sign", "符号前缺少名称", written)
    if len(label) > LONGEST_LABEL:
        english = f"an item has {len(label)} characters; at most {LONGEST_LABEL}, separated by ; or 、"
        chinese = f"单项共 {len(label)} 个字符，最多 {LONGEST_LABEL} 个；各项用；或、分开"
        raise cell.wrong("too_long", english, chinese, written)
    return label


def read_item(cell: Cell, written: str, form: Form) -> Item:
    """Read `label:level@start~end[tag]`, or the same said in words: 数控编程(熟练), 熟悉PLC, 焊工证优先.

    Raises TableError naming the item when a part of it is wrong.
    """
    body, dates, tags = _marks(written)
    start = end = None
    if dates is not None:
        if not form.dated:
            raise cell.wrong("date_not_allowed", "takes no date in this column", "此列不填日期", written)
        ends = UNTIL.split(dates)
        if len(ends) > 2 or not any(end.strip() for end in ends):
            english, chinese = "write one date or start~end after @", "「@」后请写一个日期或“起~止”"
            raise cell.wrong("bad_date", english, chinese, written)
        start, end = [day_of(cell, text, True, written) if text.strip() else None for text in [*ends, ""][:2]]
        if start and end and end < start:
            raise cell.wrong("end_before_start", "the end lies before the start", "截止日期早于开始日期", written)
    parts = COLON.split(body)
    label, level = body.strip(), None
    if len(parts) > 1:
        label = body[: -len(parts[-1]) - 1].strip()
        level = level_of(cell, parts[-1], form.levels, written)
    item = _loose(cell, Item(label, level, start, end, tags, written), form)
    return replace(item, label=_label(cell, item.label, written))


def _marks(written: str) -> tuple[str, str | None, tuple[str, ...]]:
    """Take `@date` and `[tags]` off an item: what is left, the date as written (None without @), the tags."""
    tags: list[str] = []
    body, at, dates = written, "", ""
    for half in (False, True):
        while found := TAG.search(body):
            tags.append(found[1].strip())
            body = body[: found.start()].strip()
        if not half:
            body, at, dates = body.partition("@")
    return body, dates if at else None, tuple(tags)


def _loose(cell: Cell, item: Item, form: Form) -> Item:
    """Take words of importance, level and date off the label, from outside inwards."""
    if form.tags == IMPORTANCE and not item.tags:
        if found := PREFERRED.search(item.label):
            item = replace(item, label=item.label[: found.start()], tags=("优先",))
        elif found := REQUIRED.match(item.label):
            item = replace(item, label=item.label[found.end() :], tags=("必须",))
    while found := BRACKETED.search(item.label):
        inner = _bracketed(cell, item, unicodedata.normalize("NFKC", found[1]).strip(), form)
        if inner is None:
            break
        item = replace(inner, label=item.label[: found.start()].strip())
    if form.levels == "level" and item.level is None:
        if found := BEFORE.match(item.label):
            item = replace(item, label=item.label[found.end() :], level=int(known_words("level")[found[1]]))
        elif (found := AFTER.search(item.label)) and found.start():
            item = replace(item, label=item.label[: found.start()], level=int(known_words("level")[found[1]]))
    return item


def _bracketed(cell: Cell, item: Item, text: str, form: Form) -> Item | None:
    """Read what stands in brackets behind a label; None where it belongs to the label."""
    word = plain_form(text)
    if item.level is None and form.levels == "level":
        if word in known_words(form.levels):
            return replace(item, level=int(known_words(form.levels)[word]))
        if found := LEVEL_NUMBER.fullmatch(word):
            return replace(item, level=int(found[1]))
        if cell.graded or word.isdecimal():
            return replace(item, level=level_of(cell, text, form.levels, item.written))
    if form.tags and not item.tags and word.removeprefix("者") in known_words(form.tags):
        return replace(item, tags=(word.removeprefix("者"),))
    if form.dated and item.start is None and item.end is None and text[:1].isdecimal():
        try:
            return replace(item, start=day_of(cell, text, True))
        except TableError:
            return None
    if form.dated and item.end is None and (found := EXPIRY.fullmatch(text)):
        try:
            return replace(item, end=day_of(cell, found[1], True))
        except TableError:
            return None
    return None


def level_of(cell: Cell, text: str, levels: str, written: str) -> int:
    """Read a level: a number, one of the words of `levels`, or two words that say the same, such as 三级/高级工."""
    word = plain_form(text)
    said = {known_words(levels).get(part) for part in SAID_TWICE.split(word) if part}
    if len(said) == 1 and (only := said.pop()) is not None:
        return int(only)
    if levels == "level" and len(word) == 1 and word.isdecimal() and int(word) <= LEVEL_MAX:
        return int(word)
    known = known_words(levels)
    if word in known:
        return int(known[word])
    allowed = "、".join(known)
    if levels == "level":
        allowed = f"0-{LEVEL_MAX}、{allowed}"
    english = f"the level must be one of {allowed}"
    raise cell.wrong("bad_level", english, f"等级应为 {allowed} 之一", written)


def read_items(cell: Cell, form: Form) -> list[Item]:
    """Read a list without alternatives, as on a profile."""
    return [read_item(cell, parts[0], form) for parts in without_alternatives(cell)]


def without_alternatives(cell: Cell) -> list[list[str]]:
    """Split a list cell; raise TableError where an item has alternatives."""
    entries = split_list(cell)
    for parts in entries:
        if len(parts) > 1:
            english, chinese = "alternatives (|) belong into demands only", "「|」备选项只用于岗位表"
            raise cell.wrong("alternatives_not_allowed", english, chinese, "|".join(parts))
    return entries


def read_alternatives(cell: Cell, form_of: Callable[[str], Form], slashed: bool = False) -> list[Sequence[Item]]:
    """Read a list whose items may have alternatives, as in a demand; no dates, and levels from 1."""
    entries = [[read_item(cell, part, form_of(part)) for part in parts] for parts in split_list(cell, slashed)]
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
    return word_of(cell, field, item.tags[0])


def on_own_ladder(label: str) -> bool:
    """Tell whether a certificate has a ladder of its own, not that of the trades: 1+X, languages."""
    return OWN_LADDER.search(plain_form(label)) is not None


def check_planned(cell: Cell, item: Item, planned: bool) -> None:
    """Hold a planned item to its date: without one it would count as had."""
    if planned and item.start is None:
        english, chinese = "a planned item needs its date: name@2027-06-30", "计划项须写日期，如：名称@2027-06-30"
        raise cell.wrong("date_missing", english, chinese, item.written)


def counts_levels(text: str) -> tuple[int, int]:
    """Count the items of a text that carry a level in brackets, and those with other words there."""
    known = wrong = 0
    for part in SIGNS_OUTSIDE.split(text[:LONGEST_TEXT]):
        if found := BRACKETED.search(part.strip()):
            word = plain_form(found[1])
            if word in known_words("level") or LEVEL_NUMBER.fullmatch(word):
                known += 1
            else:
                wrong += 1
    return known, wrong


def with_levels(cell: Cell, found: list[Item], level_cell: Cell | None) -> list[Item]:
    """Give items the levels of a column beside: one level for all of them, or one each in their order."""
    if level_cell is None or not found:
        return found
    level_cell.check_read()
    texts = [part for (part,) in without_alternatives(level_cell)]
    levels: list[int | None] = [level_of(level_cell, text, "level", level_cell.text) for text in texts]
    if len(levels) not in (0, 1, len(found)):
        english = f"names {len(levels)} levels for {len(found)} skills"
        raise level_cell.wrong("bad_level", english, f"写了 {len(levels)} 个等级，技能有 {len(found)} 项")
    if len(levels) == 1:
        levels *= len(found)
    return [
        replace(item, level=item.level if item.level is not None else level)
        for item, level in zip(found, levels or [None] * len(found), strict=True)
    ]
