"""Reads tables of demands (岗位需求)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from matching.domain import Demand, DemandKind, Importance, Kind, Pay, Requirement
from matching.tables import cells, items
from matching.tables.cells import LARGEST_PAY, Cell
from matching.tables.certificates import is_certificate
from matching.tables.dates import read_day
from matching.tables.items import Form
from matching.tables.read import Read, Row, Table
from matching.tables.words import known_words, plain_form
from matching.text.pay import DAYS, HOURS, PaySaid

LARGEST_HEADCOUNT = 100_000
MUST_KNOWN = "must_known"
BASES = {"day": (DAYS, "days a month", ("日", "天")), "hour": (HOURS * DAYS, "hours a month", ("小时", "小时"))}
"""How many of its unit make a month of pay that isn't monthly, and what they are called."""
ASKED_SKILL = Form("level", tags="importance")
ASKED_CERTIFICATE = Form("trade_level", tags="importance")
REQUIREMENTS = (
    ("education", Kind.EDUCATION, Importance.MUST, True),
    ("must_majors", Kind.MAJOR, Importance.MUST, True),
    ("majors", Kind.MAJOR, Importance.SHOULD, True),
    ("must_skills", Kind.SKILL, Importance.MUST, False),
    ("skills", Kind.SKILL, Importance.SHOULD, False),
    ("skills_or_certificates", None, Importance.SHOULD, False),
    ("nice_skills", Kind.SKILL, Importance.NICE, False),
    ("must_certificates", Kind.CERTIFICATE, Importance.MUST, False),
    ("certificates", Kind.CERTIFICATE, Importance.SHOULD, False),
    ("nice_certificates", Kind.CERTIFICATE, Importance.NICE, False),
)


def read_demands(path: Path | str) -> Read[Demand]:
    """Read a table of demands (岗位需求), CSV, XLSX or XLS.

    When: an enterprise's workbook comes in. A row with a wrong cell is left out and named in `problems`; the others go
    on. Raises TableError when the file or its header can't be used.
    """
    table: Table[Demand] = Table(Path(path), "demands")
    for row in table.rows():
        table.add(row, [demand_of(row)])
    return table.read()


def demand_of(row: Row) -> Demand:
    """Read what a row asks for; also used for the rows of order classes, which have these columns too."""
    requirements: list[Requirement] = []
    row.take("credit_code", cells.read_credit_code, "")
    for name, kind, importance, grouped in REQUIREMENTS:
        requirements += _requirements(row, name, kind, importance, grouped)
    pay_low, pay_high = row.take("pay_low", _amount, None), row.take("pay_high", _amount, None)
    return Demand(
        id=row.take("id", cells.read_id, "") if "id" in row.columns.places else f"R{row.number}",
        title=row.take("title", cells.read_name, ""),
        text="\n".join(row.take_all("text", cells.read_texts)),
        kind=DemandKind(row.take("kind", partial(cells.read_word, field="kind"), DemandKind.HIRE.value)),
        requirements=tuple(requirements),
        headcount=row.take("headcount", partial(cells.read_count, low=1, high=LARGEST_HEADCOUNT), None),
        employer=row.take("employer", cells.read_name, "") or None,
        occupations=row.take_all("occupations", items.read_labels),
        places=row.take_all("places", items.read_labels),
        pay=_pay(row, pay_low, pay_high, row.take("pay", cells.read_pay, None)),
        shifts=row.take_all("shifts", items.read_labels),
        start_on=row.take("start_on", _start, None),
        valid_until=row.take("valid_until", _last_day, None),
    )


def _start(cell: Cell) -> date | None:
    return None if plain_form(cell.text[:60]) in known_words("any_day") else read_day(cell)


def _last_day(cell: Cell) -> date | None:
    return None if plain_form(cell.text[:60]) in known_words("any_day") else read_day(cell, month_end=True)


def _amount(cell: Cell) -> int | None:
    return None if cells.is_none(cell) else cells.read_number(cell, 0, LARGEST_PAY)


