"""The application: its routes, its errors and the vocabulary, which is read once at start-up.

    uvicorn api.app:app

The description of all routes is at /openapi.json; pages that show it would load scripts from elsewhere, so there are
none.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypedDict

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema
from starlette.concurrency import run_in_threadpool

from api import problems
from api.routes import health, match
from api.schemas import MatchRequest, ProblemAnswer
from matching import Demand, Engine, Profile, Vocabulary, __version__

DESCRIPTION = """企业岗位需求与学生技能画像的双向匹配，逐条解释。
Matching of enterprise demands and student skill profiles, both ways, every result explained.

出错时返回 `application/problem+json`，逐个指出有误的字段。Errors name every wrong field.
"""


class State(TypedDict):
    """What every request sees: the vocabulary that was read at start-up."""

    vocabulary: Vocabulary


class Service(FastAPI):
    """A FastAPI app whose documentation also describes the bodies that `api.body` reads."""

    def openapi(self) -> dict[str, Any]:
        """Give the OpenAPI document."""
        document = super().openapi()
        _, read_by_us = models_json_schema(
            [(MatchRequest, "validation"), (ProblemAnswer, "serialization")],
            ref_template="#/components/schemas/{model}",
        )
        known = document.setdefault("components", {}).setdefault("schemas", {})
        for name, schema in read_by_us["$defs"].items():
            known.setdefault(name, schema)
        return document


def create_app(vocabulary: Vocabulary | None = None) -> FastAPI:
    """Build the application; None loads the shipped vocabulary when the server starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[State]:
        yield {"vocabulary": await run_in_threadpool(_ready, vocabulary)}

    app = Service(
        title="Duikou 对口",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    problems.install(app)
    app.include_router(health.router)
    app.include_router(match.router)
    return app


def _ready(given: Vocabulary | None) -> Vocabulary:
    """Load the vocabulary and match once, so that the first request doesn't wait for what is built on first use."""
    vocabulary = given or Vocabulary.load()
    Engine(vocabulary).fit([Demand("-", "焊工")], [Profile("-", major="焊接技术")]).match("-")
    return vocabulary


app = create_app()
