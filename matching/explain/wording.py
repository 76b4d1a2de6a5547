"""What a demand and a profile say in the same words: the phrases that add most to the text part."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

from matching.domain import Demand
from matching.vectorize import TEXT, Query, Vector, Vectorizer
from matching.vectorize import terms as texts

TERMS_SHOWN = 6


def shared_wording(demand: Demand, query: Query, vector: Vector, vectorizer: Vectorizer) -> tuple[str, ...]:
    """Give the phrases of the demand that add most to the text part.

    Neighbouring shared pairs of characters, and words.
    """
    held = dict(zip(vector.features[vector.days == 0].tolist(), vector.values[vector.days == 0].tolist(), strict=True))
    points: dict[str, int] = {}
    for row, group in enumerate(query.group_of_row.tolist()):
        if query.groups[group].sources[0] == TEXT:
            span = slice(int(query.starts[row]), int(query.starts[row + 1]))
            for feature, weight in zip(query.features[span].tolist(), query.weights[span].tolist(), strict=True):
                term = vectorizer.feature_names_[feature].partition(":")[2]
                points[term] = points.get(term, 0) + weight * held.get(feature, 0)
    phrases: dict[str, int] = {}
    wording = texts.normalise("\n".join([demand.title, demand.text, *(r.label for r in demand.requirements)]))
    for phrase in _phrases_of(wording, points):
        pairs = [f"{texts.HAN}{first}{second}" for first, second in pairwise(phrase)]
        phrases[phrase] = sum(points.get(pair, 0) for pair in pairs) + points.get(texts.WORD + texts.stem(phrase), 0)
    best = sorted(phrases.items(), key=lambda item: (-item[1], item[0]))
    return tuple(phrase for phrase, _ in best[:TERMS_SHOWN])


def _phrases_of(wording: str, points: Mapping[str, int]) -> Iterable[str]:
    """Find the longest runs of characters whose neighbouring pairs all add points, and the words that do."""
    run = ""
    for first, second in zip(wording, wording[1:] + "\n", strict=True):
        if points.get(f"{texts.HAN}{first}{second}", 0) > 0:
            run = run or first
            run += second
        elif run:
            yield run
            run = ""
    for word in re.findall(r"[a-z0-9+#/.-]{2,}", wording):
        if points.get(texts.WORD + texts.stem(word), 0) > 0:
            yield word
