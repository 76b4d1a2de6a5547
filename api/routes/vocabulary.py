"""/v1/vocabulary: suggests skills, majors, certificates, occupations and regions while somebody types; public."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from api.problems import answers
from api.schemas import Answer
from matching import Vocabulary
from matching.domain import Kind

router = APIRouter(prefix="/v1", tags=["vocabulary"])
MOST_SUGGESTED = 50


class Suggestion(Answer):
    """A concept that fits what was typed. 一个候选词条。"""

    id: str = Field(description="代号 / id", examples=["weld.gtaw"])
    kind: str = Field(description="类别 / kind", examples=["skill"])
    zh: str = Field(description="中文名 / Chinese name", examples=["氩弧焊"])
    en: str = Field(description="英文名 / English name", examples=["TIG welding"])
    score: float = Field(ge=0, le=1, description="贴合程度 / how well it fits", examples=[1.0])


class Suggestions(Answer):
    """Concepts, best first. 候选词条，最贴合者在前。"""

    items: list[Suggestion] = Field(description="候选 / suggestions")
    vocabulary: str = Field(description="词表版本 / version of the vocabulary", examples=["3f1c0a9d7b52"])


@router.get("/vocabulary", summary="词表联想 / suggest", responses=answers(422))
def suggest(
    request: Request,
    q: Annotated[str, Query(min_length=1, max_length=100, description="已输入的文字 / what was typed")],
    kind: Annotated[Kind | None, Query(description="类别 / kind")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_SUGGESTED, description="最多几条 / at most")] = 10,
) -> Suggestions:
    """Suggest concepts for what was typed, zh or en. 按已输入的中英文给出候选词条。"""
    vocabulary: Vocabulary = request.state.vocabulary
    found = vocabulary.search(q, kind, limit)
    items = [Suggestion(id=one.id, kind=one.kind, zh=one.zh, en=one.en, score=score) for one, score in found]
    return Suggestions(items=items, vocabulary=vocabulary.version)
