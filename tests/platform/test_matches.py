"""Ranked lists: what an enterprise sees of students, what it never sees, and what students see of demands."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from api.codes import code_of
from api.exposure import Exposure
from api.store.tables import DemandRow, Identity, Shown, Student
from matching.score import SCORE_ONE
from tests.platform.conftest import World, profile


def get(world: World, path: str, name: str | None, **send: Any) -> Any:
    assert world.client is not None
    return world.client.get(f"/v1{path}", headers=world.as_(name), **send)


def listed(world: World, demand: str = "welder", name: str = "hr", query: str = "") -> dict[str, Any]:
    answer = get(world, f"/demands/{world.ids[demand]}/matches{query}", name)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def change(world: World, student: str, visible: bool | None = None, **values: Any) -> None:
    with world.store.writing("system") as work:
        row = work.session.get_one(Student, world.ids[student])
        row.record = {**row.record, **values}
        row.visible = row.visible if visible is None else visible
        work.touch(row)
        work.note("edit", "student", row.id)


def must(world: World, kind: str, label: str) -> None:
    """Let the welder's demand ask for one thing only, as a must."""
    with world.store.writing("system") as work:
        row = work.session.get_one(DemandRow, world.ids["welder"])
        row.record = {**row.record, "requirements": [{"kind": kind, "label": label, "importance": "must"}]}
        work.touch(row)
        work.note("seed", "demand", row.id)


def enrol(world: World, college: str, count: int, **values: Any) -> list[str]:
    with world.store.writing("system") as work:
        rows = [
            Student(college_id=world.ids[college], record=profile("智能焊接技术", "氩弧焊") | values)
            for _ in range(count)
        ]
        for row in rows:
            work.add(row)
        work.note("seed", "student", college)
    return [row.id for row in rows]


def test_a_list_is_for_the_own_enterprise(world: World) -> None:
    path = f"/demands/{world.ids['welder']}/matches"
    assert get(world, path, None).status_code == 401
    assert get(world, path, "college").status_code == 403
    assert get(world, path, "hr2").status_code == 404
    assert get(world, f"/demands/{world.ids['miller']}/matches", "recruiter").status_code == 404
    assert get(world, path, "recruiter").status_code == 200
    draft = get(world, f"/demands/{world.ids['fitter']}/matches", "hr")
    assert draft.status_code == 409 and "草稿" in draft.json()["detail_zh"]
    for wrong in ("?k=0", "?k=201", "?order=best", "?relaxations=perhaps"):
        assert get(world, path + wrong, "hr").status_code == 422


def test_an_enterprise_sees_codes_years_and_rounded_counts(world: World) -> None:
    secret_words = "张三丰会氩弧焊，电话13912345678"
    certificate = {"label": "焊工四级", "valid_until": "2033-06-20"}
    change(world, "anna", text=secret_words, certificates=[certificate])
    found = listed(world, query="?relaxations=true")
    answer = json.dumps(found, ensure_ascii=False)
    code = code_of(world.settings.secret, world.ids["welder"], world.ids["anna"])
    assert [one["rank"] for one in found["results"]] == [1, 2, 3]
    best = found["results"][0]
    assert best["code"] == code and best["student"]["graduates_in"] == 2027
    assert best["student"]["college"] is None and found["considered"] == "<10"
    assert sum(best["parts"].values()) == pytest.approx(best["score"], abs=1e-5)
    told = get(world, f"/demands/{world.ids['welder']}/matches/{code}", "hr")
    assert told.status_code == 200 and told.json()["profile"] == code
    assert told.json()["score"] == best["score"]
    whole = answer + told.text
    hidden = [world.ids["anna"], "张三丰", "13912345678", "名字anna", "2024anna", "24智能焊接1班", "east 单位"]
    assert [word for word in hidden if word in whole] == []
    assert re.findall(r"20\d\d-\d\d-\d\d", told.text) == []
    assert all(one["start"] is None for reason in told.json()["reasons"] for one in reason["evidence"])


