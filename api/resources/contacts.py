"""Contact requests: an enterprise asks who a student is, the student grants or refuses, each look is in the audit log.

    request = contacts.ask(work, who, matches.choose(session, who, live, secret, demand_id, code), "想约您面谈")
    contacts.grant(work, who, request.id, guardian="", today=today)          # the student
    contacts.shown_to(store, who, secret, request.id)["contact"]             # the enterprise, after it was granted

Granting is a consent for the organisation; once it is withdrawn, nothing more is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from api.access import Principal, Role, require, rows
from api.codes import code_of
from api.errors import Conflict, NotFound
from api.resources import consents
from api.resources.demands import demand
from api.resources.matches import Chosen
from api.store import Store, Work
from api.store.tables import Consent, ContactRequest, DemandRow, Identity, Organisation

LONGEST_MESSAGE = 1000
Status = Literal["asked", "granted", "refused", "withdrawn"]
STATUS_NAMES: Mapping[str, tuple[str, str]] = {
    "asked": ("待学生答复", "asked"),
    "granted": ("学生已同意", "granted"),
    "refused": ("学生未同意", "refused"),
    "withdrawn": ("企业已撤回", "withdrawn by the enterprise"),
}


def listed(
    session: Session, who: Principal, status: str | None = None, after: str = "", limit: int | None = 50
) -> Sequence[ContactRequest]:
    """List requests by id: an enterprise's own, or those made to a student; limit None = all."""
    require(who, "contact.read")
    wanted = select(ContactRequest).where(rows(who, ContactRequest), ContactRequest.id > after)
    if status is not None:
        wanted = wanted.where(ContactRequest.status == status)
    return session.scalars(wanted.order_by(ContactRequest.id).limit(limit)).all()


def about(session: Session, who: Principal, chosen: Chosen) -> Sequence[ContactRequest]:
    """Give the request about someone in a demand's list, where one was made."""
    require(who, "contact.read")
    same = (ContactRequest.demand_id == chosen.demand_id, ContactRequest.student_id == chosen.student_id)
    return session.scalars(select(ContactRequest).where(rows(who, ContactRequest), *same)).all()


def one(session: Session, who: Principal, request_id: str) -> ContactRequest:
    """Find a request; NotFound where there is none for this caller."""
    require(who, "contact.read")
    found = session.scalar(select(ContactRequest).where(rows(who, ContactRequest), ContactRequest.id == request_id))
    if found is None:
        raise NotFound("contact request", "联系申请")
    return found


def values(session: Session, who: Principal, secret: bytes, found: Sequence[ContactRequest]) -> list[dict[str, Any]]:
    """Give requests as plain values: an enterprise reads the code, a student who asks; `contact` stays None here."""
    require(who, "contact.read")
    wanted = (
        select(DemandRow.id, DemandRow.record["title"].as_string(), Organisation.name)
        .join(Organisation, Organisation.id == DemandRow.organisation_id)
        .where(DemandRow.id.in_({request.demand_id for request in found}))
    )
    posts = {one: (title, name) for one, title, name in session.execute(wanted)}
    asks = who.role is not Role.STUDENT
    return [
        {
            "id": request.id,
            "demand_id": request.demand_id,
            "title": posts.get(request.demand_id, ("", ""))[0],
            "organisation_id": request.organisation_id,
            "organisation": posts.get(request.demand_id, ("", ""))[1],
            "code": code_of(secret, request.demand_id, request.student_id) if asks else None,
            "message": request.message,
            "status": request.status,
            "contact": None,
            "version": request.version,
            "created_at": request.created_at,
            "changed_at": request.changed_at,
        }
        for request in found
    ]


def shown_to(store: Store, who: Principal, secret: bytes, request_id: str) -> dict[str, Any]:
    """Give one request; to the enterprise with name and contact while the student's consent stands, noted each time."""
    with store.reading(who) as session:
        request = one(session, who, request_id)
        plain = values(session, who, secret, [request])[0]
        open_to_them = who.role is not Role.STUDENT and _is_open(session, request)
    if open_to_them:
        with store.writing(who) as work:
            plain["contact"] = _contact(work, who, request_id)
    return plain


