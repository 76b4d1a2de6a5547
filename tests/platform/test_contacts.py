"""Contact requests: no name without the student's consent, none after it is withdrawn, and each look in the log."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from api.codes import code_of
from api.store.tables import Audit, Consent, DemandRow, Protected
from tests.platform.conftest import World

CONTACT = {"name": "名字anna", "college": "east 单位", "phone": "1380000anna", "email": ""}


def call(world: World, method: str, path: str, name: str | None, key: str | None = None, **send: Any) -> Any:
    assert world.client is not None
    headers = world.as_(name) | ({} if key is None else {"Idempotency-Key": key})
    return world.client.request(method, f"/v1/contact-requests{path}", headers=headers, **send)


def question(world: World, demand: str = "welder", student: str = "anna") -> dict[str, str]:
    ids = world.ids
    code = code_of(world.settings.secret, ids[demand], ids[student])
    return {"demand_id": ids[demand], "code": code, "message": "想约您面谈。"}


@pytest.fixture
def asked(world: World) -> str:
    made = call(world, "POST", "", "hr", json=question(world))
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def looks(world: World, request: str) -> list[str]:
    with world.store.reading() as session:
        wanted = select(Audit).where(Audit.subject == request, Audit.action == "read_contact")
        rows = session.scalars(wanted).all()
    assert all("anna" not in str(row.details) for row in rows)
    return [row.actor for row in rows]


def test_who_may_ask(world: World) -> None:
    assert call(world, "POST", "", None, json=question(world)).status_code == 401
    for name in ("college", "anna", "office"):
        assert call(world, "POST", "", name, json=question(world)).status_code == 403
    assert call(world, "POST", "", "hr2", json=question(world)).status_code == 404
    assert call(world, "POST", "", "hr", json=question(world) | {"code": "A" * 10}).status_code == 404
    first = call(world, "POST", "", "hr", "once", json=question(world))
    assert first.status_code == 201 and first.json()["status"] == "asked" and first.json()["contact"] is None
    assert call(world, "POST", "", "hr", "once", json=question(world)).json() == first.json()
    assert call(world, "POST", "", "recruiter", json=question(world)).status_code == 409


def test_name_and_contact_come_with_the_consent_and_go_with_it(world: World, asked: str) -> None:
    path = f"/{asked}"
    assert call(world, "GET", path, None).status_code == 401
    for name in ("hr2", "bao"):
        assert call(world, "GET", path, name).status_code == 404
    assert call(world, "GET", path, "hr").json()["contact"] is None and looks(world, asked) == []
    own = call(world, "GET", path, "anna").json()
    assert own["organisation"] == "north 单位" and own["message"] == "想约您面谈。" and own["code"] is None
    assert call(world, "POST", f"{path}/grant", "hr", json={}).status_code == 403
    assert call(world, "POST", f"{path}/grant", "bao", json={}).status_code == 404
    granted = call(world, "POST", f"{path}/grant", "anna", json={})
    assert granted.status_code == 200 and granted.json()["status"] == "granted"
    seen = call(world, "GET", path, "hr")
    assert seen.json()["contact"] == CONTACT
    assert call(world, "GET", "", "hr").json()["items"][0]["contact"] is None, "lists never hold contacts"
    assert call(world, "GET", path, "recruiter").json()["contact"] == CONTACT
    assert looks(world, asked) == [world.ids["user hr"], world.ids["user recruiter"]]
    assert call(world, "GET", path, "hr2").status_code == 404
    for column in ("number", "class_name"):
        assert {"number": "2024anna", "class_name": "24智能焊接1班"}[column] not in seen.text
    with world.store.reading() as session:
        consent = session.scalars(select(Consent)).one()
    assert (consent.purpose, consent.organisation_id) == ("contact", world.ids["north"])
    assert world.client is not None
    with world.store.writing(world.ids["user anna"]) as work:
        row = work.session.get_one(Consent, consent.id)
        row.withdrawn_at = row.given_at
        work.touch(row)
        work.note("withdraw", "consent", row.id)
    assert call(world, "GET", path, "hr").json()["contact"] is None
    assert len(looks(world, asked)) == 2


def test_a_refusal_is_final_for_that_demand(world: World, asked: str) -> None:
    refused = call(world, "POST", f"/{asked}/refuse", "anna")
    assert refused.status_code == 200 and refused.json()["status"] == "refused"
    for step, name in (("grant", "anna"), ("refuse", "anna"), ("withdraw", "hr")):
        assert call(world, "POST", f"/{asked}/{step}", name, json={}).status_code == 409
    assert call(world, "POST", "", "hr", json=question(world)).status_code == 409
    assert call(world, "GET", f"/{asked}", "hr").json()["contact"] is None


def test_what_is_withdrawn_shows_nothing_and_can_be_asked_again(world: World, asked: str) -> None:
    call(world, "POST", f"/{asked}/grant", "anna", json={})
    assert call(world, "POST", f"/{asked}/withdraw", "anna").status_code == 403
    assert call(world, "POST", f"/{asked}/withdraw", "hr2").status_code == 404
    assert call(world, "POST", f"/{asked}/withdraw", "hr").json()["status"] == "withdrawn"
    assert call(world, "GET", f"/{asked}", "hr").json()["contact"] is None
    again = call(world, "POST", "", "hr", json=question(world))
    assert again.status_code == 201 and again.json()["id"] == asked and again.json()["status"] == "asked"
    assert call(world, "GET", f"/{asked}", "hr").json()["contact"] is None, "an older consent answers no new question"


def test_under_18_a_guardian_is_needed(world: World, asked: str) -> None:
    with world.store.writing("system") as work:
        born = date.today() - timedelta(days=17 * 365)
        work.session.add(Protected(student_id=world.ids["anna"], born_on=born))
        work.note("seed", "student", world.ids["anna"])
    refused = call(world, "POST", f"/{asked}/grant", "anna", json={})
    assert refused.status_code == 422 and refused.json()["problems"][0]["field"] == "guardian"
    assert call(world, "GET", f"/{asked}", "hr").json()["status"] == "asked"
    granted = call(world, "POST", f"/{asked}/grant", "anna", json={"guardian": "王秀英"})
    assert granted.status_code == 200 and "王秀英" not in granted.text
    assert call(world, "GET", f"/{asked}", "hr").json()["contact"] == CONTACT


def test_lists_hold_the_own_requests_only(world: World, asked: str) -> None:
    assert call(world, "GET", "", None).status_code == 401
    assert call(world, "GET", "", "college").status_code == 403
    for name in ("hr", "recruiter", "anna"):
        assert [one["id"] for one in call(world, "GET", "?status=asked", name).json()["items"]] == [asked]
        assert call(world, "GET", "?status=granted", name).json()["items"] == []
    for name in ("hr2", "bao", "chen"):
        assert call(world, "GET", "", name).json()["items"] == []


def test_a_student_still_reads_who_asked_when_the_demand_is_closed(world: World, asked: str) -> None:
    with world.store.writing("system") as work:
        row = work.session.get_one(DemandRow, world.ids["welder"])
        row.status = "closed"
        work.touch(row)
        work.note("seed", "demand", row.id)
    assert call(world, "GET", f"/{asked}", "anna").json()["title"] == "焊工"
