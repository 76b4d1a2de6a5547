"""The command `duikou draft`: a pasted ad or a student's own text as a draft, field by field, with its phrases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.markup import escape
from rich.table import Table

from matching import Vocabulary
from matching.cli.given import given_text
from matching.cli.options import AsJson, Given, Lang, Today, day_of
from matching.cli.shown import err, out, print_json
from matching.domain import DemandKind, Intent, Kind
from matching.drafts import Draft, ProfileDraft, draft_demands, draft_profile, write_demands
from matching.errors import Problem, RecordError

NAMES = {
    "title": ("岗位名称", "title"),
    "employer": ("企业名称", "employer"),
    "kind": ("类型", "kind"),
    "headcount": ("人数", "headcount"),
    "education": ("学历", "education"),
    "requirements": ("要求", "requirement"),
    "places": ("工作地点", "places"),
    "pay": ("月薪（元）", "pay (CNY a month)"),
    "shifts": ("班次", "shifts"),
    "start_on": ("到岗日期", "start"),
    "deadline": ("截止日期", "deadline"),
    "benefits": ("福利", "benefits"),
    "experience_years": ("经验（年）", "experience (years)"),
    "major": ("专业", "major"),
    "skills": ("技能", "skills"),
    "certificates": ("证书", "certificates"),
    "planned_certificates": ("计划证书", "planned certificates"),
    "intent": ("意向", "intent"),
    "wished_places": ("意向地点", "wished places"),
    "wished_pay": ("期望月薪", "wished pay"),
    "wished_shifts": ("意向班次", "wished shifts"),
    "wished_occupations": ("意向岗位", "wished occupations"),
}
KINDS = {
    DemandKind.HIRE: ("招聘", "a post"),
    DemandKind.INTERNSHIP: ("岗位实习", "internship"),
    DemandKind.ORDER_CLASS: ("订单班", "order class"),
    DemandKind.APPRENTICESHIP: ("学徒制", "apprenticeship"),
    DemandKind.PROJECT: ("项目", "project"),
    DemandKind.TRAINING: ("培训", "training"),
}
BENEFITS = {
    "social_insurance": ("社会保险", "social insurance"),
    "housing_fund": ("住房公积金", "housing fund"),
    "dormitory": ("提供住宿", "dormitory"),
    "meals": ("工作餐", "meals"),
    "bus": ("班车", "bus"),
    "bonus": ("奖金", "bonus"),
}
BASES = {
    "month": ("按月", "by the month"),
    "day": ("按日", "by the day"),
    "hour": ("按小时", "by the hour"),
    "year": ("按年", "by the year"),
    "piece": ("计件", "by the piece"),
    "negotiable": ("面议", "negotiable"),
}
INTENTS = {
    Intent.EMPLOY: ("就业", "a job"),
    Intent.UNDECIDED: ("未定", "undecided"),
    Intent.STUDY: ("升学", "further study"),
    Intent.ENLIST: ("参军", "military service"),
    Intent.OWN_BUSINESS: ("创业", "an own business"),
    Intent.NOT_SEEKING: ("暂不就业", "not seeking work"),
}
IMPORTANCE = {"must": ("必须", "must"), "should": ("一般", "should"), "nice": ("优先", "nice")}


def draft(
    source: Given,
    side: Annotated[
        Literal["demand", "profile"],
        typer.Option("--side", help="An ad (demand) or a student's own text (profile). 招聘启事或学生自述。"),
    ] = "demand",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Table of demands (.xlsx .csv) that match reads. 写入岗位需求表。"),
    ] = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
    today: Today = None,
) -> None:
    """Draft demands from a pasted ad, or a profile from a student's text. 由招聘启事或学生自述起草记录。"""
    text = given_text(source)
    day = day_of(today) or date.today()
    vocabulary = Vocabulary.load()
    found: list[Draft] | list[ProfileDraft]
    if side == "demand":
        found = demands = draft_demands(text, vocabulary, day)
        if output is not None:
            write_demands(output, demands)
            err.print(f"{'已写入' if lang == 'zh' else 'written'}: {output}", markup=False)
    elif output is not None:
        english, chinese = "-o goes with --side demand only", "-o 只用于 --side demand"
        raise RecordError(Problem("unknown_form", english, chinese, str(output), field="--output"))
    else:
        found = [draft_profile(text, vocabulary, day)]
    if as_json:
        print_json({"drafts": [asdict(one) for one in found]})
        return
    for one in found:
        _print(text, one, 0 if lang == "zh" else 1)
    if not found:
        out.print("nothing found 没有找到")


