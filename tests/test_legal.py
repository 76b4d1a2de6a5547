"""Rules of law as data: every rule with a case that passes and one that fails, what each removes, and its source."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from matching import Demand, Engine, Importance, Kind, Profile, Requirement, Vocabulary
from matching.domain import DemandKind, Intent, Pay, Verdict
from matching.errors import VocabularyError
from matching.legal import Workplace, check_demand, check_demands, lint_demand
from matching.rules import Facts, filter_of, load_rules, shipped_rules
from matching.rules.law import cite
from matching.vocabulary import data_folder
from tests.conftest import TODAY

START = date(2027, 3, 1)
INTERNSHIP = Demand(
    "D1",
    "焊接岗位实习生",
    text="跟班学习焊接，签三方协议，长期有效。",
    kind=DemandKind.INTERNSHIP,
    headcount=5,
    employer="济南示例焊接装备有限公司",
    places=("长清区",),
    pay=Pay(3000, 3600),
    shifts=("长白班",),
    start_on=START,
    requirements=(Requirement(Kind.MAJOR, "智能焊接技术"),),
)
STUDENT = Profile("S", education="高职专科", major="智能焊接技术", graduates_on=date(2028, 6, 30))

NIGHTS = replace(INTERNSHIP, shifts=("两班倒",))
PAIRS: dict[str, tuple[Demand, Profile, Demand, Profile, Verdict]] = {
    "age_16": (INTERNSHIP, STUDENT, INTERNSHIP, replace(STUDENT, turns_16_on=date(2027, 3, 2)), Verdict.NOT_MET),
    "after_first_year": (
        *(INTERNSHIP, STUDENT, INTERNSHIP),
        *(replace(STUDENT, graduates_on=date(2029, 6, 30)), Verdict.NOT_MET),
    ),
    "near_major": (
        *(INTERNSHIP, replace(STUDENT, major="焊接技术应用"), INTERNSHIP),
        *(replace(STUDENT, major="大数据与会计"), Verdict.UNKNOWN),
    ),
    "guardian_consent": (
        *(INTERNSHIP, STUDENT, INTERNSHIP),
        *(replace(STUDENT, turns_18_on=date(2027, 9, 1)), Verdict.UNKNOWN),
    ),
    "night_under_18": (
        *(NIGHTS, STUDENT, NIGHTS),
        *(replace(STUDENT, turns_18_on=date(2027, 9, 1)), Verdict.UNKNOWN),
    ),
}
WORKPLACE = Workplace(Pay(3700), 120, 40, date(2026, 10, 1), date(2026, 11, 24))


def changed(**more: object) -> Demand:
    return replace(INTERNSHIP, **more)  # type: ignore[arg-type]


def told(**more: object) -> Workplace:
    return replace(WORKPLACE, **more)  # type: ignore[arg-type]


POSTS: dict[str, tuple[Demand, Workplace]] = {
    "post_employer": (changed(employer=None), WORKPLACE),
    "post_headcount": (changed(headcount=None), WORKPLACE),
    "post_conditions": (changed(requirements=(), text=""), WORKPLACE),
    "post_duties": (changed(text=""), WORKPLACE),
    "post_place": (changed(places=()), WORKPLACE),
    "post_pay": (changed(pay=None), WORKPLACE),
    "post_validity": (changed(text="跟班学习焊接，签三方协议。"), WORKPLACE),
    "agreement": (changed(text="跟班学习焊接，长期有效。"), WORKPLACE),
    "internship_pay": (INTERNSHIP, told(post_pay=Pay(3800))),
    "no_fees": (changed(text="长期有效，签协议，入职交押金300元。"), WORKPLACE),
    "no_intermediary": (changed(text="长期有效，签协议，由劳务公司统一安排。"), WORKPLACE),
    "heavy_labour": (changed(text="长期有效，签协议，含高空作业。"), WORKPLACE),
    "no_venues": (changed(text="长期有效，签协议，在酒吧服务。"), WORKPLACE),
    "no_night_internship": (NIGHTS, WORKPLACE),
    "staff_share": (changed(headcount=13), told(post_staff=None)),
    "post_share": (changed(headcount=9), WORKPLACE),
    "verified_lately": (INTERNSHIP, told(verified_on=date(2026, 5, 1))),
    "no_discrimination": (changed(text="长期有效，签协议，限男性。"), WORKPLACE),
}


def outcome(vocabulary: Vocabulary, demand: Demand, profile: Profile) -> dict[str, tuple[Verdict, bool]]:
    """Give each legal rule's verdict on a pair, and whether the pair stays in the list."""
    day = (demand.start_on or START).toordinal()
    conditions = filter_of(vocabulary.link_demand(demand), vocabulary, day)
    judged = conditions.apply(Facts.build([vocabulary.link_profile(profile)], vocabulary))
    names = (Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.MET)
    listed = bool(judged.ranked[0])
    return {rule.key: (names[int(judged.verdicts[number, 0])], listed) for number, rule in enumerate(conditions.rules)}


