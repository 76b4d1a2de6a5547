"""Writes records as the cells of our own tables, so that an export can be corrected and uploaded again.

Lists use the notation that `matching.tables` reads: `label:level@start~end[tag]`, ； between items, | between
alternatives. Headers are in zh or en, words of a cell are those of the same language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

Values = Mapping[str, Any]
Cell = str | int | None
STUDENT_HEADERS = {
    "number": ("学号", "id"),
    "name": ("姓名", "name"),
    "class_name": ("班级", "class"),
    "phone": ("电话", "phone"),
    "email": ("邮箱", "email"),
    "major": ("专业名称", "major"),
    "entry_year": ("年级", "entry_year"),
    "education": ("学历层次", "education"),
    "graduates_on": ("毕业日期", "graduates_on"),
    "skills": ("技能", "skills"),
    "planned_skills": ("计划技能", "planned_skills"),
    "certificates": ("技能证书", "certificates"),
    "planned_certificates": ("计划证书", "planned_certificates"),
    "intent": ("就业意向", "intent"),
    "wished_places": ("意向地点", "wished_places"),
    "wished_pay": ("期望月薪", "wished_pay"),
    "wished_shifts": ("班次", "wished_shifts"),
    "wished_occupations": ("意向岗位", "wished_occupations"),
    "occupations": ("实践岗位", "occupations"),
    "text": ("自我描述", "text"),
    "automated_decision": ("自动排序", "automated_decision"),
}
DEMAND_HEADERS = {
    "number": ("岗位编号", "id"),
    "employer": ("企业名称", "employer"),
    "title": ("岗位名称", "title"),
    "kind": ("类型", "kind"),
    "headcount": ("人数", "headcount"),
    "education": ("学历", "education"),
    "must_majors": ("必备专业", "must_majors"),
    "majors": ("专业", "majors"),
    "must_skills": ("必备技能", "must_skills"),
    "skills": ("技能", "skills"),
    "nice_skills": ("加分技能", "nice_skills"),
    "must_certificates": ("必备证书", "must_certificates"),
    "certificates": ("证书", "certificates"),
    "nice_certificates": ("加分证书", "nice_certificates"),
    "occupations": ("职业", "occupations"),
    "places": ("工作地点", "places"),
    "pay_low": ("月薪下限", "pay_low"),
    "pay_high": ("月薪上限", "pay_high"),
    "shifts": ("班次", "shifts"),
    "start_on": ("到岗日期", "start_on"),
    "valid_until": ("截止日期", "valid_until"),
    "text": ("岗位描述", "text"),
}
WORDS = {
    "employ": "求职",
    "undecided": "未定",
    "study": "升学",
    "enlist": "入伍",
    "own_business": "创业",
    "not_seeking": "暂不就业",
    "allow": "允许",
    "explain_only": "仅解释",
    "refuse": "拒绝",
    "hire": "招聘",
    "internship": "岗位实习",
    "order_class": "订单班",
    "apprenticeship": "学徒制",
    "project": "项目",
    "training": "培训",
    "claimed": "自述",
    "course": "课程",
    "verified": "核验",
    "must": "必须",
    "should": "应当",
    "nice": "优先",
    "must_known": "必须已核实",
    "none": "无",
}
"""Value -> the word for it in a Chinese table; in an English one the value itself stands."""
TRADE_LEVELS = {1: "五级", 2: "四级", 3: "三级", 4: "二级", 5: "一级"}
HELD_AS = {"skill": "skills", "certificate": "certificates", "language": "certificates", "licence": "certificates"}
IMPORTANCE_OF = {"must": "must_", "should": "", "nice": "nice_"}


def student_cells(identity: Values, record: Values, lang: str) -> list[Cell]:
    """Give the cells of a student in the order of STUDENT_HEADERS."""
    wishes = record.get("preferences") or {}
    skills = record.get("skills") or ()
    certificates = record.get("certificates")
    cells: dict[str, Cell] = {
        **{name: identity[name] for name in ("number", "name", "class_name", "phone", "email")},
        **{name: record.get(name) for name in ("major", "entry_year", "education", "graduates_on", "text")},
        "skills": _listed(_skill(one, "claimed", lang) for one in skills if not one.get("available_on")),
        "planned_skills": _listed(_skill(one, "course", lang) for one in skills if one.get("available_on")),
        "certificates": word("none", lang) if certificates == [] else _listed(map(_certificate, certificates or ())),
        "planned_certificates": _listed(map(_certificate, record.get("planned_certificates") or ())),
        "intent": word(record.get("intent", "employ"), lang),
        "wished_places": _listed(wishes.get("places") or ()),
        "wished_pay": wishes.get("pay_low"),
        "wished_shifts": _listed(wishes.get("shifts") or ()),
        "wished_occupations": _listed(wishes.get("occupations") or ()),
        "occupations": _listed(record.get("occupations") or ()),
        "automated_decision": word(record.get("automated_decision", "allow"), lang),
    }
    return [cells[name] for name in STUDENT_HEADERS]


def demand_cells(number: str | None, employer: str, record: Values, lang: str) -> list[Cell]:
    """Give the cells of a demand in the order of DEMAND_HEADERS; what has no column of its own goes to the text."""
    pay = record.get("pay") or {}
    cells: dict[str, Cell] = {
        **{name: record.get(name) for name in ("title", "headcount", "start_on", "valid_until")},
        **_requirements(record.get("requirements") or (), lang),
        **{name: _listed(record.get(name) or ()) for name in ("occupations", "places", "shifts")},
        "number": number,
        "employer": employer,
        "kind": word(record.get("kind", "hire"), lang),
        "pay_low": pay.get("low"),
        "pay_high": pay.get("high"),
    }
    cells["text"] = "\n".join(part for part in (record.get("text"), cells.get("other")) if isinstance(part, str))
    return [cells.get(name) for name in DEMAND_HEADERS]


def word(value: str, lang: str) -> str:
    """Give the word of a table for a value."""
    return WORDS.get(value, value) if lang == "zh" else value


def _requirements(asked: Iterable[Values], lang: str) -> dict[str, Cell]:
    """Put each requirement into its column; neighbours of one any_of group are joined by |."""
    columns: dict[str, list[str]] = {}
    for (column, group), members in groupby(asked, key=lambda one: (_column(one), one.get("any_of"))):
        written = [_requirement(one, column, lang) for one in members]
        columns.setdefault(column, []).extend(["|".join(written)] if group else written)
    return {name: _listed(items) for name, items in columns.items()}


def _column(one: Values) -> str:
    importance = one.get("importance", "should")
    if one["kind"] == "education":
        return "education"
    if one["kind"] == "major":
        return "must_majors" if importance == "must" else "majors"
    held = HELD_AS.get(one["kind"])
    return "other" if held is None else f"{IMPORTANCE_OF[importance]}{held}"


def _requirement(one: Values, column: str, lang: str) -> str:
    importance = one.get("importance", "should")
    said = "must_known" if importance == "must" and one.get("exclude_unknown") else importance
    own = "must" if column == "education" or column.startswith("must_") else "should"
    own = "nice" if column.startswith("nice_") else own
    level = one.get("level")
    if level is not None and column.endswith("certificates"):
        level = TRADE_LEVELS[level]
    shown = "" if level is None or column in ("education", "majors", "must_majors") else f":{level}"
    return f"{one['label']}{shown}" + ("" if said == own else f"[{word(said, lang)}]")


def _skill(one: Values, usual: str, lang: str) -> str:
    """Write a skill; `usual` is the source that its column takes where none is named."""
    level, source, day = one.get("level"), one.get("source") or "claimed", one.get("available_on")
    tag = "" if source == usual else f"[{word(source, lang)}]"
    return f"{one['label']}{'' if level is None else f':{level}'}{f'@{day}' if day else ''}{tag}"


def _certificate(one: Values) -> str:
    level, start, end = one.get("level"), one.get("issued_on"), one.get("valid_until")
    dates = f"@{start or ''}" + (f"~{end}" if end else "") if start or end else ""
    return f"{one['label']}{'' if level is None else f':{TRADE_LEVELS[level]}'}{dates}"


def _listed(items: Iterable[str]) -> str:
    return "；".join(items)