def _pay(row: Row, low: int | None, high: int | None, said: PaySaid | None) -> Pay | None:
    """Join the ends of the pay from their columns, else take both from the column of pay."""
    cell = row.cell("pay_high")
    if low is not None and high is not None and cell is not None and high < low:
        english, chinese = f"lies below the lower end, {low}", f"低于下限 {low}"
        row.problems += cell.wrong("end_before_start", english, chinese).problems
    cell = row.cell("pay")
    if cell is not None and not row.problems and cells.names_amount(cell):
        _note_pay(row, cell, said)
    if low is None and high is None:
        return Pay(said.low, said.high) if said is not None and said.figures else None
    return Pay(low, high)


def _note_pay(row: Row, cell: Cell, said: PaySaid | None) -> None:
    """Say how pay that isn't by the month was taken, so that a person can object."""
    if said is None or not said.figures:
        english, chinese = "is no pay by the month and was not converted", "不是按月的薪资，未折算"
        row.note("pay_not_monthly", english, chinese, cell)
    elif said.basis in BASES:
        amount = "-".join(dict.fromkeys(str(end) for end in (said.low, said.high) if end is not None))
        times, unit, chinese_unit = BASES[said.basis]
        english = f"is pay by the {said.basis}, taken as {amount} CNY a month ({times:g} {unit})"
        chinese = f"按{chinese_unit[0]}计薪，折合每月 {amount} 元（每月按 {times:g} {chinese_unit[1]}计）"
        row.note("pay_converted", english, chinese, cell)


def _requirements(
    row: Row, name: str, kind: Kind | None, importance: Importance, grouped: bool
) -> tuple[Requirement, ...]:
    """Read the cells of a column; alternatives (|) share an any_of name, grouped columns are one such group."""
    found: list[Requirement] = []
    for column, cell in enumerate(row.cells(name)):
        prefix = name if column == 0 else f"{name}.{column + 1}"
        with row.watched():
            cell.check_read()
            found += _requirements_of(prefix, kind, importance, grouped, cell)
    if grouped and len(found) > 1:
        return tuple(replace(requirement, any_of=name) for requirement in found)
    return tuple(found)


def _requirements_of(
    name: str, kind: Kind | None, importance: Importance, grouped: bool, cell: Cell
) -> tuple[Requirement, ...]:
    found: list[Requirement] = []
    form = ASKED_CERTIFICATE if kind is Kind.CERTIFICATE else ASKED_SKILL
    entries = items.read_alternatives(
        cell, lambda part: ASKED_CERTIFICATE if kind is None and is_certificate(part) else form, slashed=grouped
    )
    if grouped:
        entries = [[item for alternatives in entries for item in alternatives]] if entries else []
    if kind is Kind.EDUCATION:
        for item in (item for alternatives in entries for item in alternatives):
            cells.check_education(cell, item.label)
    for number, alternatives in enumerate(entries, start=1):
        if kind in (Kind.EDUCATION, Kind.MAJOR) and (levelled := [i for i in alternatives if i.level is not None]):
            english, chinese = "takes no level in this column", "此列不填等级"
            raise cell.wrong("level_not_allowed", english, chinese, levelled[0].written)
        said = {items.read_tag(cell, item, "importance") for item in alternatives} - {None}
        if len(said) > 1:
            written = "|".join(item.written for item in alternatives)
            english, chinese = "alternatives can't differ in importance", "同一组备选项的重要性应一致"
            raise cell.wrong("mixed_importance", english, chinese, written)
        word = said.pop() if said else None
        group = None if len(alternatives) < 2 else name if grouped else f"{name}:{number}"
        found += [
            Requirement(
                kind=kind or (Kind.CERTIFICATE if is_certificate(item.label) else Kind.SKILL),
                label=item.label,
                level=item.level,
                importance=importance if word is None else Importance(word.removesuffix("_known")),
                any_of=group,
                exclude_unknown=word == MUST_KNOWN,
            )
            for item in alternatives
        ]
    return tuple(found)