def test_no_rule_is_without_its_cases() -> None:
    rules = shipped_rules()
    assert {rule.id for rule in rules if rule.side == "pair"} == set(PAIRS)
    assert {rule.id for rule in rules if rule.side == "post"} == set(POSTS)


@pytest.mark.parametrize("rule", sorted(PAIRS))
def test_a_pair_rule_passes_and_fails(vocabulary: Vocabulary, rule: str) -> None:
    good_demand, good, bad_demand, bad, verdict = PAIRS[rule]
    assert outcome(vocabulary, good_demand, good)[rule] == (Verdict.MET, True)
    removes = verdict is Verdict.NOT_MET
    assert outcome(vocabulary, bad_demand, bad)[rule] == (verdict, not removes)


@pytest.mark.parametrize("rule", sorted(POSTS))
def test_a_post_rule_passes_and_fails(rule: str) -> None:
    assert rule not in {finding.rule for finding in check_demand(INTERNSHIP, WORKPLACE)}
    demand, workplace = POSTS[rule]
    found = [finding for finding in check_demand(demand, workplace) if finding.rule == rule]
    assert len(found) == 1
    declared = next(one for one in shipped_rules() if one.id == rule)
    assert found[0].source == declared.citation() or found[0].surface
    assert found[0].place and found[0].message_zh and found[0].message_en


def test_a_good_post_has_no_finding() -> None:
    assert check_demand(INTERNSHIP, WORKPLACE) == []


def test_what_nobody_recorded_is_not_judged() -> None:
    silent = {finding.rule for finding in check_demand(changed(headcount=500, pay=Pay(1)))}
    assert not silent & {"internship_pay", "staff_share", "post_share", "verified_lately"}


@pytest.mark.parametrize(
    ("graduates", "education", "expected"),
    [
        (None, "高职专科", Verdict.UNKNOWN),
        (date(2026, 6, 30), "高职专科", Verdict.MET),
        (date(2028, 6, 30), "中职", Verdict.MET),
        (date(2029, 6, 30), "中职", Verdict.NOT_MET),
        (date(2029, 6, 30), "本科", Verdict.MET),
        (date(2030, 6, 30), "本科", Verdict.NOT_MET),
        (date(2030, 9, 30), "高职专科", Verdict.UNKNOWN),
    ],
)
def test_the_first_year_is_counted_back_from_graduation(
    vocabulary: Vocabulary, graduates: date | None, education: str, expected: Verdict
) -> None:
    student = replace(STUDENT, graduates_on=graduates, education=education)
    assert outcome(vocabulary, INTERNSHIP, student)["after_first_year"][0] is expected


def test_internship_rules_do_not_bind_a_post(vocabulary: Vocabulary) -> None:
    hire = replace(NIGHTS, kind=DemandKind.HIRE)
    first_year = replace(STUDENT, graduates_on=date(2029, 6, 30), turns_18_on=date(2027, 9, 1))
    assert outcome(vocabulary, hire, first_year) == {"age_16": (Verdict.MET, True)}
    assert not {"agreement", "no_night_internship"} & {finding.rule for finding in check_demand(hire)}


def test_lists_show_what_each_rule_removed_and_explanations_cite_it(vocabulary: Vocabulary) -> None:
    crowd = [
        STUDENT,
        replace(STUDENT, id="young", turns_16_on=date(2027, 3, 2)),
        replace(STUDENT, id="first", graduates_on=date(2029, 6, 30)),
        replace(STUDENT, id="other", major="大数据与会计"),
        replace(STUDENT, id="away", intent=Intent.STUDY),
    ]
    engine = Engine(vocabulary, reference_on=TODAY).fit([INTERNSHIP], crowd)
    found = engine.match("D1")
    assert {removal.key: removal.count for removal in found.removed} == {
        "intent": 1,
        "age_16": 1,
        "after_first_year": 1,
    }
    assert set(found.ids) == {"S", "other"}
    cited = {zh: (verdict, source) for zh, _, verdict, source in engine.explain("D1", "other").verdicts}
    verdict, source = cited["专业对口或相近（岗位实习）"]
    assert verdict is Verdict.UNKNOWN and source is not None and "职业学校学生实习管理规定" in source
    assert "职业学校学生实习管理规定（2021）第十六条" in engine.explain("D1", "S").text("zh")


