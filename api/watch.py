"""Watches every request: one JSON line and the metrics; never a body, a query, an address with ids, or a name."""

from __future__ import annotations

import sys
from time import perf_counter
from typing import Any, TextIO

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import METHODS, Metrics


def request_log(stream: TextIO | None = None) -> Any:
    """Make the log of requests, a JSON object a line, on standard error or another stream."""
    return structlog.wrap_logger(
        structlog.PrintLogger(stream or sys.stderr),
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.BoundLogger,
    )


API_PATH = "/v1/"


class Watch:
    """Writes and counts what was asked and how it ended: method, route template, status, milliseconds, user id.

    Answers under API_PATH are told to be kept nowhere, and all to be taken for nothing but what they say they are.

    Stands around everything else, so that it also sees the answer to an unforeseen error.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, log: Any) -> None:
        self.app, self._metrics, self._log = app, metrics, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note how it ended."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 0
        begun = perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                if scope["path"].startswith(API_PATH):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            self._note(scope, status, perf_counter() - begun)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", None)
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._metrics.answered(method, route, status, seconds)
        self._log.info(
            "request",
            method=method,
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 1),
            user_id=scope.get("state", {}).get("user_id"),
        )
