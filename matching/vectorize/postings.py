"""Vectors turned round: for each feature the rows that have it, as compact arrays that can be memory-mapped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.vectorize.vectors import Numbers, Vector


@dataclass(frozen=True, slots=True)
class Postings:
    """For each feature the rows that have it now, `rows[starts[f]:starts[f+1]]` with `values`, and its changes.

    A change of feature f, between `change_starts[f]` and `change_starts[f+1]`, is added from its day on; they stand in
    the order of `change_days` (0 = always; a value below 0 is a change, too).
    """

    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    values: NDArray[np.uint16]
    change_starts: NDArray[np.int64]
    change_rows: NDArray[np.int32]
    change_values: NDArray[np.int32]
    change_days: NDArray[np.int32]

    @classmethod
    def build(cls, vectors: Sequence[Vector]) -> Postings:
        """Sort the entries of vectors (row = position) by feature, day and row."""
        row = np.repeat(np.arange(len(vectors)), [len(vector.features) for vector in vectors])
        feature, value, day = (
            np.concatenate([np.empty(0, dtype=np.int64), *(getattr(vector, name) for vector in vectors)])
            for name in ("features", "values", "days")
        )
        return cls.sort(feature, row, value, day)

    @classmethod
    def sort(cls, feature: Numbers, row: Numbers, value: Numbers, day: Numbers) -> Postings:
        """Arrange entries given as four columns in any order."""
        order = np.lexsort((row, day, feature))
        borders = np.arange(int(feature.max()) + 2 if len(feature) else 1)
        now = (day[order] == 0) & (value[order] >= 0)
        held, changes = order[now], order[~now]
        return cls(
            starts=np.searchsorted(feature[held], borders),
            rows=row[held].astype(np.int32),
            values=value[held].astype(np.uint16),
            change_starts=np.searchsorted(feature[changes], borders),
            change_rows=row[changes].astype(np.int32),
            change_values=value[changes].astype(np.int32),
            change_days=day[changes].astype(np.int32),
        )

    def entries(self) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """Give all entries as four columns: feature, row, value, day."""
        features = np.arange(len(self.starts) - 1)
        feature = [np.repeat(features, np.diff(starts)) for starts in (self.starts, self.change_starts)]
        day = np.concatenate((np.zeros(len(self.rows), dtype=np.int64), self.change_days))
        rows, values = (self.rows, self.change_rows), (self.values, self.change_values)
        row, value = (np.concatenate(both, dtype=np.int64) for both in (rows, values))
        return np.concatenate(feature), row, value, day.astype(np.int64)

    def held(self, feature: int) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
        """Give the rows that have a feature now, and their values."""
        if feature + 1 >= len(self.starts):
            return self.rows[:0], self.values[:0]
        span = slice(int(self.starts[feature]), int(self.starts[feature + 1]))
        return self.rows[span], self.values[span]

    def add(self, total: Numbers, feature: int, weight: int, day: int) -> None:
        """Add weight x value to the total of every row that has the feature on the day."""
        rows, values = self.held(feature)
        np.add.at(total, rows, np.multiply(values, weight, dtype=np.int64))
        if feature + 1 < len(self.starts) and self.change_starts[feature] < self.change_starts[feature + 1]:
            span = slice(int(self.change_starts[feature]), int(self.change_starts[feature + 1]))
            due = self.change_days[span] <= day
            np.add.at(total, self.change_rows[span][due], weight * self.change_values[span][due].astype(np.int64))
