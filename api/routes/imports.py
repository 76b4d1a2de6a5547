"""/v1/imports: tables of students or demands are uploaded, looked at, then taken over or dropped."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Depends, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import Message

from api.access import require
from api.deps import Caller, Cursor, IfMatch, Index, Limit, Operator, Records, RepeatKey, after, once
from api.errors import BodyTooLarge, FieldError
from api.problems import MediaTypeError, answers
from api.resources import intake
from api.resources.intake import Kind
from api.routes.exports import attached, workbook
from api.schemas import Answer
from api.settings import Settings
from api.store import Work
from api.store.versions import etag
from matching.errors import Problem

router = APIRouter(prefix="/v1/imports", tags=["imports"])
FORM_BYTES = 2**16
"""What a form may hold beside its file."""


class ImportProblem(Answer):
    """One wrong cell, or a note on what was left aside. 一处错误或说明。"""

    note: bool = Field(description="true：说明，不影响导入 / true: a note, nothing is rejected for it")
    sheet: str | None = Field(description="工作表 / sheet")
    row: int | None = Field(description="行号，同表格软件 / row as a spreadsheet shows it", examples=[7])
    column: str | None = Field(description="列 / column", examples=["毕业日期"])
    value: str | None = Field(description="原内容；身份信息不显示 / what stands there; hidden for identity columns")
    rule: str = Field(description="规则 / rule", examples=["bad_date"])
    message_zh: str = Field(description="说明 / in Chinese")
    message_en: str = Field(description="说明（英文）/ in English")


class ImportAnswer(Answer):
    """An upload and where it stands. 导入记录。"""

    id: str = Field(description="代号 / id", examples=["imp_5b1f0c2d3e4f5a6b7c8d"])
    kind: Kind = Field(description="学生或岗位 / what it holds", examples=["students"])
    file_name: str = Field(description="文件名 / name of the file", examples=["学生名册.xlsx"])
    status: str = Field(
        description="reading 读取中、previewed 可预览、applying 写入中、applied 已写入、dropped 已丢弃、failed 无法读取"
        " / where it stands",
        examples=["previewed"],
    )
    done: int | None = Field(description="已处理行数，仅 reading、applying / rows done while it is read or applied")
    rows: int | None = Field(description="总行数 / rows in all")
    counts: dict[str, int] = Field(
        description="rows, rejected, created, changed, unchanged, refused",
        examples=[{"rows": 320, "rejected": 2, "created": 318, "changed": 0, "unchanged": 0, "refused": 0}],
    )
    problems: list[ImportProblem] = Field(description="前 100 处问题与说明 / the first 100 problems and notes")
    sample: list[dict[str, Any]] = Field(description="前几行有效数据 / the first valid rows")
    created_at: str = Field(description="上传时间 / uploaded at", examples=["2026-11-24T08:00:00+00:00"])
    version: int = Field(description="版本，同 ETag / version, as in ETag", examples=[1])


class ImportPage(Answer):
    """Uploads, a page of them. 导入记录列表。"""

    items: list[ImportAnswer] = Field(description="本页记录 / this page")
    next: str | None = Field(description="下一页游标，null 表示没有 / cursor of the next page, null at the end")


KindAsked = Annotated[Kind, Query(description="students 学生 / demands 岗位需求")]
_FILE = {"type": "string", "format": "binary", "description": ".xlsx、.xls 或 .csv / the table"}
_FORM = {"schema": {"type": "object", "required": ["file"], "properties": {"file": _FILE}}}


async def uploaded(
    request: Request, who: Caller, settings: Operator, kind: KindAsked, key: RepeatKey = None
) -> tuple[Path, str]:
    """Read the form's file into a folder and give it with the file's name.

    Nothing is read of whoever may not, nor where the Idempotency-Key is wrong.
    """
    require(who, f"import.{kind}")
    media_type = request.headers.get("content-type", "")
    if media_type.partition(";")[0].strip().lower() != "multipart/form-data":
        zh, en = "应以 multipart/form-data 上传文件", "upload the file as multipart/form-data"
        raise MediaTypeError(Problem("media_type", en, zh, media_type or None, field="Content-Type"))
    bounded = Request(request.scope, _bounded(request.receive, settings))
    try:
        async with bounded.form(max_files=1, max_fields=1) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise FieldError(Problem("missing", "the file is missing", "缺少文件", field="file"))
            folder = await run_in_threadpool(intake.keep, settings, file.file)
            return folder, file.filename or ""
    except HTTPException as error:
        raise FieldError(Problem("form", "is no readable form", "表单无法读取", field="file")) from error


def _bounded(receive: Callable[[], Awaitable[Message]], settings: Settings) -> Callable[[], Awaitable[Message]]:
    """Count the bytes of a body as they come in, and stop at the first one too many."""
    left = settings.longest_upload + FORM_BYTES

    async def counted() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            most = f"{settings.longest_upload // 2**20} MB"
            raise BodyTooLarge(Problem("too_large", f"more than {most}", f"超过 {most}", field="file"))
        return message

    return counted


@router.post(
    "",
    summary="上传表格 / upload a table",
    status_code=201,
    response_model=ImportAnswer,
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": _FORM}}},
    responses=answers(401, 403, 409, 413, 415, 422),
)
def upload(
    who: Caller,
    store: Records,
    settings: Operator,
    kind: KindAsked,
    kept: Annotated[tuple[Path, str], Depends(uploaded)],
    key: RepeatKey = None,
) -> Response:
    """Read a table and show what it would do; nothing is taken over yet. 上传并预览，尚未写入。

    A large table is read in the background: the answer says `reading`, and GET shows how many rows are done.
    """
    folder, name = kept

    def act(work: Work) -> tuple[int, Any]:
        return 201, {"id": intake.begin(work, who, kind, name, folder).id}

    try:
        asked = ["imports", kind, name, intake.digest(folder)]
        begun = once(store, who, key, asked, act, lambda session, one: {"id": intake.one(session, who, one).id})
        import_id, fresh = json.loads(bytes(begun.body))["id"], "idempotency-replayed" not in begun.headers
        if fresh:
            intake.settle(settings, import_id, folder)
    finally:
        intake.discard(folder)
    if fresh:
        intake.read(store, settings, who, import_id, date.today())
    with store.reading(who) as session:
        row = intake.one(session, who, import_id)
    headers = {"ETag": etag(row), "Location": f"/v1/imports/{row.id}"}
    return JSONResponse(intake.values(settings, row), 201, headers)


@router.get("", summary="导入记录 / uploads", responses=answers(401, 403, 422))
def listed(who: Caller, store: Records, settings: Operator, limit: Limit = 50, cursor: Cursor = None) -> ImportPage:
    """List the organisation's uploads. 列出本单位的导入记录。"""
    with store.reading(who) as session:
        found = intake.listed(session, who, after(cursor), limit)
    items = [ImportAnswer(**intake.values(settings, row)) for row in found]
    return ImportPage(items=items, next=items[-1].id if len(items) == limit else None)