def _print(text: str, one: Draft | ProfileDraft, side: int) -> None:
    """Print one draft as a table: field, value, the phrase that says so; unsure fields are marked."""
    record = one.demand if isinstance(one, Draft) else one.profile
    shown = Table(title=escape(record.id), title_justify="left", title_style="bold")
    for header in (("字段", "内容", "出处"), ("field", "value", "phrase"))[side]:
        shown.add_column(header, overflow="fold")
    for name, value, place in _rows(one, side):
        span = one.spans.get(place)
        phrase = "" if span is None else " ".join(text[span[0] : span[1]].split())
        doubt = ("（待确认）", " (check)")[side] if name in one.unsure else ""
        shown.add_row(escape(NAMES[name][side]) + doubt, escape(value), escape(phrase))
    out.print(shown)
    out.print(("以上为草稿，请人工确认后使用。", "A draft: a person confirms it before it counts.")[side])


def _rows(one: Draft | ProfileDraft, side: int) -> list[tuple[str, str, str]]:
    """List the fields that have a value: name, value as words, and the key of their span."""
    rows = []
    for name, value in _values(one, side).items():
        if isinstance(value, list):
            rows += [(name, str(item), f"{name}[{number}]") for number, item in enumerate(value)]
        elif value not in (None, "") or name in one.spans:
            rows.append((name, ("不限或未定", "any or open")[side] if value is None else str(value), name))
    return rows


def _values(one: Draft | ProfileDraft, side: int) -> Mapping[str, Any]:
    if isinstance(one, ProfileDraft):
        profile, wishes = one.profile, one.profile.preferences
        return {
            "education": profile.education,
            "major": profile.major,
            "skills": [_levelled(claim.label, claim.level) for claim in profile.skills],
            "certificates": [_levelled(claim.label, claim.level) for claim in profile.certificates or ()],
            "planned_certificates": [_levelled(claim.label, claim.level) for claim in profile.planned_certificates],
            "intent": INTENTS[profile.intent][side],
            "wished_places": list(wishes.places),
            "wished_pay": wishes.pay_low,
            "wished_shifts": list(wishes.shifts),
            "wished_occupations": list(wishes.occupations),
        }
    demand = one.demand
    pay = BASES[one.pay_basis][side] if one.pay_basis in BASES else None
    if demand.pay is not None:
        pay = f"{_open(demand.pay.low)}-{_open(demand.pay.high)} ({pay})"
    any_step = any(asked.kind is Kind.EDUCATION for asked in demand.requirements)
    return {
        "title": demand.title,
        "employer": demand.employer,
        "kind": KINDS[demand.kind][side],
        "headcount": demand.headcount,
        **({} if any_step or "education" not in one.spans else {"education": None}),
        "requirements": [
            f"{_levelled(asked.label, asked.level)} {IMPORTANCE[asked.importance.value][side]}"
            + (f" ({('任一', 'any of')[side]} {asked.any_of})" if asked.any_of else "")
            for asked in demand.requirements
        ],
        "experience_years": one.experience_years,
        "places": list(demand.places),
        "pay": pay,
        "shifts": list(demand.shifts),
        "start_on": demand.start_on,
        "deadline": one.deadline,
        "benefits": [BENEFITS[benefit][side] for benefit in one.benefits],
    }


def _levelled(label: str, level: int | None) -> str:
    return label if level is None else f"{label}:{level}"


def _open(value: int | None) -> str:
    return "" if value is None else str(value)
