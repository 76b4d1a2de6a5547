"""Decide which words of a text are believed: short ones that stand alone in prose are not, bare items of a list are."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate

from matching.domain import Kind, Mention
from matching.text.cues import BREAKS, CueKind, Cues, Found
from matching.vocabulary import Vocabulary
from matching.vocabulary.forms import fold, has_chinese, spellings

LONGEST_CUE = 30
NEIGHBOURS = 3
"""Mentions on each side of a number among which another number counts as the same list."""
SHORT = 2
"""Characters of a Chinese form up to which two words may meet in it by chance: 交|叉车|道, 进|攻丝|毫."""
_SAYS_SKILL = frozenset({CueKind.DEGREE, CueKind.CAN, CueKind.IMPORTANCE})
_WEAK = frozenset({Kind.SKILL, Kind.OCCUPATION, Kind.EDUCATION})
_CLAUSE_MARK = re.compile(r"[,。;!?\n]")
LONGEST_TRADE = 3
"""Characters up to which a trade name with 工 (铣工) says nothing of what is done; 维修电工 does."""
_HANDS = ("工", "员")
_ENGINEERS = ("工程师", "技术员")
_PERSON = re.compile(r"(?:工程师|工|员|师|师傅|司机|会计|出纳|er|or|ist|ian)s?$")
LONGEST_ITEM = 24
_BEFORE = re.compile(
    r"(?:\d+[.、)]\s*|[会能懂做用学过的]|独立|使用|操作|常用|简单|基本|基础|各种|(?:the|an?|some|of|in|with|on) )+"
    r"(?=.{2})"
)
LONGEST_AFTER = 13
_AFTER = re.compile(r"(?<=.{2})(?:等|经验|操作|技术|基础|知识| experience| skills?| knowledge| basics)$")


def believed(
    plain: str, mentions: Sequence[Mention], cues: Sequence[Found], table: Cues, vocabulary: Vocabulary
) -> list[Mention]:
    """Leave out what a text doesn't support.

    A Chinese form of two characters, or one English word, needs company: another mention, a word of degree, ability or
    demand beside it, a word of trades (招, 经验), or an item of its own between marks. The bare trade name of a person
    (焊工, 出纳) is an occupation and no skill, unless an ability stands before it; 氩弧焊工 names a skill.
    """
    posts = {(mention.start, mention.end) for mention in mentions if mention.kind is Kind.OCCUPATION}
    kept = [
        mention
        for mention in mentions
        if not _is_verb(mention, table)
        and not _is_field_of_post(plain, mention, cues)
        and not ((mention.start, mention.end) in posts and _is_post_only(plain, mention, cues, vocabulary))
    ]
    if not kept or any(mention.start != kept[0].start for mention in kept):
        return kept
    chinese = has_chinese(plain)
    if any(not _short(mention, chinese) for mention in kept):
        return kept
    first = kept[0]
    if (
        _beside(first, cues)
        or _in_clause(first, cues)
        or table.framed(plain, first.start, first.end)
        or _own_item(plain, first, cues)
    ):
        return kept
    return []


def _is_field_of_post(plain: str, mention: Mention, cues: Sequence[Found]) -> bool:
    """Tell whether a skill of two characters only says which engineer is meant: 电气 in 电气工程师, not in 会电气.

    A longer one (氩弧焊工程师, PLC工程师) says what is done.
    """
    return (
        mention.kind is Kind.SKILL
        and plain.startswith(_ENGINEERS, mention.end)
        and has_chinese(mention.surface)
        and mention.end - mention.start <= SHORT
        and not _beside(mention, cues, before_only=True)
    )


def _is_post_only(plain: str, mention: Mention, cues: Sequence[Found], vocabulary: Vocabulary) -> bool:
    """Tell whether a skill's form is nothing but the name of who does it."""
    if mention.kind is not Kind.SKILL or _beside(mention, cues, before_only=True):
        return False
    surface = plain[mention.start : mention.end]
    person = _PERSON.search(surface)
    if not person or (person.group() in _HANDS and len(surface) > LONGEST_TRADE):
        return False
    return not any(_works(vocabulary, one, surface) for one in mention.concepts)


@lru_cache(maxsize=4096)
def _works(vocabulary: Vocabulary, concept: str, surface: str) -> bool:
    """Tell whether a shorter form of the skill stands in the surface: 氩弧焊 in 氩弧焊工, not 电气 in 电气工程师."""
    known = vocabulary.concepts[concept]
    forms = (known.zh, known.en, *known.forms_zh, *known.forms_en)
    least = SHORT + 1 if surface.endswith("工程师") else 1
    return any(
        least <= len(form) < len(surface) and fold(form) in surface and not _PERSON.search(fold(form)) for form in forms
    )


def _is_verb(mention: Mention, table: Cues) -> bool:
    return mention.surface.islower() and mention.surface.isascii() and table.is_cue(mention.surface)