@router.get("/{import_id}", summary="导入进度与预览 / an upload", responses=answers(401, 403, 404, 422))
def one(import_id: str, who: Caller, store: Records, settings: Operator, response: Response) -> ImportAnswer:
    """Say where an upload stands: rows done, counts, problems, the first rows. 返回进度、计数、问题与样例行。"""
    with store.reading(who) as session:
        row = intake.one(session, who, import_id)
    response.headers["ETag"] = etag(row)
    return ImportAnswer(**intake.values(settings, row))


@router.get(
    "/{import_id}/errors",
    summary="问题工作簿 / workbook with problems",
    response_class=Response,
    responses=workbook(401, 403, 404, 409, 422),
)
def errors(import_id: str, who: Caller, store: Records, settings: Operator) -> Response:
    """Give the uploaded table back with what is wrong beside each row. 返回在每行旁注明问题的表格。"""
    with store.reading(who) as session:
        return attached(intake.error_workbook(session, settings, who, import_id), f"problems-{import_id}")


@router.post("/{import_id}/apply", summary="写入 / take over", responses=answers(401, 403, 404, 409, 422))
def apply(
    import_id: str,
    who: Caller,
    store: Records,
    settings: Operator,
    live: Index,
    background: BackgroundTasks,
    response: Response,
) -> ImportAnswer:
    """Take all valid rows over in one write, or none; asked again, nothing more happens. 一次性写入全部有效行。"""
    row = intake.apply(store, settings, who, import_id, date.today())
    background.add_task(live.catch_up)
    response.headers["ETag"] = etag(row)
    return ImportAnswer(**intake.values(settings, row))


@router.delete(
    "/{import_id}",
    summary="丢弃 / drop",
    status_code=204,
    responses=answers(401, 403, 404, 409, 412, 422),
)
def drop(import_id: str, who: Caller, store: Records, settings: Operator, if_match: IfMatch = None) -> Response:
    """Delete an upload that was not applied. 丢弃尚未写入的导入。"""
    intake.drop(store, settings, who, import_id, if_match)
    return Response(status_code=204)
