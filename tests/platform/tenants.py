"""Random tenants whose every private field carries a mark, and a hand-written account of who may read which mark.

A mark is `zq<owner>o<field>z`, such as `zqs3ophonez`: the telephone of student 3. What an answer holds is read from its
marks; `readable` says, without any code of the platform, which marks an account may meet.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

from hypothesis import strategies as st

from api.identity import issue
from api.store import Work
from api.store.tables import (
    Consent,
    ContactRequest,
    DemandRow,
    Identity,
    Organisation,
    Protected,
    Setting,
    Shortlisted,
    Student,
    User,
    now,
)
from tests.platform.conftest import HASH, World

MARK = re.compile(r"zq([a-z]\d+)o([a-z]+)z")
NUMBER = count(1)
STATUSES = ("draft", "submitted", "approved", "live", "live", "paused", "filled", "closed", "expired")
ANSWERS = ("asked", "granted", "granted", "refused", "withdrawn")
SEEN_BY_ENTERPRISES = frozenset({"skill"})
CONTACT = frozenset({"name", "phone", "email"})
PUBLIC_OF_DEMAND = frozenset({"title"})


def mark(owner: str, name: str) -> str:
    return f"zq{owner}o{name}z"


@dataclass
class Wish:
    """A demand: owner mark, id, whose, its state, and whether the recruiter of the enterprise works on it."""

    owner: str
    id: str
    enterprise: str
    status: str
    recruited: bool


@dataclass
class Person:
    """A student: owner mark, id, college, class of the teacher or not, and what is open to enterprises."""

    owner: str
    id: str
    college: str
    taught: bool
    visible: bool
    agreed: bool


@dataclass
class Question:
    """A contact request, and whether the student's consent stands."""

    owner: str
    id: str
    wish: Wish
    person: Person
    status: str
    open: bool


