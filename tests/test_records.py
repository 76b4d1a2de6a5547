"""Records from JSON values: every wrong field is named in both languages, and what was written comes back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import Demand, Profile
from matching.errors import RecordError
from matching.records import from_many, from_values, restore, to_values
from tests.drawn import demands, profiles

SKILL = {"kind": "skill", "label": "氩弧焊"}


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        (Demand, [], "r"),
        (Demand, {"id": "d"}, "r.title"),
        (Demand, {"id": "", "title": "焊工"}, "r.id"),
        (Demand, {"id": "d", "title": "焊工", "salary": 1}, "r.salary"),
        (Demand, {"id": "d", "title": "焊工", "headcount": 0}, "r.headcount"),
        (Demand, {"id": "d", "title": "焊工", "start_on": "soon"}, "r.start_on"),
        (Demand, {"id": "d", "title": "焊工", "kind": "gift"}, "r.kind"),
        (Demand, {"id": "d", "title": "焊工", "pay": {"low": 9, "high": 3}}, "r.pay"),
        (Demand, {"id": "d", "title": "焊工", "text": "a\0b"}, "r.text"),
        (Demand, {"id": "d", "title": "焊工", "requirements": [{**SKILL, "level": 6}]}, "r.requirements[0].level"),
        (Demand, {"id": "d", "title": "焊工", "requirements": [{**SKILL, "link": {}}]}, "r.requirements[0].link"),
        (Demand, {"id": "d", "title": "焊工", "requirements": [{"kind": "skill"}]}, "r.requirements[0].label"),
        (
            Demand,
            {
                "id": "d",
                "title": "焊工",
                "requirements": [{**SKILL, "any_of": "a"}, {**SKILL, "any_of": "a", "importance": "must"}],
            },
            "r.requirements[1].importance",
        ),
        (Profile, {"id": "p", "name": "somebody"}, "r.name"),
        (Profile, {"id": "p", "skills": [{"label": "x", "level": -1}]}, "r.skills[0].level"),
        (Profile, {"id": "p", "intent": "fly"}, "r.intent"),
        (
            Profile,
            {"id": "p", "certificates": [{"label": "x", "issued_on": "2027-01-02", "valid_until": "2027-01-01"}]},
            "r.certificates[0].valid_until",
        ),
    ],
)
def test_a_wrong_field_is_named(kind: type[Any], values: object, field: str) -> None:
    with pytest.raises(RecordError) as caught:
        from_values(kind, values, "r")
    problems = caught.value.problems
    assert field in {problem.field for problem in problems}
    assert all(problem.message_zh and problem.message_en for problem in problems)
    assert any("一" <= char <= "鿿" for char in caught.value.text("zh"))


def test_all_records_are_read_and_all_problems_named() -> None:
    good = {"id": "p", "skills": []}
    with pytest.raises(RecordError) as caught:
        from_many(Profile, [good, {"id": 3}, good], "profiles")
    assert [problem.field for problem in caught.value.problems] == ["profiles[1].id", "profiles[2].id"]
    assert [record.id for record in from_many(Profile, [good, {"id": "q"}], "profiles")] == ["p", "q"]


@given(record=st.one_of(demands(), profiles()))
def test_what_is_written_comes_back(record: Demand | Profile) -> None:
    values = to_values(record)
    assert restore(type(record), json.dumps(values, ensure_ascii=False)) == record
    assert "link" not in json.dumps(values) and "links" not in values
