"""What a store must keep to, on SQLite and on PostgreSQL alike: whole writes, their order, the audit chain, waiting."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from api.errors import Changed, Conflict
from api.store import Store, verify_chain
from api.store.tables import Audit, Organisation, Removed
from tests.platform.postgres import Database

THREADS, WRITES = 4, 12


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    made = database.open()
    yield made
    made.close()


def create(store: Store, name: str) -> Organisation:
    with store.writing("system") as work:
        row = Organisation(kind="college", name=name)
        work.add(row)
        work.session.flush()
        work.note("create", "organisation", row.id, row.id, {"名": name, "share": 0.1})
    return row


def test_a_write_is_seen_whole_with_its_number_and_audit_row(store: Store) -> None:
    row = create(store, "一院")
    assert store.number() == 1
    with store.reading() as session:
        found = session.get_one(Organisation, row.id)
        assert (found.name, found.change, found.version) == ("一院", 1, 1)
        assert found.created_at == row.created_at and found.created_at.utcoffset() is not None
        logged = session.get_one(Audit, 1)
        assert (logged.actor, logged.subject, logged.details) == ("system", row.id, {"名": "一院", "share": 0.1})
        assert verify_chain(session) is None


def test_what_is_removed_leaves_a_mark_with_the_number(store: Store) -> None:
    row = create(store, "一院")
    with store.writing("system") as work:
        work.remove("organisation", work.session.get_one(Organisation, row.id), row.id)
        work.note("remove", "organisation", row.id)
    with store.reading() as session:
        assert session.get(Organisation, row.id) is None
        assert session.get_one(Removed, ("organisation", row.id)).change == 2


def test_a_write_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.writing("system") as work:
        work.add(Organisation(kind="college", name="二院"))
        work.session.flush()
        work.note("create", "organisation", "-")
        raise ZeroDivisionError
    with store.reading() as session:
        assert session.scalars(select(Organisation)).all() == []
    assert store.number() == 0


def test_rows_touched_without_a_note_are_refused(store: Store) -> None:
    with pytest.raises(RuntimeError, match="note"), store.writing("system") as work:
        work.add(Organisation(kind="college", name="三院"))


def test_a_reader_sees_one_state_while_others_write(store: Store) -> None:
    create(store, "一院")
    with store.reading() as session:
        assert len(session.scalars(select(Organisation.id)).all()) == 1
        create(store, "二院")
        assert len(session.scalars(select(Organisation.id)).all()) == 1
    assert store.number() == 2


def test_numbers_follow_commits_also_from_many_threads(store: Store) -> None:
    """Whoever sees number n sees all rows up to n: readers look while writers write."""
    stop, torn, failed = threading.Event(), [], []

    def write(thread: int) -> None:
        try:
            for number in range(WRITES):
                create(store, f"{thread}-{number}")
        except Exception as error:
            failed.append(error)

    def read() -> None:
        while not stop.is_set():
            number = store.number()
            with store.reading() as session:
                seen = len(session.scalars(select(Organisation.id).where(Organisation.change <= number)).all())
            if seen != number:
                torn.append((number, seen))

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(number,)) for number in range(THREADS)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    reader.join()
    assert failed == [] and torn == []
    assert store.number() == THREADS * WRITES
    with store.reading() as session:
        assert verify_chain(session) is None
        changes = sorted(session.scalars(select(Organisation.change)))
    assert changes == list(range(1, THREADS * WRITES + 1))


@pytest.mark.parametrize("damage", [{"actor": "usr_other"}, {"details": {"名": "别的"}}, {"hash": "f" * 64}])
def test_a_changed_audit_row_is_found(store: Store, database: Database, damage: dict[str, object]) -> None:
    for name in ("一院", "二院", "三院"):
        create(store, name)
    change_log(database, update(Audit).where(Audit.number == 2).values(**damage))
    with store.reading() as session:
        assert verify_chain(session) == 2


def change_log(database: Database, statement: object) -> None:
    """Change the audit log behind the platform's back: on PostgreSQL only a superuser can."""
    from sqlalchemy import create_engine

    url = database.url if database.server is None else superuser(database)
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(statement)  # type: ignore[call-overload]
    engine.dispose()


def superuser(database: Database) -> str:
    return database.url.replace("duikou_app", "postgres", 1)


def test_a_removed_last_row_is_found(store: Store, database: Database) -> None:
    for name in ("一院", "二院"):
        create(store, name)
    change_log(database, Audit.__table__.delete().where(Audit.number == 2))  # type: ignore[attr-defined]
    with store.reading() as session:
        assert verify_chain(session) == 2


def test_what_must_be_unique_is_a_conflict(store: Store) -> None:
    create(store, "一院")
    with pytest.raises(Conflict):
        create(store, "一院")


def test_an_edit_of_a_version_that_is_gone_is_refused(store: Store) -> None:
    """Two writes start from the same version; on SQLite the second can't start before the first ends."""
    row = create(store, "一院")
    if store.sqlite:
        with store.reading() as session:
            stale = session.get_one(Organisation, row.id)
        rename(store, row.id, "新名")
        with pytest.raises(Changed), store.writing("system") as work:
            work.session.add(stale)
            stale.name = "旧名"
            work.touch(stale)
            work.note("edit", "organisation", row.id)
    else:
        with pytest.raises(Changed), store.writing("system") as work:
            stale = work.session.get_one(Organisation, row.id)
            rename(store, row.id, "新名")
            stale.name = "旧名"
            work.touch(stale)
            work.note("edit", "organisation", row.id)
    with store.reading() as session:
        assert session.get_one(Organisation, row.id).name == "新名"


def rename(store: Store, identifier: str, name: str) -> None:
    with store.writing("system") as work:
        row = work.session.get_one(Organisation, identifier)
        row.name = name
        work.touch(row)
        work.note("edit", "organisation", identifier)
    with store.reading() as session:
        found = session.get_one(Organisation, identifier)
        assert (found.version, found.change) == (2, 2)
