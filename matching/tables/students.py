"""Reads tables of students' skill profiles (技能画像)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from matching.domain import AutomatedDecision, CertificateClaim, Intent, Preferences, Profile, SkillClaim
from matching.tables import cells, items
from matching.tables.cells import Cell
from matching.tables.certificates import claims_of, claims_of_columns, is_certificate
from matching.tables.dates import read_day
from matching.tables.items import Form
from matching.tables.read import Read, Row, Table
from matching.tables.words import numeral

NEVER_YET = date(2100, 12, 31)
CERTIFICATE_COLUMNS = ("certificates", "certificate_name", "skills_or_certificates")
"""Columns that say whether a student holds certificates: where none says anything, nothing is known."""
ENTRY_YEAR = re.compile(r"(20\d{2}|\d{2})(?:级|届|年|学年|年级)?(?:秋季?|春季?)?(?:入学)?")
CLASS_YEAR = re.compile(r"(?<!\d)(20[1-4]\d|[1-4]\d)(?=\D|\d\d(?!\d))")


def read_profiles(path: Path | str, today: date | None = None) -> Read[Profile]:
    """Read a table of students' skill profiles (技能画像), CSV, XLSX or XLS.

    When: a college's export comes in. `today` decides whether a 16th or 18th birthday still lies in the future; past
    ones are dropped. Columns of identity and protected traits are never read, only noted. Errors as in `read_demands`.
    """
    table: Table[Profile] = Table(Path(path), "students")
    for row in table.rows():
        table.add(row, [profile_of(row, today or date.today())])
    return table.read()


def profile_of(row: Row, today: date) -> Profile:
    """Read one row of a table of students; its problems are noted in the row."""
    intent = row.take("intent", cells.read_intent, Intent.EMPLOY.value)
    allow = AutomatedDecision.ALLOW.value
    decision = row.take("automated_decision", partial(cells.read_word, field="automated_decision"), allow)
    turns_16_on, turns_18_on = row.take("turns_16_on", _day, None), row.take("turns_18_on", _day, None)
    cell = row.cell("turns_18_on")
    if turns_16_on and turns_18_on and cell is not None and turns_18_on <= turns_16_on:
        english, chinese = f"lies before the 16th birthday, {turns_16_on}", f"早于满 16 周岁日期 {turns_16_on}"
        row.problems += cell.wrong("end_before_start", english, chinese).problems
    graduates_on = row.take("graduates_on", _last_day, None)
    class_name = row.take("class_name", cells.read_name, "")
    skills = _held_skills(row)
    mixed = row.take_all("skills_or_certificates", _mixed)
    skills += tuple(claim for claim in mixed if isinstance(claim, SkillClaim))
    held = row.take_all("certificates", claims_of) + claims_of_columns(row)
    held += tuple(claim for claim in mixed if isinstance(claim, CertificateClaim))
    pay = row.take("wished_pay", cells.read_pay, None)
    return Profile(
        id=row.take("id", cells.read_id, ""),
        college=row.take("college", cells.read_name, "") or None,
        education=row.take("education", _education, None),
        major=row.take("major", cells.read_name, "") or class_name or None,
        entry_year=row.take("entry_year", read_entry_year, None) or class_year(class_name),
        graduates_on=graduates_on,
        skills=skills + row.take_all("planned_skills", partial(_skills, planned=True)),
        certificates=held if any(row.cells(name) or row.crossed(name) for name in CERTIFICATE_COLUMNS) else None,
        planned_certificates=_dated(row, row.take_all("planned_certificates", claims_of), graduates_on),
        occupations=row.take_all("occupations", items.read_labels),
        intent=Intent(intent),
        preferences=Preferences(
            places=row.take_all("wished_places", items.read_labels) + _narrowest_place(row),
            pay_low=None if pay is None else pay.low if pay.low is not None else pay.high,
            shifts=row.take_all("wished_shifts", items.read_labels),
            occupations=row.take_all("wished_occupations", items.read_labels),
        ),
        text="\n".join(row.take_all("text", cells.read_texts)),
        turns_16_on=turns_16_on if turns_16_on and turns_16_on > today else None,
        turns_18_on=turns_18_on if turns_18_on and turns_18_on > today else None,
        automated_decision=AutomatedDecision(decision),
    )


def _day(cell: Cell) -> date | None:
    return read_day(cell)


def _last_day(cell: Cell) -> date | None:
    return read_day(cell, month_end=True)


def read_entry_year(cell: Cell) -> int | None:
    """Read a year of entry: 2024, 2024级, 24级."""
    text = unicodedata.normalize("NFKC", cell.text).replace(" ", "")
    if (year := numeral(text.rstrip("级届年"))) is not None:
        text = str(year)
    found = ENTRY_YEAR.fullmatch(text)
    if found is None:
        raise cell.wrong("bad_year", "is not a year of entry; write 2024", "不是入学年份，请写成 2024")
    return int(found[1]) if len(found[1]) == 4 else 2000 + int(found[1])


def class_year(name: str) -> int | None:
    """Give the year of entry that a class name holds: 24智能焊接技术1班, 焊接2401班; None without one."""
    found = CLASS_YEAR.search(unicodedata.normalize("NFKC", name))
    if found is None:
        return None
    return int(found[1]) if len(found[1]) == 4 else 2000 + int(found[1])


def _narrowest_place(row: Row) -> tuple[str, ...]:
    """Give the wished places of the narrowest of province, city and district that is filled."""
    parts = [row.take_all(name, items.read_labels) for name in ("wished_province", "wished_city", "wished_district")]
    filled = [labels for labels in parts if labels]
    return filled[-1] if filled else ()


def _mixed(cell: Cell) -> tuple[SkillClaim | CertificateClaim, ...]:
    """Read a column for both skills and certificates item by item."""
    claims: list[SkillClaim | CertificateClaim] = []
    for (part,) in items.without_alternatives(cell):
        if is_certificate(part):
            item = items.read_item(cell, part, Form("trade_level", dated=True))
            claims.append(CertificateClaim(item.label, item.level, item.start, item.end))
        else:
            item = items.read_item(cell, part, Form("level", tags="source"))
            claims.append(SkillClaim(item.label, item.level, items.read_tag(cell, item, "source") or "claimed"))
    return tuple(claims)


def _education(cell: Cell) -> str | None:
    return None if cells.is_none(cell) else cells.read_education(cell)


def _held_skills(row: Row) -> tuple[SkillClaim, ...]:
    """Read the columns of skills, each with the column of levels beside it where there is one."""
    claims: list[SkillClaim] = []
    levels = row.columns.places.get("skill_level", ())
    for place, position in enumerate(row.columns.places.get("skills", ())):
        for number, values in row.lines:
            cell = row.at(position, number, values)
            beside = row.at(levels[place], number, values) if place < len(levels) else None
            if cell is not None:
                with row.watched():
                    cell.check_read()
                    claims += _skills(cell, False, beside)
    return tuple(claims)


def _dated(row: Row, claims: Sequence[CertificateClaim], graduates_on: date | None) -> tuple[CertificateClaim, ...]:
    """Let planned certificates without a date count from graduation, or, where that is unknown, never yet."""
    if not all(claim.issued_on for claim in claims):
        english, chinese = (
            "has no date; it counts from graduation, or never where that is unknown",
            "没有日期，从毕业之日算起；毕业日期不明的不计入",
        )
        row.note("planned_without_date", english, chinese, row.cell("planned_certificates"))
    return tuple(claim if claim.issued_on else replace(claim, issued_on=graduates_on or NEVER_YET) for claim in claims)


def _skills(cell: Cell, planned: bool, beside: Cell | None = None) -> tuple[SkillClaim, ...]:
    claims = []
    for item in items.with_levels(cell, items.read_items(cell, Form("level", dated=planned, tags="source")), beside):
        items.check_planned(cell, item, planned)
        if planned and item.level == 0:
            english, chinese = "a planned level lies between 1 and 5", "计划达到的等级应为 1-5"
            raise cell.wrong("bad_level", english, chinese, item.written)
        source = items.read_tag(cell, item, "source") or ("course" if planned else "claimed")
        claims.append(SkillClaim(item.label, item.level, source, item.start))
    return tuple(claims)
