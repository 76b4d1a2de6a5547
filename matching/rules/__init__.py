"""Hard requirements and legal limits: one meaning, computed as columns over many profiles or over a single one.

A must never trades against points. `Facts` holds what rules may look at as arrays; a `Rule` turns facts and the
demand's start date into one verdict per row; `Filter` is all rules of one demand, its musts and the legal limits that
`LegalRule` rows of data/rules lay down: rows with a verdict of NOT_MET leave the list, and each rule says how many it
removed.
"""

from matching.rules.conditions import (
    MET,
    NOT_MET,
    UNKNOWN,
    VERDICTS,
    Rule,
    Verdicts,
    alternatives,
    english_label,
    musts_of,
    requirement_label,
)
from matching.rules.facts import (
    ANY_TRADE,
    FOREVER,
    SOME_TRADE,
    Entries,
    Facts,
    day_number,
    is_sure,
)
from matching.rules.filters import Filter, Outcome, filter_of
from matching.rules.law import LegalRule, load_rules, shipped_rules
from matching.rules.limits import limits_of

__all__ = [
    "ANY_TRADE",
    "FOREVER",
    "MET",
    "NOT_MET",
    "SOME_TRADE",
    "UNKNOWN",
    "VERDICTS",
    "Entries",
    "Facts",
    "Filter",
    "LegalRule",
    "Outcome",
    "Rule",
    "Verdicts",
    "alternatives",
    "day_number",
    "english_label",
    "filter_of",
    "is_sure",
    "limits_of",
    "load_rules",
    "musts_of",
    "requirement_label",
    "shipped_rules",
]
