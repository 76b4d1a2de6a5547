"""Find vocabulary concepts in free text, with the span of the original text that says so."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from matching.domain import Concept, Kind, Mention
from matching.vocabulary.forms import fold, is_latin, offsets, spellings, stands_alone
from matching.vocabulary.load import WordLists

REST = (Kind.SKILL, Kind.OCCUPATION, Kind.EDUCATION, Kind.REGION)
"""The kinds that majors and certificates mask."""
NEAR = 8
"""Characters around an all-digit form within which its context word must stand."""
SURE_MAJOR = 6
"""Characters from which a Chinese major's name is believed without the word 专业 beside it."""
_BEFORE_MAJOR = re.compile(r"(?:(?:专业|主修|所学)[:为是]?|major(?:ed|ing)? in|major:|degree in|diploma in)\s*$")
_AFTER_MAJOR = re.compile(
    r"^(?:[、/和或及与][^\s,。;:!?、/和或及与]{1,12}?)*(?:等)?(?:相关|类|相近|及|或|的)*"
    r"(?:专业(?!人|技术|知识|软件|能力|设备|术语|素)|方向|班|毕业)|^ (?:major|degree|graduate|student)"
)
_WORK = ("加工", "施工", "化工", "手工", "人工")
"""Words whose 工 is work and no worker: 数控加工程序 is still 数控加工."""
_NOT_AFTER_DIGITS = "班号级元室楼路年月日个人名岁"


@dataclass(slots=True)
class _Pattern:
    """One surface form: whom it stands for, who of them needs context, and which forms it hides."""

    text: str
    sure: dict[Kind, list[str]] = field(default_factory=dict)
    unsure: dict[Kind, list[str]] = field(default_factory=dict)
    hides: frozenset[str] = frozenset()
    rest: tuple[tuple[Kind, list[str], list[str]], ...] = ()
    trades: bool = False
    latin: bool = False
    settled: bool = False

    def settle(self) -> None:
        """Note at the first match what each asks: the ids of the masked kinds, whether it is Latin or a trade.

        Threads may do so at once; `settled` comes last.
        """
        self.rest = tuple(
            (kind, self.sure.get(kind, []), self.unsure.get(kind, []))
            for kind in REST
            if kind in self.sure or kind in self.unsure
        )
        self.latin = is_latin(self.text[0]) or is_latin(self.text[-1])
        self.trades = any(kind in (Kind.SKILL, Kind.OCCUPATION) for kind, _, _ in self.rest)
        self.settled = True


class _Hit(NamedTuple):
    """A match in the folded text, of one kind."""

    start: int
    end: int
    kind: Kind
    concepts: tuple[str, ...]


