"""The integer forms of both sides: a profile's `Vector` of values and a demand's `Query` of weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.vectorize.features import Group

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
