"""Explanations: standings, evidence with its place in the text, and both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from matching import (
    CertificateClaim,
    Demand,
    Engine,
    Explanation,
    Importance,
    Kind,
    Profile,
    Requirement,
    SkillClaim,
    Vocabulary,
)
from matching.domain import Verdict
from matching.explain import Reason, Standing, printed
from matching.score import SCORE_ONE
from tests.conftest import TODAY

DEMAND = Demand(
    "D1",
    "氩弧焊工",
    "不锈钢管打底，会看图纸",
    requirements=(
        Requirement(Kind.SKILL, "氩弧焊", 2),
        Requirement(Kind.SKILL, "二保焊", 2),
        Requirement(Kind.SKILL, "手把焊", 1),
        Requirement(Kind.SKILL, "数控车编程", 2, Importance.NICE),
        Requirement(Kind.CERTIFICATE, "焊工四级", importance=Importance.MUST),
        Requirement(Kind.EDUCATION, "大专", importance=Importance.MUST),
    ),
    start_on=date(2027, 7, 1),
)
STUDENT = Profile(
    "S1",
    education="高职专科",
    major="智能焊接技术",
    skills=(SkillClaim("TIG", 3, "verified"), SkillClaim("二保焊", 2, "course", date(2027, 3, 1))),
    planned_certificates=(CertificateClaim("焊工四级", issued_on=date(2027, 5, 1)),),
    text="我氩弧焊打底练了一年，也会看图纸。",
    turns_18_on=date(2027, 9, 1),
)


@pytest.fixture(scope="module")
def explained(vocabulary: Vocabulary) -> Explanation:
    return Engine(vocabulary, reference_on=TODAY).fit([DEMAND], [STUDENT]).explain("D1", "S1")


def test_each_requirement_has_its_standing(explained: Explanation) -> None:
    standings = {reason.label_zh: reason.standing for reason in explained.reasons}
    assert standings["氩弧焊 2级"] is Standing.HAS
    assert standings["二保焊 2级"] is Standing.WILL_HAVE
    assert standings["手把焊 1级"] in (Standing.EXPECTED, Standing.PARTLY)
    assert standings["数控车编程 2级（加分）"] is Standing.MISSING
    assert standings["焊工四级"] is Standing.WILL_HAVE
    assert standings["学历 大专及以上"] is Standing.HAS
    without = (Standing.MISSING, Standing.TO_VERIFY)
    scored = [reason for reason in explained.reasons if reason.standing is not Standing.MENTIONED]
    assert all((reason.points > 0) == (reason.standing not in without) for reason in scored)
    assert all(0 <= reason.points <= reason.possible for reason in explained.reasons)


def test_the_evidence_stands_where_it_says(explained: Explanation) -> None:
    (has,) = [reason for reason in explained.reasons if reason.label_zh == "氩弧焊 2级"]
    assert [(item.source, item.phrase) for item in has.evidence] == [("verified", "TIG"), ("text", "氩弧焊")]
    own = has.evidence[1]
    assert own.start is not None and STUDENT.text[own.start : own.end] == "氩弧焊"
    (later,) = [reason for reason in explained.reasons if reason.label_zh == "二保焊 2级"]
    assert "2027-03-01" in later.text("zh") and "from 2027-03-01" in later.text("en")


def test_verdicts_and_notes_are_said(explained: Explanation) -> None:
    assert [(zh, verdict) for zh, _, verdict, _ in explained.verdicts] == [
        ("焊工四级", Verdict.MET),
        ("大专及以上", Verdict.MET),
        ("到岗时年满16周岁", Verdict.MET),
    ]
    assert explained.verdicts[2][3] is not None and "劳动法" in explained.verdicts[2][3]
    assert "监护人" in explained.text("zh") and "guardian" in explained.text("en")


def test_both_languages_say_the_same_things(explained: Explanation) -> None:
    zh, en = explained.text("zh"), explained.text("en")
    assert zh.splitlines()[0] == en.splitlines()[0] == "D1 氩弧焊工 ← S1"
    assert len(zh.splitlines()) == len(en.splitlines())
    for words in ("已具备：", "将具备（到岗时）：", "缺少：", "硬性条件 焊工四级：符合", "文字相近之处："):
        assert words in zh
    for words in (
        "Has: ",
        "Will have by the start: ",
        "Missing: ",
        "Gas tungsten arc welding level 2",
        "Shared wording: ",
    ):
        assert words in en


def test_shared_wording_is_phrases_of_the_demand(explained: Explanation) -> None:
    assert "看图纸" in explained.wording or "会看图纸" in explained.wording
    assert all(phrase in f"{DEMAND.title}\n{DEMAND.text}\n氩弧焊\n二保焊\n手把焊" for phrase in explained.wording)


def test_as_values(explained: Explanation) -> None:
    values = explained.as_dict()
    assert values["score"] == pytest.approx(sum(values["parts"].values()), abs=1e-5)
    assert values["text_zh"] == explained.text("zh")
    assert {reason["standing"] for reason in values["reasons"]} <= {standing.value for standing in Standing}


START = date(2027, 7, 1)
EXPERT = Profile("S9", skills=tuple(SkillClaim(label, 5) for label in ("TIG", "二保焊", "PLC")))


def told(vocabulary: Vocabulary, demand: Demand, profile: Profile) -> Explanation:
    """Explain one pair; somebody who can do everything is held too, so that no level is unheard of."""
    return Engine(vocabulary, reference_on=TODAY).fit([demand], [profile, EXPERT]).explain(demand, profile)


def asking(*labels: str, kind: Kind = Kind.SKILL, level: int | None = None, must: bool = False) -> Demand:
    importance = Importance.MUST if must else Importance.SHOULD
    requirements = tuple(Requirement(kind, label, level, importance) for label in labels)
    return Demand("D", "", requirements=requirements, start_on=START)


def only(found: Explanation) -> Reason:
    """Give the reason of the one requirement of a demand."""
    (reason,) = [reason for reason in found.reasons if reason.part in ("skills", "certificates")]
    return reason


def test_a_plan_that_falls_short_is_there_in_part(vocabulary: Vocabulary) -> None:
    planned = (CertificateClaim("车工四级", 2, issued_on=date(2027, 5, 1)),)
    lower = only(
        told(vocabulary, asking("车工三级", kind=Kind.CERTIFICATE), Profile("S", planned_certificates=planned))
    )
    assert lower.standing is Standing.PARTLY and "计划 2027-05-01 取得" in lower.text("zh")
    steps = (SkillClaim("TIG", 1), SkillClaim("TIG", 2, "course", date(2027, 3, 1)))
    half = only(told(vocabulary, asking("氩弧焊", level=4), Profile("S", skills=steps)))
    assert half.standing is Standing.PARTLY and "2级，2027-03-01起" in half.text("zh")
    relative = (SkillClaim("手把焊", 3, "course", date(2027, 3, 1)),)
    near = only(told(vocabulary, asking("二保焊", level=2), Profile("S", skills=relative)))
    assert near.standing is Standing.PARTLY and "2027-03-01" in near.text("en")
    full = (SkillClaim("TIG", 4, "course", date(2027, 3, 1)),)
    assert only(told(vocabulary, asking("氩弧焊", level=4), Profile("S", skills=full))).standing is Standing.WILL_HAVE


def test_own_words_are_neither_missing_nor_unstated(vocabulary: Vocabulary) -> None:
    demand = asking("氩弧焊", "PLC")
    student = Profile("S", major="智能焊接技术", text="氩弧焊打底练了一年，PLC也会编")
    found = told(vocabulary, demand, student)
    assert {reason.standing for reason in found.reasons if reason.part == "skills"} == {Standing.MENTIONED}
    zh, en = found.text("zh"), found.text("en")
    assert "自述提到（待核实，未计入技能分）：PLC（自述「PLC」）" in zh and "缺少" not in zh
    assert "自述提到（待核实，按预计计分）：氩弧焊（自述「氩弧焊」）" in zh and "本人未说明" not in zh
    assert "Mentioned in own words (to verify, counted as expected): Gas tungsten arc welding" in en
    silent = told(vocabulary, demand, replace(student, text=""))
    assert found.parts["skills"] == silent.parts["skills"]
    unable = told(vocabulary, demand, replace(student, text="PLC没学过"))
    assert unable.labels(Standing.MISSING) == ("PLC",) and unable.labels(Standing.EXPECTED) == ("氩弧焊",)
    denied = told(vocabulary, demand, replace(student, skills=(SkillClaim("PLC", 0),)))
    assert [r.text("zh") for r in denied.standing(Standing.MISSING)] == ["PLC（本人填写「PLC」不会）"]


def test_a_claim_without_a_level_has_none(vocabulary: Vocabulary) -> None:
    found = only(told(vocabulary, asking("氩弧焊", level=2), Profile("S", skills=(SkillClaim("TIG"),))))
    assert found.standing is Standing.PARTLY
    assert "本人填写「TIG」未注明级别" in found.text("zh") and '"TIG" level not stated' in found.text("en")


def test_practice_is_shown_by_the_post_that_matches(vocabulary: Vocabulary) -> None:
    student = Profile("S", occupations=("仓库管理员", "氩弧焊工", "桥式起重机司机"))
    welder = told(vocabulary, Demand("D", "氩弧焊工"), student)
    assert [r.text("zh") for r in welder.reasons if r.part == "occupation"] == ["做过焊工（实践岗位「氩弧焊工」）"]
    crane = told(vocabulary, Demand("D", "急招行车工（包住）"), Profile("S", occupations=("行车工",)))
    (practice,) = [reason for reason in crane.reasons if reason.part == "occupation"]
    assert practice.text("zh") == "做过“行车工”类岗位（实践岗位「行车工」）"
    assert practice.label_en == "practice as Lifting and handling machinery operator"


def test_certificates_say_grade_plan_and_validity(vocabulary: Vocabulary) -> None:
    def proof(label: str, claim: CertificateClaim) -> Reason:
        student = Profile("S", certificates=(), planned_certificates=(claim,))
        return only(told(vocabulary, asking(label, kind=Kind.CERTIFICATE), student))

    planned = proof("车工", CertificateClaim("车工", 3, date(2027, 6, 20), date(2033, 6, 20)))
    assert planned.standing is Standing.WILL_HAVE
    assert planned.text("zh") == "车工（证书「车工」三级，计划 2027-06-20 取得，有效期至2033-06-20）"
    assert 'certificate "车工" grade 3, planned for 2027-06-20, valid until 2033-06-20' in planned.text("en")
    expiring = proof("焊工证", CertificateClaim("焊工证", None, date(2021, 3, 2), date(2027, 3, 1)))
    assert expiring.standing is Standing.MISSING
    assert expiring.text("zh") == "焊工证（证书「焊工证」已有，但 2027-03-01 到期（到岗前））"
    assert "held, but it expires on 2027-03-01, before the start" in expiring.text("en")
    late = proof("焊工证", CertificateClaim("焊工证", None, date(2027, 9, 1)))
    assert late.standing is Standing.MISSING
    assert late.text("zh") == "焊工证（证书「焊工证」计划 2027-09-01 取得（晚于到岗））"
    any_trade = proof("中级工", CertificateClaim("车工三级", 3, date(2026, 6, 20)))
    assert any_trade.standing is Standing.HAS and "证书「车工三级」" in any_trade.text("zh")


def test_a_ladder_of_its_own_keeps_its_rungs(vocabulary: Vocabulary) -> None:
    for label, level, english in (("UT II级", 2, "level II"), ("1+X 特殊焊接技术（中级）", 2, "intermediate")):
        claim = CertificateClaim(label, level)
        student = Profile("S", certificates=(claim,))
        demand = asking(label, kind=Kind.CERTIFICATE, level=level)
        reason = only(told(vocabulary, demand, student))
        assert reason.label_zh == label and english in reason.label_en and english in reason.text("en")
        assert not re.search("四级|grade", reason.text("zh") + reason.text("en"))


def test_skills_that_only_the_wording_names_are_no_gap_beside_fields(vocabulary: Vocabulary) -> None:
    worded = Demand("D", "焊工", "由企业师傅带徒，会 PLC 编程优先")
    alone = told(vocabulary, worded, Profile("S"))
    assert "PLC编程（岗位文字中提到）" in alone.labels(Standing.MISSING)
    assert "PLC programming (named in the post's wording)" in alone.labels(Standing.MISSING, lang="en")
    fields = replace(worded, requirements=(Requirement(Kind.SKILL, "氩弧焊"),))
    assert told(vocabulary, fields, Profile("S")).labels(Standing.MISSING)[:1] == ("氩弧焊",)
    assert not [x for x in told(vocabulary, fields, Profile("S")).labels(Standing.MISSING) if "文字中" in x]
    earned = told(vocabulary, fields, Profile("S", skills=(SkillClaim("PLC", 3),)))
    assert "PLC编程（岗位文字中提到）" in earned.labels(Standing.HAS)


def test_what_a_verdict_leaves_open_is_named_once_for_all(vocabulary: Vocabulary) -> None:
    demand = asking("氩弧焊", "PLC", level=2, must=True)
    found = told(vocabulary, demand, Profile("S", skills=(SkillClaim("TIG"),)))
    assert found.to_verify() == found.labels(Standing.TO_VERIFY) == ("氩弧焊 2级", "PLC 2级")
    assert [reason.label_zh for reason in found.standing(Standing.PARTLY)] == ["氩弧焊 2级"]
    assert [reason.label_zh for reason in found.standing(Standing.TO_VERIFY)] == ["PLC 2级"]
    assert "\n待核实：氩弧焊 2级；PLC 2级\n" in found.text("zh")
    soft = replace(demand, requirements=(*demand.requirements, Requirement(Kind.CERTIFICATE, "PLC 2级")))
    nothing = told(vocabulary, soft, Profile("S", certificates=()))
    assert [reason.part for reason in nothing.standing(Standing.MISSING)] == ["certificates"]


def test_printed_numbers_add_up(sample_engine: Engine) -> None:
    keys = list(sample_engine.profiles_)
    for number, demand in enumerate(sample_engine.demands_):
        line = sample_engine.explain(demand, keys[number * 7]).text("en").splitlines()[1]
        score, *parts = (int(digits.replace(".", "")) for digits in re.findall(r"\d\.\d{3}", line))
        assert score == sum(parts), line
    assert printed([430, 144, 102, 41, 51, 256], 1024, 2) == ["0.42", "0.14", "0.10", "0.04", "0.05", "0.25"]
    assert printed([SCORE_ONE // 3] * 3, SCORE_ONE, 2) == ["0.34", "0.33", "0.33"]
    assert printed([0, 1], 4, 0 + 1) == ["0.0", "0.2"]


def test_english_uses_the_names_of_the_vocabulary(vocabulary: Vocabulary) -> None:
    requirements = (
        Requirement(Kind.MAJOR, "智能焊接技术"),
        Requirement(Kind.EDUCATION, "大专"),
        Requirement(Kind.CERTIFICATE, "车工三级", 3),
        Requirement(Kind.OCCUPATION, "焊工"),
    )
    found = told(vocabulary, Demand("D", "焊工", requirements=requirements), Profile("S"))
    labels = [reason.label_en for reason in found.reasons]
    assert not [label for label in labels if re.search("[\u4e00-\u9fff]", label)], labels
    assert "Lathe operator grade 3" in labels and "practice as Welder" in labels


def test_notes_of_age_and_graduation(vocabulary: Vocabulary) -> None:
    student = Profile("S", graduates_on=date(2029, 6, 30), turns_18_on=date(2027, 1, 1))
    started = told(vocabulary, Demand("D", "焊工", start_on=START), student)
    assert started.notes == (("到岗时尚未毕业（2029-06-30 毕业）。", "Graduates on 2029-06-30, after the start."),)
    open_start = told(vocabulary, Demand("D", "焊工"), student)
    assert [en for _, en in open_start.notes] == ["Under 18 now: guardian consent needed."]


def test_what_is_to_be_verified_is_never_called_there(vocabulary: Vocabulary) -> None:
    must = Requirement(Kind.CERTIFICATE, "低压电工证", importance=Importance.MUST)
    asks, holds = Demand("D", "电工", requirements=(must,)), Profile("S", certificates=(CertificateClaim("电工证"),))
    explained = Engine(vocabulary, reference_on=TODAY).fit([asks], [holds]).explain("D", "S")
    (reason,) = [reason for reason in explained.reasons if reason.part == "certificates"]
    assert reason.standing is Standing.PARTLY and explained.to_verify("zh") == ("低压电工证",)
