"""The legal limits on who may be matched with a demand: pair rules of the data turned into rules of a filter."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np

from matching.domain import Demand, Kind
from matching.errors import Problem, VocabularyError
from matching.rules.conditions import MET, NOT_MET, UNKNOWN, Rule, Verdicts
from matching.rules.facts import UNRECORDED, Facts, is_sure
from matching.rules.law import LegalRule

if TYPE_CHECKING:
    from matching.vocabulary import Vocabulary

DAYS_A_YEAR = 365.25
BACHELOR = 3
NIGHT_WORDS = ("夜", "两班", "三班", "倒班", "轮班", "night", "rotating", "shift work")

Judge = Callable[[Facts, int], Verdicts]
JudgeMaker = Callable[[LegalRule], Judge]


def limits_of(demand: Demand, vocabulary: Vocabulary, law: Iterable[LegalRule]) -> list[Rule]:
    """Give the rules of law that bind pairs with this demand.

    A rule of severity `refuse` removes whoever surely breaks it; `review` and `note` leave such a profile in the list
    with the verdict *unknown*, for a person to verify. The same rule is the same object in every demand that it binds
    alike.
    """
    rules = []
    for legal in law:
        if legal.side != "pair" or demand.kind not in legal.applies_to:
            continue
        if legal.check == "near_major":
            rule = _near_major(legal, demand, vocabulary)
        elif legal.check == "age_at_night":
            rule = _plain(legal) if works_at_night(demand) else None
        else:
            rule = _plain(legal)
        if rule is not None:
            rules.append(rule)
    return rules


def works_at_night(demand: Demand) -> bool:
    """Tell whether a demand's shifts include nights, by their names (夜班, 两班倒, 三班倒, night)."""
    return any(word in shift.casefold() for shift in demand.shifts for word in NIGHT_WORDS)


@functools.cache
def _plain(legal: LegalRule) -> Rule:
    maker = PAIR_CHECKS.get(legal.check)
    if maker is None:
        known = ", ".join((*PAIR_CHECKS, "near_major"))
        raise VocabularyError(
            Problem(
                "check", f"no such check; there are {known}", f"没有此检查；可用：{known}", legal.check, "rules.csv"
            )
        )
    return _rule(legal, maker(legal))


def _rule(legal: LegalRule, judge: Judge) -> Rule:
    removes = legal.severity == "refuse"

    def evaluate(facts: Facts, day: int) -> Verdicts:
        verdict = judge(facts, day)
        return verdict if removes else np.maximum(verdict, np.int8(UNKNOWN))

    return Rule(legal.id, legal.label_zh, legal.label_en, evaluate, False, legal.citation(), removes)


def _age(legal: LegalRule) -> Judge:
    """Compare the start date with the day on which the age of the rule is reached; only 16 and 18 are known."""
    age = legal.number("age")
    if age not in (16, 18):
        raise VocabularyError(
            Problem("parameter", "profiles know the ages 16 and 18 only", "只能判断16岁和18岁", str(age), "rules.csv")
        )

    def judge(facts: Facts, day: int) -> Verdicts:
        reached = facts.sixteen if age == 16 else facts.eighteen
        return np.where(reached <= day, MET, NOT_MET).astype(np.int8)

    return judge


def _after_first_year(legal: LegalRule) -> Judge:
    """Count back from graduation: with `programme_years` years, whoever has more than one less to go is in year one.

    Bachelor programmes take `degree_years`. Unknown where no graduation is recorded, or where it lies further away
    than the programme is long (a longer programme).
    """
    plain, degree = legal.number("programme_years"), legal.number("degree_years")

    def judge(facts: Facts, day: int) -> Verdicts:
        years = np.where(facts.education == BACHELOR, degree, plain)
        left = (facts.graduates - day) / DAYS_A_YEAR
        verdict = np.where(left <= years - 1, MET, np.where(left <= years, NOT_MET, UNKNOWN)).astype(np.int8)
        verdict[facts.graduates == UNRECORDED] = UNKNOWN
        return verdict

    return judge


PAIR_CHECKS: dict[str, JudgeMaker] = {
    "age_on_start": _age,
    "age_at_night": _age,
    "after_first_year": _after_first_year,
}


def _near_major(legal: LegalRule, demand: Demand, vocabulary: Vocabulary) -> Rule | None:
    """Accept the majors that a demand names and those near to them; None where it names none that was surely read.

    Near: whoever has the other major earns at least `near_credit` for the one named (same class, or related).
    """
    asked = {r.label: r.link for r in demand.requirements if r.kind is Kind.MAJOR}
    named = {concept for link in asked.values() if link is not None and is_sure(link) for concept in link.concepts}
    if not named or not all(is_sure(link) for link in asked.values()):
        return None
    return _rule(legal, _major_near_to(frozenset(named), legal.number("near_credit"), vocabulary))


def _major_near_to(named: frozenset[str], least: float, vocabulary: Vocabulary) -> Judge:
    fulfilling = frozenset(major for concept in named for major in vocabulary.satisfied_by(concept))

    def judge(facts: Facts, day: int) -> Verdicts:
        majors, place = np.unique(facts.major, return_inverse=True)
        known = [major != "" and not major.startswith("open:") for major in majors.tolist()]
        near = [
            major in fulfilling or any(vocabulary.relatives(major).get(concept, 0.0) >= least for concept in named)
            for major in majors.tolist()
        ]
        each = np.where(known, np.where(near, MET, NOT_MET), UNKNOWN).astype(np.int8)
        column: Verdicts = each[place]
        return column

    return judge
