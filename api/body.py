"""Reads a JSON body exactly and within limits: its size while it streams, its media type, its depth and its values."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from fastapi import Depends
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from api.errors import BodyTooLarge
from api.problems import JsonError, MediaTypeError
from matching.errors import Problem, RecordError

LONGEST_BODY = 10 * 2**20
DEEPEST = 16
LONGEST_LIST = 500
MOST_FIELDS = 64
MOST_VALUES = 500_000
LARGEST_INTEGER = 2**53
MOST_PROBLEMS = 100
_ZH = {
    "missing": "缺少必填字段",
    "extra_forbidden": "没有这个字段",
    "model_attributes_type": "应为对象",
    "model_type": "应为对象",
    "dict_type": "应为对象",
    "list_type": "应为列表",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "float_type": "应为数字",
    "bool_type": "应为 true 或 false",
    "finite_number": "应为有限的数字",
    "literal_error": "不是允许的取值",
    "greater_than_equal": "数值太小",
    "less_than_equal": "数值太大",
    "too_long": "条数过多",
    "too_short": "不能为空",
    "date_type": "不是有效的日期（应如 2027-07-01）",
    "date_from_datetime_parsing": "不是有效的日期（应如 2027-07-01）",
    "date_from_datetime_inexact": "不是有效的日期（应如 2027-07-01）",
}
_BROKEN = re.compile(r"[\x00\ud800-\udfff]")
Model = TypeVar("Model", bound=BaseModel)
READ: dict[str, type[BaseModel]] = {}
"""The models that routes read with `body`, for the OpenAPI document."""


async def read_body(request: Request, kind: type[Model]) -> Model:
    """Read a request's JSON body as a model; one problem per wrong field.

    Raises MediaTypeError where it is not announced as JSON in UTF-8, BodyTooLarge above LONGEST_BODY bytes (also
    without Content-Length), JsonError where it can't be read exactly, RecordError where fields are wrong.
    """
    _require_json(request)
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and (len(announced) > 12 or int(announced) > LONGEST_BODY):
        raise _too_large()
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > LONGEST_BODY:
            raise _too_large()
    return await run_in_threadpool(_read, bytes(content), kind)


def body(kind: type[Model]) -> Any:
    """Give the dependency that reads a request's body as a model: `given: Annotated[NewDemand, body(NewDemand)]`."""

    async def read(request: Request) -> Model:
        return await read_body(request, kind)

    return Depends(read)


