"""Pages of a student: own matches with reasons, own profile and choices, consents, contact requests to answer."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from api.access import require
from api.console import forms
from api.console.render import page, problems_by_field
from api.console.visits import PageRoute, Sent, Visit, Visitor, go
from api.resources import consents, contacts, matches, people, students
from matching.domain import AutomatedDecision, Intent
from matching.errors import InputError

router = APIRouter(route_class=PageRoute)
INTENTS = [intent.value for intent in Intent]
DECISIONS = [decision.value for decision in AutomatedDecision]
EMPTY_ROWS = 3
MOST_SKILLS = 200


@router.get("/my/matches")
def own_matches(visit: Visitor) -> Response:
    """Show the posts that fit, with reasons."""
    with visit.store.reading(visit.who) as session:
        student = students.values(visit.who, students.own(session, visit.who))
        found = matches.student_matches(session, visit.who, visit.live, student["id"], 20)
        told = {
            one["demand_id"]: matches.student_explanation(
                session, visit.who, visit.live, student["id"], one["demand_id"]
            )
            for one in found["results"]
        }
    return page(visit, "student_matches.html", student=student, found=found, told=told, own=True)


@router.get("/my/profile")
def profile(visit: Visitor) -> Response:
    """Show the own profile and the form for what students change themselves."""
    return _profile(visit)


@router.post("/my/profile")
def save(visit: Visitor, form: Sent) -> Response:
    """Keep the own part of the profile."""
    with visit.store.reading(visit.who) as session:
        before = students.own(session, visit.who).student.record
    given = _given(form, before)
    if forms.ticked(form, "more"):
        return _profile(visit, given, empty=8)
    try:
        with visit.store.writing(visit.who) as work:
            students.edit_own(work, visit.who, f'"{forms.text(form, "version")}"', given, date.today())
    except InputError as error:
        return _profile(visit, given, error=error)
    return go("/my/profile", "said.kept")


@router.get("/my/consents")
def own_consents(visit: Visitor) -> Response:
    """Show what the student agreed to, and the way to agree or withdraw."""
    return _consents(visit)


@router.post("/my/consents")
def agree(visit: Visitor, form: Sent) -> Response:
    """Agree that enterprises see the pseudonymous profile."""
    try:
        with visit.store.writing(visit.who) as work:
            student_id = students.own(work.session, visit.who).student.id
            guardian = forms.line(form, "guardian")
            consents.give(work, visit.who, student_id, "profile", guardian=guardian, today=date.today())
    except InputError as error:
        return _consents(visit, error)
    return go("/my/consents", "said.agreed")


@router.post("/my/consents/{consent_id}/withdraw")
def withdraw(visit: Visitor, consent_id: str, form: Sent) -> Response:
    """Withdraw a consent, at once."""
    with visit.store.writing(visit.who) as work:
        student_id = students.own(work.session, visit.who).student.id
        consents.withdraw(work, visit.who, student_id, consent_id)
    return go("/my/consents", "said.consent_withdrawn")


@router.get("/my/contacts")
def requests(visit: Visitor) -> Response:
    """Show who asks for name and contact."""
    return _requests(visit)


@router.post("/my/contacts/{request_id}/{answer}")
def answer(visit: Visitor, request_id: str, answer: str, form: Sent) -> Response:
    """Say yes or no to an enterprise."""
    try:
        with visit.store.writing(visit.who) as work:
            if answer == "grant":
                contacts.grant(work, visit.who, request_id, forms.line(form, "guardian"), date.today())
            else:
                contacts.refuse(work, visit.who, request_id)
    except InputError as error:
        return _requests(visit, error)
    return go("/my/contacts", "said.granted" if answer == "grant" else "said.refused")


def _given(form: FormData, before: dict[str, Any]) -> dict[str, Any]:
    """Read what a student may change; the source of a skill stays what it was where the skill is the same."""
    stand = {(skill["label"], skill.get("level")): skill for skill in before.get("skills", ())}
    skills = []
    for number in range(MOST_SKILLS):
        name = f"skills[{number}]"
        if f"{name}.label" not in form:
            break
        label, level = forms.text(form, f"{name}.label"), forms.number(form, f"{name}.level")
        if label:
            skills.append(stand.get((label, level)) or {"label": label, **({} if level is None else {"level": level})})
    wishes = {name: forms.items(form, f"preferences.{name}") for name in ("places", "shifts", "occupations")}
    pay = forms.number(form, "preferences.pay_low")
    return {
        "skills": skills,
        "text": forms.text(form, "text"),
        "intent": forms.text(form, "intent"),
        "preferences": {**wishes, **({} if pay is None else {"pay_low": pay})},
        "automated_decision": forms.text(form, "automated_decision"),
        "visible": forms.ticked(form, "visible"),
    }


def _profile(
    visit: Visit, given: dict[str, Any] | None = None, empty: int = EMPTY_ROWS, error: InputError | None = None
) -> Response:
    with visit.store.reading(visit.who) as session:
        student = students.values(visit.who, students.own(session, visit.who))
    record = {**student["record"], **(given or {})}
    problems = {} if error is None else problems_by_field(error, visit.lang)
    return page(
        visit,
        "profile.html",
        200 if error is None else 422,
        {name.removeprefix("record."): message for name, message in problems.items()},
        student=student,
        record=record,
        visible=student["visible"] if given is None else given["visible"],
        intents=INTENTS,
        decisions=DECISIONS,
        empty_rows=empty,
    )


def _consents(visit: Visit, error: InputError | None = None) -> Response:
    with visit.store.reading(visit.who) as session:
        found = students.own(session, visit.who)
        items = [consents.values(one) for one in consents.listed(session, visit.who, found.student.id)]
        names = _names(session, visit, {item["organisation_id"] for item in items if item["organisation_id"]})
    return page(
        visit,
        "consents.html",
        200 if error is None else 422,
        {} if error is None else problems_by_field(error, visit.lang),
        items=items,
        names=names,
        stands=any(item["purpose"] == "profile" and not item["withdrawn_at"] for item in items),
        visible=found.student.visible,
    )


def _requests(visit: Visit, error: InputError | None = None) -> Response:
    require(visit.who, "contact.answer")
    with visit.store.reading(visit.who) as session:
        found = contacts.listed(session, visit.who, limit=None)
        items = contacts.values(session, visit.who, visit.settings.secret, found)
    return page(
        visit,
        "requests.html",
        200 if error is None else 422,
        {} if error is None else problems_by_field(error, visit.lang),
        items=sorted(items, key=lambda item: item["status"] != "asked"),
    )


def _names(session: Session, visit: Visit, organisation_ids: set[str]) -> dict[str, str]:
    return {one: people.organisation(session, visit.who, one).name for one in sorted(organisation_ids)}
