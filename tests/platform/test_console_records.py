"""Records on pages: the one that is looked for is found among more than a page holds, and what is gone is not there."""

from __future__ import annotations

import re

import pytest

from api.resources import matches
from tests.platform.conftest import World
from tests.platform.visitors import visitor


def test_a_student_whom_only_the_index_shows_is_not_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hr, address = visitor(world, "hr"), f"/demands/{world.ids['welder']}/matches"
    code = re.findall(r'id="m-([A-Z2-7]{10})"', hr.page(address))[0]
    assert hr.open(f"{address}/{code}").status_code == 200
    monkeypatch.setattr(matches, "student_cards", lambda *given: {})
    assert hr.open(f"{address}/{code}").status_code == 404
