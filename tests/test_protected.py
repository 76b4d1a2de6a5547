"""Protected and identifying wording never becomes a term or part of a label; technical wording stays."""

from __future__ import annotations

import csv
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.vectorize.terms import terms
from matching.vocabulary import data_folder
from matching.vocabulary.firsts import ANY, alternatives, first_characters
from matching.vocabulary.protected import BREAK, mask_label, mask_protected, normalise, protected_pattern

TEXTS = (
    "二保焊焊过角焊缝，会看图，会首检",
    "I have written PLC programs, wired panels, TIA Portal",
    "数控车床编程。首件检验；三坐标测量",
)
MARKS = "，。,;；\n"
CHINESE = """
济南人|青岛人|山东济南人|山东人|本地人|外地人|老家在菏泽|来自农村|信仰佛教|信仰伊斯兰教|回民|乙肝携带|乙肝|乙肝携带者|孕妇|怀孕|残疾|身体健康|无传染病|近视|我叫李刚|本人姓名王小明|姓名：张三
姓名:李四|出生于1999年|出生于2005年3月|生于1998年|生于农村|1999年生|170cm|身高一米七|身高170|体重|体重65kg|共青团员|团员|共产党员|群众|退伍军人|退役士兵|性別|性別：男|未婚
已婚|离异|独生子女|民族满族|民族：汉|民族：汉族|性别男|13812345678|138-1234-5678|电话：0531-88881234|手机13812345678|QQ：12345678|QQ12345678
微信：zhang_san88|微信号abc12345|a.b@qq.com|邮箱：zs@163.com|370102199901011234|身份证号：37010219990101123X|男士优先|女性优先|男生优先
本地户口优先|本地户口|只招男生|限女性|男女不限|我是女生|我是一个女孩|本人系中共党员|我今年22岁|今年22岁|22岁|二十二岁|年龄18-35周岁|18-35岁之间|90后|00后|属龙|我姓王|籍贯山东菏泽
籍贯：山东省菏泽市曹县|户籍山东济南|户口在济南|户籍不限|民族不限|农村户口|菏泽曹县人|河北邯郸人|土生土长的济南人|党员优先|预备党员|政治面貌：中共党员|政治面貌团员|婚姻状况：未婚|已婚已育|育有一子|单亲妈妈
佛教徒|信佛|无宗教信仰|穆斯林|身高175cm以上|身高1.75米|1.75米|五官端正|形象气质佳|视力良好|裸眼视力5.0以上|色盲|听力残疾|残疾人|聋哑人|健康状况：良好|有残疾证|有高血压|无重大疾病
出生日期：1999-05-03|出生年月1999.05|生日：1999年5月3日|1999年5月出生|99年的|当过兵|退伍兵|漢族|黨員|團員|農村戶口|22歲|联系人：王经理|联系人王女士|王先生|我是张伟|家住章丘
家在农村|女员工优先|男女均可|勿扰女性|女性勿扰|宝妈|小姐姐|帅哥美女|外地户口勿扰|本地人优先|学号20230101|准考证号：12345678|农民家庭|贫困生|大龄青年|微信同号|电话微信同号
李先生13812345678|混血|蒙古族|我叫阿依古丽·买买提|姓  名：张三|性 别：男
"""
ENGLISH = """
I am a 22-year-old woman|single mother|Muslim|Christian|pregnant|disabled|my name is Li Gang
My name is Zhang San|phone: +86 138 1234 5678|phone 13812345678|tel: 0531-88881234|date of birth: 1999-05-03
date of birth 3 May 1999|born in 1999|born on 3 May 1999|born in Jinan|I am single|single|married|I am married
female|male preferred|female candidates only|men only|I am 22 years old|22 years old|aged 22|age: 22|under 35
over 40 years old|age under 35|call me Li|name: Li Gang|email: li@example.com|Han ethnicity|ethnicity: Han
communist party member|party member|youth league member|height 170 cm|170cm tall|weight 60kg|good-looking
I am a Buddhist|religion: none|from the countryside|hometown: Jinan|disabled veteran|hepatitis B
in good health|two children|mother of two|with children|Mr. Wang|Miss Li|white man|black woman|she/her
WeChat: zhangsan88|QQ: 12345678|dob: 1999|gender: F|sex: male|locals only|I am a 22 year old man
nationality: Chinese|I'm a Muslim woman|young|in her twenties|a young girl|wheelchair
ID number 370102199901011234|married with two children|my phone number is 13812345678|local hukou only
native of Shandong|hiv positive
"""
TECHNICAL = """
工人|机器人|焊工|负责人|客人|主持人|母排|公差|男装缝制|女儿墙防水|汉字录入|回路|满焊|白班|朝向|高度|身份认证|群众文化|党建|退伍军人事务|白车身|公头|母头|先生产后检验|集团员工培训|社团员工
诚信教育|带教徒弟|回教室|管道教学|学生日常管理|机身高度|整体重量|立体型腔|一体型|边长相等|接近视觉检测|偏离异常|面向对象存储|水族箱|济南人社局|济南人才网|济南人力资源|孕妇护理|传染病护理|残疾人康复
盲人按摩|近视防控|民族舞蹈|民族音乐|2023年生产线|1999年生产|1.75米管|切割170cm钢管|汉堡制作|心理健康教育|健康证|健康管理|传染病防治|高血压护理|会计|数控编程|姓名牌制作|微信小程序开发
微信公众号运营|手机维修|电话销售|电话客服|邮箱服务器|金属马鞍|属性|年产|户外|轮胎|家庭教育|老年护理|来自一线|班组长|操作工|质检员|体型材|退役电池回收|身高测量|体重秤|岁修|人机界面|男女装|女装设计
女鞋制作|主轴|山东产|济南重工|山东重工|高岭土|同人|机械手|单身管板|山东快书|满负荷|汉化|藏品|白酒|苗木|水电|土建|保安|高山|京剧|彝|回收|壮工|布朗运动|朝鲜泡菜|俄罗斯方块|北京人寿保险|中药|党务
团课|团队|员工|信号|信息|佛像雕刻|道路|宗旨|清真菜|少数民族语言|母婴护理|妇女保健|产妇护理|户籍管理|青年志愿者
aging test|male connector|female connector
female thread|single-phase motor|single axis|gender-neutral|height gauge|weighing|black oxide|white body
man-machine interface|age hardening|Young's modulus|MS Excel|20 ms|VR/AR/MR|aged care|race bearing|handling
manual welding|package|agent|engagement|menu|mental model|manchester|hand tools|Hanover|single crystal
single-board computer|mechatronics|male and female threads|male-to-female adapter|sexagesimal|height 5 m
lifting height 170 cm|weight 20 t|health and safety|over 20 tons|under 30 bar|IEC 61131|S7-1200|13812|6061-T6
name plate|phone repair|email server|child lock|childcare|passport control|date of manufacture|marine
"""


