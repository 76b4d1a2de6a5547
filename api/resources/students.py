"""Students as their college keeps them: who they are, what matching may know, and what students change themselves.

    found = students.listed(session, who, major="数控技术", class_name="24数控2班", q="2024")
    found = students.one(session, who, student_id)           # students.own(session, who) for the student's own
    found = students.add(work, who, values, today)           # values: number, name, class_name, phone, email,
    students.replace(work, who, student_id, if_match, values, today)      # protected, record
    students.edit_own(work, who, if_match, values, today)    # record fields of OWN_FIELDS, visible
    students.remove(work, who, student_id, if_match)
    students.values(who, found)                              # what the caller sees, as plain values

A `Found` holds a student's rows. Protected attributes are shown to nobody but the student and the college's
administrator, who answers for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.access import Principal, Role, require, rows
from api.errors import Conflict, FieldError, NotFound
from api.resources.roster import LONGEST, OLDEST_BIRTH, SEXES
from api.resources.student_record import checked
from api.store import Work
from api.store.tables import Identity, Organisation, Protected, Repeatable, Student, User
from api.store.versions import require_version
from matching.errors import Problem

IDENTITY_FIELDS = ("number", "name", "class_name", "phone", "email")
OWN_FIELDS = ("skills", "text", "intent", "preferences", "automated_decision")
"""What students change on their own record; the rest is the college's."""
CLAIMED = "claimed"


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of one student."""

    student: Student
    identity: Identity
    protected: Protected | None


def listed(
    session: Session,
    who: Principal,
    major: str | None = None,
    class_name: str | None = None,
    q: str | None = None,
    after: str = "",
    limit: int = 50,
) -> Sequence[Found]:
    """List students in the caller's scope by id; `q` is the start of the number or a part of the name."""
    require(who, "student.read")
    wanted = _wanted(who).where(Student.id > after)
    if major is not None:
        wanted = wanted.where(Student.record["major"].as_string() == major)
    if class_name is not None:
        wanted = wanted.where(Identity.class_name == class_name)
    if q:
        by_number = Identity.number.startswith(q, autoescape=True)
        wanted = wanted.where(by_number | Identity.name.contains(q, autoescape=True))
    return [Found(*row) for row in session.execute(wanted.order_by(Student.id).limit(limit))]


def one(session: Session, who: Principal, student_id: str) -> Found:
    """Find a student in the caller's scope; NotFound where there is none."""
    require(who, "student.read")
    row = session.execute(_wanted(who).where(Student.id == student_id)).one_or_none()
    if row is None:
        raise NotFound("student", "学生")
    return Found(*row)


def own(session: Session, who: Principal) -> Found:
    """Find the student who asks; Forbidden for every other role."""
    require(who, "student.own")
    return one(session, who, who.student_id or "-")


def values(who: Principal, found: Found) -> dict[str, Any]:
    """Give what a caller sees of a student in their scope."""
    student, identity, protected = found.student, found.identity, found.protected
    shown: dict[str, Any] = {
        "id": student.id,
        "college_id": student.college_id,
        **{name: getattr(identity, name) for name in IDENTITY_FIELDS},
        "record": student.record,
        "visible": student.visible,
        "version": student.version,
        "changed_at": student.changed_at.isoformat(),
    }
    if who.role in (Role.COLLEGE_ADMIN, Role.STUDENT):
        shown["protected"] = protected_values(protected)
    return shown


def protected_values(protected: Protected | None) -> dict[str, Any]:
    """Give protected attributes as plain values."""
    if protected is None:
        return {"sex": "", "born_on": None, "ethnicity": ""}
    born_on = protected.born_on
    return {
        "sex": protected.sex,
        "born_on": born_on and born_on.isoformat(),
        "ethnicity": protected.ethnicity,
    }


def add(work: Work, who: Principal, given: Mapping[str, Any], today: date) -> Found:
    """Take a student in; RecordError where the record is wrong, Conflict where the college has the number already.

    given : number, name, class_name, phone, email, protected (sex, born_on, ethnicity) and record, the last two may be
    left out.
    """
    require(who, "student.create")
    protected = _checked_protected(given.get("protected") or {}, today)
    college = work.session.get_one(Organisation, who.organisation_id)
    record = checked(given.get("record", {}), college.name, protected.get("born_on"), today)
    identity = _identity(given)
    student = Student(college_id=college.id, record=record)
    work.add(student)
    work.session.flush()
    person = Identity(student_id=student.id, college_id=college.id, **identity)
    kept = Protected(student_id=student.id, **protected)
    work.session.add_all((person, kept))
    _flush(work)
    work.note("create", "student", student.id, college.id)
    return Found(student, person, kept)


