"""Exports: what is taken away is what may be seen, and can be uploaded again without changing anything."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from openpyxl import load_workbook
from sqlalchemy import select

from api.deps import COOKIE
from api.identity import issue
from api.store.tables import Audit, Identity, User
from tests.platform.conftest import World
from tests.platform.test_imports import ROSTER, call, kept, taken_over, upload


def taken(world: World, path: str, name: str | None) -> Any:
    assert world.client is not None
    return world.client.get(f"/v1{path}", headers=world.as_(name))


def lines(content: bytes) -> list[tuple[Any, ...]]:
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return list(sheet.iter_rows(values_only=True))


def test_students_are_exported_within_the_own_scope(world: World) -> None:
    for name, status in ((None, 401), ("hr", 403), ("anna", 403), ("office", 403)):
        assert taken(world, "/exports/students", name).status_code == status
    assert [line[0] for line in lines(taken(world, "/exports/students", "college2").content)[1:]] == ["2024chen"]
    assert [line[0] for line in lines(taken(world, "/exports/students", "teacher").content)[1:]] == ["2024anna"]
    answer = taken(world, "/exports/students", "college")
    assert "attachment" in answer.headers["content-disposition"]
    assert sorted(line[0] for line in lines(answer.content)[1:]) == ["2024anna", "2024bao"]


def test_who_takes_a_table_away_is_in_the_audit_log(world: World) -> None:
    assert world.client is not None
    for path, name in (("/exports/students", "teacher"), ("/exports/demands", "hr"), ("/exports/students", "hr")):
        taken(world, path, name)
    with world.store.writing("system") as work:
        user = work.session.get_one(User, world.ids["user college"])
        secret, _ = issue(work, user, "session", timedelta(hours=1))
    assert world.client.get("/students.xlsx", headers={"Cookie": f"{COOKIE}={secret}"}).status_code == 200
    with world.store.reading() as session:
        noted = session.scalars(select(Audit).where(Audit.action == "export").order_by(Audit.number)).all()
    assert [(row.actor, row.kind, row.organisation_id, row.details) for row in noted] == [
        (world.ids["user teacher"], "students", world.ids["east"], {}),
        (world.ids["user hr"], "demands", world.ids["north"], {}),
        (world.ids["user college"], "students", world.ids["east"], {}),
    ]


def test_answers_of_the_api_are_kept_nowhere(world: World) -> None:
    assert world.client is not None
    for path, name in (("/students", "college"), ("/students/none", "college"), ("/exports/students", "college")):
        headers = taken(world, path, name).headers
        assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")
    document = world.client.get("/openapi.json").headers
    assert "cache-control" not in document and document["x-content-type-options"] == "nosniff"


def test_an_export_of_students_uploaded_again_changes_nothing(world: World) -> None:
    taken_over(world, "college", ROSTER)
    content = taken(world, "/exports/students", "college").content
    assert "回族" not in str(lines(content)) and "性别" not in str(lines(content))
    first = upload(world, "college", content).json()
    assert (first["counts"]["created"], first["counts"]["rejected"]) == (0, 0)
    call(world, "POST", f"/{first['id']}/apply", "college")
    again = taken(world, "/exports/students", "college").content
    assert upload(world, "college", again).json()["counts"]["unchanged"] == len(lines(again)) - 1 == 4


def test_text_that_begins_like_a_formula_stays_text(world: World) -> None:
    with world.store.writing("system") as work:
        work.session.get_one(Identity, world.ids["chen"]).name = '=HYPERLINK("http://a.example")'
        work.note("seed", "student", world.ids["chen"])
    page = load_workbook(io.BytesIO(taken(world, "/exports/students", "college2").content)).worksheets[0]
    assert page.cell(2, 2).data_type == "s" and page.cell(2, 2).quotePrefix


def test_an_english_reader_gets_english_headers_that_are_read_back(world: World) -> None:
    taken_over(world, "college2", ROSTER)
    with world.store.writing("system") as work:
        work.session.get_one(User, world.ids["user college2"]).lang = "en"
        work.note("seed", "user", world.ids["user college2"])
    content = taken(world, "/exports/students", "college2").content
    assert lines(content)[0][:3] == ("id", "name", "class")
    assert upload(world, "college2", content).json()["counts"]["unchanged"] == 2
    assert kept(world, "7002", "west")[1].name == "韩梅"


def test_demands_are_exported_within_the_own_scope_and_read_back(world: World) -> None:
    for name, status in ((None, 401), ("college", 403), ("recruiter", 403)):
        assert taken(world, "/exports/demands", name).status_code == status
    own = lines(taken(world, "/exports/demands", "hr2").content)
    assert {line[2] for line in own[1:]} == {"数控铣工", "车工"}
    office = lines(taken(world, "/exports/demands", "office").content)
    assert {line[2] for line in office[1:]} == {"焊工", "数控铣工", "车工"}
    content = taken(world, "/exports/demands", "hr").content
    first = upload(world, "hr", content, "demands").json()
    assert first["counts"]["created"] == 0 and first["counts"]["rejected"] == 0
    call(world, "POST", f"/{first['id']}/apply", "hr")
    again = taken(world, "/exports/demands", "hr").content
    assert upload(world, "hr", again, "demands").json()["counts"]["unchanged"] == 2


def test_a_ranked_list_shows_codes_and_reasons_only(world: World) -> None:
    path = f"/demands/{world.ids['welder']}/matches.xlsx"
    for name, status in ((None, 401), ("college", 403), ("hr2", 404), ("office", 403)):
        assert taken(world, path, name).status_code == status
    assert taken(world, f"/demands/{world.ids['fitter']}/matches.xlsx", "hr").status_code == 409
    listed = taken(world, f"/demands/{world.ids['welder']}/matches", "hr").json()["results"]
    content = taken(world, path, "hr").content
    rows = [line for line in lines(content)[1:] if line[0]]
    assert [line[1] for line in rows] == [one["code"] for one in listed]
    assert "氩弧焊" in str(rows[0][3])
    hidden = [world.ids[name] for name in ("anna", "bao", "chen")] + ["名字", "138", "24智能焊接1班", "2027-06-30"]
    assert not any(word in str(lines(content)) for word in hidden)


def test_a_college_without_students_gets_the_header(world: World) -> None:
    assert world.client is not None
    headers = {**world.as_("college2"), "If-Match": "*"}
    assert world.client.delete(f"/v1/students/{world.ids['chen']}", headers=headers).status_code == 204
    assert len(lines(taken(world, "/exports/students", "college2").content)) == 1
