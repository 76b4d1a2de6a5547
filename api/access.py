"""Who may do what, and which rows and fields each caller sees: the only place that decides it, each time with a reason.

    require(who, "demand.approve")                       # may the role do this at all? Forbidden says why not
    session.scalars(select(DemandRow).where(rows(who, DemandRow)))     # lists, counts and records alike
    shown = for_enterprise(student, code, crowded)       # what an enterprise sees of a student

No role reads across organisations by rank: the secretariat moderates demands and sees aggregates, never people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from api.disclosure import labels, name_of
from api.errors import Forbidden
from api.store.tables import (
    Audit,
    Consent,
    ContactRequest,
    DemandRow,
    Identity,
    Import,
    Organisation,
    Row,
    Shortlisted,
    Student,
    User,
)
from matching import Kind


class Role(StrEnum):
    """What an account is for."""

    SYSTEM_ADMIN = "system_admin"
    SECRETARIAT = "secretariat"
    ENTERPRISE = "enterprise"
    RECRUITER = "recruiter"
    COLLEGE_ADMIN = "college_admin"
    COLLEGE_TEACHER = "college_teacher"
    STUDENT = "student"
    AUDITOR = "auditor"


ROLE_NAMES: Mapping[Role, tuple[str, str]] = {
    Role.SYSTEM_ADMIN: ("系统管理员", "system administrator"),
    Role.SECRETARIAT: ("秘书处", "secretariat"),
    Role.ENTERPRISE: ("企业", "enterprise"),
    Role.RECRUITER: ("招聘专员", "recruiter"),
    Role.COLLEGE_ADMIN: ("院校管理员", "college administrator"),
    Role.COLLEGE_TEACHER: ("院校教师", "college teacher"),
    Role.STUDENT: ("学生", "student"),
    Role.AUDITOR: ("审计员", "auditor"),
}
_ALL = frozenset(Role)
_HIRING = frozenset({Role.ENTERPRISE, Role.RECRUITER})
_COLLEGE = frozenset({Role.COLLEGE_ADMIN, Role.COLLEGE_TEACHER})
_OVERSIGHT = frozenset({Role.SYSTEM_ADMIN, Role.SECRETARIAT, Role.AUDITOR})
ACTIONS: Mapping[str, frozenset[Role]] = {
    "organisation.read": _ALL,
    "organisation.edit": frozenset({Role.SYSTEM_ADMIN, Role.SECRETARIAT}),
    "user.read": frozenset({Role.SYSTEM_ADMIN, Role.ENTERPRISE, Role.COLLEGE_ADMIN}),
    "user.edit": frozenset({Role.SYSTEM_ADMIN, Role.ENTERPRISE, Role.COLLEGE_ADMIN}),
    "demand.read": _ALL - {Role.AUDITOR},
    "demand.edit": frozenset({Role.ENTERPRISE}),
    "demand.moderate": frozenset({Role.SECRETARIAT}),
    "demand.match": _HIRING,
    "demand.estimate": _HIRING,
    "student.read": _COLLEGE | {Role.STUDENT},
    "student.edit": _COLLEGE,
    "student.own": frozenset({Role.STUDENT}),
    "student.create": frozenset({Role.COLLEGE_ADMIN}),
    "student.remove": frozenset({Role.COLLEGE_ADMIN}),
    "student.match": _COLLEGE | {Role.STUDENT},
    "consent.read": _COLLEGE | {Role.STUDENT},
    "consent.give": frozenset({Role.STUDENT}),
    "shortlist.read": _HIRING,
    "shortlist.edit": _HIRING,
    "contact.read": _HIRING | {Role.STUDENT},
    "contact.ask": _HIRING,
    "contact.answer": frozenset({Role.STUDENT}),
    "import.read": frozenset({Role.COLLEGE_ADMIN, Role.ENTERPRISE}),
    "import.students": frozenset({Role.COLLEGE_ADMIN}),
    "import.demands": frozenset({Role.ENTERPRISE}),
    "export.students": _COLLEGE,
    "export.demands": frozenset({Role.ENTERPRISE, Role.SECRETARIAT}),
    "match.given": _ALL,
    "audit.read": frozenset({Role.AUDITOR, Role.SYSTEM_ADMIN}),
    "statistics.read": _OVERSIGHT,
    "exposure.read": frozenset({Role.SECRETARIAT, Role.AUDITOR}),
    "setting.edit": frozenset({Role.SYSTEM_ADMIN}),
    "metrics.read": frozenset({Role.SYSTEM_ADMIN, Role.AUDITOR}),
}
"""Action -> the roles that may do it to rows of their scope."""
MANAGES: Mapping[Role, frozenset[Role]] = {
    Role.SYSTEM_ADMIN: _ALL,
    Role.ENTERPRISE: _HIRING,
    Role.COLLEGE_ADMIN: _COLLEGE | {Role.STUDENT},
}
"""Which accounts a role makes and edits: in its own organisation, the system administrator in any."""
HOMES: Mapping[Role, str] = {
    Role.SECRETARIAT: "office",
    **dict.fromkeys(_HIRING, "enterprise"),
    **dict.fromkeys(_COLLEGE | {Role.STUDENT}, "college"),
}
"""Role -> the kind of organisation its accounts belong to; the roles not named belong to none."""
PUBLIC_STATUS = ("live",)
SMALL_GROUP = 10


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks (主体): role, organisation, and what narrows it; the same for a page, a program and a person."""

    user_id: str
    role: Role
    organisation_id: str | None = None
    student_id: str | None = None
    classes: frozenset[str] = frozenset()
    demands: frozenset[str] = frozenset()
    login: str = ""
    name: str = ""
    lang: str = "zh"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something is allowed, and why or why not."""

    allowed: bool
    reason_zh: str
    reason_en: str


def decide(who: Principal, action: str) -> Decision:
    """Say whether a role may do an action at all; which rows it reaches, `rows` says."""
    allowed = who.role in ACTIONS[action]
    zh, en = ROLE_NAMES[who.role]
    names = sorted(ACTIONS[action])
    able_zh = "、".join(ROLE_NAMES[role][0] for role in names)
    able_en = ", ".join(ROLE_NAMES[role][1] for role in names)
    if allowed:
        return Decision(True, f"「{zh}」可以执行 {action}", f"{en} may do {action}")
    return Decision(
        False, f"「{zh}」不能执行 {action}；可执行者：{able_zh}", f"{en} may not do {action}; who may: {able_en}"
    )


def require(who: Principal, action: str) -> None:
    """Raise Forbidden with its reason unless the role may do the action."""
    decision = decide(who, action)
    if not decision.allowed:
        raise Forbidden(decision.reason_en, decision.reason_zh)


def rows(who: Principal, table: type[Row]) -> ColumnElement[bool]:
    """Give the condition that a table's rows meet for this caller, for lists, records, counts and exports alike."""
    condition: ColumnElement[bool] = _ROWS[table](who)
    return condition


