"""Every implementation of Index gives the same list, bit for bit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matching import Demand, Profile, Vocabulary, Weights
from matching.index import Hits, Index, LocalIndex, ShardedIndex
from matching.rules import Facts, filter_of
from matching.vectorize import Vectorizer
from tests.conftest import TODAY
from tests.contracts.plain_index import PlainIndex
from tests.drawn import crowds, demands

Build = Callable[[list[Profile], Vectorizer], Index]


def local(crowd: list[Profile], vectorizer: Vectorizer) -> LocalIndex:
    """Arrange linked profiles as one block."""
    vectors = [vectorizer.vector(profile) for profile in crowd]
    bases = {vector.base: vectorizer.base(vector.base) for vector in vectors}
    facts = Facts.build(crowd, vectorizer.vocabulary_)
    return LocalIndex.build([profile.id for profile in crowd], vectors, bases, facts)


def sharded(crowd: list[Profile], vectorizer: Vectorizer) -> ShardedIndex:
    """Deal the profiles out to three blocks."""
    return ShardedIndex(tuple(local(crowd[start::3], vectorizer) for start in range(3)))


def merged(crowd: list[Profile], vectorizer: Vectorizer) -> LocalIndex:
    """Put two blocks together."""
    half = len(crowd) // 2
    blocks = [local(crowd[:half], vectorizer), local(crowd[half:], vectorizer)]
    return LocalIndex.merged(blocks, Facts.build(crowd, vectorizer.vocabulary_))


def plain(crowd: list[Profile], vectorizer: Vectorizer) -> PlainIndex:
    """Make the reference."""
    vectors = [vectorizer.vector(profile) for profile in crowd]
    bases = {
        vector.base: dict(zip(*(array.tolist() for array in vectorizer.base(vector.base)), strict=True))
        for vector in vectors
    }
    return PlainIndex(crowd, vectors, bases, vectorizer.vocabulary_)


def same(first: Hits, second: Hits) -> bool:
    return (
        first.ids == second.ids
        and first.scores.tolist() == second.scores.tolist()
        and first.parts.tolist() == second.parts.tolist()
        and first.confidence.tolist() == second.confidence.tolist()
        and [row.tolist() for row in first.verdicts] == [row.tolist() for row in second.verdicts]
        and first.removed == second.removed
        and first.unscored == second.unscored
        and first.considered == second.considered
    )


@pytest.mark.parametrize("build", [local, sharded, merged], ids=["local", "sharded", "merged"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(crowd=crowds(15), demand=demands(), k=st.integers(0, 20))
def test_the_list_equals_the_reference(
    build: Build, vocabulary: Vocabulary, crowd: list[Profile], demand: Demand, k: int
) -> None:
    vectorizer = Vectorizer(vocabulary, reference_on=TODAY).fit([demand, *crowd])
    linked = [vocabulary.link_profile(profile) for profile in crowd]
    weights = Weights().integers()
    asked = vocabulary.link_demand(demand)
    index, reference = build(linked, vectorizer), plain(linked, vectorizer)
    query, conditions = vectorizer.query(asked), filter_of(asked, vocabulary, vectorizer.day(asked))
    assert same(index.search(query, weights, conditions, k), reference.search(query, weights, conditions, k))
