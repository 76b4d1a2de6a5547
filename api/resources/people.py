"""Organisations and their accounts: who takes part in the consortium, verified for six months, and who signs in.

    rows = people.organisations(session, who, kind="college")
    organisation = people.add_organisation(work, who, {"kind": "enterprise", "name": ..., "credit_code": ...})
    user = people.add_user(work, who, {"login": ..., "role": "recruiter", ...}, hashed)

Passwords are hashed before a write begins (`hashed`), because hashing takes long and a write keeps others waiting.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api import identity
from api.access import HOMES, MANAGES, Principal, Role, require, rows, sees_credit_code
from api.credit_code import read_credit_code
from api.errors import Conflict, FieldError, Forbidden, NotFound
from api.store import Work
from api.store.tables import DemandRow, DemandStep, Organisation, Student, User
from api.store.versions import require_version
from matching.errors import Problem

OrganisationKind = Literal["enterprise", "college", "office"]
ConsortiumRole = Literal["chair", "vice_chair", "secretary_general", "council", "member"]
MONTHS_VERIFIED = 6
OWNER_OFF = "单位已停用 / the organisation was turned off"


# -- organisations


def organisations(
    session: Session,
    who: Principal,
    kind: str | None = None,
    q: str | None = None,
    after: str = "",
    limit: int | None = 50,
) -> Sequence[Organisation]:
    """List members by id, `limit` from after an id on; `q` is a part of the name."""
    require(who, "organisation.read")
    wanted = select(Organisation).where(rows(who, Organisation), Organisation.id > after)
    if kind is not None:
        wanted = wanted.where(Organisation.kind == kind)
    if q:
        wanted = wanted.where(Organisation.name.contains(q, autoescape=True))
    return session.scalars(wanted.order_by(Organisation.id).limit(limit)).all()


def organisation(session: Session, who: Principal, organisation_id: str) -> Organisation:
    """Find a member; NotFound where there is none."""
    require(who, "organisation.read")
    found = session.scalar(select(Organisation).where(rows(who, Organisation), Organisation.id == organisation_id))
    if found is None:
        raise NotFound("organisation", "单位")
    return found


def organisation_values(who: Principal, row: Organisation) -> dict[str, Any]:
    """Give what a caller sees of a member; the credit code only where `sees_credit_code`."""
    return {
        "id": row.id,
        "kind": row.kind,
        "name": row.name,
        "credit_code": row.credit_code if sees_credit_code(who, row.id) else None,
        "consortium_role": row.consortium_role,
        "role_from": row.role_from,
        "role_until": row.role_until,
        "verified_on": row.verified_on,
        "verified_until": row.verified_until,
        "active": row.active,
        "version": row.version,
    }


def add_organisation(work: Work, who: Principal, values: Mapping[str, Any]) -> Organisation:
    """Take a member in; FieldError for a wrong credit code, Conflict where name or code is registered."""
    require(who, "organisation.edit")
    row = Organisation(**_checked(values))
    _require_term(row)
    work.add(row)
    _flush(work, "this name or credit code is registered already", "该单位名称或信用代码已登记")
    work.note("create", "organisation", row.id, row.id)
    return row


def edit_organisation(
    work: Work, who: Principal, organisation_id: str, if_match: str | None, values: Mapping[str, Any]
) -> Organisation:
    """Change the given fields of a member.

    Turned off, its accounts can't sign in, its live demands are paused, and its students stand in no list.
    """
    require(who, "organisation.edit")
    row = organisation(work.session, who, organisation_id)
    require_version(row, if_match)
    for name, value in _checked(values).items():
        setattr(row, name, value)
    _require_term(row)
    work.touch(row)
    _flush(work, "this name or credit code is registered already", "该单位名称或信用代码已登记")
    if values.get("active") is False:
        _pause_demands(work, row)
    work.note("edit", "organisation", row.id, row.id, {"fields": sorted(values)})
    return row


def verify_organisation(work: Work, who: Principal, organisation_id: str, today: date) -> Organisation:
    """Record that a member's papers were checked today, which holds for MONTHS_VERIFIED months."""
    require(who, "organisation.edit")
    row = organisation(work.session, who, organisation_id)
    row.verified_on, row.verified_until = today, months_after(today, MONTHS_VERIFIED)
    work.touch(row)
    work.note("verify", "organisation", row.id, row.id)
    return row


def months_after(day: date, months: int) -> date:
    """Give the same day some months later, the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    checked = dict(values)
    if checked.get("credit_code") is not None:
        checked["credit_code"] = read_credit_code(checked["credit_code"])
    return checked


def _require_term(row: Organisation) -> None:
    if row.role_from and row.role_until and row.role_until < row.role_from:
        raise _wrong("role_until", "order", "ends before it begins", "任期结束早于开始", str(row.role_until))


def _pause_demands(work: Work, owner: Organisation) -> None:
    live = select(DemandRow).where(DemandRow.organisation_id == owner.id, DemandRow.status == "live")
    for row in work.session.scalars(live):
        row.status = "paused"
        work.session.add(DemandStep(demand_id=row.id, before="live", after="paused", by=work.actor, reason=OWNER_OFF))
        work.touch(row)
        work.note("pause", "demand", row.id, owner.id, {"before": "live", "after": "paused"})


# -- accounts


def users(
    session: Session, who: Principal, role: str | None = None, q: str | None = None, after: str = "", limit: int = 50
) -> Sequence[User]:
    """List the accounts that a caller manages, by id; `q` is a part of the login or the name."""
    require(who, "user.read")
    wanted = select(User).where(rows(who, User), User.id > after)
    if role is not None:
        wanted = wanted.where(User.role == role)
    if q:
        wanted = wanted.where(User.login.contains(q, autoescape=True) | User.name.contains(q, autoescape=True))
    return session.scalars(wanted.order_by(User.id).limit(limit)).all()


def user(session: Session, who: Principal, user_id: str) -> User:
    """Find an account in the caller's scope; NotFound where there is none."""
    require(who, "user.read")
    found = session.scalar(select(User).where(rows(who, User), User.id == user_id))
    if found is None:
        raise NotFound("account", "账号")
    return found