def _short(mention: Mention, chinese: bool) -> bool:
    if mention.kind not in _WEAK:
        return False
    if has_chinese(mention.surface):
        return mention.end - mention.start <= SHORT
    return not chinese and mention.surface[1:].islower() and mention.surface.isalpha()


def _beside(mention: Mention, cues: Sequence[Found], before_only: bool = False) -> bool:
    """Tell whether a cue of degree, ability or demand touches the mention, one small character between at most."""
    first = bisect_left(cues, mention.start - LONGEST_CUE, key=_start)
    for found in cues[first : bisect_left(cues, mention.end + 2, lo=first, key=_start)]:
        if found.cue.kind in _SAYS_SKILL and (
            0 <= mention.start - found.end <= 1 or (not before_only and 0 <= found.start - mention.end <= 1)
        ):
            return True
    return False


def _start(found: Found) -> int:
    return found.start


def _in_clause(mention: Mention, cues: Sequence[Found]) -> bool:
    """Tell whether the mention's clause has a longer word of degree or practice (摸过), or a denial right after it."""
    said = False
    for found in cues:
        if found.cue.kind in (CueKind.COMMA, CueKind.SENTENCE, CueKind.LINE):
            if found.start >= mention.end:
                break
            said = False
        elif len(found.cue.word) > 1:
            near = found.cue.kind is CueKind.NEGATION and found.start == mention.end
            said = said or near or found.cue.kind in (CueKind.DEGREE, CueKind.CAN)
    return said


def _own_item(plain: str, mention: Mention, cues: Sequence[Found]) -> bool:
    """Tell whether the mention fills its item, from mark to mark."""
    starts = [0, *(found.end for found in cues if found.cue.kind in BREAKS)]
    ends = [*(found.start for found in cues if found.cue.kind in BREAKS), len(plain)]
    return any(
        start <= mention.start and mention.end <= end and plain[start:end].strip() == plain[mention.start : mention.end]
        for start, end in zip(starts, ends, strict=True)
    )


def doubtful_items(
    text: str, plain: str, mentions: Sequence[Mention], cues: Sequence[Found], vocabulary: Vocabulary
) -> Iterator[Mention]:
    """Give the ambiguous forms that are an item of their own in a text about skills: 会手编、调机, stick and flux-core.

    When: beside what `recognise` believes. The item must hold nothing else, and a sure mention or a word of ability or
    degree must stand in the text.
    """
    forms = _doubtful_forms(vocabulary)
    if not mentions and not any(found.cue.kind in (CueKind.DEGREE, CueKind.CAN) for found in cues):
        return
    starts = [mention.start for mention in mentions]
    furthest = list(accumulate((mention.end for mention in mentions), max))
    start = 0
    for end, following in [*((found.start, found.end) for found in cues), (len(plain), len(plain))]:
        first, last = start, end
        start = following
        if not SHORT <= last - first <= LONGEST_ITEM:
            continue
        first, last = _core(plain, first, last)
        ids = forms.get(plain[first:last])
        if not ids:
            continue
        place = bisect_left(starts, last)
        near = mentions[max(0, place - NEIGHBOURS) : place + NEIGHBOURS]
        if plain[first:last].isdigit() and not _in_list_of_numbers(plain, first, last, near):
            continue
        if not place or furthest[place - 1] <= first:
            yield Mention(first, last, text[first:last], Kind.SKILL, ids)


def _core(plain: str, start: int, end: int) -> tuple[int, int]:
    """Give the span of an item without the small words around it."""
    while start < end and plain[start] == " ":
        start += 1
    while end > start and plain[end - 1] == " ":
        end -= 1
    before = _BEFORE.match(plain, start, end)
    first = before.end() if before else start
    after = _AFTER.search(plain, max(first, end - LONGEST_AFTER), end)
    return first, after.start() if after else end


def _in_list_of_numbers(plain: str, start: int, end: int, mentions: Sequence[Mention]) -> bool:
    """Tell whether a number that `recognise` believes stands in the same clause: 111、136、141三种焊接方法."""
    for mention in mentions:
        between = plain[end : mention.start] if mention.start >= end else plain[mention.end : start]
        if plain[mention.start : mention.end].isdigit() and not _CLAUSE_MARK.search(between):
            return True
    return False


@lru_cache(maxsize=4)
def _doubtful_forms(vocabulary: Vocabulary) -> Mapping[str, tuple[str, ...]]:
    """Map each form of a skill that needs context, and each number, to the skills it may be."""
    forms: dict[str, tuple[str, ...]] = {}
    for concept in vocabulary.concepts.values():
        if concept.kind is Kind.SKILL:
            numbers = (form for form in (*concept.forms_zh, *concept.forms_en) if form.isdigit())
            for spelling in dict.fromkeys(
                one for form in (*concept.context_forms, *numbers) for one in spellings(form)
            ):
                forms[spelling] = (*forms.get(spelling, ()), concept.id)
    return forms
