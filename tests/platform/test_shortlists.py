"""Shortlists: an enterprise's own, by code, with stages and notes that nobody else reads."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from api.codes import code_of
from api.store.tables import Audit, Student
from tests.platform.conftest import World


def call(world: World, method: str, path: str, name: str | None, version: str | None = None, **send: Any) -> Any:
    assert world.client is not None
    headers = world.as_(name) | ({} if version is None else {"If-Match": version})
    return world.client.request(method, f"/v1/shortlists{path}", headers=headers, **send)


def choice(world: World, demand: str = "welder", student: str = "anna") -> dict[str, str]:
    ids = world.ids
    return {"demand_id": ids[demand], "code": code_of(world.settings.secret, ids[demand], ids[student])}


@pytest.fixture
def entry(world: World) -> dict[str, Any]:
    made = call(world, "POST", "", "hr", json=choice(world))
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def test_who_may_put_whom_on_a_shortlist(world: World) -> None:
    assert call(world, "POST", "", None, json=choice(world)).status_code == 401
    for name in ("college", "anna", "office", "auditor"):
        assert call(world, "POST", "", name, json=choice(world)).status_code == 403
    assert call(world, "POST", "", "hr2", json=choice(world)).status_code == 404
    assert call(world, "POST", "", "hr", json=choice(world, "fitter")).status_code == 409
    foreign = choice(world) | {"code": choice(world, "miller")["code"]}
    assert call(world, "POST", "", "hr", json=foreign).status_code == 404
    made = call(world, "POST", "", "recruiter", json=choice(world))
    assert made.status_code == 201 and made.json()["stage"] == "suggested"
    assert made.json()["student"]["major"] == "智能焊接技术"
    assert world.ids["anna"] not in made.text
    assert call(world, "POST", "", "hr", json=choice(world)).status_code == 409


def test_an_entry_moves_through_stages_and_keeps_its_notes(world: World, entry: dict[str, Any]) -> None:
    path = f"/{entry['id']}"
    assert call(world, "PATCH", path, "hr", json={"stage": "interview"}).status_code == 428
    assert call(world, "PATCH", path, "hr2", '"1"', json={"stage": "interview"}).status_code == 404
    first = call(world, "PATCH", path, "hr", '"1"', json={"stage": "interview", "note": "周五下午面谈"})
    assert first.status_code == 200 and first.headers["ETag"] == '"2"'
    assert call(world, "PATCH", path, "hr", '"1"', json={"stage": "offered"}).status_code == 412
    second = call(world, "PATCH", path, "recruiter", '"2"', json={"note": "焊缝不错"}).json()
    assert second["stage"] == "interview"
    assert [(one["by"], one["text"]) for one in second["notes"]] == [
        (world.ids["user hr"], "周五下午面谈"),
        (world.ids["user recruiter"], "焊缝不错"),
    ]
    assert call(world, "PATCH", path, "hr", '"3"', json={"stage": "hired"}).status_code == 422
    with world.store.reading() as session:
        logged = [row.details for row in session.scalars(select(Audit).where(Audit.subject == entry["id"]))]
    assert logged and "焊缝" not in str(logged)


def test_lists_are_of_the_own_demands(world: World, entry: dict[str, Any]) -> None:
    assert call(world, "GET", "", None).status_code == 401
    assert [one["id"] for one in call(world, "GET", "", "hr").json()["items"]] == [entry["id"]]
    assert call(world, "GET", "", "hr2").json()["items"] == []
    assert call(world, "GET", f"?demand_id={world.ids['welder']}", "recruiter").json()["items"][0] == entry
    assert call(world, "GET", f"?demand_id={world.ids['fitter']}", "hr").json()["items"] == []
    assert call(world, "GET", f"?demand_id={world.ids['fitter']}", "recruiter").status_code == 404
    assert call(world, "GET", f"?demand_id={world.ids['miller']}", "hr").status_code == 404
    assert call(world, "GET", f"/{entry['id']}", "hr2").status_code == 404


def test_who_hides_stays_as_a_code_without_a_profile(world: World, entry: dict[str, Any]) -> None:
    with world.store.writing("system") as work:
        row = work.session.get_one(Student, world.ids["anna"])
        row.visible = False
        work.touch(row)
        work.note("edit", "student", row.id)
    seen = call(world, "GET", f"/{entry['id']}", "hr").json()
    assert seen["student"] is None and seen["code"] == entry["code"]
    assert call(world, "POST", "", "hr", json=choice(world)).status_code == 404


def test_an_entry_is_taken_off(world: World, entry: dict[str, Any]) -> None:
    path = f"/{entry['id']}"
    assert call(world, "DELETE", path, "hr").status_code == 428
    assert call(world, "DELETE", path, "hr2", '"1"').status_code == 404
    assert call(world, "DELETE", path, "hr", '"1"').status_code == 204
    assert call(world, "GET", path, "hr").status_code == 404
    assert call(world, "POST", "", "hr", json=choice(world)).status_code == 201
