"""Tests of recognition in free text: spans, boundaries, traps, masking, context, and F1 on the example sentences."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.domain import Kind
from matching.vocabulary import Vocabulary

VOCABULARY = Vocabulary.load()
EXAMPLES = Path(__file__).resolve().parents[2] / "shared" / "domain" / "extraction_examples.csv"
LEAST_F1 = 0.90


def found(text: str, kind: Kind = Kind.SKILL) -> set[str]:
    return {concept for mention in VOCABULARY.recognise(text, {kind}) for concept in mention.concepts}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("负责压力控制系统的巡视", "scada"),
        ("与生产同步进行", "auto.stepper"),
        ("参数控制与记录", "cnc"),
        ("安排司机加班", "mach"),
        ("提出合理化建议", "qa.lab"),
        ("承接内部装修", "fit.assembly"),
        ("构建知识图谱", "cad.read"),
        ("聘主管工程师一名", "fluid.pipe"),
        ("机电工程安装", "elec"),
        ("开车送货，注意行车安全", "log.crane"),
        ("会用办公软件WPS做表格", "weld.wps"),
        ("水质检测岗位", "qa"),
        ("2024级111班，焊接专业", "weld.smaw"),
        ("联系电话135 1234 5678", "weld.mag"),
        ("负责招聘焊工", "hr"),
        ("ERP implementation", "plc.ab"),
        ("C++ developer", "prog.c"),
        ("Good at sawing", "weld.saw"),
        ("We go to work by bus", "prog.go"),
        ("仪容仪表端庄", "auto.instr"),
        ("提供汽车补贴", "auto_v"),
        ("编制装配工艺", "fit.assembly"),
        ("we can help you", "auto_v.canbus"),
        ("拧紧铣刀工具", "hos.cook"),
        ("大气压力变化", "fluid.pneu"),
    ],
)
def test_substrings_and_homonyms_are_no_hits(text: str, wrong: str) -> None:
    assert wrong not in found(text)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("力控组态软件开发", "scada.force"),
        ("步进电机调试", "auto.stepper"),
        ("会操作数控机床", "cnc"),
        ("车间行车操作，5吨天车", "log.crane"),
        ("会编写焊接工艺评定WPS/PQR", "weld.wps"),
        ("焊条电弧焊（111）", "weld.smaw"),
        ("熟练使用ＣＡＸＡ和Ａｕｔｏ ＣＡＤ", "cad.autocad"),
        ("C/C++嵌入式开发", "prog.cpp"),
        ("pneumatics and multimeters", "elec.test_instr"),
        ("探伤员，持UT证", "qa.ndt"),
        ("编写数控加工程序", "cnc"),
        ("机械装配工5名", "fit.assembly"),
        ("CAN总线与ECU诊断", "auto_v.canbus"),
    ],
)
def test_what_is_meant_is_found(text: str, right: str) -> None:
    assert right in found(text)


def test_context_tells_a_cnc_from_a_robot() -> None:
    assert found("加工中心操作，FANUC") >= {"cnc.fanuc"} and "rob.fanuc" not in found("加工中心操作，FANUC")
    assert found("机器人示教编程，FANUC") >= {"rob.fanuc"} and "cnc.fanuc" not in found("机器人示教编程，FANUC")
    assert not found("FANUC")


def test_majors_hide_the_skills_in_their_names() -> None:
    text = "汽车检测与维修技术专业毕业"
    assert found(text, Kind.MAJOR) == {"major:500211"}
    assert found(text) == set()


def test_short_names_are_majors_only_before_the_word() -> None:
    assert found("机电、数控、会计等相关专业", Kind.MAJOR) >= {"major:460301", "major:460103", "major:530302"}
    assert not found("会计两名", Kind.MAJOR)
    assert not found("聘会计专业人员、计算机网络工程技术人员", Kind.MAJOR)
    assert found("majored in Mechatronics", Kind.MAJOR) == {"major:460301", "major:660301"}
    assert not found("an office with an accounting desk", Kind.MAJOR)
    assert found("会计两名", Kind.OCCUPATION) == {"occ:2-06-03-00"}


def test_certificates_hide_the_skills_in_their_names() -> None:
    text = "持焊工证"
    assert "cert:so_weld" in found(text, Kind.CERTIFICATE)
    assert not found(text) and not found(text, Kind.OCCUPATION)
    assert found("中级电工证", Kind.CERTIFICATE) >= {"trade:电工"}
    assert not found("招电工两名", Kind.CERTIFICATE)


@pytest.mark.parametrize("text", ["三大专业", "其中专业课程", "生产过程中职业道德", "提高中国制造", "本科室负责"])
def test_education_is_not_read_across_words(text: str) -> None:
    assert not found(text, Kind.EDUCATION)


def test_places_are_not_read_across_words() -> None:
    assert not found("表格说明水质；黄河南岸；山东营业部", Kind.REGION) - {"region:370000"}
    assert found("济南长清、章丘明水", Kind.REGION) >= {"region:370113", "region:370114"}


def test_spans_are_of_the_original_text() -> None:
    text = "①熟悉ＦＡＮＵＣ系统；㈱ ﬁtter"
    for mention in VOCABULARY.recognise(text):
        assert text[mention.start : mention.end] == mention.surface
    assert [mention.surface for mention in VOCABULARY.recognise(text, {Kind.SKILL})] == ["ＦＡＮＵＣ系统", "ﬁtter"]


@given(st.text(max_size=60) | st.lists(st.sampled_from("焊工证数控ＰLC程专业C+#①ßİ㈱ 111班"), max_size=40).map("".join))
def test_any_text_gives_mentions_that_point_into_it(text: str) -> None:
    for mention in VOCABULARY.recognise(text):
        assert 0 <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.surface
        assert all(concept in VOCABULARY.concepts for concept in mention.concepts)


def test_f1_on_the_example_sentences() -> None:
    if not EXAMPLES.exists():
        pytest.skip("the example sentences lie beside the repository and are absent here")
    right = extra = missed = 0
    with EXAMPLES.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            gold, got = set(row["gold_skill_ids"].split(";")), found(row["text"])
            right, extra, missed = right + len(gold & got), extra + len(got - gold), missed + len(gold - got)
    f1 = 2 * right / (2 * right + extra + missed)
    print(f"F1 of skill recognition on the example sentences: {f1:.3f} ({right} right, {extra} extra, {missed} missed)")
    assert f1 >= LEAST_F1
