"""Find the words and marks that steer how concepts are said: degrees, must and nice, negation, ends of clauses."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from matching.domain import Importance
from matching.vocabulary.forms import fold, is_latin, stands_alone
from matching.vocabulary.load import data_folder, problem, read_rows, split

COLUMNS = ("word", "kind", "value", "lang", "scope")


class CueKind(StrEnum):
    """What a cue does; the kinds up to EXCEPTION come from `data/text/cues.csv`, the others are marks and joints.

    A VERB is no cue of its own but may follow a negation (没 + 学 + 过), a FRAME word stands beside trades (招, 经验);
    NONE only hides the cues inside it (不锈钢).
    """

    DEGREE = "degree"
    IMPORTANCE = "importance"
    NEGATION = "negation"
    EXCEPTION = "exception"
    CAN = "can"
    CONTRAST = "contrast"
    WHOLE = "whole"
    VERB = "verb"
    FRAME = "frame"
    NONE = "none"
    SENTENCE = "sentence"
    LINE = "line"
    COMMA = "comma"
    ITEM = "item"
    COLON = "colon"
    OPEN = "open"
    CLOSE = "close"


MARKS = {
    **dict.fromkeys("。!?;…", CueKind.SENTENCE),
    **dict.fromkeys((".", "。", "•", "·", "●", "★"), CueKind.SENTENCE),
    **dict.fromkeys(("\n", "\r", "\u2028", "\u2029"), CueKind.LINE),
    ",": CueKind.COMMA,
    ":": CueKind.COLON,
    **dict.fromkeys(
        ("、", "/", "|", "&", "+", "和", "与", "及", "以及", "或", "或者", "and", "or", "plus"), CueKind.ITEM
    ),
    **dict.fromkeys("([【〔", CueKind.OPEN),
    **dict.fromkeys(")]】〕", CueKind.CLOSE),
}
BREAKS = frozenset(
    {CueKind.SENTENCE, CueKind.LINE, CueKind.COMMA, CueKind.ITEM, CueKind.OPEN, CueKind.CLOSE, CueKind.CONTRAST}
)
_ABBREVIATION = re.compile(r"(?:e\.g|i\.e|\betc|\bapprox|\bincl|\bvs|\bno)\.$")
_TAUGHT = re.compile(
    r"(?:的|者)(?:也|都|均)?(?:可以?|能|公司|厂里|我们|提供|有|包|免费|老?师傅|岗前){1,4}(?:培训|学|教|带)|"
    r"(?:也|都|均)?(?:可以?|能|公司|厂里|我们|提供|有|包|免费|老?师傅|岗前){1,4}(?:培训|教|带)|"
    r"(?:的|者)?也(?:可以?|行|没关系)(?=[\s,。;!)]|$)"
)
"""What makes 不会 a wish: 不会可培训, 不会的可以学, 不会也行."""
_SPACE_BETWEEN = re.compile("(?<=[\u3007\u3400-\u9fff])[ \t](?=[\u3007\u3400-\u9fff])")


REACH = 12
"""Characters before a mention within which a word of trades may begin."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One row of the table or one mark: `level` for degrees, `importance` for must, should and nice (None = neither).

    `scopes` says where it looks: `both` sides of it, `back`, the rest of the `clause` or `sentence`, the `lines` below
    a heading, the `certificate` that follows.
    """

    word: str
    kind: CueKind
    level: int | None = None
    importance: Importance | None = None
    latin: bool = False
    scopes: frozenset[str] = frozenset()


TAUGHT = Cue("不会可培训", CueKind.IMPORTANCE, importance=Importance.NICE, scopes=frozenset({"back"}))
"""What is taught to whoever can't: nice to have, said of what stands before."""
UNABLE = frozenset(("不会", "不懂", "不熟", "不熟练", "不熟悉", "不太会", "不太懂", "不太熟"))


class Found(NamedTuple):
    """A cue at its place [start, end)."""

    start: int
    end: int
    cue: Cue