def test_a_college_is_named_where_ten_of_it_are_shown(world: World) -> None:
    enrol(world, "east", 7)
    assert {one["student"]["college"] for one in listed(world)["results"]} == {None}
    (last,) = enrol(world, "east", 1)
    assert {one["student"]["college"] for one in listed(world)["results"]} == {None, "east 单位"}
    world.ids["last"] = last
    change(world, "last", visible=False)
    assert {one["student"]["college"] for one in listed(world)["results"]} == {None}


def test_codes_differ_between_demands_and_work_in_none_but_their_own(world: World) -> None:
    with world.store.writing("system") as work:
        row = work.session.get_one(DemandRow, world.ids["fitter"])
        row.status = "live"
        work.touch(row)
        work.note("seed", "demand", row.id)
    one = {result["code"] for result in listed(world)["results"]}
    other = {result["code"] for result in listed(world, "fitter")["results"]}
    assert len(one) == len(other) == 3 and not one & other
    for code in other:
        assert get(world, f"/demands/{world.ids['welder']}/matches/{code}", "hr").status_code == 404


def test_who_hides_is_gone_at_once_from_list_and_explanation(world: World) -> None:
    code = listed(world)["results"][0]["code"]
    path = f"/demands/{world.ids['welder']}/matches/{code}"
    assert get(world, path, "hr").status_code == 200
    change(world, "anna", visible=False)
    assert code not in {one["code"] for one in listed(world)["results"]}
    assert get(world, path, "hr").status_code == 404
    change(world, "anna", visible=True)
    assert listed(world)["results"][0]["code"] == code


def test_a_code_ends_when_its_student_leaves_the_list(world: World) -> None:
    assert world.client is not None
    welder = world.ids["welder"]
    code = listed(world)["results"][0]["code"]
    pair = {"demand_id": welder, "code": code}

    def statuses() -> list[int]:
        assert world.client is not None
        told = get(world, f"/demands/{welder}/matches/{code}", "hr")
        asked = (
            world.client.post(f"/v1/{kind}", headers=world.as_("hr"), json=pair | more)
            for kind, more in (("shortlists", {}), ("contact-requests", {"message": "想约您面谈。"}))
        )
        return [told.status_code, *(answer.status_code for answer in asked)]

    change(world, "anna", intent="not_seeking")
    assert statuses() == [404, 404, 404]
    change(world, "anna", intent="employ")
    must(world, "education", "本科")
    assert statuses() == [404, 404, 404]
    must(world, "education", "中职")
    change(world, "anna", automated_decision="refuse")
    assert statuses() == [200, 201, 201]
    entry = world.client.get("/v1/shortlists", headers=world.as_("hr")).json()["items"][0]
    change(world, "anna", intent="not_seeking")
    assert get(world, f"/shortlists/{entry['id']}", "hr").status_code == 200


def test_who_refuses_ranking_is_listed_unscored_page_by_page(world: World) -> None:
    refusing = enrol(world, "west", 5, automated_decision="refuse")
    codes = sorted(code_of(world.settings.secret, world.ids["welder"], one) for one in refusing)
    seen: list[str] = []
    after = ""
    while True:
        page = listed(world, query=f"?k=2&unscored_after={after}")
        seen += [one["code"] for one in page["unscored"]]
        assert page["unscored_count"] == "<10" and not {one["code"] for one in page["results"]} & set(codes)
        if page["unscored_next"] is None:
            break
        after = page["unscored_next"]
    assert seen == codes


def test_a_paused_demand_keeps_its_list(world: World) -> None:
    before = listed(world)["results"]
    assert world.client is not None
    world.client.post(f"/v1/demands/{world.ids['welder']}/pause", headers=world.as_("hr"))
    assert listed(world)["results"] == before


def test_musts_that_remove_show_rounded_counts_and_relaxations(world: World) -> None:
    enrol(world, "west", 13, education="中职")
    must(world, "education", "本科")
    found = listed(world, query="?relaxations=true")
    assert found["results"] == [] and found["considered"] == "15"
    counts = {one["label_zh"]: one["count"] for one in found["removed"]}
    assert "15" in counts.values()
    gains = {one["change"]: one["gain"] for one in found["relaxations"]}
    assert gains["drop"] == "15" and gains["education"] == "<10"
    assert "relaxations" not in listed(world)


