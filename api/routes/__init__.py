"""The routes of the HTTP interface, one file per resource; PLATFORM lists those that need the store."""

from fastapi import APIRouter

from api.routes import (
    algorithm,
    audit,
    auth,
    contact_requests,
    demands,
    exports,
    health,
    imports,
    matches,
    organisations,
    shortlists,
    statistics,
    students,
    users,
    vocabulary,
)

PUBLIC: tuple[APIRouter, ...] = (health.router, vocabulary.router, algorithm.router)
"""Answer anyone, with or without a store."""
PLATFORM: tuple[APIRouter, ...] = (
    health.platform,
    auth.router,
    organisations.router,
    users.router,
    audit.router,
    statistics.router,
    demands.router,
    matches.router,
    students.router,
    imports.router,
    exports.router,
    shortlists.router,
    contact_requests.router,
)
