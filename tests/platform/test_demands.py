"""Demands: who may take which step, what the law stops, and that nothing changed stays live unseen."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from starlette.concurrency import run_in_threadpool

from api.resources.demands import EDITED, STEPS, expire
from api.store.tables import DemandRow, Organisation
from api.sweep import sweeping
from tests.platform.conftest import World, demand

WISH = {"record": demand("氩弧焊工", "氩弧焊"), "number": "HR-1"}
SOON = (date.today() + timedelta(days=60)).isoformat()


def call(world: World, method: str, path: str, name: str | None, **send: Any) -> Any:
    """Ask as an account; `version` becomes If-Match, `key` Idempotency-Key."""
    assert world.client is not None
    headers = world.as_(name)
    for field, header in (("version", "If-Match"), ("key", "Idempotency-Key")):
        if field in send:
            headers[header] = send.pop(field)
    return world.client.request(method, f"/v1/demands{path}", headers=headers, **send)


def step(world: World, name: str, path: str, **send: Any) -> Any:
    return call(world, "POST", path, name, **send)


@pytest.fixture
def fresh(world: World) -> str:
    """A draft of north, whose verification holds."""
    verify(world, "north", 100)
    made = call(world, "POST", "", "hr", json=WISH)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def verify(world: World, owner: str, days: int) -> None:
    with world.store.writing("system") as work:
        row = work.session.get_one(Organisation, world.ids[owner])
        row.verified_until = date.today() + timedelta(days=days)
        work.note("seed", "organisation", row.id)


def publish(world: World, identifier: str) -> None:
    for name, path in (("hr", "submit"), ("office", "approve"), ("hr", "publish")):
        answer = step(world, name, f"/{identifier}/{path}")
        assert answer.status_code == 200, answer.text


def test_a_demand_from_draft_to_closed(world: World, fresh: str) -> None:
    assert call(world, "POST", "", None, json=WISH).status_code == 401
    assert call(world, "POST", "", "college", json=WISH).status_code == 403
    assert call(world, "GET", f"/{fresh}", None).status_code == 401
    assert call(world, "GET", f"/{fresh}", "hr2").status_code == 404
    own = call(world, "GET", f"/{fresh}", "hr")
    assert own.headers["ETag"] == '"1"' and own.json()["status"] == "draft"
    assert own.json()["record"]["title"] == "氩弧焊工" and "id" not in own.json()["record"]
    publish(world, fresh)
    seen = call(world, "GET", f"/{fresh}", "anna").json()
    assert seen["status"] == "live" and seen["organisation"] == "north 单位"
    assert seen["number"] is None and seen["findings"] == []
    assert date.fromisoformat(seen["valid_until"]) > date.today() + timedelta(days=150)
    assert step(world, "hr", f"/{fresh}/pause").json()["status"] == "paused"
    assert call(world, "GET", f"/{fresh}", "anna").status_code == 404
    assert step(world, "hr", f"/{fresh}/resume").json()["status"] == "live"
    assert step(world, "hr", f"/{fresh}/fill").json()["status"] == "filled"
    assert step(world, "hr", f"/{fresh}/close", json={"reason": " "}).status_code == 422
    closed = step(world, "hr", f"/{fresh}/close", json={"reason": "已招满"}).json()
    assert closed["status"] == "closed" and closed["closing_reason"] == "已招满"
    taken = call(world, "GET", f"/{fresh}/history", "hr").json()["items"]
    assert [one["after"] for one in taken] == ["submitted", "approved", "live", "paused", "live", "filled", "closed"]
    assert taken[1]["by"] == world.ids["user office"] and taken[-1]["reason"] == "已招满"


def test_steps_that_the_status_does_not_allow_are_conflicts(world: World, fresh: str) -> None:
    bodies = {"close": {"reason": "x"}, "reject": {"reason": "x"}, "renew": {"valid_until": SOON}}
    for name, rule in STEPS.items():
        who = "office" if rule.action == "demand.moderate" else "hr"
        with world.store.writing("system") as work:
            row = work.session.get_one(DemandRow, fresh)
            row.status = "approved" if name in ("approve", "reject") else "draft" if name != "submit" else "live"
            work.touch(row)
            work.note("seed", "demand", fresh)
        answer = step(world, who, f"/{fresh}/{name}", json=bodies.get(name))
        assert answer.status_code == 409, (name, answer.text)
        assert answer.json()["detail_zh"] and answer.json()["detail_en"]


def test_forbidden_wording_stops_a_demand_with_its_law_and_rewrite(world: World, fresh: str) -> None:
    record = demand("氩弧焊工", "氩弧焊") | {"text": "限男性，35岁以下，会看图纸。"}
    version = '"1"'
    assert call(world, "PUT", f"/{fresh}", "hr", json={"record": record}).status_code == 428
    assert call(world, "PUT", f"/{fresh}", "hr", json={"record": record}, version='"9"').status_code == 412
    edited = call(world, "PUT", f"/{fresh}", "hr", json={"record": record}, version=version)
    assert edited.status_code == 200 and edited.json()["findings"][0]["severity"] == "refuse"
    stopped = step(world, "hr", f"/{fresh}/submit")
    assert stopped.status_code == 422
    problems = stopped.json()["problems"]
    assert {one["value"] for one in problems} >= {"限男性"}
    assert all(one["field"] == "record.text" and one["rule"].startswith("law:") for one in problems)
    assert any("建议改为" in one["message_zh"] and "suggested" in one["message_en"] for one in problems)
    lawful = call(world, "PUT", f"/{fresh}", "hr", json=WISH, version=edited.headers["ETag"])
    assert lawful.status_code == 200
    assert step(world, "hr", f"/{fresh}/submit").status_code == 200


def test_a_rejected_demand_comes_back_with_its_reason(world: World, fresh: str) -> None:
    step(world, "hr", f"/{fresh}/submit")
    assert step(world, "office", f"/{fresh}/reject").status_code in (415, 422)
    back = step(world, "office", f"/{fresh}/reject", json={"reason": "请补充薪资"})
    assert back.status_code == 200 and back.json()["status"] == "draft"
    assert call(world, "GET", f"/{fresh}/history", "hr").json()["items"][-1]["reason"] == "请补充薪资"
    assert call(world, "GET", f"/{fresh}", "office").status_code == 404


def test_what_changes_after_it_was_submitted_goes_back_to_draft(world: World, fresh: str) -> None:
    publish(world, fresh)
    version = call(world, "GET", f"/{fresh}", "hr").headers["ETag"]
    current = call(world, "GET", f"/{fresh}", "hr").json()
    same = {"record": current["record"], "number": current["number"]}
    kept = call(world, "PUT", f"/{fresh}", "hr", json=same, version=version)
    assert kept.json()["status"] == "live"
    other = {"record": current["record"] | {"headcount": 30}, "number": current["number"]}
    changed = call(world, "PUT", f"/{fresh}", "hr", json=other, version=kept.headers["ETag"])
    assert changed.json()["status"] == "draft"
    assert call(world, "GET", f"/{fresh}/history", "hr").json()["items"][-1]["reason"] == EDITED
    assert call(world, "GET", f"/{fresh}", "anna").status_code == 404
    step(world, "hr", f"/{fresh}/submit")
    stale = step(world, "office", f"/{fresh}/approve", version=changed.headers["ETag"])
    assert stale.status_code == 412, "approved from a version that was not looked at"


def test_nothing_goes_live_for_an_organisation_that_is_not_verified(world: World, fresh: str) -> None:
    step(world, "hr", f"/{fresh}/submit")
    step(world, "office", f"/{fresh}/approve")
    verify(world, "north", -1)
    refused = step(world, "hr", f"/{fresh}/publish")
    assert refused.status_code == 409 and "核验" in refused.json()["detail_zh"]
    verify(world, "north", 0)
    assert step(world, "hr", f"/{fresh}/publish").status_code == 200
    step(world, "hr", f"/{fresh}/pause")
    verify(world, "north", -1)
    assert step(world, "hr", f"/{fresh}/resume").status_code == 409


def test_past_their_last_day_demands_expire_and_can_be_renewed(world: World, fresh: str) -> None:
    publish(world, fresh)
    over = date.today() + timedelta(days=400)
    with world.store.writing("system") as work:
        assert expire(work, date.today()) == 0
        assert expire(work, over) == 1
        assert expire(work, over) == 0
    assert call(world, "GET", f"/{fresh}", "hr").json()["status"] == "expired"
    far = (date.today() + timedelta(days=200)).isoformat()
    past = (date.today() - timedelta(days=1)).isoformat()
    for until in (far, past):
        assert step(world, "hr", f"/{fresh}/renew", json={"valid_until": until}).status_code == 422
    renewed = step(world, "hr", f"/{fresh}/renew", json={"valid_until": SOON})
    assert renewed.json()["status"] == "live" and renewed.json()["record"]["valid_until"] == SOON


def test_a_demand_past_its_day_counts_as_expired_before_the_sweep(world: World, fresh: str) -> None:
    publish(world, fresh)
    with world.store.writing("system") as work:
        row = work.session.get_one(DemandRow, fresh)
        row.valid_until = date.today() - timedelta(days=1)
        work.touch(row)
        work.note("seed", "demand", fresh)
    assert step(world, "hr", f"/{fresh}/pause").status_code == 409
    assert step(world, "hr", f"/{fresh}/renew", json={"valid_until": SOON}).json()["status"] == "live"


def test_what_is_past_its_day_is_not_published(world: World, fresh: str) -> None:
    step(world, "hr", f"/{fresh}/submit")
    step(world, "office", f"/{fresh}/approve")
    with world.store.writing("system") as work:
        row = work.session.get_one(DemandRow, fresh)
        row.valid_until = date.today() - timedelta(days=1)
        work.touch(row)
        work.note("seed", "demand", fresh)
    refused = step(world, "hr", f"/{fresh}/publish")
    assert refused.status_code == 422 and refused.json()["problems"][0]["field"] == "record.valid_until"
    assert call(world, "GET", f"/{fresh}", "hr").json()["status"] == "approved"


def test_the_server_lets_demands_expire_by_itself(world: World, fresh: str) -> None:
    publish(world, fresh)
    with world.store.writing("system") as work:
        row = work.session.get_one(DemandRow, fresh)
        row.valid_until = date.today() - timedelta(days=1)
        work.touch(row)
        work.note("seed", "demand", fresh)

    async def serve_for_a_moment() -> None:
        async with sweeping(world.store, world.settings, seconds=0.01):
            while (await run_in_threadpool(status)) == "live":
                await asyncio.sleep(0.01)

    def status() -> str:
        with world.store.reading() as session:
            return session.get_one(DemandRow, fresh).status

    asyncio.run(asyncio.wait_for(serve_for_a_moment(), 30))
    assert call(world, "GET", f"/{fresh}", "hr").json()["status"] == "expired"
    assert call(world, "GET", f"/{fresh}/history", "hr").json()["items"][-1]["by"] == "system"


def test_wrong_fields_are_named(world: World) -> None:
    record = demand("焊工") | {"pay": {"low": 9000, "high": 100}, "id": "x"}
    named = call(world, "POST", "", "hr", json={"record": record})
    assert named.status_code == 422 and named.json()["problems"][0]["field"] == "record.id"
    levels = {"record": {"title": "焊工", "requirements": [{"kind": "skill", "label": "焊", "level": 9}]}}
    assert call(world, "POST", "", "hr", json=levels).json()["problems"][0]["field"] == "record.requirements[0].level"
    wrong: list[dict[str, Any]] = [{}, {"record": None}, {"record": []}, {"record": {}}, {"record": {"title": 5}}]
    for empty in wrong:
        assert call(world, "POST", "", "hr", json=empty).status_code == 422


def test_the_same_post_again_makes_no_second_demand(world: World) -> None:
    first = call(world, "POST", "", "hr", json=WISH, key="k1")
    again = call(world, "POST", "", "hr", json=WISH, key="k1")
    assert again.json() == first.json() and again.headers["Idempotency-Replayed"] == "true"
    assert call(world, "POST", "", "hr", json={"record": demand("别的")}, key="k1").status_code == 409
    taken = call(world, "POST", "", "hr", json=WISH)
    assert taken.status_code == 409 and "岗位编号" in taken.json()["detail_zh"]
    other = call(world, "POST", "", "hr2", json=WISH)
    assert other.status_code == 201


def test_lists_are_searched_and_paged_within_the_own_scope(world: World, fresh: str) -> None:
    titles = [one["record"]["title"] for one in call(world, "GET", "", "hr").json()["items"]]
    assert sorted(titles) == ["氩弧焊工", "焊工", "钳工"]
    assert call(world, "GET", "?q=HR-1", "hr").json()["items"][0]["id"] == fresh
    assert call(world, "GET", "?q=HR-1", "office").json()["items"] == []
    found = call(world, "GET", "?q=焊工&status=live", "college").json()["items"]
    assert [one["id"] for one in found] == [world.ids["welder"]]
    assert call(world, "GET", "?q=%25", "hr").json()["items"] == []
    pages: list[str] = []
    cursor = ""
    while True:
        page = call(world, "GET", f"?limit=2{cursor}", "hr").json()
        pages += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert pages == sorted(pages) and len(set(pages)) == 3
    for wrong in ("?limit=0", "?limit=201", "?status=gone", "?cursor=%27"):
        assert call(world, "GET", wrong, "hr").status_code == 422


def test_only_drafts_are_deleted(world: World, fresh: str) -> None:
    assert call(world, "DELETE", f"/{fresh}", "hr").status_code == 428
    assert call(world, "DELETE", f"/{world.ids['welder']}", "hr", version="*").status_code == 409
    assert call(world, "DELETE", f"/{world.ids['miller']}", "hr", version="*").status_code == 404
    assert call(world, "DELETE", f"/{fresh}", "hr", version='"1"').status_code == 204
    assert call(world, "GET", f"/{fresh}", "hr").status_code == 404


def test_pasted_words_become_drafts_and_nothing_is_kept(world: World) -> None:
    text = "招聘氩弧焊工5名，限男性，持焊工证，月薪6000-9000元，工作地点：长清区，报名截至2027年3月1日。"
    assert call(world, "POST", "/parse", None, json={"text": text}).status_code == 401
    assert call(world, "POST", "/parse", "recruiter", json={"text": text}).status_code == 403
    before = world.store.number()
    read = call(world, "POST", "/parse", "hr", json={"text": text})
    assert read.status_code == 200 and world.store.number() == before
    (draft,) = read.json()["items"]
    record = draft["record"]
    assert record["headcount"] == 5 and record["pay"] == {"low": 6000, "high": 9000}
    assert record["valid_until"] == "2027-03-01" and "id" not in record
    start, end = draft["spans"]["pay"]
    assert "6000" in text[start:end]
    assert any(one["severity"] == "refuse" and one["surface"] == "限男性" for one in draft["findings"])
    kept = call(world, "POST", "", "hr", json={"record": record})
    assert kept.status_code == 201, "a confirmed draft can be kept as it is"


def test_an_estimate_gives_rounded_counts_and_the_law(world: World) -> None:
    record = demand("氩弧焊工", "氩弧焊") | {"text": "未婚优先"}
    record["requirements"] = [{"kind": "skill", "label": "氩弧焊", "level": 3, "importance": "must"}]
    assert call(world, "POST", "/estimate", None, json={"record": record}).status_code == 401
    assert call(world, "POST", "/estimate", "college", json={"record": record}).status_code == 403
    before = world.store.number()
    found = call(world, "POST", "/estimate", "recruiter", json={"record": record})
    assert found.status_code == 200 and world.store.number() == before
    assert found.json()["students"] == "<10"
    assert {one["gain"] for one in found.json()["relaxations"]} == {"<10"}
    assert {one["count"] for one in found.json()["removed"]} == {"<10"}
    assert found.json()["findings"]
