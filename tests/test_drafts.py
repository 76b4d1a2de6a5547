"""Draft demands and profiles: sixty ads written independently, each kind of fact, posts in one ad, any text at all."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from matching import Vocabulary
from matching.cli import app
from matching.cli.draft import BENEFITS, INTENTS, KINDS
from matching.domain import LONGEST_TEXT, DemandKind, Importance, Intent, Kind
from matching.drafts import Draft, draft_demands, draft_profile, write_demands
from matching.drafts.demands import SHIFT_LABELS
from matching.errors import DuikouError, TableError
from matching.tables import read_demands
from matching.text.dates import read_deadline, read_start
from matching.text.facts import (
    fact_patterns,
    read_benefits,
    read_education,
    read_experience,
    read_headcount,
    read_shifts,
)
from tests.conftest import TODAY
from tests.scored_ads import cases, halves, precision, score, shares

AD = """济南示例焊接装备有限公司诚聘氩弧焊工5名
要求：
1、中专及以上学历，焊接相关专业优先；
2、持焊工证，熟练氩弧焊、二保焊，会看图纸；
3、能适应两班倒，有2年以上经验者优先。
待遇：6-9K·13薪，五险一金，包吃住。
工作地点：济南市长清区平安街道经十西路100号
报名截止：2026年12月31日，电话13800000000"""
SEVERAL = """【急招】
岗位一：数控车工 3人
大专以上，熟悉FANUC系统或西门子系统，7-9K
岗位二：钳工 2人
会装配，6000-7500元/月

