"""Pages of a demand's ranked list: reasons beside numbers, why it is short, the workbook, shortlist and contact."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask

from api.console import forms
from api.console.render import page, piece
from api.console.visits import PageRoute, Sent, Visit, Visitor, go
from api.deps import exposure_of
from api.errors import NotFound
from api.live import demand_of
from api.resources import contacts, demands, exports, matches, shortlists
from matching.engine import Order
from matching.errors import InputError

router = APIRouter(route_class=PageRoute)
LENGTHS = (10, 20, 50, 100)
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/demands/{demand_id}/matches")
def ranked(visit: Visitor, demand_id: str, k: int = 20, order: str = "forward", after: str = "") -> Response:
    """Show the ranked students of a demand, each with its reasons."""
    length, chosen = k if k in LENGTHS else LENGTHS[1], _order(order)
    secret = visit.settings.secret
    with visit.store.reading(visit.who) as session:
        row = demands.demand(session, visit.who, demand_id)
        listed = matches.matches(session, visit.who, visit.live, secret, demand_id, length, chosen, after)
        softer = matches.relaxations(session, visit.who, visit.live, demand_id)
        results = _explained(session, visit, demand_id, listed)
        entries = shortlists.listed(session, visit.who, demand_id, limit=None)
        kept = {one["code"]: one for one in shortlists.values(session, visit.who, secret, entries)}
    response = page(
        visit,
        "matches.html",
        demand=row,
        found={**listed.values, "relaxations": softer},
        results=results,
        weights=listed.values["weights"]["applied"],
        kept=kept,
        k=length,
        lengths=LENGTHS,
        order=chosen,
    )
    response.background = BackgroundTask(exposure_of(visit.request).record, demand_id, listed.shown)
    return response


@router.get("/demands/{demand_id}/matches.xlsx")
def workbook(visit: Visitor, demand_id: str, k: int = 50, order: str = "forward") -> Response:
    """Give the ranked list as a workbook."""
    length = min(max(k, 1), exports.LONGEST_LIST)
    with visit.store.reading(visit.who) as session:
        content, shown = exports.matches_workbook(
            session, visit.speaking, visit.live, visit.settings.secret, demand_id, length, _order(order)
        )
    headers = {"Content-Disposition": f'attachment; filename="matches-{demand_id}.xlsx"'}
    task = BackgroundTask(exposure_of(visit.request).record, demand_id, shown)
    return Response(content, media_type=WORKBOOK, headers=headers, background=task)


@router.get("/demands/{demand_id}/matches/{code}")
def one(visit: Visitor, demand_id: str, code: str) -> Response:
    """Show how one student stands to the demand, with all evidence, and the ways to follow up."""
    return _student_page(visit, demand_id, code)


@router.post("/demands/{demand_id}/matches/{code}/shortlist")
def shortlist(visit: Visitor, demand_id: str, code: str, form: Sent) -> Response:
    """Put a student on the shortlist."""
    with visit.store.reading(visit.who) as session:
        chosen = matches.choose(session, visit.who, visit.live, visit.settings.secret, demand_id, code)
    with visit.store.writing(visit.who) as work:
        entry = shortlists.add(work, visit.who, chosen)
    if visit.small:
        return piece(visit, "shortlist_button.html", entry={"id": entry.id, "stage": entry.stage})
    return go(f"/demands/{demand_id}/matches/{code}", "said.shortlisted")


@router.post("/demands/{demand_id}/matches/{code}/contact")
def ask(visit: Visitor, demand_id: str, code: str, form: Sent) -> Response:
    """Ask a student for name and contact."""
    with visit.store.reading(visit.who) as session:
        chosen = matches.choose(session, visit.who, visit.live, visit.settings.secret, demand_id, code)
    try:
        with visit.store.writing(visit.who) as work:
            contacts.ask(work, visit.who, chosen, forms.text(form, "message")[: contacts.LONGEST_MESSAGE])
    except InputError as error:
        return _student_page(visit, demand_id, code, error)
    return go("/contacts", "said.asked")


def _student_page(visit: Visit, demand_id: str, code: str, error: InputError | None = None) -> Response:
    secret = visit.settings.secret
    with visit.store.reading(visit.who) as session:
        row = demands.demand(session, visit.who, demand_id)
        chosen, told = matches.chosen_with_reasons(session, visit.who, visit.live, secret, demand_id, code)
        card = matches.student_cards(session, secret, demand_id, [chosen.student_id]).get(chosen.student_id)
        if card is None:
            raise NotFound("student", "学生")
        entries = shortlists.values(
            session, visit.who, secret, shortlists.listed(session, visit.who, demand_id, limit=None)
        )
        asked = contacts.values(session, visit.who, secret, contacts.about(session, visit.who, chosen))
    return page(
        visit,
        "match.html",
        200 if error is None else 422,
        demand=row,
        told=told,
        code=code,
        student=card["student"],
        entry=next((entry for entry in entries if entry["code"] == code), None),
        request_made=next((one for one in asked if one["code"] == code and one["demand_id"] == demand_id), None),
    )


def _explained(session: Session, visit: Visit, demand_id: str, listed: matches.Listed) -> list[dict[str, Any]]:
    """Put its masked explanation beside each result."""
    asked = demand_of(demands.demand(session, visit.who, demand_id))
    ranked_ids = [student_id for student_id, rank in listed.shown if rank]
    with visit.live.engine() as engine:
        return [
            {**result, "told": matches.masked(engine.explain(asked, student_id), result["code"])}
            for student_id, result in zip(ranked_ids, listed.values["results"], strict=True)
            if student_id in engine.profiles_
        ]


def _order(given: str) -> Order:
    return "reciprocal" if given == "reciprocal" else "forward"
