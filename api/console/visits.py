"""Who visits a page and in which language; the token against forged forms; errors and headers of all pages.

@router.get("/demands")
def demands(visit: Visitor) -> Response: ...

@router.post("/demands")
def save(visit: Visitor, form: Sent) -> Response: ...
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import quote, unquote

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from api.access import Principal
from api.console.render import error_page
from api.console.words import LANGUAGES
from api.deps import COOKIE, CSRF_HEADER, settings_of, store_of
from api.errors import BodyTooLarge, Forbidden, NotFound, NotSignedIn
from api.identity import credential_of, csrf_fits, principal_of
from api.live import Live
from api.settings import Settings
from api.store import Store
from api.store.tables import Credential
from matching.errors import DuikouError, Problem

LANGUAGE_COOKIE = "duikou_lang"
SAID_COOKIE = "duikou_said"
CSRF_FIELD = "csrf"
LONGEST_FORM = 2**20
YEAR = 365 * 24 * 3600
_LOCAL = re.compile(r"/(?![/\\])[^\\\s]*")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Vary": "Cookie, HX-Request",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a person who is signed in: who, in which language, and what serves the answer."""

    request: Request
    credential: Credential
    who: Principal
    lang: str

    @property
    def store(self) -> Store:
        """Give the store."""
        store: Store = self.request.state.store
        return store

    @property
    def live(self) -> Live:
        """Give the live index."""
        live: Live = self.request.state.live
        return live

    @property
    def settings(self) -> Settings:
        """Give the operator's settings."""
        settings: Settings = self.request.state.settings
        return settings

    @property
    def speaking(self) -> Principal:
        """Give the visitor with the language of this page, for files that are written in one."""
        return replace(self.who, lang=self.lang)

    @property
    def small(self) -> bool:
        """Tell whether htmx asks for a piece of the page."""
        return self.request.headers.get("hx-request") == "true"


def language_of(request: Request, who: Principal | None = None) -> str:
    """Give the language chosen in this browser, else that of the account, else zh."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else (who.lang if who else "zh")


def visit_of(request: Request) -> Visit:
    """Find who visits by the session's cookie; NotSignedIn where there is none."""
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        raise NotSignedIn
    if "\x00" in unquote(str(request.url)):
        raise NotFound("page", "页面")
    with store_of(request).reading() as session:
        credential, user = credential_of(session, cookie, "session")
    request.state.user_id, request.state.credential_id = user.id, credential.id
    who = principal_of(user)
    return Visit(request, credential, who, language_of(request, who))


async def form_of(request: Request, visit: Annotated[Visit, Depends(visit_of)]) -> FormData:
    """Read the form of somebody signed in; Forbidden where the page's token is missing, empty or foreign."""
    form = await read_form(request, settings_of(request).longest_upload)
    token = form.get(CSRF_FIELD) or request.headers.get(CSRF_HEADER)
    if not csrf_fits(visit.credential, token if isinstance(token, str) else None):
        raise stale()
    return form


def stale() -> Forbidden:
    """Give the refusal of a form whose token is missing or foreign."""
    return Forbidden("this page is out of date; reload it and try again", "页面已过期，请刷新后重试")


async def read_form(request: Request, most: int = LONGEST_FORM) -> FormData:
    """Read a form whose length is announced and within limits."""
    announced = request.headers.get("content-length", "")
    if not announced.isdecimal() or int(announced) > most:
        en, zh = f"at most {most // 2**20} MB", f"最大 {most // 2**20} MB"
        raise BodyTooLarge(Problem("size", en, zh, announced or None))
    return await request.form(max_files=1, max_fields=2000)


Visitor = Annotated[Visit, Depends(visit_of)]
Sent = Annotated[FormData, Depends(form_of)]


def go(address: str, said: str | None = None) -> RedirectResponse:
    """Send the browser on after a form; `said` is the key of the words that the next page shows once."""
    response = RedirectResponse(address, 303)
    if said is not None:
        response.set_cookie(SAID_COOKIE, said, max_age=60, httponly=True, samesite="lax")
    return response


def local(address: str, otherwise: str = "/") -> str:
    """Give an address of this platform as it is; any other becomes `otherwise`, so that no link leads away."""
    return address if _LOCAL.fullmatch(address) else otherwise


class PageRoute(APIRoute):
    """A route whose errors are pages and whose answers carry the headers that keep a page to itself."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give the handler with errors and headers around it."""
        answer = super().get_route_handler()

        async def page(request: Request) -> Response:
            try:
                response = await answer(request)
            except NotSignedIn:
                response = _to_sign_in(request)
            except DuikouError as error:
                response = error_page(request, language_of(request), error)
            except (RequestValidationError, HTTPException):
                response = error_page(request, language_of(request), NotFound("page", "页面"))
            for name, value in _HEADERS.items():
                response.headers.setdefault(name, value)
            if SAID_COOKIE in request.cookies and SAID_COOKIE not in response.headers.get("set-cookie", ""):
                response.delete_cookie(SAID_COOKIE)
            return response

        return page


def _to_sign_in(request: Request) -> Response:
    """Send to the sign-in page, and back to where the visitor was after that."""
    came_from = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    address = "/sign-in" if request.method != "GET" or came_from == "/" else f"/sign-in?next={quote(came_from)}"
    if request.headers.get("hx-request") == "true":
        return Response(status_code=204, headers={"HX-Redirect": "/sign-in"})
    response = RedirectResponse(address, 303)
    response.delete_cookie(COOKIE)
    return response
