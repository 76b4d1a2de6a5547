"""Read what a text says: concepts with level, importance and negation, each with its span of the original."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from matching.domain import Importance, Kind, Mention
from matching.text.cues import Found, plain_form, shipped_cues
from matching.text.grades import with_grade
from matching.text.scopes import Draft, Event, Reading
from matching.text.support import believed, doubtful_items
from matching.vocabulary import Vocabulary

Side = Literal["demand", "profile"]
_WORD = re.compile(r"[^\W_]+(?:[^\w,。;]+[^\W_]+)*")
LEAST_OBJECT = 2


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a text says: `surface` = text[start:end], and what it stands for.

    `level` of a skill is 1 (了解, basic) to 4 (精通, expert), None where no word of degree holds for it; of a
    certificate it is its grade. `importance` is None on a profile and for what is negated, and `should` where a demand
    has no word for it. `negated`: not asked for, not known or not held.
    """

    start: int
    end: int
    surface: str
    kind: Kind
    concepts: tuple[str, ...]
    level: int | None
    importance: Importance | None
    negated: bool


def read(text: str, vocabulary: Vocabulary, side: Side) -> tuple[Said, ...]:
    """List what a text says, by place. Never raises.

    When: an advertisement (`demand`), a student's own words or a course text (`profile`). Several concepts in one
    `Said` are ambiguous between them.
    """
    plain, table = plain_form(text), shipped_cues()
    cues = table.find(plain)
    mentions = believed(plain, vocabulary.recognise(text), cues, table, vocabulary)
    if added := list(doubtful_items(text, plain, mentions, cues, vocabulary)):
        mentions = sorted([*mentions, *added], key=lambda mention: (mention.start, -mention.end))
    if not mentions:
        return ()
    drafts = [Draft(mention.start, mention.end, mention.kind) for mention in mentions]
    Reading(plain, _merged(drafts, cues)).run()
    return tuple(
        _said(text, plain, mention, draft, vocabulary, side) for mention, draft in zip(mentions, drafts, strict=True)
    )


def negated_spans(text: str) -> list[tuple[int, int]]:
    """List the spans [start, end) of a text that are negated, with the negating word; none overlap. Never raises.

    When: before terms are made of a text, so that what somebody can't do doesn't count as said. Follows the rules of
    `read` without a vocabulary: whatever stands between cues counts as a thing.
    """
    plain = plain_form(text)
    cues = shipped_cues().find(plain)
    things = list(_between(plain, cues))
    reading = Reading(plain, _merged(things, cues))
    reading.run()
    spans = sorted([*reading.negated, *((thing.start, thing.end) for thing in things if thing.negated)])
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and not plain[joined[-1][1] : start].strip(" 、/的"):
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _between(plain: str, cues: Sequence[Found]) -> Iterator[Draft]:
    """Give the stretches of two characters or more that lie between the cues."""
    start = 0
    for end, following in [*((found.start, found.end) for found in cues), (len(plain), len(plain))]:
        for word in _WORD.finditer(plain, start, max(start, end)):
            if len(word.group()) >= LEAST_OBJECT:
                yield Draft(word.start(), word.end())
        start = following


def _merged(drafts: Sequence[Draft], cues: Sequence[Found]) -> list[Event]:
    """Put mentions and cues in order of place, without the cues that begin inside a mention."""
    events: list[Event] = []
    place, covered = 0, -1
    for found in cues:
        while place < len(drafts) and drafts[place].start <= found.start:
            covered = max(covered, drafts[place].end)
            events.append(drafts[place])
            place += 1
        if found.start >= covered:
            events.append(found)
    events.extend(drafts[place:])
    return events


def _said(text: str, plain: str, mention: Mention, draft: Draft, vocabulary: Vocabulary, side: Side) -> Said:
    start, end, level = draft.start, draft.end, draft.level
    if mention.kind is Kind.CERTIFICATE:
        start, end, level = with_grade(plain, mention, vocabulary)
    importance = None
    if side == "demand" and not draft.negated:
        importance = draft.importance or Importance.SHOULD
    return Said(
        start,
        end,
        text[start:end],
        mention.kind,
        mention.concepts,
        None if draft.negated else level,
        importance,
        draft.negated,
    )
