"""Rank concepts for a search query: exact before prefix before substring before similar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from matching.vocabulary.forms import bigrams, dice, key

EXACT, PREFIX, SUBSTRING, SIMILAR = 1.0, 0.9, 0.8, 0.7
LEAST_SIMILAR = 0.3


def search_forms(query: str, tables: Iterable[Mapping[str, tuple[str, ...]]], limit: int) -> list[tuple[str, float]]:
    """List (concept id, score), best first, ties by id.

    The score is the best of a concept's forms: exact 1; prefix .8 to .9 and substring .7 to .8, more the greater the
    share of the form that was typed; else .7 times the likeness in character pairs, from .3 likeness on.
    """
    asked = key(query)
    if not asked:
        return []
    pairs = bigrams(asked)
    best: dict[str, float] = {}
    for table in tables:
        for form, concepts in table.items():
            score = _score(asked, pairs, form)
            if score:
                for concept in concepts:
                    if score > best.get(concept, 0.0):
                        best[concept] = score
    return sorted(best.items(), key=lambda found: (-found[1], found[0]))[:limit]


def _score(asked: str, pairs: frozenset[str], form: str) -> float:
    if form == asked:
        return EXACT
    share = len(asked) / len(form)
    if form.startswith(asked):
        return PREFIX - 0.1 + 0.1 * share
    if asked in form:
        return SUBSTRING - 0.1 + 0.1 * share
    if share < LEAST_SIMILAR / 2:
        return 0.0
    likeness = dice(pairs, bigrams(form))
    return SIMILAR * likeness if likeness >= LEAST_SIMILAR else 0.0
