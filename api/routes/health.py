"""GET /v1/health: whether the service answers, and with which version and vocabulary."""

from __future__ import annotations

from fastapi import APIRouter, Request

from api.schemas import Health
from matching import Vocabulary, __version__

router = APIRouter(prefix="/v1", tags=["health"])


@router.get("/health", summary="服务状态 / state of the service")
async def health(request: Request) -> Health:
    """Tell that the service answers, and the versions of program and vocabulary. 返回服务状态与版本。"""
    vocabulary: Vocabulary = request.state.vocabulary
    return Health(status="ok", version=__version__, vocabulary=vocabulary.version)