def _own(who: Principal) -> str:
    return who.organisation_id or "-"


def _demands(who: Principal) -> ColumnElement[bool]:
    if who.role is Role.ENTERPRISE:
        return DemandRow.organisation_id == _own(who)
    if who.role is Role.RECRUITER:
        return and_(DemandRow.organisation_id == _own(who), DemandRow.id.in_(sorted(who.demands)))
    if who.role is Role.SECRETARIAT:
        return DemandRow.status != "draft"
    if who.role is Role.SYSTEM_ADMIN or who.role in _COLLEGE or who.role is Role.STUDENT:
        return DemandRow.status.in_(PUBLIC_STATUS)
    return false()


def _students(who: Principal) -> ColumnElement[bool]:
    if who.role is Role.COLLEGE_ADMIN:
        return Student.college_id == _own(who)
    if who.role is Role.COLLEGE_TEACHER:
        own = select(Identity.student_id).where(Identity.class_name.in_(sorted(who.classes)))
        return and_(Student.college_id == _own(who), Student.id.in_(own))
    if who.role is Role.STUDENT:
        return Student.id == (who.student_id or "-")
    return false()


def _of_students(who: Principal, column: Any) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = column.in_(select(Student.id).where(_students(who)))
    return condition


def _of_demands(who: Principal, column: Any) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = column.in_(select(DemandRow.id).where(_demands(who)))
    return condition


def _users(who: Principal) -> ColumnElement[bool]:
    if who.role is Role.SYSTEM_ADMIN:
        return true()
    own = User.id == who.user_id
    if who.role in ACTIONS["user.read"]:
        return or_(own, User.organisation_id == _own(who))
    return own


def _consents(who: Principal) -> ColumnElement[bool]:
    return _of_students(who, Consent.student_id)


def _shortlisted(who: Principal) -> ColumnElement[bool]:
    return _of_demands(who, Shortlisted.demand_id) if who.role in _HIRING else false()


def _contacts(who: Principal) -> ColumnElement[bool]:
    if who.role in _HIRING:
        return _of_demands(who, ContactRequest.demand_id)
    return ContactRequest.student_id == who.student_id if who.role is Role.STUDENT else false()


def _imports(who: Principal) -> ColumnElement[bool]:
    able = ACTIONS["import.students"] | ACTIONS["import.demands"]
    return Import.organisation_id == _own(who) if who.role in able else false()


_ROWS: Mapping[type[Row], Any] = {
    Organisation: lambda who: true(),
    User: _users,
    DemandRow: _demands,
    Student: _students,
    Consent: _consents,
    Shortlisted: _shortlisted,
    ContactRequest: _contacts,
    Import: _imports,
    Audit: lambda who: true() if who.role in ACTIONS["audit.read"] else false(),
}


def sees_credit_code(who: Principal, organisation_id: str) -> bool:
    """Tell whether a caller sees an organisation's credit code: its own members, the secretariat and the operator."""
    return who.role in ACTIONS["organisation.edit"] or who.organisation_id == organisation_id


def rounded(count: int) -> str:
    """Give a count as an enterprise may see it: below SMALL_GROUP only that, else rounded to 5."""
    return f"<{SMALL_GROUP}" if count < SMALL_GROUP else str(5 * round(count / 5))


def for_enterprise(record: Mapping[str, Any], code: str, college: str | None) -> dict[str, Any]:
    """Give what an enterprise sees of a student: the code of this demand, no class, no exact date, no wish.

    Majors, skills and certificates stand under the names of the vocabulary (`disclosure`); what a student says to be
    unable to do is left out, what the curriculum is still to give has the year as `available_in`.

    record : values of matching.Profile. college : its name, None in groups under SMALL_GROUP.
    """
    graduates = record.get("graduates_on")
    return {
        "code": code,
        "college": college,
        "major": name_of(Kind.MAJOR, record["major"]) or None if record.get("major") else None,
        "education": record.get("education"),
        "graduates_in": _year(graduates),
        "skills": [
            {"label": name, "level": claim.get("level"), "available_in": _year(claim.get("available_on"))}
            for name, claim in labels(record, "skills")
            if claim.get("level") != 0
        ],
        "certificates": [
            {"label": name, "level": claim.get("level")} for name, claim in labels(record, "certificates")
        ],
    }


def _year(day: object) -> int | None:
    return int(str(day)[:4]) if day else None
