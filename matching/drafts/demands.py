"""Makes draft demands of a pasted ad: each field with the phrase it came from, all of it a proposal."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

from matching.domain import LONGEST_LABEL, LONGEST_TEXT, Demand, DemandKind, Importance, Kind, Pay, Requirement
from matching.drafts.open_labels import open_labels
from matching.drafts.posts import BLANK, split_posts
from matching.text import Said, read
from matching.text.dates import read_deadline, read_start
from matching.text.facts import (
    Fact,
    read_benefits,
    read_education,
    read_experience,
    read_headcount,
    read_kind,
    read_shifts,
)
from matching.text.pay import PaySaid, read_pay
from matching.text.titles import read_employer, read_places, read_title
from matching.vocabulary import Vocabulary
from matching.vocabulary.forms import fold

Value = TypeVar("Value")
Found = TypeVar("Found", Fact[Any], PaySaid, "_Asked")
Span = tuple[int, int]

ASKED = (Kind.SKILL, Kind.CERTIFICATE, Kind.MAJOR)
STRENGTH = {Importance.NICE: 0, Importance.SHOULD: 1, Importance.MUST: 2}
SHIFT_LABELS = {
    "day": "长白班",
    "two_shift": "两班倒",
    "three_shift": "三班倒",
    "night": "夜班",
    "rotating": "倒班",
    "six_day_week": "上六休一",
    "flexible": "弹性工作",
}
ATTRIBUTE = "attribute"
_RECRUITING = frozenset({"招聘", "人力资源", "hr", "recruitment", "recruiting"})
NO_TITLE = "岗位"
SHORT = 60
_COUNT_CELL = re.compile(r"(?<=[^\d\s|][\s|])(?P<count>[1-9]\d{0,2})(?=[\s|])")
_PAY_CELL = re.compile(r"(?<=[\s|｜])(?P<pay>[1-9]\d{3,4})(?=\s|\||$)")
_OR = re.compile(r"^(?:证书?|专业|软件|系统|等)?\s*(?:或者?|/|\bor\b)\s*$")
_LISTED = re.compile(r"^(?:证书?|专业|软件)?\s*(?:、|或者?|/|\bor\b|,)\s*$")
_ANY = re.compile(r"^[^,。;\n]{0,10}?(?:之一|任一|任意一|其一|均可|皆可|都可|都行|也行|either)")


@dataclass(frozen=True, slots=True)
class Draft:
    """A demand as a text proposes it; `confirmed` stays False until a person has looked at it.

    `spans` gives, for each field that the text says, its [start, end) in the ad; a requirement's name is
    `requirements[0]`. `unsure` lists the fields to look at twice. Deadline, benefits, years of experience and the basis
    of the pay have no place in a demand and stand here.
    """

    demand: Demand
    spans: dict[str, Span] = field(default_factory=dict)
    unsure: tuple[str, ...] = ()
    deadline: date | None = None
    benefits: tuple[str, ...] = ()
    experience_years: float | None = None
    pay_basis: str = "unknown"
    shifts: tuple[str, ...] = ()
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    """A requirement and its place."""

    requirement: Requirement
    start: int
    end: int


class _Stretch:
    """Words of an ad that belong together; remembers what was read in them, so that what is shared is read once."""

    def __init__(self, words: str, offset: int) -> None:
        self.words = words
        self._offset = offset
        self._read: dict[str, Any] = {}

    def facts(self, name: str, read_words: Callable[[str], Sequence[Found]]) -> list[Found]:
        """Read a kind of fact, with its places in the whole ad."""
        if name not in self._read:
            found = read_words(self.words) if self.words else ()
            moved = [replace(fact, start=fact.start + self._offset, end=fact.end + self._offset) for fact in found]
            self._read[name] = moved
        return list(self._read[name])


class _Reader:
    """Reads one post: its own words first, then those that the ad says for all posts."""

    def __init__(self, own: _Stretch, common: _Stretch, row: bool, vocabulary: Vocabulary) -> None:
        self.own = own
        self.common = common
        self.row = row
        self.vocabulary = vocabulary
        self.spans: dict[str, Span] = {}
        self.unsure: list[str] = []

    def first(self, name: str, read_words: Callable[[str], Fact[Value] | None]) -> Value | None:
        """Give a field's value, of the post itself before that of all posts, and remember where it came from."""
        return self.note(name, self.found(name, read_words))

    def found(self, name: str, read_words: Callable[[str], Found | None]) -> Found | None:
        """Give what is found, of the post itself before that of all posts."""

        def listed(words: str) -> Sequence[Found]:
            fact = read_words(words)
            return () if fact is None else (fact,)

        return next(iter(self.own.facts(name, listed) or self.common.facts(name, listed)), None)

    def note(self, name: str, fact: Fact[Value] | None) -> Value | None:
        """Remember where a field came from and give its value."""
        if fact is None:
            return None
        self.spans[name] = (fact.start, fact.end)
        if fact.unsure:
            self.unsure.append(name)
        return fact.value

    def listed(
        self, name: str, read_words: Callable[[str], Sequence[Fact[str]]], joined: bool = False
    ) -> tuple[str, ...]:
        """Give the values of a list, none twice, and remember their places (`shifts[0]`).

        The post's own count alone where there are some, with `joined` those of all posts besides.
        """
        facts = self.own.facts(name, read_words)
        if joined or not facts:
            facts = self.common.facts(name, read_words) + facts
        facts = list({fact.value: fact for fact in facts}.values())
        for number, fact in enumerate(facts):
            self.spans[f"{name}[{number}]"] = (fact.start, fact.end)
        if any(fact.unsure for fact in facts):
            self.unsure.append(name)
        return tuple(fact.value[:LONGEST_LABEL] for fact in facts)

    def pay(self) -> PaySaid | None:
        """Read the pay; an amount of all posts counts before a post's own 面议."""
        said = self.found("pay", partial(_pay, row=self.row))
        if said is not None and not said.figures:
            said = next((one for one in self.common.facts("pay figures", _pay_figures)), said)
        if said is not None:
            self.spans["pay"] = (said.start, said.end)
            if not said.figures or self.row:
                self.unsure.append("pay")
        return said

    def requirements(self) -> tuple[Requirement, ...]:
        """Read what the post asks for, education first, and join alternatives."""
        vocabulary = self.vocabulary
        asked: list[_Asked] = []
        education = self.found("education", lambda words: read_education(words, vocabulary))
        if education is not None:
            self.spans["education"] = span = (education.start, education.end)
            if education.value is not None:
                label = education.value[:LONGEST_LABEL]
                step = Requirement(Kind.EDUCATION, label, importance=education.importance)
                asked.append(_Asked(step, *span))
        for stretch, mark in ((self.own, ""), (self.common, "+")):
            known = {one.requirement.label for one in asked}
            found = stretch.facts("requirements", partial(_requirements, vocabulary=vocabulary, mark=mark))
            asked += [one for one in found if one.requirement.label not in known]
        if any(vocabulary.resolve(one.requirement.kind, one.requirement.label).open for one in asked):
            self.unsure.append("requirements")
        for number, one in enumerate(asked):
            self.spans[f"requirements[{number}]"] = (one.start, one.end)
        return tuple(one.requirement for one in asked)


