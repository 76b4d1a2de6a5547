"""Carry degrees, importance and negation from the cues of a text to the mentions that they hold for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from matching.domain import Importance, Kind
from matching.text.cues import BREAKS, CueKind, Found

_JOIN = re.compile(r"\s*(?:(?:和|与|及|以及|或|或者|and|or|nor|also|the|a|an|any)\s*)*")
_HEADING_AFTER = re.compile(r"\s*(?:[(][^)\n]{0,12}[)])?\s*(?:[:】\]]|是?如下|$|\n)")
_OTHER_HEADING = re.compile(r"[^,。;、]{1,12}:\s*$")
_BEFORE_CLAUSE_CUE = re.compile(
    r"(?:^|[,。;:、(\n!?\d\s.】\[【]|我们|岗位|本岗|公司|另|还|并|且|均|都|也|硬性|工种|人员|对|至少|企业)$"
)
_NOUN_BEFORE = re.compile("[的按照据合足达到]$")
_ENDS = re.compile(r"\s*(?:[,。;、!?)\n]|$)")
_SMALL = re.compile(r"[\s者的是则都均全-]|——|\bis\b|\bare\b|\ball\b|\bboth\b")
_STAYS = re.compile("还|也|又|更|不|没|无|另")
_TAKES_OUT = re.compile("外|都|全|均|其余|其他|其它")
LONGEST_LIST = 60
"""Mentions and commas of a list after which its `or` is no longer looked for."""
LONGEST_SMALL = 16
"""Characters up to which what stands before a cue may be small words only."""
EXCEPTION_REACH = 60
"""Characters after 除了 within which 外 or 都 must stand."""
_END_OF_SENTENCE = re.compile(r"[。;\n!?]")
_LEVELLED = frozenset({Kind.SKILL, Kind.LANGUAGE, Kind.OCCUPATION})


@dataclass(slots=True)
class Draft:
    """A mention on its way to a `Said`: what the cues said of it so far."""

    start: int
    end: int
    kind: Kind = Kind.SKILL
    level: int | None = None
    importance: Importance | None = None
    negated: bool = False


Event = Draft | Found


def _followed(events: Sequence[Event]) -> list[bool]:
    """Tell for each event whether a mention follows it before any mark."""
    followed = [False] * len(events)
    mention = False
    for place in range(len(events) - 1, -1, -1):
        followed[place] = mention
        event = events[place]
        if isinstance(event, Draft):
            mention = True
        elif event.cue.kind in BREAKS:
            mention = False
    return followed


class Reading:
    """One pass over the mentions and cues of a text, in order of place, that fills the drafts.

    A cue before a mention holds until its clause ends or an affirmation (会, can) follows; one after it reaches back in
    its clause. A comma ends a clause, except before a bare name in an English list. `negated` collects the spans of
    negating cues.
    """

    def __init__(self, plain: str, events: Sequence[Event]) -> None:
        self._plain = plain
        self._events = events
        self._followed = _followed(events)
        self.negated: list[tuple[int, int]] = []
        self._heading: Importance | None = None
        self._previous_plain = False
        self._depth = 0
        self._open_sentence()

    def _open_sentence(self) -> None:
        self._sentence: Importance | None = None
        self._open_clause()
        self._previous: list[Draft] = []
        self._listed: list[Draft] = []
        self._open_segment()

    def _open_clause(self) -> None:
        """Forget what held for the clause."""
        self._degree: int | None = None
        self._clause: Importance | None = None
        self._held: Importance | None = None
        self._denied = False
        self._used = False
        self._latin = False
        self._comma = -1

    def _open_segment(self) -> None:
        """Begin to collect what cues that look back may reach."""
        self._segment: list[Draft] = []
        self._since_degree = self._since_importance = self._item = self._inside = 0
        self._governed = self._joined = False
        self._near = False
        self._from = 0

    def run(self) -> None:
        """Read all events."""
        for place, event in enumerate(self._events):
            if isinstance(event, Draft):
                self._mention(event)
            else:
                self._steps[event.cue.kind](self, event, place)

    def _mention(self, draft: Draft) -> None:
        if self._comma >= 0:
            gap = _JOIN.fullmatch(self._plain, self._comma, draft.start)
            self._joined = bool(gap)
            if not (gap and self._latin):
                self._open_clause()
            self._comma = -1
        draft.negated = self._denied
        if self._denied:
            self.negated[-1] = self.negated[-1][0], draft.end
        draft.level = self._degree if draft.kind in _LEVELLED else None
        held = self._held if draft.kind is Kind.CERTIFICATE else None
        draft.importance = held or self._clause or self._sentence or self._heading
        self._used = self._near = True
        self._segment.append(draft)

    def _after_comma(self) -> None:
        """End the clause that a comma closed, because no bare name follows it."""
        if self._comma >= 0:
            self._open_clause()

    # -- marks

    def _sentence_mark(self, found: Found, place: int) -> None:
        if self._depth:
            self._item_mark(found, place)
        else:
            self._open_sentence()

    def _line_mark(self, found: Found, place: int) -> None:
        self._depth = 0
        self._open_sentence()
        line = self._plain[found.end : found.end + 16].partition("\n")[0]
        if _OTHER_HEADING.fullmatch(line):
            self._heading = None

    def _comma_mark(self, found: Found, place: int) -> None:
        if self._depth:
            self._item_mark(found, place)
            return
        self._next_segment(found, not self._governed)
        self._comma = found.end
        if self._latin and self._denied and self._or_follows(place):
            self._comma = -1

    def _colon_mark(self, found: Found, place: int) -> None:
        if not self._depth:
            self._next_segment(found, False)

    def _next_segment(self, found: Found, is_plain: bool) -> None:
        """Close the segment; an empty one leaves the one before it in reach only where nothing stands between."""
        if self._segment:
            self._previous, self._previous_plain = self._segment, is_plain
            if self._joined and is_plain:
                self._previous = [*self._listed, *self._segment]
            self._listed = self._previous if is_plain else []
        elif not self._bare(found.start):
            self._previous, self._listed = [], []
        self._open_segment()
        self._from = found.end

    def _bare(self, end: int) -> bool:
        """Tell whether nothing but small words stands between the start of the segment and `end`."""
        return end - self._from <= LONGEST_SMALL and not _SMALL.sub("", self._plain[self._from : end])

    def _or_follows(self, place: int) -> bool:
        """Tell whether a list that goes on after this comma ends with `or`: no experience with A, B or C."""
        for event in self._events[place + 1 : place + 1 + LONGEST_LIST]:
            if isinstance(event, Draft) or event.cue.kind is CueKind.COMMA:
                continue
            return event.cue.word == "or"
        return False

    def _item_mark(self, found: Found, place: int) -> None:
        self._used = True
        self._near = False
        self._item = len(self._segment)

    def _open_mark(self, found: Found, place: int) -> None:
        self._depth += 1
        self._inside = len(self._segment)

    def _close_mark(self, found: Found, place: int) -> None:
        self._depth = max(0, self._depth - 1)
        self._inside = 0

    def _contrast(self, found: Found, place: int) -> None:
        self._open_clause()
        self._next_segment(found, False)

    def _whole(self, found: Found, place: int) -> None:
        """Let what follows 都 reach back over the comma before it."""
        if not self._segment and self._comma >= 0:
            self._segment = list(self._previous)
            self._near = True

    # -- cues

    def _ahead(self, place: int) -> bool:
        """Tell whether a mention follows before any mark."""
        return self._followed[place]

    def _behind(self) -> list[Draft]:
        """List the mentions that a degree or negation which stands after them holds for."""
        if self._inside and len(self._segment) == self._inside:
            return self._segment[-1:]
        return self._segment[max(self._since_degree, self._inside, self._item if self._governed else 0) :]

    def _set_degree(self, found: Found, place: int) -> None:
        behind: list[Draft] = []
        if not self._ahead(place):
            if self._segment:
                behind = self._behind() if self._near or self._inside else []
                if found.cue.latin and self._joined and self._previous_plain and not self._inside:
                    behind = [*self._previous, *behind]
            elif self._bare(found.start) and self._comma < 0:
                behind = self._previous
        self._after_comma()
        if behind:
            for draft in behind:
                draft.level = found.cue.level if draft.kind in _LEVELLED else None
            self._degree = None
        else:
            if self._used:
                self._denied = False
            self._degree, self._used, self._latin = found.cue.level, False, found.cue.latin
            self._governed = True
        self._since_degree = len(self._segment)

    def _affirm(self, found: Found, place: int) -> None:
        self._after_comma()
        if self._used:
            self._degree, self._denied = None, False
        if self._segment and self._item < len(self._segment) and not self._ahead(place):
            return
        self._governed = True
        self._since_degree = len(self._segment)

    def _deny(self, found: Found, place: int) -> None:
        cue = found.cue
        behind = self._behind() if "back" in cue.scopes or not self._ahead(place) else []
        if not behind and "back" not in cue.scopes and not self._ahead(place) and self._whole_list(found):
            behind = self._previous
        self._after_comma()
        if behind:
            for draft in behind:
                draft.negated = True
            self.negated.append((behind[0].start, found.end))
            self._since_degree = len(self._segment)
        elif "back" not in cue.scopes:
            self._degree, self._denied, self._used, self._latin = None, True, False, cue.latin
            self.negated.append((found.start, found.end))

    def _whole_list(self, found: Found) -> bool:
        return not self._segment and self._comma >= 0 and self._plain.startswith(("都", "均", "全"), self._comma)

    def _except(self, found: Found, place: int) -> None:
        rest = _END_OF_SENTENCE.split(self._plain[found.end : found.end + EXCEPTION_REACH], 1)[0]
        taken = _TAKES_OUT.search(rest)
        if taken and not _STAYS.search(rest[taken.start() :].partition(",")[0]):
            self._deny(found, place)

    def _ask(self, found: Found, place: int) -> None:
        cue = found.cue
        if "lines" in cue.scopes and self._is_heading(found):
            self._open_sentence()
            self._heading = cue.importance
            self._from = found.end
        elif "sentence" in cue.scopes:
            self._open_list(found, place)
        elif "certificate" in cue.scopes:
            self._after_comma()
            self._held, self._latin = cue.importance, cue.latin
        elif "back" in cue.scopes or ("both" in cue.scopes and not self._ahead(place)):
            self._close(found)
        elif cue.scopes & {"clause", "both"}:
            self._after_comma()
            self._clause, self._latin = cue.importance, self._latin or cue.latin
            self._since_importance = len(self._segment)

    def _open_list(self, found: Found, place: int) -> None:
        """Take 要求 as opening a list of clauses, or as said of what stands before it (Excel要求熟练)."""
        following = self._events[place + 1] if place + 1 < len(self._events) else None
        cue = found.cue
        if self._segment and isinstance(following, Found) and following.cue.kind is CueKind.DEGREE and self._near:
            self._close(found)
        elif not _NOUN_BEFORE.search(self._plain, max(0, found.start - 2), found.start) and not _ENDS.match(
            self._plain, found.end
        ):
            self._after_comma()
            self._sentence, self._clause = cue.importance, None

    def _is_heading(self, found: Found) -> bool:
        starts = _BEFORE_CLAUSE_CUE.search(self._plain, max(0, found.start - 4), found.start)
        after = _HEADING_AFTER.match(self._plain, found.end)
        return bool(starts and after and (after.group().strip() or "\n" in self._plain[: found.end]))

    def _close(self, found: Found) -> None:
        """Give the mentions before the cue its importance, and end what held for the clause."""
        cue = found.cue
        reached: list[Draft] = []
        if self._inside and len(self._segment) == self._inside:
            reached = self._segment[-1:]
        elif self._segment:
            reached = self._segment[max(self._since_importance, self._inside) :] or self._segment[-1:]
            if self._joined and self._previous_plain and cue.latin:
                reached = [*self._previous, *reached]
        elif self._bare(found.start) and ("back" in cue.scopes or _ENDS.match(self._plain, found.end)):
            reached = self._previous
        for draft in reached:
            draft.importance = cue.importance
            if cue.importance is Importance.NICE:
                draft.negated = False
        self._since_importance = len(self._segment)
        self._clause = self._held = None
        self._governed = True

    _steps: ClassVar[Mapping[CueKind, Callable[[Reading, Found, int], None]]] = {
        CueKind.SENTENCE: _sentence_mark,
        CueKind.LINE: _line_mark,
        CueKind.COMMA: _comma_mark,
        CueKind.COLON: _colon_mark,
        CueKind.ITEM: _item_mark,
        CueKind.OPEN: _open_mark,
        CueKind.CLOSE: _close_mark,
        CueKind.CONTRAST: _contrast,
        CueKind.WHOLE: _whole,
        CueKind.DEGREE: _set_degree,
        CueKind.CAN: _affirm,
        CueKind.NEGATION: _deny,
        CueKind.EXCEPTION: _except,
        CueKind.IMPORTANCE: _ask,
    }
