"""Pages of demands: the list, a pasted ad and what was understood, the form, one demand with its next steps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter, Response

from api.access import Role, decide
from api.console import demand_forms, forms
from api.console.render import page, piece, problems_by_field
from api.console.visits import PageRoute, Sent, Visit, Visitor, go
from api.console.words import table, words
from api.resources import demands, matches, parsing
from matching.errors import InputError, Problem, RecordError

router = APIRouter(route_class=PageRoute)
PER_PAGE = 30
INSIDE = (Role.ENTERPRISE, Role.RECRUITER, Role.SECRETARIAT)
PRIMARY = ("submit", "approve", "publish", "resume", "renew")


@router.get("/demands")
def listed(visit: Visitor, status: str = "", q: str = "", after: str = "") -> Response:
    """List the visitor's demands with the next step of each."""
    known = status if status in demands.STATUS_NAMES else ""
    with visit.store.reading(visit.who) as session:
        found = demands.demands(session, visit.who, known or None, q or None, after, PER_PAGE)
        items = demands.demand_values(session, visit.who, found)
    following = items[-1]["id"] if len(items) == PER_PAGE else ""
    shown: dict[str, Any] = {"items": items, "status": known, "q": q, "following": following}
    return page(
        visit, "demand_rows.html" if visit.small else "demands.html", statuses=list(demands.STATUS_NAMES), **shown
    )


@router.get("/posts")
def posts(visit: Visitor, q: str = "", after: str = "") -> Response:
    """List the live posts for colleges and students."""
    with visit.store.reading(visit.who) as session:
        found = demands.demands(session, visit.who, "live", q or None, after, PER_PAGE)
        items = demands.demand_values(session, visit.who, found)
    following = items[-1]["id"] if len(items) == PER_PAGE else ""
    return page(visit, "post_rows.html" if visit.small else "posts.html", items=items, q=q, following=following)


@router.get("/demands/new")
def new(visit: Visitor) -> Response:
    """Offer three ways to a demand: pasted words, a table, an empty form."""
    return page(visit, "demand_new.html", text="")


@router.get("/demands/form")
def empty_form(visit: Visitor) -> Response:
    """Show an empty form."""
    return _form_page(visit, {"title": "", "kind": "hire"}, "")


@router.post("/demands/read")
def read(visit: Visitor, form: Sent) -> Response:
    """Show what was understood of pasted words: phrases marked, a form for each post; nothing is kept."""
    text = forms.text(form, "text")
    try:
        if not text:
            raise RecordError(Problem("missing", "paste the ad first", "请先粘贴招聘文字", field="text"))
        drafts = parsing.parse(visit.who, visit.request.state.vocabulary, text, date.today())
    except InputError as error:
        return page(visit, "demand_new.html", 422, problems_by_field(error, visit.lang), text=text)
    marks = [mark for draft in drafts for mark in _marks(text, draft, visit.lang)]
    return page(visit, "demand_read.html", stretches=demand_forms.marked(text, marks), drafts=drafts, **_form_values())


@router.get("/suggest")
def suggest(visit: Visitor) -> Response:
    """Suggest names from the vocabulary for what was typed in any field."""
    typed = next(iter(visit.request.query_params.values()), "")[:100]
    found = visit.request.state.vocabulary.search(typed, None, 10) if typed.strip() else []
    return piece(visit, "suggest.html", found=found, kinds=demand_forms.REQUIREMENT_KINDS)


@router.post("/demands")
def create(visit: Visitor, form: Sent) -> Response:
    """Keep a draft."""
    record, number = demand_forms.record_from(form), forms.line(form, "number")
    if forms.ticked(form, "more"):
        return _form_page(visit, record, number, empty=8)
    try:
        with visit.store.writing(visit.who) as work:
            row = demands.add_demand(work, visit.who, record, number or None)
    except InputError as error:
        return _form_page(visit, record, number, error=error)
    if visit.small:
        return piece(visit, "demand_kept.html", kept=row)
    return go(f"/demands/{row.id}", "said.demand_kept")


@router.post("/demands/estimate")
def estimate(visit: Visitor, form: Sent) -> Response:
    """Say how many students a form's demand would reach."""
    try:
        with visit.store.reading(visit.who) as session:
            record = demand_forms.record_from(form)
            found = matches.estimate(session, visit.who, visit.live, record, date.today())
    except InputError as error:
        return piece(visit, "estimate.html", found=None, listed=_wrong(error, visit.lang))
    return piece(visit, "estimate.html", found=found, listed=[])


@router.get("/demands/{demand_id}")
def one(visit: Visitor, demand_id: str) -> Response:
    """Show a demand: what it asks, what the law says, its history and what may be done next."""
    return _demand_page(visit, demand_id)


@router.get("/demands/{demand_id}/edit")
def edit(visit: Visitor, demand_id: str) -> Response:
    """Show the form of a demand."""
    with visit.store.reading(visit.who) as session:
        row = demands.demand(session, visit.who, demand_id)
    return _form_page(visit, row.record, row.number or "", kept=(row.id, str(row.version), row.status))


