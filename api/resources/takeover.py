"""Takes the rows of a staged table over into the store: what is new, changed and the same, all in one write.

    counts = count("students", session, who, lines, today)                # the preview: looks only
    counts = take_over("students", work, who, lines, today, said)         # the write

Students are found by 学号 within the college; demands by 岗位编号 within the enterprise or by the platform's own id,
which an export shows for those without a number; demands of a table without numbers by equal
content. Rows that would not change are not touched, so that the same file again changes nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, event, insert, or_, select, update
from sqlalchemy.orm import Session

from api.access import Principal
from api.resources import demands
from api.resources.student_record import merged
from api.store import Work
from api.store.tables import DemandRow, Head, Identity, Protected, Student, new_id, now

AT_ONCE = 1000
PENDING = -1
"""Change number of rows written in bulk until the write's own is known, which is taken last."""
Line = Mapping[str, Any]
Said = Callable[[int], None]
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Change:
    """What a line of a roster means for a student: `student_id` None = new; each part as it will stand, None = same."""

    student_id: str | None
    record: Mapping[str, Any] | None
    identity: Mapping[str, Any] | None
    protected: Mapping[str, Any] | None
    has_protected: bool = False

    @property
    def kind(self) -> str:
        """Name it: created, changed or unchanged."""
        if self.student_id is None:
            return "created"
        return "unchanged" if self.record is self.identity is self.protected is None else "changed"


def count(kind: str, session: Session, who: Principal, lines: Iterable[Line], today: date) -> dict[str, int]:
    """Count what taking the lines over would do: created, changed, unchanged, for demands also refused."""
    college_id = who.organisation_id or "-"
    if kind == "students":
        kinds = (change.kind for changes in _changes(session, college_id, lines, today) for change in changes)
        return _counted(Counter(kinds))
    numberless = _numberless(session, college_id)
    return _counted(Counter(_demand_change(session, college_id, line, numberless)[0] for line in lines))


def take_over(kind: str, work: Work, who: Principal, lines: Iterable[Line], today: date, said: Said) -> dict[str, int]:
    """Write the lines within the caller's write and count as `count` does.

    said : told how many lines are done, about every AT_ONCE.
    """
    done: Counter[str] = Counter()
    if kind == "demands":
        numberless = _numberless(work.session, who.organisation_id or "-")
        for line in lines:
            done[_take_demand(work, who, line, numberless)] += 1
        return _counted(done)
    college_id = who.organisation_id or "-"
    _number_at_commit(work.session)
    for changes in _changes(work.session, college_id, lines, today, writes=True):
        _write(work.session, college_id, changes)
        done.update(change.kind for change in changes)
        said(done.total())
    return _counted(done)


def _counted(done: Counter[str]) -> dict[str, int]:
    return {name: done[name] for name in ("created", "changed", "unchanged", "refused")}


# -- students


def _changes(
    session: Session, college_id: str, lines: Iterable[Line], today: date, writes: bool = False
) -> Iterator[Sequence[Change]]:
    """Compare lines with what stands, AT_ONCE at a time, so that memory does not grow with the table.

    writes : hold the students until the write ends, so that nobody's own change falls between look and update.
    """
    remaining = iter(lines)
    while batch := list(islice(remaining, AT_ONCE)):
        numbers = [line["identity"]["number"] for line in batch]
        wanted = (
            select(Student.id, Student.record, Identity, Protected)
            .join(Identity, Identity.student_id == Student.id)
            .outerjoin(Protected, Protected.student_id == Student.id)
            .where(Identity.college_id == college_id, Identity.number.in_(numbers))
        )
        wanted = wanted.with_for_update(of=Student) if writes else wanted
        stand = {row.Identity.number: row for row in session.execute(wanted)}
        yield [_change(stand.get(number), line, today) for number, line in zip(numbers, batch, strict=True)]


def _change(stands: Any, line: Line, today: date) -> Change:
    """Lay a line over what stands; empty cells take nothing away."""
    said = {name: value for name, value in line["protected"].items() if value}
    born_on = date.fromisoformat(said["born_on"]) if "born_on" in said else None
    said = {**said, **({"born_on": born_on} if born_on else {})}
    if stands is None:
        return Change(None, merged({}, line["record"], born_on, today), line["identity"], said)
    identity, protected = _values(stands.Identity), _values(stands.Protected)
    new_identity = {**identity, **{name: value for name, value in line["identity"].items() if value}}
    new_protected = {**protected, **said}
    record = merged(stands.record, line["record"], born_on or protected.get("born_on"), today)
    return Change(
        stands.id,
        None if record == stands.record else record,
        None if new_identity == identity else new_identity,
        None if new_protected == protected else new_protected,
        stands.Protected is not None,
    )


def _values(row: Identity | Protected | None) -> dict[str, Any]:
    if row is None:
        return {}
    fields = ("number", "name", "class_name", "phone", "email") if isinstance(row, Identity) else _PROTECTED
    return {name: getattr(row, name) for name in fields}


_PROTECTED = ("sex", "born_on", "ethnicity")