class Recogniser:
    """Recognises concepts in text by overlapping Aho-Corasick matches of which the longest spans are kept.

    Majors come first and mask what they cover, then certificates, then skills and occupations (each kind for itself, so
    that 焊工 may be both), education and regions. The automaton is built on first use.
    """

    def __init__(self, concepts: Iterable[Concept], words: WordLists) -> None:
        self._families: dict[str, str] = {}
        self._words = {fold(form): tuple(map(fold, found)) for form, found in words.ambiguous.items()}
        self._family_words = {name: tuple(map(fold, found)) for name, found in words.families.items()}
        levels = "|".join(re.escape(form) for form in sorted(words.levels, key=len, reverse=True))
        self._level_after = re.compile(rf"^\s*[(]?(?:{levels}|技能等级|职业资格|操作?证)")
        self._level_before = re.compile(rf"(?:{levels})\s*$")
        self._patterns: dict[str, _Pattern] = {}
        for concept in concepts:
            self._add(concept)
        self._ends = {
            longer: forms[0].removeprefix("*") for longer, forms in words.false_hits.items() if forms[0][0] == "*"
        }
        for longer, forms in words.false_hits.items():
            if longer in self._ends:
                continue
            pattern = self._patterns.setdefault(fold(longer), _Pattern(fold(longer)))
            pattern.hides = frozenset(map(fold, forms))
        self._list = list(self._patterns.values())
        self._automaton: AhoCorasick | None = None

    def _add(self, concept: Concept) -> None:
        self._families[concept.id] = concept.attributes.get("family", "")
        in_doubt = {fold(form) for form in concept.context_forms}
        trade = concept.id.startswith("trade:")
        for form in (concept.zh, concept.en, *concept.forms_zh, *concept.forms_en, *concept.context_forms):
            for spelling in spellings(form) if form else ():
                pattern = self._patterns.setdefault(spelling, _Pattern(spelling))
                unsure = trade or spelling in in_doubt or spelling.isdigit()
                ids = (pattern.unsure if unsure else pattern.sure).setdefault(concept.kind, [])
                if concept.id not in ids:
                    ids.append(concept.id)

    def recognise(self, text: str, kinds: Container[Kind] | None = None) -> list[Mention]:
        """List the concepts that a text mentions, by place.

        `kinds` filters the answer, not the masking: a certificate hides the skill in its name even where only skills
        are asked for. A mention of several concepts is ambiguous between them.
        """
        folded = fold(text)
        matches = self._matches(folded)
        found = self._layers(folded, matches)
        places = offsets(text, folded)
        mentions = []
        for hit in found:
            if kinds is None or hit.kind in kinds:
                start = hit.start if places is None else places[hit.start]
                end = hit.end if places is None else places[hit.end - 1] + 1
                mentions.append(Mention(start, end, text[start:end], hit.kind, hit.concepts))
        mentions.sort(key=lambda mention: (mention.start, -mention.end, mention.kind))
        return mentions

    def label_hits(self, label: str, kind: Kind) -> list[tuple[Mention, bool]]:
        """List the concepts of one kind inside a label, longest first, no overlaps; True where no context is needed."""
        folded = fold(label)
        believed = {(mention.start, mention.end) for mention in self.recognise(folded, (kind,))}
        hits = []
        for start, end, pattern in self._matches(folded):
            sure = tuple(pattern.sure.get(kind, ()))
            if ids := (*sure, *pattern.unsure.get(kind, ())):
                mention = Mention(start, end, pattern.text, kind, ids)
                hits.append((mention, bool(sure) or (start, end) in believed))
        chosen: list[tuple[Mention, bool]] = []
        for hit, certain in sorted(hits, key=lambda found: (found[0].start - found[0].end, -found[0].start)):
            if all(hit.end <= other.start or hit.start >= other.end for other, _ in chosen):
                chosen.append((hit, certain))
        return chosen

    def _matches(self, folded: str) -> list[tuple[int, int, _Pattern]]:
        """Find all forms with free boundaries that no longer word hides."""
        if self._automaton is None:
            self._automaton = AhoCorasick([pattern.text for pattern in self._list])
        found = []
        for index, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            pattern = self._list[index]
            if not pattern.settled:
                pattern.settle()
            if (not pattern.latin or stands_alone(folded, start, end)) and not self._runs_on(folded, end):
                found.append((start, end, pattern))
        hiding = [match for match in found if match[2].hides]
        if not hiding:
            return found
        return [match for match in found if not any(_hides(longer, match) for longer in hiding)]

    def _runs_on(self, folded: str, end: int) -> bool:
        """Tell whether the last character of a match begins another word: 装配工 in 装配工艺."""
        return folded[end - 1 : end + 1] in self._ends and not folded[:end].endswith(_WORK)

    def _layers(self, folded: str, matches: list[tuple[int, int, _Pattern]]) -> list[_Hit]:
        if not matches:
            return []
        majors = _longest(self._majors(folded, matches))
        certificates = _longest(_free(self._certificates(folded, matches), majors))
        masks = [*majors, *certificates]
        return [*masks, *_longest(_free(self._others(folded, matches), masks))]

    def _majors(self, folded: str, matches: list[tuple[int, int, _Pattern]]) -> Iterable[_Hit]:
        for start, end, pattern in matches:
            sure, unsure = pattern.sure.get(Kind.MAJOR, ()), pattern.unsure.get(Kind.MAJOR, ())
            if not (sure or unsure):
                continue
            alone = sure and not pattern.trades and end - start >= SURE_MAJOR and not pattern.text.isascii()
            if (alone and folded[end : end + 2] != "人员") or _says_major(folded, start, end):
                yield _Hit(start, end, Kind.MAJOR, (*sure, *unsure))

    def _certificates(self, folded: str, matches: list[tuple[int, int, _Pattern]]) -> Iterable[_Hit]:
        for start, end, pattern in matches:
            if ids := pattern.sure.get(Kind.CERTIFICATE):
                yield _Hit(start, end, Kind.CERTIFICATE, tuple(ids))
            if ids := pattern.unsure.get(Kind.CERTIFICATE):
                after = self._level_after.search(folded[end : end + 12])
                before = self._level_before.search(folded[max(0, start - 8) : start])
                if after or before:
                    first = start - len(before.group()) if before else start
                    yield _Hit(first, end + (after.end() if after else 0), Kind.CERTIFICATE, tuple(ids))

    def _others(self, folded: str, matches: list[tuple[int, int, _Pattern]]) -> list[_Hit]:
        families: Mapping[str, set[tuple[int, int]]] | None = None
        words = _Words(folded)
        hits = []
        for start, end, pattern in matches:
            for kind, sure, unsure in pattern.rest:
                if not unsure:
                    hits.append(_Hit(start, end, kind, tuple(sure)))
                    continue
                if families is None:
                    families = self._named(matches)
                believed = self._believed(words, start, end, pattern, unsure, families)
                if sure or believed:
                    hits.append(_Hit(start, end, kind, (*sure, *believed)))
        return hits

    def _named(self, matches: list[tuple[int, int, _Pattern]]) -> Mapping[str, set[tuple[int, int]]]:
        """Give the places at which each family of skills is named without doubt."""
        families: defaultdict[str, set[tuple[int, int]]] = defaultdict(set)
        for start, end, pattern in matches:
            for ids in pattern.sure.values():
                for concept in ids:
                    families[self._families.get(concept, "")].add((start, end))
        return families

    def _believed(
        self,
        text: _Words,
        start: int,
        end: int,
        pattern: _Pattern,
        asked: list[str],
        families: Mapping[str, set[tuple[int, int]]],
    ) -> list[str]:
        """List the concepts of an ambiguous form that the text supports.

        Those win whose family is named elsewhere without doubt or has one of its words in the text; without any, one of
        the form's own context words lets all in.
        """
        words = self._words.get(pattern.text, ())
        if pattern.text.isdigit():
            return asked if _near_word(text.folded, start, end, words) else []
        supported = []
        for concept in asked:
            family = self._families.get(concept, "")
            named = any(place_end <= start or place >= end for place, place_end in families.get(family, ()))
            if family and (named or text.any_outside(start, end, self._family_words.get(family, ()))):
                supported.append(concept)
        return supported or (asked if text.any_outside(start, end, words) else [])


