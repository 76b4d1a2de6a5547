"""The second implementation of Index: every sum written out with Python integers, no arrays, nothing shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.domain import Profile
from matching.index import Hits
from matching.rules import Facts, Filter
from matching.score import PARTS, Integers
from matching.vectorize import Query, Vector
from matching.vocabulary import Vocabulary


@dataclass(frozen=True)
class PlainIndex:
    """Profiles with their vectors, asked one by one."""

    profiles: Sequence[Profile]
    vectors: Sequence[Vector]
    bases: Mapping[str, Mapping[int, int]]
    vocabulary: Vocabulary

    def search(self, query: Query, weights: Integers, conditions: Filter, k: int) -> Hits:
        """Judge and score each profile alone, then sort."""
        ranked: list[tuple[int, str, list[int], float, list[int]]] = []
        removed = {"intent": 0, **{rule.key: 0 for rule in conditions.rules if rule.removes}}
        unscored = []
        for profile, vector in zip(self.profiles, self.vectors, strict=True):
            facts = Facts.build([profile], self.vocabulary)
            verdicts = [int(rule.evaluate(facts, conditions.day)[0]) for rule in conditions.rules]
            fails = [
                rule.removes and verdict < (2 if rule.exclude_unknown else 1)
                for verdict, rule in zip(verdicts, conditions.rules, strict=True)
            ]
            if not profile.intent.seeking:
                removed["intent"] += 1
                continue
            for rule, failed in zip(conditions.rules, fails, strict=True):
                if rule.removes:
                    removed[rule.key] += failed
            if any(fails):
                continue
            if profile.automated_decision.value == "refuse":
                unscored.append(profile.id)
                continue
            parts, stated, asked = [0] * len(PARTS), 0.0, 0.0
            for number, group in enumerate(query.groups):
                total, bare = self._group(query, number, vector)
                parts[query.part_of_group[number]] += int(weights[query.part_of_group[number]]) * total
                if group.part in ("skills", "certificates"):
                    asked += group.weight
                    stated += group.weight * (total != bare)
            ranked.append((-sum(parts), profile.id, parts, stated / asked if asked else 0.0, verdicts))
        best = sorted(ranked)[:k]
        return Hits(
            ids=tuple(identifier for _, identifier, *_ in best),
            scores=np.array([-score for score, *_ in best], dtype=np.int64),
            parts=np.array([parts for _, _, parts, _, _ in best], dtype=np.int64).reshape(len(best), len(PARTS)),
            confidence=np.array([share for *_, share, _ in best], dtype=np.float64),
            verdicts=[np.array(verdicts, dtype=np.int8) for *_, verdicts in best],
            removed=removed,
            unscored=tuple(sorted(unscored)),
            considered=len(self.profiles),
        )

    def _group(self, query: Query, number: int, vector: Vector) -> tuple[int, int]:
        """Give the group's value with the profile's own entries, and from its base alone."""
        base = self.bases[vector.base]
        values = dict(base)
        for feature, value, day in zip(vector.features, vector.values, vector.days, strict=True):
            if day == 0 or day <= query.day:
                values[int(feature)] = values.get(int(feature), 0) + int(value)
        totals, bare = [0], [0]
        for row in range(len(query.group_of_row)):
            if query.group_of_row[row] == number:
                span = range(int(query.starts[row]), int(query.starts[row + 1]))
                totals.append(sum(int(query.weights[i]) * values.get(int(query.features[i]), 0) for i in span))
                bare.append(sum(int(query.weights[i]) * base.get(int(query.features[i]), 0) for i in span))
        return max(totals), max(bare)
