"""The connection to the database, its rules for SQLite and PostgreSQL, and the two kinds of transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from sqlalchemy import create_engine, event, select, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from api.store.failures import named_errors
from api.store.tables import Head
from api.store.writing import SYSTEM, Work
from matching.errors import Problem, RecordError

WAIT_SECONDS = 5
POOL = 20
SET_SCOPE = text(
    "SELECT set_config('duikou.role', :role, true), set_config('duikou.organisation', :organisation, true), "
    "set_config('duikou.student', :student, true), set_config('duikou.user', :user, true)"
)


class Who(Protocol):
    """Whose rows a transaction may see and change; `api.access.Principal` is one."""

    @property
    def user_id(self) -> str:
        """The account."""

    @property
    def role(self) -> str:
        """Its role."""

    @property
    def organisation_id(self) -> str | None:
        """Its organisation."""

    @property
    def student_id(self) -> str | None:
        """The student that it belongs to."""


class Store:
    """The platform's records.

    Parameters
    ----------
    url : `sqlite:///PATH` or `postgresql://USER@HOST/NAME`, where USER is a role that owns no table

    Raises DatabaseBusy where another write took longer than WAIT_SECONDS, DatabaseAway where the database can't be
    reached; both pass, and no restart is needed.
    """

    def __init__(self, url: str) -> None:
        self.engine = engine_of(url)
        self.sqlite = self.engine.dialect.name == "sqlite"

    def upgrade(self, owner_url: str | None = None) -> None:
        """Bring the database's tables to this version of the platform, from empty or from any earlier one.

        owner_url : PostgreSQL only, the role that owns the tables and lets this store's role work with them; None =
        only make sure that the tables are of this version and that the rows' policies bind this role.
        """
        from api.store import migrations, policies

        with named_errors():
            if self.sqlite:
                migrations.upgrade(self.engine)
            elif owner_url is None:
                policies.require_bound(self.engine)
                migrations.require_latest(self.engine)
            else:
                owner = engine_of(owner_url)
                migrations.upgrade(owner, role=self.engine.url.username)
                owner.dispose()

    @contextmanager
    def reading(self, who: Who | None = None) -> Iterator[Session]:
        """Give a session that sees one state of the database.

        who : whose rows PostgreSQL lets through, whatever is asked for; None = the platform itself, all rows.
        """
        with named_errors(), Session(self.engine, expire_on_commit=False) as session:
            if not self.sqlite:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
                _scope(session, who)
            yield session

    @contextmanager
    def writing(self, actor: str | Who) -> Iterator[Work]:
        """Give a write of one transaction: all of it or nothing, with its audit rows and change number.

        actor : who acts, within whose rows PostgreSQL keeps the write; or for what the platform does itself a user's
        id or `system`, all rows.
        """
        with named_errors(), Session(self.engine, expire_on_commit=False) as session:
            session.connection(execution_options={"writes": True})
            who = None if isinstance(actor, str) else actor
            if not self.sqlite:
                _scope(session, who)
            work = Work(session, actor if isinstance(actor, str) else actor.user_id)
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


def engine_of(url: str) -> Engine:
    """Open a database by its URL, without connecting yet; RecordError where the URL is none of ours."""
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        settings: dict[str, Any] = {"timeout": WAIT_SECONDS}
        engine = create_engine(address, connect_args=settings, pool_size=POOL, pool_timeout=WAIT_SECONDS)
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine
    settings = {"connect_timeout": WAIT_SECONDS, "options": f"-c lock_timeout={WAIT_SECONDS * 1000}"}
    return create_engine(
        address.set(drivername="postgresql+psycopg"),
        connect_args=settings,
        pool_pre_ping=True,
        pool_size=POOL,
        pool_timeout=WAIT_SECONDS,
    )


def _address(url: str) -> URL:
    en, zh = "must be sqlite:///PATH or postgresql://...", "应为 sqlite:///PATH 或 postgresql://…"
    wrong = Problem("database_url", en, zh, field="DUIKOU_DATABASE_URL")
    try:
        address = make_url(url)
    except ArgumentError:
        raise RecordError(wrong) from None
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise RecordError(wrong)
    return address


def _scope(session: Session, who: Who | None) -> None:
    """Tell PostgreSQL for this transaction who asks; its policies do the rest."""
    values = {
        "role": SYSTEM if who is None else who.role,
        "organisation": "" if who is None else who.organisation_id or "",
        "student": "" if who is None else who.student_id or "",
        "user": "" if who is None else who.user_id,
    }
    session.execute(SET_SCOPE, {name: str(value) for name, value in values.items()})


def _prepare(connection: Any, entry: ConnectionPoolEntry) -> None:
    """Set SQLite's rules on a new connection; transactions are begun by `_begin`."""
    connection.isolation_level = None
    for rule in (
        f"busy_timeout={WAIT_SECONDS * 1000}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {rule}")


def _begin(connection: Any) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
