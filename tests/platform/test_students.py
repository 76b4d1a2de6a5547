"""Students: whose they are, what each caller sees of them, and what a student changes and agrees to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.app import create_app
from api.identity import issue
from api.resources.student_record import birthday, merged, sparse
from api.store.tables import Consent, Identity, Protected, Repeatable, Student, User
from matching import Profile, Vocabulary
from tests.platform.conftest import HASH, World
from tests.platform.postgres import Database

BODY: dict[str, Any] = {
    "number": "20259001",
    "name": "新同学",
    "class_name": "24智能焊接1班",
    "phone": "13900000001",
    "email": "new@example.edu.cn",
    "record": {"major": "智能焊接技术", "skills": [{"label": "氩弧焊", "level": 2, "source": "verified"}]},
    "protected": {"sex": "女", "born_on": "2012-05-01", "ethnicity": "回族"},
}


def call(world: World, method: str, path: str, name: str | None, **send: Any) -> Any:
    """Ask as an account; `version` becomes If-Match, `key` Idempotency-Key."""
    assert world.client is not None
    headers = world.as_(name)
    for field, header in (("version", "If-Match"), ("key", "Idempotency-Key")):
        if field in send:
            headers[header] = send.pop(field)
    return world.client.request(method, f"/v1/students{path}", headers=headers, **send)


def numbers(world: World, name: str, **params: str) -> set[str]:
    answer = call(world, "GET", "", name, params=params)
    assert answer.status_code == 200, answer.text
    return {one["number"] for one in answer.json()["items"]}


def test_lists_hold_the_own_scope_only(world: World) -> None:
    assert call(world, "GET", "", None).status_code == 401
    assert call(world, "GET", "", "hr").status_code == 403
    assert numbers(world, "college2") == {"2024chen"}
    assert numbers(world, "college") == {"2024anna", "2024bao"}
    assert numbers(world, "teacher") == {"2024anna"}
    assert numbers(world, "bao") == {"2024bao"}
    assert numbers(world, "college", major="数控技术") == {"2024bao"}
    assert numbers(world, "college", class_name="24智能焊接1班") == {"2024anna"}
    assert numbers(world, "college", q="2024an") == numbers(world, "college", q="字anna") == {"2024anna"}
    assert numbers(world, "college", q="%") == set()


def test_pages_follow_each_other(world: World) -> None:
    first = call(world, "GET", "", "college", params={"limit": 1}).json()
    second = call(world, "GET", "", "college", params={"limit": 1, "cursor": first["next"]}).json()
    assert {page["items"][0]["number"] for page in (first, second)} == {"2024anna", "2024bao"}
    assert call(world, "GET", "", "college", params={"limit": 1, "cursor": second["next"]}).json()["items"] == []


def test_a_new_student_is_kept_in_three_tables(world: World) -> None:
    for name, status in ((None, 401), ("hr", 403), ("teacher", 403), ("anna", 403)):
        assert call(world, "POST", "", name, json=BODY).status_code == status
    made = call(world, "POST", "", "college", json=BODY, key="k")
    assert made.status_code == 201
    assert call(world, "POST", "", "college", json=BODY, key="k").json() == made.json()
    assert call(world, "POST", "", "college", json=BODY).status_code == 409
    assert call(world, "POST", "", "college2", json=BODY).status_code == 201
    with world.store.reading() as session:
        student = session.get_one(Student, made.json()["id"])
        identity, protected = session.get_one(Identity, student.id), session.get_one(Protected, student.id)
    assert (identity.name, protected.ethnicity, protected.born_on) == ("新同学", "回族", date(2012, 5, 1))
    assert student.record["turns_16_on"] == "2028-05-01" and student.record["college"] == "east 单位"
    assert not {"id", "name", "phone", "born_on", "sex"} & set(student.record)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": " "}, "number"),
        ({"name": "长" * 101}, "name"),
        ({"record": {"skills": [{"label": "焊", "level": 9}]}}, "record.skills[0].level"),
        ({"record": {"id": "S1"}}, "record.id"),
        ({"record": 5}, "record"),
        ({"record": {"name": "张三"}}, "record.name"),
        ({"protected": {"born_on": "2999-01-01"}}, "protected.born_on"),
        ({"protected": {"sex": "x"}}, "protected.sex"),
    ],
)
def test_wrong_fields_are_named(world: World, change: dict[str, Any], field: str) -> None:
    answer = call(world, "POST", "", "college", json={**BODY, **change})
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["field"] == field


def test_protected_attributes_are_shown_to_the_student_and_the_administrator_only(world: World) -> None:
    anna = world.ids["anna"]
    assert call(world, "GET", f"/{anna}", "college2").status_code == 404
    found = call(world, "GET", f"/{anna}", "college").json()
    put = {name: found[name] for name in ("number", "name", "class_name", "record")} | {"protected": BODY["protected"]}
    assert call(world, "PUT", f"/{anna}", "college", json=put).status_code == 428
    assert call(world, "PUT", f"/{anna}", "college", json=put, version='"9"').status_code == 412
    edited = call(world, "PUT", f"/{anna}", "college", json=put, version='"1"')
    assert edited.status_code == 200 and edited.headers["ETag"] == '"2"'
    seen = {name: call(world, "GET", f"/{anna}", name).json()["protected"] for name in ("college", "teacher", "anna")}
    assert seen["teacher"] is None
    assert seen["college"] == seen["anna"] == BODY["protected"]
    stays = call(world, "PUT", f"/{anna}", "college", json={**put, "protected": None}, version='"2"')
    assert stays.json()["protected"] == BODY["protected"]
    assert stays.json()["record"]["turns_18_on"] == "2030-05-01"


def test_a_teacher_edits_own_classes_and_moves_nobody_out(world: World) -> None:
    put = {"number": "2024anna", "name": "安", "class_name": "24智能焊接1班", "record": {"major": "焊接"}}
    anna, bao = world.ids["anna"], world.ids["bao"]
    assert call(world, "PUT", f"/{bao}", "teacher", json=put, version="*").status_code == 404
    assert call(world, "PUT", f"/{anna}", "anna", json=put, version="*").status_code == 403
    moved = call(world, "PUT", f"/{anna}", "teacher", json={**put, "class_name": "24数控2班"}, version="*")
    assert moved.status_code == 422 and moved.json()["problems"][0]["field"] == "class_name"
    assert call(world, "PUT", f"/{anna}", "teacher", json=put, version="*").json()["name"] == "安"
    taken = call(world, "PUT", f"/{anna}", "college", json={**put, "number": "2024bao"}, version="*")
    assert taken.status_code == 409


def test_students_change_their_own_part(world: World) -> None:
    assert call(world, "PATCH", "/me", None, json={}).status_code == 401
    assert call(world, "GET", "/me", "college").status_code == 403
    before = call(world, "GET", "/me", "anna")
    version = before.headers["ETag"]
    claims = {"skills": [{"label": "氩弧焊", "level": 5, "source": "verified"}]}
    refused = call(world, "PATCH", "/me", "anna", json=claims, version=version)
    assert refused.status_code == 422 and refused.json()["problems"][0]["field"] == "skills[0].source"
    for wrong in ({"skills": 5}, {"skills": None}, {"text": 5}, {"visible": "no"}, {"major": "临床医学"}):
        assert call(world, "PATCH", "/me", "anna", json=wrong, version=version).status_code == 422
    change = {"text": "会氩弧焊。", "automated_decision": "refuse", "visible": False, "preferences": {"pay_low": 7000}}
    edited = call(world, "PATCH", "/me", "anna", json=change, version=version).json()
    assert edited["record"]["text"] == "会氩弧焊。" and edited["record"]["automated_decision"] == "refuse"
    assert edited["visible"] is False and edited["record"]["major"] == before.json()["record"]["major"]
    assert call(world, "PATCH", "/me", "anna", json=change, version=version).status_code == 412


def test_the_colleges_word_on_a_skill_may_stay_when_a_student_adds_one(world: World) -> None:
    anna = world.ids["anna"]
    put = {**BODY, "number": "2024anna"}
    assert call(world, "PUT", f"/{anna}", "college", json=put, version="*").status_code == 200
    stands = call(world, "GET", "/me", "anna").json()["record"]["skills"]
    more = {"skills": [*stands, {"label": "识图"}]}
    assert call(world, "PATCH", "/me", "anna", json=more, version="*").status_code == 200


def test_a_college_leaves_a_students_own_choices_alone(world: World) -> None:
    anna, own = world.ids["anna"], {"text": "会氩弧焊。", "intent": "undecided", "automated_decision": "refuse"}
    own |= {"preferences": {"pay_low": 7000}}
    chosen = call(world, "PATCH", "/me", "anna", json=own, version="*").json()["record"]
    put = {**BODY, "number": "2024anna", "record": {"major": "焊接技术", "automated_decision": "allow"}}
    kept = call(world, "PUT", f"/{anna}", "college", json=put, version="*").json()["record"]
    assert kept["major"] == "焊接技术"
    parts = ("skills", "text", "intent", "preferences", "automated_decision")
    assert [kept[name] for name in parts] == [chosen[name] for name in parts]
    put["record"] = {"skills": [{"label": "铆工", "level": 2}], "intent": "employ"}
    kept = call(world, "PUT", f"/{anna}", "college", json=put, version="*").json()["record"]
    assert [one["label"] for one in kept["skills"]] == ["铆工"]
    assert kept["text"] == "会氩弧焊。" and kept["automated_decision"] == "refuse"


def test_a_planned_skill_keeps_its_date_when_a_student_sends_it_back(world: World) -> None:
    planned = {"label": "气焊", "level": 2, "source": "course", "available_on": "2027-06-30"}
    put = {**BODY, "number": "2024anna", "record": {"skills": [planned]}}
    assert call(world, "PUT", f"/{world.ids['anna']}", "college", json=put, version="*").status_code == 200
    now = {name: value for name, value in planned.items() if name != "available_on"}
    assert call(world, "PATCH", "/me", "anna", json={"skills": [now]}, version="*").status_code == 422
    assert call(world, "PATCH", "/me", "anna", json={"skills": [planned]}, version="*").status_code == 200


def test_a_deleted_student_is_gone_with_account_and_consents(world: World) -> None:
    anna = world.ids["anna"]
    given = call(world, "POST", f"/{anna}/consents", "anna", json={"purpose": "profile"})
    assert given.status_code == 201
    assert call(world, "DELETE", f"/{anna}", "college2", version="*").status_code == 404
    assert call(world, "DELETE", f"/{anna}", "college").status_code == 428
    assert call(world, "DELETE", f"/{anna}", "college", version="*").status_code == 204
    assert call(world, "GET", "/me", "anna").status_code == 401
    with world.store.reading() as session:
        assert session.get(Identity, anna) is None and session.get(Consent, given.json()["id"]) is None


def test_consents_are_given_once_and_withdrawn_at_once(world: World) -> None:
    anna = world.ids["anna"]
    contact = {"purpose": "contact", "organisation_id": world.ids["north"]}
    assert call(world, "POST", f"/{anna}/consents", "college", json=contact).status_code == 403
    assert call(world, "POST", f"/{anna}/consents", "bao", json=contact).status_code == 404
    for wrong in (
        {"purpose": "contact"},
        {"purpose": "contact", "organisation_id": world.ids["east"]},
        {"purpose": "profile", "organisation_id": world.ids["north"]},
        {"purpose": "marketing"},
    ):
        assert call(world, "POST", f"/{anna}/consents", "anna", json=wrong).status_code == 422
    first = call(world, "POST", f"/{anna}/consents", "anna", json=contact).json()
    assert call(world, "POST", f"/{anna}/consents", "anna", json=contact).json()["id"] == first["id"]
    assert [one["id"] for one in call(world, "GET", f"/{anna}/consents", "teacher").json()["items"]] == [first["id"]]
    assert call(world, "GET", f"/{anna}/consents", "bao").status_code == 404
    assert call(world, "DELETE", f"/{anna}/consents/{first['id']}", "bao").status_code == 404
    assert call(world, "DELETE", f"/{anna}/consents/{first['id']}", "anna").status_code == 204
    listed = call(world, "GET", f"/{anna}/consents", "anna").json()["items"]
    assert listed[0]["withdrawn_at"] is not None
    assert call(world, "POST", f"/{anna}/consents", "anna", json=contact).json()["id"] != first["id"]


def test_under_18_a_guardian_is_needed(world: World) -> None:
    anna = world.ids["anna"]
    put = {**BODY, "number": "2024anna"}
    assert call(world, "PUT", f"/{anna}", "college", json=put, version="*").status_code == 200
    contact = {"purpose": "contact", "organisation_id": world.ids["north"]}
    alone = call(world, "POST", f"/{anna}/consents", "anna", json=contact)
    assert alone.status_code == 422 and alone.json()["problems"][0]["field"] == "guardian"
    given = call(world, "POST", f"/{anna}/consents", "anna", json={**contact, "guardian": "张父"})
    assert given.status_code == 201 and given.json()["guardian"] == "张父"


def test_a_guardian_of_an_adult_is_not_kept(world: World) -> None:
    body = {"purpose": "profile", "guardian": "某人"}
    given = call(world, "POST", f"/{world.ids['bao']}/consents", "bao", json=body)
    assert given.json()["guardian"] == ""


def test_a_birthday_of_29_february_falls_on_1_march() -> None:
    assert birthday(date(2008, 2, 29), 18) == date(2026, 3, 1)
    assert birthday(date(2008, 2, 29), 16) == date(2024, 2, 29)


def test_what_a_roster_leaves_empty_stays() -> None:
    today = date(2026, 11, 24)
    stands = {
        "text": "自己写的",
        "automated_decision": "refuse",
        "preferences": {"places": ["济南"]},
        "turns_18_on": "2026-01-01",
        "turns_16_on": "2027-01-01",
    }
    fresh = {"major": "焊接", "preferences": {"pay_low": 6000}}
    assert merged(stands, fresh, None, today) == {
        "text": "自己写的",
        "automated_decision": "refuse",
        "preferences": {"places": ["济南"], "pay_low": 6000},
        "major": "焊接",
        "turns_16_on": "2027-01-01",
    }


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("24机电一体化技术3班", "机电一体化技术"),
        ("2024级焊接(2)班", "焊接"),
        ("焊接2401班", "焊接"),
        ("3+2机电一体化", "3+2机电一体化"),
        ("数控技术", "数控技术"),
    ],
)
def test_a_class_is_no_part_of_what_matching_may_know(written: str, kept: str) -> None:
    assert sparse(Profile("-", major=written)) == {"major": kept}


def test_a_repeated_request_is_answered_from_the_record_and_forgotten_with_it(
    make_world: Callable[..., World], words: Vocabulary, database: Database
) -> None:
    world = make_world(database)
    with TestClient(create_app(words, world.settings), raise_server_exceptions=False) as web:
        headers = {**world.as_("college"), "Idempotency-Key": "new-1"}
        given = {"number": "20269999", "name": "孙悦", "phone": "13900009999", "record": {"major": "数控技术"}}
        first, second = (web.post("/v1/students", json=given, headers=headers) for _ in range(2))
        assert first.status_code == 201 and second.json() == first.json()
        assert second.headers["idempotency-replayed"] == "true"
        with world.store.reading() as session:
            kept = session.scalars(select(Repeatable)).one()
        assert kept.subject == first.json()["id"]
        assert "孙悦" not in str(vars(kept)) and "13900009999" not in str(vars(kept))
        # another administrator of the college deletes the student: nothing is left, whoever asked
        with world.store.writing("system") as work:
            user = User(login="c9@test", name="c9", role="college_admin", password_hash=HASH)
            user.organisation_id = world.ids["east"]
            work.add(user)
            work.session.flush()
            world.tokens["c9"] = issue(work, user, "token", timedelta(days=1), "test")[0]
            work.note("create", "user", user.id)
        place = f"/v1/students/{kept.subject}"
        assert web.delete(place, headers={**world.as_("c9"), "If-Match": "*"}).status_code == 204
        with world.store.reading() as session:
            assert session.scalars(select(Repeatable)).all() == []


def test_a_repeated_rejection_is_answered_though_a_draft_is_hidden(world: World) -> None:
    assert world.client is not None
    place, headers = f"/v1/demands/{world.ids['turner']}/reject", {**world.as_("office"), "Idempotency-Key": "r1"}
    first, second = (world.client.post(place, json={"reason": "缺少薪资"}, headers=headers) for _ in range(2))
    assert first.status_code == second.status_code == 200
    assert second.json() == {"id": world.ids["turner"], "status": "draft"}
