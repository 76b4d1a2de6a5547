"""What the database's errors mean: busy, away, already there, changed meanwhile, or a value that no column holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm.exc import StaleDataError

from api.errors import Changed, Conflict, DatabaseAway, DatabaseBusy, FieldError
from matching.errors import Problem

BUSY = {"55P03", "40P01", "40001"}
"""PostgreSQL: the wait for a lock was too long, a deadlock, a serialisation failure."""


@contextmanager
def named_errors() -> Iterator[None]:
    """Turn the database's errors into ours.

    Raises DatabaseBusy where locks or connections were not free in time, DatabaseAway where it can't be reached; both
    pass. Conflict where a value must be unique and is there, or what a row refers to is not; Changed where another
    write changed the row that this one was made from; FieldError where a value is too long or holds a character that no
    column keeps.
    """
    try:
        yield
    except NoConnectionFree as error:
        raise DatabaseBusy from error
    except StaleDataError as error:
        raise Changed from error
    except IntegrityError as error:
        zh = "与已有记录冲突：重复，或所引用的记录已不存在"
        raise Conflict("this is there already, or what it refers to is gone", zh) from error
    except DataError as error:
        en, zh = "a value is too long or holds a character that can't be kept", "有取值过长，或含有无法保存的字符"
        raise FieldError(Problem("value", en, zh)) from error
    except OperationalError as error:
        state, text = getattr(error.orig, "sqlstate", None), str(error.orig).casefold()
        raise (DatabaseBusy if state in BUSY or "locked" in text else DatabaseAway) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise DatabaseAway from error
        raise