def listed(text: str) -> list[str]:
    return [phrase for line in text.strip().splitlines() for phrase in line.split("|")]


PHRASES = [*listed(CHINESE), *listed(ENGLISH)]
with (data_folder() / "protected_words.csv").open(encoding="utf-8", newline="") as _table:
    WORDS = [row["word"] for row in csv.DictReader(_table) if row["pattern"] == "no"]


def masked(text: str) -> dict[str, int]:
    """Count the terms of a text after masking."""
    return terms(mask_protected(text, protected_pattern()))


def with_clause(text: str, clause: str, mark: str) -> list[str]:
    """Put a clause at the start, in the middle and at the end of a text."""
    middle = re.search("[，。,]", text)
    assert middle
    return [
        f"{clause}{mark}{text}",
        f"{text[: middle.end()]}{clause}{mark}{text[middle.end() :]}",
        f"{text}{mark}{clause}",
    ]


@pytest.mark.parametrize("phrase", PHRASES)
def test_protected_wording_as_a_clause_of_its_own_changes_nothing(phrase: str) -> None:
    for text in TEXTS:
        for mark in (*MARKS, ", "):
            assert all(masked(marked) == masked(text) for marked in with_clause(text, phrase, mark))


def test_there_are_enough_phrases() -> None:
    assert len(set(PHRASES)) >= 120 and len(set(listed(TECHNICAL))) >= 80


@pytest.mark.parametrize("word", WORDS)
def test_every_listed_word_as_a_clause_of_its_own_changes_nothing(word: str) -> None:
    assert all(masked(marked) == masked(text) for text in TEXTS for marked in with_clause(text, word, "，"))


