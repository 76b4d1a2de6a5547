"""Exact top-k over integer vectors: postings by feature, a live mask, a delta for changes, and shards that merge.

An `Index` answers one question: the k best profiles for a query among those that the filter lets through. `LocalIndex`
holds one block of profiles as arrays that can be memory-mapped; `ShardedIndex` asks several and merges. Scores are
integers, so that every arrangement gives the same list; ties go to the smaller id.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matching.rules import Facts, Filter, Outcome
from matching.score import PARTS, Integers
from matching.vectorize import Group, Postings, Query, Vector

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Hits:
    """The answer of one index.

    Ids and integer scores, best first, parts of each, verdicts, and what the filter removed.
    """

    ids: tuple[str, ...]
    scores: Integers
    parts: Integers
    confidence: NDArray[np.float64]
    verdicts: Sequence[NDArray[np.int8]]
    removed: Mapping[str, int]
    unscored: tuple[str, ...]
    considered: int


class Index(Protocol):
    """What the engine needs of an index; `tests/contracts` holds the tests that every implementation passes."""

    def search(self, query: Query, weights: Integers, conditions: Filter, k: int) -> Hits:
        """Give the k best profiles for the query."""


def best(scores: Integers, ids: Sequence[str] | NDArray[np.str_], k: int) -> NDArray[np.intp]:
    """Give the positions of the k best scores, best first, ties by id; exact also where many tie at the border.

    scores : int array of n; ids : n identifiers; k >= 0. Returns min(k, n) positions.
    """
    if k <= 0 or len(scores) == 0:
        return np.empty(0, dtype=np.intp)
    chosen = np.arange(len(scores))
    if k < len(scores):
        border = np.partition(scores, len(scores) - k)[len(scores) - k]
        chosen = np.flatnonzero(scores >= border)
    names = np.asarray(ids)[chosen]
    order = np.lexsort((names, -scores[chosen]))
    return chosen[order[:k]]


def sum_parts(part_of_group: Integers, weights: Integers, totals: Integers) -> Integers:
    """Add up groups (groups x n integer values) into weighted parts: n x len(PARTS), rows sum to the scores."""
    parts = np.zeros((totals.shape[1], len(PARTS)), dtype=np.int64)
    for part, total in zip(part_of_group.tolist(), totals, strict=True):
        parts[:, part] += weights[part] * total
    return parts


def evidence_weights(groups: Sequence[Group]) -> NDArray[np.float64]:
    """Give the weight of each group in the confidence: only skills and certificates need evidence."""
    return np.array([g.weight if g.part in ("skills", "certificates") else 0.0 for g in groups], dtype=np.float64)


def confidence(groups: Sequence[Group], stated: Mask) -> NDArray[np.float64]:
    """Say which share of the skills and certificates asked for rests on what the profile itself states, 0..1.

    stated : groups x n, whether the profile's own entries changed the group's value.
    """
    total, shares = 0.0, np.zeros(stated.shape[1], dtype=np.float64)
    for amount, row in zip(evidence_weights(groups).tolist(), stated, strict=True):
        total += amount
        shares += amount * row
    return shares / total if total else shares


@dataclass(frozen=True, slots=True)
class LocalIndex:
    """One block of profiles: postings of what each has over its base, the bases (one per major), ids and facts."""

    ids: NDArray[np.str_]
    postings: Postings
    bases: tuple[str, ...]
    base_values: tuple[Mapping[int, int], ...]
    base_of_row: NDArray[np.int32]
    facts: Facts
    live: Mask

    @classmethod
    def build(
        cls,
        ids: Sequence[str],
        vectors: Sequence[Vector],
        bases: Mapping[str, tuple[NDArray[np.int64], NDArray[np.int64]]],
        facts: Facts,
    ) -> LocalIndex:
        """Arrange vectors (as many as ids and rows of facts) as postings.

        `bases` holds the expected values per major.
        """
        numbers = {name: number for number, name in enumerate(sorted(bases))}
        values = tuple(dict(zip(*(array.tolist() for array in bases[name]), strict=True)) for name in numbers)
        base_of_row = np.array([numbers[vector.base] for vector in vectors], dtype=np.int32)
        live = np.ones(len(ids), dtype=bool)
        return cls(
            np.array(ids, dtype=np.str_), Postings.build(vectors), tuple(numbers), values, base_of_row, facts, live
        )

    @classmethod
    def merged(cls, blocks: Sequence[LocalIndex], facts: Facts) -> LocalIndex:
        """Put the live rows of several blocks into one; `facts` are those of these rows in this order."""
        values = {name: base for block in blocks for name, base in zip(block.bases, block.base_values, strict=True)}
        numbers = {name: number for number, name in enumerate(sorted(values))}
        columns: list[list[Integers]] = [[], [], [], []]
        base_of_row, offset = [np.empty(0, dtype=np.int32)], 0
        for block in blocks:
            place = np.cumsum(block.live) - 1 + offset
            entries = block.postings.entries()
            kept = block.live[entries[1]]
            for column, entry in zip(columns, (entries[0], place[entries[1]], *entries[2:]), strict=True):
                column.append(entry[kept])
            renumbered = np.array([numbers[name] for name in block.bases], dtype=np.int32)
            base_of_row.append(renumbered[block.base_of_row[block.live]])
            offset += int(np.count_nonzero(block.live))
        return cls(
            ids=np.concatenate([block.ids[block.live] for block in blocks]),
            postings=Postings.sort(*(np.concatenate(column) for column in columns)),
            bases=tuple(numbers),
            base_values=tuple(values[name] for name in numbers),
            base_of_row=np.concatenate(base_of_row),
            facts=facts,
            live=np.ones(offset, dtype=bool),
        )

    def search(self, query: Query, weights: Integers, conditions: Filter, k: int) -> Hits:
        """Give the k best live rows that pass the conditions.

        weights : the integer weight of each part; their scores are summed over groups, alternatives by maximum.
        """
        outcome = conditions.apply(self.facts, self.live)
        totals, expected = self.group_totals(query)
        scores = np.zeros(len(self.ids), dtype=np.int64)
        for part, total in zip(query.part_of_group.tolist(), totals, strict=True):
            scores += weights[part] * total
        rows = np.flatnonzero(outcome.ranked)
        chosen = rows[best(scores[rows], self.ids[rows], k)]
        shown = np.array([total[chosen] for total in totals], dtype=np.int64).reshape(len(totals), len(chosen))
        bare = np.array([group[chosen] for group in expected], dtype=np.int64).reshape(len(totals), len(chosen))
        return Hits(
            ids=tuple(self.ids[chosen].tolist()),
            scores=scores[chosen],
            parts=sum_parts(query.part_of_group, weights, shown),
            confidence=confidence(query.groups, shown != bare),
            verdicts=list(outcome.verdicts[:, chosen].T),
            removed=outcome.removed,
            unscored=tuple(sorted(self.ids[outcome.unscored].tolist())),
            considered=int(np.count_nonzero(self.live)),
        )

    def group_totals(self, query: Query) -> tuple[list[Integers], list[Integers]]:
        """Give each group's integer value in every row, and what of it the row's base alone would give.

        A group's value is the largest of its alternatives' own sums.
        """
        nothing = np.zeros(len(self.ids), dtype=np.int64)
        totals, expected = [nothing] * len(query.part_of_group), [nothing] * len(query.part_of_group)
        expectable = set[int]().union(*self.base_values)
        for row, group in enumerate(query.group_of_row.tolist()):
            total, bare = self._row_total(query, row, expectable)
            totals[group] = np.maximum(totals[group], total)
            expected[group] = np.maximum(expected[group], bare)
        return totals, expected

    def _row_total(self, query: Query, row: int, expectable: Container[int]) -> tuple[Integers, Integers]:
        span = slice(int(query.starts[row]), int(query.starts[row + 1]))
        asked = list(zip(query.features[span].tolist(), query.weights[span].tolist(), strict=True))
        expected = [(feature, weight) for feature, weight in asked if feature in expectable]
        by_base = [sum(weight * base.get(feature, 0) for feature, weight in expected) for base in self.base_values]
        bare = np.array(by_base, dtype=np.int64)[self.base_of_row]
        total = bare.copy()
        for feature, weight in asked:
            self.postings.add(total, feature, weight, query.day)
        return total, bare


@dataclass(frozen=True, slots=True)
class ShardedIndex:
    """Several indexes over disjoint profiles that answer as one.

    Each gives its exact best k, the merge keeps the best k.
    """

    shards: tuple[Index, ...]

    def search(self, query: Query, weights: Integers, conditions: Filter, k: int) -> Hits:
        """Ask every shard and merge."""
        answers = [shard.search(query, weights, conditions, k) for shard in self.shards]
        return merge(answers, k)


def merge(answers: Sequence[Hits], k: int) -> Hits:
    """Merge the answers of disjoint indexes: counts add up, the k best scores stay, ties by id."""
    ids = np.array([identifier for answer in answers for identifier in answer.ids], dtype=np.str_)
    scores = np.concatenate([answer.scores for answer in answers])
    order = best(scores, ids, k)
    verdicts = [row for answer in answers for row in answer.verdicts]
    removed: dict[str, int] = {}
    for answer in answers:
        for key, count in answer.removed.items():
            removed[key] = removed.get(key, 0) + count
    return Hits(
        ids=tuple(ids[order].tolist()),
        scores=scores[order],
        parts=np.concatenate([answer.parts for answer in answers])[order],
        confidence=np.concatenate([answer.confidence for answer in answers])[order],
        verdicts=[verdicts[position] for position in order.tolist()],
        removed=removed,
        unscored=tuple(sorted(identifier for answer in answers for identifier in answer.unscored)),
        considered=sum(answer.considered for answer in answers),
    )


@dataclass(frozen=True, slots=True)
class DemandIndex:
    """All demands as one stack of rows, so that a profile can ask which of them it fits; the same sums as `LocalIndex`.

    `demand_of_group` and `day_of_row` say where a group belongs and from which day on a change of value counts for a
    row.
    """

    ids: NDArray[np.str_]
    postings: Postings
    day_of_row: NDArray[np.int64]
    group_of_row: Integers
    part_of_group: Integers
    demand_of_group: Integers
    groups: tuple[Group, ...]
    filters: Mapping[str, Filter]

    @classmethod
    def build(cls, ids: Sequence[str], queries: Sequence[Query], filters: Sequence[Filter]) -> DemandIndex:
        """Stack queries (as many as ids and filters)."""
        rows: list[Vector] = []
        group_of_row: list[int] = []
        groups: list[Group] = []
        for query in queries:
            group_of_row.extend((query.group_of_row + len(groups)).tolist())
            groups.extend(query.groups)
            for start, stop in zip(query.starts[:-1].tolist(), query.starts[1:].tolist(), strict=True):
                none = np.zeros(stop - start, dtype=np.int64)
                rows.append(Vector(query.features[start:stop], query.weights[start:stop], none, ""))
        counts = [len(query.part_of_group) for query in queries]
        return cls(
            ids=np.array(ids, dtype=np.str_),
            postings=Postings.build(rows),
            day_of_row=np.repeat([query.day for query in queries], [len(query.group_of_row) for query in queries]),
            group_of_row=np.array(group_of_row, dtype=np.int64),
            part_of_group=np.concatenate([np.empty(0, dtype=np.int64), *(query.part_of_group for query in queries)]),
            demand_of_group=np.repeat(np.arange(len(queries)), counts),
            groups=tuple(groups),
            filters=dict(zip(ids, filters, strict=True)),
        )

    def search(self, vector: Vector, base: Mapping[int, int], facts: Facts, weights: Integers, k: int) -> Hits:
        """Give the k demands that one profile (its vector, base and one row of facts) fits best.

        `removed` counts the demands that the intent or a hard condition takes out. Whoever refuses ranking by machine
        gets the fitting demands unscored, by id.
        """
        bare, total = self._row_totals(vector, base)
        size = len(self.part_of_group)
        totals, expected = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        np.maximum.at(totals, self.group_of_row, total)
        np.maximum.at(expected, self.group_of_row, bare)
        scores = np.zeros(len(self.ids), dtype=np.int64)
        np.add.at(scores, self.demand_of_group, weights[self.part_of_group] * totals)
        outcomes = self._judge(facts)
        seeking, refused = bool(facts.seeking[0]), bool(facts.refused[0])
        fits = np.array([bool(outcome.ranked[0] or outcome.unscored[0]) for outcome in outcomes], dtype=bool)
        failing = ~fits & seeking
        rows = np.flatnonzero(fits & (not refused))
        chosen = rows[best(scores[rows], self.ids[rows], k)]
        parts = np.zeros((len(self.ids), len(PARTS)), dtype=np.int64)
        np.add.at(parts, (self.demand_of_group, self.part_of_group), weights[self.part_of_group] * totals)
        amounts = evidence_weights(self.groups)
        asked, stated = (
            np.bincount(self.demand_of_group, amounts * counted, minlength=len(self.ids))
            for counted in (np.ones(size, dtype=bool), totals != expected)
        )
        shares = np.divide(stated, asked, out=np.zeros(len(self.ids)), where=asked > 0)
        return Hits(
            ids=tuple(self.ids[chosen].tolist()),
            scores=scores[chosen],
            parts=parts[chosen],
            confidence=shares[chosen],
            verdicts=[outcomes[demand].verdicts[:, 0] for demand in chosen.tolist()],
            removed={"intent": 0 if seeking else len(self.ids), "hard_conditions": int(np.count_nonzero(failing))},
            unscored=tuple(sorted(self.ids[fits].tolist())) if refused else (),
            considered=len(self.ids),
        )

    def _judge(self, facts: Facts) -> list[Outcome]:
        """Judge the profile by every demand's conditions; demands with the very same rules and day share one answer."""
        judged: dict[tuple[object, ...], Outcome] = {}
        outcomes = []
        for conditions in self.filters.values():
            key = (conditions.day, *(id(rule) for rule in conditions.rules))
            if key not in judged:
                judged[key] = conditions.apply(facts)
            outcomes.append(judged[key])
        return outcomes

    def _row_totals(self, vector: Vector, base: Mapping[int, int]) -> tuple[Integers, Integers]:
        """Give each row's value from the base alone, and from base and own entries on the row's day."""
        bare = np.zeros(len(self.day_of_row), dtype=np.int64)
        for feature, value in base.items():
            self.postings.add(bare, feature, value, 0)
        total = bare.copy()
        entries = zip(vector.features.tolist(), vector.values.tolist(), vector.days.tolist(), strict=True)
        for feature, value, day in entries:
            if day == 0:
                self.postings.add(total, feature, value, 0)
            else:
                rows, amounts = self.postings.held(feature)
                later = self.day_of_row[rows] >= day
                total[rows[later]] += value * amounts[later].astype(np.int64)
        return bare, total
