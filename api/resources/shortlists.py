"""Shortlists: whom an enterprise wants to follow up for a demand, with the stage reached and its own notes.

chosen = matches.choose(session, who, live, secret, demand_id, code)
entry = shortlists.add(work, who, chosen)
shortlists.edit(work, who, entry.id, if_match, stage="interview", note="周五下午面谈")
shortlists.values(session, who, secret, [entry])
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import Principal, require, rows
from api.codes import code_of
from api.errors import Conflict, FieldError, NotFound
from api.resources.demands import demand
from api.resources.matches import Chosen, student_cards
from api.store import Work
from api.store.tables import Shortlisted, now
from api.store.versions import require_version
from matching.errors import Problem

Stage = Literal["suggested", "interested", "interview", "offered", "accepted", "declined", "rejected"]
STAGE_NAMES: Mapping[str, tuple[str, str]] = {
    "suggested": ("已推荐", "suggested"),
    "interested": ("有意向", "interested"),
    "interview": ("面试", "interview"),
    "offered": ("已发录用", "offered"),
    "accepted": ("已接受", "accepted"),
    "declined": ("学生谢绝", "declined by the student"),
    "rejected": ("未录用", "not taken"),
}
LONGEST_NOTE = 1000
MOST_NOTES = 100


def listed(
    session: Session, who: Principal, demand_id: str | None = None, after: str = "", limit: int | None = 50
) -> Sequence[Shortlisted]:
    """List entries by id, of one demand or of all own ones; limit None = all."""
    require(who, "shortlist.read")
    wanted = select(Shortlisted).where(rows(who, Shortlisted), Shortlisted.id > after)
    if demand_id is not None:
        wanted = wanted.where(Shortlisted.demand_id == demand(session, who, demand_id).id)
    return session.scalars(wanted.order_by(Shortlisted.id).limit(limit)).all()


def one(session: Session, who: Principal, entry_id: str) -> Shortlisted:
    """Find an entry; NotFound where there is none for this caller."""
    require(who, "shortlist.read")
    found = session.scalar(select(Shortlisted).where(rows(who, Shortlisted), Shortlisted.id == entry_id))
    if found is None:
        raise NotFound("entry of a shortlist", "候选名单条目")
    return found


def values(session: Session, who: Principal, secret: bytes, entries: Sequence[Shortlisted]) -> list[dict[str, Any]]:
    """Give entries as plain values; `student` is None where the profile is no longer shown."""
    require(who, "shortlist.read")
    cards: dict[tuple[str, str], dict[str, Any]] = {}
    for demand_id in sorted({entry.demand_id for entry in entries}):
        own = [entry.student_id for entry in entries if entry.demand_id == demand_id]
        for student_id, card in student_cards(session, secret, demand_id, own).items():
            cards[demand_id, student_id] = card["student"]
    return [
        {
            "id": entry.id,
            "demand_id": entry.demand_id,
            "code": code_of(secret, entry.demand_id, entry.student_id),
            "student": cards.get((entry.demand_id, entry.student_id)),
            "stage": entry.stage,
            "notes": entry.notes,
            "version": entry.version,
            "created_at": entry.created_at,
            "changed_at": entry.changed_at,
        }
        for entry in entries
    ]


def add(work: Work, who: Principal, chosen: Chosen) -> Shortlisted:
    """Put someone on the shortlist of the demand in whose list they were chosen; Conflict where they are on it."""
    require(who, "shortlist.edit")
    row = demand(work.session, who, chosen.demand_id)
    same = (Shortlisted.demand_id == row.id, Shortlisted.student_id == chosen.student_id)
    if work.session.scalar(select(Shortlisted.id).where(*same)) is not None:
        raise Conflict("this student is on the shortlist already", "该学生已在候选名单中")
    entry = Shortlisted(demand_id=row.id, student_id=chosen.student_id, organisation_id=row.organisation_id)
    work.add(entry)
    work.session.flush()
    work.note("create", "shortlist", entry.id, row.organisation_id, {"demand": row.id})
    return entry


def edit(
    work: Work, who: Principal, entry_id: str, if_match: str | None, stage: Stage | None = None, note: str = ""
) -> Shortlisted:
    """Move an entry to a stage, add a note to it, or both; notes are never changed."""
    require(who, "shortlist.edit")
    entry = one(work.session, who, entry_id)
    require_version(entry, if_match)
    if note.strip() and len(entry.notes) >= MOST_NOTES:
        en, zh = f"at most {MOST_NOTES} notes", f"备注最多 {MOST_NOTES} 条"
        raise FieldError(Problem("too_long", en, zh, field="note"))
    if stage is not None:
        entry.stage = stage
    if note.strip():
        written = {"at": now().isoformat(), "by": who.user_id, "text": note.strip()}
        entry.notes = [*entry.notes, written]
    work.touch(entry)
    work.note("edit", "shortlist", entry.id, entry.organisation_id, {"stage": entry.stage})
    return entry


def remove(work: Work, who: Principal, entry_id: str, if_match: str | None) -> None:
    """Take an entry off the shortlist, its notes with it."""
    require(who, "shortlist.edit")
    entry = one(work.session, who, entry_id)
    require_version(entry, if_match)
    work.session.delete(entry)
    work.note("remove", "shortlist", entry_id, entry.organisation_id, {"demand": entry.demand_id})
