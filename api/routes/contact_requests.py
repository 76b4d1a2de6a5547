"""/v1/contact-requests: an enterprise asks who a student is; the student grants or refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy.orm import Session

from api.access import Principal
from api.body import asks, body
from api.deps import Caller, Cursor, Index, Limit, Operator, Records, RepeatKey, after, once
from api.problems import answers
from api.resources import contacts, matches
from api.resources.contacts import Status
from api.routes.lists import plain
from api.routes.shortlists import Choice
from api.schemas import Answer, Given
from api.store import Work
from api.store.tables import ContactRequest

router = APIRouter(prefix="/v1/contact-requests", tags=["contact-requests"])


class Question(Choice):
    """Whom to ask, and what to say. 联系申请。"""

    message: str = Field(
        "",
        max_length=contacts.LONGEST_MESSAGE,
        description="给学生的话 / words to the student",
        examples=["看到您的焊接实训经历，想约您到公司面谈。"],
    )


class Agreement(Given):
    """What goes with a student's consent. 同意时填写。"""

    guardian: str = Field(
        "", max_length=200, description="监护人姓名，未满 18 周岁须填写 / guardian's name, needed under 18"
    )


class Contact(Answer):
    """Who a student is and how to reach them. 学生姓名与联系方式。"""

    name: str = Field(description="姓名 / name")
    college: str = Field(description="院校 / college")
    phone: str = Field(description="电话 / telephone")
    email: str = Field(description="邮箱 / email")


class RequestAnswer(Answer):
    """A contact request as the caller sees it. 联系申请。"""

    id: str = Field(description="代号 / id", examples=["req_5b1f0c2d3e4f5a6b7c8d"])
    demand_id: str = Field(description="岗位代号 / id of the demand", examples=["dem_5b1f0c2d3e4f5a6b7c8d"])
    title: str = Field(description="岗位名称 / title of the demand", examples=["氩弧焊工"])
    organisation_id: str = Field(description="企业代号 / id of the enterprise", examples=["org_5b1f0c2d3e4f5a6b7c8d"])
    organisation: str = Field(description="企业名称 / enterprise", examples=["济南北辰焊接装备有限公司"])
    code: str | None = Field(
        description="学生代码，仅企业可见 / code, for the enterprise only", examples=["K7Q2MZX4AB"]
    )
    message: str = Field(description="给学生的话 / words to the student")
    status: Status = Field(description="状态 / status", examples=["asked"])
    contact: Contact | None = Field(
        description="仅企业查看单条、且学生同意有效时给出，每次查看均有记录 / to the enterprise alone, one at a time, "
        "while the consent stands; each look is noted"
    )
    version: int = Field(description="版本 / version", examples=[1])
    created_at: datetime = Field(description="申请时间 / asked at")
    changed_at: datetime = Field(description="更新时间 / changed at")


class Requests(Answer):
    """Contact requests, a page of them. 联系申请列表。"""

    items: list[RequestAnswer] = Field(description="本页申请 / this page")
    next: str | None = Field(description="下一页游标，null 表示没有 / cursor of the next page, null at the end")


@router.get("", summary="联系申请列表 / contact requests", responses=answers(401, 403, 422))
def listed(
    who: Caller,
    store: Records,
    settings: Operator,
    status: Annotated[Status | None, Query(description="状态 / status")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Requests:
    """List an enterprise's own requests, or those made to the student. 列出联系申请。"""
    with store.reading(who) as session:
        found = contacts.listed(session, who, status, after(cursor), limit)
        items = [RequestAnswer(**values) for values in contacts.values(session, who, settings.secret, found)]
    return Requests(items=items, next=items[-1].id if len(items) == limit else None)


@router.post(
    "",
    summary="申请联系 / ask",
    status_code=201,
    response_model=RequestAnswer,
    openapi_extra=asks(Question),
    responses=answers(401, 403, 404, 409, 413, 415, 422),
)
def ask(
    who: Caller,
    given: Annotated[Question, body(Question)],
    store: Records,
    live: Index,
    settings: Operator,
    key: RepeatKey = None,
) -> Response:
    """Ask someone of a demand's list for name and contact. 向匹配名单中的学生申请联系方式。"""
    with store.reading(who) as session:
        chosen = matches.choose(session, who, live, settings.secret, given.demand_id, given.code)

    def act(work: Work) -> tuple[int, Any]:
        return 201, _plain(work.session, who, settings.secret, contacts.ask(work, who, chosen, given.message))

    return once(store, who, key, ["contact-requests", given.model_dump()], act, _again(who, settings.secret))


@router.get("/{request_id}", summary="联系申请 / a request", responses=answers(401, 403, 404, 422))
def one(request_id: str, who: Caller, store: Records, settings: Operator) -> RequestAnswer:
    """Give a request; after consent with name and contact, each look noted. 返回申请；学生同意后含联系方式。"""
    return RequestAnswer(**contacts.shown_to(store, who, settings.secret, request_id))


@router.post(
    "/{request_id}/grant",
    summary="同意 / grant",
    response_model=RequestAnswer,
    openapi_extra=asks(Agreement),
    responses=answers(401, 403, 404, 409, 413, 415, 422),
)
def grant(
    request_id: str,
    who: Caller,
    given: Annotated[Agreement, body(Agreement)],
    store: Records,
    settings: Operator,
    key: RepeatKey = None,
) -> Response:
    """Let the enterprise see name and contact; a consent, ended any time. 同意企业查看联系方式，可随时撤回。"""

    def act(work: Work) -> tuple[int, Any]:
        found = contacts.grant(work, who, request_id, given.guardian, date.today())
        return 200, _plain(work.session, who, settings.secret, found)

    return once(
        store,
        who,
        key,
        ["contact-requests", request_id, "grant", given.model_dump()],
        act,
        _again(who, settings.secret),
    )


@router.post(
    "/{request_id}/refuse",
    summary="不同意 / refuse",
    response_model=RequestAnswer,
    responses=answers(401, 403, 404, 409, 422),
)
def refuse(request_id: str, who: Caller, store: Records, settings: Operator, key: RepeatKey = None) -> Response:
    """Say no. 不同意企业查看联系方式。"""

    def act(work: Work) -> tuple[int, Any]:
        return 200, _plain(work.session, who, settings.secret, contacts.refuse(work, who, request_id))

    return once(store, who, key, ["contact-requests", request_id, "refuse"], act, _again(who, settings.secret))


@router.post(
    "/{request_id}/withdraw",
    summary="撤回申请 / withdraw",
    response_model=RequestAnswer,
    responses=answers(401, 403, 404, 409, 422),
)
def withdraw(request_id: str, who: Caller, store: Records, settings: Operator, key: RepeatKey = None) -> Response:
    """Take an own request back. 撤回本企业的联系申请。"""

    def act(work: Work) -> tuple[int, Any]:
        return 200, _plain(work.session, who, settings.secret, contacts.withdraw(work, who, request_id))

    return once(store, who, key, ["contact-requests", request_id, "withdraw"], act, _again(who, settings.secret))


def _plain(session: Session, who: Principal, secret: bytes, found: ContactRequest) -> dict[str, Any]:
    """Give the answer as JSON values."""
    return plain(RequestAnswer(**contacts.values(session, who, secret, [found])[0]))


def _again(who: Principal, secret: bytes) -> Callable[[Session, str], dict[str, Any]]:
    """Give what answers a repeated request."""
    return lambda session, request_id: _plain(session, who, secret, contacts.one(session, who, request_id))
