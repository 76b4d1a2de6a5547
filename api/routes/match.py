"""POST /v1/match: rank the given profiles for demands, or the given demands for a profile; nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from api.body import LONGEST_BODY, MOST_PROBLEMS, read_body
from api.examples import REQUESTS
from api.problems import MEDIA_TYPE
from api.schemas import MOST_EXPLAINED, MatchAnswer, MatchRequest
from api.slots import Slots
from matching import Demand, Engine, MatchList, Profile, Vocabulary, Weights
from matching.engine import Direction
from matching.errors import Problem, RecordError
from matching.records import from_values
from matching.score import PART_NAMES, PARTS

router = APIRouter(prefix="/v1", tags=["match"])
Record = TypeVar("Record", Demand, Profile)
WISHES = {
    "place": ("意向地点", "wished place"),
    "pay": ("期望月薪", "wished pay"),
    "shift": ("可接受班次", "accepted shifts"),
    "occupation": ("意向岗位", "wished occupation"),
}
_PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemAnswer"}}}}
_BODY = {"schema": {"$ref": "#/components/schemas/MatchRequest"}, "examples": REQUESTS}


async def match_request(request: Request) -> MatchRequest:
    """Read the request and tell whether it is one of the three shapes."""
    body = await read_body(request, MatchRequest)
    given = [name for name in ("demand", "demands", "profile", "profiles") if getattr(body, name) is not None]
    if given in (["demand", "profiles"], ["demands", "profiles"], ["demands", "profile"]):
        return body
    if not {"demand", "demands"} & set(given):
        field = "demands"
    elif not {"profile", "profiles"} & set(given):
        field = "profiles"
    else:
        field = given[-1] if given[-2:] == ["profile", "profiles"] else given[0]
    shapes = "demand + profiles, demands + profiles, profile + demands"
    en, zh = f"give exactly one of {shapes}", f"应恰好给出以下组合之一：{shapes}"
    raise RecordError(Problem("shape", en, zh, " + ".join(given) or None, field=field))


@router.post(
    "/match",
    summary="匹配 / match",
    response_model=MatchAnswer,
    response_model_exclude_unset=True,
    responses={
        413: {"description": f"More than {LONGEST_BODY // 2**20} MB 请求体过大", **_PROBLEM},
        415: {"description": "Not JSON in UTF-8 类型不支持", **_PROBLEM},
        422: {"description": "Every wrong field is named 逐个指出有误的字段", **_PROBLEM},
        503: {"description": "Too many matches at once 同时进行的匹配过多", **_PROBLEM},
    },
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": _BODY}}},
)
def match(request: Request, body: Annotated[MatchRequest, Depends(match_request)]) -> JSONResponse:
    """Rank profiles for demands, or demands for a profile, and explain each result.

    为岗位排序学生，或为学生排序岗位，并逐条解释。请求内容不保存、不记录。

    A score is the sum of its parts and lies in [0, 1]. Hard conditions remove whoever fails them; what is unknown stays
    in the list, marked `unknown` (待核实). Every record is given in the request; nothing is kept afterwards.
    """
    demands, profiles = _records(body)
    asks = profiles if body.profile is not None else demands
    candidates = len(demands if body.profile is not None else profiles)
    pairs = len(asks) * min(body.k, candidates)
    if body.explain and pairs > MOST_EXPLAINED:
        en = f"{pairs} results to explain, at most {MOST_EXPLAINED}; lower k or set explain to false"
        zh = f"需解释 {pairs} 条，最多 {MOST_EXPLAINED} 条；请减小 k 或将 explain 设为 false"
        raise RecordError(Problem("too_many_explained", en, zh, str(body.k), field="k"))
    weights = Weights.from_mapping(body.weights) if body.weights else None
    vocabulary: Vocabulary = request.state.vocabulary
    slots: Slots = request.state.slots
    direction: Direction = "profiles" if body.profile is not None else "demands"
    with slots.one():
        engine = Engine(vocabulary, weights, reference_on=body.today).fit(demands, profiles)
        lists = [
            _values(engine, found, body.explain)
            for found in engine.match_all(body.k, direction=direction, order=body.order)
        ]
    algorithm = {
        "factors": _factors(body.order),
        "weights": lists[0]["weights"],
        "vocabulary": vocabulary.version,
    }
    return JSONResponse({"lists": lists, "algorithm": algorithm})


def _records(body: MatchRequest) -> tuple[list[Demand], list[Profile]]:
    """Read both sides; RecordError names the wrong fields of both."""
    problems: list[Problem] = []
    demands = _read(Demand, body.demand, body.demands, "demand", problems)
    profiles = _read(Profile, body.profile, body.profiles, "profile", problems)
    if problems:
        raise RecordError(problems)
    return demands, profiles


def _read(
    kind: type[Record], single: object, several: Sequence[object] | None, field: str, problems: list[Problem]
) -> list[Record]:
    """Read the record or records of one side, adding to `problems`; stops where there are enough to show."""
    places = [(field, single)] if several is None else [(f"{field}s[{n}]", value) for n, value in enumerate(several)]
    records: list[Record] = []
    first: dict[str, str] = {}
    for place, value in places:
        if len(problems) >= MOST_PROBLEMS:
            break
        try:
            record = from_values(kind, value, place)
        except RecordError as error:
            problems.extend(error.problems)
            continue
        other = first.setdefault(record.id, place)
        if other != place:
            en, zh = f"same id as {other}", f"与 {other} 的代号重复"
            problems.append(Problem("duplicate_id", en, zh, record.id, field=f"{place}.id"))
        records.append(record)
    return records


def _values(engine: Engine, found: MatchList, explain: bool) -> dict[str, Any]:
    """Give a list as plain values, with an explanation per result where wanted."""
    values = found.as_dict()
    if explain:
        for result in values["results"]:
            pair = (found.asked, result["id"]) if found.direction == "demand" else (result["id"], found.asked)
            result["explanation"] = engine.explain(*pair).as_dict()
    return values


def _factors(order: str) -> list[dict[str, str]]:
    """Name what the order depends on."""
    named = [(part, "forward", *PART_NAMES[part]) for part in PARTS]
    if order == "reciprocal":
        named.extend((name, "backward", zh, en) for name, (zh, en) in WISHES.items())
    return [{"name": name, "direction": direction, "zh": zh, "en": en} for name, direction, zh, en in named]
