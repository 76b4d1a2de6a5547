"""What oversees the platform: the audit log, statistics without small groups, exposure, and the operator's switches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from api.access import SMALL_GROUP, Principal, require, rows
from api.errors import FieldError
from api.live import SHOW_PROFILES
from api.resources.suppression import suppressed, table_of
from api.store import Work, verify_chain
from api.store.tables import Audit, DemandRow, Head, Organisation, Setting, Shown, Student
from matching.errors import Problem

BANDS = ((0, 0), (1, 4), (5, 19), (20, 99), (100, None))
"""How often students were shown, from and to; the last has no end."""
TOP_SHARE = 10
UNKNOWN = "未填写 / not given"


def audit(
    session: Session,
    who: Principal,
    equal: Mapping[str, str],
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[Audit]:
    """List rows of the audit log, newest first, below number `before`.

    equal : what must be the same, by column: actor, action, kind, subject, organisation_id.
    """
    require(who, "audit.read")
    wanted = select(Audit).where(rows(who, Audit), *(getattr(Audit, name) == value for name, value in equal.items()))
    if since is not None:
        wanted = wanted.where(Audit.at >= since)
    if until is not None:
        wanted = wanted.where(Audit.at <= until)
    if before is not None:
        wanted = wanted.where(Audit.number < before)
    return session.scalars(wanted.order_by(Audit.number.desc()).limit(limit)).all()


def audit_values(row: Audit) -> dict[str, Any]:
    """Give an audit row as plain values."""
    names = ("number", "at", "actor", "action", "kind", "subject", "organisation_id", "details", "before", "hash")
    return {name: getattr(row, name) for name in names}


def verify_audit(session: Session, who: Principal) -> dict[str, Any]:
    """Recompute the audit chain; `broken_at` is the first number that does not fit, None where all do."""
    require(who, "audit.read")
    broken_at = verify_chain(session)
    rows_count = session.execute(select(func.count()).select_from(Audit)).scalar_one()
    return {"whole": broken_at is None, "broken_at": broken_at, "rows": rows_count}


def statistics(session: Session, who: Principal) -> dict[str, Any]:
    """Count students by college and by major, demands by status and by occupation, without groups under SMALL_GROUP.

    Each table stands for itself and no table crosses two of them, so that no sum of one tells a cell of another.
    """
    require(who, "statistics.read")
    colleges = session.execute(
        select(Organisation.name, func.count())
        .join(Student, Student.college_id == Organisation.id)
        .group_by(Organisation.name)
    )
    statuses = session.execute(select(DemandRow.status, func.count()).group_by(DemandRow.status))
    majors = _grouped(session, Student.record["major"].as_string())
    occupations = _grouped(session, DemandRow.record[("occupations", 0)].as_string())
    return {
        "smallest_group": SMALL_GROUP,
        "change": session.execute(select(Head.number)).scalar_one(),
        "students_by_college": table_of(_ordered((name, count) for name, count in colleges)),
        "students_by_major": table_of(_ordered(majors.items())),
        "demands_by_status": table_of(_ordered((status, count) for status, count in statuses)),
        "demands_by_occupation": table_of(_ordered(occupations.items())),
    }


def exposure(session: Session, who: Principal) -> dict[str, Any]:
    """Tell how often students were shown to enterprises: how many students how many times, and on average by college.

    `top_share` : the part of all showings that went to the tenth of students shown most, 0 to 1; None where that tenth
    is a group under SMALL_GROUP. Nobody is named, groups under SMALL_GROUP are suppressed, and colleges are given by
    averages only, since counts of shown students would tell, beside the college's size, how few were not.
    """
    require(who, "exposure.read")
    times = func.coalesce(func.sum(Shown.times), 0)
    found = session.execute(
        select(Organisation.name, times)
        .select_from(Student)
        .join(Organisation, Organisation.id == Student.college_id)
        .outerjoin(Shown, Shown.student_id == Student.id)
        .group_by(Student.id, Organisation.name)
        .order_by(Organisation.name)
    )
    by_college: dict[str, list[int]] = {}
    for college, count in found:
        by_college.setdefault(college, []).append(int(count))
    hidden = suppressed({college: len(counts) for college, counts in by_college.items()})
    counts = sorted((count for own in by_college.values() for count in own), reverse=True)
    top = len(counts) // TOP_SHARE
    return {
        "smallest_group": SMALL_GROUP,
        "students_by_times_shown": table_of(_banded(counts)),
        "times_shown_per_student_by_college": [
            {"name": college, "average": round(sum(own) / len(own), 1)}
            for college, own in by_college.items()
            if college not in hidden
        ],
        "top_share": round(sum(counts[:top]) / sum(counts), 3) if top >= SMALL_GROUP and counts[0] > 0 else None,
    }


def settings(session: Session, who: Principal) -> dict[str, Any]:
    """Give the operator's switches as they stand."""
    require(who, "setting.edit")
    found = session.get(Setting, SHOW_PROFILES)
    return {SHOW_PROFILES: {"on": False, "basis": "", **(found.value if found else {})}}


def show_profiles(work: Work, who: Principal, on: bool, basis: str) -> dict[str, Any]:
    """Turn on or off that pseudonymous profiles are shown without each student's own consent.

    basis : the legal basis on which, needed to turn it on; FieldError without.
    """
    require(who, "setting.edit")
    if on and not basis.strip():
        en, zh = "say on which legal basis profiles are shown", "开启前须写明展示画像的法律依据"
        raise FieldError(Problem("missing", en, zh, field="basis"))
    setting = work.session.get(Setting, SHOW_PROFILES) or Setting(name=SHOW_PROFILES, value={})
    setting.value = {"on": on, "basis": basis.strip()}
    work.session.add(setting)
    work.note("set", "setting", SHOW_PROFILES, None, setting.value)
    return setting.value


def _grouped(session: Session, value: ColumnElement[str]) -> Counter[str]:
    """Count a value of the records in the database; what is missing or empty counts as UNKNOWN."""
    found = select(value.label("name")).subquery()
    counts: Counter[str] = Counter()
    for name, count in session.execute(select(found.c.name, func.count()).group_by(found.c.name)):
        counts[name or UNKNOWN] += count
    return counts


def _banded(counts: Sequence[int]) -> dict[str, int]:
    """Count how many of the numbers fall into each band, in the order of BANDS."""
    banded = {}
    for low, high in BANDS:
        name = f"{low}+" if high is None else (str(low) if low == high else f"{low}-{high}")
        banded[name] = sum(low <= count and (high is None or count <= high) for count in counts)
    return {name: count for name, count in banded.items() if count}


def _ordered(groups: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Order groups by size, the largest first, then by name."""
    return dict(sorted(groups, key=lambda group: (-group[1], group[0])))
