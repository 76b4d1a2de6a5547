"""The application: its routes, its errors, and what is made ready once at start-up.

    create_app(settings=read_settings())     the platform: records, roles, live matching, pages
    create_app()                             matching only: records come with the request, nothing is kept

The description of all routes is at /openapi.json; pages that show it would load scripts from elsewhere, so there are
none.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NotRequired, TypedDict

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema
from starlette.concurrency import run_in_threadpool

from api import console, problems
from api.body import READ
from api.deps import caller
from api.disclosure import shipped_vocabulary
from api.exposure import Exposure
from api.identity import LoginLimit
from api.live import Live
from api.metrics import Metrics
from api.routes import PLATFORM, PUBLIC, match
from api.schemas import MatchRequest, ProblemAnswer
from api.settings import Settings
from api.slots import PARALLEL, Slots
from api.store import Store
from api.sweep import sweeping
from api.watch import Watch, request_log
from matching import Demand, Engine, Profile, Vocabulary, __version__

DESCRIPTION = """企业岗位需求与学生技能画像的双向匹配，逐条解释。
Matching of enterprise demands and student skill profiles, both ways, every result explained.

出错时返回 `application/problem+json`，逐个指出有误的字段。Errors name every wrong field.
"""


class State(TypedDict):
    """What every request sees: the vocabulary, and on a platform its store, live index and settings."""

    vocabulary: Vocabulary
    slots: Slots
    metrics: Metrics
    store: NotRequired[Store]
    live: NotRequired[Live]
    exposure: NotRequired[Exposure]
    settings: NotRequired[Settings]
    login_limit: NotRequired[LoginLimit]


class Service(FastAPI):
    """A FastAPI app whose documentation also describes the bodies that `api.body` reads."""

    def openapi(self) -> dict[str, Any]:
        """Give the OpenAPI document."""
        document = super().openapi()
        read: list[tuple[type[BaseModel], JsonSchemaMode]] = [(kind, "validation") for _, kind in sorted(READ.items())]
        _, read_by_us = models_json_schema(
            [(MatchRequest, "validation"), (ProblemAnswer, "serialization"), *read],
            ref_template="#/components/schemas/{model}",
        )
        known = document.setdefault("components", {}).setdefault("schemas", {})
        for name, schema in read_by_us["$defs"].items():
            known.setdefault(name, schema)
        return document


def create_app(vocabulary: Vocabulary | None = None, settings: Settings | None = None) -> FastAPI:
    """Build the application; without a vocabulary the shipped one is loaded when the server starts.

    settings : the platform's; None = matching only, without a store.
    """
    metrics = Metrics()
    slots = Slots(PARALLEL if settings is None else settings.parallel_matches, metrics.matched)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[State]:
        known = await run_in_threadpool(_ready, vocabulary)
        if settings is None:
            yield {"vocabulary": known, "slots": slots, "metrics": metrics}
            return
        store = Store(settings.database_url)
        await run_in_threadpool(store.upgrade)
        live = Live(store, known, settings.index_folder, settings.today, slots)
        await run_in_threadpool(live.catch_up)
        exposure = Exposure(store)
        async with sweeping(store, settings):
            yield {
                "vocabulary": known,
                "slots": slots,
                "metrics": metrics,
                "store": store,
                "live": live,
                "exposure": exposure,
                "settings": settings,
                "login_limit": LoginLimit(),
            }
        await run_in_threadpool(exposure.flush)
        await run_in_threadpool(live.save)
        store.close()

    app = Service(
        title="Duikou 对口",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    problems.install(app)
    app.add_middleware(Watch, metrics=metrics, log=request_log())
    for router in PUBLIC:
        app.include_router(router)
    if settings is None:
        app.include_router(match.router)
        return app
    app.include_router(match.router, dependencies=[Depends(caller)], responses=problems.answers(401, 403))
    for router in PLATFORM:
        app.include_router(router)
    console.install(app)
    return app


def _ready(given: Vocabulary | None) -> Vocabulary:
    """Load the vocabulary and match once, so that the first request doesn't wait for what is built on first use."""
    vocabulary = given or shipped_vocabulary()
    Engine(vocabulary).fit([Demand("-", "焊工")], [Profile("-", major="焊接技术")]).match("-")
    return vocabulary


app = create_app()
