"""Vectors arranged by feature give the sums of the vectors themselves on any day, and give their entries back."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matching.score import VALUE_ONE
from matching.vectorize import Postings, Vector

DAYS = (0, 739_900, 740_000)

Entry = tuple[int, int, int]


def vector(entries: list[Entry]) -> Vector:
    """Make a vector of (feature, day, value) entries."""
    table = np.array(sorted(entries), dtype=np.int64).reshape(len(entries), 3)
    return Vector(table[:, 0], table[:, 2], table[:, 1], "")


def drawn_entries() -> st.SearchStrategy[list[Entry]]:
    entry = st.tuples(st.integers(0, 5), st.sampled_from(DAYS), st.integers(-VALUE_ONE, VALUE_ONE))
    return st.lists(entry, max_size=6, unique_by=lambda one: one[:2])


@given(rows=st.lists(drawn_entries(), max_size=5), day=st.sampled_from((*DAYS, 740_001)), feature=st.integers(0, 7))
def test_a_feature_adds_what_the_vectors_hold_on_the_day(rows: list[list[Entry]], day: int, feature: int) -> None:
    postings = Postings.build([vector(entries) for entries in rows])
    total = np.full(len(rows), 7, dtype=np.int64)
    postings.add(total, feature, 3, day)
    expected = [7 + sum(3 * value for f, when, value in entries if f == feature and when <= day) for entries in rows]
    assert total.tolist() == expected


@given(rows=st.lists(drawn_entries(), max_size=5))
def test_entries_come_back_and_make_the_same_postings(rows: list[list[Entry]]) -> None:
    postings = Postings.build([vector(entries) for entries in rows])
    columns = postings.entries()
    back = zip(*(column.tolist() for column in columns), strict=True)
    assert sorted(back) == sorted((f, row, v, d) for row, entries in enumerate(rows) for f, d, v in entries)
    assert str(Postings.sort(*columns)) == str(postings)
