"""The integer forms of both sides: a profile's `Vector` of values and a demand's `Query` of weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matching.score import PARTS, ROW_ONE
from matching.vectorize.features import Group, Scoring

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Vector:
    """A profile's values: feature numbers, integers (VALUE_ONE = 1) and the day from which each is added (0 = now)."""

    features: Numbers
    values: Numbers
    days: Numbers
    base: str


@dataclass(frozen=True, slots=True)
class Query:
    """A demand as rows of integer weights (ROW_ONE = all that its part can ask), grouped into alternatives.

    Row r holds `features[starts[r]:starts[r+1]]` and `weights[...]`; `group_of_row` (ascending) says which group it is
    an alternative of, `part_of_group` is the group's position in PARTS; `groups` are what the numbers were made from.
    """

    starts: Numbers
    features: Numbers
    weights: Numbers
    group_of_row: Numbers
    part_of_group: Numbers
    day: int
    groups: tuple[Group, ...]

    @classmethod
    def of(cls, groups: Sequence[Group], day: int, scoring: Scoring, column: Callable[[str], int]) -> Self:
        """Make integers of groups: each weight divided by all that its part asks; `column` numbers the features."""
        asked = {part: sum(g.weight for g in groups if g.part == part) for part in PARTS}
        starts, features, weights, group_of_row = [0], [], [], []
        for number, group in enumerate(groups):
            shrinkage = scoring.shrinkage if group.part in ("skills", "certificates") else 0.0
            scale = 1.0 / (asked[group.part] + shrinkage) if asked[group.part] > 0.0 else 0.0
            for row in group.rows:
                for feature, weight in row.weights.items():
                    whole = integer(weight * scale, ROW_ONE)
                    if whole:
                        features.append(column(feature))
                        weights.append(whole)
                starts.append(len(features))
                group_of_row.append(number)
        return cls(
            starts=np.array(starts, dtype=np.int64),
            features=np.array(features, dtype=np.int64),
            weights=np.array(weights, dtype=np.int64),
            group_of_row=np.array(group_of_row, dtype=np.int64),
            part_of_group=np.array([PARTS.index(group.part) for group in groups], dtype=np.int64),
            day=day,
            groups=tuple(groups),
        )


def integer(value: float, one: int) -> int:
    """Round down to the fixed point, so that no sum of shares exceeds one."""
    return int(value * one + 1e-9)
