"""How the database came to be as it is, revision by revision; `upgrade` brings any earlier state to the latest."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from api.errors import Conflict
from api.store import policies

ONE_AT_A_TIME = 5_820_417
"""Key of the lock that keeps a second upgrade of a PostgreSQL database waiting."""


def upgrade(engine: Engine, revision: str = "head", role: str | None = None) -> None:
    """Bring a database to a revision, from empty or from any earlier one, in one transaction.

    role : on PostgreSQL, the role that the platform works as.
    """
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})")
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        if connection.dialect.name == "postgresql" and revision == "head":
            policies.apply(connection, role)


def require_latest(engine: Engine) -> None:
    """Make sure that the database is of this version; raises Conflict with what to do."""
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != ScriptDirectory.from_config(configuration()).get_current_head():
        raise Conflict(
            "the database is not of this version; run `duikou upgrade` with DUIKOU_OWNER_URL",
            "数据库不是本版本的结构；请设置 DUIKOU_OWNER_URL 后运行 duikou upgrade",
        )


def configuration() -> Config:
    """Give Alembic's configuration, without a file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
