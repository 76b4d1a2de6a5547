"""Pages of members and accounts: who takes part, verified until when, and who signs in."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Response
from starlette.datastructures import FormData

from api.access import MANAGES, Role, decide
from api.console import forms
from api.console.render import page, problems_by_field
from api.console.visits import PageRoute, Sent, Visit, Visitor, go
from api.errors import FieldError
from api.resources import demands, people
from matching.errors import InputError, Problem

router = APIRouter(route_class=PageRoute)
PER_PAGE = 50
KINDS = ("enterprise", "college", "office")
CONSORTIUM_ROLES = ("chair", "vice_chair", "secretary_general", "council", "member")


# -- members


@router.get("/organisations")
def organisations(visit: Visitor, kind: str = "", q: str = "", after: str = "") -> Response:
    """List the members with their verification."""
    return _organisations(visit, kind, q, after)


@router.post("/organisations")
def add_organisation(visit: Visitor, form: Sent) -> Response:
    """Take a member in."""
    try:
        with visit.store.writing(visit.who) as work:
            values = {**_organisation_values(form), "kind": forms.choice(form, "kind", KINDS)}
            people.add_organisation(work, visit.who, values)
    except InputError as error:
        return _organisations(visit, error=error, given=form)
    return go("/organisations", "said.organisation_added")


@router.get("/organisations/{organisation_id}")
def organisation(visit: Visitor, organisation_id: str) -> Response:
    """Show a member."""
    return _organisation(visit, organisation_id)


@router.post("/organisations/{organisation_id}")
def edit_organisation(visit: Visitor, organisation_id: str, form: Sent) -> Response:
    """Change a member."""
    version = f'"{forms.text(form, "version")}"'
    try:
        with visit.store.writing(visit.who) as work:
            values = {**_organisation_values(form), "active": forms.ticked(form, "active")}
            people.edit_organisation(work, visit.who, organisation_id, version, values)
    except InputError as error:
        return _organisation(visit, organisation_id, error)
    return go(f"/organisations/{organisation_id}", "said.kept")


@router.post("/organisations/{organisation_id}/verify")
def verify(visit: Visitor, organisation_id: str, form: Sent) -> Response:
    """Record that a member's papers were checked today."""
    with visit.store.writing(visit.who) as work:
        people.verify_organisation(work, visit.who, organisation_id, date.today())
    return go(f"/organisations/{organisation_id}", "said.verified")


def _organisation_values(form: FormData) -> dict[str, Any]:
    return {
        "name": forms.line(form, "name"),
        "credit_code": forms.line(form, "credit_code") or None,
        "consortium_role": forms.choice(form, "consortium_role", ("", *CONSORTIUM_ROLES)) or None,
        "role_from": forms.day(form, "role_from"),
        "role_until": forms.day(form, "role_until"),
    }


def _organisations(
    visit: Visit,
    kind: str = "",
    q: str = "",
    after: str = "",
    error: InputError | None = None,
    given: FormData | None = None,
) -> Response:
    with visit.store.reading(visit.who) as session:
        found = people.organisations(session, visit.who, kind if kind in KINDS else None, q or None, after, PER_PAGE)
        items = [people.organisation_values(visit.who, row) for row in found]
    return page(
        visit,
        "organisations.html",
        200 if error is None else 422,
        {} if error is None else problems_by_field(error, visit.lang),
        items=items,
        kind=kind,
        q=q,
        kinds=KINDS,
        roles=CONSORTIUM_ROLES,
        given=given or {},
        edits=decide(visit.who, "organisation.edit").allowed,
        following=items[-1]["id"] if len(items) == PER_PAGE else "",
        today=date.today(),
    )


