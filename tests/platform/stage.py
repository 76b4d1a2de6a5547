"""Sets the scene for a row of matrix.csv: the record it is about, whose that is, and a request that would be right."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from api.codes import code_of
from api.identity import issue
from api.store.tables import (
    Consent,
    ContactRequest,
    DemandRow,
    Identity,
    Organisation,
    Row,
    Shortlisted,
    Student,
    User,
)
from tests.platform.conftest import PASSWORD, World, demand, profile

ENTERPRISES = {"own": "north", "house": "north", "other": "south"}
COLLEGES = {"own": "east", "house": "east", "other": "west"}
STUDENTS = {"own": "anna", "house": "bao", "other": "chen"}
CLASSES = {"own": "24智能焊接1班", "house": "24数控2班", "other": "24焊接3班"}
ROLES = {
    "north": "recruiter",
    "south": "recruiter",
    "east": "college_teacher",
    "west": "college_teacher",
    "office": "secretariat",
    "system": "system_admin",
}
TABLES = {
    "students": ("学号,姓名,专业,技能\n2030{n},名{n},数控技术,数控铣\n", "text/csv"),
    "demands": ("岗位名称,技能\n数控铣工{n},数控铣\n", "text/csv"),
}
NUMBER = count(1)
QUICK = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
"""Hashes in no time, for accounts that are made by the hundred."""
HASH = QUICK.hash(PASSWORD)


@dataclass
class Ask:
    """One request: what the row's path is filled with, and what is sent along."""

    ids: dict[str, str] = field(default_factory=dict)
    row: tuple[type[Row], str] | None = None
    send: dict[str, Any] = field(default_factory=dict)
    account: str | None = None
    """Another account than the row's, such as a fresh one that may be spoilt."""


class Stage:
    """Makes records and requests in a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.made: dict[str, str] = {}

    # -- records

    def demand(self, target: str) -> str:
        """Make a demand of the target's enterprise and state, and the recruiter's where it is `own`."""
        owner, _, state = target.partition(" ")
        ids = self.world.ids
        with self.world.store.writing("system") as work:
            row = DemandRow(
                organisation_id=ids[ENTERPRISES[owner]],
                status=state or "live",
                record=demand("焊工", "氩弧焊"),
                valid_until=date.today() + timedelta(days=-1 if state == "expired" else 30),
            )
            work.add(row)
            if owner == "own":
                recruiter = work.session.get_one(User, ids["user recruiter"])
                recruiter.demands = [*recruiter.demands, row.id]
            work.note("seed", "demand", row.id)
        return row.id

    def student(self, target: str) -> str:
        """Make a student of the target's college and class."""
        with self.world.store.writing("system") as work:
            college = self.world.ids[COLLEGES[target]]
            row = Student(college_id=college, record=profile("智能焊接技术", "氩弧焊"))
            work.add(row)
            work.session.flush()
            number = f"2031{next(NUMBER)}"
            work.session.add(
                Identity(student_id=row.id, college_id=college, number=number, name="某人", class_name=CLASSES[target])
            )
            work.note("seed", "student", row.id)
        return row.id

    def account(self, organisation: str, role: str, student: str | None = None) -> str:
        """Make an account and a token; give its short name."""
        name = f"fresh{next(NUMBER)}"
        with self.world.store.writing("system") as work:
            row = User(
                login=f"{name}@test",
                name=name,
                role=role,
                password_hash=HASH,
                organisation_id=self.world.ids.get(organisation),
                student_id=student,
            )
            work.add(row)
            work.session.flush()
            self.world.ids[f"user {name}"] = row.id
            self.world.tokens[name] = issue(work, row, "token", timedelta(days=1), "test")[0]
            work.note("seed", "user", row.id)
        return name

    def add(self, row: Any) -> str:
        """Keep a row and give its id."""
        with self.world.store.writing("system") as work:
            work.add(row)
            work.note("seed", "row", row.id)
        return str(row.id)

    def shortlisted(self, target: str) -> str:
        return self.add(
            Shortlisted(
                demand_id=self.demand(target),
                student_id=self.world.ids[STUDENTS[target]],
                organisation_id=self.world.ids[ENTERPRISES[target]],
            )
        )

    def contact(self, target: str) -> str:
        return self.add(
            ContactRequest(
                demand_id=self.demand(target),
                student_id=self.world.ids[STUDENTS[target]],
                organisation_id=self.world.ids[ENTERPRISES[target]],
            )
        )

    def consent(self, target: str) -> str:
        return self.add(
            Consent(
                student_id=self.world.ids[STUDENTS[target]],
                purpose="contact",
                organisation_id=self.world.ids["north"],
            )
        )

    def code(self, demand_id: str, target: str) -> str:
        return code_of(self.world.settings.secret, demand_id, self.world.ids[STUDENTS[target]])

    def uploaded(self, target: str) -> str:
        """Upload a table as whoever may, and give the import's id."""
        owner, _, kind = target.partition(" ")
        account = {"students": {"own": "college", "other": "college2"}, "demands": {"own": "hr", "other": "hr2"}}
        client = self.world.client
        assert client is not None
        answer = client.post("/v1/imports", headers=self.world.as_(account[kind][owner]), **self.table(kind))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def table(self, kind: str) -> dict[str, Any]:
        text, media_type = TABLES[kind]
        content = text.replace("{n}", str(next(NUMBER))).encode()
        return {"params": {"kind": kind}, "files": {"file": (f"{kind}.csv", content, media_type)}}

    def version(self, kind: type[Row], identifier: str) -> str:
        """Give a row's present version as If-Match has it; any for a row that isn't there."""
        with self.world.store.reading() as session:
            row: Any = session.get(kind, identifier)
        return '"1"' if row is None else f'"{row.version}"'

    # -- requests

    def ask(self, method: str, path: str, target: str) -> Ask:
        """Give the request of a row of the matrix; KeyError where nobody wrote one down."""
        plain = re.sub(r"\{[^}]*\}", "{}", path)
        return REQUESTS[method, plain](self, target)


