"""/v1/demands/{id}/matches and /v1/students/{id}/matches: ranked lists and why each pair scores what it scores."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, BackgroundTasks, Path, Query

from api.deps import Caller, Index, Operator, Records, ShownCount
from api.problems import answers
from api.resources import matches
from api.routes.lists import DemandList, Relaxation, StudentList
from api.schemas import ExplanationAnswer

router = APIRouter(prefix="/v1", tags=["matches"])
K = Annotated[int, Query(ge=1, le=matches.LARGEST_LIST, description="名单长度 / length of the list")]
Code = Annotated[str, Path(max_length=40, description="名单中的学生代码 / code in the list")]


@router.get(
    "/demands/{demand_id}/matches",
    summary="匹配名单 / ranked students",
    responses=answers(401, 403, 404, 409, 422),
    response_model_exclude_unset=True,
)
def students_of_demand(
    demand_id: str,
    who: Caller,
    store: Records,
    live: Index,
    settings: Operator,
    exposure: ShownCount,
    background: BackgroundTasks,
    k: K = 20,
    order: Annotated[
        Literal["forward", "reciprocal"], Query(description="reciprocal 同时考虑学生意愿 / also counts wishes")
    ] = "forward",
    relaxations: Annotated[bool, Query(description="附放宽建议 / also say which softer condition brings most")] = False,
    unscored_after: Annotated[
        str, Query(max_length=40, description="不参与排序的学生从此代码之后列出 / page of the unscored")
    ] = "",
) -> StudentList:
    """Rank the students for an own demand that is live or paused; counts are rounded. 为本单位岗位排序学生。"""
    with store.reading(who) as session:
        listed = matches.matches(session, who, live, settings.secret, demand_id, k, order, unscored_after)
        found = StudentList(**listed.values)
        if relaxations:
            softer = matches.relaxations(session, who, live, demand_id)
            found.relaxations = [Relaxation(**one) for one in softer]
    background.add_task(exposure.record, demand_id, listed.shown)
    return found


@router.get(
    "/demands/{demand_id}/matches/{code}",
    summary="匹配解释 / explanation",
    responses=answers(401, 403, 404, 409, 422),
)
def explain_student(
    demand_id: str, code: Code, who: Caller, store: Records, live: Index, settings: Operator
) -> ExplanationAnswer:
    """Explain one result of a demand's list; the student stays a code. 解释名单中一名学生的匹配结果。"""
    with store.reading(who) as session:
        return ExplanationAnswer(**matches.explanation(session, who, live, settings.secret, demand_id, code))


@router.get(
    "/students/{student_id}/matches",
    summary="匹配岗位 / ranked demands",
    responses=answers(401, 403, 404, 422),
    response_model_exclude_unset=True,
)
def demands_of_student(student_id: str, who: Caller, store: Records, live: Index, k: K = 20) -> DemandList:
    """Rank the live demands for a student: the student's own, or one of the own college. 为学生排序岗位。"""
    with store.reading(who) as session:
        return DemandList(**matches.student_matches(session, who, live, student_id, k))


@router.get(
    "/students/{student_id}/matches/{demand_id}",
    summary="匹配解释 / explanation",
    responses=answers(401, 403, 404, 422),
)
def explain_demand(student_id: str, demand_id: str, who: Caller, store: Records, live: Index) -> ExplanationAnswer:
    """Explain how a student stands to a live demand, with evidence. 解释学生与岗位的匹配情况。"""
    with store.reading(who) as session:
        return ExplanationAnswer(**matches.student_explanation(session, who, live, student_id, demand_id))