def _write(session: Session, college_id: str, changes: Sequence[Change]) -> None:
    """Write changes in bulk, with as many statements for thousand students as for one."""
    fresh: tuple[Rows, Rows, Rows] = ([], [], [])
    edited: tuple[Rows, Rows, Rows] = ([], [], [])
    moment = now()
    for change in changes:
        key = change.student_id or new_id("stu")
        if change.student_id is None:
            kept = {"created_at": moment, "changed_at": moment, "version": 1, "change": PENDING, "visible": True}
            fresh[0].append({"id": key, "college_id": college_id, "record": change.record, **kept})
            fresh[1].append({"student_id": key, "college_id": college_id, **(change.identity or {})})
        elif change.kind == "changed":
            edited[0].append({"key": key, "moment": moment, "new": change.record})
            if change.identity is not None:
                edited[1].append({"key": key, **change.identity})
        if change.protected:
            said = {name: change.protected.get(name) for name in _PROTECTED}
            said = {**said, "sex": said["sex"] or "", "ethnicity": said["ethnicity"] or ""}
            (edited[2] if change.has_protected else fresh[2]).append(
                {"key" if change.has_protected else "student_id": key, **said}
            )
    _insert(session, fresh)
    _update(session, edited)


def _insert(session: Session, fresh: tuple[Rows, Rows, Rows]) -> None:
    connection = session.connection()
    for table, values in zip((Student, Identity, Protected), fresh, strict=True):
        if values:
            connection.execute(insert(table), values)


def _update(session: Session, edited: tuple[Rows, Rows, Rows]) -> None:
    """Update what changed; a student whose record stays is written too, so that version and change number move."""
    connection = session.connection()
    moved = {"changed_at": bindparam("moment"), "version": Student.version + 1, "change": PENDING}
    student = update(Student).where(Student.id == bindparam("key"))
    both = [values for values in edited[0] if values["new"] is not None]
    if both:
        connection.execute(student.values(record=bindparam("new"), **moved), both)
    if len(both) < len(edited[0]):
        connection.execute(student.values(**moved), [values for values in edited[0] if values["new"] is None])
    if edited[1]:
        connection.execute(update(Identity).where(Identity.student_id == bindparam("key")), edited[1])
    if edited[2]:
        connection.execute(update(Protected).where(Protected.student_id == bindparam("key")), edited[2])


def _number_at_commit(session: Session) -> None:
    """Give rows written in bulk the write's change number, right before it commits, when it has been taken."""

    def fill(committing: Session) -> None:
        number = committing.execute(select(Head.number)).scalar_one()
        numbered = {"change": number, "changed_at": Student.changed_at}
        pending = update(Student).where(Student.change == PENDING).values(**numbered)
        committing.execute(pending, execution_options={"synchronize_session": False})

    event.listen(session, "before_commit", fill, once=True)


# -- demands


def _demand_change(
    session: Session, organisation_id: str, line: Line, numberless: Counter[str]
) -> tuple[str, DemandRow | None, dict[str, Any]]:
    """Find the demand that a line is, what taking it over does (created, changed, unchanged, refused), and its record.

    A demand that is filled, closed or expired is not changed by a table; one that was submitted goes back to draft.
    numberless : how many demands without a number say what; kept up with what the line changes.
    """
    number, record = line["number"], dict(line["record"])
    said = _content(record, "draft")
    if number is None:
        if numberless[said] or numberless[_content(record, "live")]:
            return "unchanged", None, record
        numberless[said] += 1
        return "created", None, record
    own = select(DemandRow).where(DemandRow.organisation_id == organisation_id)
    found = session.scalar(own.where(or_(DemandRow.number == number, DemandRow.id == number)))
    if found is None:
        return "created", None, record
    stands = _content(found.record, found.status)
    if stands == _content(record, found.status):
        return "unchanged", found, record
    if found.status not in demands.EDITABLE:
        return "refused", found, record
    if found.number is None:
        numberless.subtract([stands])
        numberless.update([said])
    return "changed", found, record


def _numberless(session: Session, organisation_id: str) -> Counter[str]:
    """Count an organisation's demands without a number by their content."""
    own = select(DemandRow.record, DemandRow.status).where(DemandRow.organisation_id == organisation_id)
    found = session.execute(own.where(DemandRow.number.is_(None)))
    return Counter(_content(record, status) for record, status in found)


def _content(record: Mapping[str, Any], status: str) -> str:
    """Give what a demand says as text to compare; of what is no draft without the last day, which publishing sets."""
    draft = status == "draft"
    values = {name: value for name, value in record.items() if draft or name != "valid_until"}
    return json.dumps([draft, values], ensure_ascii=False, sort_keys=True)


def _take_demand(work: Work, who: Principal, line: Line, numberless: Counter[str]) -> str:
    kind, row, record = _demand_change(work.session, who.organisation_id or "-", line, numberless)
    if kind == "created":
        demands.add_demand(work, who, record, line["number"])
    elif kind == "changed" and row is not None:
        demands.edit_demand(work, who, row.id, "*", record, row.number)
    return kind
