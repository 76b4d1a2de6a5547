"""Tests of reading text: each kind of cue in both languages, scopes, traps, grades, spans, and that nothing raises."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from matching.cli import app
from matching.domain import LONGEST_TEXT, Kind
from matching.errors import RecordError, VocabularyError
from matching.text import Said, Side, negated_spans, read
from matching.text.cues import Cues, plain_form
from matching.vocabulary import Vocabulary

VOCABULARY = Vocabulary.load()
NOT_SHOWN = (Kind.OCCUPATION, Kind.REGION)


def said(text: str, side: Side = "demand") -> dict[str, Said]:
    """Read a text and give what it says by surface, without posts and places."""
    return {one.surface: one for one in read(text, VOCABULARY, side) if one.kind not in NOT_SHOWN}


def levels(text: str) -> dict[str, int | None]:
    return {surface: one.level for surface, one in said(text, "profile").items()}


def asked(text: str) -> dict[str, str]:
    return {surface: str(one.importance) for surface, one in said(text).items()}


def denied(text: str, side: Side = "profile") -> set[str]:
    return {surface for surface, one in said(text, side).items() if one.negated}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("了解PLC，熟悉变频器，熟练SolidWorks，精通AutoCAD", {"PLC": 1, "变频器": 2, "SolidWorks": 3, "AutoCAD": 4}),
        ("熟练使用SolidWorks、AutoCAD，会看图纸", {"SolidWorks": 3, "AutoCAD": 3, "会看图纸": None}),
        ("氩弧焊熟练、二保焊了解", {"氩弧焊": 3, "二保焊": 1}),
        ("氩弧焊、二保焊都熟练", {"氩弧焊": 3, "二保焊": 3}),
        ("AutoCAD（熟练），SolidWorks（了解）", {"AutoCAD": 3, "SolidWorks": 1}),
        ("会PLC编程，能焊氩弧焊", {"PLC编程": None, "氩弧焊": None}),
        ("PLC编程只了解皮毛", {"PLC编程": 1}),
        ("familiar with AutoCAD and SolidWorks", {"AutoCAD": 2, "SolidWorks": 2}),
        ("Proficient in SolidWorks, AutoCAD and CAXA.", {"SolidWorks": 3, "AutoCAD": 3, "CAXA": 3}),
        ("SolidWorks: proficient; AutoCAD: basic", {"SolidWorks": 3, "AutoCAD": 1}),
        ("Expert in TIG welding, can read drawings", {"TIG welding": 4}),
        ("strong PLC programming", {"PLC programming": 3}),
    ],
)
def test_levels(text: str, expected: dict[str, int | None]) -> None:
    found = levels(text)
    assert {surface: found.get(surface, "missed") for surface in expected} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("必须会氩弧焊，会PLC编程", {"氩弧焊": "must", "PLC编程": "should"}),
        ("要求熟悉PLC编程，会二保焊。会氩弧焊", {"PLC编程": "must", "二保焊": "must", "氩弧焊": "should"}),
        ("要求会氩弧焊，电工证优先", {"氩弧焊": "must", "电工证": "nice"}),
        ("持焊工证，会二保焊", {"焊工证": "must", "二保焊": "should"}),
        ("电工证必须有", {"电工证": "must"}),
        ("电工证（必备），叉车证（优先）", {"电工证": "must", "叉车证": "nice"}),
        ("会氩弧焊、二保焊者优先，会PLC编程", {"氩弧焊": "nice", "二保焊": "nice", "PLC编程": "should"}),
        ("最好会氩弧焊", {"氩弧焊": "nice"}),
        ("必须会氩弧焊，不会可培训；必须会二保焊", {"氩弧焊": "nice", "二保焊": "must"}),
        ("必须会PLC编程、氩弧焊（不会可以教），持焊工证", {"PLC编程": "must", "氩弧焊": "nice", "焊工证": "must"}),
        ("AutoCAD要求熟练", {"AutoCAD": "must"}),
        ("能按图纸要求做氩弧焊", {"氩弧焊": "should"}),
        ("不能不会氩弧焊", {"氩弧焊": "must"}),
        (
            "任职要求：\n1. 会氩弧焊\n加分项：\n2、会PLC编程\n工作内容：\n氩弧焊打底、二保焊",
            {"PLC编程": "nice", "二保焊": "should"},
        ),
        ("TIG welding required, PLC programming preferred", {"TIG welding": "must", "PLC programming": "nice"}),
        ("Must have TIG welding; AutoCAD is a plus", {"TIG welding": "must", "AutoCAD": "nice"}),
        ("TIG welding (required), AutoCAD (preferred)", {"TIG welding": "must", "AutoCAD": "nice"}),
        ("Ideally PLC programming", {"PLC programming": "nice"}),
        ("Requirements:\n- TIG welding\nNice to have:\n- AutoCAD", {"TIG welding": "must", "AutoCAD": "nice"}),
    ],
)
def test_importance(text: str, expected: dict[str, str]) -> None:
    found = asked(text)
    assert {surface: found.get(surface, "missed") for surface in expected} == expected


def test_a_profile_and_what_is_negated_have_no_importance() -> None:
    assert said("必须会氩弧焊", "profile")["氩弧焊"].importance is None
    assert said("不要求氩弧焊")["氩弧焊"].importance is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("没学过PLC编程，会氩弧焊", {"PLC编程"}),
        ("PLC编程没学过，氩弧焊会", {"PLC编程"}),
        ("氩弧焊、二保焊都没学过", {"氩弧焊", "二保焊"}),
        ("PLC编程、氩弧焊，都没学过", {"PLC编程", "氩弧焊"}),
        ("不会PLC编程但会氩弧焊", {"PLC编程"}),
        ("不会PLC编程、氩弧焊", {"PLC编程", "氩弧焊"}),
        ("没有电工证", {"电工证"}),
        ("氩弧焊没有问题，PLC编程不错", set()),
        ("不仅会氩弧焊，还会PLC编程", set()),
        ("不是不会氩弧焊", set()),
        ("会焊不锈钢，氩弧焊熟练", set()),
        ("除了氩弧焊都会，PLC编程熟练", {"氩弧焊"}),
        ("除了氩弧焊还会PLC编程", set()),
        ("会氩弧焊，别的没碰", set()),
        ("No experience with PLC programming, but good at TIG welding", {"PLC programming"}),
        ("never used AutoCAD, SolidWorks or CAXA", {"AutoCAD", "SolidWorks", "CAXA"}),
        ("I don't know PLC programming; I can do TIG welding", {"PLC programming"}),
        ("not only TIG welding but also PLC programming", set()),
        ("TIG welding without AutoCAD", {"AutoCAD"}),
    ],
)
def test_negation(text: str, expected: set[str]) -> None:
    assert denied(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("无需氩弧焊，会PLC编程", {"氩弧焊"}),
        ("AutoCAD不要求", {"AutoCAD"}),
        ("PLC programming is not required, TIG welding is", {"PLC programming"}),
        ("电工证不强求，有更好", set()),
    ],
)
def test_what_is_not_asked_for(text: str, expected: set[str]) -> None:
    assert denied(text, "demand") == expected


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("持三级以上焊工证", 3),
        ("焊工证三级及以上", 3),
        ("焊工证（高级）", 3),
        ("车工中级及以上", 2),
        ("车工五级证书", 1),
        ("焊工技师", 4),
        ("持焊工证", None),
    ],
)
def test_grades_of_certificates(text: str, level: int | None) -> None:
    found = [one for one in read(text, VOCABULARY, "demand") if one.kind is Kind.CERTIFICATE]
    assert found and found[0].level == level


@pytest.mark.parametrize(
    "text", ["进攻丝毫没有减弱", "他一生气动手推了人", "会不会计较，看分月饼那天", "晚报关注了这条小巷", "物业费又涨了"]
)
def test_short_words_alone_in_prose_are_not_believed(text: str) -> None:
    assert said(text) == {}


@pytest.mark.parametrize(
    ("text", "surface"), [("招叉车工两名", "叉车"), ("会钳工", "钳工"), ("叉车", "叉车"), ("做过叉车", "叉车")]
)
def test_short_words_with_company_are_believed(text: str, surface: str) -> None:
    assert any(surface in found for found in said(text))


def test_a_bare_trade_is_a_post_and_a_process_in_it_a_skill() -> None:
    assert all(one.kind is not Kind.SKILL for one in read("招焊工5名，包吃住", VOCABULARY, "demand"))
    assert any("weld.gtaw" in one.concepts for one in read("招氩弧焊工5名", VOCABULARY, "demand"))


@pytest.mark.parametrize("text", ["招电气工程师2名", "焊接技术员3名", "软件工程师", "诚聘自动化、电气工程师"])
def test_the_field_in_the_name_of_an_engineer_is_no_skill(text: str) -> None:
    found = [one for one in read(text, VOCABULARY, "demand") if one.kind is Kind.SKILL]
    assert [one.surface for one in found if one.surface != "自动化"] == []
    for known in ("PLC工程师", "电气工程师，会电气", "氩弧焊工程师"):
        assert any(one.kind is Kind.SKILL for one in read(known, VOCABULARY, "demand")), known


@pytest.mark.parametrize("text", ["UG编程", "UG编程3年以上", "加工中心操作员，会UG编程", "必须会UG编程，会看图"])
def test_a_cam_program_is_read_with_and_without_context(text: str) -> None:
    assert any("cam.nx" in one.concepts for one in read(text, VOCABULARY, "demand"))


def test_joined_axes_are_two_skills() -> None:
    assert set(said("数控，会四轴五轴")) >= {"四轴", "五轴"}
    assert "四轴" not in said("四轴飞行器航拍爱好者")


def test_a_student_who_would_learn_it_does_not_know_it() -> None:
    assert denied("我会焊接，PLC不会可以学") == {"PLC"}


def test_the_verb_can_is_no_bus() -> None:
    assert not any("auto_v.canbus" in one.concepts for one in read("I can swap battery modules", VOCABULARY, "profile"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("没学过PLC，会CAD", ["没学过PLC"]),
        ("无需倒班；氩弧焊熟练", ["无需倒班"]),
        ("PLC编程没学过，会CAD", ["PLC编程没学过"]),
        ("不会PLC、机器人，但会焊接", ["不会PLC、机器人"]),
        ("氩弧焊没有问题，不锈钢也焊过", []),
        ("No experience with PLC, but can weld", ["No experience with PLC"]),
        ("", []),
    ],
)
def test_negated_spans(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in negated_spans(text)] == expected


def test_spans_are_of_the_original() -> None:
    text = "①熟悉ＦＡＮＵＣ系统，㈱不会ＡｕｔｏＣＡＤ"
    found = read(text, VOCABULARY, "profile")
    assert {one.surface for one in found} >= {"ＡｕｔｏＣＡＤ"}
    assert all(text[one.start : one.end] == one.surface for one in found)
    assert [text[start:end] for start, end in negated_spans(text)] == ["不会ＡｕｔｏＣＡＤ"]


PIECES = st.sampled_from(
    [
        *(
            "熟练",
            "了解",
            "精通",
            "氩弧焊",
            "PLC",
            "电工证",
            "三级以上",
            "没",
            "没学过",
            "不会",
            "不限",
            "除了",
            "都会",
            "优先",
            "必须",
            "要求",
        ),
        *(
            "：",
            "\n",
            "（",
            "）",
            "，",
            "、",
            "。",
            " ",
            "但",
            "AutoCAD",
            "not",
            "never used",
            "required",
            "a plus",
            "or",
            ". ",
            ", ",
        ),
        *("会", "111", "141焊", "①", "ﬁ", "İ", "㈱", "加分项", "Requirements", "proficient"),
    ]
)


@given(st.text(max_size=80) | st.lists(PIECES, max_size=25).map("".join), st.sampled_from(["demand", "profile"]))
def test_any_text_is_read_and_spans_fit(text: str, side: Any) -> None:
    assert len(plain_form(text)) == len(text)
    last = 0
    for one in read(text, VOCABULARY, side):
        assert 0 <= one.start < one.end <= len(text)
        assert text[one.start : one.end] == one.surface
        assert one.level is None or 1 <= one.level <= 5
        assert (one.importance is None) == (side == "profile" or one.negated)
    for start, end in negated_spans(text):
        assert last <= start < end <= len(text)
        last = end


@pytest.mark.parametrize(
    "unit",
    [
        "熟练",
        "没",
        "必须",
        "优先",
        "除了氩弧焊",
        "焊工证三级",
        "机电、",
        "机电和",
        "电工,",
        "141焊、111、",
        "never used CAD, ",
        "不会可可",
        "电气工程师",
    ],
)
def test_long_texts_of_one_word_take_no_time(unit: str) -> None:
    text = (unit * LONGEST_TEXT)[:LONGEST_TEXT]
    started = time.process_time()
    read(text, VOCABULARY, "demand")
    negated_spans(text)
    assert time.process_time() - started < 30


def test_a_wrong_table_of_cues_is_named(tmp_path: Path) -> None:
    table = tmp_path / "cues.csv"
    table.write_text("word,kind,value,lang,scope\n熟练,degree,much,zh,both\n", encoding="utf-8")
    with pytest.raises(VocabularyError) as wrong:
        Cues(table)
    assert wrong.value.problems[0].row == 2


def run(*arguments: str, given: str | None = None) -> str:
    result = CliRunner().invoke(app, ["parse", *arguments], input=given, env={"COLUMNS": "160"})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0
    return result.stdout


def test_parse_prints_what_was_understood() -> None:
    text = "必须熟练氩弧焊，电工证优先，无需倒班"
    chinese, english = run(text), run(text, "--lang", "en")
    assert text in chinese and "3 熟练" in chinese and "必须" in chinese and "否定" in chinese
    assert "3 proficient" in english and "must" in english and "negated" in english
    assert "重要性" not in run(text, "--side", "profile")
    assert "没有读出任何概念" in run("今天天气很好")


def test_parse_reads_files_and_standard_input(tmp_path: Path) -> None:
    file = tmp_path / "ad.txt"
    file.write_bytes("持三级以上焊工证".encode("gb18030"))
    for found in (run(str(file), "--json"), run("-", "--json", given="持三级以上焊工证")):
        values = json.loads(found)
        assert values["text"] == "持三级以上焊工证"
        assert [(one["kind"], one["level"], one["importance"]) for one in values["said"]] == [
            ("certificate", 3, "must")
        ]
    file.write_bytes(b"\xff\xff\xff\x00")
    with pytest.raises(RecordError):
        run(str(file))
    with pytest.raises(RecordError):
        run("焊" * 20_001)
