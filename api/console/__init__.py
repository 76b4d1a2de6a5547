"""The platform's pages in zh and en, written by the server; they show and send on, every rule is in api.resources.

install(app)          the pages and the static files they load, all from this server
"""

from __future__ import annotations

from fastapi import FastAPI, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.console import college, demands, entrance, followup, imports, matches, oversight, people, student
from api.console.render import STATIC

_ROUTERS = (
    entrance.router,
    demands.router,
    matches.router,
    followup.router,
    college.router,
    imports.router,
    student.router,
    people.router,
    oversight.router,
)


class _Static(StaticFiles):
    """Static files; their addresses change with their content, so that a browser may keep them for a year."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Give a file."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def install(app: FastAPI) -> None:
    """Add the pages to an application; the OpenAPI document does not list them."""
    for router in _ROUTERS:
        app.include_router(router, include_in_schema=False)
    app.mount("/static", _Static(directory=STATIC), name="static")
