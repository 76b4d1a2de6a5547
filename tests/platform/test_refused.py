"""What is refused before it costs or breaks anything: wide bodies, characters no store keeps, moments out of range."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DataError

from api.body import MOST_FIELDS
from api.console import forms
from api.deps import COOKIE
from api.errors import FieldError
from api.identity import issue
from api.store.failures import named_errors
from api.store.tables import User
from tests.platform.conftest import World


def problem_of(answer: Any, status: int = 422) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()["problems"][0]
    return found


def login(world: World, content: str) -> Any:
    assert world.client is not None
    return world.client.post("/v1/auth/login", content=content, headers={"Content-Type": "application/json"})


def test_a_wide_object_is_refused_before_its_keys_are_compared(world: World) -> None:
    wide = json.dumps({f"k{number}": 1 for number in range(MOST_FIELDS + 1)})
    assert problem_of(login(world, wide))["rule"] == "too_long"
    within = [f'"k{number}": 1' for number in range(MOST_FIELDS - 1)]
    twice = problem_of(login(world, "{" + ", ".join([*within, '"k7": 2']) + "}"))
    assert (twice["rule"], twice["field"]) == ("double_key", "k7")


@pytest.mark.parametrize(
    ("path", "name", "status"),
    [
        ("/students/%00", "college", 404),
        ("/demands/a%00b", "hr", 404),
        ("/students?q=%00", "college", 422),
        ("/demands?q=a%00", "hr", 422),
        ("/students/%00", None, 401),
    ],
)
def test_a_character_that_no_store_keeps_is_refused_in_addresses(
    world: World, path: str, name: str | None, status: int
) -> None:
    assert world.client is not None
    answer = world.client.get(f"/v1{path}", headers=world.as_(name))
    assert answer.status_code == status, answer.text
    if status == 422:
        assert answer.json()["problems"][0]["field"] == "q"


def test_what_no_column_holds_is_a_wrong_field() -> None:
    with pytest.raises(FieldError) as caught, named_errors():
        raise DataError("SELECT", {}, Exception("value too long for type character varying(200)"))
    assert caught.value.problems[0].rule == "value"


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"])
def test_moments_that_no_zone_expresses_are_refused(world: World, name: str, moment: str) -> None:
    assert world.client is not None
    answer = world.client.get("/v1/audit", params={name: moment}, headers=world.as_("auditor"))
    assert problem_of(answer)["field"] == name
    fine = world.client.get("/v1/audit", params={name: "2026-11-24T08:00:00+08:00"}, headers=world.as_("auditor"))
    assert fine.status_code == 200


@pytest.mark.parametrize("place", ["/my/consents", "/my/contacts/none/grant"])
def test_a_guardian_with_too_long_a_name_is_named_on_the_page(world: World, place: str) -> None:
    assert world.client is not None
    with world.store.writing("system") as work:
        user = work.session.get_one(User, world.ids["user anna"])
        secret, credential = issue(work, user, "session", timedelta(hours=1))
    answer = world.client.post(
        place,
        data={"csrf": credential.csrf, "guardian": "王" * (forms.LONGEST_LINE + 1)},
        headers={"Cookie": f"{COOKIE}={secret}"},
    )
    assert answer.status_code == 422 and "最多 200 个字" in answer.text