class _Words:
    """Where context words stand first and last in a text; each is sought once, however many forms ask for it."""

    def __init__(self, folded: str) -> None:
        self.folded = folded
        self._places: dict[str, tuple[int, int]] = {}

    def any_outside(self, start: int, end: int, words: Iterable[str]) -> bool:
        """Tell whether one of the words stands wholly before `start` or wholly after `end`."""
        for word in words:
            places = self._places.get(word)
            if places is None:
                places = self._places[word] = (self.folded.find(word), self.folded.rfind(word))
            if places[0] >= 0 and (places[0] + len(word) <= start or places[1] >= end):
                return True
        return False


def _near_word(folded: str, start: int, end: int, words: tuple[str, ...]) -> bool:
    """Tell whether a context word stands within 8 characters of a number that isn't counted (111班, 135元)."""
    if folded[end : end + 1] and folded[end] in _NOT_AFTER_DIGITS:
        return False
    around = folded[max(0, start - NEAR) : start] + " " + folded[end : end + NEAR]
    return any(word in around for word in words)


def _hides(longer: tuple[int, int, _Pattern], match: tuple[int, int, _Pattern]) -> bool:
    return longer[0] <= match[0] and match[1] <= longer[1] and match[2].text in longer[2].hides


def _says_major(folded: str, start: int, end: int) -> bool:
    """Tell whether 专业 (or 方向, 班, 毕业) follows directly or at the end of a list, or introduces the name."""
    return bool(_AFTER_MAJOR.search(folded[end : end + 40]) or _BEFORE_MAJOR.search(folded[max(0, start - 12) : start]))


def _free(hits: Iterable[_Hit], masks: list[_Hit]) -> Iterable[_Hit]:
    """Give the hits that overlap no mask."""
    if not masks:
        return hits
    masks = sorted(masks)
    starts = [mask.start for mask in masks]
    furthest = list(accumulate((mask.end for mask in masks), max))
    return [hit for hit in hits if not (place := bisect_left(starts, hit.end)) or furthest[place - 1] <= hit.start]


def _longest(hits: Iterable[_Hit]) -> list[_Hit]:
    """Keep the hits that no longer hit of the same kind contains; equal spans of one kind are joined."""
    by_kind: dict[Kind, dict[tuple[int, int], tuple[str, ...]]] = {}
    for start, end, kind, concepts in hits:
        spans = by_kind.setdefault(kind, {})
        known = spans.get((start, end))
        if known:
            concepts = (*known, *(concept for concept in concepts if concept not in known))
        spans[start, end] = concepts
    kept: list[_Hit] = []
    for kind, spans in by_kind.items():
        furthest = -1
        for start, end in sorted(spans, key=_widest_first) if len(spans) > 1 else spans:
            if end > furthest:
                kept.append(_Hit(start, end, kind, spans[start, end]))
                furthest = end
    return kept


def _widest_first(span: tuple[int, int]) -> tuple[int, int]:
    return span[0], -span[1]
