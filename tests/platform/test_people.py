"""Organisations and accounts: credit codes, verification, who manages which accounts, versions, repeated requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from api import identity
from api.access import Principal
from api.credit_code import CHARACTERS, LENGTH, check_character, read_credit_code
from api.errors import FieldError, NotSignedIn
from api.live import Live
from api.resources import demands, people
from api.resources.people import months_after
from api.store.tables import DemandStep, Repeatable, User
from matching import Vocabulary
from tests.platform.conftest import PASSWORD, TODAY, World
from tests.platform.postgres import Database

KNOWN = ("91330100799655058B", "914403001922038216", "9144030071526726XG", "91110000802100433B", "91310000775785552L")


def client(world: World) -> Any:
    assert world.client is not None
    return world.client


def act_as(world: World, name: str) -> Principal:
    with world.store.reading() as session:
        return identity.principal_of(session.get_one(User, world.ids[f"user {name}"]))


@pytest.mark.parametrize("code", KNOWN)
def test_credit_codes_of_well_known_companies_fit(code: str) -> None:
    assert read_credit_code(code) == code
    assert read_credit_code(f" {code[:8].lower()} {code[8:]}") == code


@given(st.text(CHARACTERS, min_size=9, max_size=9), st.text("0123456789", min_size=6, max_size=6), st.data())
def test_one_wrong_character_is_always_found(tail: str, region: str, data: st.DataObject) -> None:
    body = f"91{region}{tail}"
    code = body + check_character(body)
    assert len(code) == LENGTH and read_credit_code(code) == code
    place = data.draw(st.integers(8, LENGTH - 1))
    other = data.draw(st.sampled_from([one for one in CHARACTERS if one != code[place]]))
    with pytest.raises(FieldError) as caught:
        read_credit_code(code[:place] + other + code[place + 1 :])
    assert caught.value.problems[0].field == "credit_code"


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("9133010079965505", "length"),
        ("91330100799655058I", "character"),
        ("91330A00799655058B", "region"),
        ("91330100799655058C", "check"),
        ("", "length"),
    ],
)
def test_wrong_credit_codes_say_what_is_wrong(code: str, rule: str) -> None:
    with pytest.raises(FieldError) as caught:
        read_credit_code(code)
    assert caught.value.problems[0].rule == rule


def test_a_member_is_taken_in_edited_and_verified(world: World) -> None:
    web, office = client(world), world.as_("office")
    given = {"kind": "enterprise", "name": "济南某某焊接有限公司", "credit_code": KNOWN[0].lower()}
    assert web.post("/v1/organisations", json=given).status_code == 401
    assert web.post("/v1/organisations", json=given, headers=world.as_("hr")).status_code == 403
    fresh = web.post("/v1/organisations", json=given, headers=office)
    assert fresh.status_code == 201 and fresh.json()["credit_code"] == KNOWN[0]
    assert web.post("/v1/organisations", json=given, headers=office).status_code == 409
    wrong = web.post(
        "/v1/organisations", json={**given, "name": "另一家", "credit_code": KNOWN[0][:-1] + "C"}, headers=office
    )
    assert wrong.status_code == 422 and wrong.json()["problems"][0]["field"] == "credit_code"
    place = f"/v1/organisations/{fresh.json()['id']}"
    read = web.get(place, headers=world.as_("hr"))
    assert read.json()["credit_code"] is None and read.headers["etag"] == '"1"'
    assert web.patch(place, json={"name": "新名"}, headers=office).status_code == 428
    assert web.patch(place, json={"name": "新名"}, headers={**office, "If-Match": '"9"'}).status_code == 412
    edited = web.patch(place, json={"name": "新名"}, headers={**office, "If-Match": '"1"'})
    assert (edited.status_code, edited.json()["name"], edited.json()["credit_code"]) == (200, "新名", KNOWN[0])
    term = {"role_from": "2026-02-01", "role_until": "2026-01-01"}
    assert web.patch(place, json=term, headers={**office, "If-Match": "*"}).status_code == 422
    verified = web.post(f"{place}/verify", headers=office).json()
    assert verified["verified_until"] == months_after(date.fromisoformat(verified["verified_on"]), 6).isoformat()


def test_own_members_see_their_credit_code(world: World) -> None:
    web = client(world)
    place = f"/v1/organisations/{world.ids['north']}"
    given = {"credit_code": KNOWN[1]}
    assert web.patch(place, json=given, headers={**world.as_("admin"), "If-Match": "*"}).status_code == 200
    sees = {name for name in world.tokens if web.get(place, headers=world.as_(name)).json()["credit_code"]}
    assert sees == {"admin", "office", "hr", "recruiter"}
    listed = web.get("/v1/organisations", headers=world.as_("college")).json()["items"]
    assert all(one["credit_code"] is None for one in listed)


def test_pages_of_organisations_follow_each_other(world: World) -> None:
    web, hr = client(world), world.as_("hr")
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = web.get("/v1/organisations", params={"limit": 2, **({"cursor": cursor} if cursor else {})}, headers=hr)
        seen += [one["id"] for one in page.json()["items"]]
        cursor = page.json()["next"]
    assert seen == sorted(seen) and len(seen) == len(set(seen)) == 5
    colleges = web.get("/v1/organisations", params={"kind": "college"}, headers=hr).json()["items"]
    assert {one["name"] for one in colleges} == {"east 单位", "west 单位"}
    assert web.get("/v1/organisations", params={"q": "%"}, headers=hr).json()["items"] == []
    assert web.get("/v1/organisations", params={"cursor": "'; --"}, headers=hr).status_code == 422


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2026, 8, 31), date(2027, 2, 28)),
        (date(2026, 11, 24), date(2027, 5, 24)),
        (date(2027, 8, 31), date(2028, 2, 29)),
    ],
)
def test_six_months_later_is_the_same_day_or_the_months_last(day: date, later: date) -> None:
    assert months_after(day, 6) == later


def test_an_enterprise_manages_its_own_accounts(world: World) -> None:
    web, hr = client(world), world.as_("hr")
    given = {
        "login": "new@north",
        "name": "李",
        "role": "recruiter",
        "password": PASSWORD,
        "demands": [world.ids["welder"]],
    }
    assert web.post("/v1/users", json=given).status_code == 401
    assert web.post("/v1/users", json=given, headers=world.as_("recruiter")).status_code == 403
    assert web.post("/v1/users", json={**given, "role": "system_admin"}, headers=hr).status_code == 403
    foreign = {**given, "organisation_id": world.ids["south"]}
    assert web.post("/v1/users", json=foreign, headers=hr).status_code == 403
    assert web.post("/v1/users", json={**given, "demands": [world.ids["miller"]]}, headers=hr).status_code == 422
    assert web.post("/v1/users", json={**given, "classes": ["24数控2班"]}, headers=hr).status_code == 422
    fresh = web.post("/v1/users", json=given, headers=hr)
    assert fresh.status_code == 201 and "password" not in fresh.text
    assert web.post("/v1/users", json=given, headers=hr).status_code == 409
    assert web.post("/v1/auth/login", json={"login": "new@north", "password": PASSWORD}).status_code == 200
    assert {one["login"] for one in web.get("/v1/users", headers=hr).json()["items"]} == {
        "hr@test",
        "recruiter@test",
        "new@north",
    }


def test_an_account_that_is_turned_off_or_reset_is_out_at_once(world: World) -> None:
    web, hr = client(world), world.as_("hr")
    place = f"/v1/users/{world.ids['user recruiter']}"
    assert web.get(place, headers=world.as_("hr2")).status_code == 404
    assert web.patch(place, json={"active": False}, headers=world.as_("hr2")).status_code == 404
    assert web.patch(place, json={"active": False}, headers=hr).status_code == 428
    assert web.get("/v1/auth/me", headers=world.as_("recruiter")).status_code == 200
    etag = web.get(place, headers=hr).headers["etag"]
    assert web.patch(place, json={"active": False}, headers={**hr, "If-Match": etag}).json()["active"] is False
    assert web.get("/v1/auth/me", headers=world.as_("recruiter")).status_code == 401
    assert web.patch(place, json={"name": "改名"}, headers={**hr, "If-Match": etag}).status_code == 412
    fresh = {"active": True, "password": "另一句很好记的长密码"}
    assert web.patch(place, json=fresh, headers={**hr, "If-Match": "*"}).status_code == 200
    assert web.post("/v1/auth/login", json={"login": "recruiter@test", "password": PASSWORD}).status_code == 401
    signed = web.post("/v1/auth/login", json={"login": "recruiter@test", "password": fresh["password"]})
    assert signed.status_code == 200


def test_nobody_turns_themselves_off_or_goes_round_the_old_password(world: World) -> None:
    web = client(world)
    for name, role in (("hr", "hr"), ("admin", "admin")):
        place, own = f"/v1/users/{world.ids[f'user {name}']}", {**world.as_(role), "If-Match": "*"}
        for refused in ({"active": False}, {"password": "另一句很好记的长密码"}):
            assert web.patch(place, json=refused, headers=own).status_code == 409
        assert web.patch(place, json={"lang": "en"}, headers=own).status_code == 200


def test_student_accounts_belong_to_students_of_the_college(world: World) -> None:
    web, college = client(world), world.as_("college")
    given = {"login": "s@east", "name": "学生", "role": "student", "password": PASSWORD}
    for student in (None, world.ids["chen"], "stu_none"):
        answer = web.post("/v1/users", json={**given, "student_id": student}, headers=college)
        assert answer.status_code == 422 and answer.json()["problems"][0]["field"] == "student_id"
    taken = web.post("/v1/users", json={**given, "student_id": world.ids["anna"]}, headers=college)
    assert taken.status_code == 409


def test_a_member_that_leaves_takes_its_accounts_along(world: World) -> None:
    web = client(world)
    place = f"/v1/organisations/{world.ids['south']}"
    assert web.patch(place, json={"active": False}, headers={**world.as_("office"), "If-Match": "*"}).status_code == 200
    assert web.get("/v1/auth/me", headers=world.as_("hr2")).status_code == 401
    assert web.get("/v1/auth/me", headers=world.as_("hr")).status_code == 200


def test_a_repeated_request_makes_one_account_and_keeps_no_password(world: World) -> None:
    web = client(world)
    given = {"login": "once@north", "name": "李", "role": "recruiter", "password": PASSWORD}
    headers = {**world.as_("hr"), "Idempotency-Key": "k1"}
    first, second = (web.post("/v1/users", json=given, headers=headers) for _ in range(2))
    assert first.json() == second.json() and second.headers["idempotency-replayed"] == "true"
    other = web.post("/v1/users", json={**given, "login": "other@north"}, headers=headers)
    assert other.status_code == 409
    with world.store.reading() as session:
        kept = session.get_one(Repeatable, ("k1", world.ids["user hr"]))
    assert kept.subject == first.json()["id"] and not hasattr(kept, "body")


def test_an_organisation_turned_off_ends_at_once_for_its_accounts_demands_and_students(
    make_world: Callable[..., World], database: Database, words: Vocabulary
) -> None:
    world = make_world(database)
    live = Live(world.store, words, world.settings.index_folder, TODAY)
    office = act_as(world, "office")

    def turn(name: str, on: bool, who: Principal = office) -> None:
        with world.store.writing(who) as work:
            people.edit_organisation(work, who, world.ids[name], "*", {"active": on})

    def held() -> set[str]:
        with live.engine() as engine:
            return {name for name, key in world.ids.items() if key in {*engine.profiles_, *engine.demands_}}

    assert held() == {"welder", "miller", "anna", "bao", "chen"}
    turn("south", False, act_as(world, "admin"))
    turn("east", False)
    assert held() == {"welder", "chen"}
    with world.store.reading() as session:
        with pytest.raises(NotSignedIn):
            identity.credential_of(session, world.tokens["hr2"], "token")
        with pytest.raises(NotSignedIn):
            identity.user_with(session, "college@test", PASSWORD)
        assert identity.user_with(session, "admin@test", PASSWORD).id == world.ids["user admin"]
        step = session.scalars(select(DemandStep).where(DemandStep.demand_id == world.ids["miller"])).one()
    assert (step.before, step.after, step.by) == ("live", "paused", world.ids["user admin"])
    turn("east", True)
    assert held() == {"welder", "anna", "bao", "chen"}
    with live.engine() as engine:
        assert world.ids["anna"] in engine.match(world.ids["welder"], 3).ids


def test_accounts_are_turned_off_whatever_became_of_their_home(
    make_world: Callable[..., World], database: Database, words: Vocabulary
) -> None:
    world = make_world(database)
    hr, admin = act_as(world, "hr"), act_as(world, "admin")
    with world.store.writing(hr) as work:
        both = [world.ids["welder"], world.ids["fitter"]]
        people.edit_user(work, hr, world.ids["user recruiter"], "*", {"demands": both})
    with world.store.writing(hr) as work:
        demands.remove_demand(work, hr, world.ids["fitter"], "*")
    with world.store.writing(hr) as work:
        row = people.edit_user(work, hr, world.ids["user recruiter"], "*", {"active": False})
        assert row.demands == [world.ids["welder"]] and not row.active
    with world.store.writing(hr) as work:
        demands.step(work, hr, world.ids["welder"], "pause", TODAY, words)
    for name in ("recruiter", "anna"):
        with world.store.writing(admin) as work:
            assert not people.edit_user(work, admin, world.ids[f"user {name}"], "*", {"active": False}).active
    for wrong in ({"demands": [world.ids["miller"]]}, {"classes": ["24焊接3班"]}):
        with pytest.raises(FieldError), world.store.writing(hr) as work:
            people.edit_user(work, hr, world.ids["user recruiter"], "*", wrong)