def draft_demands(text: str, vocabulary: Vocabulary, today: date) -> list[Draft]:
    """Make a draft of each post in a pasted ad, ids `draft-1`, `draft-2`, ...; none for an empty text. Never raises.

    When: an enterprise sends words instead of a table. `today` decides the year of dates that name none. What lies
    beyond LONGEST_TEXT characters is not read.
    """
    words = text[:LONGEST_TEXT].replace(BLANK, " ")
    if not words.strip():
        return []
    posts = split_posts(words)
    common = _Stretch(posts[0].common(words) if posts[0].shared else "", 0)
    drafts = []
    for number, post in enumerate(posts, start=1):
        own = _Stretch(words[post.start : post.end], post.start)
        reader = _Reader(own, common, post.row, vocabulary)
        drafts.append(_draft(reader, f"draft-{number}", post.words(words), today))
    return drafts


def _draft(reader: _Reader, name: str, text: str, today: date) -> Draft:
    vocabulary = reader.vocabulary
    title = reader.first("title", lambda words: read_title(words, vocabulary))
    if title is None:
        reader.unsure.append("title")
        title = _first_words(reader.own.words)
    employer = reader.first("employer", read_employer)
    said = reader.pay()
    shifts = reader.listed("shifts", read_shifts)
    demand = Demand(
        id=name,
        title=title[:LONGEST_LABEL],
        text=text,
        kind=reader.first("kind", read_kind) or DemandKind.HIRE,
        requirements=reader.requirements(),
        employer=None if employer is None else employer[:LONGEST_LABEL],
        headcount=reader.first("headcount", partial(_headcount, row=reader.row)),
        places=reader.listed("places", lambda words: read_places(words, vocabulary)),
        pay=Pay(said.low, said.high) if said is not None and said.figures else None,
        shifts=tuple(SHIFT_LABELS[shift] for shift in shifts),
        start_on=reader.first("start_on", lambda words: read_start(words, today)),
    )
    return Draft(
        demand=demand,
        spans=reader.spans,
        deadline=reader.first("deadline", lambda words: read_deadline(words, today)),
        benefits=reader.listed("benefits", read_benefits, joined=True),
        experience_years=reader.first("experience_years", read_experience),
        pay_basis="unknown" if said is None else said.basis,
        shifts=shifts,
        unsure=tuple(dict.fromkeys(reader.unsure)),
    )


