"""The one shape of every error answer (RFC 9457 problem details, zh and en), and which HTTP status each error gets."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any, ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from matching.errors import LONGEST_VALUE, DuikouError, InputError, Problem

MEDIA_TYPE = "application/problem+json"
MOST_SHOWN = 100
KINDS: dict[str, tuple[int, str, str]] = {
    "input": (422, "请求内容有误", "The request is wrong"),
    "record": (422, "记录中有字段填写有误", "Fields of a record are wrong"),
    "table": (422, "表格有误", "The table is wrong"),
    "vocabulary": (422, "词表有误", "The vocabulary is wrong"),
    "json": (422, "请求体不是有效的 JSON", "The body is not valid JSON"),
    "too_large": (413, "请求体过大", "The body is too large"),
    "media_type": (415, "请求体的类型不支持", "The body has an unsupported media type"),
    "unknown_id": (404, "没有这个代号", "No such id"),
    "not_found": (404, "没有这个地址", "No such address"),
    "method_not_allowed": (405, "该地址不支持此方法", "The address does not answer this method"),
    "http": (400, "请求无法处理", "The request can't be answered"),
    "field": (422, "填写有误", "A field is wrong"),
    "not_signed_in": (401, "请先登录", "Not signed in"),
    "forbidden": (403, "没有权限", "Not allowed"),
    "conflict": (409, "当前状态不允许该操作", "The state does not allow this"),
    "changed": (412, "记录已被修改", "The record has changed"),
    "version_missing": (428, "缺少版本号", "The version is missing"),
    "too_many": (429, "请求过于频繁", "Too many requests"),
    "busy": (503, "数据库繁忙", "The database is busy"),
    "crowded": (503, "同时进行的匹配过多", "Too many matches at once"),
    "away": (503, "无法连接数据库", "The database is away"),
    "not_fitted": (503, "服务尚未就绪", "The service is not ready"),
    "index_damaged": (503, "索引损坏", "The index is damaged"),
    "error": (500, "服务器内部错误", "Internal error"),
}
"""Code of an error -> HTTP status, title in zh and in en: the only place where errors become statuses."""
_CODE_OF_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "media_type", 500: "error"}
_log = logging.getLogger(__name__)


class JsonError(InputError):
    """The body is not the JSON that can be read exactly: wrong syntax, NaN, a key twice, too deep, too big a number."""

    code: ClassVar[str] = "json"


class MediaTypeError(InputError):
    """The body is announced as something other than JSON in UTF-8."""

    code: ClassVar[str] = "media_type"


class ProblemResponse(JSONResponse):
    """An error answer; a broken character of the request is shown escaped, so that the answer is always valid UTF-8."""

    media_type = MEDIA_TYPE

    def render(self, content: Any) -> bytes:
        """Write the content as JSON in UTF-8."""
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def language_of(header: str | None) -> str:
    """Pick zh or en from an Accept-Language header: the one with the larger q, zh where neither is named.

    en is picked for a header that names only other languages.
    """
    wished: dict[str, float] = {}
    for item in (header or "zh").lower().split(","):
        name, _, rest = item.strip().partition(";")
        try:
            quality = float(rest.strip().removeprefix("q=")) if rest else 1.0
        except ValueError:
            quality = 0.0
        primary = name.strip().partition("-")[0]
        if not primary.isalpha() and primary not in ("", "*"):
            continue
        language = primary if primary in ("zh", "en") else ("zh" if primary in ("*", "") else "en")
        share = quality if primary == language or primary in ("*", "") else quality / 1000
        wished[language] = max(wished.get(language, 0.0), share)
    return "en" if wished.get("en", 0.0) > wished.get("zh", 0.0) else "zh"


def problem_response(
    request: Request,
    code: str,
    detail: tuple[str, str],
    problems: Sequence[Problem] = (),
    status: int | None = None,
    headers: dict[str, str] | None = None,
) -> ProblemResponse:
    """Build the error answer.

    code : a key of KINDS. detail : what happened, in zh and en. status : where it is not the code's own. At most
    MOST_SHOWN problems are listed, `problem_count` says how many there are.
    """
    own_status, title_zh, title_en = KINDS[code]
    lang = language_of(request.headers.get("accept-language"))
    zh = lang == "zh"
    content = {
        "type": f"urn:problem-type:duikou:{code.replace('_', '-')}",
        "title": title_zh if zh else title_en,
        "status": status or own_status,
        "code": code,
        "detail": detail[0] if zh else detail[1],
        "detail_zh": detail[0],
        "detail_en": detail[1],
        "problems": [_values(problem) for problem in problems[:MOST_SHOWN]],
        "problem_count": len(problems),
    }
    return ProblemResponse(content, status or own_status, {"Content-Language": lang, **(headers or {})})


def _values(problem: Problem) -> dict[str, str | None]:
    value = problem.value
    if value is not None and len(value) > LONGEST_VALUE:
        value = value[:LONGEST_VALUE] + "…"
    return {
        "field": problem.field or problem.place() or None,
        "value": value,
        "rule": problem.rule,
        "message_zh": problem.message_zh,
        "message_en": problem.message_en,
    }


def _detail(error: DuikouError) -> tuple[str, str]:
    """Say the first problem, and how many more there are."""
    if not isinstance(error, InputError) or not error.problems:
        return error.message_zh, error.message_en
    first, more = error.problems[0], len(error.problems) - 1
    zh, en = first.text("zh"), first.text("en")
    return (f"{zh}（另有 {more} 处）", f"{en} (and {more} more)") if more else (zh, en)


async def _on_duikou_error(request: Request, error: Exception) -> ProblemResponse:
    if not isinstance(error, DuikouError):
        return _internal(request)
    code = error.code if error.code in KINDS else ("input" if isinstance(error, InputError) else "error")
    headers = {"Connection": "close"} if code == "too_large" else {}
    seconds = getattr(error, "seconds", None)
    if seconds is not None:
        headers["Retry-After"] = str(seconds)
    if code == "not_signed_in":
        headers["WWW-Authenticate"] = "Bearer"
    problems = error.problems if isinstance(error, InputError) else ()
    return problem_response(request, code, _detail(error), problems, headers=headers)


async def _on_wrong_parameter(request: Request, error: Exception) -> ProblemResponse:
    if not isinstance(error, RequestValidationError):
        return _internal(request)
    problems = [
        Problem(
            str(item["type"]),
            str(item["msg"]),
            "取值不符合要求",
            None if item["type"] == "missing" else str(item.get("input")),
            field=str(item["loc"][-1]),
        )
        for item in error.errors()
    ]
    return problem_response(request, "field", _detail(InputError(problems)), problems)


async def _on_http_exception(request: Request, error: Exception) -> ProblemResponse:
    if not isinstance(error, HTTPException):
        return _internal(request)
    code = _CODE_OF_STATUS.get(error.status_code, "http")
    _, zh, en = KINDS[code]
    place = f"{request.method} {request.url.path}"
    headers = dict(error.headers or {})
    return problem_response(request, code, (f"{zh}：{place}", f"{en}: {place}"), (), error.status_code, headers)


def _internal(request: Request) -> ProblemResponse:
    zh, en = "服务器出错，请求未处理；未记录请求内容。", "The server failed; the request's content was not logged."
    return problem_response(request, "error", (zh, en))


class Shield:
    """Answers an unforeseen exception with a 500 that shows no internals.

    Logged are the exception's type and the lines of code it passed, never its message, which may quote a record.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and catch what comes back as an exception."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            return
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            lines = " < ".join(
                f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames[-8:])
            )
            _log.error("%s in %s", type(error).__name__, lines)
            if started:
                raise RuntimeError("the answer was cut off by an internal error") from None
            await _internal(Request(scope))(scope, receive, send)


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the error answers of a route for the OpenAPI document, beside 503, which any route may give."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemAnswer"}}}
    said: dict[int, tuple[str, str]] = {}
    for status, zh, en in KINDS.values():
        said.setdefault(status, (zh, en))
    return {
        status: {"description": f"{said[status][0]} / {said[status][1]}", "content": content}
        for status in (*statuses, 503)
    }


def install(app: FastAPI) -> None:
    """Make an app answer every error in the one shape."""
    app.add_exception_handler(DuikouError, _on_duikou_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_wrong_parameter)
    app.add_middleware(Shield)
