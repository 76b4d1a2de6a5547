"""Copies of everything that the platform holds: one compressed file, from either database, back into either.

    FILE    gzip of JSON lines: a header, then [table, row] in the order in which rows refer to each other, then a count

All rows are read in one transaction, so that a backup taken while the platform serves is one moment of it.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from sqlalchemy import Connection, Date, Table, func, select, text, update
from sqlalchemy.exc import DataError, IntegrityError

from api.store.database import Store
from api.store.tables import DemandStep, Head, Moment, Row
from api.store.writing import FIRST_HASH, SYSTEM, verify_chain
from matching.errors import InputError, Problem

FORMAT = "duikou-backup-1"
BATCH = 1000
UNREADABLE = (EOFError, gzip.BadGzipFile, zlib.error, ValueError, KeyError, TypeError, IntegrityError, DataError)


def write_backup(store: Store, target: Path, secret: bytes) -> int:
    """Write everything into a new file that only its owner may read, and give the number of rows.

    secret : what the codes of students are made with; it is part of the backup. Raises InputError where the file is
    there already. A backup that is broken off leaves no file.
    """
    if target.exists():
        raise _wrong(target, "exists", "exists already", "文件已存在")
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
            with gzip.open(raw, "wt", encoding="utf-8", compresslevel=3) as stream:
                count = 0
                for line in _lines(store, secret):
                    stream.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
                    count += isinstance(line, list)
            raw.flush()
            os.fsync(raw.fileno())
        os.replace(fresh, target)
    finally:
        fresh.unlink(missing_ok=True)
    return count


def read_backup(store: Store, source: Path) -> tuple[int, bytes]:
    """Put a backup into an empty platform, all or nothing; give the number of rows and the secret.

    Raises InputError where the platform holds something, or the file is damaged, of another version or changed.
    """
    with store.writing(SYSTEM) as work:
        connection = work.session.connection()
        if work.session.get_one(Head, 1).number or any(_count(connection, table) for table in _tables()):
            en, zh = "the platform is not empty", "平台中已有数据，只能恢复到空平台"
            raise _wrong(source, "not_empty", en, zh)
        try:
            with gzip.open(source, "rt", encoding="utf-8") as stream:
                header, count = _fill(connection, (json.loads(line) for line in stream))
        except UNREADABLE as error:
            raise _damaged(source) from error
        head = work.session.get_one(Head, 1, populate_existing=True)
        if (head.number, head.hash) != (header["number"], header["hash"]) or verify_chain(work.session) is not None:
            raise _damaged(source)
        return count, bytes.fromhex(header["secret"])


def _tables() -> list[Table]:
    return [table for table in Row.metadata.sorted_tables if table.name != Head.__tablename__]


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _lines(store: Store, secret: bytes) -> Iterator[dict[str, Any] | list[Any]]:
    with store.reading() as session:
        connection = session.connection()
        head = session.get_one(Head, 1)
        said = {"format": FORMAT, "revision": _revision(connection), "number": head.number, "hash": head.hash}
        yield {**said, "secret": secret.hex()}
        count = 0
        for table in _tables():
            query = select(table).order_by(*table.primary_key).execution_options(yield_per=BATCH)
            for row in connection.execute(query):
                yield [table.name, [_plain(value) for value in row]]
                count += 1
        yield {"rows": count}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _fill(connection: Connection, lines: Iterator[Any]) -> tuple[Mapping[str, Any], int]:
    """Insert the lines of a backup; ValueError where they are none or do not end as they should."""
    header = next(lines, None)
    if not isinstance(header, dict) or header["format"] != FORMAT or header["revision"] != _revision(connection):
        raise ValueError("not a backup of this version")
    known, count, end = {table.name: table for table in _tables()}, 0, None
    for name, rows in groupby(lines, key=lambda line: line[0] if isinstance(line, list) else None):
        if name is None:
            end = next(rows)["rows"]
            continue
        table = known[name]
        while batch := [_values(table, row) for _, row in islice(rows, BATCH)]:
            connection.execute(table.insert(), batch)
            count += len(batch)
    if end != count:
        raise ValueError("broken off")
    reached = {"number": header["number"], "hash": header["hash"] or FIRST_HASH}
    connection.execute(update(Head).values(reached))
    if connection.dialect.name == "postgresql":
        steps = DemandStep.__tablename__
        highest = f"SELECT setval(pg_get_serial_sequence('{steps}', 'id'), max(id)) FROM {steps} HAVING max(id) > 0"
        connection.execute(text(highest))
    return header, count


def _values(table: Table, row: list[Any]) -> dict[str, Any]:
    return {column.name: _typed(column.type, value) for column, value in zip(table.columns, row, strict=True)}


def _typed(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, Moment):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value


def _wrong(path: Path, rule: str, english: str, chinese: str) -> InputError:
    return InputError(Problem(rule, english, chinese, file=str(path)))


def _damaged(path: Path) -> InputError:
    return _wrong(path, "damaged", "is no whole backup of this version", "不是本版本的完整备份文件")