def _headcount(words: str, row: bool) -> Fact[int | None] | None:
    """Read how many are sought; in a row of a table the number that stands alone."""
    found = read_headcount(words)
    if found is None and row and (cell := _COUNT_CELL.search(words)) is not None:
        return Fact(int(cell["count"]), *cell.span("count"), unsure=True)
    return found


def _pay(words: str, row: bool) -> PaySaid | None:
    """Read the pay; in a row of a table the number of four or five digits that stands alone."""
    said = read_pay(words)
    if said is None and row and (cell := _PAY_CELL.search(words)) is not None:
        amount = int(cell["pay"])
        return PaySaid(amount, amount, "month", *cell.span("pay"))
    return said


def _pay_figures(words: str) -> Sequence[PaySaid]:
    said = read_pay(words)
    return (said,) if said is not None and said.figures else ()


def _first_words(own: str) -> str:
    """Give the start of a post as its title where nothing looks like one."""
    words = " ".join(own.split())[:SHORT]
    return re.split(r"[,，。;；]", words)[0][:SHORT] or NO_TITLE


def _requirements(words: str, vocabulary: Vocabulary, mark: str) -> list[_Asked]:
    """List what words ask for, one requirement for each thing; the strongest importance and the highest level count.

    What stands in a name (of the employer) or inside a major, and attributes of a person (吃苦耐劳, 倒班), are none.
    `mark` keeps the groups of two readings apart.
    """
    employer = read_employer(words)
    names = [] if employer is None else [(employer.start, employer.end)]
    said = [one for one in read(words, vocabulary, "demand") if one.kind in ASKED and not one.negated]
    hidden = [*names, *((one.start, one.end) for one in said if one.kind is Kind.MAJOR)]
    said = [one for one in said if one.kind is Kind.MAJOR or not _within(one, hidden)]
    said = [one for one in said if not is_attribute(one, vocabulary) and not _is_employers(one)]
    said += open_labels(words, said, hidden)
    wholes = [(one.start, one.end) for one in said if one.kind is not Kind.SKILL]
    said = [one for one in said if one.kind is not Kind.SKILL or not _within(one, wholes)]
    merged: dict[tuple[str, ...], Said] = {}
    for one in said:
        name = one.concepts or (one.kind.value, one.surface)
        known = merged.get(name)
        merged[name] = one if known is None else _stronger(known, one)
    kept = sorted(merged.values(), key=lambda one: one.start)
    groups = _groups(words, kept)
    found = []
    for number, one in enumerate(kept):
        group = groups.get(number)
        alike = [kept[other].importance for other, name in groups.items() if group is not None and name == group]
        importance = max(alike or [one.importance], key=lambda value: STRENGTH[value or Importance.SHOULD])
        requirement = Requirement(
            one.kind,
            label_of(one, vocabulary),
            level=one.level or None,
            importance=importance or Importance.SHOULD,
            any_of=None if group is None else group + mark,
        )
        found.append(_Asked(requirement, one.start, one.end))
    return found