def nothing(stage: Stage, target: str) -> Ask:
    return Ask()


def sends(**values: Any) -> Callable[[Stage, str], Ask]:
    """Give a request without ids that sends a fixed body."""
    return lambda stage, target: Ask(send={"json": values})


def own_account(stage: Stage, role: str, send: dict[str, Any]) -> Ask:
    """Give a request by a fresh account of the same role, because it ends what the account signed in with."""
    return Ask(account=role, send=send)


def token(stage: Stage, target: str) -> Ask:
    """Name a token of the account that asks (`own`, filled in by the test) or of another one."""
    return Ask({"id": "own token" if target == "own" else stage.made["other token"]})


def organisation(stage: Stage, target: str, send: dict[str, Any] | None = None) -> Ask:
    identifier = stage.world.ids.get(target, "org_00000000000000000000")
    return Ask({"id": identifier}, (Organisation, identifier), send or {})


def new_organisation(stage: Stage, target: str) -> Ask:
    return Ask(send={"json": {"kind": "enterprise", "name": f"新单位 {next(NUMBER)}"}})


def new_user(stage: Stage, target: str) -> Ask:
    body = {"login": f"new{next(NUMBER)}@test", "name": "新人", "role": ROLES[target], "password": PASSWORD}
    if target != "system":
        body["organisation_id"] = stage.world.ids[target]
    return Ask(send={"json": body})


def user(stage: Stage, target: str, send: dict[str, Any] | None = None) -> Ask:
    if f"user of {target}" not in stage.made:
        stage.made[f"user of {target}"] = stage.world.ids["user " + stage.account(target, ROLES[target])]
    identifier = stage.made[f"user of {target}"]
    return Ask({"id": identifier}, (User, identifier), send or {})


def on_demand(**send: Any) -> Callable[[Stage, str], Ask]:
    """Give a request about a fresh demand of the target."""

    def make(stage: Stage, target: str) -> Ask:
        identifier = "dem_00000000000000000000" if target == "missing" else stage.demand(target)
        return Ask({"id": identifier}, (DemandRow, identifier), dict(send))

    return make


def renewal(stage: Stage, target: str) -> Ask:
    until = (date.today() + timedelta(days=60)).isoformat()
    return on_demand(json={"valid_until": until})(stage, target)


def explained(stage: Stage, target: str) -> Ask:
    identifier = stage.demand(target)
    return Ask({"id": identifier, "code": stage.code(identifier, target.split()[0])})


