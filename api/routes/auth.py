"""/v1/auth: sign in and out, who one is, and tokens for programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field
from sqlalchemy import select
from starlette.responses import JSONResponse

from api import identity
from api.access import ROLE_NAMES, Principal
from api.body import asks, body
from api.deps import COOKIE, Caller, Operator, Records
from api.errors import NotFound
from api.problems import answers
from api.schemas import Answer, Given
from api.store.tables import Credential, User, now

router = APIRouter(prefix="/v1/auth", tags=["auth"])


class SignIn(Given):
    """Login and password. 账号与密码。"""

    login: str = Field(min_length=1, max_length=200, examples=["hr@beichen"])
    password: str = Field(min_length=1, max_length=200, examples=["一句好记的长密码"])


class NewToken(Given):
    """What a token is for and how long it lasts. 令牌用途与有效天数。"""

    label: str = Field(min_length=1, max_length=200, examples=["教务系统每日同步"])
    days: int = Field(90, strict=True, ge=1, le=365, examples=[90])


class NewPassword(Given):
    """The old and the new password. 旧密码与新密码。"""

    old: str = Field(min_length=1, max_length=200)
    password: str = Field(min_length=1, max_length=200)


class Me(Answer):
    """Who is signed in. 当前用户。"""

    user_id: str
    login: str
    name: str
    role: str
    role_zh: str
    role_en: str
    organisation_id: str | None
    student_id: str | None


class Session(Me):
    """Who signed in, and the CSRF token that the page's writes must carry. 登录结果。"""

    csrf: str


class Token(Answer):
    """A token without its secret. 令牌（不含密钥）。"""

    id: str
    label: str
    created_at: str
    expires_at: str
    revoked: bool


class FreshToken(Token):
    """A token with its secret, shown this once. 新令牌，密钥只显示一次。"""

    token: str


class Tokens(Answer):
    """The caller's tokens. 我的令牌。"""

    items: list[Token]


@router.post("/login", summary="登录 / sign in", responses=answers(401, 413, 415, 422, 429), openapi_extra=asks(SignIn))
def sign_in(
    request: Request, given: Annotated[SignIn, body(SignIn)], store: Records, settings: Operator, response: Response
) -> Session:
    """Check login and password and start a session; its cookie is HttpOnly. 校验账号密码并建立会话。"""
    request.state.login_limit.spend(given.login, _address(request))
    with store.reading() as session:
        user = identity.user_with(session, given.login, given.password)
    lifetime = timedelta(hours=settings.session_hours)
    with store.writing(user.id) as work:
        secret, credential = identity.issue(work, user, "session", lifetime)
        work.note("sign_in", "user", user.id, user.organisation_id)
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(lifetime.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=settings.secure_cookies,
    )
    return Session(**_me(identity.principal_of(user)), csrf=credential.csrf)


@router.post("/logout", summary="退出 / sign out", status_code=204, responses=answers(401, 403))
def sign_out(request: Request, who: Caller, store: Records) -> Response:
    """End the session or revoke the token that this request came with. 结束会话。"""
    with store.writing(who) as work:
        work.session.get_one(Credential, request.state.credential_id).revoked_at = now()
        work.note("sign_out", "user", who.user_id, who.organisation_id)
    gone = Response(status_code=204)
    gone.delete_cookie(COOKIE)
    return gone


@router.get("/me", summary="当前用户 / who am I", responses=answers(401))
def me(who: Caller) -> Me:
    """Say who is signed in. 返回当前用户。"""
    return Me(**_me(who))


@router.post(
    "/password",
    summary="修改密码 / new password",
    status_code=204,
    openapi_extra=asks(NewPassword),
    responses=answers(401, 403, 413, 415, 422, 429),
)
def change_password(
    request: Request, who: Caller, given: Annotated[NewPassword, body(NewPassword)], store: Records
) -> Response:
    """Change one's password; all sessions and tokens end, this one too. 修改密码，所有会话与令牌（包括当前的）失效。"""
    request.state.login_limit.spend(f"password {who.login}", _address(request))
    with store.reading() as session:
        identity.user_with(session, who.login, given.old)
    hashed = identity.hash_password(given.password)
    with store.writing(who) as work:
        user = work.session.get_one(User, who.user_id)
        user.password_hash = hashed
        for credential in work.session.scalars(select(Credential).where(Credential.user_id == user.id)):
            credential.revoked_at = credential.revoked_at or now()
        work.touch(user)
        work.note("change_password", "user", user.id, user.organisation_id)
    return Response(status_code=204)


@router.get("/tokens", summary="令牌列表 / tokens", responses=answers(401))
def tokens(who: Caller, store: Records) -> Tokens:
    """List the caller's tokens, newest first, without secrets. 列出我的令牌。"""
    with store.reading() as session:
        own = select(Credential).where(Credential.user_id == who.user_id, Credential.kind == "token")
        found = session.scalars(own.order_by(Credential.created_at.desc())).all()
    return Tokens(items=[Token(**_token(one)) for one in found])


@router.post(
    "/tokens",
    summary="新建令牌 / new token",
    status_code=201,
    openapi_extra=asks(NewToken),
    response_model=FreshToken,
    responses=answers(401, 403, 413, 415, 422),
)
def new_token(who: Caller, given: Annotated[NewToken, body(NewToken)], store: Records) -> JSONResponse:
    """Make a token with the caller's own role; its secret is shown this once. 新建令牌，权限同本人。"""
    with store.writing(who) as work:
        user = work.session.get_one(User, who.user_id)
        secret, token = identity.issue(work, user, "token", timedelta(days=given.days), given.label)
        work.note("create_token", "user", user.id, user.organisation_id)
    return JSONResponse({**_token(token), "token": secret}, 201)


@router.delete("/tokens/{token_id}", summary="撤销令牌 / revoke", status_code=204, responses=answers(401, 403, 404))
def revoke(token_id: str, who: Caller, store: Records) -> Response:
    """Revoke one of the caller's tokens at once. 立即撤销令牌。"""
    with store.writing(who) as work:
        token = work.session.get(Credential, token_id)
        if token is None or token.user_id != who.user_id or token.kind != "token":
            raise NotFound("token", "令牌")
        token.revoked_at = token.revoked_at or now()
        work.note("revoke_token", "user", who.user_id, who.organisation_id)
    return Response(status_code=204)


def _address(request: Request) -> str:
    return request.client.host if request.client else "-"


def _me(who: Principal) -> dict[str, Any]:
    zh, en = ROLE_NAMES[who.role]
    return {
        "user_id": who.user_id,
        "login": who.login,
        "name": who.name,
        "role": who.role.value,
        "role_zh": zh,
        "role_en": en,
        "organisation_id": who.organisation_id,
        "student_id": who.student_id,
    }


def _token(token: Credential) -> dict[str, Any]:
    return {
        "id": token.id,
        "label": token.label,
        "created_at": token.created_at.isoformat(),
        "expires_at": token.expires_at.isoformat(),
        "revoked": token.revoked_at is not None,
    }
