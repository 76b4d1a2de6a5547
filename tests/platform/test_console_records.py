"""Records on pages: the one that is looked for is found among more than a page holds, and what is gone is not there."""

from __future__ import annotations

import re

import pytest

from api.codes import code_of
from api.resources import matches
from api.store.tables import DemandRow, Student, User
from tests.platform.conftest import World, demand
from tests.platform.visitors import version_on, visitor


def test_a_planned_skill_is_shown_with_its_year(world: World) -> None:
    with world.store.writing("system") as work:
        row = work.session.get_one(Student, world.ids["anna"])
        row.record = {**row.record, "skills": [{"label": "氩弧焊", "level": 2, "available_on": "2028-06-30"}]}
        work.touch(row)
        work.note("edit", "student", row.id)
    code = code_of(world.settings.secret, world.ids["welder"], world.ids["anna"])
    page = visitor(world, "hr").page(f"/demands/{world.ids['welder']}/matches/{code}")
    assert "（2028 年起具备）" in page


def test_a_student_whom_only_the_index_shows_is_not_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hr, address = visitor(world, "hr"), f"/demands/{world.ids['welder']}/matches"
    code = re.findall(r'id="m-([A-Z2-7]{10})"', hr.page(address))[0]
    assert hr.open(f"{address}/{code}").status_code == 200
    monkeypatch.setattr(matches, "student_cards", lambda *given: {})
    assert hr.open(f"{address}/{code}").status_code == 404


def test_saving_a_recruiter_keeps_posts_beyond_two_hundred(world: World) -> None:
    with world.store.writing("system") as work:
        posts = [DemandRow(organisation_id=world.ids["north"], record=demand("焊工")) for _ in range(210)]
        for post in posts:
            work.add(post)
        work.note("seed", "demand", "all")
    hr, account = visitor(world, "hr"), f"/accounts/{world.ids['user recruiter']}"
    page = hr.page(account)
    assert {post.id for post in posts} <= set(re.findall(r'name="demands" value="(dem_\w+)"', page))
    sent = {"name": "recruiter", "active": "1", "picks_demands": "1", "demands": [post.id for post in posts]}
    assert hr.send(account, version=version_on(page), **sent).status_code == 303
    with world.store.reading() as session:
        assert len(session.get_one(User, world.ids["user recruiter"]).demands) == 210
    assert hr.page(account).count(" checked") >= 210
