"""What each request is given: the caller, the store, the live index; and how it repeats.

@router.get("/students")
def students(who: Caller, store: Records, page: Page) -> ...
"""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse

from api.access import Principal
from api.errors import Conflict, FieldError, Forbidden, NotFound, NotSignedIn
from api.exposure import Exposure
from api.identity import credential_of, csrf_fits, principal_of
from api.live import Live
from api.settings import Settings
from api.store import Store, Work
from api.store.tables import Repeatable
from matching.errors import Problem

COOKIE = "duikou_session"
CSRF_HEADER = "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST_PAGE = 200


def store_of(request: Request) -> Store:
    """Give the store."""
    store: Store = request.state.store
    return store


def live_of(request: Request) -> Live:
    """Give the live index."""
    live: Live = request.state.live
    return live


def exposure_of(request: Request) -> Exposure:
    """Give the count of who is shown."""
    exposure: Exposure = request.state.exposure
    return exposure


def settings_of(request: Request) -> Settings:
    """Give the operator's settings."""
    settings: Settings = request.state.settings
    return settings


def caller(request: Request) -> Principal:
    """Find who asks: a program by `Authorization: Bearer`, a browser by its cookie and, for writes, its CSRF token.

    Raises NotSignedIn (401), Forbidden (403) where the CSRF token is missing, empty or foreign, and for U+0000, which
    no store keeps, NotFound (404) in the path and FieldError (422) in the query. The credential's id stays in
    `request.state.credential_id`.
    """
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    with store_of(request).reading() as session:
        if scheme:
            if scheme.lower() != "bearer":
                raise NotSignedIn
            credential, user = credential_of(session, secret.strip(), "token")
        else:
            cookie = request.cookies.get(COOKIE)
            if not cookie:
                raise NotSignedIn
            credential, user = credential_of(session, cookie, "session")
    request.state.user_id, request.state.credential_id = user.id, credential.id
    by_page = credential.kind == "session" and request.method not in SAFE
    if by_page and not csrf_fits(credential, request.headers.get(CSRF_HEADER)):
        raise Forbidden(
            "the page's CSRF token is missing or wrong; reload the page", "页面安全令牌缺失或有误，请刷新页面"
        )
    _require_characters(request)
    return principal_of(user)


def _require_characters(request: Request) -> None:
    if "\x00" in request.url.path or any("\x00" in str(value) for value in request.path_params.values()):
        raise NotFound("record", "记录")
    for name, value in request.query_params.multi_items():
        if "\x00" in name + value:
            en, zh = "holds a character that is no text", "含有无效字符"
            raise FieldError(Problem("character", en, zh, field=name.replace("\x00", "")))


Caller = Annotated[Principal, Depends(caller)]
Records = Annotated[Store, Depends(store_of)]
Index = Annotated[Live, Depends(live_of)]
ShownCount = Annotated[Exposure, Depends(exposure_of)]
Operator = Annotated[Settings, Depends(settings_of)]
IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=100)]
RepeatKey = Annotated[str | None, Header(alias="Idempotency-Key", max_length=200)]
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]
Cursor = Annotated[str | None, Query(max_length=200)]


def once(
    store: Store,
    who: Principal,
    key: str | None,
    asked: object,
    act: Callable[[Work], tuple[int, Any]],
    again: Callable[[Session, str], Any],
) -> Response:
    """Do a POST in one write; the same Idempotency-Key with the same request does nothing more and answers again.

    asked : what was asked for, address and body, as JSON values. act : does it and gives status and answer, which has
    the record's `id`. again : gives the answer of a record as it now stands, read with the caller's rights, so that
    nothing of the record is kept here. That it was done is kept in the very write that does it, so that a crash leaves
    both or neither. Raises Conflict where the key was used for another request, NotFound where the record is gone.
    """
    digest = sha256(json.dumps(asked, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()
    with store.writing(who) as work:
        known = None if key is None else work.session.get(Repeatable, (key, who.user_id))
        if known is not None:
            if known.request_hash != digest:
                zh = "该 Idempotency-Key 已用于另一个请求"
                raise Conflict("this Idempotency-Key was used for another request", zh)
            body = again(work.session, known.subject)
            return JSONResponse(body, known.status, {"Idempotency-Replayed": "true"})
        status, body = act(work)
        if key is not None:
            kept = {"request_hash": digest, "status": status, "subject": body["id"]}
            work.session.add(Repeatable(key=key, user_id=who.user_id, **kept))
    return JSONResponse(body, status)


def after(cursor: str | None) -> str:
    """Read a cursor: the id after which a page starts."""
    if cursor is not None and not cursor.replace("_", "").isalnum():
        raise FieldError(Problem("cursor", "is not a cursor of ours", "不是有效的翻页游标", cursor, field="cursor"))
    return cursor or ""
