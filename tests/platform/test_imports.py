"""Imports: a roster is read, shown and taken over whole; who a student is goes past matching."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select, update

from api.access import Principal
from api.errors import BodyTooLarge
from api.identity import principal_of
from api.resources import intake, takeover
from api.store.tables import DemandRow, Identity, Import, Protected, Student, User
from tests.platform.conftest import World
from tests.platform.postgres import Database

HEADER = [
    "学号",
    "姓名",
    "班级",
    "电话",
    "邮箱",
    "性别",
    "出生年月日",
    "民族",
    "身份证号",
    "专业名称",
    "技能",
    "就业意向",
]
LI = ["7001", "李雷", "24焊接1班", "13811112222", "li@example.edu.cn", "男", "2012-03-04", "汉族", "370100", "焊接技术"]
HAN = ["7002", "韩梅", "24焊接1班", "", "", "女", "", "回族", "", "数控技术"]
ROSTER = [HEADER, [*LI, "氩弧焊:2；二保焊", "求职"], [*HAN, "数控铣", "升学"]]
TODAY = date(2026, 11, 24)


def xlsx(rows: list[list[Any]]) -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def changed(rows: list[list[Any]], row: int, **cells: Any) -> list[list[Any]]:
    """Copy a table with other cells in a row, by header."""
    copy = [list(line) for line in rows]
    for header, value in cells.items():
        copy[row][HEADER.index(header)] = value
    return copy


def call(world: World, method: str, path: str, name: str | None, **send: Any) -> Any:
    assert world.client is not None
    headers = {**world.as_(name), **send.pop("headers", {})}
    return world.client.request(method, f"/v1/imports{path}", headers=headers, **send)


def upload(world: World, name: str | None, content: bytes, kind: str = "students", **send: Any) -> Any:
    files = {"file": ("名册.xlsx", content)}
    return call(world, "POST", "", name, params={"kind": kind}, files=files, **send)


def taken_over(world: World, name: str, rows: list[list[Any]], kind: str = "students") -> dict[str, Any]:
    """Upload and apply; give the counts."""
    read = upload(world, name, xlsx(rows), kind)
    assert read.status_code == 201 and read.json()["status"] == "previewed", read.text
    applied = call(world, "POST", f"/{read.json()['id']}/apply", name)
    assert applied.status_code == 200 and applied.json()["status"] == "applied", applied.text
    counts: dict[str, Any] = applied.json()["counts"]
    assert counts == {**read.json()["counts"], **counts}
    return counts


def kept(world: World, number: str, college: str = "east") -> tuple[Student, Identity, Protected | None]:
    with world.store.reading() as session:
        identity = session.scalars(
            select(Identity).where(Identity.number == number, Identity.college_id == world.ids[college])
        ).one()
        student = session.get_one(Student, identity.student_id)
        return student, identity, session.get(Protected, identity.student_id)


def test_only_those_who_may_upload_and_only_a_form_with_a_file(world: World) -> None:
    content = xlsx(ROSTER)
    assert upload(world, None, content).status_code == 401
    for name in ("teacher", "hr", "office", "anna", "auditor"):
        assert upload(world, name, content).status_code == 403
    assert upload(world, "college", content, "demands").status_code == 403
    assert upload(world, "college", content, "users").status_code == 422
    assert call(world, "POST", "", "college", params={"kind": "students"}, json={}).status_code == 415
    missing = call(world, "POST", "", "college", params={"kind": "students"}, files={"other": ("a", b"a")})
    assert missing.status_code == 422 and missing.json()["problems"][0]["field"] == "file"
    broken = {"content-type": "multipart/form-data"}
    assert call(world, "POST", "", "college", params={"kind": "students"}, headers=broken).status_code == 422


def test_an_upload_is_shown_to_its_own_college_only(world: World) -> None:
    read = upload(world, "college", xlsx(ROSTER)).json()
    for name, status in ((None, 401), ("teacher", 403), ("college2", 404), ("hr", 404), ("college", 200)):
        assert call(world, "GET", f"/{read['id']}", name).status_code == status
        assert call(world, "GET", f"/{read['id']}/errors", name).status_code == status
    assert call(world, "POST", f"/{read['id']}/apply", "college2").status_code == 404
    assert call(world, "GET", "", "college2").json()["items"] == []
    assert [one["id"] for one in call(world, "GET", "", "college").json()["items"]] == [read["id"]]


def test_a_preview_changes_nothing_and_applying_fills_three_tables(world: World) -> None:
    read = upload(world, "college", xlsx(ROSTER)).json()
    assert read["counts"] == {"rows": 2, "rejected": 0, "created": 2, "changed": 0, "unchanged": 0, "refused": 0}
    assert [line["identity"]["name"] for line in read["sample"]] == ["李雷", "韩梅"]
    notes = {one["rule"]: one["value"] for one in read["problems"] if one["note"]}
    assert notes == {"person_columns": "姓名、电话、邮箱、性别、出生年月日、民族", "left_out_columns": "身份证号"}
    with world.store.reading() as session:
        assert session.scalar(select(func.count()).select_from(Student)) == 3
    assert call(world, "POST", f"/{read['id']}/apply", "college").json()["counts"]["created"] == 2
    student, identity, protected = kept(world, "7001")
    assert (identity.name, identity.class_name, identity.phone) == ("李雷", "24焊接1班", "13811112222")
    assert protected is not None and (protected.sex, protected.born_on) == ("男", date(2012, 3, 4))
    assert student.record["turns_18_on"] == "2030-03-04" and student.record["college"] == "east 单位"
    assert [skill["label"] for skill in student.record["skills"]] == ["氩弧焊", "二保焊"]
    seen = str(student.record)
    assert not any(cell in seen for cell in (*LI[:9],) if cell)
    assert not (world.settings.uploads_folder / read["id"]).exists()


def test_the_same_file_again_changes_nothing(world: World) -> None:
    taken_over(world, "college", ROSTER)
    before = kept(world, "7001")[0]
    counts = taken_over(world, "college", ROSTER)
    assert (counts["created"], counts["changed"], counts["unchanged"]) == (0, 0, 2)
    after = kept(world, "7001")[0]
    assert (after.version, after.change, after.changed_at) == (before.version, before.change, before.changed_at)
    assert taken_over(world, "college2", ROSTER)["created"] == 2


def test_rows_that_differ_change_and_reach_every_index(world: World) -> None:
    taken_over(world, "college", ROSTER)
    before = kept(world, "7002")
    rows = changed(ROSTER, 2, 电话="13900001111", 出生年月日="2005-01-01", 姓名="", 技能="")
    assert taken_over(world, "college", rows)["changed"] == 1
    student, identity, protected = kept(world, "7002")
    assert (identity.name, identity.phone) == ("韩梅", "13900001111")
    assert protected is not None and (protected.born_on, protected.sex) == (date(2005, 1, 1), "女")
    assert student.record == before[0].record and student.version == before[0].version + 1
    assert before[0].change < student.change <= world.store.number()
    assert taken_over(world, "college", changed(ROSTER, 1, 技能="氩弧焊:4"))["changed"] == 1
    assert kept(world, "7001")[0].record["skills"][0]["level"] == 4


def test_imported_students_are_matched_at_once(world: World) -> None:
    assert world.client is not None
    path = f"/v1/demands/{world.ids['welder']}/matches"
    before = world.client.get(path, headers=world.as_("hr")).json()["results"]
    taken_over(world, "college", changed(ROSTER, 1, 出生年月日="2005-03-04"))
    after = world.client.get(path, headers=world.as_("hr")).json()["results"]
    assert len(after) == len(before) + 1  # the second of the roster wants to study on


def test_a_students_own_words_and_refusal_outlive_the_next_roster(world: World) -> None:
    rows = [HEADER, ["2024anna", *LI[1:], "氩弧焊:2；二保焊", "求职"]]
    taken_over(world, "college", rows)
    assert world.client is not None
    own = {"text": "会氩弧焊。", "automated_decision": "refuse", "visible": False}
    headers = {**world.as_("anna"), "If-Match": "*"}
    assert world.client.patch("/v1/students/me", json=own, headers=headers).status_code == 200
    assert taken_over(world, "college", rows)["unchanged"] == 1
    student = kept(world, "2024anna")[0]
    assert student.record["automated_decision"] == "refuse" and student.record["text"] == "会氩弧焊。"
    assert student.visible is False


def test_wrong_rows_are_named_left_out_and_given_back(world: World) -> None:
    rows = [*changed(ROSTER, 1, 电话="12", 出生年月日="1800-01-01"), [*LI, "焊:九", "求职"], [*LI[:10], "", ""]]
    read = upload(world, "college", xlsx(rows)).json()
    assert read["counts"]["rows"] == 4 and read["counts"]["rejected"] == 3 and read["counts"]["created"] == 1
    wrong = [one for one in read["problems"] if not one["note"]]
    by_place = {(one["row"], one["column"]): one for one in wrong}
    assert by_place[2, "电话"]["value"] is None and by_place[2, "出生年月日"]["value"] is None
    assert by_place[4, "技能"]["value"] == "焊:九" and by_place[5, "学号"]["rule"] == "repeated_id"
    back = call(world, "GET", f"/{read['id']}/errors", "college")
    sheet = load_workbook(io.BytesIO(back.content)).active
    assert sheet is not None
    said = {row[0].row: row[-1].value for row in sheet.iter_rows() if row[-1].value}
    assert set(said) == {1, 2, 4, 5} and "电话" in str(said[2])
    assert call(world, "POST", f"/{read['id']}/apply", "college").json()["counts"]["created"] == 1
    assert call(world, "GET", f"/{read['id']}/errors", "college").status_code == 409
    after = call(world, "GET", f"/{read['id']}", "college").json()
    assert all(one["value"] is None for one in after["problems"])


def test_a_character_that_no_database_keeps_is_named(world: World) -> None:
    source, content = io.BytesIO(xlsx(changed(ROSTER, 1, 姓名="李ZERO雷"))), io.BytesIO()
    with zipfile.ZipFile(source) as given, zipfile.ZipFile(content, "w") as made:
        for name in given.namelist():
            made.writestr(name, given.read(name).replace(b"ZERO", b"_x0000_"))
    read = upload(world, "college", content.getvalue()).json()
    assert read["counts"]["rejected"] == 1 and read["problems"][0]["rule"] == "character"
    assert (read["problems"][0]["row"], read["problems"][0]["column"]) == (2, "姓名")


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (xlsx([["序号", "姓名", "专业名称"], ["1", "李雷", "焊接"]]), "missing_header"),
        (xlsx([["学号", "专业名称"]]), "empty"),
        (b"PK\x03\x04 no workbook", "damaged"),
    ],
)
def test_a_table_that_can_not_be_used_fails_with_its_reason(world: World, content: bytes, rule: str) -> None:
    read = upload(world, "college", content).json()
    assert read["status"] == "failed" and rule in {one["rule"] for one in read["problems"]}
    assert call(world, "POST", f"/{read['id']}/apply", "college").status_code == 409
    assert call(world, "DELETE", f"/{read['id']}", "college").status_code == 204


def test_dropped_uploads_are_gone_and_applied_ones_stay(world: World) -> None:
    read = upload(world, "college", xlsx(ROSTER)).json()
    folder = world.settings.uploads_folder / read["id"]
    assert {path.stat().st_mode & 0o077 for path in (folder, *folder.glob("*.jsonl"))} == {0}
    stale = {"If-Match": '"99"'}
    assert call(world, "DELETE", f"/{read['id']}", "college", headers=stale).status_code == 412
    assert call(world, "DELETE", f"/{read['id']}", "college").status_code == 204
    assert not folder.exists()
    assert call(world, "POST", f"/{read['id']}/apply", "college").status_code == 409
    other = upload(world, "college", xlsx(ROSTER)).json()
    first = call(world, "POST", f"/{other['id']}/apply", "college").json()
    assert call(world, "POST", f"/{other['id']}/apply", "college").json() == first
    assert call(world, "DELETE", f"/{other['id']}", "college").status_code == 409


def test_the_same_key_reads_an_upload_once(world: World) -> None:
    content, key = xlsx(ROSTER), {"Idempotency-Key": "once"}
    first = upload(world, "college", content, headers=key)
    assert upload(world, "college", content, headers=key).json() == first.json()
    assert upload(world, "college", xlsx(ROSTER[:2]), headers=key).status_code == 409
    assert [path.name for path in world.settings.uploads_folder.iterdir()] == [first.json()["id"]]


def test_a_large_table_is_read_in_the_background(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "SMALL", 0)
    read = upload(world, "college", xlsx(ROSTER)).json()
    assert read["status"] == "reading" and read["rows"] == 0
    assert call(world, "POST", f"/{read['id']}/apply", "college").status_code == 409
    assert until_read(world, read["id"])["counts"]["created"] == 2
    failed = upload(world, "college", b"PK\x03\x04 no workbook").json()
    assert until_read(world, failed["id"])["problems"][0]["rule"] == "damaged"


def until_read(world: World, identifier: str) -> dict[str, Any]:
    for _ in range(600):
        found: dict[str, Any] = call(world, "GET", f"/{identifier}", "college").json()
        if found["status"] != "reading":
            return found
        time.sleep(0.1)
    raise AssertionError("still reading")


def test_a_reading_that_broke_off_is_told(world: World) -> None:
    read = upload(world, "college", xlsx(ROSTER)).json()["id"]
    with world.store.writing("system") as work:
        work.session.execute(update(Import).where(Import.id == read).values(status="reading"))
    (world.settings.uploads_folder / read / intake.PROGRESS).unlink()
    found = call(world, "GET", f"/{read}", "college").json()
    assert found["status"] == "failed" and found["problems"][0]["rule"] == "interrupted"


def test_progress_is_visible_while_rows_are_written(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, Any]] = []
    original = intake._say

    def say(folder: Path, step: str, done: int, total: int) -> None:
        original(folder, step, done, total)
        seen.append(call(world, "GET", f"/{folder.name}", "college").json())

    read = upload(world, "college", xlsx(ROSTER)).json()["id"]
    monkeypatch.setattr(takeover, "AT_ONCE", 1)
    monkeypatch.setattr(intake, "_say", say)
    assert call(world, "POST", f"/{read}/apply", "college").status_code == 200
    assert [(one["status"], one["done"], one["rows"]) for one in seen] == [("applying", 1, 2), ("applying", 2, 2)]


def test_an_interrupted_apply_leaves_nothing_half(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    read = upload(world, "college", xlsx(ROSTER)).json()["id"]
    number = world.store.number()
    write, calls = takeover._write, []

    def breaks(*given: Any) -> None:
        write(*given)
        calls.append(given)
        if len(calls) == 2:
            raise RuntimeError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(takeover, "AT_ONCE", 1)
        patched.setattr(takeover, "_write", breaks)
        assert call(world, "POST", f"/{read}/apply", "college").status_code == 500
    assert len(calls) == 2 and world.store.number() == number
    with world.store.reading() as session:
        assert session.scalar(select(func.count()).select_from(Identity)) == 3
    assert call(world, "GET", f"/{read}", "college").json()["status"] == "previewed"
    assert call(world, "POST", f"/{read}/apply", "college").json()["counts"]["created"] == 2


def test_uploads_beyond_the_limit_are_not_kept(world: World) -> None:
    small = replace(world.settings, longest_upload=100)
    with pytest.raises(BodyTooLarge):
        intake.keep(small, io.BytesIO(b"x" * 101))
    assert list(small.uploads_folder.iterdir()) == []


POSTS: list[list[Any]] = [
    ["岗位编号", "岗位名称", "技能", "人数", "联系人"],
    ["A1", "焊工", "氩弧焊", 3, "王五"],
    ["A2", "钳工", "识图", 2, "王五"],
]


def demands(world: World) -> dict[str | None, DemandRow]:
    with world.store.reading() as session:
        own = select(DemandRow).where(DemandRow.organisation_id == world.ids["north"])
        return {row.number: row for row in session.scalars(own)}


def test_demands_are_imported_as_drafts_and_found_by_number(world: World) -> None:
    assert taken_over(world, "hr", POSTS, "demands")["created"] == 2
    row = demands(world)["A1"]
    assert row.status == "draft" and row.record["employer"] == "north 单位" and "王五" not in str(row.record)
    assert taken_over(world, "hr", POSTS, "demands")["unchanged"] == 2
    with world.store.writing("system") as work:
        live = work.session.get_one(DemandRow, row.id)
        live.status, live.record = "live", {**live.record, "valid_until": "2027-05-01"}
        closed = work.session.get_one(DemandRow, demands(world)["A2"].id)
        closed.status = "closed"
        work.note("seed", "demand", row.id)
    assert taken_over(world, "hr", POSTS, "demands")["unchanged"] == 2
    edited: list[list[Any]] = [POSTS[0], [*POSTS[1][:3], 9, ""], [*POSTS[2][:3], 9, ""]]
    counts = taken_over(world, "hr", edited, "demands")
    assert (counts["changed"], counts["refused"]) == (1, 1)
    assert demands(world)["A1"].status == "draft" and demands(world)["A1"].record["headcount"] == 9
    assert demands(world)["A2"].record["headcount"] == 2


def test_demands_without_numbers_are_known_by_their_content(world: World) -> None:
    rows: list[list[Any]] = [["序号", "岗位名称", "技能"], [1, "焊工", "氩弧焊"], [2, "钳工", "识图"]]
    assert taken_over(world, "hr", rows, "demands")["created"] == 2
    assert taken_over(world, "hr", rows, "demands")["unchanged"] == 2
    other: list[list[Any]] = [["序号", "岗位名称", "技能"], [1, "电工", "PLC"], [2, "电工", "PLC"]]
    counts = taken_over(world, "hr", other, "demands")
    assert (counts["created"], counts["unchanged"]) == (1, 1)
    with world.store.writing("system") as work:
        for row in work.session.scalars(select(DemandRow).where(DemandRow.organisation_id == world.ids["north"])):
            row.status, row.record = "live", {**row.record, "valid_until": "2027-05-01"}
        work.note("seed", "demand", "all")
    assert taken_over(world, "hr", rows, "demands")["unchanged"] == 2


def test_both_databases_take_a_roster_over_alike(make_world: Callable[..., World], database: Database) -> None:
    world = make_world(database)
    with world.store.reading() as session:
        who: Principal = principal_of(session.get_one(User, world.ids["user college"]))
    outcomes = []
    for rows in (ROSTER, ROSTER, changed(ROSTER, 1, 电话="13900009999", 民族="满族", 技能="识图")):
        row = intake.upload(world.store, world.settings, who, "students", "a.xlsx", io.BytesIO(xlsx(rows)), TODAY)
        applied = intake.apply(world.store, world.settings, who, row.id, TODAY)
        outcomes.append(tuple(applied.counts[name] for name in ("created", "changed", "unchanged")))
    assert outcomes == [(2, 0, 0), (0, 0, 2), (0, 1, 1)]
    student, identity, protected = kept(world, "7001")
    assert identity.phone == "13900009999" and protected is not None and protected.ethnicity == "满族"
    assert student.version == 2 and student.change == world.store.number()