def _organisation(visit: Visit, organisation_id: str, error: InputError | None = None) -> Response:
    with visit.store.reading(visit.who) as session:
        item = people.organisation_values(visit.who, people.organisation(session, visit.who, organisation_id))
    return page(
        visit,
        "organisation.html",
        200 if error is None else 422,
        {} if error is None else problems_by_field(error, visit.lang),
        item=item,
        roles=CONSORTIUM_ROLES,
        edits=decide(visit.who, "organisation.edit").allowed,
        today=date.today(),
    )


# -- accounts


@router.get("/accounts")
def accounts(visit: Visitor, q: str = "", after: str = "") -> Response:
    """List the accounts that the visitor manages."""
    return _accounts(visit, q, after)


@router.post("/accounts")
def add_account(visit: Visitor, form: Sent) -> Response:
    """Make an account."""
    try:
        values: dict[str, Any] = {name: forms.line(form, name) for name in ("login", "name")}
        values["role"] = forms.choice(form, "role", [role.value for role in Role])
        values |= {name: forms.line(form, name) for name in ("organisation_id", "student_id") if forms.line(form, name)}
        values |= {"classes": forms.items(form, "classes")} if forms.items(form, "classes") else {}
        if not values["login"] or not values["name"]:
            raise FieldError(Problem("missing", "say login and name", "请填写账号和姓名", field="login"))
        hashed = people.hashed(visit.who, str(form.get("password", "")))
        with visit.store.writing(visit.who) as work:
            people.add_user(work, visit.who, values, hashed)
    except InputError as error:
        return _accounts(visit, error=error, given=form)
    return go("/accounts", "said.account_added")


@router.get("/accounts/{user_id}")
def one_account(visit: Visitor, user_id: str) -> Response:
    """Show an account."""
    return _account(visit, user_id)


@router.post("/accounts/{user_id}")
def edit_account(visit: Visitor, user_id: str, form: Sent) -> Response:
    """Change an account: name, classes or posts, whether it is on, a new password."""
    values: dict[str, Any] = {"name": forms.text(form, "name")[:200], "active": forms.ticked(form, "active")}
    if "classes" in form:
        values["classes"] = forms.items(form, "classes")
    if "picks_demands" in form:
        values["demands"] = [str(value) for value in form.getlist("demands")]
    password = str(form.get("password", ""))
    try:
        hashed = people.hashed(visit.who, password) if password else None
        with visit.store.writing(visit.who) as work:
            people.edit_user(work, visit.who, user_id, f'"{forms.text(form, "version")}"', values, hashed)
    except InputError as error:
        return _account(visit, user_id, error)
    return go(f"/accounts/{user_id}", "said.kept")


def _accounts(
    visit: Visit, q: str = "", after: str = "", error: InputError | None = None, given: FormData | None = None
) -> Response:
    with visit.store.reading(visit.who) as session:
        items = [people.user_values(row) for row in people.users(session, visit.who, None, q or None, after, PER_PAGE)]
        homes = people.organisations(session, visit.who, limit=None)
    return page(
        visit,
        "accounts.html",
        200 if error is None else 422,
        {} if error is None else problems_by_field(error, visit.lang),
        items=items,
        q=q,
        roles=[role.value for role in Role if role in MANAGES.get(visit.who.role, ())],
        homes=[(home.id, home.name) for home in homes],
        names={home.id: home.name for home in homes},
        given=given or {},
        following=items[-1]["id"] if len(items) == PER_PAGE else "",
    )


def _account(visit: Visit, user_id: str, error: InputError | None = None) -> Response:
    with visit.store.reading(visit.who) as session:
        item = people.user_values(people.user(session, visit.who, user_id))
        picks = item["role"] == Role.RECRUITER and visit.who.role is Role.ENTERPRISE
        posts = demands.demands(session, visit.who, limit=None) if picks else []
    return page(
        visit,
        "account_edit.html",
        200 if error is None else 422,
        {} if error is None else problems_by_field(error, visit.lang),
        item=item,
        picks=picks,
        posts=[(post.id, post.record["title"]) for post in posts],
    )
