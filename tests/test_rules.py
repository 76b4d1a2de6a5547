"""Hard conditions: each kind, each verdict, and one meaning for many rows and for one."""

from __future__ import annotations

from dataclasses import replace
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
        (must(Kind.MAJOR, "数控技术"), Profile("p", major="焊接加工"), NOT_MET),
        (must(Kind.MAJOR, "数控技术"), Profile("p", major="星际航路规划技术"), UNKNOWN),
        (must(Kind.MAJOR, "某某专业"), Profile("p", major="某某专业"), MET),
        (must(Kind.EDUCATION, "硕士"), Profile("p", education="研究生在读"), UNKNOWN),
        (must(Kind.LANGUAGE, "英语"), skilled("英语", 3), MET),
        (must(Kind.LANGUAGE, "英语"), Profile("p", certificates=()), UNKNOWN),
        (must(Kind.LANGUAGE, "英语"), holding("大学英语四级"), MET),
        (must(Kind.LANGUAGE, "英语", 2), holding("大学英语四级"), MET),
        (must(Kind.SKILL, "低压电工证"), holding("低压电工证"), MET),
        (must(Kind.CERTIFICATE, "低压电工证"), skilled("低压电工证"), MET),
        (must(Kind.CERTIFICATE, "低压电工证"), holding("电工证"), UNKNOWN),
        (must(Kind.CERTIFICATE, "电工证"), holding("电工证"), MET),
        (must(Kind.CERTIFICATE, "电工证"), holding("高压电工证"), MET),
        (must(Kind.CERTIFICATE, "低压电工证"), holding("特种作业证"), UNKNOWN),
        (must(Kind.CERTIFICATE, "焊工证"), holding("焊工证（在考）"), UNKNOWN),
        (must(Kind.CERTIFICATE, "焊工证"), holding("没有焊工证"), NOT_MET),
        (must(Kind.CERTIFICATE, "车工", 2), holding("数控车工四级"), MET),
        (must(Kind.CERTIFICATE, "养老护理员", 2), holding("养老护理员三级"), MET),
        (must(Kind.CERTIFICATE, "养老护理员", 2), holding("养老护理员", level=2), MET),
        (must(Kind.CERTIFICATE, "养老护理员", 3), holding("养老护理员四级"), NOT_MET),
        (must(Kind.SKILL, "氩弧焊", 2), skilled("不会氩弧焊", 3), NOT_MET),
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
    assert outcome.removed == {"intent": 1, "education:大专及以上": 2, "skill:氩弧焊 2级": 1, "age_16": 1}
    assert np.flatnonzero(outcome.ranked).tolist() == [1]
    assert np.flatnonzero(outcome.unscored).tolist() == [3]


def test_unknown_can_be_excluded_by_must(vocabulary: Vocabulary) -> None:
    facts = Facts.build([vocabulary.link_profile(Profile("a"))], vocabulary)
    for exclude in (False, True):
        asked = (must(Kind.SKILL, "氩弧焊", 2, exclude_unknown=exclude),)
        demand = vocabulary.link_demand(Demand("x", "", requirements=asked))
        outcome = filter_of(demand, vocabulary, START.toordinal()).apply(facts)
        assert bool(outcome.ranked[0]) is not exclude
        assert outcome.removed["skill:氩弧焊 2级"] == int(exclude)


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


def test_two_musts_of_one_name_and_another_kind_stay_two(vocabulary: Vocabulary) -> None:
    both = (must(Kind.SKILL, "电工"), must(Kind.CERTIFICATE, "电工"))
    for requirements in (both, both[::-1]):
        demand = vocabulary.link_demand(Demand("d", "", requirements=requirements))
        facts = Facts.build([vocabulary.link_profile(replace(skilled("电工", 2), certificates=()))], vocabulary)
        outcome = filter_of(demand, vocabulary, START.toordinal()).apply(facts)
        assert not outcome.ranked[0] and outcome.removed["certificate:电工"] == 1 and outcome.removed["skill:电工"] == 0


def test_a_must_written_twice_keeps_the_stricter_switch(vocabulary: Vocabulary) -> None:
    twice = (must(Kind.SKILL, "氩弧焊", exclude_unknown=True), must(Kind.SKILL, "氩弧焊"))
    demand = vocabulary.link_demand(Demand("d", "", requirements=twice))
    facts = Facts.build([vocabulary.link_profile(Profile("a"))], vocabulary)
    assert not filter_of(demand, vocabulary, START.toordinal()).apply(facts).ranked[0]


def test_a_label_cannot_take_the_place_of_the_law_or_the_intent(vocabulary: Vocabulary) -> None:
    named = (must(Kind.SKILL, "intent"), must(Kind.SKILL, "age_16"))
    demand = vocabulary.link_demand(Demand("d", "", requirements=named))
    student = Profile("a", intent=Intent.STUDY)
    facts = Facts.build([vocabulary.link_profile(student)], vocabulary)
    removed = filter_of(demand, vocabulary, START.toordinal()).apply(facts).removed
    assert removed["intent"] == 1 and {"skill:intent", "skill:age_16", "age_16"} <= set(removed)


def test_majors_are_alternatives_for_rules_as_for_scores(vocabulary: Vocabulary) -> None:
    majors = (must(Kind.MAJOR, "数控技术"), must(Kind.MAJOR, "机电一体化技术"))
    assert verdict(vocabulary, majors, Profile("p", major="机电一体化技术")) == MET
    assert verdict(vocabulary, majors, Profile("p", major="大数据与会计")) == NOT_MET


def test_a_group_name_joins_only_its_own_members(vocabulary: Vocabulary) -> None:
    odd = (must(Kind.SKILL, "车工", any_of="#1"), must(Kind.SKILL, "氩弧焊"))
    demand = vocabulary.link_demand(Demand("d", "", requirements=odd))
    facts = Facts.build([vocabulary.link_profile(skilled("氩弧焊", 0))], vocabulary)
    assert not filter_of(demand, vocabulary, START.toordinal()).apply(facts).ranked[0]


@pytest.mark.parametrize("word", ["女", "男", "中共党员", "汉族", "未婚"])
def test_protected_words_as_labels_ask_for_nothing(vocabulary: Vocabulary, word: str) -> None:
    demand = vocabulary.link_demand(Demand("d", "", requirements=(must(Kind.SKILL, word, exclude_unknown=True),)))
    assert demand.requirements == ()
    assert vocabulary.link_profile(skilled(word)).skills == ()