@router.post("/demands/{demand_id}")
def save(visit: Visitor, demand_id: str, form: Sent) -> Response:
    """Write a demand anew."""
    number, version = forms.line(form, "number"), forms.text(form, "version")
    with visit.store.reading(visit.who) as session:
        row = demands.demand(session, visit.who, demand_id)
    record = demand_forms.record_from(form, row.record)
    kept = (row.id, version, row.status)
    if forms.ticked(form, "more"):
        return _form_page(visit, record, number, kept=kept, empty=8)
    try:
        with visit.store.writing(visit.who) as work:
            demands.edit_demand(work, visit.who, demand_id, f'"{version}"', record, number or None)
    except InputError as error:
        return _form_page(visit, record, number, kept=kept, error=error)
    return go(f"/demands/{demand_id}", "said.demand_kept")


@router.post("/demands/{demand_id}/delete")
def delete(visit: Visitor, demand_id: str, form: Sent) -> Response:
    """Delete a draft."""
    with visit.store.writing(visit.who) as work:
        demands.remove_demand(work, visit.who, demand_id, f'"{forms.text(form, "version")}"')
    return go("/demands", "said.demand_deleted")


@router.post("/demands/{demand_id}/steps/{name}")
def step(visit: Visitor, demand_id: str, name: str, form: Sent) -> Response:
    """Take a step of a demand's life."""
    try:
        if name not in demands.STEPS:
            raise RecordError(Problem("step", "no such step", "没有此操作", name))
        with visit.store.writing(visit.who) as work:
            demands.step(
                work,
                visit.who,
                demand_id,
                name,
                date.today(),
                visit.request.state.vocabulary,
                reason=forms.line(form, "reason"),
                valid_until=forms.day(form, "valid_until"),
                if_match=f'"{forms.text(form, "version")}"',
            )
    except InputError as error:
        return _demand_page(visit, demand_id, error)
    moderates = visit.who.role is Role.SECRETARIAT
    return go("/moderation" if moderates else f"/demands/{demand_id}", f"said.step.{name}")


def _demand_page(visit: Visit, demand_id: str, error: InputError | None = None) -> Response:
    today = date.today()
    with visit.store.reading(visit.who) as session:
        row = demands.demand(session, visit.who, demand_id)
        values = demands.demand_values(session, visit.who, [row])[0]
        findings = demands.demand_findings(session, visit.who, row, visit.request.state.vocabulary, today)
        history = demands.history(session, visit.who, demand_id) if visit.who.role in INSIDE else []
    steps = [
        name
        for name, rule in demands.STEPS.items()
        if row.status in rule.before and decide(visit.who, rule.action).allowed
    ]
    marks = [
        (one["start"], one["end"], "bad" if one["severity"] == "refuse" else "doubt", one[f"message_{visit.lang}"])
        for one in findings
        if one["place"] == "text" and one["start"] is not None
    ]
    return page(
        visit,
        "demand.html",
        200 if error is None else 422,
        {} if error is None else problems_by_field(error, visit.lang),
        demand=values,
        record=row.record,
        findings=findings,
        history=history,
        steps=steps,
        primary=PRIMARY,
        may_edit=decide(visit.who, "demand.edit").allowed and row.status in demands.EDITABLE,
        may_match=decide(visit.who, "demand.match").allowed and row.status in matches.LISTED,
        stretches=demand_forms.marked(row.record.get("text", ""), marks),
        wrong=[] if error is None else _wrong(error, visit.lang),
    )


def _form_page(
    visit: Visit,
    record: Mapping[str, Any],
    number: str,
    *,
    kept: tuple[str, str, str] | None = None,
    empty: int = demand_forms.EMPTY_ROWS,
    error: InputError | None = None,
) -> Response:
    """Show the form with a record's values; `kept` = id, version and status of the demand that is edited."""
    problems = {} if error is None else demand_forms.fields_of(problems_by_field(error, visit.lang))
    return page(
        visit,
        "demand_form.html",
        200 if error is None else 422,
        problems,
        record=record,
        number=number,
        kept=kept,
        empty=empty,
        **_form_values(),
    )


def _form_values() -> dict[str, Any]:
    return {
        "kinds": demand_forms.DEMAND_KINDS,
        "requirement_kinds": demand_forms.REQUIREMENT_KINDS,
        "importances": demand_forms.IMPORTANCES,
        "rows_of": demand_forms.rows_of,
    }


def _marks(text: str, draft: Mapping[str, Any], lang: str) -> list[tuple[int, int, str, str]]:
    """Mark what a draft took from a text, and each place of the words that must not be published."""
    say = words(lang)
    found = [
        (start, end, "doubt" if field in draft["unsure"] else "sure", say(_word_of(field)))
        for field, (start, end) in draft["spans"].items()
    ]
    for finding in draft["findings"]:
        if finding["surface"]:
            places = re.finditer(re.escape(finding["surface"]), text)
            found += [(*place.span(), "bad", say(f"severity.{finding['severity']}")) for place in places]
    return found


def _wrong(error: InputError, lang: str) -> list[str]:
    """Say each problem with the name of its field."""
    say, zh = words(lang), lang == "zh"
    said = []
    for problem in error.problems:
        place = say(_word_of((problem.field or "record").removeprefix("record.")))
        value = "" if problem.value is None else (f"「{problem.value}」" if zh else f"“{problem.value}” ")
        said.append(f"{place}{say('list.colon')}{value}{problem.message_zh if zh else problem.message_en}")
    return said


def _word_of(field: str) -> str:
    """Give the key of a field's name: `requirements[3]` is `demand.requirements`."""
    key = f"demand.{field.partition('[')[0].partition('.')[0]}"
    return key if key in table() else "demand.record"
