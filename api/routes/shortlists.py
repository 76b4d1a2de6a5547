"""/v1/shortlists: whom an enterprise follows up for its demands, with stages and notes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy.orm import Session

from api.access import Principal
from api.body import asks, body
from api.deps import Caller, Cursor, IfMatch, Index, Limit, Operator, Records, RepeatKey, after, once
from api.problems import answers
from api.resources import matches, shortlists
from api.resources.shortlists import Stage
from api.routes.lists import Card, plain
from api.schemas import Answer, Given
from api.store import Work
from api.store.tables import Shortlisted
from api.store.versions import etag

router = APIRouter(prefix="/v1/shortlists", tags=["shortlists"])


class Choice(Given):
    """Someone in a demand's list. 名单中的一名学生。"""

    demand_id: str = Field(
        max_length=40, description="岗位代号 / id of the demand", examples=["dem_5b1f0c2d3e4f5a6b7c8d"]
    )
    code: str = Field(max_length=40, description="名单中的学生代码 / code in its list", examples=["K7Q2MZX4AB"])


class EntryEdit(Given):
    """A stage to move to, a note to add, or both. 要更新的阶段或要添加的备注。"""

    stage: Stage | None = Field(None, description="阶段 / stage", examples=["interview"])
    note: str = Field(
        "", max_length=shortlists.LONGEST_NOTE, description="备注，只增不改 / a note to add", examples=["周五下午面谈"]
    )


class NoteAnswer(Answer):
    """A note. 备注。"""

    at: datetime = Field(description="时间 / when")
    by: str = Field(description="账号代号 / id of the account", examples=["usr_5b1f0c2d3e4f5a6b7c8d"])
    text: str = Field(description="内容 / what", examples=["周五下午面谈"])


class Entry(Answer):
    """An entry of a shortlist. 候选名单条目。"""

    id: str = Field(description="代号 / id", examples=["lst_5b1f0c2d3e4f5a6b7c8d"])
    demand_id: str = Field(description="岗位代号 / id of the demand", examples=["dem_5b1f0c2d3e4f5a6b7c8d"])
    code: str = Field(description="学生代码 / code of the student", examples=["K7Q2MZX4AB"])
    student: Card | None = Field(description="学生信息，不再展示时为 null / null where the profile is no longer shown")
    stage: Stage = Field(description="阶段 / stage", examples=["interested"])
    notes: list[NoteAnswer] = Field(description="备注 / notes")
    version: int = Field(description="版本，同 ETag / version, as in ETag", examples=[1])
    created_at: datetime = Field(description="加入时间 / put on at")
    changed_at: datetime = Field(description="修改时间 / changed at")


class Entries(Answer):
    """Entries, a page of them. 候选名单。"""

    items: list[Entry] = Field(description="本页条目 / this page")
    next: str | None = Field(description="下一页游标，null 表示没有 / cursor of the next page, null at the end")


@router.get("", summary="候选名单 / shortlist", responses=answers(401, 403, 404, 422))
def listed(
    who: Caller,
    store: Records,
    settings: Operator,
    demand_id: Annotated[str | None, Query(max_length=40, description="岗位代号 / id of a demand")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Entries:
    """List the entries of an own demand, or of all. 列出候选名单。"""
    with store.reading(who) as session:
        found = shortlists.listed(session, who, demand_id, after(cursor), limit)
        items = [Entry(**values) for values in shortlists.values(session, who, settings.secret, found)]
    return Entries(items=items, next=items[-1].id if len(items) == limit else None)


@router.post(
    "",
    summary="加入候选名单 / shortlist a student",
    status_code=201,
    response_model=Entry,
    openapi_extra=asks(Choice),
    responses=answers(401, 403, 404, 409, 413, 415, 422),
)
def add(
    who: Caller,
    given: Annotated[Choice, body(Choice)],
    store: Records,
    live: Index,
    settings: Operator,
    key: RepeatKey = None,
) -> Response:
    """Put someone of a demand's list on its shortlist. 将匹配名单中的学生加入候选名单。"""
    with store.reading(who) as session:
        chosen = matches.choose(session, who, live, settings.secret, given.demand_id, given.code)

    def act(work: Work) -> tuple[int, Any]:
        return 201, plain(_entry(work.session, who, settings.secret, shortlists.add(work, who, chosen)))

    def again(session: Session, entry_id: str) -> Any:
        return plain(_entry(session, who, settings.secret, shortlists.one(session, who, entry_id)))

    return once(store, who, key, ["shortlists", given.model_dump()], act, again)


@router.get("/{entry_id}", summary="候选条目 / an entry", responses=answers(401, 403, 404, 422))
def one(entry_id: str, who: Caller, store: Records, settings: Operator, response: Response) -> Entry:
    """Give an entry. 返回一个条目。"""
    with store.reading(who) as session:
        entry = shortlists.one(session, who, entry_id)
        response.headers["ETag"] = etag(entry)
        return _entry(session, who, settings.secret, entry)


@router.patch(
    "/{entry_id}",
    summary="更新阶段或备注 / stage or note",
    openapi_extra=asks(EntryEdit),
    responses=answers(401, 403, 404, 412, 413, 415, 422, 428),
)
def edit(
    entry_id: str,
    who: Caller,
    given: Annotated[EntryEdit, body(EntryEdit)],
    store: Records,
    settings: Operator,
    response: Response,
    if_match: IfMatch = None,
) -> Entry:
    """Move an entry to a stage, add a note, or both. 更新阶段，或添加备注。"""
    with store.writing(who) as work:
        entry = shortlists.edit(work, who, entry_id, if_match, given.stage, given.note)
        response.headers["ETag"] = etag(entry)
        return _entry(work.session, who, settings.secret, entry)


@router.delete(
    "/{entry_id}",
    summary="移出候选名单 / take off",
    status_code=204,
    responses=answers(401, 403, 404, 412, 422, 428),
)
def remove(entry_id: str, who: Caller, store: Records, if_match: IfMatch = None) -> Response:
    """Take an entry off, its notes with it. 移出候选名单，备注一并删除。"""
    with store.writing(who) as work:
        shortlists.remove(work, who, entry_id, if_match)
    return Response(status_code=204)


def _entry(session: Session, who: Principal, secret: bytes, entry: Shortlisted) -> Entry:
    return Entry(**shortlists.values(session, who, secret, [entry])[0])
