"""Measures as values (`nDCG @ 10`, `MRR`, `MAP`), computed on a run against judgements and compared by bootstrap.

A judgement gives a document of a query a grade, a whole number: 0 not relevant, larger is better. A run gives each
query its documents in the order of the ranking, ties already broken.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.errors import Problem, RecordError

Judgements = Mapping[str, Mapping[str, int]]
"""Query -> document -> grade."""

Run = Mapping[str, Sequence[str]]
"""Query -> ids of the documents, best first, none twice."""

NAMES = ("nDCG", "MRR", "MAP")


@dataclass(frozen=True, slots=True)
class Measure:
    """Name a measure and, with `@`, how many of the first documents it looks at (None: all).

    - `nDCG`: sum of grade / log2(rank + 1) over the first documents, divided by the same sum for the ideal order
      (linear gain); for lists whose top matters and whose grades differ.
    - `MRR`: 1 / rank of the first document that has the query's best grade; for "where is the right one?".
    - `MAP`: mean, over the documents graded above 0, of the precision at their rank (0 where a document is missing);
      for "are all of them near the top?".

    Each value lies in [0, 1] and is 0 for a query without a grade above 0.
    """

    name: str
    cutoff: int | None = None

    def __matmul__(self, cutoff: int) -> Measure:
        """Limit the measure to the first `cutoff` documents: `nDCG @ 10`."""
        if cutoff < 1:
            raise RecordError(_wrong_measure(f"{self.name}@{cutoff}"))
        return Measure(self.name, cutoff)

    def __str__(self) -> str:
        return self.name if self.cutoff is None else f"{self.name}@{self.cutoff}"

    def value(self, ranked: Sequence[str], grades: Mapping[str, int]) -> float:
        """Compute the measure for one query from its ranked ids and the grades of its judged documents."""
        best = max(grades.values(), default=0)
        if best <= 0:
            return 0.0
        found = [(rank, grades[key]) for rank, key in enumerate(ranked[: self.cutoff], start=1) if key in grades]
        if self.name == "MRR":
            return next((1.0 / rank for rank, grade in found if grade == best), 0.0)
        if self.name == "MAP":
            relevant = [rank for rank, grade in found if grade > 0]
            wanted = sum(grade > 0 for grade in grades.values())
            return sum(count / rank for count, rank in enumerate(relevant, start=1)) / wanted
        ideal = sorted((grade for grade in grades.values() if grade > 0), reverse=True)[: self.cutoff]
        best_gain = sum(grade / math.log2(rank + 1) for rank, grade in enumerate(ideal, start=1))
        return sum(grade / math.log2(rank + 1) for rank, grade in found if grade > 0) / best_gain


nDCG = Measure("nDCG")  # noqa: N816 - the measure's own spelling
MRR = Measure("MRR")
MAP = Measure("MAP")


def parse(text: str) -> Measure:
    """Read a measure from its name, such as `nDCG@10` or `MAP`; RecordError names what can't be read."""
    name, at, cutoff = text.strip().partition("@")
    if name not in NAMES or (at and not (cutoff.isascii() and cutoff.isdigit() and int(cutoff) > 0)):
        raise RecordError(_wrong_measure(text))
    return Measure(name, int(cutoff) if at else None)


def _wrong_measure(text: str) -> Problem:
    known = ", ".join(NAMES)
    return Problem(
        "measure",
        f"is no measure; known are {known}, each with @ and a number from 1",
        f"不是可用的指标；可用：{known}，可加 @ 和不小于 1 的数",
        value=text,
    )


def fold(query: str) -> str:
    """Tell the fold of a query: `report` when the first hex digit of sha256("fold" + id) is 0-4, else `tune`.

    Weights are chosen on `tune`; `report` is only ever printed.
    """
    return "report" if hashlib.sha256(f"fold{query}".encode()).hexdigest()[0] in "01234" else "tune"


@dataclass(frozen=True, slots=True)
class Measured:
    """The values of measures on one run: `values[measure][query]`; every judged query is there."""

    values: Mapping[Measure, Mapping[str, float]]

    def means(self, queries: Iterable[str] | None = None) -> dict[Measure, float]:
        """Average each measure over the given queries (default: all); 0.0 where there is none."""
        chosen = None if queries is None else set(queries)
        means = {}
        for name, values in self.values.items():
            kept = [value for query, value in values.items() if chosen is None or query in chosen]
            means[name] = math.fsum(kept) / len(kept) if kept else 0.0
        return means


def measure(run: Run, judgements: Judgements, measures: Sequence[Measure]) -> Measured:
    """Measure a run: each measure's value for each judged query (0.0 where the run lacks it) and their means.

    Queries of the run without judgements are left out. A ranking that names a document twice is a RecordError, for it
    would count twice.
    """
    for query, ranked in run.items():
        if len(set(ranked)) < len(ranked):
            raise RecordError(
                Problem(
                    "ranked_twice", "ranks a document twice", "把同一条目排了两次", value=query, field=f"run.{query}"
                )
            )
    return Measured(
        {
            name: {query: name.value(run.get(query, ()), grades) for query, grades in judgements.items()}
            for name in measures
        }
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """How much better the first run is than the second: mean difference, its 95 % interval, two-sided p, queries."""

    difference: float
    low: float
    high: float
    p: float
    queries: int


def compare(
    run: Run, other: Run, judgements: Judgements, by: Measure, *, resamples: int = 10_000, seed: int = 0
) -> Comparison:
    """Compare two runs by a paired bootstrap over the queries: is the difference more than the choice of queries?

    Each resample draws as many queries as there are, with replacement, and averages value(run) - value(other). The
    interval holds the middle 95 % of these averages; p is twice the smaller share of them that lie at or beyond 0 on
    either side, at most 1, each share counted as (n + 1) / (resamples + 1). The same seed gives the same answer.
    """
    first, second = measure(run, judgements, [by]).values[by], measure(other, judgements, [by]).values[by]
    differences = np.array([first[query] - second[query] for query in judgements], dtype=np.float64)
    if not differences.size:
        return Comparison(0.0, 0.0, 0.0, 1.0, 0)
    generator = np.random.default_rng(seed)
    averages = np.empty(resamples, dtype=np.float64)
    for number in range(resamples):
        averages[number] = differences[generator.integers(differences.size, size=differences.size)].mean()
    below = (int((averages <= 0).sum()) + 1) / (resamples + 1)
    above = (int((averages >= 0).sum()) + 1) / (resamples + 1)
    low, high = np.quantile(averages, (0.025, 0.975))
    return Comparison(
        float(differences.mean()), float(low), float(high), min(1.0, 2 * min(below, above)), differences.size
    )
