"""Splits a pasted ad into its posts, each with the stretches of the text that belong to it or to all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from matching.vocabulary.forms import fold

MOST_POSTS = 100
BLANK = "\x00"
"""Stands where another post's words are: no space, so that no pattern runs along it."""
LEAST_HEADINGS = 3
_LINE = re.compile(r"[^\n]+")
_HEADINGS = re.compile(
    r"岗位|职位|工种|人数|学历|专业|技能|证书|薪资|工资|待遇|食宿|地点|要求|position|headcount|salary|education|location"
)
_HEADINGS_ONLY = re.compile(r"[\s|,、/()\w]{4,80}")
_ITEM = r"(?:\(?(?:\d{1,2}|[一二三四五六七八九十]{1,2})[.、)）:：]\s{0,4}|[①-⑳]\s{0,4}|[·•*◆●■▪★☆\-]\s{0,4})"
_COUNT = (
    r"(?:\d{1,3}(?:\s{0,4}[-~—至到]\s{0,4}\d{1,3})?\s{0,4}[名人位个]|[一二两三四五六七八九十]{1,3}[名人位]|"
    r"若干名?|数名|[x×*]\s?\d{1,3}(?!\d))"
)
_NAME = r"[^\n,，。;；:：\d]{2,20}?(?:\([^()\n]{1,12}\))?"
_NOT_A_POST = re.compile(
    r"^(?:要求|任职|职责|待遇|福利|薪资|学历|年龄|工作|联系|地点|条件|电话|有|能|会|熟|具备|持|负责|每|共|合计|总计|现有|公司|"
    r"招聘人数|需求人数|人数)"
)
_STARTS = (
    re.compile(
        rf"^[ \t]{{0,8}}(?:{_ITEM})?(?:招聘)?(?:岗位|职位|工种|职务|position|job title|post|role)"
        r"(?:名称)?\s{0,4}[一二三四五六七八九\d]{0,2}\s{0,4}[::]\s{0,4}\S",
        re.M,
    ),
    re.compile(
        rf"^[ \t]{{0,8}}(?:{_ITEM})?(?:岗位|职位|post|position)\s{{0,4}}(?:[一二三四五六七八九]|\d{{1,2}})"
        r"\s{0,4}[::.、]?\s{0,4}\S",
        re.M,
    ),
    re.compile(rf"^[ \t]{{0,8}}(?:{_ITEM})?[【\[](?P<name>[^】\]\n]{{2,20}})[】\]][^\n]*?{_COUNT}", re.M),
    re.compile(
        rf"^[ \t]{{0,8}}(?:{_ITEM})?(?P<name>{_NAME})\s{{0,4}}[(::\-—,]*\s{{0,4}}(?:招聘?|需|共)?\s{{0,4}}{_COUNT}",
        re.M,
    ),
)
_INLINE = re.compile(rf"(?P<name>[^\n,，。;；:：、\d\s]{{2,14}}?)\s{{0,4}}[(]?\s{{0,4}}{_COUNT}\)?")
_RECRUIT = re.compile(r"^.*?(?:招聘?|聘|需|缺)(?:请|募|收)?\s{0,4}[::]?")
_SHARED = re.compile(
    r"^[ \t]{0,8}(?:[【\[*#◆●■▪]|[一二三四五六七八九]、|\d[.、])?\s{0,4}"
    r"(?:以上|上述|所有|各|统一|共同|公司|工作地|上班地|地点|地址|福利|"
    r"待遇|薪资福利|联系|电话|报名|截止|备注|说明|"
    r"注[::]|我们提供|企业提供|住宿|食宿|有意|投递|面试|all (?:posts|positions)|benefits|contact|"
    r"location|we offer|apply|deadline|both)",
    re.M | re.I,
)


@dataclass(frozen=True, slots=True)
class Post:
    """One post of an ad: its own stretch [start, end) and those that speak for all; `row` of a pasted table."""

    start: int
    end: int
    shared: tuple[tuple[int, int], ...] = ()
    row: bool = False

    def common(self, text: str) -> str:
        """Give the text with all but the shared stretches blanked."""
        return _only(text, self.shared)

    def words(self, text: str) -> str:
        """Give what a person would paste for this post alone: its own words, then the shared ones."""
        parts = [text[self.start : self.end].strip(), *(text[start:end].strip() for start, end in self.shared)]
        return "\n".join(part for part in parts if part)