def test_lists_are_counted_after_the_answer(world: World) -> None:
    for _ in range(2):
        listed(world)
    listed(world, query="?k=1")
    get(world, f"/demands/{world.ids['fitter']}/matches", "hr")
    with world.store.reading() as session:
        rows = {row.student_id: (row.times, row.best_rank) for row in session.scalars(select(Shown))}
    assert rows[world.ids["anna"]] == (3, 1)
    assert sorted(times for times, _ in rows.values()) == [2, 2, 3]


def test_exposure_adds_up_and_forgets_who_is_gone(world: World) -> None:
    exposure, welder = Exposure(world.store), world.ids["welder"]
    exposure.count(welder, [(world.ids["anna"], 0), (world.ids["bao"], 4), ("stu_gone", 1)])
    exposure.count("dem_gone", [(world.ids["anna"], 1)])
    exposure.flush()
    exposure.record(welder, [(world.ids["anna"], 7), (world.ids["bao"], 0)])
    exposure.record(welder, [(world.ids["anna"], 9), (world.ids["bao"], 2)])
    with world.store.reading() as session:
        rows = {row.student_id: (row.times, row.best_rank) for row in session.scalars(select(Shown))}
    assert rows == {world.ids["anna"]: (3, 7), world.ids["bao"]: (3, 2)}


def test_students_and_their_college_see_live_demands_with_reasons(world: World) -> None:
    path = f"/students/{world.ids['anna']}/matches"
    assert get(world, path, None).status_code == 401
    assert get(world, path, "hr").status_code == 403
    assert get(world, path, "college2").status_code == 404
    assert get(world, path, "bao").status_code == 404
    answers = [get(world, path, name) for name in ("anna", "college", "teacher")]
    assert {answer.status_code for answer in answers} == {200}
    found = answers[0].json()
    assert [one["demand_id"] for one in found["results"]] == [world.ids["welder"], world.ids["miller"]]
    assert found["results"][0]["organisation"] == "north 单位" and found["considered"] == 2
    told = get(world, f"{path}/{world.ids['welder']}", "anna")
    assert told.json()["score"] == found["results"][0]["score"]
    assert told.json()["profile"] == world.ids["anna"]
    for missing in (world.ids["fitter"], world.ids["turner"], "dem_none"):
        assert get(world, f"{path}/{missing}", "anna").status_code == 404
    change(world, "anna", visible=False)
    assert get(world, path, "anna").json()["results"] == found["results"], "hidden from enterprises, not from oneself"
    change(world, "anna", automated_decision="refuse")
    refused = get(world, path, "anna").json()
    assert refused["results"] == []
    assert {one["demand_id"] for one in refused["unscored"]} == {world.ids["welder"], world.ids["miller"]}


def test_both_directions_score_alike(world: World) -> None:
    codes = {
        code_of(world.settings.secret, world.ids["welder"], world.ids[one]): one for one in ("anna", "bao", "chen")
    }
    for result in listed(world)["results"]:
        name = codes[result["code"]]
        own = get(world, f"/students/{world.ids[name]}/matches", name).json()["results"]
        (same,) = [one for one in own if one["demand_id"] == world.ids["welder"]]
        assert round(same["score"] * SCORE_ONE) == round(result["score"] * SCORE_ONE)
    wished = listed(world, query="?order=reciprocal")
    assert all("backward" in one for one in wished["results"]) and wished["order"] == "reciprocal"


def test_under_18_is_said_without_a_date(world: World) -> None:
    soon = date.today() + timedelta(days=90)
    change(world, "anna", turns_18_on=soon.isoformat())
    code = listed(world)["results"][0]["code"]
    told = get(world, f"/demands/{world.ids['welder']}/matches/{code}", "hr")
    assert soon.isoformat() not in told.text and "监护人" in told.json()["text_zh"]


def test_identities_are_never_read_for_a_list(world: World) -> None:
    with world.store.writing("system") as work:
        for row in work.session.scalars(select(Identity)):
            work.session.delete(row)
        work.note("seed", "identity", "all")
    assert len(listed(world)["results"]) == 3
