"""Backups: equal after a restore, from and into both databases, one moment while writes go on, damage refused."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.store import Store, verify_chain
from api.store.backup import read_backup, write_backup
from api.store.tables import DemandStep, Organisation
from matching.errors import InputError
from tests.platform.conftest import World
from tests.platform.postgres import Database

SECRET = b"s" * 32


@pytest.fixture
def source(make_world: Callable[..., World], tmp_path: Path) -> Store:
    world = make_world(Database(f"sqlite:///{tmp_path / 'source.sqlite3'}"))
    with world.store.writing("system") as work:
        work.session.add(DemandStep(demand_id=world.ids["welder"], before="draft", after="live", by="-"))
        work.note("step", "demand", world.ids["welder"])
    return world.store


@pytest.fixture
def target(database: Database) -> Iterator[Store]:
    store = database.open()
    yield store
    store.close()


def content(path: Path) -> list[object]:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def test_a_restored_backup_is_equal_and_goes_on(source: Store, target: Store, tmp_path: Path) -> None:
    first, second = tmp_path / "first.gz", tmp_path / "second.gz"
    count = write_backup(source, first, SECRET)
    assert first.stat().st_mode & 0o777 == 0o600
    assert read_backup(target, first) == (count, SECRET)
    assert write_backup(target, second, SECRET) == count
    assert content(first) == content(second)
    with target.writing("system") as work:
        work.session.add(DemandStep(demand_id=_demand(first), before="live", after="paused", by="-"))
        work.note("step", "demand", "-")
    with target.reading() as session:
        assert verify_chain(session) is None
    assert target.number() == source.number() + 1
    assert [path.name for path in tmp_path.glob(".*")] == []


def _demand(path: Path) -> str:
    return next(line[1][0] for line in content(path) if isinstance(line, list) and line[0] == "demands")


def test_only_an_empty_platform_takes_a_backup(source: Store, tmp_path: Path) -> None:
    path = tmp_path / "b.gz"
    write_backup(source, path, SECRET)
    with pytest.raises(InputError, match="not empty"):
        read_backup(source, path)
    with pytest.raises(InputError, match="exists"):
        write_backup(source, path, SECRET)


@pytest.mark.parametrize("damage", ["cut", "no gzip", "row lost", "row changed", "audit changed", "other version"])
def test_a_damaged_backup_changes_nothing(source: Store, target: Store, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "b.gz"
    write_backup(source, path, SECRET)
    _damage(path, damage)
    with pytest.raises(InputError, match="no whole backup"):
        read_backup(target, path)
    with target.reading() as session:
        assert session.query(Organisation).count() == 0
    assert target.number() == 0


def _damage(path: Path, damage: str) -> None:
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-200])
        return
    if damage == "no gzip":
        path.write_text("{}")
        return
    lines = path and content(path)
    place = next(n for n, line in enumerate(lines) if isinstance(line, list) and line[0] == "students")
    audit = next(line for line in lines if isinstance(line, list) and line[0] == "audit")
    if damage == "row lost":
        del lines[place]
    elif damage == "row changed":
        lines[place][1][3] = "no moment"  # type: ignore[index]
        lines[place][1].pop()  # type: ignore[index]
    elif damage == "audit changed":
        audit[1][2] = "usr_other"
    else:
        lines[0]["revision"] = "0000"  # type: ignore[index]
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def test_a_backup_taken_while_writes_go_on_is_one_moment(database: Database, tmp_path: Path) -> None:
    """Each write adds two organisations; every backup holds whole writes, up to the number it names."""
    store, stop, failed = database.open(), threading.Event(), []

    def write() -> None:
        number = 0
        try:
            while not stop.is_set():
                with store.writing("system") as work:
                    for side in "ab":
                        work.add(Organisation(kind="college", name=f"{number}{side}"))
                    work.note("create", "organisation", str(number))
                number += 1
        except Exception as error:
            failed.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for name in ("1.gz", "2.gz", "3.gz"):
            write_backup(store, tmp_path / name, SECRET)
    finally:
        stop.set()
        writer.join()
    store.close()
    assert failed == []
    for name in ("1.gz", "2.gz", "3.gz"):
        lines = content(tmp_path / name)
        header = lines[0]
        assert isinstance(header, dict)
        rows = [line for line in lines if isinstance(line, list) and line[0] == "organisations"]
        assert len(rows) == 2 * header["number"]
        fresh = Store(f"sqlite:///{tmp_path / name}.sqlite3")
        fresh.upgrade()
        read_backup(fresh, tmp_path / name)
        fresh.close()