class Cues:
    """The cues of one table; longer ones hide the shorter ones inside them."""

    def __init__(self, path: Path) -> None:
        """Read the table. Raises VocabularyError with file, row, column and value."""
        rows = [(number, cells, fold(cells["word"])) for number, cells in read_rows(path, COLUMNS)]
        cues = {mark: Cue(mark, kind, latin=mark.isalpha() and mark.isascii()) for mark, kind in MARKS.items()}
        beside: defaultdict[str, list[str]] = defaultdict(list)
        for number, cells, word in rows:
            cue = _cue(path.name, number, cells, word)
            if cue.kind in (CueKind.VERB, CueKind.FRAME):
                beside[f"{cue.kind} {cells['lang']} {cells['scope']}".strip()].append(word)
            else:
                cues[word] = cue
        self._cues = list(cues.values())
        self._words = frozenset(cues)
        self._automaton = AhoCorasick(list(cues), matchkind=MatchKind.LeftmostLongest)
        self._verb = re.compile(
            rf"(?:怎么|系统|专门|真正|实际|正式|独立|单独|太|怎样|深入)*{_any_of(beside['verb zh'])}"
            r"(?:过|到|完|成|出|上|下来|会|好)?(?=[\s,、。;!?)]|的|$)"
            rf"|\s(?:yet\s|ever\s|really\s)?{_any_of(beside['verb en'])}\b(?=\s*(?:[,.;!?)]|$))"
        )
        self._framed_before = re.compile(
            rf"(?:{_any_of(beside['frame zh before'])}|\b{_any_of(beside['frame en before'])})\s*$"
        )
        self._framed_after = re.compile(
            rf"\s*(?:{_any_of(beside['frame zh after'])}|{_any_of(beside['frame en after'])}\b)"
        )

    def is_cue(self, word: str) -> bool:
        """Tell whether a folded word is itself a cue: the verb `can` is no bus."""
        return word in self._words

    def framed(self, plain: str, start: int, end: int) -> bool:
        """Tell whether a word of trades stands directly before or after a span: 招 ..., ... 经验."""
        return bool(
            self._framed_after.match(plain, end) or self._framed_before.search(plain, max(0, start - REACH), start)
        )

    def find(self, plain: str) -> list[Found]:
        """List the cues of a text in its `plain` form, by place."""
        found = []
        for index, start, end in self._automaton.find_matches_as_indexes(plain):
            cue = self._cues[index]
            kind = cue.kind
            if kind is CueKind.NONE or (cue.latin and not stands_alone(plain, start, end)):
                continue
            if cue.word in UNABLE and (taught := _TAUGHT.match(plain, end)):
                found.append(Found(start, taught.end(), TAUGHT))
                continue
            if kind is CueKind.NEGATION:
                trail = self._verb.match(plain, end)
                end = trail.end() if trail else end
            elif (cue.word == "." and not _ends_sentence(plain, end)) or (cue.word == "," and _in_number(plain, end)):
                continue
            found.append(Found(start, end, cue))
        return found


def plain_form(text: str) -> str:
    """Give the text folded one character for one, so that places are those of the original.

    A space between two Chinese characters becomes a comma: people write it for one.
    """
    folded = fold(text)
    if len(folded) != len(text):
        folded = "".join(one if len(one := fold(character)) == 1 else character for character in text)
    return _SPACE_BETWEEN.sub(",", folded) if " " in folded or "\t" in folded else folded


@lru_cache(maxsize=1)
def shipped_cues() -> Cues:
    """Give the cues of `data/text/cues.csv`, read once."""
    return Cues(data_folder() / "text" / "cues.csv")


def _cue(file: str, row: int, cells: dict[str, str], word: str) -> Cue:
    value, scopes = cells["value"], frozenset(split(cells["scope"]))
    if "exception" in scopes:
        return Cue(word, CueKind.EXCEPTION)
    try:
        kind = CueKind(cells["kind"])
        level = int(value) if kind is CueKind.DEGREE else None
        asked = Importance(value) if kind is CueKind.IMPORTANCE and value != "none" else None
    except ValueError as error:
        raise problem("cue", "no such kind or value", "类别或取值不存在", value, file=file, row=row) from error
    return Cue(word, kind, level, asked, cells["lang"] == "en", scopes)


def _any_of(words: list[str]) -> str:
    return "(?:" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + ")"


def _ends_sentence(plain: str, end: int) -> bool:
    """Tell whether a full stop ends a sentence: white space follows, and it belongs to no abbreviation."""
    return (end == len(plain) or plain[end].isspace()) and not _ABBREVIATION.search(plain[max(0, end - 8) : end])


def _in_number(plain: str, end: int) -> bool:
    return (
        end < len(plain) and plain[end].isdigit() and end > 1 and is_latin(plain[end - 2]) and plain[end - 2].isdigit()
    )