def test_an_internships_pay_is_compared_with_the_same_employers_post() -> None:
    post = replace(INTERNSHIP, id="D2", kind=DemandKind.HIRE, pay=Pay(5000))
    found = check_demands([INTERNSHIP, post])
    assert [finding.rule for finding in found["D1"]] == ["internship_pay"]
    assert "5000" in found["D1"][0].message_zh and "80%" in found["D1"][0].message_en
    assert found["D2"] == []


def test_findings_of_wording_keep_their_place_in_the_field() -> None:
    demand = changed(title="焊工（限男）", shifts=("夜班，未婚优先",))
    found = lint_demand(demand)
    places = {finding.place: finding for finding in found}
    assert set(places) == {"title", "shifts[0]"}
    for finding, text in ((places["title"], demand.title), (places["shifts[0]"], demand.shifts[0])):
        assert text[finding.start : finding.end] == finding.surface


def test_the_sample_is_published_without_objection(sample_demands: list[Demand]) -> None:
    grave = [f for those in check_demands(sample_demands).values() for f in those if f.severity == "refuse"]
    assert grave == []


@pytest.mark.parametrize("rule", shipped_rules(), ids=lambda rule: rule.id)
def test_a_rule_is_complete(rule: object) -> None:
    for name in ("label_zh", "label_en", "text_zh", "text_en", "source", "applies_to"):
        assert getattr(rule, name), name


def test_sources_are_cited_with_year_and_article() -> None:
    assert cite("甲法;乙规定", "第一条;", "2020;2021") == "甲法（2020）第一条；乙规定（2021）"
    assert cite("甲法", "", "") == "甲法"


def table(tmp_path: Path, change: Callable[[dict[str, str]], None]) -> Path:
    """Write the shipped rules with one of them changed."""
    with (data_folder() / "rules" / "rules.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    change(rows[0])
    with (tmp_path / "rules.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return tmp_path


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("side", "both"), ("severity", "ban"), ("applies_to", "hire;temp"), ("applies_to", "")),
        *(("parameters", "age 16"), ("verified", "maybe"), ("id", "after_first_year")),
    ],
)
def test_a_wrong_cell_is_named(tmp_path: Path, column: str, value: str) -> None:
    with pytest.raises(VocabularyError) as raised:
        load_rules(table(tmp_path, lambda row: row.update({column: value})))
    problem = raised.value.problems[0]
    assert problem.file == "rules.csv" and problem.row in (2, 3) and problem.column == column


@pytest.mark.parametrize(
    ("column", "value"), [("check", "no_such_check"), ("parameters", "age=17"), ("parameters", "years=16")]
)
def test_a_check_or_parameter_that_does_not_exist_is_named(
    vocabulary: Vocabulary, tmp_path: Path, column: str, value: str
) -> None:
    law = load_rules(table(tmp_path, lambda row: row.update({column: value})))
    with pytest.raises(VocabularyError):
        filter_of(vocabulary.link_demand(INTERNSHIP), vocabulary, START.toordinal(), law)


def test_a_parameter_of_the_data_changes_the_rule(tmp_path: Path, vocabulary: Vocabulary) -> None:
    law = load_rules(table(tmp_path, lambda row: row.update({"parameters": "age=18"})))
    conditions = filter_of(vocabulary.link_demand(INTERNSHIP), vocabulary, START.toordinal(), law)
    young = Facts.build([replace(STUDENT, turns_18_on=date(2027, 9, 1))], vocabulary)
    assert conditions.apply(young).removed["age_16"] == 1


def test_a_hard_condition_and_the_law_stand_side_by_side(vocabulary: Vocabulary) -> None:
    asked = changed(requirements=(Requirement(Kind.EDUCATION, "大专", importance=Importance.MUST),))
    verdicts = outcome(vocabulary, asked, STUDENT)
    assert [verdict for verdict, _ in verdicts.values()] == [Verdict.MET] * 4
