"""What a record's own words say: its terms and concepts, without protected wording and without what it denies."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from matching.domain import Demand, Kind, Profile
from matching.text import negated_spans
from matching.vectorize import terms as texts
from matching.vectorize.features import is_attribute
from matching.vectorize.lexicon import shipped_lexicon

if TYPE_CHECKING:
    from matching.vocabulary import Vocabulary

REMEMBERED = 20_000
_GAP = re.compile(r"((?:[\n。、，；]|(?<!\d)[,;]|[,;](?!\d)|\.(?![^\s,;。]))(?:[\s,;.。、，；])*)")
"""What stands between clauses: breaks and marks, but no point or comma inside a number or a name."""


class Wording:
    """Reads texts, titles and labels with one vocabulary; each text is read once and then remembered."""

    said: Callable[[str], str]
    skills: Callable[[str], tuple[str, ...]]
    of_label: Callable[[str], tuple[str, ...]]

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._protected = texts.protected_pattern()
        self._lexicon = shipped_lexicon()
        self.said = lru_cache(maxsize=REMEMBERED)(self._said)
        self.skills = lru_cache(maxsize=REMEMBERED)(self._skills)
        self.of_label = lru_cache(maxsize=REMEMBERED)(self._of_label)

    def of_profile(self, profile: Profile) -> dict[str, float]:
        """Count the terms of a profile's free text."""
        clean = self.said(profile.text)
        return _added((1.0, texts.terms(clean)), (1.0, self._meant(clean)))

    def of_demand(self, demand: Demand) -> dict[str, float]:
        """Count the terms of title (weighted), free text and the labels of what is asked."""
        title, body = texts.mask_protected(demand.title, self._protected), self.said(demand.text)
        labels = "\n".join(r.label for r in demand.requirements)
        return _added(
            (texts.TITLE_WEIGHT, texts.terms(title)),
            (texts.TITLE_WEIGHT, self._meant(title)),
            (1.0, texts.terms(body)),
            (1.0, self._meant(body)),
            (1.0, texts.terms(labels)),
            (1.0, self._lexicon.meanings(texts.normalise(labels))),
        )

    def own(self, record: Demand | Profile) -> str:
        """Give the words that count, line by line: title, text and labels of a demand, a profile's text.

        In normal form, without protected words and without what a text denies.
        """
        if isinstance(record, Profile):
            return self.said(record.text)
        labels = "\n".join(requirement.label for requirement in record.requirements)
        title, asked = (texts.mask_protected(one, self._protected) for one in (record.title, labels))
        return "\n".join((title, self.said(record.text), asked))

    def whole(self, record: Demand | Profile) -> str:
        """Give all of a record's own words in one line for an encoder: title, text and labels, or a profile's text.

        A protected clause leaves nothing behind: clauses without terms are left out with the mark after them, and the
        first of several marks stands for all.
        """
        pieces = [*_GAP.split(self.own(record)), ""]
        clauses = zip(pieces[::2], (gap[:1].strip() for gap in pieces[1::2]), strict=True)
        return " ".join(clause.strip() + mark for clause, mark in clauses if texts.terms(clause)).rstrip(",.;。、，；")

    def skills_named(self, demand: Demand) -> tuple[str, ...]:
        """Give the skills that title and free text of a demand name and do not deny."""
        return self.skills(f"{texts.mask_protected(demand.title, self._protected)}\n{self.said(demand.text)}")

    def _said(self, text: str) -> str:
        """Give the normal form of a text without protected words and without what it denies (没学过氩弧焊)."""
        clean = texts.mask_protected(text, self._protected)
        for start, end in negated_spans(clean):
            clean = clean[:start] + texts.BREAK * (end - start) + clean[end:]
        return clean

    def _skills(self, clean: str) -> tuple[str, ...]:
        mentions = self._vocabulary.recognise(clean, (Kind.SKILL,))
        found = (concept for mention in mentions for concept in mention.concepts)
        return tuple(concept for concept in found if not is_attribute(concept, self._vocabulary))

    def _of_label(self, label: str) -> tuple[str, ...]:
        clean = texts.mask_protected(label, self._protected)
        return tuple({**texts.terms(clean), **self._meant(clean)})

    def _meant(self, clean: str) -> dict[str, float]:
        """Count the concepts of the vocabulary and the meanings of the work lexicon."""
        concepts = Counter(f"{texts.CONCEPT}{concept}" for concept in self.skills(clean))
        return {**concepts, **self._lexicon.meanings(clean)}


def _added(*counts: tuple[float, Mapping[str, float]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for weight, terms in counts:
        for term, count in terms.items():
            total[term] = total.get(term, 0.0) + weight * count
    return total
