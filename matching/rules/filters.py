"""All hard conditions of one demand as one filter: who may be ranked, who is listed unscored, what each removed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matching.domain import Demand
from matching.rules.conditions import MET, UNKNOWN, Rule, Verdicts, musts_of
from matching.rules.facts import Facts
from matching.rules.law import LegalRule, shipped_rules
from matching.rules.limits import limits_of

if TYPE_CHECKING:
    from matching.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a filter says of each row: allowed to be ranked, listed unscored, and the verdicts (rules x rows)."""

    ranked: NDArray[np.bool_]
    unscored: NDArray[np.bool_]
    verdicts: Verdicts
    removed: dict[str, int]


@dataclass(frozen=True, slots=True)
class Filter:
    """All hard conditions of one demand, with the day on which they are judged."""

    rules: tuple[Rule, ...]
    day: int

    def apply(self, facts: Facts, live: NDArray[np.bool_] | None = None) -> Outcome:
        """Judge every row; `removed` counts, per rule and for the intent, the live rows that it alone would remove."""
        present = np.ones(facts.size, dtype=bool) if live is None else live
        candidates = present & facts.seeking
        verdicts = np.full((len(self.rules), facts.size), MET, dtype=np.int8)
        removed = {"intent": int(np.count_nonzero(present & ~facts.seeking))}
        allowed = candidates
        for number, rule in enumerate(self.rules):
            verdicts[number] = rule.evaluate(facts, self.day)
            fails = verdicts[number] < (MET if rule.exclude_unknown else UNKNOWN)
            if rule.removes:
                removed[rule.key] = int(np.count_nonzero(candidates & fails))
                allowed = allowed & ~fails
        return Outcome(allowed & ~facts.refused, allowed & facts.refused, verdicts, removed)


def filter_of(demand: Demand, vocabulary: Vocabulary, day: int, law: Iterable[LegalRule] | None = None) -> Filter:
    """Compile the musts of a linked demand and the legal limits of its kind.

    law : the legal rules in force; None = the shipped ones.
    """
    limits = limits_of(demand, vocabulary, shipped_rules() if law is None else law)
    return Filter((*musts_of(demand, vocabulary), *limits), day)
