"""/v1/demands: what organisations ask for, their life from draft to closed, and pasted text as a draft."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from api.access import Principal
from api.body import asks, body
from api.deps import Caller, Cursor, IfMatch, Index, Limit, Records, RepeatKey, after, once
from api.errors import NotFound
from api.problems import answers
from api.resources import demands, matches, parsing
from api.resources.demands import Status
from api.routes.demand_answers import (
    Demand,
    DemandAnswer,
    Demands,
    DemandText,
    DemandTried,
    DraftAnswer,
    Drafts,
    Estimate,
    FindingAnswer,
    Pasted,
    StepAnswer,
    Steps,
    Until,
    Why,
)
from api.store import Store, Work
from api.store.tables import DemandRow
from api.store.versions import etag
from matching import Vocabulary

router = APIRouter(prefix="/v1/demands", tags=["demands"])
PLAIN_STEPS = {
    "submit": "提交审核 / submit",
    "approve": "审核通过 / approve",
    "publish": "发布 / publish",
    "pause": "暂停 / pause",
    "resume": "恢复 / resume",
    "fill": "标记招满 / mark as filled",
}
REASONED_STEPS = {"reject": "退回修改 / send back", "close": "关闭 / close"}


@router.get("", summary="岗位列表 / demands", responses=answers(401, 403, 422))
def listed(
    who: Caller,
    store: Records,
    status: Annotated[Status | None, Query(description="状态 / status")] = None,
    q: Annotated[str | None, Query(max_length=100, description="名称的一部分 / part of the title")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Demands:
    """List demands: an enterprise its own, the secretariat all but drafts, all others what is live. 列出岗位需求。"""
    with store.reading(who) as session:
        found = demands.demands(session, who, status, q, after(cursor), limit)
        items = [Demand(**values) for values in demands.demand_values(session, who, found)]
    return Demands(items=items, next=items[-1].id if len(items) == limit else None)


@router.post(
    "",
    summary="新建岗位 / new demand",
    status_code=201,
    response_model=DemandAnswer,
    openapi_extra=asks(DemandText),
    responses=answers(401, 403, 409, 413, 415, 422),
)
def create(
    request: Request, who: Caller, given: Annotated[DemandText, body(DemandText)], store: Records, key: RepeatKey = None
) -> Response:
    """Keep a draft. 保存为草稿。"""

    def act(work: Work) -> tuple[int, Any]:
        row = demands.add_demand(work, who, given.record, given.number)
        return 201, _plain(request, work.session, who, row)

    return once(store, who, key, ["demands", given.record, given.number], act, _again(request, who))


@router.post(
    "/parse",
    summary="解析招聘文字 / read pasted text",
    openapi_extra=asks(Pasted),
    responses=answers(401, 403, 413, 415, 422),
)
def parse(request: Request, who: Caller, given: Annotated[Pasted, body(Pasted)]) -> Drafts:
    """Read pasted words as drafts, each field with its place; nothing is kept. 解析文字为草稿，不保存。"""
    read = parsing.parse(who, _vocabulary(request), given.text, date.today())
    return Drafts(items=[DraftAnswer(**values) for values in read])


@router.post(
    "/estimate",
    summary="估算人数 / estimate",
    openapi_extra=asks(DemandTried),
    responses=answers(401, 403, 413, 415, 422),
)
def estimate(who: Caller, given: Annotated[DemandTried, body(DemandTried)], store: Records, live: Index) -> Estimate:
    """Say how many students would be in the list, rounded, and which condition costs most. 估算可匹配人数，不保存。"""
    with store.reading(who) as session:
        return Estimate(**matches.estimate(session, who, live, given.record, date.today()))


@router.get("/{demand_id}", summary="岗位 / a demand", responses=answers(401, 403, 404, 422))
def one(request: Request, demand_id: str, who: Caller, store: Records, response: Response) -> DemandAnswer:
    """Give a demand. 返回一个岗位需求。"""
    with store.reading(who) as session:
        row = demands.demand(session, who, demand_id)
        response.headers["ETag"] = etag(row)
        return _answer(request, session, who, row)


@router.put(
    "/{demand_id}",
    summary="修改岗位 / write anew",
    openapi_extra=asks(DemandText),
    responses=answers(401, 403, 404, 409, 412, 413, 415, 422, 428),
)
def replace(
    request: Request,
    demand_id: str,
    who: Caller,
    given: Annotated[DemandText, body(DemandText)],
    store: Records,
    response: Response,
    if_match: IfMatch = None,
) -> DemandAnswer:
    """Write a demand anew; changed after it was submitted, it goes back to draft. 修改岗位；提交后再改则退回草稿。"""
    with store.writing(who) as work:
        row = demands.edit_demand(work, who, demand_id, if_match, given.record, given.number)
        response.headers["ETag"] = etag(row)
        return _answer(request, work.session, who, row)


@router.delete(
    "/{demand_id}",
    summary="删除草稿 / delete a draft",
    status_code=204,
    responses=answers(401, 403, 404, 409, 412, 422, 428),
)
def remove(demand_id: str, who: Caller, store: Records, if_match: IfMatch = None) -> Response:
    """Delete a draft; what was submitted is closed instead. 删除草稿；已提交的岗位请关闭。"""
    with store.writing(who) as work:
        demands.remove_demand(work, who, demand_id, if_match)
    return Response(status_code=204)


@router.get("/{demand_id}/history", summary="状态历史 / history", responses=answers(401, 403, 404, 422))
def history(demand_id: str, who: Caller, store: Records) -> Steps:
    """List a demand's steps. 列出岗位的状态变化。"""
    with store.reading(who) as session:
        found = demands.history(session, who, demand_id)
    return Steps(items=[StepAnswer(**demands.step_values(who, taken)) for taken in found])


