"""Reads tables of order classes (订单班): seats, seat groups, hand changes, and what each asks of students."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from functools import partial
from pathlib import Path

from matching.allocate import OrderClass, SeatGroup
from matching.domain import DemandKind
from matching.tables import cells, items
from matching.tables.cells import Cell
from matching.tables.demands import LARGEST_HEADCOUNT, demand_of
from matching.tables.read import Read, Row, Table

GROUP = re.compile(r"(?P<name>\S+?)\s*[(\s](?P<least>\d{1,6})-(?P<most>\d{0,6})[)]?\s*:\s*(?P<who>.+)")
BETWEEN_GROUPS = re.compile(r"[;\r\n]+")
BETWEEN_TRAITS = re.compile(r"[,，、]\s*(?=\S+?=)")
TRAITS = {"院校": "colleges", "college": "colleges", "专业": "majors", "major": "majors"}
PLACED = re.compile(r"(?P<student>.+?)\s*:\s*(?P<place>\d{1,6})")


def read_classes(path: Path | str) -> Read[OrderClass]:
    """Read a table of order classes, CSV, XLSX or XLS: id, title, seats, seat groups, hand changes, requirements.

    When: classes are to be filled. `profile` of each class is what it asks for, from the columns that a table of
    demands has. Scores are not in the table. Errors as in `read_demands`.
    """
    table: Table[OrderClass] = Table(Path(path), "classes")
    for row in table.rows():
        table.add(row, [_class(row)])
    return table.read()


def _class(row: Row) -> OrderClass:
    count = partial(cells.read_number, low=0, high=LARGEST_HEADCOUNT)
    profile = replace(demand_of(row), kind=DemandKind.ORDER_CLASS)
    most = row.take("seats_max", partial(cells.read_number, low=1, high=LARGEST_HEADCOUNT), LARGEST_HEADCOUNT)
    least = row.take("seats_min", count, 0)
    cell = row.cell("seats_min")
    if cell is not None and least > most:
        english, chinese = f"is more than the maximum, {most}", f"大于名额上限 {most}"
        row.problems += cell.wrong("min_above_max", english, chinese).problems
    return OrderClass(
        id=profile.id,
        seats_max=most,
        seats_min=least,
        groups=row.take("groups", _groups, ()),
        placed=row.take("placed", _placed, {}),
        left_off=frozenset(row.take_all("left_off", items.read_labels)),
        waitlist=row.take("waitlist", count, None),
        title=profile.title,
        profile=profile,
    )


def _groups(cell: Cell) -> tuple[SeatGroup, ...]:
    """Read groups: `本校 3-10：院校=甲学院|乙学院；焊接 0-6：专业=智能焊接技术`, also in English."""
    found = []
    for part in BETWEEN_GROUPS.split(unicodedata.normalize("NFKC", cell.text)):
        if not part.strip():
            continue
        group = GROUP.fullmatch(part.strip())
        traits = [piece.partition("=") for piece in BETWEEN_TRAITS.split(group["who"])] if group else []
        names = {TRAITS.get(name.strip()): value for name, _, value in traits}
        if group is None or None in names or len(names) < len(traits):
            english = "is no seat group; write NAME MIN-MAX: college=A|B, major=C"
            raise cell.wrong(
                "bad_group", english, "不是名额组，请写成 名称 下限-上限：院校=甲|乙，专业=丙", part.strip()
            )
        most = int(group["most"]) if group["most"] else None
        values = {name or "": tuple(item.strip() for item in value.split("|")) for name, value in names.items()}
        found.append(SeatGroup(group["name"], int(group["least"]), most, **values))
    return tuple(found)


def _placed(cell: Cell) -> dict[str, int]:
    """Read hand changes: `S0012:1；S0044:3`."""
    found: dict[str, int] = {}
    for part in items.SIGNS_OUTSIDE.split(unicodedata.normalize("NFKC", cell.text)):
        if not part.strip():
            continue
        item = PLACED.fullmatch(part.strip())
        if item is None or int(item["place"]) < 1:
            english = "is no place in the ranking; write the student's code and the place: S0012:1"
            raise cell.wrong("bad_place", english, "不是人工名次，请写成 学生代号:名次，如 S0012:1", part.strip())
        if item["student"] in found or int(item["place"]) in found.values():
            english, chinese = "stands twice: a student or a place", "学生或名次重复"
            raise cell.wrong("repeated_place", english, chinese, part.strip())
        found[item["student"]] = int(item["place"])
    return found