def split_posts(text: str) -> list[Post]:
    """Split an ad into its posts by the lines (or, in one line, the phrases) that name a post and a number.

    The heading before the first post and the closing lines about all posts (place, benefits, contact) are shared. One
    post, the whole text, where less than two are named.
    """
    folded = "".join(map(_alike, text))
    if (rows := _table_rows(folded)) is not None:
        return rows
    for pattern in _STARTS:
        starts = [
            hit.start() + len(hit.group()) - len(hit.group().lstrip())
            for hit in pattern.finditer(folded)
            if not _NOT_A_POST.match((hit.groupdict().get("name") or "名称").strip())
        ]
        if 2 <= len(starts) <= MOST_POSTS:
            return _posts(folded, starts)
    return _inline(folded) or [Post(0, len(text))]


def _posts(folded: str, starts: list[int]) -> list[Post]:
    footer = len(folded)
    closing = _SHARED.search(folded, folded.find("\n", starts[-1])) if "\n" in folded[starts[-1] :] else None
    blank = re.compile(r"\n\s*\n").search(folded, starts[-1])
    inner = any(_SHARED.search(folded[first:last]) for first, last in pairwise(starts))
    if blank and (not inner or not closing or blank.start() < closing.start()):
        footer = blank.end()
    elif closing and not inner:
        footer = closing.start()
    shared = tuple(span for span in ((0, starts[0]), (footer, len(folded))) if span[1] > span[0])
    ends = [*starts[1:], footer]
    return [Post(start, end, shared) for start, end in zip(starts, ends, strict=True)]


def _alike(character: str) -> str:
    """Fold one character without changing the length; circled numbers stay, so that they are seen as such."""
    one = fold(character)
    return one if len(one) == 1 and not "①" <= character <= "⑳" else character


def _table_rows(folded: str) -> list[Post] | None:
    """Split a pasted table: a line of headings, then one post in each line until a line that speaks for all."""
    header = next(
        (hit for hit in _LINE.finditer(folded) if len(_HEADINGS.findall(hit.group())) >= LEAST_HEADINGS), None
    )
    if header is None or not _HEADINGS_ONLY.fullmatch(header.group()):
        return None
    lines = [hit for hit in _LINE.finditer(folded, header.end()) if hit.group().strip()]
    count = next((number for number, line in enumerate(lines) if _SHARED.match(line.group())), len(lines))
    rows = [line for line in lines[:count] if re.search(r"\d|若干", line.group())][:MOST_POSTS]
    if not rows:
        return None
    footer = lines[count].start() if count < len(lines) else len(folded)
    shared = tuple(span for span in ((0, header.start()), (footer, len(folded))) if span[1] > span[0])
    return [Post(row.start(), row.end(), shared, row=True) for row in rows]


def _inline(folded: str) -> list[Post]:
    """Split one sentence that lists posts with numbers: 招氩弧焊工5名、铆工2名, the rest is shared."""
    for line in re.finditer(r"[^\n。;]+", folded):
        hits = [hit for hit in _INLINE.finditer(line.group()) if not _NOT_A_POST.match(_RECRUIT.sub("", hit["name"]))]
        if len(hits) >= 2 and all(
            re.fullmatch(r"[、,，;和及与\s()/]*", line.group()[one.end() : other.start()])
            for one, other in pairwise(hits)
        ):
            first, last = line.start() + hits[0].start(), line.start() + hits[-1].end()
            shared = tuple(span for span in ((0, first), (last, len(folded))) if span[1] > span[0])
            return [Post(line.start() + hit.start(), line.start() + hit.end(), shared) for hit in hits[:MOST_POSTS]]
    return []


def _only(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    kept = [BLANK] * len(text)
    for start, end in spans:
        kept[start:end] = text[start:end]
    for start, end in spans:
        if start and kept[start - 1] == BLANK:
            kept[start - 1] = "\n"
        if end < len(kept) and kept[end] == BLANK:
            kept[end] = "\n"
    return "".join(kept)