def _plain_step(name: str) -> Callable[..., Response]:
    def take(
        request: Request, demand_id: str, who: Caller, store: Records, if_match: IfMatch = None, key: RepeatKey = None
    ) -> Response:
        return _taken(request, store, who, demand_id, name, key, if_match, {})

    return take


def _reasoned_step(name: str) -> Callable[..., Response]:
    def take(
        request: Request,
        demand_id: str,
        who: Caller,
        given: Annotated[Why, body(Why)],
        store: Records,
        if_match: IfMatch = None,
        key: RepeatKey = None,
    ) -> Response:
        return _taken(request, store, who, demand_id, name, key, if_match, {"reason": given.reason})

    return take


def _told(name: str) -> str:
    """Describe a step for the documentation."""
    rule = demands.STEPS[name]
    before_zh, before_en = ([demands.STATUS_NAMES[one][side] for one in rule.before] for side in (0, 1))
    after_zh, after_en = demands.STATUS_NAMES[rule.after]
    return f"{'、'.join(before_zh)} → {after_zh}。From {', '.join(before_en)} to {after_en}."


for _name, _summary in PLAIN_STEPS.items():
    router.post(
        f"/{{demand_id}}/{_name}",
        summary=_summary,
        operation_id=f"{_name}_demand",
        description=_told(_name),
        response_model=DemandAnswer,
        responses=answers(401, 403, 404, 409, 412, 422),
    )(_plain_step(_name))
for _name, _summary in REASONED_STEPS.items():
    router.post(
        f"/{{demand_id}}/{_name}",
        summary=_summary,
        operation_id=f"{_name}_demand",
        description=_told(_name),
        response_model=DemandAnswer,
        openapi_extra=asks(Why),
        responses=answers(401, 403, 404, 409, 412, 413, 415, 422),
    )(_reasoned_step(_name))


@router.post(
    "/{demand_id}/renew",
    summary="续期 / renew",
    response_model=DemandAnswer,
    openapi_extra=asks(Until),
    responses=answers(401, 403, 404, 409, 412, 413, 415, 422),
)
def renew(
    request: Request,
    demand_id: str,
    who: Caller,
    given: Annotated[Until, body(Until)],
    store: Records,
    if_match: IfMatch = None,
    key: RepeatKey = None,
) -> Response:
    """Set a new last day, at most six months ahead; an expired or paused demand is live again. 续期并恢复招聘。"""
    return _taken(request, store, who, demand_id, "renew", key, if_match, {"valid_until": given.valid_until})


def _taken(
    request: Request,
    store: Store,
    who: Principal,
    demand_id: str,
    name: str,
    key: str | None,
    if_match: str | None,
    given: dict[str, Any],
) -> Response:
    """Take a step once, and give the demand as it then stands.

    Repeated, where the step took it out of the caller's sight (a rejected one is a draft), only its id and new status.
    """

    def act(work: Work) -> tuple[int, Any]:
        vocabulary, today = _vocabulary(request), date.today()
        row = demands.step(work, who, demand_id, name, today, vocabulary, if_match=if_match, **given)
        return 200, _plain(request, work.session, who, row)

    def again(session: Session, demand_id: str) -> Any:
        try:
            return _again(request, who)(session, demand_id)
        except NotFound:
            return {"id": demand_id, "status": demands.STEPS[name].after}

    return once(store, who, key, ["demands", demand_id, name, given], act, again)


def _vocabulary(request: Request) -> Vocabulary:
    vocabulary: Vocabulary = request.state.vocabulary
    return vocabulary


def _answer(request: Request, session: Session, who: Principal, row: DemandRow) -> DemandAnswer:
    values = demands.demand_values(session, who, [row])[0]
    findings = demands.demand_findings(session, who, row, _vocabulary(request), date.today())
    return DemandAnswer(**values, findings=[FindingAnswer(**one) for one in findings])


def _plain(request: Request, session: Session, who: Principal, row: DemandRow) -> dict[str, Any]:
    """Give the answer as JSON values."""
    return _answer(request, session, who, row).model_dump(mode="json")


def _again(request: Request, who: Principal) -> Callable[[Session, str], dict[str, Any]]:
    """Give what answers a repeated request."""
    return lambda session, demand_id: _plain(request, session, who, demands.demand(session, who, demand_id))