def asks(kind: type[BaseModel], examples: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Describe a body that `body` reads, for a route's `openapi_extra`; `examples` as OpenAPI has them."""
    READ[kind.__name__] = kind
    content: dict[str, Any] = {"schema": {"$ref": f"#/components/schemas/{kind.__name__}"}}
    if examples:
        content["examples"] = examples
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


def place_of(steps: Sequence[object]) -> str:
    """Write a path as `demands[3].start_on`; the body itself is `body`."""
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return path.removeprefix(".") or "body"


def _require_json(request: Request) -> None:
    header = request.headers.get("content-type", "")
    name, *options = (part.strip().lower() for part in header.split(";"))
    charsets = [option.partition("=")[2].strip('"') for option in options if option.startswith("charset=")]
    if name != "application/json" or any(charset not in ("utf-8", "utf8") for charset in charsets):
        zh, en = "应为 application/json（UTF-8）", "must be application/json in UTF-8"
        raise MediaTypeError(Problem("media_type", en, zh, header or None, field="Content-Type"))
    encoding = request.headers.get("content-encoding", "identity")
    if encoding.lower() != "identity":
        zh, en = "不接受压缩的请求体", "a compressed body is not read"
        raise MediaTypeError(Problem("media_type", en, zh, encoding, field="Content-Encoding"))


def _too_large() -> BodyTooLarge:
    most = f"{LONGEST_BODY // 2**20} MB"
    return BodyTooLarge(Problem("too_large", f"more than {most}", f"超过 {most}", field="body"))


def _read(content: bytes, kind: type[Model]) -> Model:
    values = _parsed(content)
    problems = _unreadable(values)
    if problems:
        raise JsonError(problems)
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise RecordError([_problem(dict(item)) for item in error.errors(include_url=False)]) from None


def _problem(item: dict[str, Any]) -> Problem:
    value = item.get("input")
    hidden = item["type"] == "missing" or isinstance(value, dict | list)
    rule = str(item["type"])
    zh = _ZH.get(rule, "取值不符合要求")
    limits = [f"{limit:g}" for name, limit in item.get("ctx", {}).items() if name in ("ge", "le", "max_length")]
    if limits:
        zh = f"{zh}（界限 {limits[0]}）"
    return Problem(rule, str(item["msg"]), zh, None if hidden else str(value), field=place_of(item["loc"]))


def _parsed(content: bytes) -> Any:
    """Parse JSON; what Python would read and JSON does not know (NaN, Infinity) is an error, as is a key twice."""
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_constant, object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        raise _bad("encoding", f"not UTF-8 at byte {error.start}", f"第 {error.start} 字节处不是 UTF-8") from None
    except json.JSONDecodeError as error:
        place = error.lineno, error.colno
        en, zh = "{} (line {}, column {})".format(error.msg, *place), "语法错误（第 {} 行第 {} 列）".format(*place)
        raise _bad("syntax", en, zh) from None
    except RecursionError:
        raise _bad("too_deep", f"nested deeper than {DEEPEST}", f"嵌套超过 {DEEPEST} 层") from None
    except ValueError:
        raise _bad("too_large_number", "a number has too many digits", "数字位数过多") from None


def _constant(name: str) -> Any:
    raise _bad("number", f"{name} is no JSON number", f"{name} 不是 JSON 数字")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MOST_FIELDS:
        raise _bad("too_long", f"an object has more than {MOST_FIELDS} fields", f"对象超过 {MOST_FIELDS} 个字段")
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values:
            raise JsonError(Problem("double_key", "the field stands twice", "字段重复", name, field=name))
        values[name] = value
    return values


def _bad(rule: str, english: str, chinese: str) -> JsonError:
    return JsonError(Problem(rule, english, chinese, field="body"))


def _unreadable(values: Any) -> list[Problem]:
    """Find what can't be kept exactly or is too much, without recursion; stops at the first MOST_PROBLEMS."""
    found: list[Problem] = []
    stack: list[tuple[Any, tuple[object, ...]]] = [(values, ())]
    count = 0
    while stack and len(found) < MOST_PROBLEMS:
        value, path = stack.pop()
        count += 1
        if count > MOST_VALUES:
            en, zh = f"more than {MOST_VALUES} values", f"超过 {MOST_VALUES} 个值"
            return [*found, Problem("too_long", en, zh, field="body")]
        wrong = _wrong(value, len(path))
        if wrong is not None:
            rule, en, zh = wrong
            shown = str(value) if isinstance(value, float) else None
            found.append(Problem(rule, en, zh, shown, field=place_of(path)))
        elif isinstance(value, dict):
            stack.extend((item, (*path, key)) for key, item in reversed(value.items()))
            stack.extend((key, (*path, key)) for key in value if not _is_plain(key))
        elif isinstance(value, list):
            stack.extend((item, (*path, number)) for number, item in reversed(list(enumerate(value))))
    return found


def _wrong(value: Any, depth: int) -> tuple[str, str, str] | None:
    if isinstance(value, str):
        plain = _is_plain(value)
        return None if plain else ("character", "holds a character that is no text", "含有无效字符")
    if isinstance(value, int):
        small = abs(value) <= LARGEST_INTEGER
        return None if small else ("too_large_number", "beyond 2^53", "数值超过 2 的 53 次方")
    if isinstance(value, float):
        return None if math.isfinite(value) else ("number", "beyond what a number can hold", "数值过大")
    if not isinstance(value, dict | list):
        return None
    if depth > DEEPEST:
        return "too_deep", f"nested deeper than {DEEPEST}", f"嵌套超过 {DEEPEST} 层"
    if isinstance(value, list) and len(value) > LONGEST_LIST and depth > 1:
        return "too_long", f"more than {LONGEST_LIST} entries", f"超过 {LONGEST_LIST} 项"
    return None


def _is_plain(text: str) -> bool:
    """Tell whether a text has neither half a character (a lone surrogate) nor U+0000, which no store keeps."""
    return _BROKEN.search(text) is None
