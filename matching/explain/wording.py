"""What a demand and a profile say in the same words, in words of one meaning, or alike as a whole: points of text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import fsum, sqrt

from matching.domain import Demand, Profile
from matching.score import VALUE_ONE
from matching.vectorize import TEXT, Query, Vector, Vectorizer, shipped_lexicon
from matching.vectorize import terms as texts
from matching.vectorize.dense import DENSE

TERMS_SHOWN, MEANINGS_SHOWN = 6, 4
FEW_MEANINGS = 2
"""Words of more meanings prove nothing to a reader."""
ALIKE = 0.4
"""The share of its possible points from which overall meaning is named; unrelated texts have about .32."""


def shared_wording(
    demand: Demand, profile: Profile, query: Query, vector: Vector, vectorizer: Vectorizer
) -> tuple[str, ...]:
    """Give what adds most to the text part: phrases that both sides have, then pairs of words that mean the same.

    A phrase is a run of neighbouring shared pairs of characters, or a word. A pair is written as each side has it, the
    demand's word first: `检修 ≈ repair`.
    """
    points: dict[str, int] = {}
    for feature, weight, value in _products(query, vector):
        term = vectorizer.feature_names_[feature].partition(":")[2]
        points[term] = points.get(term, 0) + weight * value
    phrases: dict[str, int] = {}
    wording, own = vectorizer.own_words(demand), vectorizer.own_words(profile)
    for phrase in _phrases_of(wording, points):
        pairs = [f"{texts.HAN}{first}{second}" for first, second in pairwise(phrase)]
        phrases[phrase] = sum(points.get(pair, 0) for pair in pairs) + points.get(texts.WORD + texts.stem(phrase), 0)
    return (*_best(phrases, TERMS_SHOWN), *_best(_same_meaning(wording, own, points), MEANINGS_SHOWN))


def alike(query: Query, vector: Vector, vectorizer: Vectorizer) -> bool:
    """Tell whether an encoder finds both texts similar as a whole: its features earn ALIKE of what they can."""
    start = f"text:{DENSE}"
    products = [
        (weight, value)
        for feature, weight, value in _products(query, vector)
        if vectorizer.feature_names_[feature].startswith(start)
    ]
    most = sqrt(fsum(weight * weight for weight, _ in products)) * VALUE_ONE
    return bool(products) and sum(weight * value for weight, value in products) >= ALIKE * most


def _products(query: Query, vector: Vector) -> Iterable[tuple[int, int, int]]:
    """Give feature, weight and value (as held now, 0 where there is none) of the text part."""
    held = dict(zip(vector.features[vector.days == 0].tolist(), vector.values[vector.days == 0].tolist(), strict=True))
    for row, group in enumerate(query.group_of_row.tolist()):
        if query.groups[group].sources[0] == TEXT:
            span = slice(int(query.starts[row]), int(query.starts[row + 1]))
            for feature, weight in zip(query.features[span].tolist(), query.weights[span].tolist(), strict=True):
                yield feature, weight, held.get(feature, 0)


def _best(points: Mapping[str, int], most: int) -> list[str]:
    return [phrase for phrase, _ in sorted(points.items(), key=lambda item: (-item[1], item[0]))[:most]]


def _same_meaning(wording: str, own: str, points: Mapping[str, int]) -> dict[str, int]:
    """Give the pairs of different words, the demand's and the profile's, whose meaning adds points."""
    sides: list[dict[int, str]] = []
    for clean in (wording, own):
        words: dict[int, str] = {}
        for named in shipped_lexicon().named(clean):
            for row in named.rows if len(named.rows) <= FEW_MEANINGS else ():
                words.setdefault(row, clean[named.start : named.end])
        sides.append(words)
    found: dict[str, int] = {}
    for row in sides[0].keys() & sides[1].keys():
        asked, said = sides[0][row], sides[1][row]
        gained = points.get(f"{texts.MEANING}{row}", 0)
        if gained and texts.stem(asked) != texts.stem(said):
            pair = f"{asked} ≈ {said}"
            found[pair] = max(found.get(pair, 0), gained)
    return found


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