@pytest.mark.parametrize("wording", listed(TECHNICAL))
def test_technical_wording_stays(wording: str) -> None:
    for text in (wording, f"熟悉{wording}", f"{wording}，会看图", f"knows {wording} well"):
        assert mask_protected(text, protected_pattern()) == normalise(text)
    assert mask_label(wording) == wording


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(PHRASES), max_size=5), st.sampled_from(TEXTS), st.sampled_from("，。；\n"), st.data())
def test_any_combination_of_clauses_changes_nothing(
    phrases: list[str], text: str, mark: str, data: st.DataObject
) -> None:
    clauses = re.split("[，。；,]", text)
    for phrase in phrases:
        clauses.insert(data.draw(st.integers(0, len(clauses))), phrase)
    assert masked(mark.join(clauses)) == masked(text)


@given(st.text(max_size=60))
def test_masking_puts_breaks_and_changes_nothing_else(text: str) -> None:
    once = mask_protected(text, protected_pattern())
    assert len(once) == len(normalise(text))
    assert all(left in (BREAK, right) for left, right in zip(once, normalise(text), strict=True))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("户籍不限会数控编程", "会数控编程"),
        ("民族不限氩弧焊熟练", "氩弧焊熟练"),
        ("籍贯菏泽会焊接", "会焊接"),
        ("我叫李刚会氩弧焊", "会氩弧焊"),
        ("姓名张三男22岁汉族会焊接", "会焊接"),
        ("回族男焊工", "焊工"),
        ("My name is Li Gang and I weld", "and i weld"),
        ("born in 1999 and skilled in welding", "and skilled in welding"),
        ("年龄18-35岁，女士优先，会氩弧焊", "会氩弧焊"),
    ],
)
def test_masking_takes_no_more_than_the_protected_wording(text: str, kept: str) -> None:
    assert masked(text) == masked(kept) == terms(kept)


@pytest.mark.parametrize(
    ("label", "kept"),
    [
        ("女焊工", "焊工"),
        ("男", ""),
        ("中共党员", ""),
        ("身份证号", ""),
        ("本人是女生", ""),
        ("焊工（男）", "焊工"),
        ("CNC (male) Operator", "CNC Operator"),
        ("PLC编程，女士优先", "PLC编程"),
        ("性別：男", ""),
        ("Female Welder", "Welder"),
        ("ＰＬＣ女工程师", "ＰＬＣ 工程师"),
        ("氩弧焊", "氩弧焊"),
        ("", ""),
        ("Male Connector", "Male Connector"),
        ("  ", "  "),
    ],
)
def test_a_label_keeps_all_but_its_protected_wording(label: str, kept: str) -> None:
    assert mask_label(label) == kept


def test_long_texts_take_no_more_than_linear_time() -> None:
    started = time.process_time()
    for piece in (
        "山东",
        "区",
        "男女",
        "有没",
        "我叫王",
        "籍贯",
        "来自山东区",
        "1",
        "a.",
        "my name is ",
        ", ",
        "性 ",
        "一",
    ):
        mask_protected(piece * 3000 + "女会", protected_pattern())
    assert time.process_time() - started < 30


@pytest.mark.slow
def test_masking_is_fast() -> None:
    text, pattern = "二保焊焊过角焊缝和对接，飞溅控制得还可以，会用FANUC机器人示教", protected_pattern()
    started = time.process_time()
    for _ in range(2000):
        mask_protected(text, pattern)
    assert 2000 / (time.process_time() - started) > 10_000


@pytest.mark.parametrize(
    ("pattern", "first"),
    [
        ("(?:净|裸)?身高", "净裸身"),
        ("(?<!a)[bc]d|e+", "bce"),
        (r"(?=[xy])\d{0,2}x", r"\dx"),
        ("a?", ANY),
        ("[^a]b", ANY),
    ],
)
def test_first_characters_of_a_pattern(pattern: str, first: str) -> None:
    assert set(first_characters(pattern)) == set(first)


def test_alternatives_are_split_outside_groups_only() -> None:
    assert alternatives(r"a(?:b|c)|[|]\||(?!d|e)") == ["a(?:b|c)", r"[|]\|", "(?!d|e)"]