def replace(
    work: Work, who: Principal, student_id: str, if_match: str | None, given: Mapping[str, Any], today: date
) -> Found:
    """Replace identity and record of a student; protected attributes stay where none are given.

    Of OWN_FIELDS those stay that the record doesn't name, and `automated_decision` always: it is the student's alone.
    A teacher can't move a student out of the teacher's own classes (FieldError).
    """
    require(who, "student.edit")
    found = one(work.session, who, student_id)
    require_version(found.student, if_match)
    identity = _identity(given)
    if who.role is Role.COLLEGE_TEACHER and identity["class_name"] not in who.classes:
        en, zh = "is none of your classes", "不是您所带的班级"
        raise FieldError(Problem("class", en, zh, identity["class_name"], field="class_name"))
    protected = found.protected or Protected(student_id=student_id)
    if who.role is Role.COLLEGE_ADMIN and given.get("protected") is not None:
        for name, value in _checked_protected(given["protected"], today).items():
            setattr(protected, name, value)
    college = work.session.get_one(Organisation, found.student.college_id)
    record = _with_choices(found.student.record, given.get("record", {}))
    found.student.record = checked(record, college.name, protected.born_on, today)
    for name, value in identity.items():
        setattr(found.identity, name, value)
    work.session.add(protected)
    work.touch(found.student)
    _flush(work)
    work.note("edit", "student", student_id, college.id)
    return Found(found.student, found.identity, protected)


def _with_choices(stands: Mapping[str, Any], given: object) -> object:
    """Lay what a college sends over the student's own part of the record that stands."""
    if not isinstance(given, Mapping):
        return given
    own = {name: stands[name] for name in OWN_FIELDS if name in stands}
    sent = {name: value for name, value in given.items() if name != "automated_decision"}
    return {**own, **sent}


def edit_own(work: Work, who: Principal, if_match: str | None, given: Mapping[str, Any], today: date) -> Found:
    """Change the given ones of OWN_FIELDS and `visible` on the caller's own record.

    A student can't say that a skill is verified or from a course: only what the college said so already may stay.
    """
    require(who, "student.own")
    found = own(work.session, who)
    require_version(found.student, if_match)
    student = found.student
    college = work.session.get_one(Organisation, student.college_id)
    changed = {**student.record, **{name: given[name] for name in OWN_FIELDS if name in given}}
    born_on = None if found.protected is None else found.protected.born_on
    record = checked(changed, college.name, born_on, today)
    if "skills" in given:
        _require_claimed(student.record, record)
    student.record = record
    if "visible" in given:
        student.visible = given["visible"]
    work.touch(student)
    work.note("edit_own", "student", student.id, student.college_id, {"fields": sorted(given)})
    return found


def remove(work: Work, who: Principal, student_id: str, if_match: str | None) -> None:
    """Delete a student with account, identity, consents, places on shortlists and requests for contact.

    What is kept of repeated requests about the student and the account goes too.
    """
    require(who, "student.remove")
    student = one(work.session, who, student_id).student
    require_version(student, if_match)
    college_id = student.college_id
    account = select(User.id).where(User.student_id == student_id)
    about = or_(Repeatable.subject == student_id, Repeatable.subject.in_(account))
    work.session.execute(delete(Repeatable).where(about))
    work.remove("student", student, student_id)
    work.note("remove", "student", student_id, college_id)


def _wanted(who: Principal) -> Select[Student, Identity, Protected]:
    joined = select(Student, Identity, Protected).join(Identity, Identity.student_id == Student.id)
    return joined.outerjoin(Protected, Protected.student_id == Student.id).where(rows(who, Student))


def _identity(given: Mapping[str, Any]) -> dict[str, str]:
    values = {name: str(given.get(name) or "").strip() for name in IDENTITY_FIELDS}
    if not values["number"]:
        raise FieldError(Problem("required", "must not be empty", "不能为空", field="number"))
    for name, value in values.items():
        if len(value) > LONGEST[name]:
            en, zh = f"at most {LONGEST[name]} characters", f"最多 {LONGEST[name]} 个字符"
            raise FieldError(Problem("too_long", en, zh, field=name))
    return values


def _checked_protected(given: Mapping[str, Any], today: date) -> dict[str, Any]:
    born_on, sex, ethnicity = given.get("born_on"), given.get("sex") or "", given.get("ethnicity") or ""
    if born_on is not None and not OLDEST_BIRTH <= born_on < today:
        en, zh = "is no birth date of a student", "出生日期不合理"
        raise FieldError(Problem("born_on", en, zh, field="protected.born_on"))
    if sex not in ("", *SEXES.values()):
        raise FieldError(Problem("sex", "must be 男, 女 or empty", "应为男或女，不详请留空", field="protected.sex"))
    if len(ethnicity) > LONGEST["ethnicity"]:
        raise FieldError(Problem("too_long", "is too long", "内容过长", field="protected.ethnicity"))
    return {"sex": sex, "born_on": born_on, "ethnicity": ethnicity}


def _require_claimed(before: Mapping[str, Any], record: Mapping[str, Any]) -> None:
    parts = ("label", "level", "source", "available_on")
    stand = [tuple(skill.get(part) for part in parts) for skill in before.get("skills", ())]
    for number, skill in enumerate(record.get("skills", ())):
        if skill["source"] != CLAIMED and tuple(skill.get(part) for part in parts) not in stand:
            en, zh = "only the college says so", "课程与核验结果由院校填写"
            raise FieldError(Problem("source", en, zh, skill["source"], field=f"skills[{number}].source"))


def _flush(work: Work) -> None:
    try:
        work.session.flush()
    except IntegrityError as error:
        raise Conflict("the college has a student with this number", "本校已有该学号的学生") from error
