"""Explanations: standings, evidence with its place in the text, and both languages."""

from __future__ import annotations

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
from matching.explain import Standing
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
    assert all((reason.points > 0) == (reason.standing is not Standing.MISSING) for reason in explained.reasons)
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
