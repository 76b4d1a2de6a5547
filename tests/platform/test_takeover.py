"""Taking tables over: one look for demands without numbers, and no student's own change lost beside a roster."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date
from typing import Any

from sqlalchemy import event

from api.identity import principal_of
from api.resources import takeover
from api.store.tables import DemandRow, Student, User
from matching import Demand
from matching.records import to_values
from tests.platform.conftest import World
from tests.platform.postgres import Database, Postgres

TODAY = date(2026, 11, 24)


def line(title: str, number: str | None = None) -> dict[str, Any]:
    """Make a staged line of a demand."""
    values = to_values(Demand("-", title))
    return {"number": number, "record": {name: value for name, value in values.items() if name != "id"}}


def take(world: World, *lines: dict[str, Any]) -> dict[str, int]:
    """Count first, then take over: both say the same."""
    with world.store.reading() as session:
        who = principal_of(session.get_one(User, world.ids["user hr"]))
        counts = takeover.count("demands", session, who, lines, TODAY)
    with world.store.writing("system") as work:
        assert takeover.take_over("demands", work, who, lines, TODAY, lambda done: None) == counts
        work.note("import", "demand", "all")
    return counts


def test_demands_without_numbers_are_loaded_once(world: World) -> None:
    loads: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if "number IS NULL" in statement:
            loads.append(statement)

    event.listen(world.store.engine, "before_cursor_execute", note)
    lines = [line(f"岗位 {number}") for number in range(5)]
    assert take(world, *lines, lines[0])["created"] == 5
    assert len(loads) == 2, "once to count and once to write"
    assert take(world, *lines)["unchanged"] == 5


def test_an_edit_by_id_ends_what_a_demand_without_number_said(world: World) -> None:
    assert take(world, line("电焊工"))["created"] == 1
    with world.store.reading() as session:
        kept = next(row.id for row in session.query(DemandRow) if row.record["title"] == "电焊工")
    counts = take(world, line("电工", kept), line("电焊工"), line("电工"))
    assert (counts["changed"], counts["created"], counts["unchanged"]) == (1, 1, 1)


def test_a_roster_waits_for_what_a_student_changes(make_world: Callable[..., World], postgres: Postgres) -> None:
    url, owner = postgres.database()
    world = make_world(Database(url, owner, postgres))
    with world.store.reading() as session:
        who = principal_of(session.get_one(User, world.ids["user college"]))
    line = {"identity": {"number": "2024anna"}, "protected": {}, "record": {"major": "焊接技术"}}

    def roster() -> dict[str, int]:
        with world.store.writing(who) as work:
            work.note("import", "student", "all")
            return takeover.take_over("students", work, who, [line], TODAY, lambda done: None)

    with ThreadPoolExecutor(1) as others:
        with world.store.writing("system") as work:
            row = work.session.get_one(Student, world.ids["anna"])
            row.record = {**row.record, "text": "会氩弧焊。"}
            work.touch(row)
            work.note("edit_own", "student", row.id)
            work.session.flush()
            taking = others.submit(roster)
            assert not wait([taking], 0.5).done
        assert taking.result(30)["changed"] == 1
    with world.store.reading() as session:
        record = session.get_one(Student, world.ids["anna"]).record
    assert (record["text"], record["major"]) == ("会氩弧焊。", "焊接技术")
