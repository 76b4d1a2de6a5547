"""Judges a demand by the rules of law on posts and internships, each finding with its source.

    for finding in check_demand(demand, Workplace(staff=120)):
        print(finding.text("zh"))

The rules are data (data/rules/rules.csv, `matching.rules.LegalRule`); those on pairs are hard conditions of the match
itself. What a rule needs and nobody recorded is not judged: `Workplace` says what is known of the employer.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate
from typing import TYPE_CHECKING

from matching.domain import Demand, DemandKind, Pay
from matching.errors import Problem, VocabularyError
from matching.lint import Finding, Wording, lint
from matching.rules import LegalRule, shipped_rules
from matching.rules.limits import works_at_night

if TYPE_CHECKING:
    from matching.vocabulary import Vocabulary

MONTHS_A_YEAR = 12
BETWEEN = "\n;\n"
"""Stands between the fields of a demand while they are read as one text: no pattern reaches over a semicolon."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """What is known of the employer beside the demand; None = not recorded.

    `post_pay` is the monthly pay of a regular employee in the same post, `staff` how many work there in all and
    `post_staff` in such posts, `verified_on` when the organisation was last verified, `today` the day that counts.
    """

    post_pay: Pay | None = None
    staff: int | None = None
    post_staff: int | None = None
    verified_on: date | None = None
    today: date | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    demand: Demand
    workplace: Workplace
    worded: Sequence[Finding]


Hit = tuple[str, str, str]
PostCheck = Callable[[LegalRule, _Case], Iterator[Hit | Finding]]


def check_demand(
    demand: Demand,
    workplace: Workplace | None = None,
    *,
    law: Iterable[LegalRule] | None = None,
    vocabulary: Vocabulary | None = None,
    wording: Iterable[Wording] | None = None,
) -> list[Finding]:
    """List what the post rules that apply to the demand's kind have to say, in the order of the rules.

    law, wording : the rules and patterns in force; None = the shipped ones. vocabulary : see `lint`.
    Raises VocabularyError where a rule names a check that does not exist.
    """
    case = _Case(demand, workplace or Workplace(), lint_demand(demand, vocabulary, wording=wording))
    found: list[Finding] = []
    for rule in shipped_rules() if law is None else law:
        if rule.side == "post" and demand.kind in rule.applies_to:
            judge = POST_CHECKS.get(rule.check)
            if judge is None:
                known = ", ".join(POST_CHECKS)
                raise VocabularyError(
                    Problem(
                        "check",
                        f"no such check; there are {known}",
                        f"没有此检查；可用：{known}",
                        rule.check,
                        "rules.csv",
                    )
                )
            found.extend(hit if isinstance(hit, Finding) else _finding(rule, hit) for hit in judge(rule, case))
    return found


def check_demands(demands: Sequence[Demand], *, law: Iterable[LegalRule] | None = None) -> dict[str, list[Finding]]:
    """Check many demands by id; an internship's pay is compared with the same employer's post of the same title."""
    posts: dict[tuple[str | None, str], Pay] = {
        (d.employer, d.title): d.pay for d in demands if d.kind is DemandKind.HIRE and d.employer and d.pay
    }
    rules = None if law is None else tuple(law)
    return {d.id: check_demand(d, Workplace(post_pay=posts.get((d.employer, d.title))), law=rules) for d in demands}


def lint_demand(
    demand: Demand, vocabulary: Vocabulary | None = None, *, wording: Iterable[Wording] | None = None
) -> list[Finding]:
    """List the forbidden wording of all texts of a demand, each with the field that it stands in."""
    texts = [("title", demand.title), ("text", demand.text)]
    texts += [(f"requirements[{number}].label", asked.label) for number, asked in enumerate(demand.requirements)]
    texts += [(f"shifts[{number}]", shift) for number, shift in enumerate(demand.shifts)]
    whole = BETWEEN.join(text for _, text in texts)
    found: list[Finding] = []
    starts = [0, *accumulate(len(text) + len(BETWEEN) for _, text in texts)]
    for finding in lint(whole, vocabulary, wording=wording):
        field = bisect_right(starts, finding.start or 0) - 1
        place, text = texts[field]
        if finding.rule != "internship" or demand.kind is not DemandKind.HIRE or "实习" in text:
            start, end = ((finding.start or 0) - starts[field], (finding.end or 0) - starts[field])
            found.append(replace(finding, place=place, start=start, end=end))
    return found


def _finding(rule: LegalRule, hit: Hit) -> Finding:
    place, said_zh, said_en = hit
    zh = f"{rule.label_zh}：{said_zh}" if said_zh else f"{rule.label_zh}：{rule.text_zh}"
    en = f"{rule.label_en}: {said_en}" if said_en else f"{rule.label_en}: {rule.text_en}"
    return Finding(rule.id, rule.severity, zh, en, rule.citation(), place)


def _filled(rule: LegalRule, case: _Case) -> Iterator[Hit]:
    """Ask that one of the fields named is filled; for pay, with a number."""
    fields = [name.strip() for name in rule.parameter("field").split(",")]
    values = [getattr(case.demand, name) for name in fields]
    if not any(value not in (None, "", (), Pay()) for value in values):
        yield fields[0], "没有填写", "not given"


def _mentions(rule: LegalRule, case: _Case) -> Iterator[Hit]:
    """Ask that a field is filled or the text says something; the note reminds where neither does."""
    field = dict(rule.parameters).get("field")
    if field is not None and getattr(case.demand, field) is not None:
        return
    if not _pattern(rule).search(f"{case.demand.title}\n{case.demand.text}"):
        yield field or "text", "", ""


def _avoids(rule: LegalRule, case: _Case) -> Iterator[Hit | Finding]:
    """Find what the text of a demand must not say, with its place."""
    for place in ("title", "text"):
        text = getattr(case.demand, place)
        for match in _pattern(rule).finditer(text):
            plain = _finding(rule, (place, "", ""))
            yield replace(plain, start=match.start(), end=match.end(), surface=match.group())


def _wording(rule: LegalRule, case: _Case) -> Iterator[Hit | Finding]:
    """Take over what the lint found of the rule's categories, under the rule's own id."""
    categories = {name.strip() for name in rule.parameter("category").split(",")}
    for finding in case.worded:
        if finding.rule in categories:
            yield replace(finding, rule=rule.id)


def _pay_share(rule: LegalRule, case: _Case) -> Iterator[Hit]:
    """Compare the lower ends of the internship's pay and of the post's, where both are known."""
    share = rule.number("pay_share")
    own, other = _low(case.demand.pay), _low(case.workplace.post_pay)
    if own is not None and other is not None and own < share * other:
        least = f"{share * other:.0f}"
        yield (
            "pay",
            f"{own} 元低于 {other} 元的 {share:.0%}（{least} 元）",
            f"{own} is below {share:.0%} of {other} ({least})",
        )


def _low(pay: Pay | None) -> int | None:
    return None if pay is None else (pay.high if pay.low is None else pay.low)


def _no_nights(rule: LegalRule, case: _Case) -> Iterator[Hit]:
    if works_at_night(case.demand):
        shifts = "、".join(case.demand.shifts)
        yield "shifts", f"班次为{shifts}", f"the shifts are {shifts}"


def _share_of(rule: LegalRule, case: _Case) -> Iterator[Hit]:
    """Compare the headcount with a share of the staff, where both are known."""
    share, of = rule.number("share"), rule.parameter("of")
    whole: int | None = getattr(case.workplace, of)
    wanted = case.demand.headcount
    if whole is not None and wanted is not None and wanted > share * whole:
        yield "headcount", f"{wanted} 人超过 {whole} 人的 {share:.0%}", f"{wanted} is above {share:.0%} of {whole}"


def _verified_within(rule: LegalRule, case: _Case) -> Iterator[Hit]:
    """Compare the day of the last verification with today, in whole months, where both are known."""
    months = rule.number("months")
    last, today = case.workplace.verified_on, case.workplace.today
    if last is not None and today is not None:
        passed = (today.year - last.year) * MONTHS_A_YEAR + today.month - last.month - (today.day < last.day)
        if passed >= months and (passed > months or today.day > last.day):
            yield "employer", f"上次核验：{last}", f"last verified on {last}"


def _pattern(rule: LegalRule) -> re.Pattern[str]:
    try:
        return re.compile(rule.parameter("pattern"), re.IGNORECASE)
    except re.error as error:
        chinese = f"规则 {rule.id} 的正则表达式有误"
        raise VocabularyError(
            Problem("pattern", f"rule {rule.id}: {error}", chinese, str(error), "rules.csv", column="parameters")
        ) from error


POST_CHECKS: dict[str, PostCheck] = {
    "filled": _filled,
    "mentions": _mentions,
    "avoids": _avoids,
    "wording": _wording,
    "pay_share": _pay_share,
    "no_nights": _no_nights,
    "share_of": _share_of,
    "verified_within": _verified_within,
}
