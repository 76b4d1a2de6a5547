"""The audit log, statistics and exposure without small groups, the operator's switch, and the public statement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from api.access import SMALL_GROUP, Principal, Role
from api.resources.oversight import UNKNOWN, statistics
from api.resources.suppression import suppressed, table_of
from api.store.tables import DemandRow, Shown, Student
from matching.score import PARTS, Weights
from tests.platform.conftest import World, profile
from tests.platform.postgres import Database


def client(world: World) -> Any:
    assert world.client is not None
    return world.client


@given(st.dictionaries(st.text(max_size=3), st.integers(1, 40), max_size=8))
def test_no_group_under_ten_is_shown_or_can_be_had_by_subtraction(counts: dict[str, int]) -> None:
    table = table_of(counts)
    shown = {group["name"]: group["count"] for group in table["groups"]}
    hidden = suppressed(counts)
    assert shown == {name: count for name, count in counts.items() if name not in hidden}
    assert all(count >= SMALL_GROUP for count in shown.values())
    assert table["suppressed"] == len(hidden)
    if table["total"] is not None and hidden:
        assert len(hidden) > 1
        assert table["total"] - sum(shown.values()) == sum(counts[name] for name in hidden) >= SMALL_GROUP
    if counts and min(counts.values()) >= SMALL_GROUP:
        assert shown == counts and table["total"] == sum(counts.values())


@given(st.dictionaries(st.text(max_size=3), st.integers(10, 40), min_size=2, max_size=8), st.integers(1, 9))
def test_one_small_group_hides_the_smallest_other_and_no_more(large: dict[str, int], small: int) -> None:
    counts = {**large, "small one": small}
    assert len(suppressed(counts)) == 2
    assert table_of(counts)["total"] == sum(counts.values())


def add_students(world: World, college: str, major: str, count: int) -> list[str]:
    ids = []
    with world.store.writing("system") as work:
        for _ in range(count):
            row = Student(college_id=world.ids[college], record=profile(major, "数控铣"))
            work.add(row)
            ids.append(row.id)
        work.note("seed", "student", "-")
    return ids


def test_statistics_leave_small_groups_out(world: World) -> None:
    web = client(world)
    add_students(world, "east", "数控技术", 20)
    add_students(world, "west", "智能焊接技术", 11)
    assert web.get("/v1/statistics").status_code == 401
    assert web.get("/v1/statistics", headers=world.as_("hr")).status_code == 403
    found = web.get("/v1/statistics", headers=world.as_("office")).json()
    assert found["students_by_college"] == {
        "total": 34,
        "groups": [{"name": "east 单位", "count": 22}, {"name": "west 单位", "count": 12}],
        "suppressed": 0,
    }
    add_students(world, "east", "护理", 3)
    majors = web.get("/v1/statistics", headers=world.as_("auditor")).json()["students_by_major"]
    assert majors == {"total": 37, "groups": [{"name": "数控技术", "count": 21}], "suppressed": 2}
    assert found["demands_by_status"]["groups"] == [] and found["demands_by_status"]["total"] is None


def test_exposure_names_nobody(world: World) -> None:
    web = client(world)
    ids = add_students(world, "east", "数控技术", 97)
    with world.store.writing("system") as work:
        for student in ids[:10]:
            work.session.add(Shown(demand_id=world.ids["miller"], student_id=student, times=9, best_rank=1))
        for student in ids[10:30]:
            work.session.add(Shown(demand_id=world.ids["miller"], student_id=student, times=1, best_rank=1))
        work.note("seed", "shown", "-")
    assert web.get("/v1/exposure", headers=world.as_("admin")).status_code == 403
    answer = web.get("/v1/exposure", headers=world.as_("office"))
    found = answer.json()
    assert found["students_by_times_shown"]["groups"] == [
        {"name": "0", "count": 70},
        {"name": "1-4", "count": 20},
        {"name": "5-19", "count": 10},
    ]
    assert found["top_share"] == round(90 / 110, 3)
    assert found["times_shown_per_student_by_college"] == []
    assert not any(student in answer.text for student in ids)
    add_students(world, "west", "护理", 9)
    averages = web.get("/v1/exposure", headers=world.as_("office")).json()["times_shown_per_student_by_college"]
    assert averages == [{"name": "east 单位", "average": 1.1}, {"name": "west 单位", "average": 0.0}]


def test_the_audit_log_is_listed_newest_first_and_verified(world: World) -> None:
    web, auditor = client(world), world.as_("auditor")
    web.put("/v1/settings/show_profiles", json={"on": False}, headers=world.as_("admin"))
    web.post("/v1/auth/tokens", json={"label": "x"}, headers=world.as_("hr"))
    assert web.get("/v1/audit").status_code == 401
    assert web.get("/v1/audit", headers=world.as_("office")).status_code == 403
    rows = web.get("/v1/audit", headers=auditor).json()["items"]
    assert [row["action"] for row in rows] == ["create_token", "set", "seed"]
    assert [row["number"] for row in rows] == [3, 2, 1]
    page = web.get("/v1/audit", params={"limit": 2}, headers=auditor).json()
    rest = web.get("/v1/audit", params={"limit": 2, "cursor": page["next"]}, headers=auditor).json()
    assert [row["number"] for row in rest["items"]] == [1] and rest["next"] is None
    own = web.get("/v1/audit", params={"actor": world.ids["user hr"]}, headers=auditor).json()["items"]
    assert [row["action"] for row in own] == ["create_token"]
    later = web.get("/v1/audit", params={"since": rows[0]["at"], "until": rows[0]["at"]}, headers=auditor).json()[
        "items"
    ]
    assert [row["number"] for row in later] == [3]
    assert web.get("/v1/audit", params={"since": "2026-01-01T00:00:00"}, headers=auditor).status_code == 422
    assert web.get("/v1/audit/verify", headers=auditor).json() == {"whole": True, "broken_at": None, "rows": 3}


def test_a_changed_audit_row_is_found(world: World) -> None:
    web = client(world)
    web.put("/v1/settings/show_profiles", json={"on": False}, headers=world.as_("admin"))
    with world.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit SET actor = 'nobody' WHERE number = 2")
    found = web.get("/v1/audit/verify", headers=world.as_("auditor")).json()
    assert found == {"whole": False, "broken_at": 2, "rows": 2}


def test_profiles_are_shown_only_on_a_legal_basis(world: World) -> None:
    web, admin = client(world), world.as_("admin")
    place = "/v1/settings/show_profiles"
    assert web.put(place, json={"on": True, "basis": "x"}).status_code == 401
    assert web.put(place, json={"on": True, "basis": "x"}, headers=world.as_("office")).status_code == 403
    for basis in ("", "  "):
        answer = web.put(place, json={"on": True, "basis": basis}, headers=admin)
        assert answer.status_code == 422 and answer.json()["problems"][0]["field"] == "basis"
    assert web.put(place, json={"on": True, "basis": " 入学协议 "}, headers=admin).json()["basis"] == "入学协议"
    assert web.get("/v1/settings", headers=admin).json() == {"show_profiles": {"on": True, "basis": "入学协议"}}
    row = web.get("/v1/audit", params={"kind": "setting"}, headers=admin).json()["items"][0]
    assert row["details"] == {"on": True, "basis": "入学协议"}


def test_the_public_statement_names_all_factors_and_their_weights(world: World) -> None:
    stated = client(world).get("/v1/algorithm").json()
    forward = {one["name"]: one["weight"] for one in stated["factors"] if one["direction"] == "forward"}
    assert forward == {part: getattr(Weights(), part) for part in PARTS}
    assert {one["name"] for one in stated["factors"] if one["direction"] == "backward"} == {
        "place",
        "pay",
        "shift",
        "occupation",
    }
    assert all(one["how_zh"] and one["how_en"] for one in stated["factors"])
    assert {"data", "hard conditions", "choice"} <= {one["name"] for one in stated["statements"]}


def test_the_vocabulary_is_suggested_to_anyone(world: World) -> None:
    web = client(world)
    found = web.get("/v1/vocabulary", params={"q": "氩弧", "kind": "skill"}).json()["items"]
    assert "weld.gtaw" in {one["id"] for one in found}
    assert all(one["kind"] == "skill" for one in found)
    assert len(web.get("/v1/vocabulary", params={"q": "焊", "limit": 3}).json()["items"]) == 3
    for wrong in ({"q": ""}, {}, {"q": "焊", "limit": 51}, {"q": "焊", "kind": "magic"}, {"q": "焊" * 101}):
        assert web.get("/v1/vocabulary", params=wrong).status_code == 422


def test_majors_and_occupations_are_counted_by_either_database(
    make_world: Callable[..., World], database: Database
) -> None:
    world = make_world(database)
    with world.store.writing("system") as work:
        taught: list[dict[str, Any]] = [{"major": "机电一体化技术"}] * 12 + [{"major": "会计"}] * 10
        for record in (*taught, *([{"major": ""}] * 6), *([{}] * 8)):
            work.add(Student(college_id=world.ids["east"], record=record))
        for number in range(20):
            words = {"occupations": ["焊工", "钳工"]} if number < 10 else {"occupations": []}
            work.add(DemandRow(organisation_id=world.ids["north"], record={"title": "焊工", **words}))
        work.note("seed", "student", "test")
    office = Principal(world.ids["user office"], Role.SECRETARIAT, world.ids["office"])
    with world.store.reading() as session:
        counted = statistics(session, office)
    majors = {group["name"]: group["count"] for group in counted["students_by_major"]["groups"]}
    occupations = {group["name"]: group["count"] for group in counted["demands_by_occupation"]["groups"]}
    assert majors == {UNKNOWN: 14, "机电一体化技术": 12}
    assert occupations == {UNKNOWN: 14, "焊工": 10}
