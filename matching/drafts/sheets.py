"""Writes drafts as a table of demands with our Chinese headers, so that a person corrects it and `match` reads it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook

from matching.domain import Demand, DemandKind, Importance, Kind, Requirement
from matching.drafts.demands import Draft
from matching.errors import Problem, TableError
from matching.vocabulary import data_folder

FORMS = (".xlsx", ".csv")
LONGEST = {"text": 5000, "title": 200}
LONGEST_LABEL = 100
KIND_WORDS = {
    DemandKind.HIRE: "招聘",
    DemandKind.INTERNSHIP: "岗位实习",
    DemandKind.ORDER_CLASS: "订单班",
    DemandKind.APPRENTICESHIP: "学徒制",
    DemandKind.PROJECT: "项目",
    DemandKind.TRAINING: "培训",
}
GRADES = {1: "五级", 2: "四级", 3: "三级", 4: "二级", 5: "一级"}
COLUMNS = (
    *("id", "title", "kind", "headcount", "education", "majors", "must_majors", "must_skills", "skills", "nice_skills"),
    *("must_certificates", "certificates", "nice_certificates", "places", "pay_low", "pay_high", "shifts"),
    *("start_on", "text"),
)
_TAGS = {Importance.SHOULD: "[一般]", Importance.NICE: "[优先]"}
_NOTATION = re.compile(r"[;；、|｜\[\]【】@:：\r\n]+")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_FORMULA = re.compile(r"^[=+\-@\t\r\s]+")


def write_demands(path: Path | str, drafts: Iterable[Draft]) -> None:
    """Write drafts to `.xlsx` or `.csv` (UTF-8 with BOM), one row for each; `duikou match` reads the file.

    When: `duikou draft -o FILE`. Deadline, benefits and years of experience have no column and stay in the text.
    Raises TableError for another ending or a place that can't be written to.
    """
    target = Path(path)
    if target.suffix.lower() not in FORMS:
        known = ", ".join(FORMS)
        english, chinese = f"the ending must be one of {known}", f"文件扩展名应为 {known} 之一"
        raise TableError(Problem("unknown_form", english, chinese, target.suffix, target.name))
    rows = [_headers(), *(_row(draft.demand) for draft in drafts)]
    content = _workbook(rows) if target.suffix.lower() == ".xlsx" else _csv(rows)
    try:
        target.write_bytes(content)
    except OSError as error:
        english, chinese = f"can't be written: {error.strerror}", f"无法写入：{error.strerror}"
        raise TableError(Problem("not_writable", english, chinese, str(target.name), target.name)) from error


def _headers() -> Sequence[str]:
    """Give the first Chinese header of each column in `data/headers.csv`."""
    first: dict[str, str] = {}
    with (data_folder() / "headers.csv").open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["table"] == "demands" and row["lang"] == "zh":
                first.setdefault(row["field"], row["header"])
    return [first[name] for name in COLUMNS]


def _row(demand: Demand) -> Sequence[str | int]:
    pay = demand.pay
    values: dict[str, str | int | None] = {
        "id": demand.id,
        "title": demand.title,
        "kind": KIND_WORDS[demand.kind],
        "headcount": demand.headcount,
        "education": _items(demand.requirements, Kind.EDUCATION, Importance.MUST, tagged=True),
        "majors": _items(demand.requirements, Kind.MAJOR, Importance.SHOULD, Importance.NICE, tagged=True),
        "must_majors": _items(demand.requirements, Kind.MAJOR, Importance.MUST),
        "places": "；".join(map(_plain, demand.places)),
        "pay_low": None if pay is None else pay.low,
        "pay_high": None if pay is None else pay.high,
        "shifts": "；".join(map(_plain, demand.shifts)),
        "start_on": None if demand.start_on is None else demand.start_on.isoformat(),
        "text": demand.text,
    }
    for name, kind in (("skills", Kind.SKILL), ("certificates", Kind.CERTIFICATE)):
        values[f"must_{name}"] = _items(demand.requirements, kind, Importance.MUST)
        values[name] = _items(demand.requirements, kind, Importance.SHOULD)
        values[f"nice_{name}"] = _items(demand.requirements, kind, Importance.NICE)
    return [_cell(name, values[name]) for name in COLUMNS]


def _items(requirements: Sequence[Requirement], kind: Kind, *importances: Importance, tagged: bool = False) -> str:
    """Write requirements of one kind in our notation: `label:level`, alternatives joined by `|`."""
    entries: dict[str, list[str]] = {}
    for number, asked in enumerate(requirements):
        everything = tagged and kind is Kind.EDUCATION
        if asked.kind is kind and (everything or asked.importance in importances):
            level = (
                "" if asked.level is None else f":{GRADES[asked.level] if kind is Kind.CERTIFICATE else asked.level}"
            )
            tag = _TAGS.get(asked.importance, "") if tagged and asked.importance is not importances[0] else ""
            written = f"{_plain(asked.label)}{level}{tag}"
            entries.setdefault(asked.any_of or str(number), []).append(written)
    return "；".join("|".join(dict.fromkeys(written)) for written in entries.values())


def _plain(label: str) -> str:
    """Take the signs of our notation out of a label."""
    return _NOTATION.sub(" ", label).strip()[:LONGEST_LABEL] or "-"


def _cell(name: str, value: str | int | None) -> str | int:
    """Make a value harmless for a spreadsheet: no control characters, nothing that it would take for a formula."""
    if not isinstance(value, str):
        return "" if value is None else value
    return _FORMULA.sub("", _UNWRITABLE.sub("", value))[: LONGEST.get(name, 32_767)]


def _csv(rows: Sequence[Sequence[str | int]]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode("utf-8-sig")


def _workbook(rows: Sequence[Sequence[str | int]]) -> bytes:
    book = Workbook()
    sheet = book.active
    if sheet is None:
        sheet = book.create_sheet()
    sheet.title = "岗位需求"
    for row in rows:
        sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
