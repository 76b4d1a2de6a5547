"""Hypothesis strategies that draw demands and profiles from words that people really use."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from matching import CertificateClaim, Demand, Importance, Kind, Preferences, Profile, Requirement, SkillClaim
from matching.domain import AutomatedDecision, DemandKind, Intent

SKILLS = (
    *(
        "氩弧焊",
        "TIG",
        "二保焊",
        "手把焊",
        "焊接",
        "数控车",
        "数控车编程",
        "FANUC",
        "千分尺",
        "看图纸",
        "PLC",
        "S7-1200",
    ),
    *("触摸屏组态", "ABB机器人", "工业机器人", "液压", "气动", "叉车驾驶", "Excel", "会计核算", "Java", "MySQL", "Vue"),
    *("发动机检修", "高压共轨", "动力电池拆装", "绝缘检测", "水质检测", "CNC turning", "无名技能甲", "无名技能乙"),
)
CERTIFICATES = (
    *(
        "焊工证",
        "低压电工证",
        "焊工四级",
        "车工三级",
        "中级工",
        "叉车证",
        "驾照",
        "C1驾照",
        "B2驾照",
        "英语四级",
        "某某证书",
    ),
)
MAJORS = (
    "智能焊接技术",
    "焊接技术与自动化",
    "数控技术",
    "电气自动化技术",
    "机电",
    "大数据与会计",
    "软件技术",
    "某某专业",
)
EDUCATION = ("中职", "高职专科", "本科", "技师学院高级工班")
TEXTS = (
    *("", "氩弧焊打底练了一年，薄壁管不焊穿。", "做过恒压供水柜，变频器参数都调过", "会看图纸，能倒班"),
    *("I can program a PLC and build HMI screens.", "仓库收发货、盘点都做过，叉车会一点", "数控车床装刀对刀试切"),
)
TITLES = ("氩弧焊工", "数控车床操作工", "PLC调试助理", "仓管员", "会计", "CNC Lathe Operator", "设备维护")
DAYS = (None, date(2026, 12, 1), date(2027, 3, 1), date(2027, 7, 1), date(2028, 7, 1))

levels = st.integers(1, 5)
days = st.sampled_from(DAYS)


@st.composite
def requirements(draw: st.DrawFn) -> Requirement:
    kind = draw(st.sampled_from((Kind.SKILL, Kind.SKILL, Kind.SKILL, Kind.CERTIFICATE, Kind.MAJOR, Kind.EDUCATION)))
    label = draw(
        st.sampled_from(
            {Kind.SKILL: SKILLS, Kind.CERTIFICATE: CERTIFICATES, Kind.MAJOR: MAJORS, Kind.EDUCATION: EDUCATION}[kind]
        )
    )
    importance = draw(st.sampled_from(tuple(Importance)))
    group = draw(st.sampled_from((None, None, "a", "b"))) if kind is Kind.SKILL else None
    return Requirement(
        kind=kind,
        label=label,
        level=draw(st.one_of(st.none(), levels)) if kind is Kind.SKILL else None,
        importance=importance,
        weight=draw(st.sampled_from((1.0, 1.0, 0.5, 3.0))),
        any_of=group and f"{group} {importance}",
        exclude_unknown=draw(st.booleans()),
    )


@st.composite
def demands(draw: st.DrawFn) -> Demand:
    return Demand(
        id=draw(st.sampled_from(("d1", "d2", "d3"))),
        title=draw(st.sampled_from(TITLES)),
        text=draw(st.sampled_from(TEXTS)),
        kind=draw(st.sampled_from(tuple(DemandKind))),
        requirements=tuple(draw(st.lists(requirements(), max_size=6))),
        start_on=draw(days),
        places=draw(st.sampled_from(((), ("长清区",), ("济南",)))),
    )


@st.composite
def skill_claims(draw: st.DrawFn) -> SkillClaim:
    return SkillClaim(
        label=draw(st.sampled_from(SKILLS)),
        level=draw(st.one_of(st.none(), st.integers(0, 5))),
        source=draw(st.sampled_from(("claimed", "course", "verified"))),
        available_on=draw(days),
    )


@st.composite
def certificate_claims(draw: st.DrawFn) -> CertificateClaim:
    issued, until = draw(days), draw(days)
    if issued is not None and until is not None and until < issued:
        issued, until = until, issued
    return CertificateClaim(draw(st.sampled_from(CERTIFICATES)), None, issued, until)


@st.composite
def profiles(draw: st.DrawFn, identifier: str = "p") -> Profile:
    return Profile(
        id=identifier,
        education=draw(st.sampled_from((None, *EDUCATION))),
        major=draw(st.sampled_from((None, *MAJORS))),
        skills=tuple(draw(st.lists(skill_claims(), max_size=6))),
        certificates=draw(st.one_of(st.none(), st.lists(certificate_claims(), max_size=3).map(tuple))),
        intent=draw(st.sampled_from((Intent.EMPLOY, Intent.EMPLOY, Intent.EMPLOY, Intent.STUDY))),
        preferences=Preferences(places=draw(st.sampled_from(((), ("长清区",), ("青岛",))))),
        text=draw(st.sampled_from(TEXTS)),
        turns_16_on=draw(days),
        automated_decision=draw(
            st.sampled_from((AutomatedDecision.ALLOW, AutomatedDecision.ALLOW, AutomatedDecision.REFUSE))
        ),
    )


@st.composite
def crowds(draw: st.DrawFn, most: int = 12) -> list[Profile]:
    size = draw(st.integers(1, most))
    return [draw(profiles(f"p{number:02d}")) for number in range(size)]
