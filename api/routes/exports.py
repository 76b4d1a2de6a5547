"""/v1/exports and the workbook of a ranked list: what may be seen, to take away as .xlsx."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, BackgroundTasks, Query, Response

from api.deps import Caller, Index, Operator, Records, ShownCount
from api.problems import answers
from api.resources import exports

router = APIRouter(prefix="/v1", tags=["exports"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the answers of a route that gives a workbook."""
    found: dict[str, Any] = {"description": "工作簿 / workbook", "content": {XLSX: {"schema": {"type": "string"}}}}
    return {200: found, **answers(*statuses)}


def attached(content: bytes, name: str) -> Response:
    """Give a workbook as a file to keep."""
    return Response(content, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'})


@router.get("/exports/students", summary="导出学生 / students", response_class=Response, responses=workbook(401, 403))
def students(who: Caller, store: Records) -> Response:
    """Give the students in one's scope, without protected attributes. 导出权限内的学生，不含受保护信息。"""
    with store.reading(who) as session:
        content = exports.students_workbook(session, who)
    exports.note(store, who, "students")
    return attached(content, "students")


@router.get("/exports/demands", summary="导出岗位 / demands", response_class=Response, responses=workbook(401, 403))
def demands(who: Caller, store: Records) -> Response:
    """Give the demands in one's scope with their status. 导出权限内的岗位需求及其状态。"""
    with store.reading(who) as session:
        content = exports.demands_workbook(session, who)
    exports.note(store, who, "demands")
    return attached(content, "demands")


@router.get(
    "/demands/{demand_id}/matches.xlsx",
    summary="下载匹配名单 / ranked list",
    response_class=Response,
    responses=workbook(401, 403, 404, 409, 422),
)
def ranked(
    demand_id: str,
    who: Caller,
    store: Records,
    live: Index,
    settings: Operator,
    exposure: ShownCount,
    background: BackgroundTasks,
    k: Annotated[int, Query(ge=1, le=exports.LONGEST_LIST, description="名单长度 / length of the list")] = 50,
    order: Annotated[
        Literal["forward", "reciprocal"], Query(description="reciprocal 同时考虑学生意愿 / also counts wishes")
    ] = "forward",
) -> Response:
    """Give the ranked list of an own demand with reasons; students are codes. 下载匹配名单，学生以代码表示。"""
    with store.reading(who) as session:
        content, shown = exports.matches_workbook(session, who, live, settings.secret, demand_id, k, order)
    background.add_task(exposure.record, demand_id, shown)
    return attached(content, f"matches-{demand_id}")
