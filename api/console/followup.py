"""Pages of following up: the shortlist with stages and notes, contact requests and what they opened."""

from __future__ import annotations

from typing import get_args

from fastapi import APIRouter, Response

from api.access import require
from api.console import forms
from api.console.render import page
from api.console.visits import PageRoute, Sent, Visitor, go
from api.resources import contacts, demands, shortlists
from api.resources.shortlists import Stage

router = APIRouter(route_class=PageRoute)
PER_PAGE = 50
STAGES: tuple[Stage, ...] = get_args(Stage)


@router.get("/shortlist")
def shortlist(visit: Visitor, demand_id: str = "", after: str = "") -> Response:
    """List whom the visitor follows up, by post."""
    with visit.store.reading(visit.who) as session:
        posts = demands.demand_values(session, visit.who, demands.demands(session, visit.who, limit=None))
        entries = shortlists.listed(session, visit.who, demand_id or None, after, PER_PAGE)
        items = shortlists.values(session, visit.who, visit.settings.secret, entries)
    return page(
        visit,
        "shortlist.html",
        items=items,
        titles={post["id"]: post["record"]["title"] for post in posts},
        demand_id=demand_id,
        following=items[-1]["id"] if len(items) == PER_PAGE else "",
    )


@router.get("/shortlist/{entry_id}")
def entry(visit: Visitor, entry_id: str) -> Response:
    """Show an entry with its notes and the form to move it on."""
    with visit.store.reading(visit.who) as session:
        found = shortlists.one(session, visit.who, entry_id)
        item = shortlists.values(session, visit.who, visit.settings.secret, [found])[0]
        title = demands.demand(session, visit.who, found.demand_id).record["title"]
    return page(visit, "entry.html", item=item, title=title, stages=STAGES)


@router.post("/shortlist/{entry_id}")
def move(visit: Visitor, entry_id: str, form: Sent) -> Response:
    """Move an entry to a stage, with a note."""
    stage = forms.choice(form, "stage", STAGES)
    note = forms.text(form, "note")[: shortlists.LONGEST_NOTE]
    with visit.store.writing(visit.who) as work:
        shortlists.edit(work, visit.who, entry_id, f'"{forms.text(form, "version")}"', stage, note)
    return go(f"/shortlist/{entry_id}", "said.kept")


@router.post("/shortlist/{entry_id}/remove")
def remove(visit: Visitor, entry_id: str, form: Sent) -> Response:
    """Take an entry off the shortlist."""
    with visit.store.writing(visit.who) as work:
        shortlists.remove(work, visit.who, entry_id, f'"{forms.text(form, "version")}"')
    return go("/shortlist", "said.removed")


@router.get("/contacts")
def requests(visit: Visitor, after: str = "") -> Response:
    """List the contact requests that the visitor's organisation made."""
    require(visit.who, "contact.ask")
    with visit.store.reading(visit.who) as session:
        found = contacts.listed(session, visit.who, None, after, PER_PAGE)
        items = contacts.values(session, visit.who, visit.settings.secret, found)
    following = items[-1]["id"] if len(items) == PER_PAGE else ""
    return page(visit, "contacts.html", items=items, following=following)


@router.post("/contacts/{request_id}/open")
def contact(visit: Visitor, request_id: str, form: Sent) -> Response:
    """Show name and contact after a yes; each look is noted, so it is asked for by a button."""
    shown = contacts.shown_to(visit.store, visit.who, visit.settings.secret, request_id)
    return page(visit, "contact.html", item=shown)


@router.post("/contacts/{request_id}/withdraw")
def withdraw(visit: Visitor, request_id: str, form: Sent) -> Response:
    """Take a request back."""
    with visit.store.writing(visit.who) as work:
        contacts.withdraw(work, visit.who, request_id)
    return go("/contacts", "said.withdrawn")
