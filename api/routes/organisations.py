"""/v1/organisations: the members of the consortium; the secretariat takes them in and verifies them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.access import Principal
from api.body import asks, body
from api.deps import Caller, Cursor, IfMatch, Limit, Records, RepeatKey, after, once
from api.problems import answers
from api.resources import people
from api.resources.people import ConsortiumRole, OrganisationKind
from api.schemas import Answer, Given
from api.store import tables
from api.store.versions import etag

router = APIRouter(prefix="/v1/organisations", tags=["organisations"])

_NAME = Field(min_length=1, max_length=200, description="全称 / full name", examples=["济南北辰焊接装备有限公司"])
_CODE = Field(
    None,
    max_length=60,
    description="统一社会信用代码，18 位，末位为校验码 / unified social credit code, its last character a check",
    examples=["91370100MA3C4D5E7J"],
)
_ROLE = Field(None, description="联合体职务 / role in the consortium", examples=["council"])
_FROM = Field(None, description="任期开始 / term of office from", examples=["2026-01-01"])
_UNTIL = Field(None, description="任期结束 / term of office until", examples=["2028-12-31"])


class NewOrganisation(Given):
    """A member to take in. 新成员单位。"""

    kind: OrganisationKind = Field(description="企业、院校或秘书处 / what it is", examples=["enterprise"])
    name: str = _NAME
    credit_code: str | None = _CODE
    consortium_role: ConsortiumRole | None = _ROLE
    role_from: date | None = _FROM
    role_until: date | None = _UNTIL


class OrganisationEdit(Given):
    """What to change; what is not given stays. 要修改的字段，未给出的不变。"""

    name: str = Field(
        default_factory=str,
        min_length=1,
        max_length=200,
        description="全称 / full name",
        examples=["山东北辰焊接装备有限公司"],
    )
    credit_code: str | None = _CODE
    consortium_role: ConsortiumRole | None = _ROLE
    role_from: date | None = _FROM
    role_until: date | None = _UNTIL
    active: bool = Field(
        default_factory=bool,
        strict=True,
        description="false 同时停用其所有账号 / false also turns its accounts off",
        examples=[True],
    )


class Organisation(Answer):
    """A member as the caller sees it. 成员单位。"""

    id: str = Field(description="代号 / id", examples=["org_5b1f0c2d3e4f5a6b7c8d"])
    kind: OrganisationKind = Field(description="类型 / kind", examples=["enterprise"])
    name: str = _NAME
    credit_code: str | None = Field(
        description="仅本单位、秘书处和系统管理员可见 / only its members, the secretariat and the operator see it",
        examples=["91370100MA3C4D5E7J"],
    )
    consortium_role: ConsortiumRole | None = _ROLE
    role_from: date | None = _FROM
    role_until: date | None = _UNTIL
    verified_on: date | None = Field(description="核验日期 / papers checked on", examples=["2026-11-24"])
    verified_until: date | None = Field(description="核验有效期至，六个月 / holds until", examples=["2027-05-24"])
    active: bool = Field(description="是否启用 / in use", examples=[True])
    version: int = Field(description="版本，同 ETag / version, as in ETag", examples=[1])


class Organisations(Answer):
    """Members, a page of them. 成员单位列表。"""

    items: list[Organisation] = Field(description="本页单位 / this page")
    next: str | None = Field(description="下一页游标，null 表示没有 / cursor of the next page, null at the end")


@router.get("", summary="单位列表 / members", responses=answers(401, 422))
def organisations(
    who: Caller,
    store: Records,
    kind: Annotated[OrganisationKind | None, Query(description="类型 / kind")] = None,
    q: Annotated[str | None, Query(max_length=100, description="名称的一部分 / part of the name")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Organisations:
    """List the members. 列出成员单位。"""
    with store.reading(who) as session:
        found = people.organisations(session, who, kind, q, after(cursor), limit)
    items = [_answer(who, row) for row in found]
    return Organisations(items=items, next=items[-1].id if len(items) == limit else None)


@router.post(
    "",
    summary="新增单位 / take a member in",
    status_code=201,
    response_model=Organisation,
    openapi_extra=asks(NewOrganisation),
    responses=answers(401, 403, 409, 413, 415, 422),
)
def new_organisation(
    who: Caller, given: Annotated[NewOrganisation, body(NewOrganisation)], store: Records, key: RepeatKey = None
) -> Response:
    """Take a member in; its credit code is checked. 新增成员单位，校验信用代码。"""
    values = given.model_dump()
    return once(
        store,
        who,
        key,
        ["organisations", values],
        lambda work: (201, _answer(who, people.add_organisation(work, who, values)).model_dump(mode="json")),
        lambda session, one: _answer(who, people.organisation(session, who, one)).model_dump(mode="json"),
    )


@router.get("/{organisation_id}", summary="单位 / a member", responses=answers(401, 404, 422))
def organisation(organisation_id: str, who: Caller, store: Records, response: Response) -> Organisation:
    """Give a member. 返回一个成员单位。"""
    with store.reading(who) as session:
        row = people.organisation(session, who, organisation_id)
    response.headers["ETag"] = etag(row)
    return _answer(who, row)


@router.patch(
    "/{organisation_id}",
    summary="修改单位 / edit a member",
    openapi_extra=asks(OrganisationEdit),
    responses=answers(401, 403, 404, 409, 412, 413, 415, 422, 428),
)
def edit_organisation(
    organisation_id: str,
    who: Caller,
    given: Annotated[OrganisationEdit, body(OrganisationEdit)],
    store: Records,
    response: Response,
    if_match: IfMatch = None,
) -> Organisation:
    """Change the given fields of a member. 修改成员单位。"""
    values = given.model_dump(exclude_unset=True)
    with store.writing(who) as work:
        row = people.edit_organisation(work, who, organisation_id, if_match, values)
    response.headers["ETag"] = etag(row)
    return _answer(who, row)


@router.post("/{organisation_id}/verify", summary="核验 / verify", responses=answers(401, 403, 404, 422))
def verify(organisation_id: str, who: Caller, store: Records, response: Response) -> Organisation:
    """Record that the member's papers were checked today; it holds for six months. 记录今日已核验，有效六个月。"""
    with store.writing(who) as work:
        row = people.verify_organisation(work, who, organisation_id, date.today())
    response.headers["ETag"] = etag(row)
    return _answer(who, row)


def _answer(who: Principal, row: tables.Organisation) -> Organisation:
    return Organisation(**people.organisation_values(who, row))
