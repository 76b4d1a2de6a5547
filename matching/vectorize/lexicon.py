"""The bilingual work lexicon: which meanings and fields of work a text names, so that 检修, 维修 and repair meet.

data/lexicon.csv holds one meaning a row: words of both languages that another writer would exchange for each other, and
the field of work (`topic`) that they belong to. A text's meanings are terms like its words.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from matching.errors import Problem, VocabularyError
from matching.vectorize.terms import MEANING, STOP_WORDS, TOPIC, normalise, stem
from matching.vocabulary.load import data_folder
from matching.vocabulary.protected import HAN_RANGE

ANY_FIELD = "general"
FILE = "lexicon.csv"
COLUMNS = ("topic", "zh", "en", "verified")
_HAN = re.compile(f"[{HAN_RANGE}]")
_WORD = re.compile(rf"[^\W_{HAN_RANGE}]+[+#]*")

_BREAK = re.compile(r"[^ \-'&]")
"""What no phrase crosses: anything but a space, a hyphen and the like."""


class Named(NamedTuple):
    """Words of a text, [start, end) in its normal form, and the rows of the lexicon that they may mean."""

    start: int
    end: int
    rows: tuple[int, ...]


class Lexicon:
    """Finds meanings in text: the longest words, Chinese anywhere, others at their borders and without endings.

    Raises VocabularyError that names file, row and rule where the table can't be used.
    """

    def __init__(self, path: Path) -> None:
        self.topics: list[str] = []
        self.words: list[tuple[str, str]] = []
        han: dict[str, dict[int, None]] = {}
        self._phrases: dict[tuple[str, ...], dict[int, None]] = {}
        for row, (topic, zh, en) in enumerate(_rows(path)):
            self.topics.append(topic)
            self.words.append((zh[0] if zh else en[0], en[0] if en else zh[0]))
            for word in (*zh, *en):
                clean = normalise(word)
                if _HAN.search(clean):
                    han.setdefault(clean, {})[row] = None
                elif stems := tuple(stem(part) for part in _WORD.findall(clean) if part not in STOP_WORDS):
                    self._phrases.setdefault(stems, {})[row] = None
        self._han = [tuple(rows) for rows in han.values()]
        self._automaton = AhoCorasick(list(han))
        self._lengths: dict[str, tuple[int, ...]] = {}
        for stems in self._phrases:
            known = {len(stems), *self._lengths.get(stems[0], ())}
            self._lengths[stems[0]] = tuple(sorted(known, reverse=True))

    def meanings(self, clean: str) -> dict[str, float]:
        """Count the meanings and fields of work of a text in normal form; a word of n meanings counts 1/n for each."""
        found: defaultdict[str, float] = defaultdict(float)
        for named in self.named(clean):
            for row in named.rows:
                found[f"{MEANING}{row}"] += 1.0 / len(named.rows)
                if self.topics[row] != ANY_FIELD:
                    found[f"{TOPIC}{self.topics[row]}"] += 1.0 / len(named.rows)
        return dict(found)

    def named(self, clean: str) -> Iterator[Named]:
        """Find the words of a text in normal form that the lexicon has.

        Of the Chinese ones none lies inside another one, nor of the others.
        """
        matches = self._automaton.find_matches_as_indexes(clean, overlapping=True)
        furthest = 0
        for start, end, word in sorted((start, -end, word) for word, start, end in matches):
            if -end > furthest:
                furthest = -end
                yield Named(start, -end, self._han[word])
        words: list[tuple[int, int, str]] = []
        before = 0
        for match in _WORD.finditer(clean):
            if words and _BREAK.search(clean, before, match.start()):
                words.append((match.start(), match.start(), ""))
            before = match.end()
            if match.group() not in STOP_WORDS:
                words.append((match.start(), match.end(), stem(match.group())))
        after = 0
        for place, (start, _, first) in enumerate(words):
            for length in self._lengths.get(first, ()):
                phrase = tuple(word for _, _, word in words[place : place + length])
                if rows := self._phrases.get(phrase):
                    if place + len(phrase) > after:
                        after = place + len(phrase)
                        yield Named(start, words[after - 1][1], tuple(rows))
                    break


@lru_cache(maxsize=1)
def shipped_lexicon() -> Lexicon:
    """Give the shipped lexicon, read once."""
    return Lexicon(data_folder() / FILE)


def _rows(path: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """Read the rows of the table: topic, Chinese and English words."""
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        if tuple(next(reader, ())) != COLUMNS:
            english, chinese = f"the columns must be {', '.join(COLUMNS)}", f"列应为 {'、'.join(COLUMNS)}"
            raise VocabularyError(Problem("columns", english, chinese, file=path.name, row=1))
        for number, cells in enumerate(reader, start=2):
            zh, en = ([word for word in cell.split(";") if word] for cell in (*cells[1:3], "", "")[:2])
            if len(cells) != len(COLUMNS) or not cells[0] or not (zh or en):
                english, chinese = "a row needs a topic and at least one word", "每行须有领域和至少一个词"
                raise VocabularyError(Problem("empty", english, chinese, ",".join(cells), path.name, row=number))
            yield cells[0], zh, en
