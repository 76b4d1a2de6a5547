"""The hourly sweep: one part that fails stops nothing, what ended is forgotten, and uploads that nobody applied go."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

import api.sweep
from api.identity import issue
from api.resources import intake
from api.store.tables import Credential, Import, Repeatable, User, now
from api.sweep import HOURS_KEPT, forget, sweeping
from tests.platform.conftest import World
from tests.platform.test_imports import ROSTER, call, upload, xlsx


def test_an_error_of_any_kind_ends_neither_the_sweep_nor_the_server(
    make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world = make_world()
    begun: list[str] = []

    def broken(work: Any, today: date) -> None:
        begun.append("expire")
        raise ValueError("13800001111")

    async def serve_for_a_moment() -> None:
        async with sweeping(world.store, world.settings, seconds=0.01):
            while len(begun) < 4:
                await asyncio.sleep(0.01)

    monkeypatch.setattr(api.sweep, "expire", broken)
    monkeypatch.setattr(api.sweep.intake, "tidy", _Named("tidy", begun))
    asyncio.run(asyncio.wait_for(serve_for_a_moment(), 30))
    assert begun[:4] == ["expire", "tidy", "expire", "tidy"]
    assert "ValueError" in caplog.text and "13800001111" not in caplog.text


class _Named:
    """A part of the sweep that only says that it ran."""

    def __init__(self, name: str, begun: list[str]) -> None:
        self.__name__, self._begun = name, begun

    def __call__(self, *given: object) -> None:
        self._begun.append(self.__name__)


def test_the_day_of_a_demonstration_is_the_one_that_demands_expire_by(
    make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world()
    days: list[date] = []
    monkeypatch.setattr(api.sweep, "expire", lambda work, today: days.append(today))
    api.sweep._expire(world.store, replace(world.settings, today=date(2031, 1, 2)))
    assert days == [date(2031, 1, 2)]


def test_what_ended_long_ago_is_forgotten(world: World) -> None:
    with world.store.writing("system") as work:
        user = work.session.get_one(User, world.ids["user hr"])
        made = {
            name: issue(work, user, "token", timedelta(hours=1))[1] for name in ("expired", "revoked", "just", "on")
        }
        long_ago = now() - timedelta(hours=HOURS_KEPT + 1)
        made["expired"].expires_at = made["revoked"].revoked_at = long_ago
        made["just"].revoked_at = now()
        for key, moment in (("old", long_ago), ("new", now())):
            work.session.add(
                Repeatable(key=key, user_id=user.id, request_hash="", status=201, subject="", created_at=moment)
            )
    forget(world.store, world.settings)
    with world.store.reading() as session:
        left = set(session.scalars(select(Credential.id)))
        assert {name for name, one in made.items() if one.id in left} == {"just", "on"}
        assert session.scalars(select(Repeatable.key)).all() == ["new"]


def test_an_upload_that_nobody_applies_is_dropped_after_days(world: World) -> None:
    old, fresh = (upload(world, name, xlsx(ROSTER)).json()["id"] for name in ("college", "college2"))
    strayed = intake.keep(world.settings, io.BytesIO(b"x"))
    os.utime(strayed, (0, 0))
    with world.store.writing("system") as work:
        long_ago = now() - timedelta(days=intake.DAYS_KEPT + 1)
        work.session.execute(update(Import).where(Import.id == old).values(created_at=long_ago))
    intake.tidy(world.store, world.settings)
    assert call(world, "GET", f"/{old}", "college").json()["status"] == "dropped"
    assert [path.name for path in world.settings.uploads_folder.iterdir()] == [fresh]
    intake.tidy(world.store, replace(world.settings, folder=world.settings.folder / "none"))


def test_a_write_that_fails_leaves_an_upload_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    read = upload(world, "college", xlsx(ROSTER)).json()["id"]
    with monkeypatch.context() as patch:
        patch.setattr("api.store.writing.Work.finish", lambda work: 1 / 0)
        assert call(world, "DELETE", f"/{read}", "college").status_code == 500
        assert upload(world, "college", xlsx(ROSTER)).status_code == 500
    assert [path.name for path in world.settings.uploads_folder.iterdir()] == [read]
    assert call(world, "POST", f"/{read}/apply", "college").json()["status"] == "applied"


def test_a_key_that_is_too_long_leaves_no_upload(world: World) -> None:
    answer = upload(world, "college", xlsx(ROSTER), headers={"Idempotency-Key": "k" * 201})
    assert answer.status_code == 422 and answer.json()["problems"][0]["field"] == "Idempotency-Key"
    assert not world.settings.uploads_folder.exists()
