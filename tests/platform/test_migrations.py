"""Migrations: from empty and from every earlier revision to the tables of this version, on both databases."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from api.errors import Conflict
from api.store import Store, migrations
from api.store.database import engine_of
from api.store.tables import Organisation, Row
from tests.platform.postgres import Database, Postgres

REVISIONS = [revision.revision for revision in ScriptDirectory.from_config(migrations.configuration()).walk_revisions()]


def differences(store: Store) -> list[object]:
    with store.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), Row.metadata))


def works(store: Store) -> None:
    with store.writing("system") as work:
        work.add(Organisation(kind="college", name="一院"))
        work.note("create", "organisation", "-")
    assert store.number() == 1


def test_from_empty_to_the_tables_of_the_code(database: Database) -> None:
    store = database.open()
    assert differences(store) == []
    works(store)
    store.upgrade(database.owner)
    store.upgrade()
    assert store.number() == 1
    store.close()


@pytest.mark.parametrize("revision", REVISIONS)
def test_from_every_revision(database: Database, revision: str) -> None:
    engine = engine_of(database.owner or database.url)
    migrations.upgrade(engine, revision)
    assert "students" in inspect(engine).get_table_names()
    engine.dispose()
    store = database.open()
    assert differences(store) == []
    works(store)
    store.close()


def test_one_head_and_an_unbroken_line() -> None:
    script = ScriptDirectory.from_config(migrations.configuration())
    assert script.get_heads() == [REVISIONS[0]]
    assert len(script.get_bases()) == 1


def test_several_processes_that_upgrade_at_once(database: Database) -> None:
    failed: list[Exception] = []

    def upgrade() -> None:
        try:
            database.open().close()
        except Exception as error:
            failed.append(error)

    threads = [Thread(target=upgrade) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    store = database.open()
    works(store)
    store.close()


def test_a_postgresql_that_nobody_upgraded_is_named(postgres: Postgres) -> None:
    url, _ = postgres.database()
    store = Store(url)
    with pytest.raises(Conflict, match="duikou upgrade"):
        store.upgrade()
    store.close()


def test_an_upgrade_that_fails_leaves_the_former_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    monkeypatch.setattr(migrations.command, "upgrade", _half)
    with pytest.raises(ZeroDivisionError):
        store.upgrade()
    assert inspect(store.engine).get_table_names() == []
    store.close()


def _half(config: object, revision: str) -> None:
    connection = config.attributes["connection"]  # type: ignore[attr-defined]
    connection.exec_driver_sql("CREATE TABLE half (id INTEGER)")
    raise ZeroDivisionError