@dataclass
class Tenants:
    """All that was made in a world, over all examples."""

    shows_all: bool = True
    wishes: list[Wish] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    entries: list[tuple[str, Wish]] = field(default_factory=list)
    consents: set[tuple[str, str]] = field(default_factory=set)
    organisations: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Short name -> role and organisation (for students: owner mark)."""
    users: dict[str, str] = field(default_factory=dict)


DRAWN = st.fixed_dictionaries(
    {
        "shows_all": st.booleans(),
        "wishes": st.lists(
            st.tuples(st.integers(0, 1), st.sampled_from(STATUSES), st.booleans()), min_size=3, max_size=5
        ),
        "people": st.lists(
            st.tuples(st.integers(0, 1), *[st.booleans()] * 4, st.sampled_from(("allow", "refuse"))),
            min_size=3,
            max_size=5,
        ),
        "questions": st.lists(
            st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from(ANSWERS), st.booleans()), max_size=4
        ),
        "entries": st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=3),
    }
)

EVERYTHING: dict[str, Any] = {
    "shows_all": False,
    "wishes": [(0, "live", True), (0, "draft", False), (1, "live", False), (1, "closed", False)],
    "people": [
        (0, True, True, True, True, "allow"),
        (0, False, True, False, True, "allow"),
        (1, False, True, True, False, "refuse"),
    ],
    "questions": [(0, 0, "granted", False), (0, 2, "granted", True), (2, 0, "asked", False)],
    "entries": [(0, 0), (2, 2)],
}
"""A case that has something of everything, for the short form."""


def settle(world: World, tenants: Tenants, drawn: dict[str, Any]) -> list[str]:
    """Add two enterprises and two colleges with all that was drawn; give the short names of their new accounts."""
    before = set(tenants.accounts)
    with world.store.writing("system") as work:
        work.session.merge(Setting(name="show_profiles", value={"on": drawn["shows_all"], "basis": "测试"}))
        tenants.shows_all = drawn["shows_all"]
        enterprises = [_organisation(work, tenants, "enterprise") for _ in range(2)]
        colleges = [_organisation(work, tenants, "college") for _ in range(2)]
        work.session.flush()
        wishes = [_wish(work, tenants, enterprises[at], *rest) for at, *rest in drawn["wishes"]]
        people = [_person(work, tenants, colleges[at], *rest) for at, *rest in drawn["people"]]
        pairs: set[tuple[str, str]] = set()
        for at, to, status, withdrawn in drawn["questions"]:
            wish, person = wishes[at % len(wishes)], people[to % len(people)]
            if (wish.id, person.id) not in pairs:
                pairs.add((wish.id, person.id))
                _question(work, tenants, wish, person, status, withdrawn)
        _agree_on_contacts(tenants)
        pairs.clear()
        for at, to in drawn["entries"]:
            wish, person = wishes[at % len(wishes)], people[to % len(people)]
            if (wish.id, person.id) not in pairs:
                pairs.add((wish.id, person.id))
                _entry(work, tenants, wish, person)
        for role, homes in (
            ("enterprise", enterprises),
            ("recruiter", enterprises[:1]),
            ("college_admin", colleges),
            ("college_teacher", colleges[:1]),
        ):
            for home in homes:
                _account(world, work, tenants, role, home, wishes)
        for person in people[:2]:
            _account(world, work, tenants, "student", person.college, wishes, person)
        work.note("seed", "platform", "tenants")
    return sorted(set(tenants.accounts) - before)


def _organisation(work: Work, tenants: Tenants, kind: str) -> str:
    row = Organisation(kind=kind, name=f"单位{next(NUMBER)}", verified_until=date.today() + timedelta(days=90))
    work.add(row)
    tenants.organisations[row.id] = kind
    return row.id


def _wish(work: Work, tenants: Tenants, enterprise: str, status: str, recruited: bool) -> Wish:
    owner = f"d{next(NUMBER)}"
    skill = {"kind": "skill", "label": "氩弧焊", "importance": "should"}
    row = DemandRow(
        organisation_id=enterprise,
        status=status,
        record={"title": f"焊工 {mark(owner, 'title')}", "text": "焊接管件。", "requirements": [skill]},
        number=mark(owner, "number"),
        valid_until=date.today() + timedelta(days=60),
        closing_reason=mark(owner, "reason") if status == "closed" else None,
    )
    work.add(row)
    work.session.flush()
    tenants.wishes.append(wish := Wish(owner, row.id, enterprise, status, recruited))
    return wish


def _person(
    work: Work, tenants: Tenants, college: str, taught: bool, visible: bool, agreed: bool, skilled: bool, ranking: str
) -> Person:
    owner = f"s{next(NUMBER)}"
    held = [{"label": mark(owner, "skill"), "level": 1}, *([{"label": "氩弧焊", "level": 2}] if skilled else [])]
    record = {
        "major": "智能焊接技术",
        "education": "高职专科",
        "college": mark(owner, "college"),
        "graduates_on": "2027-06-30",
        "skills": held,
        "planned_certificates": [{"label": mark(owner, "planned")}],
        "preferences": {"places": [mark(owner, "wish")]},
        "text": f"会氩弧焊。{mark(owner, 'text')}",
        "automated_decision": ranking,
    }
    row = Student(college_id=college, record=record, visible=visible)
    work.add(row)
    work.session.flush()
    work.session.add(
        Identity(
            student_id=row.id,
            college_id=college,
            number=mark(owner, "number"),
            name=mark(owner, "name"),
            class_name=f"教师班{college}" if taught else mark(owner, "class"),
            phone=mark(owner, "phone"),
            email=mark(owner, "email"),
        )
    )
    work.session.add(Protected(student_id=row.id, ethnicity=mark(owner, "ethnicity")))
    if agreed:
        work.add(Consent(student_id=row.id, purpose="profile", guardian=mark(owner, "guardian")))
    tenants.people.append(person := Person(owner, row.id, college, taught, visible, agreed))
    return person


def _question(work: Work, tenants: Tenants, wish: Wish, person: Person, status: str, withdrawn: bool) -> None:
    owner = f"r{next(NUMBER)}"
    row = ContactRequest(
        demand_id=wish.id,
        student_id=person.id,
        organisation_id=wish.enterprise,
        message=mark(owner, "message"),
        status=status,
    )
    work.add(row)
    if status == "granted":
        consent = Consent(student_id=person.id, purpose="contact", organisation_id=wish.enterprise)
        consent.withdrawn_at = now() if withdrawn else None
        work.add(consent)
        if not withdrawn:
            tenants.consents.add((person.id, wish.enterprise))
    tenants.questions.append(Question(owner, row.id, wish, person, status, False))


def _agree_on_contacts(tenants: Tenants) -> None:
    """A granted request is open while any consent of the student for that enterprise stands."""
    for question in tenants.questions:
        stands = (question.person.id, question.wish.enterprise) in tenants.consents
        question.open = question.status == "granted" and stands


def _entry(work: Work, tenants: Tenants, wish: Wish, person: Person) -> None:
    note = {"at": now().isoformat(), "by": "usr_x", "text": mark(wish.owner, "note")}
    row = Shortlisted(demand_id=wish.id, student_id=person.id, organisation_id=wish.enterprise, notes=[note])
    work.add(row)
    tenants.entries.append((row.id, wish))


def _account(
    world: World, work: Work, tenants: Tenants, role: str, home: str, wishes: list[Wish], person: Person | None = None
) -> None:
    owner = f"u{next(NUMBER)}"
    row = User(
        login=mark(owner, "login"),
        name=mark(owner, "name"),
        role=role,
        password_hash=HASH,
        organisation_id=home,
        student_id=None if person is None else person.id,
        classes=[f"教师班{home}"] if role == "college_teacher" else [],
        demands=[wish.id for wish in wishes if wish.recruited] if role == "recruiter" else [],
    )
    work.add(row)
    work.session.flush()
    tenants.accounts[owner] = role, home if person is None else person.owner
    tenants.users[owner] = row.id
    world.ids[f"user {owner}"] = row.id
    world.tokens[owner] = issue(work, row, "token", timedelta(days=1), "test")[0]


# -- who may read what


def marks_in(content: bytes) -> set[tuple[str, str]]:
    """Read all marks of an answer, inside a workbook too."""
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"\n".join(archive.read(name) for name in archive.namelist())
    return {(owner, name) for owner, name in MARK.findall(content.decode("utf-8", "replace"))}


def readable(tenants: Tenants, account: str, owner: str, name: str) -> bool:
    """Say whether an account may read a mark: written by hand from the description of the platform."""
    role, home = tenants.accounts[account]
    if owner[0] == "u":
        manages = role in ("enterprise", "college_admin") and _home_of(tenants, owner) == home
        return owner == account or role == "system_admin" or manages
    if owner[0] == "d":
        wish = next(one for one in tenants.wishes if one.owner == owner)
        return _reads_wish(tenants, account, wish, name)
    if owner[0] == "r":
        question = next(one for one in tenants.questions if one.owner == owner)
        return question.person.owner == home or _works_on(tenants, account, question.wish)
    person = next(one for one in tenants.people if one.owner == owner)
    return _reads_person(tenants, account, person, name)


def _home_of(tenants: Tenants, user: str) -> str:
    role, home = tenants.accounts[user]
    return next(one.college for one in tenants.people if one.owner == home) if role == "student" else home


def _works_on(tenants: Tenants, account: str, wish: Wish) -> bool:
    role, home = tenants.accounts[account]
    return wish.enterprise == home and (role == "enterprise" or (role == "recruiter" and wish.recruited))


def _reads_wish(tenants: Tenants, account: str, wish: Wish, name: str) -> bool:
    role, home = tenants.accounts[account]
    if _works_on(tenants, account, wish):
        return True
    if role == "secretariat":
        return wish.status != "draft" and name in ("title", "number", "reason")
    if role in ("enterprise", "recruiter", "auditor"):
        return False
    asked = any(one.wish is wish and one.person.owner == home for one in tenants.questions)
    return name in PUBLIC_OF_DEMAND and (wish.status == "live" or asked)


def _reads_person(tenants: Tenants, account: str, person: Person, name: str) -> bool:
    role, home = tenants.accounts[account]
    if role == "student":
        return person.owner == home
    if role == "college_admin":
        return person.college == home
    if role == "college_teacher":
        return person.college == home and person.taught and name != "ethnicity"
    if role not in ("enterprise", "recruiter"):
        return False
    told = any(one.open and one.person is person and _works_on(tenants, account, one.wish) for one in tenants.questions)
    is_shown = person.visible and (tenants.shows_all or person.agreed)
    return (name in SEEN_BY_ENTERPRISES and is_shown) or (name in CONTACT and told)
