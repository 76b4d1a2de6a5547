"""/v1/health, /v1/ready and /v1/metrics: whether the service answers, can do its work, and what it has counted."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from api.access import require
from api.deps import Caller, Index, Records
from api.errors import NotReady
from api.live import Live
from api.metrics import MEDIA_TYPE, Metrics
from api.problems import answers
from api.schemas import Health
from api.store import Store
from matching import Vocabulary, __version__

router = APIRouter(prefix="/v1", tags=["health"])
platform = APIRouter(prefix="/v1", tags=["health"])
_TEXT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Prometheus text 指标文本",
        "content": {"text/plain": {"schema": {"type": "string"}, "example": "duikou_change_lag 0.0\n"}},
    }
}


@router.get("/health", summary="服务状态 / state of the service")
async def health(request: Request) -> Health:
    """Tell that the service answers, and the versions of program and vocabulary. 返回服务状态与版本。"""
    return _health(request)


@router.get("/ready", summary="是否就绪 / ready for work", responses=answers())
def ready(request: Request) -> Health:
    """Tell that the database can be reached and the index is made; 503 with Retry-After until then. 返回是否就绪。"""
    store: Store | None = getattr(request.state, "store", None)
    if store is not None:
        live: Live = request.state.live
        store.number()
        if live.number is None:
            raise NotReady
    return _health(request)


@platform.get("/metrics", summary="指标 / metrics", response_class=Response, responses={**answers(401, 403), **_TEXT})
def metrics(request: Request, who: Caller, store: Records, live: Index) -> Response:
    """Give what this process has counted, in Prometheus' text format; no personal data. 返回本进程的指标。"""
    require(who, "metrics.read")
    counted: Metrics = request.state.metrics
    return Response(counted.text(store.number() - (live.number or 0)), media_type=MEDIA_TYPE)


def _health(request: Request) -> Health:
    vocabulary: Vocabulary = request.state.vocabulary
    return Health(status="ok", version=__version__, vocabulary=vocabulary.version)