def user_values(row: User) -> dict[str, Any]:
    """Give an account without its password."""
    return {
        "id": row.id,
        "login": row.login,
        "name": row.name,
        "role": row.role,
        "organisation_id": row.organisation_id,
        "student_id": row.student_id,
        "classes": list(row.classes),
        "demands": list(row.demands),
        "lang": row.lang,
        "active": row.active,
        "version": row.version,
    }


def hashed(who: Principal, password: str) -> str:
    """Hash a new account's password, before the write begins; FieldError where it is too short."""
    require(who, "user.edit")
    return identity.hash_password(password)


def add_user(work: Work, who: Principal, values: Mapping[str, Any], password_hash: str) -> User:
    """Make an account; Forbidden beyond what the caller manages, Conflict where login or student has one already.

    values : login, name, role, and organisation_id (default: the caller's), student_id, classes, demands, lang.
    """
    require(who, "user.edit")
    role = Role(values["role"])
    home = values.get("organisation_id") or (who.organisation_id if role in HOMES else None)
    row = User(**{**values, "role": role.value, "organisation_id": home, "password_hash": password_hash})
    _require_managed(who, role, row.organisation_id)
    require_home(work.session, row)
    work.add(row)
    _flush(work, "this login is taken, or the student has an account", "账号已存在，或该学生已有账号")
    work.note("create", "user", row.id, row.organisation_id, {"role": row.role})
    return row


def edit_user(
    work: Work,
    who: Principal,
    user_id: str,
    if_match: str | None,
    values: Mapping[str, Any],
    password_hash: str | None = None,
) -> User:
    """Change the given fields of an account (name, active, classes, demands, lang), and its password.

    Classes and demands are checked where they change. A new password or turning it off ends its sessions and tokens.
    Conflict where one turns off oneself or goes round the question for the old password.
    """
    require(who, "user.edit")
    row = user(work.session, who, user_id)
    _require_managed(who, Role(row.role), row.organisation_id)
    require_version(row, if_match)
    off = values.get("active") is False
    if row.id == who.user_id and (off or password_hash is not None):
        zh = "不能停用自己的账号；修改本人密码请用 POST /v1/auth/password"
        raise Conflict("your own account can't be turned off; change your password at /v1/auth/password", zh)
    anew = {name for name in ("classes", "demands") if name in values and values[name] != getattr(row, name)}
    for name, value in values.items():
        setattr(row, name, value)
    if "classes" in anew:
        _require_classes(row)
    if "demands" in anew:
        _require_demands(work.session, row)
    if password_hash is not None:
        row.password_hash = password_hash
    if off or password_hash is not None:
        identity.end_sessions(work, row)
    work.touch(row)
    fields = sorted([*values, *(["password"] if password_hash is not None else [])])
    work.note("edit", "user", row.id, row.organisation_id, {"fields": fields})
    return row


def _require_managed(who: Principal, role: Role, organisation_id: str | None) -> None:
    own = who.role is Role.SYSTEM_ADMIN or organisation_id == who.organisation_id
    if role not in MANAGES.get(who.role, ()) or not own:
        en = "you manage accounts of your own organisation and only of its roles"
        raise Forbidden(en, "只能管理本单位的账号，且仅限本单位的角色")


def require_home(session: Session, row: User) -> None:
    """Check that role, organisation, student, classes and demands of a new account fit each other."""
    role = Role(row.role)
    home = None if row.organisation_id is None else session.get(Organisation, row.organisation_id)
    if (home.kind if home else row.organisation_id) != HOMES.get(role):
        en, zh = f"{role.value} does not belong to such an organisation", "角色与所属单位的类型不符"
        raise _wrong("organisation_id", "organisation", en, zh, row.organisation_id)
    if (role is Role.STUDENT) != (row.student_id is not None):
        raise _wrong(
            "student_id", "student", "students' accounts, and only they, name one", "学生账号须且仅其可指定学生"
        )
    if row.student_id is not None:
        student = session.get(Student, row.student_id)
        if student is None or student.college_id != row.organisation_id:
            raise _wrong("student_id", "student", "no such student at the college", "本校没有该学生", row.student_id)
    _require_classes(row)
    _require_demands(session, row)


def _require_classes(row: User) -> None:
    if row.classes and Role(row.role) is not Role.COLLEGE_TEACHER:
        raise _wrong("classes", "role", "only a college teacher has classes", "仅院校教师可指定班级")


def _require_demands(session: Session, row: User) -> None:
    if not row.demands:
        return
    if Role(row.role) is not Role.RECRUITER:
        raise _wrong("demands", "role", "only a recruiter has demands of their own", "仅招聘专员可指定岗位")
    own = DemandRow.organisation_id == row.organisation_id
    wanted = select(func.count()).select_from(DemandRow).where(own, DemandRow.id.in_(row.demands))
    if session.execute(wanted).scalar_one() != len(set(row.demands)):
        raise _wrong("demands", "demand", "not all are demands of the organisation", "其中有不属于本单位的岗位")


def _flush(work: Work, en: str, zh: str) -> None:
    """Send what was added to the database; Conflict where it stands there already."""
    try:
        work.session.flush()
    except IntegrityError as error:
        raise Conflict(en, zh) from error


def _wrong(field: str, rule: str, en: str, zh: str, value: str | None = None) -> FieldError:
    return FieldError(Problem(rule, en, zh, value, field=field))