def on_student(fresh: bool = False, **send: Any) -> Callable[[Stage, str], Ask]:
    """Give a request about the target's student; a fresh one where it is spoilt."""

    def make(stage: Stage, target: str) -> Ask:
        if target == "missing":
            return Ask({"id": "stu_00000000000000000000"})
        identifier = stage.student(target) if fresh else stage.world.ids[STUDENTS[target]]
        return Ask({"id": identifier}, (Student, identifier), dict(send))

    return make


def student_values(number: str | None = None) -> dict[str, Any]:
    return {
        "number": number or f"2032{next(NUMBER)}",
        "name": "某人",
        "class_name": "24智能焊接1班",
        "record": profile("智能焊接技术", "氩弧焊"),
    }


def edited_student(stage: Stage, target: str) -> Ask:
    values = {**student_values(f"2024{STUDENTS[target]}"), "class_name": CLASSES[target]}
    return on_student(json=values)(stage, target)


def own_record(stage: Stage, target: str) -> Ask:
    return Ask(row=(Student, stage.world.ids["anna"]), send={"json": {"text": "会氩弧焊。"}})


def explained_to_student(stage: Stage, target: str) -> Ask:
    return Ask({"id": stage.world.ids[STUDENTS[target]], "demand_id": stage.demand("other live")})


def new_consent(stage: Stage, target: str) -> Ask:
    body = {"purpose": "contact", "organisation_id": stage.world.ids["south"]}
    return Ask({"id": stage.world.ids[STUDENTS[target]]}, send={"json": body})


def old_consent(stage: Stage, target: str) -> Ask:
    return Ask({"id": stage.world.ids[STUDENTS[target]], "consent_id": stage.consent(target)})


def on_pair(stage: Stage, target: str, **more: Any) -> Ask:
    """Give a request that names a demand and a student's code."""
    identifier = stage.demand(target)
    return Ask(send={"json": {"demand_id": identifier, "code": stage.code(identifier, target), **more}})


def on_row(kind: type[Row], make: Callable[[Stage, str], str], **send: Any) -> Callable[[Stage, str], Ask]:
    """Give a request about a fresh row of the target."""

    def ask(stage: Stage, target: str) -> Ask:
        identifier = make(stage, target)
        return Ask({"id": identifier}, (kind, identifier), dict(send))

    return ask


def of_demand(stage: Stage, target: str) -> Ask:
    return Ask(send={"params": {"demand_id": stage.demand(target)}})


