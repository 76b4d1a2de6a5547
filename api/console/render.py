"""Turns a template and values into a page: escaping, words, dates, addresses of static files, navigation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, Undefined
from starlette.datastructures import URL
from starlette.responses import HTMLResponse

from api.access import ROLE_NAMES, Role
from api.console.words import Say, table, words
from api.problems import KINDS
from matching.errors import DuikouError, InputError
from matching.explain import printed

if TYPE_CHECKING:
    from api.console.visits import Visit

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
MILLION = 10**6
_PEOPLE = (("nav.students", "/students"), ("nav.imports", "/imports/students"), ("nav.posts", "/posts"))
_HIRING = (
    ("nav.demands", "/demands"),
    ("nav.shortlist", "/shortlist"),
    ("nav.contacts", "/contacts"),
)
NAVIGATION: Mapping[Role, tuple[tuple[str, str], ...]] = {
    Role.ENTERPRISE: (*_HIRING, ("nav.accounts", "/accounts")),
    Role.RECRUITER: _HIRING,
    Role.COLLEGE_ADMIN: (*_PEOPLE, ("nav.accounts", "/accounts")),
    Role.COLLEGE_TEACHER: (("nav.students", "/students"), ("nav.posts", "/posts")),
    Role.STUDENT: (
        ("nav.my_matches", "/my/matches"),
        ("nav.my_profile", "/my/profile"),
        ("nav.my_consents", "/my/consents"),
        ("nav.my_contacts", "/my/contacts"),
    ),
    Role.SECRETARIAT: (
        ("nav.moderation", "/moderation"),
        ("nav.organisations", "/organisations"),
        ("nav.statistics", "/statistics"),
        ("nav.exposure", "/exposure"),
    ),
    Role.SYSTEM_ADMIN: (
        ("nav.accounts", "/accounts"),
        ("nav.organisations", "/organisations"),
        ("nav.settings", "/settings"),
        ("nav.statistics", "/statistics"),
        ("nav.audit", "/audit"),
    ),
    Role.AUDITOR: (
        ("nav.audit", "/audit"),
        ("nav.statistics", "/statistics"),
        ("nav.exposure", "/exposure"),
    ),
}
"""The pages of each role, in the order of its work; what a page shows, resources decide."""


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=Undefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(day=_day, moment=_moment, percent=_percent, code=_code)
    made.globals.update(static=static, printed=_printed)
    return made


def static(name: str) -> str:
    """Give the address of a static file; it changes with the file, so that browsers may keep it."""
    return f"/static/{name}?v={_sum(name)}"


@cache
def _sum(name: str) -> str:
    return sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def page(
    visit: Visit, template: str, http_status: int = 200, problems: Mapping[str, str] | None = None, **values: Any
) -> HTMLResponse:
    """Show a page to somebody who is signed in; `problems` are said beside the fields that they are named by."""
    who, request = visit.who, visit.request
    said = request.cookies.get("duikou_said", "")
    context = {
        "who": who,
        "role": ROLE_NAMES[who.role][0 if visit.lang == "zh" else 1],
        "navigation": NAVIGATION[who.role],
        "csrf": visit.credential.csrf,
        "said": said if said.startswith("said.") and said in table() else "",
        "problems": problems or {},
        **values,
    }
    return _html(request, visit.lang, template, http_status, context)


def open_page(request: Request, lang: str, template: str, status: int = 200, **values: object) -> HTMLResponse:
    """Show a page that needs nobody to be signed in."""
    context = {"who": None, "role": "", "navigation": (), "csrf": "", "said": "", "problems": {}, **values}
    return _html(request, lang, template, status, context)


def piece(visit: Visit, template: str, **values: Any) -> HTMLResponse:
    """Show a part of a page, which htmx puts in place."""
    return page(visit, template, **values)


def error_page(request: Request, lang: str, error: DuikouError) -> HTMLResponse:
    """Say as a page what is wrong and what to do; for htmx only the message."""
    code = error.code if error.code in KINDS else ("input" if isinstance(error, InputError) else "error")
    status, zh, en = KINDS[code]
    small = request.headers.get("hx-request") == "true"
    listed = [problem.text(lang) for problem in error.problems] if isinstance(error, InputError) else [error.text(lang)]
    response = open_page(
        request,
        lang,
        "error_piece.html" if small else "error.html",
        status,
        title=zh if lang == "zh" else en,
        listed=listed[:20],
        more=max(0, len(listed) - 20),
        code=code,
    )
    seconds = getattr(error, "seconds", None)
    if seconds is not None:
        response.headers["Retry-After"] = str(seconds)
    return response


def problems_by_field(error: InputError, lang: str) -> dict[str, str]:
    """Give each wrong field's message; what names no field stands under the empty name."""
    found: dict[str, list[str]] = {}
    zh = lang == "zh"
    for problem in error.problems:
        message = problem.message_zh if zh else problem.message_en
        shown = message if problem.value is None or problem.field else f"「{problem.value}」{message}"
        found.setdefault(problem.field or "", []).append(shown)
    return {field: ("；" if zh else "; ").join(messages) for field, messages in found.items()}


def _html(request: Request, lang: str, template: str, status: int, context: dict[str, Any]) -> HTMLResponse:
    say: Say = words(lang)
    frame = {"t": say, "lang": lang, "path": request.url.path, "here": _page_of(request), "named": partial(_named, say)}
    return HTMLResponse(_environment().get_template(template).render(**frame, **context), status)


def _page_of(request: Request) -> str:
    """Give the page to come back to: this one, or for an answer to a form the page that it was sent from."""
    address = request.url if request.method == "GET" else URL(request.headers.get("referer", "/"))
    return address.path + (f"?{address.query}" if address.query else "")


def _named(say: Say, kind: str, values: Sequence[str]) -> list[tuple[str, str]]:
    """Give the options of a choice: each value with its word."""
    return [(value, say(f"{kind}.{value}")) for value in values]


def _printed(parts: Mapping[str, float]) -> dict[str, str]:
    """Write the parts of a score so that what is printed adds up to the printed score."""
    whole = [round(value * MILLION) for value in parts.values()]
    return dict(zip(parts, printed(whole, MILLION, 3), strict=True))


def _day(value: date | str | Undefined | None) -> str:
    return "" if value is None else str(value)[:10]


def _moment(value: datetime | None) -> str:
    return "" if value is None else value.astimezone().strftime("%Y-%m-%d %H:%M")


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"


def _code(value: str) -> str:
    """Break a student's code into halves, which are easier to read out."""
    return f"{value[:5]} {value[5:]}" if len(value) == 10 else value
