"""Pages of a college: its students, a student's card and the posts that fit the student."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Response

from api.access import Role
from api.console import forms
from api.console.matches import WORKBOOK
from api.console.render import page, problems_by_field
from api.console.visits import PageRoute, Sent, Visit, Visitor, go
from api.resources import consents, exports, matches, students
from matching.errors import InputError

router = APIRouter(route_class=PageRoute)
PER_PAGE = 50


@router.get("/students")
def listed(visit: Visitor, q: str = "", class_name: str = "", after: str = "") -> Response:
    """List the students in the visitor's scope."""
    with visit.store.reading(visit.who) as session:
        found = students.listed(session, visit.who, None, class_name or None, q or None, after, PER_PAGE)
        items = [students.values(visit.who, one) for one in found]
    following = items[-1]["id"] if len(items) == PER_PAGE else ""
    template = "student_rows.html" if visit.small else "students.html"
    return page(visit, template, items=items, q=q, class_name=class_name, following=following)


@router.get("/students.xlsx")
def workbook(visit: Visitor) -> Response:
    """Give the students as a workbook."""
    with visit.store.reading(visit.who) as session:
        content = exports.students_workbook(session, visit.speaking)
    exports.note(visit.store, visit.who, "students")
    return Response(
        content, media_type=WORKBOOK, headers={"Content-Disposition": 'attachment; filename="students.xlsx"'}
    )


@router.get("/students/{student_id}")
def card(visit: Visitor, student_id: str) -> Response:
    """Show a student's card."""
    return _card(visit, student_id)


@router.post("/students/{student_id}")
def save(visit: Visitor, student_id: str, form: Sent) -> Response:
    """Change a student's identity and class; the profile comes from rosters and from the student."""
    with visit.store.reading(visit.who) as session:
        record = students.one(session, visit.who, student_id).student.record
    try:
        given = {name: forms.line(form, name) for name in students.IDENTITY_FIELDS}
        with visit.store.writing(visit.who) as work:
            version = f'"{forms.text(form, "version")}"'
            students.replace(work, visit.who, student_id, version, {**given, "record": record}, date.today())
    except InputError as error:
        return _card(visit, student_id, error)
    return go(f"/students/{student_id}", "said.kept")


@router.post("/students/{student_id}/remove")
def remove(visit: Visitor, student_id: str, form: Sent) -> Response:
    """Delete a student with everything that belongs to the student."""
    with visit.store.writing(visit.who) as work:
        students.remove(work, visit.who, student_id, f'"{forms.text(form, "version")}"')
    return go("/students", "said.student_removed")


@router.get("/students/{student_id}/matches")
def student_matches(visit: Visitor, student_id: str) -> Response:
    """Show the live posts that fit a student, with reasons."""
    with visit.store.reading(visit.who) as session:
        student = students.values(visit.who, students.one(session, visit.who, student_id))
        found = matches.student_matches(session, visit.who, visit.live, student_id, 10)
        told = {
            one["demand_id"]: matches.student_explanation(session, visit.who, visit.live, student_id, one["demand_id"])
            for one in found["results"]
        }
    return page(visit, "student_matches.html", student=student, found=found, told=told, own=False)


def _card(visit: Visit, student_id: str, error: InputError | None = None) -> Response:
    with visit.store.reading(visit.who) as session:
        student = students.values(visit.who, students.one(session, visit.who, student_id))
        agreed = [consents.values(one) for one in consents.listed(session, visit.who, student_id)]
    return page(
        visit,
        "student.html",
        200 if error is None else 422,
        {} if error is None else problems_by_field(error, visit.lang),
        student=student,
        record=student["record"],
        agreed=agreed,
        removes=visit.who.role is Role.COLLEGE_ADMIN,
    )
