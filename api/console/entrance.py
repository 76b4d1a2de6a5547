"""Signing in and out, the language, one's own password, and the start page of each role."""

from __future__ import annotations

import secrets
from hmac import compare_digest
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse

from api.console import forms
from api.console.render import open_page, page, problems_by_field
from api.console.starts import steps
from api.console.visits import (
    CSRF_FIELD,
    LANGUAGE_COOKIE,
    YEAR,
    PageRoute,
    Sent,
    Visitor,
    go,
    language_of,
    local,
    read_form,
    stale,
    visit_of,
)
from api.console.words import LANGUAGES
from api.deps import COOKIE, Operator, Records, settings_of
from api.errors import FieldError, NotSignedIn
from api.routes import auth
from api.routes.algorithm import algorithm as algorithm_statement
from matching.errors import Problem

router = APIRouter(route_class=PageRoute)
FORM_COOKIE = "duikou_form"


async def _unsigned_form(request: Request) -> FormData:
    """Read a form of somebody who is not signed in; its token must be the one in the cookie that came with it."""
    form = await read_form(request)
    given, kept = form.get(CSRF_FIELD), request.cookies.get(FORM_COOKIE, "")
    if not kept or not isinstance(given, str) or not compare_digest(given.encode(), kept.encode()):
        raise stale()
    return form


Unsigned = Annotated[FormData, Depends(_unsigned_form)]


def _sign_in_page(request: Request, status: int = 200, **values: object) -> Response:
    token = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(32)
    shown = {"login": "", "next": "", "wrong": False, **values}
    response = open_page(request, language_of(request), "sign_in.html", status, token=token, **shown)
    secure = settings_of(request).secure_cookies
    response.set_cookie(FORM_COOKIE, token, httponly=True, samesite="strict", secure=secure)
    return response


@router.get("/sign-in")
def sign_in_page(request: Request, next: str = "") -> Response:  # noqa: A002
    """Show the form to sign in."""
    return _sign_in_page(request, next=local(next))


@router.post("/sign-in")
def sign_in(request: Request, form: Unsigned, store: Records, settings: Operator) -> Response:
    """Check login and password, start a session and go on."""
    login, wanted = forms.text(form, "login"), local(forms.text(form, "next"))
    response = go(wanted)
    try:
        given = auth.SignIn(login=login, password=str(form.get("password", "")))
        auth.sign_in(request=request, given=given, store=store, settings=settings, response=response)
    except (NotSignedIn, ValidationError):
        return _sign_in_page(request, 401, login=login, next=wanted, wrong=True)
    response.delete_cookie(FORM_COOKIE)
    return response


@router.post("/sign-out")
def sign_out(visit: Visitor, form: Sent) -> Response:
    """End the session."""
    auth.sign_out(request=visit.request, who=visit.who, store=visit.store)
    response = go("/sign-in")
    response.delete_cookie(COOKIE)
    return response


@router.get("/language/{lang}")
def language(lang: str, next: str = "") -> Response:  # noqa: A002
    """Choose the language of this browser and go back to where the reader was."""
    response = RedirectResponse(local(next), 303)
    if lang in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, lang, max_age=YEAR, httponly=True, samesite="lax")
    return response


@router.get("/algorithm")
def algorithm(request: Request) -> Response:
    """State in public what makes the order of a list."""
    stated = algorithm_statement(request).model_dump()
    try:
        return page(visit_of(request), "algorithm.html", stated=stated)
    except NotSignedIn:
        return open_page(request, language_of(request), "algorithm.html", stated=stated)


@router.get("/")
def start(visit: Visitor) -> Response:
    """Say in plain words what waits for the visitor."""
    return page(visit, "start.html", steps=steps(visit))


@router.get("/account")
def account(visit: Visitor) -> Response:
    """Show who is signed in and the form for a new password."""
    return page(visit, "account.html")


@router.post("/account")
def change_password(visit: Visitor, form: Sent) -> Response:
    """Change one's password; all sessions end, this one too."""
    old, fresh = str(form.get("old", "")), str(form.get("password", ""))
    try:
        if fresh != form.get("again"):
            raise _wrong("again", "is not the same", "两次输入不一致")
        given = auth.NewPassword(old=old, password=fresh)
        auth.change_password(request=visit.request, who=visit.who, given=given, store=visit.store)
    except (NotSignedIn, ValidationError):
        error = _wrong("old", "is not your present password", "与当前密码不符")
        return page(visit, "account.html", 422, problems_by_field(error, visit.lang))
    except FieldError as error:
        return page(visit, "account.html", 422, problems_by_field(error, visit.lang))
    response = go("/sign-in", "said.password")
    response.delete_cookie(COOKIE)
    return response


def _wrong(field: str, en: str, zh: str) -> FieldError:
    return FieldError(Problem("password", en, zh, field=field))
