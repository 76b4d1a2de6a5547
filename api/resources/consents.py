"""What a student agrees to, for which purpose and for whom: given by the student, withdrawn at once.

    consents.listed(session, who, student_id)
    consent = consents.give(work, who, student_id, "contact", organisation_id=..., guardian="", today=today)
    consents.withdraw(work, who, student_id, consent.id)
    consents.values(consent)

Purposes: `contact` (name and contact for one organisation) and `profile` (the pseudonymous profile in enterprises'
lists). Under 18 a guardian's name is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import Principal, require, rows
from api.errors import FieldError, NotFound
from api.resources import students
from api.resources.student_record import is_minor
from api.store import Work
from api.store.tables import Consent, Organisation, now
from matching.errors import Problem

Purpose = Literal["contact", "profile"]


def listed(session: Session, who: Principal, student_id: str) -> Sequence[Consent]:
    """List a student's consents, the withdrawn ones too, newest first."""
    require(who, "consent.read")
    students.one(session, who, student_id)
    own = select(Consent).where(rows(who, Consent), Consent.student_id == student_id)
    return session.scalars(own.order_by(Consent.given_at.desc(), Consent.id)).all()


def one(session: Session, who: Principal, student_id: str, consent_id: str) -> Consent:
    """Find a student's consent; NotFound where there is none for this caller."""
    require(who, "consent.read")
    own = (rows(who, Consent), Consent.id == consent_id, Consent.student_id == student_id)
    found = session.scalar(select(Consent).where(*own))
    if found is None:
        raise NotFound("consent", "同意记录")
    return found


def values(consent: Consent) -> dict[str, Any]:
    """Give a consent as plain values."""
    withdrawn = consent.withdrawn_at
    return {
        "id": consent.id,
        "purpose": consent.purpose,
        "organisation_id": consent.organisation_id,
        "guardian": consent.guardian,
        "given_at": consent.given_at.isoformat(),
        "withdrawn_at": withdrawn and withdrawn.isoformat(),
    }


def give(
    work: Work,
    who: Principal,
    student_id: str,
    purpose: Purpose,
    organisation_id: str | None = None,
    guardian: str = "",
    today: date | None = None,
) -> Consent:
    """Record a student's consent; where the same one stands already, that one is given back.

    Raises FieldError where a contact names no enterprise, a profile names one, or a guardian is missing under 18.
    """
    require(who, "consent.give")
    found = students.one(work.session, who, student_id)
    _require_recipient(work.session, purpose, organisation_id)
    born_on = None if found.protected is None else found.protected.born_on
    minor = is_minor(born_on, found.student.record, today or date.today())
    if minor and not guardian.strip():
        raise _wrong("guardian", "is needed under 18", "未满 18 周岁须填写监护人姓名")
    same = (Consent.purpose == purpose, Consent.organisation_id == organisation_id, Consent.withdrawn_at.is_(None))
    standing = work.session.scalar(select(Consent).where(Consent.student_id == student_id, *same))
    if standing is not None:
        return standing
    consent = Consent(
        student_id=student_id,
        purpose=purpose,
        organisation_id=organisation_id,
        guardian=guardian.strip() if minor else "",
    )
    work.add(consent)
    work.touch(found.student)
    work.session.flush()
    work.note("give", "consent", consent.id, found.student.college_id, {"purpose": purpose})
    return consent


def withdraw(work: Work, who: Principal, student_id: str, consent_id: str) -> Consent:
    """Withdraw a consent from this moment on; one withdrawn before stays as it is."""
    require(who, "consent.give")
    found = students.one(work.session, who, student_id)
    consent = one(work.session, who, student_id, consent_id)
    if consent.withdrawn_at is None:
        consent.withdrawn_at = now()
        work.touch(consent)
        work.touch(found.student)
        work.note("withdraw", "consent", consent.id, found.student.college_id, {"purpose": consent.purpose})
    return consent


def _require_recipient(session: Session, purpose: Purpose, organisation_id: str | None) -> None:
    if purpose == "profile":
        if organisation_id is not None:
            raise _wrong("organisation_id", "a profile is shown to all or to none", "展示画像不针对单个企业")
        return
    organisation = None if organisation_id is None else session.get(Organisation, organisation_id)
    if organisation is None or organisation.kind != "enterprise" or not organisation.active:
        raise _wrong("organisation_id", "is no active enterprise", "不是在册的企业")


def _wrong(field: str, en: str, zh: str) -> FieldError:
    return FieldError(Problem(field, en, zh, field=field))
