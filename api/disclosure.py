"""What of a student's own words an enterprise reads: only what the vocabulary knows, under the vocabulary's name.

A label such as 氩弧焊（张小明 138...） could carry a name or a number, and its spelling would tell one student in the
lists of two demands. So cards show names of concepts, evidence shows the known words in a phrase, and words that two
texts share are shown where the vocabulary knows them, since a demand's text could otherwise ask for a name or a street.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from matching import Kind, Vocabulary
from matching.explain import Explanation

LABELS = {"skills": Kind.SKILL, "certificates": Kind.CERTIFICATE}
MEANS = " ≈ "


@lru_cache(maxsize=1)
def shipped_vocabulary() -> Vocabulary:
    """Give the shipped vocabulary, read once in a process."""
    return Vocabulary.load()


def name_of(kind: Kind, label: str) -> str:
    """Give the name under which an enterprise sees a label; '' where the vocabulary knows none."""
    vocabulary = shipped_vocabulary()
    link = vocabulary.resolve(kind, label)
    names = dict.fromkeys(vocabulary.concepts[one].zh for one in link.concepts if one in vocabulary.concepts)
    if link.open or not names:
        return known_words(label)
    return next(iter(names)) if len(names) == 1 else known_words(label) or " / ".join(names)


def known_words(text: str) -> str:
    """Give the words of a phrase that the vocabulary knows, in their order; '' where there are none."""
    mentions = sorted(shipped_vocabulary().recognise(text), key=lambda one: (one.start, -one.end))
    words: list[str] = []
    furthest = 0
    for mention in mentions:
        if mention.start >= furthest:
            words.append(mention.surface)
            furthest = mention.end
    return " ".join(words)


def labels(record: Mapping[str, Any], field: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Give the known names of a record's skills or certificates with their claims, sorted, each name once."""
    named: dict[str, Mapping[str, Any]] = {}
    for claim in record.get(field) or ():
        name = name_of(LABELS[field], claim["label"])
        if name:
            named.setdefault(name, claim)
    return sorted(named.items(), key=lambda one: one[0])


def shared_words(told: Explanation) -> tuple[str, ...]:
    """Give the words that both texts share as far as the vocabulary knows them; pairs of one meaning are its own."""
    return tuple(word for word in told.wording if MEANS in word or known_words(word) == word)
