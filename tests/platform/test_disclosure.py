"""What an enterprise reads of a student's words: no name, number or class, whatever was written into a label."""

from __future__ import annotations

import json

import pytest

from api.access import for_enterprise
from api.disclosure import known_words, name_of
from matching import Kind
from tests.platform.conftest import World


@pytest.mark.parametrize(
    ("kind", "label", "shown"),
    [
        (Kind.SKILL, "氩弧焊（张小明）", "钨极氩弧焊"),
        (Kind.SKILL, "看图纸 13812345678", "看图纸"),
        (Kind.SKILL, "手把焊，微信zxm_1998", "手把焊"),
        (Kind.SKILL, "李雷氩弧焊", "钨极氩弧焊"),
        (Kind.SKILL, "张小明", ""),
        (Kind.CERTIFICATE, "焊工证（张小明）", "焊工证"),
        (Kind.MAJOR, "智能焊接技术(24焊接9班)", "智能焊接技术"),
    ],
)
def test_labels_are_shown_under_known_names(kind: Kind, label: str, shown: str) -> None:
    assert name_of(kind, label) == shown


def test_cards_leave_out_what_is_unknown_denied_or_tells_one_student() -> None:
    record = {
        "major": "24智能焊接技术9班",
        "graduates_on": "2027-06-30",
        "skills": [
            {"label": "张小明", "level": 3},
            {"label": "看图纸", "level": 0},
            {"label": "氩弧焊", "level": 2, "available_on": "2028-06-01"},
        ],
    }
    card = for_enterprise(record, "CODE", None)
    assert card["major"] == "智能焊接技术"
    assert card["skills"] == [{"label": "钨极氩弧焊", "level": 2, "available_in": 2028}]


def test_a_demand_cannot_ask_for_words_of_a_students_text(world: World) -> None:
    secrets = ("大学路", "张大明", "李雷", "全班第一")
    with world.store.writing("system") as work:
        from api.store.tables import DemandRow, Student

        student = work.session.get_one(Student, world.ids["anna"])
        student.record = {**student.record, "text": "李雷擅长氩弧焊，住大学路5号，父亲张大明，全班第一。"}
        work.touch(student)
        row = work.session.get_one(DemandRow, world.ids["welder"])
        row.record = {**row.record, "text": "氩弧焊 大学路 张大明 李雷 全班第一"}
        work.touch(row)
        work.note("edit", "student", student.id)
    assert world.client is not None
    demand, hr = world.ids["welder"], world.as_("hr")
    listed = world.client.get(f"/v1/demands/{demand}/matches", headers=hr)
    code = listed.json()["results"][0]["code"]
    told = world.client.get(f"/v1/demands/{demand}/matches/{code}", headers=hr)
    assert "氩弧焊" in told.json()["shared_wording"]
    for answer in (listed, told):
        assert not [
            word
            for word in secrets
            if word
            in json.dumps(
                answer.json()["results"]
                if answer is listed
                else {key: value for key, value in answer.json().items() if key != "title"},
                ensure_ascii=False,
            )
        ]


def test_known_words_keep_their_order() -> None:
    assert known_words("会氩弧焊和看图纸，电话13812345678") == "氩弧焊 看图纸"