def _is_employers(said: Said) -> bool:
    """Tell whether something is the business of whoever writes the ad (招聘, HR) and not asked for."""
    return said.kind is Kind.SKILL and fold(said.surface) in _RECRUITING


def _within(said: Said, spans: Sequence[Span]) -> bool:
    return any(start <= said.start and said.end <= end for start, end in spans)


def is_attribute(said: Said, vocabulary: Vocabulary) -> bool:
    """Tell whether something said is an attribute of a person (readiness, character), which is never scored."""
    return bool(said.concepts) and all(
        vocabulary.concepts[concept].attributes.get("type") == ATTRIBUTE for concept in said.concepts
    )


def _stronger(known: Said, other: Said) -> Said:
    """Join two places that say the same thing: where it stands first, the highest level, the strongest importance."""
    level = max((one.level for one in (known, other) if one.level is not None), default=None)
    first = max((known, other), key=lambda one: STRENGTH[one.importance or Importance.SHOULD])
    return replace(first, level=level)


def _groups(words: str, kept: Sequence[Said]) -> dict[int, str]:
    """Name the group of each requirement that has alternatives; the majors of a post always are alternatives."""
    folded = fold(words)
    if len(folded) != len(words):
        folded = words
    groups: dict[int, str] = {}
    for kind in (Kind.SKILL, Kind.CERTIFICATE):
        members = [number for number, one in enumerate(kept) if one.kind is kind]
        for before, after in pairwise(members):
            between = folded[kept[before].end : kept[after].start]
            following = folded[kept[after].end : kept[after].end + 16]
            if _OR.match(between) or (_LISTED.match(between) and _ANY.match(following)):
                name = groups.get(before, f"{kind.value}:{before + 1}")
                groups[before] = groups[after] = name
                groups |= _backwards(folded, kept, members, before, name)
    majors = [number for number, one in enumerate(kept) if one.kind is Kind.MAJOR]
    if len(majors) > 1:
        groups |= dict.fromkeys(majors, "majors")
    return groups


def _backwards(folded: str, kept: Sequence[Said], members: Sequence[int], last: int, name: str) -> dict[int, str]:
    """Carry a group back over a list: in A、B或C all three are alternatives."""
    found: dict[int, str] = {}
    place = members.index(last)
    while place > 0:
        between = folded[kept[members[place - 1]].end : kept[members[place]].start]
        if not re.fullmatch(r"\s*[、/]\s*", between):
            break
        place -= 1
        found[members[place]] = name
    return found


def label_of(said: Said, vocabulary: Vocabulary) -> str:
    """Give the words of the text where they alone stand for the concepts found, otherwise the concept's own name."""
    label = " ".join(said.surface.split())[:LONGEST_LABEL]
    if not said.concepts:
        return label
    link = vocabulary.resolve(said.kind, label)
    if set(said.concepts) <= set(link.concepts):
        return label
    return vocabulary.concepts[said.concepts[0]].name("zh")[:LONGEST_LABEL]
