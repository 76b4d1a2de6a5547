"""A small platform: two enterprises, two colleges, the office, an account of every role, and a client for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.identity import hash_password, issue
from api.settings import Settings
from api.store import Store
from api.store.tables import Consent, DemandRow, Identity, Organisation, Setting, Student, User
from matching import Vocabulary
from tests.platform.postgres import Database

PASSWORD = "一句很好记的超长密码"
HASH = hash_password(PASSWORD)
TODAY = date(2026, 11, 24)


@dataclass
class World:
    """The ids and tokens of a small platform, by short names."""

    settings: Settings
    store: Store
    ids: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    client: TestClient | None = None

    def as_(self, name: str | None) -> dict[str, str]:
        """Give the headers of an account; None = anonymous."""
        return {} if name is None else {"Authorization": f"Bearer {self.tokens[name]}"}


@pytest.fixture(scope="session")
def words() -> Vocabulary:
    return Vocabulary.load()


def demand(title: str, *skills: str) -> dict[str, object]:
    asked = [{"kind": "skill", "label": label, "importance": "should"} for label in skills]
    return {"title": title, "requirements": asked, "headcount": 3, "places": ["济南市长清区"]}


def profile(major: str, *skills: str) -> dict[str, object]:
    held = [{"label": label, "level": 2} for label in skills]
    return {"major": major, "education": "高职专科", "skills": held, "graduates_on": "2027-06-30"}


def populate(world: World) -> None:
    """Write the small world in one transaction."""
    with world.store.writing("system") as work:
        kinds = {"office": "office", "north": "enterprise", "south": "enterprise", "east": "college", "west": "college"}
        for name, kind in kinds.items():
            organisation = Organisation(
                kind=kind, name=f"{name} 单位", verified_on=TODAY, verified_until=TODAY + timedelta(days=180)
            )
            work.add(organisation)
            world.ids[name] = organisation.id
        work.session.flush()
        for name, title, owner, status in (
            ("welder", "焊工", "north", "live"),
            ("fitter", "钳工", "north", "draft"),
            ("miller", "数控铣工", "south", "live"),
            ("turner", "车工", "south", "submitted"),
        ):
            skills = {"welder": ("氩弧焊", "二保焊"), "miller": ("数控铣", "FANUC")}.get(name, ("识图",))
            row = DemandRow(organisation_id=world.ids[owner], status=status, record=demand(title, *skills))
            work.add(row)
            world.ids[name] = row.id
        for name, college, group, record in (
            ("anna", "east", "24智能焊接1班", profile("智能焊接技术", "氩弧焊", "二保焊")),
            ("bao", "east", "24数控2班", profile("数控技术", "数控铣", "FANUC")),
            ("chen", "west", "24焊接3班", profile("智能焊接技术", "手工电弧焊")),
        ):
            student = Student(college_id=world.ids[college], record=record)
            work.add(student)
            work.session.flush()
            world.ids[name] = student.id
            work.session.add(
                Identity(
                    student_id=student.id,
                    college_id=world.ids[college],
                    number=f"2024{name}",
                    name=f"名字{name}",
                    class_name=group,
                    phone=f"1380000{name}",
                )
            )
        work.session.add(Setting(name="show_profiles", value={"on": True, "basis": "测试"}))
        _accounts(world, work)
        work.note("seed", "platform", "test")


def _accounts(world: World, work: object) -> None:
    from api.store import Work

    assert isinstance(work, Work)
    for name, role, owner in (
        ("admin", "system_admin", None),
        ("office", "secretariat", "office"),
        ("hr", "enterprise", "north"),
        ("hr2", "enterprise", "south"),
        ("recruiter", "recruiter", "north"),
        ("college", "college_admin", "east"),
        ("college2", "college_admin", "west"),
        ("teacher", "college_teacher", "east"),
        ("anna", "student", "east"),
        ("bao", "student", "east"),
        ("chen", "student", "west"),
        ("auditor", "auditor", None),
    ):
        user = User(
            login=f"{name}@test",
            name=name,
            role=role,
            password_hash=HASH,
            organisation_id=None if owner is None else world.ids[owner],
            student_id=world.ids[name] if role == "student" else None,
            classes=["24智能焊接1班"] if role == "college_teacher" else [],
            demands=[world.ids["welder"]] if role == "recruiter" else [],
        )
        work.add(user)
        work.session.flush()
        world.ids[f"user {name}"] = user.id
        world.tokens[name] = issue(work, user, "token", timedelta(days=1), "test")[0]


@pytest.fixture
def make_world(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Build a world in a fresh database: SQLite, or the PostgreSQL of a `Database`."""
    made: list[World] = []

    def make(database: Database | None = None) -> World:
        given = database or Database(f"sqlite:///{tmp_path / 'duikou.sqlite3'}")
        settings = Settings(tmp_path, given.url, b"0123456789abcdef0123456789abcdef")
        store = given.open()
        world = World(settings, store)
        populate(world)
        made.append(world)
        return world

    yield make
    for world in made:
        world.store.close()


@pytest.fixture
def world(make_world: Callable[..., World], words: Vocabulary) -> Iterator[World]:
    """Serve a small platform on SQLite; `world.client` speaks to it."""
    made = make_world()
    with TestClient(create_app(words, made.settings), raise_server_exceptions=False) as client:
        made.client = client
        yield made


def agree(world: World, student: str, purpose: str, organisation: str | None = None) -> str:
    """Record a student's consent and give its id."""
    with world.store.writing(world.ids[f"user {student}"]) as work:
        consent = Consent(
            student_id=world.ids[student],
            purpose=purpose,
            organisation_id=None if organisation is None else world.ids[organisation],
        )
        work.session.add(consent)
        work.session.flush()
        work.touch(consent)
        row = work.session.get_one(Student, world.ids[student])
        work.touch(row)
        work.note("consent", "student", row.id, row.college_id)
    return consent.id
