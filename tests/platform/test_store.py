"""What differs between the databases: the second wall of PostgreSQL, waiting for locks, a database that goes away."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from api.access import Principal, Role
from api.app import create_app
from api.errors import Conflict, DatabaseAway, DatabaseBusy
from api.store import Store, database
from api.store.tables import (
    Consent,
    ContactRequest,
    Credential,
    DemandRow,
    Identity,
    Import,
    Organisation,
    Protected,
    Row,
    Setting,
    Shortlisted,
    Student,
    User,
)
from matching import Vocabulary
from matching.errors import RecordError
from tests.platform.conftest import World, agree
from tests.platform.postgres import Database, Postgres

ROLES = {
    "hr": (Role.ENTERPRISE, "north"),
    "recruiter": (Role.RECRUITER, "north"),
    "college": (Role.COLLEGE_ADMIN, "east"),
    "teacher": (Role.COLLEGE_TEACHER, "east"),
    "anna": (Role.STUDENT, "east"),
    "office": (Role.SECRETARIAT, "office"),
    "admin": (Role.SYSTEM_ADMIN, None),
    "auditor": (Role.AUDITOR, None),
}
MakeWorld = Callable[..., World]


def who(world: World, name: str) -> Principal:
    role, owner = ROLES[name]
    student = world.ids[name] if role is Role.STUDENT else None
    return Principal(world.ids[f"user {name}"], role, None if owner is None else world.ids[owner], student)


@pytest.fixture
def walled(make_world: MakeWorld, postgres: Postgres) -> World:
    """Make the small world on PostgreSQL, with rows of both sides in every table that has an owner."""
    url, owner = postgres.database()
    world = make_world(Database(url, owner, postgres))
    ids = world.ids
    with world.store.writing("system") as work:
        for college, student in (("east", "anna"), ("west", "chen")):
            work.session.add(Protected(student_id=ids[student], sex="女"))
            work.add(_import(ids[college]))
        for enterprise, demand in (("north", "welder"), ("south", "miller")):
            work.add(_import(ids[enterprise]))
            for student in ("anna", "chen"):
                pair = {"demand_id": ids[demand], "student_id": ids[student], "organisation_id": ids[enterprise]}
                work.add(Shortlisted(**pair))
                work.add(ContactRequest(**pair))
        work.note("fill", "platform", "test")
    agree(world, "anna", "contact", "south")
    agree(world, "chen", "contact", "north")
    return world


def _import(owner: str) -> Import:
    return Import(organisation_id=owner, kind="students", file_name="x", file_hash="0" * 64, by="-")


def seen(world: World, name: str, table: type[Row], column: str) -> set[str]:
    """Read a whole table as somebody, without `rows(who, ...)`: the first wall is gone."""
    with world.store.reading(who(world, name)) as session:
        return {getattr(row, column) or "" for row in session.scalars(select(table))}


def test_a_query_without_the_first_wall_gives_nothing_foreign(walled: World) -> None:
    ids = walled.ids
    everybody = {ids["anna"], ids["bao"], ids["chen"]}
    own = {"hr": everybody, "recruiter": everybody, "college": {ids["anna"], ids["bao"]}, "anna": {ids["anna"]}}
    own["teacher"] = own["college"]
    named = {**own, "hr": {ids["chen"]}, "recruiter": {ids["chen"]}}
    for name, (_, owner) in ROLES.items():
        organisation = {ids[owner]} if owner else set()
        hiring, college = name in ("hr", "recruiter"), name in ("college", "teacher")
        assert seen(walled, name, Student, "id") == own.get(name, set()), name
        assert seen(walled, name, Identity, "student_id") == named.get(name, set()), name
        assert seen(walled, name, Protected, "student_id") <= (set() if hiring else own.get(name, set())), name
        assert seen(walled, name, Consent, "organisation_id") <= (organisation if hiring else {ids["south"]}), name
        assert seen(walled, name, Shortlisted, "organisation_id") == (organisation if hiring else set()), name
        asked = organisation if hiring else {ids["north"], ids["south"]} if name == "anna" else set()
        assert seen(walled, name, ContactRequest, "organisation_id") == asked, name
        assert seen(walled, name, Import, "organisation_id") <= organisation, name
        if name not in ("admin", "hr", "college"):
            assert seen(walled, name, User, "id") == {ids[f"user {name}"]}, name
            assert seen(walled, name, Credential, "user_id") == {ids[f"user {name}"]}, name
        if hiring:
            assert seen(walled, name, DemandRow, "organisation_id") == organisation, name
        elif college:
            assert seen(walled, name, DemandRow, "status") == {"live"}, name
    for name in ("hr", "college"):
        assert seen(walled, name, User, "organisation_id") == {ids[ROLES[name][1] or ""]}
    assert seen(walled, "anna", ContactRequest, "student_id") == {ids["anna"]}


@pytest.mark.parametrize("name", ["hr", "recruiter", "college", "teacher", "anna"])
def test_a_write_without_the_first_wall_changes_nothing_foreign(walled: World, name: str) -> None:
    foreign = [
        walled.ids[one] for one in (("miller", "turner") if name in ("hr", "recruiter") else ("welder", "miller"))
    ]
    with walled.store.writing(who(walled, name)) as work:
        for statement in (
            f"UPDATE demands SET status = 'closed' WHERE id IN ('{foreign[0]}', '{foreign[1]}')",
            f"UPDATE students SET visible = false WHERE id = '{walled.ids['chen']}'",
            f"DELETE FROM identities WHERE student_id = '{walled.ids['chen']}'",
            f"DELETE FROM users WHERE organisation_id = '{walled.ids['west']}'",
            "DELETE FROM settings",
        ):
            assert work.session.connection().exec_driver_sql(statement).rowcount == 0, statement
    with pytest.raises(ProgrammingError, match="row-level security"), walled.store.writing(who(walled, name)) as work:
        work.add(Student(college_id=walled.ids["west"], record={}))
        work.session.flush()


def test_a_transaction_that_says_nothing_sees_nothing(walled: World) -> None:
    with walled.store.engine.connect() as connection:
        for table in ("users", "students", "identities", "demands", "audit"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


def test_every_table_has_its_policy_and_the_audit_log_only_grows(walled: World) -> None:
    with walled.store.reading() as session:
        open_tables = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        unbound = session.scalars(text(f"{open_tables} AND NOT relrowsecurity")).all()
    assert unbound == ["alembic_version"]
    for statement in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit", "DELETE FROM head", "DROP TABLE audit"):
        with pytest.raises(ProgrammingError), walled.store.writing("system") as work:
            work.session.execute(text(statement))


def test_the_scope_ends_with_its_transaction(walled: World) -> None:
    """A connection of the pool that served one caller shows the next nothing of it."""
    store = Store(walled.settings.database_url)
    for name, count in (("college", 2), ("anna", 1), ("auditor", 0), ("college", 2)):
        with store.reading(who(walled, name)) as session:
            assert len(session.scalars(select(Student.id)).all()) == count
    store.close()


@pytest.mark.parametrize("user", ["duikou_owner", "postgres"])
def test_the_platform_does_not_run_as_an_owner_or_superuser(postgres: Postgres, user: str) -> None:
    url, owner = postgres.database()
    Database(url, owner).open().close()
    store = Store(url.replace("duikou_app", user, 1))
    with pytest.raises(Conflict, match="DUIKOU_OWNER_URL"):
        store.upgrade()
    store.close()


@pytest.mark.parametrize("url", ["", "mysql://x/y", "duikou.sqlite3"])
def test_an_url_that_names_no_database_of_ours_is_refused(url: str) -> None:
    with pytest.raises(RecordError, match="DUIKOU_DATABASE_URL"):
        Store(url)


def note(store: Store, name: str) -> None:
    with store.writing("system") as work:
        work.session.add(Setting(name=name, value={}))
        work.note("set", "setting", name)


def test_a_write_waits_for_a_lock_and_then_says_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.2)
    store = Store(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    store.upgrade()
    other = sqlite3.connect(tmp_path / "a.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy):
        note(store, "a")
    assert store.number() == 0
    other.execute("ROLLBACK")
    note(store, "a")
    assert store.number() == 1
    store.close()
    other.close()


def test_on_postgresql_too(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "WAIT_SECONDS", 1)
    url, owner = postgres.database()
    store = Database(url, owner).open()
    with psycopg.connect(owner) as other:
        other.execute("SELECT * FROM head FOR UPDATE")
        with pytest.raises(DatabaseBusy):
            note(store, "a")
        other.rollback()
    note(store, "a")
    assert store.number() == 1
    store.close()


def test_a_lock_that_lasts_is_a_503_that_passes(
    make_world: MakeWorld, words: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.2)
    world = make_world()
    with TestClient(create_app(words, world.settings), raise_server_exceptions=False) as web:
        other = sqlite3.connect(world.settings.folder / "duikou.sqlite3", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        answer = web.post("/v1/auth/tokens", json={"label": "x"}, headers=world.as_("hr"))
        assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
        assert answer.json()["code"] == "busy"
        other.execute("ROLLBACK")
        other.close()
        assert web.post("/v1/auth/tokens", json={"label": "x"}, headers=world.as_("hr")).status_code == 201


def test_a_database_that_goes_away_may_come_back(make_world: MakeWorld, postgres: Postgres, words: Vocabulary) -> None:
    url, owner = postgres.database()
    world = make_world(Database(url, owner, postgres))
    with TestClient(create_app(words, world.settings), raise_server_exceptions=False) as web:
        assert web.get("/v1/auth/me", headers=world.as_("hr")).status_code == 200
        postgres.stop()
        try:
            answer = web.get("/v1/auth/me", headers=world.as_("hr"))
            assert (answer.status_code, answer.json()["code"]) == (503, "away")
            with pytest.raises(DatabaseAway):
                note(world.store, "a")
        finally:
            postgres.start()
        assert web.get("/v1/auth/me", headers=world.as_("hr")).status_code == 200
        assert web.post("/v1/auth/tokens", json={"label": "x"}, headers=world.as_("hr")).status_code == 201


def test_organisations_stay_visible_to_all(walled: World) -> None:
    for name in ROLES:
        assert len(seen(walled, name, Organisation, "id")) == 5
