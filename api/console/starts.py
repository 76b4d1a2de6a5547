"""What waits for each role on its start page, counted from the records that it sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from api.access import Principal, Role
from api.console.visits import Visit
from api.resources import consents, contacts, demands, intake, oversight, people, shortlists, students

MOST_COUNTED = 200
SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: the key of its words, where it is done, how many wait; None where there is nothing to count."""

    key: str
    href: str
    count: int | None = None
    waits: bool = False


def steps(visit: Visit) -> list[Step]:
    """List what the visitor may do next, what waits first."""
    with visit.store.reading(visit.who) as session:
        found = _STEPS[visit.who.role](session, visit.who)
    return sorted(found, key=lambda step: not step.waits)


def _waiting(key: str, href: str, rows: Sequence[object]) -> Step:
    return Step(key, href, len(rows), bool(rows))


def _with_status(session: Session, who: Principal, status: str) -> Sequence[object]:
    return demands.demands(session, who, status, limit=MOST_COUNTED)


def _enterprise(session: Session, who: Principal) -> list[Step]:
    drafts, approved = _with_status(session, who, "draft"), _with_status(session, who, "approved")
    return [
        _waiting("start.drafts", "/demands?status=draft", drafts),
        _waiting("start.approved", "/demands?status=approved", approved),
        *_hiring(session, who),
        Step("start.new", "/demands/new"),
    ]


def _hiring(session: Session, who: Principal) -> list[Step]:
    granted = contacts.listed(session, who, "granted", limit=MOST_COUNTED)
    return [
        _waiting("start.granted", "/contacts", granted),
        Step("start.live", "/demands?status=live", len(_with_status(session, who, "live"))),
        Step("start.shortlist", "/shortlist", len(shortlists.listed(session, who, limit=MOST_COUNTED))),
    ]


def _college_admin(session: Session, who: Principal) -> list[Step]:
    uploads = [row for row in intake.listed(session, who, limit=MOST_COUNTED) if row.status == "previewed"]
    some = students.listed(session, who, limit=1)
    return [
        _waiting("start.uploads", "/imports/students", uploads),
        Step("start.roster", "/imports/students", waits=not some),
        *_college(session, who),
        Step("start.accounts", "/accounts"),
    ]


def _college(session: Session, who: Principal) -> list[Step]:
    return [
        Step("start.students", "/students"),
        Step("start.posts", "/posts", len(_with_status(session, who, "live"))),
    ]


def _student(session: Session, who: Principal) -> list[Step]:
    own = students.own(session, who).student
    agreed = [one for one in consents.listed(session, who, own.id) if one.purpose == "profile" and not one.withdrawn_at]
    return [
        _waiting("start.asked", "/my/contacts", contacts.listed(session, who, "asked", limit=MOST_COUNTED)),
        Step("start.consent", "/my/consents", waits=not agreed),
        Step("start.profile", "/my/profile", waits=not own.record.get("skills")),
        Step("start.matches", "/my/matches"),
    ]


def _secretariat(session: Session, who: Principal) -> list[Step]:
    members = people.organisations(session, who, limit=MOST_COUNTED)
    soon = date.today() + SOON
    ending = [one for one in members if one.active and (one.verified_until is None or one.verified_until < soon)]
    return [
        _waiting("start.review", "/moderation", _with_status(session, who, "submitted")),
        _waiting("start.verify", "/organisations", ending),
        Step("start.statistics", "/statistics"),
    ]


def _system_admin(session: Session, who: Principal) -> list[Step]:
    switch = next(iter(oversight.settings(session, who).values()))
    return [
        Step("start.switch", "/settings", waits=not switch["on"]),
        Step("start.accounts", "/accounts"),
        Step("start.members", "/organisations"),
        Step("start.audit", "/audit"),
    ]


def _auditor(session: Session, who: Principal) -> list[Step]:
    return [
        Step("start.audit", "/audit"),
        Step("start.chain", "/audit/verify"),
        Step("start.exposure", "/exposure"),
        Step("start.statistics", "/statistics"),
    ]


_STEPS: Mapping[Role, Callable[[Session, Principal], list[Step]]] = {
    Role.ENTERPRISE: _enterprise,
    Role.RECRUITER: _hiring,
    Role.COLLEGE_ADMIN: _college_admin,
    Role.COLLEGE_TEACHER: _college,
    Role.STUDENT: _student,
    Role.SECRETARIAT: _secretariat,
    Role.SYSTEM_ADMIN: _system_admin,
    Role.AUDITOR: _auditor,
}