def ask(work: Work, who: Principal, chosen: Chosen, message: str) -> ContactRequest:
    """Ask someone in an own demand's list; once for each demand, again only after one's own withdrawal."""
    require(who, "contact.ask")
    row = demand(work.session, who, chosen.demand_id)
    same = (ContactRequest.demand_id == row.id, ContactRequest.student_id == chosen.student_id)
    request = work.session.scalar(select(ContactRequest).where(*same))
    if request is None:
        request = ContactRequest(
            demand_id=row.id, student_id=chosen.student_id, organisation_id=row.organisation_id, message=message.strip()
        )
        work.add(request)
        work.session.flush()
    elif request.status == "withdrawn":
        request.status, request.message = "asked", message.strip()
        work.touch(request)
    else:
        raise Conflict("this student has been asked already", "已就该岗位向该学生发出过联系申请")
    work.note("ask", "contact_request", request.id, row.organisation_id, {"demand": row.id})
    return request


def grant(work: Work, who: Principal, request_id: str, guardian: str, today: date) -> ContactRequest:
    """Let the enterprise see name and contact; under 18 a guardian's name is needed."""
    request = _answered(work, who, request_id, "grant", "同意")
    consent = consents.give(
        work, who, request.student_id, "contact", request.organisation_id, guardian=guardian, today=today
    )
    request.consent_id = consent.id
    return _moved(work, request, "grant", "granted")


def refuse(work: Work, who: Principal, request_id: str) -> ContactRequest:
    """Say no; the enterprise can't ask again for the same demand."""
    return _moved(work, _answered(work, who, request_id, "refuse", "拒绝"), "refuse", "refused")


def withdraw(work: Work, who: Principal, request_id: str) -> ContactRequest:
    """Take one's own request back, answered or not; name and contact are shown no more."""
    require(who, "contact.ask")
    request = one(work.session, who, request_id)
    if request.status not in ("asked", "granted"):
        raise _not_now(request, "withdraw", "撤回")
    return _moved(work, request, "withdraw", "withdrawn")


def _answered(work: Work, who: Principal, request_id: str, name: str, zh: str) -> ContactRequest:
    require(who, "contact.answer")
    request = one(work.session, who, request_id)
    if request.status != "asked":
        raise _not_now(request, name, zh)
    return request


def _moved(work: Work, request: ContactRequest, name: str, status: str) -> ContactRequest:
    request.status = status
    work.touch(request)
    work.note(name, "contact_request", request.id, request.organisation_id, {"demand": request.demand_id})
    return request


def _not_now(request: ContactRequest, name: str, zh: str) -> Conflict:
    status_zh, status_en = STATUS_NAMES[request.status]
    return Conflict(f"a request that is {status_en} can't take the step {name}", f"「{status_zh}」的联系申请不能{zh}")


def _is_open(session: Session, request: ContactRequest) -> bool:
    """Tell whether the enterprise may see who it is now: granted, and a consent for it stands."""
    agreed = exists().where(
        Consent.student_id == request.student_id,
        Consent.purpose == "contact",
        Consent.organisation_id == request.organisation_id,
        Consent.withdrawn_at.is_(None),
    )
    return request.status == "granted" and bool(session.scalar(select(agreed)))


def _contact(work: Work, who: Principal, request_id: str) -> dict[str, Any] | None:
    """Read name and contact, and note that it was done; None where the consent ended meanwhile."""
    request = one(work.session, who, request_id)
    identity = work.session.get(Identity, request.student_id)
    if identity is None or not _is_open(work.session, request):
        return None
    college = work.session.get_one(Organisation, identity.college_id).name
    work.note("read_contact", "contact_request", request.id, request.organisation_id, {"demand": request.demand_id})
    return {"name": identity.name, "college": college, "phone": identity.phone, "email": identity.email}
