"""What is refused before it costs or breaks anything: wide bodies, characters no store keeps, moments out of range."""

from __future__ import annotations

import json
from typing import Any

from api.body import MOST_FIELDS
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
