"""Pages of oversight: posts to review, statistics without small groups, exposure, switches and the audit log."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.access import require
from api.console import forms
from api.console.render import page, problems_by_field
from api.console.visits import PageRoute, Sent, Visit, Visitor, go
from api.live import SHOW_PROFILES
from api.resources import demands, oversight
from matching.errors import InputError

router = APIRouter(route_class=PageRoute)
PER_PAGE = 50
FILTERS = ("action", "kind", "subject", "actor")


@router.get("/moderation")
def moderation(visit: Visitor, status: str = "submitted", q: str = "", after: str = "") -> Response:
    """List the posts that wait for a review."""
    require(visit.who, "demand.moderate")
    known = status if status in demands.STATUS_NAMES else ""
    with visit.store.reading(visit.who) as session:
        found = demands.demands(session, visit.who, known or None, q or None, after, PER_PAGE)
        items = demands.demand_values(session, visit.who, found)
    following = items[-1]["id"] if len(items) == PER_PAGE else ""
    statuses = [name for name in demands.STATUS_NAMES if name != "draft"]
    return page(visit, "moderation.html", items=items, status=known, q=q, following=following, statuses=statuses)


@router.get("/statistics")
def statistics(visit: Visitor) -> Response:
    """Show counts without groups so small that they would betray somebody."""
    with visit.store.reading(visit.who) as session:
        found = oversight.statistics(session, visit.who)
    return page(visit, "statistics.html", found=found)


@router.get("/exposure")
def exposure(visit: Visitor) -> Response:
    """Show how often students were shown to enterprises."""
    with visit.store.reading(visit.who) as session:
        found = oversight.exposure(session, visit.who)
    return page(visit, "exposure.html", found=found)


@router.get("/settings")
def settings(visit: Visitor) -> Response:
    """Show the operator's switches."""
    return _settings(visit)


@router.post("/settings")
def show_profiles(visit: Visitor, form: Sent) -> Response:
    """Turn the showing of pseudonymous profiles on or off, with its legal basis."""
    try:
        with visit.store.writing(visit.who) as work:
            oversight.show_profiles(work, visit.who, forms.ticked(form, "on"), forms.text(form, "basis")[:500])
    except InputError as error:
        return _settings(visit, error)
    return go("/settings", "said.kept")


@router.get("/audit")
def audit(
    visit: Visitor, action: str = "", kind: str = "", subject: str = "", actor: str = "", before: str = ""
) -> Response:
    """List the audit log, newest first."""
    given = dict(zip(FILTERS, (action, kind, subject, actor), strict=True))
    equal = {name: value for name, value in given.items() if value}
    below = int(before) if before.isdecimal() and len(before) < 16 else None
    with visit.store.reading(visit.who) as session:
        found = oversight.audit(session, visit.who, equal, None, None, below, PER_PAGE)
        items = [oversight.audit_values(row) for row in found]
    following = items[-1]["number"] if len(items) == PER_PAGE else ""
    return page(visit, "audit.html", items=items, given=given, following=following)


@router.get("/audit/verify")
def verify(visit: Visitor) -> Response:
    """Recompute the chain and say whether it is whole."""
    with visit.store.reading(visit.who) as session:
        found = oversight.verify_audit(session, visit.who)
    return page(visit, "audit_verified.html", found=found)


def _settings(visit: Visit, error: InputError | None = None) -> Response:
    with visit.store.reading(visit.who) as session:
        found = oversight.settings(session, visit.who)[SHOW_PROFILES]
    problems = {} if error is None else problems_by_field(error, visit.lang)
    return page(visit, "settings.html", 200 if error is None else 422, problems, found=found)
