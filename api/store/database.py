"""The connection to the database, its rules for SQLite and PostgreSQL, and the two kinds of transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import create_engine, event, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from api.errors import DatabaseAway, DatabaseBusy
from api.store.tables import Head
from api.store.writing import Work

WAIT_SECONDS = 5
POOL = 20


class Store:
    """The platform's records.

    Parameters
    ----------
    url : `sqlite:///PATH` or `postgresql://USER@HOST/NAME`

    Raises DatabaseBusy where another write took longer than WAIT_SECONDS, DatabaseAway where the database can't be
    reached; both pass, and no restart is needed.
    """

    def __init__(self, url: str) -> None:
        address = make_url(url)
        self.sqlite = address.get_backend_name() == "sqlite"
        if self.sqlite:
            self.engine = create_engine(address, connect_args={"timeout": WAIT_SECONDS}, pool_size=POOL)
            event.listen(self.engine, "connect", _prepare)
            event.listen(self.engine, "begin", _begin)
        else:
            address = address.set(drivername="postgresql+psycopg")
            settings = {"connect_timeout": WAIT_SECONDS, "options": f"-c lock_timeout={WAIT_SECONDS * 1000}"}
            self.engine = create_engine(address, connect_args=settings, pool_pre_ping=True, pool_size=POOL)

    def upgrade(self) -> None:
        """Bring the database's tables to this version of the platform, from empty or from any earlier one."""
        from api.store.migrations import upgrade

        with _named_errors():
            upgrade(self.engine)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that sees one state of the database."""
        with _named_errors(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self, actor: str) -> Iterator[Work]:
        """Give a write of one transaction: all of it or nothing, with its audit rows and change number.

        actor : id of the user who acts, or `system`.
        """
        with _named_errors(), Session(self.engine, expire_on_commit=False) as session:
            session.connection(execution_options={"writes": True})
            work = Work(session, actor)
            yield work
            work.finish()
            session.commit()

    def number(self) -> int:
        """Give the latest committed change number."""
        with self.reading() as session:
            return session.execute(select(Head.number)).scalar_one()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _prepare(connection: Any, entry: ConnectionPoolEntry) -> None:
    """Set SQLite's rules on a new connection; transactions are begun by `_begin`."""
    connection.isolation_level = None
    for rule in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={WAIT_SECONDS * 1000}",
    ):
        connection.execute(f"PRAGMA {rule}")


def _begin(connection: Any) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _named_errors() -> Iterator[None]:
    """Turn the database's passing errors into ours."""
    try:
        yield
    except OperationalError as error:
        text = str(error.orig).casefold()
        if "locked" in text or "lock timeout" in text or "busy" in text:
            raise DatabaseBusy from error
        raise DatabaseAway from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise DatabaseAway from error
        raise
