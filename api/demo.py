"""The demonstration: the sample's enterprises, demands and students as records, and one account per role."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from api.access import ROLE_NAMES, Role
from api.identity import hash_password
from api.resources.student_record import sparse
from api.store import Store, Work
from api.store.tables import DemandRow, DemandStep, Identity, Organisation, Protected, Setting, Student, User
from matching.errors import Problem, RecordError
from matching.records import to_values
from matching.tables import read_demands, read_profiles
from matching.vocabulary import data_folder

PASSWORD = "duikou-demo-2026"
BASIS = "演示数据全部虚构，仅供演示 / the demonstration's data are all made up"
VALID_DAYS = 180
LOGINS: Mapping[Role, str] = {
    Role.SYSTEM_ADMIN: "admin",
    Role.SECRETARIAT: "office",
    Role.ENTERPRISE: "enterprise",
    Role.RECRUITER: "recruiter",
    Role.COLLEGE_ADMIN: "college",
    Role.COLLEGE_TEACHER: "teacher",
    Role.STUDENT: "student",
    Role.AUDITOR: "auditor",
}


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the demonstration: login, role and whose it is."""

    login: str
    role: Role
    organisation: str


def load_demo(store: Store, today: date) -> list[Account]:
    """Write the sample and the accounts in one transaction, and give the accounts; all have the password PASSWORD.

    today : the day at which the students are read; demands and members are valid from the present one. The ids are
    those of the sample (`dem_d001`, `stu_s0001`), so that examples can name them. Raises RecordError where the
    platform has records already.
    """
    hashed = hash_password(PASSWORD)
    with store.writing("system") as work:
        if work.session.scalar(select(func.count()).select_from(User)):
            en, zh = (
                "the platform has records already; the demonstration needs an empty one",
                "平台已有数据，演示须使用空平台",
            )
            raise RecordError(Problem("not_empty", en, zh, field="--demo"))
        office = _organisation(work, "org_office", "office", "济南示例产教联合体秘书处")
        enterprises = _demands(work)
        colleges = _students(work, today)
        work.add(Setting(name="show_profiles", value={"on": True, "basis": BASIS}))
        accounts = _accounts(work, hashed, office, next(iter(enterprises.values())), next(iter(colleges.values())))
        work.note("load", "platform", "demo")
    return accounts


def _organisation(work: Work, identifier: str, kind: str, name: str) -> Organisation:
    today = date.today()
    until = today + timedelta(days=VALID_DAYS)
    row = Organisation(id=identifier, kind=kind, name=name, verified_on=today, verified_until=until)
    work.add(row)
    return row


def _demands(work: Work) -> dict[str, Organisation]:
    """Write the demands, all live, and their enterprises."""
    enterprises: dict[str, Organisation] = {}
    rows: list[DemandRow] = []
    for demand in read_demands(data_folder() / "sample" / "demands.csv").records:
        name = demand.employer or "-"
        if name not in enterprises:
            enterprises[name] = _organisation(work, f"org_e{len(enterprises) + 1:02}", "enterprise", name)
        rows.append(
            DemandRow(
                id=f"dem_{demand.id.lower()}",
                organisation_id=enterprises[name].id,
                status="live",
                record=_record(to_values(demand)),
                number=demand.id,
                valid_until=date.today() + timedelta(days=VALID_DAYS),
            )
        )
    work.session.flush()
    for row in rows:
        work.add(row)
    work.session.flush()
    work.session.add_all(DemandStep(demand_id=row.id, before="draft", after="live", by="system") for row in rows)
    return enterprises


def _students(work: Work, today: date) -> dict[str, Organisation]:
    """Write the students, who they are, and their colleges."""
    path = data_folder() / "sample" / "students.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        lines = {line["学号"]: line for line in csv.DictReader(stream)}
    colleges: dict[str, Organisation] = {}
    beside: list[Identity | Protected] = []
    for profile in read_profiles(path, today).records:
        name, line = profile.college or "-", lines[profile.id]
        if name not in colleges:
            colleges[name] = _organisation(work, f"org_c{len(colleges) + 1:02}", "college", name)
            work.session.flush()
        student = Student(id=f"stu_{profile.id.lower()}", college_id=colleges[name].id, record=sparse(profile))
        work.add(student)
        identity = Identity(
            student_id=student.id,
            college_id=student.college_id,
            number=profile.id,
            name=f"示例学生{profile.id[1:]}",
            class_name=line["班级"],
            phone=f"000-0000-{profile.id[1:]}",
        )
        beside += [identity, Protected(student_id=student.id, born_on=_born_on(line["满18周岁日期"]))]
    work.session.flush()
    work.session.add_all(beside)
    work.session.flush()
    return colleges


def _record(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != "id"}


def _born_on(turns_18_on: str) -> date | None:
    try:
        adult = date.fromisoformat(turns_18_on)
    except ValueError:
        return None
    return date(adult.year - 18, adult.month, min(adult.day, 28))


def _accounts(
    work: Work, hashed: str, office: Organisation, enterprise: Organisation, college: Organisation
) -> list[Account]:
    """Make one account per role, of the office and of the first enterprise and college of the sample."""
    session = work.session
    own = select(DemandRow.id).where(DemandRow.organisation_id == enterprise.id).order_by(DemandRow.id)
    seeking = func.coalesce(Student.record["intent"].as_string(), "employ") == "employ"
    students = select(Identity).join(Student, Student.id == Identity.student_id).where(seeking)
    identity = session.scalars(students.where(Student.college_id == college.id).order_by(Student.id).limit(1)).one()
    belongs: Mapping[Role, Organisation | None] = {
        Role.SYSTEM_ADMIN: None,
        Role.SECRETARIAT: office,
        Role.ENTERPRISE: enterprise,
        Role.RECRUITER: enterprise,
        Role.COLLEGE_ADMIN: college,
        Role.COLLEGE_TEACHER: college,
        Role.STUDENT: college,
        Role.AUDITOR: None,
    }
    for role, organisation in belongs.items():
        work.add(
            User(
                id=f"usr_{LOGINS[role]}",
                login=LOGINS[role],
                name=f"演示{ROLE_NAMES[role][0]}",
                role=role.value,
                password_hash=hashed,
                organisation_id=None if organisation is None else organisation.id,
                student_id=identity.student_id if role is Role.STUDENT else None,
                classes=[identity.class_name] if role is Role.COLLEGE_TEACHER else [],
                demands=list(session.scalars(own.limit(1))) if role is Role.RECRUITER else [],
            )
        )
    return [Account(LOGINS[role], role, "" if one is None else one.name) for role, one in belongs.items()]


def described(accounts: Sequence[Account]) -> list[tuple[str, str, str, str]]:
    """Give login, role in zh and en, and organisation of each account, to print."""
    return [(one.login, *ROLE_NAMES[one.role], one.organisation) for one in accounts]