以上岗位均缴纳五险，工作地点：济南长清归德"""


def only(text: str, vocabulary: Vocabulary) -> Draft:
    (draft,) = draft_demands(text, vocabulary, TODAY)
    return draft


def test_sixty_ads_give_drafts_whose_fields_are_right(vocabulary: Vocabulary) -> None:
    everything = cases("ads.jsonl")
    right = total = 0
    for name, half in zip(("seen", "held back"), halves(everything), strict=True):
        counts = shares(score(half, vocabulary))
        sums = tuple(sum(pair[place] for pair in counts.values()) for place in (0, 1))
        print(f"{name}: {sums[0]} of {sums[1]}; labels that are asked for: {precision(half, vocabulary)}")
        print("  " + ", ".join(f"{field} {good}/{count}" for field, (good, count) in counts.items()))
        right, total = right + sums[0], total + sums[1]
    assert len(everything) == 60
    assert right >= 0.92 * total


def test_a_whole_ad(vocabulary: Vocabulary) -> None:
    draft = only(AD, vocabulary)
    demand = draft.demand
    assert (demand.id, demand.title, demand.headcount, draft.confirmed) == ("draft-1", "氩弧焊工", 5, False)
    assert demand.employer == "济南示例焊接装备有限公司"
    assert demand.pay is not None and (demand.pay.low, demand.pay.high, draft.pay_basis) == (6000, 9000, "month")
    assert demand.shifts == ("两班倒",)
    assert draft.deadline == date(2026, 12, 31)
    assert draft.experience_years == 2
    asked = {requirement.label: requirement for requirement in demand.requirements}
    assert asked["中专"].importance is Importance.MUST
    assert asked["焊接"].kind is Kind.MAJOR and asked["焊接"].importance is Importance.NICE
    assert asked["焊工证"].kind is Kind.CERTIFICATE
    assert asked["二保焊"].level == 3
    assert "两班倒" not in asked
    for name, (start, end) in draft.spans.items():
        assert 0 <= start < end <= len(AD), name
    assert AD[slice(*draft.spans["pay"])] == "6-9K"


def test_several_posts_share_head_and_foot(vocabulary: Vocabulary) -> None:
    first, second = draft_demands(SEVERAL, vocabulary, TODAY)
    assert (first.demand.title, first.demand.headcount) == ("数控车工", 3)
    assert (second.demand.title, second.demand.headcount) == ("钳工", 2)
    assert first.demand.places == second.demand.places == ("济南长清", "归德")
    assert first.benefits == second.benefits == ("social_insurance",)
    assert second.demand.pay is not None and second.demand.pay.high == 7500
    groups = {asked.any_of for asked in first.demand.requirements if asked.kind is Kind.SKILL and asked.level == 2}
    assert len(groups) == 1 and None not in groups


def test_posts_in_one_sentence(vocabulary: Vocabulary) -> None:
    drafts = draft_demands("招氩弧焊工5名、二保焊工3名、铆工2名，综合工资7000-9000，长清", vocabulary, TODAY)
    assert [(draft.demand.title, draft.demand.headcount) for draft in drafts] == [
        *(("氩弧焊工", 5), ("二保焊工", 3), ("铆工", 2)),
    ]
    assert {draft.demand.places for draft in drafts} == {("长清",)}


def test_negated_things_are_no_requirement(vocabulary: Vocabulary) -> None:
    draft = only("招钳工2名，无需焊工证，不需要倒班", vocabulary)
    assert [asked.label for asked in draft.demand.requirements if asked.kind is Kind.CERTIFICATE] == []
    assert draft.demand.shifts == ()


def test_a_workshop_ad_of_few_words(vocabulary: Vocabulary) -> None:
    draft = only("数控编程员，UG编程3年以上，会四轴五轴，能接受倒班", vocabulary)
    assert [asked.label for asked in draft.demand.requirements] == ["数控编程员", "UG编程", "四轴", "五轴"]
    assert (draft.experience_years, draft.demand.shifts) == (3, ("倒班",))
    assert only("UG编程3年以上", vocabulary).demand.title == "UG编程"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "必须会氩弧焊，不会可培训",
            "必须会氩弧焊（不会可以教）",
            "氩弧焊必须熟练，不会的可以学",
            "熟悉氩弧焊，不懂也行",
        ),
        *("会氩弧焊，不会的有师傅带", "要求会磁粉涂覆，不会可培训"),
    ],
)
def test_what_is_taught_on_the_job_is_no_must(text: str, vocabulary: Vocabulary) -> None:
    (asked,) = only("招工。" + text, vocabulary).demand.requirements
    assert asked.importance is Importance.NICE


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        *(
            ("氩弧焊工5名", 5),
            ("招3人", 3),
            ("焊工x2", 2),
            ("若干名", None),
            ("3 openings", 3),
            ("CNC Operator (2)", 2),
        ),
        *(("招聘数控车工若干名", None), ("人数：12人", 12), ("公司现有员工300人，招2人", 2)),
    ],
)
def test_headcount(text: str, wanted: int | None) -> None:
    found = read_headcount(text)
    assert found is not None and found.value == wanted


def test_education(vocabulary: Vocabulary) -> None:
    for text, label, importance in (
        ("大专及以上学历", "大专", Importance.MUST),
        ("本科优先，大专及以上", "大专", Importance.MUST),
        ("大专学历优先", "大专学历", Importance.NICE),
        ("学历：大专（能力突出者可放宽至中专）", "大专", Importance.SHOULD),
        ("高中、中专均可", "高中", Importance.MUST),
    ):
        found = read_education(text, vocabulary)
        assert found is not None and (found.value, found.importance) == (label, importance), text
    anyone = read_education("学历不限", vocabulary)
    assert anyone is not None and anyone.value is None
    assert read_education("会看图纸", vocabulary) is None


@pytest.mark.parametrize(
    ("text", "years"),
    [
        *(("经验不限", 0), ("应届生亦可", 0), ("1-3年工作经验", 1), ("至少两年相关经验", 2), ("半年以上工作经验", 0.5)),
        *(("UG编程3年以上", 3), ("会看图，3年以上数控操作", 3), ("焊接五年以上，持证", 5)),
        *(("公司成立10年以上", None), ("质保3年以上", None), ("能稳定干3年以上", None), ("须满3年相关经验", 3)),
        *(("2+ years of experience", 2), ("签订三年劳动合同", None), ("学制三年", None), ("no experience needed", 0)),
    ],
)
def test_experience(text: str, years: float | None) -> None:
    found = read_experience(text)
    assert (None if found is None else found.value) == years


def test_shifts_and_benefits() -> None:
    assert [fact.value for fact in read_shifts("长白班，上六休一")] == ["day", "six_day_week"]
    assert [fact.value for fact in read_shifts("四班三运转")] == ["three_shift"]
    assert [fact.value for fact in read_shifts("无夜班，不需要两班倒")] == []
    assert [fact.value for fact in read_shifts("能接受倒班")] == ["rotating"]
    assert [fact.value for fact in read_shifts("能接受倒班（三班倒）")] == ["three_shift"]
    assert [fact.value for fact in read_shifts("rotating shifts")] == ["rotating"]
    assert [fact.value for fact in read_shifts("不接受倒班，不愿上夜班")] == []
    assert [fact.value for fact in read_shifts("不接受倒班的勿扰")] == ["rotating"]
    found = {fact.value for fact in read_benefits("五险一金，包吃住，班车，年底双薪")}
    assert found == {"social_insurance", "housing_fund", "dormitory", "meals", "bus", "bonus"}


@pytest.mark.parametrize(
    ("text", "start", "deadline"),
    [
        ("2026年12月1日前到岗，报名截止2026.12.31", date(2026, 12, 1), date(2026, 12, 31)),
        ("七月初报到", date(2027, 7, 1), None),
        ("实习时间2027.3-2027.9", date(2027, 3, 1), None),
        ("明年3月入职；12月底前报名", date(2027, 3, 1), date(2026, 12, 31)),
        ("Start: July 2027. Apply by 15 December 2026.", date(2027, 7, 1), date(2026, 12, 15)),
        ("即日起到岗，招满为止", None, None),
    ],
)
def test_dates(text: str, start: date | None, deadline: date | None) -> None:
    found, last = read_start(text, TODAY), read_deadline(text, TODAY)
    assert (found and found.value, last and last.value) == (start, deadline)


def test_what_is_vague_is_unsure(vocabulary: Vocabulary) -> None:
    assert "start_on" in only("招焊工2名，年后到岗", vocabulary).unsure


@pytest.mark.parametrize("form", [".xlsx", ".csv"])
def test_match_reads_the_table_of_drafts(form: str, vocabulary: Vocabulary, tmp_path: Path) -> None:
    kept = draft_demands(SEVERAL, vocabulary, TODAY)
    write_demands(tmp_path / f"drafts{form}", kept)
    table = read_demands(tmp_path / f"drafts{form}")
    assert table.problems == ()
    for draft, record in zip(kept, table.records, strict=True):
        for name in ("id", "title", "headcount", "places", "pay", "shifts", "start_on"):
            assert getattr(record, name) == getattr(draft.demand, name)
        asked, wanted = (
            {(one.kind, one.label, one.level, one.importance) for one in demand.requirements}
            for demand in (record, draft.demand)
        )
        assert asked == wanted


def test_the_command_prints_phrases_and_writes_a_table(tmp_path: Path) -> None:
    source, table = tmp_path / "ad.txt", tmp_path / "drafts.xlsx"
    source.write_bytes(AD.encode("gb18030"))
    ran = CliRunner().invoke(app, ["draft", str(source), "-o", str(table), "--today", "2026-11-24"])
    assert ran.exit_code == 0, ran.output
    assert "6-9K" in ran.output and "人工确认" in ran.output
    assert [demand.title for demand in read_demands(table).records] == ["氩弧焊工"]
    ran = CliRunner().invoke(app, ["draft", "-", "--json", "--side", "profile"], input="熟练氩弧焊，不会二保焊")
    (draft,) = json.loads(ran.stdout)["drafts"]
    assert [claim["level"] for claim in draft["profile"]["skills"]] == [3, 0] and draft["confirmed"] is False


def test_the_printed_draft_has_words_and_no_codes(tmp_path: Path) -> None:
    for lang, words in (("zh", ("招聘", "社会保险", "住房公积金", "按月")), ("en", ("a post", "social insurance"))):
        ran = CliRunner().invoke(app, ["draft", AD, "--today", "2026-11-24", "--lang", lang])
        assert all(word in ran.output for word in words), ran.output
        assert not any(code in ran.output for code in ("hire", "social_insurance", "housing_fund"))
    assert "升学" in CliRunner().invoke(app, ["draft", "准备专升本，会氩弧焊", "--side", "profile"]).output
    for module, known in ((KINDS, DemandKind), (INTENTS, Intent)):
        assert set(module) == set(known)
    assert set(BENEFITS) == set(fact_patterns()["benefit"]) and set(SHIFT_LABELS) == set(fact_patterns()["shift"])


@pytest.mark.parametrize("kind", list(DemandKind))
def test_each_kind_is_written_in_chinese_and_read_back(
    kind: DemandKind, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    draft = only(AD, vocabulary)
    write_demands(tmp_path / "drafts.csv", [replace(draft, demand=replace(draft.demand, kind=kind))])
    written = (tmp_path / "drafts.csv").read_text(encoding="utf-8-sig")
    assert KINDS[kind][0] in written and kind.value not in written
    assert [record.kind for record in read_demands(tmp_path / "drafts.csv").records] == [kind]


@pytest.mark.parametrize(
    "words", [["missing.txt"], ["招焊工", "--today", "31.12."], ["招焊工", "-o", "drafts.pdf"], ["焊" * 20_001]]
)
def test_what_the_command_refuses(words: list[str]) -> None:
    assert isinstance(CliRunner().invoke(app, ["draft", *words]).exception, DuikouError)


def test_another_ending_is_refused(vocabulary: Vocabulary, tmp_path: Path) -> None:
    with pytest.raises(TableError, match="ending"):
        write_demands(tmp_path / "drafts.pdf", [only(AD, vocabulary)])


def test_a_students_own_text(vocabulary: Vocabulary) -> None:
    text = (
        "我是智能焊接技术专业大专学生，熟练氩弧焊，不会二保焊，持有焊工证，正在考低压电工证，"
        "想在长清做焊工，希望月薪6000以上，不想升学，能接受两班倒"
    )
    draft = draft_profile(text, vocabulary, TODAY)
    profile = draft.profile
    assert {claim.label: claim.level for claim in profile.skills} == {"氩弧焊": 3, "二保焊": 0}
    assert profile.certificates is not None and [claim.label for claim in profile.certificates] == ["焊工证"]
    assert [claim.label for claim in profile.planned_certificates] == ["低压电工证"]
    assert (profile.education, profile.major, profile.intent) == ("大专", "智能焊接技术", Intent.EMPLOY)
    wishes = profile.preferences
    assert (wishes.places, wishes.pay_low, wishes.shifts) == (("长清",), 6000, ("两班倒",))
    assert not draft.confirmed
    assert draft_profile("准备专升本", vocabulary, TODAY).profile.intent is Intent.STUDY


def test_nothing_gives_nothing(vocabulary: Vocabulary) -> None:
    assert draft_demands("  \n", vocabulary, TODAY) == []
    assert draft_profile("", vocabulary, TODAY).profile.certificates is None


PIECES = st.sampled_from(
    [
        "招聘",
        "焊工",
        "5名",
        "，",
        "\n",
        "6-9K",
        "大专",
        "或",
        "持焊工证",
        "岗位：",
        "①",
        "2026年13月40日",
        "2月30日",
        "x2",
        "½",
        "\x00",
        "ﬁ",
        "K",
        "【",
        "】",
    ]
)


@settings(max_examples=60, deadline=None)
@given(text=st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=30).map("".join)))
def test_any_text_gives_drafts_without_error(text: str, vocabulary: Vocabulary) -> None:
    for draft in draft_demands(text, vocabulary, TODAY):
        assert 1 <= len(draft.demand.title) <= 200
        assert all(0 <= start <= end <= len(text) for start, end in draft.spans.values())
    draft_profile(text, vocabulary, TODAY)


@pytest.mark.parametrize(
    "piece", ["1", "一", " ", "\n", "a ", "1-", "本科、", "招焊工5名、", "岗位：焊工 5名，氩弧焊或二保焊，6-9K\n"]
)
def test_long_texts_take_no_time(piece: str, vocabulary: Vocabulary) -> None:
    """Each takes well under a second; patterns that run back over what they read took minutes."""
    text = (piece * LONGEST_TEXT)[:LONGEST_TEXT]
    begun = time.process_time()
    draft_demands(text, vocabulary, TODAY)
    draft_profile(text, vocabulary, TODAY)
    assert time.process_time() - begun < 30
