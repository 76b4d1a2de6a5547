"""The parts of a score, their published weights, and the one result type of every ranking.

All sums are integers. A demand's part gives at most `ROW_ONE * VALUE_ONE`; the weights of the parts are integers that
sum to `WEIGHT_ONE`; so a score lies in [0, SCORE_ONE] and is the same on any machine, in any order of adding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.domain import Verdict
from matching.errors import Problem, RecordError

ROW_ONE = 2**15
VALUE_ONE = 2**15
WEIGHT_ONE = 2**10
SCORE_ONE = ROW_ONE * VALUE_ONE * WEIGHT_ONE

PARTS = ("skills", "certificates", "major", "education", "occupation", "text")
PART_NAMES = {
    "skills": ("技能", "skills"),
    "certificates": ("证书", "certificates"),
    "major": ("专业", "major"),
    "education": ("学历", "education"),
    "occupation": ("职业经历", "occupation"),
    "text": ("文字描述", "text"),
}
RERANKED = 1000
REMOVALS = {
    "intent": ("目前不求职（升学、入伍等）", "not seeking work (further study, enlistment, ...)"),
    "hard_conditions": ("不符合岗位的硬性条件", "a hard condition of the post is not met"),
}

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each forward part counts; only the proportions matter. The defaults are what the README publishes.

    They were chosen on the tune folds and the judged pairs only (docs/decisions/003-weights.md).
    """

    skills: float = 0.42
    certificates: float = 0.14
    major: float = 0.10
    education: float = 0.04
    occupation: float = 0.05
    text: float = 0.25

    def integers(self) -> Integers:
        """Scale to integers that sum to WEIGHT_ONE by largest remainders, in the order of PARTS."""
        shares = [float(getattr(self, part)) for part in PARTS]
        for part, share in zip(PARTS, shares, strict=True):
            if not 0.0 <= share < float("inf"):
                raise RecordError(
                    Problem("weight", "a weight is 0 or more", "权重应为不小于0的数", str(share), field=part)
                )
        total = sum(shares)
        if total <= 0.0:
            raise RecordError(Problem("weight", "at least one must be above 0", "至少一项应大于0", field="weights"))
        exact = [share / total * WEIGHT_ONE for share in shares]
        whole = [int(value) for value in exact]
        by_remainder = sorted(range(len(exact)), key=lambda place: (whole[place] - exact[place], place))
        for place in by_remainder[: WEIGHT_ONE - sum(whole)]:
            whole[place] += 1
        return np.array(whole, dtype=np.int64)

    @classmethod
    def from_mapping(cls, values: Mapping[str, float]) -> Weights:
        """Build from names and numbers; a name that is no part is an error, a part not named keeps its default."""
        known = {item.name for item in fields(cls)}
        for name in values:
            if name not in known:
                raise RecordError(
                    Problem(
                        "weight",
                        f"no such part; the parts are {', '.join(PARTS)}",
                        f"没有这一项；可用的项：{'、'.join(PARTS)}",
                        name,
                        field="weights",
                    )
                )
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Removal:
    """How many a hard condition (or the intent) takes out of a list on its own, and how people call it."""

    key: str
    label_zh: str
    label_en: str
    count: int

    def label(self, lang: str) -> str:
        """Give the name in zh or en."""
        return self.label_zh if lang == "zh" else self.label_en


def removals(counts: Mapping[str, int], labels: Mapping[str, tuple[str, str]]) -> tuple[Removal, ...]:
    """Name each count by its rule's label (zh, en), or by what else takes people out of a list."""
    named = {**labels, **REMOVALS}
    return tuple(Removal(key, *named[key], count) for key, count in counts.items())


@dataclass(frozen=True, slots=True)
class MatchList:
    """Ranked answers to one asker, best first: ids outside, arrays inside (n answers, in rank order).

    `scores` are integers of at most SCORE_ONE; `parts` (n x len(PARTS)) sum to them row by row; `verdicts` hold one
    verdict per hard condition, named in `rules` (each per answer); `confidence` is the share of what was asked that
    rests on stated evidence, 0..1. `removed` says how many each hard condition (and the intent) takes out on its own;
    `unscored` lists who refused ranking by machine and fulfils the hard conditions, for a person to judge. `backward`
    is set in reciprocal order.
    """

    asked: str
    direction: str
    ids: tuple[str, ...]
    scores: Integers
    parts: Integers
    verdicts: tuple[tuple[Verdict, ...], ...]
    confidence: NDArray[np.float64]
    rules: tuple[tuple[str, ...], ...] = ()
    removed: tuple[Removal, ...] = ()
    unscored: tuple[str, ...] = ()
    considered: int = 0
    order: str = "forward"
    backward: Integers | None = None
    weights: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        """Count the ranked answers."""
        return len(self.ids)

    def score(self, rank: int) -> float:
        """Give the score at a rank (0 = best) as a number in [0, 1] for display."""
        return float(self.scores[rank]) / SCORE_ONE

    def as_dict(self) -> dict[str, Any]:
        """Give the list as plain values for JSON: scores and parts as numbers in [0, 1]."""
        results = [
            {
                "rank": rank + 1,
                "id": identifier,
                "score": round(self.score(rank), 6),
                "parts": {part: round(int(points) / SCORE_ONE, 6) for part, points in zip(PARTS, row, strict=True)},
                "verdicts": dict(zip(self.rules[rank], (v.value for v in self.verdicts[rank]), strict=True)),
                "confidence": round(float(self.confidence[rank]), 3),
                **({} if self.backward is None else {"backward": round(int(self.backward[rank]) / SCORE_ONE, 6)}),
            }
            for rank, (identifier, row) in enumerate(zip(self.ids, self.parts, strict=True))
        ]
        return {
            "asked": self.asked,
            "direction": self.direction,
            "order": self.order,
            "results": results,
            "removed": [asdict(removal) for removal in self.removed],
            "unscored": list(self.unscored),
            "considered": self.considered,
            "weights": {name: dict(values) for name, values in self.weights.items()},
            "versions": dict(self.versions),
        }
