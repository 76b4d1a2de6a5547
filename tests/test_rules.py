"""Hard conditions: each kind, each verdict, and one meaning for many rows and for one."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from matching import CertificateClaim, Demand, Importance, Kind, Profile, Requirement, SkillClaim, Vocabulary
from matching.domain import AutomatedDecision, Intent
from matching.rules import MET, NOT_MET, UNKNOWN, Facts, filter_of

START = date(2027, 7, 1)


def must(kind: Kind, label: str, level: int | None = None, **more: object) -> Requirement:
    return Requirement(kind, label, level, Importance.MUST, **more)  # type: ignore[arg-type]


def verdict(vocabulary: Vocabulary, requirement: Requirement | tuple[Requirement, ...], profile: Profile) -> int:
    """Judge one profile by one must."""
    requirements = requirement if isinstance(requirement, tuple) else (requirement,)
    demand = vocabulary.link_demand(Demand("d", "", requirements=requirements))
    facts = Facts.build([vocabulary.link_profile(profile)], vocabulary)
    outcome = filter_of(demand, vocabulary, START.toordinal()).apply(facts)
    return int(outcome.verdicts[0, 0])


def skilled(label: str, level: int | None = None, available_on: date | None = None) -> Profile:
    return Profile("p", skills=(SkillClaim(label, level, "course", available_on),))


def holding(label: str, issued: date | None = None, until: date | None = None, level: int | None = None) -> Profile:
    return Profile("p", certificates=(CertificateClaim(label, level, issued, until),))


@pytest.mark.parametrize(
    ("requirement", "profile", "expected"),
    [
        (must(Kind.SKILL, "氩弧焊", 2), skilled("TIG", 2), MET),
        (must(Kind.SKILL, "氩弧焊", 2), skilled("钨极氩弧焊", 1), NOT_MET),
        (must(Kind.SKILL, "氩弧焊", 2), skilled("氩弧焊"), UNKNOWN),
        (must(Kind.SKILL, "氩弧焊"), skilled("氩弧焊"), MET),
        (must(Kind.SKILL, "氩弧焊"), skilled("氩弧焊", 0), NOT_MET),
        (must(Kind.SKILL, "氩弧焊"), skilled("车工", 3), UNKNOWN),
        (must(Kind.SKILL, "氩弧焊"), Profile("p"), UNKNOWN),
        (must(Kind.SKILL, "焊接", 2), skilled("氩弧焊", 2), MET),
        (must(Kind.SKILL, "焊接", 2), skilled("氩弧焊", 1), UNKNOWN),
        (must(Kind.SKILL, "氩弧焊", 2), skilled("氩弧焊", 2, date(2027, 6, 30)), MET),
        (must(Kind.SKILL, "氩弧焊", 2), skilled("氩弧焊", 2, date(2027, 7, 2)), NOT_MET),
        (must(Kind.CERTIFICATE, "低压电工证"), holding("低压电工作业证", until=date(2027, 7, 1)), MET),
        (must(Kind.CERTIFICATE, "低压电工证"), holding("低压电工作业证", until=date(2027, 6, 30)), NOT_MET),
        (must(Kind.CERTIFICATE, "低压电工证"), Profile("p", certificates=()), NOT_MET),
        (must(Kind.CERTIFICATE, "低压电工证"), Profile("p"), UNKNOWN),
        (must(Kind.CERTIFICATE, "车工三级"), holding("车工二级"), MET),
        (must(Kind.CERTIFICATE, "车工三级"), holding("车工四级"), NOT_MET),
        (must(Kind.CERTIFICATE, "车工三级"), holding("铣工三级"), NOT_MET),
        (must(Kind.CERTIFICATE, "中级工"), holding("铣工三级"), MET),
        (must(Kind.CERTIFICATE, "车工三级"), holding("高级工证"), UNKNOWN),
        (must(Kind.CERTIFICATE, "某某行业证"), holding("某某行业证"), MET),
        (must(Kind.LICENCE, "C1驾照"), holding("B2驾照"), MET),
        (must(Kind.LICENCE, "B2驾照"), holding("C1驾照"), NOT_MET),
        (must(Kind.EDUCATION, "大专"), Profile("p", education="高职专科"), MET),
        (must(Kind.EDUCATION, "大专"), Profile("p", education="中专"), NOT_MET),
        (must(Kind.EDUCATION, "大专"), Profile("p"), UNKNOWN),
        (must(Kind.MAJOR, "智能焊接技术"), Profile("p", major="焊接技术与自动化"), MET),
        (must(Kind.MAJOR, "智能焊接技术"), Profile("p", major="数控技术"), NOT_MET),
        (must(Kind.MAJOR, "智能焊接技术"), Profile("p"), UNKNOWN),
        (must(Kind.EXPERIENCE, "一年以上"), Profile("p"), UNKNOWN),
    ],
)
def test_each_kind_gives_its_verdict(
    vocabulary: Vocabulary, requirement: Requirement, profile: Profile, expected: int
) -> None:
    assert verdict(vocabulary, requirement, profile) == expected


def test_a_planned_certificate_counts_from_its_day_and_leaves_the_others_unknown(vocabulary: Vocabulary) -> None:
    early = Profile("p", planned_certificates=(CertificateClaim("叉车证", issued_on=date(2027, 6, 1)),))
    late = Profile("p", planned_certificates=(CertificateClaim("叉车证", issued_on=date(2027, 8, 1)),))
    assert verdict(vocabulary, must(Kind.CERTIFICATE, "叉车证N1"), early) == MET
    assert verdict(vocabulary, must(Kind.CERTIFICATE, "叉车证N1"), late) == NOT_MET
    assert verdict(vocabulary, must(Kind.CERTIFICATE, "低压电工证"), early) == UNKNOWN


def test_alternatives_take_the_best_verdict(vocabulary: Vocabulary) -> None:
    either = (must(Kind.SKILL, "二保焊", 2, any_of="x"), must(Kind.SKILL, "氩弧焊", 2, any_of="x"))
    assert verdict(vocabulary, either, skilled("氩弧焊", 2)) == MET
    assert verdict(vocabulary, either, skilled("氩弧焊", 1)) == UNKNOWN


def test_the_filter_counts_what_each_condition_removes(vocabulary: Vocabulary) -> None:
    crowd = [
        Profile("a", education="中专", skills=(SkillClaim("氩弧焊", 1),)),
        Profile("b", education="大专", skills=(SkillClaim("氩弧焊", 3),)),
        Profile("c", education="大专", intent=Intent.ENLIST),
        Profile("d", education="大专", automated_decision=AutomatedDecision.REFUSE),
        Profile("e", education="中专", automated_decision=AutomatedDecision.REFUSE),
        Profile("f", education="大专", turns_16_on=date(2027, 7, 2)),
    ]
    requirements = (must(Kind.EDUCATION, "大专"), must(Kind.SKILL, "氩弧焊", 2, exclude_unknown=False))
    demand = vocabulary.link_demand(Demand("x", "", requirements=requirements))
    facts = Facts.build([vocabulary.link_profile(profile) for profile in crowd], vocabulary)
    outcome = filter_of(demand, vocabulary, START.toordinal()).apply(facts)
    assert outcome.removed == {"intent": 1, "大专及以上": 2, "氩弧焊 2级": 1, "age_16": 1}
    assert np.flatnonzero(outcome.ranked).tolist() == [1]
    assert np.flatnonzero(outcome.unscored).tolist() == [3]


def test_unknown_can_be_excluded_by_must(vocabulary: Vocabulary) -> None:
    facts = Facts.build([vocabulary.link_profile(Profile("a"))], vocabulary)
    for exclude in (False, True):
        asked = (must(Kind.SKILL, "氩弧焊", 2, exclude_unknown=exclude),)
        demand = vocabulary.link_demand(Demand("x", "", requirements=asked))
        outcome = filter_of(demand, vocabulary, START.toordinal()).apply(facts)
        assert bool(outcome.ranked[0]) is not exclude
        assert outcome.removed["氩弧焊 2级"] == int(exclude)


def test_many_rows_and_one_row_have_one_meaning(
    vocabulary: Vocabulary, sample_demands: list[Demand], sample_profiles: list[Profile]
) -> None:
    linked = [vocabulary.link_profile(profile) for profile in sample_profiles[:200]]
    together, alone = Facts.build(linked, vocabulary), [Facts.build([profile], vocabulary) for profile in linked]
    for demand in sample_demands:
        conditions = filter_of(vocabulary.link_demand(demand), vocabulary, START.toordinal())
        columns = conditions.apply(together).verdicts
        for row, facts in enumerate(alone):
            assert conditions.apply(facts).verdicts[:, 0].tolist() == columns[:, row].tolist()