WISH = {"record": demand("焊工", "氩弧焊")}
MATCH = {"demand": {"id": "D", "title": "焊工"}, "profiles": [{"id": "S", "major": "智能焊接技术"}]}
REQUESTS: dict[tuple[str, str], Callable[[Stage, str], Ask]] = {
    ("GET", "/v1/health"): nothing,
    ("GET", "/v1/ready"): nothing,
    ("GET", "/v1/metrics"): nothing,
    ("GET", "/v1/vocabulary"): lambda stage, target: Ask(send={"params": {"q": "焊"}}),
    ("GET", "/v1/algorithm"): nothing,
    ("POST", "/v1/match"): sends(**MATCH),
    ("POST", "/v1/auth/login"): lambda stage, target: Ask(
        send={"json": {"login": f"{stage.account('system', 'auditor')}@test", "password": PASSWORD}}
    ),
    ("POST", "/v1/auth/logout"): lambda stage, target: Ask(account="fresh"),
    ("GET", "/v1/auth/me"): nothing,
    ("POST", "/v1/auth/password"): lambda stage, target: Ask(
        account="fresh", send={"json": {"old": PASSWORD, "password": PASSWORD + "。"}}
    ),
    ("GET", "/v1/auth/tokens"): nothing,
    ("POST", "/v1/auth/tokens"): sends(label="同步"),
    ("DELETE", "/v1/auth/tokens/{}"): token,
    ("GET", "/v1/organisations"): nothing,
    ("POST", "/v1/organisations"): new_organisation,
    ("GET", "/v1/organisations/{}"): organisation,
    ("PATCH", "/v1/organisations/{}"): lambda stage, target: organisation(
        stage, target, {"json": {"consortium_role": "member"}}
    ),
    ("POST", "/v1/organisations/{}/verify"): organisation,
    ("GET", "/v1/users"): nothing,
    ("POST", "/v1/users"): new_user,
    ("GET", "/v1/users/{}"): user,
    ("PATCH", "/v1/users/{}"): lambda stage, target: user(stage, target, {"json": {"name": "改名"}}),
    ("GET", "/v1/demands"): nothing,
    ("POST", "/v1/demands"): sends(**WISH),
    ("GET", "/v1/demands/{}"): on_demand(),
    ("PUT", "/v1/demands/{}"): on_demand(json=WISH),
    ("DELETE", "/v1/demands/{}"): on_demand(),
    ("GET", "/v1/demands/{}/history"): on_demand(),
    **{
        ("POST", f"/v1/demands/{{}}/{step}"): on_demand()
        for step in ("submit", "approve", "publish", "pause", "resume", "fill")
    },
    ("POST", "/v1/demands/{}/reject"): on_demand(json={"reason": "请补充薪资。"}),
    ("POST", "/v1/demands/{}/close"): on_demand(json={"reason": "已招满。"}),
    ("POST", "/v1/demands/{}/renew"): renewal,
    ("POST", "/v1/demands/parse"): sends(text="招聘氩弧焊工3名，要求会看图纸。"),
    ("POST", "/v1/demands/estimate"): sends(**WISH),
    ("GET", "/v1/demands/{}/matches"): on_demand(),
    ("GET", "/v1/demands/{}/matches/{}"): explained,
    ("GET", "/v1/demands/{}/matches.xlsx"): on_demand(),
    ("GET", "/v1/students"): nothing,
    ("POST", "/v1/students"): lambda stage, target: Ask(send={"json": student_values()}),
    ("GET", "/v1/students/{}"): on_student(),
    ("PUT", "/v1/students/{}"): edited_student,
    ("DELETE", "/v1/students/{}"): on_student(fresh=True),
    ("GET", "/v1/students/me"): nothing,
    ("PATCH", "/v1/students/me"): own_record,
    ("GET", "/v1/students/{}/matches"): on_student(),
    ("GET", "/v1/students/{}/matches/{}"): explained_to_student,
    ("GET", "/v1/students/{}/consents"): on_student(),
    ("POST", "/v1/students/{}/consents"): new_consent,
    ("DELETE", "/v1/students/{}/consents/{}"): old_consent,
    ("POST", "/v1/imports"): lambda stage, target: Ask(send=stage.table(target)),
    ("GET", "/v1/imports"): nothing,
    ("GET", "/v1/imports/{}"): lambda stage, target: Ask({"id": stage.uploaded(target)}),
    ("GET", "/v1/imports/{}/errors"): lambda stage, target: Ask({"id": stage.uploaded(target)}),
    ("POST", "/v1/imports/{}/apply"): lambda stage, target: Ask({"id": stage.uploaded(target)}),
    ("DELETE", "/v1/imports/{}"): lambda stage, target: Ask({"id": stage.uploaded(target)}),
    ("GET", "/v1/exports/students"): nothing,
    ("GET", "/v1/exports/demands"): nothing,
    ("GET", "/v1/shortlists"): of_demand,
    ("POST", "/v1/shortlists"): on_pair,
    ("GET", "/v1/shortlists/{}"): on_row(Shortlisted, Stage.shortlisted),
    ("PATCH", "/v1/shortlists/{}"): on_row(Shortlisted, Stage.shortlisted, json={"stage": "interview"}),
    ("DELETE", "/v1/shortlists/{}"): on_row(Shortlisted, Stage.shortlisted),
    ("GET", "/v1/contact-requests"): nothing,
    ("POST", "/v1/contact-requests"): lambda stage, target: on_pair(stage, target, message="想约您面试。"),
    ("GET", "/v1/contact-requests/{}"): on_row(ContactRequest, Stage.contact),
    ("POST", "/v1/contact-requests/{}/grant"): on_row(ContactRequest, Stage.contact, json={}),
    ("POST", "/v1/contact-requests/{}/refuse"): on_row(ContactRequest, Stage.contact),
    ("POST", "/v1/contact-requests/{}/withdraw"): on_row(ContactRequest, Stage.contact),
    ("GET", "/v1/audit"): nothing,
    ("GET", "/v1/audit/verify"): nothing,
    ("GET", "/v1/statistics"): nothing,
    ("GET", "/v1/exposure"): nothing,
    ("GET", "/v1/settings"): nothing,
    ("PUT", "/v1/settings/show_profiles"): sends(on=True, basis="测试"),
}
